"""What is different between two networks, as records."""

import time

import numpy as np
import pytest

from neurosim.drawing.diagram.differences import (
    Change,
    Wire,
    marks_of_changes,
    network_diff,
    network_of_changes,
)
from neurosim.errors import InvalidValueError
from neurosim.network import Network


@pytest.fixture
def one():
    """Two inputs, two hidden neurons in a layer, an output."""
    net = Network("one", seed=1)
    net.add_layer("x", 2), net.add_layer("h", 2, activation="tanh"), net.add_layer("o", 1)
    net.connect("x", "h", weights=[[1, 2], [3, 4]]), net.connect("h", "o", weights=[[5], [6]])
    return net


def test_a_copy_is_the_same(one):
    found = network_diff(one, one.copy())

    assert found.is_empty
    assert str(found) == "the same 5 neurons and 6 connections"


def test_titles_seeds_passes_and_the_order_of_adding_do_not_matter(one):
    other = Network("another", seed=2)
    other.add_layer("x", 2), other.add_layer("h", 2, activation="tanh"), other.add_layer("o", 1)
    other.connect("h", "o", weights=[[5], [6]]), other.connect("x", "h", weights=[[1, 2], [3, 4]])
    other.forward([1, 1])

    assert network_diff(one, other).is_empty


def test_changes_come_with_those_that_are_no_numbers_first_then_the_largest(one):
    other = one.copy()
    other["x1", "h1"].weight, other["h2", "o1"].weight, other["h1"].bias = 1.5, -6.0, -2.0
    other["x2", "h1"].trainable = other["o1"].bias_trainable = False
    other.outputs = ["o1", "h1"]

    found = network_diff(one, other)

    assert found.changes == (
        Change("h1", "output", before=False, after=True),
        Change("o1", "trainable", before=True, after=False),
        Change("x2->h1", "trainable", before=True, after=False),
        Change("h2->o1", "weight", 6.0, -6.0),
        Change("h1", "bias", 0.0, -2.0),
        Change("x1->h1", "weight", 1.0, 1.5),
    )
    assert [change.by for change in found.changes[3:]] == [-12.0, -2.0, 0.5]
    assert str(found.changes[-1]) == "x1->h1.weight: 1.0 -> 1.5"


def test_what_only_one_has_is_added_or_removed(one):
    other = one.copy()
    other.remove_neuron("h2")
    other.add_neuron("n"), other.connect("x1", "n", weight=7)

    found = network_diff(one, other)

    assert (found.added_neurons, found.removed_neurons) == (("n",), ("h2",))
    assert found.added_connections == (Wire("x1", "n", 7.0),)
    gone = [(wire.name, wire.weight) for wire in found.removed_connections]
    assert gone == [("x1->h2", 2.0), ("x2->h2", 4.0), ("h2->o1", 6.0)]
    assert (found.n_neurons, found.n_connections) == (4, 3)


def test_a_layer_an_activation_and_a_bias_may_be_others(one):
    other = Network()
    other.add_layer("x", 2), other.add_layer("k", ["h1"], activation="relu", bias=None)
    other.add_layer("h", ["h2"], activation="tanh"), other.add_layer("o", 1)

    found = network_diff(one, other)

    assert found.changes == (
        Change("h1", "layer", "h", "k"),
        Change("h1", "activation", "tanh", "relu"),
        Change("h1", "bias", 0.0, None),
    )


def test_an_allowed_difference_is_none(one):
    other = one.copy()
    other["h2", "o1"].weight += 0.05

    assert len(network_diff(one, other, tolerance=0.008).changes) == 1  # 0.05 > 0.008 * 6
    assert network_diff(one, other, tolerance=0.009).is_empty
    with pytest.raises(InvalidValueError, match="tolerance: got -1; expected a number >= 0"):
        network_diff(one, other, tolerance=-1)


def test_the_network_of_changes_has_all_and_its_numbers_are_the_changes(one):
    other = one.copy()
    other.remove_neuron("h2")
    other.add_neuron("n", bias=3), other.connect("x1", "n", weight=7)
    other["x1", "h1"].weight, other["h1"].bias = 1.5, -2.0

    both = network_of_changes(one, other, network_diff(one, other))

    weights = {connection.name: connection.weight for connection in both.connections}
    assert weights == {
        "x1->h1": 0.5, "x2->h1": 0.0, "h1->o1": 0.0, "x1->n": 7.0,
        "x1->h2": 2.0, "x2->h2": 4.0, "h2->o1": 6.0,
    }  # fmt: skip
    assert (both["h1"].bias, both["n"].bias, both["o1"].bias) == (-2.0, 3.0, 0.0)
    assert [neuron.name for neuron in both.outputs] == ["o1"]
    assert other["x1", "h1"].weight == 1.5


def test_what_is_added_removed_and_changed_is_marked_so(one):
    other = one.copy()
    other.remove_neuron("h2")
    other.add_neuron("n"), other.connect("x1", "n", weight=7)
    other["x1", "h1"].weight, other["h1"].bias = 1.5, -2.0

    marks = marks_of_changes(network_diff(one, other))

    assert marks.neurons == {"n", "h2", "h1"}
    assert marks.kinds == {
        "n": "added", "x1->n": "added", "h2": "removed", "x1->h2": "removed", "x2->h2": "removed",
        "h2->o1": "removed", "h1": "changed", "x1->h1": "changed",
    }  # fmt: skip
    assert marks.neurons | marks.connections == set(marks.kinds)


def test_where_every_weight_is_another_only_what_is_no_number_is_marked(one):
    other = one.copy()
    other.load_parameters(one.parameters() + 1.0)
    other["x1", "h1"].trainable = False

    assert marks_of_changes(network_diff(one, other)).kinds == {"x1->h1": "changed"}


def test_a_connection_that_is_gone_is_left_out_where_it_would_close_a_cycle():
    one, other = Network(), Network()
    for net, pair in ((one, ("a", "b")), (other, ("b", "a"))):
        net.add_neuron("a"), net.add_neuron("b"), net.add_neuron("c")
        net.connect(*pair, weight=2)
    one.connect("a", "c", weight=3)

    both = network_of_changes(one, other, network_diff(one, other))

    weights = {connection.name: connection.weight for connection in both.connections}
    assert weights == {"b->a": 2.0, "a->c": 3.0}


def test_the_largest_numbers_have_a_finite_difference(one):
    other = one.copy()
    one["x1", "h1"].weight, other["x1", "h1"].weight = -1.7e308, 1.7e308

    found = network_diff(one, other)

    assert found.changes[0].by == pytest.approx(1.797693e308, rel=1e-6)
    assert np.isfinite(network_of_changes(one, other, found)["x1", "h1"].weight)


@pytest.mark.slow
def test_a_hundred_thousand_connections_are_compared_in_seconds():
    one = Network(seed=1)
    one.add_layer("x", 400), one.add_layer("h", 250), one.connect("x", "h")
    other = one.copy()
    other.load_parameters(other.parameters() + 1.0)

    begin = time.perf_counter()
    found = network_diff(one, other)
    seconds = time.perf_counter() - begin

    assert len(found.changes) == 100_250
    assert seconds < 10.0  # 0.3 here; a comparison of each with each would take an hour


def test_empty_networks_are_the_same():
    assert str(network_diff(Network(), Network())) == "the same 0 neurons and 0 connections"
