"""The map of a network's outputs over two inputs, with its decision boundary.

The colours are centred: at the threshold where an output tells two classes apart, else at zero.
Over one input, each output is a curve.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.drawing.page.pages import name_axes, require_axes, style_legend
from neurosim.drawing.page.themes import Theme, require_theme
from neurosim.drawing.plots.artists import MARKERS, add_bar, add_grid, within
from neurosim.drawing.plots.input_grids import InputGrid, Span, input_grid
from neurosim.errors import InvalidValueError, ShapeError, UnknownNameError, unknown
from neurosim.functions.activations import SOFTMAX, facts_of
from neurosim.functions.numbers import Matrix, require_array, require_rows
from neurosim.network.network import Network
from neurosim.network.neuron import Neuron
from neurosim.training.task_kind import AUTO, CLASSES, REGRESSION, TaskKind, decide_task_kind

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_DASHES: tuple[Any, ...] = ("-", (0, (5, 2)), (0, (1, 1.5)), (0, (5, 2, 1, 2)))


def draw_boundary(
    network: Network,
    X: Any = None,
    T: Any = None,
    ax: "Axes | None" = None,
    *,
    output: str | None = None,
    fixed: Mapping[str, float] | None = None,
    span: Span | None = None,
    resolution: int = 150,
    reach: float | None = None,
    task: str | TaskKind = AUTO,
    theme: str | Theme = "light",
    title: str | None = None,
) -> "Axes":
    """Draw what a network answers over two inputs, and the samples on it; over one, as curves.

    One output is a map of its values, with a line at the threshold between two classes. Of several
    that tell classes apart, each place has the colour of the largest, the stronger the surer it is;
    of several independent labels, each output has a line where it crosses its threshold. Where one
    input varies, each output is a curve.

    Args:
        network: what is asked.
        X: samples, (B, n_in); the picture reaches a little beyond them.
        T: their targets, (B, n_out), or class indices, (B,); a sample whose target is missing
            (NaN) is drawn hollow.
        ax: where to draw; None: on a new figure.
        output: the name of one output, where there are several.
        fixed: the values of all inputs but two, or one, by name.
        span: ``((left, right), (bottom, top))``, or ``(left, right)``, instead of around the
            samples.
        resolution: points on each side.
        reach: how far from the threshold the colours go; None: as far as values do.
        task: what the targets are, as for metrics; ``auto``: as T says.
        theme: ``light``, ``dark`` or ``print``.
        title: above the plot.

    Raises:
        ShapeError: not two inputs are left; says what to fix.
        InvalidValueError: several outputs are numbers; says to choose one.
        UnknownNameError: ``output`` or ``fixed`` names nothing.
    """
    grid = input_grid(network, X, fixed=fixed, span=span, resolution=resolution)
    names = [neuron.caption for neuron in network.outputs]
    column = _column_of(output, network)
    values = within(network.predict(grid.points))
    samples = None if X is None else require_rows(X, len(network.inputs))[:, grid.columns]
    places: list[Any] = [column]
    if column is None and not grid.is_map:
        places = [*range(len(names))]
    targets = []
    if samples is not None and T is not None:
        targets = [within(_targets_of(T, len(samples), place, len(names))) for place in places]
    chosen = require_theme(theme)
    axes = require_axes(ax, theme, (5.6, 4.8 if grid.is_map else 4.2))
    known: dict[str, Any] = {"samples": samples, "targets": targets, "theme": chosen}
    if not grid.is_map:
        shown = [names[place] for place in places]
        _draw_curves(axes, grid, values[:, places], shown, **known)
        name_axes(axes, chosen, x=grid.inputs[0], y=shown[0] if len(shown) == 1 else "output",
                  title=title)  # fmt: skip
        axes.set_xlim(float(grid.axes[0][0]), float(grid.axes[0][-1]))
        return axes
    if column is None:
        kind = _kind_of(network, T, task)
        draw = _draw_classes if kind.name == CLASSES else _draw_labels
        draw(axes, grid, values, names, kind=kind, **known)
    else:
        answers, neuron = values[:, column], network.outputs[column]
        _draw_values(axes, grid, answers, neuron, reach=reach, **known)
    name_axes(axes, chosen, x=grid.inputs[0], y=grid.inputs[1], title=title)
    axes.set(xlim=grid.extent[:2], ylim=grid.extent[2:])
    return axes


def describe_boundary(axes: "Axes", **_: Any) -> str:
    """What `draw_boundary` shows, in words."""
    x, y = axes.get_xlabel(), axes.get_ylabel()
    ground = f"the inputs {x} and {y}" if axes.get_images() else f"the input {x}"
    return f"What the outputs are over {ground}, and the training rows."


def threshold_of(targets: Matrix | None, activation: str) -> float | None:
    """Where the line between two classes is: 0.5 or 0, as for ``accuracy``; None without classes.

    Without targets, it is in the middle of what the activation can answer.
    """
    if targets is None:
        return 0.5 if facts_of(activation).gives_probabilities else 0.0
    levels = set(np.unique(targets[~np.isnan(targets)]).tolist())
    if levels <= {-1.0, 1.0} and -1.0 in levels:
        return 0.0
    return 0.5 if levels <= {0.0, 1.0} else None


def centre_of(targets: Matrix | None, output: Neuron) -> float:
    """Where the colours of an output's values turn: at its threshold, else where its inner 0 is."""
    threshold = threshold_of(targets, output.activation)
    if threshold is not None:
        return threshold
    return 0.0 if output.scaling is None else output.scaling.offset


