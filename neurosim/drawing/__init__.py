"""Pictures: where everything stands is data; what draws it comes after.

A diagram of a network is made in steps, each a frozen record of what the one before left open:
`fold` says what is drawn, `arrange` where it stands, `routes` which way its lines take,
`label_boxes` where its texts have room, `prepare` adds values, scales and a legend, `paint` makes
matplotlib's artists of it; `draw` does all of that. Read `themes`, `pages`; for diagrams
`measures`, `levels`, `items`, `folding`, `strata`, `heights`, `crossings`, `graphviz`, `layout`,
`bends`, `routing`, `labels`, then `standing`, `font`, `texts`, `glyphs`, `scales`, `marks`,
`legend`, `diagram`, then `canvas`, the painters and `drawing`; for curves and maps `values`, then
what needs them: `history`, `curves`, `flows`, `confusion`, `planes`, `sweeps`, `maps`, `responses`,
`matrices`; then `notebook`. Drawings that are text begin with `cells` and `chart`: `dot`,
`mermaid`, and for a terminal `grid`, `wires`, `listing`, `letters`, `text`. `stories` tells paths,
`differences` what became of a network. The films: `stages`, `frames`, `reels`, `filming`, `films`,
`passes`.

This front door loads a file only when one of its names is asked for, but for `layout`, which is the
name of a file and of a function in it.
"""

import importlib
from typing import TYPE_CHECKING, Any

from neurosim.drawing.geometry.layout import layout

if TYPE_CHECKING:
    from neurosim.drawing.diagram.diagram import Diagram, prepare
    from neurosim.drawing.diagram.differences import NetworkDiff, network_diff
    from neurosim.drawing.diagram.path_text import Story, tell_paths
    from neurosim.drawing.drawing import draw, draw_step, paint
    from neurosim.drawing.geometry.abridging import boxed, fold
    from neurosim.drawing.geometry.items import Box, Circle, Folded, Line, Link, More, Tile
    from neurosim.drawing.geometry.labels import Label, Labels, label_boxes
    from neurosim.drawing.geometry.layout import Arrangement, Column, arrange
    from neurosim.drawing.geometry.routing import Route, bounds, routes
    from neurosim.drawing.text.dot import to_dot
    from neurosim.drawing.text.mermaid import to_mermaid
    from neurosim.drawing.text.terminal import to_text

__all__ = [
    "Arrangement",
    "Box",
    "Circle",
    "Column",
    "Diagram",
    "Folded",
    "Label",
    "Labels",
    "Line",
    "Link",
    "More",
    "NetworkDiff",
    "Route",
    "Story",
    "Tile",
    "arrange",
    "bounds",
    "boxed",
    "draw",
    "draw_step",
    "fold",
    "label_boxes",
    "layout",
    "network_diff",
    "paint",
    "prepare",
    "routes",
    "tell_paths",
    "to_dot",
    "to_mermaid",
    "to_text",
]

_LATE = {  # the files of the names: a scenario without pictures should not wait for what draws
    "Diagram": "diagram.diagram",
    "prepare": "diagram.diagram",
    "NetworkDiff": "diagram.differences",
    "network_diff": "diagram.differences",
    "to_dot": "text.dot",
    "draw": "drawing",
    "draw_step": "drawing",
    "paint": "drawing",
    "boxed": "geometry.abridging",
    "fold": "geometry.abridging",
    "Box": "geometry.items",
    "Circle": "geometry.items",
    "Folded": "geometry.items",
    "Line": "geometry.items",
    "Link": "geometry.items",
    "More": "geometry.items",
    "Tile": "geometry.items",
    "Label": "geometry.labels",
    "Labels": "geometry.labels",
    "label_boxes": "geometry.labels",
    "Arrangement": "geometry.layout",
    "Column": "geometry.layout",
    "arrange": "geometry.layout",
    "to_mermaid": "text.mermaid",
    "Route": "geometry.routing",
    "bounds": "geometry.routing",
    "routes": "geometry.routing",
    "Story": "diagram.path_text",
    "tell_paths": "diagram.path_text",
    "to_text": "text.terminal",
}


def __getattr__(name: str) -> Any:
    """Load the file that has this name."""
    if name not in _LATE:
        raise AttributeError(f"module 'neurosim.drawing' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"neurosim.drawing.{_LATE[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_LATE])
