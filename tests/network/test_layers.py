"""Layers as they are made."""

import neurosim as ns
from neurosim.functions.initializers import Uniform


def test_true_is_the_bias_that_is_the_default():
    net = ns.Network("true")
    net.add_layer("x", 1, bias=True)
    net.add_layer("h", 2, bias=True, bias_initializer=Uniform(1, 2))
    net.add_layer("o", 2, bias=[True, 0.5])
    net.add_neuron("n", bias=True)
    net.add_layer("p", 2, bias=True)

    assert all(1 <= net[name].bias <= 2 for name in ("h1", "h2"))
    assert [net[n].bias for n in ("x1", "o1", "o2", "n", "p1")] == [None, 0.0, 0.5, 0.0, 0.0]


def test_false_is_no_bias_as_in_a_scenario():
    net = ns.Network()
    net.add_layer("x", 1)
    net.add_layer("h", 2, bias=False)
    net.add_layer("o", 2, bias=[False, 0.5])
    net.add_neuron("n", bias=False)

    assert [net[name].bias for name in ("h1", "h2", "o1", "o2", "n")] == [None] * 3 + [0.5, None]
