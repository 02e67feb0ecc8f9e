"""The map of a network's outputs over two inputs, with its decision boundary.

The colours are centred: at the threshold where an output tells two classes apart, else at zero.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.compiler.compile import require_rows
from neurosim.drawing.page.pages import name_axes, require_axes, style_legend
from neurosim.drawing.page.themes import Theme, require_theme
from neurosim.drawing.plots.curves import MARKERS
from neurosim.drawing.plots.input_grids import Plane, Span, Sweep, ground_of
from neurosim.drawing.plots.one_input_curve import column_of, draw_sweep, targets_of
from neurosim.functions.activations import facts_of
from neurosim.functions.numbers import Matrix
from neurosim.network.network import Network
from neurosim.network.neuron import Neuron

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.image import AxesImage


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
        title: what stands above.

    Raises:
        ShapeError: not two inputs are left; says what to fix.
        UnknownNameError: ``output`` or ``fixed`` names nothing.
    """
    plane = ground_of(network, X, fixed=fixed, span=span, resolution=resolution)
    if isinstance(plane, Sweep):
        return draw_sweep(network, plane, X, T, ax, output=output, theme=theme, title=title)
    names = [neuron.name for neuron in network.outputs]
    column = column_of(output, names)
    values = network.predict(plane.points)
    samples = None if X is None else require_rows(X, len(network.inputs))[:, plane.columns]
    classes = None
    if samples is not None and T is not None:
        classes = targets_of(T, len(samples), column, len(names))
    chosen, axes = require_theme(theme), require_axes(ax, theme, (5.6, 4.8))
    if column is None:
        above = _draw_classes(
            axes, plane, values, names, samples=samples, classes=classes, theme=chosen
        )
    else:
        above = _draw_values(
            axes, plane, values[:, column], network.outputs[column],
            samples=samples, targets=classes, reach=reach, theme=chosen,
        )  # fmt: skip
    name_axes(axes, chosen, x=plane.inputs[0], y=plane.inputs[1], title=title, above=above)
    axes.set_xlim(plane.extent[:2])
    axes.set_ylim(plane.extent[2:])
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


def _draw_values(
    ax: "Axes",
    plane: Plane,
    values: Matrix,
    output: Neuron,
    *,
    samples: Matrix | None,
    targets: Matrix | None,
    reach: float | None,
    theme: Theme,
) -> int:
    from matplotlib.colors import CenteredNorm

    picture, name = plane.grid(values), output.name
    threshold = threshold_of(targets, output.activation)
    centre = 0.0 if threshold is None else threshold
    norm = CenteredNorm(centre, reach or reach_of(values, targets, centre) or 1.0)
    image = ax.imshow(picture, extent=plane.extent, origin="lower", cmap=theme.pale_map(),
                      norm=norm, aspect="auto", interpolation="nearest")  # fmt: skip
    _add_bar(ax, image, name, theme)
    _draw_threshold(ax, plane, picture, threshold, theme)
    if samples is None:
        return 0
    if targets is None or threshold is None:
        inside = "none" if targets is None else image.cmap(norm(targets))
        ax.scatter(samples[:, 0], samples[:, 1], c=inside, s=26, marker="o",
                   edgecolors=theme.text, linewidths=0.9, zorder=3)  # fmt: skip
        return 0
    is_above = targets > threshold
    groups = [(is_above == side, f"{name} = {level:g}") for side, level in _levels(targets)]
    colours = [theme.negative, theme.positive]
    return _draw_samples(ax, samples, groups, colours, theme)


def _levels(targets: Matrix) -> list[tuple[bool, float]]:
    low = -1.0 if (targets < 0).any() else 0.0
    return [(False, low), (True, 1.0)]


def _draw_classes(
    ax: "Axes",
    plane: Plane,
    values: Matrix,
    names: Sequence[str],
    *,
    samples: Matrix | None,
    classes: Matrix | None,
    theme: Theme,
) -> int:
    winners = plane.grid(values.argmax(axis=1).astype(float))
    ax.imshow(_tinted(winners, theme), extent=plane.extent, origin="lower", aspect="auto",
              interpolation="nearest")  # fmt: skip
    _draw_borders(ax, plane, winners, theme)
    if samples is None or classes is None:
        groups = [(np.zeros(0, bool), name) for name in names]
        return _draw_samples(ax, np.zeros((0, 2)), groups, theme.categorical, theme)
    groups = [(classes == number, name) for number, name in enumerate(names)]
    return _draw_samples(ax, samples, groups, theme.categorical, theme)


def redraw_boundary(ax: "Axes", plane: Plane, network: Network, T: Any, theme: Theme) -> None:
    """Draw what a network answers now where `draw_boundary` drew it before, by the same colours.

    Args:
        ax: what `draw_boundary` gave back.
        plane: over which it drew.
        network: has one output, or one of several is not chosen.
        T: the targets that it was given.
        theme: the colours that it was given.
    """
    from matplotlib.contour import ContourSet

    values = network.predict(plane.points)
    (image,) = ax.images
    for lines in [found for found in ax.collections if isinstance(found, ContourSet)]:
        lines.remove()
    if values.shape[1] == 1:
        picture = plane.grid(values[:, 0])
        threshold = threshold_of(targets_of(T, len(T), 0, 1), network.outputs[0].activation)
        image.set_data(picture)
        _draw_threshold(ax, plane, picture, threshold, theme)
    else:
        winners = plane.grid(values.argmax(axis=1).astype(float))
        image.set_data(_tinted(winners, theme))
        _draw_borders(ax, plane, winners, theme)


def reach_of(values: Matrix, targets: Matrix | None, centre: float) -> float:
    """How far from the centre the finite ones of values and targets go."""
    shown = values if targets is None else np.append(values, targets)
    finite = shown[np.isfinite(shown)]
    return float(np.abs(finite - centre).max()) if len(finite) else 1.0


def _draw_threshold(
    ax: "Axes", plane: Plane, picture: Matrix, threshold: float | None, theme: Theme
) -> None:
    if threshold is not None and picture.min() < threshold < picture.max():
        ax.contour(plane.x, plane.y, picture, [threshold], colors=[theme.text], linewidths=1.6)


def _draw_borders(ax: "Axes", plane: Plane, winners: Matrix, theme: Theme) -> None:
    """Lines between the places of the classes."""
    for number in range(int(winners.max())):
        border = (winners <= number).astype(float)
        if 0 < border.mean() < 1:
            ax.contour(plane.x, plane.y, border, [0.5], colors=[theme.text], linewidths=1.0)


def _tinted(winners: Matrix, theme: Theme) -> Matrix:
    """Each class in its colour, thinned with the background: samples must be seen on it."""
    from matplotlib.colors import to_rgb

    tints = np.array([to_rgb(colour) for colour in theme.tints()])
    return tints[winners.astype(np.intp) % len(tints)]


def _draw_samples(
    ax: "Axes", samples: Matrix, groups: Sequence[tuple[Any, str]], colours: Sequence[str],
    theme: Theme,
) -> int:  # fmt: skip
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
    return style_legend(ax, theme, [name for _, name in groups], handles)


def _add_bar(ax: "Axes", image: "AxesImage", label: str, theme: Theme) -> None:
    figure = ax.get_figure(root=True)
    assert figure is not None
    bar = figure.colorbar(image, ax=ax, pad=0.02, aspect=28)
    bar.ax.tick_params(color=theme.foreground, labelcolor=theme.text, labelsize=9)
    bar.outline.set_visible(False)
    bar.set_label(label, color=theme.text, fontsize=10, parse_math=False)
