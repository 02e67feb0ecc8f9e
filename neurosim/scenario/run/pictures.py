"""Pictures of a finished run, as its scenario asks for them.

The run keeps the parameters at the epochs that are wanted, and is not disturbed otherwise; a film
trains a copy once more.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from neurosim.drawing.diagram.diagram import prepare
from neurosim.drawing.drawing import paint
from neurosim.drawing.film.film import Film, Look
from neurosim.drawing.page.pages import save, settings
from neurosim.drawing.pictures import PICTURES
from neurosim.errors import FileError, NeurosimError
from neurosim.functions.numbers import counted
from neurosim.languages import in_language, translate
from neurosim.scenario.build.scenario import Scenario
from neurosim.scenario.format.draw_entry import DrawEntry
from neurosim.scenario.run.result import RunResult
from neurosim.scenario.uses.at_epoch import AtEpoch
from neurosim.scenario.uses.film import film_of
from neurosim.scenario.uses.learning_curve import learning_curve_of


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
        look = Look(entry.animate, entry.show, entry.full, entry.layout, entry.theme,
                    digits=entry.digits)  # fmt: skip
        filming = film_of(scenario, look, every=entry.every, sample=entry.sample or 0)
        return _said(filming.save(path, overwrite=True))
    n_epochs = 0 if scenario.training is None else scenario.training.epochs
    epoch = n_epochs if entry.epoch in {None, "end"} else int(entry.epoch or 0)
    needs = PICTURES[entry.plot].needs if entry.plot else frozenset()
    if epoch not in result.moments and "training" not in needs:
        done = counted(result.epochs, "epoch")
        raise FileError(f"{entry.file}: not drawn, the training ended after {done}; see above")
    network = result.networks.get(epoch, scenario.network).copy()
    if epoch in result.moments and epoch not in result.networks:
        network.load_parameters(result.moments[epoch])
    if entry.plot is None:
        with in_language(entry.lang):
            _draw_network(entry, AtEpoch(scenario.path, network, epoch, scenario), path)
        return ""
    pair = None if scenario.data is None else scenario.data.part(entry.on)
    X, T = (None, None) if pair is None else pair
    task = {} if scenario.task_kind is None else {"task": scenario.task_kind}
    picture = PICTURES[entry.plot]
    curve = {"curve": learning_curve_of(scenario)} if "curve" in picture.takes else {}
    axes, description = picture.draw_described(
        **curve, network=network, history=result.history, X=X, T=T, on=entry.on, **task,
        best_epoch=result.best_epoch,
        **scenario.measure_of(entry.on), theme=entry.theme, title=scenario.title,
        **({"digits": entry.digits} if "digits" in entry.model_fields_set else {}),
    )  # fmt: skip
    figure = axes.get_figure(root=True)
    assert figure is not None
    save(figure, path, title=scenario.title, description=description, overwrite=True)
    return ""


def _said(film: Film) -> str:
    diverged = f"it ends where the training diverged: {film.diverged}" if film.diverged else ""
    return "; ".join(filter(None, (film.dropped, diverged)))


def _draw_network(entry: DrawEntry, at: AtEpoch, path: Path) -> None:
    found: dict[str, Any] = {}
    said = [at.moment]
    if entry.sample is not None:
        found = at.row(entry.sample)._asdict()
        said.append(translate("sample {}", entry.sample))
    elif entry.input is not None:
        found = {"sample": at.inputs(entry.input)}
        typed = ", ".join(f"{value:g}" for value in entry.input)
        said.append(translate("input {}", typed))
    diagram = prepare(
        at.network, show=entry.show, full=entry.full, layout=entry.layout,
        digits=entry.digits, show_as=entry.show_as, boxes=entry.boxes,
        direction=entry.direction, wrap=entry.wrap,
        subtitle=", ".join(said), **found,
    )  # fmt: skip
    figure = paint(diagram, theme=entry.theme).get_figure(root=True)
    assert figure is not None
    save(figure, path, title=diagram.title, description=diagram.description, overwrite=True)
