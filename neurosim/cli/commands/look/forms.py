"""Drawings that are text: for Graphviz, for Mermaid, for the terminal; printed, or in a file."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from neurosim.cli.terminal import terminal
from neurosim.drawing.text.canvas import CHARACTERS
from neurosim.drawing.text.dot import to_dot
from neurosim.drawing.text.mermaid import to_mermaid
from neurosim.drawing.text.terminal import LEAST_WIDTH, to_text
from neurosim.errors import FileError

if TYPE_CHECKING:
    from neurosim.cli.commands.look.draw import Wanted


def write_dot(wanted: "Wanted") -> int:
    """Write a drawing for Graphviz."""
    _require_free(wanted)
    network, options = wanted.make()
    return _write(wanted, to_dot(network, theme=wanted.theme, **options))


def write_mermaid(wanted: "Wanted") -> int:
    """Write a drawing for Mermaid."""
    _require_free(wanted)
    network, options = wanted.make()
    return _write(wanted, to_mermaid(network, theme=wanted.theme, **options))


def write_text(wanted: "Wanted") -> int:
    """Write a drawing for the terminal, as wide as it is; in ASCII where it has no more."""
    _require_free(wanted)
    network, options = wanted.make()
    width = max(terminal().width, LEAST_WIDTH)
    charset = "unicode" if wanted.out is not None or _has_lines() else "ascii"
    return _write(wanted, to_text(network, width=width, charset=charset, **options))


def _has_lines() -> bool:
    """Whether the letters that wires are made of can be written to standard output."""
    try:
        CHARACTERS.encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _require_free(wanted: "Wanted") -> None:
    if wanted.out is not None and wanted.out.exists() and not wanted.overwrite:
        raise FileError(f"{wanted.out}: exists; expected a new file, or --overwrite")


def _write(wanted: "Wanted", text: str) -> int:
    if wanted.out is None or wanted.out == Path("-"):
        click.echo(text, nl=False)
        return 0
    try:
        with wanted.out.open("w" if wanted.overwrite else "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise FileError(f"{wanted.out}: exists; expected a new file, or --overwrite") from None
    click.echo(str(wanted.out))
    return 0


FORMS = {"dot": write_dot, "mermaid": write_mermaid, "text": write_text}
