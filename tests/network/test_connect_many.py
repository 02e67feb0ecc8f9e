"""A list of connections in one call: the same rules as one by one, and one look for cycles."""

import gc
import random

import networkx as nx
import numpy as np
import pytest

from neurosim.errors import GraphError
from neurosim.network import Network
from neurosim.network.document import to_document
from neurosim.network.order import AcyclicOrder
from neurosim.network.structure import Structure
from tests.each import each


def names(things):
    return [thing.name for thing in things]


def test_the_connections_come_back_in_the_order_of_the_pairs(bare):
    made = bare.connect_many([("x2", "b"), ("x1", "a"), ("a", "b")], [1, 2.5, -3])

    assert names(made) == ["x2->b", "x1->a", "a->b"]
    assert [c.weight for c in made] == [1.0, 2.5, -3.0]
    assert list(bare.connections) == made
    assert bare["x1", "a"] is made[1]
    assert names(bare.incoming("b")) == ["x2->b", "a->b"]


def test_it_does_what_connect_does_one_by_one(bare):
    rng = random.Random(3)  # noqa: S311 - no secret
    pairs = [("x1", "d"), ("d", "a"), ("x2", "b"), ("a", "b"), ("d", "c"), ("c", "a")]
    weights = [rng.gauss(0, 1) for _ in pairs]
    twin = bare.copy()

    bare.connect_many(pairs, weights, trainable=False)
    for (source, target), weight in zip(pairs, weights, strict=True):
        twin.connect(source, target, weight=weight, trainable=False)

    assert to_document(bare) == to_document(twin)
    assert [names(g) for g in bare.generations()] == [names(g) for g in twin.generations()]


PAIRS = {
    "names": [("x1", "a"), ("a", "b")],
    "lists": [["x1", "a"], ["a", "b"]],
    "an array": np.array([["x1", "a"], ["a", "b"]]),
    "a dictionary": {("x1", "a"): 1, ("a", "b"): 2},
    "an iterator of iterators": map(iter, [("x1", "a"), ("a", "b")]),
}


@pytest.mark.parametrize("pairs", PAIRS.values(), ids=PAIRS)
def test_pairs_may_come_in_any_container(bare, pairs):
    made = bare.connect_many(pairs, np.array([0.5, 2]))

    assert names(made) == ["x1->a", "a->b"]
    assert [c.weight for c in made] == [0.5, 2.0]
    assert type(made[0].weight) is float


def test_neurons_stand_for_their_names(bare):
    made = bare.connect_many([(bare["x1"], "a"), ("a", bare["b"])], [1, 2])

    assert names(made) == ["x1->a", "a->b"]


def test_the_graph_holds_them_for_networkx(bare):
    bare.connect_many([("x1", "a"), ("a", "b"), ("x1", "b"), ("b", "d")], [1, 2, 3, 4])
    graph = bare.graph

    assert graph.edges["x1", "a"]["connection"] is bare["x1", "a"]
    assert dict(graph.edges["x1", "a"]) == {"weight": 1.0, "trainable": True}
    assert nx.shortest_path(graph, "x1", "d") == ["x1", "b", "d"]
    assert nx.dijkstra_path_length(graph, "x1", "d", weight="weight") == 7.0
    assert nx.dag_longest_path(graph) == ["x1", "a", "b", "d"]
    assert graph.copy().edges["a", "b"] == {"weight": 2.0, "trainable": True}
    assert type(graph.copy().edges["a", "b"]) is dict
    assert nx.utils.graphs_equal(nx.DiGraph(graph), graph)


def test_the_data_of_nodes_and_edges_cannot_be_written(bare):
    bare.connect("x1", "a")

    with pytest.raises(TypeError):
        bare.graph.edges["x1", "a"]["connection"] = None
    with pytest.raises(TypeError):
        bare.graph.nodes["a"]["neuron"] = None
    with pytest.raises(KeyError):
        bare.graph.edges["x1", "a"]["bias"]


def test_an_empty_list_is_no_mistake(bare):
    assert bare.connect_many([]) == []
    assert bare.connect_many([], []) == []
    assert bare.connections == ()


