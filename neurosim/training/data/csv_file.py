"""Lines of a CSV file as they are read, and the numbers in their cells.

Of the file its bytes are kept, and one line at a time is made of them.
"""

import csv
import io
import itertools
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from neurosim.errors import FileError
from neurosim.regular import open_regular, unreadable

MOST_BYTES = 200_000_000
MOST_CHARACTERS = 10_000_000  # of one line

CsvLine = tuple[int, list[str]]

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


@dataclass(frozen=True, slots=True, eq=False)
class CsvText:
    """A CSV file: UTF-8, with or without a byte order mark.

    Attributes:
        path: the file.
        data: its bytes.
    """

    path: Path
    data: bytes

    def lines(self, delimiter: str = ",") -> Iterator[CsvLine]:
        """The fields of each line, with its number in the file; empty lines are left out.

        A line with line breaks between quotes has the number of the line where it begins.

        Args:
            delimiter: what is between the fields; a blank: one blank, tab or more of them.

        Raises:
            FileError: while the lines are read, one is no CSV or no text, or is over 10,000,000
                characters long.
        """
        return _lines(self.path, self.data, delimiter)

    def first(self, delimiter: str) -> list[str]:
        """The fields of the first line, or none where `lines` will complain of it."""
        try:
            return next((fields for _, fields in self.lines(delimiter)), [])
        except FileError:
            return []


def open_csv(path: Path) -> CsvText:
    """Read the bytes of a CSV file.

    Raises:
        FileError: the file cannot be read, is over 200 MB, or is no text.
    """
    with open_regular(path, MOST_BYTES) as file:
        try:
            data = file.read(MOST_BYTES) or b""  # None: nothing now, from a file that is no store
        except OSError as error:
            raise unreadable(path, error) from None
    at = data.find(b"\0")
    if at >= 0:
        raise FileError(f"{path}:{_line_of(data, at)}: no text, got a NUL; expected a CSV file")
    return CsvText(path, data)


def read_lines(path: Path) -> Iterator[CsvLine]:
    """The lines of a file with commas; see `open_csv` and `CsvText.lines`."""
    return open_csv(path).lines()


def number_of(cell: str) -> float | None:
    """The number in a cell, or None where it is not a finite one.

    Python's own spellings (``1_000``, ``inf``, ``nan``, digits of other scripts) are none.

    >>> number_of("-1.5e3"), number_of("1e400"), number_of("1_000")
    (-1500.0, None, None)
    """
    if _NUMBER.fullmatch(cell) is None:
        return None
    number = float(cell)
    return number if math.isfinite(number) else None


def _lines(path: Path, data: bytes, delimiter: str) -> Iterator[CsvLine]:
    text = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8-sig", newline="")
    # strict: a quote that is never closed would else swallow all lines that follow
    given = _short(path, text)
    if delimiter == " ":
        given = (f"{line.translate(_TABS).strip()}\n" for line in given)
    reader = csv.reader(given, delimiter=delimiter, skipinitialspace=True, strict=True)
    has_apostrophes = b"'" in data
    while True:
        line = reader.line_num + 1
        try:
            fields = next(reader, None)
        except UnicodeDecodeError:
            raise _no_text(path, data) from None
        except csv.Error as error:
            raise FileError(f"{path}:{line}: not CSV, {_meaning(error, delimiter)}") from None
        if fields is None:
            return
        cells = [field.strip() for field in fields]
        if has_apostrophes:
            cells = [_APOSTROPHES.sub(r"\1", cell) for cell in cells]
        if len(cells) == 1 or any(cells):  # a spreadsheet ends in lines of delimiters
            yield line, cells


def _short(path: Path, text: io.TextIOWrapper) -> Iterator[str]:
    """The lines of the text, as long as they are not so long that their fields fill the memory."""
    for number in itertools.count(1):
        line = text.readline(MOST_CHARACTERS + 1)
        if len(line) > MOST_CHARACTERS:
            what = f"too long, got over {MOST_CHARACTERS} characters in one line"
            raise FileError(f"{path}:{number}: {what}; expected a line for each row")
        if not line:
            return
        yield line


def _no_text(path: Path, data: bytes) -> FileError:
    """The error that tells where the data is no UTF-8; it is none somewhere."""
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        byte, line = error.object[error.start], _line_of(data, error.start)
        what = f"no UTF-8 text, got the byte 0x{byte:02x}"
        return FileError(f"{path}:{line}: {what}; expected a file saved as UTF-8")
    raise AssertionError("text was no text before")


def _line_of(data: bytes, at: int) -> int:
    r"""The line of a place, where each of \n, \r and \r\n ends one."""
    return data.count(b"\n", 0, at) + data.count(b"\r", 0, at) - data.count(b"\r\n", 0, at) + 1


def _meaning(error: csv.Error, delimiter: str) -> str:
    """What is meant by what the reader says."""
    meanings = {
        "unexpected end of data": "a quote is opened and never closed",
        f"'{delimiter}' expected after '\"'": "text follows a closing quote; expected a"
        f" {'comma' if delimiter == ',' else 'delimiter'}",
    }
    return meanings.get(str(error), str(error))


_APOSTROPHES = re.compile(r"\A'(.*)'\Z", re.DOTALL)  # around a cell, as some write quotes
_TABS = str.maketrans("\t", " ")
