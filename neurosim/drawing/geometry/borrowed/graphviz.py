"""Columns and heights from Graphviz's ``dot``, through pygraphviz, which is optional."""

import itertools
from dataclasses import replace
from typing import Any

from neurosim.drawing.geometry.items import Folded, in_columns
from neurosim.drawing.geometry.measures import ROW
from neurosim.errors import MissingExtraError

_POINTS = 72.0  # in an inch, the unit of sizes; places come in points


def arrange_by_dot(folded: Folded) -> tuple[Folded, list[float]]:
    """Ask dot for the column and the height, downward, of each item.

    Only its ranks and heights are taken: columns are as far apart as lines need.

    Raises:
        MissingExtraError: pygraphviz is not installed.
    """
    graph = _pygraphviz().AGraph(directed=True, rankdir="LR", nodesep=ROW / 2.0)
    for number, item in enumerate(folded.items):
        graph.add_node(
            f"n{number}",  # never a user's name, which might be a word of dot's
            shape="box",
            fixedsize="true",
            label="",
            width=2.0 * item.half_width,
            height=2.0 * item.half_height,
        )
    for line in folded.lines:
        graph.add_edge(f"n{line.source}", f"n{line.target}")
    graph.layout(prog="dot")
    points = [_point(graph.get_node(f"n{i}").attr["pos"]) for i in range(len(folded.items))]
    ranks = {x: i for i, x in enumerate(sorted({x for x, _ in points}))}
    moved = [
        replace(item, column=ranks[x]) for item, (x, _) in zip(folded.items, points, strict=True)
    ]
    placed = replace(folded, items=tuple(moved))
    return placed, _apart(placed, [-y / _POINTS for _, y in points])


def _pygraphviz() -> Any:
    try:
        import pygraphviz
    except ImportError:
        raise MissingExtraError(
            "layout 'dot': comes through pygraphviz, which is not installed;"
            " expected: pip install pygraphviz, and Graphviz itself",
            "graphviz",
        ) from None
    return pygraphviz


def _point(text: str) -> tuple[float, float]:
    x, y = text.rstrip("!").split(",")
    return round(float(x), 1), float(y)


def _apart(folded: Folded, heights: list[float]) -> list[float]:
    """The heights, all of them stretched until the nearest two of a column have their room."""
    stretch = 1.0
    for members in in_columns(folded.items):
        ranked = sorted(members, key=heights.__getitem__)
        for upper, lower in itertools.pairwise(ranked):
            own = folded.items[upper].half_height + folded.items[lower].half_height
            apart = heights[lower] - heights[upper]
            stretch = max(stretch, (own + ROW - 2.0) / apart)
    return [height * stretch for height in heights]
