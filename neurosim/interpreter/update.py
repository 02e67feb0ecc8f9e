"""The update: the optimizer changes each trainable parameter by its gradient, in theta's order."""

import math
from collections.abc import Generator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from neurosim.errors import GraphError, InvalidValueError, ShapeError, WrongTypeError
from neurosim.functions.numbers import require_number
from neurosim.functions.optimizers import Optimizer
from neurosim.functions.penalties import Penalty, projection
from neurosim.functions.update_options import Clip, NamedRates, WeightDecay
from neurosim.interpreter.adjustments import Adjustments, adjustments_of
from neurosim.interpreter.steps import Adjusted, Step, Updated, record
from neurosim.interpreter.visits import require_network
from neurosim.network.network import Network
from neurosim.network.parameter import Parameter


def update(
    network: Network,
    optimizer: Optimizer,
    memory: NDArray[np.float64],
    *,
    count: int,
    rate: float,
    rows: int,
    divisor: int,
    penalty: Penalty | None = None,
    clip: Clip | None = None,
    weight_decay: WeightDecay | None = None,
    rates: NamedRates | None = None,
) -> Generator[Step, None, None]:
    """Move every trainable parameter by the gradient that the batch left on it.

    Args:
        network: after the backward passes of a batch.
        optimizer: the rule.
        memory: what the rule remembers, (slots, n_parameters); changed in place.
        count: the number of this update, from 1.
        rate: the learning rate.
        rows: the number of samples in the batch.
        divisor: ``rows`` for the reduction ``mean``, 1 for ``sum``.
        penalty: added to the gradients of weights.
        clip: how gradients are clipped.
        weight_decay: how parameters decay, apart from the gradient.
        rates: those of named parameters.

    Yields:
        Updated.

    Raises:
        GraphError: there are no gradients to go by.
        ShapeError: ``memory`` has another shape.
        InvalidValueError: ``count``, ``rows`` or ``divisor`` is below 1, or ``rate`` not finite.
        WrongTypeError: one of these is of another type.
    """
    require_network(network)
    _require_rule(optimizer, penalty)
    if any(p._gradient is None for p in network.parameter_list()):
        raise GraphError("no backward pass has been made; expected one before an update")
    shape = (len(optimizer.start), len(network.parameter_list()))
    if not isinstance(memory, np.ndarray) or memory.dtype != np.float64:
        kind = memory.dtype if isinstance(memory, np.ndarray) else f"{memory!r:.80}"
        raise WrongTypeError(f"memory: got {kind}; expected an array of float64")
    if memory.shape != shape:
        raise ShapeError(
            f"memory: got {memory.shape}; expected {shape}: a row for each number that"
            f" {optimizer.name} remembers, a column for each parameter"
        )
    for name, number in (("count", count), ("rows", rows), ("divisor", divisor)):
        _require_count(number, name)
    rate = require_number(rate, "rate")
    adjustments = adjustments_of(
        network, optimizer.learning_rate, penalty=penalty, clip=clip, weight_decay=weight_decay,
        rates=rates,
    )  # fmt: skip
    steps = update_steps(
        network, optimizer, memory, count=count, rate=rate, rows=rows, divisor=divisor,
        penalty=penalty, adjustments=adjustments,
    )  # fmt: skip
    return network.begin_pass(steps)


def _require_rule(optimizer: object, penalty: object) -> None:
    is_rule = isinstance(getattr(optimizer, "start", None), tuple) and hasattr(optimizer, "scalar")
    if isinstance(optimizer, type) or not is_rule:
        raise WrongTypeError(f"optimizer: got {optimizer!r:.80}; expected one, such as SGD(0.1)")
    if not (penalty is None or hasattr(penalty, "gradient")):
        raise WrongTypeError(f"penalty: got {penalty!r:.80}; expected None or an L2")


def _require_count(number: object, where: str) -> None:
    if isinstance(number, bool) or not isinstance(number, (int, np.integer)):
        raise WrongTypeError(f"{where}: got {number!r:.80}; expected an integer >= 1")
    if number < 1:
        raise InvalidValueError(f"{where}: got {number!r}; expected an integer >= 1")


def update_steps(
    network: Network,
    optimizer: Optimizer,
    memory: NDArray[np.float64],
    *,
    count: int,
    rate: float,
    rows: int,
    divisor: int,
    penalty: Penalty | None,
    adjustments: Adjustments | None = None,
) -> Generator[Step, None, None]:
    """The pass itself, unchecked."""
    network.fill_parameters()
    if adjustments is not None:
        yield from _AdjustedUpdate(
            network, optimizer, memory, adjustments, count, rate, rows, divisor
        ).steps()
        return
    columns, slots = memory.T.tolist(), list(memory)
    for index, parameter in enumerate(network.parameter_list()):
        if not parameter._trainable:
            continue
        before, total, extra = parameter._value, parameter._gradient, 0.0
        if penalty is not None and parameter.kind == "w":
            extra = penalty.gradient(before, rows)
        assert total is not None
        gradient, remembered = total / divisor + extra, tuple(columns[index])
        after, kept = optimizer.scalar(before, gradient, remembered, count, rate)
        parameter._value = after
        if kept is not remembered:
            for slot, number in zip(slots, kept, strict=True):
                slot[index] = number
        fields = (
            parameter, before, optimizer.name, rate, total, divisor, extra, memory, index,
            remembered, kept, after, None,
        )  # fmt: skip
        yield record(Updated, fields)


