"""Spreading: columns and rows move apart until all labels have room beside the lines."""

from collections.abc import Mapping
from typing import NamedTuple

from neurosim.drawing.geometry import measures as m
from neurosim.drawing.geometry.items import Folded
from neurosim.drawing.geometry.labels import Labels, TextSize, label_boxes
from neurosim.drawing.geometry.layout import MOST_LABELLED, Arrangement, arrange
from neurosim.drawing.geometry.routing import Route, routes
from neurosim.drawing.geometry.turning import on_its_side, turned, wrapped

_SPREADS = (1.0, 1.2, 1.4, 1.6, 1.8, 2.0)  # beyond that a drawing is mostly empty
_SMALL, _FEW = 30, 0.15  # of labels beyond so many, this part may lie on lines of others
_BELOW = 0.15  # above and below a name


class Placement(NamedTuple):
    """A drawing's items, lines and labels, each in its place."""

    arrangement: Arrangement
    routes: tuple[Route, ...]
    labels: Labels


def place(
    folded: Folded,
    *,
    values: Mapping[str, str],
    names: Mapping[str, str],
    weights: Mapping[str, str],
    measure: TextSize,
    direction: str = "across",
    wrap: int | None = None,
) -> Placement:
    """Place a drawing as narrow as all its labels allow; see `label_boxes` for the texts.

    Where weights are more than are written in any case, it is as narrow as its lines allow.
    ``direction`` and ``wrap`` are those of `neurosim.draw`.
    """
    is_down = direction == "down"
    drawn = on_its_side(folded) if is_down else folded
    room = _name_room(folded, names, measure, direction, wrap)
    best: Placement | None = None
    for spread in _SPREADS if len(weights) <= MOST_LABELLED else _SPREADS[:1]:
        arrangement = arrange(drawn, spread=spread, name_room=max(m.NAME_ROOM, room))
        ways = routes(arrangement)
        if is_down:
            arrangement, ways = turned(folded, arrangement, ways)
        elif wrap is not None:
            arrangement, ways = wrapped(arrangement, ways, wrap)
        labels = label_boxes(
            arrangement, ways, values=values, names=names, weights=weights, measure=measure
        )
        if best is None or labels.n_faults < best.labels.n_faults:
            best = Placement(arrangement, ways, labels)
        n_dropped, n_on_lines = labels.n_faults
        if not n_dropped and n_on_lines <= max(0.0, _FEW * (len(labels.shown) - _SMALL)):
            break
    assert best is not None
    return best


def _name_room(
    folded: Folded,
    names: Mapping[str, str],
    measure: TextSize,
    direction: str,
    wrap: int | None,
) -> float:
    """Below a neuron for its name; beside it where layers are from the top down."""
    last = max((item.column for item in folded.items), default=0)
    is_down, has_rows = direction == "down", wrap is not None
    of = (c for c in folded.circles if 0 < c.column < last or is_down or has_rows)
    sizes = (measure(names[circle.name], "name") for circle in of)
    return max((size[not is_down] for size in sizes), default=0.0) + _BELOW
