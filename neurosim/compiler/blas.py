"""The product that NumPy lacks: one that is added to what is there, by NumPy's own BLAS.

NumPy's products overwrite. So a step of gradient descent takes a product into a matrix of
gradients, and a pass over the weights to subtract it; BLAS does both at once, in less time than the
product alone, since the gradients are never written. Up to some 300 samples in a batch it gives the
same bits, of matrices; a longer sum it takes in parts, each of which it subtracts.
"""

import ctypes
import sys
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from numpy.typing import NDArray

Array = NDArray[Any]
Descent = Callable[[Array], None]

# its names in what NumPy's wheels, Linux distributions and conda bring, and how long its integers
_NAMES: tuple[tuple[str, Any], ...] = (
    ("scipy_cblas_{}gemm64_", ctypes.c_int64),
    ("scipy_cblas_{}gemm", ctypes.c_int),
    ("cblas_{}gemm64_", ctypes.c_int64),
    ("cblas_{}gemm", ctypes.c_int),
)
_NUMBERS: dict[str, tuple[str, Any]] = {"d": ("d", ctypes.c_double), "f": ("s", ctypes.c_float)}
_BY_ROWS, _AS_IT_IS, _TRANSPOSED = 101, 111, 112  # the values of CBLAS


def descent(weights: Array, delta: Array) -> Descent:
    """The function of v that computes ``weights -= delta @ v``, in place.

    Args:
        weights: (n_out, n_in), in one piece.
        delta: (n_out, B), in one piece.

    Returns:
        It takes v of (B, n_in), whose rows or columns are in one piece each.
    """
    gemm = _find_gemm(weights.dtype.char)
    assert gemm is not None, "asked for without has_descent"
    (n_out, n_in), size, width = weights.shape, delta.shape[1], weights.itemsize
    # pointers that keep their arrays
    moved, given = (array.ctypes.data_as(ctypes.c_void_p) for array in (weights, delta))

    def descend(v: Array) -> None:
        down, right = v.strides
        order, step = (_AS_IT_IS, down) if right == width else (_TRANSPOSED, right)
        room = max(step // width, n_in if order == _AS_IT_IS else size)
        gemm(
            _BY_ROWS, _AS_IT_IS, order, n_out, n_in, size,
            -1.0, given, size, _address(v), room, 1.0, moved, n_in,
        )  # fmt: skip

    return descend


def has_descent() -> bool:
    """Whether NumPy's BLAS was found, and has that product."""
    return all(_find_gemm(kind) is not None for kind in _NUMBERS)


def _address(array: Array) -> int:
    found: int = array.__array_interface__["data"][0]  # ``ctypes.data`` takes four times as long
    return found


@lru_cache
def _find_gemm(kind: str) -> Any:
    """The function of BLAS for numbers of this kind, or None."""
    letter, number = _NUMBERS[kind]
    library = _open_numpy()
    for name, integer in _NAMES:
        gemm = getattr(library, name.format(letter), None)
        if gemm is not None:
            sizes, array = [integer] * 3, (ctypes.c_void_p, integer)
            gemm.argtypes = [ctypes.c_int] * 3 + [*sizes, number, *array, *array, number, *array]
            gemm.restype = None
            return gemm
    return None


def _open_numpy() -> Any:
    """NumPy's library: where the system looks for a name in it, it looks in its BLAS, too."""
    names = ("numpy._core._multiarray_umath", "numpy.core._multiarray_umath")
    module = next(sys.modules[name] for name in names if name in sys.modules)
    return ctypes.CDLL(module.__file__)
