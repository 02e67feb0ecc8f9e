"""From graph to plan: pure, and linear in the number of connections."""

from dataclasses import dataclass, field

import numpy as np

from neurosim.compiler.plan import Block, Plan, verify
from neurosim.functions.activations import SOFTMAX
from neurosim.network.connection import Connection
from neurosim.network.network import Network
from neurosim.network.neuron import Neuron


@dataclass(slots=True)
class _Draft:
    """What is known while blocks are laid down one behind the other."""

    place: dict[int, int]  # id of a parameter's owner -> its place in the network's theta
    row: dict[Neuron, int] = field(default_factory=dict)
    names: list[str | None] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    order: list[int] = field(default_factory=list)
    is_bias: list[bool] = field(default_factory=list)

    def lay(self, neurons: tuple[Neuron, ...]) -> tuple[int, int]:
        """Give each neuron its row, and put a row of ones behind them."""
        start = len(self.names)
        for neuron in neurons:
            self.row[neuron] = len(self.names)
            self.names.append(neuron.name)
        self.names.append(None)
        return start, len(self.names) - 1


def make_plan(network: Network) -> Plan:
    """The plan of a network's present structure.

    Raises:
        GraphError: the network has no outputs.
    """
    outputs = network.require_outputs()
    draft = _Draft({id(owner): i for i, owner in enumerate(network.parameter_list())})
    _lay_inputs(draft, network.inputs)
    for generation in network.generations():
        for neurons in _split(generation):
            _lay_block(draft, network, neurons)
    plan = Plan(
        title=network.title,
        version=network.version,
        blocks=tuple(draft.blocks),
        n_rows=len(draft.names),
        outputs=tuple(draft.row[neuron] for neuron in outputs),
        output_names=tuple(neuron.name for neuron in outputs),
        order=np.array(draft.order, dtype=np.intp),
        is_bias=np.array(draft.is_bias, dtype=bool),
        names_of_rows=tuple(draft.names),
    )
    verify(plan)
    return plan


def _split(generation: tuple[Neuron, ...]) -> list[tuple[Neuron, ...]]:
    """A generation by activation; each softmax layer stands alone."""
    groups: dict[object, list[Neuron]] = {}
    for neuron in generation:
        if not neuron.is_input:
            key = neuron.layer if neuron.activation == SOFTMAX else neuron.activation
            groups.setdefault(key, []).append(neuron)
    return [tuple(group) for group in groups.values()]


def _lay_inputs(draft: _Draft, inputs: tuple[Neuron, ...]) -> None:
    start, stop = draft.lay(inputs)
    names = tuple(neuron.name for neuron in inputs)
    draft.blocks.append(Block(0, names, "identity", start, stop, (), False, 0, 0, None))


def _lay_block(draft: _Draft, network: Network, neurons: tuple[Neuron, ...]) -> None:
    row = draft.row
    listed = [
        sorted(network.incoming(neuron), key=lambda connection: row[connection.source])
        for neuron in neurons
    ]
    sources = sorted({row[c.source] for connections in listed for c in connections})
    has_bias = any(neuron.bias is not None for neuron in neurons)
    if has_bias:
        sources.append(_ones_row(draft, sources))
    column = {source: i for i, source in enumerate(sources)}
    first = len(draft.order)
    cells: list[int] = []
    for i, (neuron, connections) in enumerate(zip(neurons, listed, strict=True)):
        base = i * len(sources)
        cells += [base + column[row[c.source]] for c in connections]
        _own(draft, connections, neuron)
        if neuron.bias is not None:
            cells.append(base + len(sources) - 1)
    is_dense = len(cells) == len(neurons) * len(sources)
    start, stop = draft.lay(neurons)
    draft.blocks.append(
        Block(
            number=len(draft.blocks),
            names=tuple(neuron.name for neuron in neurons),
            activation=neurons[0].activation,
            start=start,
            stop=stop,
            sources=tuple(sources),
            has_bias=has_bias,
            first_parameter=first,
            last_parameter=len(draft.order),
            cells=None if is_dense else np.array(cells, dtype=np.intp),
        )
    )


def _ones_row(draft: _Draft, sources: list[int]) -> int:
    """The row of ones right behind the last source, if there is one there; else the last laid."""
    behind = sources[-1] + 1 if sources else 0
    while draft.names[behind] is not None:
        behind += 1
    return behind


def _own(draft: _Draft, connections: list[Connection], neuron: Neuron) -> None:
    draft.order += [draft.place[id(connection)] for connection in connections]
    draft.is_bias += [False] * len(connections)
    if neuron.bias is not None:
        draft.order.append(draft.place[id(neuron)])
        draft.is_bias.append(True)
