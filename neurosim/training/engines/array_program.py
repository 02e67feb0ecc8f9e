"""The array program at work: rows with a column of ones, batches, runs."""

import copy
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property, lru_cache, partial
from itertools import chain, pairwise, repeat
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from neurosim.compiler import operations as ops
from neurosim.compiler.array.printer import print_forward, print_training, print_values
from neurosim.compiler.blas import has_descent
from neurosim.compiler.costs import LEAST_DESCENT
from neurosim.compiler.plan import Dense, Plan
from neurosim.compiler.planning import plan_of
from neurosim.compiler.threads import blas_threads, largest_product, most_rows_of_one_thread
from neurosim.compiler.training_programs import generated
from neurosim.functions.mapped import room
from neurosim.functions.numbers import Matrix
from neurosim.functions.optimizers import SHIPPED, array_rule, array_rule_of_rates
from neurosim.functions.penalties import Penalty, array_gradient, projection
from neurosim.interpreter.adjustments import Adjustments
from neurosim.kernel.fused import take_rows
from neurosim.kernel.library import why_no_kernel
from neurosim.training.engines.contract import Passed, Rates, RowOrder, Some
from neurosim.training.engines.program import epochs_one_by_one
from neurosim.training.goals.weighing import Goals
from neurosim.training.noise import Noise
from neurosim.training.state import TrainingState
from neurosim.training.task import Task

Array = NDArray[Any]
DTYPES = {"double": np.float64, "single": np.float32}
_CHUNK = 512  # samples at once, so that what is computed of them stays in the cache
_PIECE = 16_384  # parameters at once, so that what is computed on the way stays in the cache
_CACHE = 2_000_000  # bytes of rows above which they are shuffled batch by batch


