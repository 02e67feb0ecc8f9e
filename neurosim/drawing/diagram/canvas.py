"""The canvas that the painters of a diagram share: Axes, colours, the size of a radius."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from neurosim.drawing.diagram.diagram import Diagram
from neurosim.drawing.geometry.items import Item
from neurosim.drawing.geometry.layout import Point
from neurosim.drawing.page.pages import HOVERED, show_text
from neurosim.drawing.page.themes import Theme

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.collections import Collection
    from matplotlib.colors import Colormap

MOST_NAMED = 400  # lines or neurons that are artists of their own; more are one, drawn much faster

# from back to front
MARKED, LINES, ON_LINES, ITEMS, SIGNS, TEXTS = 0.6, 1.0, 1.5, 2.0, 3.0, 4.0


@dataclass(frozen=True)
class Canvas:
    """One diagram on one Axes.

    Attributes:
        ax: where it is painted.
        diagram: what is painted.
        theme: in which colours.
        unit: how many points a radius of a neuron is.
    """

    ax: "Axes"
    diagram: Diagram
    theme: Theme
    unit: float

    @cached_property
    def map(self) -> "Colormap":
        """The colours of numbers around zero."""
        return self.theme.diverging_map()

    def colour(self, place: float) -> str:
        """The colour at a place of the map, from 0 to 1, as ``#rrggbb``."""
        from matplotlib.colors import to_hex

        return to_hex(self.map(place))

    @cached_property
    def _inputs(self) -> frozenset[str]:
        circles = self.diagram.folded.circles
        return frozenset(circle.name for circle in circles if circle.neuron.is_input)

    def line_colour(self, weight: float) -> str:
        """The colour of a connection; grey for zero, where the map has the colour of the page."""
        place = self.diagram.weights.hue(weight)
        return self.theme.muted if place == 0.5 else self.colour(place)

    def fill_of(self, name: str) -> str:
        """The colour of a neuron: that of its output, where there is one."""
        diagram, outputs = self.diagram, self.diagram.values.outputs
        scale = diagram.inputs if name in self._inputs else diagram.outputs
        if scale is None or name not in outputs:
            return self.theme.background
        return self.colour(scale.fill(outputs[name]))

    def placed(self) -> list[tuple[Item, Point]]:
        """What is drawn, and where."""
        arrangement = self.diagram.arrangement
        return list(zip(arrangement.folded.items, arrangement.places, strict=True))

    def write(self, x: float, y: float, words: str, em: float, **options: Any) -> None:
        """Write something; ``em`` is the height of the font in radii."""
        given: dict[str, Any] = {"color": self.theme.text, "ha": "center", "zorder": TEXTS}
        given["va"] = "center" if "\n" in words else "center_baseline"
        size = em * self.unit
        self.ax.text(
            x, y, words, fontsize=size, parse_math=False, usetex=False, **(given | options)
        )

    def add(self, collection: "Collection") -> None:
        """Put artists on the Axes; the limits are those of the diagram already."""
        self.ax.add_collection(collection, autolim=False)

    def hover(self, artist: "Artist", titles: Sequence[str]) -> None:
        """Give an artist what an SVG says while the pointer is on it, or on each of its parts."""
        artist.set_label(HOVERED + "\n".join(map(show_text, titles)))

    def lines(self, segments: Sequence[Sequence[Point]], width: float, **options: Any) -> None:
        """Paint straight or broken lines, so many radii wide."""
        from matplotlib.collections import LineCollection

        self.add(LineCollection(list(segments), linewidths=width * self.unit, **options))


def element_id(*words: str) -> str:
    """An id that these names have, and no others: what is not ASCII is written as its number.

    >>> element_id("connection", "x1", "h1"), element_id("neuron", "é")
    ('connection-x1-h1', 'neuron-.e9.')
    """
    return "-".join("".join(map(_escaped, word)) for word in words)


def _escaped(letter: str) -> str:
    is_plain = letter.isascii() and (letter.isalnum() or letter == "_")
    return letter if is_plain else f".{ord(letter):x}."
