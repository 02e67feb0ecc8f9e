"""Every way to write a network: layers, single neurons, connections, and what they start from."""

import numpy as np
import pytest

from neurosim.errors import ScenarioError
from tests.each import each


@pytest.fixture
def network(load):
    """The network of the lines below ``network:``."""

    def network(lines):
        indented = "\n".join(f"  {line}" for line in lines.strip().splitlines())
        return load(f"neurosim: 1\ntitle: x\nseed: 3\nnetwork:\n{indented}\n").network

    return network


def test_without_connections_each_layer_is_fully_connected_to_the_next(network):
    net = network("""
layers:
  - {name: x, neurons: 2}
  - {name: h, neurons: [p, q], activation: tanh}
  - {name: o, neurons: 1}
""")

    assert [connection.name for connection in net.connections] == [
        "x1->p", "x1->q", "x2->p", "x2->q", "p->o1", "q->o1",
    ]  # fmt: skip
    assert [neuron.activation for neuron in net.neurons[2:]] == ["tanh", "tanh", "identity"]
    assert [neuron.bias for neuron in net.neurons] == [None, None, 0.0, 0.0, 0.0]


def test_activations_have_options(network):
    net = network("""
layers:
  - {name: x, neurons: 1}
  - {name: h, neurons: 2, activation: {leaky_relu: {slope: 0.1}}}
  - {name: g, neurons: 3, activation: [{elu: {alpha: 2}}, "celu(alpha=3)", {elu: {}}]}
neurons: [{name: s, activation: {hardtanh: {low: -2}}}]
connections: [{from: x, to: h}, {from: h, to: g}, {from: x, to: s}]
""")

    assert [neuron.activation for neuron in net.neurons[1:]] == [
        *["leaky_relu(slope=0.1)"] * 2, "elu(alpha=2)", "celu(alpha=3)", "elu", "hardtanh(low=-2)"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("activation", "message"),
    [
        ("{leaky_relu: {slop: 1}}", "leaky_relu.slop: unknown key, got 'slop'; expected 'slope'"),
        ("{leaky_relu: {slope: -1}}", "leaky_relu(slope=): got -1; expected a number >= 0"),
        ("{relu: {slope: 1}}", "activation.relu: unknown key, got 'relu'; expected one of leaky"),
        ("celu(alpha=0)", "celu(alpha=): got 0; expected a number > 0"),
        ("celu(alfa=1)", "unknown option of celu 'alfa'"),
        ("[{elu: {}}, {elu: 3}]", "activation[1].elu"),
    ],
)
def test_a_mistaken_option_is_named_with_its_place(network, activation, message):
    with pytest.raises(ScenarioError) as caught:
        network(f"""
layers:
  - {{name: x, neurons: 1}}
  - {{name: h, neurons: 2, activation: {activation}}}
""")

    assert ":7:" in str(caught.value)
    assert message in str(caught.value)


RUN = """neurosim: 1
title: x
network:
  layers:
    - {name: x, neurons: 1}
    - {name: o, neurons: 1, activation: sigmoid%s}
data: {inputs: [[0], [1]], targets: [[0], [1]]}
training:
  optimizer: {name: adamw, learning_rate: 0.1}
  epochs: 1
%s
"""


@pytest.mark.parametrize(
    ("dropout", "lines", "message"),
    [
        (
            "",
            "  loss: hinge\n  heads: [{outputs: o, loss: huber}]",
            ":11:9: training.loss: got 'hin",
        ),
        ("", "  weight_decay: 0.1", ":11:17: training.weight_decay: got 0.1 beside AdamW"),
        ("", "  early_stopping: {monitor: f3}", ": training.early_stopping: monitor: unk"),
        ("", "  heads: [{outputs: p, loss: huber}]", ":11:10: training.heads: heads[0]: no output"),
        (", dropout: 0.5", "", ":6:59: network.layers[1].dropout: o1.dropout: an output"),
    ],
)
def test_what_does_not_go_together_is_told_at_its_place(load, dropout, lines, message):
    with pytest.raises(ScenarioError) as caught:
        load(RUN % (dropout, lines))

    assert message in str(caught.value)


def test_no_connections_at_all_is_something_else_than_none_given(network):
    net = network("layers: [{name: x, neurons: 2}, {name: o, neurons: 2}]\nconnections: []")

    assert net.connections == ()


@pytest.mark.parametrize(
    ("written", "biases", "trainable"),
    [
        ("bias: true", [0.0, 0.0], True),
        ("bias: false", [None, None], None),
        ("bias: 2", [2.0, 2.0], True),
        ("bias: [1, -1]", [1.0, -1.0], True),
        ("bias: 0.5, bias_trainable: false", [0.5, 0.5], False),
    ],
)
def test_a_bias_is_learned_absent_or_given(network, written, biases, trainable):
    net = network(f"layers: [{{name: x, neurons: 1}}, {{name: o, neurons: 2, {written}}}]")

    assert [neuron.bias for neuron in net.outputs] == biases
    if trainable is not None:
        assert [neuron.bias_trainable for neuron in net.outputs] == [trainable] * 2


