"""The spread of a number that was measured several times."""

from typing import NamedTuple

import numpy as np

from neurosim.functions.numbers import Matrix


class Spread(NamedTuple):
    """A number that was measured several times: its mean, and how much it differs.

    ``deviation`` is the root of the mean squared distance from the mean, as ``numpy.std`` has it;
    None where only one number was measured.
    """

    mean: float
    deviation: float | None
    least: float
    greatest: float

    @classmethod
    def of(cls, numbers: "list[float] | Matrix") -> "Spread":
        """The spread of these numbers."""
        found = np.asarray(numbers, dtype=np.float64)
        deviation = float(found.std()) if len(found) > 1 else None
        return cls(float(found.mean()), deviation, float(found.min()), float(found.max()))

    def __str__(self) -> str:
        """The mean and the deviation.

        >>> print(Spread.of([0.9, 1.0]))
        0.95 +- 0.05
        """
        more = "" if self.deviation is None else f" +- {self.deviation:.3g}"
        return f"{self.mean:.6g}{more}"
