"""Detours of lines: lanes between neurons, beside a column, or around the drawing.

A way by lanes is a row of cubic curves: a straight piece past each column, where neurons are near,
and a curve from each to the next. Past a column it may slope as far as the neurons above and below
its lane allow; it goes on smoothly.
"""

import bisect
import heapq
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from neurosim.drawing.geometry import measures as m
from neurosim.drawing.geometry.items import Box, Image, Item, Tile, in_columns
from neurosim.drawing.geometry.layout import Arrangement, Point, arc_reach

_AROUND = 1.0  # from the outermost things to the first line that goes around all
_AROUND_HEIGHT = 40.0  # that lines around all may take before they move together
_PULL = 0.4  # of the way across, where the inner control points of a curve are


@dataclass(frozen=True, slots=True)
class _Piece:
    """A straight piece of a way: its ends and its slope, dy / dx."""

    left: Point
    right: Point
    slope: float


class Bends:
    """What is in the way, column by column."""

    def __init__(self, arrangement: Arrangement) -> None:
        self._arrangement = arrangement
        items, places = arrangement.folded.items, arrangement.places
        self._ranked = [sorted((places[i][1], i) for i in members) for members in in_columns(items)]

    def by_lanes(self, first: int, last: int, lanes: Sequence[float]) -> tuple[Point, ...]:
        """The way from an item to one further right, at these heights past the columns between."""
        arrangement = self._arrangement
        column = arrangement.folded.items[first].column + 1
        between = arrangement.columns[column : column + len(lanes)]
        knots = [
            arrangement.places[first],
            *((c.x, height) for c, height in zip(between, lanes, strict=True)),
            arrangement.places[last],
        ]
        pieces = []
        for number, (c, height) in enumerate(zip(between, lanes, strict=True)):
            steepest = self._steepest(column + number, height)
            slope = max(-steepest, min(_slope(*knots[number : number + 3]), steepest))
            left, right = c.strip
            rise = slope * (right - c.x)
            pieces.append(_Piece((left, height - rise), (right, height + rise), slope))
        return tuple(_joined([self._port(first, knots[1]), *pieces, self._port(last, knots[-2])]))

    def around(self, first: int, last: int, height: float) -> tuple[Point, ...]:
        """The way from an item to one further right, at a height that is free all the way."""
        items, columns = self._arrangement.folded.items, self._arrangement.columns
        left = columns[items[first].column + 1].strip[0], height
        right = columns[items[last].column - 1].strip[1], height
        ports = self._port(first, left), self._port(last, right)
        return tuple(_joined([ports[0], _Piece(left, right, 0.0), ports[1]]))

    def beside(self, first: int, last: int) -> tuple[Point, ...]:
        """The way between two items of one column, on its right."""
        items, places = self._arrangement.folded.items, self._arrangement.places
        (x, y), (end_x, end_y) = places[first], places[last]
        x, end_x = x + items[first].half_width, end_x + items[last].half_width
        reach = x + arc_reach(abs(end_y - y))
        return (x, y), (reach, y), (reach, end_y), (end_x, end_y)

    def heights_around(self, lines: Sequence[tuple[int, int, int]]) -> dict[int, float]:
        """A height above all or below all for each line, its own where two run side by side.

        Args:
            lines: the number of each, and the items at its left end and its right one.
        """
        if not lines:
            return {}
        items, places = self._arrangement.folded.items, self._arrangement.places
        lanes = [height for lane in self._arrangement.lanes.values() for height in lane]
        extents = [(y, item.half_height) for item, (_, y) in zip(items, places, strict=True)]
        edges = {
            1.0: max([y + half for y, half in extents] + lanes) + _AROUND,
            -1.0: min([y - half - m.NAME_ROOM for y, half in extents] + lanes) - _AROUND,
        }
        middle = sum(y for y, _ in extents) / len(extents)
        step = min(m.LANE, _AROUND_HEIGHT / len(lines))
        heights: dict[int, float] = {}
        for side, edge in edges.items():
            is_above = side > 0.0
            mine = [line for line in lines if (places[line[1]][1] >= middle) == is_above]
            spans = [(items[a].column, items[b].column, number) for number, a, b in mine]
            heights.update((n, edge + side * step * track) for n, track in _tracks(spans))
        return heights

    def _steepest(self, column: int, height: float) -> float:
        """How steep a line may pass the middle of a column at a height."""
        ranked = self._ranked[column]
        at = bisect.bisect(ranked, (height, -1))
        steepest = m.STEEPEST
        for y, number in ranked[max(at - 1, 0) : at + 1]:
            item = self._arrangement.folded.items[number]
            steepest = min(steepest, _steepest_past(item, abs(y - height)))
        return steepest

    def _port(self, number: int, towards: Point) -> _Piece:
        """Where a way leaves an item, or arrives."""
        item, (x, y) = self._arrangement.folded.items[number], self._arrangement.places[number]
        sign = 1.0 if towards[0] > x else -1.0
        angle = 0.0
        if not isinstance(item, Box | Tile | Image):
            angle = math.atan2(towards[1] - y, abs(towards[0] - x))
            angle = max(-m.PORT_ANGLE, min(angle, m.PORT_ANGLE))
        point = (
            x + sign * item.half_width * math.cos(angle),
            y + item.half_width * math.sin(angle),
        )
        return _Piece(point, point, sign * math.tan(angle))


