"""The contract of engines, with their capabilities.

An engine advances a training state, and measures loss, gradient, outputs and values. It keeps
nothing of a training: all is in the state. What it promises is in its capabilities, and nobody
asks for its name: a new engine is one class and one row of the table `ENGINES`.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal, NamedTuple, Protocol, cast, overload

import numpy as np
from numpy.typing import NDArray

from neurosim.by_fields import ByFields
from neurosim.functions.numbers import Matrix, joined
from neurosim.functions.schedules.base import Remembered
from neurosim.training.noise import Noise
from neurosim.training.state import TrainingState, draw_noise, draw_order, update_rates
from neurosim.training.stopping.monitor import EpochEnd, EpochNumbers
from neurosim.training.stopping.stops import Watched
from neurosim.training.task import Task, require_fresh

RowOrder = NDArray[np.intp] | None  # of the rows of an epoch; None: as they are
Rates = Matrix | None  # of each update; None: the optimizer's own
Some = NDArray[np.intp] | None  # numbers of parameters in the network's order; None: all


class Bound(NamedTuple):
    """How far numbers may be from the walk's: |a - b| <= bound * max(1, |a|).

    Differences grow with updates: after training the bound is another one.
    """

    at_once: float
    after_training: float


TO_THE_BIT = Bound(0.0, 0.0)


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Capabilities(ByFields):
    """What an engine promises.

    Attributes:
        bounds: of each precision it computes in, how far its numbers may be from the walk's.
        works_on_objects: whether a pass leaves its numbers on the objects of the network.
        programs: the kinds of programs that the engine takes as its argument ``kind``.
        takes_notes: whether a stretch of batches can note numbers of every row on its way.
        rows_of_one_thread: in passes over more rows at once, bits may depend on how many threads
            the linear algebra has.
    """

    bounds: Mapping[str, Bound]
    works_on_objects: bool = False
    programs: tuple[str, ...] = ()
    takes_notes: bool = False
    rows_of_one_thread: float = math.inf

    @property
    def is_walk(self) -> bool:
        """Whether a debugger that goes step by step does all that this engine does."""
        return self.works_on_objects and self.bounds.get("double") == TO_THE_BIT


LossSeries = list[float] | Matrix  # one after the other
# the loss of each batch, and theta and the rows of memory after each epoch, in the network's order:
# (epochs, 1 + slots, n_parameters)
Passed = tuple[LossSeries, Matrix]


NOTED = ("net_input", "output", "delta")  # what can be noted of a neuron


class NotesWanted(NamedTuple):
    """What a stretch is to note besides the loss of each row.

    Attributes:
        neurons: a name of `NOTED` and the number of a neuron in the network's order, each.
        parameters: numbers in theta.
        gradients: whether the gradient of each batch is wanted.
    """

    neurons: tuple[tuple[str, int], ...] = ()
    parameters: tuple[int, ...] = ()
    gradients: bool = False

    @property
    def size(self) -> int:
        """How many numbers are noted of a row, at most; the gradient apart."""
        return 1 + len(self.neurons) + len(self.parameters)


class Notes(NamedTuple):
    """What was noted; NaN behind the first number that is not finite.

    Attributes:
        losses: of each row, in the order in which they were taken.
        notes: of the wanted neurons, (n, rows).
        path: the wanted parameters after each update, (n, batches).
        slopes: the gradient summed over each batch, (batches, n_parameters); None: not wanted.
    """

    losses: Matrix
    notes: Matrix
    path: Matrix
    slopes: Matrix | None


class Trajectory:
    """The states after each of some epochs.

    Attributes:
        thetas: the parameters after each, (epochs, n_parameters).
        last: the state after the last one.
        numbers: what was measured after each, where the way goes by it; else None.
        rates: likewise, the learning rate of each.
    """

    numbers: EpochNumbers | None = None
    rates: Matrix | None = None

    def __init__(
        self,
        passed: Matrix,
        totals: Matrix,
        streams: Sequence[Mapping[str, Any]],
        last: TrainingState,
        n_batches: int,
    ) -> None:
        self.thetas, self.last = passed[:, 0], last
        self._passed, self._totals, self._streams = passed, totals, streams
        self._n_batches = n_batches
        self._ends: Sequence[EpochEnd] | None = None
        self._parts: Sequence[Trajectory] = ()
        self._made: TrainingState | None = None

    @classmethod
    def to(cls, last: TrainingState) -> "Trajectory":
        """A single epoch."""
        return cls(last.parameters[np.newaxis, np.newaxis].copy(), np.empty(0), [], last, 0)

    @classmethod
    def join(
        cls,
        parts: "Sequence[Trajectory]",
        start: TrainingState,
        numbers: EpochNumbers,
        rates: Matrix,
    ) -> "Trajectory":
        """One part after the other, of a way that goes by what is measured; or none: the start."""
        last = parts[-1].last if parts else start
        found = cls.to(last)
        if parts:
            found.thetas, found._parts = joined([part.thetas for part in parts]), parts
        found.numbers, found.rates = numbers, rates
        return found

    def first(self, ends: Sequence[EpochEnd]) -> "Trajectory":
        """As many of the epochs as there are ends, with what is remembered after each."""
        n = len(ends)
        last = replace(self.state(n - 1), schedule=ends[-1].schedule, watched=ends[-1].watched)
        found = Trajectory(
            self._passed[:n], self._totals[:n], self._streams[:n], last, self._n_batches
        )
        found._ends = ends
        return found

    def state_after(self, epoch: int) -> TrainingState:
        """The state after an epoch, by its number in the training; asked again, the same one."""
        if self._made is None or self._made.epoch != epoch + 1:
            self._made = self.state(epoch + len(self.thetas) - self.last.epoch)
        return self._made

    def state(self, number: int) -> TrainingState:
        """The state after one of the epochs, from 0."""
        for part in self._parts:
            if number < len(part.thetas):
                return part.state(number)
            number -= len(part.thetas)
        last = self.last
        left = len(self.thetas) - 1 - number
        if not left:
            return last
        schedule, watched = (
            (last.schedule, last.watched) if self._ends is None else self._ends[number]
        )
        return TrainingState(
            self.thetas[number].copy(),  # all of them need not stay because one does
            self._passed[number, 1:].copy(),
            last.updates - left * self._n_batches,
            last.epoch - left,
            0,
            float(self._totals[number]),
            self._streams[number],
            schedule,
            watched,
        )


class ProgramRun(Protocol):
    """A stretch of training: parameters and memory in the engine's own form."""

    def steps(
        self, order: RowOrder, first: int, last: int, repeats: int = 1, rates: Rates = None
    ) -> LossSeries:
        """Train on batches ``first`` to ``last``; the loss of each, summed over its rows."""
        ...

    def epochs(self, order: RowOrder, first: int, count: int, rates: Rates = None) -> Passed:
        """Train by so many epochs from batch ``first`` on."""
        ...

    def take_noise(self, noise: Noise) -> None:
        """Train with this noise from here on; asked before each epoch of a task that has noise."""
        ...

    def parameters(self, some: Some = None) -> Matrix:
        """Parameters as they are now, in the network's order; or those of these numbers."""
        ...

    def values(self) -> tuple[Matrix, Matrix]:
        """Parameters and memory as they are now, in the network's order."""
        ...

    def take_row_losses(self) -> Matrix:
        """The loss of each row since this was last asked; for a run that keeps them."""
        ...


