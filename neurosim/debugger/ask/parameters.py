"""Weights and biases by name, and their updates written out."""

from neurosim.functions.arithmetic import ArithmeticLine, arithmetic
from neurosim.functions.numbers import short
from neurosim.functions.optimizers import Optimizer
from neurosim.interpreter.steps import Updated, operand
from neurosim.network.connection import Connection
from neurosim.network.network import Network
from neurosim.network.neuron import Neuron
from neurosim.network.parameter import FunctionParameter


def find_named(network: Network, name: str) -> Connection | Neuron | FunctionParameter:
    """The connection ``x1->h1``, the neuron of ``h1`` or ``h1.bias``, or ``h1.slope``.

    A shared weight ``a->b = c->d`` is found by the first of its connections.
    """
    source, arrow, target = name.partition(" = ")[0].partition("->")
    if arrow:
        return network[source.strip(), target.strip()]
    for parameter in network.function_parameters:
        if name.strip() == parameter.name:
            return parameter
    return network[name.strip().removesuffix(".bias")]


def written_out(step: Updated, rule: Optimizer, *, count: int) -> list[str]:
    """The lines of one parameter's update, which was the one of this number, from 1."""
    lines = arithmetic(
        rule, step.before, step.slope, memory=step.memory_before, count=count, rate=step.rate
    )
    if [line.formula for line in lines] == ["{w} - {rate}*{g}"]:
        return [str(step)]
    texts = []
    if step.rows != 1 or step.penalty != 0.0 or step.slope != step.gradient:
        texts.append(f"g = {_slope_text(step)} = {short(step.slope)}")
    symbol, moved = step.parameter.symbol, lines[-1].value
    texts += [_line_text(line, symbol) for line in lines]
    if step.adjusted is not None and step.adjusted.decay != 0.0:
        before, moved = moved, moved - step.adjusted.decay
        lost = operand(step.adjusted.decay)
        texts.append(f"{symbol} = {short(before)} - {lost} (weight decay) = {short(moved)}")
    if step.adjusted is not None and step.adjusted.projection != 1.0:
        factor = short(step.adjusted.projection)
        texts.append(f"{symbol} = {factor}*{operand(moved)} (max-norm) = {short(step.after)}")
    return texts


def _slope_text(step: Updated) -> str:
    """The gradient, with what was done to it in words."""
    text = f"{short(step.gradient)}/{step.rows}" if step.rows != 1 else short(step.gradient)
    if step.penalty != 0.0:
        text = f"{text} + {operand(step.penalty)} (penalty)"
    if step.adjusted is None:
        return text
    if step.adjusted.clip != 1.0:
        inner = text if text == short(step.gradient) else f"({text})"
        return f"{short(step.adjusted.clip)}*{inner} (clipped by the norm)"
    return f"{text}, clipped," if step.slope != step.gradient / step.rows + step.penalty else text


def _line_text(line: ArithmeticLine, name: str) -> str:
    numbers = {key: operand(value) for key, value in line.numbers.items()}
    numbers["w"] = short(line.numbers["w"])  # it always leads
    what = name if line.what == "w" else line.what
    return f"{what} = {line.formula.format(**numbers)} = {short(line.value)}"
