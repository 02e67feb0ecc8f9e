"""The two kinds of training programs, behind one contract: begin at a state, make steps, measure.

What a program is given is prepared once: rows with a column of ones for arrays, tuples of floats
for single numbers.
"""

import copy
import math
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import replace
from itertools import chain, repeat
from typing import Any, Protocol, overload

import numpy as np
from numpy.typing import NDArray

from neurosim.compiler.costs import is_unrolling_worthwhile
from neurosim.compiler.operations import Update
from neurosim.compiler.plan import Dense, Plan
from neurosim.compiler.training import (
    array_program,
    scalar_program,
    slots_that_learn,
    unrolled_program,
)
from neurosim.functions.numerals import Matrix
from neurosim.training.state import TrainingState
from neurosim.training.task import Task

Array = NDArray[Any]
Order = NDArray[np.intp] | None
DTYPES = {"double": np.float64, "single": np.float32}
_CACHE = 2_000_000  # bytes of rows above which they are shuffled batch by batch


class Run(Protocol):
    """A stretch of training: parameters and memory in the program's own form."""

    def steps(self, order: Order, first: int, last: int, repeats: int = 1) -> list[float]:
        """Train on batches ``first`` to ``last`` of an epoch; the loss of each, summed over rows.

        ``order`` is that of the rows; None: as they are.
        """
        ...

    def values(self) -> tuple[Matrix, Matrix]:
        """Parameters and memory as they are now, in the network's order."""
        ...


class TrainingProgram(Protocol):
    """What the compiled engine asks of a program."""

    source: str

    def __init__(self, plan: Plan, task: Task) -> None: ...

    def begin(self, state: TrainingState) -> Run:
        """Go on from here."""
        ...

    def measure(self, theta: Matrix, X: Matrix, T: Matrix) -> tuple[float, Matrix]:
        """The loss, summed over the rows, and its gradient, reduced."""
        ...


def _update(task: Task, *, has_fixed: bool) -> Update:
    """The update that a program is printed for: its rate is given when it runs."""
    optimizer: Any = task.optimizer  # one of the frozen records, all with a rate
    return Update(replace(optimizer, learning_rate=1.0), task.penalty, has_fixed)


class ArrayProgram:
    """A program of arrays, and the rows as it takes them."""

    def __init__(self, plan: Plan, task: Task) -> None:
        self.plan, self.task = plan, task
        self.dtype = DTYPES[task.precision]
        self.learns = slots_that_learn(plan, task.network.trainable_mask())
        has_holes = any(isinstance(b.weights, Dense) and len(b.weights.holes) for b in plan.blocks)
        has_frozen = bool((~self.learns[plan.home]).any())
        self.update = _update(task, has_fixed=has_holes or has_frozen)
        program, self.load = array_program(plan, task.loss, self.update)
        self.source = program.source
        self.X = _with_ones(task.X, self.dtype)
        with np.errstate(over="ignore"):
            self.T = np.ascontiguousarray(task.T.T, self.dtype)
        self._views: list[Array] | None = None  # of the targets, batch by batch

    def begin(self, state: TrainingState) -> "_ArrayRun":
        """Go on from here."""
        return _ArrayRun(self, state)

    def batches(self, order: Order) -> Sequence[tuple[Array, Array]]:
        """The batches of an epoch as (n_in + 1, size) and (n_out, size)."""
        size, n_rows = self.task.batch_size, self.task.n_rows
        if self._views is None:
            n_full = n_rows // size
            self._full = np.empty((n_full, len(self.T), size), self.dtype)
            self._rest = np.empty((len(self.T), n_rows - n_full * size), self.dtype)
            self._place_targets(self.T)
            self._views = [*self._full, *([self._rest] if self._rest.size else [])]
        if order is not None:
            self._place_targets(self.T.take(order, 1))
        if order is not None and self.X.nbytes > _CACHE:
            return _Taken(self.X, order, size, self._views)
        X = self.X if order is None else self.X.take(order, 0)
        return [(X[i * size : (i + 1) * size].T, t) for i, t in enumerate(self._views)]

    def _place_targets(self, T: Array) -> None:
        """Batch after batch, each (n_out, size), all in one piece."""
        n_full, n_out, size = self._full.shape
        split = n_full * size
        self._full[...] = T[:, :split].reshape(n_out, n_full, size).transpose(1, 0, 2)
        self._rest[...] = T[:, split:]

    def measure(self, theta: Matrix, X: Matrix, T: Matrix) -> tuple[float, Matrix]:
        """The loss, summed over the rows, and its gradient, reduced."""
        plan = self.plan
        _, load = array_program(plan, self.task.loss, None)
        slots = plan.to_slots(theta, self.dtype)
        gradient = np.zeros_like(slots)
        program = load(slots, gradient, len(X), None, None, None)
        next(program)
        batch = _with_ones(X, self.dtype).T, np.ascontiguousarray(T.T, self.dtype)
        (loss,) = program.send(([batch], 0, 1.0 / self.task.divisor(len(X))))
        return loss, plan.from_slots(gradient)


