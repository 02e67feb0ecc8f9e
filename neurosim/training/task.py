"""The task: a network, its rows and its options, checked once and frozen."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Unpack

import numpy as np
from numpy.typing import NDArray

from neurosim.errors import (
    GraphError,
    InvalidValueError,
    NeurosimError,
    ShapeError,
    StaleError,
    WrongTypeError,
)
from neurosim.functions.activations import SOFTMAX
from neurosim.functions.losses import TARGET_RULES, Head, Loss, Objective, require_loss
from neurosim.functions.mapped import as_floats
from neurosim.functions.numbers import Matrix, all_finite, require_array, require_rows
from neurosim.functions.optimizers import Optimizer
from neurosim.functions.penalties import Penalty
from neurosim.functions.schedules.base import RateSchedule
from neurosim.interpreter.adjustments import Adjustments, adjustments_of
from neurosim.interpreter.backward import require_fitting, require_slopes
from neurosim.network.network import Network
from neurosim.network.neuron import Neuron
from neurosim.training.goals.finding import find_weighing
from neurosim.training.goals.heads import find_objective
from neurosim.training.goals.weighing import Goals, Weighing
from neurosim.training.noise import DROPOUT, INPUT_NOISE
from neurosim.training.options import Options, TrainOptions, make_options, measuring_options
from neurosim.training.task_kind import TaskKind, decide_task_kind

_ROUNDING = 1e-6  # of a target that was computed in single precision


@dataclass(frozen=True, eq=False)
class Task:
    """A network, its samples, and how it is to learn them.

    ``rows`` are (B, n_in), of float32 where they were given so and nothing asks for more; T is
    (B, n_out); both are raw where inputs or outputs are scaled. ``weights`` are of the rows, (B,),
    or None. ``batch_size`` is at most B. ``version`` is that of the network's
    structure. ``loss`` is that of the first head.
    """

    network: Network
    rows: NDArray[Any]
    T: Matrix
    options: Options
    loss: Loss
    batch_size: int
    version: int
    weighing: Weighing
    weights: Matrix | None = None

    @property
    def X(self) -> Matrix:  # noqa: N802 - samples are called so
        """The rows as float64."""
        return self.rows if self.rows.dtype == np.float64 else self._double

    @cached_property
    def _double(self) -> Matrix:
        return as_floats(self.rows)

    @cached_property
    def adjustments(self) -> Adjustments | None:
        """What an update does besides its rule and a plain penalty, if anything.

        Raises:
            UnknownNameError, GraphError: an option names no parameter of the network.
        """
        return require_adjustments(self.network, self.options)

    @property
    def objective(self) -> Objective:
        """The loss of each head."""
        return self.weighing.objective

    @cached_property
    def has_factors(self) -> bool:
        """Whether a term of the loss has a factor."""
        if not may_miss(self.options):  # no target is missing
            return not self.weighing.is_plain or self.weights is not None
        return self.weighing.has_factors(self.T, self.weights)

    @property
    def dropped(self) -> tuple[Neuron, ...]:
        """The neurons with dropout, in the network's order."""
        return self.network.dropped

    @cached_property
    def noises(self) -> tuple[str, ...]:
        """The streams of what an epoch draws besides the order of its rows."""
        wanted = {DROPOUT: self.dropped, INPUT_NOISE: self.options.input_noise}
        return tuple(name for name, is_wanted in wanted.items() if is_wanted)

    @property
    def drawn(self) -> tuple[str, ...]:
        """The streams of all that an epoch draws."""
        return ("shuffling", *self.noises) if self.options.shuffle else self.noises

    @property
    def draws(self) -> bool:
        """Whether each epoch draws something: its order, or noise."""
        return self.options.shuffle or bool(self.noises)

    def goals(self, order: NDArray[np.intp] | None = None) -> Goals:
        """What the rows are compared with in an epoch of this order, by the number of the row.

        It is asked of a task in inner numbers.
        """
        if order is None or not self.has_factors or not self.weighing.is_mean:
            return self._goals
        return self._find_goals(order)

    @cached_property
    def _goals(self) -> Goals:
        return self._find_goals(None)

    def _find_goals(self, order: NDArray[np.intp] | None) -> Goals:
        if not self.has_factors:
            return self.weighing.plain_goals(self.T)
        return self.weighing.goals(self.T, self.weights, batch_size=self.batch_size, order=order)

    @property
    def inner(self) -> "Task":
        """The same task in the numbers that the network computes with."""
        inputs, outputs = self.network.inputs_conversion, self.network.outputs_conversion
        # kept, it would keep its rows from being freed
        return self if inputs.is_plain and outputs.is_plain else self._inner

    @cached_property
    def _inner(self) -> "Task":
        inputs, outputs = self.network.inputs_conversion, self.network.outputs_conversion
        return replace(self, rows=inputs.inner(self.X), T=outputs.inner(self.T, "T"))

    def weights_of(self, rows: Any) -> dict[str, Matrix]:
        """The weights of some rows, as an argument of an engine; none where they have none."""
        return {} if self.weights is None else {"weights": self.weights[rows]}

    def goals_of(self, T: Matrix, weights: Matrix | None = None) -> Goals:
        """What other rows are compared with, raw targets (B, n_out), as one batch.

        The rows of the task have the weights of the task.
        """
        if T is self.T and weights is None:
            weights = self.weights
        return self.weighing.goals(self.network.outputs_conversion.inner(T, "T"), weights)

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
        return len(self.rows)

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
        objective = _objective_of(self.network, options)
        return replace(
            self,
            options=options,
            loss=objective.heads[0].loss,
            batch_size=_batch_size(options, self.n_rows),
            weighing=find_weighing(self.network, objective, self.T, options),
        )

    def kind_of(self, targets: Matrix) -> TaskKind:
        """What targets (B, n_out) are to this task, by its options, outputs and loss."""
        return kind_of_targets(self.network, targets, self.loss.name, self.options.task)

    def on(self, network: Network) -> "Task":
        """The same task on a copy of its network."""
        return replace(self, network=network, version=network.version)


