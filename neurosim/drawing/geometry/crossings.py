"""The order within columns, for few crossings of lines.

The method of Sugiyama, Tagawa and Toda (IEEE Trans. SMC 11, 1981): each column in turn is sorted by
where the neighbours of its members are on average; then neighbours in a column change places
where that saves a crossing. It starts from the order of insertion, and from the orders in which a
walk in depth meets the items, which draw a tree without crossings. The best order seen is kept;
among equals, the first.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from neurosim.drawing.geometry.columns import LayeredGraph
from neurosim.drawing.geometry.vertical_placement import isotonic

ColumnIndex = NDArray[np.intp]
ColumnOrder = list[list[int]]

_MOST_SWEEPS = 24
_MOST_WORK = 600_000  # lines looked at in all sweeps of one start, a second or so
_STALE = 4  # sweeps without a better order before a start is given up
_TIE = 1e-6  # far less than two means differ by
_FEW = 2000  # lines up to which places are changed one by one, and all starts are tried


def reduce_crossings(graph: LayeredGraph) -> ColumnOrder:
    """The columns in an order with fewer crossings, or as they are."""
    edges = graph.edges()
    best, n_best = graph.columns, count_crossings(graph.columns, edges)
    for start in _starts(graph, len(edges)):
        if not n_best:
            break
        stale = 0
        for order in _sweeps(graph, start, len(edges)):
            n_crossings = count_crossings(order, edges)
            stale += 1
            if n_crossings < n_best:
                best, n_best, stale = [list(column) for column in order], n_crossings, 0
            if not n_best or stale > _STALE:
                break
    return best


def count_crossings(order: Sequence[Sequence[int]], edges: ColumnIndex) -> int:
    """How many pairs of lines between neighbouring columns cross.

    Args:
        order: the numbers of what is in each column.
        edges: pairs of neighbours, left before right, (n, 2).
    """
    rank = np.empty(sum(map(len, order)), dtype=np.intp)
    rank[[number for column in order for number in column]] = np.arange(len(rank))
    ends = rank[edges]  # later columns have greater ranks: lines of two gaps never count
    return count_inversions(ends[np.lexsort((ends[:, 1], ends[:, 0])), 1])


def count_inversions(values: ColumnIndex) -> int:
    """How many pairs are in the wrong order.

    Radix by radix from the highest bit: a pair is counted where its first different bit is.

    >>> count_inversions(np.array([3, 1, 2]))
    2
    """
    total = 0
    for bit in reversed(range(int(values.max(initial=0)).bit_length())):
        ones = (values >> bit) & 1
        before = np.cumsum(ones) - ones
        prefix = values >> (bit + 1)
        is_first = np.concatenate(([True], prefix[1:] != prefix[:-1]))
        of_earlier_groups = np.maximum.accumulate(np.where(is_first, before, 0))
        total += int((before - of_earlier_groups)[ones == 0].sum())
        values = values[np.argsort(values >> bit, kind="stable")]
    return total


def _starts(graph: LayeredGraph, n_edges: int) -> Iterator[ColumnOrder]:
    yield [list(column) for column in graph.columns]
    if n_edges <= _FEW and not any(graph.is_fixed):
        yield _in_depth(graph.columns, graph.right)
        yield _in_depth(graph.columns[::-1], graph.left)[::-1]


def _in_depth(columns: ColumnOrder, neighbours: Sequence[Sequence[int]]) -> ColumnOrder:
    """The columns as a walk in depth meets their members."""
    met: dict[int, int] = {}
    for root in (number for column in columns for number in column):
        waiting = [root]
        while waiting:
            number = waiting.pop()
            if number not in met:
                met[number] = len(met)
                waiting.extend(reversed(neighbours[number]))
    return [sorted(column, key=met.__getitem__) for column in columns]


def _sweeps(graph: LayeredGraph, order: ColumnOrder, n_edges: int) -> Iterator[ColumnOrder]:
    """The start, then the same order, changed, after each sweep."""
    yield order
    n_columns = len(order)
    for sweep in range(max(2, min(_MOST_SWEEPS, _MOST_WORK // (n_edges + 1)))):
        is_rightward = sweep % 2 == 0
        neighbours = graph.left if is_rightward else graph.right
        path = range(1, n_columns) if is_rightward else range(n_columns - 2, -1, -1)
        for column in path:
            fixed = order[column + (-1 if is_rightward else 1)]
            place = {number: i for i, number in enumerate(fixed)}
            order[column] = _by_mean(graph, order[column], column, neighbours, place)
        if n_edges <= _FEW:
            _transpose(graph, order)
        yield order


def _by_mean(
    graph: LayeredGraph,
    members: list[int],
    column: int,
    neighbours: Sequence[Sequence[int]],
    place: dict[int, int],
) -> list[int]:
    """The members by the mean place of their neighbours; those without any keep their places."""
    if len(members) < 2:
        return members
    means = {m: _mean(neighbours[m], place) for m in members if neighbours[m]}
    if graph.is_fixed[column]:
        means = _kept(graph, members, means)
    sorted_ = iter(sorted((m for m in members if m in means), key=means.__getitem__))
    return [next(sorted_) if m in means else m for m in members]


def _mean(numbers: Sequence[int], place: dict[int, int]) -> float:
    return sum([place[number] for number in numbers]) / len(numbers)


def _kept(graph: LayeredGraph, members: list[int], means: dict[int, float]) -> dict[int, float]:
    """Means that grow with the items' order, so that to sort by them moves bends alone.

    A bend whose mean is that of items goes to their middle.
    """
    items = [m for m in members if m < graph.n_items]
    known = [means[m] for m in items if m in means]
    usual = sum(known) / len(known) if known else float(len(items) - 1) / 2.0
    grown = isotonic([means.get(m, usual) for m in items], [1.0] * len(items))
    middle = (len(items) - 1) / 2.0
    ranked = [mean + _TIE * (i - middle) for i, mean in enumerate(grown)]
    return means | dict(zip(items, ranked, strict=True))


def _transpose(graph: LayeredGraph, order: ColumnOrder) -> None:
    """Let neighbours in a column change places where that saves crossings."""
    place = {number: i for column in order for i, number in enumerate(column)}
    for column, members in enumerate(order):
        ends = {
            m: [sorted(place[n] for n in side[m]) for side in (graph.left, graph.right)]
            for m in members
        }
        is_better = len(members) > 1
        while is_better:
            is_better = False
            for i in range(len(members) - 1):
                one, other = members[i], members[i + 1]
                if graph.is_fixed[column] and max(one, other) < graph.n_items:
                    continue
                if _saving(ends[one], ends[other]) > 0:
                    members[i], members[i + 1] = other, one
                    is_better = True
        place.update((number, i) for i, number in enumerate(members))


def _saving(one: Sequence[Sequence[int]], other: Sequence[Sequence[int]]) -> int:
    return sum(
        _n_greater(a, b) - _n_greater(b, a) for a, b in zip(one, other, strict=True) if a and b
    )


def _n_greater(one: Sequence[int], other: Sequence[int]) -> int:
    """How many pairs have the greater in the first of two sorted lists."""
    total = at = 0
    for value in one:
        while at < len(other) and other[at] < value:
            at += 1
        total += at
    return total