class _Taken(Sequence[tuple[Array, Array]]):
    """Batches whose rows are taken when it is their turn, into one buffer that stays in the cache.

    To shuffle all rows at once would write what no cache holds, to read it again.
    """

    def __init__(self, X: Array, order: NDArray[np.intp], size: int, targets: list[Array]) -> None:
        self._X, self._targets = X, targets
        self._orders = [order[i : i + size] for i in range(0, len(order), size)]
        self._buffer = np.empty((size, X.shape[1]), X.dtype)

    def __len__(self) -> int:
        return len(self._targets)

    @overload
    def __getitem__(self, index: int) -> tuple[Array, Array]: ...
    @overload
    def __getitem__(self, index: slice) -> "_Taken": ...
    def __getitem__(self, index: int | slice) -> "tuple[Array, Array] | _Taken":
        if isinstance(index, slice):
            part = copy.copy(self)
            part._orders, part._targets = self._orders[index], self._targets[index]
            return part
        order = self._orders[index]
        rows = self._buffer[: len(order)]
        self._X.take(order, 0, rows, "clip")
        return rows.T, self._targets[index]


def _with_ones(X: Matrix, dtype: Any) -> Array:
    rows = np.ones((len(X), X.shape[1] + 1), dtype)
    with np.errstate(over="ignore"):  # what is too large for float32 becomes infinite
        rows[:, :-1] = X
    return rows


class _ArrayRun:
    def __init__(self, program: ArrayProgram, state: TrainingState) -> None:
        self._program = program
        plan, dtype = program.plan, program.dtype
        self._theta = plan.to_slots(state.parameters, dtype)
        self._memory = plan.to_slots(state.memory, dtype)
        self._gradient = np.zeros_like(self._theta)
        self._updates = state.updates
        self._frozen = ~program.learns[plan.home]
        self._given = state.parameters[self._frozen]
        fixed = np.flatnonzero(~program.learns)
        self._fixed = fixed, self._theta[fixed], self._memory[:, fixed]
        self._started: dict[int, Generator[list[float], Any, None]] = {}

    def steps(self, order: Order, first: int, last: int, repeats: int = 1) -> list[float]:
        task = self._program.task
        batches = self._program.batches(order)[first:last]
        remainder = task.n_rows % task.batch_size
        if not (remainder and last == task.n_batches):
            return self._send(task.batch_size, chain.from_iterable(repeat(batches, repeats)))
        losses: list[float] = []
        for _ in range(repeats):
            losses += self._send(task.batch_size, batches[:-1])
            losses += self._send(remainder, batches[-1:])
        return losses

    def values(self) -> tuple[Matrix, Matrix]:
        plan = self._program.plan
        parameters = plan.from_slots(self._theta)
        parameters[self._frozen] = self._given  # to the bit, in single precision, too
        return parameters, plan.from_slots(self._memory)

    def _send(self, size: int, batches: Iterable[tuple[Array, Array]]) -> list[float]:
        task, update = self._program.task, self._program.update
        if size not in self._started:
            self._started[size] = self._start(size)
        factor = task.optimizer.learning_rate if update.is_plain else 1.0
        losses = self._started[size].send((batches, self._updates, factor / task.divisor(size)))
        self._updates += len(losses)
        return losses

    def _start(self, size: int) -> Generator[list[float], Any, None]:
        program, dtype = self._program, self._program.dtype
        learns = program.learns.astype(dtype)
        penalty, plan = program.task.penalty, program.plan
        is_weight = plan.to_slots((~plan.is_bias).astype(np.float64), dtype)
        shrink = is_weight * dtype(0.0 if penalty is None else penalty.strength)
        started: Generator[list[float], Any, None] = program.load(
            self._theta, self._gradient, size, learns, shrink, self._optimizer()
        )
        next(started)
        return started

    def _optimizer(self) -> Callable[[int], None]:
        theta, gradient, memory = self._theta, self._gradient, self._memory
        rule, rate = self._program.task.optimizer.array, self._program.task.optimizer.learning_rate
        fixed, values, remembered = self._fixed

        def update(count: int) -> None:
            rule(theta, gradient, memory, count, rate)
            if len(fixed):
                theta[fixed] = values
                memory[:, fixed] = remembered

        return update


