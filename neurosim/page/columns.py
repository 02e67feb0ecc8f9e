"""Columns of numbers: what is the same as another column, or constant, is not written again.

A walk writes most numbers many times: the weight that a step multiplies by is what an update wrote.
So each column of a table is one of four kinds: its numbers are in the file, one number is there for
all rows, it is the same as another column, or it is the value that a parameter has in that row.
Equal means equal to the last bit. Numbers are float64; in the file the first bytes of all of them
are together, then the second, since that compresses better.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from neurosim.functions.numbers import Matrix

RAW, CONSTANT, SAME, PARAMETER, LAST = range(5)
KINDS = ("raw", "constant", "same", "parameter", "last")


@dataclass(slots=True)
class PackedNumbers:
    """Float64 numbers, one behind the other.

    >>> numbers = PackedNumbers()
    >>> numbers.add([1.0, 2.0]), numbers.add([3.0])
    (0, 2)
    >>> PackedNumbers.of(numbers.to_bytes()).array.tolist()
    [1.0, 2.0, 3.0]
    """

    parts: list[Matrix] = field(default_factory=list)
    count: int = 0

    @classmethod
    def of(cls, data: bytes) -> "PackedNumbers":
        """The numbers that `to_bytes` wrote."""
        planes = np.frombuffer(data, dtype=np.uint8).reshape(8, -1)
        array = np.ascontiguousarray(planes.T).view("<f8").ravel().astype(np.float64)
        return cls([array], len(array))

    def add(self, numbers: "Sequence[float] | Matrix") -> int:
        """Put numbers at the end; returns where the first of them is."""
        at, array = self.count, np.asarray(numbers, dtype=np.float64).ravel()
        self.parts.append(array)
        self.count += len(array)
        return at

    @property
    def array(self) -> Matrix:
        """All of them."""
        return np.concatenate([np.empty(0), *self.parts])

    def to_bytes(self) -> bytes:
        """The first byte of each number, then the second, and so on."""
        planes: NDArray[np.uint8] = self.array.astype("<f8").view(np.uint8).reshape(-1, 8)
        return np.ascontiguousarray(planes.T).tobytes()


@dataclass(frozen=True, slots=True)
class ColumnPlace:
    """Where a column's numbers are: a kind, and a place there."""

    kind: int
    at: int


def packed(
    table: Matrix, known: Iterator[tuple[ColumnPlace, Matrix]], numbers: PackedNumbers
) -> list[ColumnPlace]:
    """Put a table (rows, columns) into numbers; what is known already is referred to.

    ``known`` gives columns of as many rows that a reader has already.
    """
    seen: dict[bytes, ColumnPlace] = {}
    for column, values in known:
        seen.setdefault(_bits(values), column)
    found = []
    for number in range(table.shape[1]):
        values = np.ascontiguousarray(table[:, number])
        bits = _bits(values)
        if bits in seen:
            found.append(seen[bits])
            continue
        if len(values) > 1 and bits == _bits(np.full(len(values), values[0])):
            column = ColumnPlace(CONSTANT, numbers.add(values[:1]))
        else:
            column = ColumnPlace(RAW, numbers.add(values))
        found.append(column)
        seen[bits] = column if column.kind == CONSTANT else ColumnPlace(SAME, number)
    return found


def _bits(values: Matrix) -> bytes:
    return np.ascontiguousarray(values, dtype=np.float64).tobytes()
