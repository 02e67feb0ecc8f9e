"""How many threads BLAS may use: one, unless the products are large enough to gain from more.

On small products two threads are slower and unsteady, and other bits come out; so a network whose
products are small gives the same bits whatever the machine has.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from neurosim.compiler.plan import Dense, Plan

# multiply-adds of one product from which a second thread was seen to pay (256 x 512 x 128 and up)
LARGE_PRODUCT = 10_000_000


@contextmanager
def blas_threads(plan: Plan, rows: int) -> Iterator[None]:
    """Hold BLAS to one thread where this plan's products are small."""
    if largest_product(plan, rows) >= LARGE_PRODUCT:
        yield
        return
    with _controller().limit(limits=1, user_api="blas"):
        yield


def largest_product(plan: Plan, rows: int) -> int:
    """The multiply-adds of the largest matrix product of a pass with so many rows."""
    cells = (
        block.size * len(block.weights.sources)
        for block in plan.blocks
        if isinstance(block.weights, Dense)
    )
    return max(cells, default=0) * rows


def blas_facts() -> list[dict[str, Any]]:
    """The BLAS libraries that are loaded: name, version, kernels (architecture), threads."""
    wanted = ("internal_api", "version", "architecture", "num_threads")
    return [
        {key: info.get(key) for key in wanted}
        for info in _controller().info()
        if info["user_api"] == "blas"
    ]


@cache
def _controller() -> Any:
    from threadpoolctl import ThreadpoolController  # takes a while to load and to look around

    return ThreadpoolController()
