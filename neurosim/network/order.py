"""An order of the units of a graph in which every edge points forward, kept as edges come.

A unit is what is computed at once: a neuron, or a whole softmax layer. Each has a label, and an
edge from a lower label to a higher one needs no search at all, which is how networks are mostly
built. For all the other edges of a call together, two searches run in turn, forward from their
targets and backward from their sources, only between the lowest and the highest of the labels in
question. When one is exhausted, what it found is sorted and moves across, and the order holds
again; where it cannot be sorted, there is a cycle. So no call costs more than the smaller of the
two sets, a few times over.

Source: Pearce and Kelly 2006; the two-way search is Bender, Fineman, Gilbert and Tarjan 2016.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

Units = Callable[[str], Iterable[str]]
Edge = tuple[str, str]
_GAP = (
    1 << 200
)  # 200 units fit between two neighbours, halving each time, before all are relabelled


class AcyclicOrder:
    """A topological order under insertion of edges.

    Attributes:
        label: a number for each unit; it grows along the order.
    """

    __slots__ = ("_after", "_before", "_first", "_last", "label")

    def __init__(self) -> None:
        self.label: dict[str, int] = {}
        self._after: dict[str, str | None] = {}
        self._before: dict[str, str | None] = {}
        self._first: str | None = None
        self._last: str | None = None

    def add(self, *units: str) -> None:
        """Put new units at the end."""
        self._insert(units, self._last)

    def remove(self, unit: str) -> None:
        """Take a unit out."""
        self._unlink(unit)
        del self.label[unit], self._after[unit], self._before[unit]

    def copy(self) -> "AcyclicOrder":
        """The same order, independent of this one."""
        twin = AcyclicOrder()
        twin.label = self.label.copy()
        twin._after, twin._before = self._after.copy(), self._before.copy()
        twin._first, twin._last = self._first, self._last
        return twin

    def units(self) -> Iterator[str]:
        """All units, each after all that it listens to."""
        unit = self._first
        while unit is not None:
            yield unit
            unit = self._after[unit]

    def admit(self, edges: Sequence[Edge], successors: Units, predecessors: Units) -> list[str]:
        """Make the order hold for these edges, which the graph has already.

        Args:
            edges: those of the new edges u -> v that run against the order.
            successors: the units that listen to a unit; each once or more often.
            predecessors: the units that a unit listens to.

        Returns:
            Nothing where the order holds now; where there is a cycle, its units, each listening
            to the one before it and the first to the last; the order is then as it was.
        """
        low = min(self.label[v] for _, v in edges)
        high = max(self.label[u] for u, _ in edges)
        ahead = dict.fromkeys(v for _, v in edges)
        behind = dict.fromkeys(u for u, _ in edges)
        forward = self._spread(ahead, successors, low, high)
        backward = self._spread(behind, predecessors, low, high)
        while True:
            if next(forward, None) is None:
                found = ahead
                break
            if next(backward, None) is None:
                found = behind
                break
        ranked = sorted(found, key=self.label.__getitem__)
        ordered = _sort(ranked, found, successors)
        if len(ordered) < len(ranked):
            return _cycle(set(ranked).difference(ordered), ranked, predecessors)
        if found is ahead:
            self._move_behind(ordered, max((u for u, _ in edges), key=self.label.__getitem__))
        else:
            self._move_before(ordered, min((v for _, v in edges), key=self.label.__getitem__))
        return []

    def _spread(
        self, found: dict[str, None], neighbours: Units, low: int, high: int
    ) -> Iterator[str]:
        """Add to ``found`` all that can be reached from it between two labels, unit by unit."""
        label = self.label
        to_go = list(found)
        while to_go:
            at = to_go.pop()
            for unit in neighbours(at):
                if unit not in found and low <= label[unit] <= high:
                    found[unit] = None
                    to_go.append(unit)
            yield at

    def _move_behind(self, units: list[str], place: str) -> None:
        """Put the units behind ``place``, or behind what is before it if it is one of them."""
        moving = set(units)
        at: str | None = place
        while at is not None and at in moving:
            at = self._before[at]
        for unit in units:
            self._unlink(unit)
        self._insert(units, at)

    def _move_before(self, units: list[str], place: str) -> None:
        """Put the units before ``place``, or before what is behind it if it is one of them."""
        moving = set(units)
        at: str | None = place
        while at is not None and at in moving:
            at = self._after[at]
        for unit in units:
            self._unlink(unit)
        self._insert(units, self._last if at is None else self._before[at])

    def _insert(self, units: Sequence[str], place: str | None) -> None:
        """Link units in a row behind ``place`` (None: at the front)."""
        follower = self._first if place is None else self._after[place]
        label, step = self._room(place, follower, len(units))
        for unit in units:
            label += step
            self.label[unit] = label
            self._before[unit] = place
            if place is None:
                self._first = unit
            else:
                self._after[place] = unit
            place = unit
        self._last = place if follower is None else self._last
        if place is not None:
            self._after[place] = follower
        if follower is not None:
            self._before[follower] = place

    def _room(self, place: str | None, follower: str | None, count: int) -> tuple[int, int]:
        """From where, and in what steps, ``count`` labels fit between two neighbours."""
        if place is None:
            end = 0 if follower is None else self.label[follower]
            return end - _GAP * (count + 1), _GAP
        if follower is None:
            return self.label[place], _GAP
        if self.label[follower] - self.label[place] <= count:
            self._relabel()
        start = self.label[place]
        return start, (self.label[follower] - start) // (count + 1)

    def _relabel(self) -> None:
        for number, unit in enumerate(self.units()):
            self.label[unit] = number * _GAP

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


def _sort(ranked: list[str], among: dict[str, None], successors: Units) -> list[str]:
    """The units that can be sorted: each once all that it listens to among them stand before it."""
    awaited = dict.fromkeys(ranked, 0)
    for unit in ranked:
        for other in successors(unit):
            if other in among:
                awaited[other] += 1
    ordered = [unit for unit in ranked if not awaited[unit]]
    for unit in ordered:  # it grows while it is walked
        for other in successors(unit):
            if other in among:
                awaited[other] -= 1
                if not awaited[other]:
                    ordered.append(other)
    return ordered


def _cycle(left: set[str], ranked: list[str], predecessors: Units) -> list[str]:
    """A cycle among those of the ranked that are left, each of which listens to another of them."""
    path = dict[str, None]()
    at = next(unit for unit in ranked if unit in left)
    while at not in path:
        path[at] = None
        at = next(unit for unit in predecessors(at) if unit in left)
    walked = list(path)
    return walked[walked.index(at) :][::-1]
