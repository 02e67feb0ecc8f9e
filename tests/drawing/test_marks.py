"""What one is to look at: named by a user, or by a step that is about to happen."""

import pytest

from neurosim.drawing.diagram import prepare
from neurosim.drawing.marks import marks_of, marks_of_step
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
        ("Carried", ["h", "x1->h"]),
        ("Carried", ["h", "x2->h"]),
    ]