def test_all_pairs_of_two_layers_are_drawn_as_connect_draws_them():
    nets = [Network(seed=4), Network(seed=4, generator="legacy")]
    for net in nets:
        net.add_layer("x", 3)
        net.add_layer("h", 2)
    by_layers, by_list = nets[1].copy(), nets[1].copy()

    expected = by_layers.connect("x", "h", initializer="orthogonal")
    made = by_list.connect_many(
        [(f"x{i}", f"h{j}") for i in (1, 2, 3) for j in (1, 2)], initializer="orthogonal"
    )

    assert [c.weight for c in made] == [c.weight for c in expected]


def test_a_list_of_one_draws_what_connect_draws(bare):
    twin = bare.copy()

    assert bare.connect_many([("a", "b")])[0].weight == twin.connect("a", "b").weight


def test_weights_not_given_are_scaled_by_the_mean_numbers_of_sources_and_targets():
    net = Network(seed=0)
    net.add_layer("x", 40)
    net.add_layer("h", 40)
    pairs = [(f"x{1 + (i + k) % 40}", f"h{i + 1}") for i in range(40) for k in range(10)]

    drawn = np.array([c.weight for c in net.connect_many(pairs)])

    bound = np.sqrt(6 / (10 + 10))  # ten sources for each target, ten targets for each source
    assert 0.95 * bound < np.abs(drawn).max() <= bound


@pytest.mark.parametrize("was_on", [True, False])
@pytest.mark.parametrize("last", ["d", "a"], ids=["made", "refused"])
def test_the_garbage_collector_is_left_as_it_was(bare, was_on, last, monkeypatch):
    seen = []
    monkeypatch.setattr(Structure, "_require_acyclic", lambda *_: seen.append(gc.isenabled()))
    (gc.enable if was_on else gc.disable)()
    try:
        bare.connect_many([("b", "a"), ("c", "a")])
        if last == "a":
            with pytest.raises(GraphError):
                bare.connect_many([("c", "b"), ("a", "a")])
        after = gc.isenabled()
    finally:
        gc.enable()

    assert after is was_on
    assert seen[0] is False  # while it worked


@pytest.fixture
def searches(monkeypatch):
    """The names of the searches for cycles that were made."""
    made = []
    for name in ("admit", "sort"):
        search = getattr(AcyclicOrder, name)
        monkeypatch.setattr(
            AcyclicOrder, name, lambda *a, f=search, n=name: made.append(n) or f(*a)
        )
    return made


def test_connections_along_the_order_need_no_search(bare, searches):
    bare.add_layer("h", 5)

    bare.connect("x", "h")
    bare.connect_many([("a", "b"), ("b", "d"), ("a", "d")])

    assert searches == []


def test_a_list_against_the_order_needs_one_search(bare, searches):
    bare.add_layer("h", 5)
    bare.add_layer("p", 10)

    bare.connect_many([("d", "c"), ("c", "b"), ("b", "a")])
    bare.connect("x", "p")
    bare.connect_many([("h1", "d"), ("h2", "d")])

    assert searches == ["sort", "admit"]  # most of the edges; few of them


def test_a_copy_takes_the_order_over_and_needs_no_search(bare, searches):
    bare.connect_many([("d", "c"), ("c", "b"), ("b", "a")])
    searches.clear()

    bare.copy()

    assert searches == []


@each("seed", range(20))
def test_random_lists_are_refused_exactly_where_networkx_finds_a_cycle(seed):
    rng = random.Random(seed)  # noqa: S311 - no secret
    net = Network()
    for i in range(12):
        net.add_neuron(f"n{i}")
    n_made = 0
    for _ in range(25):
        everything = set(net.graph.edges)
        chosen = {tuple(rng.sample(sorted(net.graph.nodes), 2)) for _ in range(rng.choice([1, 3]))}
        pairs = sorted(chosen - everything)
        whole = nx.DiGraph(net.graph)
        whole.add_edges_from(pairs)

        try:
            net.connect_many(pairs, [1.0] * len(pairs))
        except GraphError:
            assert not nx.is_directed_acyclic_graph(whole)
            assert set(net.graph.edges) == everything
        else:
            assert nx.is_directed_acyclic_graph(whole)
            n_made += len(pairs)
        if net.connections and rng.random() < 0.3:
            gone = rng.choice(net.connections)
            net.remove_connection(gone.source.name, gone.target.name)
            n_made -= 1
    assert len(net.connections) == n_made == net.graph.number_of_edges()
