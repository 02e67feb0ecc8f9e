"""The painter of boxes for layers, and of heat maps of the weights between them."""

from typing import Any

import numpy as np

from neurosim.drawing.diagram.bars import HALF_HEIGHT, LENGTH
from neurosim.drawing.diagram.canvas import ITEMS, LINES, SIGNS, Canvas, element_id
from neurosim.drawing.diagram.diagram import TILE_TEXT
from neurosim.drawing.diagram.hovering import title_of_neuron
from neurosim.drawing.diagram.legend import EM_NOTE
from neurosim.drawing.diagram.painters.lines import paint_routes
from neurosim.drawing.diagram.painters.neurons import curve
from neurosim.drawing.geometry.font import width_of
from neurosim.drawing.geometry.items import Box, Circle, Image, Tile
from neurosim.drawing.geometry.layout import Point
from neurosim.drawing.geometry.measures import EM_NAME
from neurosim.functions.numbers import Matrix
from neurosim.languages import count, translate
from neurosim.network.connection import Connection

_EDGE = 0.09
_ROUND = 0.4  # the corners of a box
_EM_BOX = 0.62  # of a box's name, where it fits
_INSIDE = 7.2  # how wide its texts may be
_MOST = 8e307  # a scale that goes as far in both directions is a number still
_CURVE = (0.8, 0.42)  # half a width and half a height of the curve in a box


def paint_boxes(canvas: Canvas) -> None:
    """Paint boxes, heat maps, and the ways between them."""
    routes = [r for r in canvas.diagram.routes if not isinstance(r.line.of, Connection)]
    width = _EDGE if canvas.diagram.folded.has_boxes else _EDGE / 3.0  # to an image they are many
    for is_straight in (True, False):
        chosen = [route for route in routes if route.is_straight is is_straight]
        paint_routes(canvas, chosen, colors=[canvas.theme.muted], zorder=LINES,
                     linewidths=[width * canvas.unit], gid="links")  # fmt: skip
    matrices = iter(canvas.diagram.matrices)
    for item, place in canvas.placed():
        match item:
            case Box():
                _paint_box(canvas, item, place)
            case Tile():
                _paint_tile(canvas, item, place, next(matrices))
            case Image():
                _paint_image(canvas, item, place)
            case Circle() if item.image is not None:
                _paint_weights(canvas, item, place, next(matrices))
    _paint_bars(canvas)


def _paint_box(canvas: Canvas, box: Box, place: Point) -> None:
    from matplotlib.patches import FancyBboxPatch

    (x, y), across, up = place, box.half_width - _ROUND, box.half_height - _ROUND
    canvas.ax.add_artist(
        FancyBboxPatch(
            (x - across, y - up), 2.0 * across, 2.0 * up,
            boxstyle=f"round,pad={_ROUND}", facecolor=canvas.theme.background,
            edgecolor=canvas.theme.foreground, linewidth=_EDGE * canvas.unit, zorder=ITEMS,
            gid=element_id("box", box.name),
        )
    )  # fmt: skip
    _write(canvas, x, y + 1.35, box.name, _EM_BOX, weight="bold")
    _write(canvas, x, y + 0.5, count(len(box.neurons), "neuron"), EM_NAME)
    more = ", ..." if len(box.activations) > 3 else ""
    kinds = (translate(name) if name == "input" else name for name in box.activations[:3])
    _write(canvas, x, y - 0.2, ", ".join(kinds) + more, EM_NAME)
    if box.n_inside:
        words = translate("{} inside, not drawn", count(box.n_inside, "connection"))
        _write(canvas, x, y - 0.8, words, EM_NOTE)
    elif len(box.activations) == 1 and box.activations[0] != "input":
        points = curve(box.activations[0], (x, y - 1.15), *_CURVE)
        canvas.lines([points], _EDGE, colors=canvas.theme.text, zorder=SIGNS)


def _paint_tile(canvas: Canvas, tile: Tile, place: Point, matrix: Matrix) -> None:
    (x, y), across, up = place, tile.half_width, tile.half_height
    largest = canvas.diagram.weights.largest or 1.0
    source, target = tile.link.source, tile.link.target
    unit = largest if largest > _MOST else 1.0
    canvas.ax.imshow(
        matrix / unit, cmap=canvas.map, vmin=-largest / unit, vmax=largest / unit,
        interpolation="nearest",
        extent=(x - across, x + across, y - up, y + up), zorder=ITEMS,
        gid=element_id("weights", source.name, target.name),
    )  # fmt: skip
    frame = [(x - across, y - up), (x + across, y - up), (x + across, y + up), (x - across, y + up)]
    canvas.lines([[*frame, frame[0]]], _EDGE / 1.5, colors=canvas.theme.foreground, zorder=SIGNS)
    size = f"{len(source.neurons)} \N{MULTIPLICATION SIGN} {len(target.neurons)}"
    ground = {"facecolor": canvas.theme.background, "edgecolor": "none", "pad": 1.0}
    at = y - up - TILE_TEXT / 2.0  # where a line leads down, it is on it
    _write(canvas, x, at, size, EM_NOTE, most=2.0 * across,
           bbox=ground if canvas.diagram.arrangement.direction == "down" else None)  # fmt: skip


