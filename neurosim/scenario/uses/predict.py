"""Predictions: outputs of a network for the rows of a CSV file."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from neurosim.doors.files import is_network_file, read_network
from neurosim.errors import DivergedError, FileError
from neurosim.functions.numbers import Matrix
from neurosim.network.names import InputColumn
from neurosim.network.network import Network
from neurosim.scenario.build.shipped import find_scenario
from neurosim.scenario.run.run import start_run
from neurosim.training.data import (
    CsvText,
    Dialect,
    is_missing,
    number_of,
    numbered,
    open_csv,
    read_inputs,
)
from neurosim.training.task_kind import kind_of_classes

_DIALECT = Dialect()


@dataclass(frozen=True, slots=True, eq=False)
class Predictor:
    """A trained network that reads rows of its inputs.

    Attributes:
        network: the network.
    """

    network: Network

    @property
    def header(self) -> tuple[str, ...]:
        """What the columns of its answers are called; the last is ``class`` where there are any."""
        outputs = tuple(neuron.caption for neuron in self.network.outputs)
        return outputs if self.network.classes is None else (*outputs, "class")

    def read(
        self, path: Path, dialect: Dialect = _DIALECT, note: Callable[[str], object] | None = None
    ) -> Matrix:
        """The rows of a CSV file, (rows, n_in): columns by name, else all of them in order.

        A first line whose cells can be read is a row, unless they are the names; another one is a
        header. The delimiter and the decimal mark are found where the dialect does not say them;
        without a header, as it may say, the first line is a row. ``note`` is called where a header
        has other names.

        Raises:
            FileError: the file cannot be read, or has neither the names nor as many columns; or
                its names and those of the inputs agree in part.
        """
        text = open_csv(path)
        columns = [n.column or InputColumn(n.caption) for n in self.network.inputs]
        read = partial(read_inputs, text, decimal=dialect.decimal)
        for names in self._names(columns) * dialect.header:
            delimiter = dialect.find_delimiter(text, set(names).issubset)
            if names and delimiter is not None:
                return read(delimiter, names, columns)
        order = list(dict.fromkeys(column.name for column in columns))
        for numbers in (_numbers_in(order), numbered(order)):
            is_row = partial(_is_row, numbers=numbers, columns=columns, order=order)
            delimiter = dialect.find_delimiter(text, is_row) if numbers else None
            if delimiter is not None:
                names = [numbers[order.index(column.name)] for column in columns]
                return read(delimiter, names, columns, has_header=False)
        delimiter = dialect.find_delimiter(text, lambda fields: len(fields) == len(order))
        if delimiter is None or not dialect.header:
            raise _wrong_columns(text, order, self._names(columns), dialect)
        header = text.first(delimiter)
        self._require_other_names(path, header, columns)
        if note is not None:
            columns_read = f"the columns {', '.join(header)} are read in order"
            note(f"{path}: {columns_read}, as {', '.join(order)}")
        names = [header[order.index(column.name)] for column in columns]
        return read(delimiter, names, columns)

    def _require_other_names(
        self, path: Path, header: Sequence[str], columns: Sequence[InputColumn]
    ) -> None:
        """Refuse a header with some of the names, or with names in other letters."""
        for names in self._names(columns):
            known = {name.casefold() for name in names}
            if {name.strip().casefold() for name in header} & known:
                raise FileError(
                    f"{path}: the header has some of the inputs' names, got {', '.join(header)};"
                    f" expected {', '.join(dict.fromkeys(names))}, or other names altogether"
                )

    def _names(self, columns: Sequence[InputColumn]) -> list[list[str]]:
        """What the columns of its inputs may be called: their names, or their labels."""
        by_column = [column.name for column in columns]
        if any(column.value is not None for column in columns):
            return [by_column]
        return [[neuron.name for neuron in self.network.inputs], by_column]

    def predict(self, X: Matrix) -> Matrix:
        """The outputs for rows as the file has them, (rows, n_in) -> (rows, n_out)."""
        return self.network.predict(X)

    def classes(self, outputs: Matrix) -> list[str] | None:
        """The class of each row of outputs; None where the network knows none."""
        kind = kind_of_classes(self.network)
        return None if kind is None else kind.meanings(outputs, self.network)


def predictor(path: str | Path) -> Predictor:
    """The network of a saved file, or of a scenario, which is trained first.

    Raises:
        DivergedError: the training diverged.
        FileError: the scenario was skipped, because a package is not installed.
    """
    file = find_scenario(path)
    if is_network_file(file):
        return Predictor(read_network(file))
    run = start_run(file)
    result = run.result()
    if result.status == "diverged":
        raise DivergedError(result.message)
    if result.network is None or run.scenario is None:
        raise FileError(f"{file}: skipped, {result.message}")
    return Predictor(result.network)


def _wrong_columns(
    text: CsvText, order: Sequence[str], names: Sequence[Sequence[str]], dialect: Dialect
) -> FileError:
    first = text.first(dialect.likely_delimiter(text))
    if not first:
        next(text.lines(), None)  # raises what is wrong with the first line
        return FileError(f"{text.path}: empty, got no line; expected rows")
    known = " or ".join(dict.fromkeys(", ".join(list(dict.fromkeys(one))[:8]) for one in names))
    what = f"wrong columns, got {len(first)} ({', '.join(first[:8])})"
    expected = f"expected {len(order)}, or a header with {known}"
    if not dialect.header:
        expected = f"expected {len(order)} that can be read, as there is no header"
    return FileError(f"{text.path}: {what}; {expected}")


def _numbers_in(order: Sequence[str]) -> list[str]:
    """The numbers of columns of a file without a header; none where the columns have names."""
    found = [_NUMBERED.fullmatch(name) for name in order]
    return [one[1] for one in found if one is not None] if None not in found else []


def _is_row(
    fields: Sequence[str],
    *,
    numbers: Sequence[str],
    columns: Sequence[InputColumn],
    order: Sequence[str],
) -> bool:
    """Whether a first line is a row: as many cells as there are columns, which can be read.

    Where columns are known by their numbers, others may be beside them.
    """
    places = [int(number) - 1 for number in numbers]
    others = len(fields) - len(order)
    if len(fields) <= max(places) or (others and not _numbers_in(order)):
        return False
    cells = {name: fields[place] for name, place in zip(order, places, strict=True)}
    known = {(column.name, column.value) for column in columns}
    return all(
        (name, cell) in known
        if (name, None) not in known
        else number_of(cell.replace(",", ".")) is not None or is_missing(cell)
        for name, cell in cells.items()
    )


_NUMBERED = re.compile(r"column ([1-9][0-9]{0,8})")
