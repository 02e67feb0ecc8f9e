"""Rows from a CSV file; all mistakes of its cells are told at once, up to 20.

The file is read line by line, and of each line only the columns that were asked for are kept, a
text as the number of its value: a file of 200 MB takes its own size and 8 bytes for each cell, not
the many times more that a Python string for each would take.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from neurosim.errors import FileError, InvalidValueError, guess
from neurosim.functions.mapped import transformed
from neurosim.network.names import InputColumn
from neurosim.training.data.csv_cells import (
    CellNumbers,
    Cells,
    FiledCellNumbers,
    NumberCells,
    TextCells,
    is_missing,
    read_cells,
)
from neurosim.training.data.csv_dialect import Dialect, NumberReader, describe
from neurosim.training.data.csv_file import CsvLine, CsvText, number_of, open_csv
from neurosim.training.data.csv_table import column_of, header_hint, numbered, read_table
from neurosim.training.data.csv_values import Places, one_hot, places_of, value_groups
from neurosim.training.data.rows import MOST_BYTES, Labelled, Matrix, MeasuredRows, Rows, listed

MISSING_RULES = {
    "error": "a missing cell is a mistake",
    "drop": "a row with a missing cell is left out",
    "mean": "a missing input is the mean of the training rows",
}
_PLAIN = Dialect()
_MOST_NOTES = 3  # of spellings


@dataclass(frozen=True, slots=True)
class AllBut:
    """All columns that have a name, but targets and classes, and those that are written here.

    Attributes:
        text: a column's name, or several with commas between them; empty: all.
    """

    text: str = ""

    def left_out(self, header: Sequence[str]) -> tuple[str, ...]:
        """The columns that are written here."""
        if self.text in header:
            return (self.text,)
        return tuple(filter(None, map(str.strip, self.text.split(","))))


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The columns that are asked for."""

    inputs: Sequence[str] | AllBut
    targets: Sequence[str]
    classes: str | None
    encode: Collection[str]
    weights: str | None = None
    may_lack_targets: bool = False

    def named(self, header: Sequence[str]) -> tuple[str, ...]:
        """All columns that are named."""
        inputs = self.inputs
        names = inputs.left_out(header) if isinstance(inputs, AllBut) else tuple(inputs)
        return (*names, *self._results, *self.encode)

    def inputs_of(self, header: Sequence[str]) -> tuple[str, ...]:
        """The columns of the inputs."""
        if not isinstance(self.inputs, AllBut):
            return tuple(self.inputs)
        others = {"", *self.inputs.left_out(header), *self._results}
        return tuple(name for name in header if name not in others)

    @property
    def _results(self) -> tuple[str, ...]:
        others = (self.classes, self.weights)
        return (*self.targets, *(name for name in others if name is not None))

    def fits(self, fields: Sequence[str], dialect: Dialect) -> bool:
        """Whether a first line has all columns; without a header, numbers where they must be."""
        if dialect.header:
            return set(self.named(fields)) <= set(fields)
        header = numbered(fields)
        cells = dict(zip(header, fields, strict=True))
        if not set(self.named(header)) <= set(header) or not self.inputs_of(header):
            return False
        numbers = {*self.inputs_of(header), *self.targets} - {*self.encode}
        numbers |= set() if self.weights is None else {self.weights}
        return all(
            number_of(cells[name].replace(",", ".")) is not None or is_missing(cells[name])
            for name in numbers
        )


