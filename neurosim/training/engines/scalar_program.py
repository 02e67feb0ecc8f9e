"""The scalar program at work: rows as tuples of floats, batches, runs."""

import math
from collections.abc import Callable
from functools import cached_property
from itertools import chain, repeat
from typing import Any

import numpy as np

from neurosim.compiler.costs import is_unrolling_worthwhile
from neurosim.compiler.plan import Plan
from neurosim.compiler.scalar.printer import print_measuring, print_scalar, print_unrolled
from neurosim.compiler.training_programs import LoadedProgram, generated
from neurosim.functions.numbers import Matrix
from neurosim.training.engines.array_program import ArrayProgram
from neurosim.training.engines.contract import Passed, Rates, RowOrder, Some
from neurosim.training.engines.program import update_of
from neurosim.training.state import TrainingState
from neurosim.training.task import Task


class ScalarProgram:
    """A program of single numbers, and the rows as it takes them."""

    def __init__(self, plan: Plan, task: Task) -> None:
        self.plan, self.task = plan, task
        learns = tuple(plan.to_slots(task.network.trainable_mask(), bool).tolist())
        self.update = update_of(task, has_fixed=False)
        self._averages = task.reduction == "mean"
        self.one_row = task.batch_size == 1
        self._learns = learns
        program, self._load = self._loaded(each_row=False)
        self.source = program.source
        self.order = np.argsort(plan.home)  # the program has theta in the order of slots
        self.place = np.argsort(self.order)  # of each parameter, in that order
        self.rows = _tuples(task.X, task.T)

    def begin(self, state: TrainingState, *, each_row: bool = False) -> "_ScalarRun":
        """Go on from here; ``each_row``: and keep the loss of each row."""
        return _ScalarRun(self, state, each_row=each_row)

    def load(self, *, each_row: bool) -> Callable[..., Any]:
        """The program, or the one that gives the loss of each row, too."""
        return self._loaded(each_row=True)[1] if each_row else self._load

    def _loaded(self, *, each_row: bool) -> LoadedProgram:
        return generated(
            print_scalar,
            self.plan,
            self.task.loss,
            self.update,
            learns=self._learns,
            averages=self._averages,
            one_row=self.one_row,
            each_row=each_row,
        )

    def batches(self, order: RowOrder) -> list[Any]:
        """The batches of an epoch: lists of rows, or rows."""
        rows = self.rows if order is None else [self.rows[i] for i in order.tolist()]
        size = self.task.batch_size
        return rows if self.one_row else [rows[i : i + size] for i in range(0, len(rows), size)]

    def unrolled(self, *, each_row: bool, each_epoch: bool = False) -> Callable[..., Any]:
        """The program that has these very rows in it."""
        size = self.task.batch_size
        batches = [tuple(self.rows[i : i + size]) for i in range(0, len(self.rows), size)]
        _, load = generated(
            print_unrolled,
            self.plan,
            self.task.loss,
            self.update,
            learns=self._learns,
            averages=self._averages,
            batches=tuple(batches),
            each_row=each_row,
            each_epoch=each_epoch,
        )
        return load

    def measure(self, thetas: Matrix, X: Matrix, T: Matrix) -> tuple[list[float], Matrix]:
        """Of each theta the loss, summed over the rows, and the outputs, (n, B, n_out)."""
        losses, outputs = self._measuring(thetas[:, self.order].tolist(), self._rows_of(X, T))
        return losses, np.array(outputs).reshape(len(thetas), len(X), -1)

    def gradients(self, theta: Matrix, X: Matrix, T: Matrix) -> tuple[float, Matrix]:
        """The loss, summed over the rows, and its gradient, reduced."""
        batches = [self._rows_of(X, T)]
        (loss,), found, _ = self._learning(theta[self.order].tolist(), [], 0, 0.0, batches)
        gradient = np.empty_like(theta)
        gradient[self.order] = found
        return loss, gradient

    def all_gradients(self, theta: Matrix, X: Matrix, T: Matrix) -> tuple[float, Matrix, Matrix]:
        """As `gradients`, and the gradient by the raw rows, (B, n_in), which arrays compute."""
        _, _, by_inputs = ArrayProgram(self.plan, self.task).all_gradients(theta, X, T)
        return *self.gradients(theta, X, T), by_inputs

    @cached_property
    def _measuring(self) -> Callable[..., Any]:
        return generated(print_measuring, self.plan, self.task.loss)[1]

    @cached_property
    def _learning(self) -> Callable[..., Any]:
        _, load = generated(
            print_scalar,
            self.plan,
            self.task.loss,
            None,
            learns=self._learns,
            averages=self._averages,
            one_row=False,
        )
        return load

    def _rows_of(self, X: Matrix, T: Matrix) -> list[tuple[float, ...]]:
        """Rows as the program takes them; the task's own are held so."""
        return self.rows if X is self.task.X and T is self.task.T else _tuples(X, T)


