"""What each object says of itself: one line that a learner can read."""

import pytest

from neurosim.compiler import compile_network
from neurosim.network import Network


@pytest.fixture
def mixed(net):
    net.add_layer("p", 9, activation="softmax", bias=None)
    net["x1", "h1"].trainable = False
    net["h2"].bias = -0.25
    net.add_neuron("s", activation="tanh", bias=1 / 3)
    net.forward([2.0, 3.0])
    return net


LINES = {
    "an input": (lambda net: net["x1"], "x1: input, output 2"),
    "a neuron": (lambda net: net["h1"], "h1: sigmoid, bias 0, output 0.952574"),
    "a negative bias": (lambda net: net["h2"], "h2: sigmoid, bias -0.25, output 0.939913"),
    "no bias": (lambda net: net["p1"], "p1: softmax, no bias, output 0.111111"),
    "nothing computed": (lambda net: net.add_neuron("t"), "t: identity, bias 0, output ?"),
    "a connection": (lambda net: net["x2", "h1"], "x2->h1: weight 1"),
    "a frozen one": (lambda net: net["x1", "h1"], "x1->h1: weight 0, frozen"),
    "an input layer": (lambda net: net.layer("x"), "x: 2 input neurons (x1, x2)"),
    "a layer of one": (lambda net: net.layer("o"), "o: 1 sigmoid neuron (o1)"),
    "a long layer": (lambda net: net.layer("p"), "p: 9 softmax neurons (p1, ..., p9)"),
    "a network": (
        lambda net: net,
        "two-two-one: 2 inputs, 13 neurons, 6 connections, 9 outputs",
    ),
}


@pytest.mark.parametrize(("thing", "line"), LINES.values(), ids=LINES)
def test_a_thing_is_one_readable_line(mixed, thing, line):
    shown = thing(mixed)

    assert str(shown) == repr(shown) == line


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("two\nlines", "two\\nlines"),
        ("a\r\x1b[31m\x00b", "a\\r\\x1b[31m\\x00b"),
        ("a\u2028b\u202ec\ud800", "a\\u2028b\\u202ec\\ud800"),
        ("日本語 'free' \\ text 🧠", "日本語 'free' \\ text 🧠"),
    ],
    ids=ascii,
)
def test_a_title_is_shown_on_one_line_and_kept_as_it_is(title, shown):
    net = Network(title)
    net.add_layer("x", 1)
    net.add_layer("o", 1)

    line = f"{shown}: 1 input, 1 neuron, 0 connections, 1 output"
    assert repr(net) == net.summary().splitlines()[0] == line
    compiled = repr(compile_network(net))
    assert compiled == f"compiled plan of {shown}: 1 block, 1 parameter, 1 input, 1 output"
    assert net.title == net.copy().title == title


def test_the_data_of_an_edge_is_shown_as_a_dictionary(net):
    assert repr(net.graph.edges["x2", "h1"]) == "{'weight': 1.0, 'trainable': True}"
    assert repr(net.graph.nodes["h1"]) == "{'bias': 0.0, 'activation': 'sigmoid', 'layer': 'h'}"


def test_a_summary_tells_layers_lone_neurons_outputs_and_parameters(mixed):
    assert mixed.summary().splitlines() == [
        "two-two-one: 2 inputs, 13 neurons, 6 connections, 9 outputs",
        "  x: 2 input neurons (x1, x2)",
        "  h: 2 sigmoid neurons (h1, h2)",
        "  o: 1 sigmoid neuron (o1)",
        "  p: 9 softmax neurons (p1, ..., p9)",
        "  in no layer: 1 neuron (s)",
        "  outputs: p1, p2, p3, p4, p5, p6, p7, p8, p9",
        "  parameters: 10, of which 1 are frozen",
    ]


def test_a_summary_of_nothing_is_readable():
    assert Network("bare").summary().splitlines() == [
        "bare: 0 inputs, 0 neurons, 0 connections, 0 outputs",
        "  outputs: none",
        "  parameters: 0, of which 0 are frozen",
    ]


def test_a_summary_of_many_lone_neurons_is_short():
    net = Network()
    for i in range(100):
        net.add_neuron(f"n{i}")

    assert "  in no layer: 100 neurons (n0, n1, " in net.summary()
    assert "n12" not in net.summary()
