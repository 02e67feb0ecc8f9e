"""The network of a file at an epoch of its training, with rows to feed it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from neurosim.doors.files import is_network_file, read_network
from neurosim.errors import InvalidValueError, ShapeError
from neurosim.functions.numbers import after_epochs, require_array
from neurosim.languages import translate
from neurosim.network.network import Network
from neurosim.scenario.build.epochs import END, require_epoch
from neurosim.scenario.build.scenario import Scenario, load_scenario
from neurosim.scenario.build.shipped import find_scenario
from neurosim.scenario.format.overrides import Overrides, listed
from neurosim.scenario.run.edits import train_with_edits
from neurosim.training.training import Training


class TrainingRow(NamedTuple):
    """A training row: the inputs, the targets, the name of the loss, or the heads.

    Without a target of each output there are neither targets nor a loss.
    """

    sample: tuple[float, ...]
    target: tuple[float, ...] | None
    loss: Any


@dataclass(frozen=True, slots=True, eq=False)
class AtEpoch:
    """A network after so many epochs.

    Attributes:
        path: the file it comes from.
        network: the network.
        epoch: how many epochs of training are done.
        scenario: where it comes from; None for a saved network.
    """

    path: Path
    network: Network
    epoch: int
    scenario: Scenario | None

    @property
    def moment(self) -> str:
        """When that is, in words."""
        is_trained = self.scenario is not None and self.scenario.training is not None
        return after_epochs(self.epoch) if is_trained else translate("as the file has it")

    def row(self, number: int) -> TrainingRow:
        """A training row, from 0.

        Raises:
            InvalidValueError: there is no such row.
        """
        if self.scenario is None or self.scenario.data is None:
            raise InvalidValueError(
                f"sample: {self.path} has no rows, got {number}; expected a scenario with data,"
                " or values for the inputs"
            )
        X, T = self.scenario.data.train
        if not 0 <= number < len(X):
            raise InvalidValueError(f"sample: got {number}; expected 0 to {len(X) - 1}")
        sample = tuple(X[number].tolist())
        if np.isnan(T[number]).any():
            return TrainingRow(sample, None, None)
        measure = self.scenario.measure
        loss = measure.get("heads", measure["loss"])
        return TrainingRow(sample, tuple(T[number].tolist()), loss)

    def inputs(self, values: Any) -> tuple[float, ...]:
        """Values for the inputs.

        Raises:
            ShapeError: there are not as many as inputs.
        """
        given = require_array(values, "input")
        if given.shape != (len(self.network.inputs),):
            names = ", ".join(neuron.name for neuron in self.network.inputs[:8])
            raise ShapeError(
                f"input: got {given.size} values; expected {len(self.network.inputs)}: {names}"
            )
        return tuple(given.tolist())


def network_at(
    path: str | Path,
    *,
    epoch: int | str = 0,
    seed: int | None = None,
    overrides: Overrides = (),
) -> AtEpoch:
    """Make the network of a file, and train it up to a moment.

    Args:
        path: a scenario, the name of a shipped one, or a file of a network.
        epoch: how many epochs are done: 0 as the file has it, ``"end"`` all of them.
        seed: instead of the scenario's own.
        overrides: changes such as ``"training.epochs=10"``, or a mapping of paths to values.

    Raises:
        InvalidValueError: the training has no such epoch, or there is none.
        DivergedError: the training diverged before.
        NeurosimError: what `load_scenario` raises.
    """
    file = find_scenario(path)
    if is_network_file(file):
        _require_no_training(file, epoch, seed, overrides)
        return AtEpoch(file, read_network(file), 0, None)
    scenario = load_scenario(file, overrides=listed(overrides, seed=seed))
    n_epochs = 0 if scenario.training is None else scenario.training.epochs
    count = require_epoch(epoch, n_epochs)
    if count and scenario.data is not None and scenario.training is not None:
        training = Training(scenario.network, *scenario.data.train, scenario.training)
        training = train_with_edits(training, scenario.edits, count)
        if epoch == END:
            training.restore_best()
        count = training.state.epoch
    return AtEpoch(file, scenario.network, count, scenario)


def _require_no_training(
    file: Path, epoch: int | str, seed: int | None, overrides: Overrides
) -> None:
    if epoch not in (0, END) or seed is not None or overrides:
        raise InvalidValueError(
            f"{file}: a saved network has no training, got an epoch, a seed or changes;"
            " expected a scenario"
        )