def read_csv(
    path: Path,
    *,
    inputs: Sequence[str] | AllBut,
    targets: Sequence[str] = (),
    classes: str | None = None,
    dialect: Dialect = _PLAIN,
    missing: str = "error",
    encode: Collection[str] = (),
    weights: str | None = None,
    may_lack_targets: bool = False,
    is_stream: bool = False,
) -> Rows:
    """The rows of a CSV file.

    Args:
        path: the file.
        inputs: the columns of the inputs.
        targets: the columns of the targets, numbers; or
        classes: the column of class labels. The classes are the labels in sorted order: by
            number where all are numbers (then 1 and 1.0 are one class), else by letter.
        dialect: how the file is written.
        missing: what to do about a cell that is empty, ``?``, ``NA``, ``NaN`` or ``null``, a key
            of `MISSING_RULES`. With ``mean`` it is NaN in the rows; see `fill_missing`.
        encode: columns of texts among the inputs; for each of its values there is an input, which
            is 1 where the cell is that.
        weights: the column of the rows' weights.
        may_lack_targets: whether a missing target is NaN in the rows, and no mistake.
        is_stream: whether the rows lie in a file; then the CSV may be larger than memory.

    Raises:
        FileError: the file cannot be read, is empty or ragged, lacks a column, or has a cell
            that is no finite number where one is expected.
        InvalidValueError: there is no such rule, or a column to encode is no input.
    """
    if missing not in MISSING_RULES:
        expected = f"expected one of {', '.join(MISSING_RULES)}{guess(missing, MISSING_RULES)}"
        raise InvalidValueError(f"missing: unknown, got {missing!r:.60}; {expected}")
    wanted = _Wanted(inputs, targets, classes, encode, weights, may_lack_targets)
    numbers = FiledCellNumbers() if is_stream else CellNumbers()
    with numbers, open_csv(path, is_stream=is_stream) as text:
        reading, lines = _begin(text, dialect, wanted, missing)
        return reading.rows(lines, numbers)


def _begin(
    text: CsvText, dialect: Dialect, wanted: "_Wanted", missing: str
) -> tuple["_Reading", Iterator[CsvLine]]:
    """The columns, and the lines."""
    delimiter = dialect.find_delimiter(text, lambda fields: wanted.fits(fields, dialect))
    if delimiter is None:
        delimiter = dialect.likely_delimiter(text)
    header, lines = read_table(text, delimiter, has_header=dialect.header)
    return _Reading(text.path, header, dialect, delimiter, wanted, missing), lines