class ArrayProgram:
    """A program of arrays, and the rows as it takes them."""

    def __init__(self, task: Task) -> None:
        self.plan = plan = plan_of(task.network, task.batch_size)
        self.task = task
        self.dtype = DTYPES[task.precision]
        self.rows_of_one_thread = most_rows_of_one_thread(plan)
        mask = task.network.trainable_mask()
        self.frozen = ~mask
        self.learns = plan.to_slots(mask, bool)  # of each slot
        has_holes = any(isinstance(b.weights, Dense) and len(b.weights.holes) for b in plan.blocks)
        self.update = _update_of(task, has_fixed=has_holes or not mask.all())
        self.weighted = task.has_factors
        self._masked = _Masked(plan, task)
        self.descends = (
            largest_product(plan, task.batch_size) >= LEAST_DESCENT
            and ops.can_descend(plan, self.update)
            and has_descent()
        )
        self._fuses = why_no_kernel() is None
        program, self._load = generated(
            print_training, plan, task.objective, self.update, weighted=self.weighted,
            masked=self._masked.blocks, descends=self.descends, fuses=self._fuses,
        )  # fmt: skip
        self.source = program.source
        # by which gradients they compute, and whether terms have factors
        self._measures: dict[tuple[str, bool], Callable[..., Any]] = {}
        self.T = _columns(task.goals(), self.dtype)

    @contextmanager
    def computing(self, rows: int) -> Iterator[None]:
        """NumPy says nothing of numbers that are not finite, and BLAS has the threads it needs."""
        with np.errstate(all="ignore"), blas_threads(self.plan, rows):
            yield

    def begin(self, state: TrainingState, *, each_row: bool = False) -> "_ArrayRun":
        """Go on from here; ``each_row``: and keep the loss of each row."""
        return _ArrayRun(self, state, each_row=each_row)

    def load(self, *, each_row: bool) -> Callable[..., Any]:
        """The program, or the one that gives the loss of each row, too."""
        if not each_row:
            return self._load
        _, load = generated(
            print_training, self.plan, self.task.objective, self.update,
            weighted=self.weighted, masked=self._masked.blocks, each_row=True,
            descends=self.descends, fuses=self._fuses,
        )  # fmt: skip
        return load

    @cached_property
    def rows(self) -> Array:
        """The rows in the precision of the program, with a column of ones, (B, n_in + 1)."""
        return _with_ones(self.task.rows, self.dtype)

    def noised(
        self, order: RowOrder, targets: "_Targets", noise: Noise
    ) -> Sequence[tuple[Array, Array]]:
        """The batches of an epoch in this order, with noise; the targets are written there."""
        task = self.task
        rows = np.arange(task.n_rows) if order is None else order
        goals = _columns(task.goals(order), self.dtype)
        masks = self._masked.columns(noise).astype(self.dtype)
        targets.place(np.concatenate([goals, masks]).take(rows, 1))
        return self._in_order(rows, noise.inputs(task.rows, task.network.inputs), targets)

    @property
    def n_targets(self) -> int:
        """The rows of targets, factors and masks."""
        return len(self.T) + sum(stop - start for _, start, stop in self._masked.blocks)

    @cached_property
    def unshuffled(self) -> Sequence[tuple[Array, Array]]:
        """The batches of an epoch, the rows as they are."""
        n_out, n_rows = self.T.shape
        targets = _Targets(n_out, n_rows, self.task.batch_size, self.dtype)
        targets.place(self.T)
        return self._pairs(self.rows, targets)

    def shuffled(
        self, order: NDArray[np.intp], targets: "_Targets"
    ) -> Sequence[tuple[Array, Array]]:
        """The batches of an epoch in this order; the targets are written there."""
        goals = self.task.goals(order)
        T = self.T if goals is self.task.goals() else _columns(goals, self.dtype)
        targets.place(T.take(order, 1))
        return self._in_order(order, self.task.rows, targets)

    def _in_order(
        self, order: NDArray[np.intp], X: Array, targets: "_Targets"
    ) -> Sequence[tuple[Array, Array]]:
        """The batches of these rows in this order; where they are large, each when it is asked for.

        The kernel takes them as they are. To another type they are brought once, not in each epoch.
        """
        size, is_large = self.task.batch_size, X.size * np.dtype(self.dtype).itemsize > _CACHE
        buffer = np.empty((size, X.shape[1] + 1), self.dtype)
        if is_large and self._fuses and X.dtype == self.dtype and X.flags.c_contiguous:
            return _Taken(partial(take_rows, X), order, buffer, targets.batches)
        rows = self.rows if X is self.task.rows else _with_ones(X, self.dtype)
        if is_large:
            return _Taken(partial(_take, rows), order, buffer, targets.batches)
        return self._pairs(rows.take(order, 0), targets)

    def _pairs(self, X: Array, targets: "_Targets") -> list[tuple[Array, Array]]:
        """Batches as (n_in + 1, size) and (n_out, size)."""
        size = self.task.batch_size
        return [(X[i * size : (i + 1) * size].T, t) for i, t in enumerate(targets.batches)]

    def measure(self, thetas: Matrix, X: Matrix, goals: Goals) -> tuple[list[float], Matrix]:
        """Of each theta the loss, summed over the rows, and the outputs, (n, B, n_out)."""
        losses, outputs = [], np.empty((len(thetas), *goals.T.shape))
        for theta, place in zip(thetas, outputs, strict=True):
            ((loss,), found), _ = self._measure(theta, X, goals, "none")
            losses.append(float(loss))
            place[...] = found.T
        return losses, outputs

    def outputs(self, theta: Matrix, X: Matrix) -> Matrix:
        """The outputs, (B, n_out)."""
        outputs = self._forward(self.plan.to_slots(theta, self.dtype), X)
        return np.array(outputs.T, dtype=np.float64)

    def values(self, theta: Matrix, X: Matrix) -> tuple[Matrix, Matrix]:
        """Net inputs and outputs of all neurons in the network's order, (B, n_neurons) each."""
        _, compute = generated(print_values, self.plan)
        slots, rows = self.plan.to_slots(theta, self.dtype), self._rows_of_neurons
        both = np.empty((2, len(rows), len(X)))
        for first in range(0, len(X), _CHUNK):
            part = slice(first, first + _CHUNK)
            for values, found in zip(both, compute(slots, X[part]), strict=True):
                values[:, part] = found.take(rows, 0)
        net_inputs, outputs = both
        return net_inputs.T, outputs.T

    @cached_property
    def _forward(self) -> Callable[..., Any]:
        return generated(print_forward, self.plan)[1]

    @cached_property
    def _rows_of_neurons(self) -> NDArray[np.intp]:
        row = {name: i for i, name in enumerate(self.plan.names_of_rows)}
        return np.array([row[neuron.name] for neuron in self.task.network.neurons], dtype=np.intp)

    def gradients(self, theta: Matrix, X: Matrix, goals: Goals) -> tuple[float, Matrix]:
        """The loss, summed over the rows, and its gradient, reduced."""
        losses, gradient = self._measure(theta, X, goals, "parameters")
        return losses[0], self.plan.from_slots(gradient)

    def all_gradients(self, theta: Matrix, X: Matrix, goals: Goals) -> tuple[float, Matrix, Matrix]:
        """As `gradients`, and the gradient by the raw rows, (B, n_in)."""
        (losses, by_inputs), gradient = self._measure(theta, X, goals, "inputs")
        by_rows, inputs = by_inputs.T.astype(np.float64), self.task.network.inputs_conversion
        if not inputs.is_plain:
            by_rows /= inputs.factor
        return losses[0], self.plan.from_slots(gradient), by_rows

    def _measure(self, theta: Matrix, X: Matrix, goals: Goals, gradients: str) -> tuple[Any, Array]:
        """What the program yields, and the gradient in slots."""
        key = gradients, goals.factors is not None
        if key not in self._measures:
            self._measures[key] = generated(
                print_training, self.plan, self.task.objective, None,
                gradients=gradients, weighted=key[1], fuses=self._fuses,
            )[1]  # fmt: skip
        load = self._measures[key]
        slots = self.plan.to_slots(theta, self.dtype)
        gradient = np.zeros_like(slots)
        program = load(slots, gradient, len(X), None, None, None)
        next(program)
        batch = self._batch(X, goals)
        return program.send(([batch], 0, 1.0 / self.task.divisor(len(X)))), gradient

    def _batch(self, X: Matrix, goals: Goals) -> tuple[Array, Array]:
        """Rows and targets as the program takes them; the task's own are held so."""
        own = self.task
        targets = self.T if goals is own.goals() else _columns(goals, self.dtype)
        return (self.rows if X is own.X else _with_ones(X, self.dtype)).T, targets


