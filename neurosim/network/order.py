"""An order of the units of a graph in which every edge points forward, kept as edges come.

A unit is what is computed at once: a neuron, or a whole softmax layer. Each has a label, and an
edge from a lower label to a higher one needs no search at all, which is how networks are mostly
built. For any other edge u -> v two searches run in turn, forward from v and backward from u, only
between the two labels; when one is exhausted, the smaller set it found moves across, and the order
holds again. So no single edge costs more than the smaller of the two sets, twice.

Source: Pearce and Kelly 2006; the two-way search is Bender, Fineman, Gilbert and Tarjan 2016.
"""

from collections.abc import Callable, Iterable

Units = Callable[[str], Iterable[str]]
_GAP = (
    1 << 200
)  # 200 units fit between two neighbours, halving each time, before all are relabelled


class AcyclicOrder:
    """A topological order under insertion of edges."""

    __slots__ = ("_after", "_before", "_first", "_label", "_last")

    def __init__(self) -> None:
        self._label: dict[str, int] = {}
        self._after: dict[str, str | None] = {}
        self._before: dict[str, str | None] = {}
        self._first: str | None = None
        self._last: str | None = None

    def add(self, unit: str) -> None:
        """Put a new unit at the end."""
        label = 0 if self._last is None else self._label[self._last] + _GAP
        self._insert_after(self._last, unit, label)

    def remove(self, unit: str) -> None:
        """Take a unit out."""
        self._unlink(unit)
        del self._label[unit], self._after[unit], self._before[unit]

    def units(self) -> list[str]:
        """All units, each after all that it listens to."""
        return sorted(self._label, key=self._label.__getitem__)

    def ascends(self, u: str, v: str) -> bool:
        """Whether u stands before v already."""
        return self._label[u] < self._label[v]

    def admit(self, u: str, v: str, successors: Units, predecessors: Units) -> bool:
        """Make u stand before v, or return False where v leads to u: a cycle."""
        if self._label[u] < self._label[v]:
            return True
        if u == v:
            return False
        low, high = self._label[v], self._label[u]
        ahead, behind = {v}, {u}
        to_go, to_come = [v], [u]
        while to_go and to_come:
            for unit in successors(to_go.pop()):
                if unit == u:
                    return False
                if unit not in ahead and self._label[unit] < high:
                    ahead.add(unit)
                    to_go.append(unit)
            for unit in predecessors(to_come.pop()):
                if unit == v:
                    return False
                if unit not in behind and self._label[unit] > low:
                    behind.add(unit)
                    to_come.append(unit)
        if to_go:
            self._move(behind, self._before[v])
        else:
            self._move(ahead, u)
        return True

    def _move(self, units: set[str], place: str | None) -> None:
        """Put the units, in their order, behind ``place`` (None: at the front)."""
        ordered = sorted(units, key=self._label.__getitem__)
        for unit in ordered:
            self._unlink(unit)
        for unit in ordered:
            self._insert_after(place, unit, self._label_behind(place))
            place = unit

    def _label_behind(self, place: str | None) -> int:
        follower = self._first if place is None else self._after[place]
        if follower is None:
            return 0 if place is None else self._label[place] + _GAP
        if place is None:
            return self._label[follower] - _GAP
        if self._label[follower] - self._label[place] < 2:
            self._relabel()
        return (self._label[place] + self._label[follower]) // 2

    def _relabel(self) -> None:
        unit, label = self._first, 0
        while unit is not None:
            self._label[unit] = label
            unit, label = self._after[unit], label + _GAP

    def _insert_after(self, place: str | None, unit: str, label: int) -> None:
        follower = self._first if place is None else self._after[place]
        self._label[unit] = label
        self._before[unit], self._after[unit] = place, follower
        if place is None:
            self._first = unit
        else:
            self._after[place] = unit
        if follower is None:
            self._last = unit
        else:
            self._before[follower] = unit

    def _unlink(self, unit: str) -> None:
        before, after = self._before[unit], self._after[unit]
        if before is None:
            self._first = after
        else:
            self._after[before] = after
        if after is None:
            self._last = before
        else:
            self._before[after] = before
