"""Losses with numbers of a user's choice: the delta of huber."""

from itertools import pairwise

import numpy as np
import pytest

import neurosim as ns
from neurosim.functions.losses import LOSSES, require_loss

X = np.random.default_rng(1).normal(size=(9, 2))
T = np.random.default_rng(2).normal(size=(9, 2)) * 3.0


def make():
    net = ns.Network(seed=3)
    net.add_layer("x", 2), net.add_layer("h", 3, activation="tanh"), net.add_layer("o", 2)
    net.connect("x", "h"), net.connect("h", "o")
    return net


@pytest.mark.parametrize("delta", [0.25, 1.0, 2.5])
def test_the_loss_and_its_gradient_are_pytorchs(delta, engine, assert_close):
    torch = pytest.importorskip("torch")
    net = make()
    found = ns.loss_and_gradients(net, X, T, loss={"huber": {"delta": delta}}, engine=engine)

    layers = [[neuron.name for neuron in layer.neurons] for layer in net.layers]
    weights = [
        torch.tensor(
            [[net[source, target].weight for source in sources] for target in targets],
            dtype=torch.float64,
            requires_grad=True,
        )
        for sources, targets in pairwise(layers)
    ]
    outputs = torch.tanh(torch.tensor(X) @ weights[0].T) @ weights[1].T
    loss = torch.nn.HuberLoss(delta=delta)(outputs, torch.tensor(T))
    loss.backward()
    expected = [
        float(weight.grad[target, source])
        for weight in weights
        for target in range(weight.shape[0])
        for source in range(weight.shape[1])
    ]
    gradients = [
        found.weights[source, target]
        for sources, targets in pairwise(layers)
        for target in targets
        for source in sources
    ]
    assert_close([found.loss], [loss.item()], 1e-14)
    assert_close(gradients, expected, 1e-14)


def test_all_programs_train_with_it(assert_close):
    found = {}
    for engine, program in (("graph", "auto"), ("compiled", "auto"), ("compiled", "arrays")):
        net = make()
        options = {"loss": {"huber": {"delta": 0.4}}, "optimizer": ns.SGD(0.1), "epochs": 30}
        ns.train(net, X, T, batch_size=4, engine=engine, program=program, **options)
        found[engine, program] = net.parameters()
    walked, *others = found.values()
    for other in others:
        assert_close(other, walked, 1e-12)


def test_its_name_says_the_option():
    loss = require_loss({"huber": {"delta": 2}})

    assert (loss.name, LOSSES["huber(delta=2)"]) == ("huber(delta=2)", loss)
    assert require_loss(loss) is loss
    assert require_loss({"huber": {"delta": 1.0}}) is LOSSES["huber"]


@pytest.mark.parametrize(
    ("loss", "expected"),
    [
        ({"huber": {"delta": 0}}, r"huber\(delta=\): got 0; expected a number > 0"),
        ({"huber": {"alpha": 1}}, "unknown option of huber 'alpha'"),
        ({"hinge": {"delta": 1}}, "loss 'hinge': got 'delta'; expected no options"),
        ({"huber": 2}, r"expected a name with options, such as {'huber': {'delta': 1.0}}"),
    ],
)
def test_what_is_no_option_is_refused(loss, expected):
    with pytest.raises(ns.NeurosimError, match=expected):
        ns.train(make(), X, T, loss=loss, optimizer=ns.SGD(0.1), epochs=1)
