"""The best NumPy: each layered workload written by hand, as fast as NumPy was found to go.

What makes the difference: a column a sample; a row of ones under the outputs and the bias as last
column of the weights, so that one product serves both; every weight a view of one vector and every
gradient of another, so that one ufunc updates all; products of whole matrices only (`dot` copies a
slice, so blame is carried to the row of ones as well, and dropped); buffers made once; outputs
given by position (by keyword they cost twice as much); bound methods; the learning rate folded into
the last delta.

Where a layer is a sigmoid, its weights are kept negated: a = 1/(1 + exp(z')) then saves a pass, and
since the update's sign is free, costs nothing.
"""

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from tests.benchmarks.layered import Layered
from tests.benchmarks.systems import BEST, Outcome, System

Array = Any  # of the problem's own precision
PRODUCTS = "bare products"
MATRICES = "best NumPy, matrices"
Step = Callable[[Array, Array, Array, Array], None]


def best_system(problem: Layered, train: Callable[[Layered], Outcome], name: str = BEST) -> System:
    """The best NumPy on a layered problem."""
    return System(name, "best", lambda: lambda: train(problem), lambda outcome: outcome)


def train_three_one(problem: Layered) -> Outcome:
    """One sigmoid neuron without a bias, half squared error, all rows at once, step 1."""
    assert problem.step(problem.n_rows) == 1.0
    X, columns, t = problem.X, problem.X.T.copy(), problem.T.ravel().copy()
    w, g = -problem.weights[0].ravel(), np.empty(problem.X.shape[1])
    a, e, one = np.empty_like(t), np.empty_like(t), np.array(1.0)
    exp, add, reciprocal, subtract = np.exp, np.add, np.reciprocal, np.subtract
    multiply, forward, back, square = np.multiply, X.dot, columns.dot, e.dot
    squares: list[float] = []
    record = squares.append
    for _ in range(problem.epochs):
        forward(w, a)
        exp(a, a)
        add(a, one, a)
        reciprocal(a, a)
        subtract(t, a, e)
        record(square(e))
        multiply(e, a, e)  # e a (a - 1): the delta, of negated weights
        subtract(a, one, a)
        multiply(e, a, e)
        back(e, g)
        add(w, g, w)
    return Outcome({"losses": 0.5 * np.array(squares), "parameters": -w})


def train_xor(problem: Layered) -> Outcome:
    """Two layers of sigmoids, half squared error, all rows at once, step 1."""
    assert problem.step(problem.batch_size) == 1.0
    flat = _Flat(problem)
    theta, gradient, (w1, w2), (g1, g2) = flat.all
    np.negative(theta, theta)
    size, hidden = problem.batch_size, len(w1)
    h1 = np.ones((hidden + 1, size))
    a, e, back1 = np.empty((1, size)), np.empty((1, size)), np.empty((hidden + 1, size))
    h, back, slope = h1[:-1], back1[:-1], np.empty((hidden, size))
    errors, one = e.ravel(), np.array(1.0)
    exp, add, reciprocal, subtract = np.exp, np.add, np.reciprocal, np.subtract
    multiply, first, second, square = np.multiply, w1.dot, w2.dot, errors.dot
    carry, assign1, assign2, h1T = w2.T.dot, back.dot, e.dot, h1.T
    rows = np.column_stack((problem.X, np.ones(problem.n_rows)))
    batches = [(rows[b].T.copy(), rows[b].copy(), problem.T[b].T.copy()) for b in problem.batches]
    squares: list[float] = []
    record = squares.append
    for _ in range(problem.epochs):
        for x, xT, t in batches:
            first(x, h)
            exp(h, h)
            add(h, one, h)
            reciprocal(h, h)
            second(h1, a)
            exp(a, a)
            add(a, one, a)
            reciprocal(a, a)
            subtract(t, a, e)
            record(square(errors))
            multiply(e, a, e)
            subtract(a, one, a)
            multiply(e, a, e)
            carry(e, back1)
            subtract(h, one, slope)
            multiply(slope, h, slope)
            multiply(back, slope, back)
            assign2(h1T, g2)
            assign1(xT, g1)
            add(theta, gradient, theta)
    losses = 0.5 * np.array(squares).reshape(problem.epochs, -1).sum(axis=1) / problem.divisor()
    return Outcome({"losses": losses, "parameters": -theta})


