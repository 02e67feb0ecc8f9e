"""The way of each line: from border to border, through no neuron that it does not touch.

Why that holds. Neurons stand in columns, and between two columns there is nothing. A straight line
to the next column leaves and arrives within 30 degrees of level and is not steeper than
`measures.STEEPEST`, so that it keeps clear of the neurons beside its ends. A line that skips
columns is straight only where each column between was found clear. Any other passes a column level,
in a lane of its own, and changes its height only between columns.
"""

import heapq
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neurosim.drawing import measures as m
from neurosim.drawing.folding import Circle, Item, Line, More
from neurosim.drawing.layout import Arrangement, Point, arc_reach
from neurosim.functions.numerals import Matrix

Index = NDArray[np.intp]

_MOST_PROBES = 500_000  # columns that straight lines are tried against, about a quarter second
_AROUND = 1.0  # from the outermost things to the first line that goes around all
_AROUND_HEIGHT = 40.0  # that lines around all may take before they move together


@dataclass(frozen=True, slots=True)
class Route:
    """The way of one line, from its source to its target.

    Attributes:
        line: whose way it is.
        points: two ends of a straight line; else the control points of cubic Bezier curves, one
            behind the other: 3 n + 1 points for n curves, every third of them on the way.
    """

    line: Line
    points: tuple[Point, ...]

    @property
    def is_straight(self) -> bool:
        """Whether it has no bends."""
        return len(self.points) == 2

    def at(self, part: float) -> Point:
        """The point at a part of the way, from 0 at the source to 1 at the target.

        Each curve is walked evenly in its parameter, and has a share as long as its chord.
        """
        ways = self._curves()
        chords = [math.dist(way[0], way[-1]) for way in ways]
        left = part * sum(chords)
        for way, chord in zip(ways, chords, strict=True):
            if left <= chord or way is ways[-1]:
                return _point(way, min(left / chord, 1.0) if chord else 0.0)
            left -= chord
        raise AssertionError("a route has at least one curve")

    def polyline(self, per_curve: int = 24) -> tuple[Point, ...]:
        """Points on the way: its two ends where it is straight."""
        if self.is_straight:
            return self.points
        parts = [i / per_curve for i in range(1, per_curve + 1)]
        return self.points[0], *(_point(way, t) for way in self._curves() for t in parts)

    def _curves(self) -> list[tuple[Point, ...]]:
        if self.is_straight:
            return [self.points]
        return [self.points[i : i + 4] for i in range(0, len(self.points) - 1, 3)]


def _point(way: tuple[Point, ...], t: float) -> Point:
    """A point of a straight line or of a cubic curve."""
    u = 1.0 - t
    shares = (u, t) if len(way) == 2 else (u**3, 3.0 * u * u * t, 3.0 * u * t * t, t**3)
    x = sum(share * point[0] for share, point in zip(shares, way, strict=True))
    return x, sum(share * point[1] for share, point in zip(shares, way, strict=True))


def routes(arrangement: Arrangement) -> tuple[Route, ...]:
    """The way of each line, in the order of ``arrangement.folded.lines``."""
    lines = arrangement.folded.lines
    if not lines:
        return ()
    sides = _Sides.of(arrangement)
    starts, ends = sides.ports()
    is_straight = (sides.span == 1) | sides.are_clear(starts, ends)
    ways: list[tuple[Point, ...]] = [
        ((a, b), (c, d)) for (a, b), (c, d) in zip(starts.tolist(), ends.tolist(), strict=True)
    ]
    bent = np.flatnonzero(~is_straight).tolist()
    around = _around(
        arrangement, sides, [n for n in bent if sides.span[n] and n not in arrangement.lanes]
    )
    for number in bent:
        ways[number] = _bent(arrangement, sides, number, around)
    return tuple(
        Route(line, way[::-1] if is_backward else way)
        for line, way, is_backward in zip(lines, ways, sides.is_backward.tolist(), strict=True)
    )


