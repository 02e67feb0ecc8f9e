"""Artists that several plots share: grid lines, colour bars, numbers in cells, markers."""

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from neurosim.drawing.page.themes import Theme, ink_on
from neurosim.functions.numbers import Matrix

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.cm import ScalarMappable
    from matplotlib.colorbar import Colorbar

MOST = 1e300  # that is drawn to scale: margins and ticks beside larger numbers would overflow
MARKERS = ("o", "s", "^", "D", "v", "P", "X")  # one more than colours, so that few pairs repeat


def within(values: Any) -> Matrix:
    """The numbers as they are drawn: finite ones that are beyond `MOST` are drawn there."""
    given = np.asarray(values, dtype=float)
    return np.where(np.isfinite(given), np.clip(given, -MOST, MOST), given)


def add_grid(ax: "Axes", theme: Theme, axis: Literal["both", "x", "y"] = "both") -> None:
    """Draw thin lines at the ticks."""
    ax.grid(visible=True, axis=axis, color=theme.grid, linewidth=0.7)


def add_bar(colours: "ScalarMappable", theme: Theme, size: float, **place: Any) -> "Colorbar":
    """Draw the bar of a map's colours, its numbers in letters of this size.

    Args:
        colours: the map.
        theme: whose colours the letters take.
        size: of the letters, in points.
        **place: where, as `Figure.colorbar` takes it: ``ax`` beside which, or ``cax``.
    """
    figure = (place.get("cax") or place["ax"]).get_figure(root=True)
    bar: Colorbar = figure.colorbar(colours, **place)
    bar.ax.tick_params(color=theme.foreground, labelcolor=theme.text, labelsize=size)
    bar.outline.set_visible(False)
    return bar


def write_cell(ax: "Axes", row: int, column: int, text: str, fill: Any, **options: Any) -> None:
    """Write a text into a cell of a heat map, dark or light as its fill demands."""
    from matplotlib.colors import to_hex

    ink = ink_on(to_hex(fill))
    ax.text(column, row, text, ha="center", va="center", color=ink, **options)
