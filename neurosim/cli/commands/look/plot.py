"""``neurosim plot``: curves and maps of what ``neurosim run --out`` wrote."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from neurosim.cli.imports import import_option
from neurosim.cli.messages import problems_of
from neurosim.cli.output import say
from neurosim.cli.saved import SavedRun, read_run
from neurosim.drawing.geometry.font import MOST_DIGITS
from neurosim.drawing.page.pages import require_target, save, settings
from neurosim.drawing.pictures import PICTURES, Picture
from neurosim.errors import (
    FileError,
    InvalidValueError,
    NeurosimError,
    UnknownNameError,
    guess_number,
    unknown,
)
from neurosim.functions.numbers import Matrix
from neurosim.scenario import EpochRecord, learning_curve_of
from neurosim.training.parts import PARTS


@click.command()
@click.argument("folder", metavar="DIR")
@click.option("-o", "--output", metavar="FILE",
              help="Where to; the ending says what: .svg, .png or .pdf.")  # fmt: skip
@click.option("--what", "kinds", multiple=True, metavar="KIND",
              help=f"{', '.join(PICTURES)}; may be given several times.")  # fmt: skip
@click.option("--theme", type=click.Choice(["light", "dark", "print"]), default="light",
              show_default=True)  # fmt: skip
@click.option("--fix", "fixed", multiple=True, metavar="INPUT=VALUE",
              help="Hold an input still, where a map has more than two.")  # fmt: skip
@click.option("--on", type=click.Choice(PARTS), default="train", show_default=True,
              help="Which rows: of confusions, maps, activations and gradients.")  # fmt: skip
@click.option("--of", "label", metavar="OUTPUT",
              help="One of several outputs, for a confusion of labels or a map.")  # fmt: skip
@click.option("--digits", type=click.IntRange(1, MOST_DIGITS), metavar="N",
              help="In how many digits weights and maps write numbers.")  # fmt: skip
@click.option("--overwrite", is_flag=True, help="Replace files that exist.")
@import_option
def plot(  # noqa: PLR0917 - click passes a command its options by name
    folder: str,
    output: str | None,
    kinds: Sequence[str],
    theme: str,
    fixed: Sequence[str],
    on: str,
    label: str | None,
    digits: int | None,
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
    held = _require_fixed(fixed) or None
    written = {} if digits is None else {"digits": digits}
    names = [output] if output is not None else [f"{kind}.svg" for kind in chosen]
    paths = [Path(output) if output is not None else run.folder / name for name in names]
    for path in paths:  # before anything is drawn
        require_target(path, overwrite=overwrite)
    for kind, path in zip(chosen, paths, strict=True):
        with settings():
            axes, description = PICTURES[kind].draw_described(
                **_data_of(run, PICTURES[kind], on),
                fixed=held,
                output=label,
                theme=theme,
                title=run.title,
                **written,
            )
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
            meant = guess_number(value)
            raise InvalidValueError(f"--fix: got {pair!r:.80}; {expected}{meant}") from None
    return fixed


def _data_of(run: SavedRun, picture: Picture, on: str) -> dict[str, Any]:
    """What the picture takes of the run: a file is read only for a picture that shows it."""
    data: dict[str, Any] = {}
    if "history" in picture.takes:
        data["history"] = _history(run)
    if "best_epoch" in picture.takes:
        data["best_epoch"] = run.best_epoch
    if "network" in picture.takes:
        data["network"] = run.network()
    if "curve" in picture.takes:
        data["curve"] = learning_curve_of(run.scenario())
    if "X" in picture.takes:
        is_needed = "rows" in picture.needs
        data["X"], data["T"] = _rows(run, on) if is_needed else _rows_or_none(run, on)
        data["on"] = on
    if "loss" in picture.takes:
        data |= run.scenario().measure_of(on)
    if "task" in picture.takes and data.get("T") is not None:
        data["task"] = run.scenario().task_kind
    return data


def _history(run: SavedRun) -> tuple[EpochRecord, ...]:
    history = run.history()
    if not history:
        raise FileError(f"{run.folder}: no epochs, nothing was trained; expected a training")
    return history


def _rows(run: SavedRun, on: str) -> tuple[Matrix, Matrix]:
    """A part of the rows of the scenario, which the folder itself does not hold."""
    data = run.scenario().data
    if data is None:
        raise FileError(f"{run.folder}: its scenario has no data; expected some for this picture")
    pair = data.part(on)
    if pair is None:
        raise FileError(f"{run.folder}: --on {on}: its scenario sets no such rows aside")
    return pair


def _rows_or_none(run: SavedRun, on: str) -> tuple[Matrix | None, Matrix | None]:
    """The same, where they can be had; says it where not."""
    try:
        return _rows(run, on)
    except NeurosimError as error:
        for problem in problems_of(error):
            say(f"note: drawn without the training rows: {problem}", err=True)
        return None, None
