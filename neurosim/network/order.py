"""The order of units in which every edge points forward, and refused connections.

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
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NoReturn

from neurosim.errors import GraphError
from neurosim.network.connection import Connection
from neurosim.network.neuron import Neuron

if TYPE_CHECKING:
    from neurosim.network.structure import Structure


_LABEL = attrgetter("label")
# 200 units fit between two neighbours, halving each time, before all are relabelled
_GAP = 1 << 200


class Unit:
    """One place in the order.

    Attributes:
        name: that of the neuron or of the softmax layer.
        label: a number that grows along the order.
    """

    __slots__ = ("_after", "_before", "label", "name")

    def __init__(self, name: str, label: int = 0) -> None:
        self.name = name
        self.label = label
        self._before: Unit | None = None
        self._after: Unit | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        return Unit, (self.name, self.label)  # without its neighbours, who would bring all others


Edge = tuple[Unit, Unit]
Neighbours = Callable[[Unit], Iterable[Unit]]


class AcyclicOrder:
    """A topological order under insertion of edges."""

    __slots__ = ("_first", "_last")

    def __init__(self) -> None:
        self._first: Unit | None = None
        self._last: Unit | None = None

    def add(self, name: str) -> Unit:
        """Put a new unit at the end."""
        unit = Unit(name)
        self._insert([unit], self._last)
        return unit

    def remove(self, unit: Unit) -> None:
        """Take a unit out."""
        if unit._before is None:
            self._first = unit._after
        else:
            unit._before._after = unit._after
        if unit._after is None:
            self._last = unit._before
        else:
            unit._after._before = unit._before

    def arrange(self, units: Sequence[Unit]) -> None:
        """Put all units into this order."""
        self._first = self._last = None
        self._insert(units, None)

    def units(self) -> Iterator[Unit]:
        """All units, each after all that it listens to."""
        unit = self._first
        while unit is not None:
            yield unit
            unit = unit._after

    def admit(
        self, edges: Sequence[Edge], successors: Neighbours, predecessors: Neighbours
    ) -> list[Unit]:
        """Make the order hold for these edges, which the graph has already.

        Args:
            edges: those of the new edges u -> v that run against the order.
            successors: the units that listen to a unit; each once or more often.
            predecessors: the units that a unit listens to.

        Returns:
            Nothing where the order holds now; where there is a cycle, its units, each listening
            to the one before it and the first to the last; the order is then as it was.
        """
        first = min((v for _, v in edges), key=_LABEL)
        last = max((u for u, _ in edges), key=_LABEL)
        ahead = dict.fromkeys(v for _, v in edges)
        behind = dict.fromkeys(u for u, _ in edges)
        forward = _spread(ahead, successors, first.label, last.label)
        backward = _spread(behind, predecessors, first.label, last.label)
        while True:
            if next(forward, None) is None:
                found = ahead
                break
            if next(backward, None) is None:
                found = behind
                break
        ranked = sorted(found, key=_LABEL)
        ordered = _sort(ranked, found, successors)
        if len(ordered) < len(ranked):
            return _cycle(set(ranked).difference(ordered), successors)
        place = self._behind(last, found) if found is ahead else self._before(first, found)
        for unit in ordered:
            self.remove(unit)
        self._insert(ordered, place)
        return []

    def sort(self, successors: Neighbours, n_heard: Callable[[Unit], int]) -> list[Unit]:
        """Make the order anew from the whole graph, where many edges run against it.

        Args:
            successors: as for `admit`.
            n_heard: how often a unit is among the successors of others.

        Returns:
            As `admit`.
        """
        units = list(self.units())
        awaited = {unit: n_heard(unit) for unit in units}
        ordered = _drain(units, awaited, successors)
        if len(ordered) < len(units):
            return _cycle(set(units).difference(ordered), successors)
        self.arrange(ordered)
        return []

    def _behind(self, last: Unit, moving: dict[Unit, None]) -> Unit | None:
        """The last unit up to this one that does not move."""
        place: Unit | None = last
        while place is not None and place in moving:
            place = place._before
        return place

    def _before(self, first: Unit, moving: dict[Unit, None]) -> Unit | None:
        """The unit, of those that do not move, before the first of them from this one on."""
        place: Unit | None = first
        while place is not None and place in moving:
            place = place._after
        place = self._last if place is None else place._before
        while place is not None and place in moving:
            place = place._before
        return place

    def _insert(self, units: Sequence[Unit], place: Unit | None) -> None:
        """Link units in a row behind ``place`` (None: at the front)."""
        follower = self._first if place is None else place._after
        label, step = self._room(place, follower, len(units))
        for unit in units:
            label += step
            unit.label = label
            unit._before = place
            if place is None:
                self._first = unit
            else:
                place._after = unit
            place = unit
        if place is not None:
            place._after = follower
        if follower is None:
            self._last = place
        else:
            follower._before = place

    def _room(self, place: Unit | None, follower: Unit | None, count: int) -> tuple[int, int]:
        """From where, and in what steps, ``count`` labels fit between two neighbours."""
        if place is None:
            return (0 if follower is None else follower.label) - _GAP * (count + 1), _GAP
        if follower is None:
            return place.label, _GAP
        if follower.label - place.label <= count:
            for number, unit in enumerate(self.units()):
                unit.label = number * _GAP
        return place.label, (follower.label - place.label) // (count + 1)


def _spread(found: dict[Unit, None], neighbours: Neighbours, low: int, high: int) -> Iterator[Unit]:
    """Add to ``found`` all that can be reached from it between two labels, unit by unit."""
    to_go = list(found)
    while to_go:
        at = to_go.pop()
        for unit in neighbours(at):
            if unit not in found and low <= unit.label <= high:
                found[unit] = None
                to_go.append(unit)
        yield at


def _sort(ranked: list[Unit], among: dict[Unit, None], successors: Neighbours) -> list[Unit]:
    """The units that can be sorted: each once all that it listens to among them stand before it."""
    awaited = dict.fromkeys(ranked, 0)
    for unit in ranked:
        for other in successors(unit):
            if other in among:
                awaited[other] += 1
    return _drain(ranked, awaited, successors)


def _drain(units: list[Unit], awaited: dict[Unit, int], successors: Neighbours) -> list[Unit]:
    """The units in an order in which each comes when it awaits none any more; some may never."""
    ordered = [unit for unit in units if not awaited[unit]]
    for unit in ordered:  # it grows while it is walked
        for other in successors(unit):
            if other in awaited:
                awaited[other] -= 1
                if not awaited[other]:
                    ordered.append(other)
    return ordered


def _cycle(left: set[Unit], successors: Neighbours) -> list[Unit]:
    """A cycle among units that each listen to another of them."""
    heard = {
        other: unit
        for unit in sorted(left, key=_LABEL)
        for other in successors(unit)
        if other in left
    }
    at = min(left, key=_LABEL)
    path = dict[Unit, None]()
    while at not in path:
        path[at] = None
        at = heard[at]
    walked = list(path)
    return walked[walked.index(at) :][::-1]


_SHOWN = 12  # units of a longer cycle are left out in its middle


def refuse_connection(source: Neuron, target: Neuron) -> NoReturn:
    """Say why these two cannot be connected, whatever else the network holds."""
    name = f"{source.name}->{target.name}"
    if source is target:
        raise GraphError(f"connection {name!r}: a self-loop; expected two different neurons")
    if target.is_input:
        raise GraphError(f"connection {name!r}: leads into an input; expected another target")
    if source._unit is target._unit:
        raise GraphError(
            f"connection {name!r}: inside a softmax layer; expected none between its neurons"
        )
    raise GraphError(
        f"connection {name!r}: stands already; expected one between the same two neurons"
        f" (to change it: net[{source.name!r}, {target.name!r}].weight = ...)"
    )


def refuse_cycle(structure: "Structure", made: list[Connection], cycle: list[Unit]) -> NoReturn:
    """Name the last of the connections made that closes the cycle, and the shortest way round.

    Args:
        structure: it holds the connections made.
        made: new connections, without which there was no cycle.
        cycle: units, each listening to the one before it.
    """
    edges = set(zip(cycle, [*cycle[1:], cycle[0]], strict=True))
    last = next(c for c in reversed(made) if (c.source._unit, c.target._unit) in edges)
    goal = last.source._unit
    path = [unit.name for unit in (goal, *_shortest_path(structure, last.target._unit, goal))]
    if len(path) > _SHOWN:
        half = _SHOWN // 2
        path = [*path[:half], f"... ({len(path) - _SHOWN} more)", *path[-half:]]
    raise GraphError(
        f"connection '{last.name}': closes a cycle, got {' -> '.join(path)};"
        " expected an acyclic graph"
    )


def _shortest_path(structure: "Structure", start: Unit, goal: Unit) -> list[Unit]:
    came: dict[Unit, Unit | None] = {start: None}
    frontier = [start]
    while goal not in came:
        reached: dict[Unit, Unit] = {}
        for unit in frontier:
            reached.update((s, unit) for s in structure.successors(unit) if s not in came)
        came.update(reached)
        frontier = list(reached)
    path: list[Unit] = []
    at: Unit | None = goal
    while at is not None:
        path.append(at)
        at = came[at]
    return path[::-1]