def train_xor_online(problem: Layered) -> Outcome:
    """The same, a sample at a time: vectors instead of matrices, and the one output as a float."""
    assert problem.step(1) == 1.0
    flat = _Flat(problem)
    theta, gradient, (w1, w2), (g1, g2) = flat.all
    np.negative(theta, theta)
    hidden = len(w1)
    h1, back, slope = np.ones(hidden + 1), np.empty(hidden), np.empty(hidden)
    h, outer, delta, one = h1[:-1], back[:, None], np.empty(()), np.array(1.0)
    out, out_weights, g2 = w2[0].dot, w2[0, :-1], g2[0]
    exp, add, reciprocal, subtract, multiply = (
        np.exp,
        np.add,
        np.reciprocal,
        np.subtract,
        np.multiply,
    )
    first, to_delta, exp1 = w1.dot, delta.fill, math.exp
    samples = [(np.append(x, 1.0), float(t[0])) for x, t in zip(problem.X, problem.T, strict=True)]
    squares: list[float] = []
    record = squares.append
    for _ in range(problem.epochs):
        for x, t in samples:
            first(x, h)
            exp(h, h)
            add(h, one, h)
            reciprocal(h, h)
            a = 1.0 / (1.0 + exp1(out(h1)))
            e = t - a
            record(e * e)
            to_delta(e * a * (a - 1.0))
            multiply(out_weights, delta, back)
            subtract(h, one, slope)
            multiply(slope, h, slope)
            multiply(back, slope, back)
            multiply(h1, delta, g2)
            multiply(outer, x, g1)
            add(theta, gradient, theta)
    losses = 0.5 * np.array(squares).reshape(problem.epochs, -1).sum(axis=1)
    return Outcome({"losses": losses, "parameters": -theta})


def train_classifier(problem: Layered) -> Outcome:
    """Hidden layers of tanh or relu, softmax, cross-entropy, in batches and in a new order."""
    flat = _Flat(problem)
    n_rows, dtype = problem.n_rows, problem.dtype
    rows = np.column_stack((problem.X, np.ones(n_rows, dtype)))
    X, T, y = np.empty_like(rows), np.empty_like(problem.T), np.empty(n_rows, np.intp)
    classes, cells, picked = (
        problem.T.argmax(axis=1),
        np.empty(n_rows, np.intp),
        np.empty(n_rows, dtype),
    )
    make = _tanh_step if len(flat.weights) == 2 else _relu_step
    sizes = {b.stop - b.start for b in problem.batches}
    steps = {n: make(problem, flat, n) for n in sizes}
    size = problem.batch_size
    # where the probability of a row's class stands in its batch's (10, B)
    widths = np.full(n_rows, size)
    widths[n_rows - n_rows % size :] = n_rows % size
    places = np.arange(n_rows) % size
    batches = [
        (steps[b.stop - b.start], X[b], T[b].T, cells[b], picked[b]) for b in problem.batches
    ]
    losses = []
    for order in problem.orders():
        rows.take(order, 0, X, "clip")  # the mode "raise" would buffer
        problem.T.take(order, 0, T, "clip")
        classes.take(order, 0, y, "clip")
        np.multiply(y, widths, cells)
        np.add(cells, places, cells)
        for step, x, t, at, found in batches:
            step(x, t, at, found)
        losses.append(-float(np.log(picked, picked).sum(dtype=np.float64)) / problem.divisor())
    return Outcome({"losses": np.array(losses), "parameters": flat.theta.astype(np.float64)})


class _Flat:
    """Theta and its gradient, and of both the matrices (n_out, n_in + 1) that are views of them."""

    def __init__(self, problem: Layered) -> None:
        self.theta: Array = problem.flat(problem.weights, problem.biases).astype(problem.dtype)
        self.gradient: Array = np.zeros_like(self.theta)
        self.weights: list[Array] = []
        self.gradients: list[Array] = []
        start = 0
        for n, m in pairwise(problem.sizes):
            stop = start + m * (n + 1)
            self.weights.append(self.theta[start:stop].reshape(m, n + 1))
            self.gradients.append(self.gradient[start:stop].reshape(m, n + 1))
            start = stop

    @property
    def all(self) -> tuple[Array, Array, list[Array], list[Array]]:
        """Theta, its gradient, the weights, their gradients."""
        return self.theta, self.gradient, self.weights, self.gradients