def _column_of(output: str | None, network: Network) -> int | None:
    """The place of the output that is asked for, by its name or label; None: all of them."""
    if output is None:
        return 0 if len(network.outputs) == 1 else None
    names = [neuron.name for neuron in network.outputs]
    captions = [neuron.caption for neuron in network.outputs]
    for known in (names, captions):
        if known.count(output) == 1:
            return known.index(output)
    raise UnknownNameError(unknown("output", output, captions))


def _targets_of(T: Any, n_rows: int, column: int | None, n_out: int) -> Matrix:
    """One number a sample: its class, or what the output of this column should be."""
    targets = require_array(T, "T", may_miss=True)
    if len(targets) != n_rows or targets.ndim not in {1, 2}:
        raise ShapeError(f"T: got {targets.shape}; expected a row for each of {n_rows} samples")
    if targets.ndim == 1 or targets.shape[1] == 1:
        flat = targets.ravel()  # where there are several outputs, the indices of classes
        if n_out == 1 or column is None:
            return flat
        return np.where(np.isnan(flat), np.nan, flat == column)
    if targets.shape[1] != n_out:
        raise ShapeError(f"T: got {targets.shape}; expected {(n_rows, n_out)}, or class indices")
    if column is not None:
        return targets[:, column]
    return np.where(np.isnan(targets).any(axis=1), np.nan, targets.argmax(axis=1))


def _draw_curves(
    ax: "Axes",
    grid: InputGrid,
    values: Matrix,
    names: Sequence[str],
    *,
    samples: Matrix | None,
    targets: Sequence[Matrix],
    theme: Theme,
) -> None:
    """A curve for each output; targets are points."""
    add_grid(ax, theme)
    handles: list[Any] = []
    labels: list[str] = []
    for number, (name, outputs) in enumerate(zip(names, values.T, strict=True)):
        look: dict[str, Any] = {"color": theme.categorical[number % len(theme.categorical)]}
        handles += ax.plot(
            grid.axes[0], np.where(np.isfinite(outputs), outputs, np.nan),
            linestyle=_DASHES[number % len(_DASHES)], linewidth=1.8, **look,
        )  # fmt: skip
        labels.append(name)
        if samples is not None and targets:
            handles += ax.plot(
                samples[:, 0], targets[number], linestyle="none", markersize=5.5,
                marker=MARKERS[number % len(MARKERS)], markeredgewidth=0.8,
                markeredgecolor=theme.background, zorder=3, **look,
            )  # fmt: skip
            labels.append(f"target of {name}")
    style_legend(ax, theme, labels, handles)


