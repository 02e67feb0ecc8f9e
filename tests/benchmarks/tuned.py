"""Tuned NumPy: the naive program with every array made once, and every call given its output.

So it is written by somebody who knows that NumPy spends its time on making arrays. What else can be
gained by one who writes each network's program by hand, `best` shows.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.benchmarks.layered import Layered
from tests.benchmarks.systems import TUNED, Outcome, System

Array = Any  # of the problem's own precision


def tuned_system(problem: Layered) -> System:
    """Tuned NumPy on a layered problem."""
    return System(TUNED, "tuned", lambda: lambda: train_tuned(problem), lambda outcome: outcome)


def train_tuned(problem: Layered) -> Outcome:
    """Train, and tell the losses and the parameters."""
    weights = [w.astype(problem.dtype) for w in problem.weights]
    biases = None if problem.biases is None else [b.astype(problem.dtype) for b in problem.biases]
    sizes = {rows.stop - rows.start for rows in problem.batches}
    steps = {size: _Step(problem, weights, biases, size) for size in sizes}
    X, T = problem.X.copy(), problem.T.copy()
    batches = [(steps[rows.stop - rows.start], X[rows], T[rows]) for rows in problem.batches]
    losses = []
    for order in problem.orders():
        total = 0.0
        if problem.shuffle:
            problem.X.take(order, 0, X, "clip")
            problem.T.take(order, 0, T, "clip")
        for step, x, t in batches:
            total += step.run(x, t)
        losses.append(total / problem.divisor())
    flat = problem.flat(tuple(weights), None if biases is None else tuple(biases))
    return Outcome({"losses": np.array(losses), "parameters": flat})


class _Step:
    """One batch of a size, in buffers of its own."""

    def __init__(
        self, problem: Layered, weights: list[Array], biases: list[Array] | None, size: int
    ) -> None:
        dtype = problem.dtype
        self._problem, self._weights, self._biases = problem, weights, biases
        self._outputs = [np.empty((size, w.shape[1]), dtype) for w in weights]
        self._deltas = [np.empty_like(a) for a in self._outputs]
        self._slopes = [np.empty_like(a) for a in self._outputs]
        self._gradients = [np.empty_like(w) for w in weights]
        self._bias_gradients = [np.empty(w.shape[1], dtype) for w in weights]
        self._column = np.empty((size, 1), dtype)
        self._rate = dtype(problem.step(size))

    def run(self, x: Array, t: Array) -> float:
        """Train on a batch; the loss, summed over its rows."""
        self._forward(x)
        loss = LOSSES[self._problem.loss](self._outputs[-1], t, self._deltas[-1], self._slopes[-1])
        self._backward(x)
        return loss

    def _forward(self, x: Array) -> None:
        for i, (w, a) in enumerate(zip(self._weights, self._outputs, strict=True)):
            np.dot(x, w, out=a)
            if self._biases is not None:
                np.add(a, self._biases[i], out=a)
            ACTIVATIONS[self._problem.activations[i]](a, self._column)
            x = a

    def _backward(self, x: Array) -> None:
        for i in reversed(range(len(self._weights))):
            source = self._outputs[i - 1] if i else x
            gradient, bias_gradient, delta = (
                self._gradients[i],
                self._bias_gradients[i],
                self._deltas[i],
            )
            np.dot(source.T, delta, out=gradient)
            if self._biases is not None:
                np.sum(delta, axis=0, out=bias_gradient)
            if i:
                before, slope = self._deltas[i - 1], self._slopes[i - 1]
                np.dot(delta, self._weights[i].T, out=before)
                SLOPES[self._problem.activations[i - 1]](source, slope)
                np.multiply(before, slope, out=before)
            np.multiply(gradient, self._rate, out=gradient)
            np.subtract(self._weights[i], gradient, out=self._weights[i])
            if self._biases is not None:
                np.multiply(bias_gradient, self._rate, out=bias_gradient)
                np.subtract(self._biases[i], bias_gradient, out=self._biases[i])


def _sigmoid(z: Array, _column: Array) -> None:
    np.negative(z, out=z)
    np.exp(z, out=z)
    np.add(z, 1.0, out=z)
    np.reciprocal(z, out=z)


def _tanh(z: Array, _column: Array) -> None:
    np.tanh(z, out=z)


def _relu(z: Array, _column: Array) -> None:
    np.maximum(z, 0.0, out=z)


def _softmax(z: Array, column: Array) -> None:
    np.max(z, axis=1, keepdims=True, out=column)
    np.subtract(z, column, out=z)
    np.exp(z, out=z)
    np.sum(z, axis=1, keepdims=True, out=column)
    np.divide(z, column, out=z)


def _sigmoid_slope(a: Array, out: Array) -> None:
    np.subtract(1.0, a, out=out)
    np.multiply(a, out, out=out)


def _tanh_slope(a: Array, out: Array) -> None:
    np.multiply(a, a, out=out)
    np.subtract(1.0, out, out=out)


def _relu_slope(a: Array, out: Array) -> None:
    np.greater(a, 0.0, out=out)


def _half_squared_error(a: Array, t: Array, delta: Array, work: Array) -> float:
    np.subtract(a, t, out=delta)
    loss = 0.5 * float(np.vdot(delta, delta))
    _sigmoid_slope(a, work)  # behind a sigmoid
    np.multiply(delta, work, out=delta)
    return loss


def _cross_entropy(a: Array, t: Array, delta: Array, _work: Array) -> float:
    np.subtract(a, t, out=delta)
    return -float(np.log(a[t == 1]).sum(dtype=np.float64))


ACTIVATIONS: dict[str, Callable[[Array, Array], None]] = {
    "sigmoid": _sigmoid,
    "tanh": _tanh,
    "relu": _relu,
    "softmax": _softmax,
}
SLOPES: dict[str, Callable[[Array, Array], None]] = {
    "sigmoid": _sigmoid_slope,
    "tanh": _tanh_slope,
    "relu": _relu_slope,
}
# the loss, summed over a batch; its slope by the net inputs of the last layer goes into a buffer
LOSSES: dict[str, Callable[[Array, Array, Array, Array], float]] = {
    "half_squared_error": _half_squared_error,
    "cross_entropy": _cross_entropy,
}