def test_neurons_and_inputs_may_stand_in_no_layer(network):
    net = network("""
layers: [{name: x, neurons: 1}]
inputs: [extra]
neurons:
  - {name: s, activation: tanh, bias: 0.1}
  - {name: t, bias: false}
connections:
  - {from: x1, to: s, weight: 2}
  - {from: extra, to: t, weight: 3}
  - {from: s, to: t, weight: 4, trainable: false}
outputs: [s, t]
""")

    assert [neuron.name for neuron in net.inputs] == ["x1", "extra"]
    assert [neuron.name for neuron in net.outputs] == ["s", "t"]
    assert (net["s"].bias, net["t"].bias) == (0.1, None)
    assert not net["s", "t"].trainable
    # s = tanh(0.1 + 2*0.5), t = 3*1 + 4*s
    assert net.forward([0.5, 1.0]) == pytest.approx(
        [np.tanh(1.1), 3 + 4 * np.tanh(1.1)], rel=0, abs=1e-15
    )


def test_weights_are_rows_of_sources_or_one_for_all_or_one_to_one(network):
    net = network("""
layers: [{name: x, neurons: 2}, {name: h, neurons: 2}, {name: k, neurons: 2}]
connections:
  - {from: x, to: h, weights: [[1, 2], [3, 4]]}
  - {from: h, to: k, pattern: one_to_one, weights: [5, 6]}
  - {from: x, to: k2, weight: 7}
""")

    assert {connection.name: connection.weight for connection in net.connections} == {
        "x1->h1": 1.0, "x1->h2": 2.0, "x2->h1": 3.0, "x2->h2": 4.0,
        "h1->k1": 5.0, "h2->k2": 6.0, "x1->k2": 7.0, "x2->k2": 7.0,
    }  # fmt: skip


def test_a_connection_without_weights_takes_its_own_initializer_or_that_of_the_network(network):
    net = network("""
layers: [{name: x, neurons: 2}, {name: h, neurons: 2}, {name: k, neurons: 2}]
initial: {weights: {constant: 3}, biases: {constant: -1}}
connections:
  - {from: x, to: h}
  - {from: h, to: k, initial: zeros}
""")

    assert {connection.weight for connection in net.connections[:4]} == {3.0}
    assert {connection.weight for connection in net.connections[4:]} == {0.0}
    assert [neuron.bias for neuron in net.neurons[2:]] == [-1.0] * 4


def test_legacy_draws_what_a_script_gets_after_seeding_numpy(network):
    net = network("""
layers: [{name: x, neurons: 2}, {name: o, neurons: 2}]
initial: {weights: {uniform: [0, 1]}, generator: legacy}
""")

    drawn = np.random.RandomState(3).rand(2, 2)  # row-major, sources x targets
    assert [net[f"x{i + 1}", f"o{j + 1}"].weight for i in (0, 1) for j in (0, 1)] == [
        *drawn[0], *drawn[1],
    ]  # fmt: skip


def test_softmax_belongs_to_a_layer_and_is_refused_of_a_neuron(network, complaints):
    net = network("layers: [{name: x, neurons: 1}, {name: o, neurons: 2, activation: softmax}]")

    (line,) = complaints(
        "neurosim: 1\ntitle: x\nnetwork: {inputs: [i], neurons: [{name: a, activation: softmax}],"
        " outputs: [a]}"
    )

    assert sum(net.forward([1.0])) == pytest.approx(1.0, rel=0, abs=1e-15)
    assert line == (
        "s.yaml:3:56: network.neurons[0].activation: it belongs to a layer, not to a neuron,"
        " got 'softmax'"
    )


@each(
    ("initial", "message"),
    [
        ("xaver", "unknown initializer, got 'xaver'; expected one of"),
        ("{uniform: 1}", "uniform"),
        ("{uniform: [0, 1], normal: [0, 1]}", "2 initializers in one entry; expected one, such as"),
        ("{}", "0 initializers in one entry; expected one, such as {uniform: [-1, 1]}"),
        ("3", "wrong kind, got 3; expected an initializer, such as xavier or {uniform: [-1, 1]}"),
        ("{unifrm: [0, 1]}", "(did you mean 'uniform'?)"),
    ],
)
def test_an_initializer_that_is_none_is_told_at_its_place(complaints, small, initial, message):
    (line,) = complaints(small(("data:", f"  initial: {{weights: {initial}}}\ndata:")))

    assert line.startswith("s.yaml:8:")
    assert "network.initial.weights" in line
    assert message in line


@pytest.mark.parametrize("name", ["a b", "1->2", "x.bias", "é" * 65, "e\u0301"])
def test_a_name_that_cannot_be_one_is_refused_with_the_rule(complaints, small, name):
    lines = complaints(small(("neurons: 1,", f"neurons: ['{name}'],")))

    assert any("expected" in line and "network.layers[1]" in line for line in lines)


def test_connections_share_a_weight(network):
    net = network("""
layers: [{name: x, neurons: 2}, {name: o, neurons: 2}]
share: [[x1->o1, x2->o2], [x2 -> o1, x1 -> o2]]
""")

    assert net["x1", "o1"].weight == net["x2", "o2"].weight
    assert net["x2", "o1"].parameter is net["x1", "o2"].parameter
    assert len(net.parameters()) == 4


