"""What one is to look at: named by a user, or by a step that is about to happen."""

import pytest
from matplotlib.colors import to_hex

from neurosim.drawing.diagram.diagram import prepare
from neurosim.drawing.diagram.marks import LOOKS, Marks, marks_of, marks_of_step
from neurosim.drawing.drawing import paint
from neurosim.drawing.page.themes import THEMES
from neurosim.errors import UnknownNameError, WrongTypeError
from neurosim.interpreter import forward


def test_neurons_and_connections_are_marked_by_name_and_as_they_are(small):
    marks = marks_of(small, ["h", "x1->h", small["o"], small["h", "o"]])

    assert marks.neurons == {"h", "o"}
    assert marks.connections == {"x1->h", "h->o"}


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        ("x1->g", UnknownNameError, r"highlight: no connection 'x1->g' \(did you mean 'x1->h'\?\)"),
        ("x9", UnknownNameError, r"highlight: no neuron 'x9' \(did you mean 'x"),
        (3, WrongTypeError, "highlight: got 3; expected names such as 'x1->h1'"),
        ([3], WrongTypeError, "highlight: got 3; expected names such as 'x1->h1'"),
    ],
)
def test_what_is_not_there_cannot_be_marked(small, given, error, words):
    with pytest.raises(error, match=words):
        marks_of(small, given)


def test_what_is_marked_and_not_drawn_is_said(layered):
    diagram = prepare(layered(20, 1), highlight=["l0_10", "l0_10->l1_1", "l0_1"])

    notes = [line.text for line in diagram.written if line.kind == "note"]
    assert notes[-1] == "highlighted, and not drawn: l0_10, l0_10->l1_1"


def test_a_step_marks_what_it_writes(small):
    marked = [
        (type(step).__name__, sorted(marks_of_step(step).neurons | marks_of_step(step).connections))
        for step in forward(small, [2, 3])
    ]

    assert marked[:5] == [
        ("Loaded", ["x1"]),
        ("Loaded", ["x2"]),
        ("Started", ["h"]),
        ("Summed", ["h", "x1->h"]),
        ("Summed", ["h", "x2->h"]),
    ]


# --- kinds

KINDS = {"x1": "added", "x2": "removed", "h": "changed",
         "x1->h": "added", "x2->h": "removed", "h->o": "changed"}  # fmt: skip


@pytest.fixture
def of_kinds():
    """A mark of each kind on a neuron and on a connection, and one that is of none."""
    names = frozenset(KINDS)
    wires = frozenset(name for name in names if "->" in name)
    return Marks((names - wires) | {"o"}, wires, kinds=KINDS)


@pytest.mark.parametrize("theme", THEMES)
def test_each_kind_of_mark_has_its_colour_and_a_line_style(small, by_id, of_kinds, theme):
    found = by_id(paint(prepare(small, marks=of_kinds), theme=theme))

    for name, kind in KINDS.items():
        artist = found["mark-" + name.replace("->", "-")]
        edges = artist.get_edgecolor()
        assert to_hex(edges[0] if "->" in name else edges) == getattr(THEMES[theme], kind)
    rings = {name: found[f"mark-{name}"].get_linestyle() for name in ("x1", "x2", "h")}
    casings = {name: found[f"mark-{name}"].get_linestyle()[0] for name in ("x1-h", "x2-h", "h-o")}
    dashes = {name: style[1] for name, style in (rings | casings).items()}
    assert dashes["x1"] is None
    assert dashes["x1-h"] is None
    assert dashes["x2"][0] > 2 * dashes["h"][0]  # strokes against dots
    assert dashes["x2-h"][0] > 2 * dashes["h-o"][0]


def test_the_legend_tells_the_kinds_that_occur_in_their_order(small, by_id, of_kinds):
    diagram = prepare(small, marks=of_kinds)

    marked = [placed.entry for placed in diagram.legend if placed.entry.kind == "marked"]
    assert [(entry.mark, entry.after) for entry in marked] == [
        ("highlight", "highlighted"), ("added", "added"), ("removed", "removed"),
        ("changed", "changed"),
    ]  # fmt: skip
    assert {f"key-{kind}" for kind in LOOKS} <= set(by_id(paint(diagram)))


def test_what_is_not_drawn_is_said_by_kind(layered):
    names = ("l0_10", "l0_11", "l0_12")
    marks = Marks(frozenset(names), kinds={"l0_10": "removed", "l0_12": "added"})

    notes = [line.text for line in prepare(layered(20, 1), marks=marks).written]

    assert notes[-3:] == [
        "highlighted, and not drawn: l0_11",
        "added, and not drawn: l0_12",
        "removed, and not drawn: l0_10",
    ]


def test_very_many_marked_lines_are_few_artists_of_each_kind(layered, by_id):
    net = layered(21, 20)
    wires = [connection.name for connection in net.connections]
    kinds = dict.fromkeys(wires[:210], "added") | dict.fromkeys(wires[210:], "removed")

    found = by_id(
        paint(prepare(net, full=True, marks=Marks(frozenset(), frozenset(wires), kinds=kinds)))
    )

    assert len(found["marks-added"].get_paths()) == 210
    assert len(found["marks-removed"].get_paths()) == 210
    assert not [gid for gid in found if gid.startswith("mark-")]
