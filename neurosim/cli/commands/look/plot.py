"""``neurosim plot``: curves and maps of what ``neurosim run --out`` wrote."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import click

from neurosim.cli.imports import import_option
from neurosim.cli.messages import problems_of
from neurosim.cli.saved import SavedRun, read_run
from neurosim.drawing.page.pages import require_target, save, settings
from neurosim.drawing.plots.boundary import draw_boundary
from neurosim.drawing.plots.confusion import draw_confusion
from neurosim.drawing.plots.curves import draw_loss, draw_metrics
from neurosim.drawing.plots.layer_statistics import draw_activations, draw_gradients
from neurosim.drawing.plots.responses import draw_responses
from neurosim.drawing.plots.weights import draw_weights
from neurosim.errors import (
    FileError,
    InvalidValueError,
    NeurosimError,
    UnknownNameError,
    unknown,
)
from neurosim.functions.numbers import Matrix, counted, short
from neurosim.scenario import EpochRecord

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# what is drawn: the Axes, and a description for those who do not see it
_Picture: TypeAlias = tuple["Axes", str]
Fixed: TypeAlias = Mapping[str, float]


@click.command()
@click.argument("folder", metavar="DIR")
@click.option("-o", "--output", metavar="FILE",
              help="Where to; the ending says what: .svg, .png or .pdf.")  # fmt: skip
@click.option("--what", "kinds", multiple=True, metavar="KIND",
              help="loss, metrics, weights, boundary, responses, confusion, activations or"
                   " gradients; may be given several times.")  # fmt: skip
@click.option("--theme", type=click.Choice(["light", "dark", "print"]), default="light",
              show_default=True)  # fmt: skip
@click.option("--fix", "fixed", multiple=True, metavar="INPUT=VALUE",
              help="Hold an input still, where a map has more than two.")  # fmt: skip
@click.option("--overwrite", is_flag=True, help="Replace files that exist.")
@import_option
def plot(  # noqa: PLR0917 - click passes a command its options by name
    folder: str,
    output: str | None,
    kinds: Sequence[str],
    theme: str,
    fixed: Sequence[str],
    overwrite: bool,
) -> int:
    """Draw the run that `neurosim run --out DIR` left in DIR.

    Without options: the loss, and the metrics if there are any, into DIR as loss.svg and
    metrics.svg. Maps and confusions ask the scenario's file for its training rows.
    """
    run = read_run(folder)
    chosen = _require_kinds(kinds) or (_usual_kinds(run) if output is None else ["loss"])
    if output is not None and len(chosen) > 1:
        raise InvalidValueError(f"-o: one file for {len(chosen)} pictures; expected one --what")
    held = _require_fixed(fixed)
    names = [output] if output is not None else [f"{kind}.svg" for kind in chosen]
    paths = [Path(output) if output is not None else run.folder / name for name in names]
    for path in paths:  # before anything is drawn
        require_target(path, overwrite=overwrite)
    for kind, path in zip(chosen, paths, strict=True):
        with settings():
            axes, description = PICTURES[kind](run, theme, held)
            figure = axes.get_figure(root=True)
            assert figure is not None
            save(figure, path, title=run.title, description=description, overwrite=overwrite)
        click.echo(str(path))
    return 0


def _require_kinds(kinds: Sequence[str]) -> list[str]:
    for kind in kinds:
        if kind not in PICTURES:
            raise UnknownNameError(unknown("picture", kind, PICTURES))
    return list(dict.fromkeys(kinds))


def _usual_kinds(run: SavedRun) -> list[str]:
    has_metrics = any(record.metrics for record in run.history())
    return ["loss", "metrics"] if has_metrics else ["loss"]


def _require_fixed(pairs: Sequence[str]) -> dict[str, float]:
    fixed = {}
    for pair in pairs:
        name, _, value = pair.partition("=")
        try:
            fixed[name] = float(value)
        except ValueError:
            expected = "expected INPUT=VALUE, such as x3=0"
            raise InvalidValueError(f"--fix: got {pair!r:.80}; {expected}") from None
    return fixed


def _loss(run: SavedRun, theme: str, _fixed: Fixed) -> _Picture:
    history = _history(run)
    first, last = short(history[0].loss), short(history[-1].loss)
    words = f"The loss over {counted(len(history), 'epoch')}, from {first} to {last}."
    return draw_loss(history, theme=theme, title=run.title), words


def _metrics(run: SavedRun, theme: str, _fixed: Fixed) -> _Picture:
    history = _history(run)
    names = ", ".join(f"{name} ends at {short(v)}" for name, v in history[-1].metrics.items())
    words = f"What was measured over {counted(len(history), 'epoch')}: {names}."
    return draw_metrics(history, theme=theme, title=run.title), words


def _history(run: SavedRun) -> tuple[EpochRecord, ...]:
    history = run.history()
    if not history:
        raise FileError(f"{run.folder}: no epochs, nothing was trained; expected a training")
    return history


def _weights(run: SavedRun, theme: str, _fixed: Fixed) -> _Picture:
    network = run.network()
    words = f"The weights of {network!r}, as a heat map for each two layers that are connected."
    return draw_weights(network, theme=theme, title=run.title), words


def _boundary(run: SavedRun, theme: str, fixed: Fixed) -> _Picture:
    X, T = _rows_or_none(run)
    axes = draw_boundary(run.network(), X, T, fixed=fixed or None, theme=theme, title=run.title)
    return axes, f"What the outputs are over {_inputs(axes)}, and the training rows."


def _responses(run: SavedRun, theme: str, fixed: Fixed) -> _Picture:
    X, _ = _rows_or_none(run)
    network = run.network()
    axes = draw_responses(network, X=X, fixed=fixed or None, theme=theme, title=run.title)
    return (
        axes,
        "What each neuron answers over the inputs: a small map or curve each, in a diagram.",
    )


def _confusion(run: SavedRun, theme: str, _fixed: Fixed) -> _Picture:
    X, T = _rows(run)
    axes = draw_confusion(run.network(), X, T, theme=theme, title=run.title)
    return axes, f"Training rows by their class and what they are {axes.get_xlabel()}."


def _activations(run: SavedRun, theme: str, _fixed: Fixed) -> _Picture:
    X, _ = _rows(run)
    axes = draw_activations(run.network(), X, theme=theme, title=run.title)
    return axes, "What the neurons of each layer answer to the training rows: a histogram each."


def _gradients(run: SavedRun, theme: str, _fixed: Fixed) -> _Picture:
    X, T = _rows(run)
    measure = run.scenario().measure
    axes = draw_gradients(run.network(), X, T, **measure, theme=theme, title=run.title)
    return axes, "How strong the gradient over the training rows is in each layer."


def _inputs(axes: "Axes") -> str:
    if not axes.get_images():  # no map, but curves
        return f"the input {axes.get_xlabel()}"
    return f"the inputs {axes.get_xlabel()} and {axes.get_ylabel()}"


def _rows(run: SavedRun) -> tuple[Matrix, Matrix]:
    """The training rows of the scenario, which the folder itself does not hold."""
    data = run.scenario().data
    if data is None:
        raise FileError(f"{run.folder}: its scenario has no data; expected some for this picture")
    return data.train.X, data.train.T


def _rows_or_none(run: SavedRun) -> tuple[Matrix | None, Matrix | None]:
    """The same, where they can be had; says it where not."""
    try:
        return _rows(run)
    except NeurosimError as error:
        for problem in problems_of(error):
            click.echo(f"note: drawn without the training rows: {problem}", err=True)
        return None, None


PICTURES: Mapping[str, Callable[[SavedRun, str, Fixed], _Picture]] = {
    "loss": _loss,
    "metrics": _metrics,
    "weights": _weights,
    "boundary": _boundary,
    "responses": _responses,
    "confusion": _confusion,
    "activations": _activations,
    "gradients": _gradients,
}
