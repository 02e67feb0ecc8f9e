"""Weights and biases by name, and their updates written out."""

import numpy as np

from neurosim.functions.arithmetic import ArithmeticLine, arithmetic
from neurosim.functions.numbers import short
from neurosim.functions.optimizers import Memory
from neurosim.interpreter.steps import Updated, operand
from neurosim.network.connection import Connection
from neurosim.network.network import Network
from neurosim.network.neuron import Neuron
from neurosim.network.parameter import Parameter
from neurosim.training.task import Task


def find_named(network: Network, name: str) -> Connection | Neuron:
    """The connection ``x1->h1``, or the neuron of ``h1`` or ``h1.bias``.

    A shared weight ``a->b = c->d`` is found by the first of its connections.
    """
    source, arrow, target = name.partition(" = ")[0].partition("->")
    if arrow:
        return network[source.strip(), target.strip()]
    return network[name.strip().removesuffix(".bias")]


def written_out(
    parameter: Parameter,
    task: Task,
    *,
    before: float,
    total: float,
    memory: Memory,
    count: int,
    rate: float,
    rows: int,
) -> tuple[list[str], float]:
    """The lines of one parameter's update, and what it comes to.

    Args:
        parameter: the weight or bias.
        task: has the rule and the reduction.
        before: the parameter before it.
        total: the gradient, summed over the batch.
        memory: what the rule remembers of it.
        count: the number of this update, from 1.
        rate: the learning rate of this update.
        rows: the number of samples in the batch.
    """
    rule, divisor = task.optimizer, task.divisor(rows)
    extra = 0.0
    if task.penalty is not None and parameter.kind == "w":
        extra = task.penalty.gradient(before, rows)
    g = total / divisor + extra
    after, kept = rule.scalar(before, g, memory, count, rate)
    lines = arithmetic(rule, before, g, memory=memory, count=count, rate=rate)
    if [line.formula for line in lines] == ["{w} - {rate}*{g}"]:
        step = Updated(
            parameter, before, rule.name, rate, total, divisor, extra, np.empty((0, 0)), 0,
            memory, kept, after,
        )  # fmt: skip
        return [str(step)], after
    texts = []
    if divisor != 1 or extra != 0.0:
        share = f"{short(total)}/{divisor}" if divisor != 1 else short(total)
        penalty = f" + {operand(extra)} (penalty)" if extra != 0.0 else ""
        texts.append(f"g = {share}{penalty} = {short(g)}")
    texts += [_line_text(line, parameter.symbol) for line in lines]
    return texts, after


def _line_text(line: ArithmeticLine, name: str) -> str:
    numbers = {key: operand(value) for key, value in line.numbers.items()}
    numbers["w"] = short(line.numbers["w"])  # it always leads
    what = name if line.what == "w" else line.what
    return f"{what} = {line.formula.format(**numbers)} = {short(line.value)}"
