"""The pictures that a scenario asks for, made of a run that is over.

The run keeps the parameters at the epochs that are wanted, and is not disturbed otherwise; a film
trains a copy once more.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from neurosim.drawing.diagram.diagram import prepare
from neurosim.drawing.drawing import paint
from neurosim.drawing.film.film import Film, Look
from neurosim.drawing.page.pages import save, settings
from neurosim.drawing.plots.boundary import draw_boundary
from neurosim.drawing.plots.confusion import draw_confusion
from neurosim.drawing.plots.curves import draw_loss, draw_metrics
from neurosim.drawing.plots.layer_statistics import draw_activations, draw_gradients
from neurosim.drawing.plots.responses import draw_responses
from neurosim.drawing.plots.weights import draw_weights
from neurosim.errors import FileError, NeurosimError
from neurosim.functions.numbers import Matrix, counted, short
from neurosim.network.network import Network
from neurosim.scenario.build.scenario import Scenario
from neurosim.scenario.format.draw_entry import DrawEntry
from neurosim.scenario.run.result import RunResult
from neurosim.scenario.uses.at_epoch import AtEpoch
from neurosim.scenario.uses.film import film_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class Drawn(NamedTuple):
    """What became of a picture: its file, or why there is none; what a film left out."""

    file: str
    problem: str = ""
    note: str = ""


def draw_pictures(scenario: Scenario, result: RunResult, folder: Path) -> Iterator[Drawn]:
    """Draw what a scenario asks for; one that cannot be drawn does not keep the others from it.

    Args:
        scenario: asks for them.
        result: of its run.
        folder: where they are written; what is there is replaced.

    Yields:
        What became of each, when it is done.
    """
    for entry in scenario.draw:
        try:
            path = _inside(folder, entry.file)
            note = _draw(entry, scenario, result, path)
        except NeurosimError as error:
            yield Drawn(entry.file, problem=str(error))
        else:
            yield Drawn(entry.file, note=note)


def _inside(folder: Path, name: str) -> Path:
    """The path of a file in a folder, whatever links lie there; its folder is made."""
    path = folder / name
    home = folder.resolve()
    try:
        if not path.parent.resolve().is_relative_to(home) or path.is_symlink():
            raise FileError(f"{name}: a link leads out of {folder}; expected a file in it")
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(f"{path}: cannot be written, got {error.strerror}") from error
    return path


@settings()
def _draw(entry: DrawEntry, scenario: Scenario, result: RunResult, path: Path) -> str:
    """Draw one; returns what a film left out."""
    if entry.animate is not None:
        look = Look(entry.animate, entry.show, entry.full, entry.layout, entry.theme)
        filming = film_of(scenario, look, every=entry.every, sample=entry.sample or 0)
        return _said(filming.save(path, overwrite=True))
    n_epochs = 0 if scenario.training is None else scenario.training.epochs
    epoch = n_epochs if entry.epoch in {None, "end"} else int(entry.epoch or 0)
    if epoch not in result.moments and entry.plot not in _OF_COURSES:
        done = counted(result.epochs, "epoch")
        raise FileError(f"{entry.file}: not drawn, the training ended after {done}; see above")
    network = scenario.network.copy()
    if epoch in result.moments:
        network.load_parameters(result.moments[epoch])
    if entry.plot is None:
        _draw_network(entry, AtEpoch(scenario.path, network, epoch, scenario), path)
        return ""
    axes, description = PLOTS[entry.plot](network, scenario, result, entry)
    figure = axes.get_figure(root=True)
    assert figure is not None
    save(figure, path, title=scenario.title, description=description, overwrite=True)
    return ""


def _said(film: Film) -> str:
    diverged = f"it ends where the training diverged: {film.diverged}" if film.diverged else ""
    return "; ".join(filter(None, (film.dropped, diverged)))


def _draw_network(entry: DrawEntry, at: AtEpoch, path: Path) -> None:
    found: dict[str, Any] = {}
    said = [f"epoch {at.epoch}"]
    if entry.sample is not None:
        found = at.row(entry.sample)._asdict()
        said.append(f"sample {entry.sample}")
    elif entry.input is not None:
        found = {"sample": at.scaled(entry.input)}
        said.append(f"input {', '.join(f'{value:g}' for value in entry.input)}")
    diagram = prepare(
        at.network, show=entry.show, full=entry.full, layout=entry.layout,
        subtitle=", ".join(said), **found,
    )  # fmt: skip
    figure = paint(diagram, theme=entry.theme).get_figure(root=True)
    assert figure is not None
    save(figure, path, title=diagram.title, description=diagram.description, overwrite=True)


# --- plots: each gives an Axes, and a description for those who do not see it

_Plot = tuple["Axes", str]


def _loss(_network: Network, scenario: Scenario, result: RunResult, entry: DrawEntry) -> _Plot:
    history = result.history
    first, last = short(history[0].loss), short(history[-1].loss)
    words = f"The loss over {counted(len(history), 'epoch')}, from {first} to {last}."
    return draw_loss(history, theme=entry.theme, title=scenario.title), words


def _metrics(_network: Network, scenario: Scenario, result: RunResult, entry: DrawEntry) -> _Plot:
    axes = draw_metrics(result.history, theme=entry.theme, title=scenario.title)
    return axes, f"What was measured over {counted(len(result.history), 'epoch')}."


def _weights(network: Network, scenario: Scenario, _result: RunResult, entry: DrawEntry) -> _Plot:
    axes = draw_weights(network, theme=entry.theme, title=scenario.title)
    return axes, f"The weights of {network!r}, a heat map for each two layers."


def _boundary(network: Network, scenario: Scenario, _result: RunResult, entry: DrawEntry) -> _Plot:
    X, T = scenario.inputs, scenario.targets
    axes = draw_boundary(network, X, T, theme=entry.theme, title=scenario.title)
    return axes, "What the outputs are over the inputs, and the training rows."


def _responses(
    network: Network, scenario: Scenario, _result: RunResult, entry: DrawEntry
) -> _Plot:  # fmt: skip
    axes = draw_responses(network, X=scenario.inputs, theme=entry.theme, title=scenario.title)
    return (
        axes,
        "What each neuron answers over the inputs: a small map or curve each, in a diagram.",
    )


def _activations(
    network: Network, scenario: Scenario, _result: RunResult, entry: DrawEntry
) -> _Plot:  # fmt: skip
    axes = draw_activations(network, _rows(scenario)[0], theme=entry.theme, title=scenario.title)
    return axes, "What the neurons of each layer answer to the training rows: a histogram each."


def _gradients(
    network: Network, scenario: Scenario, _result: RunResult, entry: DrawEntry
) -> _Plot:  # fmt: skip
    X, T = _rows(scenario)
    style = {"theme": entry.theme, "title": scenario.title}
    axes = draw_gradients(network, X, T, **scenario.measure, **style)  # type: ignore[arg-type]
    return axes, "How strong the gradient over the training rows is in each layer."


def _confusion(
    network: Network, scenario: Scenario, _result: RunResult, entry: DrawEntry
) -> _Plot:  # fmt: skip
    X, T = _rows(scenario)
    axes = draw_confusion(network, X, T, theme=entry.theme, title=scenario.title)
    return axes, f"Training rows by their class and what they are {axes.get_xlabel()}."


def _rows(scenario: Scenario) -> tuple[Matrix, Matrix]:
    assert scenario.data is not None
    return scenario.data.train.X, scenario.data.train.T


PLOTS: Mapping[str, Callable[[Network, Scenario, RunResult, DrawEntry], _Plot]] = {
    "loss": _loss,
    "metrics": _metrics,
    "weights": _weights,
    "boundary": _boundary,
    "responses": _responses,
    "activations": _activations,
    "gradients": _gradients,
    "confusion": _confusion,
}
_OF_COURSES = ("loss", "metrics")
