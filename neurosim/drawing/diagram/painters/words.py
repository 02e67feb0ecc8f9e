"""The painter of texts: labels, the loss, title, legend, notes."""

from collections.abc import Mapping
from typing import Any

from neurosim.drawing.diagram.canvas import LINES, SIGNS, TEXTS, Canvas, element_id
from neurosim.drawing.diagram.legend import EM_NOTE, LegendEntry, Placed
from neurosim.drawing.diagram.marks import LOOKS
from neurosim.drawing.diagram.painters.lines import bars
from neurosim.drawing.diagram.painters.neurons import END_EDGE, curve
from neurosim.drawing.diagram.scales import Scale
from neurosim.drawing.geometry.font import LINE_HEIGHT, size_of
from neurosim.drawing.geometry.items import Circle
from neurosim.drawing.geometry.labels import Label
from neurosim.drawing.geometry.layout import Point
from neurosim.drawing.geometry.measures import EM, EM_NAME
from neurosim.drawing.page.themes import ink_on

_CORNER = 0.3  # of the bracket of the loss
_BRACKET = 0.07
_BAR_HALF = 0.17  # half the height of a bar of colours
_END = 0.3  # the radius of the sign for an output
_STEPS = 257  # of colour in it
_UNDER = 0.85  # how much of a line the ground under its weight hides
_EMS = {"value": EM, "more": EM, "name": EM_NAME, "weight": EM}


def paint_texts(canvas: Canvas) -> None:
    """Write all texts, and paint the legend."""
    places = {item.name: at for item, at in canvas.placed() if isinstance(item, Circle)}
    for label in canvas.diagram.labels.shown:
        _write_label(canvas, label, places)
    _paint_loss(canvas)
    for number, line in enumerate(canvas.diagram.written):
        colour = canvas.theme.text if line.kind == "title" else canvas.theme.muted
        weight = "bold" if line.kind == "title" else "normal"
        canvas.write(line.x, line.y, line.text, line.em, color=colour, fontweight=weight,
                     ha="left", gid=f"{line.kind}-{number}")  # fmt: skip
    for placed in canvas.diagram.legend:
        _paint_entry(canvas, placed)


# --- labels


def _write_label(canvas: Canvas, label: Label, places: Mapping[str, Point]) -> None:
    options: dict[str, Any] = {"gid": element_id(label.kind, *label.of.split("->"))}
    x, em = label.x, _EMS[label.kind]
    match label.kind:
        case "value":
            em = label.height / LINE_HEIGHT
            options["color"] = ink_on(canvas.fill_of(label.of))
        case "name":
            x, options["ha"] = side_of(label, places[label.of][0])
            options["multialignment"] = options["ha"]
            is_marked = label.of in canvas.diagram.marks.neurons
            options["fontweight"] = "bold" if is_marked else "normal"
            if options["ha"] == "center":
                options["bbox"] = _ground(canvas)
        case "weight":
            is_marked = label.of in canvas.diagram.marks.connections
            options["fontweight"] = "bold" if is_marked else "normal"
            options["bbox"] = _ground(canvas)
    canvas.write(x, label.y, label.text, em, **options)


def side_of(label: Label, x: float) -> tuple[float, str]:
    """Where a name begins or ends: beside its neuron, whichever font is at hand."""
    half = size_of(label.text)[0] * EM_NAME / 2.0
    if label.x > x:
        return label.x - half, "left"
    return (label.x + half, "right") if label.x < x else (label.x, "center")


def _ground(canvas: Canvas) -> dict[str, Any]:
    """What hides a line below a text on it."""
    colour = canvas.theme.background
    return {"facecolor": colour, "edgecolor": "none", "alpha": _UNDER, "boxstyle": "square,pad=0.1"}


def _paint_loss(canvas: Canvas) -> None:
    mark = canvas.diagram.loss
    if mark is None:
        return
    x, inner = mark.x, mark.x + _CORNER
    bracket = [(x, mark.low), (inner, mark.low), (inner, mark.high), (x, mark.high)]
    canvas.lines([bracket], _BRACKET, colors=canvas.theme.muted, zorder=LINES)
    canvas.write(inner + _CORNER, (mark.low + mark.high) / 2.0, mark.text, EM_NAME, ha="left",
                 fontweight="bold", gid="loss")  # fmt: skip


