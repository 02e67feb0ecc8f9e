"""The cost model: measured rules that choose a plan and a program.

The figures are nanoseconds on a two-core x86 server with NumPy 2 and OpenBLAS, one thread. Only
their ratios matter, and those hold on other machines well enough: near the border between two
choices both take about as long.
"""

_CALL = 1_500.0  # one NumPy call, or a handful of cheap ones, on little data
_BUNDLE_CALL = 3_000.0  # the gather and the batched product of a bundle
_TARGET = 120.0  # one small product inside a batched one
_SLOT, _SLOT_ROW = 3.0, 0.3  # to gather and multiply one slot: at all, and for each sample
_CELL_ROW = 0.08  # one multiply-add of a large matrix product
_SOURCE, _SOURCE_ROW = 8.0, 0.1  # to gather one source for a dense block

_GATHERED_BYTES = 800_000  # of a bundle: less than a second-level cache of a megabyte

# multiply-adds of the largest layer from which BLAS is faster than the kernel, for all rows of a
# batch; batches of one or two rows use a weight too seldom for BLAS: up to 2 million were measured
LARGEST_KERNEL, ONLINE_ROWS, LARGEST_ONLINE = 100_000, 2, 10_000_000
# of the largest layer, from which `blas.descent` pays; at 1 million it takes as long
LEAST_DESCENT = 2_000_000
SHARED_FACTOR = 8  # that a connection costs where weights are shared

# how many times as long arrays take on XOR, four rows at once and row by row (W2, W3 of
# tests.benchmarks)
TIMES_BY_ARRAYS = (25, 80)


def kernel_limit(rows: int) -> int:
    """The multiply-adds of the largest layer up to which the kernel is faster."""
    return LARGEST_KERNEL if rows > ONLINE_ROWS else LARGEST_ONLINE


def dense_cost(n_targets: int, n_sources: int, rows: int, *, gathers: bool) -> float:
    """One pass over a dense block."""
    gather = _CALL + n_sources * (_SOURCE + rows * _SOURCE_ROW) if gathers else 0.0
    return _CALL + gather + n_targets * n_sources * rows * _CELL_ROW


def sparse_cost(n_bundles: int, n_targets: int, n_slots: int, rows: int) -> float:
    """One pass over a sparse block."""
    return n_bundles * _BUNDLE_CALL + n_targets * _TARGET + n_slots * (_SLOT + rows * _SLOT_ROW)


def slots_per_bundle(rows: int) -> int:
    """How many empty slots cost as much as one more bundle."""
    return int(_BUNDLE_CALL / (_SLOT + rows * _SLOT_ROW))


def most_slots(rows: int) -> int:
    """How many slots a bundle may have, so that what is gathered for it stays in the cache."""
    return max(1, _GATHERED_BYTES // (8 * rows))
