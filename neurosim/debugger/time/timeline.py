"""A whole training as one stream of steps, along which one walks forward and backward in time.

The objects of the network hold, at every place of the walk, what they would hold there if the
training had been gone through once, from its start to here; to the last bit, however one came. Ways
there are three:

* a step is done by the interpreter, or undone and redone from its record in the journal;
* whole batches ahead are done by the compiled engine, if the training has it; then the objects take
  its parameters over, and what its last sample made neurons say;
* what lies far back is reached from the nearest checkpoint, by the engines and with the changes
  that the history names.
"""

import math
from collections.abc import Generator
from itertools import islice

from neurosim.debugger.time.engine_snapshot import run_to_landing
from neurosim.debugger.time.history import WALK, Edit, Place
from neurosim.debugger.time.journal import Journal
from neurosim.debugger.time.present import Stand
from neurosim.debugger.time.snapshot import take_snapshot
from neurosim.interpreter.steps import Measured, Step, redo, undo
from neurosim.network.pause import PausedCollection
from neurosim.training.engines.graph import sample_steps, update_of
from neurosim.training.engines.table import ENGINES
from neurosim.training.state import TrainingState, next_state
from neurosim.training.stretch_length import Pace
from neurosim.training.task import require_fresh

_A_STEP = 1e-6  # seconds that the interpreter takes for it, about
_NEAR = 100_000  # steps that are sooner undone one by one than made again


