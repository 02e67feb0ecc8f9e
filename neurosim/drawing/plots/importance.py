"""Permutation importance as bars: how much worse a network gets without each input."""

from typing import TYPE_CHECKING, Any, Unpack

import numpy as np

from neurosim.drawing.page.pages import keep_text, name_axes, require_axes
from neurosim.drawing.page.themes import Theme, require_theme
from neurosim.drawing.plots.artists import add_grid
from neurosim.errors import UnknownNameError, unknown
from neurosim.functions.numbers import short
from neurosim.network.network import Network
from neurosim.training.metrics import LOSS, less_is_better
from neurosim.training.options import MeasureOptions
from neurosim.training.parts import PARTS
from neurosim.training.task_kind import AUTO, TaskKind
from neurosim.training.validation.importance import permutation_importance

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST = 30  # bars; of more inputs the most important ones


def draw_importance(
    network: Network,
    X: Any,
    T: Any,
    ax: "Axes | None" = None,
    *,
    metric: str | None = None,
    repeats: int = 10,
    task: TaskKind | str = AUTO,
    on: str = "train",
    theme: str | Theme = "light",
    title: str | None = None,
    **options: Unpack[MeasureOptions],
) -> "Axes":
    """Draw how much worse the loss or a metric gets when an input is shuffled between the rows.

    A bar is the mean over the repeats, its whisker the deviation to both sides; the most important
    input is at the top.

    Args:
        network: what is asked.
        X: samples, (B, n_in).
        T: targets, (B, n_out), or class indices.
        ax: where to draw; None: on a new figure.
        metric: a key of the table of metrics; None: the loss.
        repeats: how many times each input is shuffled.
        task: what the targets are to the metric.
        on: which rows they are, for the label: ``train``, ``validation`` or ``test``.
        theme: ``light``, ``dark`` or ``print``.
        title: above the plot.
        **options: what the loss is, as of `permutation_importance`.

    Raises:
        NeurosimError: rows or a metric do not fit; see `permutation_importance`.
    """
    if on not in PARTS:
        raise UnknownNameError(unknown("part of the rows", on, PARTS))
    found = permutation_importance(
        network, X, T, metric=metric, repeats=repeats, task=task, **options
    )
    shown = list(found.spreads.items())[:_MOST]
    chosen = require_theme(theme)
    axes = require_axes(ax, theme, (6.4, 1.4 + 0.26 * len(shown)))
    places = np.arange(len(shown))
    axes.barh(
        places,
        [spread.mean for _, spread in shown],
        xerr=[spread.deviation or 0.0 for _, spread in shown],
        height=0.7, color=chosen.categorical[0], ecolor=chosen.text, capsize=2,
        error_kw={"linewidth": 0.9},
    )  # fmt: skip
    axes.axvline(0.0, color=chosen.foreground, linewidth=0.9)
    axes.set_yticks(places, [keep_text(name) for name, _ in shown], parse_math=False)
    axes.invert_yaxis()
    add_grid(axes, chosen, "x")
    words = found.measure.replace("_", " ")
    more = f" ({_MOST} of {len(found.inputs)} inputs)" if len(found.inputs) > _MOST else ""
    change = "rise" if less_is_better(metric or LOSS) else "fall"
    x = f"{change} of {words} on {PARTS[on]} rows, from {short(found.baseline)}{more}"
    name_axes(axes, chosen, x=x, title=title)
    return axes


def describe_importance(axes: "Axes", **_: Any) -> str:
    """What `draw_importance` shows, in words."""
    first = axes.get_yticklabels()[0].get_text()
    return f"What shuffling each input does: {axes.get_xlabel()}; {first} matters most."
