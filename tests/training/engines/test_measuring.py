"""What an engine measures: the loss alone, and its gradient by the inputs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import neurosim as ns
from neurosim.kernel.library import why_no_kernel
from neurosim.training import ENGINES, CompiledEngine
from neurosim.training.task import make_task

KINDS = ["array"] if why_no_kernel() else ["array", "kernel"]


def engines_of(case, **options):
    task = make_task(case.network, case.X, case.T, loss=case.loss, reduction=case.reduction,
                     **options)  # fmt: skip
    return task, [ENGINES["graph"](task), *(CompiledEngine(task, kind) for kind in KINDS)]


@pytest.mark.slow
@given(data=st.data())
def test_the_loss_alone_is_that_of_the_gradient_to_the_bit(data, cases):
    task, engines = engines_of(data.draw(cases()))
    theta = task.network.parameters()

    for engine in engines:
        for X, T in ((task.X, task.T), (task.X[:1], task.T[:1])):
            assert engine.loss(theta, X, T) == engine.loss_and_gradient(theta, X, T)[0]


@given(data=st.data())
def test_all_engines_have_one_gradient_by_the_inputs(data, cases, assert_close):
    task, engines = engines_of(data.draw(cases()))
    theta = task.network.parameters()

    found = [engine.loss_and_gradient(theta, task.X, task.T, inputs=True) for engine in engines]

    for engine, (loss, gradient, by_inputs) in zip(engines, found, strict=True):
        alone = engine.loss_and_gradient(theta, task.X, task.T)
        assert by_inputs.shape == task.X.shape
        assert_close(by_inputs, found[0][2], 1e-12)
        assert_close([loss, *gradient], [alone[0], *alone[1]], 1e-12)


def test_through_sparse_blocks_the_gradient_by_the_inputs_is_the_same(
    monkeypatch, net, data, assert_close
):
    monkeypatch.setattr("neurosim.compiler.planning.sparse_cost", lambda *_: 0.0)
    for pair in (("x1", "h1"), ("h2", "o1"), ("x2", "o2")):
        net.remove_connection(*pair)
    task = make_task(net, *data)
    theta = net.parameters()

    found = [make(task).loss_and_gradient(theta, task.X, task.T, inputs=True)[2]
             for make in ENGINES.values()]  # fmt: skip

    assert_close(found[1], found[0], 1e-12)


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_the_gradient_by_the_inputs_is_that_of_differences(engine, net, data, reduction):
    X, T = data
    task = make_task(net, X, T, reduction=reduction)
    made, theta = ENGINES[engine](task), net.parameters()

    *_, found = made.loss_and_gradient(theta, task.X, task.T, inputs=True)

    for row, column in ((0, 0), (3, 2)):
        step = np.zeros_like(task.X)
        step[row, column] = 1e-6
        difference = [made.loss(theta, task.X + s * step, task.T) for s in (1.0, -1.0)]
        slope = (difference[0] - difference[1]) / 2e-6
        assert found[row, column] == pytest.approx(slope, rel=1e-6, abs=1e-9)


def test_in_single_precision_the_gradient_by_the_inputs_has_four_digits(net, data, assert_close):
    task = make_task(net, *data)
    theta = net.parameters()
    single = CompiledEngine(task.with_options(precision="single"))

    *_, found = single.loss_and_gradient(theta, task.X, task.T, inputs=True)

    assert found.dtype == np.float64
    expected = ENGINES["graph"](task).loss_and_gradient(theta, task.X, task.T, inputs=True)[2]
    assert_close(found, expected, 1e-4)


def test_an_input_that_feeds_nothing_has_no_gradient(engine):
    net = ns.Network("unused", seed=1)
    net.add_layer("x", 2)
    net.add_neuron("o")
    net.connect("x2", "o", weight=3.0)
    net.outputs = ["o"]
    task = make_task(net, [[1.0, 2.0]], [[5.0]])

    *_, found = ENGINES[engine](task).loss_and_gradient(
        net.parameters(), task.X, task.T, inputs=True
    )

    assert found.tolist() == [[0.0, 3.0]]  # o = 3*2 + 0, dL/do = 6 - 5
