"""Places that a user gives, or that networkx finds: the drawing has their shape."""

import math

import networkx as nx
import numpy as np
import pytest

import neurosim as ns
from neurosim.drawing.diagram.diagram import prepare
from neurosim.drawing.geometry.borrowed.positions import NX_LAYOUTS, positions_of
from neurosim.drawing.geometry.levels import OF_NETWORKX
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


@pytest.mark.parametrize("name", sorted(NX_LAYOUTS))
def test_every_layout_of_networkx_gives_all_neurons_the_same_places_again(net, name):
    if name in ("kamada_kawai", "spectral"):
        pytest.importorskip("scipy")

    places = ns.layout(net, kind=name)

    assert list(places) == [neuron.name for neuron in net.neurons]
    assert places == ns.layout(net, kind=name) == prepare(net, layout=name).arrangement.by_name()


def test_the_names_of_layouts_are_known_where_a_name_is_wrong():
    assert set(OF_NETWORKX) == set(NX_LAYOUTS)
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
