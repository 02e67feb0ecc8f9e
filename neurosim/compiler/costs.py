"""The cost model: measured rules that choose a plan and a program.

The figures are nanoseconds on a two-core x86 server with NumPy 2 and OpenBLAS, one thread. Only
their ratios matter, and those hold on other machines well enough: near the border between two
choices both take about as long.
"""

from collections.abc import Iterable
from typing import NamedTuple

from neurosim.functions.variants import family

_VECTOR = 8  # samples of the kernel, as WIDE_VECTOR says in C
_CALL = 1_500.0  # one NumPy call, or a handful of cheap ones, on little data
_BUNDLE_CALL = 3_000.0  # the gather and the batched product of a bundle
_TARGET = 120.0  # one small product inside a batched one
_SLOT, _SLOT_ROW = 3.0, 0.3  # to gather and multiply one slot: at all, and for each sample
_CELL_ROW = 0.08  # one multiply-add of a large matrix product
_SOURCE, _SOURCE_ROW = 8.0, 0.1  # to gather one source for a dense block

_GATHERED_BYTES = 800_000  # of a bundle: less than a second-level cache of a megabyte

# batches of one or two rows use a weight too seldom for BLAS: the kernel is faster up to so many
# multiply-adds of the largest layer; up to 2 million were measured
ONLINE_ROWS, LARGEST_ONLINE = 2, 10_000_000
# of the largest layer, from which `blas.descent` pays; at 1 million it takes as long
LEAST_DESCENT = 2_000_000
_SHARED = 0.63  # of a row and connection, where weights are shared: the kernel adds one by one

# how many times as long arrays take on XOR, four rows at once and row by row (W2, W3 of
# tests.benchmarks)
TIMES_BY_ARRAYS = (25, 80)


class LayerWork(NamedTuple):
    """Of a layer what an update by a row does.

    ``cells`` are those of the matrix that arrays multiply, with its holes; ``backward`` is the part
    of the connections that come from other neurons.
    """

    activation: str
    size: int
    connections: int
    cells: int
    backward: float
    parameters: int


class _Pace(NamedTuple):
    """What an update takes: in all, a layer, a parameter, and of each row its parts."""

    update: float
    layer: float
    parameter: float
    multiply_add: float
    neuron: float
    input: float

    def of(self, layer: LayerWork, rows: int, products: int) -> float:
        """What a layer takes, without its formula; of each pass so many products are computed."""
        return (
            self.layer
            + layer.parameters * self.parameter
            + products * (2.0 + layer.backward) * self.multiply_add
            + layer.size * rows * self.neuron
        )


# fitted to 280 random networks of one to four layers by 3 to 1,000 rows; of 617 networks the choice
# that follows takes over 1.1 of the faster program eight times, at worst 1.36
_KERNEL = _Pace(80.0, 0.0, 0.85, 0.032, 2.5, 0.62)
_ARRAYS = _Pace(1_150.0, 1_430.0, 0.56, 0.031, 1.3, 0.15)

# what an activation takes besides, of a row and neuron: the kernel, arrays, and arrays a layer
_FORMULAS = {
    "sigmoid": (0.9, 1.95, 3_450.0),
    "tanh": (2.3, 1.25, 0.0),
    "softmax": (9.3, 3.0, 6_800.0),
    "leaky_relu": (1.9, 1.8, 1_500.0),
    "prelu": (77.0, 7.1, 5_900.0),
    "elu": (7.0, 6.4, 3_000.0),
    "celu": (7.0, 6.4, 3_000.0),
    "selu": (7.0, 6.4, 3_000.0),
    "softplus": (16.9, 5.7, 5_200.0),
    "softsign": (0.0, 1.7, 2_300.0),
    "gelu": (12.9, 93.6, 5_000.0),
    "gelu_tanh": (13.2, 14.0, 18_000.0),
    "swish": (9.5, 7.8, 8_100.0),
    "mish": (11.0, 21.0, 22_000.0),
    "hard_sigmoid": (0.1, 2.1, 4_900.0),
    "hard_swish": (0.5, 2.6, 4_800.0),
    "hardtanh": (0.8, 0.7, 1_600.0),
    "relu6": (0.0, 0.8, 2_000.0),
    "gaussian": (3.0, 2.0, 1_200.0),
    "sin": (12.1, 11.8, 0.0),
}
_OTHER = (0.0, 0.0, 0.0)


class Costs(NamedTuple):
    """What an update takes, in nanoseconds, by the kernel and by arrays."""

    kernel: float
    arrays: float

    @property
    def are_for_kernel(self) -> bool:
        """Whether the kernel serves: its bits are the walk's, which is worth a twentieth."""
        return self.kernel <= 1.05 * self.arrays


def update_costs(
    n_inputs: int, layers: Iterable[LayerWork], rows: int, *, shares: bool = False
) -> Costs:
    """What an update by so many rows takes; with ``shares`` some weights are shared."""
    # the kernel computes whole vectors of samples
    filled = -(-rows // _VECTOR) * _VECTOR if rows > _VECTOR // 2 else rows
    kernel = _KERNEL.update + n_inputs * rows * _KERNEL.input
    arrays = _ARRAYS.update + n_inputs * rows * _ARRAYS.input
    for layer in layers:
        by_kernel, by_arrays, calls = _FORMULAS.get(family(layer.activation), _OTHER)
        kernel += _KERNEL.of(layer, rows, layer.connections * filled)
        kernel += layer.size * rows * by_kernel
        arrays += _ARRAYS.of(layer, rows, layer.cells * rows)
        arrays += layer.size * rows * by_arrays + calls
        if shares:
            kernel += layer.parameters * rows * _SHARED
    return Costs(kernel, arrays)


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
