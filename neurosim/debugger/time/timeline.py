"""The timeline of a training: one stream of steps, with a place that moves both ways.

At every place the objects of the network hold what they would hold there if the training had run
once from its start to the place, to the last bit, whatever the way there. There are three ways:

* a step is done by the interpreter, or undone and redone from its record in the journal;
* whole batches ahead are done by the compiled engine, if the training has it; then the objects take
  its parameters, and the values of its last sample;
* a place far back is reached from the nearest checkpoint, by the engines and with the edits that
  the training log names.
"""

from collections.abc import Generator, Sequence
from dataclasses import replace
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from neurosim.debugger.time.engine_snapshot import (
    EngineSnapshot,
    put_engine_snapshot,
    run_to_snapshot,
)
from neurosim.debugger.time.journal import LIMIT, Journal, UnitRecord
from neurosim.debugger.time.position import Position
from neurosim.debugger.time.snapshot import Snapshot, digest_of, put_back, take_snapshot
from neurosim.debugger.time.training_log import (
    TRAINABLE,
    WALK,
    Checkpoint,
    Edit,
    TrainingLog,
    UnitPlace,
    set_trainable,
)
from neurosim.functions.numbers import all_finite
from neurosim.interpreter.backward import require_slopes
from neurosim.interpreter.steps import Measured, Step, redo, undo
from neurosim.pause import PausedCollection
from neurosim.training.course.divergence import before_divergence
from neurosim.training.engines.contract import Engine
from neurosim.training.engines.graph import goals_at, row_steps, update_of
from neurosim.training.engines.table import ENGINES, make_engine, require_engine
from neurosim.training.state import TrainingState, batch_rows, next_state, rate_of
from neurosim.training.stretch_length import Pace
from neurosim.training.task import Task, require_fresh

_SPACING = 0.2  # seconds of work between two checkpoints
_A_STEP = 1e-6  # seconds that the interpreter takes for it, about
_NEAR = 100_000  # steps that are sooner undone one by one than made again


