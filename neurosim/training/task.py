"""What is to be trained, and on what: checked once, frozen, the same for both engines."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.compiler.compile import require_rows
from neurosim.errors import (
    InvalidValueError,
    ShapeError,
    StaleError,
    UnknownNameError,
    WrongTypeError,
    unknown,
)
from neurosim.functions.losses import REDUCTIONS, TARGET_RULES, Loss, require_loss
from neurosim.functions.numbers import Matrix, require_array
from neurosim.functions.optimizers import SGD, Optimizer, require_optimizer
from neurosim.functions.penalties import Penalty, require_penalty
from neurosim.interpreter.backward import require_fitting, require_slopes
from neurosim.network.network import Network

PRECISIONS = ("double", "single")  # float64, float32


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """A network, its samples, and how it is to learn them.

    X is (B, n_in), T (B, n_out). ``batch_size`` is at most B. ``version`` is that of the network's
    structure.
    """

    network: Network
    X: Matrix
    T: Matrix
    loss: Loss
    reduction: str
    optimizer: Optimizer
    batch_size: int
    shuffle: bool
    penalty: Penalty | None
    version: int
    precision: str

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
        return rows if self.reduction == "mean" else 1


def make_task(
    network: Network,
    X: Any,
    T: Any,
    *,
    loss: str | Loss = "half_squared_error",
    reduction: str = "mean",
    optimizer: Any = None,
    batch_size: int | None = None,
    shuffle: bool = False,
    penalty: Any = None,
    precision: str = "double",
) -> Task:
    """Check everything that training is given.

    Raises:
        ShapeError: X or T has another shape than the network, or than each other.
        InvalidValueError: a number is not finite, or a target breaks the rule of the loss.
        UnknownNameError: there is no such loss or reduction.
        GraphError: no outputs, an activation without slope, a loss that does not fit.
    """
    chosen = require_loss(loss)
    if not isinstance(reduction, str) or reduction not in REDUCTIONS:
        raise UnknownNameError(unknown("reduction", reduction, REDUCTIONS))
    require_network(network)
    require_fitting(network, chosen)
    require_slopes(network)
    rows = require_rows(X, len(network.inputs))
    targets = require_targets(T, network, chosen, len(rows))
    return Task(
        network,
        rows,
        targets,
        chosen,
        reduction,
        SGD(0.1) if optimizer is None else require_optimizer(optimizer),
        _require_batch_size(batch_size, len(rows)),
        _require_shuffle(shuffle),
        require_penalty(penalty),
        network.version,
        require_precision(precision),
    )


def require_network(network: object) -> Network:
    """The network itself, or a WrongTypeError."""
    if not isinstance(network, Network):
        raise WrongTypeError(f"net: got {network!r:.80}; expected a neurosim.Network")
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
    if not obeys(targets):
        raise InvalidValueError(f"T: {loss.name} got other targets; expected {expected}")
    return targets


def _one_hot(indices: Matrix, n_out: int) -> Matrix:
    if not ((indices == np.floor(indices)) & (indices >= 0) & (indices < n_out)).all():
        raise InvalidValueError(
            f"T: class indices out of range, got {float(indices.min()):g} to"
            f" {float(indices.max()):g}; expected integers from 0 to {n_out - 1}"
        )
    return np.eye(n_out)[indices.astype(np.intp)]


def _require_batch_size(batch_size: object, n_rows: int) -> int:
    if batch_size is None:
        return n_rows
    if isinstance(batch_size, bool) or not isinstance(batch_size, (int, np.integer)):
        raise WrongTypeError(f"batch_size: got {batch_size!r}; expected an integer >= 1 or None")
    if batch_size < 1:
        raise InvalidValueError(f"batch_size: got {batch_size!r}; expected an integer >= 1 or None")
    return min(int(batch_size), n_rows)


def _require_shuffle(shuffle: object) -> bool:
    if not isinstance(shuffle, (bool, np.bool_)):
        raise WrongTypeError(f"shuffle: got {shuffle!r}; expected True or False")
    return bool(shuffle)


def require_precision(precision: object) -> str:
    """The name of a precision."""
    if not isinstance(precision, str) or precision not in PRECISIONS:
        raise UnknownNameError(unknown("precision", precision, PRECISIONS))
    return precision


def require_epochs(epochs: object) -> int:
    """The number of epochs, >= 0."""
    if isinstance(epochs, bool) or not isinstance(epochs, (int, np.integer)):
        raise WrongTypeError(f"epochs: got {epochs!r}; expected an integer >= 0")
    if epochs < 0:
        raise InvalidValueError(f"epochs: got {epochs!r}; expected an integer >= 0")
    return int(epochs)


def require_fresh(task: Task) -> None:
    """Refuse to go on where the structure was edited since the task was made."""
    if task.network.version != task.version:
        raise StaleError(
            f"network {task.network.title!r}: its structure changed during training;"
            " expected a new call of train or epochs"
        )
