"""``neurosim lesson``: all that a lesson needs, in one folder."""

import re
from collections.abc import Sequence
from pathlib import Path

import click

from neurosim.cli.commands.share.page import DIVERGED
from neurosim.cli.imports import import_option
from neurosim.cli.messages import complain
from neurosim.cli.output import require_free, say, write_new
from neurosim.cli.overrides import override_options
from neurosim.debugger.traces.trace import new_file
from neurosim.errors import DivergedError, InvalidValueError
from neurosim.files import write_whole
from neurosim.page.lesson import make_lesson
from neurosim.scenario.build.shipped import find_scenario
from neurosim.scenario.format.assign import assigned
from neurosim.scenario.format.read import read_scenario
from neurosim.scenario.format.yaml_text import read_text
from neurosim.scenario.uses.mark import Lesson
from neurosim.scenario.uses.worksheet import sheet_of
from neurosim.sheets.planting import Planted, plant
from neurosim.sheets.worksheet import PRINTERS, Worksheet, symbol_of

_SCHEMA = re.compile(
    r"^# yaml-language-server: .*\n", re.MULTILINE
)  # a path beside the shipped file


@click.command()
@click.argument("name")
@click.option("-o", "--out", required=True, type=click.Path(file_okay=False, path_type=Path),
              metavar="DIR", help="The folder; it is made where there is none.")  # fmt: skip
@click.option("--sample", "samples", multiple=True, type=click.IntRange(min=0), metavar="N",
              help="A sample for the sheet, from 0; may be repeated. Usually the second, since"
                   " the text tells the first.")  # fmt: skip
@click.option("--digits", default=4, show_default=True, type=click.IntRange(1, 12), metavar="N",
              help="Decimals on the sheet.")  # fmt: skip
@override_options("overrides")
@click.option("--overwrite", is_flag=True, help="Replace files that exist.")
@import_option
def lesson(  # noqa: PLR0917 - click passes a command its options by name
    name: str,
    out: Path,
    samples: Sequence[int],
    digits: int,
    overrides: Sequence[str],
    overwrite: bool,
) -> int:
    """Write the lesson NAME, its page, sheet, solution and a fault.

    NAME is one of `neurosim list --lessons`, or a scenario of your own with the key lesson:.
    DIR has then the scenario, the page to step through, the sheet, its solution, a CSV file to
    fill in, and one that is filled in with a fault, with what is wrong there.
    """
    file = find_scenario(name)
    taught = Lesson(file, overrides)
    if not taught.text:
        raise InvalidValueError(f"{name}: has no lesson; expected a scenario with the key lesson:")
    usual = min(1, taught.training().task.n_rows - 1)
    sheet = sheet_of(taught, "", samples or (usual,), digits=digits)
    planted = plant(sheet, taught.formulas(), digits=digits)
    texts = {
        f"{file.stem}.yaml": _SCHEMA.sub("", assigned(read_text(file), str(file), overrides)),
        f"{file.stem}-sheet.md": PRINTERS["md"](sheet, is_solution=False),
        f"{file.stem}-sheet.html": PRINTERS["html"](sheet, is_solution=False),
        f"{file.stem}-sheet.csv": PRINTERS["csv"](sheet, is_solution=False),
        f"{file.stem}-solution.md": PRINTERS["md"](sheet, is_solution=True),
        f"{file.stem}-solution.html": PRINTERS["html"](sheet, is_solution=True),
    }
    if planted is not None:
        texts[f"{file.stem}-fault.csv"] = PRINTERS["csv"](planted.sheet, is_solution=True)
        texts[f"{file.stem}-fault.md"] = _about(planted, sheet)
    data = _data_files(file, overrides)
    training = taught.training()
    if not training.options.epochs:
        raise InvalidValueError(f"{name}: nothing to step through, got 0 epochs; expected some")
    page = make_lesson(training, training.options.epochs, text=taught.text)
    target = out / f"{file.stem}.html"
    for path in (target, *map(out.joinpath, texts), *map(out.joinpath, data)):
        require_free(path, overwrite=overwrite)
    out.mkdir(parents=True, exist_ok=True)
    with new_file(target, overwrite=overwrite) as written:
        written.write(page.html)
    for each, text in texts.items():
        write_new(out / each, text, overwrite=overwrite)
    for each, data_file in data.items():
        (out / each).parent.mkdir(parents=True, exist_ok=True)
        write_whole(out / each, data_file.read_bytes())
    n_files = 1 + len(texts) + len(data)
    say(f"wrote the lesson {taught.title!r}: {n_files} files in {out}", err=True)
    say(" ".join(page.notes), err=True)
    if page.diverged:
        complain(DivergedError(page.diverged))
        return DIVERGED
    return 0


def _data_files(file: Path, overrides: Sequence[str]) -> dict[str, Path]:
    """The files that the scenario reads its rows from, by their names in it."""
    data = read_scenario(file, overrides=overrides).data
    sources = (getattr(data, kind, None) for kind in ("csv", "npz"))
    return {source.path: file.parent / source.path for source in sources if source is not None}


def _about(planted: Planted, sheet: Worksheet) -> str:
    """The fault in words: what is wrong, what is right there, and what to do."""
    what, epoch, number = planted.key
    (right,) = (cell.value for cell in sheet.cells if cell.key == planted.key)
    (wrong,) = (cell.value for cell in planted.sheet.cells if cell.key == planted.key)
    (phase,) = (cell.phase for cell in sheet.cells if cell.key == planted.key)
    where = "batch" if phase == "update" else "sample"
    return (
        f"# {sheet.title}: the fault\n\n"
        f"{symbol_of(what)}, epoch {epoch}, {where} {number}: the sheet has {wrong}, right is"
        f" {right}, as if {planted.words}. All other lines follow from it, or are right.\n"
    )
