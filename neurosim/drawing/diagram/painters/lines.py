"""The painter of connections: colour and style for the sign, width for the size.

A few hundred are artists of their own, each with an id from its name.
"""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from neurosim.drawing.diagram.canvas import LINES, MARKED, MOST_NAMED, ON_LINES, Canvas, element_id
from neurosim.drawing.diagram.hovering import title_of_connection
from neurosim.drawing.diagram.marks import LOOKS
from neurosim.drawing.geometry.layout import Point
from neurosim.drawing.geometry.routing import Route
from neurosim.network.connection import Connection

if TYPE_CHECKING:
    from matplotlib.collections import Collection

_CASING, _CLEAR = 0.44, 0.2  # how much broader than a marked line its casing is, and the gap in it
_BARS_AT, _BARS_HALF, _BARS_WIDTH = (0.4, 0.58), 0.26, 0.09  # of a frozen line, from its end
_HEAD_LENGTH, _HEAD_HALF = 0.5, 0.22  # of an arrow


class Way(NamedTuple):
    """A connection and the way of its line."""

    connection: Connection
    route: Route


def paint_lines(canvas: Canvas) -> None:
    """Paint all connections, and what is marked on them."""
    scale = canvas.diagram.weights
    ways = [
        Way(route.line.of, route)
        for route in canvas.diagram.routes
        if isinstance(route.line.of, Connection)
    ]
    ways.sort(key=lambda way: abs(scale.part(way.connection.weight)))
    _paint_marked(canvas, ways)
    _paint_all(canvas, ways)
    _paint_frozen(canvas, ways)
    _paint_arrows(canvas, ways)


def paint_routes(
    canvas: Canvas, routes: Sequence[Route], *, titles: Sequence[str] = (), **options: Any
) -> None:
    """Paint ways that are all straight, or all bent; options are those of a collection.

    ``titles``, one for each, are said while the pointer is on them.
    """
    from matplotlib.collections import LineCollection, PathCollection
    from matplotlib.path import Path

    if not routes:
        return
    if routes[0].is_straight:
        collection: Collection = LineCollection([route.points for route in routes], **options)
        canvas.hover(collection, titles)
        canvas.add(collection)
        return
    paths = [
        Path(list(route.points), [Path.MOVETO] + [Path.CURVE4] * (len(route.points) - 1))
        for route in routes
    ]
    options["edgecolors"] = options.pop("colors")
    collection = PathCollection(paths, facecolors="none", **options)
    canvas.hover(collection, titles)
    canvas.add(collection)


def _paint_all(canvas: Canvas, ways: Sequence[Way]) -> None:
    if len(ways) <= MOST_NAMED:
        for way in ways:
            ends = way.connection.source.name, way.connection.target.name
            _paint_some(canvas, [way], gid=element_id("connection", *ends))
    else:
        straight = [way for way in ways if way.route.is_straight]
        bent = [way for way in ways if not way.route.is_straight]
        _paint_some(canvas, straight, gid="connections")
        _paint_some(canvas, bent, gid="connections-bent")


def _paint_some(canvas: Canvas, ways: Sequence[Way], *, gid: str) -> None:
    scale = canvas.diagram.weights
    weights = [way.connection.weight for way in ways]
    paint_routes(
        canvas,
        [way.route for way in ways],
        colors=[canvas.line_colour(weight) for weight in weights],
        linewidths=[scale.width(weight) * canvas.unit for weight in weights],
        linestyles=[scale.style(weight) for weight in weights],
        titles=[title_of_connection(canvas.diagram, way.connection) for way in ways],
        zorder=LINES,
        gid=gid,
    )


