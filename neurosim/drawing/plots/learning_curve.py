"""Learning curves: a measure on training and held-out rows against the number of training rows."""

from typing import TYPE_CHECKING

import numpy as np

from neurosim.drawing.page.pages import name_axes, require_axes
from neurosim.drawing.page.themes import Theme, require_theme
from neurosim.drawing.plots.curves import Series, draw_series, page_for
from neurosim.errors import UnknownNameError, unknown
from neurosim.functions.numbers import counted, short
from neurosim.training.validation.learning_curve import LearningCurve

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw_learning_curve(
    curve: LearningCurve,
    ax: "Axes | None" = None,
    *,
    metric: str | None = None,
    theme: str | Theme = "light",
    title: str | None = None,
) -> "Axes":
    """Draw the loss or a metric against the number of rows that were trained on.

    A line is the mean over the folds, the band around it the deviation to both sides; that of
    held-out rows is dashed.

    Args:
        curve: what `learning_curve` found.
        ax: where to draw; None: on a new figure.
        metric: one that was measured; None: the loss.
        theme: ``light``, ``dark`` or ``print``.
        title: above the plot.

    Raises:
        UnknownNameError: no metric of this name was measured.
    """
    name = "loss" if metric is None else metric
    if name not in curve.held_out:
        raise UnknownNameError(unknown("metric", name, curve.held_out))
    x = np.array(curve.sizes, dtype=np.float64)
    parts = {"training rows": curve.training[name], "held-out rows": curve.held_out[name]}
    series = [
        Series(label, x, np.array([spread.mean for spread in spreads]), run, run == 1)
        for run, (label, spreads) in enumerate(parts.items())
    ]
    chosen, axes = require_theme(theme), require_axes(ax, theme, page_for(series))
    draw_series(axes, series, chosen)
    for one, spreads in zip(series, parts.values(), strict=True):
        deviation = np.array([spread.deviation or 0.0 for spread in spreads])
        colour = chosen.categorical[one.run]
        axes.fill_between(x, one.y - deviation, one.y + deviation, color=colour, alpha=0.15, lw=0)
    name_axes(axes, chosen, x="rows trained on", y=name.replace("_", " "), title=title)
    return axes


def describe_learning_curve(_axes: "Axes", *, curve: LearningCurve, **_: object) -> str:
    """What `draw_learning_curve` shows, in words."""
    first, last = curve.held_out["loss"][0].mean, curve.held_out["loss"][-1].mean
    return (
        f"The loss against {curve.sizes[0]} to {counted(curve.sizes[-1], 'training row')}:"
        f" on held-out rows from {short(first)} to {short(last)}."
    )
