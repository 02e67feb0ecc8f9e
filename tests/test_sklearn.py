"""The estimators of scikit-learn keep its rules, and train as `neurosim.train` does."""

import pickle

import numpy as np
import pytest

import neurosim as ns
from neurosim.training.options import option_fields

pytest.importorskip("sklearn")

from sklearn.base import clone
from sklearn.datasets import load_iris, make_multilabel_classification, make_regression
from sklearn.inspection import permutation_importance
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.multioutput import MultiOutputClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from neurosim.sklearn import NeurosimClassifier, NeurosimRegressor

X, Y = load_iris(return_X_y=True)
X = (X - X.mean(axis=0)) / X.std(axis=0)
QUICK = {"layers": (5,), "epochs": 20, "random_state": 3}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@parametrize_with_checks([NeurosimClassifier(), NeurosimRegressor()])
def test_check_estimator(estimator, check):
    check(estimator)


def test_it_trains_as_train_does():
    made = NeurosimClassifier(**QUICK).fit(X, Y)
    net = NeurosimClassifier(**QUICK | {"epochs": 0}).fit(X, Y).network_

    found = ns.train(net, X, Y, loss="cross_entropy", optimizer=ns.Adam(0.01), epochs=20)

    assert made.loss_curve_ == list(found.loss)
    assert np.array_equal(made.predict_proba(X), net.predict(X))
    assert np.array_equal(made.predict(X), net.predict(X).argmax(axis=1))


@pytest.mark.parametrize("kind", [NeurosimClassifier, NeurosimRegressor])
def test_a_weight_of_two_is_a_row_twice_and_one_of_none_is_no_row(kind, assert_close):
    weights = np.arange(len(X)) % 3
    rows = np.repeat(np.arange(len(X)), weights)

    weighed = kind(**QUICK).fit(X, Y, sample_weight=weights)
    repeated = kind(**QUICK).fit(X[rows], Y[rows])

    assert_close(weighed.network_.parameters(), repeated.network_.parameters(), 1e-9)
    assert abs(weighed.network_.parameters() - kind(**QUICK).fit(X, Y).network_.parameters()).any()


def test_partial_fit_goes_on_where_fit_ends_and_warm_start_from_its_weights():
    twenty = NeurosimClassifier(**QUICK).fit(X, Y)
    by_one = NeurosimClassifier(**QUICK)
    for _ in range(20):
        by_one.partial_fit(X, Y, classes=[0, 1, 2])
    warm = clone(twenty).set_params(warm_start=True, optimizer=ns.SGD(0.1)).fit(X, Y).fit(X, Y)
    forty = clone(twenty).set_params(epochs=40, optimizer=ns.SGD(0.1)).fit(X, Y)

    assert by_one.loss_curve_ == twenty.loss_curve_
    assert warm.loss_curve_ == forty.loss_curve_
    with pytest.raises(ValueError, match="expected all classes in the first call"):
        NeurosimClassifier().partial_fit(X, Y)


def test_two_classes_have_both_columns_and_any_names():
    made = NeurosimClassifier(**QUICK).fit(X, np.where(Y == 1, "yes", "no"))

    proba = made.predict_proba(X)

    assert proba.shape == (150, 2)
    assert np.array_equal(made.classes_[(proba[:, 1] > 0.5).astype(int)], made.predict(X))
    assert made.network_.classes.names == ("no", "yes")
    with pytest.raises(ValueError, match=r"unknown class, got 'maybe'; expected"):
        made.partial_fit(X, ["maybe"] * 150)


def test_later_calls_have_the_classes_of_the_first_in_any_order():
    made = NeurosimClassifier(**QUICK).partial_fit(X, Y, classes=[0, 1, 2])

    made.partial_fit(X, Y, classes=[2, 0, 1])
    with pytest.raises(
        ValueError, match=r"classes: got \[0, 1\]; expected those of the first call"
    ):
        made.partial_fit(X, Y, classes=[0, 1])


def test_an_unknown_parameter_is_told_with_those_that_there_are():
    with pytest.raises(TypeError, match=r"unknown parameter 'hidden'.*; known: layers, "):
        NeurosimClassifier(hidden=3)