def planned_update(
    network: Network,
    parameter: Parameter,
    optimizer: Optimizer,
    memory: NDArray[np.float64],
    *,
    theta: list[float],
    count: int,
    rate: float,
    rows: int,
    divisor: int,
    penalty: Penalty | None,
    adjustments: Adjustments | None,
) -> Updated:
    """The step that an update from ``theta`` makes of one parameter, by the present gradients.

    Nothing is changed. A gradient that is not there yet counts as 0.
    """
    index = network.parameter_list().index(parameter)
    if adjustments is not None:
        return _AdjustedUpdate(
            network, optimizer, memory, adjustments, count, rate, rows, divisor, theta
        ).step(index)
    before, total, extra = theta[index], parameter._gradient or 0.0, 0.0
    if penalty is not None and parameter.kind == "w":
        extra = penalty.gradient(before, rows)
    remembered = tuple(memory[:, index].tolist())
    after, kept = optimizer.scalar(before, total / divisor + extra, remembered, count, rate)
    return Updated(
        parameter, before, optimizer.name, rate, total, divisor, extra, memory, index, remembered,
        kept, after,
    )  # fmt: skip


class _Move(NamedTuple):
    """What an update does to one parameter, before max-norm."""

    penalty: float
    clip: float
    slope: float
    decay: float
    memory_before: tuple[float, ...]
    memory_after: tuple[float, ...]
    after: float


class _AdjustedUpdate:
    """An update with options: they need the gradients of all, or the neighbours of a weight."""

    def __init__(  # noqa: PLR0917 - what an update is given
        self,
        network: Network,
        optimizer: Optimizer,
        memory: NDArray[np.float64],
        adjustments: Adjustments,
        count: int,
        rate: float,
        rows: int,
        divisor: int,
        theta: list[float] | None = None,
    ) -> None:
        self._parameters = network.parameter_list()
        self._optimizer, self._memory, self._count = optimizer, memory, count
        self._adjustments, self._rows, self._divisor = adjustments, rows, divisor
        self._columns: list[list[float]] = memory.T.tolist()
        self._rates: list[float] = adjustments.rates_at(rate).tolist()
        self._decay: list[float] = adjustments.decay.tolist()
        self._group: list[int] = adjustments.norm_groups.tolist()
        self._clip_group: list[int] = adjustments.clip_groups.tolist()
        self._penalties = adjustments.penalties
        self._members_of: list[list[bool]] = adjustments.is_penalized.tolist()
        self._limits: list[float] = adjustments.norm_limits.tolist()
        self._theta = theta
        self._factors = self._clip_factors()
        self._members: dict[int, list[int]] = {}
        for index, group in enumerate(self._group):
            if group >= 0 and self._parameters[index]._trainable:
                self._members.setdefault(group, []).append(index)

    def steps(self) -> Generator[Step, None, None]:
        """A step for each parameter that learns."""
        slots, projections = list(self._memory), dict[int, float]()
        for index, parameter in enumerate(self._parameters):
            if not parameter._trainable:
                continue
            group = self._group[index]
            if group >= 0 and group not in projections:  # none of the neuron's has moved yet
                projections[group] = self._projection(group)
            step = self._step(index, projections.get(group, 1.0))
            parameter._value = step.after
            if step.memory_after is not step.memory_before:
                for slot, number in zip(slots, step.memory_after, strict=True):
                    slot[index] = number
            yield step

    def step(self, index: int) -> Updated:
        """The step of one parameter, where none has been made."""
        group = self._group[index]
        return self._step(index, self._projection(group) if group >= 0 else 1.0)

    def _step(self, index: int, projection: float) -> Updated:
        move, parameter = self._move(index), self._parameters[index]
        adjusted = Adjusted(move.clip, move.slope, move.decay, projection)
        total = parameter._gradient or 0.0  # None where a step is only planned
        fields = (
            parameter, self._before(index), self._optimizer.name, self._rates[index], total,
            self._divisor, move.penalty, self._memory, index, move.memory_before,
            move.memory_after, move.after * projection, adjusted,
        )  # fmt: skip
        return record(Updated, fields)

    def _before(self, index: int) -> float:
        given = self._parameters[index]._value if self._theta is None else self._theta[index]
        before: float = given
        return before

    def _reduced(self, index: int) -> tuple[float, float]:
        """What the penalty adds to a gradient, and the gradient with it, reduced."""
        parameter, extra = self._parameters[index], 0.0
        for part, members in zip(self._penalties, self._members_of, strict=True):
            if members[index]:
                extra = part.added(extra, self._before(index), self._rows)
        return extra, (parameter._gradient or 0.0) / self._divisor + extra

    def _clip_factors(self) -> list[float]:
        """What gradients are multiplied by, group by group."""
        clip, totals = self._adjustments.clip, [0.0] * self._adjustments.n_groups
        if clip is None or clip.norm is None:
            return [1.0] * len(totals)
        for index, parameter in enumerate(self._parameters):
            if parameter._trainable:
                _, gradient = self._reduced(index)
                totals[self._clip_group[index]] += gradient * gradient
        return [clip.factor(math.sqrt(total)) for total in totals]

    def _move(self, index: int) -> "_Move":
        """What is done to a parameter before max-norm."""
        before, rate, clip = self._before(index), self._rates[index], self._adjustments.clip
        extra, slope = self._reduced(index)
        factor = self._factors[self._clip_group[index]]
        if clip is not None:
            slope = clip.clipped(slope) if clip.norm is None else factor * slope
        remembered = tuple(self._columns[index])
        after, kept = self._optimizer.scalar(before, slope, remembered, self._count, rate)
        decay = rate * self._decay[index] * before
        return _Move(extra, factor, slope, decay, remembered, kept, after - decay)

    def _projection(self, group: int) -> float:
        """What max-norm multiplies the parameters of a neuron by."""
        total = 0.0
        for index in self._members[group]:
            after = self._move(index).after
            total += after * after
        return projection(math.sqrt(total), self._limits[group])
