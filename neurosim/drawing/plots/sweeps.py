"""Sweeps: a number over the values of one key as a line, of two as a heat map; and searches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from neurosim.drawing.geometry.font import brief
from neurosim.drawing.page.pages import (
    count_axis,
    keep_text,
    label_ticks,
    name_axes,
    require_axes,
    style_legend,
)
from neurosim.drawing.page.themes import Theme, require_theme
from neurosim.drawing.plots.artists import MARKERS, add_bar, add_grid, within, write_cell
from neurosim.drawing.plots.curves import PAGE, set_log_scale
from neurosim.errors import InvalidValueError, UnknownNameError, unknown
from neurosim.functions.numbers import Matrix, counted, short

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SPREAD = 100.0  # where the largest number is so many times the least, a log axis shows more
_MOST_NUMBERED = 12  # values of a key, up to which cells have room for numbers
_MOST_LETTERS = 24  # of a value at an axis


class SweptNumbers(Protocol):
    """What `draw_sweep` asks of a point."""

    @property
    def values(self) -> Mapping[str, Any]:
        """By the keys that are varied."""
        ...

    @property
    def found(self) -> Mapping[str, Any]:
        """What was found, by name."""
        ...

    def number_of(self, measure: str) -> float:
        """A number of it; NaN where the training diverged."""
        ...


class SweptAxes(Protocol):
    """What `draw_sweep` asks of a sweep."""

    @property
    def axes(self) -> Mapping[str, tuple[Any, ...]]:
        """The values of each key."""
        ...

    @property
    def points(self) -> Sequence[SweptNumbers]:
        """In order, those of the last key first."""
        ...

    @property
    def measure(self) -> Any:
        """What points are compared by; it has a ``name``, and ``is_maximized``."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class SweepGrid:
    """The numbers of a sweep over one key or two, the mean over all other keys.

    Attributes:
        keys: one, or two.
        values: of each.
        numbers: (values of the first,), or (values of the first, of the second); NaN where there
            is none.
        n_missing: how many points diverged, or have no number, of each; of the same shape.
        others: the keys that the mean is over.
    """

    keys: tuple[str, ...]
    values: tuple[tuple[Any, ...], ...]
    numbers: Matrix
    n_missing: Matrix
    others: tuple[str, ...]


def sweep_grid(sweep: SweptAxes, measure: str) -> SweepGrid:
    """The numbers over the first two keys that have several values; over one, if one has.

    Raises:
        UnknownNameError: there is no such number.
        InvalidValueError: there are no points.
    """
    known = dict.fromkeys(name for point in sweep.points for name in point.found)
    if not sweep.points:
        raise InvalidValueError("sweep: got no points; expected at least one")
    if measure not in known:
        raise UnknownNameError(unknown("measure", measure, known))
    varied = [key for key, values in sweep.axes.items() if len(values) > 1]
    keys = tuple(varied[:2] or list(sweep.axes)[:1])
    shape = [len(values) for values in sweep.axes.values()]
    numbers = np.array([point.number_of(measure) for point in sweep.points]).reshape(shape)
    over = tuple(n for n, key in enumerate(sweep.axes) if key not in keys)
    is_there = np.isfinite(numbers)
    n_there = is_there.sum(axis=over)
    total = np.where(is_there, numbers, 0.0).sum(axis=over)
    mean = np.divide(total, n_there, out=np.full(n_there.shape, np.nan), where=n_there > 0)
    others = tuple(key for key in varied if key not in keys)
    values = tuple(sweep.axes[key] for key in keys)
    return SweepGrid(keys, values, mean, (~is_there).sum(axis=over), others)


