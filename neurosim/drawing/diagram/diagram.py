"""A diagram: a network with its values, as data that is ready to be drawn.

`prepare` computes all of it, places and texts and scales; `neurosim.drawing.artists` paints it.
"""

import itertools
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from neurosim.drawing.diagram.bars import OutputBar, output_bars
from neurosim.drawing.diagram.captions import description_of, notes_of, subtitle_of
from neurosim.drawing.diagram.legend import (
    LegendEntry,
    Placed,
    Scales,
    Written,
    bottom_of,
    entries,
    flow,
    height_of,
    write,
)
from neurosim.drawing.diagram.marks import Marks, Subject, marks_of
from neurosim.drawing.diagram.sample_values import (
    SampleValues,
    require_blanks,
    require_shown,
    sample_values_of,
)
from neurosim.drawing.diagram.scales import Scale
from neurosim.drawing.diagram.texts import measured, names_of, values_of, weights_of
from neurosim.drawing.geometry.abridging import boxed, fold
from neurosim.drawing.geometry.borrowed.positions import freely, positions_of
from neurosim.drawing.geometry.font import DIGITS, brief, require_digits, width_of
from neurosim.drawing.geometry.images import with_image
from neurosim.drawing.geometry.items import Circle, Folded, Image, Tile
from neurosim.drawing.geometry.labels import Labels
from neurosim.drawing.geometry.layout import Arrangement, Point
from neurosim.drawing.geometry.levels import OF_NETWORKX
from neurosim.drawing.geometry.measures import EM_NAME
from neurosim.drawing.geometry.routing import Route, bounds
from neurosim.drawing.geometry.spreading import place
from neurosim.drawing.geometry.turning import require_direction
from neurosim.drawing.page.pages import keep_text
from neurosim.errors import InvalidValueError
from neurosim.functions.numbers import Matrix
from neurosim.languages import translate
from neurosim.network.names import require_text
from neurosim.network.network import Network
from neurosim.training.task import require_network

SHOW = ("weights", "outputs")
TILE_TEXT = 1.15  # below a heat map, for what it is
_MARGIN = 0.6  # around all
_LEAST_WIDTH = 17.0  # so that a legend is no column of single words
_AIR = 0.5  # between title, network, legend and notes
_AROUND_MARKS = 0.3  # of names and weights, where rings and casings need room
_LOSS_APART = 0.5  # from the targets to the bracket of the loss


