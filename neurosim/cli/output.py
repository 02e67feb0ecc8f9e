"""Lines, tables and text files, as commands write them.

On a terminal, lines are wrapped at its width, between words: none is cut. What goes to a file or
another program is not wrapped.
"""

import os
import sys
import textwrap
from collections.abc import Container, Iterator, Sequence
from pathlib import Path
from typing import IO

import click

from neurosim.errors import FileError

LEAST, USUAL = 10, 80  # columns: some terminals and pipes call themselves 0 wide
_INDENT = "  "  # of what goes on in a next line
_LEAST_COLUMN = 20  # of a table's last column; what is narrower is not wrapped in place


def width_of(stream: IO[str]) -> int | None:
    """The columns of the terminal that a stream writes to; None where it is no terminal."""
    if not stream.isatty():
        return None
    given = os.environ.get("COLUMNS", "")
    try:
        found = int(given) if given.isdecimal() else os.get_terminal_size(stream.fileno()).columns
    except OSError:
        found = 0
    return found if found >= LEAST else USUAL


def wrapped(text: str, width: int | None, indent: str = _INDENT) -> str:
    """The text in lines of at most so many columns; those that go on begin with ``indent``.

    >>> print(wrapped("loss: one of many words", 12))
    loss: one of
      many words
    """
    if width is None:
        return text
    lines = (
        textwrap.wrap(
            line,
            width,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
            replace_whitespace=False,
        )
        for line in text.split("\n")
    )
    return "\n".join("\n".join(line) for line in lines)


def say(text: str, *, err: bool = False) -> None:
    """Print lines of words on standard output or error, as wide as the terminal is.

    Where standard error takes nothing, nothing can be printed, and the exit code says it.
    """
    try:
        click.echo(wrapped(text, width_of(sys.stderr if err else sys.stdout)), err=err)
    except OSError:
        if not err:
            raise
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - until the end


def say_table(rows: Sequence[Sequence[str]], right: Container[int] = ()) -> None:
    """Print a table; its last column is wrapped in its place where the terminal is too narrow."""
    start = sum(max(map(len, column)) + 2 for column in list(zip(*rows, strict=True))[:-1])
    width = width_of(sys.stdout)
    is_narrow = width is not None and width - start < _LEAST_COLUMN
    for line in aligned(rows, right):
        click.echo(wrapped(line, width, _INDENT if is_narrow else " " * start))


def aligned(rows: Sequence[Sequence[str]], right: Container[int] = ()) -> Iterator[str]:
    """The rows as lines, their columns two spaces apart; columns of ``right`` end together."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (
            cell.rjust(width) if number in right else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join(cells).rstrip()


def require_free(path: Path | None, *, overwrite: bool) -> None:
    """Refuse a file that exists, before the work that would be written to it.

    Raises:
        FileError: it exists, and is not to be replaced.
    """
    if path is not None and path.is_file() and not overwrite:
        raise _exists(path)


def write_new(path: Path, text: str, *, overwrite: bool) -> None:
    """Write a text to a file.

    Raises:
        FileError: it exists, and is not to be replaced.
    """
    try:
        with path.open("w" if overwrite else "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise _exists(path) from None


def make_folder(folder: Path) -> None:
    """Make a folder that files are written to, where there is none.

    Raises:
        FileError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = str(error.strerror or error).lower()
        raise FileError(f"{folder}: cannot be made, {reason}; expected a folder") from None


def _exists(path: Path) -> FileError:
    return FileError(f"{path}: exists; expected a new file, or --overwrite")
