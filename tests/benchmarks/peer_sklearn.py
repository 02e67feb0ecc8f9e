"""scikit-learn's MLPClassifier on the layered problems, begun at the same weights.

It knows no squared error behind a sigmoid, and no layer without biases: there it does the nearest
thing, the log loss, with biases, and is checked against naive NumPy that does the same. Its order
of rows is its own, so it takes the rows as they stand, which saves it the shuffling.
"""

import warnings
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

from tests.benchmarks.layered import Layered
from tests.benchmarks.naive import train_naive
from tests.benchmarks.systems import Absent, Outcome, System

NAME = "scikit-learn"


def sklearn_system(problem: Layered) -> System | Absent:
    """scikit-learn on a layered problem."""
    if find_spec("sklearn") is None:
        return Absent(NAME, "sklearn", "not installed")
    near, note = nearest(problem)
    labels = near.T.ravel() if near.T.shape[1] == 1 else near.T.argmax(axis=1)

    def prepare() -> Callable[[], Any]:
        model = _model(near, labels)
        return lambda: _fit(model, near, labels)

    def outcome(model: Any) -> Outcome:
        flat = near.flat(tuple(model.coefs_), tuple(model.intercepts_))
        return Outcome({"losses": np.array(model.loss_curve_), "parameters": flat})

    expected = None if near is problem else lambda: train_naive(near)
    return System(NAME, "sklearn", prepare, outcome, expected=expected, note=note)


def nearest(problem: Layered) -> tuple[Layered, str]:
    """The problem as scikit-learn can do it, and what differs; itself where nothing does."""
    if problem.loss == "cross_entropy":
        if not problem.shuffle:
            return problem, ""
        return replace(problem, shuffle=False), "rows in order: it shuffles by a rule of its own"
    scale = problem.batch_size if problem.reduction == "sum" else 1
    biases = problem.biases or tuple(np.zeros(len(w.T)) for w in problem.weights)
    near = replace(
        problem, loss="binary_cross_entropy", reduction="mean", rate=problem.rate * scale,
        biases=biases,
    )  # fmt: skip
    return near, "the nearest it has: log loss, with biases"


def _model(problem: Layered, labels: Any) -> Any:
    """A model at the problem's weights, made ready by one update that is then taken back."""
    hidden = {"sigmoid": "logistic"}.get(problem.activations[0], problem.activations[0])
    model = import_module("sklearn.neural_network").MLPClassifier(
        problem.sizes[1:-1],
        activation="identity" if len(problem.activations) == 1 else hidden,
        solver="sgd",
        alpha=0.0,
        batch_size=problem.batch_size,
        learning_rate_init=problem.rate,
        max_iter=problem.epochs,
        shuffle=problem.shuffle,
        tol=0.0,
        n_iter_no_change=problem.epochs + 1,
        momentum=0.0,
        nesterovs_momentum=False,
        warm_start=True,
    )
    model.partial_fit(problem.X, labels, classes=np.unique(labels))
    assert problem.biases is not None
    model.coefs_ = [w.astype(problem.dtype) for w in problem.weights]
    model.intercepts_ = [b.astype(problem.dtype) for b in problem.biases]
    model.loss_curve_, model._no_improvement_count = [], 0  # as a fresh one's
    return model


def _fit(model: Any, problem: Layered, labels: Any) -> Any:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Stochastic Optimizer: Maximum iterations")
        return model.fit(problem.X, labels)
