"""What leads into each neuron, as lists and arrays of which an edit makes only a part anew.

A million connections take half a second to be read from their objects. An edit touches the neurons
that connections into them came to or left; the rows of all the others are kept, and what depends on
the neurons' numbers is renumbered at once.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from operator import attrgetter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from neurosim.network.datum import EdgeDatum
from neurosim.network.neuron import Neuron
from neurosim.network.parameter import Parameter

Positions = NDArray[np.intp]
_BIAS = -1
_HELD = attrgetter("held")


class Sources(NamedTuple):
    """Where the places of theta come from: connections, and each neuron's bias behind them.

    Attributes:
        source: of each place, the number of the source neuron, or -1 for a bias.
        counts: of each neuron, how many places it has.
        first: of each neuron, its first place.
    """

    source: Positions
    counts: Positions
    first: Positions


class Incoming:
    """The connections into each neuron and its bias, read again where they were touched.

    Numbers of sources are kept in a pool, by an identity that a neuron keeps when others come and
    go.
    """

    def __init__(self, pred: Mapping[str, Mapping[str, EdgeDatum]]) -> None:
        self._pred = pred  # of the graph
        self._rows: dict[Neuron, tuple[Parameter, ...]] = {}
        self._read: dict[Neuron, tuple[Parameter, ...]] = {}  # the rows that the pool holds
        self._identity: dict[Neuron, int] = {}
        self._pool = self._first = self._count = np.zeros(0, np.intp)

    @property
    def is_read(self) -> bool:
        """Whether any row was."""
        return bool(self._rows)

    def touch(self, neurons: Iterable[Neuron]) -> None:
        """Take note that the connections into these neurons have changed."""
        for neuron in neurons:
            self._rows.pop(neuron, None)

    def rows(self, neurons: Sequence[Neuron]) -> Iterable[tuple[Parameter, ...]]:
        """Of each neuron, the connections into it in the order they were added, then its bias."""
        rows = self._rows
        if len(rows) > len(neurons):  # some were removed
            rows = self._rows = {neuron: rows[neuron] for neuron in neurons if neuron in rows}
        if len(rows) < len(neurons):
            for neuron in neurons:
                if neuron not in rows:
                    bias = () if neuron._bias._value is None else (neuron._bias,)
                    rows[neuron] = (*map(_HELD, self._pred[neuron._name].values()), *bias)
        return map(rows.__getitem__, neurons)

    def sources(self, neurons: Sequence[Neuron]) -> Sources:
        """The rows of these neurons, which are all that there are, as arrays."""
        self._renew(list(zip(neurons, self.rows(neurons), strict=True)))
        identity = np.array([self._identity[neuron] for neuron in neurons], np.intp)
        count = self._count[identity]
        first = np.concatenate(([0], np.cumsum(count)[:-1])).astype(np.intp)
        pool = self._pool[take_lists(self._first[identity], count)]
        self._pool, self._first[identity] = pool, first
        number = np.full(len(self._first) + 1, _BIAS, np.intp)  # the last one: of a bias
        number[identity] = np.arange(len(neurons))
        return Sources(number[pool], count, first)

    def _renew(self, rows: list[tuple[Neuron, tuple[Parameter, ...]]]) -> None:
        """Read the rows that have changed into the end of the pool."""
        read, identity = self._read, self._identity
        changed = [(neuron, row) for neuron, row in rows if read.get(neuron) is not row]
        if not changed:
            return
        if len(changed) == len(rows) or len(identity) > 2 * len(rows):  # all anew
            read, identity, changed = {}, {}, rows
            self._read, self._identity = read, identity
            self._pool = self._first = self._count = np.zeros(0, np.intp)
        for neuron, row in changed:
            identity.setdefault(neuron, len(identity))
            read[neuron] = row
        added = [
            _BIAS if parameter.kind == "b" else identity[parameter._source]  # type: ignore[attr-defined]
            for _, row in changed
            for parameter in row
        ]
        numbers = np.array([identity[neuron] for neuron, _ in changed], np.intp)
        lengths = np.array([len(row) for _, row in changed], np.intp)
        starts = len(self._pool) + np.concatenate(([0], np.cumsum(lengths)[:-1]))
        more = np.zeros(len(identity) - len(self._first), np.intp)
        self._first = np.concatenate((self._first, more))
        self._count = np.concatenate((self._count, more))
        self._first[numbers], self._count[numbers] = starts, lengths
        self._pool = np.concatenate((self._pool, np.array(added, np.intp)))


def chained(rows: Iterable[tuple[Parameter, ...]]) -> tuple[Parameter, ...]:
    """Rows one behind the other."""
    return tuple(chain.from_iterable(rows))


def take_lists(starts: Positions, lengths: Positions) -> Positions:
    """The places of the items of lists that begin at ``starts``, list after list."""
    total = int(lengths.sum())
    offsets = np.repeat(starts - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths)
    return (offsets + np.arange(total)).astype(np.intp) if total else np.zeros(0, dtype=np.intp)