# --- the legend


def _paint_entry(canvas: Canvas, placed: Placed) -> None:
    entry, x, y = placed.entry, placed.x, placed.y
    left = x + entry.symbol_x
    right = left + entry.symbol_width
    if entry.before:
        canvas.write(x, y, entry.before, EM_NOTE, ha="left")
    if entry.after:
        end = x + entry.width
        canvas.write(end, y, entry.after, EM_NOTE, ha="right")
    match entry.kind:
        case "weights" | "outputs" | "inputs" | "matrix" | "map" | "tile":
            _paint_bar(canvas, entry.kind, left, right, y)
        case "sign" | "width":
            _paint_stroke(canvas, entry, left, right, y)
        case "glyph":
            middle = ((left + right) / 2.0, y)
            points = curve(entry.activation, middle, 0.4, 0.24)
            canvas.lines([points], 0.07, colors=canvas.theme.text, zorder=SIGNS)
        case "end":
            _paint_end(canvas, (left + right) / 2.0, y)
        case "frozen":
            segment = [(left, y), (right, y)]
            canvas.lines([segment], 0.1, colors=canvas.theme.muted, zorder=LINES)
            canvas.lines(bars((right, y), (1.0, 0.0)), 0.09, colors=canvas.theme.foreground,
                         zorder=SIGNS)  # fmt: skip
        case "marked":
            segment, look = [(left, y), (right, y)], LOOKS[entry.mark]
            canvas.lines([segment], 0.5, colors=getattr(canvas.theme, look.colour), zorder=LINES,
                         linestyles=[look.style(0.5)], gid=f"key-{entry.mark}")  # fmt: skip
            for width, colour in ((0.26, "background"), (0.08, "foreground")):
                canvas.lines([segment], width, colors=getattr(canvas.theme, colour), zorder=LINES)


def _paint_end(canvas: Canvas, x: float, y: float) -> None:
    from matplotlib.patches import Circle as Disc

    look: dict[str, Any] = {"facecolor": canvas.theme.background, "zorder": LINES}
    look |= {"edgecolor": canvas.theme.foreground, "linewidth": END_EDGE * canvas.unit}
    canvas.ax.add_artist(Disc((x, y), _END, **look))


def _paint_bar(canvas: Canvas, kind: str, left: float, right: float, y: float) -> None:
    """The colours from the most negative number to the most positive."""
    diagram = canvas.diagram
    scales = {
        "outputs": diagram.outputs,
        "inputs": diagram.inputs,
        "map": Scale(1.0),
        "tile": diagram.tiles,
    }
    scale = scales.get(kind) or diagram.weights
    place = {
        "weights": scale.hue,
        "outputs": scale.fill,
        "inputs": scale.fill,
        "map": scale.fill,
    }.get(kind, _whole(scale.largest))
    numbers = [scale.largest * (2.0 * i / (_STEPS - 1) - 1.0) for i in range(_STEPS)]
    canvas.ax.imshow(
        [[place(number) for number in numbers]], cmap=canvas.map, vmin=0.0, vmax=1.0,
        extent=(left, right, y - _BAR_HALF, y + _BAR_HALF), interpolation="nearest", zorder=LINES,
        gid=f"scale-{kind}",
    )  # fmt: skip
    middle = (left + right) / 2.0
    tick = [(middle, y - _BAR_HALF), (middle, y + _BAR_HALF)]
    canvas.lines([tick], 0.05, colors=canvas.theme.foreground, zorder=TEXTS)


def _whole(largest: float) -> Any:
    return lambda value: 0.5 + value / largest / 2.0


def _paint_stroke(canvas: Canvas, entry: LegendEntry, left: float, right: float, y: float) -> None:
    """A line as one with this weight is drawn; where only its width counts, without a sign."""
    scale = canvas.diagram.weights
    width = scale.width(entry.value)
    is_sign = entry.kind == "sign"
    canvas.lines(
        [[(left, y), (right, y)]], width,
        colors=[canvas.line_colour(entry.value) if is_sign else canvas.theme.foreground],
        linestyles=[scale.style(entry.value)] if is_sign else "solid", zorder=LINES,
    )  # fmt: skip
