"""Columns of a drawing as numbers: items, and a bend of each long line in each column it passes.

Bends are in the columns like items, so that lines which skip columns are ordered and placed with
everything else. Lines that would need too many bends get none; routing leads those around the
whole.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neurosim.drawing.geometry.items import Folded, in_columns

_FEW_BENDS = 1000  # and as many as there are items and lines
_MOST_BENDS = 50_000  # nobody could follow more; they would take seconds


@dataclass(slots=True)
class LayeredGraph:
    """Items and bends in columns.

    Attributes:
        columns: the numbers of what is in each, from top to bottom; bends count on after items.
        n_items: numbers below are items.
        left: of each, its neighbours one column to the left.
        right: the same to the right.
        bends: of the lines that have any, by the line's number, from left to right.
        is_fixed: of each column, whether its items keep their order.
    """

    columns: list[list[int]]
    n_items: int
    left: list[list[int]]
    right: list[list[int]]
    bends: dict[int, list[int]]
    is_fixed: list[bool]

    def edges(self) -> NDArray[np.intp]:
        """All pairs of neighbours, left before right, (n, 2)."""
        pairs = [(one, other) for one, others in enumerate(self.right) for other in others]
        return np.array(pairs, dtype=np.intp).reshape(-1, 2)


def layered_graph(folded: Folded) -> LayeredGraph:
    """Take the items' columns over and give long lines their bends, the short ones first."""
    columns = in_columns(folded.items)
    place = [item.column for item in folded.items]
    ends = [_ordered(line.source, line.target, place) for line in folded.lines]
    bends = _bends(ends, place)
    n_all = len(place) + sum(map(len, bends.values()))
    left: list[list[int]] = [[] for _ in range(n_all)]
    right: list[list[int]] = [[] for _ in range(n_all)]
    for number, (first, last) in enumerate(ends):
        path = [first, *bends.get(number, []), last]
        if len(path) == place[last] - place[first] + 1 and len(path) > 1:
            for one, other in itertools.pairwise(path):
                right[one].append(other)
                left[other].append(one)
        for bend, column in zip(path[1:-1], range(place[first] + 1, place[last]), strict=False):
            columns[column].append(bend)
    _place_bends(columns, len(place), ends, bends)
    marks = {mark.column for mark in folded.more}
    is_fixed = [
        not folded.has_boxes and (folded.kind == "layers" or column in marks)
        for column in range(len(columns))
    ]
    return LayeredGraph(columns, len(place), left, right, bends, is_fixed)


def _ordered(source: int, target: int, place: Sequence[int]) -> tuple[int, int]:
    """The two ends of a line, the left one first."""
    return (source, target) if place[source] <= place[target] else (target, source)


def _bends(ends: Sequence[tuple[int, int]], place: Sequence[int]) -> dict[int, list[int]]:
    lengths = [
        (place[last] - place[first] - 1, number) for number, (first, last) in enumerate(ends)
    ]
    bends: dict[int, list[int]] = {}
    free = min(_FEW_BENDS + len(place) + len(ends), _MOST_BENDS)
    next_ = len(place)
    for length, number in sorted(pair for pair in lengths if pair[0] > 0):
        if length > free:
            break
        bends[number] = list(range(next_, next_ + length))
        next_, free = next_ + length, free - length
    return bends


def _place_bends(
    columns: list[list[int]],
    n_items: int,
    ends: Sequence[tuple[int, int]],
    bends: dict[int, list[int]],
) -> None:
    """Put bends between the items of their columns, on the straight way between their ends."""
    rank: dict[int, float] = {}
    for column in columns:
        items = [number for number in column if number < n_items]
        rank.update((n, i - (len(items) - 1) / 2.0) for i, n in enumerate(items))
    for number, path in bends.items():
        first, last = (rank[end] for end in ends[number])
        share = (last - first) / (len(path) + 1)
        rank.update((bend, first + share * (i + 1)) for i, bend in enumerate(path))
    for column in columns:
        column.sort(key=rank.__getitem__)
