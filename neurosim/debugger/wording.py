"""The lines that a session shows for steps: what is next, what was done, sums in one line."""

from collections.abc import Iterable, Sequence
from itertools import groupby

import numpy as np

from neurosim.functions.numbers import short
from neurosim.interpreter.steps import (
    Backpropagated,
    Started,
    Step,
    Summed,
    kind_of,
    leading,
    plus,
    subject_of,
)
from neurosim.network.network import Network
from neurosim.network.neuron import Neuron
from neurosim.training.state import TrainingState

_MOST_LINES = 24  # of the steps of a move
_MOST_STEPS = 5_000  # of which all lines are counted
_MOST_TERMS = 8  # of a sum in a line


def coming_line(step: Step) -> str:
    """The line for a step that is about to happen."""
    return f"{step} is about to be {kind_of(step).verb}"


def lines_of(steps: Iterable[Step]) -> list[str]:
    """The arithmetic of steps in lines; the terms of a sum share one."""
    lines: list[str] = []
    for (kind, _), run in groupby(steps, key=_line_of):
        found = list(run)
        if kind == "net":
            lines.append(_net(found))
        elif kind == "error":
            lines.append(_error(found))
        else:
            lines += map(str, found)
    return lines


def abridged(steps: Sequence[Step]) -> tuple[str, ...]:
    """The lines of the steps of a move; of many, the first and the last."""
    if len(steps) >= _MOST_STEPS:
        first, last = lines_of(steps[:_MOST_LINES]), lines_of(steps[-_MOST_LINES:])
        return (*first, f"... of {len(steps)} steps", *last)
    lines, half = lines_of(steps), _MOST_LINES // 2
    if len(lines) > _MOST_LINES:
        lines = [*lines[:half], f"... {len(lines) - _MOST_LINES} more lines", *lines[-half:]]
    return tuple(lines)


def divergence_of(network: Network, state: TrainingState) -> str:
    """The first number of a state that is not finite, in words."""
    bad = np.flatnonzero(~np.isfinite(state.parameters))
    if bad.size:
        name = network.parameter_names()[bad[0]]
        return f"the update before left {name} = {short(float(state.parameters[bad[0]]))}"
    if not np.isfinite(state.memory).all():
        return "the optimizer's memory holds a number that is not finite"
    return f"the loss is {short(state.partial_loss)}"


def _line_of(step: Step) -> tuple[str, object]:
    """Steps that are equal in this share a line."""
    match step:
        case Started() | Summed():
            return "net", subject_of(step)
        case Backpropagated():
            return "error", step.connection.source
    return "", None


def _net(steps: Sequence[Step]) -> str:
    first, terms = steps[0], [step for step in steps if isinstance(step, Summed)]
    neuron = subject_of(first)
    assert isinstance(neuron, Neuron)
    assert isinstance(first, Started | Summed)
    start = short(first.after if isinstance(first, Started) else first.before)
    if isinstance(first, Started) and neuron.bias is None and terms:
        start = ""  # a sum without a bias begins with its first term
    text = _sum(start, [(step.weight, step.value) for step in terms])
    return f"{neuron.name}: net = {text}" + (f" = {short(terms[-1].after)}" if terms else "")


def _error(steps: Sequence[Step]) -> str:
    terms = [step for step in steps if isinstance(step, Backpropagated)]
    name, start = terms[0].connection.source.name, terms[0].start
    text = _sum("" if start == 0.0 else short(start), [(s.weight, s.delta) for s in terms])
    return f"{name}: dL/d{name} = {text} = {short(terms[-1].after)}"


def _sum(start: str, terms: Sequence[tuple[float, float]]) -> str:
    texts = [plus(*term) for term in terms[:_MOST_TERMS]]
    if len(terms) > _MOST_TERMS + 1:
        texts = [*texts[:-1], f" + ... {len(terms) - len(texts) + 1} more terms"]
    elif len(terms) > _MOST_TERMS:
        texts.append(plus(*terms[-1]))
    return start + "".join(texts) if start else leading("".join(texts))


_MOST_OF_A_REPR = 40


def bounded(text: str) -> str:
    r"""A text as a repr: without the middle of its lines, where they are many.

    >>> bounded("\n".join("abc" * 20)).count("\n") + 1
    41
    """
    lines = text.split("\n")
    if len(lines) <= _MOST_OF_A_REPR:
        return text
    half = _MOST_OF_A_REPR // 2
    return "\n".join(
        [*lines[:half], f"... {len(lines) - _MOST_OF_A_REPR:,} more lines ...", *lines[-half:]]
    )
