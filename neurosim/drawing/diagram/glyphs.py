"""Glyphs of activations: small curves, drawn from the functions themselves."""

import functools

from neurosim.drawing.geometry.layout import Point
from neurosim.functions.activations import ACTIVATIONS, SOFTMAX, Activation, facts_of

_N_POINTS = 33
# softmax has no curve: three bars, of which one takes nearly all
_BARS = (
    (-1.0, -1.0), (-1.0, -0.6), (-0.45, -0.6), (-0.45, -1.0), (-0.275, -1.0), (-0.275, 1.0),
    (0.275, 1.0), (0.275, -1.0), (0.45, -1.0), (0.45, -0.3), (1.0, -0.3), (1.0, -1.0),
)  # fmt: skip


def glyph(activation: str) -> tuple[Point, ...]:
    """The curve of an activation as a line inside the square from (-1, -1) to (1, 1).

    >>> glyph("identity")[0], glyph("identity")[-1]
    ((-1.0, -1.0), (1.0, 1.0))
    """
    return _BARS if activation == SOFTMAX else _curve(ACTIVATIONS[activation])


@functools.cache
def _curve(activation: Activation) -> tuple[Point, ...]:
    reach = facts_of(activation).reach
    parts = [2.0 * i / (_N_POINTS - 1) - 1.0 for i in range(_N_POINTS)]
    values = [activation.value(reach * part) for part in parts]
    low, high = min(values), max(values)
    size = high - low or 1.0  # of a constant, the line lies at the bottom
    points = [
        (part, round(2.0 * (value - low) / size - 1.0, 6))
        for part, value in zip(parts, values, strict=True)
    ]
    if activation.slope is None:  # straight up, where points on either side would make a slope
        jump = next(i for i, (_, y) in enumerate(points) if y > 0.0)
        points.insert(jump, (points[jump][0], -1.0))
    return tuple(points)
