"""Unrolled rows: a program that has the numbers of an epoch in it says the same, to the bit."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.compiler import costs, training_programs
from neurosim.training.engines import scalar_program

pytestmark = pytest.mark.usefixtures("no_kernel")
GATES = [[0, 1], [1, 1], [1, 0], [0, 0]]  # the last says nothing of what the others need
RULES = {
    "sgd": ns.SGD(0.5),
    "momentum": ns.SGD(0.1, momentum=0.9),
    "adam": ns.Adam(0.01),
    "nadam": ns.NAdam(0.01),
}


def make(loss):
    net = ns.Network("xor", seed=3)
    net.add_layer("x", 2)
    net.add_layer("h", 3, activation="tanh")
    net.add_layer("o", 2, activation="softmax" if loss == "cross_entropy" else "sigmoid")
    net.connect("x", "h")
    net.connect("h", "o")
    net.connect("x1", "o1")
    net["x1", "h1"].trainable = False
    return net


def learned(X, loss, **options):
    net = make(loss)
    history = ns.train(net, X, [[1, 0], [0, 1], [0, 1], [1, 0]], loss=loss, epochs=60, **options)
    return net.parameters().tobytes(), history.state.memory.tobytes(), history.loss


@pytest.fixture
def unrolled(monkeypatch):
    """Whether rows are unrolled: always, or never; counts how often they were."""
    found = []
    original = scalar_program.print_unrolled

    def counted(*args, **options):
        found.append(1)
        return original(*args, **options)

    def choose(always):
        monkeypatch.setattr(scalar_program, "is_unrolling_worthwhile", lambda *_: always)
        training_programs._generated.cache_clear()
        return found

    monkeypatch.setattr(scalar_program, "print_unrolled", counted)
    return choose


@pytest.mark.parametrize("batch_size", [None, 1, 3])
@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("loss", ["half_squared_error", "cross_entropy", "mean_squared_error"])
def test_unrolled_rows_give_the_same_bits(unrolled, loss, rule, batch_size):
    options = {"optimizer": RULES[rule], "batch_size": batch_size, "penalty": {"l2": 0.01}}

    unrolled(always=False)
    expected = learned(GATES, loss, **options)
    found = unrolled(always=True)

    assert learned(GATES, loss, **options) == expected
    assert found


def test_rows_of_any_numbers_are_unrolled(unrolled):
    rows = (np.random.default_rng(0).normal(size=(4, 2)) * [1.0, 1e-3]).tolist()

    unrolled(always=False)
    expected = learned(rows, "half_squared_error", optimizer=ns.SGD(0.5))
    unrolled(always=True)

    assert learned(rows, "half_squared_error", optimizer=ns.SGD(0.5)) == expected


def test_shuffled_rows_are_not_unrolled(unrolled):
    found = unrolled(always=True)

    learned(GATES, "half_squared_error", optimizer=ns.SGD(0.5), shuffle=True)

    assert found == []


def test_unrolling_pays_for_few_rows_and_many_epochs():
    assert costs.is_unrolling_worthwhile(17, 4, 1000)
    assert not costs.is_unrolling_worthwhile(17, 4, 999)
    assert not costs.is_unrolling_worthwhile(17, 30, 1000)


def test_a_zero_is_no_term_and_a_one_no_factor(unrolled):
    unrolled(always=True)
    net = ns.Network("and")
    net.add_layer("x", 2)
    net.add_layer("o", 1, bias=None)
    net.connect("x", "o", weight=0.5)
    found = []
    original = scalar_program.print_unrolled

    def kept(*args, **options):
        program = original(*args, **options)
        found.append(program.source)
        return program

    scalar_program.print_unrolled = kept
    try:
        ns.train(net, [[0, 1], [0, 0.5]], [[1], [0]], optimizer=ns.SGD(0.1), epochs=9, batch_size=1)
    finally:
        scalar_program.print_unrolled = original

    lines = [line.strip() for line in found[0].splitlines()]
    assert lines[lines.index("for _ in range(epochs):") + 1 : -1] == [
        "loss = 0.0",
        "z3 = w1",
        "a3 = z3",
        "e_1 = a3 - 1.0",
        "loss += (0.5 * (e_1 * e_1))",
        "d3 = e_1*rate",
        "w1 -= d3",
        "record(loss)",
        "loss = 0.0",
        "z3 = w1*0.5",
        "a3 = z3",
        "e_1 = a3 - 0.0",
        "loss += (0.5 * (e_1 * e_1))",
        "d3 = e_1*rate",
        "w1 -= d3*0.5",
        "record(loss)",
    ]
