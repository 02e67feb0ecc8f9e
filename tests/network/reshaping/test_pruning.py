"""Connections of least magnitude go; disabled ones come back as they were."""

import pickle

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import (
    FileError,
    GraphError,
    InvalidValueError,
    UnknownNameError,
    WrongTypeError,
)
from neurosim.network.document import from_document, to_document
from tests.each import each

X = np.random.default_rng(0).normal(size=(6, 2))


def names(things):
    return [thing.name for thing in things]


def test_pruning_keeps_a_share_of_the_largest_magnitudes(made):
    magnitudes = sorted(abs(c.weight) for c in made.connections)
    weights = {c.name: c.weight for c in made.connections}

    taken = made.prune(keep=0.5)

    assert len(made.connections) == 6  # round(13 / 2), to the even number
    assert sorted(abs(c.weight) for c in made.connections) == magnitudes[-6:]
    assert {c.name: c.weight for c in made.connections}.items() <= weights.items()
    assert {c.name for c in taken} == weights.keys() - set(names(made.connections))


def test_pruning_below_a_magnitude(made):
    made["x1", "o1"].weight, made["h1", "o1"].weight = -0.01, 0.02

    assert names(made.prune(below=0.02)) == ["x1->o1"]
    assert names(made.prune(below=0.020001)) == ["h1->o1"]
    assert made.prune(below=0.0) == ()


def test_of_equal_magnitudes_the_first_are_kept():
    net = ns.Network("equal")
    (
        net.add_layer("x", 4),
        net.add_layer("o", 1),
        net.connect("x", "o", weights=[[1], [-1], [1], [1]]),
    )

    net.prune(keep=0.5)

    assert names(net.connections) == ["x1->o1", "x2->o1"]


def test_pruning_is_among_what_is_named(made):
    made["x1", "o1"].weight = 0.0

    taken = made.prune(keep=0, among="x->h*")

    assert names(taken) == ["x1->h1", "x2->h1", "x1->h2", "x2->h2", "x1->h3", "x2->h3"]
    assert names(made.connections)[-1] == "x1->o1"


def test_a_pruned_sharer_leaves_the_others_sharing(made):
    made.share(("h1", "o1"), ("h1", "o2"), ("h2", "o1"), ("h3", "o1"))
    value = made["h1", "o1"].weight

    made.prune(keep=0.5, among=["h1->o1", "h2->o1", "h3->o1", "h1->o2"])

    assert names(made["h1", "o1"].parameter.connections) == ["h1->o1", "h2->o1"]
    assert made["h1", "o1"].weight == value


@each(
    ("options", "kind", "words"),
    [
        ({}, WrongTypeError, "prune: got both or neither; expected below=w or keep=share"),
        ({"keep": 0.5, "below": 1.0}, WrongTypeError, "prune: got both or neither"),
        ({"keep": 1.5}, InvalidValueError, "prune keep: got 1.5; expected a share from 0 to 1"),
        ({"below": -1}, InvalidValueError, "prune below: got -1.0; expected at least 0"),
        ({"below": "x"}, WrongTypeError, "prune below"),
        ({"keep": 0.5, "among": "q"}, UnknownNameError, "prune among: unknown neuron or layer 'q'"),
    ],
)
def test_pruning_that_cannot_be_changes_nothing(made, refused, options, kind, words):
    with refused(made, kind, words):
        made.prune(**options)


def test_a_disabled_connection_is_left_out_and_comes_back_at_its_place(made, whole):
    made["x1", "h1"].data["note"] = "here"
    before, outputs, connection = whole(made), made.predict(X), made["x1", "h1"]
    expected = made.copy()
    expected.remove_connection("x1", "h1")

    assert made.disable("x1", "h1") is connection

    assert made.predict(X).tobytes() == expected.predict(X).tobytes()
    assert made.parameter_names() == expected.parameter_names()
    assert made.disabled == (connection,)
    assert "disabled: 1 connection (x1->h1)" in made.summary()
    assert ("x1", "h1") not in made
    assert made.enable("x1", "h1") is made["x1", "h1"] is connection
    assert whole(made) == before
    assert made.predict(X).tobytes() == outputs.tobytes()
    assert made.disabled == ()


def test_disabled_connections_go_with_copies_pickles_and_files(made, whole, tmp_path):
    before = whole(made)
    made["x2", "h1"].data["note"] = "asleep"
    for pair in [("x2", "h1"), ("x1", "h3"), ("x1", "o1")]:
        made.disable(*pair)
    made.save(tmp_path / "net.json")

    twins = [
        made.copy(),
        pickle.loads(pickle.dumps(made)),  # noqa: S301 - our own
        ns.load(tmp_path / "net.json"),
    ]

    for twin in twins:
        assert whole(twin) == whole(made)
        assert names(twin.disabled) == ["x1->h3", "x2->h1", "x1->o1"]
        assert twin.disabled[1].data == {"note": "asleep"}
        for connection in twin.disabled:
            twin.enable(connection.source, connection.target)
        del twin["x2", "h1"].data["note"]
        assert whole(twin) == before


def test_what_is_disabled_is_neither_found_nor_made_again(made, refused):
    made.disable("x1", "h1")
    hint = "'x1->h1' is disabled; expected net.enable('x1', 'h1') first"
    with refused(made, UnknownNameError, hint):
        made.disable("x1", "h1")
    with refused(made, GraphError, "connection 'x1->h1': is disabled; expected net.enable"):
        made.connect("x1", "h1")
    with refused(made, GraphError, "enable: 'x2->h1' is enabled"):
        made.enable("x2", "h1")
    with refused(made, UnknownNameError, "unknown disabled connection 'x1->o2' (did you mean"):
        made.enable("x1", "o2")
    made.remove_neuron("h1")
    assert made.disabled == ()


def test_a_shared_weight_that_is_disabled_becomes_its_own(made):
    value = made["x1", "h2"].weight
    made.disable("x1", "h2")
    made["x2", "h2"].weight = 0.5

    made.enable("x1", "h2")

    assert (made["x1", "h2"].weight, made["x2", "h2"].weight) == (value, 0.5)


def test_a_connection_that_would_close_a_cycle_now_stays_disabled(made, refused):
    made.connect("h1", "h2"), made.disable("h1", "h2"), made.connect("h2", "h1")
    with refused(made, GraphError, "connection 'h1->h2': closes a cycle, got h1 -> h2 -> h1"):
        made.enable("h1", "h2")
    assert names(made.copy().disabled) == ["h1->h2"]
    made.remove_connection("h2", "h1")
    made.layer("h").activation = "softmax"
    with refused(made, GraphError, "inside a softmax layer"):
        made.enable("h1", "h2")


def test_a_file_with_wrong_disabled_connections_is_refused(made):
    made.disable("x1", "h1")
    document = to_document(made)
    record = document["disabled"][0]
    wrong = [
        3,
        [{}],
        [{**record, "number": 99}],
        [{**record, "number": -1}],
        [record, record],
        [{**record, "from": "x2"}],
        [{**record, "to": "x2"}],
        [{**record, "weight": "much"}],
    ]
    for disabled in wrong:
        with pytest.raises(FileError, match="disabled"):
            from_document({**document, "disabled": disabled}, "f", ns.Network)
