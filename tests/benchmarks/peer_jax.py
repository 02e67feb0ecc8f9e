"""JAX: the whole training of a problem as one compiled program, on one core.

It is compiled before anything is timed. Where an epoch's last batch is smaller, it is a second step
behind the scan over the full ones.
"""

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from itertools import pairwise
from typing import Any

import numpy as np

from tests.benchmarks.irregular import Irregular
from tests.benchmarks.layered import Layered
from tests.benchmarks.systems import Absent, Outcome, System

NAME = "jax.jit"
SEGMENT = "jax segment_sum"


def jax_system(problem: Layered) -> System | Absent:
    """JAX on a layered problem."""
    if find_spec("jax") is None:
        return Absent(NAME, "jax", "not installed")
    train = _program(problem)

    def prepare() -> Callable[[], Outcome]:
        return lambda: _train(problem, train)

    return System(NAME, "jax", prepare, lambda outcome: outcome)


def load_jax() -> Any:
    """The library, set to compute in the precision it is given."""
    jax = import_module("jax")
    jax.config.update("jax_enable_x64", True)  # without it, it makes float32 of everything
    return jax


def _train(problem: Layered, train: Callable[..., Any]) -> Outcome:
    dtype = problem.dtype
    weights = tuple(w.astype(dtype) for w in problem.weights)
    biases = None if problem.biases is None else tuple(b.astype(dtype) for b in problem.biases)
    orders = np.array(list(problem.orders())) if problem.shuffle else None
    (weights, biases), losses = train((weights, biases), problem.X, problem.T, orders)
    flat = problem.flat(
        tuple(map(np.asarray, weights)),
        None if biases is None else tuple(map(np.asarray, biases)),
    )
    return Outcome({"losses": np.asarray(losses) / problem.divisor(), "parameters": flat})


def _program(problem: Layered) -> Callable[..., Any]:
    jax = load_jax()
    lax = jax.lax
    size, n_rows = problem.batch_size, problem.n_rows
    n_full = n_rows // size
    activations = [_activation(jax, name) for name in problem.activations]

    def measure(parameters: Any, x: Any, t: Any) -> Any:
        weights, biases = parameters
        a = x
        for i, w in enumerate(weights):
            a = activations[i](a @ w if biases is None else a @ w + biases[i])
        if problem.loss == "cross_entropy":
            return (jax.nn.logsumexp(a, axis=1) - (a * t).sum(axis=1)).sum()
        return 0.5 * ((t - a) ** 2).sum()

    def update(parameters: Any, x: Any, t: Any) -> Any:
        loss, gradients = jax.value_and_grad(measure)(parameters, x, t)
        step = problem.step(len(x))
        return jax.tree.map(lambda p, g: p - step * g, parameters, gradients), loss

    def epoch(parameters: Any, X: Any, T: Any) -> Any:
        if n_full == 1 and n_rows == size:
            return update(parameters, X, T)
        whole = n_full * size
        batches = (
            X[:whole].reshape(n_full, size, -1),
            T[:whole].reshape(n_full, size, -1),
        )
        parameters, losses = lax.scan(lambda p, batch: update(p, *batch), parameters, batches)
        total = losses.sum()
        if whole < n_rows:
            parameters, loss = update(parameters, X[whole:], T[whole:])
            total += loss
        return parameters, total

    def train(parameters: Any, X: Any, T: Any, orders: Any) -> Any:
        if orders is None:
            return lax.scan(lambda p, _: epoch(p, X, T), parameters, length=problem.epochs)
        return lax.scan(lambda p, order: epoch(p, X[order], T[order]), parameters, orders)

    compiled = jax.jit(train)
    return lambda *arguments: jax.block_until_ready(compiled(*arguments))


def _activation(jax: Any, name: str) -> Callable[[Any], Any]:
    table: dict[str, Callable[[Any], Any]] = {
        "sigmoid": jax.nn.sigmoid,
        "tanh": jax.numpy.tanh,
        "relu": jax.nn.relu,
        "softmax": lambda z: z,  # the loss takes the net inputs
    }
    return table[name]


def jax_segment_system(problem: Irregular) -> System | Absent:
    """JAX on an irregular problem: a gather and a `segment_sum` for each level."""
    if find_spec("jax") is None:
        return Absent(SEGMENT, "jax", "not installed")
    train = _segment_program(problem)

    def prepare() -> Callable[[], Outcome]:
        return lambda: _train_segments(problem, train)

    return System(SEGMENT, "jax", prepare, lambda outcome: outcome)


def _train_segments(problem: Irregular, train: Callable[..., Any]) -> Outcome:
    biases = np.zeros(problem.n_neurons - problem.n_in)
    (weights, biases), losses = train((problem.weights, biases), problem.X.T, problem.T.T)
    flat = problem.flat(np.asarray(weights), np.asarray(biases))
    return Outcome({"losses": np.asarray(losses), "parameters": flat})


def _segment_program(problem: Irregular) -> Callable[..., Any]:
    jax = load_jax()
    jnp, n_in, size = jax.numpy, problem.n_in, len(problem.X)
    into = np.searchsorted(problem.targets, problem.levels)
    levels = list(
        zip(pairwise(problem.levels[1:].tolist()), pairwise(into[1:].tolist()), strict=True)
    )

    def measure(parameters: Any, X: Any, T: Any) -> Any:
        w, b = parameters
        A = X
        for (low, high), (first, last) in levels:
            terms = A[problem.sources[first:last]] * w[first:last, None]
            z = jax.ops.segment_sum(
                terms, problem.targets[first:last] - low, high - low, indices_are_sorted=True
            )
            A = jnp.concatenate((A, jnp.tanh(z + b[low - n_in : high - n_in, None])))
        return 0.5 * ((A[-problem.n_out :] - T) ** 2).sum() / size

    def update(parameters: Any, X: Any, T: Any) -> Any:
        loss, gradients = jax.value_and_grad(measure)(parameters, X, T)
        return jax.tree.map(lambda p, g: p - problem.rate * g, parameters, gradients), loss

    def train(parameters: Any, X: Any, T: Any) -> Any:
        return jax.lax.scan(lambda p, _: update(p, X, T), parameters, length=problem.epochs)

    compiled = jax.jit(train)
    return lambda *arguments: jax.block_until_ready(compiled(*arguments))
