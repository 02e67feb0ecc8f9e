"""Growth: a neuron in a connection, a second one like another, more of a layer.

What is added does not change what the network computes: a split leads through an identity with
weight 1, two like neurons have half of the outgoing weights each, and new ones of a layer have
outgoing weights 0. Initial values are treated alike, so that ``reset`` goes back to the same
function, too.

Sources: Stanley and Miikkulainen 2002 (NEAT), section 3.1; Chen, Goodfellow and Shlens 2016
(Net2Net), section 2.2.
"""

from collections.abc import Iterable, Sequence
from itertools import count, islice
from typing import Any, NamedTuple

from neurosim.errors import GraphError
from neurosim.functions.activations import SOFTMAX
from neurosim.functions.aggregations import SUM
from neurosim.network.connection import Connection
from neurosim.network.edits import Wiring, names_or_count, require_activation
from neurosim.network.layer import Layer
from neurosim.network.lookup import is_listing
from neurosim.network.neuron import Neuron
from neurosim.network.parameter import Parameter, SharedWeight
from neurosim.network.structure import Structure, bare, give_functions, join_functions


def split_connection(structure: Structure, connection: Connection, neuron: Neuron) -> None:
    """Put a neuron into a connection, which then leads from it; weight 1 leads into it."""
    source = connection.source
    structure.insert([neuron], connection.target)
    structure.lead_through(connection, neuron)
    structure.join([source], [neuron], [1.0], trainable=connection.trainable)


# --- a second neuron like another


def require_divisible(structure: Structure, neuron: Neuron, where: str) -> None:
    """Refuse a neuron whose work two cannot share: an input, an output, a softmax member."""
    kind = {
        "an input": neuron.is_input,
        "of a softmax layer": neuron.activation == SOFTMAX,
        "an output": neuron in structure.outputs,
    }
    found = next((words for words, holds in kind.items() if holds), None)
    if found is not None:
        raise GraphError(f"{where}: {neuron.name!r} is {found}; expected a hidden neuron")
    _require_sums((c.target for c in structure.outgoing(neuron.name)), where)


def _require_sums(targets: Iterable[Neuron], where: str) -> None:
    """Refuse targets that one more term changes, though it is 0 or the half of another."""
    for target in targets:
        if target.aggregation != SUM:
            raise GraphError(
                f"{where}: it leads into {target.name!r}, whose aggregation is"
                f" {target.aggregation!r}; expected targets that sum"
            )


def duplicate_neuron(structure: Structure, neuron: Neuron, name: str) -> Neuron:
    """Add a neuron that computes the same, and halve the weights that lead out of both."""
    incoming, outgoing = structure.incoming(neuron.name), structure.outgoing(neuron.name)
    twin = Neuron(
        name,
        neuron.activation,
        neuron.bias,
        bias_trainable=neuron.bias_trainable,
        layer=neuron.layer,
    )
    twin._bias._initial, twin._dropout = neuron.initial_bias, neuron.dropout
    twin._aggregation, twin._response = neuron.aggregation, neuron.response
    join_functions([twin], neuron)
    structure.insert([twin], neuron)
    structure.unshare([c for c in outgoing if _is_shared_with_others(c, neuron)])
    for weight in dict.fromkeys(connection.parameter for connection in outgoing):
        weight._value, weight._initial = weight._value / 2.0, weight._initial / 2.0
    pairs = [(c.source, twin) for c in incoming] + [(twin, c.target) for c in outgoing]
    given = [*incoming, *outgoing]
    made = structure.join(*_columns(pairs), [c.weight for c in given], trainable=True)
    for new, connection in zip(made, given, strict=True):
        new._initial, new._trainable = connection.initial, connection.trainable
    _share_alike(structure, given, made)
    return twin


def _is_shared_with_others(connection: Connection, neuron: Neuron) -> bool:
    return any(each.source is not neuron for each in connection.parameter.connections)


def _columns(pairs: Sequence[tuple[Neuron, Neuron]]) -> tuple[list[Neuron], list[Neuron]]:
    return [source for source, _ in pairs], [target for _, target in pairs]


def _share_alike(
    structure: Structure, given: Sequence[Connection], made: Sequence[Connection]
) -> None:
    groups: dict[Parameter, list[Connection]] = {}
    for connection, new in zip(given, made, strict=True):
        groups.setdefault(connection.parameter, []).append(new)
    structure.share_more(
        {weight: group for weight, group in groups.items() if isinstance(weight, SharedWeight)}
    )


# --- more of a layer


class Growth(NamedTuple):
    """Neurons that a layer is to get, and what they are wired to.

    Attributes:
        neurons: the new ones.
        into: the wiring into them.
        out: what they lead into.
    """

    neurons: tuple[Neuron, ...]
    into: Wiring
    out: tuple[Neuron, ...]


