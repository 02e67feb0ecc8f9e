"""The part of an engine that all programs share: stretches, epochs and batches."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Any, Protocol

import numpy as np

from neurosim.functions.numbers import Matrix, all_finite, joined
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
from neurosim.training.state import (
    Draws,
    TrainingState,
    epoch_rates,
    update_rates,
)
from neurosim.training.stopping.monitor import EpochNumbers, Monitor
from neurosim.training.task import Task, require_fresh

_MOST_NUMBERS = 1_000_000  # of the states of epochs that are done together


class ProgramEngine:
    """An engine that says how a run begins; the rest of going on follows from it."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._monitor = Monitor.of(task) if task.options.is_monitored else None
        self._validating: ProgramEngine | None = None
        self._held: Batches | None = None  # a stretch that ended in the midst of an epoch

    def measure(self, thetas: Matrix, X: Matrix, T: Matrix) -> tuple[Matrix, Matrix]:
        """Of each theta, (n, n_parameters), the loss, (n,), and the outputs, (n, B, n_out)."""
        raise NotImplementedError

    def _begin(self, state: TrainingState, *, each_row: bool) -> ProgramRun:
        """Go on from here; ``each_row``: and keep the loss of each row."""
        raise NotImplementedError

    def _gradients(
        self, theta: Matrix, X: Matrix, T: Matrix, weights: Matrix | None, *, inputs: bool
    ) -> tuple[Any, ...]:
        """The loss over these rows, reduced, its gradient by theta and, if asked, by X."""
        raise NotImplementedError

    def _computing(self, rows: int) -> AbstractContextManager[Any]:
        """What holds while so many rows are computed at once."""
        return np.errstate(all="ignore")

    def advance(self, state: TrainingState, *, epochs: int) -> tuple[TrainingState, Matrix]:
        """Go to the end of the ``epochs``-th epoch from here; the loss of each, reduced."""
        if self._monitor is not None:
            between, losses = self._trajectory_by(self._monitor, state, epochs)
            return between.last, losses
        after, totals = self._go(self._begin(state, each_row=False), state, epochs)
        totals /= self._divisor  # in place: a new array takes as long as some tiny epochs
        return after, totals

    def trajectory(self, state: TrainingState, *, epochs: int) -> tuple[Trajectory, Matrix]:
        """Go on as `advance` does, and keep the states between."""
        if self._monitor is not None:
            return self._trajectory_by(self._monitor, state, epochs)
        return self._trajectory(state, epochs)

    def _trajectory(self, state: TrainingState, epochs: int) -> tuple[Trajectory, Matrix]:
        passed, streams = list[Matrix](), list[Mapping[str, Any]]()
        run = self._begin(state, each_row=False)
        after, totals = self._go(run, state, epochs, passed, streams)
        between = Trajectory(joined(passed), totals, streams, after, self._task.n_batches)
        return between, totals / self._divisor

    def _trajectory_by(
        self, monitor: Monitor, state: TrainingState, epochs: int
    ) -> tuple[Trajectory, Matrix]:
        """Epochs together, at the rate that is foreseen; what it proves wrong is done again."""
        parts, losses = list[Trajectory](), list[Matrix]()
        found, rates = list[EpochNumbers](), list[Matrix]()
        most = max(1, _MOST_NUMBERS // max(1, state.parameters.size + state.memory.size))
        here, done, count = state, 0, 1
        while done < epochs and not here.is_stopped:
            count = min(count, most, epochs - done)
            between, series = self._trajectory(here, count)
            if not (between.last.is_finite and all_finite(series)):
                if count == 1:  # whoever asked refuses it
                    return Trajectory.to(between.last), joined([*losses, series])
                count = 1
                continue
            numbers = monitor.measure(between.thetas, self._measuring(monitor).measure)
            ends = monitor.ends(here, between.thetas, series, numbers)
            n = len(ends)
            parts.append(between.first(ends))
            losses.append(series[:n])
            found.append(numbers.first(n))
            rates.append(epoch_rates(self._task, here, n))
            here, done, count = parts[-1].last, done + n, 2 * count if n == count else 1
        measured = EpochNumbers.join(found, self._task.options.metrics)
        return Trajectory.join(parts, state, measured, joined(rates)), joined(losses)

    def _measuring(self, monitor: Monitor) -> "ProgramEngine":
        """The engine of the rows that are measured."""
        if self._validating is None and monitor.validation is not None:
            self._validating = type(self)(monitor.validation)
        return self if self._validating is None else self._validating

    def end_epoch(self, state: TrainingState) -> TrainingState:
        """The state after an epoch, with what a schedule or a stop remembers of that epoch."""
        if self._monitor is None:
            return state
        measure = self._measuring(self._monitor).measure
        numbers = self._monitor.measure(state.parameters[np.newaxis], measure)
        loss = state.partial_loss / self._divisor
        return self._monitor.after(state, numbers.of(0, loss))

    @property
    def _divisor(self) -> int:
        """What the loss of an epoch is divided by, summed over the rows."""
        return self._task.divisor(self._task.n_rows)

    def advance_rows(self, state: TrainingState, *, epochs: int) -> tuple[TrainingState, Matrix]:
        """Go on as `advance` does; the loss of every row, in the order in which rows were taken.

        Where the last numbers cannot be computed, they are NaN.
        """
        if self._monitor is not None:
            return self._rows_of_epochs(state, epochs)
        run = self._begin(state, each_row=True)
        after, _ = self._go(run, state, epochs)
        return after, run.take_row_losses()

    def _rows_of_epochs(self, state: TrainingState, epochs: int) -> tuple[TrainingState, Matrix]:
        """The same, batch by batch."""
        found = [np.empty(0)]
        with self.batches(state) as run:
            while run.epoch < state.epoch + epochs:
                found.append(run.advance())
            return run.state(), np.concatenate(found)

    @contextmanager
    def batches(self, state: TrainingState) -> Iterator[Batches]:
        """Go on from a state batch by batch, for whoever looks after each.

        Inside, NumPy says nothing of numbers that are not finite. In the midst of an epoch the
        stretch is held: what goes on from its state draws nothing of that epoch again.
        """
        require_fresh(self._task)
        held, self._held = self._held, None
        with self._computing(self._task.batch_size):
            if held is None or not held.is_at(state):
                end_epoch = None if self._monitor is None else self.end_epoch
                run = self._begin(state, each_row=True)
                held = Batches(self._task, run, state, end_epoch)
            yield held
        self._held = held if held.batch else None

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
    ) -> tuple[TrainingState, Matrix]:
        """The state after so many epochs, and the loss of each, summed over its rows.

        ``passed`` is given theta and the memory after each, ``streams_after`` the streams.
        """
        task, draws = self._task, Draws(self._task, state.streams)
        require_fresh(task)
        if epochs == 0:
            return state, np.empty(0)
        found = list[LossSeries]()
        done = 0
        with self._computing(task.batch_size):
            while done < epochs:
                first = 0 if done else state.batch
                order, noise = draws.draw()
                if noise is not None:
                    run.take_noise(noise)
                # where every epoch is alike, all at once
                count = 1 if task.draws or first else epochs - done
                rates = self._rates(state, done, first, count)
                if passed is None:
                    losses = run.steps(order, first, task.n_batches, count, rates)
                else:
                    losses, each = run.epochs(order, first, count, rates)
                    passed.append(each)
                if streams_after is not None:
                    streams_after += [draws.streams] * count
                found.append(losses)
                done += count
        updates = state.updates + epochs * task.n_batches - state.batch
        totals = self._totals(found, state)
        parameters, memory = run.values()
        after = TrainingState(
            parameters, memory, updates, state.epoch + epochs, 0, float(totals[-1]), draws.streams,
            state.schedule, state.watched,
        )  # fmt: skip
        return after, totals

    def _totals(self, parts: list[LossSeries], start: TrainingState) -> Matrix:
        """The loss of each epoch, given those of its batches; the first one may have begun."""
        if not start.batch:
            return _totals(joined([np.asarray(part) for part in parts]), self._task.n_batches)
        begun = _totals([start.partial_loss, *parts[0]], 1 + len(parts[0]))
        rest = [np.asarray(part) for part in parts[1:]]
        return joined([begun, _totals(joined(rest), self._task.n_batches)])

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

    def computing(self, rows: int) -> AbstractContextManager[Any]:
        """What holds while so many rows are computed at once."""
        ...

    def begin(self, state: TrainingState, *, each_row: bool = False) -> ProgramRun:
        """Go on from here; ``each_row``: and keep the loss of each row."""
        ...

    def measure(self, thetas: Matrix, X: Matrix, goals: Goals) -> tuple[LossSeries, Matrix]:
        """Of each theta the loss, summed over the rows, and the outputs, (n, B, n_out)."""
        ...

    def outputs(self, theta: Matrix, X: Matrix) -> Matrix:
        """The outputs, (B, n_out)."""
        ...

    def values(self, theta: Matrix, X: Matrix) -> tuple[Matrix, Matrix]:
        """Net inputs and outputs of all neurons in the network's order, (B, n_neurons) each."""
        ...

    def gradients(self, theta: Matrix, X: Matrix, goals: Goals) -> tuple[float, Matrix]:
        """The loss, summed over the rows, and its gradient, reduced."""
        ...

    def all_gradients(self, theta: Matrix, X: Matrix, goals: Goals) -> tuple[float, Matrix, Matrix]:
        """As `gradients`, and the reduced gradient by the raw rows, (B, n_in)."""
        ...


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


def _totals(losses: LossSeries, n_batches: int) -> Matrix:
    """The sums over epochs, added one by one: the same however a training is cut."""
    by_epoch = np.asarray(losses).reshape(-1, n_batches)
    if n_batches > len(by_epoch):
        sums: Matrix = np.add.accumulate(by_epoch, axis=1)[:, -1].copy()
        return sums
    totals = by_epoch[:, 0]
    for batch in range(1, n_batches):  # of all epochs at once
        totals = totals + by_epoch[:, batch]
    return totals
