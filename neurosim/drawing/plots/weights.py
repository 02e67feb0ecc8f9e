"""Weights as heat maps: a matrix for each pair of connected layers, below it the biases."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from neurosim.drawing.geometry.font import brief
from neurosim.drawing.page.pages import label_ticks, name_axes, require_axes
from neurosim.drawing.page.themes import Theme, require_theme
from neurosim.drawing.plots.artists import MOST, add_bar, write_cell
from neurosim.drawing.plots.neuron_outputs import layers_of
from neurosim.errors import InvalidValueError
from neurosim.functions.numbers import Matrix
from neurosim.network.connection import Connection
from neurosim.network.network import Network
from neurosim.network.neuron import Neuron
from neurosim.training.task import require_network

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import CenteredNorm

_MOST_MAPS = 12  # pairs of layers; of more, one matrix of all neurons tells more
_CELL, _MOST_LENGTH = 30.0, 380.0  # points
_LETTER = 5.4  # points of a letter of a name
_LINE = 400.0  # points, after which the next matrix begins a new line
_DIGITS, _TEXT = 2, 45.0  # of numbers, and how wide they are, as letters times their size
_MOST_NUMBERED = 12  # rows and columns; in more the numbers have no room


@dataclass(frozen=True, slots=True, eq=False)
class WeightMap:
    """The weights between two groups of neurons, and the biases of the second.

    Attributes:
        title: the names of both, ``x -> h``.
        sources: the captions of the rows.
        targets: the captions of the columns.
        weights: (n_sources, n_targets); NaN where there is no connection.
        biases: (n_targets,); NaN where there is none, or another map has it.
    """

    title: str
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    weights: Matrix
    biases: Matrix

    @property
    def has_biases(self) -> bool:
        """Whether one of its targets has a bias."""
        return not bool(np.isnan(self.biases).all())

    @property
    def rows(self) -> tuple[str, ...]:
        """What its rows are called: the sources, and ``bias``."""
        return (*self.sources, "bias") if self.has_biases else self.sources

    @property
    def cells(self) -> Matrix:
        """The weights, and in a last row the biases."""
        return np.vstack([self.weights, self.biases]) if self.has_biases else self.weights


class Rectangle(NamedTuple):
    """A place on the page, in points from its lower left corner."""

    left: float
    bottom: float
    width: float
    height: float


def weight_maps(network: Network) -> list[WeightMap]:
    """The weights by pairs of layers, in the order of the first connection of each.

    Where more than 12 pairs are connected, as in graphs without layers, one matrix of all neurons.

    Raises:
        InvalidValueError: there are no connections.
        StaleError: a training in another thread walks over the network.
    """
    require_network(network, "network").require_readable()
    layers = layers_of(network)
    layer_of = {neuron: name for name, neurons in layers.items() for neuron in neurons}
    between: dict[tuple[str, str], list[Connection]] = {}
    for connection in network.connections:
        pair = layer_of[connection.source], layer_of[connection.target]
        between.setdefault(pair, []).append(connection)
    if not between:
        raise InvalidValueError("network: no weights, got no connections; expected one at least")
    if len(between) > _MOST_MAPS:
        sources = {connection.source for connection in network.connections}
        targets = {connection.target for connection in network.connections}
        rows = [neuron for neuron in layer_of if neuron in sources]
        columns = [neuron for neuron in layer_of if neuron in targets]
        return [_map_of("all", rows, columns, network.connections, has_biases=True)]
    first = {b: a for a, b in reversed(between)}  # the map of a layer's biases
    return [
        _map_of(f"{a} -> {b}", layers[a], layers[b], c, has_biases=first[b] == a)
        for (a, b), c in between.items()
    ]


def _map_of(
    title: str,
    sources: Sequence[Neuron],
    targets: Sequence[Neuron],
    connections: Sequence[Connection],
    *,
    has_biases: bool,
) -> WeightMap:
    row = {neuron: number for number, neuron in enumerate(sources)}
    column = {neuron: number for number, neuron in enumerate(targets)}
    weights = np.full((len(row), len(column)), np.nan)
    for connection in connections:
        weights[row[connection.source], column[connection.target]] = connection.weight
    biases = [n.bias if has_biases and n.bias is not None else np.nan for n in targets]
    rows, columns = (tuple(neuron.caption for neuron in group) for group in (sources, targets))
    return WeightMap(title, rows, columns, weights, np.array(biases))


def place_maps(maps: Sequence[WeightMap]) -> tuple[list[Rectangle], float, float]:
    """The place of each matrix, line after line, and the width and height of the page, in points.

    There is room for names to the left of a matrix and below, and for a title above.
    """
    corners: list[tuple[float, float]] = []  # the upper left ones, counted downwards
    sizes = [(_length(len(found.targets)), _length(len(found.rows))) for found in maps]
    x, line_top, line_height, page_width = 0.0, 0.0, 0.0, 0.0
    for found, (width, height) in zip(maps, sizes, strict=True):
        left, below = _room(found.rows), _room(found.targets)
        if x and x + left + width > _LINE:
            x, line_top, line_height = 0.0, line_top + line_height, 0.0
        corners.append((x + left, line_top + 24.0))
        x += left + max(width, 6.0 * len(found.title)) + 16.0
        line_height = max(line_height, 24.0 + height + below)
        page_width = max(page_width, x)
    page_height = line_top + line_height
    places = [
        Rectangle(left, page_height - top - height, width, height)
        for (left, top), (width, height) in zip(corners, sizes, strict=True)
    ]
    return places, page_width, page_height


def _room(names: Sequence[str]) -> float:
    return 12.0 + _LETTER * max(map(len, names))


def _length(n: int) -> float:
    return min(n * _CELL, _MOST_LENGTH)


def draw_weights(
    network: Network,
    ax: "Axes | None" = None,
    *,
    theme: str | Theme = "light",
    title: str | None = None,
    digits: int = _DIGITS,
) -> "Axes":
    """Draw the weights between layers as heat maps: rows are sources, columns targets.

    All share one scale, centred at zero; a cell without a connection has the colour of the grid,
    and a dot. The biases of the targets are the last row, below a line.

    Args:
        network: whose weights.
        ax: where to draw; None: on a new figure. Each matrix is an inset of it.
        theme: ``light``, ``dark`` or ``print``.
        title: above the plot.
        digits: in how many digits numbers are written.

    Raises:
        InvalidValueError: there are no connections.
    """
    from matplotlib.colors import CenteredNorm

    maps = weight_maps(network)
    places, width, height = place_maps(maps)
    page = (width + 70.0, height)  # the bar of colours is to the right
    chosen = require_theme(theme)
    axes = require_axes(ax, theme, (page[0] / 72 + 0.3, page[1] / 72 + 0.3 + 0.35 * bool(title)))
    axes.set_axis_off()
    finite = [found.cells[np.isfinite(found.cells)] for found in maps]
    reach = max(float(np.abs(values).max(initial=0.0)) for values in finite)
    norm = CenteredNorm(0.0, min(reach, MOST) or 1.0)
    for found, place in zip(maps, places, strict=True):
        _draw_map(axes, found, place, page, norm=norm, theme=chosen, digits=digits)
    _draw_bar(axes, page, norm, chosen)
    name_axes(axes, chosen, title=title)
    return axes


def describe_weights(_axes: "Axes", *, network: Network, **_: Any) -> str:
    """What `draw_weights` shows, in words."""
    return f"The weights and biases of {network!r}: a heat map for each two connected layers."


def _draw_map(
    ax: "Axes",
    found: WeightMap,
    place: Rectangle,
    page: tuple[float, float],
    *,
    norm: "CenteredNorm",
    theme: Theme,
    digits: int,
) -> None:
    wide, high = page
    bounds = (place.left / wide, place.bottom / high, place.width / wide, place.height / high)
    inset = ax.inset_axes(bounds)
    colours = theme.diverging_map()
    shown = np.clip(found.cells, -MOST, MOST)
    inset.imshow(shown, cmap=colours, norm=norm, aspect="auto", interpolation="nearest")
    inset.set_title(found.title, loc="left", fontsize=9, color=theme.text, parse_math=False)
    label_ticks(inset, "y", found.rows, most=max(1, int(place.height // 11)))
    label_ticks(inset, "x", found.targets, most=max(1, int(place.width // 11)))
    inset.tick_params(length=0, pad=3, labelsize=8, labelcolor=theme.text)
    if (
        any(len(name) * _LETTER > _CELL - 4 for name in found.targets)
        or place.width == _MOST_LENGTH
    ):
        inset.tick_params(axis="x", rotation=90)
    for spine in inset.spines.values():
        spine.set_color(theme.grid)
    if found.has_biases:
        inset.axhline(len(found.sources) - 0.5, color=theme.text, linewidth=1.2)
    if max(found.weights.shape) <= _MOST_NUMBERED:
        _write_numbers(inset, found.cells, norm, theme, digits)


def _write_numbers(
    ax: "Axes", weights: Matrix, norm: "CenteredNorm", theme: Theme, digits: int
) -> None:
    colours = theme.diverging_map()
    for (row, column), weight in np.ndenumerate(weights):
        if np.isnan(weight):
            write_cell(ax, row, column, "·", theme.grid)
        else:
            fill = colours(norm(min(max(weight, -MOST), MOST)))
            text = brief(weight, digits)
            write_cell(ax, row, column, text, fill, fontsize=min(7.0, _TEXT / len(text)))


def _draw_bar(ax: "Axes", page: tuple[float, float], norm: "CenteredNorm", theme: Theme) -> None:
    from matplotlib.cm import ScalarMappable

    wide, high = page
    length = min(high - 40.0, 160.0)
    inset = ax.inset_axes(
        ((wide - 56.0) / wide, 1 - (24.0 + length) / high, 9.0 / wide, length / high)
    )
    bar = add_bar(ScalarMappable(norm, theme.diverging_map()), theme, 8, cax=inset)
    bar.ax.set_title("weight", fontsize=8, color=theme.text, loc="left")