@dataclass(frozen=True, slots=True)
class _Sides:
    """All lines as arrays, each from its left end to its right one."""

    first: Index  # the item at the left end
    last: Index  # the item at the right end
    is_backward: NDArray[np.bool_]  # whether it leads to the left
    span: Index  # how many columns further its right end is
    column: Index  # of each item
    x: Matrix  # of each item
    y: Matrix
    half_width: Matrix
    half_height: Matrix
    is_round: NDArray[np.bool_]
    column_x: Matrix  # of each column

    @classmethod
    def of(cls, arrangement: Arrangement) -> "_Sides":
        items, lines = arrangement.folded.items, arrangement.folded.lines
        column = np.array([item.column for item in items], dtype=np.intp)
        sources = np.array([line.source for line in lines], dtype=np.intp)
        targets = np.array([line.target for line in lines], dtype=np.intp)
        is_backward = column[sources] > column[targets]
        first = np.where(is_backward, targets, sources)
        last = np.where(is_backward, sources, targets)
        x, y = np.array(arrangement.places).T
        return cls(
            first,
            last,
            is_backward,
            column[last] - column[first],
            column,
            x,
            y,
            np.array([item.half_width for item in items]),
            np.array([item.half_height for item in items]),
            np.array([_is_round(item) for item in items]),
            np.array([c.x for c in arrangement.columns]),
        )

    def ports(self) -> tuple[Matrix, Matrix]:
        """Where straight lines leave and arrive, both (n, 2)."""
        a, b = self.first, self.last
        angle = np.arctan2(self.y[b] - self.y[a], self.x[b] - self.x[a])
        angle = np.clip(angle, -m.PORT_ANGLE, m.PORT_ANGLE)
        ports = []
        for end, sign in ((a, 1.0), (b, -1.0)):
            turn = np.where(self.is_round[end], angle, 0.0)
            x = self.x[end] + sign * self.half_width[end] * np.cos(turn)
            y = self.y[end] + sign * self.half_width[end] * np.sin(turn)
            ports.append(np.stack([x, y], axis=1))
        return ports[0], ports[1]

    def are_clear(self, starts: Matrix, ends: Matrix) -> NDArray[np.bool_]:
        """Which lines may be straight though they skip columns: each column is probed."""
        n_probes = np.maximum(self.span - 1, 0)
        are_probed = (n_probes > 0) & (np.cumsum(n_probes) <= _MOST_PROBES)
        probed = np.flatnonzero(are_probed)
        line = np.repeat(probed, n_probes[probed])
        before = np.cumsum(n_probes[probed]) - n_probes[probed]
        step = np.arange(len(line)) - np.repeat(before, n_probes[probed])
        column = self.column[self.first[line]] + 1 + step
        with np.errstate(divide="ignore", invalid="ignore"):  # lines inside a column
            slopes = (ends[:, 1] - starts[:, 1]) / (ends[:, 0] - starts[:, 0])
        slope = slopes[line]
        height = starts[line, 1] + slope * (self.column_x[column] - starts[line, 0])
        is_hit = self._hits(column, height, slope)
        are_probed[line[is_hit]] = False
        return are_probed

    def _hits(self, column: Index, height: Matrix, slope: Matrix) -> NDArray[np.bool_]:
        """Whether lines of these slopes, so high in the middle of a column, meet one in it."""
        low, high = self.y.min(), self.y.max()
        pace = high - low + 1.0  # from one column to the next, as one sorted list
        keys = self.column * pace + (self.y - low)
        order = np.argsort(keys, kind="stable")
        at = np.searchsorted(keys[order], column * pace + (np.clip(height, low, high) - low))
        is_hit = np.zeros(len(column), dtype=bool)
        for near in (at - 2, at - 1, at, at + 1):  # two on either side: sizes may differ
            item = order[np.clip(near, 0, len(order) - 1)]
            apart = np.abs(height - self.y[item])
            is_hit |= (self.column[item] == column) & (apart < self._need(item, slope))
        return is_hit

    def _need(self, item: Index, slope: Matrix) -> Matrix:
        """How far above or below the middle of an item a line of this slope must pass."""
        round_ = (self.half_height[item] + m.MARGIN) * np.sqrt(1.0 + slope * slope)
        wide = (self.half_width[item] + m.MARGIN) * np.abs(slope)
        return np.where(self.is_round[item], round_, self.half_height[item] + m.MARGIN + wide)


