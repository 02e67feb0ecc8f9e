"""Every gradient of the walk against central differences: a witness that shares nothing with it."""

import dataclasses

import numpy as np
import pytest

from neurosim.errors import GraphError
from neurosim.functions.activations import ACTIVATIONS
from neurosim.functions.losses import LOSSES
from neurosim.interpreter import backward, forward, measure
from neurosim.interpreter.backward import term_slope
from neurosim.network import Network
from tests.each import each

H = 2.0**-17  # about the cube root of epsilon, and exact
SLOPED = [name for name, activation in ACTIVATIONS.items() if activation.slope is not None]
BY_OUTPUT = [name for name, loss in LOSSES.items() if loss.by_output is not None]
TARGETS = {"any": [0.3, -0.6], "unit": [0.3, 1.0], "signs": [1.0, -1.0]}


def irregular(activation, last="identity"):
    """Skips, an input wired straight to an output, a dead end, an output that feeds the other."""
    made = Network(seed=5)
    made.add_layer("x", 2)
    made.add_layer("h", 2, activation=activation, bias=0.3)
    made.add_neuron("m", activation=activation, bias=None)
    made.add_neuron("dead", activation=activation)
    made.add_neuron("y1", activation=last, bias=-0.2)
    made.add_neuron("y2", activation=last)
    made.connect("x", "h", weights=[[0.9, -0.4], [0.35, 1.3]])
    for source, target, weight in (
        ("h2", "m", -1.2), ("x1", "m", 0.55), ("m", "dead", 1.0), ("h1", "y1", 0.8),
        ("m", "y1", -0.7), ("x2", "y1", 0.25), ("y1", "y2", 0.65), ("h2", "y2", 1.1),
    ):  # fmt: skip
        made.connect(source, target, weight=weight)
    made.outputs = ["y2", "y1"]
    return made


def softmax_in_the_middle():
    made = Network()
    made.add_layer("x", 2)
    made.add_layer("s", 3, activation="softmax", bias=0.1)
    made.add_layer("o", 2)
    made.connect("x", "s", weights=[[0.5, -1.0, 0.25], [1.0, 0.5, -0.5]])
    made.connect("s", "o", weights=[[1.0, 0.5], [-2.0, 0.3], [3.0, -0.2]])
    return made


def softmax_as_output():
    """The whole output is a softmax layer, and one of its neurons feeds a dead end."""
    made = Network()
    made.add_layer("x", 2)
    made.add_layer("h", 2, activation="tanh")
    made.add_layer("o", 2, activation="softmax")
    made.add_neuron("dead")
    made.connect("x", "h", weights=[[0.5, -1.0], [1.0, 0.5]])
    made.connect("h", "o", weights=[[1.0, 0.5], [-2.0, 0.3]])
    made.connect("o1", "dead", weight=2.0)
    made.outputs = ["o1", "o2"]
    return made


def loss_at(network, theta, sample, targets, loss):
    network.load_parameters(theta)
    network.forward(sample)
    list(measure(network, targets, loss))
    return network.loss


def farthest_from_differences(network, loss, targets, sample=(0.7, -0.45)):
    theta = network.parameters()
    loss_at(network, theta, sample, targets, loss)
    list(backward(network, targets, loss))
    ours = [parameter.gradient for parameter in network.parameter_list()]
    theirs = [
        (
            loss_at(network, theta + H * unit, sample, targets, loss)
            - loss_at(network, theta - H * unit, sample, targets, loss)
        )
        / (2.0 * H)
        for unit in np.eye(len(theta))
    ]
    return float(np.max(np.abs(np.subtract(ours, theirs))))


@each("name", SLOPED)
def test_gradients_through_every_activation_are_those_of_differences(name):
    network = irregular(name)

    assert farthest_from_differences(network, LOSSES["half_squared_error"], [0.3, -0.6]) <= 1e-8


@each("last", ["identity", "sigmoid"])
@each("name", BY_OUTPUT)
def test_gradients_of_every_loss_are_those_of_differences(name, last):
    loss = LOSSES[name]
    network = irregular("tanh", "sigmoid" if name == "binary_cross_entropy" else last)

    assert farthest_from_differences(network, loss, TARGETS[loss.targets]) <= 1e-8


@pytest.mark.parametrize("name", ["half_squared_error", "huber"])
def test_gradients_through_a_softmax_in_the_middle_are_those_of_differences(name):
    network = softmax_in_the_middle()

    assert farthest_from_differences(network, LOSSES[name], [0.3, -0.6]) <= 1e-8


@pytest.mark.parametrize(
    ("name", "targets"), [("cross_entropy", [0.25, 0.75]), ("mean_squared_error", [1.0, 0.0])]
)
def test_gradients_of_a_softmax_output_are_those_of_differences(name, targets):
    network = softmax_as_output()

    assert farthest_from_differences(network, LOSSES[name], targets) <= 1e-8


@pytest.mark.parametrize("outputs", [["dead", "o2"], ["o1", "dead"], ["dead"]])
def test_gradients_of_a_softmax_that_is_part_of_the_output_are_those_of_differences(outputs):
    network = softmax_as_output()
    network.outputs = outputs

    gap = farthest_from_differences(network, LOSSES["squared_error"], [0.3, -0.6][: len(outputs)])

    assert gap <= 1e-8


@pytest.mark.parametrize("name", ["tanh", "sigmoid", "softplus"])
def test_a_wrong_slope_is_seen(name, monkeypatch):
    wrong = dataclasses.replace(ACTIVATIONS[name], slope=lambda _z, a: 1.0 - a)
    monkeypatch.setitem(ACTIVATIONS, name, wrong)

    gap = farthest_from_differences(irregular(name), LOSSES["half_squared_error"], [0.3, -0.6])

    assert gap > 0.01


def test_a_doubled_slope_of_the_loss_is_seen():
    loss = LOSSES["half_squared_error"]
    doubled = dataclasses.replace(loss.by_output, slope=lambda x, t: 2.0 * (x - t))

    gap = farthest_from_differences(
        irregular("tanh"), dataclasses.replace(loss, by_output=doubled), [0.3, -0.6]
    )

    assert gap > 0.1


def test_the_slope_by_a_term_is_one_where_terms_are_summed_else_that_of_the_aggregate():
    net = Network()
    net.add_layer("x", 2)
    net.add_neuron("most", aggregation="max", response=3.0)
    net.add_neuron("sum")
    for name in ("most", "sum"):
        net.connect("x", name, weights=[[2.0], [-1.0]])
    net.outputs = ["most", "sum"]

    with pytest.raises(GraphError, match="no forward pass"):
        term_slope(net, net["x1", "most"])
    net.forward([1.0, 1.0])

    pairs = [("x1", "most"), ("x2", "most"), ("x1", "sum"), ("x2", "sum")]
    assert [term_slope(net, net[pair]) for pair in pairs] == [3.0, 0.0, 1.0, 1.0]
    list(backward(net, [7.0, 0.0], LOSSES["half_squared_error"]))
    assert str(net["most"].term_deltas) == "(-3.0, 0.0)"  # no -0.0


def test_the_one_activation_without_a_slope_is_refused():
    network = irregular("step")
    list(forward(network, [0.7, -0.45]))

    with pytest.raises(GraphError, match="'step' has no slope to learn by"):
        backward(network, [0.3, -0.6], LOSSES["half_squared_error"])
