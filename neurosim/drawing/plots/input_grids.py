"""Grids over one or two inputs, with the other inputs fixed, and the outputs there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.drawing.plots.artists import MOST, within
from neurosim.drawing.plots.neuron_outputs import neuron_outputs
from neurosim.errors import InvalidValueError, ShapeError, UnknownNameError, WrongTypeError, unknown
from neurosim.functions.numbers import Matrix, require_number, require_rows
from neurosim.network.network import Network
from neurosim.training.task import require_network

InputRange = tuple[float, float]
Span = tuple[InputRange, InputRange] | InputRange  # of two inputs, or of one
_MARGIN = 0.12  # of the span of the samples, on each side
_MOST = 2000  # points on a side: four million answers


@dataclass(frozen=True, slots=True, eq=False)
class InputGrid:
    """A grid of points over one input or two.

    Attributes:
        inputs: their captions; of two, the one to the right first.
        columns: their places among the inputs.
        axes: the values of each, (n,), rising.
        points: the samples, (n, n_in) or (n * n, n_in), row after row of the grid.
    """

    inputs: tuple[str, ...]
    columns: tuple[int, ...]
    axes: tuple[Matrix, ...]
    points: Matrix

    @property
    def is_map(self) -> bool:
        """Whether it is over two inputs."""
        return len(self.inputs) == 2

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """Left, right, bottom and top of a map, half a step beyond the outermost points."""
        (left, right), (bottom, top) = (
            (float(v[0] - (v[1] - v[0]) / 2), float(v[-1] + (v[1] - v[0]) / 2)) for v in self.axes
        )
        return left, right, bottom, top

    def arrange(self, values: Matrix) -> Matrix:
        """One number a point as a picture, (n, n), the lowest row first; over one input (n,)."""
        return values.reshape([len(axis) for axis in reversed(self.axes)])


def input_grid(
    network: Network,
    X: Any = None,
    *,
    fixed: Mapping[str, float] | None = None,
    span: Span | None = None,
    resolution: int = 150,
) -> InputGrid:
    """The grid over the one or two inputs that are not fixed.

    Args:
        network: what is asked.
        X: samples, (B, n_in): the grid reaches a little beyond them.
        fixed: the values of all other inputs, by name or label.
        span: ``((left, right), (bottom, top))``, or ``(left, right)``, instead; without it and X,
            -1 to 1.
        resolution: points on each side, 2 to 2000.

    Raises:
        ShapeError: neither one nor two inputs are left; says which there are.
        UnknownNameError: ``fixed`` names no input.
    """
    known = {neuron.name: neuron.caption for neuron in require_network(network, "network").inputs}
    if len({*known.values()}) < len(known):  # a label that two inputs have names none
        known = {name: name for name in known}
    names = list(known.values())
    held = _require_fixed(fixed, known)
    columns = tuple(number for number, name in enumerate(names) if name not in held)
    if len(columns) not in {1, 2}:
        raise ShapeError(_wrong_count(names, held))
    is_int = isinstance(resolution, int | np.integer) and not isinstance(resolution, bool)
    if not is_int or not 2 <= resolution <= _MOST:
        expected = f"expected an integer from 2 to {_MOST}"
        raise InvalidValueError(f"resolution: got {resolution!r:.40}; {expected}")
    ends = _around(X, len(names), columns) if span is None else _require_span(span, len(columns))
    if not all(low >= -2 * MOST and high <= 2 * MOST for low, high in ends):  # with a margin
        where, got = ("span", span) if X is None or span is not None else ("X", X)
        largest = float(np.abs(np.asarray(got, dtype=float)).max())
        what = f"{where}: too large to be drawn, got {largest:g}"
        raise InvalidValueError(f"{what}; expected numbers from {-MOST:g} to {MOST:g}")
    axes = tuple(np.linspace(low, high, resolution) for low, high in ends)
    points = np.empty((resolution ** len(columns), len(names)))
    for name, value in held.items():
        points[:, names.index(name)] = value
    for column, values in zip(columns, np.meshgrid(*axes), strict=True):
        points[:, column] = values.ravel()
    return InputGrid(tuple(names[column] for column in columns), columns, axes, points)


def responses(network: Network, grid: InputGrid) -> dict[str, Matrix]:
    """The outputs of each neuron over a grid, by name: (n, n), or (n,) over one input."""
    outputs = neuron_outputs(network, grid.points)
    return {name: grid.arrange(within(values)) for name, values in outputs.items()}


def _require_fixed(fixed: Mapping[str, float] | None, known: Mapping[str, str]) -> dict[str, float]:
    """The values by caption; ``known`` has the caption of each input by its name."""
    if fixed is None:
        return {}
    if not isinstance(fixed, Mapping):
        raise WrongTypeError(f"fixed: got {fixed!r:.80}; expected values by the names of inputs")
    for name in fixed:
        if name not in known and name not in known.values():
            raise UnknownNameError(f"fixed: {unknown('input', name, known.values())}")
    return {
        known.get(name, name): require_number(value, f"fixed[{name!r}]")
        for name, value in fixed.items()
    }


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


def _require_span(span: Any, n_inputs: int) -> list[InputRange]:
    shape, order = "(left, right)", "left < right"
    if n_inputs == 2:
        shape, order = "((left, right), (bottom, top))", "left < right, bottom < top"
    try:
        pairs = zip(span if n_inputs == 2 else [span], range(n_inputs), strict=True)
        ends = [(require_number(a, "span"), require_number(b, "span")) for (a, b), _ in pairs]
    except (TypeError, ValueError):
        raise WrongTypeError(f"span: got {span!r:.80}; expected {shape}") from None
    if not all(low < high for low, high in ends):
        raise InvalidValueError(f"span: empty, got {span!r:.80}; expected {order}")
    return ends


def _around(X: Any, n_in: int, columns: Sequence[int]) -> list[InputRange]:
    """The span of the samples and a margin, for each of these inputs."""
    if X is None:
        return [(-1.0, 1.0) for _ in columns]
    values = require_rows(X, n_in)[:, columns]
    ends = zip(values.min(axis=0).tolist(), values.max(axis=0).tolist(), strict=True)
    margins = [
        (low, high, _MARGIN * (high - low) or max(1.0, 1e-9 * abs(low))) for low, high in ends
    ]
    return [(low - margin, high + margin) for low, high, margin in margins]
