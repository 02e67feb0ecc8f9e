"""Curves over epochs: the loss, on training and validation rows, and the metrics."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from neurosim.drawing.page.pages import (
    count_axis,
    legend_shape,
    name_axes,
    require_axes,
    style_legend,
)
from neurosim.drawing.page.themes import Theme, require_theme
from neurosim.drawing.plots.artists import MARKERS, add_grid, within
from neurosim.drawing.plots.history import Course, course_of, courses_of, require_metrics
from neurosim.errors import InvalidValueError, ShapeError
from neurosim.functions.numbers import Matrix, counted, short
from neurosim.training.parts import metric_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PAGE = (5.6, 3.6)  # inches: on a telephone the letters are still read
_SPREAD = 100.0  # where the largest loss is so many times the smallest, a log axis shows more
_LEAST, _MOST = 1e-280, 1e280  # beyond, a log axis needs care
_LARGEST = float(np.finfo(float).max)
_FEW = 40  # epochs; of more, only some get a marker


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """One line.

    Attributes:
        label: what the legend says; empty where there is only one.
        x: (n,).
        y: (n,); NaN where there is no finite number.
        run: the number of its colour and marker.
        is_dashed: whether it was measured on validation rows.
    """

    label: str
    x: Matrix
    y: Matrix
    run: int
    is_dashed: bool = False


def draw_loss(
    history: Any,
    ax: "Axes | None" = None,
    *,
    validation: Any = None,
    best_epoch: int | None = None,
    log: bool | None = None,
    theme: str | Theme = "light",
    title: str | None = None,
) -> "Axes":
    """Draw the loss over the epochs.

    Args:
        history: a `History`, a list of losses, epochs as ``ns.epochs`` gives them, or a mapping
            from the names of several runs to such.
        ax: where to draw; None: on a new figure.
        validation: validation losses, where the history is a list and has none.
        best_epoch: the epoch to mark as the best; None: the one that a `History` has, if any.
        log: a logarithmic axis; None: where the losses are positive and differ by a factor of 100.
        theme: ``light``, ``dark`` or ``print``.
        title: above the plot.

    Raises:
        InvalidValueError: there are no epochs, or ``log`` meets a loss that is not positive.
        WrongTypeError: the history is of another kind.
    """
    courses = courses_of(history)  # once: of an iterator nothing is left
    series = loss_series(courses, validation)
    is_log = is_wide(series) if log is None else log
    if is_log:
        _require_positive(series)
    chosen, axes = require_theme(theme), require_axes(ax, theme, page_for(series))
    draw_series(axes, series if is_log else _within(series), chosen)
    y = "loss (logarithmic)" if is_log else "loss"
    name_axes(axes, chosen, x="epoch", y=y, title=title)
    if is_log:
        set_log_scale(axes)
    else:
        _show_zero(axes, series)
    found = [course.best_epoch for course in courses.values()]
    best = found[0] if best_epoch is None and len(found) == 1 else best_epoch
    if best is not None:
        _mark_best(axes, best, chosen)
    return axes


def _mark_best(ax: "Axes", epoch: int, theme: Theme) -> None:
    ax.axvline(epoch, color=theme.text, linewidth=1.0, linestyle=":")
    ax.annotate(
        "best", (epoch, 1.0), xycoords=("data", "axes fraction"), xytext=(3, -3),
        textcoords="offset points", va="top", color=theme.text,
    )  # fmt: skip


def describe_loss(_axes: "Axes", *, history: Any, best_epoch: int | None = None, **_: Any) -> str:
    """What `draw_loss` shows, in words."""
    course = course_of(history)
    losses = course.loss
    ends = f"from {short(losses[0])} to {short(losses[-1])}"
    best = course.best_epoch if best_epoch is None else best_epoch
    marked = "" if best is None else f"; the best epoch, {best}, is marked"
    return f"The loss over {counted(len(losses), 'epoch')}, {ends}{marked}."


def draw_metrics(
    history: Any,
    ax: "Axes | None" = None,
    *,
    names: Sequence[str] | None = None,
    theme: str | Theme = "light",
    title: str | None = None,
) -> "Axes":
    """Draw what was measured besides the loss, over the epochs.

    Args:
        history: as for `draw_loss`, but for a list of losses, which has no metrics.
        ax: where to draw; None: on a new figure.
        names: which metrics; None: all.
        theme: ``light``, ``dark`` or ``print``.
        title: above the plot.

    Raises:
        InvalidValueError: nothing was measured.
        UnknownNameError: a metric of this name was not measured.
    """
    courses = courses_of(history)  # once: of an iterator nothing is left
    series = metric_series(courses, names)
    chosen, axes = require_theme(theme), require_axes(ax, theme, page_for(series))
    draw_series(axes, _within(series), chosen)
    y = _measured(courses, require_metrics(courses, names))
    name_axes(axes, chosen, x="epoch", y=y, title=title)
    _show_zero(axes, series)
    return axes


def describe_metrics(_axes: "Axes", *, history: Any, **_: Any) -> str:
    """What `draw_metrics` shows, in words."""
    course = course_of(history)
    ends = (
        f"{metric_words(name, course.on)} ends at {short(values[-1])}"
        for name, values in course.metrics.items()
    )
    return f"What was measured over {counted(len(course.epochs), 'epoch')}: {', '.join(ends)}."


def _measured(courses: Mapping[str, Course], names: Sequence[str]) -> str:
    """What the axis of metrics says: each with its rows, where these are the same in all runs."""
    parts = {course.on for course in courses.values()}
    measured = ", ".join(names).replace("_", " ")
    words = measured if len(measured) < 40 else "metrics"
    return metric_words(words, parts.pop()) if len(parts) == 1 else words


def loss_series(history: Any, validation: Any = None) -> list[Series]:
    """The lines of `draw_loss`."""
    courses = courses_of(history)
    series: list[Series] = []
    for run, (name, course) in enumerate(courses.items()):
        measured = course.validation_loss if validation is None else _as_validation(validation)
        if len(measured) not in {0, len(course.epochs)}:
            raise ShapeError(
                f"validation: got {counted(len(measured), 'number')};"
                f" expected {len(course.epochs)}, one an epoch"
            )
        has_both, prefix = bool(len(measured)), f"{name}: " if name else ""
        label = f"{prefix}training" if has_both else name
        series.append(Series(label, course.epochs, course.loss, run))
        if has_both:
            series.append(Series(f"{prefix}validation", course.epochs, measured, run, True))
    return [_finite(one) for one in series]


def _as_validation(validation: Any) -> Matrix:
    return np.array(list(validation), dtype=np.float64)


def metric_series(history: Any, names: Sequence[str] | None = None) -> list[Series]:
    """The lines of `draw_metrics`."""
    courses = courses_of(history)
    wanted = require_metrics(courses, names)
    pairs = [(run, name) for run in courses for name in wanted if name in courses[run].metrics]
    series = []
    for number, (run, name) in enumerate(pairs):
        course = courses[run]
        words = [run] if len(wanted) == 1 else [run, metric_words(name, course.on)]
        label = ": ".join(filter(None, words)) if len(pairs) > 1 else ""
        series.append(_finite(Series(label, course.epochs, course.metrics[name], number)))
    return series


def _finite(series: Series) -> Series:
    """The line where its numbers are finite; its label tells of the others."""
    is_finite = np.isfinite(series.y)
    if is_finite.all():
        return series
    gaps = np.flatnonzero(~is_finite)
    note = f"not finite in {counted(len(gaps), 'epoch')}, first {series.x[gaps[0]]:.0f}"
    label = f"{series.label} ({note})" if series.label else note
    y = np.where(is_finite, series.y, np.nan)
    return Series(label, series.x, y, series.run, series.is_dashed)


def _within(series: Sequence[Series]) -> list[Series]:
    """The lines as an axis that is not logarithmic can show them."""
    return [replace(one, y=within(one.y)) for one in series]


def is_wide(series: Iterable[Series]) -> bool:
    """Whether the numbers are positive and so different that a log axis shows more."""
    values = np.concatenate([one.y[np.isfinite(one.y)] for one in series])
    return bool(len(values) and values.min() > 0 and values.max() / _SPREAD >= values.min())


def _require_positive(series: Iterable[Series]) -> None:
    for one in series:
        wrong = np.flatnonzero(one.y <= 0)
        if len(wrong):
            raise InvalidValueError(
                f"log: a loss that has no logarithm, got {float(one.y[wrong[0]])!r} in epoch"
                f" {one.x[wrong[0]]:.0f}; expected positive losses, or log=False"
            )


def page_for(series: Sequence[Series]) -> tuple[float, float]:
    """Width and height of a page for these lines: a long legend takes nothing from the curves."""
    _, rows = legend_shape([one.label for one in series])
    return PAGE[0], PAGE[1] + 0.22 * (rows - 1)


def draw_series(ax: "Axes", series: Sequence[Series], theme: Theme) -> None:
    """Draw lines over epochs: each by its own colour and marker, validation dashed."""
    handles = [_draw_line(ax, one, theme, n) for n, one in enumerate(series)]
    add_grid(ax, theme)
    count_axis(ax)
    ax.margins(x=0.02)
    if all(len(one.x) == 1 for one in series):
        ax.set_xlim(series[0].x[0] - 0.5, series[0].x[0] + 0.5)
    if any(one.label for one in series):
        style_legend(ax, theme, [one.label for one in series], handles)


def _draw_line(ax: "Axes", series: Series, theme: Theme, number: int) -> Any:
    count = len(series.x)
    few = count <= _FEW
    step = 1 if few else count // 8
    first = 0 if few else (number * step // 3) % step  # so that lines that coincide show both
    colour = theme.categorical[series.run % len(theme.categorical)]
    (line,) = ax.plot(
        series.x, series.y, color=colour, linewidth=1.6,
        linestyle=(0, (5, 2)) if series.is_dashed else "-",
        marker=MARKERS[series.run % len(MARKERS)], markersize=4 if few else 5,
        markevery=(first, step), markerfacecolor=theme.background if series.is_dashed else colour,
    )  # fmt: skip
    return line


def _show_zero(ax: "Axes", series: Iterable[Series]) -> None:
    """Let the axis begin at zero where nothing is below: curves that hardly fall look so."""
    values = within(np.concatenate([one.y[np.isfinite(one.y)] for one in series]))
    if len(values) and values.min() >= 0 and values.max() > 0:
        top = float(values.max())
        ax.set_ylim(-0.02 * top, 1.05 * top)


def set_log_scale(ax: "Axes", axis: Literal["x", "y"] = "y") -> None:
    """A logarithmic axis whose ticks are plain numbers, several of them also over one decade."""
    from matplotlib.ticker import (
        FixedLocator,
        FuncFormatter,
        Locator,
        LogLocator,
        NullFormatter,
        NullLocator,
    )

    of_axis = {"x": (ax.xaxis, ax.dataLim.minposx, ax.dataLim.x1),
               "y": (ax.yaxis, ax.dataLim.minposy, ax.dataLim.y1)}  # fmt: skip
    lines, least, most = of_axis[axis]
    is_far = least < _LEAST or most > _MOST  # margins and ticks would lead beyond the floats
    if is_far:
        ax.set(**{f"{axis}margin": 0.0})
        ax.set(**{f"{axis}lim": (max(least / 10.0, 1e-323), min(most, _LARGEST / 10.0) * 10.0)})
    ax.set(**{f"{axis}scale": "log"})
    low, high = np.log10(lines.get_view_interval()).tolist()
    subs = (
        (1.0,) if high - low > 3 else (1.0, 2.0, 5.0) if high - low > 0.7 else tuple(range(1, 10))
    )
    ticks: Locator = LogLocator(subs=subs, numticks=9)
    if is_far:
        step = max(1, math.ceil((high - low) / 8))
        ticks = FixedLocator([10.0**n for n in range(math.ceil(low), math.floor(high) + 1, step)])
    lines.set_major_locator(ticks)
    lines.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    lines.set_minor_locator(NullLocator()) if is_far else lines.set_minor_formatter(NullFormatter())
