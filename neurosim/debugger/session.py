"""A debugging session: a training to step through, forward and backward, and to ask.

It has no user interface: each command is a method, and what there is to say is returned.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

import numpy as np

from neurosim.debugger.arrival import Arrival
from neurosim.debugger.ask.doctor import diagnosis_until
from neurosim.debugger.ask.explain import Explanation, explain
from neurosim.debugger.ask.update_parts import require_parameter
from neurosim.debugger.ask.why import Why, WhySince, why, why_since
from neurosim.debugger.branches import Branch, BranchComparison, compare_branches
from neurosim.debugger.checks import require_count, require_grain, require_times
from neurosim.debugger.freezing import disabling, enabling, freezing
from neurosim.debugger.moving import FINE, ahead_finely, back_by, steps_of, target_of
from neurosim.debugger.stops.breakpoints import (
    CATCHES,
    LEAST_EPOCHS,
    AtAnything,
    Catch,
    Stop,
    StopSubject,
    Watch,
)
from neurosim.debugger.stops.conditions import Condition, parse_condition, parse_expression
from neurosim.debugger.stops.expressions import QUANTITIES, Quantity
from neurosim.debugger.stops.locations import find_location, require_part
from neurosim.debugger.stops.runner import Hit, Runner
from neurosim.debugger.time.journal import LIMIT
from neurosim.debugger.time.moments import find_place
from neurosim.debugger.time.position import Position
from neurosim.debugger.time.timeline import Timeline
from neurosim.debugger.time.training_log import Edit, UnitPlace, set_trainable
from neurosim.debugger.traces.trace import header_of, new_file, write_trace
from neurosim.debugger.wording import abridged, coming_line, divergence_of
from neurosim.diagnosis import Diagnosis
from neurosim.diagnosis.cures import KeyNames
from neurosim.errors import (
    GraphError,
    InvalidValueError,
    NotComputable,
    UnknownNameError,
    WrongTypeError,
    unknown,
)
from neurosim.functions.numbers import Matrix, require_number, short
from neurosim.interpreter.steps import Step
from neurosim.network.connection import Connection
from neurosim.network.network import Network
from neurosim.network.neuron import Neuron
from neurosim.training.state import TrainingState
from neurosim.training.task import Task

_Given = ParamSpec("_Given")
_Result = TypeVar("_Result")
_CHANGED = "the network was changed after close()"


def _alone(move: Callable[_Given, _Result]) -> Callable[_Given, _Result]:
    """While a session moves, its network is being trained: other uses are refused."""

    @wraps(move)
    def held(*given: _Given.args, **named: _Given.kwargs) -> _Result:
        session = cast("Session", given[0])
        with session.network.being_trained():
            return move(*given, **named)

    return held


class Session:
    """A training, taken apart.

    ``network`` is the caller's own; at every moment its objects hold what they hold there in the
    training. Numbers are changed by `set`: what is written on the objects in another way, by hand
    or by another training after `close`, is no part of the history, and going back and forth over
    it leads to numbers of neither. `close` gives the network free; a move takes it up again.

    Args:
        task: what is trained.
        state: where it begins.
        n_epochs: how many epochs there are in all.
        engine: ``compiled`` or ``graph``, for the way to far places.
        limit: about how many bytes are kept to go back.

    Attributes:
        task: what is trained.
        key_names: of a network, where a scenario has what a cure changes.
        lesson: what is taught with it, in Markdown, or nothing.
    """

    def __init__(
        self, task: Task, state: TrainingState, *, n_epochs: int, engine: str, limit: int = LIMIT
    ) -> None:
        self.task = task
        self._start = state
        self._options: dict[str, Any] = {"n_epochs": n_epochs, "engine": engine, "limit": limit}
        self._own_walk = Timeline(task, state, **self._options)
        self._own_runner = Runner(self._own_walk)
        self._left: Matrix | None = None  # the parameters, where the network was given free
        self._n_stops = 0
        self._branches: dict[str, Branch] = {}
        self.key_names: Callable[[Network], KeyNames] = KeyNames
        self.lesson = ""

    # --- the place

    @property
    def network(self) -> Network:
        """The network, with its values at this moment of the training."""
        return self.task.network

    @property
    def position(self) -> Position:
        """Epoch, batch, sample, phase and step."""
        return self._walk.position

    @property
    def place(self) -> UnitPlace:
        """The position as one that can be compared: earlier is less."""
        return self._walk.place

    @property
    def is_over(self) -> bool:
        """Whether there is no further step."""
        return self._walk.is_over

    @property
    def n_epochs(self) -> int:
        """How many epochs there are in all."""
        return self._walk.last // self.task.n_batches

    @property
    def coming(self) -> str:
        """What is about to happen, in words."""
        walk = self._walk
        if walk.has_diverged:
            return f"the training diverged: {divergence_of(self.network, self.state)}"
        if walk.last == walk.first:
            return "the end of the training; there was no epoch"
        if walk.is_over:
            return f"the end of the training; the loss of its last epoch was {short(self._loss())}"
        step = walk.coming()
        assert step is not None
        return coming_line(step)

    @property
    def where(self) -> str:
        """The position and what is about to happen there, in words."""
        if self._walk.is_over:
            return f"epoch {self.position.epoch}: {self.coming}"
        return f"{self.position}: {self.coming}"

    @property
    def coming_step(self) -> Step | None:
        """The step that is about to happen; None at the end."""
        return self._walk.coming()

    @property
    def done_steps(self) -> tuple[Step, ...]:
        """The steps of this sample or update that were done; at its start, of the one before."""
        return tuple(self._walk.last_steps())

    @property
    def state(self) -> TrainingState:
        """The training state at the start of the present batch."""
        return self._walk.state

    def digest(self) -> str:
        """A fingerprint of every number: objects, optimizer memory, losses, random streams.

        Equal at two moments says that they are one, to the last bit.
        """
        return self._walk.digest()

    def _repr_svg_(self) -> str | None:
        """What a notebook shows: the network, and what is about to happen in it."""
        from neurosim.drawing.notebook import picture_of_session

        return picture_of_session(self)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any] | None:
        """What a notebook shows where the extra ``notebook`` is: a page to step through."""
        from neurosim.live.notebook import bundle_of

        return bundle_of(self, self._repr_svg_)

    # --- moving

    def step(self, times: int = 1) -> Arrival:
        """Do so many steps."""
        return self._ahead("step", times)

    def next(self, times: int = 1) -> Arrival:
        """Finish so many neurons; an input counts as one."""
        return self._ahead("neuron", times)

    def layer(self, times: int = 1) -> Arrival:
        """Finish so many layers; neurons in no layer count by their level."""
        return self._ahead("layer", times)

    def phase(self, times: int = 1) -> Arrival:
        """Go to the start of the next phase."""
        return self._ahead("phase", times)

    def sample(self, times: int = 1) -> Arrival:
        """Go to the start of the next sample."""
        return self._ahead("sample", times)

    def batch(self, times: int = 1) -> Arrival:
        """Go to the start of the next batch."""
        return self._ahead("batch", times)

    def epoch(self, times: int = 1) -> Arrival:
        """Go to the start of the next epoch."""
        return self._ahead("epoch", times)

    @_alone
    def back(self, times: int = 1, grain: str = "step") -> Arrival:
        """Go back: to the start of the present neuron, layer, ..., or of the one before it."""
        grain, times = require_grain(grain), require_times(times)
        for _ in range(times):
            if self.place == self._first:
                break
            back_by(self._walk, grain)
        return self._arrival()

    @_alone
    def until(self, where: Any) -> Arrival:
        """Go on until a neuron's output is there, or another location is reached."""
        subject = find_location(where, self.task, self.n_epochs)
        own = Stop(0, "until", subject)
        self._runner.stops.append(own)
        try:
            hits = self._runner.run()
        finally:
            self._runner.stops.remove(own)
        others = [hit for hit in hits if hit.stop is not own]
        return self._arrival(others, steps_of(self._walk, hits), has_where=bool(others))

    @_alone
    def goto(
        self,
        *,
        epoch: int | None = None,
        batch: int | None = None,
        sample: int | None = None,
        phase: str | None = None,
        step: int | None = None,
    ) -> Arrival:
        """Go to a moment, ahead or back; no breakpoint stops it.

        ``goto(epoch=5)`` is the moment after five epochs. What is not given is that of the present
        moment, or the first, where something coarser is given.

        Raises:
            InvalidValueError: there is no such moment.
        """
        parts = {"epoch": epoch, "batch": batch, "sample": sample}
        self._walk.go_to(find_place(self._walk, parts, phase, step))
        return self._arrival()

    @_alone
    def continue_(self, times: int = 1) -> Arrival:
        """Go on until something stops it, or to the end; ``times`` counts stops."""
        hits: Sequence[Hit] = ()
        for _ in range(require_times(times)):
            hits = self._runner.run()
            if not hits:
                break
        return self._arrival(hits, steps_of(self._walk, hits))

    @_alone
    def rcontinue(self) -> Arrival:
        """Go back to where something would have stopped it, or to the start."""
        hits = self._runner.run_back()
        return self._arrival(hits, steps_of(self._walk, hits))

    def run(self) -> Arrival:
        """Go to the start, and on until something stops it or to the end.

        What was set is set again at its moment; breakpoints count from 0.
        """
        self.rewind()
        return self.continue_()

    @_alone
    def rewind(self) -> Arrival:
        """Go to the start, as `run` does before it goes on."""
        for stop in self._runner.stops:
            stop.hits = 0
        self._walk.go_to(self._first)
        return self._arrival()

    @_alone
    def restart(self) -> Arrival:
        """Go to the start and forget what was set; breakpoints stay, and count from 0."""
        stops = self._own_runner.stops
        for stop in stops:
            stop.hits = 0
        self._left = None
        self._own_walk.close()
        set_trainable(self._own_walk.history.edits, UnitPlace(-1, 0, 0), self.network)
        self.network.load_parameters(self._start.parameters)
        self._own_walk = Timeline(self.task, self._start, **self._options)
        self._own_runner = Runner(self._own_walk)
        self._own_runner.stops = stops
        return self._arrival()

    @_alone
    def recover(self, place: UnitPlace | None = None) -> Arrival:
        """Go to a whole moment again, after Ctrl-C or anything else broke off a move.

        Args:
            place: where to go then; None: where it was broken off.
        """
        self._walk.recover()
        if place is not None:
            self._walk.go_to(place)
        return self._arrival()

    # --- breakpoints, watches, catches

    @property
    def stops(self) -> tuple[Stop, ...]:
        """The breakpoints, watches and catches."""
        return tuple(self._runner.stops)

    def break_at(
        self,
        where: Any = None,
        *,
        when: str | None = None,
        temporary: bool = False,
        ignore: int = 0,
    ) -> Stop:
        """Stop at a location, where a condition holds, or both.

        Args:
            where: ``h1``, ``x1->h1``, ``layer h``, each also with ``backward`` or ``update``;
                ``epoch 3 sample 1``; a phase; None: anywhere.
            when: such as ``h1.output > 0.9 and x1->h1.gradient < 0``; it is looked at when the
                location is reached, or, without one, when something it names is written.
            temporary: only once.
            ignore: so many hits are passed over.

        Raises:
            InvalidValueError, UnknownNameError: what is asked for is not there; says where.
        """
        passed = require_count(ignore)
        condition = None if when is None else parse_condition(when, self.network)
        if where is not None:
            subject: StopSubject = find_location(where, self.task, self.n_epochs)
        elif condition is not None:
            subject = _anywhere(condition)
        else:
            raise InvalidValueError("break: got nothing; expected a location, a condition, or both")
        stop = self._add("breakpoint", subject)
        stop.condition, stop.is_temporary, stop.ignore = condition, temporary, passed
        return stop

    def watch(self, quantity: str, mode: str = "changes", bound: float = 0.0) -> Stop:
        """Stop when a quantity moves.

        Args:
            quantity: such as ``h1.output`` or ``x1->h1.weight``.
            mode: ``changes``, ``crosses`` (the bound), or ``sign``.
            bound: that of ``crosses``.
        """
        if mode not in {"changes", "crosses", "sign"}:
            raise UnknownNameError(unknown("way to watch", mode, ("changes", "crosses", "sign")))
        subject = Watch(self._quantity(quantity), mode, require_number(bound, "bound"))
        return self._add("watch", subject)

    def catch(self, name: str, bound: float | None = None) -> Stop:
        """Stop when something goes wrong: nan, inf, saturated, dead, exploding, vanishing, ...

        ``neurosim.debugger.stops.breakpoints.CATCHES`` says what each looks for, and its bound.
        """
        if not isinstance(name, str) or name not in CATCHES:
            raise UnknownNameError(unknown("catch", name, CATCHES))
        chosen = CATCHES[name][1] if bound is None else require_number(bound, f"catch {name}")
        least = LEAST_EPOCHS.get(name)
        if least is not None and not (chosen >= least and chosen.is_integer()):
            expected = f"a whole number of epochs, at least {least}"
            raise InvalidValueError(f"catch {name}: got {chosen:g}; expected {expected}")
        return self._add("catch", Catch(name, chosen))

    def find_stop(self, number: int) -> Stop:
        """The breakpoint, watch or catch of this number."""
        for stop in self._runner.stops:
            if stop.number == number:
                return stop
        known = [str(stop.number) for stop in self._runner.stops]
        raise UnknownNameError(unknown("breakpoint", number, known))

    def delete(self, number: int | None = None) -> None:
        """Take a breakpoint, watch or catch away; None: all."""
        if number is None:
            self._runner.stops.clear()
        else:
            self._runner.stops.remove(self.find_stop(number))

    def set_condition(self, number: int, when: str | None) -> Stop:
        """Give a breakpoint another condition; None: it has none any more."""
        stop = self.find_stop(number)
        condition = None if when is None else parse_condition(when, self.network)
        if isinstance(stop.subject, AtAnything):
            if condition is None:
                raise InvalidValueError(
                    f"condition {number}: got none, and no location either; expected a condition"
                )
            stop.subject = _anywhere(condition)
        stop.condition = condition
        return stop

    # --- examining

    def value(self, text: str) -> float | bool:
        """The value of an expression, such as ``h1.output`` or ``abs(o1.delta) > 0.1``.

        Raises:
            NotComputable: the present sample has no such value yet, or it divides by zero.
        """
        return parse_expression(text, self.network).value(self._runner.read_own)

    def shown(self, text: str) -> str:
        """An expression with its value, all digits; or why it has none."""
        try:
            value = self.value(text)
            return f"{text} = {int(value) if text in QUANTITIES['position'] else value!r}"
        except NotComputable as error:
            reason = str(error)
            return reason if reason.startswith(f"{text}: ") else f"{text}: {reason}"

    @property
    def is_own(self) -> Callable[[Neuron | Connection | Network, str], bool]:
        """Whether a number on an object, such as its ``output``, is of the present sample.

        Of a gradient: of the present batch. Parameters always are.
        """
        return self._walk.is_own

    def explain(self, what: str | Neuron | Connection) -> Explanation:
        """Write out the formulas of a neuron, a connection or the ``loss`` with their numbers."""
        position = None if self.is_over else self.position
        self._walk.close()
        name = what.name if isinstance(what, Neuron | Connection) else what
        return explain(
            self.network,
            name,
            task=self.task,
            state=self.state,
            position=position,
            is_own=self._walk.is_own,
        )

    def diagnose(self) -> Diagnosis:
        """Say why it has not learned so far, or since the last edit.

        Whole epochs are looked at; before the first, those that would come. Nothing is changed.
        """
        walk = self._walk
        edits = (place.batch + 1 for place in walk.history.edits if place < walk.place)
        first = min(max((walk.first, *edits)), walk.batch)
        epoch = walk.batch // self.task.n_batches
        return diagnosis_until(self.task, walk.state_at(first), epoch, self.key_names)

    def why(
        self,
        source: str | Neuron | Connection,
        target: str | Neuron | None = None,
        *,
        since: int | None = None,
    ) -> Why | WhySince:
        """Explain where the last update of a weight or bias came from; or all, since an epoch.

        Args:
            source: of the connection; or alone ``x1->h1`` or ``h1.bias``.
            target: of the connection.
            since: the epoch from whose start on all updates are added up.

        Raises:
            GraphError: there was no update yet.
        """
        if isinstance(source, Neuron | Connection):
            is_bias = isinstance(source, Neuron) and target is None
            source = f"{source.name}.bias" if is_bias else source.name
        if isinstance(target, Neuron):
            target = target.name
        last, edits = self._last_update(source, target), self._walk.history.edits
        if since is None:
            return why(self.task, self._walk.state_at(last), source, target, edits=edits)
        first = require_part("epoch", since, self.task, self.n_epochs) * self.task.n_batches
        if first > last:
            raise GraphError(
                f"why: no update was made since epoch {since}; expected an epoch before this moment"
            )
        state = self._walk.state_at(max(first, self._walk.first))
        count = last + 1 - max(first, self._walk.first)
        return why_since(self.task, state, source, target, n_batches=count, edits=edits)

    def listing(self, before: int = 5, after: int = 5) -> list[str]:
        """The arithmetic around this place, a step a line; an arrow points at the coming one."""
        walk, here = self._walk, self.place
        steps = walk.last_steps()
        done = [f"   {step}" for step in steps[max(len(steps) - before, 0) :]]
        if self.is_over:
            return [*done, f"-> {self.coming}"]
        coming: list[str] = []
        for _ in range(after):
            if walk.is_over or (coming and walk.step == 0):
                break
            coming.append(str(walk.forward()))
        walk.go_to(here)
        return [*done, *(f"{'  ' if i else '->'} {line}" for i, line in enumerate(coming))]

    # --- what if

    @_alone
    def set(self, what: str, value: float, *, again: bool = False) -> Edit:
        """Set a number, such as ``h1.output`` or ``x1->h1.weight``, and go on with it.

        What was known of the time after this moment is forgotten: it is another branch now.

        Args:
            what: the number.
            value: of it.
            again: where it is what was set last at this moment, as by dragging, both count as one.
        """
        quantity = self._quantity(what)
        number, owner = require_number(value, what), quantity.owner
        if owner is None:
            raise InvalidValueError(
                f"set {what}: it is not to be set; expected a number of a neuron or connection"
            )
        if quantity.name == "value" and isinstance(owner, Neuron):
            inner = number if owner.scaling is None else owner.scaling.inner(number)
            raise InvalidValueError(
                f"set {what}: it comes from the output, got {value!r}; expected"
                f" {owner.name}.output = {inner!r}"
            )
        before = self._runner.read(quantity)
        if quantity.name == "bias" and before is None:
            raise GraphError(
                f"{what}: the neuron has no bias, got {value!r}; expected one that has"
            )
        is_own = self.is_own(owner, quantity.name)
        edit = Edit(owner, quantity.name, before, number, is_own)
        if again:
            self._walk.edit_again(edit)
        else:
            self._walk.edit(edit)
        return edit

    def freeze(self, *names: str) -> tuple[Edit, ...]:
        """Let training keep parameters as they are from here on; names as for `Network.freeze`."""
        return self._edit(freezing(self._walk, names, learns=False))

    def unfreeze(self, *names: str) -> tuple[Edit, ...]:
        """Let training change parameters again; names as for `Network.freeze`."""
        return self._edit(freezing(self._walk, names, learns=True))

    def disable(self, connection: str) -> tuple[Edit, ...]:
        """Let a connection count for nothing: its weight becomes 0, and is frozen.

        It is not taken out, so that one can go back to before it; `enable` gives the weight back.
        """
        return self._edit(disabling(self._walk, connection))

    def enable(self, connection: str) -> tuple[Edit, ...]:
        """Give a connection back the weight that it had before it was disabled."""
        return self._edit(enabling(self._walk, connection))

    @_alone
    def _edit(self, edits: Sequence[Edit]) -> tuple[Edit, ...]:
        for edit in edits:
            self._walk.edit(edit)
        return tuple(edits)

    @property
    def edits(self) -> tuple[Edit, ...]:
        """What was set on this branch, in the order of its moments."""
        found = self._own_walk.history.edits
        return tuple(edit for place in sorted(found) for edit in found[place])

    def fork(self, name: str | None = None) -> Branch:
        """Keep this branch by a name, to be compared with what comes of this one."""
        if name is not None and not (isinstance(name, str) and name.strip()):
            raise WrongTypeError(f"fork: got {name!r:.80}; expected a name, or None")
        chosen = f"fork{len(self._branches) + 1}" if name is None else name
        self._branches[chosen] = Branch.of(chosen, self._walk)
        return self._branches[chosen]

    @property
    def branches(self) -> tuple[Branch, ...]:
        """The branches that were kept."""
        return tuple(self._branches.values())

    def compare(self, name: str | None = None) -> BranchComparison:
        """Show where this branch parts from one that was kept, and how far they have gone."""
        if not self._branches:
            raise GraphError("compare: there is no other branch; expected a fork before")
        chosen = next(reversed(self._branches)) if name is None else name
        if chosen not in self._branches:
            raise UnknownNameError(unknown("branch", chosen, self._branches))
        return compare_branches(self._branches[chosen], self._walk, self._start, self._options)

    # --- the prompt

    def prompt(self, *commands: str) -> None:
        """Work on this session at the debugger's prompt, as ``neurosim debug`` opens it.

        ``quit`` leaves it; the session goes on from there. ``help`` lists the commands. Where there
        is no terminal, commands are read from standard input.

        Args:
            *commands: are run first, such as ``"until h1"``.
        """
        from neurosim.cli.debugger.script import open_shell

        try:
            open_shell(self, commands=commands)
        except KeyboardInterrupt:
            self.recover()
            raise

    # --- writing

    @_alone
    def record(
        self, path: Any, *, times: int = 1, grain: str = "batch", overwrite: bool = False
    ) -> int:
        """Write the steps from here on to a file, so many of a grain; the session stays here.

        Returns:
            The number of steps.

        Raises:
            WrongTypeError: the path is none.
            FileError: the file is there already, or cannot be written.
        """
        if not isinstance(path, (str, os.PathLike)):
            raise WrongTypeError(f"record: got {path!r:.80}; expected the name of a file")
        here, end = self.place, target_of(self._runner, require_grain(grain), require_times(times))
        header = header_of(self.task, self.state, max(1, end.batch - here.batch))
        count = 0

        def steps() -> Iterator[tuple[Position, Step]]:
            nonlocal count
            while self.place < end and not self.is_over:
                position = self.position
                yield position, self._walk.forward()
                count += 1

        try:
            with new_file(Path(path), overwrite=overwrite) as file:
                write_trace(file, header, steps())
        finally:
            self._walk.go_to(here)
        return count

    def close(self) -> None:
        """Release the network with its present values; a later move takes it up again.

        If its parameters were changed by then, the move is a GraphError, and `restart` begins anew.
        """
        self._own_walk.close()
        self._left = self.network.parameters()

    def __repr__(self) -> str:
        if not self._is_own():
            return f"debugging {self.network!r}: {_CHANGED}"
        lines = [self.where, *self.listing(), *map(str, self.stops)]
        return "\n".join([f"debugging {self.network!r}", *lines])

    # --- inside

    @property
    def _walk(self) -> Timeline:
        """The walk, if the network is as it left it."""
        self._require_own()
        return self._own_walk

    @property
    def _runner(self) -> Runner:
        self._require_own()
        return self._own_runner

    def _require_own(self) -> None:
        if not self._is_own():
            raise GraphError(f"session: {_CHANGED}; expected restart(), or a new session")
        self._left = None

    def _is_own(self) -> bool:
        if self._left is None or self.network.version != self.task.version:
            return True  # a change of the structure is reported by the walk
        return np.array_equal(self._left, self.network.parameters(), equal_nan=True)

    @property
    def _first(self) -> UnitPlace:
        return UnitPlace(self._walk.first, 0, 0)

    def _arrival(
        self, hits: Sequence[Hit] = (), done: Sequence[Step] = (), *, has_where: bool = True
    ) -> Arrival:
        return Arrival(tuple(hits), abridged(done), self.position, self.where, has_where)

    @_alone
    def _ahead(self, grain: str, times: int) -> Arrival:
        """Go on by so many of a grain, or to where something stops it."""
        times, runner = require_times(times), self._runner
        if grain in FINE:
            hits, done = ahead_finely(runner, grain, times)
            return self._arrival(hits, done, has_where=bool(hits) or self.is_over)
        hits = runner.run(target_of(runner, grain, times))
        return self._arrival(hits, steps_of(runner.walk, hits))

    def _add(self, kind: str, subject: StopSubject) -> Stop:
        self._n_stops += 1
        stop = Stop(self._n_stops, kind, subject)
        self._runner.stops.append(stop)
        return stop

    def _quantity(self, text: str) -> Quantity:
        found = parse_expression(text, self.network)
        if len(found.quantities) != 1 or str(found.quantities[0]) != found.text.replace(" ", ""):
            raise InvalidValueError(
                f"quantity: got {text!r:.80}; expected one such as h1.output or x1->h1.weight"
            )
        return found.quantities[0]

    def _last_update(self, source: str, target: str | None) -> int:
        """The number of the batch of the last update of a parameter."""
        walk = self._walk
        index = self.network.parameter_list().index(require_parameter(self.network, source, target))
        place = int(self.network.trainable_mask()[:index].sum())  # in the order of the update
        is_done = walk.unit == walk.n_rows and walk.step > place
        last = walk.batch if is_done else walk.batch - 1
        if last < walk.first:
            raise GraphError("why: no update was made yet; expected a batch to be done before")
        return last

    def _loss(self) -> float:
        return self.state.partial_loss / self.task.divisor(self.task.n_rows)


def _anywhere(condition: Condition) -> AtAnything:
    """Where a condition without a location is looked at: there must be such a place."""
    if not condition.quantities:
        raise InvalidValueError(
            f"condition: it names no number that is ever written, got {condition.text!r:.80};"
            " expected one such as h1.output or loss in it, or a location"
        )
    return AtAnything(condition.quantities)
