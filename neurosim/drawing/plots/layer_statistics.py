"""Statistics by layer: gradient norms and distributions of outputs, now or over epochs."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np

from neurosim.drawing.geometry.font import brief
from neurosim.drawing.page.pages import count_axis, label_ticks, name_axes, require_axes
from neurosim.drawing.page.themes import Theme, require_theme
from neurosim.drawing.plots.artists import add_grid, within
from neurosim.drawing.plots.curves import (
    PAGE,
    Series,
    draw_series,
    is_wide,
    page_for,
    set_log_scale,
)
from neurosim.drawing.plots.neuron_outputs import layers_of, neuron_outputs
from neurosim.errors import InvalidValueError, WrongTypeError
from neurosim.functions.numbers import Matrix
from neurosim.network.network import Network
from neurosim.training.course.history import Epoch
from neurosim.training.evaluation import loss_and_gradients
from neurosim.training.options import MeasureOptions
from neurosim.training.task import require_network

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BINS = 40
_LEAST_SPAN = 1e-9  # of values, by the largest of them
_LEAST = 1e-300  # width of a histogram: a part of a smaller one may be no float
_FINE = 512  # bins while epochs pass, when nobody knows yet how far the values will go
_MOST_EPOCHS = 256  # columns that a picture has room for; of more epochs, every second is kept
_BAND = 0.8  # of the height of a row


@dataclass(frozen=True, slots=True, eq=False)
class Histogram:
    """How often outputs lay where: ``counts[i]`` of them from ``edges[i]`` to ``edges[i + 1]``.

    Over epochs, ``counts`` has a row for each.
    """

    edges: Matrix
    counts: Matrix


def gradient_norms(
    network: Network,
    X: Any,
    T: Any,
    **changes: Unpack[MeasureOptions],
) -> dict[str, float]:
    """The Euclidean norm of the gradient by all that leads into a layer, weights and biases.

    By the layer's name; frozen ones are counted too. The objects are not touched.
    """
    network = require_network(network, "network")
    vector = loss_and_gradients(network, X, T, **changes, engine="compiled").vector
    squares: dict[str, float] = {}
    layer_of = {n.name: name for name, neurons in layers_of(network).items() for n in neurons}
    for parameter, gradient in zip(network.parameter_list(), vector.tolist(), strict=True):
        neurons = {c.target.name for c in parameter.connections} or {parameter.neuron.name}
        for name in {layer_of[neuron] for neuron in neurons}:
            squares[name] = squares.get(name, 0.0) + gradient * gradient
    return {name: squares[name] ** 0.5 for name in layers_of(network) if name in squares}


def gradient_course(
    network: Network,
    X: Any,
    T: Any,
    epochs: Iterable[Epoch],
    **changes: Unpack[MeasureOptions],
) -> tuple[Matrix, dict[str, Matrix]]:
    """The numbers of epochs, and `gradient_norms` after each; goes through ``epochs``."""
    numbers: list[int] = []
    norms: dict[str, list[float]] = {}
    for epoch in _require_epochs(epochs):
        numbers.append(epoch.number)
        now = gradient_norms(network, X, T, **changes)
        for name, norm in now.items():
            norms.setdefault(name, []).append(norm)
    return np.array(numbers, float), {name: np.array(values) for name, values in norms.items()}


def draw_gradients(
    network: Network,
    X: Any,
    T: Any,
    ax: "Axes | None" = None,
    *,
    epochs: Iterable[Epoch] | None = None,
    theme: str | Theme = "light",
    title: str | None = None,
    **changes: Unpack[MeasureOptions],
) -> "Axes":
    """Draw how strong the gradient is in each layer, from the first to the last.

    Args:
        network: the network.
        X: samples, (B, n_in).
        T: targets, (B, n_out).
        ax: where to draw; None: on a new figure.
        epochs: what ``ns.epochs(network, ...)`` gives: it is gone through, and a line for each
            layer tells of its gradient after each epoch. None: the gradient as it is now.
        theme: ``light``, ``dark`` or ``print``.
        title: above the plot.
        **changes: ``loss``, a key of the table of losses, and ``reduction``, ``mean`` or ``sum``.
    """
    chosen = require_theme(theme)
    if epochs is not None:
        numbers, course = gradient_course(network, X, T, epochs, **changes)
        lines = [Series(name, numbers, norms, n) for n, (name, norms) in enumerate(course.items())]
        axes = require_axes(ax, theme, page_for(lines))
        draw_series(axes, lines, chosen)
        name_axes(axes, chosen, x="epoch", y="norm of the gradient", title=title)
        if is_wide(lines):
            set_log_scale(axes)
        else:
            top = _top(np.concatenate([line.y for line in lines]))
            axes.set_ylim(-0.02 * top, 1.05 * top)  # a line at zero is not cut
        return axes
    norms = gradient_norms(network, X, T, **changes)
    if not norms:
        raise InvalidValueError("network: no weights and no biases; expected one at least")
    if not all(map(math.isfinite, norms.values())):
        raise InvalidValueError("network: a gradient is not finite; expected finite gradients")
    axes = require_axes(ax, theme, PAGE)
    _draw_norms(axes, norms, chosen)
    name_axes(axes, chosen, x="layer", y="norm of the gradient", title=title)
    return axes


def describe_gradients(_axes: "Axes", **_: Any) -> str:
    """What `draw_gradients` shows, in words."""
    return "How strong the gradient over the training rows is in each layer."


def _draw_norms(ax: "Axes", norms: Mapping[str, float], theme: Theme) -> None:
    x, y = np.arange(float(len(norms))), np.array(list(norms.values()))
    shown = np.where(y > 0, y, np.nan)
    ax.plot(x, shown, "-o", color=theme.categorical[0], linewidth=1.6, markersize=5)
    is_log = is_wide([Series("", x, y[y > 0], 0)])
    if is_log:
        set_log_scale(ax)
    else:
        ax.set_ylim(0, 1.08 * _top(y))
    bottom = ax.get_ylim()[0]
    for at in np.flatnonzero(y == 0):  # a log axis has no place for it
        ax.plot([at], [bottom], "v", color=theme.negative, clip_on=False, markersize=7)
        ax.annotate("0", (at, bottom), (0, 8), textcoords="offset points", ha="center",
                    color=theme.negative, fontsize=9)  # fmt: skip
    label_ticks(ax, "x", list(norms), most=14)
    add_grid(ax, theme, "y")


def _top(norms: Matrix) -> float:
    """The largest of norms, which are never negative; 1 where all are zero."""
    return float(np.nan_to_num(norms, nan=0.0, posinf=0.0).max(initial=0.0)) or 1.0


def activation_histograms(network: Network, X: Any, *, bins: int = _BINS) -> dict[str, Histogram]:
    """What the neurons of each layer answer to the samples: a histogram by the layer's name."""
    found = {}
    for name, values in _values_of_layers(network, X).items():
        counts, edges = np.histogram(values, bins=bins, range=_span(values))
        found[name] = Histogram(edges, counts.astype(np.float64))
    return found


