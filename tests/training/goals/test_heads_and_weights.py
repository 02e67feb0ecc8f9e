"""Heads, weights of rows and classes, and missing targets: by hand, and what is refused."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import GraphError, InvalidValueError, NeurosimError
from neurosim.training import evaluate_loss
from neurosim.training.engines.graph import batch_steps
from neurosim.training.state import start_state
from neurosim.training.task import make_task
from tests.each import each

NAN = float("nan")


def line(activation="identity"):
    """One input, one output, a = w x."""
    net = ns.Network("line", seed=1)
    net.add_layer("x", 1), net.add_layer("o", 1, activation=activation, bias=None)
    net.connect("x", "o", weight=0.5)
    return net


def fork():
    net = ns.Network("fork", seed=1)
    net.add_layer("x", 2), net.add_layer("o", 3, activation="softmax"), net.add_layer("y", 2)
    net.connect("x", "o"), net.connect("x", "y")
    net.outputs = [*net.layer("o").neurons, *net.layer("y").neurons]
    return net


def test_weights_of_rows_divide_by_their_sum(engine):
    net = line()

    found = ns.loss_and_gradients(
        net, [[2.0], [4.0]], [[2.0], [0.0]], loss="squared_error", weights=[3, 1], engine=engine
    )

    assert found.loss == (3 * 1.0 + 1 * 4.0) / 4  # a = 1, 2
    assert found.weights["x1", "o1"] == (3 * 2 * (1 - 2) * 2 + 2 * (2 - 0) * 4) / 4


def test_a_sum_divides_by_nothing(engine):
    found = ns.loss_and_gradients(
        line(), [[2.0], [4.0]], [[2.0], [0.0]], loss="squared_error", reduction="sum",
        weights=[3, 1], engine=engine,
    )  # fmt: skip

    assert found.loss == 3 * 1.0 + 1 * 4.0


def test_the_deltas_of_a_softmax_are_weighted_as_its_targets_are(engine):
    net = fork()
    net.outputs = net.layer("o").neurons
    net.load_parameters(0.0 * net.parameters())

    found = ns.loss_and_gradients(
        net, [[0.0, 0.0]] * 2, [0, 2], loss="cross_entropy", reduction="sum", weights=[4, 0.5],
        engine=engine,
    )  # fmt: skip

    expected = [4.5 / 3 - 4, 4.5 / 3, 4.5 / 3 - 0.5]
    assert [found.biases[f"o{k}"] for k in (1, 2, 3)] == pytest.approx(expected, abs=1e-15)
    assert found.loss == pytest.approx(4.5 * np.log(3))


def test_each_batch_divides_by_its_own_sum(engine):
    net = line()

    history = ns.train(
        net, [[2.0], [4.0]], [[2.0], [0.0]], optimizer=ns.SGD(0.25), epochs=1, batch_size=1,
        loss="squared_error", weights=[3, 0.5], engine=engine,
    )  # fmt: skip

    # w = .5 - .25*2*(1 - 2)*2 = 1.5; a = 6: w = 1.5 - .25*2*6*4
    assert net["x1", "o1"].weight == -10.5
    assert history.loss == ((1.0 + 36.0) / 2,)


def test_missing_targets_add_nothing(engine):
    net = line()

    history = ns.train(
        net, [[2.0], [4.0], [1.0]], [[2.0], [NAN], [NAN]], optimizer=ns.SGD(0.25), epochs=1,
        batch_size=2, loss="squared_error", missing_targets="ignore", engine=engine,
    )  # fmt: skip

    assert net["x1", "o1"].weight == 0.5 - 0.25 * 2 * (1 - 2) * 2  # the second batch has none
    assert history.loss == (2 / 3,)  # 1, of a batch of two rows, and 0, of one


def test_a_missing_target_beside_an_infinite_output_adds_nothing(engine):
    net = line()

    found = evaluate_loss(
        net, [[1.7e308], [2.0]], [[NAN], [2.0]], loss="squared_error", missing_targets="ignore",
        engine=engine,
    )  # fmt: skip

    assert found == 1.0


def test_balanced_weights_are_those_of_scikit_learn():
    sklearn = pytest.importorskip("sklearn.utils.class_weight")
    labels = np.array([0, 0, 0, 0, 2, 2, 1])
    expected = sklearn.compute_class_weight("balanced", classes=np.arange(3), y=labels)
    net = fork()
    net.outputs = net.layer("o").neurons

    task = make_task(
        net, np.zeros((7, 2)), labels, loss="cross_entropy", class_weight="balanced",
        reduction="sum",
    )  # fmt: skip

    assert task.goals().factors[:, 0].tolist() == expected[labels].tolist()


def test_classes_are_weighed_by_the_names_of_the_data():
    net = fork()
    net.outputs = net.layer("o").neurons
    net.set_classes(["3", "ash", "oak"])

    task = make_task(
        net, np.zeros((3, 2)), [0, 1, 2], loss="cross_entropy", class_weight={3: 5, "oak": 0.5},
        reduction="sum",
    )  # fmt: skip

    assert task.goals().factors[:, 0].tolist() == [5.0, 1.0, 0.5]


def test_yes_and_no_may_be_signs():
    task = make_task(
        line(), [[0], [0]], [[-1], [1]], loss="hinge", class_weight={-1: 2, 1: 3}, reduction="sum"
    )

    assert task.goals().factors.ravel().tolist() == [2.0, 3.0]


def test_validation_has_the_weights_of_the_training_classes():
    net = line("sigmoid")
    net["x1", "o1"].weight = 0.0
    rows = [[0.0]] * 4, [[0], [0], [0], [1]]

    history = ns.train(
        net, *rows, loss="binary_cross_entropy", class_weight="balanced", reduction="sum",
        optimizer=ns.SGD(0.0), epochs=1, validation=([[0.0]], [[1]]),
    )  # fmt: skip

    assert history.validation_loss[0] == pytest.approx(2 * np.log(2))  # 4 / (2 * 1)


def test_validation_rows_may_have_weights():
    history = ns.train(
        line(), [[0.0]], [[0.0]], optimizer=ns.SGD(0.0), epochs=1, loss="squared_error",
        validation=([[0.0], [0.0]], [[1.0], [2.0]], [1, 3]),
    )  # fmt: skip

    assert history.validation_loss == ((1 + 3 * 4) / 4,)


def test_smoothed_labels_are_of_the_loss_alone():
    net = line("sigmoid")
    net["x1", "o1"].weight = 0.0

    history = ns.train(
        net, [[0.0], [0.0]], [[0], [1]], loss="binary_cross_entropy", label_smoothing=0.2,
        optimizer=ns.SGD(0.0), epochs=1, metrics=["accuracy"],
    )  # fmt: skip

    assert history.metrics["accuracy"] == (0.5,)
    assert make_task(
        net, [[0.0], [0.0]], [[0], [1]], loss="binary_cross_entropy", label_smoothing=0.2
    ).goals().T.ravel().tolist() == [0.1, 0.9]


def test_without_these_options_no_term_has_a_factor():
    task = make_task(line(), [[0.0]], [[1.0]])

    assert task.goals() == (task.T, None)


def test_steps_show_the_factors():
    net = fork()
    heads = [
        {"outputs": "o", "loss": "cross_entropy", "class_weight": {"o1": 2}},
        {"outputs": "y", "loss": "huber", "weight": 0.5},
    ]
    net.load_parameters(np.zeros(len(net.parameters())))
    task = make_task(net, [[0, 0]], [[1, 0, 0, 3, 0.5]], heads=heads, reduction="sum")
    state = start_state(task, 0)

    texts = [str(step) for step in batch_steps(task, state, state.memory.copy())]

    loss = "cross_entropy([0, 0, 0], [2, 0, 0]) + (0.5*(huber(3 - 0)) + 0.5*(huber(0.5 - 0)))/2"
    assert f"L = {loss} = 2.85347" in texts
    assert "delta(o1) = 0.333333*2 - 2 = -1.33333" in texts
    assert "delta(o2) = 0.333333*2 - 0 = 0.666667" in texts
    assert "dL/dy1 = 0.5*(clip(0 - 3, -1, 1))/2 = -0.25" in texts


@each(
    ("options", "words"),
    [
        ({"weights": [1, 2]}, "weights: got (2,); expected (3,), one for each row"),
        ({"weights": [1, -2, 0]}, "weights: got -2.0 in row 1; expected numbers >= 0"),
        ({"weights": [0, 0, 0]}, "weights: got 0 for each row; expected one above"),
        ({"class_weight": "balance"}, "class_weight: unknown rule 'balance' (did you mean 'bal"),
        ({"class_weight": {0: 1}}, "class_weight: got targets of the kind regression; expected"),
        ({"class_weight": {0: -1}}, "class_weight: 0: got -1; expected a number >= 0"),
        ({"label_smoothing": 0.1}, "label_smoothing: got 0.1 for half_squared_error; expected"),
        ({"label_smoothing": 1}, "label_smoothing: got 1.0; expected a number >= 0 and < 1"),
        ({"missing_targets": "drop"}, "unknown rule of missing targets 'drop'"),
        ({"heads": [{"outputs": "o"}]}, "heads[0]: no loss, got {'outputs': 'o'}; expected it"),
        ({"heads": []}, "heads: got none; expected at least one, or the option loss"),
        ({"heads": [{"output": "o", "loss": "huber"}]}, "heads[0]: unknown key 'output' (did you"),
        (
            {"heads": [{"outputs": "p", "loss": "huber"}]},
            "heads[0]: no output 'p'; expected one of o, o1",
        ),
        (
            {"heads": [{"outputs": ["o", "o1"], "loss": "huber"}]},
            "heads[0]: output 'o1' is in the same head twice; expected it once",
        ),
        (
            {"heads": [{"outputs": "o", "loss": "huber"}], "loss": "hinge"},
            "loss: got 'hinge' beside heads; expected one of the two",
        ),
    ],
)
def test_what_is_wrong_is_refused(options, words):
    with pytest.raises(NeurosimError) as caught:
        make_task(line(), [[0.0], [1.0], [2.0]], [[0.0], [0.5], [2.5]], **options)

    assert words in str(caught.value)


def test_an_output_without_head_is_refused():
    with pytest.raises(GraphError, match="heads: got none for y1, y2; expected one for each"):
        make_task(fork(), [[0, 0]], [[1, 0, 0, 1, 1]], heads=[{"outputs": "o", "loss": "huber"}])


def test_cross_entropy_of_a_part_of_a_layer_is_refused():
    heads = [
        {"outputs": ["o1", "o2"], "loss": "cross_entropy"},
        {"outputs": ["o3", "y"], "loss": "huber"},
    ]
    with pytest.raises(GraphError, match="expected one softmax layer as the outputs of its head"):
        make_task(fork(), [[0, 0]], [[1, 0, 0, 1, 1]], heads=heads)


def test_a_missing_target_is_refused_unless_asked_for():
    with pytest.raises(InvalidValueError, match="or missing_targets='ignore', by which"):
        make_task(line(), [[0.0], [1.0]], [[0.0], [NAN]])
    with pytest.raises(InvalidValueError, match="T: got 2 missing targets; expected one"):
        make_task(line(), [[0.0], [1.0]], [[NAN], [NAN]], missing_targets="ignore")
