"""What a session gives back is readable at a prompt, and never long."""

import pytest

import neurosim as ns
from neurosim.debugger.arrival import Arrival


@pytest.fixture
def session():
    return ns.debug_scenario("xor")


def test_a_history_is_a_line():
    net = ns.Network()
    net.add_layer("x", 1)
    net.add_layer("o", 1)
    net.connect("x", "o", weight=0)

    history = ns.train(net, [[1]], [[1]], optimizer=ns.SGD(0.1), epochs=10_000)

    assert repr(history).startswith("<history of 10000 epochs: loss 0.5 -> ")
    assert len(repr(history)) < 100


def test_what_a_run_gives_back_is_a_line():
    scenario, result = ns.load_scenario("digits"), ns.run_scenario("xor")
    net, X, T = scenario.network, scenario.inputs, scenario.targets
    gradients = ns.loss_and_gradients(net, X[:2], T[:2], loss="cross_entropy")
    given = [result, *result.stretches, gradients, ns.wrong_rows(scenario, net)]

    assert [one for one in given if len(repr(one)) > 120 or "\n" in repr(one)] == []
    assert repr(gradients).endswith("gradients of 2368 weights and 42 biases>")


def test_answers_read_as_they_print(session):
    arrival = session.until("h2")

    assert repr(arrival) == str(arrival)
    assert repr(session.explain("h2")) == str(session.explain("h2"))
    session.goto(epoch=1)
    assert repr(session.why("h1->o1")) == str(session.why("h1->o1"))


def test_what_is_long_loses_its_middle():
    arrival = Arrival((), tuple(map(str, range(100))), None, "", has_where=False)

    assert len(str(arrival).splitlines()) == 100
    assert len(repr(arrival).splitlines()) == 41
    assert "... 60 more lines ..." in repr(arrival)
