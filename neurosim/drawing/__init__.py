"""Pictures of networks and of their training.

A diagram of a network is made in steps, each of them a frozen record: `fold` chooses what is
drawn, `arrange` places it, `routes` leads its lines, `label_boxes` places its texts, `place`
does so until all have room, `prepare` adds values, scales and a legend, `paint` makes matplotlib's
artists of it; `draw` does all of that.
`page` holds colours and files, `plots` curves and maps, `text` drawings in letters, `film` films;
`pictures` is the list of plots.
"""

from typing import TYPE_CHECKING

from neurosim.lazy import lazy_names

if TYPE_CHECKING:
    from neurosim.drawing.diagram.diagram import Diagram as Diagram
    from neurosim.drawing.diagram.diagram import prepare as prepare
    from neurosim.drawing.diagram.differences import NetworkDiff as NetworkDiff
    from neurosim.drawing.diagram.differences import network_diff as network_diff
    from neurosim.drawing.diagram.path_text import PathsDescription as PathsDescription
    from neurosim.drawing.diagram.path_text import describe_paths as describe_paths
    from neurosim.drawing.drawing import draw as draw
    from neurosim.drawing.drawing import draw_step as draw_step
    from neurosim.drawing.drawing import paint as paint
    from neurosim.drawing.geometry.abridging import boxed as boxed
    from neurosim.drawing.geometry.abridging import fold as fold
    from neurosim.drawing.geometry.items import Box as Box
    from neurosim.drawing.geometry.items import Circle as Circle
    from neurosim.drawing.geometry.items import Folded as Folded
    from neurosim.drawing.geometry.items import Line as Line
    from neurosim.drawing.geometry.items import Link as Link
    from neurosim.drawing.geometry.items import More as More
    from neurosim.drawing.geometry.items import Tile as Tile
    from neurosim.drawing.geometry.labels import Label as Label
    from neurosim.drawing.geometry.labels import Labels as Labels
    from neurosim.drawing.geometry.labels import label_boxes as label_boxes
    from neurosim.drawing.geometry.layout import Arrangement as Arrangement
    from neurosim.drawing.geometry.layout import Column as Column
    from neurosim.drawing.geometry.layout import arrange as arrange
    from neurosim.drawing.geometry.layout import layout as layout
    from neurosim.drawing.geometry.routing import Route as Route
    from neurosim.drawing.geometry.routing import bounds as bounds
    from neurosim.drawing.geometry.routing import routes as routes
    from neurosim.drawing.text.dot import to_dot as to_dot
    from neurosim.drawing.text.mermaid import to_mermaid as to_mermaid
    from neurosim.drawing.text.terminal import to_text as to_text
    from neurosim.drawing.text.tikz import to_tikz as to_tikz

__getattr__, __dir__, __all__ = lazy_names(__name__, __file__)
