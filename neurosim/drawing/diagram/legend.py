"""The legend, title and notes of a diagram, and their positions."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from neurosim.drawing.diagram.marks import Marks, reason_in_words
from neurosim.drawing.diagram.scales import Scale, samples
from neurosim.drawing.geometry.font import DIGITS, LINE_HEIGHT, brief, width_of, wrapped
from neurosim.drawing.geometry.items import Folded
from neurosim.languages import translate

EM_NOTE = 0.42  # radii of a neuron
EMS = {"title": 0.66, "subtitle": 0.46, "note": EM_NOTE}
_BOLD = 1.12  # how much wider bold letters are, at most
BAR, STROKE, SIGN = 2.6, 1.3, 0.8  # how wide the symbols are
_NEAR = 0.25  # from a symbol to its text
_BETWEEN = 0.9  # from one entry to the next
_INSIDE = 0.45  # from one entry of a group to the next
_ROW = 0.95  # from one row to the next

# the symbols: bars of colours, strokes, and small signs
_WIDTHS = {
    **dict.fromkeys(("weights", "outputs", "inputs", "matrix", "map", "tile"), BAR),
    **dict.fromkeys(("frozen", "marked", "sign", "width"), STROKE),
    **dict.fromkeys(("glyph", "end"), SIGN),
}


Scales = tuple[Scale, Scale | None, Scale | None]  # of weights, outputs and inputs


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """A symbol with words before and behind it.

    Attributes:
        kind: ``weights``, ``outputs``, ``inputs``, ``matrix``, ``map``, ``tile`` (bars of colours),
            ``sign`` or ``width`` (a line as one of this weight), ``glyph`` (of this activation),
            ``end`` (an output), ``frozen`` or ``marked``.
        before: the words before the symbol.
        after: the words behind it.
        value: the weight of a line.
        activation: that of a glyph.
        mark: the kind of a mark, a key of `neurosim.drawing.diagram.marks.LOOKS`.
    """

    kind: str
    before: str = ""
    after: str = ""
    value: float = 0.0
    activation: str = ""
    mark: str = ""

    @property
    def symbol_width(self) -> float:
        """How wide the symbol is."""
        return _WIDTHS[self.kind]

    @property
    def width(self) -> float:
        """How wide it is in all."""
        return self.symbol_x + self.symbol_width + _space(self.after)

    @property
    def symbol_x(self) -> float:
        """Where the symbol begins."""
        return _space(self.before)


def _space(words: str) -> float:
    return width_of(words) * EM_NOTE + _NEAR if words else 0.0


@dataclass(frozen=True, slots=True)
class Placed:
    """An entry in its place: its left end, and the middle of its height."""

    entry: LegendEntry
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Written:
    """A line of text: its left end, and the middle of its height.

    Attributes:
        kind: ``title``, ``subtitle`` or ``note``.
        em: the height of its font, in radii of a neuron.
    """

    kind: str
    text: str
    x: float
    y: float
    em: float


def entries(
    folded: Folded, scales: Scales, marks: Marks, *,
    has_ends: bool = False, answers: LegendEntry | None = None, digits: int = DIGITS,
    weight: str = "weight", tiles: Scale | None = None,
) -> tuple[tuple[LegendEntry, ...], ...]:  # fmt: skip
    """The entries of a drawing's legend, in groups that stay on one row each.

    ``weight`` is what lines show; ``answers`` explains what neurons show instead of an output and
    the curve of an activation.
    """
    single = list(_of_scales(folded, scales, digits, weight))
    if tiles is not None and tiles.largest:
        ends = brief(-tiles.largest, digits), brief(tiles.largest, digits)
        single.insert(
            0, LegendEntry("tile", f"{translate('weights of an image')} {ends[0]}", ends[1])
        )
    if answers is not None:
        single.append(answers)
    after = list(_of_activations(folded)) if answers is None else []
    if has_ends:
        after.append(LegendEntry("end", after=translate("an output of the network")))
    after += _of_marks(folded, marks)
    groups = tuple(_of_signs(folded, scales[0])), tuple(_of_widths(folded, scales[0]))
    return *((entry,) for entry in single), *groups, *((entry,) for entry in after)


def _of_scales(folded: Folded, scales: Scales, digits: int, weight: str) -> Iterator[LegendEntry]:
    """The scales of colours; that of inputs only where it is another than that of outputs."""
    weights, outputs, inputs = scales
    kind = "matrix" if folded.has_boxes else "weights"
    drawn = [circle.neuron for circle in folded.circles]
    drawn += [pixel for image in folded.images for pixel in image.neurons]
    is_scaled = any(neuron.scaling for neuron in drawn if neuron.is_input)
    entries = (
        (kind, weight, weights if folded.lines else None),
        (
            "inputs",
            translate("scaled input" if is_scaled else "input"),
            None if inputs == outputs else inputs,
        ),
        ("outputs", translate("output"), outputs),
    )
    for kind, word, scale in entries:
        if scale is not None and scale.largest:
            yield LegendEntry(
                kind, f"{word} {brief(-scale.largest, digits)}", brief(scale.largest, digits)
            )


def _of_signs(folded: Folded, scale: Scale) -> Iterator[LegendEntry]:
    for sign, words in ((1.0, "above 0"), (-1.0, "below 0")):
        if any(sign * scale.heard(connection.weight) > 0.0 for connection in folded.connections):
            yield LegendEntry("sign", after=translate(words), value=sign * scale.largest / 2.0)


def _of_widths(folded: Folded, scale: Scale) -> Iterator[LegendEntry]:
    if not folded.has_boxes and folded.lines:
        for number, value in enumerate(samples(scale.largest)):
            yield LegendEntry("width", "" if number else translate("size"), brief(value), value)


def _of_activations(folded: Folded) -> Iterator[LegendEntry]:
    """Each activation that is drawn; a box names its own."""
    names = (c.neuron.activation for c in folded.circles if not c.neuron.is_input)
    for name in dict.fromkeys(names):
        yield LegendEntry("glyph", after=name, activation=name)


def _of_marks(folded: Folded, marks: Marks) -> Iterator[LegendEntry]:
    frozen = any(not connection.trainable for connection in folded.connections)
    biases = any(not c.neuron.bias_trainable and not c.neuron.is_input for c in folded.circles)
    if frozen or biases:
        yield LegendEntry("frozen", after=translate("frozen: training leaves it"))
    if marks:
        for kind, reason in marks.reasons().items():
            yield LegendEntry("marked", after=reason_in_words(reason), mark=kind)


def flow(
    groups: Iterable[Sequence[LegendEntry]], left: float, top: float, width: float
) -> tuple[Placed, ...]:
    """Put groups of entries into rows of this width, from the top down."""
    placed, x, y = [], left, top - _ROW / 2.0
    for group in groups:
        own = sum(entry.width + _INSIDE for entry in group) - _INSIDE
        if x > left and x + own > left + width:
            x, y = left, y - _ROW
        for entry in group:
            placed.append(Placed(entry, x, y))
            x += entry.width + _INSIDE
        x += (_BETWEEN - _INSIDE) if group else 0.0
    return tuple(placed)


def bottom_of(placed: Iterable[Placed], top: float) -> float:
    """Where rows of a legend end."""
    return min((one.y - _ROW / 2.0 for one in placed), default=top)


def write(kind: str, text: str, *, left: float, top: float, width: float) -> tuple[Written, ...]:
    """Write a text in lines of this width, from the top down; none where it is empty."""
    em = EMS[kind]
    height = LINE_HEIGHT * em
    return tuple(
        Written(kind, line, left, top - height * (number + 0.5), em)
        for number, line in enumerate(wrapped(text, width / em / _BOLD) if text else ())
    )


def height_of(written: Sequence[Written]) -> float:
    """How high lines of text are together."""
    return sum(LINE_HEIGHT * line.em for line in written)
