"""The confusion matrix: true classes against predicted classes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neurosim.drawing.page.pages import keep_text, label_ticks, name_axes, require_axes
from neurosim.drawing.page.themes import Theme, require_theme
from neurosim.drawing.plots.artists import write_cell
from neurosim.errors import InvalidValueError, ShapeError, UnknownNameError, unknown
from neurosim.functions.numbers import require_array
from neurosim.network.network import Network
from neurosim.training.metrics import count_classes, judged
from neurosim.training.parts import PARTS
from neurosim.training.task_kind import AUTO, CLASSES, LABELS, YES_NO, TaskKind, decide_task_kind

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_NUMBERED = 16  # classes; of more, the counts have no room in their cells


def confusion(outputs: Any, T: Any, *, task: TaskKind | str = AUTO) -> NDArray[np.intp]:
    """Count samples by their class (rows) and the predicted class (columns).

    Args:
        outputs: (B, n_out).
        T: targets, (B, n_out), or class indices, (B,).
        task: what the targets are, as for metrics; ``auto``: as T says.

    Raises:
        ShapeError: there are not as many rows of one as of the other.
        InvalidValueError: the targets are no classes: a row has several labels, or numbers.

    >>> confusion([[0.2], [0.9], [0.7]], [[0], [1], [0]]).tolist()
    [[1, 1], [0, 1]]
    """
    given, _, kind = judged(outputs, T, task)
    if kind.name == LABELS and task == AUTO:  # or classes of which some have no row
        kind = decide_task_kind(T, given.shape[1], name=CLASSES)
    if not kind.has_classes:
        what = {LABELS: "one label of them, as output=NAME"}
        raise InvalidValueError(
            f"T: a confusion matrix is of classes, got a task of {kind.name} ({kind}); expected"
            f" {what.get(kind.name, 'one-hot rows, class indices, or 0 and 1')}"
        )
    return count_classes(outputs, T, kind)


def draw_confusion(
    network: Network | tuple[Any, Any],
    X: Any = None,
    T: Any = None,
    ax: "Axes | None" = None,
    *,
    names: Sequence[str] | None = None,
    output: str | None = None,
    task: TaskKind | str = AUTO,
    on: str = "train",
    theme: str | Theme = "light",
    title: str | None = None,
) -> "Axes":
    """Draw a confusion matrix, a row for each class; colour is the share of the row.

    Args:
        network: what is asked; or a pair ``(outputs, targets)``, and no X and T.
        X: samples, (B, n_in).
        T: targets, (B, n_out), or class indices, (B,).
        ax: where to draw; None: on a new figure.
        names: of the classes; None: those that the network knows, or 0 and 1 of a single output.
        output: the name of one of several independent labels.
        task: what the targets are, as for metrics; ``auto``: as T says.
        on: which rows they are, for the labels of the axes: ``train``, ``validation`` or ``test``.
        theme: ``light``, ``dark`` or ``print``.
        title: above the plot.

    Raises:
        ShapeError: outputs and targets do not fit, or there are not as many names as classes.
    """
    if on not in PARTS:
        raise UnknownNameError(unknown("part of the rows", on, PARTS))
    if isinstance(network, Network):
        outputs, targets = require_array(network.predict(X), "outputs"), T
        own = _class_names(network, output)
        if output is not None:
            column = [neuron.name for neuron in network.outputs].index(network[output].name)
            outputs, targets = (
                outputs[:, [column]],
                require_array(T, "T", may_miss=True)[:, [column]],
            )
    else:
        (outputs, targets), own = _require_pair(network), None
    if output is not None and isinstance(task, TaskKind) and task.threshold is not None:
        task = TaskKind(YES_NO, 1, task.threshold)
    elif output is not None:
        task = AUTO
    counts = confusion(outputs, targets, task=task)
    own = own or [str(number) for number in range(len(counts))]
    labels = _require_names(own if names is None else names, len(counts))
    side = 2.2 + 0.42 * min(len(counts), _MOST_NUMBERED)
    chosen, axes = require_theme(theme), require_axes(ax, theme, (side, side))
    _draw_counts(axes, counts, chosen)
    label_ticks(axes, "x", labels, most=20)
    label_ticks(axes, "y", labels, most=20)
    right, total = int(np.trace(counts)), int(counts.sum())
    words = f"{right} of {total} right"
    name_axes(axes, chosen, x=f"predicted ({words})", y=f"class of {PARTS[on]} rows", title=title)
    return axes


def describe_confusion(axes: "Axes", **_: Any) -> str:
    """What `draw_confusion` shows, in words."""
    rows = axes.get_ylabel().removeprefix("class of ").capitalize()
    return f"{rows} by their class and the class that is {axes.get_xlabel()}."


def _class_names(network: Network, output: str | None) -> list[str] | None:
    """The classes that the network knows, or those that its outputs are called after."""
    if output is not None:
        return [f"not {network[output].caption}", network[output].caption]
    if network.classes is not None:
        return list(network.classes.names)
    captions = [neuron.caption for neuron in network.outputs]
    return captions if len(captions) > 1 else None


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
