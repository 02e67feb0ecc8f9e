"""Blocks: a network of any form as a list of steps on matrices, each with its numbers in theta.

A block is of one generation and one activation. It reads columns of earlier blocks; block 0 is the
inputs. PyTorch's modules and ONNX's graphs are made of it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from neurosim.functions.aggregations import SUM
from neurosim.network.network import Network
from neurosim.network.neuron import Neuron

_Index = NDArray[np.intp]
NONE = -1  # no parameter of theta


class StageRead(NamedTuple):
    """Columns of an earlier block."""

    block: int
    columns: _Index
    is_whole: bool


class StagePart(NamedTuple):
    """Neurons of a block that have an aggregation in common, and a number of terms."""

    aggregation: str
    width: int
    rows: _Index


@dataclass(frozen=True, slots=True, eq=False)
class MatrixStage:
    """Neurons that are computed at once.

    Attributes:
        name: that of a layer, where it is all of it, else a number behind ``block``.
        neurons: its neurons.
        reads: what it reads; the columns side by side.
        sources: (n, width) columns of what is read; one behind the last where there are fewer.
        weights: (n, width) numbers in theta, `NONE` where there are fewer sources.
        biases: (n,) numbers in theta, or `NONE`.
        functions: (n,) numbers in theta of what is learned of the activation; or `NONE`.
    """

    name: str
    neurons: tuple[Neuron, ...]
    reads: tuple[StageRead, ...]
    sources: _Index
    weights: _Index
    biases: _Index
    functions: _Index

    @property
    def activation(self) -> str:
        """The activation of all."""
        return self.neurons[0].activation

    @property
    def parts(self) -> "list[StagePart]":
        """Its neurons by what they make of their terms; what is not summed has no gaps."""
        groups: dict[tuple[str, int], list[int]] = {}
        counts = (self.weights != NONE).sum(axis=1)
        for row, neuron in enumerate(self.neurons):
            width = self.sources.shape[1] if neuron.aggregation == SUM else int(counts[row])
            groups.setdefault((neuron.aggregation, width), []).append(row)
        return [StagePart(name, width, np.array(rows)) for (name, width), rows in groups.items()]

    @property
    def responses(self) -> NDArray[np.float64]:
        """(n,)."""
        return np.array([neuron.response for neuron in self.neurons])

    @property
    def n_read(self) -> int:
        """How many columns it reads."""
        return sum(len(read.columns) for read in self.reads)

    @property
    def is_dense(self) -> bool:
        """Whether each neuron simply sums up all that is read; with a bias each, or none."""
        return (
            all(neuron.is_plain for neuron in self.neurons)
            and self.sources.shape[1] == self.n_read > 0
            and not (self.weights == NONE).any()
            and len(set((self.biases == NONE).tolist())) == 1
        )


def blocks_of(net: Network) -> list[MatrixStage]:
    """The blocks of a network, block 0 the inputs."""
    numbers = _Numbers(net)
    inputs = tuple(net.inputs)
    nothing = np.full((len(inputs), 0), NONE, np.intp)
    lacking = np.full(len(inputs), NONE, np.intp)
    blocks = [MatrixStage("inputs", inputs, (), nothing, nothing, lacking, lacking)]
    place = {neuron: (0, column) for column, neuron in enumerate(inputs)}
    taken, layers, sizes = {"inputs"}, net_names(net), [len(inputs)]
    for neurons in _groups(net):
        layer = neurons[0].layer
        is_layer = layer is not None and layer.neurons == neurons and layer.name not in taken
        name = layer.name if is_layer and layer is not None else f"block{len(blocks)}"
        while name in taken or (not is_layer and name in layers):
            name += "_"
        taken.add(name)
        blocks.append(_block(net, name, neurons, numbers, place=place, sizes=sizes))
        sizes.append(len(neurons))
        place.update((neuron, (len(blocks) - 1, k)) for k, neuron in enumerate(neurons))
    return blocks


def net_names(net: Network) -> set[str]:
    """The names of layers."""
    return {layer.name for layer in net.layers}


def places_of(
    blocks: Iterable[MatrixStage], neurons: Iterable[Neuron]
) -> tuple[tuple[StageRead, ...], _Index]:
    """What is read to have these neurons, and which column of it each is."""
    blocks = list(blocks)
    place = {n: (b, k) for b, block in enumerate(blocks) for k, n in enumerate(block.neurons)}
    return _reads(list(neurons), place, [len(block.neurons) for block in blocks])


class _Numbers:
    """The number in theta of each connection, bias and option."""

    def __init__(self, net: Network) -> None:
        self.weights: dict[tuple[str, str], int] = {}
        self.biases: dict[Neuron, int] = {}
        self.functions: dict[Neuron, int] = {}
        for number, parameter in enumerate(net.parameter_list()):
            for connection in parameter.connections:
                self.weights[connection.source.name, connection.target.name] = number
            if parameter.kind == "b":
                self.biases[parameter.neuron] = number
        first = len(net.parameter_list()) - len(net.function_parameters)
        for number, option in enumerate(net.function_parameters, first):
            self.functions.update(dict.fromkeys(option.neurons, number))


def _groups(net: Network) -> list[tuple[Neuron, ...]]:
    """The neurons besides the inputs, those together that are computed alike, in order."""
    groups: dict[Any, list[Neuron]] = {}
    for level, generation in enumerate(net.generations()):
        for neuron in generation:
            if neuron.is_input:
                continue
            layer = neuron.layer.name if neuron.layer else ""
            groups.setdefault((level, layer, neuron.activation), []).append(neuron)
    order: Callable[[Neuron], int] = {n: k for k, n in enumerate(net.neurons)}.__getitem__
    return [_in_order_of_layer(sorted(group, key=order)) for group in groups.values()]


def _in_order_of_layer(neurons: list[Neuron]) -> tuple[Neuron, ...]:
    layer = neurons[0].layer
    if layer is None or len(layer) != len(neurons):
        return tuple(neurons)
    return layer.neurons


def _block(
    net: Network,
    name: str,
    neurons: tuple[Neuron, ...],
    numbers: _Numbers,
    *,
    place: dict[Neuron, tuple[int, int]],
    sizes: list[int],
) -> MatrixStage:
    incoming = [net.incoming(neuron) for neuron in neurons]
    sources = sorted({c.source for cs in incoming for c in cs}, key=place.__getitem__)
    reads, columns = _reads(sources, place, sizes)
    column = dict(zip(sources, columns.tolist(), strict=True))
    width = max(len(connections) for connections in incoming)
    read = np.full((len(neurons), width), len(sources), np.intp)
    weights = np.full((len(neurons), width), NONE, np.intp)
    for row, connections in enumerate(incoming):
        terms = [
            (column[c.source], numbers.weights[c.source.name, c.target.name]) for c in connections
        ]
        if neurons[row].is_plain:
            terms.sort()
        for k, (source, number) in enumerate(terms):
            read[row, k], weights[row, k] = source, number
    biases, functions = (
        np.array([found.get(neuron, NONE) for neuron in neurons], np.intp)
        for found in (numbers.biases, numbers.functions)
    )
    return MatrixStage(name, neurons, reads, read, weights, biases, functions)


def _reads(
    neurons: list[Neuron], place: dict[Neuron, tuple[int, int]], sizes: list[int]
) -> tuple[tuple[StageRead, ...], _Index]:
    """The columns that are read, those of a block together, and where each neuron is in them."""
    needed: dict[int, set[int]] = {}
    for neuron in neurons:
        block, column = place[neuron]
        needed.setdefault(block, set()).add(column)
    reads: list[StageRead] = []
    at: dict[tuple[int, int], int] = {}
    for block in sorted(needed):
        columns = np.array(sorted(needed[block]), np.intp)
        at.update({(block, column): len(at) + k for k, column in enumerate(columns.tolist())})
        reads.append(StageRead(block, columns, len(columns) == sizes[block]))
    return tuple(reads), np.array([at[place[neuron]] for neuron in neurons], np.intp)
