r"""Drawings for LaTeX: a TikZ picture in a document of its own, from the geometry of all pictures.

A length of one is a radius of a neuron. What a user wrote is escaped: no name is a command.
"""

from collections.abc import Iterator
from typing import Any

from neurosim.drawing.diagram.canvas import Canvas
from neurosim.drawing.diagram.diagram import Diagram, prepare
from neurosim.drawing.diagram.glyphs import glyph
from neurosim.drawing.diagram.painters.neurons import LARGE, SMALL
from neurosim.drawing.diagram.painters.words import side_of
from neurosim.drawing.geometry.font import LINE_HEIGHT
from neurosim.drawing.geometry.items import Circle, More
from neurosim.drawing.geometry.labels import Label
from neurosim.drawing.geometry.layout import Point
from neurosim.drawing.geometry.measures import EM, EM_NAME, RADIUS
from neurosim.drawing.geometry.routing import Route
from neurosim.drawing.page.pages import show_text
from neurosim.drawing.page.themes import Theme, ink_on, require_theme
from neurosim.drawing.text.tex import tex_letters, tex_text
from neurosim.errors import InvalidValueError
from neurosim.languages import in_language, language
from neurosim.network.connection import Connection
from neurosim.network.network import Network

UNIT = 20.0  # points a radius


def to_tikz(
    network: Network, *, theme: str | Theme = "light", lang: str | None = None, **options: Any
) -> str:
    r"""A drawing of the network as a LaTeX document, with the options of `draw`.

    Neurons, connections, their texts, title and notes are those of a picture; the legend is left
    out. A frozen connection ends in a bar, one that leads back in an arrow.

    Raises:
        InvalidValueError: the drawing has boxes or images, or marks.
        NeurosimError: what `draw` raises.

    >>> net = Network()
    >>> _ = net.add_layer("x_", 1), net.add_layer("o", 1), net.connect("x_", "o", weight=-2)
    >>> [line for line in to_tikz(net).splitlines() if "dashed" in line]
    ['\\draw[dashed,line width=4.4pt,draw={rgb,255:red,180;green,49;blue,10}] (1,0) -- (7,0);']
    """
    chosen = require_theme(theme)
    with in_language(lang or language()):
        diagram = prepare(network, **options)
    others = [i for i in diagram.folded.items if not isinstance(i, Circle | More)]
    if others or diagram.folded.images:
        raise InvalidValueError(
            "tikz: got a drawing with boxes or images; expected one of neurons alone, as by --full"
        )
    if diagram.marks:
        raise InvalidValueError("tikz: got marks; expected no highlight and no path")
    body = list(_Pencil(diagram, chosen).lines())
    letters = tex_letters("".join(body))
    return "\n".join([r"\documentclass[tikz]{standalone}", *letters, *_HEAD, *body, *_FOOT, ""])


