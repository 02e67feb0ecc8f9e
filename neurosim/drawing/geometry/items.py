"""The parts of a drawing: neurons, marks of what is not drawn, boxes, weight matrices, lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from neurosim.drawing.geometry.levels import by_column
from neurosim.drawing.geometry.measures import BOX_HALF_WIDTH, RADIUS, TILE_HALF
from neurosim.drawing.page.pages import show_text
from neurosim.functions.numbers import Matrix, counted
from neurosim.languages import count, grouped, translate
from neurosim.network.connection import Connection
from neurosim.network.neuron import Neuron

MOST_CELLS = 512  # rows or columns of a heat map: more than a page has points for


@dataclass(frozen=True, slots=True)
class Circle:
    """A neuron that is drawn; by its weights from an image where it has one.

    Attributes:
        image: the inputs, or None.
        from_image: the connections from them.
    """

    neuron: Neuron
    column: int
    group: int
    half_width: float = RADIUS
    half_height: float = RADIUS
    image: "Image | None" = None
    from_image: tuple[Connection, ...] = ()

    def weights(self) -> Matrix:
        """Its weights from the pixels of the image, (rows, columns), NaN where there is none."""
        assert self.image is not None
        of = {connection.source: connection.weight for connection in self.from_image}
        weights = [of.get(pixel, np.nan) for pixel in self.image.neurons]
        return np.array(weights).reshape(self.image.shape)

    @property
    def name(self) -> str:
        """The neuron's name."""
        return self.neuron.name

    @property
    def caption(self) -> str:
        """Its label where it has one, else its name; what cannot be seen is escaped."""
        return show_text(self.neuron.caption)


@dataclass(frozen=True, slots=True)
class More:
    """The place of a group's neurons that are not drawn, between its first and its last.

    Attributes:
        neurons: those that are not drawn.
        n_connections: how many connections lead to them and from them.
    """

    name: str
    neurons: tuple[Neuron, ...]
    n_connections: int
    column: int
    group: int
    half_width: float = RADIUS
    half_height: float = RADIUS

    @property
    def text(self) -> str:
        """What is there, as in ``768 more``."""
        return translate("{} more", grouped(len(self.neurons)))


@dataclass(frozen=True, slots=True)
class Image:
    """All inputs, as the pixels of an image, row by row.

    Attributes:
        shape: rows and columns.
    """

    neurons: tuple[Neuron, ...]
    shape: tuple[int, int]
    column: int
    group: int
    half_width: float
    half_height: float

    @property
    def name(self) -> str:
        """As in ``8 x 8 inputs``, which is no neuron's name."""
        rows, columns = self.shape
        return translate("{} inputs", f"{rows} \N{MULTIPLICATION SIGN} {columns}")


@dataclass(frozen=True, slots=True)
class Box:
    """All neurons of a group, or of many levels.

    Attributes:
        name: of the layer, else as in ``level 3`` (counted from 0).
        activations: that occur in it, in order.
        n_inside: how many connections lead from one of its neurons to another.
    """

    name: str
    neurons: tuple[Neuron, ...]
    activations: tuple[str, ...]
    n_inside: int
    column: int
    group: int
    half_height: float
    half_width: float = BOX_HALF_WIDTH

    def __str__(self) -> str:
        words = ", ".join(self.activations[:3]) + (", ..." if len(self.activations) > 3 else "")
        return f"{self.name}: {counted(len(self.neurons), 'neuron')}, {words}"


@dataclass(frozen=True, slots=True)
class Link:
    """All connections from one box to another."""

    source: Box
    target: Box
    connections: tuple[Connection, ...]

    def weights(self, most: int = MOST_CELLS) -> Matrix:
        """The weights, (n_sources, n_targets), NaN where there is no connection.

        Beyond ``most`` rows or columns, equal runs of them share one: the mean of its weights.
        """
        rows, n_rows = _cells(self.source.neurons, most)
        columns, n_columns = _cells(self.target.neurons, most)
        at = np.array(
            [rows[c.source] * n_columns + columns[c.target] for c in self.connections],
            dtype=np.intp,
        )
        weights = np.array([c.weight for c in self.connections])
        n = np.bincount(at, minlength=n_rows * n_columns)
        total = np.bincount(at, weights, minlength=n_rows * n_columns)
        mean = np.full(n_rows * n_columns, np.nan)
        np.divide(total, n, out=mean, where=n > 0)
        return mean.reshape(n_rows, n_columns)


