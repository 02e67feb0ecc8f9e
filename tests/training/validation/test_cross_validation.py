"""Cross-validation: a fold is a training of its own, without the rows held out."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import DivergedError, InvalidValueError, WrongTypeError
from neurosim.training.metrics import METRICS
from neurosim.training.validation.folds import Folds

OPTIONS = {
    "loss": "cross_entropy", "optimizer": ns.Adam(0.05), "epochs": 15, "batch_size": 4,
    "shuffle": True, "seed": 3,
}  # fmt: skip


@pytest.fixture
def rows():
    random = np.random.default_rng(0)
    y = np.arange(30) % 3
    return random.normal(size=(30, 2)) * [1, 50] + y[:, None], y


@pytest.fixture
def classifier():
    net = ns.Network(seed=2)
    net.add_layer("x", 2)
    net.add_layer("h", 3, activation="tanh")
    net.add_layer("o", 3, activation="softmax")
    net.connect("x", "h")
    net.connect("h", "o")
    return net


@pytest.mark.quick("compiled")
def test_a_fold_is_a_training_on_the_other_rows_scaled_by_them(engine, classifier, rows):
    X, y = rows
    X = X.copy()
    begin = classifier.parameters()

    found = ns.cross_validate(
        classifier, X, y, folds=3, scale="standard", metrics=["accuracy"], engine=engine, **OPTIONS
    )

    for fold in found.folds:
        others = np.setdiff1d(np.arange(30), fold.rows)
        by_hand = classifier.copy()
        by_hand.scale_inputs(X[others], "standard")
        history = ns.train(by_hand, X[others], y[others], engine=engine, **OPTIONS)
        assert fold.history.loss == history.loss
        outputs = by_hand.predict(X[fold.rows])
        np.testing.assert_allclose(fold.outputs, outputs, rtol=0, atol=1e-12)
        log = -np.log(outputs[np.arange(len(fold.rows)), y[fold.rows]]).mean()
        assert fold.loss == pytest.approx(log, abs=1e-12)
    assert found.metrics["accuracy"].mean == np.mean(found.each("accuracy"))
    assert classifier.parameters().tolist() == begin.tolist()


def test_a_row_that_is_held_out_changes_nothing_of_its_fold(classifier, rows):
    X, y = rows
    found = ns.cross_validate(classifier, X, y, folds=3, scale="minmax", **OPTIONS)
    changed = X.copy()
    changed[found.folds[0].rows[0]] += 1e6

    again = ns.cross_validate(classifier, changed, y, folds=3, scale="minmax", **OPTIONS)

    assert found.folds[0].history.loss == again.folds[0].history.loss
    assert found.folds[1].history.loss != again.folds[1].history.loss


def test_train_validates_on_folds_and_fits_all_rows(classifier, rows):
    X, y = rows
    twin, other = classifier.copy(), classifier.copy()

    history = ns.train(classifier, X, y, validate={"folds": 5, "repeats": 2}, **OPTIONS)

    alone = ns.train(twin, X, y, **OPTIONS)
    folds = ns.cross_validate(other, X, y, folds=5, repeats=2, **OPTIONS)
    assert history.loss == alone.loss
    assert alone.folds is None
    assert classifier.parameters().tolist() == twin.parameters().tolist()
    assert str(history.folds) == str(folds)
    assert [fold.repeat for fold in history.folds.folds] == [0] * 5 + [1] * 5


def test_single_rows_are_measured_together(classifier, rows):
    X, y = rows

    found = ns.cross_validate(
        classifier, X, y, leave_one_out=True, metrics=["f1"], scale="standard", **OPTIONS
    )

    assert len(found.folds) == 30
    assert found.metrics["f1"].deviation is None
    assert found.metrics["f1"].mean == METRICS["f1"](found.outputs(), y)


def test_targets_are_scaled_in_each_fold():
    X = np.linspace(0, 1, 20)[:, None]
    T = 1000 + 500 * X
    net = ns.Network()
    net.add_layer("x", 1)
    net.add_layer("y", 1)
    net.connect("x", "y", weight=0)

    found = ns.cross_validate(
        net, X, T, folds=4, scale={"inputs": "standard", "targets": "standard"},
        optimizer=ns.SGD(0.3), epochs=300, metrics=["mae", "r2"],
    )  # fmt: skip

    assert found.metrics["mae"].greatest < 1e-3
    assert found.metrics["r2"].least > 0.999


def test_the_fold_that_diverges_is_named():
    net = ns.Network()
    net.add_layer("x", 1)
    net.add_layer("y", 1)
    net.connect("x", "y", weight=0)
    X = np.linspace(1, 2, 6)[:, None]

    with pytest.raises(DivergedError, match=r"^fold 0 of repeat 0: epoch 1"):
        ns.cross_validate(net, X, X, folds=3, optimizer=ns.SGD(1e200), epochs=3)


def test_a_network_that_is_scaled_needs_a_scale(classifier, rows):
    X, y = rows
    classifier.scale_inputs(X)

    with pytest.raises(InvalidValueError, match=r"scale: missing; the network is scaled"):
        ns.cross_validate(classifier, X, y, folds=3, **OPTIONS)
    with pytest.raises(InvalidValueError, match=r"scale: missing; the network is scaled"):
        ns.train(classifier, X, y, validate={"folds": 3}, **OPTIONS)
    kept = ns.cross_validate(classifier, X, y, folds=3, scale="keep", **OPTIONS)
    assert len(kept.folds) == 3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"folds": 3, "scale": "standart"}, r"scale: unknown scale 'standart' \(did you mean"),
        ({"folds": 3, "scale": 1}, "scale: got 1; expected a name, or a mapping"),
        ({"folds": 3, "scale": {"input": "minmax"}}, "scale: unknown part 'input'"),
        ({"folds": 3, "validate": Folds(folds=2)}, "validate: no option of cross_validate"),
        ({}, "folds: missing"),
    ],
)
def test_what_does_not_fit_is_refused(classifier, rows, options, message):
    with pytest.raises((InvalidValueError, WrongTypeError), match=message):
        ns.cross_validate(classifier, *rows, **options, **OPTIONS)


@pytest.mark.parametrize(
    "call",
    [
        ns.epochs,
        lambda net, X, y, **o: ns.train_many([net], X, y, **o),
    ],
    ids=["epochs", "train_many"],
)
def test_folds_are_refused_where_they_would_be_ignored(classifier, rows, call):
    with pytest.raises(WrongTypeError, match="validate: no option of"):
        call(classifier, *rows, validate={"folds": 3}, **OPTIONS)


def test_weights_of_rows_go_with_them_into_the_folds(classifier, rows):
    X, y = rows
    weights = np.random.default_rng(3).uniform(0.5, 2.0, len(X))

    found = ns.cross_validate(classifier, X, y, folds=3, weights=weights, **OPTIONS)

    for fold in found.folds:
        left = np.delete(np.arange(len(X)), fold.rows)
        alone = classifier.copy()
        history = ns.train(alone, X[left], y[left], weights=weights[left], **OPTIONS)
        assert fold.history.loss == history.loss
    unweighted = ns.cross_validate(classifier, X, y, folds=3, **OPTIONS)
    assert found.folds[0].history.loss != unweighted.folds[0].history.loss
