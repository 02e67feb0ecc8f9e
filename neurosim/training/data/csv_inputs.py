"""Rows of inputs from a CSV file, for a network that knows what its inputs are read from."""

from collections.abc import Sequence

import numpy as np

from neurosim.errors import FileError
from neurosim.network.names import InputColumn
from neurosim.training.data.csv_cells import Cells, NumberCells, TextCells, read_cells
from neurosim.training.data.csv_dialect import NumberReader
from neurosim.training.data.csv_file import CsvText
from neurosim.training.data.csv_table import column_of, read_table
from neurosim.training.data.rows import Matrix


def read_inputs(
    text: CsvText,
    delimiter: str,
    names: Sequence[str],
    columns: Sequence[InputColumn],
    *,
    has_header: bool = True,
    decimal: str | None = None,
) -> Matrix:
    """The inputs in a CSV file, (rows, n_in).

    Args:
        text: the file.
        delimiter: what is between its fields.
        names: the column of each input, as this file calls it.
        columns: what each input is read from; of the names in it, those of ``names`` are taken.
        has_header: whether the first line has names; else the columns are called by their numbers.
        decimal: the decimal mark; None: found.

    Raises:
        FileError: as `read_csv`; also for a text that is none of the known values.
    """
    header, lines = read_table(text, delimiter, has_header=has_header)
    reader, by_name = NumberReader(delimiter, decimal), dict[str, list[InputColumn]]()
    for name, column in zip(names, columns, strict=True):
        by_name.setdefault(name, []).append(column)
    cells: list[Cells] = []
    for name, group in by_name.items():
        at, shown = column_of(text.path, header, name), repr(name) if has_header else name
        if len({column.value is None for column in group}) > 1:
            raise FileError(f"{text.path}: column {shown}: numbers and texts; expected one of them")
        cells.append(_cells(shown, at, group, reader))
    table, _ = read_cells(text.path, lines, len(header), cells)
    given = {
        name: (one, table[:, k]) for k, (name, one) in enumerate(zip(by_name, cells, strict=True))
    }
    return np.column_stack(
        [_input(column, *given[name]) for name, column in zip(names, columns, strict=True)]
    )


def _cells(name: str, at: int, columns: Sequence[InputColumn], reader: NumberReader) -> Cells:
    takes_missing = all(column.filling is not None for column in columns)
    if columns[0].value is None:
        return NumberCells(name, at, reader, takes_missing=takes_missing)
    found = {column.value: k for k, column in enumerate(columns) if column.value is not None}
    return TextCells(name, at, found, takes_missing=takes_missing, is_closed=True)


def _input(column: InputColumn, cells: Cells, given: Matrix) -> Matrix:
    """One input of all rows; a cell that is missing is filled."""
    values = given
    if isinstance(cells, TextCells) and column.value is not None:
        values = (given == cells.found[column.value]).astype(np.float64)
    return values if column.filling is None else np.where(np.isnan(given), column.filling, values)
