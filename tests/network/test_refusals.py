"""Structures that are no network: each is refused by its words, and the refusal changes nothing."""

import time

import numpy as np
import pytest

from neurosim.errors import (
    GraphError,
    NameRuleError,
    UnknownNameError,
    WrongTypeError,
)
from neurosim.network import Network
from tests.each import each

UNKNOWN = {
    "a neuron": (lambda net: net["h3"], "unknown neuron 'h3'", "known: x1, x2, h1, h2, o1"),
    "a source": (lambda net: net.connect("x9", "h"), "unknown neuron or layer 'x9'", "known:"),
    "a target": (lambda net: net.connect("x", "hh"), "unknown neuron or layer 'hh'", "known:"),
    "a layer": (lambda net: net.layer("q"), "unknown layer 'q'", "known: x, h, o"),
    "a connection": (lambda net: net["x1", "o1"], "no connection 'x1->o1'"),
    "a turned one": (lambda net: net["h1", "x1"], "no connection 'h1->x1'", "mean 'x1->h1'?"),
    "three names": (lambda net: net["x1", "h1", "o1"], "expected two names"),
    "an edge to remove": (lambda net: net.remove_connection("x1", "o1"), "no connection 'x1->o1'"),
    "one to remove": (lambda net: net.remove_neuron("h9"), "unknown neuron 'h9'", "known: x1"),
    "a layer to remove": (lambda net: net.remove_neuron("h"), "'h' is a layer", "such as 'h1'"),
    "an activation": (
        lambda net: net.add_neuron("s", activation="tahn"),
        "neuron 's': unknown activation 'tahn'",
        "did you mean 'tanh'?",
    ),
    "a layer's activation": (
        lambda net: net.add_layer("p", 2, activation="sigmod"),
        "layer 'p': unknown activation 'sigmod'",
        "did you mean 'sigmoid'?",
    ),
    "a pattern": (
        lambda net: net.connect("x", "o", pattern="one_to_on"),
        "x->o: unknown pattern 'one_to_on'",
        "did you mean 'one_to_one'?",
    ),
    "an initializer": (
        lambda net: net.connect("x", "o", initializer="xaver"),
        "unknown initializer 'xaver'",
        "did you mean 'xavier'?",
    ),
}


@each(("call", "words"), [(c, w) for c, *w in UNKNOWN.values()])
def test_an_unknown_name_is_refused_with_a_guess(net, refused, call, words):
    with refused(net, UnknownNameError, *words):
        call(net)


def test_an_unknown_name_is_a_key_error_whose_text_is_the_message(net):
    with pytest.raises(KeyError) as caught:
        net["h3"]

    assert str(caught.value).startswith("unknown neuron 'h3'")


def test_an_unknown_output_is_refused(net, refused):
    with refused(net, UnknownNameError, "unknown neuron 'o2'", "known: x1"):
        net.outputs = ["o1", "o2"]


def test_a_layer_as_an_output_is_refused(net, refused):
    with refused(net, UnknownNameError, "'o' is a layer", "such as 'o1'"):
        net.outputs = ["o"]


@each(
    ("names", "kind", "words"),
    [
        ([], GraphError, "expected at least one neuron"),
        (["x1"], GraphError, "'x1' is an input"),
        (["o1", "o1"], NameRuleError, "'o1' occurs twice"),
        ("o1", WrongTypeError, "expected a list of neuron names"),
        ([3], WrongTypeError, "got 3"),
        (3, WrongTypeError, "got 3"),
        (None, WrongTypeError, "got None"),
        (np.array(3.0), WrongTypeError, "outputs: got array(3.); expected a list"),
    ],
)
def test_outputs_that_can_be_none_are_refused(net, refused, names, kind, words):
    with refused(net, kind, words):
        net.outputs = names


def test_a_second_connection_between_the_same_two_is_refused(net, refused):
    with refused(net, GraphError, "'x1->h1': exists already", "net['x1', 'h1'].weight"):
        net.connect("x1", "h1", weight=5.0)


def test_a_second_connection_between_layers_is_refused_whole(net, refused):
    net.add_layer("p", 2)
    net.connect("x2", "p2", weight=1.0)  # the last of the four that the call below asks for

    with refused(net, GraphError, "'x2->p2': exists already"):
        net.connect("x", "p")


def test_a_self_loop_is_refused(net, refused):
    with refused(net, GraphError, "'h1->h1': a self-loop"):
        net.connect("h1", "h1")


