"""Names, activations and layers change in place; all else stays, and what was compiled is stale."""

import pickle

import networkx as nx
import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import GraphError, NameRuleError, StaleError, UnknownNameError, WrongTypeError
from neurosim.network.document import to_document

X = np.random.default_rng(1).normal(size=(5, 2))


def made(names=("a", "b", "c"), activation="tanh"):
    net = ns.Network("made", seed=3)
    net.add_layer("x", 2)
    net.add_layer("h", list(names), activation=activation)
    net.add_layer("o", 2, activation="sigmoid")
    net.connect("x", "h"), net.connect("h", "o")
    net.share(("x1", names[1]), ("x2", names[1]))
    net.outputs = ["o1", names[1]]
    return net


def bits(net):
    return net.predict(X).tobytes(), net.parameters().tobytes()


def same_as_built(net, expected):
    """Two networks are the same to the last bit, with and without the compiler, and as files."""
    assert repr(to_document(net)) == repr(to_document(expected))
    assert bits(net) == bits(expected)
    assert [net.forward(x).tolist() for x in X] == [expected.forward(x).tolist() for x in X]
    twin = pickle.loads(pickle.dumps(net))  # noqa: S301 - our own
    assert repr(to_document(twin)) == repr(to_document(net)) == repr(to_document(net.copy()))
    assert bits(twin) == bits(net)
    for one in (net, expected):
        ns.train(one, X, X, optimizer=ns.SGD(0.1), epochs=3)
    assert bits(net) == bits(expected)


def test_a_neuron_is_renamed_at_its_place():
    net, expected = made(), made(["a", "neu", "c"])
    for connection, other in zip(net.connections, expected.connections, strict=True):
        connection.weight = other.weight
        connection.parameter._initial = other.initial
    neuron, connections = net["b"], net.connections

    neuron.name = "neu"

    assert net["neu"] is neuron
    assert "b" not in net
    assert net.connections == connections
    assert list(net.graph) == list(expected.graph)
    assert list(net.graph.edges) == list(expected.graph.edges)
    assert nx.to_dict_of_lists(net.graph.reverse()) == nx.to_dict_of_lists(expected.graph.reverse())
    assert net.parameter_names() == expected.parameter_names()
    assert net["x1", "neu"].parameter is net["x2", "neu"].parameter
    assert net.layer("h").neurons[1] is neuron
    assert net.add_neuron("b").name == "b"
    net.remove_neuron("b")
    same_as_built(net, expected)


def test_a_name_is_checked_as_at_creation():
    net = made()
    before = net.version
    wrong = ["c", "h", "a b", "", "ｃ"]
    for name, error in [*((name, NameRuleError) for name in wrong), (3, WrongTypeError)]:
        with pytest.raises(error, match="neuron name"):
            net["b"].name = name
    net["b"].name = "b"
    assert net.version == before
    net["b"].name = "ｂ"  # looks like its own
    assert net["ｂ"].name == "ｂ"


def test_a_renamed_output_keeps_its_class_and_its_label():
    net = made()
    net.set_classes(["o1", "dog"])
    net["a"].label = "first"

    net["o1"].name, net["b"].name, net["a"].name = "cat", "dog", "z"

    assert [neuron.label for neuron in net.outputs] == ["o1", None]
    assert net.classes.names == ("o1", "dog")
    assert (net["first"], net["o1"]) == (net["z"], net["cat"])


def test_the_members_of_a_softmax_layer_are_renamed():
    net = ns.Network("soft", seed=1)
    net.add_layer("x", 2), net.add_layer("o", 3, activation="softmax"), net.connect("x", "o")
    before = bits(net)
    net["o2"].name = "two"
    assert bits(net) == before
    assert [neuron.name for neuron in net.generations()[1]] == ["o1", "two", "o3"]


def test_an_activation_changes_alone_or_with_its_layer():
    net, expected = made(), made(activation="relu")
    net.layer("h").activation = "relu"
    same_as_built(net, expected)

    net["a"].activation = "gelu"
    assert (net["a"].activation, net["b"].activation) == ("gelu", "relu")
    assert net.layer("h").activation == "gelu, relu"
    assert repr(net.layer("h")) == "h: 3 gelu, relu neurons (a, b, c)"
    same_as_built(net, net.copy())

    net["b"].activation = net["c"].activation = "gelu"
    assert net.layer("h").activation == "gelu"
    own = ns.Activation("own_change", lambda z: z * z, lambda z, _: 2 * z)
    net["c"].activation = own
    assert net["c"].activation == "own_change"
    net["c"].activation = "gelu"
    ns.unregister_activation("own_change")


