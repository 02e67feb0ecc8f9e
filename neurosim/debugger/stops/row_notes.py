"""Numbers of every row and batch that the kernel noted in training, as stops ask for them."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurosim.debugger.stops.breakpoints import Catch
from neurosim.debugger.stops.epochs import SATURATED, EpochCount
from neurosim.debugger.stops.expressions import Quantity
from neurosim.functions.activations import ACTIVATIONS, SOFTMAX, facts_of
from neurosim.kernel.library import load_kernel
from neurosim.network.connection import Connection
from neurosim.network.neuron import Neuron
from neurosim.network.parameter import Parameter
from neurosim.training.engines.contract import Notes, NotesWanted
from neurosim.training.task import Task

_Numbers = NDArray[np.float64]
_Flags = NDArray[np.bool_]
_ROOM = 60_000  # numbers that are noted at once, so that they stay in the cache
PARAMETERS = ("weight", "bias")
GRADIENTS = ("gradient", "bias_gradient")
_PASSES = ("net_input", "output")


def name_of(quantity: Quantity) -> str:
    """The name of a quantity; the value of a neuron without scaling is its output."""
    owner = quantity.owner
    if quantity.name == "value" and isinstance(owner, Neuron) and owner.scaling is None:
        return "output"
    return quantity.name


def parameter_of(quantity: Quantity) -> Parameter:
    """The weight or bias that a quantity, or the gradient that it asks for, is of."""
    owner = quantity.owner
    assert owner is not None
    found = owner.bias_parameter if isinstance(owner, Neuron) else owner.parameter
    assert found is not None
    return found


def is_delta_final(neuron: Neuron, task: Task) -> bool:
    """Whether the delta of a neuron is written once a row: the loss may begin, and errors add."""
    network, layer = task.network, neuron.layer
    if neuron.is_input or neuron not in network.outputs:
        return not neuron.is_input
    members = layer.neurons if layer is not None and neuron.activation == SOFTMAX else (neuron,)
    return not any(network.outgoing(member) for member in members)


class RowNotes:
    """What is to be noted for some quantities and catches, and what comes of it.

    Attributes:
        wanted: what the engine is to note.
        room: how many batches it may do at once.
    """

    def __init__(
        self, task: Task, quantities: Iterable[Quantity], catches: Iterable[Catch], tolerance: float
    ) -> None:
        network = task.network
        self._task, self._tolerance = task, tolerance
        self._number = {neuron: i for i, neuron in enumerate(network.neurons)}
        self._column = {parameter: i for i, parameter in enumerate(network.parameter_list())}
        self._computed = [n for n in network.neurons if not n.is_input]
        asked, catches = tuple(quantities), tuple(catches)
        neurons = [part for q in asked for part in self._parts(q)]
        neurons += [part for catch in catches for part in self._parts_of(catch)]
        followed = [self._column[parameter_of(q)] for q in asked if q.name in PARAMETERS]
        gradients = any(catch.name in {"exploding", "vanishing"} for catch in catches)
        self.wanted = NotesWanted(
            tuple(dict.fromkeys(neurons)), tuple(dict.fromkeys(followed)), gradients
        )
        self._place = {part: i for i, part in enumerate(self.wanted.neurons)}
        self._followed = {column: i for i, column in enumerate(self.wanted.parameters)}
        size = self.wanted.size * task.batch_size + gradients * len(self._column)
        self.room = max(1, _ROOM // size)
        self._counts: dict[Catch, EpochCount] = {}  # in this epoch, as far as is known

    def _parts(self, quantity: Quantity) -> list[tuple[str, int]]:
        """What is to be noted of neurons for a quantity."""
        owner, name = quantity.owner, name_of(quantity)
        if isinstance(owner, Connection) and name == "gradient":
            return [("output", self._number[owner.source]), ("delta", self._number[owner.target])]
        if not isinstance(owner, Neuron) or name in PARAMETERS:
            return []
        return [("delta" if name == "bias_gradient" else name, self._number[owner])]

    def _parts_of(self, catch: Catch) -> list[tuple[str, int]]:
        if catch.name == "dead":
            return [("output", self._number[neuron]) for neuron in self._relus]
        if catch.name in {"nan", "inf", "saturated"}:
            return [(name, self._number[n]) for n in self._computed for name in _PASSES]
        return []

    @property
    def _relus(self) -> list[Neuron]:
        return [n for n in self._computed if facts_of(n.activation).can_die]

    # --- quantities

    def values(self, quantity: Quantity, notes: Notes, first: int) -> _Numbers:
        """A quantity in each row, after what the row wrote; of a parameter, after its batch.

        Args:
            quantity: one of those that were given.
            notes: of a stretch that begins with a batch.
            first: the number of that batch.
        """
        if quantity.name in PARAMETERS:
            path: _Numbers = self.of_rows(self._path(quantity, notes), first, len(notes.losses))
            return path
        parts: list[_Numbers] = [notes.notes[self._place[part]] for part in self._parts(quantity)]
        if quantity.name not in GRADIENTS:
            return parts[0]
        terms = parts[0] * parts[1] if len(parts) > 1 else parts[0]
        return self._summed(terms, first)

    def before(self, quantity: Quantity, notes: Notes, first: int, start: float) -> _Numbers:
        """What a parameter is before each row's batch; before the first, ``start``."""
        path = np.concatenate(([start], self._path(quantity, notes)[:-1]))
        found: _Numbers = self.of_rows(path, first, len(notes.losses))
        return found

    def _path(self, quantity: Quantity, notes: Notes) -> _Numbers:
        path: _Numbers = notes.path[self._followed[self.column(quantity)]]
        return path

    def column(self, quantity: Quantity) -> int:
        """Where theta has a weight or bias."""
        return self._column[parameter_of(quantity)]

    def of_rows(self, of_batches: NDArray[Any], first: int, n_rows: int) -> NDArray[Any]:
        """For each row what its batch has."""
        if self._task.batch_size == 1:
            return of_batches
        if self._is_even:
            return np.repeat(of_batches, self._task.batch_size)
        return of_batches[self._batches(first, n_rows)[0]]

    @property
    def _is_even(self) -> bool:
        return self._task.n_rows % self._task.batch_size == 0

    def _batches(self, first: int, n_rows: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Of each row its batch, from 0, and its number in the batch."""
        task = self._task
        start = first % task.n_batches * task.batch_size
        epoch, sample = np.divmod(start + np.arange(n_rows), task.n_rows)
        batch, number = np.divmod(sample, task.batch_size)
        return epoch * task.n_batches + batch - first % task.n_batches, number

    def _summed(self, terms: _Numbers, first: int) -> _Numbers:
        """The sums within each batch, row by row, in the order of the walk."""
        size = self._task.batch_size
        if size == 1:
            return terms
        if self._is_even:
            even: _Numbers = np.add.accumulate(terms.reshape(-1, size), axis=1).ravel()
            return even
        batch, number = self._batches(first, len(terms))
        table = np.zeros((int(batch[-1]) + 1, size))
        table[batch, number] = terms
        found: _Numbers = np.add.accumulate(table, axis=1)[batch, number]
        return found

    # --- catches

    def caught(self, catch: Catch, notes: Notes, first: int) -> _Flags:
        """The rows in which a catch may be hit."""
        n_rows = len(notes.losses)
        if catch.name == "dead":
            return self._dead(catch, notes, first)
        if catch.name == "saturated":
            return self._saturated(catch, notes, first)
        if catch.name in {"exploding", "vanishing"}:
            flags: _Flags = self.of_rows(self._gradients(catch, notes, first), first, n_rows)
            return flags
        is_finite = np.isfinite(notes.notes)
        if is_finite.all():
            return np.zeros(n_rows, np.bool_)
        own = [self._place[part] for part in self._parts_of(catch)]
        is_sound: _Flags = np.all(is_finite[own], axis=0)
        return ~is_sound

    def _saturated(self, catch: Catch, notes: Notes, first: int) -> _Flags:
        """The last row of each epoch in which a neuron may have been flat on most rows."""
        kernel, bound, flags = load_kernel(), catch.bound + self._room_of(catch), []
        for neuron in self._computed:
            name = neuron.activation
            if name == SOFTMAX or ACTIVATIONS[name].slope is None:
                continue
            if neuron.function_parameters:  # its slope changes with them: any row may be it
                flags.append(np.ones(len(notes.losses), np.bool_))
                continue
            z, a = (notes.notes[self._place[part, self._number[neuron]]] for part in _PASSES)
            flags.append(~(np.abs(kernel.slopes(ACTIVATIONS[name], z, a)) >= bound))
        found = np.array(flags, np.bool_).reshape(len(flags), len(notes.losses))
        return self._ends(catch, found, SATURATED, first)

    def _dead(self, catch: Catch, notes: Notes, first: int) -> _Flags:
        """The last row of each epoch in which a relu may have been silent all the time."""
        places = [self._place[part] for part in self._parts_of(catch)]
        return self._ends(catch, ~(notes.notes[places] > self._tolerance), 1.0, first)

    def _ends(self, catch: Catch, flags: _Flags, share: float, first: int) -> _Flags:
        count = self._counts.setdefault(catch, EpochCount(self._task.n_rows, share))
        return count.ends(flags, first % self._task.n_batches * self._task.batch_size)

    def _gradients(self, catch: Catch, notes: Notes, first: int) -> _Flags:
        """The batches whose gradients may be out of bounds."""
        assert notes.slopes is not None
        sizes, bound, room = np.abs(notes.slopes), catch.bound, self._room_of(catch)
        divisors = self._divisors(first, len(sizes))
        with np.errstate(invalid="ignore"):
            if catch.name == "exploding":
                largest = sizes[:, self._learning].max(axis=1, initial=0.0) / divisors
                found: _Flags = ~(largest <= bound - room)
                return found
            flags = np.zeros(len(sizes), np.bool_)
            for columns in self._groups():
                flags |= ~(sizes[:, columns].max(axis=1) / divisors >= bound + room)
        return flags

    def _room_of(self, catch: Catch) -> float:
        return self._tolerance * max(1.0, abs(catch.bound))

    @property
    def _learning(self) -> NDArray[np.intp]:
        return np.flatnonzero(self._task.network.trainable_mask())

    def _groups(self) -> list[list[int]]:
        """The parameters that learn into each layer, and into each neuron that is in none."""
        found: dict[object, list[int]] = {}
        for parameter, column in self._column.items():
            if parameter.trainable:
                neuron = parameter.neuron
                found.setdefault(neuron.layer or neuron, []).append(column)
        return list(found.values())

    def _divisors(self, first: int, count: int) -> _Numbers:
        task = self._task
        number = (first + np.arange(count)) % task.n_batches
        rows = np.minimum(task.batch_size, task.n_rows - number * task.batch_size)
        sizes = [task.divisor(int(n)) for n in (task.batch_size, rows.min())]
        return np.where(rows == task.batch_size, *sizes)
