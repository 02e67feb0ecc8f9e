"""Why a connection cannot stand, in words."""

from typing import TYPE_CHECKING, NoReturn

from neurosim.errors import GraphError
from neurosim.network.connection import Connection
from neurosim.network.neuron import Neuron
from neurosim.network.order import Unit

if TYPE_CHECKING:
    from neurosim.network.structure import Structure

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
