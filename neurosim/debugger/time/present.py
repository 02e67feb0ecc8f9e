"""Where one stands in a training: a place, and what the objects hold there.

A checkpoint is put back here, and what an engine did is taken over; the ways from place to place
are `neurosim.debugger.time.timeline`.
"""

from collections.abc import Generator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from neurosim.debugger.time.engine_snapshot import Landing, put_landing
from neurosim.debugger.time.history import WALK, Checkpoint, Place, TrainingLog
from neurosim.debugger.time.journal import LIMIT, Journal, Tape
from neurosim.debugger.time.position import Position
from neurosim.debugger.time.snapshot import Snapshot, digest_of, put_back, take_snapshot
from neurosim.interpreter.steps import Measured, Step
from neurosim.training.engines.contract import Engine
from neurosim.training.engines.graph import sample_steps
from neurosim.training.engines.table import ENGINES, make_engine, require_engine
from neurosim.training.state import TrainingState, batch_rows
from neurosim.training.task import Task

_SPACING = 0.2  # seconds of work between two checkpoints


class Stand:
    """A place in a training.

    Args:
        task: what is trained; its network's objects hold what they hold at the place.
        state: the start.
        engine: of whole batches, a key of `ENGINES`.
        n_epochs: how many there are in all, those before ``state`` included.
        limit: bytes of the journal; a quarter as much again is for checkpoints.

    Attributes:
        task: what is trained.
        network: whose objects are worked on.
        first: the batch of the start, counted from the start of the training.
        last: the batch behind the last.
        state: at the start of the present batch, with what was set there.
        batch: as in `Place`, like ``unit`` and ``step``.
        rows: of X, those of the present batch.
        history: how the training went.
        n_forward: the steps of a sample before its loss.
        n_sample: all the steps of a sample.
        n_update: the steps of an update.
    """

    def __init__(
        self, task: Task, state: TrainingState, *, engine: str, n_epochs: int, limit: int = LIMIT
    ) -> None:
        self.task, self.network = task, task.network
        self.engine_name = require_engine(engine, task)
        self.first = state.epoch * task.n_batches + state.batch
        self.last = n_epochs * task.n_batches
        self._journal = Journal(limit)
        self._memory = state.memory.copy()
        self._pass: Generator[Step, None, None] | None = None
        self._engine: tuple[NDArray[np.bool_], Engine] | None = None
        self._work = 0.0  # seconds since the last checkpoint
        self._to_be_walked = -1  # a batch that no engine may do: there a number is not finite
        if not np.array_equal(self.network.parameters(), state.parameters):
            self.network.load_parameters(state.parameters)
        self.n_forward, self.n_sample = _count_steps(task)
        self.unit = self.step = 0
        self._tape = Tape(self.first, 0, state, [], limit)
        start = Checkpoint(self.first, 0, state, take_snapshot(self.network), ())
        self.history = TrainingLog(start, limit // 4)
        self._restore(start)

    # --- where it stands

    @property
    def place(self) -> Place:
        """The place, as it is compared."""
        return Place(self.batch, self.unit, self.step)

    @property
    def is_over(self) -> bool:
        """Whether there is no further step: all epochs are done, or the training diverged."""
        return self.batch >= self.last or self.has_diverged

    @property
    def has_diverged(self) -> bool:
        """Whether the last batch left a number that is not finite."""
        return not self._is_finite

    @property
    def n_rows(self) -> int:
        """The samples in the present batch."""
        return len(self.rows)

    @property
    def is_last_step(self) -> bool:
        """Whether the coming step ends this sample or this update."""
        return self.step == self._n_steps - 1

    @property
    def phase(self) -> str:
        """That of the coming step."""
        if self.unit == self.n_rows:
            return "update"
        if self.step < self.n_forward:
            return "forward"
        return "loss" if self.step == self.n_forward else "backward"

    @property
    def position(self) -> Position:
        """The place in the words of training."""
        task, sample = self.task, min(self.unit, self.n_rows - 1)
        is_last = sample == self.n_rows - 1
        return Position(
            epoch=self.batch // task.n_batches,
            batch=self.batch % task.n_batches,
            sample=self.batch % task.n_batches * task.batch_size + sample,
            row=int(self.rows[sample]),
            phase=self.phase,
            step=self.step + (self.n_sample if self.unit == self.n_rows else 0),
            n_steps=self.n_sample + (self.n_update if is_last else 0),
            n_batches=task.n_batches,
            batch_size=task.batch_size,
        )

    @property
    def measured(self) -> list[float]:
        """The losses of the samples of this batch, as far as they are measured."""
        count = self.unit + (self.step > self.n_forward and self.unit < self.n_rows)
        return self._losses[:count]

    @property
    def memory(self) -> NDArray[np.float64]:
        """What the optimizer remembers here, (slots, n_parameters); a copy."""
        return self._memory.copy()

    def digest(self) -> str:
        """A fingerprint of every number: objects, optimizer memory, losses, random streams."""
        state = self.state
        more = (self.measured, state.streams, state.position, state.partial_loss, self.place)
        return digest_of(self.network, self._memory, *more)

    def rows_of(self, batch: int) -> int:
        """The samples in a batch, which counts from the start of the training."""
        size = self.task.batch_size
        return min(size, self.task.n_rows - batch % self.task.n_batches * size)

    def done(self) -> list[Step]:
        """The steps of this unit that were done, as far as the journal holds them."""
        return self._tape.between(0, self.step)

    def last_steps(self) -> list[Step]:
        """As `done`; at the start of a unit, all of the unit before, if the journal has it."""
        if self.step:
            return self.done()
        before = self._tape_before()
        return [] if before is None else before.between(0, before.end)

    # --- to stand elsewhere

    def close(self) -> None:
        """Give the network free: the pass that is under way ends here."""
        if self._pass is not None:
            self._pass.close()
            self._pass = None

    def engine(self) -> Engine:
        """The engine of whole batches, for what may be trained now; it leaves the objects alone."""
        mask = self.network.trainable_mask()
        if self._engine is None or not np.array_equal(self._engine[0], mask):
            task = self.task
            if ENGINES[self.engine_name].capabilities.works_on_objects:
                network = task.network.copy()
                task = replace(task, network=network, version=network.version)
            self._engine = mask, make_engine(self.engine_name, task)
        return self._engine[1]

    def land(self, state: TrainingState, landing: Landing, *, is_checkpoint: bool = True) -> None:
        """Take over what the engine did up to the start of a batch, from here on."""
        self.history.note(state.epoch * self.task.n_batches + state.batch - 1, self.engine_name)
        self._load(state, landing)
        if is_checkpoint:
            self._set_checkpoint(landing)
        self._redo_edits()

    def _restore(self, checkpoint: Checkpoint) -> None:
        """Stand at a checkpoint, with what was set there."""
        if isinstance(checkpoint.found, Landing):
            self._load(checkpoint.state, checkpoint.found)
        else:
            self.close()
            self._memory[...] = checkpoint.state.memory
            put_back(checkpoint.found, self.network)
            self._take(checkpoint.state, list(checkpoint.losses))
            self._enter(checkpoint.unit)
        self._work = 0.0
        self._redo_edits()

    def _load(self, state: TrainingState, landing: Landing) -> None:
        """Stand at the start of a batch, where the compiled engine landed."""
        self.close()
        self._memory[...] = state.memory
        self.network.load_parameters(state.parameters)
        put_landing(landing, self.network)
        self._take(state)

    def _take(self, state: TrainingState, losses: list[float] | None = None) -> None:
        """Stand at the start of a batch whose state is on the objects already."""
        self.state, self._is_finite = state, state.is_finite
        self.batch = state.epoch * self.task.n_batches + state.batch
        self.rows = batch_rows(self.task, state)
        self._losses: list[float] = [] if losses is None else losses
        self._count_update()
        self._enter(0)

    def _enter(self, unit: int) -> None:
        """Stand at the start of a unit of this batch."""
        self.network.note_values()  # steps that are undone or redone begin no pass
        self.unit, self.step = unit, 0
        tape = self._journal.get(self.batch, unit)
        self._tape = self._empty_tape() if tape is None or tape.first else tape
        if unit == self.n_rows:
            self._count_update()
        self._n_steps = self.n_sample if unit < self.n_rows else self.n_update

    def _count_update(self) -> None:
        self.n_update = int(self.network.trainable_mask().sum())

    def _empty_tape(self) -> Tape:
        return Tape(self.batch, self.unit, self.state, self._losses, self._journal.limit)

    # --- what lies behind

    def _tape_before(self) -> Tape | None:
        """The tape of the unit before, where nothing but its steps lies between."""
        if self.step:
            return None
        if self.unit:
            return self._journal.get(self.batch, self.unit - 1)
        if self.history.engine_of(self.batch - 1) != WALK:
            return None
        return self._journal.get(*self._last_of(self.batch - 1)[:2])

    def _last_of(self, batch: int) -> Place:
        """The place before the last step of a batch."""
        n_rows = self.rows_of(batch)
        if self.n_update:
            return Place(batch, n_rows, self.n_update - 1)
        return Place(batch, n_rows - 1, self.n_sample - 1)

    @property
    def _is_checkpoint_due(self) -> bool:
        return self._work > _SPACING * self.history.spacing

    def _set_checkpoint(self, found: Snapshot | Landing) -> None:
        self._work = 0.0
        losses = tuple(self._losses[: self.unit])
        self.history.add(Checkpoint(self.batch, self.unit, self.state, found, losses))

    def _redo_edits(self) -> None:
        """What was set at this place holds here."""
        found = self.history.edits.get(self.place, ())
        for edit in found:
            edit.redo()
        if found and (self.unit, self.step) == (0, 0):
            self.state = replace(self.state, parameters=self.network.parameters())
            self._tape.state = self.state

    def _undo_edits(self) -> None:
        for edit in reversed(self.history.edits.get(self.place, ())):
            edit.undo()


def _count_steps(task: Task) -> tuple[int, int]:
    """The steps of a sample before its loss, and all of them: they do not depend on numbers."""
    network = task.network
    before = take_snapshot(network)
    sample, target = task.X[0].tolist(), task.T[0].tolist()
    n_forward = n_steps = 0
    for step in network.begin_pass(sample_steps(task, sample, target, 0)):
        n_steps += 1
        if type(step) is Measured:
            n_forward = n_steps - 1
    put_back(before, network)
    return n_forward, n_steps
