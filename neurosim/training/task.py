"""The task: a network, its rows and its options, checked once and frozen."""

from dataclasses import dataclass, replace
from typing import Any, Unpack

import numpy as np

from neurosim.errors import GraphError, InvalidValueError, ShapeError, StaleError, WrongTypeError
from neurosim.functions.activations import SOFTMAX
from neurosim.functions.losses import TARGET_RULES, Loss, require_loss
from neurosim.functions.numbers import Matrix, require_array, require_rows
from neurosim.functions.optimizers import Optimizer
from neurosim.functions.penalties import Penalty
from neurosim.functions.schedules import RateSchedule
from neurosim.interpreter.backward import require_fitting, require_slopes
from neurosim.network.network import Network
from neurosim.training.options import Options, TrainOptions, make_options, measuring_options
from neurosim.training.task_kind import TaskKind, decide_task_kind

_ROUNDING = 1e-6  # of a target that was computed in single precision


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """A network, its samples, and how it is to learn them.

    X is (B, n_in), T (B, n_out), raw where inputs or outputs are scaled. ``batch_size`` is at most
    B. ``version`` is that of the network's structure.
    """

    network: Network
    X: Matrix
    T: Matrix
    options: Options
    loss: Loss
    batch_size: int
    version: int

    @property
    def reduction(self) -> str:
        """Over a batch, ``mean`` or ``sum``."""
        return self.options.reduction

    @property
    def optimizer(self) -> Optimizer:
        """The rule of an update."""
        return self.options.optimizer

    @property
    def shuffle(self) -> bool:
        """Whether each epoch has its own order of rows."""
        return self.options.shuffle

    @property
    def penalty(self) -> Penalty | None:
        """The penalty on weights."""
        return self.options.penalty

    @property
    def schedule(self) -> RateSchedule | None:
        """How the learning rate changes."""
        return self.options.schedule

    @property
    def precision(self) -> str:
        """``double`` or ``single``."""
        return self.options.precision

    @property
    def n_rows(self) -> int:
        """The number of samples, B."""
        return len(self.X)

    @property
    def n_batches(self) -> int:
        """The number of batches in an epoch; the last may be smaller."""
        return -(-self.n_rows // self.batch_size)

    def divisor(self, rows: int) -> int:
        """What the sum over a batch of so many rows is divided by."""
        return rows if self.options.reduction == "mean" else 1

    def with_options(self, **changes: Unpack[TrainOptions]) -> "Task":
        """The same rows with other options."""
        options = make_options(self.options, changes)
        size, loss = _batch_size(options, self.n_rows), require_loss(options.loss)
        return replace(self, options=options, loss=loss, batch_size=size)

    def kind_of(self, targets: Matrix) -> TaskKind:
        """What targets (B, n_out) are to this task, by its options, outputs and loss."""
        return kind_of_targets(self.network, targets, self.loss.name, self.options.task)

    def scaled(self) -> "Task":
        """The same task in the numbers that the network computes with."""
        inputs, outputs = self.network.inputs_conversion, self.network.outputs_conversion
        if inputs.is_plain and outputs.is_plain:
            return self
        return replace(self, X=inputs.inner(self.X), T=outputs.inner(self.T, "T"))

    def on(self, network: Network) -> "Task":
        """The same task on a copy of its network."""
        return replace(self, network=network, version=network.version)


def make_task(
    network: Network,
    X: Any,
    T: Any,
    options: Options | None = None,
    /,
    **changes: Unpack[TrainOptions],
) -> Task:
    """Check everything that training is given; without an optimizer it is SGD(0.1).

    Raises:
        ShapeError: X or T has another shape than the network, or than each other.
        InvalidValueError: a number is not finite, or a target breaks the rule of the loss.
        UnknownNameError: there is no such loss or reduction.
        GraphError: no outputs, an activation without slope, a loss that does not fit.
    """
    chosen = measuring_options(options, changes)
    loss = require_loss(chosen.loss)
    require_network(network)
    require_fitting(network, loss)
    require_slopes(network)
    require_free_targets(network, loss)
    rows = require_rows(X, len(network.inputs))
    targets = require_targets(T, network, loss, len(rows))
    network.inputs_conversion.inner(rows)  # refuses what is too large
    size = _batch_size(chosen, len(rows))
    return Task(network, rows, targets, chosen, loss, size, network.version)


def kind_of_targets(
    network: Network, targets: Matrix, loss: str | Loss, given: str | TaskKind
) -> TaskKind:
    """What targets (B, n_out) are, by the outputs and the loss; or what a user says.

    Raises:
        InvalidValueError: the targets do not fit the kind that the user says.
    """
    if isinstance(given, TaskKind):
        return given
    return decide_task_kind(
        targets,
        len(network.outputs),
        is_softmax=all(neuron.activation == SOFTMAX for neuron in network.outputs),
        loss=loss if isinstance(loss, str) else loss.name,
        name=given,
    )


def _batch_size(options: Options, n_rows: int) -> int:
    return n_rows if options.batch_size is None else min(options.batch_size, n_rows)


def require_network(network: object, where: str = "net") -> Network:
    """The network itself, or a WrongTypeError."""
    if not isinstance(network, Network):
        raise WrongTypeError(f"{where}: got {network!r:.80}; expected a neurosim.Network")
    return network


def require_targets(T: Any, network: Network, loss: Loss, n_rows: int) -> Matrix:
    """T as a new matrix (B, n_out); class indices become one-hot rows for a joint loss."""
    n_out = len(network.outputs)
    targets = require_array(T, "T")
    are_indices = n_out > 1 or not targets.any()  # of one class, the only index is 0
    if loss.joint is not None and targets.shape in ((n_rows,), (n_rows, 1)) and are_indices:
        targets = _one_hot(targets.ravel(), n_out)
    elif targets.ndim == 1 and n_out == 1:
        targets = targets.reshape(-1, 1)
    if targets.shape != (n_rows, n_out):
        raise ShapeError(
            f"T: got {targets.shape}; expected {(n_rows, n_out)}: a row for each of the {n_rows}"
            f" rows of X, a column for each of the {n_out} outputs"
        )
    obeys, expected = TARGET_RULES[loss.targets]
    inner = network.outputs_conversion.inner(targets, "T")
    if not obeys(inner):
        row = next(number for number in range(n_rows) if not obeys(inner[[number]]))
        raise InvalidValueError(
            f"T: {loss.name} got {targets[row].tolist()!r:.80} in row {row}; expected"
            f" {expected}{_remedy(loss, inner, inner[row])}"
        )
    return targets


def _remedy(loss: Loss, targets: Matrix, wrong: Matrix) -> str:
    """What to do about targets that another loss takes, or that are coded in another way."""
    values = np.unique(targets)
    pair = {"unit": (0, 1), "signs": (-1, 1)}.get(loss.targets)
    if loss.targets == "distributions" and targets.shape[1] == 1:
        return " (for yes or no, an output of sigmoid, and binary_cross_entropy)"
    if loss.targets == "distributions":
        if np.isin(values, (0.0, 1.0)).all():
            return " (rows of several labels are for sigmoid outputs and binary_cross_entropy)"
        return f" (this one adds up to {wrong.sum():g})" if (wrong >= 0.0).all() else ""
    if loss.targets == "unit" and np.isin(values, (-1.0, 1.0)).all():
        return " (-1 and 1 are targets of hinge; here no is 0)"
    if loss.targets == "signs" and np.isin(values, (0.0, 1.0)).all():
        return " (0 and 1 are targets of binary_cross_entropy; here no is -1)"
    if pair is not None and _is_rounded(wrong, *pair):
        return " (rounded, it is one)"
    if pair is not None and len(values) == 2:
        return f" (of two classes, write {values[0]:g} as {pair[0]} and {values[1]:g} as {pair[1]})"
    return " (numbers are targets of a loss such as half_squared_error)"


def _is_rounded(wrong: Matrix, low: float, high: float) -> bool:
    """Whether targets miss their range, or -1 and 1, by a rounding only."""
    nearest = np.where(low < 0.0, np.sign(wrong), np.clip(wrong, low, high))
    return bool(np.abs(wrong - nearest).max() < _ROUNDING)


def require_free_targets(network: Network, loss: Loss) -> None:
    """Refuse scaled outputs where a loss asks for certain targets."""
    if loss.targets != "any" and not network.outputs_conversion.is_plain:
        raise GraphError(
            f"loss {loss.name!r}: it is of {TARGET_RULES[loss.targets][1]}, got scaled outputs;"
            " expected outputs without scaling, or a loss of numbers such as 'half_squared_error'"
        )


def _one_hot(indices: Matrix, n_out: int) -> Matrix:
    wrong = np.flatnonzero((indices != np.floor(indices)) | (indices < 0) | (indices >= n_out))
    if len(wrong):
        row, got = int(wrong[0]), float(indices[wrong[0]])
        from_one = indices.min() == 1.0 and indices.max() == n_out
        raise InvalidValueError(
            f"T: a class index is wrong, got {got:g} in row {row}; expected integers from 0 to"
            f" {n_out - 1}{' (yours begin at 1)' if from_one else ''}"
        )
    return np.eye(n_out)[indices.astype(np.intp)]


def require_fresh(task: Task) -> None:
    """Refuse to go on where the structure was edited since the task was made."""
    if task.network.version != task.version:
        raise StaleError(
            f"network {task.network.title!r}: its structure changed during training;"
            " expected a new call of train or epochs"
        )
