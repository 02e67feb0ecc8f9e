"""Cells of a CSV file as numbers, and all that is wrong with them."""

import math
from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self, TypeAlias

import numpy as np

from neurosim.errors import FileError, RowsError
from neurosim.functions.mapped import BLOCK, no_room, unnamed_file
from neurosim.training.data.csv_dialect import NumberReader
from neurosim.training.data.csv_file import CsvLine, number_of
from neurosim.training.data.rows import Matrix

MOST_MISTAKES = 20  # that are told at once
CellReader: TypeAlias = Callable[[str], float | None]
_MISSING = frozenset({"", "?", "na", "n/a", "nan", "null"})


def is_missing(cell: str) -> bool:
    """Whether a cell says that there is nothing: empty, ``?``, ``NA``, ``N/A``, ``NaN``, ``null``.

    >>> is_missing("NA"), is_missing("0")
    (True, False)
    """
    return len(cell) < 5 and cell.lower() in _MISSING


@dataclass(slots=True, eq=False)
class NumberCells:
    """A column of numbers.

    Attributes:
        name: what it is called in messages.
        at: its place in a line.
        reader: what reads a number.
        takes_missing: whether a missing cell is NaN, and no mistake.
        hint: what else is expected, where a cell is missing.
        text_hint: the same where all cells are texts.
    """

    name: str
    at: int
    reader: NumberReader
    takes_missing: bool = False
    hint: str = ""
    text_hint: str = ""

    @property
    def where(self) -> str:
        """The column in messages."""
        return f"column {self.name}"

    def reading(self) -> CellReader:
        """What reads a cell; a function of fewer steps where that is enough."""
        return number_of if self.reader.decimal == "." and not self.takes_missing else self.read

    def read(self, cell: str) -> float | None:
        """The number; NaN where it is missing; None where the cell is wrong."""
        number = self.reader(cell)
        if number is None and self.takes_missing and is_missing(cell):
            return math.nan
        return number

    def wrong(self, cell: str) -> str:
        """What is wrong with a cell."""
        hint = self.hint if is_missing(cell) else ""
        return f"no finite number, got {cell!r:.60}; expected {self.reader.expected}{hint}"

    def wrong_everywhere(self, cell: str) -> str:
        """What is wrong where no cell is right; the first is shown."""
        hint = self.hint if is_missing(cell) else self.text_hint
        return f"no finite number in any row, got {cell!r:.60} first; expected numbers{hint}"


@dataclass(slots=True, eq=False)
class TextCells:
    """A column of texts, which become the numbers of their values in the order they are found in.

    Attributes:
        name: what it is called in messages.
        at: its place in a line.
        found: the number of each value.
        takes_missing: whether a missing cell is NaN, and no mistake.
        hint: what else is expected, where a cell is missing.
        what: what a text is, such as a value or a label.
        refuses_marks: whether ``?``, ``NA`` and the like are mistakes, not only an empty cell.
        is_closed: whether there are no other values than those found.
    """

    name: str
    at: int
    found: dict[str, int]
    takes_missing: bool = False
    hint: str = ""
    what: str = "value"
    refuses_marks: bool = True
    is_closed: bool = False
    _by_number: dict[float, int] = field(init=False)

    def __post_init__(self) -> None:
        numbers = {number_of(value): code for value, code in self.found.items()}
        self._by_number = (
            {} if None in numbers else {n: c for n, c in numbers.items() if n is not None}
        )

    @property
    def where(self) -> str:
        """The column in messages."""
        return f"column {self.name}"

    def reading(self) -> CellReader:
        """What reads a cell."""
        return self.read

    def read(self, cell: str) -> float | None:
        """The number of the value; NaN where it is missing; None where the cell is wrong."""
        code = self.found.get(cell)
        if code is not None:
            return code
        if self.takes_missing and is_missing(cell):
            return math.nan
        if not cell or (self.refuses_marks and is_missing(cell)):
            return None
        if self.is_closed:
            number = number_of(cell)
            return None if number is None else self._by_number.get(number)
        return self.found.setdefault(cell, len(self.found))

    def wrong(self, cell: str) -> str:
        """What is wrong with a cell."""
        expected = "one"
        if self.is_closed:
            shown = ", ".join(f"{value!r:.60}" for value in list(self.found)[:10])
            expected = f"one of {shown}{', ...' if len(self.found) > 10 else ''}"
        what = "no" if is_missing(cell) else "unknown"
        return f"{what} {self.what}, got {cell!r:.60}; expected {expected}{self.hint}"

    wrong_everywhere = wrong


Cells = NumberCells | TextCells


