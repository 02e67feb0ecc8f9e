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

from neurosim.drawing.layout import layout

if TYPE_CHECKING:
    from neurosim.drawing.diagram import Diagram, prepare
    from neurosim.drawing.differences import NetworkDiff, network_diff
    from neurosim.drawing.dot import to_dot
    from neurosim.drawing.drawing import draw, draw_step, paint
    from neurosim.drawing.folding import boxed, fold
    from neurosim.drawing.items import Box, Circle, Folded, Line, Link, More, Tile
    from neurosim.drawing.labels import Label, Labels, label_boxes
    from neurosim.drawing.layout import Arrangement, Column, arrange
    from neurosim.drawing.mermaid import to_mermaid
    from neurosim.drawing.routing import Route, bounds, routes
    from neurosim.drawing.stories import Story, tell_paths
    from neurosim.drawing.text import to_text

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
    "Diagram": "diagram",
    "prepare": "diagram",
    "NetworkDiff": "differences",
    "network_diff": "differences",
    "to_dot": "dot",
    "draw": "drawing",
    "draw_step": "drawing",
    "paint": "drawing",
    "boxed": "folding",
    "fold": "folding",
    "Box": "items",
    "Circle": "items",
    "Folded": "items",
    "Line": "items",
    "Link": "items",
    "More": "items",
    "Tile": "items",
    "Label": "labels",
    "Labels": "labels",
    "label_boxes": "labels",
    "Arrangement": "layout",
    "Column": "layout",
    "arrange": "layout",
    "to_mermaid": "mermaid",
    "Route": "routing",
    "bounds": "routing",
    "routes": "routing",
    "Story": "stories",
    "tell_paths": "stories",
    "to_text": "text",
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
