"""Heads, weights, missing targets, dropout and noise on random graphs: every engine agrees."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import neurosim as ns
from neurosim.functions.activations import SOFTMAX
from neurosim.functions.losses import LOSSES
from neurosim.training import CompiledEngine, GraphEngine
from neurosim.training.engines.kernel_program import why_not
from neurosim.training.state import start_state
from neurosim.training.task import make_task
from tests.examples import examples

_UNIT = ("sigmoid",)


@st.composite
def _tasks(draw, cases, **more):
    case = draw(cases(losses=("half_squared_error",), **more))
    net, seed = case.network.copy(), draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    heads, T = _heads(rng, net, len(case.X))
    if rng.random() < 0.7:
        T = _missing(rng, T)
    if rng.random() < 0.5:
        _drop(rng, net)
    _weigh_classes(rng, net, heads, T)
    options = {
        "heads": heads,
        "weights": rng.integers(0, 4, size=len(case.X)) + 0.25 if rng.random() < 0.5 else None,
        "missing_targets": "ignore",
        "reduction": case.reduction,
        "batch_size": draw(st.integers(1, 40)),
        "shuffle": draw(st.booleans()),
        "input_noise": 0.3 if rng.random() < 0.3 else 0.0,
        "optimizer": draw(st.sampled_from([ns.SGD(0.1), ns.Adam(0.05)])),
    }
    rules = {LOSSES[head["loss"]].targets for head in heads}
    if rules & {"unit", "distributions"} and rng.random() < 0.5:
        options["label_smoothing"] = 0.2
    return make_task(net, case.X, T, **options)


def _heads(rng, net, n_rows):
    """Heads over outputs from anywhere; whole softmax layers learn classes."""
    layers = [layer for layer in net.layers if layer.activation == SOFTMAX and rng.random() < 0.7]
    joint = {neuron for layer in layers for neuron in layer.neurons}
    others = [n for n in net.neurons if not n.is_input and n not in joint]
    others = [others[i] for i in rng.permutation(len(others))[: rng.integers(0 if joint else 1, 6)]]
    groups = [list(layer.neurons) for layer in layers]
    while others:
        size = int(rng.integers(1, 4))
        groups.append(others[:size])
        others = others[size:]
    rng.shuffle(groups)
    net.outputs = [neuron for group in groups for neuron in group]
    heads, columns = [], []
    for group in groups:
        loss = _loss(rng, group, joint)
        weight = float(rng.choice([1.0, 0.3, 2.0, 0.0], p=[0.4, 0.3, 0.2, 0.1]))
        head = {"outputs": [n.name for n in group], "loss": loss, "weight": weight}
        T = _targets(rng, loss, (n_rows, len(group)))
        heads.append(head)
        columns.append(T)
    order = rng.permutation(len(heads))
    return [heads[i] for i in order], np.hstack(columns)


def _weigh_classes(rng, net, heads, T):
    column = {neuron.name: i for i, neuron in enumerate(net.outputs)}
    for head in heads:
        own = T[:, [column[name] for name in head["outputs"]]]
        is_there = ~np.isnan(own).any(axis=1)
        if head["loss"] == "cross_entropy" and own.shape[1] > 1 and is_there.any():
            head["class_weight"] = {i: float(rng.random()) for i in range(own.shape[1])}


def _loss(rng, group, joint):
    if group[0] in joint:
        return "cross_entropy"
    names = ["half_squared_error", "mean_squared_error", "huber", "mean_absolute_error", "hinge"]
    if all(neuron.activation in _UNIT for neuron in group):
        names = ["binary_cross_entropy", "squared_error"]
    return str(rng.choice(names))


def _targets(rng, loss, shape):
    match LOSSES[loss].targets:
        case "unit":
            return rng.random(shape)
        case "signs":
            return rng.choice([-1.0, 1.0], shape)
        case "distributions":
            one_hot = np.eye(shape[1])[rng.integers(shape[1], size=shape[0])]
            one_hot[: shape[1]] = np.eye(shape[1])[: shape[0]]  # each class has a row
            return one_hot
    return rng.normal(size=shape)


def _drop(rng, net):
    outputs = set(net.outputs)
    for neuron in net.neurons:
        if neuron not in outputs and neuron.activation != SOFTMAX and rng.random() < 0.5:
            neuron.dropout = float(rng.choice([0.2, 0.5]))


def _missing(rng, T):
    is_gone = rng.random(T.shape) < 0.3
    is_gone.flat[0] = False
    return np.where(is_gone, np.nan, T)


def _found(engine, task):
    theta = task.network.parameters()
    loss, gradient, by_inputs = engine.loss_and_gradient(theta, task.X, task.T, inputs=True)
    state, losses = engine.advance(start_state(task, 3), epochs=3)
    _, rows = engine.advance_rows(start_state(task, 3), epochs=2)
    measured, outputs = engine.measure(np.array([theta, theta / 3.0]), task.X, task.T)
    half = task.X[: len(task.X) // 2 + 1], task.T[: len(task.X) // 2 + 1]
    one, other = engine.loss_and_gradient(theta, *half)
    return [
        loss, gradient, by_inputs, losses, state.parameters, state.memory, rows, measured, outputs,
        one, other,
    ]  # fmt: skip


@examples(120)
@given(data=st.data())
@pytest.mark.usefixtures("kernel")
def test_the_kernel_has_the_bits_of_the_walk(cases, data, assert_same):
    task = data.draw(_tasks(cases))
    assert why_not(task) is None

    walk = _found(GraphEngine(task.on(task.network.copy())), task)
    fast = _found(CompiledEngine(task, "kernel"), task)

    for number, pair in enumerate(zip(walk, fast, strict=True)):
        assert_same(f"number {number}", *pair)


@pytest.mark.slow
@examples(80)
@given(data=st.data())
def test_arrays_agree_with_the_walk(cases, smooth, data, assert_close):
    task = data.draw(_tasks(cases, activations=smooth))

    walk = _found(GraphEngine(task.on(task.network.copy())), task)
    fast = _found(CompiledEngine(task, "array"), task)

    for one, other in zip(walk, fast, strict=True):
        assert_close(other, one, 1e-9)


@examples(60)
@given(data=st.data())
def test_gradients_are_differences(cases, smooth, data):
    task = data.draw(_tasks(cases, activations=smooth))
    engine, theta = GraphEngine(task), task.network.parameters()
    _, gradient = engine.loss_and_gradient(theta, task.X, task.T)
    step = np.random.default_rng(0).normal(size=len(theta)) * 1e-6

    ahead, behind = (engine.loss(theta + s, task.X, task.T) for s in (step, -step))

    if any(head.loss.name in _KINKED for head in task.objective.heads):
        return
    assert (ahead - behind) / 2 == pytest.approx(gradient @ step, rel=1e-4, abs=1e-11)


_KINKED = ("huber", "mean_absolute_error", "hinge")
