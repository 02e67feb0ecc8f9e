"""A page that is played with: inputs, weights and biases can be dragged, and the passes follow.

What computes is the module that the compiler prints of this network; what is said of it are the
engine's own texts, for any numbers (see `formulas`).
"""

import re
from functools import partial
from itertools import chain
from typing import Any

from neurosim.compiler.compile import compile_network
from neurosim.compiler.javascript.module import as_value
from neurosim.errors import InvalidValueError
from neurosim.functions.numbers import Matrix
from neurosim.interpreter.backward import backward_steps, input_steps, measure_steps
from neurosim.interpreter.forward import forward_steps
from neurosim.interpreter.steps import Step
from neurosim.interpreter.visits import schedule_of
from neurosim.page.contents import names_in, runs_in, steps_and_lines, things_of
from neurosim.page.formulas import any_texts
from neurosim.page.path_texts import path_document
from neurosim.page.patterns import Pattern
from neurosim.page.sources import PassSource, PassSources
from neurosim.page.units import UnitTable, sample_lines
from neurosim.training.task import Task

MOST_PLAYED = 5_000  # connections; of more, a pass does not follow a pointer
_MARGIN = 0.25  # of the span of an input's values, on each side: how far it can be dragged
_LEAST_REACH = 2.0  # of a weight or bias, to either side


def played_script(task: Task) -> str:
    """The network's own passes as a script that defines ``playedNetwork``.

    Raises:
        InvalidValueError: JavaScript cannot compute them, the rows have weights, or there are too
            many connections to follow a pointer.
    """
    n = len(task.network.connections)
    if n > MOST_PLAYED:
        raise InvalidValueError(
            f"page: to be played with, got {n:,} connections; expected at most {MOST_PLAYED:,}"
        )
    if task.has_factors:
        raise InvalidValueError(
            "page: to be played with, got terms of the loss that have factors (weights of rows,"
            " classes or heads, or targets that are missing); expected a plain loss"
        )
    module = compile_network(task.network).standalone_module(task.objective)
    return f"const playedNetwork = {_harmless(as_value(module))};"


def _harmless(script: str) -> str:
    """A script that ends no element and begins no comment of HTML, whatever its names are."""
    return re.sub(r"<(?=[/!])", r"\\x3c", script)


def to_play(task: Task, parameters: Matrix) -> dict[str, Any]:
    """What a page must know to be played with; ``parameters``: those of epochs, (n, n_params)."""
    network, pool = task.network, dict[Pattern, int]()
    things = things_of(network)
    table, sources = pass_table(task, 0)
    n_own = len(table.steps) - sum(len(network.outgoing(neuron)) for neuron in network.inputs)
    texts = list(any_texts(table, sources))
    return {
        "unit": {
            **steps_and_lines(table, things, network, n_own),
            "paths": path_document(network, table, names_in(things), pool),
            "texts": [
                {
                    "numbers": runs_in(text.columns),
                    "when": text.conditions,
                    "patterns": [pool.setdefault(p, len(pool)) for p in text.patterns],
                }
                for text in texts
            ],
        },
        "sources": sources,
        "patterns": [list(pattern) for pattern in pool],
        "spans": _spans(task.X),
        "reach": max(_LEAST_REACH, 1.5 * float(abs(parameters).max(initial=0.0))),
    }


def pass_table(task: Task, row: int) -> tuple[UnitTable, list[PassSource]]:
    """The steps of a row, without noise, as a table, and the source of each of its numbers."""
    steps, table = list(_pass_steps(task, row)), UnitTable()
    table.add(steps, partial(sample_lines, task.network))
    return table, PassSources.of(task.network, steps).found


def _pass_steps(task: Task, row: int) -> "chain[Step]":
    """Forward, the loss, backward to the inputs."""
    network, schedule = task.network, schedule_of(task.network)
    target = task.inner.T[row].tolist()
    return chain(
        forward_steps(schedule, task.X[row].tolist()),
        measure_steps(network, schedule, target, task.objective),
        backward_steps(schedule, target, task.objective, 0),
        input_steps(network, network.inputs),
    )


def _spans(X: Matrix) -> list[list[float]]:
    """How far each input can be dragged."""
    found = []
    for low, high in zip(X.min(axis=0).tolist(), X.max(axis=0).tolist(), strict=True):
        margin = _MARGIN * (high - low) or 1.0
        found.append([low - margin, high + margin])
    return found