def _is_round(item: Item) -> bool:
    return isinstance(item, Circle | More)


# --- bends


def _bent(
    arrangement: Arrangement, sides: _Sides, number: int, around: dict[int, float]
) -> tuple[Point, ...]:
    first, last = int(sides.first[number]), int(sides.last[number])
    (x, y), (end_x, end_y) = arrangement.places[first], arrangement.places[last]
    items = arrangement.folded.items
    start = x + items[first].half_width, y
    if not sides.span[number]:
        reach = start[0] + arc_reach(abs(end_y - y))
        return start, (reach, y), (reach, end_y), (end_x + items[last].half_width, end_y)
    end = end_x - items[last].half_width, end_y
    low, high = items[first].column + 1, items[last].column
    columns = arrangement.columns
    if number in around:
        whole = columns[low].strip[0], columns[high - 1].strip[1]
        return tuple(_through(start, [(whole, around[number])], end))
    strips = [column.strip for column in columns[low:high]]
    levels = list(zip(strips, arrangement.lanes[number], strict=True))
    return tuple(_through(start, levels, end))


def _through(start: Point, levels: Sequence[tuple[Point, float]], end: Point) -> Iterator[Point]:
    """Control points: level from each strip's left to its right, smooth curves between."""
    yield start
    here = start
    for (left, right), height in levels:
        if height != here[1] or here is start:
            yield from _swing(here, (left, height))
            here = left, height
        yield from _swing(here, (right, height))
        here = right, height
    yield from _swing(here, end)


def _swing(start: Point, end: Point) -> tuple[Point, Point, Point]:
    """One curve that is level at both ends and never turns back."""
    middle = (start[0] + end[0]) / 2.0
    return (middle, start[1]), (middle, end[1]), end


def _around(arrangement: Arrangement, sides: _Sides, numbers: Sequence[int]) -> dict[int, float]:
    """A height above all or below all for each line, its own where two run side by side."""
    if not numbers:
        return {}
    lanes = [height for lane in arrangement.lanes.values() for height in lane]
    top = max([*(sides.y + sides.half_height).tolist(), *lanes]) + _AROUND
    bottom = min([*(sides.y - sides.half_height).tolist(), *lanes]) - m.NAME_ROOM - _AROUND
    middle = float(sides.y.mean())
    sign = [1.0 if sides.y[sides.first[n]] >= middle else -1.0 for n in numbers]
    step = min(m.LANE, _AROUND_HEIGHT / len(numbers))
    heights: dict[int, float] = {}
    for side, edge in ((1.0, top), (-1.0, bottom)):
        mine = [n for n, own in zip(numbers, sign, strict=True) if own == side]
        for number, track in _tracks(sides, mine):
            heights[number] = edge + side * step * track
    return heights


def _tracks(sides: _Sides, numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """A track for each line; those that share one do not meet, and there are as few as can be."""
    busy: list[tuple[int, int]] = []  # the column where its line ends, the track
    for number in sorted(numbers, key=lambda n: int(sides.column[sides.first[n]])):
        begin = int(sides.column[sides.first[number]])
        is_free = bool(busy) and busy[0][0] <= begin
        track = heapq.heappop(busy)[1] if is_free else len(busy)
        heapq.heappush(busy, (begin + int(sides.span[number]), track))
        yield number, track


def bounds(points: Sequence[Point], *, margin: float = 0.0) -> tuple[float, float, float, float]:
    """The box around all points: left, bottom, right, top.

    >>> bounds([(0.0, 1.0), (4.0, -2.0)], margin=1.0)
    (-1.0, -3.0, 5.0, 2.0)
    """
    xs, ys = [x for x, _ in points] or [0.0], [y for _, y in points] or [0.0]
    return min(xs) - margin, min(ys) - margin, max(xs) + margin, max(ys) + margin
