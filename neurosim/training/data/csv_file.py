"""Rows from a CSV file with a header line; each error names line and column.

The file is read line by line, and of each line only the columns that were asked for are kept: a
file of 200 MB takes its own size and 8 bytes for each number, not the many times more that a
Python string for each cell would take.
"""

import csv
import io
import itertools
import math
import re
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from neurosim.errors import FileError, guess
from neurosim.training.data.regular import open_regular, unreadable
from neurosim.training.data.rows import Labelled, MeasuredRows, Rows

MOST_BYTES = 200_000_000
MOST_CHARACTERS = 10_000_000  # of one line

CsvLine = tuple[int, list[str]]

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_MEANINGS = {  # what the reader says, and what it means
    "unexpected end of data": "a quote is opened and never closed",
    "',' expected after '\"'": "text follows a closing quote; expected a comma",
}


def read_csv(
    path: Path, *, inputs: Sequence[str], targets: Sequence[str] = (), classes: str | None = None
) -> Rows:
    """The rows of a CSV file: UTF-8 (with or without a mark), commas, a header line.

    Args:
        path: the file.
        inputs: the columns of the inputs.
        targets: the columns of the targets, numbers; or
        classes: the column of class labels. The classes are the labels in sorted order: by
            number where all are numbers, else by letter.

    Raises:
        FileError: the file cannot be read, is empty or ragged, lacks a column, or has a cell
            that is no finite number where one is expected.
    """
    header, lines = read_table(path)
    columns = [(column_of(path, header, name), name) for name in (*inputs, *targets)]
    label_at = None if classes is None else column_of(path, header, classes)
    numbers, places, found = array("d"), array("q"), dict[str, int]()
    for line, fields in lines:
        for column, name in columns:
            number = number_of(fields[column])
            if number is None:
                what = f"no finite number, got {fields[column]!r:.60}"
                raise FileError(f"{path}:{line}: column {name!r}: {what}; expected one")
            numbers.append(number)
        if label_at is not None:
            label = _require_label(fields[label_at], f"{path}:{line}: column {classes!r}")
            places.append(found.setdefault(label, len(found)))
    table = np.array(numbers)
    if classes is None:
        table = table.reshape(-1, len(columns))
        X, T = np.hsplit(table, [len(inputs)])
        return MeasuredRows(X.copy(), T.copy(), tuple(inputs), tuple(targets))
    X = table.reshape(-1, len(inputs))
    return _labelled(X, places, list(found), f"{path}: column {classes!r}", tuple(inputs))


def read_table(path: Path) -> tuple[list[str], Iterator[CsvLine]]:
    """The header, and the lines below it as they are read; see `read_lines`.

    Raises:
        FileError: the file cannot be read, has no header or no rows, or two columns have the same
            name; and, while the lines are read, one is ragged or no CSV.
    """
    lines = read_lines(path)
    first, second = next(lines, None), next(lines, None)
    if first is None:
        raise FileError(f"{path}: empty, got no line; expected a header line and rows")
    number, header = first
    name, count = Counter(header).most_common(1)[0]
    if count > 1:
        what = f"{count} columns are named {name!r:.60}"
        raise FileError(f"{path}:{number}: {what}; expected a name for each")
    if second is None:
        raise FileError(f"{path}: no rows, got a header only; expected rows below it")
    return header, _even(path, len(header), itertools.chain([second], lines))


def read_lines(path: Path) -> Iterator[CsvLine]:
    """The fields of each line, with its number in the file; blank lines are left out.

    A line with line breaks between quotes has the number of the line where it begins.

    Raises:
        FileError: the file cannot be read or is over 200 MB; and, while the lines are read, one is
            no CSV or no text, or is over 10,000,000 characters long.
    """
    with open_regular(path, MOST_BYTES) as file:
        try:
            data = file.read(MOST_BYTES) or b""  # None: nothing now, from a file that is no store
        except OSError as error:
            raise unreadable(path, error) from None
    at = data.find(b"\0")
    if at >= 0:
        raise FileError(f"{path}:{_line_of(data, at)}: no text, got a NUL; expected a CSV file")
    return _lines(path, data)


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


def column_of(path: Path, header: Sequence[str], name: str) -> int:
    """Where the column of this name stands.

    Raises:
        FileError: there is none.
    """
    if name not in header:
        shown = ", ".join(f"{known!r:.60}" for known in header[:20])
        more = f", and {len(header) - 20} more" if len(header) > 20 else ""
        raise FileError(
            f"{path}: no column {name!r:.60}; the file has {shown}{more}{guess(name, header)}"
        )
    return list(header).index(name)


def _lines(path: Path, data: bytes) -> Iterator[CsvLine]:
    text = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8-sig", newline="")
    # strict: a quote that is never closed would else swallow all lines that follow
    reader = csv.reader(_short(path, text), skipinitialspace=True, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            fields = next(reader, None)
        except UnicodeDecodeError:
            raise _no_text(path, data) from None
        except csv.Error as error:
            what = _MEANINGS.get(str(error), str(error))
            raise FileError(f"{path}:{line}: not CSV, {what}") from None
        if fields is None:
            return
        if fields:
            yield line, [field.strip() for field in fields]


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


def _even(path: Path, n_fields: int, lines: Iterable[CsvLine]) -> Iterator[CsvLine]:
    for number, fields in lines:
        if len(fields) != n_fields:
            raise FileError(
                f"{path}:{number}: ragged, got {len(fields)} fields;"
                f" expected {n_fields}, as in the header"
            )
        yield number, fields


def _require_label(cell: str, where: str) -> str:
    if not cell:
        raise FileError(f"{where}: no label, got ''; expected one")
    return cell


def _labelled(
    X: NDArray[np.float64],
    places: Sequence[int],
    found: Sequence[str],
    where: str,
    input_names: tuple[str, ...],
) -> Labelled:
    """The classes in their order; ``places`` has each row's in the order they were found in."""
    names = _sorted_labels(found)
    if len(names) < 2:
        raise FileError(f"{where}: one class, got {names[0]!r:.60}; expected two or more")
    rank = {name: number for number, name in enumerate(names)}
    ranks = np.array([rank[name] for name in found], dtype=np.intp)
    return Labelled(X, ranks[np.array(places, dtype=np.intp)], tuple(names), input_names)


def _sorted_labels(labels: Iterable[str]) -> list[str]:
    found = sorted(labels)
    numbers = [number for label in found if (number := number_of(label)) is not None]
    if len(numbers) < len(found):
        return found
    return [label for _, label in sorted(zip(numbers, found, strict=True))]
