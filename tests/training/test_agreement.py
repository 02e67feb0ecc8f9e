"""agree: how far the engines are apart, and where most; it must see an engine that is wrong."""

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import neurosim as ns
from neurosim.functions.activations import ACTIVATIONS
from neurosim.functions.losses import LOSSES
from neurosim.training import agreement
from tests.examples import examples


def test_the_engines_agree_on_a_network_and_leave_it_alone(net, data):
    before = net.parameters().tobytes()

    found = ns.agree(net, *data, optimizer=ns.Adam(0.1), updates=50, batch_size=3, shuffle=True)

    assert found.passed
    assert found.updates == 50
    assert [d.what for d in found.differences] == [
        "outputs", "loss", "gradients", "parameters after 50 updates"
    ]  # fmt: skip
    assert net.parameters().tobytes() == before
    assert net["h1"].output is None


def test_a_budget_of_no_time_compares_a_row_and_says_so(net, data):
    found = ns.agree(net, *data, updates=50, budget=0.0)

    n = len(data[0])
    assert (found.rows, found.updates, found.passed) == (1, 0, True)
    assert [d.what for d in found.differences] == [
        f"outputs of 1 of {n} rows", f"loss of 1 of {n} rows", f"gradients of 1 of {n} rows",
        "parameters after 0 of 50 updates",
    ]  # fmt: skip


def test_a_budget_that_is_large_enough_compares_all(net, data):
    found = ns.agree(net, *data, updates=50, batch_size=2, budget=1e6)

    assert (found.rows, found.updates) == (len(data[0]), 50)
    assert str(found) == str(ns.agree(net, *data, updates=50, batch_size=2))


def test_a_clock_that_runs_lets_some_rows_and_updates_be_walked(net, data, monkeypatch):
    ticks = itertools.count()
    monkeypatch.setattr(agreement, "perf_counter", lambda: float(next(ticks)))  # a row is a second

    found = ns.agree(net, *data, updates=50, batch_size=1, budget=12.0)

    assert found.rows == 2
    assert 0 < found.updates < 12
    assert found.parameters.what == f"parameters after {found.updates} of 50 updates"


@pytest.mark.parametrize("budget", [-1.0, "x", float("nan")])
def test_a_budget_that_is_no_number_of_seconds_is_refused(net, data, budget):
    with pytest.raises(ns.NeurosimError, match="budget: "):
        ns.agree(net, *data, budget=budget)


@examples(30)
@given(data=st.data())
def test_the_engines_agree_on_random_graphs(data, cases):
    case = data.draw(cases())

    found = ns.agree(
        case.network, case.X, case.T, loss=case.loss, reduction=case.reduction, updates=0
    )

    assert found.passed, str(found)


def test_mutated_a_function_that_is_off_in_the_graph_alone_is_seen_and_placed(
    net, data, monkeypatch
):
    right = ACTIVATIONS["tanh"]
    wrong = replace(right, value=lambda z: right.value(z) * (1.0 + 1e-9))
    monkeypatch.setitem(ACTIVATIONS, "tanh", wrong)

    found = ns.agree(net, *data, updates=1)

    assert not found.passed
    assert not found.outputs.passed
    assert found.outputs.where.startswith("row ")
    assert found.outputs.error == pytest.approx(1e-9, rel=2)
    assert " > 1e-12 at row " in str(found.outputs)


def test_mutated_a_slope_that_is_off_in_the_graph_alone_is_seen_and_placed(net, data, monkeypatch):
    right = ACTIVATIONS["tanh"]
    wrong = replace(right, slope=lambda z, a: right.slope(z, a) * (1.0 + 1e-9))
    monkeypatch.setitem(ACTIVATIONS, "tanh", wrong)

    found = ns.agree(net, *data, updates=1, reduction="sum")

    assert (found.outputs.passed, found.loss.passed, found.gradients.passed) == (True, True, False)
    assert found.worst is found.gradients
    assert found.gradients.where in {
        name for name in net.parameter_names() if "->h" in name or name.startswith("h")
    }


def test_mutated_a_loss_that_is_off_in_the_graph_alone_is_seen(net, data, monkeypatch):
    right = LOSSES["half_squared_error"]
    formula = right.by_output
    wrong = replace(formula, value=lambda x, t: formula.value(x, t) + 1e-9)
    monkeypatch.setitem(LOSSES, right.name, replace(right, by_output=wrong))

    found = ns.agree(net, *data, updates=0)

    assert (found.outputs.passed, found.loss.passed, found.gradients.passed) == (True, False, True)
    assert found.loss.error == pytest.approx(2e-9, rel=1e-3)


def test_gradients_are_named_by_what_they_are_of_and_hold_every_parameter(engine):
    net = ns.Network("dead end")
    net.add_layer("x", ["x1", "x2"])
    net.add_neuron("dead", bias=3.0)
    net.add_neuron("o1", bias=None)
    net.connect("x1", "o1", weight=2.0, trainable=False)
    net.connect("x2", "dead", weight=1.0)
    net.outputs = ["o1"]

    found = ns.loss_and_gradients(net, [[1.0, 5.0]], [[0.0]], engine=engine)

    # o1 = 2, L = 2^2/2, dL/dw = 2*1; no path leads from the dead end to the loss
    assert found.loss == 2.0
    assert found.weights == {("x1", "o1"): 2.0, ("x2", "dead"): 0.0}
    assert found.biases == {"dead": 0.0}
    assert found.vector.tolist() == [0.0, 0.0, 2.0]
    assert net.parameter_names() == ("x2->dead", "dead.bias", "x1->o1")
    assert str(found) == "loss 2, gradients of 2 weights and 1 biases"
