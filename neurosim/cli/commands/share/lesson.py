"""``neurosim lesson``: all that a lesson needs, in one folder."""

import re
from collections.abc import Sequence
from pathlib import Path

import click

from neurosim.cli.commands.look.forms import decimal_option, lang_option
from neurosim.cli.commands.share.page import DIVERGED
from neurosim.cli.imports import import_option
from neurosim.cli.messages import complain
from neurosim.cli.output import make_folder, require_free, say
from neurosim.cli.overrides import override_options
from neurosim.cli.sizes import limit_option
from neurosim.debugger.traces.trace import new_file
from neurosim.errors import DivergedError, InvalidValueError
from neurosim.languages import in_language, translate
from neurosim.page.lesson import PageLesson, make_lesson
from neurosim.scenario.build.shipped import find_scenario
from neurosim.scenario.format.assign import assigned
from neurosim.scenario.format.read import read_scenario
from neurosim.scenario.format.yaml_text import read_text
from neurosim.scenario.uses.mark import Lesson
from neurosim.scenario.uses.worksheet import quiz_of, sheet_of
from neurosim.sheets.planting import Planted, plant
from neurosim.sheets.worksheet import PRINTERS, Worksheet, symbol_of, with_decimal_comma

_SCHEMA = re.compile(r"^# yaml-language-server: .*\n", re.MULTILINE)  # beside the shipped file
_FORMS = {"sheet": ("md", "html", "csv"), "solution": ("md", "html")}


@click.command()
@click.argument("name")
@click.option("-o", "--out", required=True, type=click.Path(file_okay=False, path_type=Path),
              metavar="DIR", help="The folder; it is made where there is none.")  # fmt: skip
@click.option("--sample", "samples", multiple=True, type=click.IntRange(min=0), metavar="N",
              help="A sample for the sheet, from 0; may be repeated. Usually the second, since"
                   " the text tells the first.")  # fmt: skip
@click.option("--digits", default=4, show_default=True, type=click.IntRange(1, 12), metavar="N",
              help="Decimals on the sheet.")  # fmt: skip
@decimal_option
@lang_option
@override_options("overrides")
@click.option("--overwrite", is_flag=True, help="Replace files that exist.")
@limit_option
@import_option
def lesson(  # noqa: PLR0917 - click passes a command its options by name
    name: str,
    out: Path,
    samples: Sequence[int],
    digits: int,
    decimal: str,
    lang: str,
    overrides: Sequence[str],
    overwrite: bool,
) -> int:
    """Write the lesson NAME: page, quiz, sheet, solution and a fault.

    NAME is one of `neurosim list --lessons`, or a scenario of your own with the key lesson:.
    DIR has then the scenario, the page to step through, its quiz, the sheet, its solution, a CSV
    file to fill in, and one that is filled in with a fault, with what is wrong there.
    """
    file = find_scenario(name)
    taught = Lesson(file, overrides)
    if not taught.text:
        raise InvalidValueError(f"{name}: has no lesson; expected a scenario with the key lesson:")
    training = taught.training()
    if not training.options.epochs:
        raise InvalidValueError(f"{name}: nothing to step through, got 0 epochs; expected some")
    chosen = tuple(dict.fromkeys(samples)) or (min(1, training.task.n_rows - 1),)
    with in_language(lang):
        texts = _sheets(taught, file.stem, chosen, digits, has_comma=decimal == "comma")
        page = make_lesson(training, training.options.epochs, text=taught.text)
        quiz = _quiz(taught, chosen)
    changed = assigned(read_text(file), str(file), overrides)
    written = {
        **{each: text.encode() for each, text in texts.items()},
        f"{file.stem}.yaml": _SCHEMA.sub("", changed).encode(),
        f"{file.stem}.html": page.html,
        **({} if isinstance(quiz, str) else {f"{file.stem}-quiz.html": quiz.html}),
        **{each: path.read_bytes() for each, path in _data_files(file, overrides).items()},
    }
    for path in map(out.joinpath, written):
        require_free(path, overwrite=overwrite)
    for each, content in written.items():
        make_folder((out / each).parent)
        with new_file(out / each, overwrite=overwrite) as stream:
            stream.write(content)
    say(f"wrote the lesson {taught.title!r}: {len(written)} files in {out}", err=True)
    say(" ".join([*page.notes, *([f"There is no quiz: {quiz}"] if isinstance(quiz, str) else [])]),
        err=True)  # fmt: skip
    if page.diverged:
        complain(DivergedError(page.diverged))
        return DIVERGED
    return 0


def _quiz(taught: Lesson, samples: Sequence[int]) -> PageLesson | str:
    """The page of the quiz; in words why there is none, where a browser cannot compute it."""
    training = taught.training()
    try:
        quiz = quiz_of(taught, samples)
    except InvalidValueError as error:
        return str(error)
    return make_lesson(training, training.options.epochs, [0], text=taught.text, quiz=quiz)


def _sheets(
    taught: Lesson, stem: str, samples: Sequence[int], digits: int, *, has_comma: bool
) -> dict[str, str]:
    """The sheet in its forms, its solution, and one with a fault, by the names of their files."""
    finished = with_decimal_comma if has_comma else Worksheet._replace
    sheet = sheet_of(taught, "", samples, digits=digits)
    planted = plant(sheet, taught.formulas(sample=max(samples)), digits=digits)
    asked = finished(sheet)
    texts = {
        f"{stem}-{kind}.{form}": PRINTERS[form](asked, is_solution=kind == "solution")
        for kind, forms in _FORMS.items()
        for form in forms
    }
    if planted is not None:
        faulty = planted._replace(sheet=finished(planted.sheet))
        texts[f"{stem}-fault.csv"] = PRINTERS["csv"](faulty.sheet, is_solution=True)
        texts[f"{stem}-fault.md"] = _about(faulty, asked)
    return texts


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
    place = translate("batch {}" if phase == "update" else "sample {}", number)
    where = ", ".join([symbol_of(what), translate("epoch {}", epoch), place])
    found = translate(
        "{}: the sheet has {}, right is {}, as if {}.", where, wrong, right,
        translate(planted.words),
    )  # fmt: skip
    rest = translate("All other lines follow from it, or are right.")
    return f"# {translate('{}: the fault', sheet.title)}\n\n{found} {rest}\n"
