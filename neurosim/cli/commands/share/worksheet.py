"""``neurosim worksheet``: a training to work out by hand, with its solution."""

import re
from collections.abc import Sequence
from pathlib import Path

import click

from neurosim.cli.commands.look.forms import decimal_option, lang_option
from neurosim.cli.imports import import_option
from neurosim.cli.output import make_folder, require_free, say, write_new
from neurosim.cli.overrides import override_options
from neurosim.cli.sizes import limit_option
from neurosim.errors import InvalidValueError
from neurosim.languages import in_language
from neurosim.scenario.build.epochs import epoch_of
from neurosim.scenario.uses.mark import Lesson
from neurosim.scenario.uses.worksheet import sheet_of
from neurosim.sheets.pdf import Sources, print_pdf, require_printer
from neurosim.sheets.variants import MOST, code_of
from neurosim.sheets.worksheet import BLANKS, PRINTERS, Worksheet, with_decimal_comma

_MOST_ROWS = 1000  # of a range; more than anybody fills in
_SUFFIXES = {".md": "md", ".tex": "latex", ".html": "html", ".csv": "csv", ".pdf": "pdf"}


def _rows(context: click.Context, option: click.Parameter, text: str | None) -> tuple[int, ...]:
    """The numbers of a list such as ``0,2-5``."""
    found: list[int] = []
    for part in text.split(",") if text else ():
        ends = re.fullmatch(r"\s*(\d{1,9})\s*(?:-\s*(\d{1,9})\s*)?", part, re.ASCII)
        first, last = (int(ends[1]), int(ends[2] or ends[1])) if ends else (1, 0)
        if not first <= last < first + _MOST_ROWS:
            reason = f"got {part!r:.80}; expected numbers from 0, as in 0,2-5"
            raise click.BadParameter(reason, context, option)
        found += range(first, last + 1)
    return tuple(found)


@click.command()
@click.argument("file")
@click.option("-o", "--out", required=True, type=click.Path(dir_okay=False, path_type=Path),
              metavar="OUT", help="The sheet; its solution is written beside it.")  # fmt: skip
@click.option("--format", "form", type=click.Choice((*PRINTERS, "pdf")),
              help="Of the sheet; by default what the name of OUT ends in.")  # fmt: skip
@click.option("--sample", "samples", multiple=True, type=click.IntRange(min=0), metavar="N",
              help="A sample of the epoch, from 0 (the default); may be repeated.")  # fmt: skip
@click.option("--rows", callback=_rows, metavar="LIST",
              help="Samples as a list, as in 0,2-5.")  # fmt: skip
@click.option("--epoch", default="0", show_default=True, metavar="N|end",
              help="Those before it are trained.")  # fmt: skip
@click.option("--blanks", type=click.Choice(tuple(BLANKS)), default="all", show_default=True,
              help="What is to be filled in.")  # fmt: skip
@click.option("--notation", type=click.Choice(("names", "indices")), default="names",
              show_default=True, help="z(h1), or z_{1}^{(1)}.")  # fmt: skip
@click.option("--digits", default=4, show_default=True, type=click.IntRange(1, 12), metavar="N",
              help="Decimals; every number is computed from rounded ones.")  # fmt: skip
@click.option("--variants", default=0, type=click.IntRange(0, MOST), metavar="N",
              help="So many sheets with other weights, a CSV file to fill in and a solution each."
              )  # fmt: skip
@click.option("--seed", default=1, show_default=True, type=click.IntRange(0, 999_999_999),
              metavar="N", help="Of the variants.")  # fmt: skip
@decimal_option
@lang_option
@override_options("overrides")
@click.option("--overwrite", is_flag=True, help="Replace files that exist.")
@limit_option
@import_option
def worksheet(  # noqa: PLR0917 - click passes a command its options by name
    file: str,
    out: Path,
    form: str | None,
    samples: Sequence[int],
    rows: Sequence[int],
    epoch: str,
    blanks: str,
    notation: str,
    digits: int,
    variants: int,
    seed: int,
    decimal: str,
    lang: str,
    overrides: Sequence[str],
    overwrite: bool,
) -> int:
    """Write the training of FILE as a sheet to fill in.

    OUT is the sheet, OUT-solution the numbers; OUT.csv is what `neurosim mark` reads.
    """
    printer = form or _SUFFIXES.get(out.suffix.lower())
    if printer is None:
        expected = f"expected one that ends in {', '.join(_SUFFIXES)}, or --format"
        raise InvalidValueError(f"{out}: no form of a sheet; {expected}")
    if printer == "pdf":
        require_printer(out)
    wanted = tuple(dict.fromkeys((*samples, *rows)))
    lesson = Lesson(file, overrides)
    first = lesson.require_epochs(epoch_of(epoch, "--epoch"))
    network = lesson.training().network
    numbers = range(1, variants + 1) if variants else (0,)
    for number in numbers:
        code = code_of(network, seed, number) if number else ""
        stem = f"{out.stem}-{number:0{len(str(variants))}d}" if number else out.stem
        with in_language(lang):
            sheet = sheet_of(
                lesson, code, wanted or (0,), epoch=first, blanks=blanks, notation=notation,
                digits=digits,
            )  # fmt: skip
            sheet = with_decimal_comma(sheet) if decimal == "comma" else sheet
            write_sheet(sheet, out.with_name(stem + out.suffix), printer, overwrite=overwrite)
    say(f"wrote {len(numbers)} of {out}, with solutions and .csv to fill in", err=True)
    return 0


def write_sheet(sheet: Worksheet, out: Path, form: str, *, overwrite: bool) -> None:
    """The sheet, its solution, and what is to be filled in."""
    solution = out.with_name(f"{out.stem}-solution{out.suffix}")
    answers = {out: False, solution: True}
    answers.setdefault(out.with_suffix(".csv"), False)
    for path in answers:
        require_free(path, overwrite=overwrite)
    make_folder(out.parent)
    for path, is_solution in answers.items():
        wanted = form if path in {out, solution} else "csv"
        if wanted == "pdf":
            forms = (PRINTERS[key](sheet, is_solution=is_solution) for key in ("latex", "html"))
            path.write_bytes(print_pdf(Sources(*forms), path))
        else:
            text = PRINTERS[wanted](sheet, is_solution=is_solution)
            write_new(path, text, overwrite=overwrite)