@dataclass(frozen=True, slots=True)
class Tile:
    """The place of a weight matrix, on the way of a link."""

    link: Link
    column: int
    group: int
    half_width: float = TILE_HALF
    half_height: float = TILE_HALF

    @property
    def name(self) -> str:
        """Source and target, as in ``x->h``."""
        return f"{self.link.source.name}->{self.link.target.name}"


Item = Circle | More | Box | Tile | Image


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the drawing, between two items by their numbers.

    A link is two lines: from its source to its tile, and from there to its target. An image has
    one line for all connections to a neuron.
    """

    source: int
    target: int
    of: Connection | Link | Image


@dataclass(frozen=True, slots=True)
class Folded:
    """What is drawn.

    Attributes:
        kind: how columns were chosen: ``layers``, ``levels`` or ``dot``; ``free``: there are none.
        items: what is drawn, in the order of the network's neurons.
        lines: between them, in the order of the network's connections.
        n_neurons: of the whole network.
        n_connections: of the whole network.
        free: the places of the items by name, where they are in no columns.
    """

    kind: str
    items: tuple[Item, ...]
    lines: tuple[Line, ...]
    n_neurons: int
    n_connections: int
    free: Mapping[str, tuple[float, float]] | None = None

    @property
    def circles(self) -> tuple[Circle, ...]:
        """The neurons that are drawn."""
        return tuple(item for item in self.items if isinstance(item, Circle))

    @property
    def connections(self) -> tuple[Connection, ...]:
        """The connections that are drawn as lines of their own."""
        return tuple(line.of for line in self.lines if isinstance(line.of, Connection))

    @property
    def more(self) -> tuple[More, ...]:
        """The marks of what is not drawn."""
        return tuple(item for item in self.items if isinstance(item, More))

    @property
    def boxes(self) -> tuple[Box, ...]:
        """The boxes; where there is one, there are no circles (see `has_boxes`)."""
        return tuple(item for item in self.items if isinstance(item, Box))

    @property
    def has_boxes(self) -> bool:
        """Whether it is drawn in boxes: all of it, or nothing."""
        return bool(self.items) and isinstance(self.items[0], Box)

    @property
    def tiles(self) -> tuple[Tile, ...]:
        """The places of weight matrices, one for each link."""
        return tuple(item for item in self.items if isinstance(item, Tile))

    @property
    def images(self) -> tuple[Image, ...]:
        """The inputs as an image: one, or none."""
        return tuple(item for item in self.items if isinstance(item, Image))

    @property
    def n_hidden_neurons(self) -> int:
        """How many neurons are neither drawn nor in a box."""
        return sum(len(mark.neurons) for mark in self.more)

    @property
    def n_hidden_connections(self) -> int:
        """How many connections are neither drawn, nor in a link, nor inside a box."""
        if self.has_boxes:
            shown = sum(len(tile.link.connections) for tile in self.tiles)
            return self.n_connections - shown - sum(box.n_inside for box in self.boxes)
        return (
            self.n_connections
            - len(self.connections)
            - sum(len(circle.from_image) for circle in self.circles)
        )

    def __str__(self) -> str:
        neurons = count(self.n_neurons, "neuron")
        connections = count(self.n_connections, "connection")
        if self.has_boxes:
            boxes = count(len(self.boxes), "box")
            return translate("{} and {} in {}", neurons, connections, boxes)
        if not self.n_hidden_neurons:
            return translate("all {} and {}", neurons, connections)
        hidden = grouped(self.n_hidden_neurons), grouped(self.n_hidden_connections)
        return translate(
            "not drawn: {} of {}, {} of {}", hidden[0], neurons, hidden[1], connections
        )


def in_columns(items: Sequence[Item]) -> list[list[int]]:
    """The numbers of the items in each column."""
    return by_column([item.column for item in items])


def _cells(neurons: Sequence[Neuron], most: int) -> tuple[dict[Neuron, int], int]:
    """Each neuron's row, and how many rows there are."""
    n = min(len(neurons), most)
    return {neuron: i * n // len(neurons) for i, neuron in enumerate(neurons)}, n