class _Pencil:
    """Commands of TikZ for a diagram."""

    def __init__(self, diagram: Diagram, theme: Theme) -> None:
        self._diagram, self._theme = diagram, theme
        self._colours = Canvas(None, diagram, theme, UNIT)  # type: ignore[arg-type]  # no Axes

    def lines(self) -> Iterator[str]:
        """From back to front."""
        left, bottom, right, top = self._diagram.box
        yield (
            rf"\path[fill={_rgb(self._theme.background)}] {_at((left, bottom))}"
            f" rectangle {_at((right, top))};"
        )
        weigh = self._diagram.weights.part
        routes = [r for r in self._diagram.routes if isinstance(r.line.of, Connection)]
        yield from map(self._line, sorted(routes, key=lambda r: abs(weigh(_weight(r)))))
        valued = {label.of for label in self._diagram.labels.shown if label.kind == "value"}
        for item, place in self._colours.placed():
            if isinstance(item, Circle):
                yield from self._neuron(item, place, has_value=item.name in valued)
        places = {item.name: place for item, place in self._colours.placed()}
        for label in self._diagram.labels.shown:
            yield self._label(label, places)
        mark = self._diagram.loss
        if mark is not None:
            middle = (mark.x + 0.6, (mark.low + mark.high) / 2.0)
            yield self._text(middle, mark.text, EM_NAME, self._theme.text, "west")
        for one in self._diagram.written:
            ink = self._theme.text if one.kind == "title" else self._theme.muted
            yield self._text((one.x, one.y), one.text, one.em, ink, "west")

    def _line(self, route: Route) -> str:
        scale, weight = self._diagram.weights, _weight(route)
        dashed = "dashed," if scale.style(weight)[1] else ""
        items, line = self._diagram.folded.items, route.line
        leads_back = items[line.source].column >= items[line.target].column
        assert isinstance(line.of, Connection)
        tip = "->," * leads_back if line.of.trainable else "-|,"
        look = f"{tip}{dashed}line width={scale.width(weight) * UNIT:.3g}pt"
        colour = _rgb(self._colours.line_colour(weight))
        points = [_at(point) for point in route.points]
        way = points[0]
        if route.is_straight:
            way += f" -- {points[1]}"
        else:
            for i in range(1, len(points), 3):
                way += f" .. controls {points[i]} and {points[i + 1]} .. {points[i + 2]}"
        return rf"\draw[{look},draw={colour}] {way};"

    def _neuron(self, item: Circle, place: Point, *, has_value: bool) -> Iterator[str]:
        fill = self._colours.fill_of(item.name)
        width = 3.2 if item.name in self._diagram.ends else 1.2
        yield (
            rf"\path[fill={_rgb(fill)},draw={_rgb(self._theme.foreground)},line width={width}pt]"
            f" {_at(place)} circle[radius={RADIUS:g}];"
        )
        if not item.neuron.is_input:
            across, up, above = SMALL if has_value else LARGE
            x, y = place
            points = [
                _at((x + across * u, y + above + up * v)) for u, v in glyph(item.neuron.activation)
            ]
            yield rf"\draw[line width=1.4pt,draw={_rgb(ink_on(fill))}] {' -- '.join(points)};"

    def _label(self, label: Label, places: dict[str, Point]) -> str:
        em = EM_NAME if label.kind == "name" else EM
        ink, at, anchor = self._theme.text, (label.x, label.y), "center"
        if label.kind == "value":
            em, ink = label.height / LINE_HEIGHT, ink_on(self._colours.fill_of(label.of))
        elif label.kind == "name":
            x, side = side_of(label, places[label.of][0])
            at, anchor = (x, label.y), {"left": "west", "right": "east"}.get(side, "center")
        return self._text(at, label.text, em, ink, anchor)

    def _text(self, at: Point, text: str, em: float, ink: str, anchor: str) -> str:
        size = em * UNIT
        font = rf"\fontsize{{{size:.3g}}}{{{size * LINE_HEIGHT:.3g}}}\selectfont"
        align = {"west": "left", "east": "right"}.get(anchor, "center")
        words = r"\\".join(_words(line) for line in text.split("\n"))
        return (
            rf"\node[anchor={anchor},align={align},inner sep=0pt,font={font},text={_rgb(ink)}]"
            f" at {_at(at)} {{{words}}};"
        )


def _words(text: str) -> str:
    """A line of text; an empty group before it, since LaTeX reads ``[`` behind a line break."""
    return "{}" + tex_text(show_text(text))


def _weight(route: Route) -> float:
    assert isinstance(route.line.of, Connection)
    return route.line.of.weight


def _at(point: Point) -> str:
    return f"({round(point[0], 4) + 0.0:g},{round(point[1], 4) + 0.0:g})"


def _rgb(colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"{{rgb,255:red,{red};green,{green};blue,{blue}}}"


_HEAD = (
    r"\begin{document}\sffamily",
    rf"\begin{{tikzpicture}}[x={UNIT:g}pt,y={UNIT:g}pt]",
)
_FOOT = (r"\end{tikzpicture}", r"\end{document}")
