"""What leads into or out of each neuron, as lists and arrays of which an edit makes a part anew.

A million connections take half a second to be read from their objects. An edit touches the neurons
that connections came to or left; the rows of all the others are kept, and what depends on the
neurons' numbers is renumbered at once.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from neurosim.network.datum import EdgeDatum
from neurosim.network.neuron import Neuron

Positions = NDArray[np.intp]
BIAS = -1
_HELD = attrgetter("held")
_Row = tuple[Any, ...]  # connections, and the bias


class EdgeEnds(NamedTuple):
    """The other ends of all rows, one row behind the other, as arrays that are only read.

    Attributes:
        numbers: of each item, the number of the neuron at the other end, or `BIAS`.
        counts: of each neuron, how many items its row has.
        first: of each neuron, its first item.
    """

    numbers: Positions
    counts: Positions
    first: Positions


class Adjacency:
    """A row for each neuron, read again where it was touched.

    The numbers of other ends are kept in a pool, by an identity that a neuron keeps when others
    come and go.

    Args:
        edges: those of the graph, by neuron; in the order they were added.
        end: the attribute of a connection that is its other end.
        has_biases: whether a row ends with the neuron's bias, where it has one.
    """

    def __init__(
        self, edges: Mapping[str, Mapping[str, EdgeDatum]], end: str, *, has_biases: bool
    ) -> None:
        self._edges, self._end, self._has_biases = edges, attrgetter(end), has_biases
        self._rows: dict[Neuron, _Row] = {}
        self._read: dict[Neuron, _Row] = {}  # the rows that the pool holds
        self._identity: dict[Neuron, int] = {}
        self._pool = self._first = self._counts = np.zeros(0, np.intp)

    @property
    def is_read(self) -> bool:
        """Whether any row was."""
        return bool(self._rows)

    def touch(self, neurons: Iterable[Neuron]) -> None:
        """Take note that the connections of these neurons have changed, or that they are gone."""
        for neuron in neurons:
            self._rows.pop(neuron, None)

    def rows(self, neurons: Sequence[Neuron]) -> Iterable[_Row]:
        """Of each of these neurons, which are all that there are, its row."""
        rows = self._rows
        if len(rows) < len(neurons):
            for neuron in neurons:
                if neuron not in rows:
                    rows[neuron] = self._row(neuron)
        return map(rows.__getitem__, neurons)

    def _row(self, neuron: Neuron) -> _Row:
        connections = map(_HELD, self._edges[neuron._name].values())
        if self._has_biases and neuron._bias._value is not None:
            return (*connections, neuron._bias)
        return tuple(connections)

    def ends(self, neurons: Sequence[Neuron]) -> EdgeEnds:
        """The rows of these neurons, which are all that there are, as arrays."""
        self._renew(list(zip(neurons, self.rows(neurons), strict=True)))
        identity = np.array([self._identity[neuron] for neuron in neurons], np.intp)
        counts = self._counts[identity]
        first = _firsts(counts)
        pool = self._pool[take_lists(self._first[identity], counts)]
        self._pool, self._first[identity] = pool, first
        number = np.full(len(self._first) + 1, BIAS, np.intp)  # the last one: of a bias
        number[identity] = np.arange(len(neurons))
        return EdgeEnds(number[pool], counts, first)

    def _renew(self, rows: list[tuple[Neuron, _Row]]) -> None:
        """Read the rows that have changed into the end of the pool."""
        read, identity = self._read, self._identity
        changed = [(neuron, row) for neuron, row in rows if read.get(neuron) is not row]
        if not changed:
            return
        if len(changed) == len(rows) or len(identity) > 2 * len(rows):  # all anew
            self._read, self._identity = read, identity = {}, {}
            self._pool = self._first = self._counts = np.zeros(0, np.intp)
            changed = rows
        for neuron, row in changed:
            identity.setdefault(neuron, len(identity))
            read[neuron] = row
        lengths = np.array([len(row) for _, row in changed], np.intp)
        numbers = np.array([identity[neuron] for neuron, _ in changed], np.intp)
        more = np.zeros(len(identity) - len(self._first), np.intp)
        self._first = np.concatenate((self._first, more))
        self._counts = np.concatenate((self._counts, more))
        self._first[numbers], self._counts[numbers] = len(self._pool) + _firsts(lengths), lengths
        self._pool = np.concatenate((self._pool, self._identities([row for _, row in changed])))

    def _identities(self, rows: list[_Row]) -> Positions:
        identity, end, found = self._identity.__getitem__, self._end, list[int]()
        for row in rows:
            has_bias = bool(row) and row[-1].kind == "b"
            found += map(identity, map(end, row[:-1] if has_bias else row))  # in C
            found += [BIAS] * has_bias
        return np.array(found, np.intp)


def chained(rows: Iterable[_Row]) -> _Row:
    """Rows one behind the other."""
    return tuple(chain.from_iterable(rows))


def take_lists(starts: Positions, lengths: Positions) -> Positions:
    """The places of the items of lists that begin at ``starts``, list after list."""
    total = int(lengths.sum())
    offsets = np.repeat(starts - _firsts(lengths), lengths)
    return (offsets + np.arange(total)).astype(np.intp) if total else np.zeros(0, dtype=np.intp)


def _firsts(lengths: Positions) -> Positions:
    """Where lists begin that are one behind the other."""
    return np.concatenate(([0], np.cumsum(lengths)[:-1])).astype(np.intp)