def _update_of(task: Task, *, has_fixed: bool) -> ops.Update:
    """The update that a program is printed for: its rate is given when it runs."""
    optimizer: Any = task.optimizer
    if type(optimizer) in SHIPPED.values():  # others may ask for the rate they were made with
        optimizer = replace(optimizer, learning_rate=1.0)
    return ops.Update(optimizer, task.penalty, has_fixed, task.adjustments is not None)


def _columns(goals: Goals, dtype: Any) -> Array:
    """Targets as the program takes them, (n_out, B), the factors below them."""
    both = [goals.T] if goals.factors is None else [goals.T, goals.factors]
    with np.errstate(over="ignore"):
        return np.ascontiguousarray(np.concatenate([each.T for each in both]), dtype)


class _Masked:
    """The blocks that have neurons with dropout, and their masks as a program takes them.

    Attributes:
        blocks: of each its number, and where its masks are behind the other rows of targets.
    """

    def __init__(self, plan: Plan, task: Task) -> None:
        row_of = {name: i for i, name in enumerate(plan.names_of_rows)}
        rows = np.array([row_of[n.name] for n in task.dropped if not n.is_input], np.intp)
        found, self._rows, start = [], list[int](), 0
        for block in plan.blocks[1:]:
            if ((rows >= block.start) & (rows < block.stop)).any():
                found.append((block.number, start, start + block.size))
                self._rows += range(block.start, block.stop)
                start += block.size
        self.blocks = tuple(found)
        self._place = {row: k for k, row in enumerate(self._rows)}
        self._row_of = row_of

    def columns(self, noise: Noise) -> Matrix:
        """A row for each neuron of these blocks, ones where it has no dropout, (n, B)."""
        masks = np.ones((len(self._rows), len(noise.masks)))
        for neuron, mask in zip(noise.dropped, noise.masks.T, strict=True):
            if not neuron.is_input:
                masks[self._place[self._row_of[neuron.name]]] = mask
        return masks


