"""Agreement: the differences between an engine and the walk on one network.

The bound is |a - b| <= bound * max(1, |a|), a being the graph's number: pure relative error would
flake where terms cancel. Each engine names its own; that of the kernel is 0, that of the NumPy
programs 1e-12, and after training 1e-10, since differences grow with updates.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Unpack

import numpy as np

from neurosim.errors import DivergedError
from neurosim.functions.numbers import (
    Matrix,
    require_count,
    require_non_negative,
)
from neurosim.network.network import Network
from neurosim.training.course.divergence import find_divergence
from neurosim.training.engines.contract import Engine, advance_batch
from neurosim.training.engines.table import DEFAULT, REFERENCE, make_engine
from neurosim.training.options import Options, TrainOptions, measuring_options
from neurosim.training.state import TrainingState, start_state
from neurosim.training.task import Task, make_task, require_network


@dataclass(frozen=True, slots=True)
class Difference:
    """The worst of many numbers: how far apart the engines are there, and what each says.

    ``graph`` is the walk's number, ``compiled`` that of the ``engine``, and ``error`` is
    |graph - compiled| / max(1, |graph|).
    """

    what: str
    where: str
    graph: float
    compiled: float
    error: float
    tolerance: float
    engine: str = DEFAULT

    @property
    def passed(self) -> bool:
        """Whether the error is within the tolerance."""
        return bool(self.error <= self.tolerance)

    @property
    def is_exact(self) -> bool:
        """Whether no number may differ, and none does."""
        return self.tolerance == 0.0 == self.error

    def __str__(self) -> str:
        if self.is_exact:
            return f"{self.what}: 0, equal to the last bit"
        sign = "<=" if self.passed else ">"
        return (
            f"{self.what}: worst {self.error:.2g} {sign} {self.tolerance:.0e} at {self.where}"
            f" ({REFERENCE} {self.graph!r}, {self.engine} {self.compiled!r})"
        )


@dataclass(frozen=True, slots=True)
class Agreement:
    """The worst difference of each kind.

    Attributes:
        updates: how many were made before the parameters were compared.
        rows: how many rows were walked for the outputs, the loss and the gradients.
    """

    outputs: Difference
    loss: Difference
    gradients: Difference
    parameters: Difference
    updates: int
    rows: int

    @property
    def differences(self) -> tuple[Difference, ...]:
        """All four."""
        return self.outputs, self.loss, self.gradients, self.parameters

    @property
    def passed(self) -> bool:
        """Whether each is within its tolerance."""
        return all(difference.passed for difference in self.differences)

    @property
    def is_exact(self) -> bool:
        """Whether no number may differ, and none does."""
        return all(difference.is_exact for difference in self.differences)

    @property
    def worst(self) -> Difference:
        """The one that is nearest to its tolerance, or furthest beyond."""
        return max(self.differences, key=_excess)

    def __str__(self) -> str:
        return "\n".join(map(str, self.differences))


def _excess(difference: Difference) -> tuple[bool, float]:
    """How much of its tolerance a difference takes; an error that is NaN takes the most."""
    error, tolerance = difference.error, difference.tolerance
    if tolerance == 0.0:
        return math.isnan(error), error and np.inf
    return math.isnan(error), error / tolerance


def agree(
    network: Network,
    X: Any,
    T: Any,
    options: Options | None = None,
    /,
    *,
    updates: int = 100,
    budget: float | None = None,
    **changes: Unpack[TrainOptions],
) -> Agreement:
    """Compare outputs, loss, gradients and parameters of the graph engine and another.

    Args:
        network: is not changed; the engines work on copies.
        X: samples, (B, n_in).
        T: targets, (B, n_out), or class indices.
        options: a record of options, or None.
        updates: how many batches to train before the parameters are compared.
        budget: about how many seconds the walk may take: as many of the first rows and of the
            updates are compared as it can do in them, a row at least. None: all.
        **changes: options of `neurosim.train`; SGD(0.1) without an optimizer. ``engine`` is the
            other engine, ``precision`` its own: ``single`` has wider tolerances, 1e-4 and 1e-3.

    Raises:
        DivergedError: a number is not finite before the updates are made.
    """
    require_count(updates, "updates", least=0)
    chosen = measuring_options(options, changes)
    twin = require_network(network).copy()
    start = chosen.seed_of(network)
    other = make_task(twin, X, T, chosen)
    task, precision = other.with_options(precision="double"), chosen.precision
    engines = make_engine(REFERENCE, task), make_engine(chosen.engine, other)
    return compare(*engines, task, updates, start, precision=precision, budget=budget)


def compare(
    graph: Engine,
    compiled: Engine,
    task: Task,
    updates: int,
    seed: int,
    *,
    precision: str = "double",
    budget: float | None = None,
) -> Agreement:
    """Compare two engines of one task, the second in this precision."""
    seconds = math.inf if budget is None else require_non_negative(budget, "budget")
    clock = _Clock(seconds)
    at_once, after_training = compiled.capabilities.bounds[precision]
    name = compiled.name
    theta = task.network.parameters()
    names = task.network.parameter_names()
    start = start_state(task, seed)
    rows = _affordable_rows(graph, task, theta, clock)
    X, T = task.X[:rows], task.T[:rows]
    outputs = [engine.outputs(theta, X) for engine in (graph, compiled)]
    values = [engine.loss_and_gradient(theta, X, T) for engine in (graph, compiled)]
    walked, made = _trained(graph, task, start, updates, clock)
    trained = walked, _trained(compiled, task, start, made)[0]
    (loss_a, gradient_a), (loss_b, gradient_b) = values
    places = [f"row {row}, {neuron.name}" for row in range(rows) for neuron in task.network.outputs]
    part = "" if rows == task.n_rows else f" of {rows} of {task.n_rows} rows"
    so_many = f"{updates}" if made == updates else f"{made} of {updates}"
    one = np.array([loss_a]), np.array([loss_b])
    return Agreement(
        _worst(
            f"outputs{part}", places, outputs[0].ravel(), outputs[1].ravel(), at_once, engine=name
        ),
        _worst(f"loss{part}", ["all rows"], *one, at_once, engine=name),
        _worst(f"gradients{part}", names, gradient_a, gradient_b, at_once, engine=name),
        _worst(
            f"parameters after {so_many} updates",
            names,
            trained[0],
            trained[1],
            after_training,
            engine=name,
        ),
        made,
        rows,
    )


class _Clock:
    """What is left of a budget of seconds, and what a row costs the walk."""

    def __init__(self, budget: float) -> None:
        self._end, self.row = perf_counter() + budget, 0.0

    def has_time_for(self, n_rows: int) -> bool:
        """Whether so many rows can be walked before the end."""
        return perf_counter() + self.row * n_rows <= self._end

    def affordable(self, share: float) -> int | float:
        """The rows that can be walked in this share of the time left."""
        left = max(0.0, self._end - perf_counter())
        return math.inf if math.isinf(left) else share * left // max(self.row, 1e-9)


def _affordable_rows(graph: Engine, task: Task, theta: Matrix, clock: _Clock) -> int:
    """As many of the first rows as half of the time left is good for; one is walked first."""
    if math.isinf(clock.affordable(0.5)):
        return task.n_rows
    graph.outputs(theta, task.X[:1])  # what a first pass prepares is not counted
    begin = perf_counter()
    graph.loss_and_gradient(theta, task.X[:1], task.T[:1])
    clock.row = perf_counter() - begin
    return int(max(1, min(task.n_rows, clock.affordable(0.5 / 1.5))))  # outputs cost half as much


def _trained(
    engine: Engine, task: Task, state: TrainingState, updates: int, clock: _Clock | None = None
) -> tuple[Matrix, int]:
    """The parameters after so many updates, or as many as there is time for; and how many."""
    with np.errstate(all="ignore"):
        for number in range(updates):
            if clock is not None and not clock.has_time_for(task.batch_size):
                return state.parameters, number
            before, state = state, advance_batch(engine, state)
            if not state.is_finite:
                _, place = find_divergence(engine, task, before, 1)
                raise DivergedError(f"engine {engine.name!r}: update {number}: {place}")
    return state.parameters, updates


def _worst(
    what: str, names: Sequence[str], a: Matrix, b: Matrix, tolerance: float, *, engine: str
) -> Difference:
    if not len(a):
        return Difference(what, "nothing", 0.0, 0.0, 0.0, tolerance, engine)
    with np.errstate(invalid="ignore"):
        errors = np.abs(a - b) / np.maximum(1.0, np.abs(a))
    same = (a == b) | (np.isnan(a) & np.isnan(b))  # equal infinities are no difference
    errors = np.where(same, 0.0, np.where(np.isnan(errors), np.inf, errors))
    i = int(errors.argmax())
    return Difference(what, names[i], float(a[i]), float(b[i]), float(errors[i]), tolerance, engine)
