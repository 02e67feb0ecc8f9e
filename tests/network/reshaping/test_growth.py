"""What is added does not change what the network computes, and keeps what was there."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import (
    GraphError,
    InvalidValueError,
    NameRuleError,
    UnknownNameError,
    WrongTypeError,
)

X = np.random.default_rng(0).normal(size=(6, 2))


def walked(net):
    return np.array([net.forward(x) for x in X])


def names(things):
    return [thing.name for thing in things]


def test_a_split_connection_leads_through_the_new_neuron_with_its_old_weight(made):
    before, connection = walked(made), made["x1", "h1"]
    weight, connection.data["note"] = connection.weight, "old"

    neuron = made.split_connection("x1", "h1", new="m")

    assert (neuron.name, neuron.activation, neuron.bias, neuron.layer) == ("m", "identity", 0, None)
    assert ("x1", "h1") not in made
    assert made["x1", "m"].weight == made["x1", "m"].initial == 1.0
    assert made["m", "h1"] is connection
    assert (connection.weight, connection.data) == (weight, {"note": "old"})
    assert names(made.incoming("h1")) == ["m->h1", "x2->h1"]
    assert walked(made).tobytes() == before.tobytes()
    assert np.abs(made.predict(X) - before).max() < 1e-12


def test_a_split_shared_weight_stays_shared_and_a_frozen_one_frozen(made):
    made.freeze(("x2", "h2"))
    before, theta = walked(made), made.parameters().size

    made.split_connection("x2", "h2", new="m")

    assert made["x1", "h2"].parameter is made["m", "h2"].parameter
    assert not made["x2", "m"].trainable
    assert made.parameters().size == theta + 2  # a weight of 1 and a bias
    assert walked(made).tobytes() == before.tobytes()


def test_a_neuron_of_a_split_takes_an_activation_and_a_bias_or_none(made):
    neuron = made.split_connection("x1", "h1", new="m", activation="relu", bias=None)

    assert (neuron.activation, neuron.bias) == ("relu", None)


def test_a_connection_into_a_softmax_layer_is_split(made):
    made.layer("o").activation = "softmax"
    before = walked(made)

    made.split_connection("h1", "o2", new="m")

    assert walked(made).tobytes() == before.tobytes()
    assert made.layer("o").activation == "softmax"


@pytest.mark.parametrize(
    ("arguments", "kind", "words"),
    [
        (("x1", "h9", "m"), UnknownNameError, "unknown neuron 'h9' (did you mean 'h3'?)"),
        (("h1", "x1", "m"), UnknownNameError, "no connection 'h1->x1' (did you mean 'x1->h1'?)"),
        (("x1", "h1", "h2"), NameRuleError, "neuron name: taken, got 'h2'"),
        (("x1", "h1", "h"), NameRuleError, "neuron name: taken, got 'h'"),
    ],
)
def test_a_split_that_cannot_be_changes_nothing(made, refused, arguments, kind, words):
    source, target, new = arguments
    with refused(made, kind, words):
        made.split_connection(source, target, new=new)
    with refused(made, UnknownNameError, "'tanh'"):
        made.split_connection("x1", "h1", new="m", activation="tahn")


def test_a_duplicated_neuron_and_its_twin_share_the_work(made):
    before, old = walked(made), made["h3", "o1"].weight
    made["h3"].bias = 0.3
    before = walked(made)

    twin = made.duplicate_neuron("h3", new="h3b")

    assert (twin.name, twin.activation, twin.bias, twin.layer) == (
        "h3b", "tanh", 0.3, made.layer("h"),
    )  # fmt: skip
    assert names(made.layer("h").neurons) == ["h1", "h2", "h3", "h3b"]
    assert names(made.neurons) == ["x1", "x2", "h1", "h2", "h3", "h3b", "o1", "o2"]
    assert made["h3", "o1"].weight == made["h3b", "o1"].weight == old / 2
    assert made["x1", "h3b"].weight == made["x1", "h3"].weight
    assert np.abs(walked(made) - before).max() < 1e-12
    assert np.abs(made.predict(X) - before).max() < 1e-12
    made["h3", "o1"].weight = 0.0  # it is no shared weight
    assert made["h3b", "o1"].weight == old / 2


def test_reset_goes_back_to_the_function_that_it_went_back_to_before(made):
    before = walked(made)
    ns.train(made, X, X, optimizer="sgd", learning_rate=0.5, epochs=3)
    made.duplicate_neuron("h2", new="b")
    made.split_connection("x1", "h1", new="m")
    made.grow("h", 2)

    made.reset()

    assert np.abs(walked(made) - before).max() < 1e-12


def test_a_twin_shares_what_its_original_shares(made):
    made.share(("h2", "o1"), ("h2", "o2"))
    before, size = walked(made), made.parameters().size

    made.duplicate_neuron("h2", new="b")

    shared = made["x1", "h2"].parameter
    assert names(shared.connections) == ["x1->h2", "x2->h2", "x1->b", "x2->b"]
    assert names(made["h2", "o1"].parameter.connections) == ["h2->o1", "h2->o2", "b->o1", "b->o2"]
    assert made.parameters().size == size + 1  # the bias
    assert np.abs(walked(made) - before).max() < 1e-12


def test_an_outgoing_weight_shared_with_another_neuron_becomes_its_own(made):
    made.share(("h1", "o1"), ("h2", "o1"), ("h3", "o1"))
    before, old = walked(made), made["h1", "o1"].weight

    made.duplicate_neuron("h2", new="b")

    assert made["h1", "o1"].parameter is made["h3", "o1"].parameter
    assert [made[n, "o1"].weight for n in ("h1", "h2", "b")] == [old, old / 2, old / 2]
    assert np.abs(walked(made) - before).max() < 1e-12


def test_frozen_parameters_have_frozen_twins(made):
    made.freeze("h3", "h3->o1")

    made.duplicate_neuron("h3", new="b")

    frozen = {each.name for each in made.parameter_list() if not each.trainable}
    assert {"b.bias", "x1->b", "x2->b", "b->o1"} <= frozen
    assert made["b", "o2"].trainable


@pytest.mark.parametrize(("name", "kind"), [("x1", "an input"), ("o1", "an output")])
def test_inputs_and_outputs_are_not_duplicated(made, refused, name, kind):
    words = f"duplicate_neuron: {name!r} is {kind}; expected a hidden neuron"
    with refused(made, GraphError, words):
        made.duplicate_neuron(name, new="b")


def test_members_of_a_softmax_layer_are_not_duplicated_and_the_layer_does_not_grow(made, refused):
    made.layer("h").activation = "softmax"
    with refused(made, GraphError, "'h1' is of a softmax layer"):
        made.duplicate_neuron("h1", new="b")
    with refused(made, GraphError, "grow 'h': the layer is of softmax; expected a hidden layer"):
        made.grow("h", 1)


def test_a_layer_grows_with_its_wiring_and_outgoing_weights_of_0(made):
    before = walked(made)

    new = made.grow("h", 2)

    assert names(new) == ["h4", "h5"]
    assert made.layer("h").neurons[3:] == new
    assert [n.activation for n in new] == ["tanh", "tanh"]
    assert names(made.incoming("h4")) == ["x1->h4", "x2->h4"]
    assert names(made.outgoing("h5")) == ["h5->o1", "h5->o2"]
    assert {c.weight for n in new for c in made.outgoing(n)} == {0.0}
    drawn = [c.weight for n in new for c in made.incoming(n)]
    assert len(set(drawn)) == 4
    assert max(map(abs, drawn)) < np.sqrt(6 / (2 + 5))  # Xavier, of the layer as it is then
    assert walked(made).tobytes() == before.tobytes()
    ns.train(made, X, X, optimizer="sgd", learning_rate=0.5, epochs=3)
    assert made["h4", "o1"].weight != 0.0


def test_new_neurons_of_a_layer_are_named_as_given_or_by_free_numbers(made):
    made.add_neuron("h5")

    assert names(made.grow("h", 2)) == ["h4", "h6"]
    assert names(made.grow("h", ["a", "b"], activation="relu")) == ["a", "b"]
    assert made.layer("h").activation == "tanh, relu"


def test_a_layer_without_biases_grows_without():
    net = ns.Network("bare")
    net.add_layer("x", 1), net.add_layer("h", 1, bias=None), net.add_layer("o", 1)
    net.connect("x", "h"), net.connect("h", "o")

    assert [neuron.bias for neuron in net.grow("h", 1)] == [None]


def test_growth_that_cannot_be_changes_nothing(made, refused):
    for layer, kind in [("x", "inputs"), ("o", "outputs")]:
        with refused(made, GraphError, f"grow {layer!r}: the layer is of {kind}"):
            made.grow(layer, 1)
    with refused(made, UnknownNameError, "unknown layer 'hh' (did you mean 'h'?)"):
        made.grow("hh", 1)
    for count, kind in [(0, InvalidValueError), (1.5, WrongTypeError), ([], GraphError)]:
        with refused(made, kind, "h"):
            made.grow("h", count)
    with refused(made, NameRuleError, "taken, got 'o1'"):
        made.grow("h", ["o1"])
    with refused(made, UnknownNameError, "initializer"):
        made.grow("h", 1, initializer="xavir_uniform")
    made["h1"].activation = "relu"
    with refused(made, GraphError, "its neurons differ, got relu, tanh; expected activation=..."):
        made.grow("h", 1)


def test_a_wiring_that_would_close_a_cycle_is_refused(refused):
    net = ns.Network("chain")
    net.add_layer("x", 1), net.add_layer("h", ["a", "b"]), net.add_neuron("between")
    net.add_layer("o", 1)
    for pair in [("x1", "a"), ("a", "between"), ("between", "b"), ("b", "o1")]:
        net.connect(*pair)

    with refused(net, GraphError, "grow 'h': its wiring would close a cycle, got 'between'"):
        net.grow("h", 1)
