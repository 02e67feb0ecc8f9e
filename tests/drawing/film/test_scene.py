"""Stages: in the diagrams of a film nothing moves, and one scale holds for all."""

import numpy as np
import pytest

from neurosim.drawing.diagram.marks import Marks, marks_of
from neurosim.drawing.diagram.sample_values import SampleValues
from neurosim.drawing.film.scene import Sight, Stage
from neurosim.network import Network


@pytest.fixture
def net():
    net = Network("two", seed=1)
    net.add_layer("x", 2)
    net.add_layer("o", 1, activation="tanh", bias=0.0)
    net.connect("x", "o", weights=[[1.0], [-1.0]])
    return net


def sight(parameters, *, outputs=(), loss=None, subtitle="epoch 0", marks=None):
    sample_values = SampleValues(outputs=dict(outputs), targets={"o1": 1.0}, loss=loss)
    return Sight(np.array(parameters), sample_values, marks or Marks(), subtitle)


def texts(diagram, kind):
    return {label.of: label.text for label in diagram.labels.shown if label.kind == kind}


FIRST = sight([1.0, -1.0, 0.0], outputs={"x1": 1.0, "o1": 0.5}, loss=0.25)
SECOND = sight(
    [0.125, 4.0, -0.333], outputs={"x1": 3.0, "o1": -0.875}, loss=1.0, subtitle="epoch 1"
)


def test_each_diagram_writes_the_numbers_of_its_own_moment(net):
    stage = Stage(net, [FIRST, SECOND], show=("weights", "outputs"))

    diagram = stage.diagram(SECOND)

    assert texts(diagram, "weight") == {"x1->o1": "0.125", "x2->o1": "4"}
    assert texts(diagram, "value") == {"x1": "3", "o1": "\N{MINUS SIGN}0.875"}
    assert texts(diagram, "name")["o1"] == "o1\nb \N{MINUS SIGN}0.333\nt = 1"
    assert diagram.loss.text == "L = 1"
    assert [line.text for line in diagram.written if line.kind == "subtitle"] == ["epoch 1"]


def test_places_scales_and_the_legend_are_the_same_at_all_moments(net):
    stage = Stage(net, [FIRST, SECOND], show=("weights", "outputs"))

    one, other = stage.diagram(FIRST), stage.diagram(SECOND)

    assert (one.weights.largest, one.outputs.largest, one.inputs.largest) == (4.0, 1.0, 3.0)
    assert one.weights == other.weights
    assert (one.outputs, one.inputs) == (other.outputs, other.inputs)
    assert one.legend == other.legend
    assert one.box == other.box
    assert one.arrangement == other.arrangement
    middles = [{label.of: (label.x, label.y) for label in d.labels.shown if label.kind == "weight"}
               for d in (one, other)]  # fmt: skip
    assert middles[0] == middles[1]


def test_a_name_beside_a_neuron_begins_at_the_same_place_however_long_it_is(net):
    stage = Stage(net, [FIRST, SECOND], show=("weights", "outputs"))

    lefts = []
    for moment in (FIRST, SECOND):
        (name,) = [
            label for label in stage.diagram(moment).labels.shown if label.of == "o1"
            and label.kind == "name"
        ]  # fmt: skip
        from neurosim.drawing.geometry.font import size_of
        from neurosim.drawing.geometry.measures import EM_NAME

        lefts.append(name.x - size_of(name.text)[0] * EM_NAME / 2)

    assert lefts[0] == pytest.approx(lefts[1], abs=1e-9)


def test_the_legend_tells_of_both_signs_though_no_moment_has_both(net):
    up, down = sight([1.0, 1.0, 0.0]), sight([-1.0, -1.0, 0.0])

    legend = Stage(net, [up, down], show=("weights",)).ground.legend

    words = {placed.entry.after for placed in legend}
    assert {"above 0", "below 0"} <= words


def test_what_has_no_value_yet_is_not_written(net):
    early = sight([1.0, -1.0, 0.0], outputs={"x1": 2.0})
    stage = Stage(net, [early, SECOND], show=("weights", "outputs"))

    diagram = stage.diagram(early)

    assert texts(diagram, "value") == {"x1": "2"}
    assert diagram.loss is None


def test_marks_are_those_of_the_moment_and_the_legend_explains_them_always(net):
    marked = sight([1.0, -1.0, 0.0], marks=marks_of(net, "x1->o1"))
    stage = Stage(net, [FIRST, marked], show=("weights",))

    assert stage.diagram(FIRST).marks == Marks()
    assert stage.diagram(marked).marks.connections == {"x1->o1"}
    for moment in (FIRST, marked):
        assert "highlighted" in [placed.entry.after for placed in stage.diagram(moment).legend]


def test_the_network_that_is_given_is_not_changed(net):
    before = net.parameters()

    Stage(net, [FIRST, SECOND], show=("weights",)).diagram(SECOND)

    assert net.parameters().tolist() == before.tolist()


def test_numbers_have_the_digits_that_are_asked_for_and_noise_is_zero(net):
    other = sight([0.123456, -1e-17, 0.5], outputs={"x1": 1.0, "o1": 0.987654}, loss=0.123456)
    stage = Stage(net, [FIRST, other], show=("weights", "outputs"), digits=5)

    diagram = stage.diagram(other)

    assert texts(diagram, "weight") == {"x1->o1": "0.12346", "x2->o1": "0"}
    assert texts(diagram, "value")["o1"] == "0.98765"
    assert diagram.loss.text == "L = 0.12346"


def test_where_connections_are_many_the_numbers_of_the_strongest_of_all_moments_are_written():
    net = Network("many")
    net.add_layer("x", 70)
    net.add_layer("o", 1, bias=None)
    net.connect("x", "o", weights=[[1.0]] * 70)
    weights = np.ones((2, 70))
    weights[0, 50], weights[1, 10] = -9.0, 0.123  # wide, but not strong

    stage = Stage(net, [sight(row) for row in weights], show=("weights",), full=True)

    diagram = stage.diagram(sight(weights[1]))
    assert "x51->o1" in texts(diagram, "weight")
    assert any(
        line.text == "numbers of the strongest into each neuron: 1 of 70"
        for line in diagram.written
    )