def _draw_values(
    ax: "Axes",
    grid: InputGrid,
    values: Matrix,
    output: Neuron,
    *,
    samples: Matrix | None,
    targets: Sequence[Matrix],
    reach: float | None,
    theme: Theme,
) -> None:
    """A map of one output's values."""
    from matplotlib.colors import CenteredNorm

    picture, name = grid.arrange(values), output.caption
    wanted = targets[0] if targets else None
    threshold = threshold_of(wanted, output.activation)
    centre = centre_of(wanted, output)
    norm = CenteredNorm(centre, reach or reach_of(values, wanted, centre) or 1.0)
    image = ax.imshow(picture, extent=grid.extent, origin="lower", cmap=theme.pale_map(),
                      norm=norm, aspect="auto", interpolation="nearest")  # fmt: skip
    bar = add_bar(image, theme, 9, ax=ax, pad=0.02, aspect=28)
    bar.set_label(name, color=theme.text, fontsize=10, parse_math=False)
    _draw_threshold(ax, grid, picture, threshold, theme)
    if samples is None:
        return
    missing = np.ones(len(samples), bool) if wanted is None else np.isnan(wanted)
    _draw_rings(ax, samples[missing], "none", theme)
    if wanted is None:
        return
    samples, wanted = samples[~missing], wanted[~missing]
    if threshold is None:
        _draw_rings(ax, samples, image.cmap(norm(wanted)), theme)
        return
    low = -1.0 if (wanted < 0).any() else 0.0
    is_above = wanted > threshold
    groups = [(~is_above, f"{name} = {low:g}"), (is_above, f"{name} = 1")]
    _draw_samples(ax, samples, groups, [theme.negative, theme.positive], theme)


def _draw_rings(ax: "Axes", samples: Matrix, inside: Any, theme: Theme) -> None:
    if len(samples):
        ax.scatter(samples[:, 0], samples[:, 1], c=inside, s=26, marker="o",
                   edgecolors=theme.text, linewidths=0.9, zorder=3)  # fmt: skip


def _kind_of(network: Network, T: Any, task: str | TaskKind) -> TaskKind:
    """What several outputs tell; without targets, classes."""
    n_out = len(network.outputs)
    if T is None and task == AUTO:
        return TaskKind(CLASSES, n_out)
    kind = task
    if not isinstance(kind, TaskKind):
        targets = require_array(T, "T", may_miss=True)
        is_softmax = all(neuron.activation == SOFTMAX for neuron in network.outputs)
        is_there = ~np.isnan(targets.reshape(len(targets), -1)).any(axis=1)
        kind = decide_task_kind(targets[is_there], n_out, is_softmax=is_softmax, name=str(task))
    if kind.name == REGRESSION:
        raise InvalidValueError(
            f"T: the {n_out} outputs are numbers, got no classes or labels; expected one of them,"
            f" as output={network.outputs[0].name!r}"
        )
    return kind


def _draw_labels(
    ax: "Axes",
    grid: InputGrid,
    values: Matrix,
    names: Sequence[str],
    *,
    kind: TaskKind,
    samples: Matrix | None,
    targets: Sequence[Matrix],  # noqa: ARG001 - a row may have several labels
    theme: Theme,
) -> None:
    """A line for each of several independent outputs, where it crosses the threshold."""
    from matplotlib.lines import Line2D

    assert kind.threshold is not None
    ax.imshow(_blank(grid, theme), extent=grid.extent, origin="lower", aspect="auto")
    _draw_crossings(ax, grid, values, kind.threshold, theme)
    handles = [
        Line2D([], [], color=theme.categorical[n % len(theme.categorical)],
               linestyle=_DASHES[n % len(_DASHES)])
        for n in range(len(names))
    ]  # fmt: skip
    if samples is not None:
        ax.plot(*samples.T, linestyle="none", marker="o", markersize=6, color=theme.text,
                markeredgecolor=theme.background, zorder=3)  # fmt: skip
    text = f"= {kind.threshold:g}"
    style_legend(ax, theme, [f"{name} {text}" for name in names], handles)


def _draw_crossings(
    ax: "Axes", grid: InputGrid, values: Matrix, threshold: float, theme: Theme
) -> None:
    for number, outputs in enumerate(values.T):
        picture = grid.arrange(outputs)
        if picture.min() < threshold < picture.max():
            ax.contour(
                *grid.axes, picture, [threshold], linewidths=1.8,
                colors=[theme.categorical[number % len(theme.categorical)]],
                linestyles=[_DASHES[number % len(_DASHES)]],
            )  # fmt: skip


def _blank(grid: InputGrid, theme: Theme) -> Matrix:
    from matplotlib.colors import to_rgb

    return np.full((*grid.arrange(grid.points[:, 0]).shape, 3), to_rgb(theme.background))


