"""Tables and text files, as commands write them."""

from collections.abc import Container, Iterator, Sequence
from pathlib import Path

from neurosim.errors import FileError


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


def _exists(path: Path) -> FileError:
    return FileError(f"{path}: exists; expected a new file, or --overwrite")