def activation_course(
    network: Network, X: Any, epochs: Iterable[Epoch], *, bins: int = _BINS
) -> tuple[Matrix, dict[str, Histogram]]:
    """The numbers of epochs, and a histogram a layer with a row for each; goes through ``epochs``.

    Of more than 256 epochs, every second is left out, and so on; the numbers tell which are there.
    Where values fell in the bins is known to a 512th of the span they had in that epoch.
    """
    kept: list[tuple[int, dict[str, Histogram]]] = []
    step = 1
    for position, epoch in enumerate(_require_epochs(epochs)):
        if position % step == 0:
            kept.append((epoch.number, activation_histograms(network, X, bins=_FINE)))
        if len(kept) > _MOST_EPOCHS:
            kept, step = kept[::2], 2 * step
    names = kept[0][1]
    course = {name: _joined([now[name] for _, now in kept], bins) for name in names}
    return np.array([number for number, _ in kept], float), course


def _joined(histograms: Sequence[Histogram], bins: int) -> Histogram:
    """Histograms over the span of all: what lay in a fine bin is shared out evenly."""
    low = min(h.edges[0] for h in histograms)
    high = max(h.edges[-1] for h in histograms)
    edges = np.linspace(low, high, bins + 1)
    rows = [np.diff(np.interp(edges, h.edges, np.cumsum([0, *h.counts]))) for h in histograms]
    return Histogram(edges, np.array(rows))


def _values_of_layers(network: Network, X: Any) -> dict[str, Matrix]:
    outputs = neuron_outputs(network, X)
    layers = layers_of(network)
    return {
        name: within(np.concatenate([outputs[neuron.name] for neuron in neurons]))
        for name, neurons in layers.items()
        if not all(neuron.is_input for neuron in neurons)
    }


