"""Responses of neurons over two inputs: a diagram with a small map for each neuron.

The colours of each map are centred at zero and reach as far as its answers do: of an output that
stays near zero one sees as much as of any other. How far that is, its name says.
"""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.drawing.diagram.canvas import ITEMS, SIGNS, Canvas, element_id
from neurosim.drawing.diagram.diagram import Diagram, compose
from neurosim.drawing.diagram.legend import LegendEntry
from neurosim.drawing.diagram.painters.neurons import END_EDGE, paint_dots
from neurosim.drawing.diagram.sample_values import SampleValues
from neurosim.drawing.diagram.scales import MOST_FILL, Scale
from neurosim.drawing.drawing import paint
from neurosim.drawing.geometry.abridging import fold
from neurosim.drawing.geometry.font import DIGITS, brief
from neurosim.drawing.geometry.items import Circle, Folded, More
from neurosim.drawing.geometry.layout import Point
from neurosim.drawing.page.themes import Theme, require_theme
from neurosim.drawing.plots.input_grids import InputGrid, Span, input_grid, responses
from neurosim.functions.numbers import Matrix
from neurosim.network.names import require_text
from neurosim.network.network import Network

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

# half a side, in radii of a neuron, and how round its corners are: lines that end at a circle end
# at its frame, and those that pass a circle pass its corners
_HALF, _ROUND = 0.96, 0.4
_EDGE = 0.06  # of its frame
_UP, _STROKE, _ZERO = 0.8, 0.09, 0.05  # of a curve: half its height, and how broad it and zero are
_MINUS = "\N{MINUS SIGN}"
_WHERE = ", as ± r at each name says"


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
    digits: int = DIGITS,
) -> "Axes":
    """Draw a network, and in the place of each neuron a small map of its answers over two inputs.

    Where one input varies, it is a small curve, with a line at zero.

    What is drawn, and where, is as in `draw`. Where more than 300 neurons become boxes, there are
    no maps, and the drawing says so.

    Args:
        network: what is asked.
        ax: where to draw; a figure that fits is made if None.
        X: samples, (B, n_in): the maps reach a little beyond them; None: from -1 to 1.
        fixed: the values of all inputs but two, or one, by name.
        span: ``((left, right), (bottom, top))``, or ``(left, right)``, instead of around the
            samples.
        resolution: points on each side of a map.
        full: True draws all neurons and connections, however many.
        layout: ``layers``, ``levels`` or ``dot``; chosen by the network if None.
        theme: ``light``, ``dark`` or ``print``.
        title: above the drawing, the network's own if None.
        digits: in how many digits numbers are written.

    Raises:
        ShapeError: not two inputs are left; says what to fix.
        UnknownNameError: ``fixed`` names no input; there is no such layout or theme.
    """
    chosen = require_theme(theme)
    grid = input_grid(network, X, fixed=fixed, span=span, resolution=resolution)
    folded = fold(network, kind=layout, full=full)
    found = {} if folded.has_boxes else responses(network, grid)
    pictures = {circle.name: found[circle.name] for circle in folded.circles}
    reaches = {name: reach_of(picture) for name, picture in pictures.items()}
    heading = network.title if title is None else require_text(title, "title", "free text")
    diagram = responses_diagram(
        network, folded, reaches, title=heading, grid=grid, fixed=fixed or {}, digits=digits,
        subtitle="" if pictures else "no maps: neurons are drawn as boxes, full draws each",
    )  # fmt: skip
    return paint(diagram, ax, chosen, neurons=partial(paint_maps, pictures=pictures))


def responses_diagram(
    network: Network,
    folded: Folded,
    reaches: Mapping[str, float],
    *,
    grid: InputGrid,
    title: str,
    subtitle: str = "",
    fixed: Mapping[str, float] | None = None,
    weights: Scale | None = None,
    digits: int = DIGITS,
) -> Diagram:
    """The diagram around the maps; ``weights`` is the scale of lines, their own if None."""
    return compose(
        folded, SampleValues(reaches=reaches), shown=(), title=title, subtitle=subtitle,
        outputs=[neuron.name for neuron in network.outputs],
        notes=[_axes_of(network, grid, fixed or {}, digits)] if reaches else (),
        answers=_entry_of(grid) if reaches else None, digits=digits,
        scales=None if weights is None else (weights, None, None),
    )  # fmt: skip


