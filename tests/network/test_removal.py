"""Taking parts out: what remains keeps its values, and every list agrees."""

import pytest

from neurosim.errors import GraphError, UnknownNameError
from neurosim.network import Network


def names(things):
    return [thing.name for thing in things]


def test_removing_a_connection_keeps_every_other_value(net):
    net["h1"].bias = 0.25
    before = dict(zip(net.parameter_names(), net.parameters(), strict=True))

    net.remove_connection("x2", "h1")

    after = dict(zip(net.parameter_names(), net.parameters(), strict=True))
    assert after == {name: value for name, value in before.items() if name != "x2->h1"}
    assert ("x2", "h1") not in net


def test_removing_a_neuron_takes_its_connections_and_keeps_every_other_value(net):
    net["h2"].bias = 0.5
    before = dict(zip(net.parameter_names(), net.parameters(), strict=True))

    net.remove_neuron("h1")

    after = dict(zip(net.parameter_names(), net.parameters(), strict=True))
    assert after == {name: value for name, value in before.items() if "h1" not in name}
    assert names(net.layer("h").neurons) == ["h2"]
    assert names(net.neurons) == ["x1", "x2", "h2", "o1"]


def test_what_was_removed_can_be_made_again(net):
    net.remove_neuron("h1")

    net.add_neuron("h1", activation="tanh")
    net.connect("x1", "h1", weight=2.0)
    net.connect("h1", "o1", weight=1.0)

    assert net["h1"].layer is None
    assert names(net.connections)[-2:] == ["x1->h1", "h1->o1"]


def test_a_connection_that_comes_back_is_the_last(net):
    net.remove_connection("x1", "h1")
    net.connect("x1", "h1", weight=7.0)

    assert names(net.connections)[-1] == "x1->h1"
    assert names(net.incoming("h1")) == ["x2->h1", "x1->h1"]


def test_a_removed_connection_no_longer_closes_a_cycle(net):
    net.remove_connection("h1", "o1")

    net.connect("o1", "h1", weight=1.0)

    assert ("o1", "h1") in net


def test_removing_the_last_neuron_of_a_layer_removes_the_layer(net):
    net.remove_neuron("o1")

    assert names(net.layers) == ["x", "h"]
    assert names(net.outputs) == ["h1", "h2"]
    with pytest.raises(UnknownNameError):
        net.layer("o")


def test_the_name_of_a_removed_layer_is_free(net):
    net.remove_neuron("o1")

    net.add_layer("o", 3)

    assert names(net.layer("o").neurons) == ["o1", "o2", "o3"]


def test_removing_a_chosen_output_leaves_the_others(net):
    net.outputs = ["h1", "o1"]

    net.remove_neuron("o1")

    assert names(net.outputs) == ["h1"]


def test_removing_the_only_chosen_output_leaves_a_network_that_can_be_copied(net):
    net.add_neuron("s")
    net.outputs = ["s"]
    net.remove_neuron("s")

    twin = net.copy()

    assert names(twin.outputs) == names(net.outputs)


def test_a_softmax_layer_shrinks_and_still_sums_to_one():
    net = Network()
    net.add_layer("x", 1)
    net.add_layer("p", 3, activation="softmax")
    net.connect("x", "p", weights=[[1.0, 2.0, 3.0]])

    net.remove_neuron("p2")

    assert sum(net.forward([1.0])) == pytest.approx(1.0, abs=1e-15)
    assert net["x1", "p3"].weight == 3.0


def test_a_softmax_layer_can_be_removed_whole_and_made_again():
    net = Network()
    net.add_layer("x", 1)
    net.add_layer("p", 2, activation="softmax")
    net.remove_neuron("p1")
    net.remove_neuron("p2")

    net.add_layer("p", 2, activation="softmax")
    net.connect("x", "p", weight=1.0)

    assert net.forward([1.0]).tolist() == [0.5, 0.5]


def test_removal_keeps_predictions_of_what_does_not_depend_on_it(net):
    net.add_neuron("dead_end")
    net.connect("h1", "dead_end")
    before = net.predict([[2.0, 3.0]])

    net.remove_neuron("dead_end")

    assert net.predict([[2.0, 3.0]]).tolist() == before.tolist()


def test_an_input_can_be_removed(net):
    net.remove_neuron("x1")

    assert net.forward([3.0]) == pytest.approx([0.7216325609518421], abs=1e-15)


def test_nothing_is_edited_under_a_live_pass(net, refused):
    from neurosim.interpreter.forward import forward

    steps = forward(net, [2.0, 3.0])
    next(steps)
    edits = [
        lambda: net.remove_connection("x1", "h1"),
        lambda: net.remove_neuron("h1"),
        lambda: net.add_neuron("s"),
        lambda: net.add_input("x3"),
        lambda: net.add_layer("p", 2),
        lambda: net.connect("x1", "o1"),
        lambda: net.load_parameters(net.parameters()),
        net.reset,
        lambda: setattr(net, "outputs", ["h1"]),
    ]

    for edit in edits:
        with refused(net, GraphError, "a pass over it is under way"):
            edit()

    steps.close()
    net.remove_neuron("h1")

    assert "h1" not in net


def test_one_unconnected_neuron_goes_and_another_comes(net):
    net.add_neuron("s")
    assert net.parameter_names()[-1] == "s.bias"

    net.remove_neuron("s")
    net.add_neuron("t")

    assert net.parameter_names()[-1] == "t.bias"
    assert len(net.predict([[0, 0]])) == 1
