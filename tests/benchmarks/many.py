"""Many networks by one call: a thousand XOR networks from starts of their own, beside jax.vmap."""

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np

from neurosim.functions.optimizers import SGD
from neurosim.training.many import train_many
from neurosim.training.trainer import train
from tests.benchmarks.layered import Layered, xor
from tests.benchmarks.peer_jax import load_jax
from tests.benchmarks.systems import NEUROSIM, Absent, Numbers, Outcome, System

SIZES = {"full": (1_000, 1_000), "small": (5, 20)}  # networks, epochs
ONE_BY_ONE, OBJECTS, VMAP = "neurosim, one by one", "neurosim, objects", "jax.vmap"


def many_systems(size: str, peers: frozenset[str]) -> list[System | Absent]:
    """One call for thetas, one for objects, a call for each network, and jax."""
    count, epochs = SIZES[size]
    problem = xor(epochs, 4)
    starts = np.random.default_rng(0).uniform(-1, 1, (count, problem.build().parameters().size))
    makers = [_thetas, _objects, _one_by_one]
    made: list[System | Absent] = [make(problem, starts) for make in makers]
    if "jax" in peers:
        made.append(_jax(problem, starts))
    return made


def options_of(problem: Layered) -> dict[str, Any]:
    """The options of `train` that the problem asks for."""
    return {
        "loss": problem.loss,
        "optimizer": SGD(learning_rate=problem.rate),
        "epochs": problem.epochs,
        "reduction": problem.reduction,
    }


def _system(name: str, peer: str, starts: Numbers, epochs: int, run: Callable[[], Any]) -> System:
    def outcome(thetas: Any) -> Outcome:
        return Outcome({"parameters": np.asarray(thetas).ravel()})

    return System(name, peer, lambda: run, outcome, units=len(starts) * epochs)


def _thetas(problem: Layered, starts: Numbers) -> System:
    net, options = problem.build(), options_of(problem)

    def run() -> Numbers:
        return train_many((net, starts), problem.X, problem.T, **options)

    return _system(NEUROSIM, NEUROSIM, starts, problem.epochs, run)


def _objects(problem: Layered, starts: Numbers) -> System:
    nets, options = [problem.build() for _ in starts], options_of(problem)

    def run() -> list[Numbers]:
        for net, start in zip(nets, starts, strict=True):
            net.load_parameters(start)
        train_many(nets, problem.X, problem.T, **options)
        return [net.parameters() for net in nets]

    return _system(OBJECTS, NEUROSIM, starts, problem.epochs, run)


def _one_by_one(problem: Layered, starts: Numbers) -> System:
    net, options = problem.build(), options_of(problem)

    def run() -> list[Numbers]:
        found = []
        for start in starts:
            net.load_parameters(start)
            train(net, problem.X, problem.T, **options)
            found.append(net.parameters())
        return found

    return _system(ONE_BY_ONE, NEUROSIM, starts, problem.epochs, run)


def _jax(problem: Layered, starts: Numbers) -> System | Absent:
    if find_spec("jax") is None:
        return Absent(VMAP, "jax", "not installed")
    jax = load_jax()
    n_in, n_hidden, n_out = problem.sizes
    split = n_hidden * (n_in + 1)

    def measure(theta: Any) -> Any:  # neuron by neuron, its weights, then its bias
        hidden, output = theta[:split].reshape(n_hidden, -1), theta[split:].reshape(n_out, -1)
        a = jax.nn.sigmoid(problem.X @ hidden[:, :-1].T + hidden[:, -1])
        a = jax.nn.sigmoid(a @ output[:, :-1].T + output[:, -1])
        return 0.5 * ((problem.T - a) ** 2).sum()

    def update(theta: Any, _: Any) -> Any:
        loss, gradient = jax.value_and_grad(measure)(theta)
        return theta - problem.rate * gradient, loss

    def train_one(theta: Any) -> Any:
        return jax.lax.scan(update, theta, length=problem.epochs)

    compiled = jax.jit(jax.vmap(train_one))

    def run() -> Any:
        thetas, _ = jax.block_until_ready(compiled(starts))
        return thetas

    return _system(VMAP, "jax", starts, problem.epochs, run)
