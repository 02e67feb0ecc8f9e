"""Texts of a diagram: names, biases, outputs, weights, and the key to its letters."""

import math
from collections.abc import Collection, Mapping, Sequence

from neurosim.drawing.diagram.sample_values import SampleValues
from neurosim.drawing.diagram.scales import Scale
from neurosim.drawing.geometry.font import DIGITS, brief, size_of
from neurosim.drawing.geometry.items import Folded
from neurosim.drawing.geometry.measures import EM, EM_NAME, RADIUS
from neurosim.languages import translate
from neurosim.network.connection import Connection
from neurosim.network.neuron import Neuron

FROZEN = "\N{DOUBLE VERTICAL LINE}"  # what training may not change, as the mark on a line
BLANK = "______"  # a line to write on
SHARED = "\N{IDENTICAL TO}"  # before a weight that several connections share
_AIR = {"name": 0.12}  # left and right of a text
_USUAL_AIR = 0.06
_LEAST = 0.5  # of the usual size of a value's letters


def measured(text: str, kind: str, *, air: float = 0.0) -> tuple[float, float]:
    """The width and the height of a label, in radii of a neuron; ``air`` is around all but values.

    A value that is too long for its neuron is written in smaller letters, down to the half.
    """
    em = EM_NAME if kind == "name" else EM
    width, height = size_of(text)
    if kind == "value":
        fits = 2.0 * RADIUS / math.hypot(width, height)
        em = min(em, max(_LEAST * em, fits * (1.0 - 1e-9)))
        return width * em, height * em
    return width * em + 2.0 * _AIR.get(kind, _USUAL_AIR) + air, height * em + air


def values_of(folded: Folded, values: SampleValues, digits: int = DIGITS) -> dict[str, str]:
    """The output in each neuron that has one."""
    outputs = values.written
    inside = [circle for circle in folded.circles if circle.image is None]
    texts = {c.name: brief(outputs[c.name], digits) for c in inside if c.name in outputs}
    if "outputs" in values.blanks:
        texts |= {circle.name: BLANK for circle in inside if not circle.neuron.is_input}
    return texts


def names_of(
    folded: Folded,
    values: SampleValues,
    show: Collection[str],
    *,
    digits: int = DIGITS,
    in_one: Collection[str] | None = None,
) -> dict[str, str]:
    """Beside or below each neuron its label or name, a line, and what belongs to it alone.

    Where ``in_one`` is given, biases are changes, but for those of the neurons that it names.
    """
    texts, weights = {}, Scale.of(connection.weight for connection in folded.connections)
    for circle in folded.circles:
        letter = "b" if in_one is None or circle.name in in_one else "Δb"
        bias = circle.neuron.bias
        written = "" if bias is None else f"{letter} {brief(weights.heard(bias), digits)}"
        facts = _facts(circle.neuron, values, show, digits, written)
        head = circle.caption
        if circle.image is not None and circle.name in values.outputs:
            head += f" = {brief(values.written[circle.name], digits)}"  # no room in an image
        texts[circle.name] = "\n".join([head, *facts])
    return texts


def _facts(
    neuron: Neuron, values: SampleValues, show: Collection[str], digits: int, bias: str
) -> list[str]:
    facts = []
    if neuron.bias is not None and "weights" in show:
        frozen = "" if neuron.bias_trainable else f" {FROZEN}"
        facts.append(f"{bias}{frozen}")
    gradient, delta = (
        values.gradients.get(neuron.name),
        values.deltas.get(neuron.name),
    )
    if gradient is not None and gradient != delta:  # of one sample, dL/db is delta itself
        facts.append(f"g {brief(gradient, digits)}")
    if not neuron.is_input and "deltas" in values.blanks:
        facts.append(f"δ {BLANK}")
    elif neuron.bias is not None and "gradients" in values.blanks and delta is None:
        facts.append(f"g {BLANK}")
    if delta is not None:
        facts.append(f"δ {brief(delta, digits)}")
    if neuron.name in values.targets:
        facts.append(f"t = {brief(values.targets[neuron.name], digits)}")
    if neuron.name in values.reaches:
        facts.append(_reach(neuron, values.reaches[neuron.name], digits))
    return facts


def _reach(neuron: Neuron, reach: float, digits: int) -> str:
    """How far its answers go, in raw numbers: from 0, or on both sides of its offset."""
    if neuron.scaling is None:
        return f"± {brief(reach, digits)}"
    offset, factor = neuron.scaling.offset, neuron.scaling.factor
    return f"{brief(offset, digits)} ± {brief(abs(factor) * reach, digits)}"


def weights_of(
    connections: Sequence[Connection],
    gradients: Mapping[str, float],
    show: Collection[str],
    scale: Scale,
    *,
    digits: int = DIGITS,
    in_one: Collection[str] | None = None,
    blanks: Collection[str] = (),
) -> dict[str, str]:
    """Beside each line its weight, its gradient below, as far as they are asked for.

    The strongest connections come first. Where ``in_one`` is given, weights are changes, but for
    those of the connections that it names.
    """
    texts = {}
    for connection in sorted(connections, key=lambda one: -abs(one.weight)):
        shared = "" if connection.parameter is connection else f"{SHARED} "
        letter = "" if in_one is None else "w " if connection.name in in_one else "Δw "
        number = brief(scale.heard(connection.weight), digits)
        lines = [f"{shared}{letter}{number}"] if "weights" in show else []
        if connection.name in gradients:
            lines.append(f"g {brief(gradients[connection.name], digits)}")
        elif "gradients" in blanks:
            lines.append(f"g {BLANK}")
        if lines:
            texts[connection.name] = "\n".join(lines)
    return texts


def key_to(texts: Collection[str], values: SampleValues) -> str:
    """What the single letters in these texts stand for; empty where there are none."""
    used = {word for text in texts for line in text.split("\n") for word in line.split()[:-1]}
    meanings = {
        "w": "weight",
        "Δw": "by how much a weight grew",
        "b": "bias",
        "Δb": "by how much a bias grew",
        "g": "gradient, dL/dw" if values.deltas else "gradient, dL/dw or dL/db",
        "δ": "delta, dL/dz and dL/db" if values.gradients else "delta, dL/dz",
        "t": "target",
        SHARED: "shared weight",
    }
    said = [
        f"{letter}: {translate(meaning)}" for letter, meaning in meanings.items() if letter in used
    ]
    if values.loss is not None:
        name = f" ({values.loss_name})" if values.loss_name else ""
        said.append(f"L: {translate('loss')}{name}")
    return "; ".join(said)
