"""Slopes by inputs against the automatic differentiation of torch, and against differences."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import InvalidValueError, UnknownNameError, WrongTypeError
from neurosim.training import evaluate_loss

X = np.random.default_rng(0).normal(size=(6, 3)) * [1, 5, 0.2]
T = (np.random.default_rng(1).random((6, 2)) > 0.5) * 1.0


def classifier(last):
    made = ns.Network("3-4-2", seed=3)
    made.add_layer("x", 3)
    made.add_layer("h", 4, activation="tanh", bias=0.1)
    made.add_layer("o", 2, activation=last, bias=-0.1)
    made.connect("x", "h")
    made.connect("h", "o")
    made.connect("x", "o")
    return made


def matrix(net, source, target):
    return np.array([
        [net[a.name, b.name].weight for b in net.layer(target).neurons]
        for a in net.layer(source).neurons
    ])  # fmt: skip


@pytest.mark.parametrize("last", ["sigmoid", "softmax", "identity"])
def test_slopes_of_loss_and_outputs_are_those_of_torch(engine, last):
    torch = pytest.importorskip("torch")
    net = classifier(last)
    x = torch.tensor(X, dtype=torch.float64, requires_grad=True)
    weights = {
        pair: torch.tensor(matrix(net, *pair), dtype=torch.float64) for pair in ("xh", "ho", "xo")
    }
    z = torch.tanh(x @ weights["xh"] + 0.1) @ weights["ho"] + x @ weights["xo"] - 0.1
    ends = {
        "sigmoid": torch.sigmoid,
        "softmax": lambda v: torch.softmax(v, dim=1),
        "identity": lambda v: v,
    }
    o = ends[last](z)
    loss = ((o - torch.tensor(T)) ** 2).sum() / 2

    of_loss = torch.autograd.grad(loss, x, retain_graph=True)[0].numpy()
    of_second = torch.autograd.grad(o[:, 1].sum(), x)[0].numpy()

    found = ns.saliency(net, X, T, engine=engine)
    np.testing.assert_allclose(found.slopes, of_loss, rtol=1e-12, atol=1e-14)
    found = ns.saliency(net, X, output="o2", engine=engine)
    np.testing.assert_allclose(found.slopes, of_second, rtol=1e-12, atol=1e-14)


def test_the_loss_is_that_of_heads_weights_and_the_targets_that_are_there(engine):
    net, h = classifier("identity"), 1e-6
    gaps = np.where(np.arange(12).reshape(6, 2) == 5, np.nan, T)
    heads = [{"outputs": "o1", "loss": "huber"},
             {"outputs": "o2", "loss": "squared_error", "weight": 3.0}]  # fmt: skip
    options = {"heads": heads, "weights": np.arange(6.0), "missing_targets": "ignore"}

    found = ns.saliency(net, X, gaps, engine=engine, **options).slopes

    for row in range(6):
        for column in range(3):
            step = np.zeros((6, 3))
            step[row, column] = h
            above, below = (
                evaluate_loss(net, X + sign * step, gaps, reduction="sum", **options)
                for sign in (1, -1)
            )
            assert found[row, column] == pytest.approx((above - below) / (2 * h), abs=1e-6)


def test_a_reduction_is_refused():
    with pytest.raises(WrongTypeError, match="reduction: no option of saliency, got 'mean'"):
        ns.saliency(classifier("sigmoid"), X, T, reduction="mean")


def test_slopes_of_a_scaled_network_are_those_of_raw_numbers():
    net = classifier("identity")
    net.scale_inputs(X)
    net.scale_outputs(100 + 7 * T)
    h = 1e-5

    found = ns.saliency(net, X, output="o1")

    for column in range(3):
        step = np.eye(3)[column] * h
        differences = (net.predict(X + step) - net.predict(X - step))[:, 0] / (2 * h)
        np.testing.assert_allclose(found.slopes[:, column], differences, rtol=1e-7)
    np.testing.assert_allclose(found.relative, found.slopes * X.std(axis=0))


def test_the_network_stays_as_it_is():
    net = classifier("sigmoid")
    net.forward(X[0])
    before = [neuron.output for neuron in net.neurons]

    ns.saliency(net, X, T, engine="graph")

    assert [neuron.output for neuron in net.neurons] == before


def test_what_is_missing_or_unknown_is_refused():
    net = classifier("sigmoid")

    with pytest.raises(InvalidValueError, match="T: missing; expected targets, or output=NAME"):
        ns.saliency(net, X)
    with pytest.raises(UnknownNameError, match=r"unknown output 'p1' \(did you mean 'o1'"):
        ns.saliency(net, X, output="p1")
