"""The document of a live page: what does not change while its session moves."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from neurosim.debugger.session import Session
from neurosim.debugger.stops.breakpoints import CATCHES
from neurosim.drawing.diagram.scales import LEAST_HUE, MOST_FILL, MOST_HUE, THICK, THIN, Scale
from neurosim.drawing.page.themes import DARK, LIGHT
from neurosim.functions.numbers import Matrix
from neurosim.interpreter.steps import PHASES
from neurosim.network.network import Network
from neurosim.page.contents import connection_facts, neuron_facts, things_of
from neurosim.page.lesson import colours_of
from neurosim.page.picture import diagrams_of
from neurosim.page.units import heads_of
from neurosim.training.task import Task

MOST_ROWS = 200  # of the table


def document_of(session: Session) -> dict[str, Any]:
    """What a page is to know of a session, as JSON has it."""
    return {
        **task_document(session.task, session.n_epochs),
        "n_batches": session.task.n_batches,
        "phases": PHASES,
        "catches": {name: says for name, (says, _) in CATCHES.items()},
    }


def task_document(task: Task, n_epochs: int) -> dict[str, Any]:
    """What a page is to know of a training: its network, its rows."""
    return {
        **network_document(task.network, tuple(task.X[0].tolist())),
        **_rows(task),
        "n_epochs": n_epochs,
        "batch_size": task.batch_size,
        "scales": scales_of(task.network, float(np.abs(task.inner.X).max())),
    }


def network_document(network: Network, sample: tuple[float, ...] | None = None) -> dict[str, Any]:
    """What a page is to know of a network; its places are those of a picture of ``sample``."""
    things = things_of(network)
    parameters = network.parameter_list()
    at = {parameter: i for i, parameter in enumerate(parameters)}
    return {
        "title": network.title,
        "neurons": [neuron_facts(network, neuron, at) for neuron in network.neurons],
        "connections": [connection_facts(network, c, things, at) for c in network.connections],
        "layers": [layer.name for layer in network.layers],
        "inputs": [things[neuron] for neuron in network.inputs],
        "outputs": [things[neuron] for neuron in network.outputs],
        "parameters": [parameter.symbol for parameter in parameters],
        "loss_head": heads_of(network, network),
        "themes": {"light": colours_of(LIGHT), "dark": colours_of(DARK)},
        "diagrams": diagrams_of(network, sample),
    }


def _rows(task: Task) -> dict[str, Any]:
    return {
        "n_rows": task.n_rows,
        "X": plain(task.X[:MOST_ROWS]),
        "T": plain(task.T[:MOST_ROWS]),
    }


def scales_of(network: Network, largest_input: float) -> Mapping[str, float]:
    """What colours and widths are relative to."""
    share = Scale.of([1.0], most_in_gap=len(network.connections)).share
    return {
        "outputs": 1.0, "inputs": max(1.0, largest_input), "share": share,
        "least_hue": LEAST_HUE, "most_hue": MOST_HUE, "most_fill": MOST_FILL,
        "thin": THIN, "thick": THICK,
    }  # fmt: skip


def plain(numbers: Matrix) -> list[Any]:
    """Numbers as JSON has them: what is not finite is a text.

    >>> plain(np.array([1.0, np.nan, -np.inf]))
    [1.0, 'nan', '-inf']
    """
    if np.isfinite(numbers).all():
        found: list[Any] = numbers.tolist()
        return found
    return [plain(x) if x.ndim else _plain(float(x)) for x in numbers]


def plain_number(number: float | None) -> float | str | None:
    """A number as JSON has it; None where there is none."""
    return None if number is None else _plain(number)


def _plain(number: float) -> float | str:
    return number if np.isfinite(number) else str(number)
