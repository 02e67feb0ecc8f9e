"""The number of BLAS threads: one, unless the products are large enough to gain from more.

On small products two threads are slower and unsteady, and other bits come out; so a network whose
products are small gives the same bits whatever the machine has.
"""

import math
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from operator import itemgetter
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from neurosim.compiler.plan import Dense, Plan

# multiply-adds of one product from which a second thread was seen to pay (256 x 512 x 128 and up)
LARGE_PRODUCT = 10_000_000
# multiply-adds below which no product is shared among threads (OpenBLAS begins at 8,192)
SMALL_PRODUCT = 8_000
_THREADS = "threads"  # the key of their number
PINS = (
    "OPENBLAS_CORETYPE",
    "MKL_CBWR",
    "MKL_ENABLE_INSTRUCTIONS",
    "MKL_DEBUG_CPU_TYPE",
    "BLIS_ARCH_TYPE",
    "NPY_DISABLE_CPU_FEATURES",
    "ONEDNN_MAX_CPU_ISA",
)


@contextmanager
def blas_threads(plan: Plan, rows: int) -> Iterator[None]:
    """Hold BLAS to one thread where this plan's products are small, yet not too small for two."""
    if needs_one_thread(plan, rows):
        with _ONE_THREAD:
            yield
    else:
        yield


def one_blas_thread() -> AbstractContextManager[None]:
    """Hold BLAS to one thread, whatever the products: where processes share the machine."""
    return _ONE_THREAD


def needs_one_thread(plan: Plan, rows: int) -> bool:
    """Whether products of so many rows are neither too small nor large enough for two threads."""
    if max(plan.n_slots, len(plan.outputs)) * rows < SMALL_PRODUCT:
        return False
    return largest_product(plan, rows) < LARGE_PRODUCT


class _OneThread:
    """The limit of the process, counted: the first who enters sets it, the last one out lifts it.

    Trainings in several threads enter and leave in any order.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._inside = 0
        self._limit: Any = None

    def __enter__(self) -> None:
        with self._lock:
            if not self._inside:
                self._limit = _controller().limit(limits=1, user_api="blas")
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                self._limit.restore_original_limits()


_ONE_THREAD = _OneThread()


def largest_product(plan: Plan, rows: int) -> int:
    """The multiply-adds of the largest matrix product of a pass with so many rows."""
    cells = (
        block.size * len(block.weights.sources)
        for block in plan.blocks
        if isinstance(block.weights, Dense)
    )
    return max(cells, default=0) * rows


def most_rows_of_one_thread(plan: Plan) -> float:
    """The rows of a pass up to which no number depends on how many threads there are."""
    of_a_row = largest_product(plan, 1)
    return (LARGE_PRODUCT - 1) // of_a_row if of_a_row else math.inf


def blas_facts() -> list[dict[str, Any]]:
    """The libraries of linear algebra that NumPy has loaded: their kernels, threads and files.

    Those that other packages bring compute nothing here, and are there or not, whoever ran before.
    Where NumPy has none of its own (that of the system serves it), all are told.
    """
    np.dot(np.ones((2, 2)), np.ones((2, 2)))  # a library is listed once it is loaded
    found = [info for info in _controller().info() if info["user_api"] == "blas"]
    own = [info for info in found if _is_of_numpy(Path(info["filepath"]))]
    told = [
        {
            "library": info["internal_api"],
            "version": info["version"] or "unknown",
            "kernels": info.get("architecture", "unknown"),
            _THREADS: info["num_threads"],
            "file": Path(info["filepath"]).name,
        }
        for info in own or found
    ]
    return sorted(told, key=itemgetter("file"))  # the order of loading is not the same each time


def _is_of_numpy(library: Path) -> bool:
    package = Path(np.__file__).parent
    return any(library.is_relative_to(p) for p in (package, package.with_name("numpy.libs")))


def without_threads(facts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Facts without the number of threads, on which no bit depends where products are small."""
    return [{key: value for key, value in fact.items() if key != _THREADS} for fact in facts]


def thread_counts() -> list[int]:
    """How many threads each library of linear algebra has."""
    return [fact[_THREADS] for fact in blas_facts()]


def pinned_kernels(environment: Mapping[str, str]) -> list[str]:
    """A warning for each variable that makes a library use other kernels than it would choose."""
    return [
        f"{name}={environment[name]} pins kernels: they may be slower than those the library"
        " would choose"
        for name in PINS
        if name in environment
    ]


@cache
def _controller() -> Any:
    from threadpoolctl import ThreadpoolController  # takes a while to load and to look around

    return ThreadpoolController()
