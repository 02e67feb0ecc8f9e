"""Asking a network: its outputs for the rows of a CSV file."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from neurosim.errors import DivergedError, FileError
from neurosim.functions.numerals import Matrix
from neurosim.network.network import Network, load
from neurosim.scenario.run import start_run
from neurosim.scenario.shipped import find_scenario
from neurosim.training.data import Scaling, read_csv, read_table


@dataclass(frozen=True, slots=True, eq=False)
class Predictor:
    """A trained network, and what is to be done to rows before it sees them.

    Attributes:
        network: the network.
        columns: what the columns of its inputs may be called: the inputs' names, or those of the
            data it was trained on.
        scaling: how the data it was trained on was scaled, or None.
    """

    network: Network
    columns: tuple[tuple[str, ...], ...]
    scaling: Scaling | None

    @property
    def output_names(self) -> tuple[str, ...]:
        """The names of the outputs."""
        return tuple(neuron.name for neuron in self.network.outputs)

    def read(self, path: Path) -> Matrix:
        """The rows of a CSV file, (rows, n_in): columns by name, else all of them in order.

        Raises:
            FileError: the file cannot be read, or has neither the names nor as many columns.
        """
        header, _ = read_table(path)
        for names in self.columns:
            if names and set(names) <= set(header):
                return read_csv(path, inputs=names).X
        n_in = len(self.network.inputs)
        if len(header) != n_in:
            raise FileError(
                f"{path}: got {len(header)} columns ({', '.join(header[:8])}); expected {n_in}, or"
                f" columns named {', '.join(self.columns[0][:8])}"
            )
        return read_csv(path, inputs=header).X

    def predict(self, X: Matrix) -> Matrix:
        """The outputs for rows as they stand in the file, (rows, n_in) -> (rows, n_out)."""
        scaled = np.asarray(X) if self.scaling is None else self.scaling.apply(X)
        return self.network.predict(scaled)


def predictor(path: str | Path) -> Predictor:
    """The network of a saved file, or of a scenario, which is trained first.

    Raises:
        DivergedError: the training diverged.
        FileError: the scenario was skipped, because a package is not installed.
    """
    file = find_scenario(path)
    if file.suffix == ".json":
        network = load(file)
        return Predictor(network, (_input_names(network),), None)
    run = start_run(file)
    result = run.result()
    if result.status == "diverged":
        raise DivergedError(result.message)
    if result.network is None or run.scenario is None:
        raise FileError(f"{file}: skipped, {result.message}")
    data = run.scenario.data
    names = _input_names(result.network)
    if data is None:
        return Predictor(result.network, (names,), None)
    return Predictor(result.network, (names, data.input_names), data.scaling)


def _input_names(network: Network) -> tuple[str, ...]:
    return tuple(neuron.name for neuron in network.inputs)