def read_cells(
    path: Path,
    lines: Iterable[CsvLine],
    n_fields: int,
    columns: Sequence[Cells],
    *,
    drops: bool = False,
    numbers: "CellNumbers | None" = None,
) -> tuple[Matrix, int]:
    """The numbers of columns, (rows, columns), and how many rows were left out.

    Args:
        path: the file, for messages.
        lines: its rows.
        n_fields: how many fields a row has.
        columns: the columns.
        drops: whether a row with a missing cell is left out.
        numbers: where they are written; None: in memory.

    Raises:
        RowsError: rows are ragged, or cells are wrong.
        FileError: nothing is left.
    """
    mistakes, n_dropped = _Mistakes(path, columns), 0
    if numbers is None:
        numbers = CellNumbers()
    readers = [(column.at, column.reading()) for column in columns]
    try:
        for line, fields in lines:
            if len(fields) != n_fields:
                mistakes.add_ragged(line, len(fields), n_fields)
                continue
            row = [read(fields[at]) for at, read in readers]
            mistakes.n_rows += 1
            if None in row:
                mistakes.add(line, fields, row)
            elif drops and any(map(math.isnan, row)):  # type: ignore[arg-type] # no None in it
                n_dropped += 1
            else:
                numbers.extend(row)  # type: ignore[arg-type] # no None in it
            if mistakes.are_many:
                break
    except FileError as error:  # the lines end here: no CSV, no text
        mistakes.add_last(error)
    mistakes.refuse()
    table = numbers.table(len(columns))
    if not len(table):
        what = f"no rows are left, got a missing cell in all {n_dropped}"
        raise FileError(f"{path}: {what}; expected some without, or missing: mean")
    return table, n_dropped


class CellNumbers:
    """The numbers of rows, one after the other, in memory."""

    def __init__(self) -> None:
        self._kept = array("d")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing of them is held open."""

    def extend(self, row: Iterable[float]) -> None:
        """Add those of a row."""
        self._kept.extend(row)

    def table(self, n_columns: int) -> Matrix:
        """All of them, (rows, n_columns); nothing may be added any more."""
        return np.frombuffer(self._kept).reshape(-1, n_columns)


class FiledCellNumbers(CellNumbers):
    """The same in a file without a name, of which the table is a map."""

    def __init__(self) -> None:
        super().__init__()
        self._file = unnamed_file()
        self._count = 0

    def __exit__(self, *_: object) -> None:
        """Let the file go; a table stays."""
        self._file.close()

    def extend(self, row: Iterable[float]) -> None:
        """Add those of a row; now and then they are written."""
        super().extend(row)
        if len(self._kept) >= BLOCK:
            self._write()

    def table(self, n_columns: int) -> Matrix:
        """All of them, (rows, n_columns), as a map of the file."""
        self._write()
        if not self._count:
            return np.empty((0, n_columns))
        shape = (self._count // n_columns, n_columns)
        return np.memmap(self._file, np.float64, "r+", shape=shape)

    def _write(self) -> None:
        try:
            self._kept.tofile(self._file)
            self._file.flush()
        except OSError as error:
            raise no_room(error, 8 * (self._count + len(self._kept))) from None
        self._count += len(self._kept)
        self._kept = array("d")


class _Mistakes:
    """Mistakes of rows; a column in which no cell is right is one."""

    def __init__(self, path: Path, columns: Sequence[Cells]) -> None:
        self.n_rows = 0
        self._path, self._columns = path, columns
        self._n_wrong = [0] * len(columns)
        self._cells: list[list[tuple[int, str]]] = [[] for _ in columns]  # line and cell
        self._others: list[tuple[int, str]] = []  # line and message
        self._last = ""

    @property
    def are_many(self) -> bool:
        """Whether there are more than are told."""
        single = sum(n for n in self._n_wrong if n < self.n_rows)
        return single + len(self._others) > MOST_MISTAKES

    def add(self, line: int, fields: Sequence[str], row: Sequence[float | None]) -> None:
        for place, number in enumerate(row):
            if number is None:
                self._n_wrong[place] += 1
                if len(self._cells[place]) <= MOST_MISTAKES:
                    self._cells[place].append((line, fields[self._columns[place].at]))

    def add_ragged(self, line: int, got: int, expected: int) -> None:
        what = f"ragged, got {got} fields; expected {expected}, as in the first line"
        self._others.append((line, what))

    def add_last(self, error: FileError) -> None:
        self._last = str(error)

    def refuse(self) -> None:
        """Raise what was found, in the order of the lines."""
        found = [
            *self._others,
            *(one for place in range(len(self._columns)) for one in self._of(place)),
        ]
        found.sort(key=lambda one: one[0])
        told = [f"{self._path}:{line}: {what}" for line, what in found[:MOST_MISTAKES]]
        if len(found) > MOST_MISTAKES:
            told.append(f"{self._path}: ... and more")
        if self._last:
            told.append(self._last)
        if told:
            raise RowsError(told)

    def _of(self, place: int) -> list[tuple[int, str]]:
        column, cells = self._columns[place], self._cells[place]
        if len(cells) > 2 and self._n_wrong[place] == self.n_rows:
            line, cell = cells[0]
            return [(line, f"{column.where}: {column.wrong_everywhere(cell)}")]
        return [(line, f"{column.where}: {column.wrong(cell)}") for line, cell in cells]
