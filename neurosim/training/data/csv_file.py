"""Lines of a CSV file as they are read, and the numbers in their cells.

Of the file its bytes are kept, or it is held open where it is a stream, which may be larger than
memory; one line at a time is made of them.
"""

import codecs
import csv
import io
import itertools
import math
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Self

from neurosim.errors import FileError
from neurosim.regular import open_regular, unreadable

MOST_BYTES = 200_000_000
MOST_CHARACTERS = 10_000_000  # of one line
_PART = 1 << 20  # bytes that are read at once

CsvLine = tuple[int, list[str]]

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


@dataclass(frozen=True, slots=True, eq=False)
class CsvText:
    """A CSV file: UTF-8, with or without a byte order mark.

    Attributes:
        path: the file.
        source: its bytes, to be read again and again.
        has_apostrophes: whether there are some.
    """

    path: Path
    source: BinaryIO
    has_apostrophes: bool

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.source.close()

    def lines(self, delimiter: str = ",") -> Iterator[CsvLine]:
        """The fields of each line, with its number in the file; empty lines are left out.

        A line with line breaks between quotes has the number of the line where it begins.

        Args:
            delimiter: what is between the fields; a blank: one blank, tab or more of them.

        Raises:
            FileError: while the lines are read, one is no CSV or no text, or is over 10,000,000
                characters long.
        """
        return _lines(self, delimiter)

    def first(self, delimiter: str) -> list[str]:
        """The fields of the first line, or none where `lines` will complain of it."""
        try:
            return next((fields for _, fields in self.lines(delimiter)), [])
        except FileError:
            return []


def open_csv(path: Path, *, is_stream: bool = False) -> CsvText:
    """Read the bytes of a CSV file; a stream may have any number of them, and is held open.

    Raises:
        FileError: the file cannot be read, is over 200 MB and no stream, or is no text.
    """
    file = open_regular(path, None if is_stream else MOST_BYTES)
    with ExitStack() as stack:
        stack.callback(file.close)
        try:
            # None: nothing now, from a file that is no store
            source = file if is_stream else io.BytesIO(file.read(MOST_BYTES) or b"")
            at = _find(source, b"\0")
            where = "" if at is None else f"{path}:{_line_of(source, at)}"
            has_apostrophes = _find(source, b"'") is not None
        except OSError as error:
            raise unreadable(path, error) from None
        if where:
            raise FileError(f"{where}: no text, got a NUL; expected a CSV file")
        if is_stream:
            stack.pop_all()
    return CsvText(path, source, has_apostrophes)


def _find(file: BinaryIO, letter: bytes) -> int | None:
    """Where a byte is first in a file, if anywhere."""
    file.seek(0)
    for number in itertools.count():
        part = file.read(_PART)
        at = part.find(letter)
        if at >= 0:
            return number * _PART + at
        if not part:
            return None
    return None


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


def _lines(csv_text: CsvText, delimiter: str) -> Iterator[CsvLine]:
    path, source = csv_text.path, csv_text.source
    source.seek(0)
    text = io.TextIOWrapper(io.BufferedReader(_Held(source)), encoding="utf-8-sig", newline="")
    # strict: a quote that is never closed would else swallow all lines that follow
    given = _short(path, text)
    if delimiter == " ":
        given = (f"{line.translate(_TABS).strip()}\n" for line in given)
    reader = csv.reader(given, delimiter=delimiter, skipinitialspace=True, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            fields = next(reader, None)
        except UnicodeDecodeError:
            raise _no_text(path, source) from None
        except csv.Error as error:
            raise FileError(f"{path}:{line}: not CSV, {_meaning(error, delimiter)}") from None
        if fields is None:
            return
        cells = [field.strip() for field in fields]
        if csv_text.has_apostrophes:
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


class _Held(io.RawIOBase):
    """The bytes of a file that stays open when the reader of its text is gone."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, room: Any, /) -> int:
        part = self._file.read(len(room))
        room[: len(part)] = part
        return len(part)


def _no_text(path: Path, source: BinaryIO) -> FileError:
    """The error that tells where the file is no UTF-8; it is none somewhere."""
    source.seek(0)
    line, decode = 1, codecs.getincrementaldecoder("utf-8-sig")().decode
    for part in source:  # by the lines of \n, none of which ends within a letter
        try:
            decode(part)
        except UnicodeDecodeError as error:
            byte = error.object[error.start]
            line += _line_ends(error.object[: error.start])
            what = f"no UTF-8 text, got the byte 0x{byte:02x}"
            return FileError(f"{path}:{line}: {what}; expected a file saved as UTF-8")
        line += _line_ends(part)
    what = "no UTF-8 text, it ends within a letter"
    return FileError(f"{path}:{line}: {what}; expected a file saved as UTF-8")


def _line_of(file: BinaryIO, at: int) -> int:
    """The line of a place."""
    file.seek(0)
    parts = (file.read(min(_PART, at - start)) for start in range(0, at, _PART))
    return 1 + _line_ends(b"".join(parts))


def _line_ends(part: bytes) -> int:
    r"""How many lines end, by \n, \r or \r\n."""
    return part.count(b"\n") + part.count(b"\r") - part.count(b"\r\n")


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
