"""Naive NumPy: a layered network as a tutorial writes it, a row a sample, a new array each time."""

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.benchmarks.layered import Layered
from tests.benchmarks.systems import NAIVE, Outcome, System

Array = Any  # of the problem's own precision


def naive_system(problem: Layered) -> System:
    """Naive NumPy on a layered problem."""
    return System(NAIVE, "naive", lambda: lambda: train_naive(problem), lambda outcome: outcome)


def train_naive(problem: Layered) -> Outcome:
    """Train, and tell the losses and the parameters."""
    weights = [w.astype(problem.dtype) for w in problem.weights]
    biases = None if problem.biases is None else [b.astype(problem.dtype) for b in problem.biases]
    losses = []
    for order in problem.orders():
        X, T, total = problem.X[order], problem.T[order], 0.0
        for rows in problem.batches:
            total += _step(problem, weights, biases, X[rows], T[rows])
        losses.append(total / problem.divisor())
    flat = problem.flat(tuple(weights), None if biases is None else tuple(biases))
    return Outcome({"losses": np.array(losses), "parameters": flat})


def _step(
    problem: Layered, weights: list[Array], biases: list[Array] | None, X: Array, T: Array
) -> float:
    outputs = [X]
    for i, w in enumerate(weights):
        z = outputs[-1] @ w
        if biases is not None:
            z = z + biases[i]
        outputs.append(ACTIVATIONS[problem.activations[i]](z))
    loss, delta = LOSSES[problem.loss](outputs[-1], T)
    step = problem.dtype(problem.step(len(X)))
    for i in reversed(range(len(weights))):
        gradient, bias_gradient = outputs[i].T @ delta, delta.sum(axis=0)
        if i:
            slope = SLOPES[problem.activations[i - 1]](outputs[i])
            delta = (delta @ weights[i].T) * slope
        weights[i] = weights[i] - step * gradient
        if biases is not None:
            biases[i] = biases[i] - step * bias_gradient
    return loss


def _softmax(z: Array) -> Array:
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def _half_squared_error(a: Array, t: Array) -> tuple[float, Array]:
    return 0.5 * float(((a - t) ** 2).sum()), (a - t) * a * (1 - a)


def _cross_entropy(a: Array, t: Array) -> tuple[float, Array]:
    return -float(np.log(a[t == 1]).sum(dtype=np.float64)), a - t


def _binary_cross_entropy(a: Array, t: Array) -> tuple[float, Array]:
    return -float((t * np.log(a) + (1 - t) * np.log(1 - a)).sum()), a - t


ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": np.tanh,
    "relu": lambda z: np.maximum(z, 0),
    "softmax": _softmax,
}
SLOPES: dict[str, Callable[[Array], Array]] = {
    "sigmoid": lambda a: a * (1 - a),
    "tanh": lambda a: 1 - a**2,
    "relu": lambda a: a > 0,
}
# the loss, summed over a batch, and its slope by the net inputs of the last layer
LOSSES: dict[str, Callable[[Array, Array], tuple[float, Array]]] = {
    "half_squared_error": _half_squared_error,  # behind a sigmoid
    "cross_entropy": _cross_entropy,
    "binary_cross_entropy": _binary_cross_entropy,
}