def _span(values: Matrix) -> tuple[float, float]:
    if not np.isfinite(values).all():
        raise InvalidValueError("network: an output is not finite; expected finite outputs")
    low, high = float(values.min()), float(values.max())
    least = max(_LEAST_SPAN * max(abs(low), abs(high)), _LEAST)  # in less, edges have no room
    if high - low > least:
        return low, high
    margin = max(0.5, least)
    return low - margin, high + margin


def draw_activations(
    network: Network,
    X: Any,
    ax: "Axes | None" = None,
    *,
    epochs: Iterable[Epoch] | None = None,
    bins: int = _BINS,
    theme: str | Theme = "light",
    title: str | None = None,
) -> "Axes":
    """Draw what the neurons of each layer answer: histograms, the first layer on top.

    Args:
        network: the network.
        X: samples, (B, n_in).
        ax: where to draw; None: on a new figure.
        epochs: what ``ns.epochs(network, ...)`` gives: it is gone through, and each layer's
            histograms are side by side, the darker the more. None: the answers as they are now.
        bins: how many.
        theme: ``light``, ``dark`` or ``print``.
        title: above the plot.
    """
    chosen = require_theme(theme)
    if epochs is None:
        now = activation_histograms(network, X, bins=bins)
        axes = require_axes(ax, theme, (5.6, 1.2 + 0.8 * min(len(now), 10)))
        _draw_ridges(axes, now, chosen)
        name_axes(axes, chosen, x="output", y="layer", title=title)
        return axes
    numbers, course = activation_course(network, X, epochs, bins=bins)
    axes = require_axes(ax, theme, (5.6, 1.2 + 0.9 * min(len(course), 10)))
    _draw_bands(axes, numbers, course, chosen)
    name_axes(axes, chosen, x="epoch", y="layer", title=title)
    return axes


def describe_activations(_axes: "Axes", **_: Any) -> str:
    """What `draw_activations` shows, in words."""
    return "What the neurons of each layer answer to the training rows: a histogram each."


def _draw_ridges(ax: "Axes", histograms: Mapping[str, Histogram], theme: Theme) -> None:
    for row, histogram in enumerate(histograms.values()):
        heights = histogram.counts / histogram.counts.max() * _BAND
        baseline = row + _BAND / 2  # the axis is upside down
        ax.stairs(baseline - heights, histogram.edges, baseline=baseline, fill=True,
                  color=theme.categorical[0], alpha=0.75)  # fmt: skip
        ax.axhline(baseline, color=theme.foreground, linewidth=0.6)
    _name_rows(ax, list(histograms))
    add_grid(ax, theme, "x")
    ax.margins(x=0.02)


def _draw_bands(ax: "Axes", numbers: Matrix, course: Mapping[str, Histogram], theme: Theme) -> None:
    step = float(numbers[1] - numbers[0]) if len(numbers) > 1 else 1.0
    left, right = numbers[0] - step / 2, numbers[-1] + step / 2
    for row, histogram in enumerate(course.values()):
        top, bottom = row - _BAND / 2, row + _BAND / 2
        # the root lets rare answers be seen beside a crowd at the limits of a sigmoid
        ax.imshow(
            np.sqrt(histogram.counts.T), extent=(left, right, bottom, top), origin="lower",
            cmap=theme.sequential_map(), aspect="auto", interpolation="nearest",
        )  # fmt: skip
        for y, edge, va in ((bottom, histogram.edges[0], "bottom"),
                            (top, histogram.edges[-1], "top")):  # fmt: skip
            ax.annotate(brief(float(edge)), (1, y), (4, 0), xycoords=("axes fraction", "data"),
                        textcoords="offset points", va=va, fontsize=8,
                        color=theme.muted)  # fmt: skip
    ax.set_xlim(left, right)
    _name_rows(ax, list(course))
    count_axis(ax)


def _name_rows(ax: "Axes", names: Sequence[str]) -> None:
    ax.set_ylim(len(names) - 0.5, -0.5)
    label_ticks(ax, "y", names, most=24)


def _require_epochs(epochs: object) -> Iterator[Epoch]:
    """The epochs as they pass, one at least."""
    if not isinstance(epochs, Iterable):
        raise WrongTypeError(f"epochs: got {epochs!r:.80}; expected what ns.epochs gives")
    is_empty = True
    for epoch in epochs:
        is_empty = False
        yield epoch
    if is_empty:
        raise InvalidValueError("epochs: none, nothing to draw; expected one at least")