def _tuples(X: Matrix, T: Matrix) -> list[tuple[float, ...]]:
    return [(*x, *t) for x, t in zip(X.tolist(), T.tolist(), strict=True)]


class _ScalarRun:
    def __init__(self, program: ScalarProgram, state: TrainingState, *, each_row: bool) -> None:
        self._program, self._each_row = program, each_row
        self._run = program.load(each_row=each_row)
        self._row_losses: list[float] = []
        self._order: RowOrder = None  # of the epoch that is held
        self._epoch: list[Any] | None = None
        self._theta = state.parameters[program.order].tolist()
        self._memory = state.memory[:, program.order].tolist()
        self._updates = state.updates

    def steps(
        self, order: RowOrder, first: int, last: int, repeats: int = 1, rates: Rates = None
    ) -> list[float]:
        assert rates is None
        program = self._program
        rate = program.task.optimizer.learning_rate
        run, batches = self._run, self._batches(order)[first:last]
        work: Any = chain.from_iterable(repeat(batches, repeats))
        is_whole = order is None and len(batches) == program.task.n_batches
        n_parameters = len(self._theta)
        if is_whole and is_unrolling_worthwhile(n_parameters, len(program.rows), repeats):
            run, work = program.unrolled(each_row=self._each_row), repeats
        found: list[float] = []
        more = [found] if self._each_row else []
        losses: list[float]
        try:
            losses, self._theta, self._memory = run(
                self._theta, self._memory, self._updates, rate, work, *more
            )
        except ArithmeticError:  # where arrays would go on with infinite numbers
            if self._each_row:
                n_rows = sum(1 if program.one_row else len(batch) for batch in batches) * repeats
                self._row_losses += found + [math.nan] * (n_rows - len(found))
            return self._not_finite(len(batches) * repeats)
        self._updates += len(losses)
        self._row_losses += found
        return losses

    def epochs(self, order: RowOrder, first: int, count: int, rates: Rates = None) -> Passed:
        assert rates is None
        program, losses, passed = self._program, list[float](), list[Any]()
        changed = 0 if program.update.is_plain else len(self._memory)
        is_alike = order is None and not first
        if is_alike and is_unrolling_worthwhile(len(self._theta), len(program.rows), count):
            losses = self._unrolled(count, changed, passed)
        else:
            for _ in range(count):
                losses += self.steps(order, first, program.task.n_batches)
                passed.append((self._theta, *self._memory[:changed]))
        shape = count, 1 + changed, len(self._theta)
        found = np.array(passed, np.float64).reshape(shape)[..., program.place]
        kept = self.values()[1][changed:]  # as it was
        kept = np.broadcast_to(kept, (count, *kept.shape))
        return losses, np.concatenate((found, kept), axis=1)

    def _unrolled(self, count: int, changed: int, passed: list[Any]) -> list[float]:
        """The losses of so many epochs, with what each leaves in ``passed``."""
        run = self._program.unrolled(each_row=False, each_epoch=True)
        rate, n_batches = self._program.task.optimizer.learning_rate, self._program.task.n_batches
        losses: list[float]
        try:
            losses, self._theta, self._memory = run(
                self._theta, self._memory, self._updates, rate, count, passed
            )
        except ArithmeticError:
            passed[:] = [[[math.nan] * len(self._theta)] * (1 + changed)] * count
            return self._not_finite(count * n_batches)
        self._updates += len(losses)
        return losses

    def _not_finite(self, n_batches: int) -> list[float]:
        """What arrays would go on with: infinite numbers, and then NaN."""
        self._theta = [math.nan] * len(self._theta)
        return [math.nan] * n_batches

    def parameters(self, some: Some = None) -> Matrix:
        if some is not None:
            return np.array([self._theta[i] for i in self._program.place[some].tolist()])
        theta = np.empty(len(self._theta))
        theta[self._program.order] = self._theta
        return theta

    def values(self) -> tuple[Matrix, Matrix]:
        order = self._program.order
        memory = np.empty((len(self._memory), len(order)))
        for slot, numbers in zip(memory, self._memory, strict=True):
            slot[order] = numbers
        return self.parameters(), memory

    def take_row_losses(self) -> Matrix:
        found, self._row_losses = self._row_losses, []
        return np.array(found, dtype=np.float64)

    def _batches(self, order: RowOrder) -> list[Any]:
        if self._epoch is None or order is not self._order:
            self._order, self._epoch = order, self._program.batches(order)
        return self._epoch
