"""Scenes: diagrams of one network at many moments, in one fixed layout.

Every diagram of a film has the same scales and the same legend, and each text keeps its place: room
is made for the widest that it will be.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import partial
from itertools import zip_longest
from typing import Any

import numpy as np

from neurosim.drawing.diagram.canvas import Canvas
from neurosim.drawing.diagram.captions import description_of
from neurosim.drawing.diagram.diagram import Diagram, compose, fill_scales
from neurosim.drawing.diagram.legend import Written, write
from neurosim.drawing.diagram.marks import Marks
from neurosim.drawing.diagram.painters.neurons import paint_neurons
from neurosim.drawing.diagram.sample_values import SampleValues, require_shown
from neurosim.drawing.diagram.scales import Scale
from neurosim.drawing.diagram.texts import names_of, values_of, weights_of
from neurosim.drawing.geometry.abridging import fold
from neurosim.drawing.geometry.font import DIGITS, LINE_HEIGHT, brief, size_of, width_of
from neurosim.drawing.geometry.items import Circle, Folded
from neurosim.drawing.geometry.labels import Label, Labels
from neurosim.drawing.geometry.measures import EM_NAME
from neurosim.drawing.page.pages import show_text
from neurosim.functions.numbers import Matrix
from neurosim.network.connection import Connection
from neurosim.network.network import Network

Widest = Callable[[Iterable[float]], float]  # of some numbers the one that is widest when written

_MARGIN = 0.6  # between the border of a diagram and what is written in it


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """What there is to see at one moment.

    Attributes:
        parameters: theta, (n_parameters,).
        sample_values: the values of a sample.
        marks: what one is to look at.
        subtitle: when it is, in words.
    """

    parameters: Matrix
    sample_values: SampleValues
    marks: Marks
    subtitle: str


class Stage:
    """A network drawn once, and what of it is drawn anew at each moment.

    Args:
        network: is not changed.
        sights: all moments that there will be, one at least.
        show: what is written; see `neurosim.draw`.
        full: True draws all neurons.
        layout: how columns are chosen.
        title: above the diagram; the network's own if None.
        digits: in how many digits numbers are written.

    Attributes:
        ground: a diagram with room for every moment.
    """

    def __init__(
        self,
        network: Network,
        sights: Sequence[Sight],
        *,
        show: Collection[str],
        full: bool = False,
        layout: str | None = None,
        title: str | None = None,
        digits: int = DIGITS,
    ) -> None:
        self._network, self._digits = network.copy(), digits
        self._shown = require_shown(show)
        self._folded = fold(self._network, kind=layout, full=full)
        self._outputs = tuple(neuron.name for neuron in network.outputs)
        weights = self._weight_scale(sights)
        fills = fill_scales(self._folded, [sight.sample_values for sight in sights])
        widest = partial(max, key=partial(_written_width, digits=digits))
        self._network.load_parameters(
            _widest_parameters(self._network, self._folded, sights, widest)
        )
        self.ground = compose(
            self._folded,
            _widest_values([sight.sample_values for sight in sights], widest),
            shown=self._shown,
            marks=_all_marks(sights),
            title=network.title if title is None else title,
            subtitle=_widest_lines([sight.subtitle for sight in sights]),
            outputs=self._outputs,
            scales=(weights, *fills),
            strengths=_strengths(self._folded, self._network, sights),
            digits=digits,
        )

    @property
    def neurons(self) -> Callable[[Canvas], None]:
        """What paints the neurons of the diagram that was made last."""
        return paint_neurons

    def diagram(self, sight: Sight) -> Diagram:
        """The diagram of one moment; it holds until the next is asked for."""
        self._network.load_parameters(sight.parameters)
        ground = self.ground
        mark, loss = ground.loss, sight.sample_values.loss
        subtitle, values = sight.subtitle, sight.sample_values.without_noise(self._folded)
        if loss is not None and mark is None:
            subtitle = f"{subtitle}, L = {brief(loss, self._digits)}"
        return replace(
            ground,
            labels=self._labels(values),
            values=values,
            marks=sight.marks,
            matrices=tuple(tile.link.weights() for tile in self._folded.tiles),
            loss=None
            if mark is None or loss is None
            else replace(mark, text=f"L = {brief(loss, self._digits)}"),
            written=rewritten(ground, subtitle),
            description=description_of(
                self._folded, values, self._outputs, sight.subtitle, self._digits
            ),
        )

    def _weight_scale(self, sights: Iterable[Sight]) -> Scale:
        """The scale of all weights that are drawn, at all moments."""
        drawn = drawn_weights(self._network, self._folded)
        if not self._folded.has_boxes:
            return Scale.of(float(np.abs(s.parameters[drawn]).max(initial=0.0)) for s in sights)
        largest = []
        for sight in sights:
            self._network.load_parameters(sight.parameters)
            largest += [float(np.nanmax(np.abs(t.link.weights()))) for t in self._folded.tiles]
        return Scale.of(largest)

    def _labels(self, sample_values: SampleValues) -> Labels:
        """The texts of a moment, where those of the ground are."""
        lines = [line.of for line in self._folded.lines if isinstance(line.of, Connection)]
        texts = {
            "value": values_of(self._folded, sample_values, self._digits),
            "name": names_of(self._folded, sample_values, self._shown, digits=self._digits),
            "weight": weights_of(
                lines,
                sample_values.gradients,
                self._shown,
                self.ground.weights,
                digits=self._digits,
            ),
        }
        places = {
            item.name: place[0]
            for item, place in zip(
                self._folded.items, self.ground.arrangement.places, strict=True
            )
        }  # fmt: skip
        shown = [
            label if label.kind == "more" else _rewritten(label, texts[label.kind], places)
            for label in self.ground.labels.shown
        ]
        return replace(self.ground.labels, shown=tuple(label for label in shown if label.text))


def rewritten(ground: Diagram, subtitle: str) -> tuple[Written, ...]:
    """Title and notes of the ground, and a subtitle in place of its own."""
    kept = [line for line in ground.written if line.kind != "subtitle"]
    places = [line for line in ground.written if line.kind == "subtitle"]
    if places:
        first, (left, _, right, _) = places[0], ground.box
        top = first.y + LINE_HEIGHT * first.em / 2.0
        text = "\n".join(map(show_text, subtitle.split("\n")))
        width = right - left - 2.0 * _MARGIN
        kept += write("subtitle", text, left=first.x, top=top, width=width)
    return tuple(kept)


def is_still(written: Written) -> bool:
    """Whether a line of text is the same at all moments."""
    return written.kind != "subtitle"


def _rewritten(label: Label, texts: Mapping[str, str], places: Mapping[str, float]) -> Label:
    """A label with another text: one beside a neuron begins, or ends, where it did."""
    text = texts.get(label.of, "")
    x = label.x
    if label.kind == "name" and label.x != places[label.of]:
        less = (size_of(label.text)[0] - size_of(text)[0]) * EM_NAME / 2.0
        x += less if label.x < places[label.of] else -less
    return replace(label, text=text, x=x)


def _all_marks(sights: Iterable[Sight]) -> Marks:
    """Marks for the legend alone: what is marked when, the moments themselves say."""
    reasons = [sight.marks.reason for sight in sights if sight.marks]
    return _Legend(reason=reasons[0]) if reasons else Marks()


class _Legend(Marks):
    """Marks of nothing in particular, which the legend explains nevertheless."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return True