def draw_sweep(
    sweep: SweptAxes,
    ax: "Axes | None" = None,
    *,
    measure: str | None = None,
    theme: str | Theme = "light",
    title: str | None = None,
) -> "Axes":
    """Draw a number over the values of one key as a line, over those of two as a heat map.

    Where more keys were varied, it is the mean over the others. Points that diverged have no
    number, and are marked by a cross.

    Args:
        sweep: what `neurosim.sweep` returns.
        ax: where to draw; None: on a new figure.
        measure: the name of the number; None: what points are compared by.
        theme: ``light``, ``dark`` or ``print``.
        title: above the plot.

    Raises:
        UnknownNameError: there is no such number.
    """
    name = sweep.measure.name if measure is None else measure
    grid = sweep_grid(sweep, name)
    chosen, page = require_theme(theme), _page(grid)
    axes = require_axes(ax, theme, page)
    words = name.replace("_", " ") + f", mean over {', '.join(grid.others)}" * bool(grid.others)
    if len(grid.keys) == 1:
        _draw_line(axes, grid, chosen, words)
        name_axes(axes, chosen, x=grid.keys[0], y=axes.get_ylabel(), title=title)
    else:
        _draw_map(axes, grid, chosen, words)
        name_axes(axes, chosen, x=grid.keys[1], y=grid.keys[0], title=title)
    return axes


def describe_sweep(sweep: SweptAxes, measure: str | None = None) -> str:
    """What `draw_sweep` shows, in words."""
    name = sweep.measure.name if measure is None else measure
    grid = sweep_grid(sweep, name)
    finite = grid.numbers[np.isfinite(grid.numbers)]
    ends = f", from {short(finite.min())} to {short(finite.max())}" if len(finite) else ""
    n_missing = int(grid.n_missing.sum())
    missing = f"; {counted(n_missing, 'point')} without a number" * bool(n_missing)
    return f"The {name.replace('_', ' ')} over {' and '.join(grid.keys)}{ends}{missing}."


def draw_search(
    search: SweptAxes,
    ax: "Axes | None" = None,
    *,
    theme: str | Theme = "light",
    title: str | None = None,
) -> "Axes":
    """Draw what the trials of a search have found, and the best so far.

    Args:
        search: what `neurosim.tune` returns.
        ax: where to draw; None: on a new figure.
        theme: ``light``, ``dark`` or ``print``.
        title: above the plot.
    """
    chosen, axes = require_theme(theme), require_axes(ax, theme, PAGE)
    numbers = within(_of_trials(search))
    x, sign = np.arange(float(len(numbers))), -1.0 if search.measure.is_maximized else 1.0
    best = sign * np.fmin.accumulate(sign * numbers)
    points = axes.plot(x, numbers, linestyle="", marker=MARKERS[0], markersize=4,
                       color=chosen.categorical[0])  # fmt: skip
    line = axes.plot(x, best, color=chosen.categorical[1], linewidth=1.6, drawstyle="steps-post")
    _draw_lost(axes, x, numbers, chosen)
    words = search.measure.name.replace("_", " ")
    y = _name_and_scale(axes, words, numbers, "trial")
    add_grid(axes, chosen)
    count_axis(axes)
    labels = ["of a trial", "the best so far"]
    style_legend(axes, chosen, labels, [*points, *line])
    name_axes(axes, chosen, x="trial", y=y, title=title)
    return axes


def describe_search(search: SweptAxes) -> str:
    """What `draw_search` shows, in words."""
    numbers = _of_trials(search)
    finite = numbers[np.isfinite(numbers)]
    ends = f", from {short(finite.min())} to {short(finite.max())}" if len(finite) else ""
    name = search.measure.name.replace("_", " ")
    return f"The {name} of {counted(len(numbers), 'trial')}{ends}, and the best so far."


def _of_trials(search: SweptAxes) -> Matrix:
    if not search.points:
        raise InvalidValueError("search: got no trials; expected at least one")
    return np.array([point.number_of(search.measure.name) for point in search.points])


