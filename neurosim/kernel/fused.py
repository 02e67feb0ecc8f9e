"""Passes over matrices in C: what array programs do with NumPy in several, with the same bits.

A pass goes over the matrix once, where NumPy goes once for each call, and the processor waits for
memory more than it computes.
"""

import ctypes
from collections.abc import Callable
from functools import partial
from typing import Any

from numpy.typing import NDArray

from neurosim.functions.activations import ACTIVATIONS
from neurosim.kernel.library import load_kernel

# of array forms: the pass, and what it computes; x is what it is given, y what it changes
PASSES: dict[Any, tuple[str, str]] = {
    ACTIVATIONS["relu"].array: ("relu", "{y} = max({x}, 0)"),
    ACTIVATIONS["relu"].array_slope: ("relu_back", "{y} = {y} * ({x} > 0)"),
    ACTIVATIONS["tanh"].array_slope: ("tanh_back", "{y} = {y} * (1 - {x}^2)"),
    ACTIVATIONS["sigmoid"].array_slope: ("sigmoid_back", "{y} = {y} * {x} * (1 - {x})"),
}


def fused(name: str, given: NDArray[Any], changed: NDArray[Any]) -> Callable[[], None]:
    """The pass of this name over two arrays of one shape, each in one piece, which it keeps.

    Raises:
        KernelMissingError: there is no kernel.
    """
    assert all(a.flags.c_contiguous for a in (given, changed)), "an array is in pieces"
    function = getattr(load_kernel().library, f"neurosim_{name}_{given.dtype.char}")
    addresses = [ctypes.c_void_p(array.ctypes.data) for array in (given, changed)]
    function.restype = None
    return partial(function, *addresses, ctypes.c_int64(given.size))


def take_rows(X: NDArray[Any], order: NDArray[Any], rows: NDArray[Any]) -> None:
    """Write rows of X, (B, n), in this order, a one behind each: (len(order), n + 1).

    X and what is written have one type, float64 or float32.

    Raises:
        KernelMissingError: there is no kernel.
    """
    arrays = (X, order, rows)
    assert all(array.flags.c_contiguous for array in arrays), "an array is in pieces"
    assert X.dtype == rows.dtype, "arrays of two types"
    function = getattr(load_kernel().library, f"neurosim_take_rows_{X.dtype.char}")
    given, chosen, made = (ctypes.c_void_p(array.ctypes.data) for array in arrays)
    sizes = ctypes.c_int64(X.shape[1]), ctypes.c_int64(len(order))
    function(given, sizes[0], chosen, sizes[1], made)
