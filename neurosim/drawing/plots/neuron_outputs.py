"""Outputs of every neuron for many samples, by layer and by name."""

from typing import Any

import numpy as np

from neurosim.compiler.compile import require_rows
from neurosim.compiler.planning import plan_of
from neurosim.compiler.training_programs import values_program
from neurosim.functions.numbers import Matrix
from neurosim.network.network import Network
from neurosim.network.neuron import Neuron
from neurosim.training.task import require_network

_CHUNK = 4096  # samples at once: a bound on memory


def neuron_outputs(network: Network, X: Any) -> dict[str, Matrix]:
    """The outputs of every neuron, inputs included, (B,) each; in the network's order.

    The objects are not touched.

    Args:
        network: what is asked.
        X: samples, (B, n_in).

    Raises:
        ShapeError: X has another shape, or no rows.
        GraphError: the network has no outputs.
    """
    rows = require_rows(X, len(require_network(network, "network").inputs))
    plan = plan_of(network)
    _, compute = values_program(plan)
    slots = plan.to_slots(network.parameters())
    parts = []
    with np.errstate(all="ignore"):
        for first in range(0, len(rows), _CHUNK):
            _, outputs = compute(slots, rows[first : first + _CHUNK])
            parts.append(np.array(outputs))
    values = np.concatenate(parts, axis=1)
    row = {name: number for number, name in enumerate(plan.names_of_rows)}
    return {neuron.name: values[row[neuron.name]] for neuron in network.neurons}


def layers_of(network: Network) -> dict[str, tuple[Neuron, ...]]:
    """The neurons by the name of their layer; those in no layer by their level, ``level 2``.

    In the order of their levels, and of their making.
    """
    groups: dict[str, list[Neuron]] = {}
    levels = [network.inputs, *(_computed(level) for level in network.generations())]
    for number, level in enumerate(levels):
        for neuron in level:
            loose = "inputs" if neuron.is_input else f"level {number - 1}"
            name = loose if neuron.layer is None else neuron.layer.name
            groups.setdefault(name, []).append(neuron)
    return {name: _in_order(neurons) for name, neurons in groups.items()}


def _computed(level: tuple[Neuron, ...]) -> list[Neuron]:
    return [neuron for neuron in level if not neuron.is_input]


def _in_order(neurons: list[Neuron]) -> tuple[Neuron, ...]:
    """As the layer has them: its neurons may stand on several levels."""
    layer = neurons[0].layer
    return tuple(neurons) if layer is None else layer.neurons
