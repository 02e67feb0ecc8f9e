"""What every neuron answers: that which the walk leaves on the objects."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import neurosim as ns
from neurosim.drawing.plots.neuron_outputs import layers_of, neuron_outputs
from neurosim.errors import ShapeError, WrongTypeError
from tests.examples import examples


@examples(30)
@given(data=st.data())
def test_outputs_are_those_of_the_walk(data, cases, assert_close):
    case = data.draw(cases())

    found = neuron_outputs(case.network, case.X)

    for row, sample in enumerate(case.X):
        case.network.forward(sample)
        assert list(found) == [neuron.name for neuron in case.network.neurons]
        for neuron in case.network.neurons:
            assert_close(found[neuron.name][row], neuron.output, 1e-12)


def test_more_samples_than_fit_at_once_are_all_answered():
    net = ns.Network()
    net.add_layer("x", 1)
    net.add_layer("o", 1)
    net.connect("x", "o", weight=2)
    X = np.arange(5000.0)[:, None]

    assert neuron_outputs(net, X)["o1"].tolist() == (2 * X[:, 0]).tolist()


def test_a_step_has_no_slope_and_answers_all_the_same():
    net = ns.Network()
    net.add_layer("x", 1)
    net.add_layer("o", 1, activation="step", bias=-0.5)
    net.connect("x", "o", weight=1)

    assert neuron_outputs(net, [[0], [1]])["o1"].tolist() == [0, 1]


def test_neurons_in_no_layer_stand_by_level():
    net = ns.Network()
    net.add_layer("x", 2)
    net.add_input("y")
    net.add_neuron("a")
    net.add_neuron("b")
    net.add_neuron("c")
    net.connect_many([("x1", "a"), ("y", "b"), ("a", "c")], [1, 1, 1])
    net.outputs = ["c", "b"]

    names = {name: [n.name for n in group] for name, group in layers_of(net).items()}

    assert names == {"x": ["x1", "x2"], "inputs": ["y"], "level 1": ["a", "b"], "level 2": ["c"]}


@examples(30)
@given(data=st.data())
def test_every_neuron_stands_in_one_group(data, cases):
    network = data.draw(cases()).network

    found = [neuron.name for group in layers_of(network).values() for neuron in group]

    assert sorted(found) == sorted(neuron.name for neuron in network.neurons)


def test_what_is_no_network_is_told():
    with pytest.raises(WrongTypeError, match=r"network: got 3; expected a neurosim\.Network"):
        neuron_outputs(3, [[1]])


def test_samples_of_another_width_are_told():
    net = ns.Network()
    net.add_layer("x", 2), net.add_layer("o", 1), net.connect("x", "o")

    with pytest.raises(ShapeError, match=r"X: got \(1, 3\); expected \(B, 2\)"):
        neuron_outputs(net, [[1, 2, 3]])