# --- the widest of each text


def drawn_weights(network: Network, folded: Folded) -> list[int]:
    """Which entries of theta are weights that are drawn."""
    drawn = {line.of.parameter for line in folded.lines if isinstance(line.of, Connection)}
    return [number for number, one in enumerate(network.parameter_list()) if one in drawn]


def _strengths(folded: Folded, network: Network, sights: Iterable[Sight]) -> dict[str, float]:
    """How strong each connection that is drawn ever is."""
    place = {one: number for number, one in enumerate(network.parameter_list())}
    most = np.max([np.abs(sight.parameters) for sight in sights], axis=0)
    drawn = [line.of for line in folded.lines if isinstance(line.of, Connection)]
    return {one.name: float(most[place[one.parameter]]) for one in drawn}


def _widest_parameters(
    network: Network, folded: Folded, sights: Sequence[Sight], widest_of: Widest
) -> Matrix:
    """Of each number that is written the one that is widest so; what is not drawn stays as it is.

    Signs that some weight has at some moment stay among them: the legend tells of both.
    """
    weights = drawn_weights(network, folded)
    circles = {item.neuron for item in folded.items if isinstance(item, Circle)}
    biases = [
        number
        for number, one in enumerate(network.parameter_list())
        if one.kind == "b" and one.neuron in circles
    ]
    widest = sights[0].parameters.copy()
    if not weights and not biases:
        return widest
    thetas = np.array([sight.parameters[weights + biases] for sight in sights])
    for number, column in zip(weights + biases, thetas.T, strict=True):
        widest[number] = widest_of(column.tolist())
    for sign in (1.0, -1.0):
        found = np.argwhere(sign * thetas[:, : len(weights)] > 0.0)
        if len(found) and not (sign * widest[weights] > 0.0).any():
            moment, column = found[0].tolist()
            widest[weights[column]] = thetas[moment, column]
    return widest


def _widest_lines(texts: Iterable[str]) -> str:
    """A text with room for each of them, line by line."""
    lines = zip_longest(*(text.split("\n") for text in texts), fillvalue="")
    return "\n".join(max(line, key=width_of) for line in lines)


def _written_width(value: float, digits: int) -> float:
    return width_of(brief(value, digits))


def _widest_values(all_values: Sequence[SampleValues], widest_of: Widest) -> SampleValues:
    """Of each number that is shown at some moment the one that is widest when written."""
    first = all_values[0]
    by_name: dict[str, Any] = {
        field.name: _by_name([getattr(one, field.name) for one in all_values], widest_of)
        for field in fields(first)
        if isinstance(getattr(first, field.name), Mapping)
    }
    losses = [one.loss for one in all_values if one.loss is not None]
    return replace(first, **by_name, loss=widest_of(losses) if losses else None)


def _by_name(tables: Iterable[Mapping[str, float]], widest_of: Widest) -> dict[str, float]:
    values: dict[str, dict[float, None]] = {}
    for table in tables:
        for name, value in table.items():
            values.setdefault(name, {})[value] = None
    return {name: widest_of(found) for name, found in values.items()}
