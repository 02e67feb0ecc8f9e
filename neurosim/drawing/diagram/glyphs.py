"""Small pictures of activations: the curve of each, drawn from the function itself."""

import functools
import math

from neurosim.drawing.geometry.layout import Point
from neurosim.functions.activations import ACTIVATIONS, SOFTMAX

_N_POINTS = 33
_REACH = {"sigmoid": 6.0, "softsign": 6.0, "softplus": 4.0, "sin": math.pi, "hard_sigmoid": 4.5}
_USUAL_REACH = 3.0
# softmax has no curve: three bars, of which one takes nearly all
_BARS = (
    (-1.0, -1.0), (-1.0, -0.6), (-0.45, -0.6), (-0.45, -1.0), (-0.275, -1.0), (-0.275, 1.0),
    (0.275, 1.0), (0.275, -1.0), (0.45, -1.0), (0.45, -0.3), (1.0, -0.3), (1.0, -1.0),
)  # fmt: skip


@functools.cache
def glyph(activation: str) -> tuple[Point, ...]:
    """The curve of an activation as a line inside the square from (-1, -1) to (1, 1).

    >>> glyph("identity")[0], glyph("identity")[-1]
    ((-1.0, -1.0), (1.0, 1.0))
    """
    if activation == SOFTMAX:
        return _BARS
    reach = _REACH.get(activation, _USUAL_REACH)
    parts = [2.0 * i / (_N_POINTS - 1) - 1.0 for i in range(_N_POINTS)]
    value_of = ACTIVATIONS[activation].value
    values = [value_of(reach * part) for part in parts]
    low, high = min(values), max(values)
    points = [
        (part, round(2.0 * (value - low) / (high - low) - 1.0, 6))
        for part, value in zip(parts, values, strict=True)
    ]
    if activation == "step":  # straight up, where points on either side would make a slope of it
        jump = next(i for i, (_, y) in enumerate(points) if y > 0.0)
        points.insert(jump, (points[jump][0], -1.0))
    return tuple(points)
