"""``neurosim mark``: a class's sheets, judged by a lesson."""

from collections.abc import Sequence
from pathlib import Path

import click

from neurosim.cli.commands.look.forms import lang_option
from neurosim.cli.imports import import_option
from neurosim.cli.output import make_folder, require_free, say, say_table, write_new
from neurosim.cli.overrides import override_options
from neurosim.cli.sizes import limit_option
from neurosim.errors import shortened
from neurosim.languages import in_language
from neurosim.scenario.uses.mark import Lesson, sheets_in
from neurosim.sheets.marking import COLUMNS, POINTS, Marked, to_csv, to_html

_RIGHT, _WRONG, _UNREAD = 0, 1, 2
_MOST_LETTERS = 100  # of a fault in the table on the screen


@click.command()
@click.argument("lesson")
@click.argument("sheets", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("-o", "--out", type=click.Path(dir_okay=False, path_type=Path),
              metavar="POINTS.csv", help="Write the table there.")  # fmt: skip
@click.option("--points", type=click.Choice(POINTS), default="line", show_default=True,
              help="A point for each line, or for each phase without a fault.")  # fmt: skip
@click.option("--sheet", type=click.Path(path_type=Path), metavar="SHEET.csv",
              help="The sheet that was given out: its lines that a sheet lacks are empty"
                   " there.")  # fmt: skip
@click.option("--key", metavar="NAMES",
              help="Columns of a gradebook in front, such as name,number: the parts of a file's"
                   " name between _.")  # fmt: skip
@click.option("--report", type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
              help="Write a page of feedback for each file there.")  # fmt: skip
@lang_option
@override_options("overrides")
@click.option("--overwrite", is_flag=True, help="Replace POINTS.csv and pages that exist.")
@limit_option
@import_option
def mark(  # noqa: PLR0917 - click passes a command its options by name
    lesson: str,
    sheets: Sequence[Path],
    out: Path | None,
    points: str,
    sheet: Path | None,
    key: str | None,
    report: Path | None,
    lang: str,
    overrides: Sequence[str],
    overwrite: bool,
) -> int:
    """Judge SHEETS by LESSON, a scenario, and count the points.

    A sheet is a CSV file with the columns what and value (and epoch and sample): each line is
    right, follows from the earlier numbers of the sheet, or is wrong. A scenario is run, and
    checked by what LESSON expects; a saved network is compared with that of LESSON after training.
    A folder is all of its files. The exit code is 0 if all were read and are right, 1 if some line
    is wrong, 2 if a file could not be read.
    """
    require_free(out, overwrite=overwrite)
    keys = _keys(key)
    with in_language(lang):
        by = Lesson(lesson, overrides, given_out=sheet)
        marked = [by.mark(path, points) for path in sheets_in(sheets)]
    columns = (*keys, *COLUMNS)
    rows = [(*_parts(one.file, len(keys)), *one.row) for one in marked]
    if out is not None:
        write_new(out, to_csv(columns, rows), overwrite=overwrite)
    shown = [tuple(cell[:_MOST_LETTERS] for cell in map(shortened, row)) for row in rows]
    say_table([columns, *shown])
    if report is not None:
        with in_language(lang):
            _write_reports(report, marked, by.title, overwrite=overwrite)
    verdicts = {one.verdict for one in marked}
    return _UNREAD if "unread" in verdicts else _WRONG if "wrong" in verdicts else _RIGHT


def _keys(key: str | None) -> tuple[str, ...]:
    names = tuple(name.strip() for name in (key or "").split(",")) if key is not None else ()
    if any(not name for name in names) or len(set(names)) < len(names):
        raise click.UsageError(f"--key: got {key!r}; expected names such as name,number")
    return names


def _parts(file: str, count: int) -> tuple[str, ...]:
    """The parts of a file's name between ``_``; the last key takes what is left."""
    if not count:
        return ()
    parts = Path(file).stem.split("_", count - 1)
    return (*parts, *[""] * (count - len(parts)))


def _write_reports(folder: Path, marked: Sequence[Marked], title: str, *, overwrite: bool) -> None:
    make_folder(folder)
    taken: set[str] = set()
    for one in marked:
        name, number = f"{one.file}.html", 1
        while name in taken:  # files of one name, of several folders
            number += 1
            name = f"{one.file}-{number}.html"
        taken.add(name)
        write_new(folder / name, to_html(one, title), overwrite=overwrite)
    say(f"wrote {len(marked)} pages to {folder}", err=True)
