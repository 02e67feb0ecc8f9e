"""What an SVG says of a neuron or a connection while the pointer is on it: its numbers."""

from neurosim.drawing.diagram.diagram import Diagram
from neurosim.drawing.geometry.font import brief
from neurosim.drawing.geometry.items import Circle
from neurosim.languages import translate
from neurosim.network.connection import Connection

DIGITS_HOVERED = 6


def title_of_connection(diagram: Diagram, connection: Connection) -> str:
    """Its weight, as in ``w(a->h1) = 0.44065``, and its gradient where there is one."""
    name, gradients = connection.name, diagram.values.gradients
    facts = [f"{_letter(diagram, name, 'w')}({name}) = {_number(connection.weight)}"]
    if name in gradients:
        facts.append(f"dL/dw = {_number(gradients[name])}")
    return ", ".join(facts)


def title_of_neuron(diagram: Diagram, circle: Circle) -> str:
    """Its activation, its bias, and what the sample makes of it."""
    neuron, values = circle.neuron, diagram.values
    kind = translate("input") if neuron.is_input else neuron.activation
    facts = {
        _letter(diagram, circle.name, "b"): neuron.bias,
        translate("output"): values.written.get(circle.name),
        "delta": values.deltas.get(circle.name),
        translate("target"): values.targets.get(circle.name),
    }
    numbers = [f"{word} = {_number(n)}" for word, n in facts.items() if n is not None]
    return f"{neuron.name} ({kind}): {', '.join(numbers)}".removesuffix(": ")


def _letter(diagram: Diagram, name: str, letter: str) -> str:
    is_change = diagram.in_one is not None and name not in diagram.in_one
    return f"\N{GREEK CAPITAL LETTER DELTA}{letter}" if is_change else letter


def _number(value: float) -> str:
    return brief(value, DIGITS_HOVERED)
