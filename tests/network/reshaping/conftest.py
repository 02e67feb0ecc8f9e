"""What the tests of edits share: a small network, and what makes two networks the same."""

import pytest

import neurosim as ns
from neurosim.network.document import data_document, to_document


@pytest.fixture
def made():
    """2-3-2: tanh and sigmoid, drawn weights, one shared pair, a skip connection."""
    net = ns.Network("made", seed=3)
    net.add_layer("x", 2), net.add_layer("h", 3, activation="tanh")
    net.add_layer("o", 2, activation="sigmoid")
    net.connect("x", "h"), net.connect("h", "o"), net.connect("x1", "o1", weight=0.25)
    net.share(("x1", "h2"), ("x2", "h2"))
    return net


@pytest.fixture
def whole():
    """``whole(net)``: all that a file holds of a network."""
    return lambda net: repr((to_document(net), data_document(net)))
