"""Layers that cannot be: the first with an activation or a bias, and those of a strange size."""

import numpy as np
import pytest

from neurosim.errors import GraphError, InvalidValueError, WrongTypeError
from neurosim.network import Network
from tests.each import each


def test_the_first_layer_takes_neither_activation_nor_bias():
    net = Network()

    with pytest.raises(GraphError, match="first layer is the input layer, got 'tanh'"):
        net.add_layer("x", 2, activation="tanh")
    with pytest.raises(GraphError, match=r"first layer is the input layer, got 0\.5"):
        net.add_layer("x", 2, bias=0.5)

    assert net.layers == ()


@each("bias", [0.0, 0, -0.0, np.float32(0.0), None, False, True, "default"])
def test_the_first_layer_takes_the_bias_that_is_the_default(bias):
    net = Network()

    net.add_layer("x", 2, bias=bias)

    assert [neuron.bias for neuron in net.inputs] == [None, None]


@pytest.mark.parametrize("bias", [[False, False], [0.0, 0.0], np.array([]), 1e-300])
def test_the_first_layer_takes_no_other_bias(bias, refused):
    with refused(net := Network(), GraphError, "layer 'x': the first layer is the input layer"):
        net.add_layer("x", 2, bias=bias)


@pytest.mark.parametrize("activation", [np.array([]), None, 3])
def test_the_activation_of_the_first_layer_is_a_name(activation, refused):
    with refused(net := Network(), WrongTypeError, "layer 'x' activation: not a string, got"):
        net.add_layer("x", 2, activation=activation)


@each(
    ("neurons", "kind", "words"),
    [
        (0, InvalidValueError, "got 0 neurons; expected >= 1"),
        (-1, InvalidValueError, "got -1 neurons"),
        ([], InvalidValueError, "at least one"),
        ("ab", WrongTypeError, "a count or a list of names"),
        (2.0, WrongTypeError, "a count or a list of names"),
        (True, WrongTypeError, "a count or a list of names"),
        ([1, 2], WrongTypeError, "not a string, got 1"),
        (np.array(3.0), WrongTypeError, "a count or a list of names"),
        (10_000_001, InvalidValueError, "got 10000001 neurons; expected at most 10000000"),
        (2**31, InvalidValueError, "expected at most 10000000"),
        (2**70, InvalidValueError, "expected at most 10000000"),
    ],
)
def test_a_layer_of_strange_size_is_refused(net, refused, neurons, kind, words):
    with refused(net, kind, words):
        net.add_layer("p", neurons)
