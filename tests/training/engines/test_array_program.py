"""What the program of arrays does otherwise where layers or rows are large, with the same bits."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.functions.optimizers import SHIPPED
from neurosim.kernel.library import why_no_kernel
from neurosim.training.engines import array_program

RANDOM = np.random.default_rng(0)
X, T = RANDOM.normal(size=(23, 3)), RANDOM.random((23, 2))


def trained(activation, **options):
    """Theta of a 3-8-2 after two epochs of shuffled batches."""
    net = ns.Network("layers", seed=1)
    net.add_layer("x", 3)
    net.add_layer("h", 8, activation=activation)
    net.add_layer("o", 2, activation="sigmoid")
    net.connect("x", "h")
    net.connect("h", "o")
    chosen = {"epochs": 2, "batch_size": 5, "shuffle": True, "program": "arrays"}
    chosen |= {"optimizer": ns.SGD(0.5)} | options
    ns.train(net, X, T, **chosen)
    return net.parameters()


@pytest.mark.slow
def test_every_shipped_optimizer_may_take_theta_in_pieces(monkeypatch):
    for name, kind in SHIPPED.items():
        if kind is ns.Perceptron:
            continue  # it trains steps alone
        for penalty in (None, ns.L2(0.1)):
            options = {"optimizer": kind(0.01), "penalty": penalty}
            monkeypatch.setattr(array_program, "_PIECE", 16_384)
            whole = trained("tanh", **options)
            monkeypatch.setattr(array_program, "_PIECE", 3)
            assert trained("tanh", **options).tolist() == whole.tolist(), f"{name}, {penalty}"


@pytest.mark.parametrize("precision", ["double", "single"])
def test_rows_taken_batch_by_batch_give_the_same(monkeypatch, precision):
    at_once = trained("relu", precision=precision)
    monkeypatch.setattr(array_program, "_CACHE", 0)
    assert trained("relu", precision=precision).tolist() == at_once.tolist()


def test_large_layers_descend_at_once_with_the_same_bits(monkeypatch):
    for activation in ("relu", "tanh", "sigmoid"):
        for precision in ("double", "single"):
            options = {"optimizer": ns.SGD(0.5), "precision": precision}
            monkeypatch.setattr(array_program, "LEAST_DESCENT", 10**9)
            before = trained(activation, **options)
            monkeypatch.setattr(array_program, "LEAST_DESCENT", 0)
            found = trained(activation, **options)
            assert found.tolist() == before.tolist(), f"{activation}, {precision}"


@pytest.mark.skipif(why_no_kernel() is not None, reason="no kernel")
def test_the_kernels_passes_give_the_bits_of_numpy(monkeypatch):
    for activation in ("relu", "tanh", "sigmoid"):
        with_passes = trained(activation)
        with monkeypatch.context() as patch:
            patch.setenv("NEUROSIM_KERNEL", "off")
            without = trained(activation)
        assert with_passes.tolist() == without.tolist(), activation