class Timeline:
    """A training as one stream of steps, and a place in it that moves forward and backward.

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
        batch: as in `UnitPlace`, like ``unit`` and ``step``.
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
        self._record = UnitRecord(self.first, 0, state, [], limit)
        start = Checkpoint(self.first, 0, state, take_snapshot(self.network), ())
        self.history = TrainingLog(start, limit // 4)
        self._restore(start)

    # --- the place

    @property
    def place(self) -> UnitPlace:
        """The place, as it is compared."""
        return UnitPlace(self.batch, self.unit, self.step)

    @property
    def is_over(self) -> bool:
        """Whether there is no further step: all epochs are done, or the training diverged."""
        return self.batch >= self.last or self.has_diverged or self.state.is_stopped

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
        more: tuple[object, ...]
        more = (self.measured, state.streams, state.position, state.partial_loss, self.place)
        if self.task.options.is_monitored:
            more = (*more, state.schedule, state.watched)
        return digest_of(self.network, self._memory, *more)

    def rows_of(self, batch: int) -> int:
        """The samples in a batch, which counts from the start of the training."""
        size = self.task.batch_size
        return min(size, self.task.n_rows - batch % self.task.n_batches * size)

    def done(self) -> list[Step]:
        """The steps of this unit that were done, as far as the journal holds them."""
        return self._record.between(0, self.step)

    def last_steps(self) -> list[Step]:
        """As `done`; at the start of a unit, all of the unit before, if the journal has it."""
        if self.step:
            return self.done()
        before = self._record_before()
        return [] if before is None else before.between(0, before.end)

    # --- to another place

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
                task = task.on(task.network.copy())
            self._engine = mask, make_engine(self.engine_name, task)
        return self._engine[1]

    def land(
        self, state: TrainingState, snapshot: EngineSnapshot, *, is_checkpoint: bool = True
    ) -> None:
        """Take over what the engine did up to the start of a batch, from here on."""
        self.history.note(state.epoch * self.task.n_batches + state.batch - 1, self.engine_name)
        self._load(state, snapshot)
        if is_checkpoint:
            self._set_checkpoint(snapshot)
        self._redo_edits()

    def _restore(self, checkpoint: Checkpoint) -> None:
        """Go to a checkpoint, with what was set there."""
        set_trainable(self.history.edits, UnitPlace(*checkpoint.key, 0), self.network)
        if isinstance(checkpoint.found, EngineSnapshot):
            self._load(checkpoint.state, checkpoint.found)
        else:
            self.close()
            self._memory[...] = checkpoint.state.memory
            put_back(checkpoint.found, self.network)
            self._take(checkpoint.state, list(checkpoint.losses))
            self._enter(checkpoint.unit)
        self._work = 0.0
        self._redo_edits()

    def _load(self, state: TrainingState, snapshot: EngineSnapshot) -> None:
        """Go to the start of a batch, where the compiled engine landed."""
        self.close()
        self._memory[...] = state.memory
        self.network.load_parameters(state.parameters)
        put_engine_snapshot(snapshot, self.network)
        self._take(state)

    def _take(self, state: TrainingState, losses: list[float] | None = None) -> None:
        """Go to the start of a batch whose state is on the objects already."""
        self.state, self._is_finite = state, state.is_finite
        self.batch = state.epoch * self.task.n_batches + state.batch
        self.rows = batch_rows(self.task, state)
        self._goals = goals_at(self.task, state)
        self._losses: list[float] = [] if losses is None else losses
        self._count_update()
        self._enter(0)

    def _enter(self, unit: int) -> None:
        """Go to the start of a unit of this batch."""
        self.network.note_values()  # steps that are undone or redone begin no pass
        self.unit, self.step = unit, 0
        record = self._journal.get(self.batch, unit)
        self._record = self._empty_record() if record is None or record.first else record
        if unit == self.n_rows:
            self._count_update()
        self._n_steps = self.n_sample if unit < self.n_rows else self.n_update

    def _count_update(self) -> None:
        self.n_update = int(self.network.trainable_mask().sum())

    def _empty_record(self) -> UnitRecord:
        return UnitRecord(self.batch, self.unit, self.state, self._losses, self._journal.limit)

    # --- what lies behind

    @property
    def is_ahead(self) -> bool:
        """Whether the present sample has not begun."""
        return self.unit < self.n_rows and self.step == 0 and not self.is_over

    def is_own(self, thing: object, quantity: str) -> bool:
        """Whether a number on an object is of the present sample; else one before left it there.

        A gradient is of the present batch. Parameters are of every sample.
        """
        if self.unit == self.n_rows or self.is_over or quantity in {"weight", "bias"}:
            return True
        if quantity in {"gradient", "bias_gradient"} and self.unit:
            return True
        inner = "output" if quantity == "value" else quantity
        writer = self._record.writer_of(thing, inner)
        return (writer is not None and writer < self.step) or self._is_set(thing, inner)

    def _is_set(self, thing: object, quantity: str) -> bool:
        """Whether the user set a number in the present sample."""
        return any(
            (edit.owner, edit.name) == (thing, quantity)
            for place, edits in self.history.edits.items()
            if place[:2] == self.place[:2] and place <= self.place
            for edit in edits
        )

    def _record_before(self) -> UnitRecord | None:
        """The record of the unit before, where nothing but its steps lies between."""
        if self.step:
            return None
        if self.unit:
            return self._journal.get(self.batch, self.unit - 1)
        if self.history.engine_of(self.batch - 1) != WALK:
            return None
        return self._journal.get(*self._last_of(self.batch - 1)[:2])

    def _last_of(self, batch: int) -> UnitPlace:
        """The place before the last step of a batch."""
        n_rows, n_update = self.rows_of(batch), self._n_update_before()
        if n_update:
            return UnitPlace(batch, n_rows, n_update - 1)
        return UnitPlace(batch, n_rows - 1, self.n_sample - 1)

    @property
    def _is_checkpoint_due(self) -> bool:
        return self._work > _SPACING * self.history.spacing

    def _set_checkpoint(self, found: Snapshot | EngineSnapshot) -> None:
        self._work = 0.0
        losses = tuple(self._losses[: self.unit])
        self.history.add(Checkpoint(self.batch, self.unit, self.state, found, losses))

    def _redo_edits(self) -> None:
        """What was set at this place holds here."""
        found = self.history.edits.get(self.place, ())
        for edit in found:
            edit.redo()
        self._recount(found)
        if found and (self.unit, self.step) == (0, 0):
            self.state = replace(self.state, parameters=self.network.parameters())
            self._record.state = self.state

    def _undo_edits(self) -> None:
        found = self.history.edits.get(self.place, [])
        for edit in reversed(found):
            edit.undo()
        self._recount(found)

    def _recount(self, edits: Sequence[Edit]) -> None:
        """The steps of an update, where what learns was changed."""
        if any(edit.name == TRAINABLE for edit in edits):
            self._count_update()
            if self.unit == self.n_rows:
                self._n_steps = self.n_update

    def _n_update_before(self) -> int:
        """The steps of an update, as it was before what was set at this place."""
        found = self.history.edits.get(self.place, [])
        flags = [edit for edit in found if edit.name == TRAINABLE]
        for edit in reversed(flags):
            edit.undo()
        count = int(self.network.trainable_mask().sum()) if flags else self.n_update
        for edit in flags:
            edit.redo()
        return count

    # --- one step

    def coming(self) -> Step | None:
        """The step that is about to happen; None at the end. Nothing changes by asking."""
        if self.is_over:
            return None
        if self.step == self._record.end:
            undo(self._pull())
        return self._record[self.step]

    def forward(self) -> Step:
        """Do the next step. There must be one."""
        step = self._do_next()
        if type(step) is Measured:
            self._losses[self.unit : self.unit + 1] = [step.after]
        if self.step == self._n_steps:
            self._end_unit()
        if self.history.edits:
            self._redo_edits()
        return step

    def forward_to(self, kinds: frozenset[type], end: UnitPlace) -> Step | None:
        """Do steps up to one of these kinds, and return it; or to before the last of a phase.

        None where no such step came, or where steps have to be done one by one.
        """
        phases = (self.n_forward, self.n_forward + 1) if self.unit < self.n_rows else ()
        stop = min(n for n in (*phases, self._n_steps) if n > self.step) - 1
        if end[:2] == self.place[:2]:
            stop = min(stop, end.step - 1)
        if self.step >= stop or self.history.edits:
            return None
        while self.step < stop:
            step = self._do_next()
            if type(step) in kinds:
                return step
        return None

    def _do_next(self) -> Step:
        """Do the next step: again, where it is on record, or for the first time."""
        if self.step < self._record.end:
            step = self._record[self.step]
            redo(step)
        else:
            step = self._pull()
        self.step += 1
        return step

    def backward(self) -> Step:
        """Take the last step back. There must be one."""
        if self.step > self._record.first:
            self._undo_edits()
        elif not self._enter_last():
            return self._make_again()
        self.step -= 1
        step = self._record[self.step]
        undo(step)
        return step

    # --- a change by the user

    def edit(self, edit: Edit) -> None:
        """Set a number; what was known of the time after this place is forgotten."""
        if self.step < self._record.end:
            self._go_anew()
        place = self.place
        edit.redo()
        self.history.cut(place)
        self._journal.cut(place)
        self._to_be_walked = -1
        self.history.edits.setdefault(place, []).append(edit)
        self._redo_edits()

    def edit_again(self, edit: Edit) -> None:
        """Set a number that was set last at this place; both times count as one."""
        there = self.history.edits.get(self.place, [])
        if there and (there[-1].owner, there[-1].name) == (edit.owner, edit.name):
            last = there.pop()
            edit = replace(edit, before=last.before, is_own=last.is_own)
        self.edit(edit)

    # --- far

    def go_to(self, place: UnitPlace) -> None:
        """Go to a place, or to the last one before it where the training diverges earlier."""
        require_fresh(self.task)
        place = min(max(place, UnitPlace(self.first, 0, 0)), UnitPlace(self.last, 0, 0))
        with PausedCollection():
            is_near = self._distance(place) <= _NEAR
            while is_near and self.place > place and self._can_undo():
                self.backward()
            nearest = self.history.nearest(place)
            if self.place > place or nearest.key > self.place[:2]:
                self._restore(nearest)
            self._go_ahead(place)

    def _distance(self, place: UnitPlace) -> int:
        """About how many steps back a place is."""
        batch = self.task.batch_size * self.n_sample + self.n_update
        units = (self.unit - place.unit) * self.n_sample + self.step - place.step
        return (self.batch - place.batch) * batch + units

    def state_at(self, batch: int) -> TrainingState:
        """The training state at the start of a batch; the timeline comes back to its place."""
        here = self.place
        self.go_to(UnitPlace(batch, 0, 0))
        state = self.state
        self.go_to(here)
        return state

    def recover(self) -> None:
        """Go to a whole moment again, after something was interrupted in the middle.

        That is the start of the sample or update that was under way. Checkpoints are whole; what
        else was known may not be.
        """
        here = self.place
        self._journal = Journal(self._journal.limit)
        with PausedCollection():
            self._restore(self.history.nearest(here))
            self._go_ahead(here._replace(step=0))

    # --- the parts of a journey ahead

    def _go_ahead(self, place: UnitPlace) -> None:
        while self.place < place and not self.is_over:
            if self.place[:2] == place[:2]:
                self._go_in_unit(place.step)
            elif self.batch == place.batch or not self._run_batches(place.batch):
                self._go_in_unit(self._n_steps)

    def _go_in_unit(self, step: int) -> None:
        """Go on in this unit, up to so many of its steps."""
        place, step = self.place, min(step, self._n_steps)
        is_plain = not any(place < at <= (*place[:2], step) for at in self.history.edits)
        while self.place[:2] == place[:2] and self.step < step:
            if is_plain and self.step == self._record.end and self.step < step - 1:
                self._pull_many(step - 1 - self.step)
            else:
                self.forward()

    def _pull_many(self, count: int) -> None:
        self._pull()
        assert self._pass is not None
        self._record.extend(islice(self._pass, count - 1))
        if self.step <= self.n_forward < self._record.end and self.unit < self.n_rows:
            assert self.network.loss is not None
            self._losses[self.unit : self.unit + 1] = [self.network.loss]
        self.step += count

    def _run_batches(self, last: int) -> bool:
        """Let the compiled engine do batches from here on; False where it may do none."""
        stop = self.may_run_to(last)
        if stop <= self.batch or (self.unit, self.step) != (0, 0):
            return False
        state, engine, n_batches = self.state, self.engine(), self.task.n_batches
        self.close()
        pace = Pace()
        while self.batch < stop:
            pace.begin()
            count = min(pace.epochs, (stop - self.batch + state.batch) // n_batches)
            if count > 1:  # the last epoch apart: who lands there knows the loss measured last
                after, losses = engine.advance(state, epochs=count - 1)
                if not (after.is_finite and all_finite(losses)):
                    return self._stop_before_divergence(state, max(count, 1))
                state = after
            n_left = n_batches - state.batch if count else stop - self.batch
            landed = run_to_snapshot(engine, self.task, state, n_left)
            if landed is None:
                return self._stop_before_divergence(state, max(count, 1))
            state = landed[0]
            pace.end()
            self._work += pace.seconds
            batch = state.epoch * n_batches + state.batch
            self.land(*landed, is_checkpoint=self._is_checkpoint_due or batch == stop)
        return True

    def may_run_to(self, last: int) -> int:
        """The batch up to which the engine may go on: where it ran before, or nothing did."""
        history, batch = self.history, self.batch
        known = history.engine_of(batch)
        is_walk = ENGINES[self.engine_name].capabilities.is_walk if known is None else known == WALK
        if is_walk or batch == self._to_be_walked:
            return batch
        stop = last if known is None else min(last, history.end_of_run(batch))
        if self.task.options.is_monitored:  # which may end it with any epoch
            stop = min(stop, batch - batch % self.task.n_batches + self.task.n_batches)
        edited = [at.batch for at in history.edits if (batch, 0, 0) < at < (stop, 0, 0)]
        return min(edited, default=stop)

    def _stop_before_divergence(self, state: TrainingState, epochs: int) -> bool:
        """Land at the batch in which a number is not finite; that batch is to be walked."""
        engine, n_batches = self.engine(), self.task.n_batches
        before = before_divergence(engine, self.task, state, epochs).state
        self._to_be_walked = before.epoch * n_batches + before.batch
        if before is state:
            return False
        left = self._to_be_walked - state.epoch * n_batches - state.batch
        whole = (left - 1 + state.batch) // n_batches
        if whole:
            left -= whole * n_batches - state.batch
            state, _ = engine.advance(state, epochs=whole)
        landed = run_to_snapshot(engine, self.task, state, left)
        assert landed is not None  # all is finite up to there
        self.land(*landed)
        return True

    # --- the parts of a step

    def _pull(self) -> Step:
        """Let the interpreter do one step more than is known; then it is done."""
        if self._pass is None:
            self._go_anew()
        assert self._pass is not None
        step = next(self._pass)
        self._record.append(step)
        return step

    def _go_anew(self) -> None:
        """Walk this unit from its start to here, so that the interpreter is here, too."""
        here = self.place
        self.close()
        if self._record.first:
            self._restore(self.history.nearest(here))
            self._go_ahead(UnitPlace(*here[:2], 0))
        while self.step:
            self.backward()
        self._record = self._empty_record()
        self._pass = self.network.begin_pass(self._unit_steps())
        while self.step < here.step:
            self.forward()

    def _unit_steps(self) -> Generator[Step, None, None]:
        require_fresh(self.task)
        require_slopes(self.network, self.task.objective)  # what is trainable may have changed
        if self.unit == self.n_rows:
            count, rate = self.state.updates + 1, rate_of(self.task, self.state)
            return update_of(self.task, self._memory, count=count, rate=rate, rows=self.n_rows)
        return row_steps(self.task, self._goals, int(self.rows[self.unit]), self.unit)

    def _end_unit(self) -> None:
        """The unit is done: go to the start of the next."""
        self.close()
        self._work += self._n_steps * _A_STEP
        self._journal.keep(self._record)
        if self.unit < self.n_rows:
            self._enter(self.unit + 1)
        if self.unit == self.n_rows and self.step == self._n_steps:  # nothing can be updated, too
            self._end_batch()
        if self._is_checkpoint_due:
            self._set_checkpoint(take_snapshot(self.network))

    def _end_batch(self) -> None:
        if self.history.engine_of(self.batch) not in (None, WALK):
            landed = run_to_snapshot(self.engine(), self.task, self.state, 1)
            assert landed is not None  # the history says that it was done
            self._load(*landed)
            return
        loss = 0.0
        for each in self._losses[: self.n_rows]:  # one by one, as the graph engine adds them
            loss += each
        parameters, memory = self.network.parameters(), self._memory.copy()
        self.history.note(self.batch, WALK)
        state = next_state(self.task, self.state, parameters, memory, loss)
        if not state.batch and state.is_finite and self.task.options.is_monitored:
            state = self.engine().end_epoch(state)
        self._take(state)

    def _enter_last(self) -> bool:
        """From the start of a unit to the end of the one before, if the journal has it whole."""
        record = self._record_before()
        if record is None:
            return False
        self._undo_edits()
        self.close()
        if record.batch != self.batch:
            self._take(record.state, record.losses)
        self._record, self.unit, self.step = record, record.unit, record.end
        self._n_steps = record.end
        return True

    def _can_undo(self) -> bool:
        return self.step > self._record.first or self._record_before() is not None

    def _make_again(self) -> Step:
        """Walk to the place before the last step, which the journal does not hold."""
        batch, unit, step = self.place
        if step:
            target = UnitPlace(batch, unit, step - 1)
        elif unit:
            target = UnitPlace(batch, unit - 1, self.n_sample - 1)
        else:
            target = self._last_of(batch - 1)
        self._restore(self.history.nearest(target))
        self._go_ahead(target)
        step_before = self.coming()
        assert step_before is not None
        return step_before


def _count_steps(task: Task) -> tuple[int, int]:
    """The steps of a sample before its loss, and all of them: they do not depend on numbers."""
    network = task.network
    before = take_snapshot(network)
    n_forward = n_steps = 0
    for step in network.begin_pass(row_steps(task, goals_at(task, None), 0, 0)):
        n_steps += 1
        if type(step) is Measured:
            n_forward = n_steps - 1
    put_back(before, network)
    return n_forward, n_steps
