"""The column of each neuron, by layers or by levels."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neurosim.errors import UnknownNameError, unknown
from neurosim.network.network import Network

LevelIndex = NDArray[np.intp]
KINDS = ("layers", "levels", "dot")
OF_NETWORKX = ("circular", "kamada_kawai", "planar", "shell", "spectral", "spiral", "spring")


@dataclass(frozen=True, slots=True)
class Columns:
    """Where neurons are.

    Attributes:
        kind: one of ``KINDS``.
        of: each neuron's column from 0, in the order of ``network.neurons``.
        sources: each connection's source, as a number of ``network.neurons``.
        targets: the same of its target.
    """

    kind: str
    of: tuple[int, ...]
    sources: LevelIndex
    targets: LevelIndex


def columns_of(network: Network, kind: str | None = None) -> Columns:
    """Give each neuron its column.

    With ``layers`` a layer is in one column, right of its sources; with
    ``levels`` a neuron is right of all its sources. Without a kind, it is ``layers`` where
    all but inputs are in layers whose connections lead from layer to layer in one direction.

    Raises:
        UnknownNameError: there is no such kind.
    """
    if kind is not None and kind not in KINDS:
        raise UnknownNameError(
            unknown("layout", kind, KINDS if kind in OF_NETWORKX else (*KINDS, *OF_NETWORKX))
        )
    sources, targets = _ends(network)
    if kind in (None, "layers"):
        by_layer = _by_layer(network, sources, targets, is_forced=kind is not None)
        if by_layer is not None:
            return Columns("layers", by_layer, sources, targets)
    return Columns(kind or "levels", _by_level(network), sources, targets)


def _ends(network: Network) -> tuple[LevelIndex, LevelIndex]:
    number = {neuron: i for i, neuron in enumerate(network.neurons)}
    connections = network.connections
    sources = np.array([number[c._source] for c in connections], dtype=np.intp)
    return sources, np.array([number[c._target] for c in connections], dtype=np.intp)


def _by_level(network: Network) -> tuple[int, ...]:
    level = {n: i for i, members in enumerate(network.generations()) for n in members}
    return tuple(level[neuron] for neuron in network.neurons)


def _by_layer(
    network: Network, sources: LevelIndex, targets: LevelIndex, *, is_forced: bool
) -> tuple[int, ...] | None:
    """The columns of whole layers; None where layers are no order, unless that is forced."""
    if not is_forced and any(n.layer is None and not n.is_input for n in network.neurons):
        return None
    units, n_units = _units(network)
    pairs = np.unique(np.stack([units[sources], units[targets]], axis=1), axis=0)
    columns = _longest_paths(n_units, pairs)
    if columns is None and is_forced:  # only what leads from an earlier layer to a later one
        columns = _longest_paths(n_units, pairs[pairs[:, 0] < pairs[:, 1]])
    return None if columns is None else tuple(columns[unit] for unit in units.tolist())


def _units(network: Network) -> tuple[LevelIndex, int]:
    """Each neuron's unit, which is its layer or itself, counted as they were added."""
    number: dict[object, int] = {}
    unit = (neuron if neuron.layer is None else neuron.layer for neuron in network.neurons)
    units = [number.setdefault(one, len(number)) for one in unit]
    return np.array(units, dtype=np.intp), len(number)


def _longest_paths(n_units: int, pairs: LevelIndex) -> list[int] | None:
    """The length of the longest path to each unit, or None where there is a cycle."""
    listeners: list[list[int]] = [[] for _ in range(n_units)]
    waits = [0] * n_units
    for source, target in pairs.tolist():
        listeners[source].append(target)
        waits[target] += 1
    ready = [unit for unit in range(n_units) if not waits[unit]]
    columns = [0] * n_units
    for unit in ready:  # grows while it is walked
        for listener in listeners[unit]:
            columns[listener] = max(columns[listener], columns[unit] + 1)
            waits[listener] -= 1
            if not waits[listener]:
                ready.append(listener)
    return columns if len(ready) == n_units else None


def by_column(columns: Sequence[int]) -> list[list[int]]:
    """The numbers of what is in each column, in order.

    >>> by_column([0, 1, 0])
    [[0, 2], [1]]
    """
    rows: list[list[int]] = [[] for _ in range(max(columns, default=-1) + 1)]
    for number, column in enumerate(columns):
        rows[column].append(number)
    return rows
