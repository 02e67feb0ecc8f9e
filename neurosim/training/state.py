"""The training state: one frozen value that says where a training is.

Parameters, what the optimizer remembers, the state of every random stream, and the position. It
can be captured (it is a value), compared, restored, and carried from one engine to the other. All
vectors are in the network's order of theta.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from neurosim.functions.mapped import blocks
from neurosim.functions.numbers import Matrix, all_finite
from neurosim.functions.schedules.base import RateSchedule, Remembered
from neurosim.functions.streams import stream
from neurosim.network.network import Network
from neurosim.training.noise import DROPOUT, INPUT_NOISE, Noise, draw_added, draw_masks
from neurosim.training.options import Options
from neurosim.training.stopping.stops import Watched
from neurosim.training.task import Task


@dataclass(frozen=True, slots=True, eq=False)
class TrainingState:
    """Where a training is.

    Attributes:
        parameters: theta, (n_parameters,).
        memory: what the optimizer remembers, (slots, n_parameters).
        updates: how many updates were made.
        epoch: how many epochs are done.
        batch: how many batches of the present epoch are done.
        partial_loss: the sum of the losses of the rows of those batches; where none is done yet,
            that of the epoch before.
        streams: the state of each random stream at the start of the present epoch.
        schedule: what the schedule of the learning rate remembers.
        watched: what stops remember of the epochs; None before the first.
    """

    parameters: Matrix
    memory: Matrix
    updates: int
    epoch: int
    batch: int
    partial_loss: float
    streams: Mapping[str, Any]
    schedule: Remembered = ()
    watched: Watched | None = None

    def __eq__(self, other: object) -> bool:
        """Whether every number is the same, to the last bit."""
        if not isinstance(other, TrainingState):
            return NotImplemented
        return (
            self.parameters.tobytes() == other.parameters.tobytes()
            and self.memory.tobytes() == other.memory.tobytes()
            and self.position == other.position
            and self.partial_loss == other.partial_loss
            and self.streams == other.streams
            and self.schedule == other.schedule
            and self.watched == other.watched
        )

    __hash__ = None  # type: ignore[assignment] # it holds arrays

    @property
    def is_finite(self) -> bool:
        """Whether every number of it is finite."""
        return (
            math.isfinite(self.partial_loss)
            and all_finite(self.parameters)
            and all_finite(self.memory)
        )

    @property
    def is_stopped(self) -> bool:
        """Whether a stop has ended the training."""
        return self.watched is not None and bool(self.watched.stopped)

    @property
    def position(self) -> tuple[int, int, int]:
        """Epochs done, batches done in this epoch, updates made."""
        return self.epoch, self.batch, self.updates

    def __repr__(self) -> str:
        return f"training state: epoch {self.epoch}, batch {self.batch}, {self.updates} updates"


def start_state(task: Task, seed: int, theta: Matrix | None = None) -> TrainingState:
    """The state before the first update, from these parameters or those of the network."""
    parameters = task.network.parameters() if theta is None else theta
    start = task.optimizer.start
    memory = np.zeros((len(start), len(parameters)))
    if any(start):
        memory += np.array(start)[:, np.newaxis]
    return TrainingState(parameters, memory, 0, 0, 0, 0.0, _FreshStreams(seed, task.noises))


class _FreshStreams(Mapping[str, Any]):
    """The streams of a seed at their start, made when one is asked for: few trainings do."""

    def __init__(self, seed: int, more: tuple[str, ...]) -> None:
        self._seed, self._names = seed, ("shuffling", *more)

    @cached_property
    def _states(self) -> dict[str, Any]:
        return {name: stream(self._seed, name).bit_generator.state for name in self._names}

    def __getitem__(self, name: str) -> Any:
        return self._states[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._states)

    def __len__(self) -> int:
        return len(self._states)

    def __repr__(self) -> str:
        return repr(self._states)


def with_dropout(
    streams: Mapping[str, Any], network: Network, options: Options
) -> Mapping[str, Any]:
    """The streams, with that of dropout at its start where a network has its first one."""
    if DROPOUT in streams or not network.dropped:
        return streams
    first = stream(options.seed_of(network), DROPOUT).bit_generator.state
    return {**streams, DROPOUT: first}


def shuffler(streams: Mapping[str, Any]) -> np.random.Generator:
    """What draws the order of rows in each epoch from here on."""
    return _generator(streams, "shuffling")


def _generator(streams: Mapping[str, Any], name: str) -> np.random.Generator:
    generator = np.random.Generator(np.random.PCG64(0))
    generator.bit_generator.state = streams[name]
    return generator


def order_of(generator: np.random.Generator, task: Task) -> NDArray[np.intp]:
    """The order of rows in an epoch; those that lie in a file are shuffled block by block."""
    found = np.empty(task.n_rows, np.intp)
    for block in blocks(task.rows, task.batch_size):
        found[block] = block.start + generator.permutation(block.stop - block.start)
    return found


def draw_order(task: Task, streams: Mapping[str, Any]) -> tuple[Any, Mapping[str, Any]]:
    """The order of rows in an epoch (None: as they are), and the streams as they are after it."""
    if not task.shuffle:
        return None, streams
    generator = shuffler(streams)
    order = order_of(generator, task)
    return order, {**streams, "shuffling": generator.bit_generator.state}


def draw_noise(task: Task, streams: Mapping[str, Any]) -> tuple[Noise | None, Mapping[str, Any]]:
    """The noise of an epoch (None: there is none), and the streams as they are after it."""
    if not task.noises:
        return None, streams
    drawn = {name: _generator(streams, name) for name in task.noises}
    return _noise(task, drawn), _after(streams, drawn)


def _noise(task: Task, drawn: Mapping[str, np.random.Generator]) -> Noise:
    added, masks = None, np.empty((task.n_rows, 0))
    if DROPOUT in drawn:
        masks = draw_masks(drawn[DROPOUT], [n._dropout for n in task.dropped], task.rows)
    if INPUT_NOISE in drawn:
        added = draw_added(drawn[INPUT_NOISE], task.options.input_noise, task.rows)
    return Noise(task.dropped, masks, added)


def _after(
    streams: Mapping[str, Any], drawn: Mapping[str, np.random.Generator]
) -> Mapping[str, Any]:
    """The streams where these generators are now."""
    after = {name: generator.bit_generator.state for name, generator in drawn.items()}
    return {**streams, **after}


class Draws:
    """What epochs draw, one after the other, as `draw_order` and `draw_noise` do for one.

    The generators are made once: that takes as long as many epochs of a tiny network.
    """

    def __init__(self, task: Task, streams: Mapping[str, Any]) -> None:
        self._task, self._streams = task, streams
        self._shuffler = shuffler(streams) if task.shuffle else None
        self._drawn = {name: _generator(streams, name) for name in task.noises}

    def draw(self) -> tuple[Any, Noise | None]:
        """The order of the rows in the next epoch (None: as they are), and its noise, if any."""
        order = None if self._shuffler is None else order_of(self._shuffler, self._task)
        return order, _noise(self._task, self._drawn) if self._drawn else None

    @property
    def streams(self) -> Mapping[str, Any]:
        """The streams after what was drawn so far."""
        drawn = {} if self._shuffler is None else {"shuffling": self._shuffler}
        drawn |= self._drawn
        return _after(self._streams, drawn) if drawn else self._streams


def next_state(
    task: Task, state: TrainingState, parameters: Matrix, memory: Matrix, batch_loss: float
) -> TrainingState:
    """The state after a batch."""
    batch, epoch, streams = state.batch + 1, state.epoch, state.streams
    loss = state.partial_loss if state.batch else 0.0
    if batch == task.n_batches:
        _, streams = draw_noise(task, draw_order(task, streams)[1])
        batch, epoch = 0, epoch + 1
    return TrainingState(
        parameters, memory, state.updates + 1, epoch, batch, loss + batch_loss, streams,
        state.schedule, state.watched,
    )  # fmt: skip


def batch_rows(task: Task, state: TrainingState) -> Any:
    """The rows of the batch that comes next."""
    order, _ = draw_order(task, state.streams)
    part = slice(state.batch * task.batch_size, (state.batch + 1) * task.batch_size)
    return np.arange(task.n_rows)[part] if order is None else order[part]


class Moment(Protocol):
    """When an update is made, as a `TrainingState` says it."""

    @property
    def epoch(self) -> int:
        """Epochs done."""
        ...

    @property
    def batch(self) -> int:
        """Batches done in this epoch."""
        ...

    @property
    def updates(self) -> int:
        """Updates made."""
        ...

    @property
    def schedule(self) -> Remembered:
        """What the schedule remembers."""
        ...


def update_rates(task: Task, at: Moment, count: int) -> Matrix | None:
    """The learning rates of the next ``count`` updates; None: all the optimizer's own.

    Of a schedule that goes by the losses, those of the present epoch only.
    """
    return None if task.schedule is None else _scheduled(task, task.schedule, at, count)


def epoch_rates(task: Task, at: Moment, count: int) -> Matrix:
    """The learning rates of ``count`` epochs from here on, of each that of its last update."""
    base, schedule, n_batches = task.optimizer.learning_rate, task.schedule, task.n_batches
    if schedule is None:
        return np.full(count, base)
    remembered = at.schedule or schedule.start(base)
    if schedule.per == "update":
        first, size = at.updates - at.batch - 1, task.batch_size
        lasts = (first + n_batches * number for number in range(1, count + 1))
        return np.array([schedule.rate_of(base, t, size, remembered) for t in lasts], np.float64)
    of_epochs = range(at.epoch, at.epoch + count)
    rates = [schedule.rate_of(base, t, task.n_rows, remembered) for t in of_epochs]
    return np.array(rates, np.float64)


def rate_of(task: Task, at: Moment) -> float:
    """The learning rate of the next update."""
    rates = update_rates(task, at, 1)
    return task.optimizer.learning_rate if rates is None else float(rates[0])


def _scheduled(task: Task, schedule: RateSchedule, at: Moment, count: int) -> Matrix:
    base, n_batches = task.optimizer.learning_rate, task.n_batches
    if schedule.per == "update":
        of_updates = range(at.updates, at.updates + count)
        size = task.batch_size
        return np.array([schedule.rate_of(base, t, size, at.schedule) for t in of_updates])
    rates = epoch_rates(task, at, -(-(at.batch + count) // n_batches))
    return np.repeat(rates, n_batches)[at.batch : at.batch + count]
