"""Predictions: outputs of a network for the rows of a CSV file."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from neurosim.errors import DivergedError, FileError
from neurosim.functions.numbers import Matrix
from neurosim.network.column import Column
from neurosim.network.network import Network, load
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

    def read(self, path: Path) -> Matrix:
        """The rows of a CSV file, (rows, n_in): columns by name, else all of them in order.

        A first line whose cells can be read is a row, unless they are the names; another one is a
        header. The delimiter and the decimal mark are found.

        Raises:
            FileError: the file cannot be read, or has neither the names nor as many columns.
        """
        text = open_csv(path)
        columns = [n.column or Column(n.caption) for n in self.network.inputs]
        for names in self._names(columns):
            delimiter = _DIALECT.find_delimiter(text, set(names).issubset)
            if names and delimiter is not None:
                return read_inputs(text, delimiter, names, columns)
        order = list(dict.fromkeys(column.name for column in columns))
        delimiter = _DIALECT.find_delimiter(text, lambda fields: len(fields) == len(order))
        if delimiter is None:
            raise self._wrong_columns(text, order)
        first = text.first(delimiter)
        is_row = all(map(_is_cell_of(columns), order, first))
        header = numbered(first) if is_row else first
        names = [header[order.index(column.name)] for column in columns]
        return read_inputs(text, delimiter, names, columns, has_header=not is_row)

    def _names(self, columns: Sequence[Column]) -> list[list[str]]:
        """What the columns of its inputs may be called: their names, or their labels."""
        by_column = [column.name for column in columns]
        if any(column.value is not None for column in columns):
            return [by_column]
        return [[neuron.name for neuron in self.network.inputs], by_column]

    def _wrong_columns(self, text: CsvText, order: Sequence[str]) -> FileError:
        first = text.first(_DIALECT.likely_delimiter(text))
        if not first:
            next(text.lines(), None)  # raises what is wrong with the first line
            return FileError(f"{text.path}: empty, got no line; expected rows")
        names = [neuron.name for neuron in self.network.inputs], order
        known = " or ".join(dict.fromkeys(", ".join(some[:8]) for some in names))
        what = f"wrong columns, got {len(first)} ({', '.join(first[:8])})"
        return FileError(f"{text.path}: {what}; expected {len(order)}, or a header with {known}")

    def predict(self, X: Matrix) -> Matrix:
        """The outputs for rows as the file has them, (rows, n_in) -> (rows, n_out)."""
        return self.network.predict(X)

    def classes(self, outputs: Matrix) -> list[str] | None:
        """The class of each row of outputs; None where the network knows none."""
        known = self.network.classes
        return None if known is None else known.predicted(outputs)


def predictor(path: str | Path) -> Predictor:
    """The network of a saved file, or of a scenario, which is trained first.

    Raises:
        DivergedError: the training diverged.
        FileError: the scenario was skipped, because a package is not installed.
    """
    file = find_scenario(path)
    if file.suffix == ".json":
        return Predictor(load(file))
    run = start_run(file)
    result = run.result()
    if result.status == "diverged":
        raise DivergedError(result.message)
    if result.network is None or run.scenario is None:
        raise FileError(f"{file}: skipped, {result.message}")
    return Predictor(result.network)


def _is_cell_of(columns: Sequence[Column]) -> Callable[[str, str], bool]:
    """A question: may a cell stand in a column, so that it is no name of one?"""
    known: dict[str, set[str]] = {}
    for column in columns:
        known.setdefault(column.name, set())
        if column.value is not None:
            known[column.name].add(column.value)

    def is_cell(name: str, cell: str) -> bool:
        if known[name]:
            return cell in known[name]
        return number_of(cell.replace(",", ".")) is not None or is_missing(cell)

    return is_cell


_DIALECT = Dialect()