class _Targets:
    """Targets batch after batch, each (n_out, size), all in one piece."""

    def __init__(self, n_out: int, n_rows: int, size: int, dtype: Any) -> None:
        n_full = n_rows // size
        self._full = np.empty((n_full, n_out, size), dtype)
        self._rest = np.empty((n_out, n_rows - n_full * size), dtype)
        self.batches = [*self._full, *([self._rest] if self._rest.size else [])]

    def place(self, T: Array) -> None:
        """Write them, given as (n_out, n_rows)."""
        n_full, n_out, size = self._full.shape
        split = n_full * size
        self._full[...] = T[:, :split].reshape(n_out, n_full, size).transpose(1, 0, 2)
        self._rest[...] = T[:, split:]


class _Taken(Sequence[tuple[Array, Array]]):
    """Batches whose rows are taken when it is their turn, into one buffer that stays in the cache.

    To shuffle all rows at once would write what no cache holds, to read it again.
    """

    def __init__(
        self,
        take: Callable[[NDArray[np.intp], Array], None],
        order: NDArray[np.intp],
        buffer: Array,
        targets: list[Array],
    ) -> None:
        self._take, self._buffer, self._targets, size = take, buffer, targets, len(buffer)
        self._orders = [order[i : i + size] for i in range(0, len(order), size)]

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
        self._take(order, rows)
        return rows.T, self._targets[index]


def _take(X: Array, order: NDArray[np.intp], rows: Array) -> None:
    X.take(order, 0, rows, "clip")  # the mode "raise" would buffer


def _with_ones(X: Array, dtype: Any) -> Array:
    rows = room((len(X), X.shape[1] + 1), X, dtype)
    with np.errstate(over="ignore"):  # what is too large for float32 becomes infinite
        rows[:, :-1] = X
    rows[:, -1] = 1.0
    return rows


