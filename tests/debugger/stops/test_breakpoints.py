"""Breakpoints, watches and catches: at which step each says that it is hit, and why."""

import math

import pytest
from hypothesis import given

import neurosim as ns
from neurosim.debugger.stops.breakpoints import (
    AtAnything,
    AtConnection,
    AtLayer,
    AtNeuron,
    completes,
    kinds_of,
)
from neurosim.debugger.stops.expressions import QUANTITIES, Quantity
from neurosim.interpreter.steps import Activated, DeltaComputed, Loaded, Measured, Updated
from tests.each import each
from tests.examples import examples


@pytest.mark.parametrize(
    ("where", "position"),
    [
        ("x2", "epoch 0, sample 0, forward, step 2 of 39"),
        ("h1", "epoch 0, sample 0, forward, step 6 of 39"),
        ("x2->h1", "epoch 0, sample 0, forward, step 5 of 39"),
        ("layer h", "epoch 0, sample 0, forward, step 10 of 39"),
        ("o1", "epoch 0, sample 0, loss, step 14 of 39"),
        ("loss", "epoch 0, sample 0, loss, step 14 of 39"),
        ("backward", "epoch 0, sample 0, backward, step 15 of 39"),
        ("o1 backward", "epoch 0, sample 0, backward, step 17 of 39"),
        ("h2->o1 backward", "epoch 0, sample 0, backward, step 19 of 39"),
        ("layer h backward", "epoch 0, sample 0, backward, step 27 of 39"),
        ("update", "epoch 0, sample 0, update, step 30 of 39"),
        ("x1->h2 update", "epoch 0, sample 0, update, step 34 of 39"),
        ("h2 update", "epoch 0, sample 0, update, step 36 of 39"),
        ("layer o update", "epoch 0, sample 1, forward, step 0 of 39"),
        ("sample 3", "epoch 0, sample 3, forward, step 0 of 39"),
        ("batch 2", "epoch 0, sample 2, forward, step 0 of 39"),
        ("epoch 2", "epoch 2, sample 0, forward, step 0 of 39"),
        ("epoch 2 sample 1 loss", "epoch 2, sample 1, loss, step 14 of 39"),
        ("epoch 1 update", "epoch 1, sample 0, update, step 30 of 39"),
    ],
)
def test_a_breakpoint_stops_when_what_it_names_is_there(xor, halts, where, position):
    session = xor()
    session.break_at(where)

    (first, hit), *_ = halts(session)

    assert first == position
    assert hit.startswith("breakpoint 1, ")


def test_an_epoch_begins_once(xor, halts):
    session = xor()
    session.break_at("epoch 2")

    assert halts(session) == [("epoch 2, sample 0, forward, step 0 of 39", "breakpoint 1, epoch 2")]


def test_a_condition_without_location_is_looked_at_where_it_is_written(xor, halts):
    session = xor()
    session.break_at(when="h1.net_input > 0.5 and loss > 0")

    (first, hit), *_ = halts(session)

    assert first == "epoch 0, sample 2, forward, step 6 of 39"  # x1 is 1: about 0.1 + 0.5
    assert hit == "breakpoint 1, h1.net_input > 0.5 and loss > 0"


def test_a_condition_with_location_is_looked_at_there_alone(xor, halts):
    session = xor()
    session.break_at("o1", when="h1.net_input > 0.5 and epoch == 1")

    found = halts(session)

    assert [position for position, _ in found] == [
        "epoch 1, sample 2, loss, step 14 of 39",
        "epoch 1, sample 3, loss, step 14 of 39",
    ]


def test_a_condition_that_cannot_be_computed_is_passed_over_and_noted(xor, halts):
    session = xor()
    stop = session.break_at("h1", when="1 / x1.output > 0.5")

    found = halts(session, 1)

    assert found[0][0] == "epoch 0, sample 2, forward, step 6 of 39"  # the first where x1 is not 0
    assert stop.note == "1/0: division by zero"


def test_numbers_of_epochs_alone_are_looked_at_where_one_begins(xor, halts):
    session = xor()
    session.break_at(when="epoch % 2 == 1")

    assert [position for position, _ in halts(session)] == [
        "epoch 1, sample 0, forward, step 0 of 39",
        "epoch 3, sample 0, forward, step 0 of 39",
    ]


def test_a_watch_tells_both_values(xor, halts):
    session = xor()
    session.watch("o1.output")

    first, second, *_ = halts(session)

    # nothing is told of the first value: there was none before it
    assert first[0] == "epoch 0, sample 1, loss, step 14 of 39"
    before, after = first[1].removeprefix("watch 1, o1.output: ").split(" -> ")
    assert math.isclose(float(before), 0.592621, abs_tol=1e-6)
    assert second[1].split(": ")[1].split(" -> ")[0] == after


@pytest.mark.parametrize(
    ("watch", "position"),
    [
        (("x2.output", "crosses", 0.5), "epoch 0, sample 1, forward, step 2 of 39"),
        (("o1.delta", "sign"), "epoch 0, sample 1, backward, step 17 of 39"),
        (("o1.output_gradient", "sign"), "epoch 0, sample 1, backward, step 17 of 39"),
        (("h1.net_input", "crosses", 0.5), "epoch 0, sample 2, forward, step 6 of 39"),
        (("x2->h1.weight",), "epoch 0, sample 1, update, step 32 of 39"),
        (("x1->h1.weight", "crosses", 0.5), "epoch 0, sample 2, update, step 31 of 39"),
        (("loss", "crosses", 0.15), "epoch 0, sample 1, backward, step 15 of 39"),
        (("h1.bias",), "epoch 0, sample 0, update, step 33 of 39"),
    ],
)
def test_a_watch_stops_where_its_quantity_moves(xor, halts, watch, position):
    session = xor()
    session.watch(*watch)

    assert halts(session)[0][0] == position


