"""The networkx graph of a network: live data that networkx' own algorithms and writers take."""

import json

import networkx as nx
import numpy as np
import pytest

import neurosim as ns


@pytest.fixture
def net():
    made = ns.Network()
    made.add_layer("x", 2)
    made.add_layer("h", 2, activation="tanh", bias=[0.5, False])
    made.add_neuron("o", bias=-0.25)
    made.connect("x", "h", weights=[[1.0, 2.0], [3.0, 4.0]])
    made.connect("h1", "o", weight=5.0)
    made.outputs = ["o"]
    return made


def test_weights_are_live(net):
    found = nx.to_numpy_array(net.graph, weight="weight")

    assert found[0, 2:4].tolist() == [1.0, 2.0]
    net["x1", "h1"].weight = 7.0
    assert nx.to_numpy_array(net.graph, weight="weight")[0, 2] == 7.0
    assert nx.shortest_path_length(net.graph, "x2", "o", weight="weight") == 8.0
    assert set(nx.pagerank(net.graph, weight="weight")) == {"x1", "x2", "h1", "h2", "o"}


def test_theta_that_is_pending_is_seen(net):
    net.load_parameters(np.arange(len(net.parameters()), dtype=float))

    weights = [data["weight"] for *_, data in net.graph.edges(data=True)]

    assert weights == [connection.weight for connection in net.connections]


def test_objects_answer_by_key_and_are_not_listed(net):
    edge, node = net.graph.edges["x1", "h1"], net.graph.nodes["h1"]

    assert dict(edge) == {"weight": 1.0, "trainable": True}
    assert edge["connection"] is net["x1", "h1"]
    assert dict(node) == {"bias": 0.5, "activation": "tanh", "layer": "h"}
    assert node["neuron"] is net["h1"]
    assert dict(net.graph.nodes["h2"]) == {"activation": "tanh", "layer": "h"}
    assert dict(net.graph.nodes["o"]) == {"bias": -0.25, "activation": "identity"}
    with pytest.raises(KeyError):
        edge["neuron"]


@pytest.mark.parametrize("write", [nx.write_graphml, nx.write_gexf])
def test_files_of_other_programs_can_be_written(net, write, tmp_path):
    write(net.graph, tmp_path / "net.xml")

    assert "tanh" in (tmp_path / "net.xml").read_text()


@pytest.mark.filterwarnings("ignore")  # networkx renames a key between its versions
def test_node_link_data_is_json(net):
    document = json.loads(json.dumps(nx.node_link_data(net.graph)))

    edges = document.get("edges", document.get("links"))
    assert edges[0] == {"source": "x1", "target": "h1", "weight": 1.0, "trainable": True}
    assert nx.node_link_graph(document).number_of_edges() == 5