def make_task(
    network: Network,
    X: Any,
    T: Any,
    options: Options | None = None,
    /,
    *,
    copy: bool = True,
    **changes: Unpack[TrainOptions],
) -> Task:
    """Check everything that training is given; without an optimizer it is SGD(0.1).

    Without ``copy``, X and T are read where they are, if they have their form already: nobody may
    change them while the task is used.

    Raises:
        ShapeError: X or T has another shape than the network, or than each other.
        InvalidValueError: a number is not finite, or a target breaks the rule of the loss.
        UnknownNameError: there is no such loss or reduction.
        GraphError: no outputs, an activation without slope, a loss that does not fit.
    """
    chosen = measuring_options(options, changes)
    require_network(network)
    objective = _objective_of(network, chosen)
    for head in objective.heads:
        require_fitting(network, head.loss, None if objective.is_of_one else head)
        require_free_targets(network, head)
    require_slopes(network, objective)
    _require_droppable(network)
    is_single = chosen.precision == "single" and network.inputs_conversion.is_plain
    rows = require_rows(X, len(network.inputs), single=is_single, copy=copy)
    missing = may_miss(chosen)
    targets = require_targets(T, network, objective, len(rows), may_miss=missing, copy=copy)
    network.inputs_conversion.inner(rows)  # refuses what is too large
    size = _batch_size(chosen, len(rows))
    weighing = find_weighing(network, objective, targets, chosen)
    weights = require_weights(chosen.weights, len(rows))
    loss = objective.heads[0].loss
    require_adjustments(network, chosen)
    return Task(network, rows, targets, chosen, loss, size, network.version, weighing, weights)


def _objective_of(network: Network, options: Options) -> Objective:
    return find_objective(network, require_loss(options.loss), options.heads, options.optimizer)


def require_adjustments(network: Network, options: Options) -> Adjustments | None:
    """What the options ask of an update of this network.

    Raises:
        UnknownNameError, GraphError: one of them names no parameter of the network.
    """
    return adjustments_of(
        network,
        options.optimizer.learning_rate,
        penalty=options.penalty,
        clip=options.clip,
        weight_decay=options.weight_decay,
        rates=options.rates,
    )


def _require_droppable(network: Network) -> None:
    """Refuse dropout where an output is compared or shared out as it is."""
    if not network.dropped:
        return
    for neuron in network.outputs:
        if neuron._dropout:
            raise GraphError(
                f"{neuron.name}.dropout: an output, got {neuron.dropout!r}; expected 0, or a"
                " neuron that is no output"
            )
    for layer in network.layers:
        if layer.activation == SOFTMAX and any(neuron._dropout for neuron in layer.neurons):
            raise GraphError(
                f"{layer.name}.dropout: a softmax layer, got {layer.dropout!r}; expected 0, or a"
                " layer of another activation"
            )


def may_miss(options: Options) -> bool:
    """Whether rows may lack targets."""
    return options.missing_targets == "ignore"


def require_weights(weights: Any, n_rows: int, where: str = "weights") -> Matrix | None:
    """The weights of rows, (B,), or None.

    Raises:
        ShapeError: there are not as many as rows.
        InvalidValueError: one is negative or not finite, or all are 0.
    """
    if weights is None:
        return None
    found = require_array(weights, where)
    if found.shape == (n_rows, 1):
        found = found[:, 0]
    if found.shape != (n_rows,):
        raise ShapeError(f"{where}: got {found.shape}; expected {(n_rows,)}, one for each row")
    if (found < 0.0).any():
        row = int(np.flatnonzero(found < 0.0)[0])
        raise InvalidValueError(
            f"{where}: got {float(found[row])!r} in row {row}; expected numbers >= 0"
        )
    if not found.any():
        raise InvalidValueError(f"{where}: got 0 for each row; expected one above")
    return found