def test_a_sum_moves_when_its_last_term_is_there(xor, halts):
    session = xor()
    session.watch("h1.net_input")

    positions = [position for position, _ in halts(session)]

    # the output of h1 is the step by which its net input is whole
    assert all("step 6 of" in position for position in positions)


def test_an_ignored_hit_is_passed_over(xor, halts):
    session = xor()
    stop = session.break_at("h1", ignore=2)

    found = halts(session, 2)

    assert [position for position, _ in found] == [
        "epoch 0, sample 2, forward, step 6 of 39",
        "epoch 0, sample 3, forward, step 6 of 39",
    ]
    assert (stop.ignore, stop.hits) == (0, 4)


def test_a_temporary_breakpoint_goes_when_it_was_hit(xor, halts):
    session = xor()
    session.break_at("h1", temporary=True)

    found = halts(session)

    assert len(found) == 1
    assert session.stops == ()


def test_a_disabled_breakpoint_stops_nothing(xor, halts):
    session = xor()
    session.break_at("h1").is_enabled = False

    assert halts(session) == []


def test_all_stops_that_are_hit_at_one_place_are_told(xor, halts):
    session = xor()
    session.break_at("h1")
    session.watch("h1.output")
    session.break_at("h1", when="h1.output > 0.5")

    found = halts(session)[1]

    assert [hit.split(",")[0] for hit in found[1:]] == ["breakpoint 1", "watch 2", "breakpoint 3"]


@each(
    ("make", "text"),
    [
        (lambda s: s.break_at("h1"), "1 breakpoint h1"),
        (lambda s: s.break_at(when="loss > 1"), "1 breakpoint if loss > 1"),
        (lambda s: s.break_at("h1 backward", when="loss > 1", ignore=2),
         "1 breakpoint h1 backward if loss > 1 (ignored 2 times more)"),
        (lambda s: s.break_at("update", temporary=True), "1 breakpoint update (temporary)"),
        (lambda s: s.watch("h1.bias", "sign"), "1 watch h1.bias sign"),
        (lambda s: s.watch("loss", "crosses", 0.5), "1 watch loss crosses 0.5"),
        (lambda s: s.catch("nan"), "1 catch nan"),
        (lambda s: s.catch("exploding", 5), "1 catch exploding 5"),
    ],
)  # fmt: skip
def test_a_stop_writes_itself(xor, make, text):
    assert str(make(xor())) == text


def test_a_stop_counts_its_hits_in_words(xor):
    session = xor()
    stop = session.break_at("h1")

    session.continue_()
    once = str(stop)
    session.continue_()

    assert (once, str(stop)) == ("1 breakpoint h1 (hit 1 time)", "1 breakpoint h1 (hit 2 times)")


def test_what_a_step_completes_is_there_after_its_last_term(xor):
    session = xor()
    names = ("x1.output", "h1.net_input", "h1.delta", "x1->h1.weight", "loss")
    quantities = [session.watch(name).subject.quantity for name in names]
    steps = []
    while session.place.batch == 0:
        steps.append(session._walk.forward())

    kinds = [[type(s) for s in steps if completes(s, q)] for q in quantities]

    assert kinds == [[Loaded], [Activated], [DeltaComputed], [Updated], [Measured]]


def test_a_stop_is_asked_after_every_kind_of_step_that_may_hit_it(trainings):
    @examples(4)
    @given(trainings(most_epochs=1))
    def check(training):
        session = training.session()
        subjects = list(every_subject(session.network))
        hit = set()

        while session.place.batch == 0:
            step = session._walk.forward()
            for subject in subjects:
                if subject.after(step, session._runner):
                    hit.add(subject)
                    assert type(step) in kinds_of(subject)
        assert hit

    check()


def every_subject(network):
    """All that a breakpoint without numbers may be about."""
    for phase in ("forward", "backward", "update"):
        yield from (AtNeuron(neuron, phase) for neuron in network.neurons)
        yield from (AtConnection(connection, phase) for connection in network.connections)
        yield from (AtLayer(layer, phase) for layer in network.layers)
    for kind, owners in (("neuron", network.neurons), ("connection", network.connections)):
        for owner in owners:
            yield from (AtAnything((Quantity(kind, owner, n),)) for n in QUANTITIES[kind])
    yield AtAnything((Quantity("loss", None, "loss"),))


def test_catch_saturated_passes_over_a_softmax_layer():
    net = ns.Network()
    net.add_layer("x", 2)
    net.add_layer("h", 2, activation="sigmoid")
    net.add_layer("o", 2, activation="softmax")
    net.connect("x", "h", weight=50.0)
    net.connect("h", "o", weight=0.5)
    options = {"loss": "cross_entropy", "optimizer": ns.SGD(0.1), "epochs": 3}
    session = ns.debug(net, [[1.0, 1.0], [2.0, 1.0]], [[1.0, 0.0], [0.0, 1.0]], **options)

    session.catch("saturated")
    arrival = session.run()

    assert "h1" in str(arrival.hits[0])
