"""Abridged networks: all neurons, a part of each layer, or a box for each layer.

Nothing is left out silently: what is not drawn is counted, where it is missing and in all. A group
is what is in one column and in one layer, or in none.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neurosim.drawing.geometry.items import Box, Circle, Folded, Item, Line, Link, More, Tile
from neurosim.drawing.geometry.levels import Columns, columns_of
from neurosim.network.connection import Connection
from neurosim.network.layer import Layer
from neurosim.network.network import Network
from neurosim.network.neuron import Neuron

MOST_IN_GROUP = 16  # neurons that a group shows; half of them from its beginning
LEAST_HIDDEN = 3  # fewer have room in the place of the mark
MOST_CIRCLES = 300  # more become boxes
MOST_COLUMNS = 40  # of boxes; the levels between the first and the last share one


@dataclass(frozen=True, slots=True)
class _Group:
    """Neurons in one column and one layer, by their numbers."""

    name: str
    column: int
    members: list[int]


def fold(network: Network, *, kind: str | None = None, full: bool = False) -> Folded:
    """Choose what is drawn.

    A group of more than 18 neurons shows its first 8 and its last 8, and a mark between; where
    more than 300 neurons would be drawn, each group is a box.

    Args:
        network: is not changed.
        kind: ``layers``, ``levels`` or ``dot``; chosen by the network if None.
        full: True draws all.

    Raises:
        UnknownNameError: there is no such kind.
        StaleError: a training in another thread walks over the network.
    """
    network.require_readable()
    columns = columns_of(network, kind)
    groups = _groups(network, columns)
    n_circles = sum(len(list(_shown(group.members, MOST_IN_GROUP))) for group in groups)
    if full:
        return _circles(network, columns, groups, most=len(network.neurons))
    if n_circles > MOST_CIRCLES:
        return boxed(network, kind=kind)
    return _circles(network, columns, groups, most=MOST_IN_GROUP)


def boxed(network: Network, *, kind: str | None = None) -> Folded:
    """Draw each layer, or each level's neurons that are in none, as one box."""
    network.require_readable()
    columns = columns_of(network, kind)
    groups = _merged(_groups(network, columns))
    connections = network.connections
    group_of = np.empty(len(network.neurons), dtype=np.intp)
    for number, group in enumerate(groups):
        group_of[group.members] = number
    pairs = group_of[columns.sources] * len(groups) + group_of[columns.targets]
    kinds, which = np.unique(pairs, return_inverse=True)
    parts = _split(connections, which, len(kinds))
    ends = [divmod(pair, len(groups)) for pair in kinds.tolist()]
    inside = {s: len(part) for (s, t), part in zip(ends, parts, strict=True) if s == t}
    boxes = [
        _box(network, group, number, inside.get(number, 0)) for number, group in enumerate(groups)
    ]
    items: list[Item] = list(boxes)
    lines: list[Line] = []
    for (s, t), part in zip(ends, parts, strict=True):
        if s != t:
            link, tile = Link(boxes[s], boxes[t], part), len(items)
            items.append(Tile(link, _between(boxes[s], boxes[t]), tile))
            lines += [Line(s, tile, link), Line(tile, t, link)]
    return Folded(columns.kind, tuple(items), tuple(lines), len(network.neurons), len(connections))


def alone(layer: Layer) -> Folded:
    """Draw one layer, all of its neurons, and nothing else."""
    items = tuple(Circle(neuron, 0, 0) for neuron in layer.neurons)
    return Folded("layers", items, (), len(items), 0)


def _groups(network: Network, columns: Columns) -> list[_Group]:
    """The groups, as their first neurons were added."""
    members: dict[tuple[int, str | None], list[int]] = {}
    columns_with: dict[str | None, list[int]] = {}
    for number, (neuron, column) in enumerate(zip(network.neurons, columns.of, strict=True)):
        layer = None if neuron.layer is None else neuron.layer.name
        key = column, layer
        if key not in members:
            members[key] = []
            columns_with.setdefault(layer, []).append(column)
        members[key].append(number)
    return [
        _Group(_group_name(layer, column, len(columns_with[layer])), column, numbers)
        for (column, layer), numbers in members.items()
    ]


