"""The layout of a network: `layout` for the neurons alone, `arrange` for a drawing.

Columns from left to right; in them an order with few crossings, and heights near those of the
neighbours. The same network gives the same places, always. Units: see `measures`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from neurosim.drawing.geometry import measures as m
from neurosim.drawing.geometry.abridging import fold
from neurosim.drawing.geometry.borrowed.graphviz import arrange_by_dot
from neurosim.drawing.geometry.borrowed.positions import NX_LAYOUTS, positions_of
from neurosim.drawing.geometry.columns import LayeredGraph, layered_graph
from neurosim.drawing.geometry.crossings import reduce_crossings
from neurosim.drawing.geometry.items import Box, Circle, Folded, Image, Item, More, Tile, in_columns
from neurosim.drawing.geometry.vertical_placement import place_vertically
from neurosim.network.network import Network

Point = tuple[float, float]

LABEL_AREA = 1.75  # of a weight's label, and of the room around it, at the estimated size
MOST_LABELLED = 60  # lines whose labels are given room: of more, one for each neuron
_USED = 0.42  # of the room between two columns, how much labels can take: they are on lines
_DIGITS = 6  # places are rounded to a millionth of a neuron: neat numbers


@dataclass(frozen=True, slots=True)
class Column:
    """One column: where its middle is, and how wide its widest member."""

    x: float
    half_width: float

    @property
    def strip(self) -> Point:
        """From where to where lines run level, because neurons are near."""
        reach = self.half_width + m.STRIP
        return self.x - reach, self.x + reach


@dataclass(frozen=True, slots=True)
class Arrangement:
    """A drawing's items, each in its place.

    Attributes:
        folded: what is drawn.
        places: the middle of each item, in the order of ``folded.items``.
        columns: from left to right.
        lanes: for a line that skips columns, by its number, the height at which it may pass each
            column between, from left to right. Long lines without lanes go around the whole.
        direction: ``across``, or where it was turned or wrapped, ``down`` or ``rows``.
    """

    folded: Folded
    places: tuple[Point, ...]
    columns: tuple[Column, ...]
    lanes: dict[int, tuple[float, ...]]
    direction: str = "across"

    def by_name(self) -> dict[str, Point]:
        """The place of each item, by its name."""
        names = (item.name for item in self.folded.items)
        return dict(zip(names, self.places, strict=True))


def layout(network: Network, *, kind: str | None = None) -> dict[str, Point]:
    """Each neuron's place (x, y), all of them, in radii of a neuron.

    Args:
        network: is not changed.
        kind: ``layers`` gives each layer a column and keeps the order of its neurons; ``levels``
            puts a neuron right of all its sources and reorders so that few connections cross;
            ``dot`` asks Graphviz; ``spring``, ``circular``, ``kamada_kawai``, ``planar``,
            ``shell``, ``spectral`` and ``spiral`` ask networkx. Chosen by the network if None:
            ``layers`` where all neurons but inputs are in layers, and their connections lead from
            layer to layer one way.

    Raises:
        UnknownNameError: there is no such kind.
        MissingExtraError: ``dot`` needs pygraphviz, which is not installed.

    >>> net = Network()
    >>> _ = net.add_layer("x", 2), net.add_layer("o", 1), net.connect("x", "o")
    >>> layout(net)
    {'x1': (0.0, 1.6), 'x2': (0.0, -1.6), 'o1': (8.0, 0.0)}
    """
    if kind in NX_LAYOUTS:
        return positions_of(network, kind)
    places = arrange(fold(network, kind=kind, full=True)).by_name()
    return {neuron.name: places[neuron.name] for neuron in network.neurons}


def arrange(folded: Folded, *, spread: float = 1.0, name_room: float = m.NAME_ROOM) -> Arrangement:
    """Give each item of a drawing its place, and long lines lanes between them.

    Args:
        folded: what is drawn.
        spread: how much further apart columns and rows are than they need be.
        name_room: below a neuron, for its name.

    Raises:
        MissingExtraError: the drawing's kind is ``dot``, and pygraphviz is not installed.
    """
    if folded.free is not None:
        at = tuple(
            (folded.free[i.name][0] * spread, folded.free[i.name][1] * spread) for i in folded.items
        )
        return Arrangement(folded, at, (Column(0.0, 0.0),) * 3, {})  # no item is in an outer one
    if folded.kind == "dot":
        folded, heights = arrange_by_dot(folded)
        columns = [item.column for item in folded.items]
        ends = sorted(range(len(heights)), key=heights.__getitem__)
        # from each to the highest and the lowest of all: no line rises further
        steps = [(one, end) for one in range(len(heights)) for end in ends[:1] + ends[-1:]]
        heights = [height * spread for height in heights]
        return _placed(folded, heights, {}, steps, columns, spread)
    graph = layered_graph(folded)
    graph.columns = reduce_crossings(graph)
    heights = place_vertically(graph, _separation(folded.items, graph, spread, name_room))
    lanes = {line: [heights[bend] for bend in bends] for line, bends in graph.bends.items()}
    column_of = {one: number for number, column in enumerate(graph.columns) for one in column}
    return _placed(folded, heights, lanes, graph.edges().tolist(), column_of, spread)


def _separation(
    items: Sequence[Item], graph: LayeredGraph, spread: float, name_room: float
) -> Callable[[int, int], float]:
    n_items = graph.n_items
    n_bends = [sum(number >= n_items for number in column) for column in graph.columns]
    lane = [m.LANE if not n else min(m.LANE, m.MOST_LANES_HEIGHT / n) for n in n_bends]
    above = [item.half_height for item in items]
    below = [item.half_height + name_room * isinstance(item, Circle | More) for item in items]
    lane_of = {b: lane[c] for c, column in enumerate(graph.columns) for b in column if b >= n_items}

    def separation(upper: int, lower: int) -> float:
        if upper >= n_items:
            return lane_of[upper] if lower >= n_items else m.LANE_GAP + above[lower]
        if lower >= n_items:
            return below[upper] + m.LANE_GAP
        return spread * (below[upper] + above[lower] + _gap(items[upper], items[lower]))

    return separation


def _gap(upper: Item, lower: Item) -> float:
    if isinstance(upper, Box | Tile | Image) or isinstance(lower, Box | Tile | Image):
        return m.BOX_GAP
    return m.GAP if upper.group == lower.group else m.GAP + m.GROUP_GAP


# --- from heights to places


def _placed(  # noqa: PLR0917 - what was found, in the order in which it was
    folded: Folded,
    heights: Sequence[float],
    lanes: dict[int, list[float]],
    steps: Sequence[Sequence[int]],
    column_of: Sequence[int] | Mapping[int, int],
    spread: float,
) -> Arrangement:
    """Turn heights, downward, into places; columns are as far apart as their lines need."""
    items = folded.items
    extent = [heights[i] for i in range(len(items))]
    middle = (min(extent) + max(extent)) / 2.0 if extent else 0.0
    columns = _columns(folded, heights, steps, column_of, spread)
    return Arrangement(
        folded,
        tuple(
            (columns[item.column].x, _neat(middle - height))
            for item, height in zip(items, heights, strict=False)  # bends follow the items
        ),
        columns,
        {line: tuple(_neat(middle - h) for h in lane) for line, lane in lanes.items()},
    )


def _neat(value: float) -> float:
    return round(value, _DIGITS) + 0.0  # never -0.0


def _columns(
    folded: Folded,
    heights: Sequence[float],
    steps: Sequence[Sequence[int]],
    column_of: Sequence[int] | Mapping[int, int],
    spread: float,
) -> tuple[Column, ...]:
    n_columns = max((item.column for item in folded.items), default=-1) + 1
    half_widths = [0.0] * n_columns
    for item in folded.items:
        half_widths[item.column] = max(half_widths[item.column], item.half_width)
    free = _free(folded, heights, steps, column_of, n_columns)
    columns, x = [], 0.0
    for number, half_width in enumerate(half_widths):
        if number:
            x += half_widths[number - 1] + spread * free[number - 1] + half_width
        columns.append(Column(_neat(x), half_width))
    return tuple(columns)


def _free(
    folded: Folded,
    heights: Sequence[float],
    steps: Sequence[Sequence[int]],
    column_of: Sequence[int] | Mapping[int, int],
    n_columns: int,
) -> list[float]:
    """How far it is from the border of each column to that of the next."""
    rise, tall, n_labels = [0.0] * n_columns, [m.ROW] * n_columns, [0] * n_columns
    n_items = len(folded.items)
    for one, other in steps:
        column, height = column_of[one], abs(heights[one] - heights[other])
        rise[column] = max(rise[column], height)
        n_labels[column] += one < n_items
    for column, members in enumerate(in_columns(folded.items)):
        own = [heights[i] for i in members]
        tall[column] += max(own, default=0.0) - min(own, default=0.0)
    least = m.BOX_FREE if folded.has_boxes else m.FREE
    free = []
    for column in range(n_columns):
        mean = (tall[column] + tall[min(column + 1, n_columns - 1)]) / 2.0
        labels = 0 if folded.has_boxes else min(n_labels[column], MOST_LABELLED)
        free.append(max(least, rise[column] / m.STEEPEST, labels * LABEL_AREA / (mean * _USED)))
    for line in folded.lines:
        column = folded.items[line.source].column
        if column == folded.items[line.target].column:
            free[column] = max(free[column], least + arc_reach(tall[column]))
    return free


def arc_reach(rise: float) -> float:
    """How far a line between two members of one column reaches out of it, at most."""
    return 2.0 + rise / 20.0