def test_labels_and_several_numbers():
    rows, labels = make_multilabel_classification(random_state=0)
    made = NeurosimClassifier(random_state=0).fit(rows, labels)
    assert made.score(rows, labels) > 0.8
    assert made.predict_proba(rows).shape == labels.shape == made.predict(rows).shape

    rows, numbers = make_regression(n_features=4, n_targets=2, random_state=0)
    made = NeurosimRegressor(random_state=0).fit(rows, numbers / 100)
    assert made.score(rows, numbers / 100) > 0.9
    assert made.predict(rows).shape == numbers.shape

    several = MultiOutputClassifier(NeurosimClassifier(**QUICK)).fit(X, np.stack([Y, Y % 2], 1))
    assert several.predict(X).shape == (150, 2)


@pytest.mark.parametrize("loss", ["hinge", None])
@pytest.mark.parametrize("n_outputs", [1, 2])
def test_networks_of_ones_own(loss, n_outputs):
    def make(n_inputs, _):
        net = ns.Network()
        net.add_layer("x", n_inputs), net.add_layer("o", n_outputs, activation="tanh")
        net.connect("x", "o")
        return net

    by_function = NeurosimClassifier(network=make, loss=loss).fit(X, Y == 0)
    net = make(4, n_outputs)
    start = net.parameters()
    by_network = NeurosimClassifier(network=net, loss=loss).fit(X, Y == 0)

    assert by_function.score(X, Y == 0) == 1.0
    assert np.array_equal(by_function.network_.parameters(), by_network.network_.parameters())
    assert np.array_equal(net.parameters(), start)  # it was copied
    with pytest.raises(ValueError, match="no probabilities, got 'tanh'"):
        by_network.predict_proba(X)
    with pytest.raises(ValueError, match=r"got 4 inputs .*; expected 2 and 1 or 2, as X"):
        NeurosimClassifier(network=net).fit(X[:, :2], Y == 0)


def test_early_stopping_keeps_rows_aside():
    made = NeurosimClassifier(early_stopping=True, epochs=2000, learning_rate=0.1, random_state=0)
    made.fit(X, Y)

    assert 10 < made.n_iter_ < 2000
    assert len(made.history_.validation_loss) == made.n_iter_
    inside = clone(made).set_params(validation_fraction=0, early_stopping={"patience": 3}).fit(X, Y)
    assert inside.history_.validation_loss == ()
    watched = {"patience": 3, "monitor": "accuracy"}
    assert "accuracy" in clone(made).set_params(early_stopping=watched).fit(X, Y).history_.metrics


def test_class_weight_is_by_the_class_itself():
    names = np.where(Y == 0, "a", "b")
    plain = NeurosimClassifier(**QUICK).fit(X, names)

    balanced = NeurosimClassifier(**QUICK, class_weight="balanced").fit(X, names)
    by_hand = NeurosimClassifier(**QUICK, class_weight={"a": 1.5, "b": 0.75}).fit(X, names)
    assert np.array_equal(balanced.predict_proba(X), by_hand.predict_proba(X))
    assert balanced.loss_curve_ != plain.loss_curve_


def test_pipelines_searches_frames_and_pickles():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X, columns=["a", "b", "c", "d"])
    model = make_pipeline(StandardScaler(), NeurosimClassifier(**QUICK))
    search = GridSearchCV(model, {"neurosimclassifier__layers": [(2,), (3, 3)]}, cv=2)

    search.fit(frame, Y)
    alone = NeurosimClassifier(**QUICK).fit(frame, Y)

    assert cross_val_score(model, frame, Y, cv=2).shape == (2,)
    assert permutation_importance(alone, frame, Y, n_repeats=1).importances.shape == (4, 1)
    assert [neuron.label for neuron in alone.network_.inputs] == list(alone.feature_names_in_)
    again = pickle.loads(pickle.dumps(alone))  # noqa: S301 - our own
    assert np.array_equal(again.partial_fit(frame, Y).predict(frame),
                          alone.partial_fit(frame, Y).predict(frame))  # fmt: skip


def test_every_option_of_training_is_a_parameter():
    known = set(NeurosimRegressor().get_params())

    assert set(option_fields()) - known == {
        "weights", "validation", "validate", "seeds", "seed", "state"
    }  # fmt: skip
    for kind in (NeurosimClassifier, NeurosimRegressor):
        assert all(f"\n        {name}: " in kind.__doc__ for name in known)
    with pytest.raises(TypeError, match="'epoch' \\(did you mean 'epochs'"):
        NeurosimRegressor(epoch=3)