def _paint_image(canvas: Canvas, image: Image, place: Point) -> None:
    """The inputs of the sample as pixels; an empty grid where there is none."""
    outputs, scale = canvas.diagram.values.outputs, canvas.diagram.inputs
    fills = [scale.fill(outputs[p.name]) if scale and p.name in outputs else 0.5
             for p in image.neurons]  # fmt: skip
    pixels = np.array(fills).reshape(image.shape)
    _paint_pixels(canvas, pixels, (image, place), (0.0, 1.0), element_id("image"))
    x, y = place[0], place[1] - image.half_height - TILE_TEXT / 2.0
    words = image.name if outputs else translate("{}, no sample", image.name)
    _write(canvas, x, y, words, EM_NOTE, most=2.0 * image.half_width)


def _paint_weights(canvas: Canvas, circle: Circle, place: Point, weights: Matrix) -> None:
    """A neuron as its weights from the pixels; what the pointer tells is the neuron's."""
    tiles = canvas.diagram.tiles
    largest = tiles.largest if tiles is not None and tiles.largest else 1.0
    parts = np.clip(weights / largest, -1.0, 1.0)
    _paint_pixels(canvas, parts, (circle, place), (-1.0, 1.0), element_id("tile", circle.name))


def _paint_pixels(
    canvas: Canvas,
    pixels: Matrix,
    at: tuple[Image | Circle, Point],
    ends: Point,
    gid: str,
) -> None:
    """Pixels in a frame, the first row on top."""
    from matplotlib.patches import Rectangle

    item, (x, y) = at
    across, up = item.half_width, item.half_height
    canvas.ax.imshow(
        pixels, cmap=canvas.map, vmin=ends[0], vmax=ends[1], interpolation="nearest",
        extent=(x - across, x + across, y - up, y + up), zorder=ITEMS, gid=gid,
    )  # fmt: skip
    frame = Rectangle(
        (x - across, y - up), 2.0 * across, 2.0 * up, facecolor="none", zorder=SIGNS,
        edgecolor=canvas.theme.foreground, linewidth=_EDGE / 1.5 * canvas.unit,
    )  # fmt: skip
    if isinstance(item, Circle):
        frame.set(gid=element_id("neuron", item.name), facecolor=(0.0, 0.0, 0.0, 0.0))
        canvas.hover(frame, [title_of_neuron(canvas.diagram, item)])
    canvas.ax.add_artist(frame)


def _paint_bars(canvas: Canvas) -> None:
    """How large outputs are, and a line at what each is aimed at."""
    from matplotlib.patches import Rectangle

    theme, scale = canvas.theme, canvas.diagram.outputs
    for bar in canvas.diagram.bars:
        low, height = bar.y - HALF_HEIGHT, 2.0 * HALF_HEIGHT
        full = canvas.colour(scale.fill(bar.part)) if scale is not None else theme.muted
        for part, colour, order in ((1.0, theme.background, ITEMS), (bar.part, full, SIGNS)):
            canvas.ax.add_artist(
                Rectangle((bar.x, low), LENGTH * part, height, facecolor=colour, zorder=order,
                          edgecolor=theme.muted, linewidth=_EDGE / 2.0 * canvas.unit)
            )  # fmt: skip
        if bar.target is not None:
            x = bar.x + LENGTH * min(max(bar.target, 0.0), 1.0)
            tick = [(x, low - 0.2), (x, low + height + 0.2)]
            canvas.lines([tick], _EDGE * 1.5, colors=theme.foreground, zorder=SIGNS + 0.5)


def _write(
    canvas: Canvas, x: float, y: float, words: str, em: float, *, most: float = _INSIDE,
    weight: str = "normal", bbox: dict[str, Any] | None = None,
) -> None:  # fmt: skip
    """Write something, smaller where it would be too wide; bold letters are wider."""
    wide = width_of(words) * (1.12 if weight == "bold" else 1.0)
    canvas.write(x, y, words, min(em, most / wide), fontweight=weight, bbox=bbox)
