"""A canvas of terminal cells: texts, and wires that join where they meet.

A wire belongs to a net. Where two wires of one net meet they are joined; where wires of two nets
cross, the upright one passes over the other: ``─│─``.
"""

from neurosim.drawing.text.width import n_cells

_LEFT, _RIGHT, _UP, _DOWN = 1, 2, 4, 8
_GLYPHS = {
    _LEFT: "─", _RIGHT: "─", _LEFT | _RIGHT: "─",
    _UP: "│", _DOWN: "│", _UP | _DOWN: "│",
    _LEFT | _DOWN: "╮", _LEFT | _UP: "╯", _RIGHT | _DOWN: "╭", _RIGHT | _UP: "╰",
    _LEFT | _UP | _DOWN: "┤", _RIGHT | _UP | _DOWN: "├",
    _LEFT | _RIGHT | _DOWN: "┬", _LEFT | _RIGHT | _UP: "┴",
    _LEFT | _RIGHT | _UP | _DOWN: "┼",
}  # fmt: skip
_OVER = "│"
ARROW = "▶"
CHARACTERS = "─│╮╯╭╰┤├┬┴┼▶╔═╗║╚╝\N{MINUS SIGN}"  # all that diagrams write
_IN_ASCII = str.maketrans(CHARACTERS, "-|.'.'+++++>#=#|##-")


class Grid:
    """Cells, as many as are written to."""

    def __init__(self) -> None:
        self._texts: dict[int, dict[int, str]] = {}
        self._wires: dict[tuple[int, int], dict[int, int]] = {}

    def write(self, row: int, column: int, text: str) -> None:
        """Write a text, its first letter into this cell."""
        cells = self._texts.setdefault(row, {})
        for character in text:
            width = n_cells(character)
            if width == 0:  # a mark on the letter before
                cells[column - 1] = cells.get(column - 1, "") + character
                continue
            cells[column] = character
            if width == 2:
                cells[column + 1] = ""
            column += width

    def across(self, net: int, row: int, first: int, last: int) -> None:
        """A wire along a row, from the left border of one cell to the right border of another."""
        for column in range(first, last + 1):
            self._add(net, row, column, _LEFT | _RIGHT)

    def arm(self, net: int, row: int, column: int, *, left: bool) -> None:
        """Half a wire in a cell, from its middle to one side."""
        self._add(net, row, column, _LEFT if left else _RIGHT)

    def down(self, net: int, column: int, first: int, last: int) -> None:
        """A wire along a column, from the middle of one cell to the middle of another."""
        for row in range(first, last):
            self._add(net, row, column, _DOWN)
            self._add(net, row + 1, column, _UP)

    def _add(self, net: int, row: int, column: int, sides: int) -> None:
        nets = self._wires.setdefault((row, column), {})
        nets[net] = nets.get(net, 0) | sides

    @property
    def n_crossings(self) -> int:
        """How often a wire passes over another."""
        return sum(len(nets) > 1 for nets in self._wires.values())

    def lines(self) -> list[str]:
        """The sheet, without blanks at the ends of lines."""
        rows = {row: dict(cells) for row, cells in self._texts.items()}
        for (row, column), nets in self._wires.items():
            glyph = _OVER if len(nets) > 1 else _GLYPHS[next(iter(nets.values()))]
            rows.setdefault(row, {}).setdefault(column, glyph)
        n_rows = max(rows, default=-1) + 1
        return [_joined(rows.get(row, {})) for row in range(n_rows)]


def in_ascii(line: str) -> str:
    """The line in ASCII; wires that are joined meet in ``+``."""
    return line.translate(_IN_ASCII)


def _joined(cells: dict[int, str]) -> str:
    last = max(cells, default=-1)
    return "".join(cells.get(column, " ") for column in range(last + 1)).rstrip()