def _paint_marked(canvas: Canvas, ways: Sequence[Way]) -> None:
    """Below what is marked a broad line of one colour, and a gap in it around the line itself."""
    marks = canvas.diagram.marks
    marked = [way for way in ways if way.connection.name in marks.connections]
    if len(marked) <= MOST_NAMED:
        for way in marked:
            ends = way.connection.source.name, way.connection.target.name
            kind = marks.kind_of(way.connection.name)
            _paint_casings(canvas, [way], kind, gid=element_id("mark", *ends))
        return
    for kind in marks.reasons():
        of_kind = [way for way in marked if marks.kind_of(way.connection.name) == kind]
        for is_straight in (True, False):
            chosen = [way for way in of_kind if way.route.is_straight is is_straight]
            _paint_casings(canvas, chosen, kind, gid=f"marks-{kind}")


def _paint_casings(canvas: Canvas, ways: Sequence[Way], kind: str, *, gid: str) -> None:
    """Casings of one kind, around ways that are all straight, or all bent."""
    look, scale = LOOKS[kind], canvas.diagram.weights
    routes = [way.route for way in ways]
    widths = [scale.width(way.connection.weight) for way in ways]
    casings = [width + _CASING for width in widths]
    paint_routes(
        canvas, routes, colors=[getattr(canvas.theme, look.colour)], zorder=MARKED, gid=gid,
        linewidths=[width * canvas.unit for width in casings],
        linestyles=[look.style(width) for width in casings],
    )  # fmt: skip
    paint_routes(
        canvas, routes, colors=[canvas.theme.background], zorder=MARKED + 0.1,
        linewidths=[(width + _CLEAR) * canvas.unit for width in widths],
    )  # fmt: skip


def _paint_frozen(canvas: Canvas, ways: Sequence[Way]) -> None:
    """Two bars across the end of each line that training leaves as it is."""
    frozen = [way.route for way in ways if not way.connection.trainable]
    if frozen:
        segments = [bar for route in frozen for bar in bars(*_arrival(route))]
        canvas.lines(
            segments, _BARS_WIDTH, colors=canvas.theme.foreground, zorder=ON_LINES, gid="frozen"
        )


def bars(end: Point, direction: Point) -> list[tuple[Point, Point]]:
    """Two bars across a line, shortly before its end."""
    (x, y), (u, v) = end, direction
    across, up = -v * _BARS_HALF, u * _BARS_HALF
    feet = [(x - u * back, y - v * back) for back in _BARS_AT]
    return [((a - across, b - up), (a + across, b + up)) for a, b in feet]


def _paint_arrows(canvas: Canvas, ways: Sequence[Way]) -> None:
    """Heads of arrows where a line does not lead to the right, as all others do."""
    from matplotlib.collections import PolyCollection

    backward = [way for way in ways if _needs_arrow(canvas, way.route)]
    if backward:
        heads = [_head(*_arrival(way.route)) for way in backward]
        colours = [canvas.line_colour(way.connection.weight) for way in backward]
        canvas.add(PolyCollection(heads, facecolors=colours, zorder=ON_LINES, gid="arrows"))


def _needs_arrow(canvas: Canvas, route: Route) -> bool:
    """Whether a line leads back; of rows, whether it leads to the left or from row to row."""
    arrangement, (source, target) = (
        canvas.diagram.arrangement,
        (route.line.source, route.line.target),
    )
    if arrangement.direction == "rows":
        return arrangement.places[source][0] >= arrangement.places[target][0]
    items = arrangement.folded.items
    return items[source].column >= items[target].column


def _head(end: Point, direction: Point) -> list[Point]:
    (x, y), (u, v) = end, direction
    foot_x, foot_y = x - u * _HEAD_LENGTH, y - v * _HEAD_LENGTH
    across, up = -v * _HEAD_HALF, u * _HEAD_HALF
    return [end, (foot_x + across, foot_y + up), (foot_x - across, foot_y - up)]


def _arrival(route: Route) -> tuple[Point, Point]:
    """Where a way ends, and the direction in which it arrives there."""
    (x, y), end = route.points[-2:]
    length = math.dist((x, y), end) or 1.0
    return end, ((end[0] - x) / length, (end[1] - y) / length)
