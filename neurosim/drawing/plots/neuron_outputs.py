"""Outputs of every neuron for many samples, by layer and by name."""

from typing import Any

from neurosim.compiler.compile import compile_network
from neurosim.functions.numbers import Matrix
from neurosim.network.network import Network
from neurosim.network.neuron import Neuron


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
    values = compile_network(network).activations(X)
    return {neuron.name: values[neuron.name] for neuron in network.neurons}


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
    """As the layer has them: its neurons may be on several levels."""
    layer = neurons[0].layer
    return tuple(neurons) if layer is None else layer.neurons
