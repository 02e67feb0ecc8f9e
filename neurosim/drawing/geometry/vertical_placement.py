"""Vertical placement of items in columns whose order is known.

Each is drawn to where its neighbours are on average, and keeps its distance from what is above
and below it. In one column that is a regression with an order to keep, which pooling solves
exactly; the columns take turns. Heights grow downward here, as the order does.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from neurosim.drawing.geometry.columns import LayeredGraph

_PASSES = 24
_MOST_WORK = 100_000  # things moved in all passes, a fifth of a second or so
_HOME = 1e9  # how strongly the items of a fixed column hold their places: lanes give way
_STRAIGHT = 8.0  # how strongly a bend follows its own line

_LOOSE = 0.1  # how strongly one without neighbours stays where it is

PlacedNeighbours = Sequence[Sequence[int]]
Separation = Callable[[int, int], float]


def isotonic(values: Sequence[float], weights: Sequence[float]) -> list[float]:
    """The nearest values that never fall, by weighted squares: pool adjacent violators.

    >>> isotonic([1.0, 4.0, 2.0], [1.0, 1.0, 1.0])
    [1.0, 3.0, 3.0]
    """
    pools: list[tuple[float, float, int]] = []  # mean, weight, how many
    for value, weight in zip(values, weights, strict=True):
        mean, heavy, n = value, weight, 1
        while pools and pools[-1][0] > mean:
            other, other_heavy, m = pools.pop()
            mean = (mean * heavy + other * other_heavy) / (heavy + other_heavy)
            heavy, n = heavy + other_heavy, n + m
        pools.append((mean, heavy, n))
    return [mean for mean, _, n in pools for _ in range(n)]


def place_vertically(graph: LayeredGraph, separation: Separation) -> list[float]:
    """The height of each item and bend, downward.

    Args:
        graph: their columns, in the final order.
        separation: how far the second must stay below the first, its neighbour in the column.
    """
    heights = [0.0] * len(graph.left)
    steps = [_steps(column, separation) for column in graph.columns]
    for column, offsets in zip(graph.columns, steps, strict=True):
        for number, offset in zip(column, offsets, strict=True):
            heights[number] = offset - offsets[-1] / 2.0
    targets = _Targets(graph, heights, _homes(graph, separation))
    n_passes = max(2, min(_PASSES, _MOST_WORK // (len(heights) + 1)))
    for number in range(n_passes):
        is_last = number >= n_passes - 2  # then both sides draw
        is_rightward = number % 2 == 0
        sides = [graph.left] * (is_last or is_rightward)
        sides += [graph.right] * (is_last or not is_rightward)
        path = range(len(steps)) if is_rightward else range(len(steps) - 1, -1, -1)
        for at in path:
            _move(graph.columns[at], steps[at], targets, sides)
    _straighten(graph, separation, heights)
    return heights


def _steps(column: Sequence[int], separation: Separation) -> list[float]:
    """How far each is below the first at least."""
    offsets = [0.0] * len(column)
    for i in range(1, len(column)):
        offsets[i] = offsets[i - 1] + separation(column[i - 1], column[i])
    return offsets


def _homes(graph: LayeredGraph, separation: Separation) -> dict[int, float]:
    """Where the items of fixed columns are when no bend is between them: evenly, centred."""
    homes: dict[int, float] = {}
    for column, is_fixed in zip(graph.columns, graph.is_fixed, strict=True):
        items = [number for number in column if is_fixed and number < graph.n_items]
        offsets = _steps(items, separation)
        homes.update((n, o - offsets[-1] / 2.0) for n, o in zip(items, offsets, strict=True))
    return homes


@dataclass(frozen=True, slots=True)
class _Targets:
    """Where things would like to be."""

    graph: LayeredGraph
    heights: list[float]
    homes: dict[int, float]

    def of(self, number: int, sides: Sequence[PlacedNeighbours]) -> tuple[float, float]:
        """The height one would like to have, and how strongly."""
        if number in self.homes:
            return self.homes[number], _HOME
        is_bend = number >= self.graph.n_items
        total = weight = 0.0
        for side in sides:
            for other in side[number]:
                pull = _STRAIGHT if is_bend and other >= self.graph.n_items else 1.0
                total += pull * self.heights[other]
                weight += pull
        if not weight:
            return self.heights[number], _LOOSE
        return total / weight, (_STRAIGHT if is_bend else 1.0)


def _move(
    column: Sequence[int],
    offsets: Sequence[float],
    targets: _Targets,
    sides: Sequence[PlacedNeighbours],
) -> None:
    """Bring all of a column as near to where they wish to be as their order allows."""
    found = [targets.of(number, sides) for number in column]
    levels = [height - offset for (height, _), offset in zip(found, offsets, strict=True)]
    levels = isotonic(levels, [weight for _, weight in found])
    for number, level, offset in zip(column, levels, offsets, strict=True):
        targets.heights[number] = level + offset


def _straighten(graph: LayeredGraph, separation: Separation, heights: list[float]) -> None:
    """Put all bends of a line at one height where there is room for that."""
    place = {number: (c, i) for c, col in enumerate(graph.columns) for i, number in enumerate(col)}

    def limits(number: int) -> tuple[float, float]:
        at, i = place[number]
        column = graph.columns[at]
        low, high = float("-inf"), float("inf")
        if i > 0:
            low = heights[column[i - 1]] + separation(column[i - 1], number)
        if i + 1 < len(column):
            high = heights[column[i + 1]] - separation(number, column[i + 1])
        return low, high

    for bends in graph.bends.values():
        room = [limits(bend) for bend in bends]
        low, high = max(low for low, _ in room), min(high for _, high in room)
        if low <= high:
            mean = sum(heights[bend] for bend in bends) / len(bends)
            height = min(max(mean, low), high)
            for bend in bends:
                heights[bend] = height
