"""The part of an engine that all programs share: stretches, epochs and batches."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Protocol

import numpy as np

from neurosim.compiler.operations import Update
from neurosim.compiler.plan import Plan
from neurosim.functions.numbers import Matrix
from neurosim.functions.optimizers import SHIPPED
from neurosim.training.engines.contract import (
    Batches,
    LossSeries,
    Passed,
    ProgramRun,
    Rates,
    RowOrder,
    Trajectory,
)
from neurosim.training.goals.weighing import Goals
from neurosim.training.state import TrainingState, draw_noise, draw_order, update_rates
from neurosim.training.task import Task, require_fresh


class ProgramEngine:
    """An engine that says how a run begins; the rest of going on follows from it."""

    def __init__(self, task: Task) -> None:
        self._task = task

    def _begin(self, state: TrainingState, *, each_row: bool) -> ProgramRun:
        """Go on from here; ``each_row``: and keep the loss of each row."""
        raise NotImplementedError

    def _gradients(
        self, theta: Matrix, X: Matrix, T: Matrix, weights: Matrix | None, *, inputs: bool
    ) -> tuple[Any, ...]:
        """The loss over these rows, reduced, its gradient by theta and, if asked, by X."""
        raise NotImplementedError

    @contextmanager
    def _computing(self, rows: int) -> Iterator[None]:
        """What holds while so many rows are computed at once."""
        with np.errstate(all="ignore"):
            yield

    def advance(self, state: TrainingState, *, epochs: int) -> tuple[TrainingState, list[float]]:
        """Go to the end of the ``epochs``-th epoch from here; the loss of each, reduced."""
        after, totals = self._go(self._begin(state, each_row=False), state, epochs)
        return after, self._reduced(totals)

    def trajectory(self, state: TrainingState, *, epochs: int) -> tuple[Trajectory, list[float]]:
        """Go on as `advance` does, and keep the states between."""
        passed, streams = list[Matrix](), list[Mapping[str, Any]]()
        run = self._begin(state, each_row=False)
        after, totals = self._go(run, state, epochs, passed, streams)
        between = Trajectory(np.concatenate(passed), totals, streams, after, self._task.n_batches)
        return between, self._reduced(totals)

    def _reduced(self, totals: list[float]) -> list[float]:
        """The loss of each epoch, given its sum over the rows."""
        reduced: list[float] = (np.array(totals) / self._task.divisor(self._task.n_rows)).tolist()
        return reduced

    def advance_rows(self, state: TrainingState, *, epochs: int) -> tuple[TrainingState, Matrix]:
        """Go on as `advance` does; the loss of every row, in the order in which rows were taken.

        Where the last numbers cannot be computed, they are NaN.
        """
        run = self._begin(state, each_row=True)
        after, _ = self._go(run, state, epochs)
        return after, run.take_row_losses()

    @contextmanager
    def batches(self, state: TrainingState) -> Iterator[Batches]:
        """Go on from a state batch by batch, for whoever looks after each.

        Inside, NumPy says nothing of numbers that are not finite.
        """
        require_fresh(self._task)
        run = self._begin(state, each_row=True)
        with self._computing(self._task.batch_size):
            yield Batches(self._task, run, state)

    def loss_and_gradient(
        self,
        theta: Matrix,
        X: Matrix,
        T: Matrix,
        *,
        inputs: bool = False,
        weights: Matrix | None = None,
    ) -> Any:  # the contract's overloads say what
        """The loss over these rows, reduced, its gradient by theta and, if asked, by X.

        ``weights`` are of rows that are not the task's own, (B,).
        """
        require_fresh(self._task)
        with self._computing(len(X)):
            return self._gradients(theta, X, T, weights, inputs=inputs)

    def _go(
        self,
        run: ProgramRun,
        state: TrainingState,
        epochs: int,
        passed: list[Matrix] | None = None,
        streams_after: list[Mapping[str, Any]] | None = None,
    ) -> tuple[TrainingState, list[float]]:
        """The state after so many epochs, and the loss of each, summed over its rows.

        ``passed`` is given theta and the memory after each, ``streams_after`` the streams.
        """
        task, streams = self._task, state.streams
        require_fresh(task)
        if epochs == 0:
            return state, []
        totals: list[float] = []
        with self._computing(task.batch_size):
            while len(totals) < epochs:
                first = 0 if totals else state.batch
                order, streams = draw_order(task, streams)
                noise, streams = draw_noise(task, streams)
                if noise is not None:
                    run.take_noise(noise)
                # where every epoch is alike, all at once
                count = 1 if task.draws or first else epochs - len(totals)
                rates = self._rates(state, len(totals), first, count)
                if passed is None:
                    losses = run.steps(order, first, task.n_batches, count, rates)
                else:
                    losses, found = run.epochs(order, first, count, rates)
                    passed.append(found)
                if streams_after is not None:
                    streams_after += [streams] * count
                if first:
                    totals = _totals([state.partial_loss, *losses], 1 + len(losses))
                else:
                    totals += _totals(losses, task.n_batches)
        updates = state.updates + epochs * task.n_batches - state.batch
        parameters, memory = run.values()
        after = TrainingState(
            parameters, memory, updates, state.epoch + epochs, 0, totals[-1], streams
        )
        return after, totals

    def _rates(self, start: TrainingState, done: int, first: int, count: int) -> Rates:
        """The rates of ``count`` epochs from batch ``first`` on, ``done`` epochs after a start."""
        if self._task.schedule is None:
            return None
        n_batches = self._task.n_batches
        updates = start.updates + (done * n_batches - start.batch if done else 0)
        here = replace(start, epoch=start.epoch + done, batch=first, updates=updates)
        return update_rates(self._task, here, (n_batches - first) * count)


class TrainingProgram(Protocol):
    """What the compiled engine asks of a program."""

    source: str

    def __init__(self, plan: Plan, task: Task) -> None: ...

    def begin(self, state: TrainingState, *, each_row: bool = False) -> ProgramRun:
        """Go on from here; ``each_row``: and keep the loss of each row."""
        ...

    def measure(self, thetas: Matrix, X: Matrix, goals: Goals) -> tuple[list[float], Matrix]:
        """Of each theta the loss, summed over the rows, and the outputs, (n, B, n_out)."""
        ...

    def gradients(self, theta: Matrix, X: Matrix, goals: Goals) -> tuple[float, Matrix]:
        """The loss, summed over the rows, and its gradient, reduced."""
        ...

    def all_gradients(self, theta: Matrix, X: Matrix, goals: Goals) -> tuple[float, Matrix, Matrix]:
        """As `gradients`, and the reduced gradient by the raw rows, (B, n_in)."""
        ...


def update_of(task: Task, *, has_fixed: bool) -> Update:
    """The update that a program is printed for: its rate is given when it runs."""
    optimizer: Any = task.optimizer
    if type(optimizer) in SHIPPED.values():  # others may ask for the rate they were made with
        optimizer = replace(optimizer, learning_rate=1.0)
    return Update(optimizer, task.penalty, has_fixed, task.adjustments is not None)


def epochs_one_by_one(  # noqa: PLR0917 - a stretch, as `ProgramRun.epochs` has it
    run: ProgramRun, order: RowOrder, first: int, count: int, n_batches: int, rates: Rates
) -> Passed:
    """What so many epochs leave, each done by itself."""
    losses, passed, n = list[float](), list[Matrix](), n_batches - first
    for i in range(count):
        own = None if rates is None else rates[i * n : (i + 1) * n]
        losses.extend(run.steps(order, first, n_batches, 1, own))
        parameters, memory = run.values()
        passed.append(np.concatenate((parameters[np.newaxis], memory)))
    return losses, np.array(passed)


def _totals(losses: LossSeries, n_batches: int) -> list[float]:
    """The sums over epochs, added one by one: the same however a training is cut."""
    by_epoch = np.asarray(losses).reshape(-1, n_batches)
    totals: list[float] = np.add.accumulate(by_epoch, axis=1)[:, -1].tolist()
    return totals