def test_softmax_stays_whole():
    net = ns.Network("soft", seed=1)
    net.add_layer("x", 2), net.add_layer("o", 3), net.connect("x", "o")
    expected = ns.Network("soft", seed=1)
    expected.add_layer("x", 2), expected.add_layer("o", 3, activation="softmax")
    expected.connect("x", "o")

    net.layer("o").activation = "softmax"
    assert bits(net) == bits(expected)
    assert np.allclose(net.predict(X).sum(axis=1), 1.0)
    for what, value, match in [
        ("activation", "tanh", r"o2.activation: .* expected net.layer\('o'\).activation"),
        ("layer", None, "o2.layer: 'o' is a softmax layer, which stays whole"),
    ]:
        with pytest.raises(GraphError, match=match):
            setattr(net["o2"], what, value)
    net.layer("o").activation = "tanh"
    net["o1"].layer = None
    assert net.forward([0.1, 0.2]).shape == (2,)
    with pytest.raises(GraphError, match="softmax belongs to a layer"):
        net["o2"].activation = "softmax"


def test_a_softmax_that_would_close_a_cycle_changes_nothing():
    net = ns.Network("cycle")
    net.add_layer("x", 1), net.add_layer("h", 2), net.add_layer("o", 1)
    net.connect("x", "h", weight=1), net.connect("h1", "o", weight=1), net.connect("o1", "h2")
    before = (
        repr(to_document(net)),
        net.version,
        [unit.name for unit in net._structure._order.units],
    )

    with pytest.raises(GraphError, match=r"h.activation: softmax would close a cycle, got .*o1"):
        net.layer("h").activation = "softmax"

    units = [unit.name for unit in net._structure._order.units]
    assert (repr(to_document(net)), net.version, units) == before
    net.connect("h1", "h2")
    net.remove_connection("o1", "h2")
    with pytest.raises(GraphError, match="softmax would close a cycle, got h -> h"):
        net.layer("h").activation = "softmax"


def test_inputs_have_no_activation_and_scaled_outputs_no_softmax():
    net = made()
    with pytest.raises(GraphError, match=r"x1.activation: inputs have none"):
        net["x1"].activation = "tanh"
    with pytest.raises(GraphError, match=r"x.activation: inputs have none"):
        net.layer("x").activation = "tanh"
    with pytest.raises(UnknownNameError, match=r"b.activation: .*'tanh'"):
        net["b"].activation = "tahn"
    net.set_scaling("o1", ns.Scaling(1, 2))
    with pytest.raises(GraphError, match=r"o.activation: 'o1' is scaled, got softmax"):
        net.layer("o").activation = "softmax"


def test_a_neuron_moves_to_the_end_of_a_layer_and_behind_it():
    net = made()
    values = dict(zip(net.parameter_names(), net.parameters().tolist(), strict=True))

    net["a"].layer = "o"
    assert [n.name for n in net.neurons] == ["x1", "x2", "b", "c", "o1", "o2", "a"]
    assert [n.name for n in net.layer("o").neurons] == ["o1", "o2", "a"]
    assert net.layer("o").activation == "sigmoid, tanh"
    assert list(net.graph) == [n.name for n in net.neurons]
    net["b"].layer = None
    assert [n.name for n in net.neurons] == ["x1", "x2", "c", "b", "o1", "o2", "a"]
    assert net["b"].layer is None
    net["c"].layer = None
    assert [layer.name for layer in net.layers] == ["x", "o"]
    assert dict(zip(net.parameter_names(), net.parameters().tolist(), strict=True)) == values
    same_as_built(net, net.copy())
    assert net.add_layer("h", 1).name == "h"


def test_a_neuron_of_no_layer_joins_one_and_an_input_joins_inputs():
    net = ns.Network("join", seed=2)
    net.add_input("i"), net.add_layer("x", 1), net.add_neuron("s", bias=0.5)
    net.add_layer("o", 1), net.connect("i", "s"), net.connect("x", "o"), net.connect("s", "o")
    before = net.predict(X)

    net["i"].layer, net["s"].layer = "x", net.layer("o")

    assert [n.name for n in net.neurons] == ["x1", "i", "o1", "s"]
    assert [n.name for n in net.outputs] == ["o1", "s"]
    assert net.predict(X[:, ::-1])[:, 0].tolist() == before[:, 0].tolist()
    with pytest.raises(GraphError, match=r"s.layer: the neuron is no input, got x: 2 input"):
        net["s"].layer = "x"
    with pytest.raises(GraphError, match=r"i.layer: the neuron is an input, got o: .* of inputs"):
        net["i"].layer = "o"
    with pytest.raises(UnknownNameError, match="unknown layer 'y'"):
        net["s"].layer = "y"


