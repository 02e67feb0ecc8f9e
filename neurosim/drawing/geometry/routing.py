"""Routes of lines: from border to border, through no other neuron.

Why that holds. Neurons are in columns, and between two columns there is nothing. A straight line
to the next column leaves and arrives within 30 degrees of level and is not steeper than
`measures.STEEPEST`, so that it keeps clear of the neurons beside its ends. A line that skips
columns is straight only where each column between was found clear. Any other passes a column in a
lane of its own, no steeper than the neurons beside the lane allow, and bends only between columns.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neurosim.drawing.geometry import measures as m
from neurosim.drawing.geometry.detours import Bends
from neurosim.drawing.geometry.items import Circle, Item, Line, More
from neurosim.drawing.geometry.layout import Arrangement, Point
from neurosim.functions.numbers import Matrix

RouteIndex = NDArray[np.intp]

_MOST_PROBES = 500_000  # columns that straight lines are tried against, about a quarter second
_NAME_HEIGHT = 0.55  # below a neuron, of the letters of a usual name, which straight lines spare
_NAME_HALF_WIDTH = 0.6


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
    if arrangement.folded.free is not None:
        return tuple(_direct(line, arrangement) for line in lines)
    sides = _Sides.of(arrangement)
    starts, ends = sides.ports()
    is_straight = (sides.span == 1) | sides.are_clear(starts, ends)
    ways: list[tuple[Point, ...]] = [
        ((a, b), (c, d)) for (a, b), (c, d) in zip(starts.tolist(), ends.tolist(), strict=True)
    ]
    bends = Bends(arrangement)
    bent = [
        (n, int(sides.first[n]), int(sides.last[n])) for n in np.flatnonzero(~is_straight).tolist()
    ]
    around = bends.heights_around(
        [line for line in bent if sides.span[line[0]] and line[0] not in arrangement.lanes]
    )
    for number, first, last in bent:
        if number in arrangement.lanes:
            ways[number] = bends.by_lanes(first, last, arrangement.lanes[number])
        elif number in around:
            ways[number] = bends.around(first, last, around[number])
        else:
            ways[number] = bends.beside(first, last)
    return tuple(
        Route(line, way[::-1] if is_backward else way)
        for line, way, is_backward in zip(lines, ways, sides.is_backward.tolist(), strict=True)
    )


def _direct(line: Line, arrangement: Arrangement) -> Route:
    """From border to border, straight, whatever is between."""
    (a, b), (c, d) = (arrangement.places[end] for end in (line.source, line.target))
    away = math.dist((a, b), (c, d))
    u, v = (c - a) / away * m.RADIUS, (d - b) / away * m.RADIUS
    return Route(line, ((a + u, b + v), (c - u, d - v)))


@dataclass(frozen=True, slots=True)
class _Sides:
    """All lines as arrays, each from its left end to its right one."""

    first: RouteIndex  # the item at the left end
    last: RouteIndex  # the item at the right end
    is_backward: NDArray[np.bool_]  # whether it leads to the left
    span: RouteIndex  # how many columns further its right end is
    column: RouteIndex  # of each item
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

    def _hits(self, column: RouteIndex, height: Matrix, slope: Matrix) -> NDArray[np.bool_]:
        """Whether lines of these slopes, so high in the middle of a column, meet one in it."""
        low, high = self.y.min(), self.y.max()
        pace = high - low + 1.0  # from one column to the next, as one sorted list
        keys = self.column * pace + (self.y - low)
        order = np.argsort(keys, kind="stable")
        at = np.searchsorted(keys[order], column * pace + (np.clip(height, low, high) - low))
        is_hit = np.zeros(len(column), dtype=bool)
        for near in (at - 2, at - 1, at, at + 1):  # two on either side: sizes may differ
            item = order[np.clip(near, 0, len(order) - 1)]
            above = height - self.y[item]
            is_near = (above < self._need(item, slope)) & (-above < self._need_below(item, slope))
            is_hit |= (self.column[item] == column) & is_near
        return is_hit

    def _need(self, item: RouteIndex, slope: Matrix) -> Matrix:
        """How far above or below the middle of an item a line of this slope must pass."""
        circle = (self.half_height[item] + m.MARGIN) * np.sqrt(1.0 + slope * slope)
        wide = (self.half_width[item] + m.MARGIN) * np.abs(slope)
        return np.where(self.is_round[item], circle, self.half_height[item] + m.MARGIN + wide)

    def _need_below(self, item: RouteIndex, slope: Matrix) -> Matrix:
        """The same where it passes below, where a neuron's name is."""
        named = self.half_height[item] + _NAME_HEIGHT + _NAME_HALF_WIDTH * np.abs(slope)
        need = self._need(item, slope)
        return np.where(self.is_round[item], np.maximum(need, named), need)


def _is_round(item: Item) -> bool:
    return isinstance(item, Circle | More)


def bounds(points: Sequence[Point], *, margin: float = 0.0) -> tuple[float, float, float, float]:
    """The box around all points: left, bottom, right, top.

    >>> bounds([(0.0, 1.0), (4.0, -2.0)], margin=1.0)
    (-1.0, -3.0, 5.0, 2.0)
    """
    xs, ys = [x for x, _ in points] or [0.0], [y for _, y in points] or [0.0]
    return min(xs) - margin, min(ys) - margin, max(xs) + margin, max(ys) + margin