class Walk(Stand):
    """The ways from where one stands; the arguments are those of `Stand`."""

    # --- one step

    def coming(self) -> Step | None:
        """The step that is about to happen; None at the end. Nothing changes by asking."""
        if self.is_over:
            return None
        if self.step == self._tape.end:
            undo(self._pull())
        return self._tape[self.step]

    def forward(self) -> Step:
        """Do the next step. There must be one."""
        if self.step < self._tape.end:
            step = self._tape[self.step]
            redo(step)
        else:
            step = self._pull()
        self.step += 1
        if type(step) is Measured:
            self._losses[self.unit : self.unit + 1] = [step.after]
        if self.step == self._n_steps:
            self._end_unit()
        if self.history.edits:
            self._redo_edits()
        return step

    def backward(self) -> Step:
        """Take the last step back. There must be one."""
        if self.step > self._tape.first:
            self._undo_edits()
        elif not self._enter_last():
            return self._make_again()
        self.step -= 1
        step = self._tape[self.step]
        undo(step)
        return step

    # --- a change by the user

    def edit(self, edit: Edit) -> None:
        """Set a number; what was known of the time after this place is forgotten."""
        if self.step < self._tape.end:
            self._go_anew()
        place = self.place
        edit.redo()
        self.history.cut(place)
        self._journal.cut(place)
        self._to_be_walked = -1
        self.history.edits.setdefault(place, []).append(edit)
        self._redo_edits()

    # --- far

    def go_to(self, place: Place) -> None:
        """Go to a place, or to the last one before it where the training diverges earlier."""
        require_fresh(self.task)
        place = min(max(place, Place(self.first, 0, 0)), Place(self.last, 0, 0))
        with PausedCollection():
            for _ in range(_NEAR):
                if self.place <= place or not self._can_undo():
                    break
                self.backward()
            nearest = self.history.nearest(place)
            if self.place > place or nearest.key > self.place[:2]:
                self._restore(nearest)
            self._go_ahead(place)

    def state_at(self, batch: int) -> TrainingState:
        """The training state at the start of a batch; the walk comes back to where it stands."""
        here = self.place
        self.go_to(Place(batch, 0, 0))
        state = self.state
        self.go_to(here)
        return state

    def recover(self) -> None:
        """Stand at a whole moment again, after something was interrupted in the middle.

        That is the start of the sample or update that was under way. Checkpoints are whole; what
        else was known may not be.
        """
        here = self.place
        self._journal = Journal(self._journal.limit)
        with PausedCollection():
            self._restore(self.history.nearest(here))
            self._go_ahead(here._replace(step=0))

    # --- the parts of a journey ahead

    def _go_ahead(self, place: Place) -> None:
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
            if is_plain and self.step == self._tape.end and self.step < step - 1:
                self._pull_many(step - 1 - self.step)
            else:
                self.forward()

    def _pull_many(self, count: int) -> None:
        self._pull()
        assert self._pass is not None
        self._tape.extend(islice(self._pass, count - 1))
        if self.step <= self.n_forward < self._tape.end and self.unit < self.n_rows:
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
                if not (after.is_finite and all(map(math.isfinite, losses))):
                    return self._stop_before_divergence(state)
                state = after
            n_left = n_batches - state.batch if count else stop - self.batch
            landed = run_to_landing(engine, self.task, state, n_left)
            if landed is None:
                return self._stop_before_divergence(state)
            state = landed[0]
            pace.end()
            self._work += pace.seconds
            batch = state.epoch * n_batches + state.batch
            self.land(*landed, is_checkpoint=self._is_checkpoint_due or batch == stop)
        return True

    def may_run_to(self, last: int) -> int:
        """The batch up to which the engine may go on: where it did so before, or nothing is done."""
        history, batch = self.history, self.batch
        known = history.engine_of(batch)
        is_walk = ENGINES[self.engine_name].capabilities.is_walk if known is None else known == WALK
        if is_walk or batch == self._to_be_walked:
            return batch
        stop = last if known is None else min(last, history.end_of_run(batch))
        edited = [at.batch for at in history.edits if (batch, 0, 0) < at < (stop, 0, 0)]
        return min(edited, default=stop)

    def _stop_before_divergence(self, state: TrainingState) -> bool:
        """Land at the batch in which a number is not finite; that batch is to be walked."""
        found = None
        while (landed := run_to_landing(self.engine(), self.task, state, 1)) is not None:
            state, found = landed
        self._to_be_walked = state.epoch * self.task.n_batches + state.batch
        if found is not None:
            self.land(state, found)
        return found is not None

    # --- the parts of a step

    def _pull(self) -> Step:
        """Let the interpreter do one step more than is known; then it is done."""
        if self._pass is None:
            self._go_anew()
        assert self._pass is not None
        step = next(self._pass)
        self._tape.append(step)
        return step

    def _go_anew(self) -> None:
        """Walk this unit from its start to here, so that the interpreter stands here, too."""
        here = self.place
        self.close()
        if self._tape.first:
            self._restore(self.history.nearest(here))
            self._go_ahead(Place(*here[:2], 0))
        while self.step:
            self.backward()
        self._tape = self._empty_tape()
        self._pass = self.network.begin_pass(self._unit_steps())
        while self.step < here.step:
            self.forward()

    def _unit_steps(self) -> Generator[Step, None, None]:
        require_fresh(self.task)
        if self.unit == self.n_rows:
            count = self.state.updates + 1
            return update_of(self.task, self._memory, count=count, rows=self.n_rows)
        row = self.rows[self.unit]
        sample, target = self.task.X[row].tolist(), self.task.T[row].tolist()
        return sample_steps(self.task, sample, target, self.unit)

    def _end_unit(self) -> None:
        """The unit is done: stand at the start of the next."""
        self.close()
        self._work += self._n_steps * _A_STEP
        self._journal.keep(self._tape)
        if self.unit < self.n_rows:
            self._enter(self.unit + 1)
        if self.unit == self.n_rows and self.step == self._n_steps:  # nothing can be updated, too
            self._end_batch()
        if self._is_checkpoint_due:
            self._set_checkpoint(take_snapshot(self.network))

    def _end_batch(self) -> None:
        if self.history.engine_of(self.batch) not in (None, WALK):
            landed = run_to_landing(self.engine(), self.task, self.state, 1)
            assert landed is not None  # the history says that it was done
            self._load(*landed)
            return
        loss = 0.0
        for each in self._losses[: self.n_rows]:  # one by one, as the graph engine adds them
            loss += each
        parameters, memory = self.network.parameters(), self._memory.copy()
        self.history.note(self.batch, WALK)
        self._take(next_state(self.task, self.state, parameters, memory, loss))

    def _enter_last(self) -> bool:
        """From the start of a unit to the end of the one before, if the journal has it whole."""
        tape = self._tape_before()
        if tape is None:
            return False
        self._undo_edits()
        self.close()
        if tape.batch != self.batch:
            self._take(tape.state, tape.losses)
        self._tape, self.unit, self.step = tape, tape.unit, tape.end
        self._n_steps = tape.end
        return True

    def _can_undo(self) -> bool:
        return self.step > self._tape.first or self._tape_before() is not None

    def _make_again(self) -> Step:
        """Stand before the last step, which the journal does not hold, by walking up to it."""
        batch, unit, step = self.place
        if step:
            target = Place(batch, unit, step - 1)
        elif unit:
            target = Place(batch, unit - 1, self.n_sample - 1)
        else:
            target = self._last_of(batch - 1)
        self._restore(self.history.nearest(target))
        self._go_ahead(target)
        step_before = self.coming()
        assert step_before is not None
        return step_before
