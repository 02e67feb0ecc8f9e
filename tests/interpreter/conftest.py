"""What the tests of the walk share: small networks with numbers that a reader can check."""

import numpy as np
import pytest

from neurosim.interpreter import backward, forward, measure, update
from neurosim.network import Network


@pytest.fixture
def net():
    """The tutorial's 2-2-1: x1, x2 -> h1, h2 (sigmoid) -> o1 (sigmoid); all weights (0, 1)."""
    made = Network("two-two-one")
    made.add_layer("x", ["x1", "x2"])
    made.add_layer("h", ["h1", "h2"], activation="sigmoid")
    made.add_layer("o", 1, activation="sigmoid")
    made.connect("x", "h", weights=[[0, 0], [1, 1]])
    made.connect("h", "o", weights=[[0], [1]])
    return made


@pytest.fixture
def line():
    """x -> h -> y, by whole numbers: h = 2 x + 1, y = -3 h + 0.5."""
    made = Network("line")
    made.add_input("x")
    made.add_neuron("h", bias=1.0)
    made.add_neuron("y", bias=0.5)
    made.connect("x", "h", weight=2.0)
    made.connect("h", "y", weight=-3.0)
    made.outputs = ["y"]
    return made


@pytest.fixture
def mazur():
    """Mazur's 2-2-2 example, whose biases are not trained."""
    made = Network("mazur")
    made.add_layer("x", ["x1", "x2"])
    for name, bias in (("h", 0.35), ("o", 0.60)):
        made.add_layer(name, 2, activation="sigmoid", bias=bias, bias_trainable=False)
    made.connect("x", "h", weights=[[0.15, 0.25], [0.20, 0.30]])
    made.connect("h", "o", weights=[[0.40, 0.50], [0.45, 0.55]])
    return made


@pytest.fixture
def batch():
    """A function: every step of one batch, there, back, and updated."""

    def steps(network, X, T, loss, optimizer, *, memory=None, count=1, divisor=1, **options):
        for position, (x, t) in enumerate(zip(X, T, strict=True)):
            yield from forward(network, x)
            yield from measure(network, t, loss)
            yield from backward(network, t, loss, position=position)
        if memory is None:
            memory = np.repeat(
                np.array(optimizer.start)[:, None], len(network.parameters()), axis=1
            )
        yield from update(
            network,
            optimizer,
            memory,
            count=count,
            rate=optimizer.learning_rate,
            rows=len(X),
            divisor=divisor,
            **options,
        )

    return steps
