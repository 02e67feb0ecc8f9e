"""Wires of a terminal diagram as numbers: which exist, and where each runs.

Neurons of one column that are connected to the same neurons share a wire, a *net*: between two
layers that are connected in full there is one. A net has an upright part, its *track*, in each gap
between two columns that it comes through; where it skips a column it has a row of its own there, a
*pass*. A neuron has a row for each net that leads to it, so that no wire runs into that of another
net; rows of neighbouring columns are even here and odd there, so that none lies upon another.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from neurosim.drawing.geometry.items import Line
from neurosim.drawing.geometry.layout import arrange
from neurosim.drawing.text.chart import Chart

MOST_TRACKS = 14  # in one gap; nobody could follow more
MOST_ROWS = 72


@dataclass(slots=True)
class Net:
    """Nodes of one column, and all nodes to the right of it that each of them is connected to."""

    number: int
    column: int
    sources: list[int]
    targets: list[int]
    last: int  # the column of its last target


@dataclass(slots=True)
class WireEntry:
    """What is in a column: a node, or the pass of a net.

    Attributes:
        node: its number, or None.
        net: the number of the net that passes, or None.
        ins: the nets that lead to it, from top to bottom.
        row: its first row.
    """

    node: int | None
    net: int | None
    ins: list[int] = field(default_factory=list)
    row: int = 0

    @property
    def n_rows(self) -> int:
        """One, or an odd number that has every second row for a net, and one in the middle."""
        n = len(self.ins)
        return 1 if n < 2 else 2 * (n + 1 - n % 2) - 1

    @property
    def middle(self) -> int:
        """The row with its text, from which its wire leaves."""
        return self.row + self.n_rows // 2

    def in_rows(self) -> list[int]:
        """The rows of ``ins``; of an even number, the one in the middle stays free."""
        rows = list(range(self.row, self.row + self.n_rows, 2))
        if len(self.ins) < len(rows):
            del rows[len(rows) // 2]
        return rows


@dataclass(frozen=True, slots=True)
class Track:
    """The upright part of a net in a gap: where wires come in, and where they go on."""

    net: int
    ins: tuple[int, ...]
    outs: tuple[int, ...]

    @property
    def span(self) -> tuple[int, int]:
        """Its first and its last row."""
        rows = self.ins + self.outs
        return min(rows), max(rows)


@dataclass(frozen=True, slots=True)
class WirePlan:
    """A drawing for the terminal.

    Attributes:
        columns: what is in each, from top to bottom.
        gaps: the tracks after each column but the last, from left to right.
    """

    columns: tuple[tuple[WireEntry, ...], ...]
    gaps: tuple[tuple[Track, ...], ...]

    @property
    def is_legible(self) -> bool:
        """Whether there are not too many wires to follow them."""
        last = max((e.row + e.n_rows for column in self.columns for e in column), default=0)
        return last <= MOST_ROWS and all(len(tracks) <= MOST_TRACKS for tracks in self.gaps)


def wire(chart: Chart) -> WirePlan | None:
    """Lead wires between the nodes of a chart; None where there are too many to be followed.

    Connections that do not lead to a later column have no wire.
    """
    nets = _nets(chart)
    n_gaps = len(chart.columns) - 1
    crowd = [sum(net.column <= gap < net.last for net in nets) for gap in range(n_gaps)]
    if max(crowd, default=0) > MOST_TRACKS or max(map(len, chart.columns), default=0) > MOST_ROWS:
        return None
    columns = _ordered(chart, nets, _heights(chart))
    _settle(columns, crowd)
    gaps = tuple(_tracks(gap, columns, nets) for gap in range(n_gaps))
    wiring = WirePlan(tuple(map(tuple, columns)), gaps)
    return wiring if wiring.is_legible else None


def unwired(chart: Chart) -> WirePlan:
    """The nodes in their columns, each in a row, without wires."""
    rows = [[WireEntry(node, None, row=i) for i, node in enumerate(c)] for c in chart.columns]
    return WirePlan(tuple(map(tuple, rows)), ((),) * (len(rows) - 1))


def _nets(chart: Chart) -> list[Net]:
    column_of = chart.column_of
    targets: dict[int, list[int]] = {}
    for arc in chart.arcs:
        if column_of[arc.source] < column_of[arc.target]:
            targets.setdefault(arc.source, []).append(arc.target)
    nets: dict[tuple[int, frozenset[int]], Net] = {}
    for source in sorted(targets):
        key = column_of[source], frozenset(targets[source])
        if key not in nets:
            last = max(column_of[target] for target in key[1])
            nets[key] = Net(len(nets), key[0], [], sorted(key[1]), last)
        nets[key].sources.append(source)
    return list(nets.values())


# --- the order in columns


def _heights(chart: Chart) -> dict[tuple[int, int | None], float]:
    """How low each node is, by number and None; and each long line in each column it passes."""
    arrangement = arrange(chart.folded)
    heights: dict[tuple[int, int | None], float] = {
        (node, None): -y for node, (_, y) in enumerate(arrangement.places[: len(chart.nodes)])
    }
    column_of = chart.column_of
    number = {pair: i for i, pair in enumerate(_pairs(arrangement.folded.lines))}
    for i, arc in enumerate(chart.arcs):
        lanes = arrangement.lanes.get(number.get((arc.source, arc.target), -1), ())
        for step, y in enumerate(lanes):
            heights[i, column_of[arc.source] + 1 + step] = -y
    return heights


def _pairs(lines: Sequence[Line]) -> list[tuple[int, int]]:
    return [(line.source, line.target) for line in lines]


def _ordered(
    chart: Chart, nets: Sequence[Net], heights: Mapping[tuple[int, int | None], float]
) -> list[list[WireEntry]]:
    column_of = chart.column_of
    arcs = {(arc.source, arc.target): i for i, arc in enumerate(chart.arcs)}
    columns: list[list[tuple[float, WireEntry]]] = [
        [(heights[node, None], WireEntry(node, None)) for node in column]
        for column in chart.columns
    ]
    for net in nets:
        far = [t for t in net.targets if column_of[t] > net.column + 1]
        ends = [heights[n, None] for n in (*net.sources, *far)]
        straight = sum(ends) / len(ends)
        pairs = [(s, t) for s in net.sources for t in far]
        for column in range(net.column + 1, net.last):
            keys = ((arcs[pair], column) for pair in pairs)
            lanes = [heights[key] for key in keys if key in heights]
            height = sum(lanes) / len(lanes) if lanes else straight
            columns[column].append((height, WireEntry(None, net.number)))
    feeds: dict[int, list[int]] = {}
    for net in nets:
        for target in net.targets:
            feeds.setdefault(target, []).append(net.number)
    ordered = [[e for _, e in sorted(column, key=lambda pair: pair[0])] for column in columns]
    _join_up(ordered, feeds, nets)
    return ordered


def _join_up(
    columns: Sequence[Sequence[WireEntry]], feeds: Mapping[int, list[int]], nets: Sequence[Net]
) -> None:
    """Give each node the nets that lead to it, in the order in which they come from the left."""
    for left, right in pairwise(columns):
        nodes = {entry.node: rank for rank, entry in enumerate(left) if entry.node is not None}
        passing = {entry.net: rank for rank, entry in enumerate(left) if entry.net is not None}
        for entry in right:
            if entry.node is not None:
                fed = feeds.get(entry.node, ())
                entry.ins = sorted(fed, key=lambda n: _arrival(nets[n], nodes, passing))


def _arrival(net: Net, nodes: Mapping[int, int], passing: Mapping[int, int]) -> float:
    """How low in the column before a net comes from."""
    if net.number in passing:
        return passing[net.number]
    own = [nodes[source] for source in net.sources]
    return sum(own) / len(own)


# --- rows and tracks


def _settle(columns: Sequence[Sequence[WireEntry]], crowd: Sequence[int]) -> None:
    """Give all entries their rows: each column around the middle of the highest."""
    sizes = [sum(entry.n_rows + 1 for entry in column) - 1 for column in columns]
    before = 0
    for number, (column, size) in enumerate(zip(columns, sizes, strict=True)):
        row = (max(sizes) - size) // 2
        if number and crowd[number - 1] > 1 and row % 2 == before % 2:
            row += 1
        before = row
        for entry in column:
            entry.row = row
            row += entry.n_rows + 1


def _tracks(
    gap: int, columns: Sequence[Sequence[WireEntry]], nets: Sequence[Net]
) -> tuple[Track, ...]:
    left = {entry.node: entry for entry in columns[gap] if entry.node is not None}
    passing = {entry.net: entry for entry in columns[gap] if entry.net is not None}
    outs: dict[int, list[int]] = {}
    for entry in columns[gap + 1]:
        if entry.net is not None:
            outs.setdefault(entry.net, []).append(entry.row)
        for number, row in zip(entry.ins, entry.in_rows(), strict=True):
            outs.setdefault(number, []).append(row)
    tracks = []
    for number, rows in sorted(outs.items()):
        if number in passing:
            ins = [passing[number].row]
        else:
            ins = [left[source].middle for source in nets[number].sources]
        tracks.append(Track(number, tuple(ins), tuple(rows)))
    return tuple(_untangled(tracks))


def _untangled(tracks: list[Track]) -> list[Track]:
    """The tracks in an order with few crossings: neighbours change places while that saves one."""
    order = sorted(tracks, key=lambda track: sum(track.span))
    for _ in order:
        is_better = False
        for i in range(len(order) - 1):
            one, other = order[i], order[i + 1]
            if _crossings(other, one) < _crossings(one, other):
                order[i], order[i + 1], is_better = other, one, True
        if not is_better:
            break
    return order


def _crossings(left: Track, right: Track) -> int:
    """How often two tracks' wires cross, if one is left of the other."""
    (a, b), (c, d) = left.span, right.span
    return sum(a <= row <= b for row in right.ins) + sum(c <= row <= d for row in left.outs)
