"""The update: the optimizer changes each trainable parameter by its gradient, in theta's order."""

from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from neurosim.errors import GraphError, InvalidValueError, ShapeError, WrongTypeError
from neurosim.functions.numbers import require_number
from neurosim.functions.optimizers import Optimizer
from neurosim.functions.penalties import Penalty
from neurosim.interpreter.steps import Step, Updated, record
from neurosim.interpreter.visits import require_network
from neurosim.network.network import Network


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
    steps = update_steps(
        network, optimizer, memory, count=count, rate=rate, rows=rows, divisor=divisor,
        penalty=penalty,
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
) -> Generator[Step, None, None]:
    """The pass itself, unchecked."""
    network.fill_parameters()
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
            remembered, kept, after,
        )  # fmt: skip
        yield record(Updated, fields)
