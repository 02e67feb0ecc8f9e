"""One sample there and back, number by number.

Neurosim's walk, every record of it made; the same walk by hand without records; micrograd. Hidden
layers are relu, since micrograd knows no other.
"""

from collections import deque
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from itertools import pairwise
from typing import Any

import numpy as np

from neurosim.functions.losses import LOSSES
from neurosim.interpreter.backward import backward, measure
from neurosim.interpreter.forward import forward
from neurosim.network.network import Network
from tests.benchmarks.layered import Layered
from tests.benchmarks.systems import NEUROSIM, Absent, Numbers, Outcome, System

BY_HAND = "walk by hand"


def sample(sizes: tuple[int, ...]) -> Layered:
    """One sample for a network of these sizes: relu, a last layer of identity, squared error."""
    random = np.random.default_rng(11)
    weights = tuple(random.uniform(-1, 1, pair) for pair in pairwise(sizes))
    biases = tuple(random.uniform(-1, 1, n) for n in sizes[1:])
    activations = (*("relu" for _ in sizes[2:]), "identity")
    X, T = random.uniform(-1, 1, (1, sizes[0])), random.uniform(-1, 1, (1, sizes[-1]))
    return Layered(
        "walk", activations, "half_squared_error", "sum", 1.0, 1, 1, False, X, T, weights, biases
    )


def neurosim_walk(problem: Layered, times: int) -> System:
    """The drained generators of the interpreter."""
    net = problem.build()
    x, t, loss = problem.X[0], problem.T[0], LOSSES[problem.loss]

    def run() -> Outcome:
        for _ in range(times):
            deque(forward(net, x), maxlen=0)
            deque(measure(net, t, loss), maxlen=0)
            deque(backward(net, t, loss), maxlen=0)
        return _outcome(net)

    return System(NEUROSIM, NEUROSIM, lambda: run, lambda made: made, units=times)


def _outcome(net: Network) -> Outcome:
    gradients = [parameter.gradient for parameter in net.parameter_list()]
    return Outcome({"loss": np.array([net.loss]), "gradient": np.array(gradients, np.float64)})


def walk_by_hand(problem: Layered, times: int) -> System:
    """The same walk over lists of floats, without any record: what records cost."""

    def run() -> Outcome:
        rows = [
            (w.T.tolist(), b.tolist())
            for w, b in zip(problem.weights, problem.biases or (), strict=True)
        ]
        x, t = problem.X[0].tolist(), problem.T[0].tolist()
        for _ in range(times):
            loss, gradient = _there_and_back(rows, x, t)
        return Outcome({"loss": np.array([loss]), "gradient": np.array(gradient)})

    return System(BY_HAND, "tuned", lambda: run, lambda made: made, units=times)


def _there_and_back(
    rows: list[tuple[list[list[float]], list[float]]], x: list[float], t: list[float]
) -> tuple[float, list[float]]:
    outputs = [x]
    for number, (weights, biases) in enumerate(rows, start=1):
        a = []
        for incoming, bias in zip(weights, biases, strict=True):
            z = bias
            for w, source in zip(incoming, outputs[-1], strict=True):
                z += w * source
            a.append(z if number == len(rows) or z > 0.0 else 0.0)
        outputs.append(a)
    deltas = [a - target for a, target in zip(outputs[-1], t, strict=True)]
    loss = 0.5 * sum(delta * delta for delta in deltas)
    parts: list[list[float]] = []
    for number in range(len(rows) - 1, -1, -1):
        weights, sources = rows[number][0], outputs[number]
        part = []
        for delta in deltas:
            part += [delta * source for source in sources]
            part.append(delta)
        parts.append(part)
        if number:
            blames = [0.0] * len(sources)
            for incoming, delta in zip(weights, deltas, strict=True):
                blames = [b + w * delta for b, w in zip(blames, incoming, strict=True)]
            deltas = [b if a > 0.0 else 0.0 for b, a in zip(blames, sources, strict=True)]
    return loss, [number for part in reversed(parts) for number in part]


def micrograd_walk(problem: Layered, times: int) -> System | Absent:
    """The MLP of micrograd, begun at the same weights."""
    if find_spec("micrograd") is None:
        return Absent("micrograd", "micrograd", "not installed")
    model = import_module("micrograd.nn").MLP(problem.sizes[0], list(problem.sizes[1:]))
    _load(model, problem)
    x, t = problem.X[0].tolist(), problem.T[0].tolist()

    def run() -> Any:
        for _ in range(times):
            model.zero_grad()
            out = model(x)
            outputs = out if isinstance(out, list) else [out]
            loss = sum((a - target) ** 2 for a, target in zip(outputs, t, strict=True)) * 0.5
            loss.backward()
        return loss

    def outcome(loss: Any) -> Outcome:
        gradient = [p.grad for p in model.parameters()]
        return Outcome({"loss": np.array([loss.data]), "gradient": np.array(gradient)})

    return System("micrograd", "micrograd", lambda: run, outcome, units=times)


def _load(model: Any, problem: Layered) -> None:
    flat: Numbers = problem.flat(problem.weights, problem.biases)
    for parameter, value in zip(model.parameters(), flat.tolist(), strict=True):
        parameter.data = value


WALKS: tuple[Callable[[Layered, int], System | Absent], ...] = (
    neurosim_walk,
    walk_by_hand,
    micrograd_walk,
)