def _draw_classes(
    ax: "Axes",
    grid: InputGrid,
    values: Matrix,
    names: Sequence[str],
    *,
    kind: TaskKind,  # noqa: ARG001 - the largest output
    samples: Matrix | None,
    targets: Sequence[Matrix],
    theme: Theme,
) -> None:
    """A map of the largest of several outputs."""
    winners = grid.arrange(values.argmax(axis=1).astype(float))
    ax.imshow(_tinted(grid, values, theme), extent=grid.extent, origin="lower", aspect="auto",
              interpolation="nearest")  # fmt: skip
    _draw_borders(ax, grid, winners, theme)
    if samples is None or not targets:
        samples, targets = np.zeros((0, 2)), [np.zeros(0)]
    _draw_rings(ax, samples[np.isnan(targets[0])], "none", theme)
    groups = [(targets[0] == number, name) for number, name in enumerate(names)]
    _draw_samples(ax, samples, groups, theme.categorical, theme)


def redraw_boundary(ax: "Axes", grid: InputGrid, network: Network, T: Any, theme: Theme) -> None:
    """Draw the outputs as they are now where `draw_boundary` drew them, by the same colours.

    Args:
        ax: what `draw_boundary` gave back.
        grid: over which it drew.
        network: has one output, or one of several is not chosen.
        T: the targets that it was given.
        theme: the colours that it was given.
    """
    from matplotlib.contour import ContourSet

    values = within(network.predict(grid.points))
    (image,) = ax.images
    for lines in [found for found in ax.collections if isinstance(found, ContourSet)]:
        lines.remove()
    if values.shape[1] == 1:
        picture = grid.arrange(values[:, 0])
        threshold = threshold_of(_targets_of(T, len(T), 0, 1), network.outputs[0].activation)
        image.set_data(picture)
        _draw_threshold(ax, grid, picture, threshold, theme)
        return
    kind = _kind_of(network, T, AUTO)
    if kind.threshold is not None:
        _draw_crossings(ax, grid, values, kind.threshold, theme)
        return
    image.set_data(_tinted(grid, values, theme))
    _draw_borders(ax, grid, grid.arrange(values.argmax(axis=1).astype(float)), theme)


def reach_of(values: Matrix, targets: Matrix | None, centre: float) -> float:
    """How far from the centre the finite ones of values and targets go."""
    shown = values if targets is None else np.append(values, targets)
    finite = shown[np.isfinite(shown)]
    return float(np.abs(finite - centre).max()) if len(finite) else 1.0


def _draw_threshold(
    ax: "Axes", grid: InputGrid, picture: Matrix, threshold: float | None, theme: Theme
) -> None:
    if threshold is not None and picture.min() < threshold < picture.max():
        ax.contour(*grid.axes, picture, [threshold], colors=[theme.text], linewidths=1.6)


def _draw_borders(ax: "Axes", grid: InputGrid, winners: Matrix, theme: Theme) -> None:
    """Lines between the places of the classes."""
    for number in range(int(winners.max())):
        border = (winners <= number).astype(float)
        if 0 < border.mean() < 1:
            ax.contour(*grid.axes, border, [0.5], colors=[theme.text], linewidths=1.0)


def _tinted(grid: InputGrid, values: Matrix, theme: Theme) -> Matrix:
    """Each class in its colour, thinned with the background: samples must be seen on it.

    Where outputs are probabilities, an answer no surer than chance has a third of the colour.
    """
    from matplotlib.colors import to_rgb

    tints = np.array([to_rgb(colour) for colour in theme.tints()])
    background = np.array(to_rgb(theme.background))
    colours = tints[values.argmax(axis=1) % len(tints)]
    if values.min() >= 0.0 and values.max() <= 1.0:
        chance = 1.0 / values.shape[1]
        sure = np.clip((values.max(axis=1) - chance) / (1.0 - chance), 0.0, 1.0)
        colours = background + (colours - background) * (1.0 + 2.0 * sure[:, np.newaxis]) / 3.0
    return np.stack([grid.arrange(channel) for channel in colours.T], axis=-1)


def _draw_samples(
    ax: "Axes", samples: Matrix, groups: Sequence[tuple[Any, str]], colours: Sequence[str],
    theme: Theme,
) -> None:  # fmt: skip
    """The samples by class: each has its colour and its marker."""
    handles = []
    for number, (is_in, _) in enumerate(groups):
        x, y = samples[is_in].T
        (points,) = ax.plot(
            x, y, linestyle="none", marker=MARKERS[number % len(MARKERS)], markersize=6,
            color=colours[number % len(colours)], markeredgecolor=theme.background,
            markeredgewidth=0.8, zorder=3,
        )  # fmt: skip
        handles.append(points)
    style_legend(ax, theme, [name for _, name in groups], handles)
