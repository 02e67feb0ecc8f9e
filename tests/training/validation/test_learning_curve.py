"""Learning curves: copies trained on parts of the rows, as one would train them by hand."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.drawing.pictures import PICTURES
from neurosim.errors import InvalidValueError, UnknownNameError, WrongTypeError

OPTIONS = {"loss": "cross_entropy", "optimizer": ns.Adam(0.05), "epochs": 20, "seed": 3}
Y = np.arange(30) % 3
X = np.random.default_rng(0).normal(size=(30, 2)) * [1, 50] + Y[:, None] * [2, 1]


@pytest.fixture
def classifier():
    net = ns.Network(seed=2)
    net.add_layer("x", 2)
    net.add_layer("o", 3, activation="softmax")
    net.connect("x", "o")
    return net


@pytest.mark.quick("compiled")
def test_the_last_size_is_cross_validation(classifier, engine):
    options = {**OPTIONS, "metrics": ["accuracy"], "scale": "standard", "engine": engine}

    curve = ns.learning_curve(classifier, X, Y, sizes=[0.5, 1], folds=3, **options)

    folds = ns.cross_validate(classifier, X, Y, folds=3, **options)
    assert curve.sizes == (10, 20)
    assert curve.held_out["loss"][-1] == folds.loss
    assert curve.held_out["accuracy"][-1] == folds.metrics["accuracy"]


def test_parts_keep_the_classes_and_the_scaling_is_theirs(classifier):
    curve = ns.learning_curve(
        classifier, X, Y, sizes=[0.15, 0.5], folds=2, scale="minmax", metrics=["recall"], **OPTIONS
    )

    # 2 and 7 of 15 rows: a class more or less
    assert curve.sizes == (2, 7)
    assert curve.training["recall"][1].least > 0
    assert set(curve.to_dict()) == {"sizes", "training", "held_out"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sizes": [0.0]}, r"sizes\[0\]: got 0.0; expected a share"),
        ({"sizes": [0.5, 1.5]}, r"sizes\[1\]: got 1.5; expected"),
        ({"sizes": 3}, "sizes: got 3; expected shares such as"),
        ({"validate": {"folds": 2}}, "validate: no option of learning_curve"),
    ],
)
def test_what_does_not_fit_is_refused(classifier, options, message):
    with pytest.raises((InvalidValueError, WrongTypeError), match=message):
        ns.learning_curve(classifier, X, Y, folds=3, **options, **OPTIONS)


def test_rows_without_a_weight_or_a_target_are_neither_counted_nor_trained_on(classifier):
    T = np.eye(3)[Y]
    T[::5] = np.nan
    weights = np.where(np.arange(30) % 5 == 1, 0.0, 1.0)
    options = {**OPTIONS, "weights": weights, "missing_targets": "ignore"}

    curve = ns.learning_curve(classifier, X, T, sizes=[0.01, 0.5, 1], folds=3, **options)

    assert curve.sizes == (1, 5, 10)  # of 18 rows that teach; a fold holds at most 8 of them


def test_folds_that_leave_nothing_to_train_on_are_refused(classifier):
    weights = np.eye(30)[0]

    with pytest.raises(InvalidValueError, match="folds: one leaves no row with a weight"):
        ns.learning_curve(classifier, X, Y, folds=3, weights=weights, **OPTIONS)


def test_the_plot_has_a_line_for_training_rows_and_one_for_held_out_ones(classifier):
    curve = ns.learning_curve(
        classifier, X, Y, sizes=[0.5, 1], folds=3, metrics=["accuracy"], **OPTIONS
    )

    axes, words = PICTURES["learning_curve"].draw_described(curve=curve, title="mine")

    training, held_out = axes.lines
    assert training.get_xdata().tolist() == held_out.get_xdata().tolist() == [10, 20]
    assert training.get_ydata().tolist() == [s.mean for s in curve.training["loss"]]
    assert held_out.get_ydata().tolist() == [s.mean for s in curve.held_out["loss"]]
    assert [t.get_text() for t in axes.get_legend().get_texts()] == [
        "training rows", "held-out rows",
    ]  # fmt: skip
    assert words.startswith("The loss against 10 to 20 training rows: on held-out rows from")
    assert ns.draw_learning_curve(curve, metric="accuracy").get_ylabel() == "accuracy"
    with pytest.raises(UnknownNameError, match="unknown metric 'f1'"):
        ns.draw_learning_curve(curve, metric="f1")