CHANGES = [("name", "new"), ("activation", "relu"), ("layer", None), ("layer", "o")]


@pytest.mark.parametrize(("what", "value"), CHANGES)
def test_what_was_made_before_a_change_is_stale(what, value):
    net = made()
    version, compiled = net.version, ns.compile_network(net)
    training = ns.Training(net, X, X, optimizer=ns.SGD(0.1))
    net.forward(X[0])

    setattr(net["a"], what, value)

    assert net.version > version
    assert net["b"].output is None
    with pytest.raises(StaleError, match="structure has changed since"):
        compiled.forward(X)
    with pytest.raises(StaleError):
        training.advance(epochs=1)
    assert net.predict(X).shape == (5, 2)


@pytest.mark.parametrize(("what", "value"), CHANGES)
def test_nothing_changes_under_a_pass(what, value):
    from neurosim.interpreter import forward

    net = made()
    steps = forward(net, X[0])
    next(steps)
    before = repr(to_document(net))

    with pytest.raises(GraphError, match="a pass over it is under way"):
        setattr(net["a"], what, value)
    with pytest.raises(GraphError, match="a pass over it is under way"):
        net.layer("h").activation = "relu"

    assert repr(to_document(net)) == before
    steps.close()
    setattr(net["a"], what, value)


@pytest.mark.parametrize(("what", "value"), CHANGES)
def test_a_neuron_of_no_network_does_not_change(what, value):
    net = made()
    neuron, layer = net["c"], net.layer("o")
    net.remove_neuron("c"), net.remove_neuron("o1"), net.remove_neuron("o2")
    with pytest.raises(UnknownNameError, match="of another network"):
        setattr(neuron, what, value)
    with pytest.raises(GraphError, match=r"o.activation: the layer was removed"):
        layer.activation = "relu"
    alone = pickle.loads(pickle.dumps(net["a"]))  # noqa: S301 - our own
    with pytest.raises(GraphError, match="whose network is gone"):
        setattr(alone, what, value)
    other = made()["b"]
    with pytest.raises(GraphError, match="whose network is gone"):
        setattr(other, what, value)


@pytest.mark.parametrize("activation", ["tanh", "softmax"])
def test_a_layer_is_renamed_at_its_place(activation):
    def built(name):
        net = ns.Network("layers", seed=3)
        net.add_layer("x", 2), net.add_layer(name, ["a", "b"], activation=activation)
        net.add_layer("o", 2), net.connect("x", "a"), net.connect("x1", "b"), net.connect("a", "o")
        for number, connection in enumerate(net.connections):
            connection.weight = connection.parameter._initial = 0.1 * number
        return net

    net, expected = built("h"), built("hidden")
    layer, before = net.layer("h"), bits(net)

    layer.name = "hidden"

    assert net.layer("hidden") is layer is net["a"].layer
    assert [one.name for one in net.layers] == ["x", "hidden", "o"]
    assert bits(net) == before
    with pytest.raises(UnknownNameError, match="unknown layer 'h'"):
        net.layer("h")
    assert net.add_layer("h", 1).name == "h"
    net.remove_neuron("h1")
    net.layer("hidden").activation = expected.layer("hidden").activation = "sigmoid"
    net.connect("b", "a"), expected.connect("b", "a")
    net["b", "a"].weight = expected["b", "a"].weight = net["b", "a"].parameter._initial = 0.5
    expected["b", "a"].parameter._initial = 0.5
    same_as_built(net, expected)


def test_the_name_of_a_layer_is_checked_as_at_creation():
    net = made()
    before = net.version, repr(to_document(net))
    for name, error in [*((n, NameRuleError) for n in ("o", "a", "a b", "")), (3, WrongTypeError)]:
        with pytest.raises(error, match="layer name"):
            net.layer("h").name = name
    net.layer("h").name = "h"
    assert (net.version, repr(to_document(net))) == before
    layer = net.layer("h")
    for name in "abc":
        net.remove_neuron(name)
    with pytest.raises(GraphError, match=r"h.name: the layer was removed"):
        layer.name = "hidden"