def test_biases_and_their_flags_are_given_for_each_neuron(network):
    net = network("""
layers: [{name: x, neurons: 1}, {name: o, neurons: 3, bias: [0.5, false, true], bias_trainable: [false, true, true]}]
""")  # noqa: E501

    assert [neuron.bias for neuron in net.outputs] == [0.5, None, 0.0]
    assert [neuron.bias_trainable for neuron in net.outputs] == [False, True, True]


def test_activations_are_given_for_each_neuron(network, complaints):
    layers = "layers: [{name: x, neurons: 1}, {name: o, neurons: 2, activation: [tanh, %s]}]"
    net = network(layers % "relu")
    (unknown,) = complaints(f"neurosim: 1\ntitle: x\nnetwork: {{{layers % 'rele'}}}")
    (more,) = complaints(f"neurosim: 1\ntitle: x\nnetwork: {{{layers % 'relu, sin'}}}")

    assert [neuron.activation for neuron in net.outputs] == ["tanh", "relu"]
    assert "network.layers[1].activation[1]: unknown activation, got 'rele'" in unknown
    assert "network.layers[1]: layer 'o' activation: got 3; expected 2, one a neuron" in more


def test_layers_inputs_and_neurons_are_added_in_the_order_that_is_asked_for(network, complaints):
    parts = (
        "layers: [{name: x, neurons: 1}, {name: o, neurons: 1}], inputs: [a], neurons: [{name: s}]"
    )
    net = network(f"{{{parts}, order: [a, x, s, o]}}")
    lines = [
        complaints(f"neurosim: 1\ntitle: x\nnetwork: {{{parts}, order: {order}}}")
        for order in ("[a, x, s]", "[a, o, s, x]", "[a, x, s, o, o]")
    ]

    assert [neuron.name for neuron in net.neurons] == ["a", "x1", "s", "o1"]
    for (line,) in lines:
        assert "network.order: got" in line
        assert "layers in their order: 'x, o, a, s'" in line


def test_a_network_says_its_scaling_classes_and_labels(network):
    net = network("""
layers: [{name: x, neurons: 2}, {name: o, neurons: 1, bias: 0}]
connections: [{from: x, to: o, weight: 1}]
scaling: {x1: {offset: 2000, factor: 400}, o1: {offset: 3, factor: 2}}
classes: {names: ["no", "yes"], threshold: 0}
labels: {x1: area (m2)}
""")

    assert net["x1"].scaling.inner(2104) == 0.26
    assert net.forward([2104, 1]) == [3 + 2 * 1.26]
    assert (net.classes.names, net.classes.threshold) == (("no", "yes"), 0.0)
    assert net["area (m2)"] is net["x1"]


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("scaling: {h: {offset: 1, factor: 1}}", "network.scaling.h: 'h' is a layer"),
        ("scaling: {x1: {offset: 1, factor: 0}}", "scaling.x1: scaling.factor: got 0"),
        (
            "scaling: {h1: {offset: 1, factor: 1}}",
            "network.scaling.h1: scaling of 'h1': the neuron",
        ),
        ("classes: {names: [a, a]}", "network.classes: got 'a, a'"),
        ("labels: {z: a}", "network.labels.z: unknown neuron 'z'"),
    ],
)
def test_what_is_said_of_no_input_or_output_is_told_at_its_place(complaints, key, message):
    layers = "layers: [{name: x, neurons: 1}, {name: h, neurons: 1}, {name: o, neurons: 1}]"
    (line,) = complaints(f"neurosim: 1\ntitle: x\nnetwork: {{{layers}, {key}}}")

    assert message in line


def test_layers_and_neurons_have_aggregations_and_responses(network):
    net = network("""
layers:
  - {name: x, neurons: 2}
  - {name: h, neurons: 2, aggregation: product, response: [1, 2]}
  - {name: o, neurons: 2, aggregation: [mean, sum]}
neurons:
  - {name: s, aggregation: min, response: -0.5}
""")

    assert net.layer("h").aggregation == "product"
    assert net.layer("h").response == (1.0, 2.0)
    assert [neuron.aggregation for neuron in net.layer("o").neurons] == ["mean", "sum"]
    assert (net["s"].aggregation, net["s"].response) == ("min", -0.5)


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("aggregation: prodct", ":7:42: network.layers[1].aggregation: unknown aggregation, got"),
        ("aggregation: [max]", "layer 'o' aggregation: got 1; expected 2, one a neuron"),
        ("aggregation: 3", "aggregation: wrong kind, got 3; expected an aggregation, or a list"),
        ("response: much", ":7:39: network.layers[1].response: wrong kind, got 'much'; expected a"),
    ],
)
def test_a_wrong_aggregation_is_told_at_its_place(network, key, message):
    with pytest.raises(ScenarioError) as caught:
        network(f"""
layers:
  - {{name: x, neurons: 2}}
  - {{name: o, neurons: 2, {key}}}
""")

    assert message in str(caught.value)
