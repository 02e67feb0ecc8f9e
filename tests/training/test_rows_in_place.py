"""Rows as a training holds them: of float32 as float32, and where nobody changes them, in place."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.training.engines import array_program

RANDOM = np.random.default_rng(0)
SINGLE = RANDOM.normal(size=(23, 3)).astype(np.float32)
DOUBLE, T = SINGLE.astype(np.float64), RANDOM.random((23, 2))


def layered():
    net = ns.Network("layers", seed=1)
    net.add_layer("x", 3)
    net.add_layer("h", 8, activation="tanh")
    net.add_layer("o", 2, activation="sigmoid")
    net.connect("x", "h")
    net.connect("h", "o")
    return net


def options(**changes):
    chosen = {"batch_size": 5, "shuffle": True, "optimizer": ns.SGD(0.5), "precision": "single"}
    return chosen | changes


def dropping(net):
    net.layer("h").dropout = 0.25


def dropping_inputs(net):
    net.layer("x").dropout = 0.25


CASES = {
    "shuffled": ({}, None),
    "as they are": ({"shuffle": False}, None),
    "all at once": ({"batch_size": None}, None),
    "dropout": ({}, dropping),
    "dropout of inputs": ({}, dropping_inputs),
    "noise": ({"input_noise": 0.1}, None),
    "watched": ({"validation": (SINGLE, T), "metrics": ("r2",)}, None),
    "scaled": ({}, lambda net: net.scale_inputs(DOUBLE)),
    "walked": ({"engine": "graph", "precision": "double"}, None),
    "double": ({"precision": "double"}, None),
}


@pytest.mark.parametrize("least", [0, 2_000_000], ids=["batch by batch", "at once"])
@pytest.mark.parametrize("case", CASES)
def test_rows_of_float32_train_as_the_same_numbers_do(monkeypatch, case, least):
    monkeypatch.setattr(array_program, "_CACHE", least)
    changes, edit = CASES[case]
    found = []
    for X in (SINGLE, DOUBLE):
        net = layered()
        if edit is not None:
            edit(net)
        history = ns.train(net, X, T, **options(epochs=2, **changes))
        found.append((history.loss, history.validation_loss, net.parameters().tolist()))

    assert found[0] == found[1]


def test_rows_of_float32_are_held_as_such_in_single_precision_alone():
    training = ns.Training(layered(), SINGLE, T, **options())
    training.advance(epochs=1)

    assert training.task.rows.dtype == np.float32
    assert training.task.X.dtype == np.float64
    assert training.task.X is training.task.X
    assert np.array_equal(training.task.X, DOUBLE)
    for given, changes in ((SINGLE, {"precision": "double"}), (DOUBLE, {})):
        assert ns.Training(layered(), given, T, **options(**changes)).task.rows.dtype == np.float64
