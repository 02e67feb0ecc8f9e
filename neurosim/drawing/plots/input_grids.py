"""Grids over one or two inputs, with the other inputs fixed, and the outputs there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.compiler.compile import require_rows
from neurosim.drawing.plots.neuron_outputs import neuron_outputs, require_network
from neurosim.errors import InvalidValueError, ShapeError, UnknownNameError, WrongTypeError, unknown
from neurosim.functions.numbers import Matrix, require_number
from neurosim.network.network import Network

InputRange = tuple[float, float]
Span = tuple[InputRange, InputRange] | InputRange  # of two inputs, or of one
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


@dataclass(frozen=True, slots=True, eq=False)
class Sweep:
    """Points over one input.

    Attributes:
        input: its name.
        column: its place among the inputs.
        x: its values, (n,), rising.
        points: the samples, (n, n_in).
    """

    input: str
    column: int
    x: Matrix
    points: Matrix

    def grid(self, values: Matrix) -> Matrix:
        """One number a point, (n,), as it is."""
        return values


def ground_of(
    network: Network,
    X: Any = None,
    *,
    fixed: Mapping[str, float] | None = None,
    span: Span | None = None,
    resolution: int = 150,
) -> Plane | Sweep:
    """A sweep where one input is not fixed, else the plane over two; takes what `plane_of` does."""
    names = [neuron.name for neuron in require_network(network).inputs]
    is_sweep = len(_free(names, _require_fixed(fixed, names))) == 1
    make = sweep_of if is_sweep else plane_of
    return make(network, X, fixed=fixed, span=span, resolution=resolution)


def sweep_of(
    network: Network,
    X: Any = None,
    *,
    fixed: Mapping[str, float] | None = None,
    span: Span | None = None,
    resolution: int = 150,
) -> Sweep:
    """The points over the one input that is not fixed.

    Args:
        network: what is asked.
        X: samples, (B, n_in): the points reach a little beyond them.
        fixed: the values of all inputs but one, by name.
        span: ``(left, right)`` instead; without it and X, -1 to 1.
        resolution: the number of points, 2 to 2000.

    Raises:
        ShapeError: not one input is left; says which there are.
        UnknownNameError: ``fixed`` names no input.
    """
    names = [neuron.name for neuron in require_network(network).inputs]
    held = _require_fixed(fixed, names)
    free = _free(names, held)
    if len(free) != 1:
        raise ShapeError(f"network: a sweep needs one input that varies, got {len(free)}")
    _require_resolution(resolution)
    ends = _spans(X, len(names), free)[0] if span is None else _require_ends(span)
    x = np.linspace(*ends, resolution)
    points = _points(names, held, resolution)
    points[:, free[0]] = x
    return Sweep(names[free[0]], free[0], x, points)


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
    columns = _free(names, held)
    if len(columns) != 2:
        raise ShapeError(_wrong_count(names, held))
    _require_resolution(resolution)
    first, second = columns
    spans = _spans(X, len(names), columns) if span is None else _require_span(span)
    x, y = (np.linspace(low, high, resolution) for low, high in spans)
    points = _points(names, held, resolution * resolution)
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

    Over one input, numbers (n,). Takes and raises what `plane_of` and `sweep_of` do.
    """
    plane = ground_of(network, X, fixed=fixed, span=span, resolution=resolution)
    return responses_over(network, plane)


def responses_over(network: Network, ground: Plane | Sweep) -> dict[str, Matrix]:
    """What each neuron answers over a plane or a sweep, by name."""
    outputs = neuron_outputs(network, ground.points)
    return {name: ground.grid(values) for name, values in outputs.items()}


def _free(names: Sequence[str], held: Mapping[str, float]) -> list[int]:
    return [number for number, name in enumerate(names) if name not in held]


def _points(names: Sequence[str], held: Mapping[str, float], n: int) -> Matrix:
    """Samples whose fixed inputs are filled in."""
    points = np.empty((n, len(names)))
    for name, value in held.items():
        points[:, names.index(name)] = value
    return points


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


def _require_ends(span: Any) -> InputRange:
    try:
        left, right = span
        left, right = require_number(left, "span"), require_number(right, "span")
    except (TypeError, ValueError):
        raise WrongTypeError(f"span: got {span!r:.80}; expected (left, right)") from None
    if not left < right:
        raise InvalidValueError(f"span: empty, got {span!r:.80}; expected left < right")
    return left, right


def _require_span(span: Any) -> tuple[InputRange, InputRange]:
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


def _spans(X: Any, n_in: int, columns: Sequence[int]) -> list[InputRange]:
    if X is None:
        return [(-1.0, 1.0) for _ in columns]
    rows = require_rows(X, n_in)
    return [_around(rows[:, column]) for column in columns]


def _around(values: Matrix) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    margin = _MARGIN * (high - low) or 1.0
    return low - margin, high + margin
