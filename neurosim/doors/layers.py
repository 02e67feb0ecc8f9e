"""Layered networks as matrices: a weight matrix, biases and an activation for each layer.

What other systems call a multilayer perceptron, or a sequence of dense layers.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from neurosim.errors import GraphError
from neurosim.functions.numbers import Matrix
from neurosim.network.layer import Layer
from neurosim.network.network import Network


class DenseLayer(NamedTuple):
    """The weights into a layer, (n_sources, n_targets), its biases, (n_targets,), or None."""

    weights: Matrix
    biases: Matrix | None
    activation: Any


def layer_names(n_hidden: int) -> list[str]:
    """The names of the layers of a network: x, h1 and so on, y; a single hidden one is h.

    >>> layer_names(1), layer_names(2)
    (['x', 'h', 'y'], ['x', 'h1', 'h2', 'y'])
    """
    hidden = ["h"] if n_hidden == 1 else [f"h{number}" for number in range(1, n_hidden + 1)]
    return ["x", *hidden, "y"]


def network_of_sizes(
    sizes: Sequence[int], activations: Sequence[Any], *, seed: int = 0, title: str = "network"
) -> Network:
    """A fully connected network with weights drawn from the seed, and biases 0.

    >>> network_of_sizes([2, 3, 1], ["relu", "sigmoid"])
    network: 2 inputs, 4 neurons, 9 connections, 1 output
    """
    net = Network(title, seed=seed)
    names = layer_names(len(sizes) - 2)
    _add_layers(net, names, sizes, activations, [True] * len(activations))
    for source, target in pairwise(names):
        net.connect(source, target)
    return net


def network_of_layers(
    layers: Sequence[DenseLayer], *, seed: int = 0, title: str = "network"
) -> Network:
    """The fully connected network of matrices."""
    net = Network(title, seed=seed)
    names = layer_names(len(layers) - 1)
    sizes = [len(layers[0].weights), *(layer.weights.shape[1] for layer in layers)]
    biases = [False if layer.biases is None else layer.biases.tolist() for layer in layers]
    _add_layers(net, names, sizes, [layer.activation for layer in layers], biases)
    for (source, target), layer in zip(pairwise(names), layers, strict=True):
        net.connect(source, target, weights=layer.weights)
    return net


def _add_layers(
    net: Network,
    names: Sequence[str],
    sizes: Sequence[int],
    activations: Sequence[Any],
    biases: Sequence[Any],
) -> None:
    for name, size in zip(names, sizes, strict=True):
        joint = "_" * (name[-1].isdigit())  # h1_2 is of layer h1, and h12 of layer h
        neurons = [f"{name}{joint}{number}" for number in range(1, size + 1)]
        if name == names[0]:
            net.add_layer(name, neurons)
            continue
        place = names.index(name) - 1
        net.add_layer(name, neurons, activation=activations[place], bias=biases[place])


def layers_of(network: Network, where: str) -> list[DenseLayer]:
    """The matrices of a layered network; 0 where there is no connection.

    Raises:
        GraphError: it is not layered: a neuron is of no layer or does not simply sum, a connection
            skips a layer, an output is not in the last one, a layer has several activations, or
            only some of its neurons have a bias.
    """
    layers = network.layers
    _require_layered(network, where)
    number = {neuron: k for layer in layers for k, neuron in enumerate(layer.neurons)}
    matrices = [np.zeros((len(a), len(b))) for a, b in pairwise(layers)]
    place = {neuron: k for k, layer in enumerate(layers[1:]) for neuron in layer.neurons}
    for connection in network.connections:
        source, target = connection.source, connection.target
        matrices[place[target]][number[source], number[target]] = connection.weight
    return [
        DenseLayer(matrix, _biases_of(layer, where), layer.neurons[0].activation)
        for matrix, layer in zip(matrices, layers[1:], strict=True)
    ]


def _biases_of(layer: Layer, where: str) -> Matrix | None:
    found = [neuron.bias for neuron in layer.neurons]
    given = [bias for bias in found if bias is not None]
    if given and len(given) < len(found):
        raise GraphError(
            f"{where}: only some neurons of layer {layer.name!r} have a bias; expected all, or none"
        )
    return np.array(given) if given else None


def _require_layered(network: Network, where: str) -> None:
    layers, expected = network.layers, "expected a layered network"
    place = {neuron: k for k, layer in enumerate(layers) for neuron in layer.neurons}
    for neuron in network.neurons:
        if neuron not in place:
            raise GraphError(f"{where}: {neuron.name} is of no layer; {expected}")
        if not neuron.is_plain:
            raise GraphError(f"{where}: {neuron!r:.80} does not simply sum; {expected}")
        if neuron.function_parameters:
            raise GraphError(f"{where}: {neuron!r:.80} learns its activation; {expected}")
    for layer in layers:
        if len({neuron.activation for neuron in layer.neurons}) > 1:
            raise GraphError(
                f"{where}: layer {layer.name!r} has several activations, got {layer.activation};"
                " expected one"
            )
    for connection in network.connections:
        if place[connection.target] != place[connection.source] + 1:
            raise GraphError(
                f"{where}: {connection.source.name}->{connection.target.name} skips a layer;"
                f" {expected}"
            )
    if len(layers) < 2 or network.inputs != layers[0].neurons:
        raise GraphError(f"{where}: the inputs are no first layer of several; {expected}")
    if network.require_outputs() != layers[-1].neurons:
        raise GraphError(f"{where}: the outputs are not the last layer; {expected}")
