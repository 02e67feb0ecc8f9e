"""The diagram in a terminal: columns of neurons and the wires between them.

A diagram that is wider than the terminal goes on below: each part begins with the column that the
one before ended with.
"""

from collections.abc import Callable, Iterator, Sequence

from neurosim.drawing.geometry.items import Box, Circle, More
from neurosim.drawing.text.canvas import ARROW, Grid
from neurosim.drawing.text.chart import Chart
from neurosim.drawing.text.width import cut, n_cells, padded
from neurosim.drawing.text.wires import Track, WireEntry, unwired, wire
from neurosim.functions.numbers import counted

_APART = 3  # columns of the terminal between columns of neurons that no wires are drawn between


class TextDiagram:
    """Columns of neurons and what is between them, as wide as their texts."""

    def __init__(self, drawn: Chart, width: int, show: Callable[[str], str]) -> None:
        self._chart, self._width, self._show = drawn, width, show
        self._letters = max(8, (width - 30) // 3)  # of a name; three columns beside each other
        self._texts = [self._cells(number) for number in range(len(drawn.nodes))]
        self._headings = [self._heading(column) for column in drawn.columns]
        wired = wire(drawn)
        self._wiring = unwired(drawn) if wired is None else wired
        self._is_wired = wired is not None
        self._widths = [self._column_width(i) for i in range(len(drawn.columns))]
        if self._is_wired and not self._fits():
            self._wiring, self._is_wired = unwired(drawn), False

    def lines(self) -> Iterator[str]:
        """The diagram, in as many parts as it needs, and what is missing in it."""
        n_crossings = 0
        for number, (first, last) in enumerate(self._parts()):
            yield from [""] * (number > 0)
            grid = Grid()
            self._draw(grid, first, last)
            yield from grid.lines()
            n_crossings += grid.n_crossings
        if n_crossings:
            yield from ("", "─│─ these wires are not joined")
        n_arcs = len(self._chart.arcs)
        if not self._is_wired and n_arcs:
            noun = "matrices" if self._chart.folded.has_boxes else "connections"
            yield from ("", f"no room for wires: {n_arcs} {noun}")
        elif self._n_back:
            yield from ("", f"no wire: {counted(self._n_back, 'connection')} to the left")

    @property
    def _n_back(self) -> int:
        column_of = self._chart.column_of
        return sum(column_of[arc.source] >= column_of[arc.target] for arc in self._chart.arcs)

    # --- the texts

    def _cells(self, number: int) -> tuple[str, str]:
        """What is written on a node, left and right."""
        node = self._chart.nodes[number]
        name, *values = map(self._show, self._chart.lines_of(node, is_short=True))
        name = cut(name, self._letters) + ("!" if self._chart.is_marked(node) else "")
        if isinstance(node, More):
            return name, ""
        if isinstance(node, Box):
            return name, cut(", ".join(values), 2 * self._letters)
        is_alone = node.neuron.layer is None and not node.neuron.is_input
        return name, "  ".join([*([node.neuron.activation] if is_alone else []), *values])

    def _heading(self, column: Sequence[int]) -> str:
        """The layer that is in a column; the column's number where there is none, or more."""
        nodes = [self._chart.nodes[number] for number in column]
        if any(isinstance(node, Box) for node in nodes):
            return ""
        neurons = [node.neuron for node in nodes if isinstance(node, Circle)]
        if all(neuron.is_input for neuron in neurons):
            layer = neurons[0].layer
            return "inputs" if layer is None else f"{self._name(layer.name)}: inputs"
        layers = {neuron.layer for neuron in neurons}
        layer = neurons[0].layer
        if len(layers) == 1 and layer is not None:
            return f"{self._name(layer.name)}: {layer.activation}"
        return f"level {nodes[0].column}"

    def _name(self, name: str) -> str:
        return cut(self._show(name), self._letters)

    def _text(self, number: int, width: int, *, is_tall: bool) -> str:
        """A node in its brackets, so wide; those of a tall one are parts of its border."""
        node, (name, value) = self._chart.nodes[number], self._texts[number]
        opening, closing = self._brackets(number)
        if is_tall:
            tall = {"(": "│", "((": "║"}[opening.rstrip()]
            opening, closing = tall.ljust(len(opening)), tall.rjust(len(closing))
        room = width - len(opening) - len(closing)
        if isinstance(node, More):
            return opening + padded(f"{' ' * ((room - n_cells(name)) // 2)}{name}", room) + closing
        gap = room - n_cells(name) - n_cells(value)
        return f"{opening}{name}{' ' * gap}{value}{closing}"

    def _brackets(self, number: int) -> tuple[str, str]:
        match self._chart.nodes[number]:
            case More():
                return " ", " "
            case Box():
                return "[ ", " ]"
            case Circle() as node if self._chart.is_output(node):
                return "(( ", " ))"
            case Circle() as node:
                return ("[ ", " ]") if node.neuron.is_input else ("( ", " )")

    # --- places

    def _column_width(self, column: int) -> int:
        """The widest of its texts; names and values are two spaces apart."""
        widths = [4]
        for number in self._chart.columns[column]:
            name, value = self._texts[number]
            words = n_cells(name) + (n_cells(value) + 2 if value else 0)
            widths.append(words + sum(map(len, self._brackets(number))))
        return max(widths)

    def _gap(self, gap: int) -> int:
        room = 2 * len(self._wiring.gaps[gap]) + 4 if self._is_wired else _APART
        # a heading may be wider than its column: it needs room before the next
        return max(room, n_cells(self._headings[gap]) + 2 - self._widths[gap])

    def _end(self, column: int) -> int:
        """How wide a column is where it is the last of a part."""
        return max(self._widths[column], n_cells(self._headings[column]))

    def _fits(self) -> bool:
        pairs = range(len(self._widths) - 1)
        return all(self._widths[i] + self._gap(i) + self._end(i + 1) <= self._width for i in pairs)

    def _parts(self) -> Iterator[tuple[int, int]]:
        """The first and the last column of each part."""
        first, used = 0, self._widths[0]
        for column in range(1, len(self._widths)):
            last = column - 1
            fits = used + self._gap(last) + self._end(column) <= self._width
            if not fits and (last > first or not self._is_wired):
                yield first, last
                first = last if self._is_wired else column
                used = self._widths[last] if self._is_wired else -self._gap(last)
            used += self._gap(last) + self._widths[column]
        yield first, len(self._widths) - 1

    def _draw(self, grid: Grid, first: int, last: int) -> None:
        columns = self._wiring.columns
        rows = [entry.row for column in columns[first : last + 1] for entry in column]
        top = min(rows) - (2 if any(self._headings) else 0)
        x = 0
        for column in range(first, last + 1):
            grid.write(0, x, self._headings[column])
            for entry in columns[column]:
                self._draw_entry(grid, entry, x, self._widths[column], entry.row - top)
            x += self._widths[column]
            if column < last:
                self._draw_gap(grid, column, x, top)
                x += self._gap(column)

    def _draw_gap(self, grid: Grid, gap: int, x: int, top: int) -> None:
        last = x + self._gap(gap) - 1
        for place, track in enumerate(self._wiring.gaps[gap]):
            _draw_track(grid, track, (x, x + 2 + 2 * place, last), top)
        for entry in self._wiring.columns[gap + 1] if self._is_wired else ():
            if entry.node is not None and entry.ins:
                for row in entry.in_rows():
                    grid.write(row - top, last, ARROW)

    def _draw_entry(self, grid: Grid, entry: WireEntry, x: int, width: int, row: int) -> None:
        if entry.node is None:
            assert entry.net is not None
            grid.across(entry.net, row, x, x + width - 1)
            return
        middle = row + entry.n_rows // 2
        if entry.n_rows > 1:
            self._draw_border(grid, entry, x, width, row)
        grid.write(middle, x, self._text(entry.node, width, is_tall=entry.n_rows > 1))

    def _draw_border(self, grid: Grid, entry: WireEntry, x: int, width: int, row: int) -> None:
        """The border of a node that wires lead to in several rows."""
        assert entry.node is not None
        is_output = self._chart.is_output(self._chart.nodes[entry.node])
        upper, lower, side, line = ("╔╗", "╚╝", "║", "═") if is_output else ("╭╮", "╰╯", "│", "─")
        last = row + entry.n_rows - 1
        grid.write(row, x, upper[0] + line * (width - 2) + upper[1])
        for other in range(row + 1, last):
            grid.write(other, x, side + " " * (width - 2) + side)
        grid.write(last, x, lower[0] + line * (width - 2) + lower[1])


def _draw_track(grid: Grid, track: Track, places: tuple[int, int, int], top: int) -> None:
    """A track, and the wires from the column before it and to the column after it."""
    first, at, last = places
    for row in track.ins:
        grid.across(track.net, row - top, first, at - 1)
        grid.arm(track.net, row - top, at, left=True)
    for row in track.outs:
        grid.arm(track.net, row - top, at, left=False)
        grid.across(track.net, row - top, at + 1, last)
    grid.down(track.net, at, *(row - top for row in track.span))
