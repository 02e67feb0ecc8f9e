"""Training in raw numbers: the loss is of inner ones, dL/dX of raw ones, outputs are raw."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import NeurosimError
from neurosim.training import evaluate_loss

X = np.array([[1000.0, 1.0], [2000.0, 3.0], [2500.0, 2.0], [4000.0, 5.0]])
T = np.array([[17000.0], [21000.0], [26000.0], [35000.0]])
OPTIONS = {"optimizer": ns.SGD(0.1), "batch_size": 2}


def network():
    net = ns.Network("prices", seed=3)
    net.add_layer("x", 2)
    net.add_layer("h", 3, activation="tanh")
    net.add_layer("y", 1)
    net.connect("x", "h")
    net.connect("h", "y")
    return net


@pytest.fixture
def scaled():
    net = network()
    net.scale_inputs(X)
    net.scale_outputs(T, "minmax")
    return net


def inner():
    """The same rows, scaled by hand."""
    low, high = T.min(), T.max()
    return (X - X.mean(0)) / X.std(0), (T - low) / (high - low)


def test_a_scaled_network_learns_what_scaled_rows_teach(scaled, engine):
    plain = network()

    history = ns.train(scaled, X, T, epochs=50, engine=engine, **OPTIONS)
    expected = ns.train(plain, *inner(), epochs=50, engine=engine, **OPTIONS)

    assert history.loss == expected.loss
    assert scaled.parameters().tobytes() == plain.parameters().tobytes()
    low, high = T.min(), T.max()
    assert (scaled.predict(X) == low + (high - low) * plain.predict(inner()[0])).all()


def test_both_engines_say_the_same(scaled):
    assert ns.agree(scaled, X, T, updates=20, **OPTIONS).passed


def test_the_loss_is_of_inner_numbers(scaled, engine):
    value = evaluate_loss(scaled, X, T, engine=engine)

    assert value == pytest.approx(evaluate_loss(network(), *inner(), engine=engine), rel=1e-14)


def test_the_gradient_by_inputs_is_by_raw_numbers(scaled, engine):
    training = ns.Training(scaled, X, T, engine=engine, **OPTIONS)

    _, _, by_X = training.loss_and_gradient(inputs=True)

    for place in np.ndindex(X.shape):
        step = np.zeros_like(X)
        step[place] = 1e-4 * X[place]
        up, down = (training.loss_and_gradient(X=X + s, T=T)[0] for s in (step, -step))
        assert by_X[place] == pytest.approx((up - down) / (2 * step[place]), rel=1e-6)


def test_metrics_and_validation_are_of_raw_numbers(scaled, engine):
    history = ns.train(
        scaled, X, T, epochs=3, engine=engine, metrics=["mae"], validation=(X, T), **OPTIONS
    )

    assert history.metrics["mae"][-1] == pytest.approx(np.abs(scaled.predict(X) - T).mean())
    assert history.validation_loss[-1] == pytest.approx(evaluate_loss(scaled, X, T), rel=1e-12)


def test_a_scaling_that_changes_ends_a_training(scaled):
    training = ns.Training(scaled, X, T, **OPTIONS)
    scaled.scale_inputs(X, "minmax")

    with pytest.raises(NeurosimError, match="changed during training"):
        training.advance(epochs=1)


def test_losses_of_classes_ask_for_outputs_without_scaling():
    net = ns.Network()
    net.add_layer("x", 1)
    net.add_layer("o", 1, activation="sigmoid")
    net.connect("x", "o")
    net.set_scaling("o1", ns.Scaling(0, 2))

    with pytest.raises(NeurosimError, match=r"'binary_cross_entropy': .* got scaled outputs"):
        ns.train(net, [[1]], [[1]], loss="binary_cross_entropy", epochs=1, optimizer=ns.SGD(0.1))


def test_every_kind_of_program_takes_raw_rows(scaled, kind):
    from neurosim.training.engines.compiled import CompiledEngine
    from neurosim.training.task import make_task

    task = make_task(scaled, X, T)
    made = CompiledEngine(task, kind)

    assert made.loss(scaled.parameters(), X, T) == pytest.approx(evaluate_loss(scaled, X, T))
    assert made.outputs(scaled.parameters(), X) == pytest.approx(scaled.predict(X), rel=1e-14)
