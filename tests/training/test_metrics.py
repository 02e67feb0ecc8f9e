"""Metrics judge by what the targets mean; their numbers are scikit-learn's."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import NeurosimError
from neurosim.training.metrics import METRICS, accuracy, class_scores, count_classes
from neurosim.training.task_kind import TaskKind, decide_task_kind
from tests.each import each

AND_OR_NAND = [[0, 0, 1], [0, 1, 1], [0, 1, 1], [1, 1, 0]]


@each(
    ("targets", "n", "options", "name", "threshold"),
    [
        ([[1, 0], [0, 1]], 2, {}, "classes", None),
        ([[1, 0, 0], [0, 1, 0]], 3, {}, "labels", 0.5),  # no row of the third
        ([[1, 0, 0], [0, 1, 0]], 3, {"is_softmax": True}, "classes", None),
        ([[0.2, 0.8, 0], [0, 1, 0]], 3, {"is_softmax": True}, "classes", None),
        ([[0.5, 0.5, 0], [0, 1, 0]], 3, {"is_softmax": True}, "regression", None),
        ([[1, -1], [-1, 1]], 2, {}, "classes", None),
        ([0, 2, 1], 3, {}, "classes", None),
        (AND_OR_NAND, 3, {}, "labels", 0.5),
        ([[1, -1], [-1, -1]], 2, {}, "labels", 0.0),
        ([[0], [1]], 1, {}, "yes_no", 0.5),
        ([0, 1], 1, {}, "yes_no", 0.5),
        ([[-1], [1]], 1, {}, "yes_no", 0.0),
        ([[1], [1]], 1, {}, "yes_no", 0.5),
        ([[1], [1]], 1, {"loss": "hinge"}, "yes_no", 0.0),
        ([[1], [2]], 1, {}, "regression", None),
        ([[0.1], [0.9]], 1, {}, "regression", None),
        ([[1, 0], [0, 1]], 2, {"name": "labels"}, "labels", 0.5),
        ([[0], [1]], 1, {"name": "regression"}, "regression", None),
    ],
)
def test_the_kind_of_a_task_is_decided_from_all_targets(targets, n, options, name, threshold):
    kind = decide_task_kind(targets, n, **options)

    assert (kind.name, kind.threshold) == (name, threshold)


@pytest.mark.parametrize(
    ("targets", "n", "name", "message"),
    [
        ([[0.1], [1]], 1, "yes_no", r"T: row 0 is no target of the task 'yes_no', got \[0.1\]"),
        ([[0, 1]], 2, "yes_no", "task 'yes_no': got 2 outputs; expected one output"),
        ([[1, 1], [0, 1]], 2, "classes", "row 0 is no target of the task 'classes'"),
        ([[1]], 1, "lables", r"unknown task 'lables' \(did you mean 'labels'\?\)"),
        ([0, 3], 2, "classes", "got the class index 3; expected integers from 0 to 1"),
    ],
)
def test_a_kind_that_does_not_fit_the_targets_is_refused(targets, n, name, message):
    with pytest.raises(NeurosimError, match=message):
        decide_task_kind(targets, n, name=name)


def test_labels_are_right_where_all_of_a_row_are():
    outputs = np.array(AND_OR_NAND) * 0.8 + 0.1

    assert accuracy(outputs, AND_OR_NAND) == 1.0
    outputs[0, 0] = 0.6
    assert accuracy(outputs, AND_OR_NAND) == 0.75
    assert METRICS["label_accuracy"](outputs, AND_OR_NAND) == 11 / 12


def test_the_threshold_is_that_of_all_targets_not_of_the_rows_judged():
    kind = decide_task_kind([[1], [-1]], 1)

    assert accuracy([[0.3], [0.2]], [[1], [1]], task=kind) == 1.0


def test_accuracy_of_numbers_is_refused():
    with pytest.raises(NeurosimError, match=r"metric 'accuracy': got a task of regression .* r2"):
        accuracy([[2.0], [1.0]], [[1], [2]])


def test_probabilities_are_asked_for_by_log_loss():
    with pytest.raises(NeurosimError, match="expected probabilities, as of softmax or sigmoid"):
        METRICS["log_loss"]([[-0.5], [1]], [[0], [1]])


def test_a_probability_of_zero_costs_what_it_costs_in_scikit_learn():
    sk = pytest.importorskip("sklearn.metrics")

    found = METRICS["log_loss"]([[0.0], [1.0]], [[1], [1]])

    assert found == pytest.approx(sk.log_loss([1, 1], [0.0, 1.0], labels=[0, 1]), rel=1e-12)


def test_the_confusion_matrix_counts_rows_by_class():
    kind = TaskKind("yes_no", 1, 0.5)

    outputs, T = [[0.2], [0.9], [0.7]], [[0], [1], [0]]

    assert count_classes(outputs, T, kind).tolist() == [[1, 1], [0, 1]]
    assert class_scores(outputs, T, kind).precision.tolist() == [1.0, 0.5]


def _of_classes(rng, n):
    T = rng.integers(0, n - 1, 40)  # the last class has no row
    outputs = rng.random((40, n))
    return outputs / outputs.sum(1, keepdims=True), T


@pytest.mark.parametrize("seed", range(5))
def test_metrics_of_classes_are_those_of_scikit_learn(seed):
    sk = pytest.importorskip("sklearn.metrics")
    outputs, T = _of_classes(np.random.default_rng(seed), 4)
    given, kind = outputs.argmax(1), TaskKind("classes", 4)
    macro = {"average": "macro", "zero_division": 0}
    expected = {
        "accuracy": sk.accuracy_score(T, given),
        "balanced_accuracy": np.mean([(given == k)[k == T].mean() for k in range(3)]),
        "precision": sk.precision_score(T, given, **macro),
        "recall": sk.recall_score(T, given, **macro),
        "f1": sk.f1_score(T, given, **macro),
        "log_loss": sk.log_loss(T, outputs, labels=range(4)),
        "brier": np.square(outputs - np.eye(4)[T]).sum(1).mean(),
    }

    for name, value in expected.items():
        assert METRICS[name](outputs, T, task=kind) == pytest.approx(value, rel=1e-12), name
    assert (count_classes(outputs, T, kind) == sk.confusion_matrix(T, given, labels=range(4))).all()


@pytest.mark.parametrize("seed", range(5))
def test_metrics_of_yes_or_no_are_those_of_scikit_learn(seed):
    sk = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(seed)
    outputs, T = rng.random((30, 1)), rng.integers(0, 2, 30)
    given = outputs[:, 0] > 0.5
    expected = {
        "accuracy": sk.accuracy_score(T, given),
        "balanced_accuracy": sk.balanced_accuracy_score(T, given),
        "precision": sk.precision_score(T, given),
        "recall": sk.recall_score(T, given),
        "f1": sk.f1_score(T, given),
        "log_loss": sk.log_loss(T, outputs[:, 0]),
        "brier": sk.brier_score_loss(T, outputs[:, 0]),
    }

    for name, value in expected.items():
        assert METRICS[name](outputs, T) == pytest.approx(value, rel=1e-12), name


@pytest.mark.parametrize("seed", range(5))
def test_metrics_of_labels_are_those_of_scikit_learn(seed):
    sk = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(seed)
    outputs, T = rng.random((30, 3)), rng.integers(0, 2, (30, 3))
    given = (outputs > 0.5).astype(int)
    macro = {"average": "macro", "zero_division": 0}
    expected = {
        "accuracy": sk.accuracy_score(T, given),
        "label_accuracy": 1 - sk.hamming_loss(T, given),
        "precision": sk.precision_score(T, given, **macro),
        "recall": sk.recall_score(T, given, **macro),
        "f1": sk.f1_score(T, given, **macro),
    }

    for name, value in expected.items():
        assert METRICS[name](outputs, T) == pytest.approx(value, rel=1e-12), name


@pytest.mark.parametrize("seed", range(5))
def test_metrics_of_numbers_are_those_of_scikit_learn(seed):
    sk = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(seed)
    T = rng.normal(size=(20, 2))
    outputs = T + rng.normal(size=(20, 2))
    expected = {
        "r2": sk.r2_score(T, outputs),
        "mae": sk.mean_absolute_error(T, outputs),
        "rmse": np.sqrt(sk.mean_squared_error(T, outputs, multioutput="raw_values")).mean(),
        "mean_absolute_difference": sk.mean_absolute_error(T, outputs),
    }

    for name, value in expected.items():
        assert METRICS[name](outputs, T) == pytest.approx(value, rel=1e-12), name


def test_r2_of_targets_that_do_not_vary_is_one_or_zero():
    assert METRICS["r2"]([[2.0], [2.0]], [[2], [2]]) == 1.0
    assert METRICS["r2"]([[2.0], [3.0]], [[2], [2]]) == 0.0


def test_mean_absolute_difference_is_another_name_of_mae(make_line, engine):
    names = ["mae", "mean_absolute_difference"]
    X, T = [[0.0], [1.0], [3.0]], [[1.0], [2.5], [7.0]]

    history = ns.train(
        make_line(), X, T, optimizer=ns.SGD(0.1), epochs=5, metrics=names, engine=engine
    )

    assert history.metrics["mae"] == history.metrics["mean_absolute_difference"]
    assert len(set(history.metrics["mae"])) == 5
    for task in ("regression", "yes_no"):
        pair = [METRICS[name]([[0.25], [1.0]], [[0], [1]], task=task) for name in names]
        assert pair == [0.125, 0.125]


def test_a_metric_of_a_user_that_gives_no_number_is_refused(net, data):
    def verdict(_outputs, _targets):
        return "fine"

    options = {"optimizer": ns.SGD(0.1), "epochs": 2, "metrics": [verdict]}
    try:
        with pytest.raises(NeurosimError, match="metric 'verdict': got 'fine'; expected a number"):
            ns.train(net, *data, **options)
    finally:
        ns.unregister_metric("verdict")