def plan_growth(
    structure: Structure, layer: Layer, neurons: int | Sequence[str], activation: Any
) -> Growth:
    """Check a growth: everything that leads into the layer is to lead into the new neurons.

    Raises:
        GraphError: the layer is of inputs, outputs or softmax; the wiring would close a cycle.
    """
    where = f"grow {layer.name!r}"
    _require_hidden(structure, layer, where)
    names = _new_names(structure, layer, neurons)
    if activation is None and len({neuron.activation for neuron in layer.neurons}) > 1:
        raise GraphError(
            f"{where}: its neurons differ, got {layer.activation}; expected activation=..."
        )
    if activation is None:
        activation = layer.activation
    name = require_activation(activation, where, softmax=False)
    has_bias = any(neuron.bias_parameter is not None for neuron in layer.neurons)
    made = tuple(Neuron(n, bare(name), 0.0 if has_bias else None, layer=layer) for n in names)
    for neuron in made:
        give_functions([neuron], name)
        neuron._dropout = layer.neurons[0].dropout
        neuron._aggregation = layer.neurons[0].aggregation
        neuron._response = layer.neurons[0].response
    members = dict.fromkeys(layer.neurons)
    incoming = (c.source for n in layer.neurons for c in structure.incoming(n.name))
    outgoing = (c.target for n in layer.neurons for c in structure.outgoing(n.name))
    sources, targets = (
        tuple(dict.fromkeys(end for end in ends if end not in members))
        for ends in (incoming, outgoing)
    )
    _require_sums(targets, where)
    _require_open(structure, sources, targets, where)
    into = Wiring(
        label=where,
        stream=f"grow {layer.name} {names[0]}",
        sources=[source for source in sources for _ in made],
        targets=list(made) * len(sources),
        shape=(len(sources), len(made)),
        block=(len(sources), len(layer) + len(made)),
    )
    return Growth(made, into, targets)


def grow(structure: Structure, growth: Growth, weights: Iterable[float]) -> None:
    """Add the neurons of a growth, with these weights into them and 0 out of them."""
    made, into = growth.neurons, growth.into
    layer = made[0].layer
    assert layer is not None
    _share_functions(made, layer)
    structure.insert(made, max(layer.neurons, key=lambda neuron: neuron._unit.label))
    structure.join(into.sources, into.targets, weights, trainable=True)
    pairs = [(neuron, target) for neuron in made for target in growth.out]
    structure.join(*_columns(pairs), [0.0] * len(pairs), trainable=True)


def _share_functions(made: Sequence[Neuron], layer: Layer) -> None:
    """Let new neurons share what those of the layer share in their activation."""
    first = layer.neurons[0]
    is_one = all(neuron._function == first._function for neuron in layer.neurons)
    join_functions([n for n in made if is_one and n.activation == first.activation], first)


def _require_hidden(structure: Structure, layer: Layer, where: str) -> None:
    are_outputs = structure.chosen is None and layer.neurons == structure.outputs
    kinds = {
        "of inputs": layer.is_input,
        "of softmax": layer.activation == SOFTMAX,
        "of outputs": are_outputs,
    }
    for words, holds in kinds.items():
        if holds:
            raise GraphError(f"{where}: the layer is {words}; expected a hidden layer")


def _new_names(structure: Structure, layer: Layer, neurons: int | Sequence[str]) -> list[str]:
    names = names_or_count(layer.name, neurons)
    if not is_listing(neurons):
        numbered = (f"{layer.name}{number}" for number in count(len(layer) + 1))
        free = (name for name in numbered if not structure.names.is_taken(name))
        names = list(islice(free, len(names)))
    if not names:
        raise GraphError(f"grow {layer.name!r}: got no neurons; expected at least one")
    return structure.names.require_free(names, "neuron")


def _require_open(
    structure: Structure, sources: Sequence[Neuron], targets: Sequence[Neuron], where: str
) -> None:
    """Refuse where a target leads to a source: a neuron between the two would close a cycle."""
    goals = {source._unit: source for source in sources}
    highest = max((unit.label for unit in goals), default=-1)
    to_go = [target._unit for target in targets if target._unit.label <= highest]
    found = set(to_go)
    while to_go:
        unit = to_go.pop()
        if unit in goals:
            raise GraphError(
                f"{where}: its wiring would close a cycle, got {goals[unit].name!r} behind what"
                " the layer leads into; expected add_neuron and connect"
            )
        new = {u for u in structure.successors(unit) if u.label <= highest} - found
        found |= new
        to_go += new
