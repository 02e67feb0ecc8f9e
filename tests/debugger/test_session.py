"""The session as one uses it: moves and what they tell, refusals, what it writes."""

import json

import pytest

import neurosim as ns
from neurosim.debugger.time.training_log import UnitPlace
from neurosim.errors import (
    GraphError,
    InvalidValueError,
    NotComputable,
    UnknownNameError,
    WrongTypeError,
)
from tests.each import each


@each("move", ["step", "next", "layer", "phase", "sample", "batch", "epoch"])
@each(
    ("times", "kind"),
    [
        (0, InvalidValueError),
        (-1, InvalidValueError),
        (1.0, WrongTypeError),
        (True, WrongTypeError),
    ],
)
def test_a_count_that_is_none_is_refused(xor, move, times, kind):
    with pytest.raises(kind, match="expected an integer"):
        getattr(xor(), move)(times)


def test_a_move_by_neurons_tells_its_arithmetic(xor):
    session = xor()

    arrival = session.next(3)

    assert str(arrival).splitlines() == [
        "x1 = 0",
        "x2 = 0",
        "h1: net = 0.1 + 0.5*0 + 0.25*0 = 0.1",
        "h1 = sigmoid(0.1) = 0.524979",
    ]


def test_a_long_way_is_told_by_its_ends(xor):
    session = xor()

    lines = session.step(300).lines

    assert len(lines) == 25
    assert lines[0] == "x1 = 0"
    assert lines[12].endswith(" more lines")


def test_a_far_move_tells_where_it_led(xor):
    session = xor()

    arrival = session.goto(epoch=2)

    assert str(arrival) == (
        "epoch 2, sample 0, forward, step 0 of 39: x1 = 0 is about to be loaded"
    )


def test_the_listing_has_an_arrow_at_the_coming_step(xor):
    session = xor()
    session.step(6)
    before = session.digest()

    lines = session.listing(before=2, after=2)

    assert lines == [
        "   h1: net = 0.1 + 0.25*0 = 0.1",
        "   h1 = sigmoid(0.1) = 0.524979",
        "-> h2: net = -0.2",
        "   h2: net = -0.2 - 0.5*0 = -0.2",
    ]
    assert session.digest() == before


def test_a_session_prints_itself(xor):
    session = xor()
    session.break_at("h1")

    lines = repr(session).splitlines()

    assert lines[0].startswith("debugging xor: 2 inputs, 3 neurons, 6 connections, 1 output")
    assert lines[1] == "epoch 0, sample 0, forward, step 0 of 39: x1 = 0 is about to be loaded"
    assert "-> x1 = 0" in lines
    assert lines[-1] == "1 breakpoint h1"


def test_the_network_is_the_callers(xor_network):
    net = xor_network()

    session = ns.debug(net, [[0.0, 1.0]], [1.0], optimizer=ns.SGD(0.1), epochs=1)
    session.next(2)

    assert session.network is net
    assert net["x2"].output == 1.0


def test_a_session_goes_on_where_a_training_ended(xor_network, xor):
    rows, targets = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0.0, 1.0, 1.0, 0.0]
    given = {"optimizer": ns.Adam(0.1), "batch_size": 1}
    net = xor_network()
    result = ns.train(net, rows, targets, epochs=3, **given)
    whole = xor(optimizer=ns.Adam(0.1), epochs=5)
    whole.goto(epoch=5)

    session = ns.debug(net, rows, targets, epochs=2, state=result.state, **given)
    start = str(session.position)
    session.goto(epoch=5)

    assert start == "epoch 3, sample 0, forward, step 0 of 39"
    assert session.network.parameters().tolist() == whole.network.parameters().tolist()
    with pytest.raises(InvalidValueError, match="goto: epoch 2 is before the start"):
        session.goto(epoch=2)


@pytest.mark.parametrize(
    ("expression", "value"),
    [("h1.output > 0.5", True), ("h1.net_input * 2", 0.2), ("epoch + sample + step", 6)],
)
def test_an_expression_has_its_value_of_the_moment(xor, expression, value):
    session = xor()
    session.until("h1")

    assert session.value(expression) == value


def test_what_is_not_computed_yet_has_no_value(xor):
    with pytest.raises(NotComputable, match=r"o1\.output: not yet"):
        xor().value("o1.output")


