"""Weights as heat maps: a matrix for each pair of connected layers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.drawing.page.pages import label_ticks, name_axes, require_axes
from neurosim.drawing.page.themes import Theme, ink_on, require_theme
from neurosim.drawing.plots.neuron_outputs import layers_of
from neurosim.errors import InvalidValueError
from neurosim.functions.numbers import Matrix
from neurosim.network.network import Network
from neurosim.training.task import require_network

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import CenteredNorm

_MOST_MAPS = 12  # pairs of layers; of more, one matrix of all neurons tells more
_CELL, _MOST_LENGTH = 30.0, 380.0  # points
_LETTER = 5.4  # points of a letter of a name
_LINE = 400.0  # points, after which the next matrix begins a new line
_MOST = 8e307  # a scale that goes as far in both directions is a number still
_MOST_NUMBERED = 12  # rows and columns; in more the numbers have no room


@dataclass(frozen=True, slots=True, eq=False)
class WeightMap:
    """The weights between two groups of neurons.

    Attributes:
        title: the names of both, ``x -> h``.
        sources: the names of the rows.
        targets: the names of the columns.
        weights: (n_sources, n_targets); NaN where there is no connection.
    """

    title: str
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    weights: Matrix


@dataclass(frozen=True, slots=True)
class HeatMapPlace:
    """Where a matrix stands on the page, in points from its lower left corner."""

    left: float
    bottom: float
    width: float
    height: float


def weight_maps(network: Network) -> list[WeightMap]:
    """The weights by pairs of layers, in the order of the first connection of each.

    Where more than 12 pairs are connected, as in graphs without layers, one matrix of all neurons.

    Raises:
        InvalidValueError: there are no connections.
    """
    layers = layers_of(require_network(network, "network"))
    group = {neuron.name: name for name, neurons in layers.items() for neuron in neurons}
    pairs = dict.fromkeys((group[c.source.name], group[c.target.name]) for c in network.connections)
    if not pairs:
        raise InvalidValueError("network: no weights, got no connections; expected one at least")
    if len(pairs) > _MOST_MAPS:
        every = tuple(neuron.name for neurons in layers.values() for neuron in neurons)
        sources = {connection.source.name for connection in network.connections}
        targets = {connection.target.name for connection in network.connections}
        rows = tuple(name for name in every if name in sources)
        columns = tuple(name for name in every if name in targets)
        return _filled(network, dict.fromkeys(every, ""), {("", ""): ("all", rows, columns)})
    names = {key: tuple(neuron.name for neuron in neurons) for key, neurons in layers.items()}
    wanted = {pair: (" -> ".join(pair), names[pair[0]], names[pair[1]]) for pair in pairs}
    return _filled(network, group, wanted)


def _filled(
    network: Network,
    group: dict[str, str],
    wanted: dict[tuple[str, str], tuple[str, tuple[str, ...], tuple[str, ...]]],
) -> list[WeightMap]:
    """The matrices of these titles, sources and targets; ``group`` tells whose a neuron is."""
    maps = {
        pair: WeightMap(title, rows, columns, np.full((len(rows), len(columns)), np.nan))
        for pair, (title, rows, columns) in wanted.items()
    }
    places = {
        pair: (_numbered(found.sources), _numbered(found.targets)) for pair, found in maps.items()
    }
    for connection in network.connections:
        source, target = connection.source.name, connection.target.name
        pair = group[source], group[target]
        rows, columns = places[pair]
        maps[pair].weights[rows[source], columns[target]] = connection.weight
    return list(maps.values())


def _numbered(names: Sequence[str]) -> dict[str, int]:
    return {name: number for number, name in enumerate(names)}


def place_maps(maps: Sequence[WeightMap]) -> tuple[list[HeatMapPlace], float, float]:
    """Where each matrix stands, line after line, and the width and height of the page, in points.

    There is room for names to the left of a matrix and below, and for a title above.
    """
    corners: list[tuple[float, float]] = []  # the upper left ones, counted downwards
    x, line_top, line_height, page_width = 0.0, 0.0, 0.0, 0.0
    for found in maps:
        left, below = _room(found.sources), _room(found.targets)
        width, height = _length(len(found.targets)), _length(len(found.sources))
        if x and x + left + width > _LINE:
            x, line_top, line_height = 0.0, line_top + line_height, 0.0
        corners.append((x + left, line_top + 24.0))
        x += left + max(width, 6.0 * len(found.title)) + 16.0
        line_height = max(line_height, 24.0 + height + below)
        page_width = max(page_width, x)
    page_height = line_top + line_height
    places = [
        HeatMapPlace(
            left,
            page_height - top - _length(len(found.sources)),
            _length(len(found.targets)),
            _length(len(found.sources)),
        )
        for (left, top), found in zip(corners, maps, strict=True)
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
) -> "Axes":
    """Draw the weights between layers as heat maps: rows are sources, columns targets.

    All share one scale, centred at zero; a cell without a connection has the colour of the grid,
    and a dot. Biases are not in it.

    Args:
        network: whose weights.
        ax: where to draw; None: on a new figure. Each matrix is an inset of it.
        theme: ``light``, ``dark`` or ``print``.
        title: what stands above.

    Raises:
        InvalidValueError: there are no connections.
    """
    from matplotlib.colors import CenteredNorm

    maps = weight_maps(network)
    places, width, height = place_maps(maps)
    page = (width + 70.0, height)  # the bar of colours stands to the right
    chosen = require_theme(theme)
    axes = require_axes(ax, theme, (page[0] / 72 + 0.3, page[1] / 72 + 0.3 + 0.35 * bool(title)))
    axes.set_axis_off()
    finite = [found.weights[np.isfinite(found.weights)] for found in maps]
    reach = max(float(np.abs(values).max(initial=0.0)) for values in finite)
    norm = CenteredNorm(0.0, min(reach, _MOST) or 1.0)
    for found, place in zip(maps, places, strict=True):
        _draw_map(axes, found, place, page, norm=norm, theme=chosen)
    _draw_bar(axes, page, norm, chosen)
    name_axes(axes, chosen, title=title)
    return axes


def describe_weights(_axes: "Axes", *, network: Network, **_: Any) -> str:
    """What `draw_weights` shows, in words."""
    return f"The weights of {network!r}, as a heat map for each two layers that are connected."


def _draw_map(
    ax: "Axes",
    found: WeightMap,
    place: HeatMapPlace,
    page: tuple[float, float],
    *,
    norm: "CenteredNorm",
    theme: Theme,
) -> None:
    wide, high = page
    bounds = (place.left / wide, place.bottom / high, place.width / wide, place.height / high)
    inset = ax.inset_axes(bounds)
    colours = theme.diverging_map()
    shown = np.clip(found.weights, -_MOST, _MOST)
    inset.imshow(shown, cmap=colours, norm=norm, aspect="auto", interpolation="nearest")
    inset.set_title(found.title, loc="left", fontsize=9, color=theme.text, parse_math=False)
    label_ticks(inset, "y", found.sources, most=max(1, int(place.height // 11)))
    label_ticks(inset, "x", found.targets, most=max(1, int(place.width // 11)))
    inset.tick_params(length=0, pad=3, labelsize=8, labelcolor=theme.text)
    if (
        any(len(name) * _LETTER > _CELL - 4 for name in found.targets)
        or place.width == _MOST_LENGTH
    ):
        inset.tick_params(axis="x", rotation=90)
    for spine in inset.spines.values():
        spine.set_color(theme.grid)
    if max(found.weights.shape) <= _MOST_NUMBERED:
        _write_numbers(inset, found.weights, norm, theme)


def _write_numbers(ax: "Axes", weights: Matrix, norm: "CenteredNorm", theme: Theme) -> None:
    from matplotlib.colors import to_hex

    colours = theme.diverging_map()
    for (row, column), weight in np.ndenumerate(weights):
        if np.isnan(weight):
            ax.text(column, row, "·", ha="center", va="center", color=ink_on(theme.grid))
            continue
        ink = ink_on(to_hex(colours(norm(min(max(weight, -_MOST), _MOST)))))
        ax.text(column, row, _short(weight), ha="center", va="center", color=ink, fontsize=7)


def _short(weight: float) -> str:
    """A number of at most six characters, which a cell has room for.

    >>> [_short(w) for w in (-0.12345, 9.0909, -0.0058, -123.4, 1e-9)]
    ['-0.12', '9.1', '-0.006', '-123', '1e-09']
    """
    if weight == 0 or 0.001 <= abs(weight) < 10:
        return f"{weight:.2g}" if abs(weight) >= 0.01 else f"{weight:.1g}"
    return f"{weight:.0f}" if 10 <= abs(weight) < 10_000 else f"{weight:.0e}"


def _draw_bar(ax: "Axes", page: tuple[float, float], norm: "CenteredNorm", theme: Theme) -> None:
    from matplotlib.cm import ScalarMappable

    wide, high = page
    length = min(high - 40.0, 160.0)
    inset = ax.inset_axes(
        ((wide - 56.0) / wide, 1 - (24.0 + length) / high, 9.0 / wide, length / high)
    )
    figure = ax.get_figure(root=True)
    assert figure is not None
    bar = figure.colorbar(ScalarMappable(norm, theme.diverging_map()), cax=inset)
    bar.ax.tick_params(color=theme.foreground, labelcolor=theme.text, labelsize=8)
    bar.outline.set_visible(False)
    bar.ax.set_title("weight", fontsize=8, color=theme.text, loc="left")
