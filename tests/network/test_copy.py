"""Twins: a copy, a pickle, a saved and loaded network; and what reset leaves alone."""

import copy
import pickle

import pytest

from neurosim.network import Network, load
from neurosim.network.document import to_document
from tests.each import each


def by_file(net, tmp_path):
    net.save(tmp_path / "net.json")
    return load(tmp_path / "net.json")


WAYS = {
    "copy()": lambda net, _: net.copy(),
    "copy.copy": lambda net, _: copy.copy(net),
    "copy.deepcopy": lambda net, _: copy.deepcopy(net),
    "pickle": lambda net, _: pickle.loads(pickle.dumps(net)),  # noqa: S301 - our own
    "save and load": by_file,
}


@pytest.fixture(params=WAYS.values(), ids=WAYS)
def twin_of(request, tmp_path):
    return lambda net: request.param(net, tmp_path)


@pytest.fixture
def rich():
    """Every kind of thing: a gap where a neuron was, frozen values, softmax, a backward edge."""
    net = Network("rich", seed=5)
    net.add_layer("x", 3)
    net.add_neuron("s", activation="tanh", bias=None)
    net.add_layer("h", 2, activation="sigmoid", bias=[0.1, None])
    net.add_input("late")
    net.add_layer("p", 3, activation="softmax", bias_trainable=False)
    net.connect("x", "h")
    net.connect("h2", "s", trainable=False)
    net.connect_many([("late", "s"), ("s", "h1"), ("h1", "p2"), ("x1", "p3"), ("s", "p1")])
    net.remove_neuron("x2")
    net["x1", "h1"].weight = 1 / 3
    net["h1"].bias = 2.0**-1074
    net.outputs = ["p3", "s"]
    return net


def test_a_twin_has_the_same_structure_and_the_same_values(rich, twin_of):
    twin = twin_of(rich)

    assert to_document(twin) == to_document(rich)
    assert twin.parameter_names() == rich.parameter_names()
    assert twin.parameters().tolist() == rich.parameters().tolist()
    assert [[n.name for n in g] for g in twin.generations()] == [
        [n.name for n in g] for g in rich.generations()
    ]


def test_a_twin_shares_no_object_with_its_original(rich, twin_of):
    twin = twin_of(rich)

    ours = {id(thing) for thing in (*rich.neurons, *rich.connections, *rich.layers)}
    theirs = {id(thing) for thing in (*twin.neurons, *twin.connections, *twin.layers)}
    assert not ours & theirs
    assert all(c.source is twin[c.source.name] for c in twin.connections)
    assert twin["h1"].layer is twin.layer("h")


def test_edits_of_a_twin_leave_the_original(rich, twin_of):
    before = to_document(rich)

    twin = twin_of(rich)
    twin["x1", "h1"].weight = 5.0
    twin.remove_neuron("s")
    twin.add_neuron("fresh")
    twin.connect("x1", "fresh")

    assert to_document(rich) == before


def test_a_twin_resets_to_the_same_start(rich, twin_of):
    twin = twin_of(rich)

    twin.reset()
    rich.reset()

    assert twin.parameters().tolist() == rich.parameters().tolist()
    assert twin["x1", "h1"].weight != 1 / 3


def test_a_twin_holds_nothing_that_was_computed(net, twin_of):
    net.forward([2.0, 3.0])

    twin = twin_of(net)

    assert (twin["h1"].output, twin["h1"].net_input) == (None, None)
    assert net["h1"].output is not None


def test_a_twin_refuses_the_same_cycles(rich, twin_of):
    twin = twin_of(rich)

    for net in (rich, twin):
        with pytest.raises(ValueError, match="got p -> s -> p"):
            net.connect("p3", "s")


def test_a_legacy_copy_draws_from_where_its_original_stands():
    net = Network(seed=1, generator="legacy")
    net.add_layer("x", 2)
    net.add_layer("h", 2)
    net.add_layer("o", 2)
    net.connect("x", "h")

    twin = net.copy()

    drawn = [[c.weight for c in each.connect("h", "o")] for each in (net, twin)]
    assert drawn[0] == drawn[1]


@each("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_legacy_pickle_draws_from_where_its_original_stands(protocol):
    net = Network(seed=4, generator="legacy")
    for name in "xho":
        net.add_layer(name, 3)
    net.connect("x", "h", initializer="normal")  # nine: the tenth of the last pair is kept back

    twin = pickle.loads(pickle.dumps(net, protocol))  # noqa: S301 - our own

    drawn = [
        [c.weight for c in each.connect("h", "o", initializer="normal")] for each in (net, twin)
    ]
    assert drawn[0] == drawn[1]


def test_a_list_of_networks_is_copied_deeply(net):
    twins = copy.deepcopy([net, net])

    assert twins[0] is not net
    assert twins[0]["h1"] is not net["h1"]


def test_a_neuron_can_be_copied_out_of_a_long_chain():
    net = Network()
    for i in range(3000):
        net.add_neuron(f"n{i}")

    twin = copy.deepcopy(net["n5"])

    assert twin.name == "n5"


def test_reset_leaves_the_structure_and_the_flags(rich):
    frozen = rich.trainable_mask().tolist()
    version = rich.version

    rich.reset()

    assert rich.trainable_mask().tolist() == frozen
    assert rich.version == version
