"""The perceptron rule: outputs of step learn by y - t, as scikit-learn's ``Perceptron`` does."""

import re

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import GraphError, InvalidValueError
from neurosim.kernel.library import why_no_kernel
from tests.each import each

ROWS = [[0, 0], [0, 1], [1, 0], [1, 1]]
AND, OR, XOR = [0, 0, 0, 1], [0, 1, 1, 1], [0, 1, 1, 0]


def perceptron(n_in=2, n_out=1, hidden=0):
    net = ns.Network("perceptron", seed=3)
    net.add_layer("x", n_in)
    if hidden:
        net.add_layer("h", hidden, activation="tanh")
        net.connect("x", "h")
    net.add_layer("o", n_out, activation="step")
    net.connect("h" if hidden else "x", "o")
    return net


def from_zero():
    net = perceptron()
    net.load_parameters(np.zeros(3))
    return net


def train(net, X, T, engine="compiled", **options):
    given = {"optimizer": "perceptron", "batch_size": 1, "epochs": 20, **options}
    return ns.train(net, X, T, engine=engine, **given)


def test_and_goes_by_the_corrections_worked_out_by_hand(engine):
    options = {"optimizer": "perceptron", "batch_size": 1, "engine": engine}
    training, found = ns.Training(from_zero(), ROWS, AND, **options), []

    for _ in range(6):
        (loss,) = training.advance(epochs=1)
        found.append((*training.state.parameters.tolist(), loss * 4))

    # w1, w2, b, and half of the rows that were wrong on the way, see scenarios/perceptron-and.yaml
    assert found == [
        (1, 1, 0, 1.0), (2, 1, -1, 1.5), (2, 1, -2, 1.5), (2, 2, -2, 1.0), (2, 1, -3, 0.5),
        (2, 1, -3, 0.0),
    ]  # fmt: skip


@each(("gate", "is_learned"), [(AND, True), (OR, True), (XOR, False)])
def test_it_learns_what_a_line_divides_and_swings_for_ever_where_none_does(
    engine, gate, is_learned
):
    net = from_zero()

    history = train(net, ROWS, gate, engine, epochs=60)

    assert (history.loss[-1] == 0.0) is is_learned
    assert (net.predict(ROWS).ravel().tolist() == gate) is is_learned
    if not is_learned:
        assert set(history.loss[4:]) == {0.5}  # each row is answered wrongly, epoch by epoch


def test_one_epoch_is_that_of_scikit_learn(engine, assert_close):
    linear_model = pytest.importorskip("sklearn.linear_model")
    rng = np.random.default_rng(0)
    X, t = rng.normal(size=(60, 5)), rng.integers(0, 2, 60)
    net = perceptron(5)
    start = net.parameters()
    peer = linear_model.Perceptron(
        eta0=0.3, shuffle=False, max_iter=1, tol=None, alpha=0.0, penalty=None
    )

    net.load_parameters(start)
    weights = np.array([net[f"x{i + 1}", "o1"].weight for i in range(5)])
    peer.fit(X, t, coef_init=weights.reshape(1, -1), intercept_init=[net["o1"].bias])
    train(net, X, t, engine, optimizer=ns.Perceptron(0.3), epochs=1)

    ours = [*(net[f"x{i + 1}", "o1"].weight for i in range(5)), net["o1"].bias]
    assert (net.parameters() != start).all()
    assert_close(np.array(ours), np.append(peer.coef_, peer.intercept_), 1e-12)


@pytest.mark.quick("4")
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"batch_size": 7, "reduction": "sum", "shuffle": True},
        {"penalty": {"l1": 0.01, "l2": 0.1}, "schedule": {"exponential": {"factor": 0.9}}},
        {"weights": np.linspace(0.5, 2.0, 40), "clip": {"norm": 0.5}, "rates": {"o2": 0.1}},
        {"input_noise": 0.1, "batch_size": 5},
        {"heads": [{"outputs": "o1", "loss": "half_squared_error", "weight": 0.5},
                   {"outputs": ["o2", "o3"], "loss": "half_squared_error"}]},
    ],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("hidden", [0, 4])
