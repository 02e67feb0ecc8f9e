"""Drawings that are text: for Graphviz, for Mermaid, for the terminal; printed, or in a file."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from neurosim.cli.output import require_free, write_new
from neurosim.cli.terminal import terminal
from neurosim.drawing.geometry.font import DIGITS, MOST_DIGITS
from neurosim.drawing.text.canvas import CHARACTERS
from neurosim.drawing.text.dot import to_dot
from neurosim.drawing.text.mermaid import to_mermaid
from neurosim.drawing.text.terminal import LEAST_WIDTH, to_text
from neurosim.drawing.text.tikz import to_tikz
from neurosim.languages import LANGUAGES

if TYPE_CHECKING:
    from neurosim.cli.commands.look.draw import Wanted

digits_option = click.option("--digits", default=DIGITS, show_default=True, metavar="N",
                             type=click.IntRange(1, MOST_DIGITS),
                             help="In how many digits numbers are written.")  # fmt: skip

lang_option = click.option("--lang", type=click.Choice(LANGUAGES), default="en", show_default=True,
                           help="The language of what is written.")  # fmt: skip
decimal_option = click.option("--decimal", type=click.Choice(("point", "comma")), default="point",
                              show_default=True,
                              help="The decimal mark; with a comma, semicolons separate the"
                                   " fields of CSV files.")  # fmt: skip


def write_form(wanted: "Wanted") -> int:
    """Write the drawing as text, to its file or to standard output."""
    require_free(wanted.out, overwrite=wanted.overwrite)
    network, options = wanted.make()
    match wanted.form:
        case "dot":
            text = to_dot(network, theme=wanted.theme, **options)
        case "mermaid":
            text = to_mermaid(network, theme=wanted.theme, **options)
        case "tex":
            text = to_tikz(network, theme=wanted.theme, **options)
        case _:
            width = max(terminal().width, LEAST_WIDTH)
            charset = "unicode" if wanted.out is not None or _has_lines() else "ascii"
            text = to_text(network, width=width, charset=charset, **options)
    if wanted.out is None or wanted.out == Path("-"):
        click.echo(text, nl=False)
        return 0
    write_new(wanted.out, text, overwrite=wanted.overwrite)
    click.echo(str(wanted.out))
    return 0


def _has_lines() -> bool:
    """Whether the letters that wires are made of can be written to standard output."""
    try:
        CHARACTERS.encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
