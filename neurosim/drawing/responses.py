"""What each neuron answers over two inputs: small maps, side by side or in a box of any Axes.

The colours of each map are centred at zero and reach as far as it does; its numbers stand below.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.drawing.pages import name_axes, require_axes
from neurosim.drawing.planes import Plane, Span, plane_of, responses_over
from neurosim.drawing.themes import Theme, require_theme
from neurosim.drawing.values import layers_of, require_network
from neurosim.functions.numerals import Matrix
from neurosim.network.network import Network

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.image import AxesImage

Box = tuple[float, float, float, float]  # left, bottom, width, height

_MOST_IN_A_LAYER = 8  # maps; of a larger layer the first ones and the last are drawn
_PITCH = 1.5  # from one map to the next, in widths of a map


def draw_responses(
    network: Network,
    ax: "Axes | None" = None,
    *,
    X: Any = None,
    fixed: Mapping[str, float] | None = None,
    span: Span | None = None,
    resolution: int = 40,
    theme: str | Theme = "light",
    title: str | None = None,
) -> "Axes":
    """Draw what each neuron answers over two inputs: a small map each, a column for each layer.

    Args:
        network: what is asked.
        ax: where to draw; None: on a new figure.
        X: samples, (B, n_in): the maps reach a little beyond them; None: from -1 to 1.
        fixed: the values of all inputs but two, by name.
        span: ``((left, right), (bottom, top))``, instead of around the samples.
        resolution: points on each side of a map.
        theme: ``light``, ``dark`` or ``print``.
        title: what stands above.
    """
    plane = plane_of(network, X, fixed=fixed, span=span, resolution=resolution)
    pictures = responses_over(network, plane)
    boxes, notes = place_responses(network)
    columns = 1 + max(left for left, *_ in boxes.values()) / _PITCH
    rows = 1 + (max(b[1] for b in boxes.values()) - min(b[1] for b in boxes.values())) / _PITCH
    size = (max(3.6, 1.3 * columns + 0.4), max(2.6, 1.25 * rows + 0.8))
    chosen, axes = require_theme(theme), require_axes(ax, theme, size)
    for name, box in boxes.items():
        draw_response(axes, pictures[name], box, theme=chosen)
        _name_map(axes, name, pictures[name], box, chosen)
    for (x, y), words in notes.items():
        axes.text(x, y, words, ha="center", va="center", fontsize=9, color=chosen.text)
    _frame(axes, list(boxes.values()))
    ends = " and ".join(
        f"{name} from {low:.3g} to {high:.3g}"
        for name, low, high in zip(plane.inputs, *_ends(plane), strict=True)
    )
    name_axes(axes, chosen, title=title)
    words = f"{ends}\nblue: above 0; orange to red: below"
    axes.set_xlabel(words, fontsize=9, parse_math=False)
    return axes


def _ends(plane: Plane) -> tuple[tuple[float, float], tuple[float, float]]:
    return (plane.x[0], plane.y[0]), (plane.x[-1], plane.y[-1])


def place_responses(
    network: Network,
) -> tuple[dict[str, Box], dict[tuple[float, float], str]]:
    """Where the map of each neuron stands, and what is written where some are left out.

    A map is 1 wide and 1 high; layers go to the right, each in the middle of the height.
    """
    boxes: dict[str, Box] = {}
    notes: dict[tuple[float, float], str] = {}
    for column, neurons in enumerate(layers_of(require_network(network)).values()):
        names: list[str | None] = [neuron.name for neuron in neurons]
        n_more = len(names) - _MOST_IN_A_LAYER
        if n_more > 1:  # to say that one is left out takes the room of drawing it
            names = [*names[: _MOST_IN_A_LAYER - 1], None, names[-1]]
        top = (len(names) - 1) * _PITCH / 2
        for row, name in enumerate(names):
            left, bottom = column * _PITCH, top - row * _PITCH
            if name is None:
                notes[left + 0.5, bottom + 0.5] = f"{n_more} more"
            else:
                boxes[name] = (left, bottom, 1.0, 1.0)
    return boxes, notes


def draw_response(
    ax: "Axes", values: Matrix, box: Box, *, theme: str | Theme = "light", zorder: float = 2
) -> "AxesImage":
    """Draw one small map into a box of an Axes; the Axes keeps its limits and its shape.

    The colours are centred at zero, and reach as far as this map does.

    Args:
        ax: where to draw.
        values: a picture (n, n), its first row the lowest, as `responses` gives it.
        box: left, bottom, width and height in the coordinates of the data.
        theme: ``light``, ``dark`` or ``print``.
        zorder: what is higher hides what is lower.
    """
    from matplotlib.colors import CenteredNorm
    from matplotlib.patches import Rectangle

    chosen = require_theme(theme)
    left, bottom, width, height = box
    kept = ax.get_xlim(), ax.get_ylim(), ax.get_aspect(), ax.get_autoscale_on()
    finite = values[np.isfinite(values)]
    reach = float(np.abs(finite).max()) if len(finite) else 0.0
    image = ax.imshow(
        values, extent=(left, left + width, bottom, bottom + height), origin="lower",
        cmap=chosen.diverging_map(), norm=CenteredNorm(0.0, reach or 1.0),
        interpolation="nearest", aspect=kept[2], zorder=zorder,
    )  # fmt: skip
    ax.add_patch(
        Rectangle((left, bottom), width, height, fill=False, edgecolor=chosen.foreground,
                  linewidth=0.8, zorder=zorder)
    )  # fmt: skip
    ax.set_xlim(kept[0])
    ax.set_ylim(kept[1])
    ax.set_autoscale_on(kept[3])
    return image


def _name_map(ax: "Axes", name: str, values: Matrix, box: Box, theme: Theme) -> None:
    left, bottom, width, height = box
    low, high = float(values.min()), float(values.max())
    extremes = f"{low:.2g}" if low == high else f"{low:.2g} to {high:.2g}"
    ax.annotate(name, (left + width / 2, bottom + height), (0, 2), textcoords="offset points",
                ha="center", va="bottom", fontsize=9, color=theme.text,
                parse_math=False)  # fmt: skip
    ax.annotate(extremes, (left + width / 2, bottom), (0, -2), textcoords="offset points",
                ha="center", va="top", fontsize=7, color=theme.muted)  # fmt: skip


def _frame(ax: "Axes", boxes: Sequence[Box]) -> None:
    """Show all boxes, in their shape, and no axes: the maps have their own."""
    ax.set_xlim(min(b[0] for b in boxes) - 0.25, max(b[0] + b[2] for b in boxes) + 0.25)
    ax.set_ylim(min(b[1] for b in boxes) - 0.3, max(b[1] + b[3] for b in boxes) + 0.3)
    ax.set_aspect("equal")
    ax.set_xticks([])
    ax.set_yticks([])
    for spine in ax.spines.values():
        spine.set_visible(False)
