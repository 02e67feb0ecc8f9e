"""Rows from a CSV file with a header line; every mistake is told with its line and column."""

import csv
import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from neurosim.errors import FileError, guess
from neurosim.training.data.rows import Labelled, Measured, Rows

MOST_BYTES = 200_000_000

Line = tuple[int, list[str]]


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
    X = _numbers(path, header, lines, inputs)
    if classes is None:
        return Measured(X, _numbers(path, header, lines, targets), tuple(inputs), tuple(targets))
    labels = _labels(path, header, lines, classes)
    names = _sorted_labels(labels)
    if len(names) < 2:
        raise FileError(f"{path}: column {classes!r}: one class, got {names[0]!r}; expected two")
    number = {name: k for k, name in enumerate(names)}
    numbers = np.array([number[label] for label in labels], dtype=np.intp)
    return Labelled(X, numbers, tuple(names), tuple(inputs))


def read_table(path: Path) -> tuple[list[str], list[Line]]:
    """The header and the lines, each with its number in the file; blank lines are left out.

    Raises:
        FileError: the file cannot be read, has no header or no rows, or is ragged.
    """
    lines = list(_lines(path))
    if not lines:
        raise FileError(f"{path}: empty; expected a header line and rows")
    header = lines[0][1]
    for number, fields in lines[1:]:
        if len(fields) != len(header):
            raise FileError(
                f"{path}:{number}: ragged, got {len(fields)} fields;"
                f" expected {len(header)}, as in the header"
            )
    if len(lines) == 1:
        raise FileError(f"{path}: no rows, got a header only; expected rows below it")
    return header, lines[1:]


def _lines(path: Path) -> Iterator[Line]:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise FileError(f"{path}: too large; expected at most {MOST_BYTES // 10**6} MB")
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, skipinitialspace=True)
            for fields in reader:
                if fields:
                    yield reader.line_num, [field.strip() for field in fields]
    except OSError as error:
        raise FileError(f"{path}: cannot be read, {str(error.strerror).lower()}") from None
    except UnicodeDecodeError as error:
        byte = error.object[error.start]
        raise FileError(f"{path}: no UTF-8 text, got the byte 0x{byte:02x}") from None
    except csv.Error as error:
        raise FileError(f"{path}:{reader.line_num}: not CSV, {error}") from None


def column_of(path: Path, header: Sequence[str], name: str) -> int:
    """Where the column of this name stands.

    Raises:
        FileError: there is none, or there are two.
    """
    if name not in header:
        shown = ", ".join(repr(known) for known in header[:20])
        raise FileError(f"{path}: no column {name!r}; the file has {shown}{guess(name, header)}")
    if header.count(name) > 1:
        raise FileError(f"{path}: {header.count(name)} columns are named {name!r}; expected one")
    return list(header).index(name)


def _numbers(
    path: Path, header: Sequence[str], lines: Sequence[Line], columns: Sequence[str]
) -> "np.ndarray[tuple[int, int], np.dtype[np.float64]]":
    places = [(column_of(path, header, name), name) for name in columns]
    return np.array(
        [
            [_number(fields[place], f"{path}:{number}: column {name!r}") for place, name in places]
            for number, fields in lines
        ]
    )


def _number(cell: str, where: str) -> float:
    """The number in a cell; Python's own spellings (1_000, inf, nan) are none."""
    try:
        number = math.nan if "_" in cell else float(cell)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise FileError(f"{where}: no finite number, got {cell!r:.60}; expected one")
    return number


def _labels(path: Path, header: Sequence[str], lines: Sequence[Line], column: str) -> list[str]:
    place = column_of(path, header, column)
    for number, fields in lines:
        if not fields[place]:
            raise FileError(f"{path}:{number}: column {column!r}: no label, got ''; expected one")
    return [fields[place] for _, fields in lines]


def _sorted_labels(labels: Sequence[str]) -> list[str]:
    found = sorted(set(labels))
    try:
        return sorted(found, key=float)
    except ValueError:
        return found
