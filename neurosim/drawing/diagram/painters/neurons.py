"""The painter of neurons: fills, curves of activations, marks, dots."""

from typing import Any

from neurosim.drawing.diagram.canvas import ITEMS, MOST_NAMED, SIGNS, TEXTS, Canvas, element_id
from neurosim.drawing.diagram.glyphs import glyph
from neurosim.drawing.diagram.hovering import title_of_neuron
from neurosim.drawing.diagram.marks import LOOKS
from neurosim.drawing.geometry.items import Circle, More
from neurosim.drawing.geometry.layout import Point
from neurosim.drawing.geometry.measures import RADIUS
from neurosim.drawing.page.themes import ink_on

_EDGE, END_EDGE = 0.06, 0.16  # the border of a neuron, and of an output that is marked, in radii
_RING, _RING_WIDTH = 0.11, 0.15  # around a marked neuron: how far from it
SMALL = (0.4, 0.15, -0.56)  # half a width and half a height of a curve, how far above the middle
LARGE = (0.5, 0.36, 0.0)  # the same where no value is in the neuron
_STROKE = 0.07  # of a curve
_DOTS = (0.85, 0.52, -0.52, -0.85)  # above and below the words "768 more"


def paint_neurons(canvas: Canvas) -> None:
    """Paint neurons, and the marks of those that are not drawn."""
    circles = [(item, place) for item, place in canvas.placed() if isinstance(item, Circle)]
    found = [(item, place) for item, place in circles if item.image is None]
    _paint_rings(canvas, circles)
    _paint_discs(canvas, found)
    _paint_curves(canvas, found)
    for item, place in canvas.placed():
        if isinstance(item, More):
            paint_dots(canvas, item, place)


def _paint_discs(canvas: Canvas, found: list[tuple[Circle, Point]]) -> None:
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Circle as Disc

    style: dict[str, Any] = {"edgecolor": canvas.theme.foreground, "zorder": ITEMS}
    ends = canvas.diagram.ends
    edges = [(END_EDGE if item.name in ends else _EDGE) * canvas.unit for item, _ in found]
    if len(found) <= MOST_NAMED:
        for (item, place), edge in zip(found, edges, strict=True):
            look = style | {"facecolor": canvas.fill_of(item.name), "linewidth": edge}
            disc = Disc(place, RADIUS, gid=element_id("neuron", item.name), **look)
            canvas.hover(disc, [title_of_neuron(canvas.diagram, item)])
            canvas.ax.add_artist(disc)
    else:
        discs = [Disc(place, RADIUS) for _, place in found]
        fills = [canvas.fill_of(item.name) for item, _ in found]
        collection = PatchCollection(
            discs, facecolor=fills, gid="neurons", linewidths=edges, **style
        )
        canvas.hover(collection, [title_of_neuron(canvas.diagram, item) for item, _ in found])
        canvas.add(collection)


def _paint_rings(canvas: Canvas, found: list[tuple[Circle, Point]]) -> None:
    from matplotlib.patches import Circle as Disc

    marks = canvas.diagram.marks
    style: dict[str, Any] = {"facecolor": "none", "zorder": TEXTS + 0.1}
    style["linewidth"] = _RING_WIDTH * canvas.unit
    for item, place in found:
        if item.name in marks.neurons:
            look = LOOKS[marks.kind_of(item.name)]
            style["edgecolor"] = getattr(canvas.theme, look.colour)
            style["linestyle"] = look.style(_RING_WIDTH)
            gid = element_id("mark", item.name)
            canvas.ax.add_artist(Disc(place, RADIUS + _RING, gid=gid, **style))


def _paint_curves(canvas: Canvas, found: list[tuple[Circle, Point]]) -> None:
    """The curve of its activation in each neuron, below the value where there is one."""
    valued = {label.of for label in canvas.diagram.labels.shown if label.kind == "value"}
    curves, colours = [], []
    for item, place in found:
        if not item.neuron.is_input:
            size = SMALL if item.name in valued else LARGE
            curves.append(curve(item.neuron.activation, place, *size))
            colours.append(ink_on(canvas.fill_of(item.name)))
    if curves:
        canvas.lines(curves, _STROKE, colors=colours, zorder=SIGNS, gid="activations")


def curve(
    activation: str, place: Point, half_width: float, half_height: float, above: float = 0.0
) -> list[Point]:
    """The curve of an activation, so large, around a place."""
    x, y = place
    return [(x + half_width * u, y + above + half_height * v) for u, v in glyph(activation)]


def paint_dots(canvas: Canvas, item: More, place: Point) -> None:
    """Paint dots above and below the words that stand for neurons that are not drawn."""
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Circle as Disc

    dots = [Disc((place[0], place[1] + above), 0.09) for above in _DOTS]
    gid = element_id("dots", item.name)
    canvas.add(PatchCollection(dots, facecolor=canvas.theme.muted, zorder=ITEMS, gid=gid))
