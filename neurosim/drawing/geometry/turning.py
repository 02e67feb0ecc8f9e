"""Turned and wrapped drawings: layers from the top down, or a long chain in several rows.

All is placed and routed from left to right first. Turning exchanges x and y; a wrapped chain is cut
into rows, every other of them from right to left, so that a line from row to row goes straight
down.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from neurosim.drawing.geometry import measures as m
from neurosim.drawing.geometry.items import Circle, Folded, Item, More
from neurosim.drawing.geometry.layout import Arrangement, Point
from neurosim.drawing.geometry.routing import Route
from neurosim.errors import InvalidValueError, UnknownNameError, unknown
from neurosim.functions.numbers import require_count

DIRECTIONS = ("across", "down")
_BETWEEN_ROWS = 3.0  # of a wrapped chain, in radii of a neuron


def require_direction(direction: object) -> str:
    """One of `DIRECTIONS`.

    Raises:
        UnknownNameError: there is no such direction.
    """
    if direction not in DIRECTIONS:
        raise UnknownNameError(unknown("direction", direction, DIRECTIONS))
    return str(direction)


def on_its_side(folded: Folded) -> Folded:
    """What is drawn with width and height exchanged: to be placed, then turned."""
    return replace(folded, items=tuple(_exchanged(item) for item in folded.items))


def _exchanged(item: Item) -> Item:
    if isinstance(item, Circle | More):
        return item
    return replace(item, half_width=item.half_height, half_height=item.half_width)


def turned(
    folded: Folded, arrangement: Arrangement, routes: Sequence[Route]
) -> tuple[Arrangement, tuple[Route, ...]]:
    """The drawing from the top down; ``folded`` is what was put on its side before."""
    placed = replace(
        arrangement, folded=folded, places=tuple(map(_down, arrangement.places)), direction="down"
    )
    return placed, tuple(_moved(route, _down) for route in routes)


def _down(point: Point) -> Point:
    return -point[1], -point[0]


def _moved(route: Route, to: Callable[[Point], Point]) -> Route:
    return replace(route, points=tuple(map(to, route.points)))


def wrapped(
    arrangement: Arrangement, routes: Sequence[Route], n_columns: int
) -> tuple[Arrangement, tuple[Route, ...]]:
    """The drawing in rows of at most so many columns.

    Raises:
        InvalidValueError: there is no column, a connection skips one, or it leads from row to row
            and its column has others.
    """
    require_count(n_columns, "wrap")
    items, columns = arrangement.folded.items, arrangement.columns
    if len(columns) <= n_columns:
        return arrangement, tuple(routes)
    for line in arrangement.folded.lines:
        one, other = items[line.source], items[line.target]
        if abs(one.column - other.column) != 1:
            skipping = f"got a connection from {one.name} to {other.name}"
            raise InvalidValueError(f"wrap: {skipping}; expected none that skips a column")
        if one.column // n_columns != other.column // n_columns:
            for end in (one, other):
                n = sum(item.column == end.column for item in items)
                if n > 1:
                    found = f"got {n} neurons beside {end.name}, where a row ends"
                    raise InvalidValueError(f"wrap: {found}; expected one: a chain is wrapped")
    pitch = _height(arrangement) + _BETWEEN_ROWS
    width = columns[n_columns - 1].x

    def to(column: int, point: Point) -> Point:
        row, _ = divmod(column, n_columns)
        x = point[0] - columns[row * n_columns].x
        return (width - x if row % 2 else x), point[1] - row * pitch

    places = tuple(
        to(item.column, place) for item, place in zip(items, arrangement.places, strict=True)
    )
    moved = []
    for route in routes:
        source, target = route.line.source, route.line.target
        row = items[source].column // n_columns
        if row == items[target].column // n_columns:
            column = items[source].column
            moved.append(_moved(route, lambda point, column=column: to(column, point)))  # type: ignore[misc]
        else:
            ends = (source, target), (target, source)
            points = tuple(
                _border(items[end], places[end], up=places[far][1] > places[end][1])
                for end, far in ends
            )
            moved.append(replace(route, points=points))
    return replace(arrangement, places=places, direction="rows"), tuple(moved)


def _height(arrangement: Arrangement) -> float:
    """From the highest to the lowest, with room for names."""
    pairs = list(zip(arrangement.folded.items, arrangement.places, strict=True))
    top = max(y + item.half_height for item, (_, y) in pairs)
    return top - min(y - item.half_height for item, (_, y) in pairs) + m.NAME_ROOM


def _border(item: Item, place: Point, *, up: bool) -> Point:
    """The middle of its upper or lower border."""
    return place[0], place[1] + (item.half_height if up else -item.half_height)
