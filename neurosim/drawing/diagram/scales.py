"""Scales: weights as colours, line styles and widths; outputs as fills.

The sign is said twice, by the colour and by the style of the line. Maps are centred at zero. Lines
and fills leave out a part of the map: its middle, which nobody could see against the page, and for
both its dark ends, where the two signs look alike.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

LEAST_HUE, MOST_HUE = 0.42, 0.76  # of the way from the middle of the map to its end, for lines
MOST_FILL = 0.78  # the same for the fill of neurons, which begins in the middle

THIN, THICK = 0.04, 0.22  # radii
_SPARSE = 36  # lines between two columns that have their full width; more are drawn thinner
_LEAST_SHARE = 0.18
NOISE = 1e-12  # of the largest of its neighbours: what is smaller is what rounding left of a zero
_DASH, _GAP = 0.34, 0.2  # radii; longer on broad lines, and dashes where lines are many


@dataclass(frozen=True, slots=True)
class Scale:
    """From numbers of either sign to colours and widths.

    Attributes:
        largest: the absolute value that has the strongest colour and the greatest width.
        share: of its width that a line has.
    """

    largest: float
    share: float = 1.0

    @classmethod
    def of(cls, values: Iterable[float], *, most_in_gap: int = 0) -> "Scale":
        """The scale of these numbers; the more lines are between two columns, the thinner."""
        largest = max((abs(v) for v in values if math.isfinite(v)), default=0.0)
        share = math.sqrt(_SPARSE / max(most_in_gap, _SPARSE))
        return cls(largest, max(share, _LEAST_SHARE))

    def heard(self, value: float) -> float:
        """The number; 0 where beside the largest it is noise."""
        return 0.0 if abs(value) < NOISE * self.largest else value

    def part(self, value: float) -> float:
        """The number as a part of the largest, from -1 to 1; 0 for noise and for NaN."""
        if math.isnan(value) or not self.largest:
            return 0.0
        return max(-1.0, min(1.0, self.heard(value) / self.largest))

    def hue(self, value: float) -> float:
        """The place of a line's colour on the map, from 0 to 1; 0.5 for zero alone."""
        part = self.part(value)
        reach = LEAST_HUE + (MOST_HUE - LEAST_HUE) * abs(part)
        return 0.5 + math.copysign(reach, part) / 2.0 if part else 0.5

    def fill(self, value: float) -> float:
        """The place of a neuron's colour on the map, from 0 to 1."""
        return 0.5 + MOST_FILL * self.part(value) / 2.0

    def width(self, value: float) -> float:
        """The width of a line, in radii of a neuron: it grows with the root of the weight."""
        return self.share * (THIN + (THICK - THIN) * math.sqrt(abs(self.part(value))))

    def style(self, value: float) -> tuple[float, tuple[float, ...] | None]:
        """The style of a line: solid, but dashed for a weight below zero.

        Matplotlib takes an offset, and lengths on and off, in widths of the line.

        >>> Scale(1.0).style(0.5)
        (0.0, None)
        """
        if not self.heard(value) < 0.0:
            return 0.0, None
        width = self.width(value)
        return 0.0, (_DASH / width / math.sqrt(self.share) + 0.8, _GAP / width + 0.8)


def samples(largest: float) -> Sequence[float]:
    """Round numbers up to the largest, to show widths by: small, middle, large.

    >>> samples(5.3)
    (0.05, 0.5, 5.0)
    """
    if not largest:
        return ()
    power = 10.0 ** math.floor(math.log10(largest))
    leading = max(digit for digit in (1.0, 2.0, 5.0) if digit * power <= largest * (1 + 1e-9))
    top = leading * power
    return tuple(float(f"{top / by:.3g}") for by in (100.0, 10.0, 1.0))
