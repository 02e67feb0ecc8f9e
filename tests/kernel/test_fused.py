"""Passes of the kernel that stand for several of NumPy's in programs of arrays."""

import itertools

import numpy as np
import pytest

from neurosim.functions.activations import ACTIVATIONS
from neurosim.kernel.fused import PASSES, fused, take_rows
from neurosim.kernel.library import why_no_kernel

pytestmark = pytest.mark.skipif(why_no_kernel() is not None, reason="no kernel")
EXTREMES = [0.0, 1.0, -1.0, 1e-320, -1e-320, 1e300, -1e300, np.inf, -np.inf, np.nan]


def numbers(dtype):
    """Pairs of extremes and of common numbers, (2, 3, n)."""
    random = np.random.default_rng(0)
    pairs = np.array(list(itertools.product(EXTREMES, EXTREMES))).T
    both = np.concatenate([pairs, random.standard_normal((2, 200))], axis=1)
    with np.errstate(over="ignore"):
        return both.astype(dtype).reshape(2, 3, -1)


def test_each_pass_has_the_bits_of_numpy():
    for name, dtype in itertools.product(("relu", "tanh", "sigmoid"), (np.float64, np.float32)):
        activation = ACTIVATIONS[name]
        with np.errstate(all="ignore"):
            if activation.array in PASSES:
                z, expected = numbers(dtype)
                found = z.copy()
                activation.array(z, expected)
                fused(PASSES[activation.array][0], found, found)()
                np.testing.assert_array_equal(found, expected, f"{name}, {dtype}")
            a, d = numbers(dtype)
            slope = np.empty_like(a)
            activation.array_slope(a, a, slope)
            expected = d * slope
            fused(PASSES[activation.array_slope][0], a, d)()
            np.testing.assert_array_equal(d, expected, f"slope of {name}, {dtype}")


def test_arrays_in_pieces_are_refused():
    with pytest.raises(AssertionError, match="in pieces"):
        fused("relu", np.ones((3, 4))[:, :2], np.ones((3, 2)))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_rows_are_taken_in_order_with_a_one_behind_each(dtype):
    X, order = np.arange(12, dtype=dtype).reshape(4, 3), np.array([2, 0, 2])
    rows = np.full((3, 4), np.nan, dtype)

    take_rows(X, order, rows)

    assert rows.tolist() == [[6, 7, 8, 1], [0, 1, 2, 1], [6, 7, 8, 1]]
