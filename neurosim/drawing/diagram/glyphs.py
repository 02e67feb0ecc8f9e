"""Glyphs of activations: small curves, drawn from the functions themselves."""

import functools
import itertools

from neurosim.drawing.geometry.layout import Point
from neurosim.functions.activations import ACTIVATIONS, SOFTMAX, Activation, facts_of

_N_POINTS = 33
_NEAR = 0.05  # of a height of 2: nearer than this, two curves look alike
_TICK = 0.3
# softmax has no curve: three bars, of which one takes nearly all
_BARS = (
    (-1.0, -1.0), (-1.0, -0.6), (-0.45, -0.6), (-0.45, -1.0), (-0.275, -1.0), (-0.275, 1.0),
    (0.275, 1.0), (0.275, -1.0), (0.45, -1.0), (0.45, -0.3), (1.0, -0.3), (1.0, -1.0),
)  # fmt: skip


def glyph(activation: str) -> tuple[Point, ...]:
    """The curve of an activation as a line inside the square from (-1, -1) to (1, 1).

    Zero is in the middle, so that a sigmoid fills the upper half and a tanh both. A curve that
    looks like an earlier one of the table, as that of a leaky relu, has a tick, or more of them.

    >>> glyph("identity")[0], glyph("identity")[-1]
    ((-1.0, -1.0), (1.0, 1.0))
    """
    if activation == SOFTMAX:
        return _BARS
    curve = _curve(ACTIVATIONS[activation])
    earlier = itertools.takewhile(lambda name: name != activation, ACTIVATIONS)
    n_ticks = sum(_look_alike(curve, _curve(ACTIVATIONS[name])) for name in earlier)
    return _with_ticks(curve, n_ticks)


def _look_alike(first: tuple[Point, ...], second: tuple[Point, ...]) -> bool:
    """Whether no point is far from that of the other curve."""
    if len(first) != len(second):
        return False
    return all(abs(a[1] - b[1]) < _NEAR for a, b in zip(first, second, strict=True))


def _with_ticks(curve: tuple[Point, ...], count: int) -> tuple[Point, ...]:
    """Short lines across the curve, from its right end on."""
    points = list(curve)
    for number in range(count):
        at = len(curve) - 4 - 4 * number
        x, y = curve[at]
        points[at:at] = [(x, y), (x, max(y - _TICK, -1.0)), (x, min(y + _TICK, 1.0)), (x, y)]
    return tuple(points)


@functools.cache
def _curve(activation: Activation) -> tuple[Point, ...]:
    reach = facts_of(activation).reach
    parts = [2.0 * i / (_N_POINTS - 1) - 1.0 for i in range(_N_POINTS)]
    values = [activation.value(reach * part) for part in parts]
    size = max(map(abs, values)) or 1.0
    points = [(part, round(value / size, 6)) for part, value in zip(parts, values, strict=True)]
    if activation.slope is None:  # straight up, where points on either side would make a slope
        jump = next(i for i, (_, y) in enumerate(points) if y > 0.0)
        points.insert(jump, (points[jump][0], points[jump - 1][1]))
    return tuple(points)