def describe_responses(_axes: "Axes", **_: Any) -> str:
    """What `draw_responses` shows, in words."""
    return "What each neuron answers over the inputs: a small map or curve each, in a diagram."


def reach_of(picture: Matrix) -> float:
    """How far answers go from zero."""
    finite = picture[np.isfinite(picture)]
    return float(np.abs(finite).max()) if len(finite) else 0.0


def _entry_of(grid: InputGrid) -> LegendEntry:
    """What the legend says of a neuron's answers."""
    if grid.is_map:
        return LegendEntry("map", f"answer {_MINUS}r", f"r{_WHERE}")
    return LegendEntry(
        "glyph", after=f"answer, {_MINUS}r at the foot to r{_WHERE}", activation="gaussian"
    )


def _axes_of(network: Network, grid: InputGrid, fixed: Mapping[str, float], digits: int) -> str:
    """What the two sides of a map are."""
    varied = zip(grid.inputs, grid.axes, ("to the right", "upwards"), strict=False)
    write = partial(brief, digits=digits)
    sides = [
        f"{network[name].caption} from {write(first)} to {write(last)} {way}"
        for name, (first, *_, last), way in varied
    ]
    held = [f"{network[name].caption} = {write(value)}" for name, value in fixed.items()]
    return f"each {'map' if grid.is_map else 'curve'}: {', '.join([*sides, *held])}"


def paint_maps(canvas: Canvas, *, pictures: Mapping[str, Matrix]) -> None:
    """Paint a map for each neuron, and the marks of those that are not drawn."""
    for item, place in canvas.placed():
        match item:
            case Circle():
                _paint_answers(canvas, item.name, pictures[item.name], place)
            case More():
                paint_dots(canvas, item, place)


def _paint_answers(canvas: Canvas, name: str, answers: Matrix, place: Point) -> None:
    """A map, or a curve, within its frame."""
    from matplotlib.patches import FancyBboxPatch

    (x, y), inner = place, _HALF - _ROUND
    edge = END_EDGE if name in canvas.diagram.ends else _EDGE
    corner, side = (x - inner, y - inner), 2.0 * inner
    look: dict[str, Any] = {"boxstyle": f"round,pad={_ROUND}", "linewidth": edge * canvas.unit}
    is_map = answers.ndim == 2
    # a place of a map where the answer is no number shows the ground
    ground = FancyBboxPatch(
        corner, side, side, edgecolor="none", zorder=ITEMS,
        facecolor=canvas.theme.grid if is_map else canvas.theme.background, **look,
    )  # fmt: skip
    frame = FancyBboxPatch(
        corner, side, side, facecolor="none", edgecolor=canvas.theme.foreground, zorder=SIGNS,
        gid=element_id("neuron", name), **look,
    )  # fmt: skip
    for patch in (ground, frame):
        canvas.ax.add_artist(patch)
    paint_inside = _paint_map if is_map else _paint_curve
    paint_inside(canvas, name, answers, place).set_clip_path(ground)


def _paint_map(canvas: Canvas, name: str, picture: Matrix, place: Point) -> "Artist":
    from matplotlib.colors import CenteredNorm

    x, y = place
    reach = canvas.diagram.values.reaches[name] or 1.0
    return canvas.ax.imshow(
        picture, extent=(x - _HALF, x + _HALF, y - _HALF, y + _HALF), origin="lower",
        cmap=canvas.map, norm=CenteredNorm(0.0, reach / MOST_FILL),
        interpolation="nearest", zorder=ITEMS + 0.1, gid=element_id("map", name),
    )  # fmt: skip


def _paint_curve(canvas: Canvas, name: str, answers: Matrix, place: Point) -> "Artist":
    from matplotlib.lines import Line2D

    x, y = place
    reach = canvas.diagram.values.reaches[name] or 1.0
    zero = [(x - _HALF, y), (x + _HALF, y)]
    canvas.lines([zero], _ZERO, colors=canvas.theme.grid, zorder=ITEMS + 0.1)
    across = x + _HALF * np.linspace(-1.0, 1.0, len(answers))
    up = y + _UP * np.where(np.isfinite(answers), answers, np.nan) / reach
    line = Line2D(
        across, up, color=canvas.theme.text, linewidth=_STROKE * canvas.unit, zorder=ITEMS + 0.2,
        gid=element_id("curve", name),
    )  # fmt: skip
    canvas.ax.add_artist(line)
    return line
