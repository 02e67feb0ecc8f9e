"""Predictions: outputs of a network for the rows of a CSV file."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from neurosim.errors import DivergedError, FileError
from neurosim.functions.numbers import Matrix
from neurosim.network.network import Network, load
from neurosim.scenario.build.shipped import find_scenario
from neurosim.scenario.run.run import start_run
from neurosim.training.data import number_of, read_csv, read_lines, read_table


@dataclass(frozen=True, slots=True, eq=False)
class Predictor:
    """A trained network that reads rows of its inputs.

    Attributes:
        network: the network.
    """

    network: Network

    @property
    def columns(self) -> tuple[tuple[str, ...], ...]:
        """What the columns of its inputs may be called: their names, or their labels."""
        inputs = self.network.inputs
        return tuple(n.name for n in inputs), tuple(n.caption for n in inputs)

    @property
    def header(self) -> tuple[str, ...]:
        """What the columns of its answers are called; the last is ``class`` where there are any."""
        outputs = tuple(neuron.caption for neuron in self.network.outputs)
        return outputs if self.network.classes is None else (*outputs, "class")

    def read(self, path: Path) -> Matrix:
        """The rows of a CSV file, (rows, n_in): columns by name, else all of them in order.

        A first line of numbers is a row, unless they are the names; another one is a header.

        Raises:
            FileError: the file cannot be read, or has neither the names nor as many columns.
        """
        first = _first_line(path)
        known = next((names for names in self.columns if names and set(names) <= set(first)), None)
        if known is not None:
            return read_csv(path, inputs=known).X
        self._require_columns(path, first)
        if first and None not in map(number_of, first):
            return _rows_without_header(path, len(first))
        header, _ = read_table(path)
        return read_csv(path, inputs=header).X

    def _require_columns(self, path: Path, header: list[str]) -> None:
        n_in = len(self.network.inputs)
        if header and len(header) != n_in:
            names = " or ".join(", ".join(some[:8]) for some in self.columns if some)
            what = f"wrong columns, got {len(header)} ({', '.join(header[:8])})"
            raise FileError(f"{path}: {what}; expected {n_in}, or a header with {names}")

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


def _first_line(path: Path) -> list[str]:
    """The fields of the first line that is not blank; none where `read_table` will complain."""
    return next((fields for _, fields in read_lines(path)), [])


def _rows_without_header(path: Path, n_columns: int) -> Matrix:
    rows = []
    for line, fields in read_lines(path):
        if len(fields) != n_columns:
            what = f"ragged, got {len(fields)} fields; expected {n_columns}, as in the first line"
            raise FileError(f"{path}:{line}: {what}")
        numbers = [number for field in fields if (number := number_of(field)) is not None]
        if len(numbers) != n_columns:
            wrong = next(field for field in fields if number_of(field) is None)
            raise FileError(f"{path}:{line}: no finite number, got {wrong!r:.60}; expected one")
        rows.append(numbers)
    return np.array(rows)
