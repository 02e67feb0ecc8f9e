"""The law of the house: a network means the same as objects and as matrices.

Compared here without `neurosim.agree`, so that an error in what compares would be seen too.
"""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import neurosim as ns
from tests.examples import examples

OPTIMIZERS = [
    ns.SGD(0.05),
    ns.SGD(0.02, momentum=0.9, nesterov=True),
    ns.RMSprop(0.01),
    ns.Adagrad(0.05),
    ns.Adam(0.01),
    ns.AdamW(0.01, weight_decay=0.1),
    ns.Adamax(0.01),
    ns.NAdam(0.01),
    ns.SklearnAdam(0.01),
    ns.KerasAdam(0.01),
    ns.Adadelta(0.5),
    ns.Rprop(0.01),
]


def check_case(case, assert_close):
    options = {"loss": case.loss, "reduction": case.reduction}

    walked = np.array([case.network.forward(row) for row in case.X])
    graph = ns.loss_and_gradients(case.network, case.X, case.T, engine="graph", **options)
    compiled = ns.loss_and_gradients(case.network, case.X, case.T, engine="compiled", **options)

    assert_close(ns.compile_network(case.network).forward(case.X), walked, 1e-12)
    assert_close(compiled.loss, graph.loss, 1e-12)
    assert_close(compiled.vector, graph.vector, 1e-12)
    assert list(compiled.weights) == list(graph.weights)
    assert list(compiled.biases) == list(graph.biases)


@given(data=st.data())
def test_outputs_loss_and_every_gradient_agree_on_100_random_graphs(data, cases, assert_close):
    check_case(data.draw(cases()), assert_close)


@pytest.mark.slow
@examples(1000)
@given(data=st.data())
def test_outputs_loss_and_every_gradient_agree_on_1000_random_graphs(data, cases, assert_close):
    check_case(data.draw(cases()), assert_close)


@examples(40)
@given(data=st.data())
def test_what_is_learned_agrees(data, cases, smooth, assert_close):
    smooth_losses = ("half_squared_error", "squared_error", "mean_squared_error", "cross_entropy")
    case = data.draw(cases(activations=smooth, losses=smooth_losses))
    options = {
        "loss": case.loss,
        "reduction": case.reduction,
        "optimizer": data.draw(st.sampled_from(OPTIMIZERS[:2])),
        "batch_size": data.draw(st.sampled_from([None, 1, 4])),
        "shuffle": data.draw(st.booleans()),
        "penalty": data.draw(st.sampled_from([None, {"l2": 0.1}])),
        "epochs": 3,
        "seed": 5,
    }
    outputs = case.network.outputs
    assume(len(outputs) > 1 or outputs[0].activation != "softmax")  # always 1: it is refused
    twin = case.network.copy()
    if case.reduction == "sum":
        options["optimizer"] = ns.SGD(0.001)  # thirty times the gradient

    graph = ns.train(case.network, case.X, case.T, engine="graph", **options)
    compiled = ns.train(twin, case.X, case.T, engine="compiled", **options)

    assert_close(compiled.loss, graph.loss, 1e-10)
    assert_close(twin.parameters(), case.network.parameters(), 1e-10)


@pytest.mark.quick("sgd", "adam-")
@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda o: f"{o.name}-{o.learning_rate}")
def test_every_optimizer_learns_the_same_on_both_engines(optimizer, assert_close):
    rng = np.random.default_rng(1)
    net = ns.Network("3-4-2", seed=3)
    net.add_layer("x", 3)
    net.add_layer("h", 4, activation="tanh", bias=0.1)
    net.add_layer("o", 2, activation="sigmoid", bias=-0.1)
    net.connect("x", "h")
    net.connect("h", "o")
    net.connect("x", "o")
    X, T = rng.normal(size=(10, 3)), rng.random((10, 2))
    twin = net.copy()

    ns.train(net, X, T, optimizer=optimizer, epochs=20, batch_size=4, engine="graph")
    ns.train(twin, X, T, optimizer=optimizer, epochs=20, batch_size=4, engine="compiled")

    assert_close(twin.parameters(), net.parameters(), 1e-10)
