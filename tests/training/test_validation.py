"""What is measured besides the loss: validation rows, metrics."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import NeurosimError
from neurosim.training import accuracy, evaluate_loss
from tests.each import each

X, T = [[1.0], [2.0], [3.0]], [[1.0], [1.0], [1.0]]
RATE = ns.SGD(0.1)


def test_validation_rows_are_measured_after_the_update_and_learn_nothing(
    make_line, engine, assert_close
):
    watched, alone = make_line(), make_line()
    options = {"optimizer": RATE, "epochs": 2, "engine": engine}

    with_rows = ns.train(watched, X, T, validation=([[1.0], [10.0]], [[0.0], [0.0]]), **options)
    without = ns.train(alone, X, T, **options)

    weights = np.array([0.2, 0.2 + 0.32 / 3])
    assert_close(with_rows.validation_loss, (weights**2 + (10 * weights) ** 2) / 4, 1e-14)
    assert with_rows.loss == without.loss
    assert watched.parameters().tobytes() == alone.parameters().tobytes()


def test_the_validation_loss_has_the_reduction_of_the_training(line, engine, assert_close):
    history = ns.train(
        line, X, T, optimizer=RATE, epochs=1, reduction="sum", engine=engine,
        validation=([[1.0], [10.0]], [[0.0], [0.0]]),
    )  # fmt: skip

    assert_close(history.validation_loss, [(0.36 + 36.0) / 2], 1e-14)


def test_metrics_are_of_the_validation_rows_where_there_are_any(line, engine):
    options = {"optimizer": RATE, "engine": engine, "metrics": ["accuracy"], "epochs": 1}
    far = [[100.0]], [[0.0]]

    of_training = ns.train(line, X, T, **options)  # w = .2: the outputs .2, .4, .6 for 1, 1, 1
    line.reset()
    (epoch,) = ns.epochs(line, X, T, validation=far, **options)

    assert of_training.metrics == {"accuracy": (1 / 3,)}
    assert epoch.metrics == {"accuracy": 0.0}
    assert str(epoch) == "epoch 0: loss 0.5, validation loss 200, validation accuracy 0"


@each(
    ("outputs", "targets", "expected"),
    [
        ([[0.2], [0.9], [0.6], [0.5]], [[0], [1], [0], [0]], 0.75),
        ([[-0.2], [0.9]], [[-1], [1]], 1.0),
        ([[0.2], [0.9]], [[-1], [1]], 0.5),  # the middle of -1 and 1 is 0
        ([[0.1, 0.7, 0.2], [0.5, 0.3, 0.2]], [[0, 1, 0], [0, 0, 1]], 0.5),
        ([[0.1, 0.7, 0.2], [0.5, 0.3, 0.2]], [1, 0], 1.0),
        ([[0.1, 0.7], [0.5, 0.3]], [[1], [1]], 0.5),
    ],
)
def test_accuracy_is_the_share_of_rows_in_the_right_class(outputs, targets, expected):
    assert accuracy(outputs, targets) == expected


def test_accuracy_of_other_numbers_of_rows_is_refused():
    with pytest.raises(NeurosimError, match=r"outputs: got \(2, 1\) for T \(3, 1\)"):
        accuracy([[1], [0]], [[1], [0], [1]])


def test_a_loss_is_evaluated_without_learning(line, engine):
    value = evaluate_loss(line, X, T, engine=engine, reduction="sum")

    assert value == 1.5
    assert line["x1", "o1"].weight == 0.0


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"validation": 3}, "validation: got 3; expected a pair (X, T)"),
        ({"validation": ([[1.0, 2.0]], [[0.0]])}, "X: got (1, 2); expected (B, 1)"),
        ({"validation": ([[1.0]], [[0.0], [1.0]])}, "T: got (2, 1); expected (1, 1)"),
        ({"metrics": "accuracy"}, "metrics: got 'accuracy'; expected a list of names"),
        ({"metrics": ["acuracy"]}, "unknown metric 'acuracy' (did you mean 'accuracy'?)"),
    ],
)
def test_what_cannot_be_measured_is_refused_before_anything_is_learned(
    line, engine, options, words
):
    with pytest.raises(NeurosimError) as caught:
        ns.train(line, X, T, optimizer=RATE, epochs=1, engine=engine, **options)

    assert words in str(caught.value)
    assert line["x1", "o1"].weight == 0.0
