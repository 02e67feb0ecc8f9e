"""Permutation importance against scikit-learn, with the orders that it draws."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import InvalidValueError, UnknownNameError
from neurosim.functions.streams import stream
from neurosim.training import evaluate_loss
from neurosim.training.engines.table import make_engine
from neurosim.training.task import make_task
from neurosim.training.validation.importance import importance_of

inspection = pytest.importorskip("sklearn.inspection")


class Theirs:
    """A network in the form that scikit-learn asks."""

    def __init__(self, network):
        self.network = network

    def fit(self, *_):
        return self

    def predict(self, X):
        return self.network.predict(X)


def orders_of_sklearn(n_rows, repeats, seed):
    """One seed is drawn from the given one, and every input is shuffled by it alike."""
    random = np.random.RandomState(np.random.RandomState(seed).randint(np.iinfo(np.int32).max + 1))
    order, found = np.arange(n_rows), []
    values = np.arange(n_rows)
    for _ in range(repeats):
        random.shuffle(order)
        values = values[order]
        found.append(values)
    return np.array(found)


@pytest.mark.parametrize("metric", ["accuracy", "rmse", None])
def test_importance_is_that_of_scikit_learn_with_its_orders(engine, net, metric):
    random = np.random.default_rng(1)
    X, T = random.normal(size=(25, 3)), (random.random((25, 2)) > 0.5) * 1.0
    task = make_task(net, X, T)
    measures = {
        "accuracy": lambda a: ((a > 0.5) == T).all(axis=1).mean(),
        "rmse": lambda a: -np.sqrt(((a - T) ** 2).mean(axis=0)).mean(),
        None: lambda a: -((a - T) ** 2).sum(axis=1).mean() / 2,
    }
    theirs = inspection.permutation_importance(
        Theirs(net), X, T, n_repeats=4, random_state=7,
        scoring=lambda model, rows, _: measures[metric](model.predict(rows)),
    )  # fmt: skip

    ours = importance_of(task, make_engine(engine, task), orders_of_sklearn(25, 4, 7), metric)

    np.testing.assert_allclose(ours.worse, theirs.importances, rtol=0, atol=1e-12)


def test_an_input_that_says_nothing_has_none_and_the_rest_is_sorted():
    net = ns.Network()
    net.add_layer("x", 3)
    net.add_layer("y", 1)
    net.connect("x", "y", weights=[[1.0], [0.0], [5.0]])
    X = np.random.default_rng(2).normal(size=(40, 3))

    found = ns.permutation_importance(net, X, X @ [[1], [0], [5]], metric="r2", seed=3)

    assert list(found.spreads) == ["x3", "x1", "x2"]
    assert found.spreads["x2"] == (0.0, 0.0, 0.0, 0.0)
    assert found.baseline == 1.0
    again = ns.permutation_importance(net, X, X @ [[1], [0], [5]], metric="r2", seed=3)
    assert found.worse.tolist() == again.worse.tolist()


def test_the_inputs_of_a_column_of_texts_are_shuffled_together():
    net = ns.Network()
    net.add_layer("x", 3)
    net.add_layer("y", 1)
    net.connect("x", "y", weights=[[1.0], [-1.0], [2.0]])
    net["x1"].column, net["x2"].column = (ns.InputColumn("colour", v) for v in ("red", "blue"))
    X = np.array([[1.0, 0.0, 0.5], [0.0, 1.0, 0.25], [1.0, 0.0, 0.125]])

    found = ns.permutation_importance(net, X, net.predict(X))

    assert found.inputs == ("colour", "x3")


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"metric": "acuracy"}, UnknownNameError, "did you mean 'accuracy'"),
        ({"metric": "r2"}, InvalidValueError, "metric 'r2': got a task of"),
        ({"repeats": 0}, InvalidValueError, "repeats: got 0; expected an integer >= 1"),
    ],
)
def test_what_does_not_fit_is_refused(net, options, kind, message):
    with pytest.raises(kind, match=message):
        ns.permutation_importance(net, np.ones((4, 3)), np.eye(2)[[0, 1, 0, 1]], **options)


HEADS = [
    {"outputs": "y1", "loss": "huber"},
    {"outputs": "y2", "loss": "squared_error", "weight": 3.0},
]


def test_the_loss_is_that_of_heads_weights_and_the_targets_that_are_there(net, engine):
    X = np.random.default_rng(1).normal(size=(8, 3))
    T = np.where(np.arange(16).reshape(8, 2) == 5, np.nan, 0.5)
    names = [neuron.name for neuron in net.outputs]
    heads = [{**head, "outputs": name} for head, name in zip(HEADS, names, strict=True)]
    options = {"heads": heads, "weights": np.arange(8.0), "missing_targets": "ignore"}

    found = ns.permutation_importance(net, X, T, repeats=2, seed=1, engine=engine, **options)

    assert found.baseline == evaluate_loss(net, X, T, engine=engine, **options)
    first = stream(1, "importance").permutation(8)
    shuffled = np.column_stack([X[first, 0], X[:, 1:]])
    worse = evaluate_loss(net, shuffled, T, engine=engine, **options) - found.baseline
    assert found.worse[0, 0] == worse


def test_a_metric_of_a_user_that_is_an_error_rises():
    def gap(outputs, T):
        return float(np.abs(outputs - T).mean())

    gap.is_error = True
    ns.register_metric(gap, name="gap")
    net = ns.Network()
    net.add_layer("x", 1), net.add_layer("y", 1)
    net.connect("x", "y", weight=1.0)
    X = np.arange(8.0)[:, None]
    try:
        found = ns.permutation_importance(net, X, X, metric="gap")
    finally:
        ns.unregister_metric("gap")

    assert (found.worse > 0.0).all()
