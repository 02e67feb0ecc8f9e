"""Freezing and disabling in a session: edits as numbers that are set, undone by going back."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import neurosim as ns
from neurosim.errors import GraphError, UnknownNameError
from tests.each import each

ROWS, TARGETS = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0.0, 1.0, 1.0, 0.0]


def frozen(session):
    names = session.network.parameter_names()
    return [n for n, m in zip(names, session.network.trainable_mask(), strict=True) if not m]


@pytest.mark.parametrize("engine", ["graph", "compiled"])
def test_what_is_frozen_at_an_epoch_stays_from_there_on(xor, xor_network, engine):
    session = xor(engine=engine, optimizer=ns.Adam(0.1), epochs=20)
    session.goto(epoch=10)

    edits = session.freeze("h1", "o1.bias")
    session.continue_()

    training = ns.Training(
        xor_network(), ROWS, TARGETS, optimizer=ns.Adam(0.1), batch_size=1, engine=engine
    )
    training.advance(epochs=10)
    training = training.after(lambda net: net.freeze("h1", "o1.bias"))
    training.advance(epochs=10)
    assert [str(edit) for edit in edits] == [
        "x1->h1 is frozen", "x2->h1 is frozen", "h1.bias is frozen", "o1.bias is frozen",
    ]  # fmt: skip
    assert session.network.parameters().tolist() == training.state.parameters.tolist()


@each("engine", ["graph", "compiled"])
@each("way", ["back", "goto", "restart"])
def test_going_back_takes_it_back_and_forward_again_holds_it(xor, engine, way):
    session = xor(engine=engine, epochs=6)
    session.goto(epoch=3, sample=2)
    before = session.digest()
    session.freeze("h")
    session.goto(epoch=5)
    after = session.digest()

    if way == "back":
        session.back(70)
        assert session.position.epoch in {3, 4}
        session.goto(epoch=3, sample=1)
    elif way == "goto":
        session.goto(epoch=2)
    else:
        session.restart()
    was = frozen(session)
    kept = [edit.text for edit in session.edits]
    if way != "restart":
        session.goto(epoch=3, sample=2)
        assert session.digest() == before
        assert frozen(session) == ["x1->h1", "x2->h1", "h1.bias", "x1->h2", "x2->h2", "h2.bias"]
        session.goto(epoch=5)
        assert session.digest() == after

    assert was == []
    assert len(kept) == (0 if way == "restart" else 6)


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(st.data())
def test_any_way_leads_to_the_same_numbers(xor_maker, data):
    places = st.tuples(st.integers(0, 4), st.integers(0, 3), st.integers(0, 20))
    session = xor_maker(engine=data.draw(st.sampled_from(["graph", "compiled"])))
    first, second = sorted([data.draw(places), data.draw(places)])

    def go(place):
        session.goto(epoch=place[0], sample=place[1])
        if place[2]:
            session.step(place[2])

    go(first)
    if not (session.position.phase == "update" and session.position.step):
        try:
            session.freeze("h1")
        except GraphError as error:
            assert "amid an update" in str(error)  # noqa: PT017
            return
    go(second)
    try:
        session.freeze("h2") if data.draw(st.booleans()) else session.unfreeze("h1")
    except GraphError as error:
        assert "amid" in str(error) or "already" in str(error)  # noqa: PT017
    here = session.digest(), frozen(session)
    place = session.place
    session.goto(epoch=5)
    end = session.digest(), frozen(session)
    for _ in range(3):
        go(data.draw(places))
    session.goto(epoch=5)
    assert (session.digest(), frozen(session)) == end
    while session.place > place:
        session.back()
    assert (session.digest(), frozen(session)) == here


def test_a_disabled_connection_counts_for_nothing_and_comes_back(xor):
    session = xor(epochs=6)
    session.goto(epoch=2)
    old = session.network["x1", "h1"].weight

    session.disable("x1->h1")
    session.goto(epoch=4)

    assert session.network["x1", "h1"].weight == 0.0
    session.enable("x1->h1")
    assert session.network["x1", "h1"].weight == old
    session.goto(epoch=5)
    assert session.network["x1", "h1"].weight != old
    session.goto(epoch=2)
    session.back()
    assert frozen(session) == []


def test_a_disabled_connection_is_as_one_that_is_taken_out(xor, xor_network):
    session = xor(optimizer=ns.SGD(0.5), epochs=6)
    session.disable("x2->h2")
    session.goto(epoch=6)
    net = xor_network()
    net.disable("x2", "h2")

    ns.train(net, ROWS, TARGETS, optimizer=ns.SGD(0.5), batch_size=1, epochs=6, engine="graph")

    other = dict(zip(net.parameter_names(), net.parameters(), strict=True))
    ours = dict(zip(session.network.parameter_names(), session.network.parameters(), strict=True))
    assert ours.pop("x2->h2") == 0.0
    assert list(ours) == list(other)
    assert np.abs(np.array([*ours.values()]) - np.array([*other.values()])).max() < 1e-15


def test_a_kept_branch_is_walked_without_it(xor):
    session = xor(epochs=6)
    session.goto(epoch=2)
    session.fork("plain")
    session.freeze("h1")
    session.goto(epoch=3)

    told = str(session.compare("plain"))

    assert "h1.bias is frozen" in told
    assert "they part at epoch 2" in told
    assert frozen(session) == ["x1->h1", "x2->h1", "h1.bias"]


def test_why_walks_a_batch_as_it_learned_then(xor):
    session = xor(epochs=6)
    session.goto(epoch=2)
    plain = str(session.why("x1->h1"))

    session.freeze("h1")

    assert str(session.why("x1->h1")) == plain
    session.goto(epoch=4)
    assert "is frozen: the update of epoch 3, batch 3 left it" in str(session.why("x1->h1"))


BAD = [
    (lambda s: s.freeze("q"), UnknownNameError, "freeze: unknown neuron or layer 'q'"),
    (lambda s: (s.freeze("h1"), s.freeze("h1")), GraphError, "all of it is frozen already"),
    (lambda s: s.unfreeze("h1"), GraphError, "unfreeze h1: all of it learns already"),
    (lambda s: s.freeze("*"), GraphError, "freeze: nothing else learns"),
    (lambda s: s.disable("h1"), UnknownNameError, "disable: got 'h1'; expected a connection"),
    (lambda s: s.enable("x1->h1"), GraphError, "enable x1->h1: it is not disabled"),
    (lambda s: (s.disable("x1->h1"), s.disable("x1->h1")), GraphError, "is disabled already"),
    (
        lambda s: (s.goto(epoch=0, sample=0, phase="update"), s.step(2), s.freeze("h1")),
        GraphError,
        "freeze: got it amid an update",
    ),
]


@each(("do", "kind", "words"), BAD)
def test_a_wrong_edit_is_refused_and_changes_nothing(xor, do, kind, words):
    session = xor()
    with pytest.raises(kind, match=words):
        do(session)


@pytest.fixture(scope="module")
def xor_maker():
    def make(engine):
        net = ns.Network("xor")
        net.add_layer("x", 2), net.add_layer("h", 2, activation="sigmoid", bias=[0.1, -0.2])
        net.add_layer("o", 1, activation="sigmoid", bias=0.3)
        net.connect("x", "h", weights=[[0.5, -0.5], [0.25, 0.75]])
        net.connect("h", "o", weights=[[1.0], [-1.0]])
        options = {"optimizer": ns.Adam(0.1), "epochs": 6, "batch_size": 2, "engine": engine}
        return ns.debug(net, ROWS, TARGETS, **options)

    return make
