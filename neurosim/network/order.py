"""The order of units in which every edge points forward, and refused connections.

A unit is what is computed at once: a neuron, or a whole softmax layer. An edge from a lower label
to a higher one needs no search. For all the other edges of a call together, two searches run in
turn, forward from their targets and backward from their sources, only between the lowest and the
highest label in question. When one is exhausted, what it found is sorted and moves across; where it
cannot be sorted, there is a cycle. So a call costs a few times the smaller of the two sets.

Source: Pearce and Kelly 2006; the two-way search is Bender, Fineman, Gilbert and Tarjan 2016.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, NoReturn

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

    __slots__ = ("label", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self.label = 0


Edge = tuple[Unit, Unit]
Neighbours = Callable[[Unit], Iterable[Unit]]


class AcyclicOrder:
    """A topological order under insertion of edges.

    Attributes:
        units: all units, each after all of its predecessors.
    """

    __slots__ = ("units",)

    def __init__(self) -> None:
        self.units: list[Unit] = []

    def add(self, name: str, before: Unit | None = None) -> Unit:
        """Put a new unit at the end, or right before another."""
        unit = Unit(name)
        self._insert([unit], len(self.units) if before is None else self._index(before))
        return unit

    def _index(self, unit: Unit) -> int:
        return bisect_left(self.units, unit.label, key=_LABEL)

    def remove(self, unit: Unit) -> None:
        """Take a unit out."""
        del self.units[self._index(unit)]

    def arrange(self, units: Sequence[Unit]) -> None:
        """Put all units into this order."""
        self.units = []
        self._insert(units, 0)

    def admit(
        self, edges: Sequence[Edge], successors: Neighbours, predecessors: Neighbours
    ) -> list[Unit]:
        """Make the order hold for these edges, which the graph has already.

        Args:
            edges: those of the new edges u -> v that run against the order.
            successors: the units that a unit leads into; each once or more often.
            predecessors: the units that lead into a unit.

        Returns:
            Nothing where the order holds now; where there is a cycle, its units, each a successor
            of the one before it and the first of the last; the order is then as it was.
        """
        low, high = min(v.label for _, v in edges), max(u.label for u, _ in edges)
        ahead, behind = dict.fromkeys(v for _, v in edges), dict.fromkeys(u for u, _ in edges)
        backward = _spread(behind, predecessors, low, high)
        found = ahead
        for _ in _spread(ahead, successors, low, high):
            if next(backward, None) is None:
                found = behind
                break
        ranked = sorted(found, key=_LABEL)
        ordered = _sort(ranked, found, successors)
        if len(ordered) < len(ranked):
            return _cycle(set(ranked).difference(ordered), successors)
        for unit in ranked:
            self.remove(unit)
        find, label = (bisect_right, high) if found is ahead else (bisect_left, low)
        self._insert(ordered, find(self.units, label, key=_LABEL))
        return []

    def sort(self, successors: Neighbours, in_degree: Callable[[Unit], int]) -> list[Unit]:
        """Make the order anew from the whole graph, where many edges run against it.

        Args:
            successors: as for `admit`.
            in_degree: how often a unit is among the successors of others.

        Returns:
            As `admit`.
        """
        awaited = {unit: in_degree(unit) for unit in self.units}
        ordered = _drain(self.units, awaited, successors)
        if len(ordered) < len(awaited):
            return _cycle(set(awaited).difference(ordered), successors)
        self.arrange(ordered)
        return []

    def _insert(self, units: Sequence[Unit], at: int) -> None:
        """Insert units in a row before the one at this index, with labels between its neighbours'.

        Where the labels have no room, all are made anew.
        """
        room = _GAP * (len(units) + 1)
        before, after = self.units[max(0, at - 1) : at], self.units[at : at + 1]
        low = before[0].label if before else after[0].label - room if after else 0
        high = after[0].label if after else low + room
        step = (high - low) // (len(units) + 1)
        self.units[at:at] = units
        if step:
            for number, unit in enumerate(units, start=1):
                unit.label = low + number * step
        else:
            for number, unit in enumerate(self.units):
                unit.label = number * _GAP


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
    """The units that can be sorted: each after all of its predecessors among them."""
    awaited = dict.fromkeys(ranked, 0)
    for unit in ranked:
        for other in successors(unit):
            if other in among:
                awaited[other] += 1
    return _drain(ranked, awaited, successors)


def _drain(units: list[Unit], awaited: dict[Unit, int], successors: Neighbours) -> list[Unit]:
    """The units, each when it awaits no predecessor any more; those of a cycle never come."""
    ordered = [unit for unit in units if not awaited[unit]]
    for unit in ordered:  # it grows while it is walked
        for other in successors(unit):
            if other in awaited:
                awaited[other] -= 1
                if not awaited[other]:
                    ordered.append(other)
    return ordered


def _cycle(left: set[Unit], successors: Neighbours) -> list[Unit]:
    """A cycle among units that each have a predecessor among them."""
    before = {
        other: unit
        for unit in sorted(left, key=_LABEL)
        for other in successors(unit)
        if other in left
    }
    at = min(left, key=_LABEL)
    path = dict[Unit, None]()
    while at not in path:
        path[at] = None
        at = before[at]
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
        f"connection {name!r}: exists already; expected one between the same two neurons"
        f" (to change it: net[{source.name!r}, {target.name!r}].weight = ...)"
    )


def refuse_disabled(source: Neuron, target: Neuron) -> NoReturn:
    """Say that the two are connected, though not in effect."""
    raise GraphError(
        f"connection '{source.name}->{target.name}': is disabled; expected"
        f" net.enable({source.name!r}, {target.name!r})"
    )


def refuse_cycle(structure: "Structure", made: list[Connection], cycle: list[Unit]) -> NoReturn:
    """Name the last of the connections made that closes the cycle, and the shortest way round.

    Args:
        structure: it holds the connections made.
        made: new connections, without which there was no cycle.
        cycle: units, each a successor of the one before it.
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
