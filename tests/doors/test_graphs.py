"""Networks as networkx graphs: what goes out comes back, what is foreign comes in."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import neurosim as ns
from neurosim.errors import GraphError, InvalidValueError, NeurosimError, UnknownNameError
from tests.each import each


@pytest.mark.parametrize("count", [20, pytest.param(200, marks=pytest.mark.slow)])
def test_random_networks_come_back_with_every_bit(cases, assert_same, count):
    @settings(max_examples=count)
    @given(st.data())
    def check(data):
        net = data.draw(cases()).network

        assert_same(net, ns.from_networkx(net.to_networkx()))

    check()


def test_everything_that_a_network_has_comes_back(rich, assert_same):
    assert_same(rich, ns.from_networkx(rich.to_networkx()))


def test_attributes_are_plain_and_networkx_reads_the_weights(rich):
    graph = rich.to_networkx()

    said = [v for _, d in (*graph.nodes(data=True), *[(e, d) for *e, d in graph.edges(data=True)])
            for k, v in d.items() if k != "pos"]  # fmt: skip
    assert {type(value) for value in said} <= {str, int, float, bool}
    assert type(graph) is nx.DiGraph
    assert graph.in_degree("o2", weight="weight") == 0.1
    assert nx.dag_longest_path(graph)[0].startswith("x")


def test_a_foreign_graph_becomes_a_network_whose_neurons_have_its_names():
    G = nx.DiGraph()
    G.add_edge(1, (2, 3), weight=2.0)
    G.add_edge(1, "L1-N2", weight=-1.0)
    G.add_edge((2, 3), "out", weight=np.float64(0.5))
    G.add_edge("L1-N2", "out", weight=3)
    G.nodes[2, 3].update(activation="tanh", bias=0.25)

    net = ns.from_networkx(G, default_activation="relu")

    hidden = np.tanh(0.25 + 2.0 * 0.7) * 0.5 + 3 * 0.0
    np.testing.assert_allclose(net.forward([0.7]), [hidden], rtol=1e-15)
    assert [neuron.caption for neuron in net.inputs] == ["1"]
    assert [neuron.name for neuron in net.outputs] == ["out"]
    assert net[2, 3].activation == "tanh"
    assert net["L1-N2"].name == "L1_N2"
    assert net[1, (2, 3)].weight == 2.0
    assert net[1].name == "n1"


def test_sums_keep_the_order_of_a_graphs_edges_or_the_one_that_they_say():
    G = nx.DiGraph()
    G.add_weighted_edges_from([("a", "o", 1e16), ("b", "o", 1.0), ("c", "o", -1e16)])
    assert ns.from_networkx(G).forward([1, 1, 1])[0] == 0.0

    for order, source in enumerate("acb"):
        G.edges[source, "o"]["order"] = order

    assert ns.from_networkx(G).forward([1, 1, 1])[0] == 1.0


def test_chosen_inputs_come_in_the_order_in_which_they_are_given():
    G = nx.DiGraph([("a", "h"), ("b", "h"), ("k", "h"), ("h", "o")])
    G.nodes["k"]["bias"] = 0.5  # without predecessors, and no input: a constant

    net = ns.from_networkx(G, inputs=["b", "a"], outputs=["h", "o"], weight=None)

    assert [neuron.name for neuron in net.inputs] == ["b", "a"]
    assert net.forward([10, 20]).tolist() == [30.5, 30.5]


def test_a_cycle_is_refused_with_its_path():
    G = nx.DiGraph([("x", 1), (1, (2, 0)), ((2, 0), 3), (3, 1)])

    with pytest.raises(GraphError, match="a cycle, got") as caught:
        ns.from_networkx(G)

    path = str(caught.value).split("got ")[1].split(";")[0].split(" -> ")
    assert len(path) == 4
    assert path[0] == path[-1]
    assert set(path) == {"1", "(2, 0)", "3"}
    with pytest.raises(GraphError, match="'a' -> 'a'"):
        ns.from_networkx(nx.DiGraph([("a", "a")]))


@each(
    ("spoil", "kind", "words"),
    [
        (lambda G: G.nodes["h"].update(activation="tahn"), UnknownNameError, "node 'h'.*tanh"),
        (lambda G: G.nodes["h"].update(bias="much"), NeurosimError, "node 'h' bias.*'much'"),
        (lambda G: G.edges["x", "h"].update(weight=float("nan")), InvalidValueError, "'x' -> 'h'"),
        (lambda G: G.edges["x", "h"].pop("weight"), GraphError, "'x' -> 'h': has no 'weight'"),
        (lambda G: G.nodes["h"].update(activation="softmax"), GraphError, "'h': softmax belongs"),
        (lambda G: G.add_node("(1, 2)") or G.add_node((1, 2)), GraphError, "reads like"),
    ],
)  # fmt: skip
def test_what_a_graph_says_wrongly_is_named_by_its_own_nodes(spoil, kind, words):
    G = nx.DiGraph()
    G.add_weighted_edges_from([("x", "h", 1.0), ("h", "o", 2.0)])
    spoil(G)

    with pytest.raises(kind, match=words):
        ns.from_networkx(G)


def test_what_is_no_directed_graph_is_refused():
    with pytest.raises(GraphError, match="without directions"):
        ns.from_networkx(nx.path_graph(3))
    with pytest.raises(GraphError, match="twice"):
        ns.from_networkx(nx.MultiDiGraph([(1, 2), (1, 2)]))
    with pytest.raises(NeurosimError, match=r"expected a networkx\.DiGraph"):
        ns.from_networkx({1: [2]})
    with pytest.raises(UnknownNameError, match="'wieght'"):
        ns.from_networkx(nx.DiGraph([(1, 2, {"weight": 1})]), weight="wieght")
    with pytest.raises(UnknownNameError, match="inputs: unknown node 7"):
        ns.from_networkx(nx.DiGraph([(1, 2)]), inputs=[7])
    with pytest.raises(GraphError, match="inputs: 2 is the target of an edge, got one from 1"):
        ns.from_networkx(nx.DiGraph([(1, 2)]), inputs=[2])


def test_a_graph_that_went_out_may_be_edited_before_it_comes_back(rich):
    graph = rich.to_networkx()
    graph.remove_nodes_from(["x3", "m"])
    graph.add_edge("x1", "o2", weight=4.0)

    net = ns.from_networkx(graph)

    assert [neuron.name for neuron in net.inputs] == ["x1", "x2"]
    assert net["x1", "o2"].weight == 4.0
    assert net.disabled == ()
    assert "m" not in net


@pytest.mark.slow
def test_a_chain_of_ten_thousand_neurons_goes_out_and_comes_back():
    G = nx.path_graph(10_000, create_using=nx.DiGraph)

    net = ns.from_networkx(G)

    assert net.forward([3.0])[0] == 3.0
    assert net.to_networkx().edges["n7", "n8"]["order"] == 7


@pytest.mark.parametrize(
    "node",
    [True, float("inf"), 1, 1.5, (1, None), frozenset({"a", "b", "c"}), b"x", "True"],
    ids=lambda node: type(node).__name__,  # the text of a set differs between workers
)
def test_every_hashable_node_finds_its_neuron_also_after_saving_and_a_round_trip(node, tmp_path):
    net = ns.from_networkx(nx.DiGraph([(node, "o"), ("p", "o")]))
    net.save(tmp_path / "net.json")
    ns.write_network(net, tmp_path / "net.gexf")
    again = [ns.read_network(tmp_path / f"net.{suffix}") for suffix in ("json", "gexf")]

    for one in (net, *again, ns.from_networkx(net.to_networkx())):
        assert one[node] is one.neuron(node) is one.inputs[0]
        assert one[node, "o"] is one.connection(node, "o")
        assert node in one
        assert one.inputs[0].label == net.inputs[0].label


def test_a_node_beside_its_own_text_keeps_both_apart():
    net = ns.from_networkx(nx.DiGraph([(True, "True")]))

    assert net[True] is net.inputs[0]
    assert net["True"] is net.outputs[0]
