"""The columns of a CSV file, by their names or their numbers, and the lines of its rows."""

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from neurosim.errors import FileError, guess
from neurosim.training.data.csv_file import CsvLine, CsvText, number_of

_HEADER_HINT = "; no header line? then header: false, and columns by number"


def read_table(
    text: CsvText, delimiter: str = ",", *, has_header: bool = True
) -> tuple[list[str], Iterator[CsvLine]]:
    """The names of the columns, and the lines of the rows as they are read.

    Raises:
        FileError: the file has no header or no rows, or two columns have the same name; and, while
            the lines are read, one is no CSV.
    """
    path, lines = text.path, text.lines(delimiter)
    first = next(lines, None)
    if first is None:
        expected = "a header line and rows" if has_header else "rows"
        raise FileError(f"{path}: empty, got no line; expected {expected}")
    number, header = first
    if not has_header:
        return numbered(header), itertools.chain([first], lines)
    second = next(lines, None)
    name, count = Counter(header).most_common(1)[0]
    if count > 1:
        what = f"{count} columns are named {name!r:.60}"
        raise FileError(f"{path}:{number}: {what}; expected a name for each{header_hint(header)}")
    if second is None:
        hint = header_hint(header)
        raise FileError(f"{path}: no rows, got a header only; expected rows below it{hint}")
    return header, itertools.chain([second], lines)


def numbered(fields: Sequence[str]) -> list[str]:
    """The names of columns that have none: their numbers, from 1."""
    return [str(number) for number in range(1, len(fields) + 1)]


def header_hint(header: Iterable[str]) -> str:
    """The words for a first line with numbers, which may be a row."""
    has_number = any(number_of(name.replace(",", ".")) is not None for name in header)
    return _HEADER_HINT if has_number else ""


def column_of(path: Path, header: Sequence[str], name: str, hint: str = "") -> int:
    """The place of the column of this name in the header.

    Raises:
        FileError: there is none.
    """
    if name not in header:
        shown = ", ".join(f"{known!r:.60}" for known in header[:20])
        more = f", and {len(header) - 20} more" if len(header) > 20 else ""
        said = f"; the file has {shown}{more}{guess(name, header)}{hint}"
        raise FileError(f"{path}: no column {name!r:.60}{said}")
    return list(header).index(name)