@dataclass(frozen=True, slots=True)
class _Reading:
    """The reading of rows whose columns are known."""

    path: Path
    header: list[str]
    dialect: Dialect
    delimiter: str
    wanted: _Wanted
    missing: str

    def rows(self, lines: Iterator[CsvLine], numbers: CellNumbers) -> Rows:
        """All rows."""
        for name in self.wanted.named(self.header):
            self._at(name)
        names = self.wanted.inputs_of(self.header)
        self._require_inputs(names)
        reader = NumberReader(self.delimiter, self.dialect.decimal)
        inputs = [self._input(name, reader) for name in names]
        cells, drops = [*inputs, *self._results(reader)], self.missing == "drop"
        table, n_dropped = read_cells(
            self.path, lines, len(self.header), cells, drops=drops, numbers=numbers
        )
        notes = self._notes(reader, len(table), n_dropped)
        X, columns = self._inputs(table, names, inputs)
        labels = tuple(map(self._input_label, columns))
        kept = columns if self.wanted.encode or self.missing == "mean" else ()
        results, first = cells[len(inputs) :], len(inputs)
        weights = None if self.wanted.weights is None else np.array(table[:, -1])
        if results and isinstance(results[0], TextCells):
            classes, class_names, merged = self._classes(table[:, first], results[0])
            return Labelled(X, classes, class_names, labels, kept, (*notes, *merged), weights)
        T = transformed(table[:, first : first + len(self.wanted.targets)], np.copy)
        targets = tuple(map(self._label, self.wanted.targets))
        return MeasuredRows(X, T, labels, targets, kept, tuple(notes), weights)

    def _classes(
        self, codes: Matrix, cells: TextCells
    ) -> tuple[Places, tuple[str, ...], list[str]]:
        """The class of each row, the names of the classes, and what spellings are one."""
        groups = value_groups(cells.found)
        if len(groups) < 2:
            what = f"one class, got {groups[0][0]!r:.60}; expected two or more"
            raise FileError(f"{self.path}: {cells.where}: {what}")
        merged = [
            f"in {cells.where} {listed(group)} are one class" for group in groups if len(group) > 1
        ]
        merged[_MOST_NOTES:] = ["and so are others"] * (len(merged) > _MOST_NOTES)
        is_missing = np.isnan(codes)
        places = places_of(cells.found, groups)[np.where(is_missing, 0, codes).astype(np.intp)]
        places[is_missing] = -1
        return places, tuple(group[0] for group in groups), merged

    def _at(self, name: str) -> int:
        hint = header_hint(self.header) if self.dialect.header else ""
        how = describe(self.delimiter, None)
        return column_of(self.path, self.header, name, f" ({how})" * bool(how) + hint)

    def _require_inputs(self, names: Sequence[str]) -> None:
        if not names:
            raise FileError(
                f"{self.path}: no inputs, got {len(self.header)} columns; expected more"
            )
        strange = next((name for name in self.wanted.encode if name not in names), None)
        if strange is not None:
            raise InvalidValueError(
                f"encode: no input, got {strange!r:.60}; expected a column of the inputs"
                f"{guess(strange, names)}"
            )

    def _input(self, name: str, reader: NumberReader) -> Cells:
        at, takes_missing = self._at(name), self.missing != "error"
        hint = "" if takes_missing else ", or missing: drop or mean"
        if name in self.wanted.encode:
            return TextCells(self._name(name), at, {}, takes_missing=takes_missing, hint=hint)
        text_hint = f", or encode: {{{name}: one_hot}}"
        return NumberCells(
            self._name(name),
            at,
            reader,
            takes_missing=takes_missing,
            hint=hint,
            text_hint=text_hint,
        )

    def _results(self, reader: NumberReader) -> list[Cells]:
        """Targets or labels; a missing one is never filled. Then the weights."""
        drops = self.missing == "drop" or self.wanted.may_lack_targets
        hint = "" if drops else ", or missing: drop, or missing_targets: ignore"
        return [*self._targets(reader, hint, drops=drops), *self._weights(reader)]

    def _weights(self, reader: NumberReader) -> list[Cells]:
        name = self.wanted.weights
        if name is None:
            return []
        drops = self.missing == "drop"
        hint = "" if drops else ", or missing: drop"
        return [
            NumberCells(self._name(name), self._at(name), reader, takes_missing=drops, hint=hint)
        ]

    def _targets(self, reader: NumberReader, hint: str, *, drops: bool) -> list[Cells]:
        if self.wanted.classes is not None:
            name, at = self._name(self.wanted.classes), self._at(self.wanted.classes)
            labels = TextCells(name, at, {}, takes_missing=drops, hint=hint, what="label")
            labels.refuses_marks = self.missing != "error"
            return [labels]
        return [
            NumberCells(
                self._name(name),
                self._at(name),
                reader,
                takes_missing=drops,
                hint=hint,
                text_hint=f", or classes: {name}",
            )
            for name in self.wanted.targets
        ]

    def _name(self, name: str) -> str:
        """A column in messages."""
        return repr(name)[:60] if self.dialect.header else name

    def _label(self, name: str) -> str:
        return name if self.dialect.header else f"column {name}"

    def _input_label(self, column: InputColumn) -> str:
        return column.name if column.value is None else f"{column.name}_{column.value}"

    def _inputs(
        self, table: Matrix, names: Sequence[str], inputs: Sequence[Cells]
    ) -> tuple[Matrix, tuple[InputColumn, ...]]:
        """The columns of the inputs, texts as columns of 0 and 1."""
        if not self.wanted.encode:
            columns = [InputColumn(self._label(name)) for name in names]
            return transformed(table[:, : len(inputs)], np.copy), tuple(columns)
        blocks, columns = [], list[InputColumn]()
        for k, (name, cells) in enumerate(zip(names, inputs, strict=True)):
            label = self._label(name)
            if isinstance(cells, NumberCells):
                blocks.append(table[:, k : k + 1])
                columns.append(InputColumn(label))
                continue
            groups = value_groups(cells.found)
            self._require_small(cells, len(groups), len(table))
            blocks.append(one_hot(table[:, k], places_of(cells.found, groups), len(groups)))
            columns += [InputColumn(label, group[0]) for group in groups]
        return np.hstack(blocks), tuple(columns)

    def _require_small(self, cells: TextCells, n_values: int, n_rows: int) -> None:
        if 8 * n_values * n_rows > MOST_BYTES:
            what = f"too many values, got {n_values} in {n_rows} rows"
            raise FileError(f"{self.path}: {cells.where}: {what}; expected a few to encode")

    def _notes(self, reader: NumberReader, n_rows: int, n_dropped: int) -> list[str]:
        how, name = describe(self.delimiter, reader.decimal), self.path.name
        notes = [f"{name} is {how}"] if how else []
        if n_dropped:
            total = n_rows + n_dropped
            notes.append(f"{n_dropped} of {total} rows are left out: a cell is missing")
        return notes