def _group_name(layer: str | None, column: int, n_columns: int) -> str:
    if layer is None:
        return f"level {column}"
    return layer if n_columns == 1 else f"{layer} (level {column})"


# --- circles


def _circles(network: Network, columns: Columns, groups: Sequence[_Group], *, most: int) -> Folded:
    neurons = network.neurons
    number_of = np.full(len(neurons), -1, dtype=np.intp)  # of each drawn neuron, its item
    items: list[Item] = []
    degrees = _degrees(columns, len(neurons))
    for number, group in enumerate(groups):
        for member in _shown(group.members, most):
            if member is None:
                items.append(_more(neurons, columns, group, number, degrees, most=most))
            else:
                number_of[member] = len(items)
                items.append(Circle(neurons[member], group.column, number))
    sources, targets = number_of[columns.sources], number_of[columns.targets]
    drawn = np.flatnonzero((sources >= 0) & (targets >= 0)).tolist()
    connections = network.connections
    ends = zip(drawn, sources[drawn].tolist(), targets[drawn].tolist(), strict=True)
    lines = tuple(Line(s, t, connections[i]) for i, s, t in ends)
    return Folded(columns.kind, tuple(items), lines, len(neurons), len(connections))


def _shown(members: Sequence[int], most: int) -> Iterator[int | None]:
    """The first and the last; None means those between."""
    if len(members) < most + LEAST_HIDDEN:
        yield from members
    else:
        yield from members[: most // 2]
        yield None
        yield from members[len(members) - most // 2 :]


def _more(
    neurons: Sequence[Neuron],
    columns: Columns,
    group: _Group,
    number: int,
    degrees: NDArray[np.intp],
    *,
    most: int,
) -> More:
    hidden = group.members[most // 2 : len(group.members) - most // 2]
    is_hidden = np.zeros(len(neurons), dtype=bool)
    is_hidden[hidden] = True
    n_twice = int((is_hidden[columns.sources] & is_hidden[columns.targets]).sum())
    name = f"{group.name}: {len(hidden)} more"
    n_connections = int(degrees[hidden].sum()) - n_twice
    members = tuple(neurons[i] for i in hidden)
    return More(name, members, n_connections, group.column, number)


def _degrees(columns: Columns, n_neurons: int) -> NDArray[np.intp]:
    ends = np.concatenate([columns.sources, columns.targets])
    return np.bincount(ends, minlength=n_neurons).astype(np.intp)


# --- boxes


def _merged(groups: list[_Group]) -> list[_Group]:
    """The groups; where columns are too many, those between the first and the last as one."""
    n_columns = max((group.column for group in groups), default=-1) + 1
    if n_columns <= MOST_COLUMNS:
        return groups
    half = MOST_COLUMNS // 2
    first, last = half, n_columns - half
    between = [group for group in groups if first <= group.column <= last]
    members = sorted(member for group in between for member in group.members)
    one = _Group(f"levels {first} to {last}", first, members)
    after = [
        _Group(g.name, g.column - (last - first), g.members) for g in groups if g.column > last
    ]
    return [*(group for group in groups if group.column < first), one, *after]


def _box(network: Network, group: _Group, number: int, n_inside: int) -> Box:
    neurons = tuple(network.neurons[i] for i in group.members)
    names = ("input" if neuron.is_input else neuron.activation for neuron in neurons)
    return Box(
        name=group.name,
        neurons=neurons,
        activations=tuple(dict.fromkeys(names)),
        n_inside=n_inside,
        column=2 * group.column,  # tiles are in the columns between
        group=number,
        half_height=2.0 + math.log10(len(neurons)),
    )


def _between(source: Box, target: Box) -> int:
    """The column of their tile: before the later one, or beside both."""
    first, last = sorted([source.column, target.column])
    return last + 1 if first == last else last - 1


def _split(
    connections: tuple[Connection, ...], which: NDArray[np.intp], n_parts: int
) -> list[tuple[Connection, ...]]:
    """The connections of each part, in their order."""
    order = np.argsort(which, kind="stable")
    ends = np.cumsum(np.bincount(which, minlength=n_parts)).tolist()
    sorted_ = [connections[i] for i in order.tolist()]
    return [tuple(sorted_[a:b]) for a, b in zip([0, *ends], ends, strict=False)]
