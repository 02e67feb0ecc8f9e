"""Saliency as a map: how steeply the loss and the outputs answer to each input."""

from typing import TYPE_CHECKING, Any, Unpack

import numpy as np

from neurosim.drawing.geometry.font import brief
from neurosim.drawing.page.pages import keep_text, label_ticks, name_axes, require_axes
from neurosim.drawing.page.themes import Theme, require_theme
from neurosim.drawing.plots.artists import MOST, add_bar, write_cell
from neurosim.errors import UnknownNameError, unknown
from neurosim.functions.numbers import Matrix
from neurosim.network.network import Network
from neurosim.training.options import MeasureOptions
from neurosim.training.parts import PARTS
from neurosim.training.validation.saliency import saliency

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_ROWS = 40  # samples of the map of one output
_MOST_NUMBERED = 12  # inputs and rows; in more cells numbers have no room
_DIGITS = 2


def draw_saliency(
    network: Network,
    X: Any,
    T: Any = None,
    ax: "Axes | None" = None,
    *,
    output: str | None = None,
    on: str = "train",
    theme: str | Theme = "light",
    title: str | None = None,
    digits: int = _DIGITS,
    **options: Unpack[MeasureOptions],
) -> "Axes":
    """Draw a map of slopes by inputs, each per deviation of its input, so that they compare.

    Without ``output``: a row for the loss, where there are targets, and one for each output, in it
    the mean size of the slopes over all samples. With it: a row for each of the first 40 samples,
    in it the slopes of that output with their signs.

    Args:
        network: what is asked.
        X: samples, (B, n_in).
        T: targets, (B, n_out), or class indices; None: no row for the loss.
        ax: where to draw; None: on a new figure.
        output: the name or label of one output.
        on: which rows they are, for the label: ``train``, ``validation`` or ``test``.
        theme: ``light``, ``dark`` or ``print``.
        title: above the plot.
        digits: in how many digits numbers are written, where they have room.
        **options: what the loss is, as of `saliency`; a ``reduction`` changes nothing, as each
            slope is of its own row's loss.

    Raises:
        UnknownNameError: the network has no such output.
        NeurosimError: rows do not fit; see `saliency`.
    """
    if on not in PARTS:
        raise UnknownNameError(unknown("part of the rows", on, PARTS))
    if output is None:
        options.pop("reduction", None)
        cells, names = _of_all(network, X, T, options)
        bar, y = "mean size of slopes", f"mean of {PARTS[on]} rows"
    else:
        name = network[output].name
        cells = saliency(network, X, output=name).relative[:_MOST_ROWS]
        names = [str(number) for number in range(len(cells))]
        bar, y = "slope", f"{PARTS[on]} row"
    inputs = [neuron.caption for neuron in network.inputs]
    longest = max(map(len, inputs))
    across = len(inputs) * max(0.42, 0.1 * longest)  # inches, for names side by side
    wide = 2.4 + min(8.0, max(2.4, across))
    high = 1.5 + min(6.0, 0.3 * len(names)) + 0.05 * longest
    chosen, axes = require_theme(theme), require_axes(ax, theme, (wide, high))
    _draw_cells(axes, cells, chosen, is_signed=output is not None, bar=bar, digits=digits)
    label_ticks(axes, "x", [keep_text(one) for one in inputs], most=32)
    label_ticks(axes, "y", [keep_text(one) for one in names], most=20)
    if across > 8.0:
        axes.tick_params(axis="x", rotation=90)
    of = "" if output is None else f" of {network[output].caption}"
    name_axes(axes, chosen, x=f"slopes{of} per deviation of the input", y=y, title=title)
    return axes


def describe_saliency(axes: "Axes", **_: Any) -> str:
    """What `draw_saliency` shows, in words."""
    return f"How steeply the answer follows each input: {axes.get_xlabel()}, {axes.get_ylabel()}."


def _of_all(network: Network, X: Any, T: Any, options: MeasureOptions) -> tuple[Matrix, list[str]]:
    """Mean sizes of slopes: of the loss, then of each output; and what these are called."""
    found = [] if T is None else [saliency(network, X, T, **options).mean]
    found += [saliency(network, X, output=neuron.name).mean for neuron in network.outputs]
    names = [] if T is None else ["loss"]
    return np.array(found), names + [neuron.caption for neuron in network.outputs]


def _draw_cells(
    ax: "Axes", cells: Matrix, theme: Theme, *, is_signed: bool, bar: str, digits: int
) -> None:
    from matplotlib.colors import CenteredNorm, Normalize

    cells = np.clip(cells, -MOST, MOST)
    reach = float(np.abs(cells).max()) or 1.0
    norm = CenteredNorm(0.0, reach) if is_signed else Normalize(0.0, reach)
    colours = theme.diverging_map() if is_signed else theme.sequential_map()
    image = ax.imshow(cells, cmap=colours, norm=norm, aspect="auto", interpolation="nearest")
    ax.tick_params(length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)
    add_bar(image, theme, 8, ax=ax).ax.set_ylabel(bar, fontsize=8, color=theme.text)
    if max(cells.shape) <= _MOST_NUMBERED:
        for (row, column), value in np.ndenumerate(cells):
            text = brief(float(value), digits)
            write_cell(ax, row, column, text, colours(norm(value)), fontsize=8)
