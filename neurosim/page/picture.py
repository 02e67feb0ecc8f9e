"""The network as SVG for a page: the places of `neurosim.drawing`, and elements that can change.

What is drawn, and where, is the diagram's. A page changes colours, widths and texts while it is
stepped through, so they are attributes of elements that know their thing by its number; there is no
``style`` attribute, since the page's policy allows none.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from html import escape
from itertools import pairwise

from neurosim.drawing.diagram.diagram import Diagram, prepare
from neurosim.drawing.diagram.painters.neurons import LARGE, SMALL, curve
from neurosim.drawing.diagram.painters.words import side_of
from neurosim.drawing.geometry.font import LINE_HEIGHT
from neurosim.drawing.geometry.items import Box, Circle, Item, More, Tile
from neurosim.drawing.geometry.labels import Label
from neurosim.drawing.geometry.layout import Point
from neurosim.drawing.geometry.measures import EM, EM_NAME, RADIUS
from neurosim.drawing.geometry.routing import Route, bounds
from neurosim.drawing.page.pages import keep_text
from neurosim.network.connection import Connection
from neurosim.network.network import Network

MOST_FOCUSED = 80  # connections that the Tab key comes to; of more, only neurons
_UNIT = 20.0  # of the SVG's own coordinates a radius
_FLAT = 0.62  # of a network from the top down: how much nearer its layers are
_WIDEST = 20.0  # of a network from the top down, in radii: beyond it neurons move together
_CLOSE = 2.8  # how near to each other they may come then
_MOST_DRAWN = 600  # connections; of more, long layers are abridged, as in any drawing


def diagrams_of(network: Network, sample: tuple[float, ...] | None) -> str:
    """The network twice: from left to right, and from the top down for narrow pages."""
    full = len(network.connections) <= _MOST_DRAWN
    diagram = prepare(network, sample=sample, full=full, title="")
    numbers = {neuron.name: i for i, neuron in enumerate(network.neurons)}
    n = len(numbers)
    numbers |= {c.name: n + i for i, c in enumerate(network.connections)}
    is_many = len(network.connections) > MOST_FOCUSED
    gap = _gap_of(diagram)
    narrow = min(1.0, _CLOSE / gap) if _width_of(diagram) > _WIDEST else 1.0
    wide = _Painter(diagram, numbers, _across, "wide", is_many)
    tall = _Painter(diagram, numbers, partial(_down, narrow), "tall", is_many, narrow * gap)
    return f"{wide.svg()}\n{tall.svg()}"


def _gap_of(diagram: Diagram) -> float:
    """The least distance of two neurons of a layer, in radii."""
    columns: dict[int, list[float]] = {}
    placed = zip(diagram.arrangement.folded.items, diagram.arrangement.places, strict=True)
    for item, (_, y) in placed:
        if isinstance(item, Circle):
            columns.setdefault(item.column, []).append(y)
    gaps = [above - below for ys in columns.values() for below, above in pairwise(sorted(ys))]
    return max(min(gaps, default=_WIDEST), _CLOSE)


def _width_of(diagram: Diagram) -> float:
    heights = [y for _, y in diagram.arrangement.places]
    return max(heights, default=0.0) - min(heights, default=0.0)


def _across(point: Point) -> Point:
    return point[0] * _UNIT, -point[1] * _UNIT


def _down(narrow: float, point: Point) -> Point:
    return -point[1] * _UNIT * narrow, point[0] * _UNIT * _FLAT


@dataclass(frozen=True, slots=True)
class _Painter:
    """Writes one diagram.

    ``to`` leads from its places to those of the SVG; ``gap`` is what neurons beside each other
    leave to a caption in the diagram from the top down, in radii.
    """

    diagram: Diagram
    numbers: Mapping[str, int]
    to: Callable[[Point], Point]
    kind: str
    is_many: bool
    gap: float = 0.0

    def svg(self) -> str:
        left, top, right, bottom = bounds(list(self._reach()), margin=0.4 * _UNIT)
        box = " ".join(f"{n:.1f}" for n in (left, top, right - left, bottom - top))
        is_narrow = self.kind == "tall" and _width_of(self.diagram) > _WIDEST
        parts = [*self._lines(), *self._items(), *(() if is_narrow else self._weights())]
        label = escape(keep_text(self.diagram.description), quote=True)
        return (
            f'<svg class="net {self.kind}" viewBox="{box}" role="group" aria-label="{label}">'
            f"{''.join(parts)}</svg>"
        )

    def _placed(self) -> list[tuple[Item, Point]]:
        arrangement = self.diagram.arrangement
        return list(zip(arrangement.folded.items, arrangement.places, strict=True))

    def _reach(self) -> Iterator[Point]:
        """Points around all that is drawn."""
        for item, (x, y) in self._placed():
            for side in (-1.0, 1.0):
                yield self.to((x + side * item.half_width, y + side * item.half_height))
            sx, sy = self.to((x, y))
            if self.kind == "tall":
                yield from (
                    (sx - _UNIT * 1.3, sy - _UNIT * 1.8),
                    (sx + _UNIT * 1.3, sy + _UNIT * 1.8),
                )
        for route in self.diagram.routes:
            yield from map(self.to, route.points)
        if self.kind == "wide":
            for label in self.diagram.labels.shown:
                yield from (self.to(label.box[:2]), self.to(label.box[2:]))

    # --- lines

    def _lines(self) -> Iterator[str]:
        for route in self.diagram.routes:
            path = self._path(route)
            if isinstance(route.line.of, Connection):
                yield self._connection(route.line.of, path)
            else:
                yield f'<path class="link" d="{path}"/>'

    def _connection(self, connection: Connection, path: str) -> str:
        focus = "" if self.is_many else ' tabindex="0" role="button"'
        frozen = "" if connection.trainable else " frozen"
        return (
            f'<g class="connection{frozen}" data-thing="{self.numbers[connection.name]}"{focus}>'
            f'<title></title><path class="reach" d="{path}"/><path class="mark" d="{path}"/>'
            f'<path class="line" d="{path}"/></g>'
        )

    def _path(self, route: Route) -> str:
        points = [f"{x:.2f} {y:.2f}" for x, y in map(self.to, route.points)]
        return f"M{points[0]}{'L' if route.is_straight else 'C'}{' '.join(points[1:])}"

    # --- items

    def _items(self) -> Iterator[str]:
        names = {label.of: label for label in self.diagram.labels.shown if label.kind == "name"}
        ends = self.diagram.ends
        for item, place in self._placed():
            match item:
                case Circle():
                    yield self._neuron(item, place, names.get(item.name), item.name in ends)
                case More():
                    yield self._word(place, item.text, EM)
                case Box():
                    yield self._box(item, place)
                    yield self._word(place, item.name, 0.62)
                case Tile():
                    yield self._box(item, place)

    def _neuron(self, item: Circle, place: Point, label: Label | None, is_end: bool) -> str:
        x, y = self.to(place)
        value = f'<text class="value" x="{x:.2f}" y="{y:.2f}" font-size="{EM * _UNIT:.2f}"></text>'
        drawn = "" if item.neuron.is_input else self._glyph(item, (x, y), SMALL, "small")
        drawn += "" if item.neuron.is_input else self._glyph(item, (x, y), LARGE, "large")
        kind = " end" if is_end else ""
        return (
            f'<g class="neuron{kind}" data-thing="{self.numbers[item.name]}" tabindex="0"'
            f' role="button"><title></title><circle class="mark" cx="{x:.2f}" cy="{y:.2f}"'
            f' r="{RADIUS * _UNIT + 3.0:.2f}"/><circle class="disc" cx="{x:.2f}" cy="{y:.2f}"'
            f' r="{RADIUS * _UNIT:.2f}"/>{drawn}{value}{self._name(item, place, label)}</g>'
        )

    def _glyph(
        self, item: Circle, middle: Point, size: tuple[float, float, float], kind: str
    ) -> str:
        points = curve(item.neuron.activation, (0.0, 0.0), *size)
        text = " ".join(
            f"{middle[0] + u * _UNIT:.1f},{middle[1] - v * _UNIT:.1f}" for u, v in points
        )
        return f'<polyline class="glyph {kind}" points="{text}"/>'

    def _name(self, item: Circle, place: Point, label: Label | None) -> str:
        """The caption, and a line for what belongs to the neuron alone, which the page fills."""
        if self.kind == "tall":
            return self._name_inside(item, place)
        if label is None:
            return ""
        across, side = side_of(label, place[0])
        anchor = {"left": "start", "right": "end", "center": "middle"}[side]
        lines = label.text.count("\n")
        x, y = self.to((across, label.y))
        em = EM_NAME * _UNIT
        first = y - lines * LINE_HEIGHT * em / 2.0
        return (
            f'<text class="name" text-anchor="{anchor}" font-size="{em:.2f}">'
            f'<tspan x="{x:.2f}" y="{first:.2f}">{escape(item.caption)}</tspan>'
            f'<tspan class="bias" x="{x:.2f}" y="{first + LINE_HEIGHT * em:.2f}"></tspan></text>'
        )

    def _name_inside(self, item: Circle, place: Point) -> str:
        """The caption above the first layer, below the last, else inside: lines are around."""
        x, y = self.to(place)
        last = max(circle.column for circle in self.diagram.folded.circles)
        up = {0: 1.45, last: -1.45}.get(item.column, 0.5)
        is_inside = item.column not in {0, last}
        room = 1.5 if is_inside else max(self.gap - 0.2, 1.5)
        em = min(EM_NAME, room / max(len(item.caption), 1) / 0.6)
        kind = "inside" if is_inside else "name"
        return (
            f'<text class="{kind}" text-anchor="middle" font-size="{em * _UNIT:.2f}" x="{x:.2f}"'
            f' y="{y - up * _UNIT:.2f}">{escape(item.caption)}</text>'
        )

    def _weights(self) -> Iterator[str]:
        for label in self.diagram.labels.shown:
            if label.kind == "weight":
                x, y = self.to((label.x, label.y))
                yield (
                    f'<text class="weight" data-of="{self.numbers[label.of]}" x="{x:.2f}"'
                    f' y="{y:.2f}" font-size="{EM * _UNIT:.2f}"></text>'
                )

    def _word(self, place: Point, words: str, em: float) -> str:
        x, y = self.to(place)
        place_ = f'x="{x:.2f}" y="{y:.2f}" font-size="{em * _UNIT:.2f}"'
        return f'<text class="word" {place_}>{escape(words)}</text>'

    def _box(self, item: Box | Tile, place: Point) -> str:
        (x, y), across, up = place, item.half_width, item.half_height
        (left, top), (right, bottom) = self.to((x - across, y + up)), self.to((x + across, y - up))
        x, y = min(left, right), min(top, bottom)
        wide, high = abs(right - left), abs(bottom - top)
        return f'<rect class="box" x="{x:.2f}" y="{y:.2f}" width="{wide:.2f}" height="{high:.2f}"/>'