class ScalarProgram:
    """A program of single numbers, and the rows as it takes them."""

    def __init__(self, plan: Plan, task: Task) -> None:
        self.plan, self.task = plan, task
        learns = tuple(slots_that_learn(plan, task.network.trainable_mask()).tolist())
        self.update = _update(task, has_fixed=False)
        self._averages = task.reduction == "mean"
        self.one_row = task.batch_size == 1
        program, self.load = scalar_program(
            plan,
            task.loss,
            self.update,
            learns=learns,
            averages=self._averages,
            one_row=self.one_row,
        )
        self._learns = learns
        self.source = program.source
        self.order = np.argsort(plan.home)  # the program has theta in the order of slots
        self.rows = _tuples(task.X, task.T)

    def begin(self, state: TrainingState) -> "_ScalarRun":
        """Go on from here."""
        return _ScalarRun(self, state)

    def batches(self, order: Order) -> list[Any]:
        """The batches of an epoch: lists of rows, or rows."""
        rows = self.rows if order is None else [self.rows[i] for i in order.tolist()]
        size = self.task.batch_size
        return rows if self.one_row else [rows[i : i + size] for i in range(0, len(rows), size)]

    def unrolled(self) -> Callable[..., Any]:
        """The program that has these very rows in it."""
        size = self.task.batch_size
        batches = [tuple(self.rows[i : i + size]) for i in range(0, len(self.rows), size)]
        _, load = unrolled_program(
            self.plan,
            self.task.loss,
            self.update,
            learns=self._learns,
            averages=self._averages,
            batches=tuple(batches),
        )
        return load

    def measure(self, theta: Matrix, X: Matrix, T: Matrix) -> tuple[float, Matrix]:
        """The loss, summed over the rows, and its gradient, reduced."""
        _, load = scalar_program(
            self.plan,
            self.task.loss,
            None,
            learns=self._learns,
            averages=self._averages,
            one_row=False,
        )
        (loss,), gradients, _ = load(theta[self.order].tolist(), [], 0, 0.0, [_tuples(X, T)])
        gradient = np.empty_like(theta)
        gradient[self.order] = gradients
        return loss, gradient


def _tuples(X: Matrix, T: Matrix) -> list[tuple[float, ...]]:
    return [(*x, *t) for x, t in zip(X.tolist(), T.tolist(), strict=True)]


class _ScalarRun:
    def __init__(self, program: ScalarProgram, state: TrainingState) -> None:
        self._program = program
        self._theta = state.parameters[program.order].tolist()
        self._memory = state.memory[:, program.order].tolist()
        self._updates = state.updates

    def steps(self, order: Order, first: int, last: int, repeats: int = 1) -> list[float]:
        program = self._program
        rate = program.task.optimizer.learning_rate
        run, batches = program.load, program.batches(order)[first:last]
        work: Any = chain.from_iterable(repeat(batches, repeats))
        is_whole = order is None and len(batches) == program.task.n_batches
        n_parameters = len(self._theta)
        if is_whole and is_unrolling_worthwhile(n_parameters, len(program.rows), repeats):
            run, work = program.unrolled(), repeats
        losses: list[float]
        try:
            losses, self._theta, self._memory = run(
                self._theta, self._memory, self._updates, rate, work
            )
        except ArithmeticError:  # where arrays would go on with infinite numbers
            self._theta = [math.nan] * len(self._theta)
            return [math.nan] * (len(batches) * repeats)
        self._updates += len(losses)
        return losses

    def values(self) -> tuple[Matrix, Matrix]:
        order = self._program.order
        theta = np.empty(len(order))
        theta[order] = self._theta
        memory = np.empty((len(self._memory), len(order)))
        memory[:, order] = self._memory
        return theta, memory
