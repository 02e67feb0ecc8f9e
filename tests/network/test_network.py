"""The network as it is built and asked."""

import networkx as nx
import numpy as np
import pytest

from neurosim.network import Network


def names(things):
    return [thing.name for thing in things]


def test_the_two_two_one_network_gives_the_tutorials_output(net):
    result = net.forward([2, 3])

    # h = sigmoid(0*2 + 1*3), o1 = sigmoid(0*h1 + 1*h2)
    assert result == pytest.approx([0.7216325609518421], abs=1e-15)
    assert net["h1"].net_input == 3.0
    assert net["h1"].output == pytest.approx(0.9525741268224334, abs=1e-15)


def test_everything_is_listed_in_the_order_of_insertion():
    net = Network()
    net.add_layer("x", 11)  # x10 sorts before x2
    net.add_input("late")
    net.add_layer("b", ["b1"])
    net.add_neuron("a")
    net.connect("x10", "b1")
    net.connect("x2", "a")
    net.connect("late", "b1")

    listed = names(net.neurons)

    assert listed == [f"x{i}" for i in range(1, 12)] + ["late", "b1", "a"]
    assert names(net.inputs) == [*listed[:11], "late"]
    assert names(net.layers) == ["x", "b"]
    assert names(net.connections) == ["x10->b1", "x2->a", "late->b1"]


def test_lists_are_tuples(net):
    lists = [net.layers, net.inputs, net.outputs, net.neurons, net.connections]

    assert all(type(listed) is tuple for listed in lists)


def test_a_count_names_neurons_after_their_layer():
    net = Network()

    layer = net.add_layer("h", 4)

    assert names(layer.neurons) == ["h1", "h2", "h3", "h4"]


def test_a_connection_between_neurons_is_one_and_between_layers_a_list_row_by_row(net):
    net.add_layer("p", 2)

    one = net.connect("o1", "p1")
    some = net.connect("x", "p")

    assert one is net["o1", "p1"]
    assert names(some) == ["x1->p1", "x1->p2", "x2->p1", "x2->p2"]


def test_rows_of_weights_are_sources(net):
    weights = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]
    net.add_layer("p", 3)

    net.connect("x", "p", weights=weights)

    assert net["x1", "p3"].weight == 3.0
    assert net["x2", "p1"].weight == 4.0


def test_a_connection_hands_out_the_networks_own_neurons(net):
    connection = net["x1", "h1"]

    assert connection.source is net["x1"]
    assert connection.target is net["h1"]


def test_neurons_and_layers_are_taken_in_place_of_their_names(net):
    net.add_layer("p", 2)

    net.connect(net.layer("x"), net.layer("p"), weight=2.0)
    net.connect(net["h1"], net["p1"], weight=3.0)

    assert net["x2", "p2"].weight == 2.0
    assert net["h1", "p1"].weight == 3.0


def test_the_graph_holds_the_same_objects(net):
    assert isinstance(net.graph, nx.DiGraph)
    assert list(net.graph.nodes) == ["x1", "x2", "h1", "h2", "o1"]
    assert net.graph.nodes["h1"]["neuron"] is net["h1"]
    assert net.graph.edges["x1", "h1"]["connection"] is net["x1", "h1"]


def test_the_graph_cannot_be_edited_behind_the_networks_back(net):
    graph = net.graph

    with pytest.raises(nx.NetworkXError):
        graph.add_edge("o1", "x1")
    with pytest.raises(nx.NetworkXError):
        graph.remove_node("h1")


def test_the_graph_is_live(net):
    graph = net.graph

    net.add_neuron("s")

    assert "s" in graph


def test_outputs_are_the_last_layer_added_until_others_are_chosen(net):
    net.add_neuron("s")

    assert names(net.outputs) == ["o1"]

    net.outputs = ["s", "h2"]

    assert names(net.outputs) == ["s", "h2"]


def test_an_input_layer_alone_has_no_outputs():
    net = Network()

    net.add_layer("x", 2)

    assert net.outputs == ()


def test_outputs_may_feed_others(net):
    net.outputs = ["h1", "o1"]

    result = net.forward([2, 3])

    assert result.tolist() == [net["h1"].output, net["o1"].output]


@pytest.mark.parametrize(("bias", "expected"), [(0.5, 0.5), (None, 0.0)])
def test_a_neuron_that_listens_to_nothing_gives_the_activation_of_its_bias(bias, expected):
    net = Network()
    net.add_layer("x", 1)
    net.add_neuron("s", activation="tanh", bias=bias)
    net.outputs = ["s"]

    result = net.forward([7.0])

    assert result == pytest.approx([np.tanh(expected)], abs=1e-15)


def test_defaults_are_identity_and_a_trainable_bias_of_zero():
    net = Network()
    net.add_layer("x", 1)

    neuron = net.add_neuron("s")

    assert (neuron.activation, neuron.bias, neuron.bias_trainable) == ("identity", 0.0, True)
    assert neuron.layer is None
    assert net.connect("x1", "s").trainable is True


def test_inputs_have_no_bias(net):
    net.add_input("x3")

    assert [neuron.bias for neuron in net.inputs] == [None, None, None]


def test_what_was_not_computed_is_none(net):
    neuron, connection = net["h1"], net["x1", "h1"]

    computed = [neuron.net_input, neuron.output, neuron.delta, neuron.bias_gradient]

    assert [*computed, connection.gradient] == [None] * 5


def test_a_layers_biases_can_be_given_one_by_one():
    net = Network()
    net.add_layer("x", 1)

    net.add_layer("h", 3, bias=np.array([1.0, 2.0, 3.0]), bias_trainable=False)

    assert [net[f"h{i}"].bias for i in (1, 2, 3)] == [1.0, 2.0, 3.0]
    assert not net["h1"].bias_trainable


def test_membership_asks_for_neurons_and_connections(net):
    assert "h1" in net
    assert ("x1", "h1") in net
    assert "h" not in net  # a layer is no neuron
    assert ("h1", "x1") not in net
    assert 3 not in net


def test_a_network_may_be_made_of_lone_neurons_only():
    net = Network()
    net.add_input("a")
    net.add_neuron("b", bias=1.0)
    net.connect("a", "b", weight=2.0)
    net.outputs = ["b"]

    result = net.forward([3.0])

    assert result.tolist() == [7.0]


def test_generations_listen_only_to_earlier_ones(net):
    net.connect("x1", "o1", weight=1.0)

    levels = [names(group) for group in net.generations()]

    assert levels == [["x1", "x2"], ["h1", "h2"], ["o1"]]


def test_incoming_and_outgoing_keep_the_order_of_insertion(net):
    net.connect("x2", "o1")
    net.connect("x1", "o1")

    assert names(net.incoming("o1")) == ["h1->o1", "h2->o1", "x2->o1", "x1->o1"]
    assert names(net.outgoing("x1")) == ["x1->h1", "x1->h2", "x1->o1"]


def test_predict_gives_a_row_for_each_sample(net):
    X = np.array([[2.0, 3.0], [0.0, 0.0], [-1.0, 5.0]])
    untouched = X.copy()

    result = net.predict(X)

    assert result.shape == (3, 1)
    assert result.ravel() == pytest.approx([net.forward(row)[0] for row in X], abs=1e-15)
    assert (untouched == X).all()
