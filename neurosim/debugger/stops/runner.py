"""Running until a stop is hit: step by step, and by the compiled engine where no stop can be.

The runner also answers what stops ask of the moment (`neurosim.debugger.stops.breakpoints.Scene`).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from neurosim.debugger.stops.breakpoints import Catch, Stop, kinds_of
from neurosim.debugger.stops.expressions import Quantity
from neurosim.debugger.stops.screening import Screening
from neurosim.debugger.time.engine_snapshot import engine_snapshot_after
from neurosim.debugger.time.position import Position
from neurosim.debugger.time.timeline import Timeline
from neurosim.debugger.time.training_log import TrainingLog, UnitPlace
from neurosim.functions.numbers import Matrix
from neurosim.interpreter.steps import Step
from neurosim.network.network import Network
from neurosim.network.parameter import Parameter
from neurosim.pause import PausedCollection
from neurosim.training.engines.contract import Engine
from neurosim.training.state import TrainingState, batch_rows
from neurosim.training.stretch_length import Pace

_KEPT = 64  # epochs whose parameters are at hand, for those who go back and forth


@dataclass(frozen=True, slots=True)
class Hit:
    """A stop that was hit, and why: by a step, or because a part of the training begins."""

    stop: Stop
    reason: str
    is_step: bool = True

    def __str__(self) -> str:
        if self.stop.kind == "breakpoint" and self.stop.condition is not None:
            return f"breakpoint {self.stop.number}, {self._where()}{self.stop.condition}"
        return f"{self.stop.kind} {self.stop.number}, {self.reason}"

    def _where(self) -> str:
        return "" if self.reason == "condition" else f"{self.reason} if "


class Runner:
    """Walks, and looks at every step with the stops that count.

    Args:
        walk: what is walked; between two calls it may be moved by others.
    """

    def __init__(self, walk: Timeline) -> None:
        self.walk = walk
        self.stops: list[Stop] = []
        self._walk_to = -1  # up to this batch nothing is skipped: there may be a hit
        # of the present epoch, and how often the time ahead had been forgotten by then
        self._epoch_start: tuple[int, TrainingState] | None = None
        self._starts: tuple[TrainingLog, int, dict[int, Matrix]] | None = None
        self._is_counting = True
        self._step_at: Position | None = None  # where the step was made that is looked at

    def run(
        self,
        target: UnitPlace | None = None,
        is_there: Callable[[Step], bool] | None = None,
        done: list[Step] | None = None,
    ) -> tuple[Hit, ...]:
        """Walk until a stop is hit, or the target is reached, or a step is the one.

        Args:
            target: a place to stop at; None: the end.
            is_there: asked after each step; None: no step is.
            done: takes the steps that were done, one after the other.
        """
        walk = self.walk
        end = UnitPlace(walk.last, 0, 0) if target is None else target
        active = [stop for stop in self.stops if stop.is_enabled]
        if not active and is_there is None and done is None:
            walk.go_to(end)
            return ()
        with PausedCollection():
            return self._run(active, end, is_there, done)

    def _run(
        self,
        active: list[Stop],
        end: UnitPlace,
        is_there: Callable[[Step], bool] | None,
        done: list[Step] | None,
    ) -> tuple[Hit, ...]:
        walk, kinds = self.walk, _kinds_of(active)
        phases = {0, walk.n_forward, walk.n_forward + 1}  # the steps at which one may begin
        hits: tuple[Hit, ...]
        while not walk.is_over and walk.place < end:
            if not (walk.unit or walk.step):
                self._note_epoch()
            if is_there is None and done is None and self._skip(active, end.batch):
                hits = self._look(None, active)
            else:
                step, at = None, None
                if kinds is not None and is_there is None and done is None:
                    step = walk.forward_to(kinds, end)
                if step is None:
                    at = walk.position if walk.is_last_step else None
                    step = walk.forward()
                if done is not None:
                    done.append(step)
                is_asked = kinds is None or type(step) in kinds or walk.step in phases
                hits = self._look(step, active, at) if is_asked else ()
                if not hits and is_there is not None and is_there(step):
                    return ()
            if hits:
                return hits
        return ()

    def run_back(self) -> tuple[Hit, ...]:
        """Go back to the last place before this one at which a stop would have been hit."""
        walk = self.walk
        upper, reach = walk.place, 1
        end = upper
        first = UnitPlace(walk.first, 0, 0)
        self._is_counting = False
        try:
            while upper > first:
                lower = self._below(upper, reach)
                reach *= 2
                found = self._last_hit(lower, upper, end)
                if found is not None:
                    walk.go_to(found[0])
                    return found[1]
                upper = lower
        finally:
            self._is_counting = True
        walk.go_to(first)
        return ()

    # --- what stops ask

    @property
    def network(self) -> Network:
        """The network with its present values."""
        return self.walk.network

    @property
    def phase(self) -> str:
        """The present phase."""
        return self.walk.phase

    @property
    def begins(self) -> tuple[str, ...]:
        """The parts of the training that begin here."""
        walk = self.walk
        if walk.unit == walk.n_rows:
            return ("phase",) if walk.step == 0 else ()
        if walk.step:
            return ("phase",) if walk.step in {walk.n_forward, walk.n_forward + 1} else ()
        if walk.unit:
            return "phase", "sample"
        if walk.batch % walk.task.n_batches:
            return "phase", "sample", "batch"
        return "phase", "sample", "batch", "epoch"

    def number_of(self, grain: str) -> int:
        """The number of the present epoch, batch, sample, row or step."""
        at = self._step_at
        number = getattr(self.walk.position if at is None else at, grain)
        assert isinstance(number, int)
        if at is not None and grain == "step":
            number += 1  # it is done
        return number

    def read(self, quantity: Quantity) -> float | None:
        """The present value of a quantity; None where there is none yet."""
        if quantity.kind == "position":
            return self.number_of(quantity.name)
        value: float | None = (
            self.network.loss if quantity.owner is None else getattr(quantity.owner, quantity.name)
        )
        return value

    def read_own(self, quantity: Quantity) -> float | None:
        """As `read`; None, too, where the number is of a sample before."""
        is_own = quantity.kind == "position" or self.walk.is_own(
            quantity.owner or self.network, quantity.name
        )
        return self.read(quantity) if is_own else None

    def steps_back(self) -> Iterator[Step]:
        """The steps of this unit that were done before the last one, the last first."""
        steps = self.walk.last_steps()
        return iter(steps[-2::-1])

    def gradients(self) -> Iterator[tuple[Parameter, float]]:
        """The gradients of all parameters that the update takes, reduced."""
        divisor = self.walk.task.divisor(self.walk.n_rows)
        for parameter in self.network.parameter_list():
            gradient = parameter.gradient
            if parameter.trainable and gradient is not None:
                yield parameter, gradient / divisor

    def values_of_epoch(self) -> tuple[Matrix, Matrix] | None:
        """Net inputs and outputs of the epoch that ends here, (B, n_neurons); None before it."""
        state, task = self._state_of_epoch(), self.walk.task
        if state is None:
            return None
        engine, found = self.walk.engine(), []
        with engine.batches(state) as batches:
            for _ in range(task.n_batches):
                now = batches.state()
                found.append(engine.values(now.parameters, task.X[batch_rows(task, now)]))
                batches.advance()
        net_inputs, outputs = (np.concatenate(parts) for parts in zip(*found, strict=True))
        return net_inputs, outputs

    def parameters_back(self, epochs: int) -> list[Matrix]:
        """The parameters at the ends of so many epochs before, and here; there may be fewer."""
        walk, n_batches = self.walk, self.walk.task.n_batches
        here = walk.batch // n_batches
        first = max(here - epochs, -(-walk.first // n_batches))
        known = self._known_parameters()
        for epoch in range(first, here + 1):
            if epoch not in known:
                known[epoch] = walk.state_at(epoch * n_batches).parameters
        for epoch in [epoch for epoch in known if epoch < here - _KEPT and epoch < first]:
            del known[epoch]
        return [known[epoch] for epoch in range(first, here + 1)]

    def losses_at(self, thetas: list[Matrix]) -> list[float]:
        """The loss over the training rows with each of these parameters."""
        task = self.walk.task
        losses, _ = self.walk.engine().measure(np.array(thetas), task.X, task.T)
        found: list[float] = losses.tolist()
        return found

    # --- inside

    def _look(
        self, step: Step | None, active: list[Stop], at: Position | None = None
    ) -> tuple[Hit, ...]:
        """The stops that are hit by a step, or where something begins.

        ``at`` says where the step was made, if that is another sample, batch or epoch than now.
        """
        hits = []
        begins = bool(self.begins) and not self.walk.is_over
        for stop in active:
            reason = "" if step is None else self._reason_after(stop, step, at)
            is_step = bool(reason)
            if not reason and begins:
                reason = stop.at(self)
            if reason and self._counts(stop):
                hits.append(Hit(stop, reason, is_step))
        for hit in hits:
            if hit.stop.is_temporary and self._is_counting:
                self.stops.remove(hit.stop)
        return tuple(hits)

    def _reason_after(self, stop: Stop, step: Step, at: Position | None) -> str:
        self._step_at = at
        try:
            return stop.after(step, self)
        finally:
            self._step_at = None

    def _counts(self, stop: Stop) -> bool:
        if not self._is_counting:
            return True
        stop.hits += 1
        if stop.ignore:
            stop.ignore -= 1
            return False
        return True

    def _state_of_epoch(self) -> TrainingState | None:
        """The state at the start of the epoch that ends here; None: before the session."""
        walk = self.walk
        first = walk.batch - walk.task.n_batches
        if first < walk.first:
            return None
        if self._epoch_start is not None:
            n_cuts, state = self._epoch_start
            if n_cuts == walk.history.n_cuts and state.epoch == first // walk.task.n_batches:
                return state
        return walk.state_at(first)

    def _note_epoch(self) -> None:
        if "epoch" in self.begins:
            self._epoch_start = self.walk.history.n_cuts, self.walk.state

    def _known_parameters(self) -> dict[int, Matrix]:
        """Those at the starts of epochs, as far as they were asked for in this history."""
        history = self.walk.history
        if self._starts is None or self._starts[:2] != (history, history.n_cuts):
            self._starts = history, history.n_cuts, {}
        return self._starts[2]

    def _skip(self, active: list[Stop], last: int) -> bool:
        """Let the engine go over batches in which no stop can be hit; whether it went anywhere."""
        walk = self.walk
        if (walk.unit, walk.step) != (0, 0) or walk.batch < self._walk_to:
            return False
        stop = walk.may_run_to(last)
        if stop <= walk.batch:
            return False
        engine = walk.engine()
        if any(isinstance(s.subject, Catch) and s.subject.is_of_epochs for s in active):
            n_batches = walk.task.n_batches
            stop = min(stop, walk.batch - walk.batch % n_batches + n_batches)
        screen = Screening(active, walk.task, engine, self.read)
        return screen.is_possible and self._run_ahead(screen, engine, stop)

    def _run_ahead(self, screen: Screening, engine: Engine, stop: int) -> bool:
        walk, n_batches = self.walk, self.walk.task.n_batches
        start, pace = walk.batch, Pace()
        walk.close()
        while walk.batch < stop:
            pace.begin()
            state = walk.state
            n_whole = (stop - walk.batch + state.batch) // n_batches
            epochs = min(pace.epochs, n_whole)
            count = epochs * n_batches - state.batch if epochs else stop - walk.batch
            found = screen.run(state, epochs, count)
            if found.batch is not None or not found.state.is_finite:
                break
            pace.end()
            walk.land(found.state, engine_snapshot_after(engine, walk.task, found.last, found.loss))
        else:
            return walk.batch > start
        if found.batch is None:  # a number is not finite: the walk finds out where
            walk.go_to(UnitPlace(walk.batch + count, 0, 0))
            self._walk_to = walk.batch + 1
        else:
            before = found.batch if screen.is_fresh else found.batch - 1
            self._walk_to = found.batch + 1
            walk.go_to(UnitPlace(max(before, walk.batch), 0, 0))
        return walk.batch > start

    def _below(self, place: UnitPlace, reach: int) -> UnitPlace:
        """A place before this one: the start of its unit, then ever more units, then batches."""
        walk = self.walk
        if place.step:
            return UnitPlace(place.batch, place.unit, 0)
        if place.unit:
            return UnitPlace(place.batch, max(place.unit - reach, 0), 0)
        return UnitPlace(max(place.batch - reach, walk.first), 0, 0)

    def _last_hit(
        self, lower: UnitPlace, upper: UnitPlace, end: UnitPlace
    ) -> tuple[UnitPlace, tuple[Hit, ...]] | None:
        """The last place behind ``lower``, up to ``upper`` and before ``end``, with a hit.

        What is hit at ``lower`` may be so by the step that leads there: the stretch before says.
        """
        walk, found = self.walk, None
        walk.go_to(lower)
        self._walk_to = -1
        while walk.place < upper and not walk.is_over:
            hits = self.run(upper)
            if hits and walk.place < end:
                found = walk.place, hits
        return found


def _kinds_of(stops: list[Stop]) -> frozenset[type] | None:
    """The kinds of steps after which one of the stops is to be asked; None: any."""
    kinds = frozenset[type]()
    for stop in stops:
        found = kinds_of(stop.subject)
        if found is None:
            return None
        kinds |= found
    return kinds