def _slope(before: Point, here: Point, after: Point) -> float:
    """The slope of a smooth way through the middle one of three points.

    The harmonic mean of the slopes on both sides, none at a turn: it overshoots nowhere (Fritsch
    and Butland, SIAM J. Sci. Stat. Comput. 5, 1984).
    """
    left = (here[1] - before[1]) / (here[0] - before[0])
    right = (after[1] - here[1]) / (after[0] - here[0])
    return 2.0 * left * right / (left + right) if left * right > 0.0 else 0.0


def _steepest_past(item: Item, apart: float) -> float:
    """The steepest slope that keeps the margin where a line passes so far above or below."""
    if isinstance(item, Box | Tile | Image):
        room = apart - item.half_height - m.MARGIN
        return max(room, 0.0) / (item.half_width + m.STRIP)
    ratio = apart / (item.half_height + m.MARGIN)
    return math.sqrt(max(ratio * ratio - 1.0, 0.0))


def _joined(pieces: Sequence[_Piece]) -> Iterator[Point]:
    """The control points of all pieces, and of smooth curves between them."""
    yield pieces[0].right
    here = pieces[0]
    for piece in pieces[1:]:
        is_level = here.slope == piece.slope == 0.0 and here.left[1] == piece.left[1]
        if not is_level or here.left == here.right:
            yield from _curve(here.right, here.slope, piece.left, piece.slope)
            if piece.left != piece.right:
                yield from _curve(piece.left, piece.slope, piece.right, piece.slope)
        else:
            yield from _curve(here.right, 0.0, piece.right, 0.0)
        here = piece


def _curve(
    start: Point, start_slope: float, end: Point, end_slope: float
) -> tuple[Point, Point, Point]:
    """One curve with these slopes at its ends, which never turns back."""
    pull = _PULL * (end[0] - start[0])
    return (
        (start[0] + pull, start[1] + start_slope * pull),
        (end[0] - pull, end[1] - end_slope * pull),
        end,
    )


def _tracks(spans: Sequence[tuple[int, int, int]]) -> Iterator[tuple[int, int]]:
    """A track for each span from column to column; those that share one do not meet.

    There are as few tracks as can be.
    """
    busy: list[tuple[int, int]] = []  # the column where its line ends, the track
    for begin, end, number in sorted(spans, key=lambda span: span[0]):
        is_free = bool(busy) and busy[0][0] <= begin
        track = heapq.heappop(busy)[1] if is_free else len(busy)
        heapq.heappush(busy, (end, track))
        yield number, track