def test_stops_are_found_deleted_and_given_other_conditions(xor):
    session = xor()
    first, second, third = session.break_at("h1"), session.watch("loss"), session.catch("nan")

    session.delete(2)
    session.set_condition(1, "loss > 1")

    assert session.stops == (first, third)
    assert session.find_stop(1) is first
    assert str(first) == "1 breakpoint h1 if loss > 1"
    assert second.number == 2
    session.set_condition(1, None)
    assert str(first) == "1 breakpoint h1"
    assert session.break_at("h2").number == 4  # a number is never used again
    session.delete()
    assert session.stops == ()


@each(
    ("ask", "kind", "words"),
    [
        (lambda s: s.break_at(), InvalidValueError, "break: got nothing"),
        (lambda s: s.break_at("h1", when=""), InvalidValueError, "nothing is written"),
        (lambda s: s.break_at("h1", when="h1.output"), InvalidValueError, "a number where a"),
        (lambda s: s.break_at("h1", ignore=-1), InvalidValueError, "got -1"),
        (lambda s: s.break_at("h1", ignore=1.5), WrongTypeError, "got 1.5"),
        (lambda s: s.watch("h1.output", "jumps"), UnknownNameError, "unknown way to watch 'jumps'"),
        (lambda s: s.watch("h1.output + 1"), InvalidValueError, "quantity: got"),
        (lambda s: s.watch("h1.output", "crosses", "a"), WrongTypeError, "bound"),
        (lambda s: s.catch("fire"), UnknownNameError, "unknown catch 'fire'"),
        (lambda s: s.catch("exploding", float("inf")), InvalidValueError, "not finite"),
        (lambda s: s.find_stop(3), UnknownNameError, "unknown breakpoint 3"),
        (lambda s: s.delete(3), UnknownNameError, "unknown breakpoint 3"),
        (lambda s: s.set_condition(3, "loss > 1"), UnknownNameError, "unknown breakpoint 3"),
        (lambda s: s.back(grain="hour"), UnknownNameError, "unknown grain 'hour'"),
        (lambda s: s.why("x1", "h1"), GraphError, "why: no update was made yet"),
    ],
)
def test_what_makes_no_sense_is_refused_and_leaves_no_stop(xor, ask, kind, words):
    session = xor()

    with pytest.raises(kind, match=words):
        ask(session)

    assert session.stops == ()


def test_a_journal_too_small_for_anything_is_refused(xor):
    with pytest.raises(InvalidValueError, match="limit: got 10; expected at least"):
        xor(limit=10)


def test_a_recording_has_a_line_a_step_and_the_session_stays(xor, tmp_path):
    session = xor(batch_size=2)
    session.step(7)
    before = session.digest()

    count = session.record(tmp_path / "steps.jsonl", times=2)

    lines = (tmp_path / "steps.jsonl").read_text().splitlines()
    assert count == 2 * (2 * 30 + 9) - 7
    assert len([json.loads(line) for line in lines]) == 1 + count
    assert session.digest() == before


def test_a_restart_keeps_the_stops_but_not_their_counts(xor):
    session = xor()
    stop = session.break_at("h1")
    session.continue_(3)

    session.restart()

    assert session.place == UnitPlace(0, 0, 0)
    assert session.stops == (stop,)
    assert stop.hits == 0


def test_why_tells_the_last_update_from_any_moment(xor):
    session = xor()
    session.goto(epoch=2, sample=1, step=20)
    before = session.digest()

    text = str(session.why("h1", "o1"))

    assert "in the update of epoch 2, batch 0" in text
    assert session.digest() == before


def test_a_closed_session_leaves_the_network_as_it_stands(xor):
    session = xor()
    session.goto(epoch=2, sample=1, step=20)

    session.close()

    session.network.forward([0.0, 1.0])
    assert session.network["o1"].output is not None


def test_a_session_goes_on_after_close_and_says_where_the_network_was_changed(xor):
    session = xor()
    session.step(30)
    session.close()
    session.network.forward([0.0, 1.0])  # free to be used

    assert str(session.step())

    session.close()
    session.network["o1"].bias = 7.0

    with pytest.raises(GraphError, match=r"network was changed after close\(\); expected restart"):
        session.step()
    assert "changed after close()" in repr(session)
    assert "epoch 0, sample 0" in str(session.restart())


def test_neurons_and_connections_may_be_asked_about_themselves(xor):
    session = xor()
    session.batch()
    network = session.network

    assert session.explain(network["o1"]).lines == session.explain("o1").lines
    connection = network.connections[-1]
    assert str(session.why(connection)) == str(session.why(connection.name))
    assert str(session.why(network["o1"])) == str(session.why("o1.bias"))