def _page(grid: SweepGrid) -> tuple[float, float]:
    if len(grid.keys) == 1:
        return PAGE
    rows, columns = (min(size, 2 * _MOST_NUMBERED) for size in grid.numbers.shape)
    return 2.6 + 0.5 * columns, 1.6 + 0.42 * rows


def _draw_line(ax: "Axes", grid: SweepGrid, theme: Theme, words: str) -> None:
    from matplotlib.ticker import FuncFormatter

    values, numbers = grid.values[0], within(grid.numbers)
    is_scale = all(isinstance(v, int | float) and not isinstance(v, bool) for v in values)
    x = within(values) if is_scale else np.arange(len(values), dtype=float)
    order = np.argsort(x, kind="stable")
    ax.plot(x[order], numbers[order], color=theme.categorical[0], linewidth=1.6,
            marker=MARKERS[0], markersize=5)  # fmt: skip
    _draw_lost(ax, x, numbers, theme)
    add_grid(ax, theme)
    ax.set_ylabel(_name_and_scale(ax, words, numbers, "value"))
    if not is_scale:
        label_ticks(ax, "x", [_label(value) for value in values], most=20)
    elif x.min() > 0 and x.max() >= _SPREAD * x.min():
        set_log_scale(ax, "x")
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: brief(value)))


def _draw_lost(ax: "Axes", x: Matrix, numbers: Matrix, theme: Theme) -> None:
    """Crosses where there is no number."""
    lost = x[~np.isfinite(numbers)]
    ax.plot(lost, np.full(len(lost), 0.03), linestyle="", marker="x", markersize=7,
            color=theme.negative, transform=ax.get_xaxis_transform(), clip_on=False)  # fmt: skip


def _name_and_scale(ax: "Axes", words: str, numbers: Matrix, noun: str) -> str:
    """The name of the axis that goes up, which is logarithmic where the numbers are far apart."""
    finite = numbers[np.isfinite(numbers)]
    n_lost = len(numbers) - len(finite)
    note = f" (x: {counted(n_lost, noun)} without one)" * bool(n_lost)
    is_log = len(finite) and finite.min() > 0 and finite.max() >= _SPREAD * finite.min()
    if is_log:
        set_log_scale(ax)
    return f"{words}{' (logarithmic)' * bool(is_log)}{note}"


def _draw_map(ax: "Axes", grid: SweepGrid, theme: Theme, words: str) -> None:
    from matplotlib.colors import LogNorm, Normalize
    from matplotlib.ticker import FuncFormatter

    numbers = within(grid.numbers)
    finite = numbers[np.isfinite(numbers)]
    low, high = (finite.min(), finite.max()) if len(finite) else (0.0, 1.0)
    is_log = low > 0 and high >= _SPREAD * low
    scale = LogNorm(low, high) if is_log else Normalize(low, high)
    colours = theme.sequential_map()
    image = ax.imshow(np.ma.masked_invalid(numbers), cmap=colours, norm=scale, aspect="auto")
    bar = add_bar(image, theme, 9, ax=ax)
    bar.formatter = FuncFormatter(lambda value, _: brief(value))
    bar.set_label(words + " (logarithmic)" * bool(is_log), color=theme.text, fontsize=9)
    for axis, values in zip("yx", grid.values, strict=True):
        label_ticks(ax, axis, [_label(value) for value in values], most=20)
    ax.tick_params(which="both", length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)
    has_room = max(numbers.shape) <= _MOST_NUMBERED
    for row, column in np.ndindex(numbers.shape):
        number = numbers[row, column]
        if not np.isfinite(number):
            write_cell(ax, row, column, "x", theme.grid, fontsize=9)
        elif has_room:
            write_cell(ax, row, column, brief(float(number)), colours(scale(number)), fontsize=8)


def _label(value: Any) -> str:
    text = keep_text(brief(value, 6) if isinstance(value, float) else str(value))
    return text if len(text) <= _MOST_LETTERS else f"{text[: _MOST_LETTERS - 3]}..."
