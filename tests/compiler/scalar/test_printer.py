"""The program of single numbers: it reads as one would write it, and sums in the walk's order."""

import ast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import neurosim as ns
from neurosim.compiler.program import SCALAR_LIBRARY
from neurosim.training import CompiledEngine, GraphEngine
from neurosim.training.state import start_state
from neurosim.training.task import make_task


@pytest.fixture
def tiny():
    """A 2-1: sigmoid."""
    net = ns.Network("tiny")
    net.add_layer("x", 2)
    net.add_layer("o", 1, activation="sigmoid", bias=0.1)
    net.connect("x", "o", weights=[[0.2], [0.3]])
    return net


X, T = [[0.0, 1.0], [1.0, 0.5]], [[1.0], [0.0]]


def source(net, **options):
    return CompiledEngine(make_task(net, X, T, **options), "scalar").source


def test_a_2_1_sample_by_sample_reads_as_one_would_write_it(tiny):
    assert (
        source(tiny, batch_size=1)
        == """\
# plan of tiny: 1 block, 3 parameters, 2 inputs, 1 output
def train(theta, memory, count, rate, batches):
    w0, w1, w2, = theta
    losses = []
    record = losses.append
    for a0, a1, t0, in batches:
        loss = 0.0
        z3 = w2 + w0*a0 + w1*a1
        a3 = (exp(z3) if z3 < -709.0 else 1.0 / (1.0 + exp(-z3)))
        e_1 = a3 - t0
        loss += (0.5 * (e_1 * e_1))
        d3 = (e_1*rate)*(a3 * (1.0 - a3))
        w0 -= d3*a0
        w1 -= d3*a1
        w2 -= d3
        record(loss)
    return losses, [w0, w1, w2,], memory
"""
    )


def test_a_2_1_in_batches_with_momentum_and_a_frozen_weight(tiny):
    tiny["x1", "o1"].trainable = False

    found = source(tiny, optimizer=ns.SGD(0.1, momentum=0.5), penalty={"l2": 0.25})

    assert (
        found
        == """\
# plan of tiny: 1 block, 3 parameters, 2 inputs, 1 output
def train(theta, memory, count, rate, batches):
    w0, w1, w2, = theta
    m0_0, m0_1, m0_2, = memory[0]
    losses = []
    record = losses.append
    for rows in batches:
        loss = 0.0
        g0 = g1 = g2 = 0.0
        for a0, a1, t0, in rows:
            z3 = w2 + w0*a0 + w1*a1
            a3 = (exp(z3) if z3 < -709.0 else 1.0 / (1.0 + exp(-z3)))
            e_1 = a3 - t0
            loss += (0.5 * (e_1 * e_1))
            d3 = (e_1)*(a3 * (1.0 - a3))
            g2 += d3
            g0 += d3*a0
            g1 += d3*a1
        size = len(rows)
        g1 /= size
        g1 += (0.25 * w1 / size)
        g2 /= size
        v_now = 0.5 * m0_1 + g1
        w1, m0_1 = w1 - rate * v_now, v_now
        v_now = 0.5 * m0_2 + g2
        w2, m0_2 = w2 - rate * v_now, v_now
        record(loss)
    return losses, [w0, w1, w2,], [[m0_0, m0_1, m0_2,]]
"""
    )


def test_what_depends_on_the_number_of_the_update_is_computed_once(tiny):
    found = source(tiny, optimizer=ns.Adam(0.1), batch_size=1)

    assert found.count("**") == 2  # for three parameters
    assert "        count += 1\n        held0 = sqrt(1.0 - 0.999 ** count)\n" in found


def test_a_measuring_program_returns_gradients(tiny):
    engine = CompiledEngine(make_task(tiny, X, T), "scalar")

    loss, gradient = engine.loss_and_gradient(tiny.parameters(), np.array(X), np.array(T))

    walk = ns.loss_and_gradients(tiny, X, T, engine="graph")
    assert loss == walk.loss
    assert gradient.tolist() == walk.vector.tolist()


@settings(max_examples=30)
@given(data=st.data())
def test_the_program_of_any_graph_names_only_its_own_and_the_library(data, cases):
    case = data.draw(cases())
    net = case.network
    engine = CompiledEngine(make_task(net, case.X, case.T, loss=case.loss), "scalar")

    tree = ast.parse(engine.source)

    named = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    stored = {
        node.id for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }  # fmt: skip
    arguments = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    called = {
        node.func.id for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }  # fmt: skip
    assert named - stored - arguments <= called | SCALAR_LIBRARY.keys()
    assert not called & {"exec", "eval", "open", "__import__"}
    assert not stored & SCALAR_LIBRARY.keys()  # no number takes the name of a function


def test_names_and_titles_of_the_user_are_no_code(tiny):
    net = ns.Network("title\nraise SystemExit(3)")
    net.add_layer("rate", ["w0", "theta"])
    net.add_layer("exp", ["losses"], activation="sigmoid", bias=0.1)
    net.connect("rate", "exp", weights=[[0.2], [0.3]])

    odd, plain = ast.parse(source(net)), ast.parse(source(tiny))

    assert ast.dump(odd) == ast.dump(plain)


def test_one_sample_has_the_bits_of_the_walk():
    # bias first, then the connections in the order they were added
    net = ns.Network("order")
    net.add_layer("x", 4)
    net.add_layer("o", 1, bias=0.1)
    for i, weight in [(3, 1e-3), (1, 0.7), (4, -0.3), (2, 1e3)]:
        net.connect(f"x{i}", "o1", weight=weight)
    rows = np.random.default_rng(3).normal(size=(20, 4))
    task = make_task(net, rows, rows[:, :1], batch_size=1, optimizer=ns.SGD(0.01))
    begin = start_state(task, 1)

    walked, losses = GraphEngine(task).advance(begin, epochs=1)
    found, found_losses = CompiledEngine(task, "scalar").advance(begin, epochs=1)

    assert found_losses[0] == losses[0]
    np.testing.assert_allclose(found.parameters, walked.parameters, rtol=1e-15)


def test_numbers_too_large_for_single_numbers_are_a_divergence_and_no_crash():
    net = ns.Network("steep")
    net.add_layer("x", 1)
    net.add_layer("o", 1, bias=None)
    net.connect("x", "o", weight=1e200)
    task = make_task(net, [[1e200]], [[0.0]], optimizer=ns.RMSprop(1e300))
    begin = start_state(task, 1)

    after, losses = CompiledEngine(task, "scalar").advance(begin, epochs=3)

    assert not after.is_finite
    assert not np.isfinite(losses).any()
