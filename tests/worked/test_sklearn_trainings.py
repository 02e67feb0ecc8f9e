"""Trainings of scikit-learn, each repeated by one call of `neurosim.train` from its own weights."""

from itertools import pairwise

import numpy as np
import pytest

import neurosim as ns
from tests.each import each

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Stochastic Optimizer"),
]
NAMES = {"logistic": "sigmoid", "tanh": "tanh", "relu": "relu"}
OPTIMIZERS = {
    "sgd": ({"solver": "sgd", "momentum": 0.0}, ns.SGD(0.05)),
    "momentum": ({"solver": "sgd", "momentum": 0.9, "nesterovs_momentum": False},
                 ns.SGD(0.05, momentum=0.9)),
    "nesterov": ({"solver": "sgd", "momentum": 0.9}, ns.SGD(0.05, momentum=0.9, nesterov=True)),
    "adam": ({"solver": "adam"}, ns.SklearnAdam(0.05)),
}  # fmt: skip
TASKS = {
    "three classes": ("softmax", "cross_entropy"),
    "two classes": ("sigmoid", "binary_cross_entropy"),
    "numbers": ("identity", "half_squared_error"),
}
PLAIN = {"hidden_layer_sizes": (7, 5), "learning_rate_init": 0.05, "alpha": 0.001,
         "batch_size": 32, "max_iter": 50, "shuffle": False, "random_state": 1, "tol": 0.0,
         "n_iter_no_change": 1000}  # fmt: skip
OURS = {"batch_size": 32, "epochs": 50, "penalty": {"l2": 0.001}}


def rows_of(task):
    datasets = pytest.importorskip("sklearn.datasets")
    X, y = (datasets.load_diabetes if task == "numbers" else datasets.load_iris)(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(X))
    X, y = X[order], y[order].astype(float)
    if task == "two classes":
        X, y = X[y > 0], y[y > 0] - 1
    elif task == "numbers":
        y = (y - y.mean()) / y.std()
    return (X - X.mean(axis=0)) / X.std(axis=0), y


def fitted(task, X, y, **options):
    """A model of scikit-learn after its training, and the weights that it began with."""
    module = pytest.importorskip("sklearn.neural_network")
    made = (module.MLPRegressor if task == "numbers" else module.MLPClassifier)(**(PLAIN | options))
    begin, kept = made._initialize, []

    def initialize(*arguments):
        begin(*arguments)
        kept.extend([array.copy() for array in part] for part in (made.coefs_, made.intercepts_))

    made._initialize = initialize
    return made.fit(X, y), kept


def network_of(begin, activation, output):
    weights, biases = begin
    net = ns.Network()
    net.add_layer("l0", len(weights[0]))
    for number, bias in enumerate(biases, 1):
        is_last = number == len(biases)
        net.add_layer(f"l{number}", len(bias), bias=bias.tolist(),
                      activation=output if is_last else NAMES[activation])  # fmt: skip
    for number, (a, b) in enumerate(pairwise(range(len(weights) + 1))):
        net.connect(f"l{a}", f"l{b}", weights=weights[number].tolist())
    return net


def worst_difference(net, made):
    """The largest one of a weight or bias, by its size or 1."""
    layers = net.layers
    found = []
    for a, b, weights, biases in zip(
        layers, layers[1:], made.coefs_, made.intercepts_, strict=False
    ):
        ours = [[net[s.name, t.name].weight for t in b.neurons] for s in a.neurons]
        found.append(np.abs(ours - weights) / np.maximum(1.0, np.abs(weights)))
        ours = np.array([neuron.bias for neuron in b.neurons])
        found.append(np.abs(ours - biases) / np.maximum(1.0, np.abs(biases)))
    return max(float(each.max()) for each in found)


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("activation", NAMES)
@pytest.mark.parametrize("rule", OPTIMIZERS)
def test_fifty_epochs(task, activation, rule):
    X, y = rows_of(task)
    theirs, optimizer = OPTIMIZERS[rule]
    output, loss = TASKS[task]
    made, begin = fitted(task, X, y, activation=activation, **theirs)
    net = network_of(begin, activation, output)

    found = ns.train(net, X, y, loss=loss, optimizer=optimizer, **OURS)

    assert len(made.loss_curve_) == len(found.loss) == 50
    assert worst_difference(net, made) < 1e-12


SCHEDULES = {
    "invscaling": ({"learning_rate": "invscaling", "power_t": 0.3},
                   {"inverse_time": {"power": 0.3}}),
    "adaptive": ({"learning_rate": "adaptive", "tol": 0.01, "n_iter_no_change": 2},
                 {"adaptive": {"patience": 2, "least_change": 0.01}}),
}  # fmt: skip


@each("task", TASKS)
@each("name", SCHEDULES)
def test_fifty_epochs_of_its_own_rates(task, name):
    X, y = rows_of(task)
    theirs, schedule = SCHEDULES[name]
    output, loss = TASKS[task]
    made, begin = fitted(task, X, y, activation="tanh", solver="sgd", momentum=0.0, **theirs)
    net = network_of(begin, "tanh", output)

    found = ns.train(net, X, y, loss=loss, optimizer=ns.SGD(0.05), schedule=schedule, **OURS)

    assert len(set(found.rate)) > 1
    assert len(made.loss_curve_) == len(found.loss)
    assert worst_difference(net, made) < 1e-12


def test_its_early_stopping_on_classes(monkeypatch):
    module = pytest.importorskip("sklearn.neural_network._multilayer_perceptron")
    X, y = rows_of("three classes")
    monkeypatch.setattr(
        module, "train_test_split", lambda x, t, **_: (x[:120], x[120:], t[:120], t[120:])
    )
    made, begin = fitted("three classes", X, y, activation="tanh", solver="adam", max_iter=200,
                         early_stopping=True, tol=0.001, n_iter_no_change=10)  # fmt: skip
    net = network_of(begin, "tanh", "softmax")

    found = ns.train(
        net, X[:120], y[:120], loss="cross_entropy", optimizer=ns.SklearnAdam(0.05),
        validation=(X[120:], y[120:]),
        early_stopping={"patience": 11, "monitor": "accuracy", "least_change": 0.001},
        **(OURS | {"epochs": 200}),
    )  # fmt: skip

    assert len(found.loss) == made.n_iter_ < 200
    assert found.metrics["accuracy"] == tuple(made.validation_scores_)
    assert worst_difference(net, made) < 1e-12
