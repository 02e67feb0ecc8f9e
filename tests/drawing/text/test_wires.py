"""Wires in a terminal: read back from the letters alone, they say which neurons are connected."""

import re

import pytest

from neurosim.drawing.text import wires
from neurosim.drawing.text.chart import chart
from neurosim.drawing.text.terminal import to_text
from neurosim.network import Network

_LEFT, _RIGHT, _UP, _DOWN = (0, -1), (0, 1), (-1, 0), (1, 0)
_ARMS = {
    "─": (_LEFT, _RIGHT), "│": (_UP, _DOWN),
    "╮": (_LEFT, _DOWN), "╯": (_LEFT, _UP), "╭": (_RIGHT, _DOWN), "╰": (_RIGHT, _UP),
    "┤": (_LEFT, _UP, _DOWN), "├": (_RIGHT, _UP, _DOWN), "┬": (_LEFT, _RIGHT, _DOWN),
    "┴": (_LEFT, _RIGHT, _UP), "┼": (_LEFT, _RIGHT, _UP, _DOWN),
}  # fmt: skip


class Picture:
    """A diagram's letters, by row and column; and where neurons stand."""

    def __init__(self, text):
        diagram = text.split("\ninto ")[0].split("\n", 3)[3]
        self.cells = {
            (r, c): s for r, line in enumerate(diagram.split("\n")) for c, s in enumerate(line)
        }
        self.left, self.right = {}, {}
        for r, line in enumerate(diagram.split("\n")):
            for found in re.finditer(r"(?:\[|\(\(?|│|║) {1,2}([a-z]\w*).*?(?:\]|\)\)?|│|║)", line):
                self.right[found[1]] = (r, found.end())
                for row in self._rows(r, found.start()):
                    self.left[row, found.start()] = found[1]

    def _rows(self, row, column):
        yield row
        if self.cells[row, column] in "│║":
            for step in (-1, 1):
                at = row + step
                while self.cells.get((at, column), " ") in "│║":
                    yield at
                    at += step
                yield at  # the corner

    def pairs(self):
        """Each neuron, and each that one comes to by its wire."""
        return {(name, target) for name, at in self.right.items() for target in self.reached(at)}

    def reached(self, start):
        waiting, seen = [(start, _RIGHT)], set()
        while waiting:
            (row, column), step = waiting.pop()
            glyph = self.cells.get((row, column), " ")
            if glyph == "▶":
                yield self.left[row, column + 1]
            if glyph not in _ARMS or ((row, column), step) in seen:
                continue
            seen.add(((row, column), step))
            back = (-step[0], -step[1])
            arms = (step,) if glyph == "│" and step in (_LEFT, _RIGHT) else _ARMS[glyph]
            assert glyph == "│" or back in arms, f"a wire into the side of {glyph}"
            waiting += [((row + r, column + c), (r, c)) for r, c in arms if (r, c) != back]


def drawn(net):
    return to_text(net, width=2_000)


def connected(net):
    return {(connection.source.name, connection.target.name) for connection in net.connections}


@pytest.mark.slow
def test_on_random_graphs_wires_lead_where_connections_do(random_network):
    n_drawn = 0
    for seed in range(80):
        net = random_network(seed)
        text = drawn(net)
        if "no room" not in text:
            n_drawn += bool(net.connections)
            assert Picture(text).pairs() == connected(net), seed
    assert n_drawn > 50


@pytest.mark.slow
def test_a_mistake_in_the_rows_would_be_seen(random_network, monkeypatch):
    monkeypatch.setattr(wires, "_settle", lambda columns, _crowd: [
        setattr(entry, "row", 6 * i) for column in columns for i, entry in enumerate(column)
    ])  # fmt: skip

    wrong = 0
    for seed in range(20):
        net = random_network(seed)
        text = drawn(net)
        try:
            wrong += "no room" not in text and Picture(text).pairs() != connected(net)
        except (AssertionError, KeyError):
            wrong += 1
    assert wrong > 0


def test_layers_that_are_connected_in_full_share_a_wire(layered):
    wiring = wires.wire(chart(layered(3, 4, 2)))

    assert [len(tracks) for tracks in wiring.gaps] == [1, 1]


def test_neurons_with_the_same_targets_share_a_wire_over_all_columns(layered):
    net = layered(3, 2, 2)
    net.connect("l0_", "l2_")

    wiring = wires.wire(chart(net))

    assert [len(tracks) for tracks in wiring.gaps] == [1, 2]
    passes = [entry for entry in wiring.columns[1] if entry.net is not None]
    assert len(passes) == 1


@pytest.mark.parametrize(("n", "rows", "ins"), [
    (0, 1, [5]), (1, 1, [5]), (2, 5, [5, 9]), (3, 5, [5, 7, 9]), (4, 9, [5, 7, 11, 13]),
])  # fmt: skip
def test_a_neuron_has_a_row_for_each_wire_and_its_own_in_the_middle(n, rows, ins):
    entry = wires.WireEntry(0, None, list(range(n)), row=5)

    assert entry.n_rows == rows
    assert entry.middle == 5 + rows // 2
    assert n == 0 or entry.in_rows() == ins


def test_too_many_wires_are_refused():
    net = Network(seed=1)
    net.add_layer("x", 100), net.add_layer("h", 100)
    pairs = [(f"x{i}", f"h{j}") for i in range(1, 101) for j in range(1, 101) if i != j]
    net.connect_many(pairs)

    assert wires.wire(chart(net, full=True)) is None
