"""The schedule of the passes, made once for each structure of a network and kept until an edit.

A visit holds what the passes need at a neuron: its formulas and its connections.
"""

from collections.abc import Callable
from dataclasses import dataclass

from neurosim.errors import WrongTypeError
from neurosim.functions.activations import ACTIVATIONS, SOFTMAX
from neurosim.network.connection import Connection
from neurosim.network.layer import Layer
from neurosim.network.network import Network
from neurosim.network.neuron import Neuron


@dataclass(frozen=True, slots=True, eq=False)
class Visit:
    """A neuron with all that a walk needs at it; ``value`` is None in a softmax layer."""

    neuron: Neuron
    value: Callable[[float], float] | None
    slope: Callable[[float, float], float] | None
    incoming: tuple[tuple[Connection, Neuron], ...]
    outgoing: tuple[tuple[Connection, Neuron], ...]
    is_output: bool


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Neurons that are computed one after the other; ``layer`` is set for a softmax layer."""

    visits: tuple[Visit, ...]
    layer: Layer | None


@dataclass(frozen=True, slots=True, eq=False)
class Schedule:
    """The groups in the order of the forward pass, and the input and output neurons."""

    inputs: tuple[Neuron, ...]
    outputs: tuple[Neuron, ...]
    groups: tuple[Group, ...]


def schedule_of(network: Network) -> Schedule:
    """The walk over this network's present structure."""
    return network._cached(f"schedule {ACTIVATIONS.version}", lambda: _make(network))


def require_network(network: object) -> None:
    """Refuse anything but a Network."""
    if not isinstance(network, Network):
        raise WrongTypeError(f"network: got {network!r:.80}; expected a Network")


def _make(network: Network) -> Schedule:
    outputs = set(network.outputs)
    groups: list[Group] = []
    for generation in network.generations():
        plain: list[Visit] = []
        layers: dict[Layer, list[Visit]] = {}
        for neuron in generation:
            if neuron.is_input:
                continue
            visit = _visit(network, neuron, neuron in outputs)
            if neuron.activation == SOFTMAX:
                assert neuron.layer is not None
                layers.setdefault(neuron.layer, []).append(visit)
            else:
                plain.append(visit)
        if plain:
            groups.append(Group(tuple(plain), None))
        groups += [Group(tuple(visits), layer) for layer, visits in layers.items()]
    return Schedule(network.inputs, network.outputs, tuple(groups))


def _visit(network: Network, neuron: Neuron, is_output: bool) -> Visit:
    activation = None if neuron.activation == SOFTMAX else ACTIVATIONS[neuron.activation]
    return Visit(
        neuron,
        None if activation is None else activation.value,
        None if activation is None else activation.slope,
        tuple((c, c.source) for c in network.incoming(neuron)),
        tuple((c, c.target) for c in network.outgoing(neuron)),
        is_output,
    )
