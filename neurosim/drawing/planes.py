"""What a network answers over a plane: two of its inputs vary, the others stand still."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.compiler.compile import require_rows
from neurosim.drawing.values import neuron_outputs, require_network
from neurosim.errors import InvalidValueError, ShapeError, UnknownNameError, WrongTypeError, unknown
from neurosim.functions.numerals import Matrix, require_number
from neurosim.network.network import Network

Span = tuple[tuple[float, float], tuple[float, float]]
_MARGIN = 0.12  # of the span of the samples, on each side
_MOST = 2000  # points on a side: four million answers


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """A grid of points over two inputs.

    Attributes:
        inputs: the names of the two, the one to the right first.
        columns: their places among the inputs.
        x: the values of the first, (n,), rising.
        y: the values of the second, (n,), rising.
        points: the samples, (n * n, n_in), row after row of the grid.
    """

    inputs: tuple[str, str]
    columns: tuple[int, int]
    x: Matrix
    y: Matrix
    points: Matrix

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """Left, right, bottom and top, half a step beyond the outermost points."""
        dx, dy = (self.x[1] - self.x[0]) / 2, (self.y[1] - self.y[0]) / 2
        return (
            float(self.x[0] - dx), float(self.x[-1] + dx),
            float(self.y[0] - dy), float(self.y[-1] + dy),
        )  # fmt: skip

    def grid(self, values: Matrix) -> Matrix:
        """One number a point as a picture, (n, n), its first row the lowest."""
        return values.reshape(len(self.y), len(self.x))


def plane_of(
    network: Network,
    X: Any = None,
    *,
    fixed: Mapping[str, float] | None = None,
    span: Span | None = None,
    resolution: int = 150,
) -> Plane:
    """The grid over the two inputs that are not fixed.

    Args:
        network: what is asked.
        X: samples, (B, n_in): the grid reaches a little beyond them.
        fixed: the values of all inputs but two, by name.
        span: ``((left, right), (bottom, top))`` instead; without it and X, -1 to 1.
        resolution: points on each side, 2 to 2000.

    Raises:
        ShapeError: not two inputs are left; says which there are.
        UnknownNameError: ``fixed`` names no input.
    """
    names = [neuron.name for neuron in require_network(network).inputs]
    held = _require_fixed(fixed, names)
    columns = [number for number, name in enumerate(names) if name not in held]
    if len(columns) != 2:
        raise ShapeError(_wrong_count(names, held))
    _require_resolution(resolution)
    first, second = columns
    spans = _spans(X, len(names), (first, second)) if span is None else _require_span(span)
    x, y = (np.linspace(low, high, resolution) for low, high in spans)
    points = np.empty((resolution * resolution, len(names)))
    for name, value in held.items():
        points[:, names.index(name)] = value
    points[:, first] = np.tile(x, resolution)
    points[:, second] = np.repeat(y, resolution)
    return Plane((names[first], names[second]), (first, second), x, y, points)


def responses(
    network: Network,
    X: Any = None,
    *,
    fixed: Mapping[str, float] | None = None,
    span: Span | None = None,
    resolution: int = 40,
) -> dict[str, Matrix]:
    """What each neuron answers over two inputs: a picture (n, n) by name, its first row the lowest.

    Takes and raises what `plane_of` does.
    """
    plane = plane_of(network, X, fixed=fixed, span=span, resolution=resolution)
    return responses_over(network, plane)


def responses_over(network: Network, plane: Plane) -> dict[str, Matrix]:
    """What each neuron answers over a plane, by name."""
    outputs = neuron_outputs(network, plane.points)
    return {name: plane.grid(values) for name, values in outputs.items()}


def _require_fixed(fixed: Mapping[str, float] | None, names: list[str]) -> dict[str, float]:
    if fixed is None:
        return {}
    if not isinstance(fixed, Mapping):
        raise WrongTypeError(f"fixed: got {fixed!r:.80}; expected values by the names of inputs")
    for name in fixed:
        if name not in names:
            raise UnknownNameError(f"fixed: {unknown('input', name, names)}")
    return {name: require_number(value, f"fixed[{name!r}]") for name, value in fixed.items()}


def _wrong_count(names: list[str], held: Mapping[str, float]) -> str:
    free = [name for name in names if name not in held]
    shown = ", ".join(free[:8]) + (f" and {len(free) - 8} more" if len(free) > 8 else "")
    what = f"network: a plane needs two inputs that vary, got {len(free)} ({shown or 'none'})"
    if len(free) < 2:
        return f"{what}; expected two" + (" that are not in fixed" if held else "")
    others, more = [*held, *free[2:5]], len(free) > 5
    words = ", ".join(f"{name!r}: 0" for name in others) + ", ..." * more
    typed = " ".join(f"--fix {name}=0" for name in others) + " ..." * more
    return f"{what}; expected values for all but two, such as fixed={{{words}}} ({typed})"


def _require_resolution(resolution: object) -> None:
    is_int = isinstance(resolution, int | np.integer) and not isinstance(resolution, bool)
    if not is_int or not 2 <= resolution <= _MOST:  # type: ignore[operator]
        expected = f"expected an integer from 2 to {_MOST}"
        raise InvalidValueError(f"resolution: got {resolution!r:.40}; {expected}")


def _require_span(span: Any) -> Span:
    try:
        (left, right), (bottom, top) = span
    except (TypeError, ValueError):
        raise WrongTypeError(
            f"span: got {span!r:.80}; expected ((left, right), (bottom, top))"
        ) from None
    left, right, bottom, top = (require_number(v, "span") for v in (left, right, bottom, top))
    if not (left < right and bottom < top):
        raise InvalidValueError(
            f"span: empty, got {span!r:.80}; expected left < right, bottom < top"
        )
    return (left, right), (bottom, top)


def _spans(X: Any, n_in: int, columns: tuple[int, int]) -> Span:
    if X is None:
        return (-1.0, 1.0), (-1.0, 1.0)
    rows = require_rows(X, n_in)
    return _around(rows[:, columns[0]]), _around(rows[:, columns[1]])


def _around(values: Matrix) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    margin = _MARGIN * (high - low) or 1.0
    return low - margin, high + margin