@dataclass(frozen=True, slots=True)
class LossMark:
    """The loss behind the outputs, and a bracket over them: its x, its ends; the text's middle."""

    text: str
    x: float
    low: float
    high: float

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, bottom, right, top of bracket and text."""
        low, high = min(self.low, self.high - 1.0), max(self.high, self.low + 1.0)
        return self.x, low, self.x + 0.8 + width_of(self.text) * EM_NAME, high


@dataclass(frozen=True, slots=True)
class Diagram:
    """All that a drawing shows, in radii of a neuron.

    Attributes:
        arrangement: what is drawn, and where it is.
        routes: the ways of its lines.
        labels: its texts, in the order of `neurosim.drawing.geometry.labels`.
        values: the values of the sample.
        marks: what one is to look at.
        ends: the outputs that are drawn, where they are not simply the last column.
        weights: the scale of the lines' colours and widths, or of the heat maps.
        outputs: the scale of the neurons' fills, or None where no outputs are shown.
        inputs: the same of the inputs, whose numbers may be of another size.
        matrices: the weights of each heat map, in the order of the drawing's tiles.
        loss: behind the outputs, or None.
        legend: the signs and what they mean.
        written: title and notes.
        box: left, bottom, right, top of it all.
        title: in full.
        description: what there is to see, for those who do not see it.
        tiles: the scale of weights from an image, or None.
        bars: beside outputs, how large they are, where inputs are an image.
        in_one: where numbers are changes, the parts whose numbers are not; else None.
    """

    arrangement: Arrangement
    routes: tuple[Route, ...]
    labels: Labels
    values: SampleValues
    marks: Marks
    ends: frozenset[str]
    weights: Scale
    outputs: Scale | None
    inputs: Scale | None
    matrices: tuple[Matrix, ...]
    loss: LossMark | None
    legend: tuple[Placed, ...]
    written: tuple[Written, ...]
    box: tuple[float, float, float, float]
    title: str
    description: str
    tiles: Scale | None = None
    bars: tuple[OutputBar, ...] = ()
    in_one: frozenset[str] | None = None

    @property
    def folded(self) -> Folded:
        """What is drawn."""
        return self.arrangement.folded


def prepare(
    network: Network,
    *,
    sample: Any = None,
    target: Any = None,
    loss: str | None = None,
    show: Collection[str] = SHOW,
    full: bool = False,
    layout: str | None = None,
    pos: object = None,
    highlight: Iterable[Subject] | Subject = (),
    marks: Marks | None = None,
    title: str | None = None,
    subtitle: str = "",
    values: SampleValues | None = None,
    digits: int = DIGITS,
    in_one: Collection[str] | None = None,
    show_as: Sequence[int] | None = None,
    boxes: bool = False,
    direction: str = "across",
    wrap: int | None = None,
    blank: Collection[str] = (),
) -> Diagram:
    """Compute a diagram; the arguments are those of `draw`; marks and values may be given.

    Of a network whose numbers are changes, ``in_one`` names those parts whose numbers are not.
    """
    blanks = require_blanks(blank)
    shown = tuple(word for word in require_shown(show) if word not in blanks)
    if blanks and (boxes or show_as is not None):
        other = "boxes" if boxes else "show_as"
        raise InvalidValueError(f"blank, {other}: got both; expected one of them")
    if marks is None:
        marks = marks_of(require_network(network), highlight)
    require_network(network)
    if wrap is not None and direction == "down":
        raise InvalidValueError("wrap, direction: got both; expected one of them")
    if boxes and full:
        raise InvalidValueError("boxes, full: got both; expected one of them")
    if isinstance(layout, str) and layout in OF_NETWORKX and pos is None:
        pos, layout = layout, None
    if pos is not None:
        beside = {
            "layout": layout is not None, "boxes": boxes, "wrap": wrap is not None,
            "direction": direction != "across", "show_as": show_as is not None,
        }  # fmt: skip
        if others := [name for name, is_given in beside.items() if is_given]:
            raise InvalidValueError(f"pos: got {others[0]} beside it; expected it alone")
        places = positions_of(network, pos)
        folded = freely(fold(network, kind="levels", full=True), places)
    else:
        folded = boxed(network, kind=layout) if boxes else fold(network, kind=layout, full=full)
    if show_as is not None:
        folded = with_image(folded, network, show_as)
    if values is None:
        kept = {*shown, *(blanks & {"outputs"})}  # the inputs are given
        values = sample_values_of(network, sample=sample, target=target, loss=loss, show=kept)
    if blanks:
        values = values.without(blanks, network)
    heading = network.title if title is None else require_text(title, "title", "free text")
    subtitle = keep_text(require_text(subtitle, "subtitle", "free text"))
    return compose(
        folded, values, shown=shown, marks=marks, title=heading, subtitle=subtitle,
        outputs=[neuron.name for neuron in network.outputs], digits=digits, in_one=in_one,
        direction=require_direction(direction), wrap=wrap,
    )  # fmt: skip


def compose(
    folded: Folded,
    values: SampleValues,
    *,
    shown: Sequence[str] = SHOW,
    marks: Marks | None = None,
    title: str = "",
    subtitle: str = "",
    outputs: Sequence[str] = (),
    scales: Scales | None = None,
    strengths: Mapping[str, float] | None = None,
    notes: Sequence[str] = (),
    answers: LegendEntry | None = None,
    digits: int = DIGITS,
    in_one: Collection[str] | None = None,
    direction: str = "across",
    wrap: int | None = None,
) -> Diagram:
    """Give what is drawn its places, texts, scales, legend and notes.

    ``scales``, of weights, outputs and inputs, are those of the numbers that are drawn if None.
    ``strengths``, by the names of connections, say whose numbers are written where they are many.
    ``notes`` are before all others; ``answers`` is for the legend of what neurons show.
    """
    require_digits(digits)
    marks = Marks() if marks is None else marks
    values = values.without_noise(folded)
    matrices = tuple(tile.link.weights() for tile in folded.tiles)
    matrices += tuple(circle.weights() for circle in folded.circles if circle.image is not None)
    tiles = _scale_of(matrices) if folded.images else None
    scale = _weight_scale(folded, matrices)
    if scales is not None:
        scale = replace(scale, largest=scales[0].largest)
    names = names_of(folded, values, shown, digits=digits, in_one=in_one)
    texts = weights_of(
        folded.connections, values.gradients, shown, scale, digits=digits, in_one=in_one,
        blanks=values.blanks,
    )  # fmt: skip
    if strengths is not None:
        texts = {name: texts[name] for name in sorted(texts, key=lambda name: -strengths[name])}
    arrangement, ways, labels = place(
        folded, values=values_of(folded, values, digits), names=names, weights=texts,
        measure=partial(measured, air=_AROUND_MARKS if marks else 0.0),
        direction=direction, wrap=wrap,
    )  # fmt: skip
    fills = fill_scales(folded, [values]) if scales is None else scales[1:]
    ends = _ends(folded, outputs)
    bars = output_bars(arrangement, labels, values) if folded.images else ()
    loss = _loss_mark(
        arrangement, labels, values, outputs, digits, after=[bar.box[2] for bar in bars]
    )
    heading = subtitle_of(subtitle, values, has_mark=loss is not None, digits=digits)
    content = _content(arrangement, ways, labels, [*bars, *([loss] if loss else [])])
    facts = (name.partition("\n")[2] for name in names.values())
    signs = entries(
        folded, (scale, *fills), marks, has_ends=bool(ends), answers=answers, digits=digits,
        weight=translate("weight") if in_one is None else "Δw", tiles=tiles,
    )  # fmt: skip
    written, legend, box = _around(
        content,
        keep_text(title),
        "\n".join(map(keep_text, heading.split("\n"))),
        [
            *map(keep_text, notes),
            *notes_of(folded, labels, values, marks, [*facts, *texts.values()]),
        ],
        signs,
    )
    return Diagram(
        arrangement, ways, labels, values, marks, ends, scale, *fills, matrices, loss,
        legend, written, box, title, description_of(folded, values, outputs, subtitle, digits),
        tiles, bars, None if in_one is None else frozenset(in_one),
    )  # fmt: skip


def _weight_scale(folded: Folded, matrices: Sequence[Matrix]) -> Scale:
    if folded.has_boxes:
        return _scale_of(matrices)
    weights = (connection.weight for connection in folded.connections)
    return Scale.of(weights, most_in_gap=_most_in_gap(folded))


def _scale_of(matrices: Sequence[Matrix]) -> Scale:
    return Scale.of(float(np.nanmax(np.abs(matrix))) for matrix in matrices)


def fill_scales(
    folded: Folded, moments: Iterable[SampleValues]
) -> tuple[Scale | None, Scale | None]:
    """The scales of the outputs of neurons, and of the inputs; most answers lie within 1."""
    found: dict[bool, list[float]] = {False: [], True: []}
    for values in moments:
        for circle in folded.circles:
            if circle.name in values.outputs:
                found[circle.neuron.is_input].append(values.outputs[circle.name])
        pixels = (pixel.name for image in folded.images for pixel in image.neurons)
        found[True] += [values.outputs[name] for name in pixels if name in values.outputs]
    outputs, inputs = (Scale.of([*some, 1.0]) if some else None for some in found.values())
    return outputs, inputs


def _most_in_gap(folded: Folded) -> int:
    """How many lines pass between two columns, where they are most."""
    change: Counter[int] = Counter()
    for line in folded.lines:
        ends = folded.items[line.source].column, folded.items[line.target].column
        change[min(ends)] += 1
        change[max(ends)] -= 1
    return max(itertools.accumulate(change[column] for column in sorted(change)), default=0)


def _ends(folded: Folded, outputs: Sequence[str]) -> frozenset[str]:
    """The outputs that are drawn; none where they are the last column, as one expects."""
    last = max((circle.column for circle in folded.circles), default=0)
    names = {circle.name for circle in folded.circles}
    drawn = names.intersection(outputs)
    is_plain = drawn == {circle.name for circle in folded.circles if circle.column == last}
    return frozenset() if is_plain else frozenset(drawn)


def _loss_mark(
    arrangement: Arrangement,
    labels: Labels,
    values: SampleValues,
    outputs: Sequence[str],
    digits: int,
    *,
    after: Sequence[float],
) -> LossMark | None:
    """The loss, where all outputs are drawn in the last column."""
    items = arrangement.folded.items
    last = len(arrangement.columns) - 1
    places = arrangement.by_name()
    drawn = {item.name for item in items if isinstance(item, Circle) and item.column == last}
    if values.loss is None or not outputs or not any(name in drawn for name in outputs):
        return None
    if arrangement.direction != "across":
        return None  # nothing is behind the outputs
    if any(name in places and name not in drawn for name in outputs):
        return None
    heights = [places[name][1] for name in outputs if name in drawn]
    right = max(one.box[2] for one in labels.shown if one.kind == "name")
    right = max(right, arrangement.columns[last].x + 1.0, *after)
    text = f"L = {brief(values.loss, digits)}"
    return LossMark(text, right + _LOSS_APART, min(heights) - 0.8, max(heights) + 0.8)


def _content(
    arrangement: Arrangement,
    ways: Sequence[Route],
    labels: Labels,
    beside: Sequence[LossMark | OutputBar],
) -> tuple[float, float, float, float]:
    """The box around all that is drawn."""
    points: list[Point] = [point for way in ways for point in way.points]
    for item, (x, y) in zip(arrangement.folded.items, arrangement.places, strict=True):
        across, up = item.half_width, item.half_height
        below = up + TILE_TEXT if isinstance(item, Tile | Image) else up
        points += [(x - across, y - below), (x + across, y + up)]
    for box in [one.box for one in (*labels.shown, *beside)]:
        points += [box[:2], box[2:]]
    return bounds(points, margin=0.3)  # marks and thick lines reach out a little


def _around(
    content: tuple[float, float, float, float],
    title: str,
    subtitle: str,
    notes: Sequence[str],
    signs: Sequence[Sequence[LegendEntry]],
) -> tuple[tuple[Written, ...], tuple[Placed, ...], tuple[float, float, float, float]]:
    """Title above, legend and notes below: what is written, the legend, the box around it all."""
    left, bottom, right, top = content
    width = max(right - left, _LEAST_WIDTH)
    left = (left + right - width) / 2.0
    heading = [*write("title", title, left=left, top=0.0, width=width)]
    under = -height_of(heading) - 0.1
    heading += write("subtitle", subtitle, left=left, top=under, width=width)
    upper = top + (height_of(heading) + 0.1 + _AIR if heading else 0.0)
    written = [Written(w.kind, w.text, w.x, w.y + upper, w.em) for w in heading]
    legend = flow(signs, left, bottom - _AIR, width)
    low = bottom_of(legend, bottom - _AIR)
    for note in notes:
        lines = write("note", note, left=left, top=low - 0.15, width=width)
        written += lines
        low -= height_of(lines) + 0.15
    box = (left - _MARGIN, low - _MARGIN, left + width + _MARGIN, upper + _MARGIN)
    return tuple(written), legend, box
