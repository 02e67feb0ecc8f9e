"""The map of a network's outputs over two inputs, with its decision boundary.

The colours are centred: at the threshold where an output tells two classes apart, else at zero.
Over one input, each output is a curve.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.drawing.page.pages import name_axes, require_axes, style_legend
from neurosim.drawing.page.themes import Theme, require_theme
from neurosim.drawing.plots.artists import MARKERS, add_bar, add_grid
from neurosim.drawing.plots.input_grids import InputGrid, Span, input_grid
from neurosim.errors import ShapeError, UnknownNameError, unknown
from neurosim.functions.activations import facts_of
from neurosim.functions.numbers import Matrix, require_array, require_rows
from neurosim.network.network import Network
from neurosim.network.neuron import Neuron

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
    theme: str | Theme = "light",
    title: str | None = None,
) -> "Axes":
    """Draw what a network answers over two inputs, and the samples on it; over one, as curves.

    One output is a map of its values, with a line at the threshold between two classes. Of several,
    each place has the colour of the largest. Where one input varies, each output is a curve.

    Args:
        network: what is asked.
        X: samples, (B, n_in); the picture reaches a little beyond them.
        T: their targets, (B, n_out), or class indices, (B,).
        ax: where to draw; None: on a new figure.
        output: the name of one output, where there are several.
        fixed: the values of all inputs but two, or one, by name.
        span: ``((left, right), (bottom, top))``, or ``(left, right)``, instead of around the
            samples.
        resolution: points on each side.
        reach: how far from the threshold the colours go; None: as far as values do.
        theme: ``light``, ``dark`` or ``print``.
        title: above the plot.

    Raises:
        ShapeError: not two inputs are left; says what to fix.
        UnknownNameError: ``output`` or ``fixed`` names nothing.
    """
    grid = input_grid(network, X, fixed=fixed, span=span, resolution=resolution)
    names = [neuron.name for neuron in network.outputs]
    column = _column_of(output, names)
    values = network.predict(grid.points)
    samples = None if X is None else require_rows(X, len(network.inputs))[:, grid.columns]
    places: list[Any] = [column]
    if column is None and not grid.is_map:
        places = [*range(len(names))]
    targets = []
    if samples is not None and T is not None:
        targets = [_targets_of(T, len(samples), place, len(names)) for place in places]
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
        _draw_classes(axes, grid, values, names, **known)
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
    levels = set(np.unique(targets).tolist())
    if levels <= {-1.0, 1.0} and -1.0 in levels:
        return 0.0
    return 0.5 if levels <= {0.0, 1.0} else None


def _column_of(output: str | None, names: Sequence[str]) -> int | None:
    """The place of the output that is asked for; None: all of them."""
    if output is None:
        return 0 if len(names) == 1 else None
    if output not in names:
        raise UnknownNameError(unknown("output", output, names))
    return list(names).index(output)


def _targets_of(T: Any, n_rows: int, column: int | None, n_out: int) -> Matrix:
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

    picture, name = grid.arrange(values), output.name
    wanted = targets[0] if targets else None
    threshold = threshold_of(wanted, output.activation)
    centre = 0.0 if threshold is None else threshold
    norm = CenteredNorm(centre, reach or reach_of(values, wanted, centre) or 1.0)
    image = ax.imshow(picture, extent=grid.extent, origin="lower", cmap=theme.pale_map(),
                      norm=norm, aspect="auto", interpolation="nearest")  # fmt: skip
    bar = add_bar(image, theme, 9, ax=ax, pad=0.02, aspect=28)
    bar.set_label(name, color=theme.text, fontsize=10, parse_math=False)
    _draw_threshold(ax, grid, picture, threshold, theme)
    if samples is None:
        return
    if wanted is None or threshold is None:
        inside = "none" if wanted is None else image.cmap(norm(wanted))
        ax.scatter(samples[:, 0], samples[:, 1], c=inside, s=26, marker="o",
                   edgecolors=theme.text, linewidths=0.9, zorder=3)  # fmt: skip
        return
    low = -1.0 if (wanted < 0).any() else 0.0
    is_above = wanted > threshold
    groups = [(~is_above, f"{name} = {low:g}"), (is_above, f"{name} = 1")]
    _draw_samples(ax, samples, groups, [theme.negative, theme.positive], theme)


def _draw_classes(
    ax: "Axes",
    grid: InputGrid,
    values: Matrix,
    names: Sequence[str],
    *,
    samples: Matrix | None,
    targets: Sequence[Matrix],
    theme: Theme,
) -> None:
    """A map of the largest of several outputs."""
    winners = grid.arrange(values.argmax(axis=1).astype(float))
    ax.imshow(_tinted(winners, theme), extent=grid.extent, origin="lower", aspect="auto",
              interpolation="nearest")  # fmt: skip
    _draw_borders(ax, grid, winners, theme)
    if samples is None or not targets:
        samples, targets = np.zeros((0, 2)), [np.zeros(0)]
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

    values = network.predict(grid.points)
    (image,) = ax.images
    for lines in [found for found in ax.collections if isinstance(found, ContourSet)]:
        lines.remove()
    if values.shape[1] == 1:
        picture = grid.arrange(values[:, 0])
        threshold = threshold_of(_targets_of(T, len(T), 0, 1), network.outputs[0].activation)
        image.set_data(picture)
        _draw_threshold(ax, grid, picture, threshold, theme)
    else:
        winners = grid.arrange(values.argmax(axis=1).astype(float))
        image.set_data(_tinted(winners, theme))
        _draw_borders(ax, grid, winners, theme)


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


def _tinted(winners: Matrix, theme: Theme) -> Matrix:
    """Each class in its colour, thinned with the background: samples must be seen on it."""
    from matplotlib.colors import to_rgb

    tints = np.array([to_rgb(colour) for colour in theme.tints()])
    return tints[winners.astype(np.intp) % len(tints)]


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
