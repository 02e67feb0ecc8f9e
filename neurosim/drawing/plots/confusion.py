"""The confusion matrix: true classes against predicted classes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neurosim.drawing.page.pages import keep_text, label_ticks, name_axes, require_axes
from neurosim.drawing.page.themes import Theme, require_theme
from neurosim.drawing.plots.artists import write_cell
from neurosim.errors import InvalidValueError, ShapeError
from neurosim.functions.numbers import Matrix, require_array
from neurosim.network.network import Network

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_NUMBERED = 16  # classes; of more, the counts have no room in their cells


def confusion(outputs: Any, T: Any) -> NDArray[np.intp]:
    """Count samples by their class (rows) and the class they are taken for (columns).

    The classes are those of the metric ``accuracy``: of several outputs the largest, of one
    output whether it is above the middle: 0.5, or 0 where targets are -1 and 1.

    Args:
        outputs: (B, n_out).
        T: targets, (B, n_out), or class indices, (B,).

    Raises:
        ShapeError: there are not as many rows of one as of the other.
        InvalidValueError: the targets are no classes.

    >>> confusion([[0.2], [0.9], [0.7]], [[0], [1], [0]]).tolist()
    [[1, 1], [0, 1]]
    """
    given, targets = require_array(outputs, "outputs"), require_array(T, "T")
    if given.ndim != 2 or len(given) != len(targets) or not given.size:
        raise ShapeError(f"outputs: got {given.shape} for T {targets.shape}; expected as many rows")
    if given.shape[1] == 1:
        _require_two(targets)
        middle = 0.0 if (targets < 0).any() else 0.5
        return _counts((targets > middle).ravel(), (given > middle).ravel(), 2)
    if targets.shape == given.shape:
        _require_one_each(targets)
        return _counts(targets.argmax(axis=1), given.argmax(axis=1), given.shape[1])
    return _counts(_require_classes(targets, given), given.argmax(axis=1), given.shape[1])


def _require_two(targets: Matrix) -> None:
    found = np.unique(targets)
    if len(found) > 2:
        got = ", ".join(f"{value:.6g}" for value in found[:3])
        raise InvalidValueError(f"T: no two classes, got {got}, ...; expected two numbers")


def _require_one_each(targets: Matrix) -> None:
    is_largest = targets == targets.max(axis=1, keepdims=True)
    wrong = np.flatnonzero(is_largest.sum(axis=1) > 1)
    if len(wrong):
        raise InvalidValueError(
            f"T: row {wrong[0]} is of no single class, got {targets[wrong[0]].tolist()!r:.80};"
            " expected one largest number in each row"
        )


def _require_classes(targets: Matrix, outputs: Matrix) -> Matrix:
    flat, n = targets.ravel(), outputs.shape[1]
    if len(flat) != len(outputs):
        raise ShapeError(f"T: got {targets.shape}; expected {outputs.shape} or ({len(outputs)},)")
    if not ((flat == np.floor(flat)) & (flat >= 0) & (flat < n)).all():
        raise InvalidValueError(f"T: no class indices; expected whole numbers from 0 to {n - 1}")
    return flat


def _counts(actual: Any, predicted: Any, n: int) -> NDArray[np.intp]:
    cells = np.asarray(actual).astype(np.intp) * n + np.asarray(predicted).astype(np.intp)
    counts: NDArray[np.intp] = np.bincount(cells, minlength=n * n).reshape(n, n)
    return counts


def draw_confusion(
    network: Network | tuple[Any, Any],
    X: Any = None,
    T: Any = None,
    ax: "Axes | None" = None,
    *,
    names: Sequence[str] | None = None,
    theme: str | Theme = "light",
    title: str | None = None,
) -> "Axes":
    """Draw a confusion matrix, a row for each class; colour is the share of the row.

    Args:
        network: what is asked; or a pair ``(outputs, targets)``, and no X and T.
        X: samples, (B, n_in).
        T: targets, (B, n_out), or class indices, (B,).
        ax: where to draw; None: on a new figure.
        names: of the classes; None: those of the outputs, or 0 and 1 of a single one.
        theme: ``light``, ``dark`` or ``print``.
        title: above the plot.

    Raises:
        ShapeError: outputs and targets do not fit, or there are not as many names as classes.
    """
    if isinstance(network, Network):
        counts = confusion(network.predict(X), T)
        own = [neuron.name for neuron in network.outputs]
        own = own if len(own) > 1 else ["0", "1"]
    else:
        counts = confusion(*_require_pair(network))
        own = [str(number) for number in range(len(counts))]
    labels = _require_names(own if names is None else names, len(counts))
    side = 2.2 + 0.42 * min(len(counts), _MOST_NUMBERED)
    chosen, axes = require_theme(theme), require_axes(ax, theme, (side, side))
    _draw_counts(axes, counts, chosen)
    label_ticks(axes, "x", labels, most=20)
    label_ticks(axes, "y", labels, most=20)
    right, total = int(np.trace(counts)), int(counts.sum())
    words = f"{right} of {total} right"
    name_axes(axes, chosen, x=f"taken for ({words})", y="class", title=title)
    return axes


def describe_confusion(axes: "Axes", **_: Any) -> str:
    """What `draw_confusion` shows, in words."""
    return f"Training rows by their class and what they are {axes.get_xlabel()}."


def _require_pair(pair: Any) -> tuple[Any, Any]:
    if not isinstance(pair, tuple) or len(pair) != 2:
        raise ShapeError(
            f"network: got {pair!r:.80}; expected a neurosim.Network, or (outputs, targets)"
        )
    return pair


def _require_names(names: Sequence[str], n: int) -> list[str]:
    if len(names) != n:
        raise ShapeError(f"names: got {len(names)} of them; expected {n}, one a class")
    return [keep_text(str(name)) for name in names]


def _draw_counts(ax: "Axes", counts: NDArray[np.intp], theme: Theme) -> None:
    totals = counts.sum(axis=1, keepdims=True)
    shares = counts / np.maximum(totals, 1)
    colours = theme.sequential_map()
    ax.imshow(shares, cmap=colours, vmin=0, vmax=1)
    ax.set_xticks(np.arange(len(counts) + 1) - 0.5, minor=True)
    ax.set_yticks(np.arange(len(counts) + 1) - 0.5, minor=True)
    ax.grid(which="minor", color=theme.background, linewidth=1.5)
    ax.tick_params(which="both", length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)
    if len(counts) > _MOST_NUMBERED:
        return
    for row, column in np.ndindex(counts.shape):
        weight = "bold" if row == column else "normal"
        text, fill = str(counts[row, column]), colours(shares[row, column])
        write_cell(ax, row, column, text, fill, fontsize=9, fontweight=weight)
