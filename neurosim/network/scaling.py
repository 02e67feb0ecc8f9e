"""Scalings: from the numbers that people measure to those that a network computes with, and back.

The numbers outside are called outer, those inside inner: outer = offset + factor*inner. Raw rows go
in and come out everywhere; slopes, edges, deltas and the loss use inner numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from neurosim.by_fields import ByFields
from neurosim.errors import InvalidValueError, UnknownNameError, unknown
from neurosim.functions.mapped import blocks, is_mapped, mapped_room, transformed
from neurosim.functions.numbers import Matrix, require_number
from neurosim.network.neuron import Neuron

SCALES = {
    "standard": "(x - mean)/deviation",
    "minmax": "from 0 to 1: (x - least)/(greatest - least)",
}


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Scaling(ByFields):
    """How the outer number of an input or output neuron and its inner number are related.

    Attributes:
        offset: the outer number whose inner number is 0.
        factor: how much the outer number grows where the inner one grows by 1; not 0.

    Raises:
        InvalidValueError: a number is not finite, or the factor is 0.

    >>> Scaling(2000, 400).inner(2104), Scaling(2000, 400).outer(0.26)
    (0.26, 2104.0)
    """

    offset: float
    factor: float

    def __post_init__(self) -> None:
        for name in ("offset", "factor"):
            object.__setattr__(self, name, require_number(getattr(self, name), f"scaling.{name}"))
        if self.factor == 0.0:
            raise InvalidValueError("scaling.factor: got 0; expected another number")

    def inner(self, outer: float) -> float:
        """The number that the network computes with."""
        return (outer - self.offset) / self.factor

    def outer(self, inner: float) -> float:
        """The number that people measure."""
        return self.offset + self.factor * inner

    def raw(self, inner: float) -> float:
        """The number of at most 15 digits that this inner one comes from, or else `outer`.

        >>> scaling = Scaling(5.843, 0.828)
        >>> scaling.outer(scaling.inner(0.1)), scaling.raw(scaling.inner(0.1))
        (0.09999999999999964, 0.1)
        """
        outer = self.outer(inner)
        short = float(f"{outer:.14g}")
        return short if self.inner(short) == inner else outer


class Conversion:
    """The scalings of all inputs, or all outputs, as arrays; the last axis is that of the neurons.

    The numbers are those of `Scaling`, to the bit.
    """

    def __init__(self, neurons: Sequence[Neuron]) -> None:
        given = [neuron.scaling for neuron in neurons]
        self.is_plain = all(scaling is None for scaling in given)
        self.offset = np.array([0.0 if s is None else s.offset for s in given])
        self.factor = np.array([1.0 if s is None else s.factor for s in given])
        self._names = [neuron.name for neuron in neurons]

    def inner(self, outer: Matrix, what: str = "X") -> Matrix:
        """The numbers that the network computes with; the array itself where nothing is scaled.

        Raises:
            InvalidValueError: one of them would not be finite.
        """
        if self.is_plain:
            return outer
        if not is_mapped(outer):
            return self._scaled(outer, what)
        found = mapped_room(outer.shape)
        for block in blocks(outer):
            found[block] = self._scaled(outer[block], what, block.start)
        return found

    def _scaled(self, outer: Matrix, what: str, first: int = 0) -> Matrix:
        with np.errstate(over="ignore"):
            inner: Matrix = (outer - self.offset) / self.factor
        wrong = np.argwhere(~np.isfinite(inner) & ~np.isnan(outer))  # NaN: it is missing
        if len(wrong):
            *row, column = at = wrong[0].tolist()
            raise InvalidValueError(
                f"{what}: {self._names[column]} at {[*(n + first for n in row), column]} is too"
                f" large for its scaling, got {float(outer[tuple(at)])!r}; expected a number that"
                " is finite when scaled"
            )
        return inner

    def outer(self, inner: Matrix) -> Matrix:
        """The numbers that people measure; the array itself where nothing is scaled."""
        if self.is_plain:
            return inner
        with np.errstate(over="ignore", invalid="ignore"):
            outer: Matrix = self.offset + self.factor * inner
        return outer


def fit_scalings(rows: Matrix, scale: str, names: Sequence[str]) -> list[Scaling]:
    """The scaling of each column, (B, n) -> n of them; the factor of a constant column is 1.

    Args:
        rows: what they are fitted on.
        scale: a key of `SCALES`.
        names: what the columns are called.

    Raises:
        UnknownNameError: no scale has that name.
        InvalidValueError: the numbers are too large: their mean or range is not finite.
    """
    if not isinstance(scale, str) or scale not in SCALES:
        raise UnknownNameError(unknown("scale", scale, SCALES))
    least, greatest = rows.min(axis=0), rows.max(axis=0)
    with np.errstate(over="ignore", invalid="ignore"):
        if scale == "standard":
            offset = rows.mean(axis=0)
            spread = _deviations(rows, offset)
        else:
            offset, spread = least, greatest - least
    # Rounding gives a constant column of 0.1 a deviation of 1e-17, and one of 1e300 a mean beside
    # it: what counts is whether it varies.
    is_constant = least == greatest
    offset = np.where(is_constant, rows[0], offset)
    factor = np.where(is_constant | (spread == 0.0), 1.0, spread)
    for column in np.flatnonzero(~np.isfinite(offset + factor))[:1]:
        raise InvalidValueError(
            f"{names[column]}: too large to be scaled; expected a finite scale {scale!r}"
        )
    return [Scaling(*pair) for pair in zip(offset.tolist(), factor.tolist(), strict=True)]


def _deviations(rows: Matrix, mean: Matrix) -> Matrix:
    """The standard deviation of each column, by the operations of NumPy's own, to the bit."""

    def squared(part: Matrix) -> Matrix:
        apart = part - mean
        return apart * apart

    return np.sqrt(transformed(rows, squared).mean(axis=0))  # type: ignore[no-any-return] # an array
