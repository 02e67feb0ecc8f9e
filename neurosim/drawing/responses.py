"""What each neuron answers over two inputs: a diagram with a small map in the place of each neuron.

The colours of each map are centred at zero and reach as far as its answers do: of an output that
stays near zero one sees as much as of any other. How far that is stands at its name.
"""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.drawing.canvas import ITEMS, SIGNS, Canvas, element_id
from neurosim.drawing.diagram import compose
from neurosim.drawing.drawing import paint
from neurosim.drawing.folding import fold
from neurosim.drawing.font import brief
from neurosim.drawing.items import Circle, More
from neurosim.drawing.layout import Point
from neurosim.drawing.neuron_artists import END_EDGE, paint_dots
from neurosim.drawing.planes import Plane, Span, plane_of, responses_over
from neurosim.drawing.scales import MOST_FILL
from neurosim.drawing.standing import Standing
from neurosim.drawing.themes import Theme, require_theme
from neurosim.functions.numerals import Matrix
from neurosim.network.names import require_text
from neurosim.network.network import Network

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# half a side, in radii of a neuron, and how round its corners are: lines that end at a circle end
# at its frame, and those that pass a circle pass its corners
_HALF, _ROUND = 0.96, 0.4
_EDGE = 0.06  # of its frame


def draw_responses(
    network: Network,
    ax: "Axes | None" = None,
    *,
    X: Any = None,
    fixed: Mapping[str, float] | None = None,
    span: Span | None = None,
    resolution: int = 40,
    full: bool = False,
    layout: str | None = None,
    theme: str | Theme = "light",
    title: str | None = None,
) -> "Axes":
    """Draw a network, and in the place of each neuron a small map of its answers over two inputs.

    What is drawn, and where, is as in `draw`. Where more than 300 neurons become boxes, there are
    no maps, and the drawing says so.

    Args:
        network: what is asked.
        ax: where to draw; a figure that fits is made if None.
        X: samples, (B, n_in): the maps reach a little beyond them; None: from -1 to 1.
        fixed: the values of all inputs but two, by name.
        span: ``((left, right), (bottom, top))``, instead of around the samples.
        resolution: points on each side of a map.
        full: True draws all neurons and connections, however many.
        layout: ``layers``, ``levels`` or ``dot``; chosen by the network if None.
        theme: ``light``, ``dark`` or ``print``.
        title: what stands above, the network's own if None.

    Raises:
        ShapeError: not two inputs are left; says what to fix.
        UnknownNameError: ``fixed`` names no input; there is no such layout or theme.
    """
    chosen = require_theme(theme)
    plane = plane_of(network, X, fixed=fixed, span=span, resolution=resolution)
    folded = fold(network, kind=layout, full=full)
    found = {} if folded.has_boxes else responses_over(network, plane)
    pictures = {circle.name: found[circle.name] for circle in folded.circles}
    reaches = {name: _reach(picture) for name, picture in pictures.items()}
    heading = network.title if title is None else require_text(title, "title", "free text")
    diagram = compose(
        folded, Standing(reaches=reaches), shown=(), title=heading,
        subtitle="" if pictures else "no maps: neurons are drawn as boxes, full draws each",
        outputs=[neuron.name for neuron in network.outputs],
        notes=[_axes_of(plane, fixed or {})] if pictures else (),
    )  # fmt: skip
    return paint(diagram, ax, chosen, neurons=partial(_paint_maps, pictures=pictures))


def _reach(picture: Matrix) -> float:
    finite = picture[np.isfinite(picture)]
    return float(np.abs(finite).max()) if len(finite) else 0.0


def _axes_of(plane: Plane, fixed: Mapping[str, float]) -> str:
    """What the two sides of a map are."""
    (x, y), ways = plane.inputs, ("to the right", "upwards")
    ends = [(float(values[0]), float(values[-1])) for values in (plane.x, plane.y)]
    sides = [
        f"{name} from {brief(low)} to {brief(high)} {way}"
        for name, (low, high), way in zip((x, y), ends, ways, strict=True)
    ]
    held = [f"{name} = {brief(value)}" for name, value in fixed.items()]
    return f"each map: {', '.join([*sides, *held])}"


def _paint_maps(canvas: Canvas, *, pictures: Mapping[str, Matrix]) -> None:
    """Paint a map for each neuron, and the marks of those that are not drawn."""
    for item, place in canvas.placed():
        match item:
            case Circle():
                _paint_map(canvas, item.name, pictures[item.name], place)
            case More():
                paint_dots(canvas, item, place)


def _paint_map(canvas: Canvas, name: str, picture: Matrix, place: Point) -> None:
    from matplotlib.colors import CenteredNorm
    from matplotlib.patches import FancyBboxPatch

    (x, y), inner = place, _HALF - _ROUND
    reach = canvas.diagram.standing.reaches[name] or 1.0
    edge = END_EDGE if name in canvas.diagram.ends else _EDGE
    corner, side = (x - inner, y - inner), 2.0 * inner
    look: dict[str, Any] = {"boxstyle": f"round,pad={_ROUND}", "linewidth": edge * canvas.unit}
    # a place where the answer is no number shows the ground
    ground = FancyBboxPatch(corner, side, side, facecolor=canvas.theme.grid, edgecolor="none",
                            zorder=ITEMS, **look)  # fmt: skip
    frame = FancyBboxPatch(corner, side, side, facecolor="none", zorder=SIGNS,
                           edgecolor=canvas.theme.foreground, gid=element_id("neuron", name),
                           **look)  # fmt: skip
    for patch in (ground, frame):
        canvas.ax.add_artist(patch)
    image = canvas.ax.imshow(
        picture, extent=(x - _HALF, x + _HALF, y - _HALF, y + _HALF), origin="lower",
        cmap=canvas.map, norm=CenteredNorm(0.0, reach / MOST_FILL),
        interpolation="nearest", zorder=ITEMS + 0.1, gid=element_id("map", name),
    )  # fmt: skip
    image.set_clip_path(ground)
