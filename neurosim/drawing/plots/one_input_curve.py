"""The curve of each output over one input, with the samples on it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.compiler.compile import require_rows
from neurosim.drawing.page.pages import name_axes, require_axes, style_legend
from neurosim.drawing.page.themes import Theme, require_theme
from neurosim.drawing.plots.curves import MARKERS
from neurosim.drawing.plots.input_grids import Sweep
from neurosim.errors import ShapeError, UnknownNameError, unknown
from neurosim.functions.numbers import Matrix, require_array
from neurosim.network.network import Network

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_DASHES: tuple[Any, ...] = ("-", (0, (5, 2)), (0, (1, 1.5)), (0, (5, 2, 1, 2)))


def draw_sweep(
    network: Network,
    sweep: Sweep,
    X: Any,
    T: Any,
    ax: "Axes | None",
    *,
    output: str | None,
    theme: str | Theme,
    title: str | None,
) -> "Axes":
    """Draw a curve for each output, or for the one that is named; targets are points.

    Args:
        network: what is asked.
        sweep: where.
        X: samples, (B, n_in), or None.
        T: their targets, (B, n_out), or class indices, (B,), or None.
        ax: where to draw; None: on a new figure.
        output: the name of one output, or None.
        theme: ``light``, ``dark`` or ``print``.
        title: what stands above.

    Raises:
        UnknownNameError: ``output`` names nothing.
    """
    names = [neuron.name for neuron in network.outputs]
    column = column_of(output, names)
    columns = range(len(names)) if column is None else [column]
    values = network.predict(sweep.points)
    chosen, axes = require_theme(theme), require_axes(ax, theme, (5.6, 4.2))
    axes.grid(visible=True, color=chosen.grid, linewidth=0.7)
    handles: list[Any] = []
    labels: list[str] = []
    for number, place in enumerate(columns):
        look: dict[str, Any] = {"color": chosen.categorical[number % len(chosen.categorical)]}
        handles += axes.plot(
            sweep.x, np.where(np.isfinite(values[:, place]), values[:, place], np.nan),
            linestyle=_DASHES[number % len(_DASHES)], linewidth=1.8, **look,
        )  # fmt: skip
        labels.append(names[place])
        if X is not None and T is not None:
            x = require_rows(X, len(network.inputs))[:, sweep.column]
            handles += axes.plot(
                x, targets_of(T, len(x), place, len(names)), linestyle="none", markersize=5.5,
                marker=MARKERS[number % len(MARKERS)], markeredgewidth=0.8,
                markeredgecolor=chosen.background, zorder=3, **look,
            )  # fmt: skip
            labels.append(f"target of {names[place]}")
    above = style_legend(axes, chosen, labels, handles)
    y = names[columns[0]] if len(columns) == 1 else "output"
    name_axes(axes, chosen, x=sweep.input, y=y, title=title, above=above)
    axes.set_xlim(float(sweep.x[0]), float(sweep.x[-1]))
    return axes


def column_of(output: str | None, names: Sequence[str]) -> int | None:
    """The place of the output that is asked for; None: all of them."""
    if output is None:
        return 0 if len(names) == 1 else None
    if output not in names:
        raise UnknownNameError(unknown("output", output, names))
    return list(names).index(output)


def targets_of(T: Any, n_rows: int, column: int | None, n_out: int) -> Matrix:
    """One number a sample: its class, or what the output of this column should be."""
    targets = require_array(T, "T")
    if len(targets) != n_rows or targets.ndim not in {1, 2}:
        raise ShapeError(f"T: got {targets.shape}; expected a row for each of {n_rows} samples")
    if targets.ndim == 1 or targets.shape[1] == 1:
        flat = targets.ravel()  # where there are several outputs, the indices of classes
        return flat if n_out == 1 or column is None else (flat == column).astype(float)
    if targets.shape[1] != n_out:
        raise ShapeError(f"T: got {targets.shape}; expected {(n_rows, n_out)}, or class indices")
    return targets.argmax(axis=1).astype(float) if column is None else targets[:, column]
