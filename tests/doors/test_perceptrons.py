"""Perceptrons of scikit-learn come in and go out with the same predictions."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.doors.layers import network_of_sizes

pytest.importorskip("sklearn")

from sklearn.datasets import load_iris
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler

from neurosim.sklearn import NeurosimClassifier

pytestmark = pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
X, Y = load_iris(return_X_y=True)
OUTPUTS = ("identity", "sigmoid", "softmax")
LABELS = np.eye(3, dtype=int)[Y] | (Y == 1)[:, None]
HIDDEN = ("identity", "logistic", "tanh", "relu")


def expected(model, rows):
    return model.predict_proba(rows) if hasattr(model, "classes_") else model.predict(rows)


def as_matrix(outputs):
    return outputs[:, np.newaxis] if outputs.ndim == 1 else outputs


@pytest.mark.quick("MLPClassifier-three", "MLPRegressor-two")
@pytest.mark.parametrize("activation", HIDDEN)
@pytest.mark.parametrize("y", [Y, Y == 1, np.eye(3)[Y], LABELS],
                         ids=["three", "two", "one-hot", "labels"])  # fmt: skip
@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
def test_both_ways(kind, y, activation, assert_close):
    model = kind(hidden_layer_sizes=(5, 4), activation=activation, max_iter=3, random_state=1).fit(
        X, y
    )

    net = ns.from_sklearn(model)
    again = net.to_sklearn()

    assert_close(net.predict(X), as_matrix(expected(model, X)), 1e-12)
    assert_close(expected(again, X), expected(model, X), 1e-12)
    assert type(again) is kind
    assert all(np.array_equal(a, b) for a, b in zip(again.coefs_, model.coefs_, strict=True))
    if kind is MLPClassifier and y.dtype != bool:
        assert np.array_equal(again.predict(X), model.predict(X))


@pytest.mark.slow
def test_random_networks_both_ways(assert_close):
    for seed in range(200):
        random = np.random.default_rng(seed)
        sizes = random.integers(1, 6, random.integers(2, 5)).tolist()
        output = OUTPUTS[seed % 3]
        sizes[-1] += output == "softmax"
        hidden = ("identity", "sigmoid", "tanh", "relu")[seed // 3 % 4]
        net = network_of_sizes(sizes, [hidden] * (len(sizes) - 2) + [output], seed=seed)
        net.load_parameters(random.normal(size=len(net.parameters())))
        rows = random.normal(size=(7, sizes[0]))
        if seed % 2:
            net.scale_inputs(rows * 3 + 1)
        if seed % 2 and output == "identity":
            net.scale_outputs(random.normal(3, 9, size=(7, sizes[-1])))

        model = net.to_sklearn()
        found, ours = as_matrix(expected(model, rows)), net.predict(rows)

        assert_close(found[:, -ours.shape[1] :], ours, 1e-12)
        assert_close(ns.from_sklearn(model).predict(rows), found, 1e-12)


def test_classes_keep_their_names_in_whatever_order():
    net = network_of_sizes([4, 3], ["softmax"], seed=2)
    net.set_classes(["c", "a", "b"])
    one = network_of_sizes([4, 1], ["sigmoid"], seed=2)
    one.set_classes(["yes", "no"])

    several, two = net.to_sklearn(), one.to_sklearn()

    assert several.classes_.tolist() == ["a", "b", "c"]
    assert (several.predict(X) == np.array(["c", "a", "b"])[net.predict(X).argmax(1)]).all()
    assert (two.predict(X) == np.where(one.predict(X)[:, 0] > 0.5, "no", "yes")).all()
    named = MLPClassifier((2,), max_iter=1).fit(X, np.where(Y == 1, "yes", "no"))
    assert ns.from_sklearn(named).classes.names == ("no", "yes")
    assert ns.from_sklearn(named).to_sklearn().predict(X).tolist() == named.predict(X).tolist()


@pytest.mark.parametrize("scaler", [StandardScaler(), StandardScaler(with_mean=False),
                                    StandardScaler(with_std=False), MinMaxScaler()])  # fmt: skip
def test_a_scaler_before_it_is_the_scaling_of_the_inputs(scaler, assert_close):
    model = make_pipeline(scaler, MLPClassifier((3,), max_iter=3, random_state=0)).fit(X, Y)

    net = ns.from_sklearn(model)

    assert_close(net.predict(X), model.predict_proba(X), 1e-12)
    assert all(neuron.scaling is not None for neuron in net.inputs)


def test_an_estimator_of_ours_gives_its_network():
    model = NeurosimClassifier(epochs=1).fit(X, Y)

    net = ns.from_sklearn(model)

    assert np.array_equal(net.predict(X), model.predict_proba(X))
    assert net is not model.network_


def test_what_does_not_fit_is_refused():
    skipping = network_of_sizes([2, 2, 1], ["relu", "identity"])
    skipping.connect("x1", "y1")
    with pytest.raises(ns.NeurosimError, match="to_sklearn: x1->y1 skips a layer; expected a"):
        skipping.to_sklearn()
    with pytest.raises(ns.NeurosimError, match="hidden layers of relu, tanh; expected all of"):
        network_of_sizes([2, 2, 2, 1], ["relu", "tanh", "identity"]).to_sklearn()
    with pytest.raises(ns.NeurosimError, match="outputs of relu; expected identity, sigmoid"):
        network_of_sizes([2, 2, 1], ["relu", "relu"]).to_sklearn()
    with pytest.raises(TypeError, match="got StandardScaler; expected a fitted MLPClassifier"):
        ns.from_sklearn(StandardScaler())
    with pytest.raises(ValueError, match="not fitted"):
        ns.from_sklearn(MLPRegressor())
    other = make_pipeline(RobustScaler(), MLPRegressor(max_iter=1)).fit(X, Y)
    with pytest.raises(TypeError, match=r"got RobustScaler\(\) before the perceptron"):
        ns.from_sklearn(other)