def validation_task(task: Task) -> Task | None:
    """The validation rows of a task's options, checked as rows of the same task."""
    rows = task.options.validation
    if rows is None:
        return None
    try:
        X, T, weights = rows if len(rows) == 3 else (*rows, None)
        heads = [replace(head, class_weight=None) for head in task.options.heads or ()]
        options = replace(
            task.options, weights=weights, class_weight=None, heads=tuple(heads) or None
        )
        made = make_task(task.network, X, T, options)
    except NeurosimError as error:
        raise type(error)(f"validation: {error}") from None
    # classes are weighed as the training rows ask for
    return replace(made, options=task.options, weighing=task.weighing)


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
        _without_gaps(targets),
        len(network.outputs),
        is_softmax=all(neuron.activation == SOFTMAX for neuron in network.outputs),
        loss=loss if isinstance(loss, str) else loss.name,
        name=given,
    )


def _without_gaps(T: Matrix) -> Matrix:
    """The rows that lack no target; if all do, each gap as the first number of its column."""
    missing = np.isnan(T)
    if not missing.any():
        return T
    complete = T[~missing.any(axis=1)]
    if len(complete):
        return complete
    return np.where(missing, T[(~missing).argmax(axis=0), np.arange(T.shape[1])], T)


def _batch_size(options: Options, n_rows: int) -> int:
    return n_rows if options.batch_size is None else min(options.batch_size, n_rows)


def require_network(network: object, where: str = "net") -> Network:
    """The network itself, or a WrongTypeError."""
    if not isinstance(network, Network):
        raise WrongTypeError(f"{where}: got {network!r:.80}; expected a neurosim.Network")
    return network


def require_targets(
    T: Any,
    network: Network,
    objective: Objective,
    n_rows: int,
    *,
    may_miss: bool = False,
    copy: bool = True,
) -> Matrix:
    """T as a new matrix (B, n_out); class indices become one-hot rows for a joint loss."""
    n_out, loss = len(network.outputs), objective.heads[0].loss
    targets = require_array(T, "T", may_miss=True, copy=copy)
    if not all_finite(targets):
        _require_present(np.isnan(targets), may_miss=may_miss)
    are_indices = objective.is_of_one and loss.joint is not None
    are_indices = are_indices and targets.shape in ((n_rows,), (n_rows, 1))
    if are_indices and (n_out > 1 or not targets.any()):  # of one class, the only index is 0
        targets = _one_hot(targets.ravel(), n_out)
    elif targets.ndim == 1 and n_out == 1:
        targets = targets.reshape(-1, 1)
    if targets.shape != (n_rows, n_out):
        raise ShapeError(
            f"T: got {targets.shape}; expected {(n_rows, n_out)}: a row for each of the {n_rows}"
            f" rows of X, a column for each of the {n_out} outputs"
        )
    inner = network.outputs_conversion.inner(targets, "T")
    for head in objective.heads:
        if head.loss.targets != "any":
            _require_rule(head.loss, inner[:, list(head.outputs)])
    return targets


def _require_present(missing: NDArray[np.bool_], *, may_miss: bool) -> None:
    """Refuse targets that are missing, or nothing but such."""
    if not may_miss:
        at = np.argwhere(missing)[0].tolist()
        raise InvalidValueError(
            f"T: not finite at {at}, got nan; expected finite numbers, or"
            " missing_targets='ignore', by which missing ones add no loss"
        )
    if missing.all():
        raise InvalidValueError(
            f"T: got {missing.size} missing targets; expected one that is there"
        )


def _require_rule(loss: Loss, targets: Matrix) -> None:
    """Refuse targets that the loss does not take; missing ones it takes."""
    obeys, expected = TARGET_RULES[loss.targets]
    missing, numbers = np.isnan(targets), np.arange(len(targets))
    if missing.any():
        if loss.targets == "distributions":
            numbers = np.flatnonzero(~missing.any(axis=1))
            targets = targets[numbers]
        else:  # each output by itself; 1 obeys every rule
            targets = np.where(missing, 1.0, targets)
    if not obeys(targets):
        row = next(n for n in range(len(targets)) if not obeys(targets[[n]]))
        raise InvalidValueError(
            f"T: {loss.name} got {targets[row].tolist()!r:.80} in row {numbers[row]}; expected"
            f" {expected}{_remedy(loss, targets, targets[row])}"
        )


def _remedy(loss: Loss, targets: Matrix, wrong: Matrix) -> str:
    """What to do about targets that another loss takes, or that are coded in another way."""
    values = np.unique(targets)
    pair = {"unit": (0, 1), "signs": (-1, 1), "steps": (0, 1)}.get(loss.targets)
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


def require_free_targets(network: Network, head: Head) -> None:
    """Refuse scaled outputs where a loss asks for certain targets."""
    loss = head.loss
    if loss.targets == "any" or network.outputs_conversion.is_plain:
        return
    if any(network.outputs[i].scaling is not None for i in head.outputs):
        raise GraphError(
            f"loss {loss.name!r}: it is of {TARGET_RULES[loss.targets][1]}, got scaled outputs;"
            " expected outputs without scaling, or a loss of numbers such as 'half_squared_error'"
        )


def _one_hot(indices: Matrix, n_out: int) -> Matrix:
    is_missing = np.isnan(indices)
    if is_missing.any():
        found = _one_hot(np.where(is_missing, 0.0, indices), n_out)
        found[is_missing] = np.nan
        return found
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
