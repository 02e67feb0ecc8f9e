"""Theta: one flat vector in network order, and the way back to the start."""

import numpy as np
import pytest

from neurosim.errors import InvalidValueError, ShapeError, WrongTypeError
from neurosim.network import Network


def test_theta_goes_neuron_by_neuron_incoming_connections_then_bias(net):
    net.connect("x1", "o1", weight=9.0)

    names = net.parameter_names()

    assert names == (
        "x1->h1", "x2->h1", "h1.bias",
        "x1->h2", "x2->h2", "h2.bias",
        "h1->o1", "h2->o1", "x1->o1", "o1.bias",
    )  # fmt: skip
    assert net.parameters().tolist() == [0, 1, 0, 0, 1, 0, 0, 1, 9, 0]


def test_connections_stand_in_theta_in_the_order_they_were_added():
    net = Network()
    net.add_layer("x", 3)
    net.add_layer("o", 1, bias=None)
    for source in ("x3", "x1", "x2"):
        net.connect(source, "o1", weight=1.0)

    assert net.parameter_names() == ("x3->o1", "x1->o1", "x2->o1")


def test_a_neuron_without_a_bias_parameter_has_no_entry():
    net = Network()
    net.add_layer("x", 1)
    net.add_neuron("s", bias=None)
    net.connect("x1", "s", weight=1.0)

    assert net.parameter_names() == ("x1->s",)


def test_frozen_parameters_stand_in_theta_too(net):
    net["x1", "h1"].trainable = False
    net["o1"].bias_trainable = False

    frozen = np.array(net.parameter_names())[~net.trainable_mask()]

    assert frozen.tolist() == ["x1->h1", "o1.bias"]


def test_parameters_are_a_new_vector_each_time(net):
    theta = net.parameters()

    theta[:] = 7.0

    assert net.parameters().max() == 1.0
    assert theta.dtype == np.float64


def test_load_parameters_takes_over_what_parameters_gave(net):
    theta = np.arange(9.0)

    net.load_parameters(theta)

    assert net.parameters().tolist() == theta.tolist()
    assert net["x1", "h2"].weight == 3.0
    assert net["h2"].bias == 5.0
    assert type(net["h2"].bias) is float


def test_load_parameters_forgets_what_was_computed(net):
    net.forward([2.0, 3.0])

    net.load_parameters(np.zeros(9))

    assert net["h1"].output is None


@pytest.mark.parametrize(
    ("theta", "kind", "words"),
    [
        (np.zeros(8), ShapeError, ("(8,)", "(9,)")),
        (np.zeros((9, 1)), ShapeError, ("(9, 1)", "(9,)")),
        ([0.0] * 8 + [float("nan")], InvalidValueError, ("theta: not finite at [8]",)),
        (["a"] * 9, WrongTypeError, ("theta",)),
    ],
)
def test_a_theta_that_does_not_fit_is_refused(net, refused, theta, kind, words):
    with refused(net, kind, *words):
        net.load_parameters(theta)


def test_reset_goes_back_to_the_values_it_was_made_with(net):
    net.add_layer("p", 3, bias=0.5)
    net.connect("o", "p")
    start = net.parameters()

    net.load_parameters(np.arange(float(start.size)))
    net.forward([1.0, 2.0])
    net.reset()

    assert net.parameters().tolist() == start.tolist()
    assert net["h1"].output is None


def test_reset_undoes_assignments(net):
    net["x1", "h1"].weight = 5.0
    net["h1"].bias = 6.0

    net.reset()

    assert net["x1", "h1"].weight == 0.0
    assert net["h1"].bias == 0.0


def test_an_empty_network_has_an_empty_theta():
    net = Network()

    assert net.parameters().shape == (0,)
    assert net.parameter_names() == ()


def test_predict_reads_the_present_weights(net):
    before = net.predict([[2.0, 3.0]])

    net["h2", "o1"].weight = -1.0

    assert net.predict([[2.0, 3.0]])[0, 0] == pytest.approx(1.0 - before[0, 0], abs=1e-15)


def test_the_mask_follows_who_freezes_and_is_the_callers_own():
    net = Network("mask")
    net.add_layer("x", 2), net.add_layer("o", 1)
    net.connect("x", "o")
    connection, neuron = net.connections[0], net["o1"]

    net.trainable_mask()[:] = False
    assert net.trainable_mask().tolist() == [True, True, True]
    connection.trainable = False
    assert net.trainable_mask().tolist() == [False, True, True]
    neuron.bias_trainable = False
    assert net.trainable_mask().tolist() == [False, True, False]
    copied = net.copy()
    connection.parameter.trainable = True
    assert net.trainable_mask().tolist() == [True, True, False]
    assert copied.trainable_mask().tolist() == [False, True, False]
    net.remove_connection("x1", "o1")
    assert net.trainable_mask().tolist() == [True, False]