def test_all_engines_agree(options, hidden, assert_close):
    rng = np.random.default_rng(1)
    X, T = rng.normal(size=(40, 4)), rng.integers(0, 2, (40, 3))
    walked = perceptron(4, 3, hidden)
    if hidden:
        walked.freeze("h")
    arrays, kernel, start = walked.copy(), walked.copy(), walked.parameters()

    slow = train(walked, X, T, "graph", optimizer=ns.Perceptron(0.2), epochs=3, **options)
    fast = train(arrays, X, T, optimizer=ns.Perceptron(0.2), epochs=3, program="arrays", **options)

    assert (walked.parameters() != start).any()
    assert_close(arrays.parameters(), walked.parameters(), 1e-12)
    assert_close(np.array(fast.loss), np.array(slow.loss), 1e-12)
    if why_no_kernel() is None:
        ran = train(
            kernel, X, T, optimizer=ns.Perceptron(0.2), epochs=3, program="kernel", **options
        )
        assert (kernel.parameters() == walked.parameters()).all()
        assert ran.loss == slow.loss


@pytest.mark.quick("compiled")
def test_what_is_fixed_may_be_hidden(engine):
    net = perceptron(2, 1, hidden=6)
    net.freeze("h")

    history = train(net, ROWS, XOR, engine, epochs=400)

    assert history.loss[-1] == 0.0


def test_steps_and_explanations_say_the_rule():
    session = ns.debug(from_zero(), ROWS, AND, optimizer="perceptron", epochs=2, batch_size=1)

    texts = [str(session.step()) for _ in range(13)]

    assert texts[5:] == [
        "o1 = step(0) = 1",
        "L = (0 - step(0))^2/2 = 0.5",
        "delta(o1) = 1 - 0 = 1",
        "dL/dw(x1->o1) = 0*1 = 0",
        "dL/dw(x2->o1) = 0*1 = 0",
        "dL/db(o1) = delta(o1) = 1",
        "w(x1->o1) = 0 + 0 (perceptron, g = 0) = 0",
        "w(x2->o1) = 0 + 0 (perceptron, g = 0) = 0",
    ]  # fmt: skip
    told = str(session.explain("o1"))
    assert "delta(o1) = 1 - 0 = 1" in told
    assert "no slope" not in told


@pytest.mark.parametrize("loss", ["hinge", "mean_squared_error", "squared_error"])
def test_another_loss_is_refused(loss):
    words = f"loss: got {loss!r} beside optimizer 'perceptron'"
    with pytest.raises(InvalidValueError, match=words):
        train(perceptron(), ROWS, AND, loss=loss)


def test_targets_of_minus_one_are_refused():
    words = r"got [-1.0] in row 0; expected targets 0 or 1 of step outputs"
    with pytest.raises(InvalidValueError, match=re.escape(words)):
        train(perceptron(), ROWS, [-1, -1, -1, 1])


def test_a_hidden_neuron_that_would_learn_is_refused():
    words = "neuron 'h1': the perceptron rule trains outputs of 'step' alone.*freeze it"
    with pytest.raises(GraphError, match=words):
        train(perceptron(hidden=2), ROWS, AND)


def test_an_output_of_another_activation_is_refused():
    net = perceptron()
    net["o1"].activation = "sigmoid"
    with pytest.raises(GraphError, match="got an output of 'sigmoid'"):
        train(net, ROWS, AND)


def test_another_optimizer_still_finds_no_slope_and_names_this_one():
    with pytest.raises(GraphError, match=r"'step' has no slope.*optimizer 'perceptron'"):
        train(perceptron(), ROWS, AND, optimizer=ns.SGD(0.1))


def test_a_session_refuses_to_go_on_where_a_hidden_neuron_is_unfrozen():
    net = perceptron(hidden=2)
    net.freeze("h")
    training = ns.Training(net, ROWS, AND, optimizer="perceptron", batch_size=1)
    training.advance(epochs=1)

    with pytest.raises(GraphError, match="the perceptron rule trains outputs of 'step' alone"):
        training.after(lambda network: network.unfreeze("h"))