def test_a_layer_connected_to_itself_is_refused(net, refused):
    with refused(net, GraphError, "'h1->h1': a self-loop"):
        net.connect("h", "h")


def test_a_connection_into_an_input_is_refused(net, refused):
    with refused(net, GraphError, "'h1->x1': leads into an input"):
        net.connect("h1", "x1")


def test_a_connection_into_an_input_without_a_layer_is_refused(net, refused):
    net.add_input("x3")

    with refused(net, GraphError, "'o1->x3': leads into an input"):
        net.connect("o1", "x3")


def test_a_cycle_is_refused_and_printed_as_its_path(net, refused):
    net.add_neuron("s")
    net.connect("o1", "s")

    with refused(net, GraphError, "'s->h2': closes a cycle, got s -> h2 -> o1 -> s;"):
        net.connect("s", "h2")


def test_a_cycle_of_two_is_refused(net, refused):
    with refused(net, GraphError, "got o1 -> h1 -> o1;"):
        net.connect("o1", "h1")


def test_a_call_whose_last_connection_closes_a_cycle_makes_none_of_them(net, refused):
    net.add_layer("p", 2)
    net.connect("p2", "h1")

    with refused(net, GraphError, "closes a cycle, got h1 -> p2 -> h1"):
        net.connect("h1", "p", weights=[[1.0, 2.0]])

    assert ("h1", "p1") not in net


def test_the_path_of_a_cycle_is_the_shortest():
    net = Network()
    for name in "abcd":
        net.add_neuron(name)
    for pair in ("ab", "bc", "cd", "bd"):
        net.connect(*pair)

    with pytest.raises(GraphError, match="got d -> a -> b -> d;"):
        net.connect("d", "a")


def test_softmax_on_a_single_neuron_is_refused(net, refused):
    with refused(net, GraphError, "neuron 's': softmax belongs to a layer", "add_layer"):
        net.add_neuron("s", activation="softmax")


def test_a_connection_inside_a_softmax_layer_is_refused(net, refused):
    net.add_layer("p", 2, activation="softmax")

    with refused(net, GraphError, "'p1->p2': inside a softmax layer"):
        net.connect("p1", "p2")


def test_a_cycle_through_a_softmax_layer_is_refused(net, refused):
    net.add_layer("p", 2, activation="softmax")
    net.add_neuron("s")
    net.connect("p1", "s")

    # p2 does not lead to s by itself, but softmax makes p1 depend on p2
    with refused(net, GraphError, "'s->p2': closes a cycle", "s -> p -> s"):
        net.connect("s", "p2")


def test_a_cycle_through_wide_softmax_layers_is_found_in_time():
    net = Network()
    for layer in "xabcd":
        net.add_layer(layer, 14, activation="identity" if layer == "x" else "softmax")
    for source, target in ("ab", "bc", "cd"):
        net.connect(source, target, weight=0.0)

    start = time.process_time()
    with pytest.raises(GraphError, match="d -> a -> b -> c -> d"):
        net.connect("d1", "a1")
    seconds = time.process_time() - start

    assert seconds < 10.0  # to search each of 588 connections once takes milliseconds


def test_connections_inside_a_layer_that_is_not_softmax_are_legal(net):
    net.connect("h1", "h2", weight=1.0)

    assert [[n.name for n in g] for g in net.generations()][1:3] == [["h1"], ["h2"]]


@pytest.mark.parametrize("pair", [("x1", []), ([], "x1"), (None, "h1"), ("x1", "h1", []), ()])
def test_what_is_no_pair_of_names_is_no_connection(net, pair):
    assert pair not in net


def test_forward_without_outputs_says_what_is_missing():
    net = Network("bare")
    net.add_layer("x", 1)

    with pytest.raises(GraphError, match="network 'bare': no outputs"):
        net.forward([1.0])


@pytest.mark.parametrize("name", [3, None, ["x1"]])
def test_a_name_that_is_no_string_is_a_type_error(net, refused, name):
    with refused(net, WrongTypeError):
        net.connect(name, "h1")


def test_an_unknown_neuron_is_guessed_at():
    net = Network()
    net.add_neuron("hidden_1")

    with pytest.raises(UnknownNameError, match="did you mean 'hidden_1'"):
        net["hiden_1"]


def test_a_neuron_of_another_network_is_not_taken_for_its_namesake(net, refused):
    other = net.copy()

    with refused(net, UnknownNameError, "is of another network"):
        net.connect(other["x1"], net["o1"])
