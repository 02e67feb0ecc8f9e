"""Rows as a training holds them: of float32 as float32, and where nobody changes them, in place."""

import gc
import weakref

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


@pytest.mark.parametrize("X", [SINGLE, DOUBLE], ids=["float32", "float64"])
def test_train_reads_rows_where_they_are(monkeypatch, X):
    before, tasks, made = X.copy(), [], array_program.ArrayProgram.__init__
    monkeypatch.setattr(
        array_program.ArrayProgram,
        "__init__",
        lambda self, task: (tasks.append(task), made(self, task))[1],
    )

    ns.train(layered(), X, T, **options(epochs=2))

    assert all(np.shares_memory(task.rows, X) for task in tasks)
    assert all(np.shares_memory(task.T, T) for task in tasks)
    assert not any(task.rows.flags.writeable for task in tasks)
    assert len(tasks) == 1
    assert X.flags.writeable
    assert np.array_equal(X, before)


def test_rows_are_free_again_after_train():
    X, targets = DOUBLE.copy(), T.copy()
    held = [weakref.ref(X), weakref.ref(targets)]

    net = layered()
    history = ns.train(net, X, targets, **options(epochs=2, metrics=("r2",)))

    del X, targets
    gc.collect()
    assert [array() for array in held] == [None, None]
    assert len(history.loss) == 2


def test_what_can_be_stopped_and_gone_on_with_has_its_own_rows():
    X, targets = DOUBLE.copy(), T.copy()
    expected = ns.train(layered(), X, targets, **options(epochs=3)).loss

    training = ns.Training(layered(), X, targets, **options())
    epochs = ns.epochs(layered(), X, targets, **options(epochs=3))
    X[:], targets[:] = 0.5, 0.5

    assert training.advance(epochs=3) == list(expected)
    assert [epoch.loss for epoch in epochs] == list(expected)


def test_rows_in_another_form_are_brought_into_it():
    wide, unaligned = np.zeros((46, 6)), np.zeros(DOUBLE.nbytes + 4, np.uint8)
    wide[::2, ::2] = DOUBLE
    unaligned[4:] = np.frombuffer(DOUBLE.tobytes(), np.uint8)
    forms = {
        "columns": np.asfortranarray(DOUBLE),
        "each second": wide[::2, ::2],
        "backwards": DOUBLE[::-1].copy()[::-1],
        "of another machine": DOUBLE.astype(DOUBLE.dtype.newbyteorder()),
        "unaligned": unaligned[4:].view(np.float64).reshape(DOUBLE.shape),
        "numbers of Python": DOUBLE.tolist(),
    }
    for precision in ("double", "single"):
        chosen = options(epochs=2, precision=precision)
        expected = ns.train(layered(), DOUBLE, T, **chosen).loss
        for name, given in forms.items():
            assert ns.train(layered(), given, T, **chosen).loss == expected, name
