"""Pictures of networks: where everything stands is data; what draws it comes after.

A drawing is made in four steps, each a frozen record of what the one before left open: `fold` says
what is drawn, `arrange` where it stands, `routes` which way its lines take, `label_boxes` where its
texts have room. Read `measures`, `levels`, `items`, `folding`, `strata`, `heights`, `crossings`,
`graphviz`, `layout`, `bends`, `routing`, `labels`.
"""

from neurosim.drawing.folding import boxed, fold
from neurosim.drawing.items import Box, Circle, Folded, Line, Link, More, Tile
from neurosim.drawing.labels import Label, Labels, label_boxes
from neurosim.drawing.layout import Arrangement, Column, arrange, layout
from neurosim.drawing.routing import Route, bounds, routes

__all__ = [
    "Arrangement",
    "Box",
    "Circle",
    "Column",
    "Folded",
    "Label",
    "Labels",
    "Line",
    "Link",
    "More",
    "Route",
    "Tile",
    "arrange",
    "bounds",
    "boxed",
    "fold",
    "label_boxes",
    "layout",
    "routes",
]
