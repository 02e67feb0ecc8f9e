"""Screening: batches in which no stop can be hit, which the compiled engine may run.

The compiled engine runs ahead; what it finds out on the way, the loss of each row, the weights
after each update, the outputs of neurons over a batch, says where a condition *may* hold, with
room for the bound in the engine's capabilities. There the walk goes step by step and decides. What
cannot be screened (a breakpoint without a condition) is always walked; deltas and gradients of
single rows are screened where the engine notes them.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurosim.debugger.stops.breakpoints import (
    AtAnything,
    AtConnection,
    AtLayer,
    AtNeuron,
    AtPart,
    Catch,
    Stop,
    Watch,
)
from neurosim.debugger.stops.conditions import Condition
from neurosim.debugger.stops.epochs import SATURATED, EpochCount, relus, slopes
from neurosim.debugger.stops.expressions import Quantity
from neurosim.debugger.stops.row_notes import (
    GRADIENTS,
    PARAMETERS,
    RowNotes,
    is_delta_final,
    name_of,
)
from neurosim.network.neuron import Neuron
from neurosim.training.engines.contract import Engine, Notes
from neurosim.training.state import TrainingState, batch_rows
from neurosim.training.task import Task

_MOST_QUANTITIES = 4  # of a condition whose old and new values are tried in all combinations
_FORWARD = ("output", "net_input")
_FRESH = (*_FORWARD, "loss")  # written once for each row
_BACKWARD = ("delta", *GRADIENTS)
_NOTED = {"deltas"}  # needs that only an engine meets that takes notes
_OF_CATCHES = {  # what they need; those that are missing are looked for where an epoch has ended
    "nan": "values", "inf": "values", "dead": "values", "saturated": "values",
    "exploding": "gradients", "vanishing": "gradients",
}  # fmt: skip

Values = NDArray[np.float64] | float | None


def needs_of(stop: Stop, task: Task) -> set[str] | None:
    """What must be known to screen a stop: numbers, losses, parameters, values, gradients, ...

    None: it cannot be screened.
    """
    subject = stop.subject
    if isinstance(subject, AtPart) and stop.condition is None:
        return {"numbers"}
    if isinstance(subject, Watch) and stop.condition is None:
        if subject.mode == "changes":
            return None
        return _needs_of_quantities([subject.quantity], task)
    if isinstance(subject, Catch) and stop.condition is None:
        return {_OF_CATCHES[part.name] for part in subject.parts if part.name in _OF_CATCHES}
    if stop.condition is None or isinstance(subject, Watch | Catch):
        return None
    if isinstance(subject, AtConnection) and subject.phase == "forward":
        sum_of_it = Quantity("neuron", subject.connection.target, "net_input")
        if sum_of_it in stop.condition.quantities:
            return None  # it is asked for term by term
    return _needs_of_quantities(stop.condition.quantities, task)


def _needs_of_quantities(quantities: Iterable[Quantity], task: Task) -> set[str] | None:
    needs = {"numbers"}
    for quantity in quantities:
        if quantity.kind == "position":
            if quantity.name == "step":
                return None
        elif quantity.kind == "loss":
            needs.add("losses")
        elif quantity.name in PARAMETERS:
            needs.add("parameters")
        elif name_of(quantity) in _FORWARD:
            needs.add("values")
        elif quantity.name in _BACKWARD and _is_final(quantity, task):
            needs.add("deltas")
        else:
            return None
    return needs if sum(q.kind != "position" for q in quantities) <= _MOST_QUANTITIES else None


def _is_final(quantity: Quantity, task: Task) -> bool:
    """Whether a delta, or what is added to a gradient, is written once a row."""
    owner = quantity.owner
    if isinstance(owner, Neuron):
        has_it = quantity.name == "delta" or owner.bias_parameter is not None
        return has_it and is_delta_final(owner, task)
    assert owner is not None
    if not owner.target.is_plain:  # then its gradient is not source * delta
        return False
    return len(owner.parameter.connections) == 1 and is_delta_final(owner.target, task)


def tolerance_of(engine: Engine, task: Task) -> float:
    """How far an engine's numbers may be from the walk's, times max(1, |x|)."""
    return engine.capabilities.bounds[task.precision].after_training


@dataclass(frozen=True, slots=True)
class ScreenedRun:
    """How far the engine went: to ``state``; ``batch`` may hold a hit, counted from the start.

    ``last`` is the state before the last batch, and ``loss`` that of its last sample.
    """

    state: TrainingState
    last: TrainingState
    loss: float
    batch: int | None


class Screening:
    """Some stops, all of which can be screened, and what they need.

    Args:
        stops: those that count.
        task: what is trained.
        engine: that trains it.
        read: the present value of a quantity, if there is one: what the first row finds there.
    """

    def __init__(
        self,
        stops: Iterable[Stop],
        task: Task,
        engine: Engine,
        read: Callable[[Quantity], float | None],
    ) -> None:
        self._relus = relus(task.network)
        self._counts: dict[Catch, EpochCount] = {}  # in this epoch, as far as is known
        chosen = (stop for stop in stops if self._parts(stop) or not _is_catch(stop))
        self._stops = tuple(chosen)
        self._task, self._engine = task, engine
        self._tolerance = tolerance_of(engine, task)
        found = [needs_of(stop, task) for stop in self._stops]
        self._needs = set[str]().union(*(needs for needs in found if needs))
        self._takes_notes = engine.capabilities.takes_notes
        self.is_possible = None not in found and (self._takes_notes or not self._needs & _NOTED)
        if task.noises:  # an output has two values on its way
            self.is_possible &= self._needs <= {"numbers", "losses", "parameters"}
        self._read = read
        self._before: dict[Quantity, float] = {}  # what the last row left

    @cached_property
    def _notes(self) -> RowNotes:
        quantities = [q for stop in self._stops for q in _asked(stop) if q.kind != "loss"]
        catches = [catch for stop in self._stops for catch in self._parts(stop)]
        return RowNotes(self._task, quantities, catches, self._tolerance)

    def _parts(self, stop: Stop) -> list[Catch]:
        """The catches of a stop that may be hit amid an epoch, or by one that was gone through."""
        if not isinstance(stop.subject, Catch):
            return []
        known = (part for part in stop.subject.parts if part.name in _OF_CATCHES)
        return [part for part in known if self._relus or part.name != "dead"]

    @cached_property
    def _neurons(self) -> dict[Neuron, int]:
        return {neuron: i for i, neuron in enumerate(self._task.network.neurons)}

    @property
    def is_fresh(self) -> bool:
        """Whether nothing is asked for that stems from the batch before."""
        return all(
            isinstance(stop.subject, AtPart | Catch)
            or (
                not isinstance(stop.subject, Watch)
                and all(q.kind == "position" or _is_fresh(stop, q) for q in _quantities(stop))
            )
            for stop in self._stops
        )

    def run(self, state: TrainingState, epochs: int, n_batches: int) -> ScreenedRun:
        """Train on, for so many epochs or batches, and say which batch may be the first.

        Of ``epochs`` whole epochs (the rest of the present one is one) if that is not 0, else one
        batch; ``n_batches`` says how many batches that are.
        """
        first = state.epoch * self._task.n_batches + state.batch
        if self._takes_notes and self._needs - {"numbers", "losses"}:
            return self._with_notes(state, first, n_batches)
        if self._needs <= {"numbers", "losses", "parameters"}:
            return self._batches_at_once(state, first, epochs, n_batches)
        return self._batch_by_batch(state, first, n_batches)

    # --- many rows at once

    def _batches_at_once(
        self, state: TrainingState, first: int, epochs: int, n_batches: int
    ) -> ScreenedRun:
        """Note what is asked for of all rows, and look at it afterwards."""
        asked = {q for stop in self._stops for q in _asked(stop) if q.name in PARAMETERS}
        columns = {quantity: self._notes.column(quantity) for quantity in asked}
        some = np.array(list(columns.values()), np.intp)
        thetas, losses, begin = [state.parameters[some]], [], state
        if not asked and epochs > 1:  # all epochs but the last as they run fastest
            begin, rows = self._engine.advance_rows(state, epochs=epochs - 1)
            losses.append(rows)
        done = begin.epoch * self._task.n_batches + begin.batch - first
        with self._engine.batches(begin) as run:
            for number in range(done, n_batches):
                if number == n_batches - 1:
                    last = run.state()
                losses.append(run.advance())
                if asked:
                    thetas.append(run.parameters(some))
            after = run.state()
        sizes = list(map(len, losses))
        path = np.array(thetas).T
        known = {
            quantity: [np.repeat(found[1:], sizes), np.repeat(found[:-1], sizes)]
            for quantity, found in zip(columns, path, strict=True)
        }
        rows = np.concatenate(losses)
        return ScreenedRun(after, last, float(rows[-1]), self._first_of_rows(first, rows, known))

    def _first_of_rows(
        self, first: int, losses: NDArray[np.float64], known: Mapping[Quantity, list[Any]]
    ) -> int | None:
        """The batch of the first row in which a stop may be hit.

        Args:
            first: the batch of the first row.
            losses: of each row.
            known: of parameters, after the update of each row's batch and before it.
        """
        start = self._row_of(first)
        numbers = self._numbers_of_rows(start, len(losses))
        flags = np.zeros(len(losses), np.bool_)
        for stop in self._stops:
            values = {q: known.get(q) or self._losses(stop, q, losses) for q in _asked(stop)}
            flags |= _rows_of(stop, numbers, values, self._tolerance)
        return self._batch_of(start + int(flags.argmax())) if flags.any() else None

    def _row_of(self, batch: int) -> int:
        """The first row of a batch; both count from the start of the training."""
        epoch, number = divmod(batch, self._task.n_batches)
        return epoch * self._task.n_rows + number * self._task.batch_size

    def _batch_of(self, row: int) -> int:
        """The batch of a row; both count from the start of the training."""
        epoch, sample = divmod(row, self._task.n_rows)
        return epoch * self._task.n_batches + sample // self._task.batch_size

    def _numbers_of_rows(self, start: int, count: int) -> dict[str, Values]:
        """What each row is, as far as a stop asks: the rows from the ``start``-th on."""
        if not any(_numbers_asked(stop) for stop in self._stops):
            return {}
        task, rows = self._task, np.arange(start, start + count)
        epoch = rows // task.n_rows
        sample = rows - epoch * task.n_rows
        return {
            "epoch": epoch.astype(np.float64),
            "sample": sample.astype(np.float64),
            "batch": (sample // task.batch_size).astype(np.float64),
            "row": None if task.shuffle else sample.astype(np.float64),
        }

    def _losses(self, stop: Stop, quantity: Quantity, losses: NDArray[np.float64]) -> list[Any]:
        """What the loss may be while a row is walked: its own, or that of the row before."""
        if _is_fresh(stop, quantity):
            return [losses]
        first = self._read(quantity)
        return [losses, _before(losses, np.nan if first is None else first)]

    # --- rows that the engine notes

    def _with_notes(self, state: TrainingState, first: int, n_batches: int) -> ScreenedRun:
        """Let the engine note what is asked for, and look at it afterwards."""
        done, last, theta = 0, state, state.parameters
        with self._engine.batches(state) as run:
            while done < n_batches:
                left = n_batches - done
                if left == 1:
                    last = run.state()
                count = run.most(max(1, min(left - 1, self._notes.room)))
                notes = run.note(count, self._notes.wanted)
                found = self._first_noted(first + done, notes, theta, first)
                if found is not None:
                    break
                done += count
                theta = run.parameters()
            after = run.state()
        if found is None and not after.is_finite:
            found = first + n_batches - 1
        return ScreenedRun(after, last, float(notes.losses[-1]), found)

    def _first_noted(
        self, first: int, notes: Notes, theta: NDArray[np.float64], least: int
    ) -> int | None:
        """The batch of the first row in which a stop may be hit.

        It is the one before the first row with a number that is not finite, which that batch's
        update may have made; but none before ``least``.
        """
        start, own = self._row_of(first), self._notes
        wild = ~np.isfinite(notes.losses)
        numbers = self._numbers_of_rows(start, len(notes.losses))
        flags = np.zeros(len(notes.losses), np.bool_)
        known: dict[Quantity, list[Any]] = {}
        for stop in self._stops:
            for catch in self._parts(stop):
                caught = own.caught(catch, notes, first)
                if catch.name in {"nan", "inf"}:
                    wild |= caught
                else:
                    flags |= caught
            if _is_catch(stop):
                continue
            for quantity in _asked(stop):
                if quantity not in known:
                    known[quantity] = self._noted(quantity, notes, first, theta)
            values = {q: known[q][:1] if _is_fresh(stop, q) else known[q] for q in _asked(stop)}
            flags |= _rows_of(stop, numbers, values, self._tolerance)
        found = [self._batch_of(start + int(flags.argmax()))] if flags.any() else []
        if wild.any():
            found.append(max(self._batch_of(start + int(wild.argmax())) - 1, least))
        return min(found, default=None)

    def _noted(
        self, quantity: Quantity, notes: Notes, first: int, theta: NDArray[np.float64]
    ) -> list[Any]:
        """What a quantity may be while each row is walked: its new value, or the one before."""
        if quantity.name in PARAMETERS:
            start = float(theta[self._notes.column(quantity)])
            new = self._notes.values(quantity, notes, first)
            return [new, self._notes.before(quantity, notes, first, start)]
        is_loss = quantity.kind == "loss"
        new = notes.losses if is_loss else self._notes.values(quantity, notes, first)
        old = _before(new, self._left(quantity))
        self._before[quantity] = float(new[-1])
        return [new, old]

    # --- batch by batch

    def _batch_by_batch(self, state: TrainingState, first: int, count: int) -> ScreenedRun:
        with self._engine.batches(state) as run:
            after = state
            for number in range(first, first + count):
                at_start = after
                losses = run.advance()
                after = run.state()
                if not after.is_finite or not np.isfinite(losses).all():
                    break
                rows = batch_rows(self._task, at_start)
                moment = _Batch(
                    self._task, number, rows, losses,
                    theta=at_start.parameters, after=after.parameters,
                )  # fmt: skip
                if any(self._in_batch(stop, moment) for stop in self._stops):
                    break
            else:
                return ScreenedRun(after, at_start, float(losses[-1]), None)
        return ScreenedRun(after, at_start, float(losses[-1]), number)

    def _in_batch(self, stop: Stop, batch: "_Batch") -> bool:
        if _is_catch(stop):
            return any(self._catches(part, batch) for part in self._parts(stop))
        values = {}
        for quantity in _asked(stop):
            found = self._variants(quantity, batch)
            values[quantity] = found[:1] if _is_fresh(stop, quantity) else found
        return bool(np.any(_rows_of(stop, batch.numbers, values, self._tolerance)))

    def _variants(self, quantity: Quantity, batch: "_Batch") -> list[Values]:
        """What a quantity may be while a row is walked: its new value, or the one before."""
        if quantity.name in PARAMETERS:
            column = self._notes.column(quantity)
            return [batch.after[column], batch.theta[column]]
        if quantity.kind == "loss":
            found = batch.losses
        else:
            values = self._values(batch)[name_of(quantity) == "output"]
            found = values[:, self._neurons[quantity.owner]]  # type: ignore[index]
        if quantity not in batch.old:
            batch.old[quantity] = _before(found, self._left(quantity))
            self._before[quantity] = float(found[-1])
        return [found, batch.old[quantity]]

    def _left(self, quantity: Quantity) -> float:
        """What the row before left; NaN where nobody knows."""
        if quantity not in self._before:
            value = self._read(quantity)
            return np.nan if value is None else value
        return self._before[quantity]

    def _values(self, batch: "_Batch") -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        if batch.values is None:
            batch.values = self._engine.values(batch.theta, self._task.X[batch.rows])
        return batch.values

    def _catches(self, subject: Catch, batch: "_Batch") -> bool:
        if subject.name in {"nan", "inf"}:
            net_inputs, outputs = self._values(batch)
            computed = [i for neuron, i in self._neurons.items() if not neuron.is_input]
            return not (np.isfinite(outputs).all() and np.isfinite(net_inputs[:, computed]).all())
        if subject.name in {"dead", "saturated"}:
            return self._ends(subject, batch)
        task = self._task
        _, gradient = self._engine.loss_and_gradient(
            batch.theta, task.X[batch.rows], task.T[batch.rows],
            **task.weights_of(batch.rows),
        )  # fmt: skip
        sizes, room = np.abs(gradient), self._tolerance * max(1.0, abs(subject.bound))
        if subject.name == "exploding":
            return bool((sizes > subject.bound - room).any())
        return bool((sizes < subject.bound + room).any())

    def _ends(self, catch: Catch, batch: "_Batch") -> bool:
        """Whether an epoch ends here in which a neuron may have been silent, or flat, so often."""
        net_inputs, outputs = self._values(batch)
        if catch.name == "dead":
            of_relus = outputs[:, self._relus].T
            flags, share = of_relus <= self._tolerance, 1.0
        else:
            room = self._tolerance * max(1.0, abs(catch.bound))
            pairs = zip(self._neurons, net_inputs.T, outputs.T, strict=True)
            steep = [found for n, z, a in pairs if (found := slopes(n, z, a)) is not None]
            flags = ~(np.abs(np.array(steep).reshape(-1, len(outputs))) >= catch.bound + room)
            share = SATURATED
        count = self._counts.setdefault(catch, EpochCount(self._task.n_rows, share))
        samples = np.asarray(batch.numbers["sample"])
        return bool(count.ends(flags, int(samples[0])).any())


class _Batch:
    """What is known of a batch that the engine did."""

    def __init__(
        self,
        task: Task,
        number: int,
        rows: Any,
        losses: NDArray[np.float64],
        *,
        theta: NDArray[np.float64],
        after: NDArray[np.float64],
    ) -> None:
        epoch, batch = divmod(number, task.n_batches)
        samples = batch * task.batch_size + np.arange(len(rows), dtype=np.float64)
        self.numbers: dict[str, Values] = {
            "epoch": float(epoch),
            "batch": float(batch),
            "sample": samples,
            "row": np.asarray(rows, np.float64),
        }
        self.rows, self.losses, self.theta, self.after = rows, losses, theta, after
        self.values: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None
        self.old: dict[Quantity, NDArray[np.float64]] = {}  # of each row, what the one before left


def _is_fresh(stop: Stop, quantity: Quantity) -> bool:
    """Whether a stop is looked at only when this quantity has just been written anew."""
    subject, owner = stop.subject, quantity.owner
    if isinstance(subject, AtNeuron | AtLayer):
        own = (subject.neuron,) if isinstance(subject, AtNeuron) else subject.layer.neurons
        if quantity.name == "delta" and isinstance(subject, AtNeuron):
            return subject.phase == "backward" and owner is subject.neuron
        return subject.phase == "forward" and owner in own and name_of(quantity) in _FORWARD
    if quantity.name in _BACKWARD:
        return isinstance(subject, AtAnything) and len(_asked(stop)) == 1
    owners = {q.owner for q in _quantities(stop) if q.kind != "position"}
    return isinstance(subject, AtAnything) and len(owners) == 1 and name_of(quantity) in _FRESH


def _is_catch(stop: Stop) -> bool:
    return isinstance(stop.subject, Catch)


def _quantities(stop: Stop) -> tuple[Quantity, ...]:
    return () if stop.condition is None else stop.condition.quantities


def _asked(stop: Stop) -> list[Quantity]:
    """What a stop asks for besides the numbers of the moment."""
    if isinstance(stop.subject, Watch):
        return [stop.subject.quantity]
    return [quantity for quantity in _quantities(stop) if quantity.kind != "position"]


def _numbers_asked(stop: Stop) -> bool:
    """Whether a stop asks which epoch, batch or sample it is."""
    is_part = isinstance(stop.subject, AtPart)
    return is_part or any(quantity.kind == "position" for quantity in _quantities(stop))


def _rows_of(
    stop: Stop,
    numbers: Mapping[str, Values],
    values: Mapping[Quantity, list[Any]],
    tolerance: float,
) -> Any:
    """In which rows a stop may be hit."""
    subject = stop.subject
    if isinstance(subject, AtPart) and stop.condition is None:
        return _is_part(subject, numbers)
    if isinstance(subject, Watch):
        found = values[subject.quantity]
        return _may_move(subject, found[-1], found[0], tolerance)
    assert stop.condition is not None
    return _may_hold(stop.condition, numbers, values.__getitem__, tolerance)


def _before(values: NDArray[np.float64], first: float = np.nan) -> NDArray[np.float64]:
    """The value of the row before each; nothing is known of the first."""
    return np.concatenate(([first], values[:-1]))


def _is_part(subject: AtPart, numbers: Mapping[str, Values]) -> Any:
    flags: Any = np.True_
    for name, number in subject.numbers:
        known = numbers[name]
        if known is not None:
            flags = flags & (np.asarray(known) == number)
    return flags


def _may_move(subject: Watch, before: Values, after: Values, tolerance: float) -> NDArray[np.bool_]:
    """Whether a value may have crossed the bound; what is not known rules nothing out."""
    bound = subject.bound if subject.mode == "crosses" else 0.0
    old, new = np.asarray(before, np.float64), np.asarray(after, np.float64)
    room = tolerance * max(1.0, abs(bound))
    with np.errstate(invalid="ignore"):
        is_sure = ((old > bound + room) & (new > bound + room)) | (
            (old < bound - room) & (new < bound - room)
        )
    moved: NDArray[np.bool_] = ~is_sure
    return moved


def _may_hold(
    condition: Condition,
    numbers: Mapping[str, Values],
    variants: Callable[[Quantity], list[Any]],
    tolerance: float,
) -> Any:
    """Whether the condition may hold for any of what each quantity may be."""
    others = [q for q in condition.quantities if q.kind != "position"]
    flags: Any = np.False_
    choices: Iterator[tuple[Any, ...]] = itertools.product(*map(variants, others))
    for values in choices:
        known = dict(zip(others, values, strict=True))

        def read(quantity: Quantity, known: dict[Quantity, Any] = known) -> Any:
            return known[quantity] if quantity in known else numbers[quantity.name]

        flags = flags | condition.may_hold(read, tolerance)
    return flags
