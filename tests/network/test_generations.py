"""Levels of a network, against the longest paths of its graph."""

import random

import networkx as nx
import pytest

from neurosim.network import Network
from tests.each import each


def names(groups):
    return [[neuron.name for neuron in group] for group in groups]


def test_a_neuron_stands_one_level_behind_the_last_it_listens_to():
    net = Network()
    for name in "abcde":
        net.add_neuron(name)
    net.connect_many([("e", "d"), ("d", "a"), ("e", "a"), ("c", "a")])

    assert names(net.generations()) == [["b", "c", "e"], ["d"], ["a"]]


@each("seed", range(10))
def test_levels_are_those_of_networkx(seed):
    rng = random.Random(seed)  # noqa: S311 - no secret
    net = Network()
    order = [f"n{i}" for i in range(30)]
    for name in order:
        net.add_neuron(name)
    rng.shuffle(order)
    pairs = {tuple(sorted(rng.sample(range(30), 2))) for _ in range(60)}
    net.connect_many([(order[u], order[v]) for u, v in sorted(pairs)])

    levels = names(net.generations())

    assert [set(level) for level in levels] == list(map(set, nx.topological_generations(net.graph)))


def test_a_softmax_layer_stands_whole_in_one_generation():
    net = Network()
    net.add_layer("x", 2)
    net.add_neuron("late")
    net.add_layer("p", 2, activation="softmax")
    net.add_neuron("after")
    net.connect_many([("x1", "p1"), ("x2", "late"), ("late", "p2"), ("p1", "after")])

    assert names(net.generations()) == [["x1", "x2"], ["late"], ["p1", "p2"], ["after"]]


def test_an_edit_makes_new_generations(net):
    net.connect("h1", "h2")
    before = names(net.generations())

    net.remove_connection("h1", "h2")

    assert before == [["x1", "x2"], ["h1"], ["h2"], ["o1"]]
    assert names(net.generations()) == [["x1", "x2"], ["h1", "h2"], ["o1"]]


def test_an_empty_network_has_none():
    assert Network().generations() == ()


@pytest.mark.slow
def test_a_chain_of_ten_thousand_made_backward_has_ten_thousand():
    n = 10_000
    net = Network()
    for i in range(n):
        net.add_neuron(f"n{i}")

    net.connect_many([(f"n{i + 1}", f"n{i}") for i in range(n - 1)])

    assert len(net.generations()) == n
    assert net.generations()[0] == (net[f"n{n - 1}"],)


def test_a_softmax_layer_that_was_added_first_comes_behind_all_that_its_members_listen_to():
    net = Network()
    net.add_layer("x", 1)
    net.add_layer("p", 2, activation="softmax")
    for name in "ab":
        net.add_neuron(name)

    net.connect_many([("b", "p1"), ("b", "p2"), ("b", "a"), ("a", "p2"), ("x1", "b")])

    assert names(net.generations()) == [["x1"], ["b"], ["a"], ["p1", "p2"]]
    assert [unit.name for unit in net._structure._order.units] == ["x1", "b", "a", "p"]
