"""Trainings apart: copies of a network, each trained on some of the rows and measured on others.

Scalings, and what fills gaps, are fitted on the rows that a copy trains on, so nothing is known of
the others.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from neurosim.errors import InvalidValueError, NeurosimError
from neurosim.functions.numbers import Matrix
from neurosim.network.network import Network
from neurosim.training.course.history import History
from neurosim.training.engines.table import make_engine
from neurosim.training.many import train_named
from neurosim.training.options import Options
from neurosim.training.task import Task, make_task, validation_task
from neurosim.training.task_kind import TaskKind
from neurosim.training.training import Training, train_to_end
from neurosim.training.validation.folds import FoldScales, RowNumbers


class Division(NamedTuple):
    """Which rows a copy trains on, which it is measured on, and what it is called in messages."""

    trained_on: RowNumbers
    held_out: RowNumbers
    where: str


class RowMeasures(NamedTuple):
    """The loss of rows, reduced, and their outputs, (B, n_out)."""

    loss: float
    outputs: Matrix


@dataclass(frozen=True, slots=True, eq=False)
class Apart:
    """A copy that was trained, and all rows as it takes them: its gaps are filled."""

    network: Network
    history: History
    task: Task
    options: Options
    X: Matrix
    trained_on: RowNumbers

    def measure(self, rows: RowNumbers) -> RowMeasures:
        """The loss and the outputs of these rows; classes are weighed as in the training."""
        X, T, weights = self.X, self.task.T, _weights(self.options)
        held: Any = (X[rows], T[rows], None if weights is None else weights[rows])
        of_fold = replace(_weighted(self.options, self.trained_on), validation=held)
        trained = make_task(self.network, X[self.trained_on], T[self.trained_on], of_fold)
        task = validation_task(trained)
        assert task is not None
        engine, theta = make_engine(self.options.engine, task), self.network.parameters()
        return RowMeasures(engine.loss(theta, task.X, task.T), engine.outputs(theta, task.X))


@dataclass(frozen=True, slots=True, eq=False)
class AllRows:
    """All rows, checked: what they mean, and the seed that they are divided by."""

    network: Network
    task: Task
    kind: TaskKind
    seed: int
    scales: FoldScales

    def train(self, divisions: Sequence[Division]) -> list[Apart]:
        """Train a copy for each division, from the numbers that the network has now.

        Raises:
            NeurosimError: one of them cannot be trained, or diverges; says which one.
        """
        gaps, T = self.scales.gaps, self.task.T
        filled = [_filled(self.task.X, gaps, one.trained_on) for one in divisions]
        Xs = [X[one.trained_on] for X, one in zip(filled, divisions, strict=True)]
        Ts = [T[one.trained_on] for one in divisions]
        copies = [self._scaled(*pair) for pair in zip(Xs, Ts, strict=True)]
        options = replace(
            self.task.options, task=self.kind, seed=self.seed, seeds=None, validate=None,
            validation=None, progress=False,
        )  # fmt: skip
        histories = _trained(copies, Xs, Ts, options, divisions)
        return [
            Apart(network, history, self.task, options, X, one.trained_on)
            for network, history, X, one in zip(copies, histories, filled, divisions, strict=True)
        ]

    def _scaled(self, X: Matrix, T: Matrix) -> Network:
        return scaled(self.network.copy(), X, T, self.scales)


def all_rows(network: Network, X: Any, T: Any, options: Options, scales: FoldScales) -> AllRows:
    """All rows, (B, n_in) and (B, n_out), checked as a training checks them."""
    task = make_task(scaled(network.copy(), X, T, scales), X, T, options)
    return AllRows(network, task, task.kind_of(task.T), options.seed_of(network), scales)


def scaled(network: Network, X: Any, T: Any, scales: FoldScales) -> Network:
    """The network, scaled by these rows as is asked for."""
    if scales.inputs is not None:
        network.scale_inputs(X, scales.inputs)
    if scales.targets is not None:
        network.scale_outputs(np.reshape(T, (len(T), -1)), scales.targets)
    return network


def _trained(
    copies: Sequence[Network],
    Xs: Sequence[Matrix],
    Ts: Sequence[Matrix],
    options: Options,
    divisions: Sequence[Division],
) -> list[History]:
    """Train each copy on its rows; errors say in which division."""
    if options.weights is None:
        names = [one.where for one in divisions]
        return train_named(list(zip(names, copies, strict=True)), Xs, Ts, options)
    found = []
    for network, X, T, one in zip(copies, Xs, Ts, divisions, strict=True):
        try:
            training = Training(network, X, T, _weighted(options, one.trained_on))
            found.append(train_to_end(training, options.epochs))
        except NeurosimError as error:
            raise type(error)(f"{one.where}: {error}") from None
    return found


def _weights(options: Options) -> Matrix | None:
    return None if options.weights is None else np.ravel(np.asarray(options.weights, np.float64))


def _weighted(options: Options, rows: RowNumbers) -> Options:
    """The options with the weights of these rows alone."""
    weights = _weights(options)
    return options if weights is None else replace(options, weights=weights[rows])


def _filled(X: Matrix, gaps: Any, trained_on: RowNumbers) -> Matrix:
    """All rows, their gaps filled with the mean of the rows that are trained on."""
    if gaps is None:
        return X
    empty = np.flatnonzero(gaps[trained_on].all(axis=0))
    if len(empty):
        raise InvalidValueError(
            f"folds: input {empty[0]} has no number in the rows of a fold; expected fewer folds"
        )
    means = np.nanmean(np.where(gaps, np.nan, X)[trained_on], axis=0)
    filled: Matrix = np.where(gaps, means, X)
    return filled
