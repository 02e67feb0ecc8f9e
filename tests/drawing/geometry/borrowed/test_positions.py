"""Places that a user gives, or that networkx finds: the drawing has their shape."""

import math

import networkx as nx
import numpy as np
import pytest

import neurosim as ns
from neurosim.drawing.diagram.diagram import prepare
from neurosim.drawing.geometry.borrowed.positions import NX_LAYOUTS, positions_of
from neurosim.errors import GraphError, InvalidValueError, NeurosimError, UnknownNameError

POS = {1: (0, 1), "in b": (0, -1), (2, 3): np.array([1.4, 1.2]), "out": (2.4, 0)}


@pytest.fixture
def net():
    return ns.from_networkx(nx.DiGraph([(1, (2, 3)), ("in b", (2, 3)), ((2, 3), "out")]))


def test_a_drawing_has_the_shape_of_the_places_that_are_given(net):
    diagram = prepare(net, pos=POS)

    places = diagram.arrangement.by_name()
    factor = places["out"][0] / 2.4
    for key, (x, y) in POS.items():
        assert places[net.neuron(key).name] == pytest.approx((x * factor, y * factor), abs=1e-5)
    first = diagram.routes[0]
    assert first.is_straight
    assert math.dist(first.points[0], places["n1"]) == pytest.approx(1.0)
    assert min(math.dist(a, b) for a in places.values() for b in places.values() if a != b) > 4


@pytest.mark.quick("s", "c")
@pytest.mark.parametrize("name", sorted(NX_LAYOUTS))
def test_every_layout_of_networkx_gives_all_neurons_the_same_places_again(net, name):
    if name in ("kamada_kawai", "spectral"):
        pytest.importorskip("scipy")

    places = ns.layout(net, kind=name)

    assert list(places) == [neuron.name for neuron in net.neurons]
    assert places == ns.layout(net, kind=name) == prepare(net, layout=name).arrangement.by_name()


def test_the_names_of_layouts_are_known_where_a_name_is_wrong():
    with pytest.raises(UnknownNameError, match="did you mean 'spring'"):
        ns.layout(ns.Network(), kind="sprong")


@pytest.mark.parametrize(
    ("pos", "words"),
    [
        ({**POS, 1: (0, -1)}, "'n1' and 'in_b' are at the same place"),
        ({1: (0, 1)}, "no place of 'n2_3'"),
        ({**POS, 9: (0, 0)}, "got 9"),
        ({**POS, 1: (0, 1, 2)}, r"pos\[1\]: got \(0, 1, 2\); expected a pair"),
        ({**POS, 1: (0, math.nan)}, r"pos\[1\]: not finite"),
        ("sprng", "expected one of circular"),
        (3, "got 3; expected places"),
    ],
)
def test_places_that_are_wrong_are_named(net, pos, words):
    with pytest.raises(NeurosimError, match=words):
        positions_of(net, pos)


def test_a_network_whose_lines_must_cross_has_no_planar_layout():
    net = ns.from_weights([np.ones((3, 3)), np.ones((3, 3))])
    net.connect("x", "y", weight=1.0)

    with pytest.raises(GraphError, match="planar"):
        ns.layout(net, kind="planar")
    with pytest.raises(InvalidValueError, match="no place of"):
        ns.draw(net, pos={})


def test_places_that_cannot_be_drawn_apart_are_refused(net):
    with pytest.raises(InvalidValueError, match="pos: places are too near"):
        positions_of(net, {key: (1e-310 * i, 0.0) for i, key in enumerate(POS)})
    near = {**POS, "in b": (0, 1.0 - 1e-13)}
    with pytest.raises(InvalidValueError, match="'n1' and 'in_b' are at the same place"):
        positions_of(net, near)


@pytest.mark.parametrize(
    ("name", "value"), [("layout", "levels"), ("show_as", (1, 2)), ("boxes", True), ("wrap", 2)]
)
def test_what_places_cannot_have_beside_them_is_refused(net, name, value):
    with pytest.raises(InvalidValueError, match=f"pos: got {name} beside it"):
        ns.draw(net, pos=POS, **{name: value})


def test_an_image_is_not_drawn_in_a_layout_of_networkx(net):
    with pytest.raises(InvalidValueError, match="pos: got show_as beside it"):
        ns.draw(net, layout="spring", show_as=(1, 2))
