"""A drawing as nodes and arcs, the common ground of all text formats.

The same parts as in a picture (see `fold`), but for the heat maps: a weight matrix is one arc from
box to box. The words on nodes and arcs are chosen here, so that all formats say the same.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from neurosim.drawing.diagram.marks import Marks, Subject, marks_of
from neurosim.drawing.diagram.sample_values import SampleValues, require_shown, sample_values_of
from neurosim.drawing.diagram.scales import Scale
from neurosim.drawing.diagram.texts import SHARED
from neurosim.drawing.geometry.abridging import boxed, fold
from neurosim.drawing.geometry.font import DIGITS, brief, require_digits
from neurosim.drawing.geometry.items import Box, Circle, Folded, Image, Link, More
from neurosim.functions.numbers import counted
from neurosim.network.connection import Connection
from neurosim.network.network import Network
from neurosim.network.neuron import Neuron
from neurosim.training.task import require_network

ChartNode = Circle | More | Box

USUAL = ("weights", "outputs")


@dataclass(frozen=True, slots=True)
class Arc:
    """A connection, or a whole weight matrix, between two nodes by their numbers."""

    source: int
    target: int
    of: Connection | Link


@dataclass(frozen=True, slots=True)
class Chart:
    """A network as it is drawn.

    Attributes:
        network: the network.
        folded: what is drawn, and how much is not.
        nodes: by number.
        arcs: in the order of the connections.
        columns: the numbers of the nodes in each column, from left to right, none of them empty.
        show: which numbers are written, of `neurosim.drawing.diagram.sample_values.SHOWN`.
        sample_values: the values of the sample.
        marks: what one is to look at.
        outputs: the output neurons.
        title: in full, and not yet escaped.
        subtitle: the same.
        weights: the scale of the weights that are drawn.
        digits: in how many digits numbers are written.
    """

    network: Network
    folded: Folded
    nodes: tuple[ChartNode, ...]
    arcs: tuple[Arc, ...]
    columns: tuple[tuple[int, ...], ...]
    show: tuple[str, ...]
    sample_values: SampleValues
    marks: Marks
    outputs: frozenset[Neuron]
    title: str
    subtitle: str
    weights: Scale
    digits: int

    def number(self, value: float) -> str:
        """A number as the drawing writes it."""
        return brief(value, self.digits)

    def weight(self, connection: Connection) -> float:
        """A weight; 0 where beside others it is noise."""
        return self.weights.heard(connection.weight)

    @property
    def heading(self) -> list[str]:
        """The title; the subtitle and the loss, where there are any; and what is drawn."""
        loss = self.sample_values.loss
        said = [self.subtitle, "" if loss is None else f"loss {self.number(loss)}"]
        return [self.title, *filter(None, [", ".join(filter(None, said))]), str(self.folded)]

    @property
    def key(self) -> list[str]:
        """What the mark on some weights means, where there is one."""
        has_mark = "weights" in self.show and any(map(_is_shared, self.arcs))
        return [f"{SHARED}: shared weight"] if has_mark else []

    @property
    def column_of(self) -> dict[int, int]:
        """The column of each node."""
        return {node: number for number, column in enumerate(self.columns) for node in column}

    def lines_of(self, node: ChartNode, *, is_short: bool = False) -> list[str]:
        """What is written on a node, a line each, the name first; not yet escaped.

        Where it is to be short, deltas and gradients are left out.
        """
        match node:
            case Circle():
                return [node.neuron.caption, *self._values(node.neuron, is_short=is_short)]
            case More():
                return [f"... {node.text} ..."]
            case Box():
                words = ", ".join(node.activations[:3]) + ", ..." * (len(node.activations) > 3)
                return [node.name, f"{len(node.neurons)} {words}"]

    def _values(self, neuron: Neuron, *, is_short: bool) -> list[str]:
        name, sample_values = neuron.name, self.sample_values
        known = [("", sample_values.written), ("target ", sample_values.targets)]
        if not is_short:
            known.append(("delta ", sample_values.deltas))
            if sample_values.gradients.get(name) != sample_values.deltas.get(name):
                known.append(("dL/db ", sample_values.gradients))
        return [f"{words}{self.number(values[name])}" for words, values in known if name in values]

    def words_of(self, arc: Arc) -> list[str]:
        """What is written on an arc, a line each."""
        if isinstance(arc.of, Link):
            return [counted(len(arc.of.connections), "weight")]
        shared = f"{SHARED} " if _is_shared(arc) else ""
        words = [f"{shared}{self.number(self.weight(arc.of))}"] if "weights" in self.show else []
        if self.sample_values.gradients and arc.of.name in self.sample_values.gradients:
            words.append(f"dL/dw {self.number(self.sample_values.gradients[arc.of.name])}")
        return words

    def is_marked(self, part: ChartNode | Arc) -> bool:
        """Whether one is to look at it."""
        if isinstance(part, Arc):
            known = self.marks.connections  # mostly empty: names of connections are made when asked
            return bool(known) and isinstance(part.of, Connection) and part.of.name in known
        return isinstance(part, Circle) and part.name in self.marks.neurons

    def tell(self, node: ChartNode) -> str:
        """All there is to know about a node, in a line; not yet escaped."""
        match node:
            case Circle():
                neuron = node.neuron
                bias = (
                    "no bias"
                    if neuron.bias is None
                    else f"bias {self.number(self.weights.heard(neuron.bias))}"
                )
                kind = "input" if neuron.is_input else f"{neuron.activation}, {bias}"
                name = neuron.name if neuron.label is None else f"{neuron.label} ({neuron.name})"
                return f"{name}: {kind}" + ("; an output" if self.is_output(node) else "")
            case More():
                return f"{node.name}, {counted(node.n_connections, 'connection')}"
            case Box():
                return str(node)

    def is_output(self, node: ChartNode) -> bool:
        """Whether it is an output neuron."""
        return isinstance(node, Circle) and node.neuron in self.outputs


def chart(
    network: Network,
    *,
    sample: Any = None,
    target: Any = None,
    loss: str | None = None,
    show: Collection[str] = USUAL,
    full: bool = False,
    layout: str | None = None,
    highlight: Iterable[Subject] | Subject = (),
    title: str | None = None,
    subtitle: str = "",
    digits: int = DIGITS,
    most_arcs: int | None = None,
) -> Chart:
    """Choose what is drawn of a network, and with which numbers.

    The arguments are those of `draw`, but for ``most_arcs``: where there would be
    more, layers become boxes, unless all is to be drawn.

    Raises:
        UnknownNameError: there is no such layout or loss, or nothing of this name can be shown.
        ShapeError: the sample or the target has another shape.
        InvalidValueError: deltas or gradients are asked for, and there are none.
    """
    shown, marks = require_shown(show), marks_of(require_network(network), highlight)
    folded = fold(network, kind=layout, full=full)
    if most_arcs is not None and len(folded.lines) > most_arcs and not full:
        folded = boxed(network, kind=layout)
    sample_values = sample_values_of(network, sample=sample, target=target, loss=loss, show=shown)
    sample_values = sample_values.without_noise(folded)
    nodes = tuple(item for item in folded.items if isinstance(item, Circle | More | Box))
    return Chart(
        network, folded, nodes, _arcs(folded), _columns(nodes), shown, sample_values, marks,
        frozenset(network.outputs), network.title if title is None else title, subtitle,
        Scale.of(connection.weight for connection in folded.connections), require_digits(digits),
    )  # fmt: skip


def _is_shared(arc: Arc) -> bool:
    return isinstance(arc.of, Connection) and arc.of.parameter is not arc.of


def _arcs(folded: Folded) -> tuple[Arc, ...]:
    if folded.has_boxes:  # a box's group is its number
        links = (tile.link for tile in folded.tiles)
        return tuple(Arc(link.source.group, link.target.group, link) for link in links)
    return tuple(
        Arc(line.source, line.target, line.of)
        for line in folded.lines
        if not isinstance(line.of, Image)
    )


def _columns(nodes: Sequence[ChartNode]) -> tuple[tuple[int, ...], ...]:
    members: dict[int, list[int]] = {}
    for number_, node in enumerate(nodes):
        members.setdefault(node.column, []).append(number_)
    return tuple(tuple(members[column]) for column in sorted(members))
