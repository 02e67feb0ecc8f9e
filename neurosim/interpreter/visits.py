"""The schedule of the passes, made once for each structure of a network and kept until an edit.

A visit holds what the passes need at a neuron: its formulas and its connections.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import TypeAlias

from neurosim.errors import WrongTypeError
from neurosim.functions.activations import ACTIVATIONS, SOFTMAX
from neurosim.functions.aggregations import AGGREGATIONS, Aggregation
from neurosim.network.connection import Connection
from neurosim.network.layer import Layer
from neurosim.network.network import Network
from neurosim.network.neuron import Neuron
from neurosim.network.parameter import FunctionParameter, Parameter
from neurosim.network.scaling import Scaling

_Value: TypeAlias = Callable[..., float]
_Slope: TypeAlias = Callable[..., float]


@dataclass(frozen=True, slots=True, eq=False)
class Visit:
    """A neuron with all that a walk needs at it; ``value`` is None in a softmax layer.

    Its connections come with the parameter that is their weight, and the neuron at the other end.
    ``aggregation`` is None where the net input is simply the sum of the bias and all terms.
    ``learned`` are the parameters of its activation, with the slope of its output by each.
    """

    neuron: Neuron
    value: Callable[[float], float] | None
    slope: Callable[[float, float], float] | None
    incoming: tuple[tuple[Connection, Parameter, Neuron], ...]
    outgoing: tuple[tuple[Connection, Parameter, Neuron], ...]
    is_output: bool
    aggregation: Aggregation | None
    learned: tuple[tuple[FunctionParameter, Callable[[float], float]], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Neurons that are computed one after the other; ``layer`` is set for a softmax layer.

    ``scalings`` are of the outputs among them that have one.
    """

    visits: tuple[Visit, ...]
    layer: Layer | None
    scalings: tuple[tuple[Neuron, Scaling], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Schedule:
    """The groups in the order of the forward pass, and the input and output neurons.

    ``added`` are the connections that share their weight with one that a backward pass comes to
    before them: they add to its gradient. ``terms`` are those into neurons that have an
    aggregation: the number of each among its target's terms. ``first`` is of each parameter of
    activations the neuron that a backward pass comes to first.
    """

    inputs: tuple[Neuron, ...]
    outputs: tuple[Neuron, ...]
    groups: tuple[Group, ...]
    added: frozenset[Connection]
    terms: Mapping[Connection, int] = field(default_factory=dict)
    first: Mapping[FunctionParameter, Neuron] = field(default_factory=dict)

    def fill_parameters(self) -> None:
        """Give the objects the numbers that are pending, as a pass reads their slots."""
        for group in self.groups[:1]:
            _ = group.visits[0].neuron.bias  # who reads one number asks for all


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
            groups.append(Group(tuple(plain), None, _scalings(plain)))
        groups += [Group(tuple(visits), layer, ()) for layer, visits in layers.items()]
    added = _added(groups) if network.has_shared_weights else frozenset()
    back = [visit for group in reversed(groups) for visit in group.visits]
    first = {p: visit.neuron for visit in reversed(back) for p, _ in visit.learned}
    return Schedule(network.inputs, network.outputs, tuple(groups), added, _terms(groups), first)


def _terms(groups: Iterable[Group]) -> Mapping[Connection, int]:
    visits = (v for group in groups for v in group.visits if v.aggregation is not None)
    return {c: number for visit in visits for number, (c, *_) in enumerate(visit.incoming)}


def _scalings(visits: list[Visit]) -> tuple[tuple[Neuron, Scaling], ...]:
    found = ((v.neuron, v.neuron.scaling) for v in visits if v.is_output)
    return tuple((neuron, scaling) for neuron, scaling in found if scaling is not None)


def _added(groups: list[Group]) -> frozenset[Connection]:
    visits = [visit for group in reversed(groups) for visit in group.visits]
    seen: set[Parameter] = set()
    added: list[Connection] = []
    for connection, parameter, _ in chain.from_iterable(visit.incoming for visit in visits):
        if parameter in seen:
            added.append(connection)
        seen.add(parameter)
    return frozenset(added)


def _visit(network: Network, neuron: Neuron, is_output: bool) -> Visit:
    return Visit(
        neuron,
        *functions_of(neuron),
        tuple((c, c.parameter, c.source) for c in network.incoming(neuron)),
        tuple((c, c.parameter, c.target) for c in network.outgoing(neuron)),
        is_output,
        None if neuron.is_plain else AGGREGATIONS[neuron.aggregation],
        _learned(neuron),
    )


def functions_of(neuron: Neuron) -> tuple[_Value | None, _Slope | None]:
    """The activation of a neuron and its slope, with the present numbers of what is learned of it.

    None and None in a softmax layer.
    """
    if neuron.activation == SOFTMAX:
        return None, None
    activation, learned = ACTIVATIONS[neuron.activation], neuron.function_parameters
    value, slope = activation.value, activation.slope
    if not learned or slope is None:
        return value, slope
    return (
        lambda z: value(z, **{p.option: p.value for p in learned}),
        lambda z, a: slope(z, a, **{p.option: p.value for p in learned}),
    )


def _learned(neuron: Neuron) -> tuple[tuple[FunctionParameter, _Value], ...]:
    return tuple((p, _slope_by(neuron, p)) for p in neuron.function_parameters)


def _slope_by(neuron: Neuron, parameter: FunctionParameter) -> _Value:
    by, learned = ACTIVATIONS[neuron.activation].trained[parameter.option], neuron._function
    return lambda z: by.value(z, **{p.option: p.value for p in learned})
