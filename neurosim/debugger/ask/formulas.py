"""Formulas with their numbers: lines about a neuron or a connection, from the steps of a pass."""

from collections.abc import Sequence

from neurosim.debugger.ask.description import MOST_TERMS
from neurosim.functions.activations import SOFTMAX
from neurosim.functions.numbers import short
from neurosim.interpreter.steps import (
    Aggregated,
    Backpropagated,
    DeltaComputed,
    Normalized,
    Started,
    Step,
    Summed,
    delta_name,
    leading,
    operand,
    plus,
)
from neurosim.languages import grouped, translate
from neurosim.network.connection import Connection
from neurosim.network.neuron import Neuron


def net_formula(neuron: Neuron, incoming: Sequence[Connection]) -> str:
    """The net input in letters, as in ``net = bias + w(x->h)*x``."""
    names = [f"w({c.name})*{c.source.name}" for c in incoming[:MOST_TERMS]]
    names += ["..."] * (len(incoming) > MOST_TERMS)
    if not neuron.is_plain:
        factor = "" if neuron.response == 1.0 else "response*"
        names = [f"{factor}{neuron.aggregation}({', '.join(names)})"]
    return f"net = {' + '.join([*(['bias'] if neuron.bias is not None else []), *names]) or '0'}"


def net_text(sums: Sequence[Started | Summed | Aggregated]) -> str:
    """The net input in numbers, by the steps that add it up."""
    start, *terms = sums
    if isinstance(start, Aggregated):
        return f"{start.text} = {short(start.after)}"
    numbers = "".join(plus(s.weight, s.value) for s in terms[:MOST_TERMS] if isinstance(s, Summed))
    text, z = f"{short(start.after)}{numbers}{_rest(terms)}", short(sums[-1].after)
    return text if text == z else f"{text} = {z}"


def softmax_text(step: Normalized, neuron: Neuron) -> str:
    """The output of one neuron of a softmax layer."""
    i, n = step.layer.neurons.index(neuron), len(step.after)
    call = translate("softmax of {} net inputs of {}", grouped(n), step.layer.name)
    if n <= MOST_TERMS:
        call = str(step).split(" = ")[1]
    at = translate("at {}", short(step.net_inputs[i]))
    return f"{neuron.name} = {call}, {at}, = {short(step.after[i])}"


def returned_text(steps: Sequence[Step]) -> str:
    """Steps of one kind on the way back to a neuron: the formula, then its numbers."""
    terms = [step for step in steps if isinstance(step, Backpropagated)]
    if terms:
        return f"dL/d{terms[0].connection.source.name} = {error_text(terms)}"
    step = steps[-1]
    if not isinstance(step, DeltaComputed):
        return str(step)
    name = step.neuron.name
    what, _, text = str(step).partition(" = ")
    formula = f"(dL/d{name} - the layer's mean)*{name}"
    if step.neuron.activation != SOFTMAX:
        formula = f"dL/d{name}*{step.neuron.activation}'({short(step.net_input)})"
    start = "" if step.start == 0.0 else "delta by the loss + "
    return f"{what} = {start}{formula} = {text}"


def error_text(steps: Sequence[Backpropagated]) -> str:
    """What is sent back to a neuron along its connections, in letters and in numbers."""
    first = steps[:MOST_TERMS]
    names = [f"w({s.connection.name})*{delta_name(s.connection)}" for s in first]
    names += ["..."] * (len(steps) > MOST_TERMS)
    numbers = "".join(plus(s.weight, s.delta) for s in first)
    if steps[0].start != 0.0:
        names.insert(0, short(steps[0].start))
        numbers = f"{short(steps[0].start)}{numbers}"
    else:
        numbers = leading(numbers)
    return f"{' + '.join(names)} = {numbers}{_rest(steps)} = {short(steps[-1].after)}"


def term_text(connection: Connection, weight: float, output: float | None) -> str:
    """What a connection adds to the net input of its target."""
    source, target = connection.source.name, connection.target
    whole = translate("net input") if target.is_plain else target.aggregation
    product = f"w*{source} = {_product(weight, output)}"
    return translate("{}, a term of the {} of {}", product, whole, target.name)


def error_term_text(connection: Connection, weight: float, error: float | None) -> str:
    """What a connection sends back to its source, given the error of its term."""
    name, source = delta_name(connection), connection.source.name
    product = f"w*{name} = {_product(weight, error)}"
    return translate("{}, a term of dL/d{}", product, source)


def _product(weight: float, factor: float | None) -> str:
    if factor is None:
        return f"{short(weight)}*? = not yet"
    return f"{short(weight)}*{operand(factor)} = {short(weight * factor)}"


def _rest(steps: Sequence[Started | Summed | Aggregated | Backpropagated]) -> str:
    """The terms that are not written out, as one number."""
    if len(steps) <= MOST_TERMS:
        return ""
    rest = steps[-1].after - steps[MOST_TERMS - 1].after
    words = translate("{} more terms", grouped(len(steps) - MOST_TERMS))
    return f" + ... {words} = {short(rest)} ..."
