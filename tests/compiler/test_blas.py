"""The product of BLAS that is subtracted from the weights at once."""

import itertools
import types

import numpy as np

from neurosim.compiler import blas
from neurosim.compiler.blas import descent, has_descent

SHAPES = [(5, 7, 3), (64, 33, 17), (2, 9, 1), (1, 7, 3), (5, 1, 3), (1, 1, 1)]  # n_out, n_in, B


def test_a_descent_is_the_product_and_the_subtraction():
    assert has_descent()
    random = np.random.default_rng(0)
    for (n_out, n_in, size), dtype in itertools.product(SHAPES, (np.float64, np.float32)):
        delta = random.standard_normal((n_out, size)).astype(dtype)
        wide = random.standard_normal((size, n_in + 3)).astype(dtype)
        v = wide[:, 1 : n_in + 1]
        for name, form in (("rows", v.copy()), ("columns", v.T.copy().T), ("a part", v)):
            weights = random.standard_normal((n_out, n_in)).astype(dtype)
            expected = weights - delta @ form

            descent(weights, delta)(form)

            bound = 0.0 if min(n_out, n_in) > 1 else 4 * np.finfo(dtype).eps  # NumPy: other sums
            found = np.abs(weights - expected).max()
            assert found <= bound * n_in, f"{n_out}x{n_in}, {size} {name}, {dtype}: {found}"


def test_another_library_has_it_by_another_name_or_has_it_not(monkeypatch):
    product = types.SimpleNamespace
    for names, expected in (
        (("cblas_dgemm", "cblas_sgemm"), True),
        (("cblas_dgemm",), False),
        ((), False),
    ):
        library = types.SimpleNamespace(**{name: product() for name in names})
        monkeypatch.setattr(blas, "_open_numpy", lambda library=library: library)
        blas._find_gemm.cache_clear()
        assert has_descent() == expected, names
    monkeypatch.undo()
    blas._find_gemm.cache_clear()