class _ArrayRun:
    def __init__(self, program: ArrayProgram, state: TrainingState, *, each_row: bool) -> None:
        self._program, self._each_row = program, each_row
        self._is_paired = each_row and program.task.batch_size > 1  # else a batch's is its row's
        self._row_losses: list[Any] = []
        self._order: RowOrder = None  # of the epoch that is held
        self._epoch: Sequence[tuple[Array, Array]] = []
        self._targets: _Targets | None = None
        self._noise: Noise | None = None
        plan, dtype = program.plan, program.dtype
        self._theta = plan.to_slots(state.parameters, dtype)
        # plain descent has none; new memory costs more than the numbers in it
        changes = state.memory[: 0 if program.update.is_plain else None]
        self._memory = plan.to_slots(changes, dtype)
        self._gradient = np.zeros(0 if program.descends else len(self._theta), dtype)
        self._updates = state.updates
        # alone: an update that held the run would keep its arrays from being freed
        self._rate = [program.task.optimizer.learning_rate]
        self._frozen = program.frozen
        self._given = state
        fixed = np.flatnonzero(~program.learns)
        self._fixed = fixed, self._theta[fixed], self._memory[:, fixed]
        self._started: dict[int, Generator[Any, Any, None]] = {}

    def take_noise(self, noise: Noise) -> None:
        self._noise, self._epoch = noise, []

    def steps(
        self, order: RowOrder, first: int, last: int, repeats: int = 1, rates: Rates = None
    ) -> list[float]:
        if rates is None:
            return self._steps(order, first, last, repeats)
        found: list[float] = []
        for rate, begin, end, times in _alike(rates, first, last, repeats):
            self._rate[0] = rate
            found += self._steps(order, begin, end, times)
        return found

    def _steps(self, order: RowOrder, first: int, last: int, repeats: int) -> list[float]:
        task = self._program.task
        batches = self._batches(order)[first:last]
        remainder = task.n_rows % task.batch_size
        if not (remainder and last == task.n_batches):
            return self._send(task.batch_size, chain.from_iterable(repeat(batches, repeats)))
        losses: list[float] = []
        for _ in range(repeats):
            losses += self._send(task.batch_size, batches[:-1])
            losses += self._send(remainder, batches[-1:])
        return losses

    def parameters(self, some: Some = None) -> Matrix:
        plan = self._program.plan
        if some is not None:
            found = self._theta[plan.home[some]].astype(np.float64)
            return np.where(self._frozen[some], self._given.parameters[some], found)
        parameters = plan.from_slots(self._theta)
        # to the bit, in single precision, too
        parameters[self._frozen] = self._given.parameters[self._frozen]
        return parameters

    def values(self) -> tuple[Matrix, Matrix]:
        if self._program.update.is_plain:
            return self.parameters(), self._given.memory
        return self.parameters(), self._program.plan.from_slots(self._memory)

    def take_row_losses(self) -> Matrix:
        found, self._row_losses = self._row_losses, []
        if not self._is_paired:
            return np.array(found, dtype=np.float64)
        return np.concatenate([[], *found], dtype=np.float64)

    def epochs(self, order: RowOrder, first: int, count: int, rates: Rates = None) -> Passed:
        return epochs_one_by_one(self, order, first, count, self._program.task.n_batches, rates)

    def _batches(self, order: RowOrder) -> Sequence[tuple[Array, Array]]:
        program, task = self._program, self._program.task
        if order is None and self._noise is None:
            return program.unshuffled
        if self._targets is None:  # of its own: two runs may be under way
            size = program.n_targets, task.n_rows, task.batch_size
            self._targets = _Targets(*size, program.dtype)
        if self._noise is not None:
            if not self._epoch:
                self._epoch = program.noised(order, self._targets, self._noise)
            return self._epoch
        assert order is not None
        if order is not self._order:
            self._order, self._epoch = order, program.shuffled(order, self._targets)
        return self._epoch

    def _send(self, size: int, batches: Iterable[tuple[Array, Array]]) -> list[float]:
        task, update = self._program.task, self._program.update
        if size not in self._started:
            self._started[size] = self._start(size)
        factor = self._rate[0] if update.is_plain else 1.0
        sent = (batches, self._updates, factor / task.divisor(size))
        answer: Any = self._started[size].send(sent)
        losses: list[float] = answer[0] if self._is_paired else answer
        if self._each_row:
            self._row_losses += answer[1] if self._is_paired else losses
        self._updates += len(losses)
        return losses

    def _start(self, size: int) -> Generator[Any, Any, None]:
        program, dtype = self._program, self._program.dtype
        learns = program.learns.astype(dtype) if program.update.has_fixed else None
        started: Generator[Any, Any, None] = program.load(each_row=self._is_paired)(
            self._theta, self._gradient, size, learns, self._penalize(), self._optimizer()
        )
        next(started)
        return started

    def _penalize(self) -> Callable[[int], None] | None:
        penalty, plan = self._program.task.penalty, self._program.plan
        if penalty is None:
            return None
        theta, gradient, adjustments = self._theta, self._gradient, self._program.task.adjustments
        parts: list[tuple[Penalty, Any]] = [(penalty, plan.is_weight)]
        if adjustments is not None:
            parts = list(zip(adjustments.penalties, adjustments.is_penalized, strict=True))
        dtype = self._program.dtype
        added = [
            (array_gradient(part), gradient[piece], theta[piece], is_member[piece])
            for part, members in parts
            for is_member in [plan.to_slots(members.astype(np.float64), dtype)]
            for piece in _pieces(len(theta))
        ]

        def penalize(size: int) -> None:
            for added_to, g, w, is_member in added:
                np.add(g, added_to(w, size) * is_member, out=g)

        return penalize

    def _optimizer(self) -> Callable[[int], None]:
        adjustments = self._program.task.adjustments
        return self._plain_update() if adjustments is None else self._adjusted_update(adjustments)

    def _plain_update(self) -> Callable[[int], None]:
        theta, memory, pieces = self._theta, self._memory, self._pieces()
        rule = array_rule(self._program.task.optimizer)
        (fixed, values, remembered), present = self._fixed, self._rate

        def update(count: int) -> None:
            for piece in pieces:
                rule(*piece, count, present[0])
            if len(fixed):
                theta[fixed] = values
                memory[:, fixed] = remembered

        return update

    def _pieces(self) -> list[tuple[Array, Array, Array]]:
        """Theta, gradient and memory piece by piece, or whole: a user's rule may want all."""
        theta, gradient, memory = self._theta, self._gradient, self._memory
        if type(self._program.task.optimizer) not in SHIPPED.values():
            return [(theta, gradient, memory)]
        return [(theta[p], gradient[p], memory[:, p]) for p in _pieces(len(theta))]

    def _adjusted_update(self, adjustments: Adjustments) -> Callable[[int], None]:
        theta, gradient, memory, plan = (
            self._theta, self._gradient, self._memory, self._program.plan,
        )  # fmt: skip
        task, dtype, clip = self._program.task, self._program.dtype, adjustments.clip
        rule, learns = array_rule(task.optimizer), ~self._frozen
        has_rates = not np.isnan(adjustments.rates).all()
        if has_rates:
            rule = array_rule_of_rates(task.optimizer)
        decay = plan.to_slots(adjustments.decay, dtype)

        @lru_cache(maxsize=1)  # it seldom changes
        def rates_at(rate: float) -> Any:
            return plan.to_slots(adjustments.rates_at(rate), dtype) if has_rates else rate

        (fixed, values, remembered), present = self._fixed, self._rate
        groups, limits = adjustments.norm_groups, adjustments.norm_limits.tolist()
        is_kept = learns & (groups >= 0)

        def norms(slots: Array, groups: NDArray[np.intp], some: NDArray[np.bool_]) -> Matrix:
            squares = plan.from_slots(slots)[some] ** 2
            return np.sqrt(np.bincount(groups[some], squares, adjustments.n_groups))

        def multiply(slots: Array, groups: NDArray[np.intp], factors: list[float]) -> None:
            slots *= plan.to_slots(np.array([*factors, 1.0])[groups], dtype)

        def update(count: int) -> None:
            if clip is not None and clip.norm is None:
                np.clip(gradient, -clip.limit, clip.limit, out=gradient)
            elif clip is not None:
                totals = norms(gradient, adjustments.clip_groups, learns).tolist()
                multiply(gradient, adjustments.clip_groups, [clip.factor(x) for x in totals])
            rates = rates_at(present[0])
            lost = decay * rates * theta
            rule(theta, gradient, memory, count, rates)
            np.subtract(theta, lost, out=theta)
            if len(fixed):
                theta[fixed] = values
                memory[:, fixed] = remembered
            if adjustments.has_max_norm:
                lengths = norms(theta, groups, is_kept).tolist()
                factors = list(map(projection, lengths, limits))
                multiply(theta, np.where(learns, groups, -1), factors)

        return update


def _pieces(count: int) -> list[slice]:
    """So many slots, cut into pieces."""
    return [slice(start, start + _PIECE) for start in range(0, count, _PIECE)]


def _alike(
    rates: Matrix, first: int, last: int, repeats: int
) -> Iterator[tuple[float, int, int, int]]:
    """Stretches of one rate: the rate, the batches from and to, and how often they are done."""
    if (rates == rates[0]).all():
        yield float(rates[0]), first, last, repeats
        return
    n = last - first
    for start in range(0, len(rates), n):
        of_epoch = rates[start : start + n]
        cuts = [0, *(1 + np.flatnonzero(np.diff(of_epoch))).tolist(), n]
        for begin, end in pairwise(cuts):
            yield float(of_epoch[begin]), first + begin, first + end, 1
