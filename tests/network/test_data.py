"""Data of one's own on neurons and connections."""

import copy
import json
import pickle
import sys

import pytest

import neurosim as ns
from neurosim.errors import FileError, InvalidValueError
from neurosim.network.document import to_document


@pytest.fixture
def net():
    net = ns.Network("data", seed=1)
    net.add_layer("x", 2), net.add_layer("h", 2), net.add_layer("o", 1)
    net.connect("x", "h"), net.connect("h", "o")
    net["h1"].data["note"] = ["a", {"b": 1.5}]
    net["x1", "h1"].data["since"] = None
    return net


def test_data_are_kept_by_name_and_change_nothing_else(net):
    version = net.version
    net["h2"].data["n"] = 1
    assert net["h2"].data == {"n": 1}
    assert net["o1"].data == {}
    assert net["x1", "h1"].data == {"since": None}
    net["h2"].name = "two"
    assert net["two"].data == {"n": 1}
    assert net.version == version + 1


def test_data_cost_nothing_where_there_are_none(net):
    assert not hasattr(net["x2", "h1"], "__dict__")
    assert set(net._structure.holder.data) == {net["h1"], net["x1", "h1"]}
    assert sys.getsizeof(net["x2", "h1"]) == sys.getsizeof(net["x1", "h1"])


def test_data_go_with_what_is_removed(net):
    net.remove_connection("x1", "h1")
    net.connect("x1", "h1")
    assert net["x1", "h1"].data == {}
    net["x2", "h1"].data["n"] = 1
    neuron = net["h1"]
    net.remove_neuron("h1")
    neuron.data["late"] = 1
    assert [list(twin._structure.data) for twin in (net, net.copy())] == [[], []]
    net.add_neuron("h1"), net.connect("x2", "h1")
    assert (net["h1"].data, net["x2", "h1"].data) == ({}, {})


def test_a_copy_has_the_same_values_in_dictionaries_of_its_own(net):
    for twin in (net.copy(), copy.copy(net)):
        twin["h1"].data["more"] = 1
        assert twin["h1"].data["note"] is net["h1"].data["note"]
        assert twin["x1", "h1"].data == {"since": None}
    assert net["h1"].data == {"note": ["a", {"b": 1.5}]}


def test_a_deep_copy_copies_the_values_and_leads_to_its_own_neurons(net):
    net["h2"].data["twin"] = net["h1"], net["x1", "h1"], net
    twin = copy.deepcopy(net)
    assert twin["h1"].data == net["h1"].data
    assert twin["h1"].data["note"] is not net["h1"].data["note"]
    neuron, connection, network = twin["h2"].data["twin"]
    assert (neuron, connection, network) == (twin["h1"], twin["x1", "h1"], twin)


@pytest.mark.parametrize("generator", ["pcg64", "legacy"])
def test_a_pickle_has_the_data(net, generator):
    other = ns.Network("other", generator=generator)
    other.add_layer("x", 1), other.add_neuron("s"), other.connect("x", "s")
    other["x1", "s"].data[1] = {2, 3}
    for one in (net, other):
        twin = pickle.loads(pickle.dumps(one))  # noqa: S301 - our own
        assert [c.data for c in twin.connections] == [c.data for c in one.connections]
        assert [n.data for n in twin.neurons] == [n.data for n in one.neurons]


def test_a_file_has_what_json_can_hold(net, tmp_path):
    path = tmp_path / "n.json"
    net.save(path)
    loaded = ns.load(path)
    assert loaded["h1"].data == {"note": ["a", {"b": 1.5}]}
    assert loaded["x1", "h1"].data == {"since": None}
    assert to_document(loaded) == to_document(net)
    for key, value in [("k", (1, 2)), ("k", float("nan")), ("k", {1: 2}), (3, 4), ("k", [print])]:
        net["h2"].data[key] = value
        with pytest.raises(InvalidValueError, match=r"h2\.data\[.*\]: got .*expected a text as"):
            net.save(path)
        del net["h2"].data[key]
    assert ns.load(path)["h1"].data == net["h1"].data


@pytest.mark.parametrize(
    ("data", "match"),
    [([], "data: got .*expected a mapping"), ({"h1": 3}, "data.h1: got 3; expected a mapping"),
     ({"h9": {}}, "data.h9: unknown neuron"), ({"h1->h9": {}}, "data.h1->h9: unknown neuron")],
)  # fmt: skip
def test_a_file_with_data_of_nothing_is_refused(net, tmp_path, data, match):
    path = tmp_path / "n.json"
    net.save(path)
    path.write_text(json.dumps(json.loads(path.read_text()) | {"data": data}))
    with pytest.raises(FileError, match=match):
        ns.load(path)
