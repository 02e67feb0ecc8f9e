"""Layers as they are made."""

import neurosim as ns


def test_false_is_no_bias_as_in_a_scenario():
    net = ns.Network()
    net.add_layer("x", 1)
    net.add_layer("h", 2, bias=False)
    net.add_layer("o", 2, bias=[False, 0.5])
    net.add_neuron("n", bias=False)

    assert [net[name].bias for name in ("h1", "h2", "o1", "o2", "n")] == [None] * 3 + [0.5, None]