class NotingRun(ProgramRun, Protocol):
    """A stretch of training of an engine that takes notes."""

    def note(  # noqa: PLR0917 - a stretch, as `steps` has it
        self,
        order: RowOrder,
        first: int,
        last: int,
        repeats: int,
        wanted: NotesWanted,
        rates: Rates = None,
    ) -> tuple[LossSeries, Notes]:
        """Go on as `steps` does; and what was noted on the way."""
        ...


class Batches:
    """A stretch of training, batch after batch: each has the bits that `advance` gives it.

    Attributes:
        epoch: how many epochs are done.
        batch: how many batches of the present epoch are done.
        updates: how many updates were made.
        schedule: what the schedule of the learning rate remembers.
        watched: what stops remember of the epochs.
    """

    def __init__(
        self,
        task: Task,
        run: ProgramRun,
        state: TrainingState,
        end_epoch: Callable[[TrainingState], TrainingState] | None,
    ) -> None:
        self._task, self._run, self._end_epoch = task, run, end_epoch
        self.epoch, self.batch, self.updates = state.position
        self.schedule: Remembered = state.schedule
        self.watched: Watched | None = state.watched
        self._loss = state.partial_loss
        self._streams = state.streams
        self._told: TrainingState | None = None
        self._draw()

    def _draw(self) -> None:
        """What the present epoch draws."""
        self._order, streams = draw_order(self._task, self._streams)
        noise, self._streams_after = draw_noise(self._task, streams)
        if noise is not None:
            self._run.take_noise(noise)

    def advance(self) -> Matrix:
        """Go one batch on; the loss of each of its rows, measured before the update."""
        require_fresh(self._task)
        rates = update_rates(self._task, self, 1)
        (loss,) = self._run.steps(self._order, self.batch, self.batch + 1, 1, rates)
        self._end([loss], 1)
        return self._run.take_row_losses()

    def advance_many(self, count: int) -> list[float]:
        """Go so many batches on, within the present epoch; the loss of each, over its rows."""
        require_fresh(self._task)
        rates = update_rates(self._task, self, count)
        losses = self._run.steps(self._order, self.batch, self.batch + count, 1, rates)
        self._end(losses, 1)
        self._run.take_row_losses()  # nobody asks for them
        return np.asarray(losses).tolist()  # type: ignore[no-any-return] # a list of one axis

    def note(self, count: int, wanted: NotesWanted) -> Notes:
        """Go so many batches on, without an end of an epoch in the middle but after whole ones.

        Of an engine that takes notes; `most` says how many may be gone.
        """
        require_fresh(self._task)
        repeats = max(1, count // self._task.n_batches)
        last = self.batch + count // repeats
        run = cast("NotingRun", self._run)
        rates = update_rates(self._task, self, (last - self.batch) * repeats)
        losses, found = run.note(self._order, self.batch, last, repeats, wanted, rates)
        self._end(losses, repeats)
        return found

    def most(self, count: int) -> int:
        """How many batches, ``count`` at most, `note` can go on at once."""
        n_batches = self._task.n_batches
        is_alike = not self._task.draws and self._end_epoch is None
        if self.batch or not is_alike or count < n_batches:
            return min(count, n_batches - self.batch)
        return count // n_batches * n_batches

    def is_at(self, state: TrainingState) -> bool:
        """Whether that is where it is, as it was told last."""
        return self._told is state

    def _end(self, losses: LossSeries, repeats: int) -> None:
        """Batches are done that had these losses, an epoch of them or a part, so many times."""
        self._told = None
        n = len(losses)
        self.updates += n
        for loss in losses[n - n // repeats :]:  # of the present epoch
            self._loss = (self._loss if self.batch else 0.0) + float(loss)
            self.batch += 1
        if self.batch == self._task.n_batches:
            self.epoch, self.batch, self._streams = self.epoch + repeats, 0, self._streams_after
            self._draw()
            if self._end_epoch is not None:
                ended = self._end_epoch(self.state())
                self.schedule, self.watched = ended.schedule, ended.watched

    def parameters(self, some: Some = None) -> Matrix:
        """Theta as it is now, in the network's order; or those of these numbers in it."""
        return self._run.parameters(some)

    def state(self) -> TrainingState:
        """Where the training is now."""
        self._told = found = TrainingState(
            *self._run.values(), self.updates, self.epoch, self.batch, self._loss, self._streams,
            self.schedule, self.watched,
        )  # fmt: skip
        return found


class Engine(Protocol):
    """What the whole package asks of an engine; X is (B, n_in), T (B, n_out), raw as outputs are.

    The loss and gradients by parameters are of inner numbers, those by X of raw ones.
    """

    name: ClassVar[str]
    capabilities: ClassVar[Capabilities]

    def __init__(self, task: Task) -> None: ...

    def advance(self, state: TrainingState, *, epochs: int) -> tuple[TrainingState, Matrix]:
        """Go to the end of the ``epochs``-th epoch from here; the loss of each, reduced.

        Where a stop ends the training, there are fewer; none where it has ended before.
        """
        ...

    def end_epoch(self, state: TrainingState) -> TrainingState:
        """The state after an epoch, with what a schedule or a stop remembers of that epoch."""
        ...

    def trajectory(self, state: TrainingState, *, epochs: int) -> tuple[Trajectory, Matrix]:
        """Go on as `advance` does, and keep the states between."""
        ...

    def advance_rows(self, state: TrainingState, *, epochs: int) -> tuple[TrainingState, Matrix]:
        """Go on as `advance` does; the loss of every row, in the order in which rows were taken.

        Where the last numbers cannot be computed, they are NaN.
        """
        ...

    def batches(self, state: TrainingState) -> AbstractContextManager[Batches]:
        """Go on from a state batch by batch, for whoever looks after each.

        Inside, NumPy says nothing of numbers that are not finite.
        """
        ...

    def loss(self, theta: Matrix, X: Matrix, T: Matrix) -> float:
        """The loss over these rows, reduced: that of `loss_and_gradient`, to the bit."""
        ...

    def measure(self, thetas: Matrix, X: Matrix, T: Matrix) -> tuple[Matrix, Matrix]:
        """Of each theta, (n, n_parameters), the loss, (n,), and the outputs, (n, B, n_out)."""
        ...

    @overload
    def loss_and_gradient(
        self, theta: Matrix, X: Matrix, T: Matrix, *, weights: Matrix | None = None
    ) -> tuple[float, Matrix]: ...
    @overload
    def loss_and_gradient(
        self,
        theta: Matrix,
        X: Matrix,
        T: Matrix,
        *,
        inputs: Literal[True],
        weights: Matrix | None = None,
    ) -> tuple[float, Matrix, Matrix]: ...

    def outputs(self, theta: Matrix, X: Matrix) -> Matrix:
        """The outputs, (B, n_out)."""
        ...

    def values(self, theta: Matrix, X: Matrix) -> tuple[Matrix, Matrix]:
        """Net inputs and outputs, inner ones, of all neurons in their order, (B, n_neurons) each.

        The net inputs of input neurons are NaN.
        """
        ...


def advance_batch(engine: Engine, state: TrainingState) -> TrainingState:
    """The state after one batch more."""
    with engine.batches(state) as run:
        run.advance()
        return run.state()