def _tanh_step(problem: Layered, flat: "_Flat", size: int) -> Step:
    theta, gradient, (w1, w2), (g1, g2) = flat.all
    dtype = problem.dtype
    h1 = np.ones((len(w1) + 1, size), dtype)
    h, h1T = h1[:-1], h1.T
    a, m, back1 = np.empty((len(w2), size), dtype), np.empty(size, dtype), np.empty_like(h1)
    cells, back, slope = a.ravel(), back1[:-1], np.empty_like(h)
    one, step = np.array(1, dtype), np.array(problem.step(size), dtype)
    first, second, carry = w1.dot, w2.dot, w2.T.dot
    assign1, assign2, pick = back.dot, a.dot, cells.take
    tanh, exp, subtract, multiply, divide = np.tanh, np.exp, np.subtract, np.multiply, np.divide
    reducers: tuple[Array, Array] = (np.maximum.reduce, np.add.reduce)  # NumPy's stubs know no out
    largest, total = reducers

    def run(x: Array, t: Array, at: Array, found: Array) -> None:
        first(x.T, h)
        tanh(h, h)
        second(h1, a)
        largest(a, 0, None, m)
        subtract(a, m, a)
        exp(a, a)
        total(a, 0, None, m)
        divide(a, m, a)
        pick(at, 0, found, "clip")
        subtract(a, t, a)
        multiply(a, step, a)
        carry(a, back1)
        multiply(h, h, slope)
        subtract(one, slope, slope)
        multiply(back, slope, back)
        assign2(h1T, g2)
        assign1(x, g1)
        subtract(theta, gradient, theta)

    return run


def _relu_step(problem: Layered, flat: "_Flat", size: int) -> Step:
    theta, gradient, (w1, w2, w3), (g1, g2, g3) = flat.all
    dtype = problem.dtype
    h1, k1 = np.ones((len(w1) + 1, size), dtype), np.ones((len(w2) + 1, size), dtype)
    h, k, h1T, k1T = h1[:-1], k1[:-1], h1.T, k1.T
    a, m = np.empty((len(w3), size), dtype), np.empty(size, dtype)
    full1, full2, cells = np.empty_like(h1), np.empty_like(k1), a.ravel()
    back1, back2 = full1[:-1], full2[:-1]
    on1, on2 = np.empty(h.shape, bool), np.empty(k.shape, bool)
    zero1, zero2 = (
        np.zeros_like(h),
        np.zeros_like(k),
    )  # whole: against a scalar it takes thrice as long
    step = np.array(problem.step(size), dtype)
    first, second, third = w1.dot, w2.dot, w3.dot
    carry2, carry1, pick = w3.T.dot, w2.T.dot, cells.take
    assign1, assign2, assign3 = back1.dot, back2.dot, a.dot
    maximum, greater, exp, subtract = np.maximum, np.greater, np.exp, np.subtract
    multiply, divide = np.multiply, np.divide
    reducers: tuple[Array, Array] = (np.maximum.reduce, np.add.reduce)  # NumPy's stubs know no out
    largest, total = reducers

    def run(x: Array, t: Array, at: Array, found: Array) -> None:
        first(x.T, h)
        maximum(h, zero1, out=h)
        second(h1, k)
        maximum(k, zero2, out=k)
        third(k1, a)
        largest(a, 0, None, m)
        subtract(a, m, a)
        exp(a, a)
        total(a, 0, None, m)
        divide(a, m, a)
        pick(at, 0, found, "clip")
        subtract(a, t, a)
        multiply(a, step, a)
        carry2(a, full2)
        greater(k, zero2, on2)
        multiply(back2, on2, back2)
        carry1(back2, full1)
        greater(h, zero1, on1)
        multiply(back1, on1, back1)
        assign3(k1T, g3)
        assign2(h1T, g2)
        assign1(x, g1)
        subtract(theta, gradient, theta)

    return run


def products_system(problem: Layered) -> System:
    """The bare products of an epoch's batches and nothing else: what `np.dot` can do at most."""

    def prepare() -> Callable[[], None]:
        return lambda: _multiply_all(problem)

    return System(PRODUCTS, "neurosim", prepare, note="the np.dot peak: no activation, no loss")


def _multiply_all(problem: Layered) -> None:
    flat = _Flat(problem)
    dtype, size = problem.dtype, problem.batch_size
    states = [np.ones((n + 1, size), dtype) for n in problem.sizes]
    x = np.ones((size, problem.sizes[0] + 1), dtype)
    calls: list[tuple[Callable[..., Array], Array, Array]] = []
    for i, (w, g) in enumerate(zip(flat.weights, flat.gradients, strict=True)):
        outputs, delta = states[i + 1][:-1], np.ones((len(w), size), dtype)
        calls += [
            (w.dot, x.T if i == 0 else states[i], outputs),
            (delta.dot, x if i == 0 else states[i].T, g),
        ]
        if i:
            calls.append((w.T.dot, delta, np.empty_like(states[i])))
    for _ in range(problem.epochs * (problem.n_rows // size)):
        for product, right, out in calls:
            product(right, out)
