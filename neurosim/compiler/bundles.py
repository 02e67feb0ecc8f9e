"""Bundles: ragged rows cut into a few matrices with little padding."""

from collections.abc import Iterator

import numpy as np

from neurosim.compiler.plan import Index


def by_length(lengths: Index) -> Index:
    """The order in which lists are side by side with those of their length, shortest first."""
    return np.argsort(lengths, kind="stable")


def cuts(lengths: Index, allowance: int, most: int = 1 << 40) -> Iterator[tuple[int, int, int]]:
    """Cut ascending lengths into bundles: first, last, and the length all are padded to.

    A bundle ends before the padding in it would exceed the allowance, so that a few very long
    lists (hubs) do not make all others long; and before it has more than ``most`` items, so that
    what is gathered for it stays in the cache. Linear in the number of different lengths, and of
    bundles.
    """
    for start, stop, width in _runs(lengths, allowance):
        n = max(1, most // max(width, 1))
        for first in range(start, stop, n):
            last = min(first + n, stop)
            yield first, last, int(lengths[last - 1])


def _runs(lengths: Index, allowance: int) -> Iterator[tuple[int, int, int]]:
    values, firsts = np.unique(lengths, return_index=True)
    start, padding, before = 0, 0, None
    for value, first in zip(values.tolist(), firsts.tolist(), strict=True):
        if before is not None:
            padding += (value - before) * (first - start)
            if padding > allowance:
                yield start, first, before
                start, padding = first, 0
        before = value
    if before is not None:
        yield start, len(lengths), before


def padded(values: Index, lengths: Index, width: int, empty: int) -> Index:
    """Lists, one behind the other in ``values``, as a matrix (n, width); ``empty`` fills it up."""
    matrix = np.full((len(lengths), width), empty, dtype=np.intp)
    matrix[np.arange(width) < lengths[:, None]] = values
    return matrix
