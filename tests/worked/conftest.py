"""What the worked examples share: building, the measure of equality, and engines made wrong.

A mutation changes a table that both engines read, so each example can be seen to fail: a test
whose name begins with "mutated" says which mutation, and would fail if the example did not notice.
"""

from dataclasses import replace

import numpy as np
import pytest

import neurosim as ns
from neurosim.functions.activations import ACTIVATIONS
from neurosim.functions.losses import LOSSES

SINGLE, TRAINED = 1e-14, 1e-13  # times max(1, |x|): after a single pass; after training


def _dense(sizes, weights, biases, *, trainable_biases=True):
    """Sigmoid layers x, h, o, fully connected; rows of a matrix of weights are sources."""
    net = ns.Network("worked example")
    net.add_layer("x", sizes[0])
    names = ["h", "o"] if len(sizes) == 3 else ["o"]
    for name, size, bias in zip(names, sizes[1:], biases, strict=True):
        net.add_layer(name, size, activation="sigmoid", bias=bias, bias_trainable=trainable_biases)
    for source, target, matrix in zip(["x", *names], names, weights, strict=False):
        net.connect(source, target, weights=matrix)
    return net


@pytest.fixture(scope="session")
def dense():
    """``dense(sizes, weights, biases)``: fully connected sigmoid layers."""
    return _dense


@pytest.fixture(scope="session")
def outputs():
    """``outputs(net, X, engine)``, (B, n_out): node by node, or as matrices."""

    def outputs(net, X, engine):
        if engine == "graph":
            return np.array([net.forward(row) for row in X])
        return ns.compile_network(net).forward(X)

    return outputs


@pytest.fixture(scope="session")
def single():
    """The tolerance after a single pass."""
    return SINGLE


@pytest.fixture(scope="session")
def trained():
    """The tolerance after training."""
    return TRAINED


def _swap(monkeypatch, table, name, other):
    monkeypatch.setitem(table, name, replace(table[other], name=name))


@pytest.fixture
def mutate(monkeypatch):
    """``mutate(name)``: make both engines wrong in the way of that name, until the test ends."""

    def mutate(mutation):
        MUTATIONS[mutation](monkeypatch)

    return mutate


def _slope_without_its_second_factor(monkeypatch):
    """In the graph alone: a instead of a * (1 - a)."""
    right = ACTIVATIONS["sigmoid"]
    monkeypatch.setitem(ACTIVATIONS, "sigmoid", replace(right, slope=lambda _z, a: a))


MUTATIONS = {
    "sigmoid is tanh": lambda m: _swap(m, ACTIVATIONS, "sigmoid", "tanh"),
    "loss gradient doubled": lambda m: _swap(m, LOSSES, "half_squared_error", "squared_error"),
    "loss gradient halved": lambda m: _swap(m, LOSSES, "squared_error", "half_squared_error"),
    "mean taken as half": lambda m: _swap(m, LOSSES, "mean_squared_error", "half_squared_error"),
    "log loss is squared": lambda m: _swap(m, LOSSES, "binary_cross_entropy", "squared_error"),
    "slope without its second factor": _slope_without_its_second_factor,
}
