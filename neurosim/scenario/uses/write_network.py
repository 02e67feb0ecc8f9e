"""The ``network:`` of a scenario, written from a network: every number exactly, in few entries."""

from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import Any

from neurosim.errors import FileError, GraphError, InvalidValueError
from neurosim.functions.activations import ACTIVATIONS, SOFTMAX
from neurosim.functions.registry import Table
from neurosim.functions.variants import family
from neurosim.network.connection import Connection
from neurosim.network.document import to_document
from neurosim.network.layer import Layer
from neurosim.network.network import Network
from neurosim.network.neuron import Neuron
from neurosim.network.parameter import FunctionParameter
from neurosim.network.scaling import Scaling
from neurosim.scenario.build.network import build_network
from neurosim.scenario.format.document import Document
from neurosim.scenario.format.node import refuse
from neurosim.scenario.format.read import read_string
from neurosim.scenario.format.yaml_text import MOST_BYTES

_Entry = dict[str, Any]


def network_entry(network: Network) -> _Entry:
    """The entry of a network.

    Raises:
        InvalidValueError: it has an activation that this program registered, or disabled
            connections.
    """
    if network.disabled:
        raise InvalidValueError(
            f"network: a scenario has no word for disabled connections, got"
            f" {network.disabled[0].name!r}; expected net.enable(...) or a copy without it"
        )
    lone = [neuron for neuron in network.neurons if neuron.layer is None]
    inputs = [neuron.name for neuron in lone if neuron.is_input]
    neurons = [_neuron(neuron) for neuron in lone if not neuron.is_input]
    layers, classes = network.layers, network.classes
    order = list(dict.fromkeys((neuron.layer or neuron).name for neuron in network.neurons))
    usual = [*(layer.name for layer in layers), *inputs, *(neuron["name"] for neuron in neurons)]
    outputs = network._structure.chosen
    found = _Entry(
        layers=[_layer(layer) for layer in layers],
        inputs=inputs,
        neurons=neurons,
        order=[] if order == usual else order,
        connections=_connections(network.connections),
        share=[*_shared_weights(network), *_shared_functions(network)],
        freeze=[_name(p) for p in network.function_parameters if not p.trainable],
        outputs=list(outputs or ()),
        initial={} if network.generator == "pcg64" else {"generator": network.generator},
        scaling={n.name: _scaling(n.scaling) for n in network.neurons if n.scaling is not None},
        classes=classes
        and {"names": list(classes.names), "threshold": plain_number(classes.threshold)},
        labels={n.name: n.label for n in network.neurons if n.label is not None},
    )
    # without the key, each layer would be connected to the next
    return {key: item for key, item in found.items() if item or key == "connections"}


def _shared_weights(network: Network) -> list[list[str]]:
    return [[c.name for c in group] for group in network._structure.shared_groups()]


def _shared_functions(network: Network) -> list[list[str]]:
    """What neurons share that are not the whole of a layer with one activation."""
    return [
        [f"{neuron.name}.{function.option}" for neuron in function.neurons]
        for function in network.function_parameters
        if len(function.neurons) > 1 and not _is_of_layer(function.neurons)
    ]


def _is_of_layer(neurons: Sequence[Neuron]) -> bool:
    """Whether they are a layer whose entry has one activation: they share all of it."""
    layer = neurons[0].layer
    return layer is not None and layer.neurons == neurons and _has_one_activation(layer)


def _has_one_activation(layer: Layer) -> bool:
    return len({neuron.function_parameters for neuron in layer.neurons}) == 1


def _name(function: FunctionParameter) -> str:
    return f"{function.neuron.name}.{function.option}"


def _scaling(scaling: Scaling) -> _Entry:
    return {"offset": plain_number(scaling.offset), "factor": plain_number(scaling.factor)}


def _layer(layer: Layer) -> _Entry:
    entry: _Entry = {"name": layer.name, "neurons": _names(layer)}
    rates = _same([plain_number(neuron.dropout) for neuron in layer.neurons])
    if rates != 0:
        entry["dropout"] = rates
    if layer.is_input:
        return entry
    if layer.activation != SOFTMAX:
        for neuron in layer.neurons:
            require_shipped(ACTIVATIONS, neuron.activation, f"layer {layer.name!r}")
    activations = [_activation(neuron) for neuron in layer.neurons]
    # those of a list have each their own parameters
    entry["activation"] = _same(activations) if _has_one_activation(layer) else activations
    entry["bias"] = _same([_bias(neuron) for neuron in layer.neurons])
    if not all(neuron.is_plain for neuron in layer.neurons):
        entry["aggregation"] = _same([neuron.aggregation for neuron in layer.neurons])
        entry["response"] = _same([plain_number(neuron.response) for neuron in layer.neurons])
    flags = _same([neuron.bias_trainable or neuron.bias is None for neuron in layer.neurons])
    return entry if flags is True else {**entry, "bias_trainable": flags}


def _names(layer: Layer) -> int | list[str]:
    names = [neuron.name for neuron in layer.neurons]
    numbered = [f"{layer.name}{number}" for number in range(1, len(names) + 1)]
    return len(names) if names == numbered else names


def _neuron(neuron: Neuron) -> _Entry:
    require_shipped(ACTIVATIONS, neuron.activation, f"neuron {neuron.name!r}")
    entry = {"name": neuron.name, "activation": _activation(neuron), "bias": _bias(neuron)}
    if neuron.dropout:
        entry["dropout"] = plain_number(neuron.dropout)
    if not neuron.is_plain:
        entry["aggregation"] = neuron.aggregation
        entry["response"] = plain_number(neuron.response)
    is_frozen = neuron.bias is not None and not neuron.bias_trainable
    return {**entry, "bias_trainable": False} if is_frozen else entry


def _activation(neuron: Neuron) -> str | _Entry:
    if neuron.activation == SOFTMAX:
        return SOFTMAX
    if learned := neuron.function_parameters:
        values = {p.option: plain_number(p.value) for p in learned}
        return {family(neuron.activation): values}
    return write_variant(ACTIVATIONS[neuron.activation])


def write_variant(function: Any) -> str | _Entry:
    """The name of a function, or a mapping with the options that were chosen."""
    values = {name: plain_number(value) for name, value in function.values.items()}
    return {family(function.name): values} if values else str(function.name)


def _bias(neuron: Neuron) -> int | float | bool:
    return False if neuron.bias is None else plain_number(neuron.bias)


def _same(items: list[Any]) -> Any:
    """The one that they all are, or the list."""
    return items[0] if len(set(map(repr, items))) == 1 else items


def plain_number(value: float) -> int | float:
    """The number as a person writes it: 1 for 1.0; the same float when it is read."""
    whole = value.is_integer() and abs(value) < 1e15 and str(value) != "-0.0"
    return int(value) if whole else value


def _connections(connections: Sequence[Connection]) -> list[_Entry]:
    """As few entries as say the connections in their order."""
    entries: list[_Entry] = []
    place = 0
    while place < len(connections):
        entry, count = _block(connections, place)
        entries.append(entry if connections[place].trainable else {**entry, "trainable": False})
        place += count
    return entries


def _block(connections: Sequence[Connection], place: int) -> tuple[_Entry, int]:
    """The largest entry that says the connections from here on, and how many those are."""
    first = connections[place]
    for source in _ends(first.source):
        for target in _ends(first.target):
            ends = {"from": source.name, "to": target.name}
            starts, goals = _members(source), _members(target)
            pairs = [(start, goal) for start in starts for goal in goals]
            listed = connections[place : place + len(pairs)]
            if _agree(listed, pairs):
                weights = [plain_number(connection.weight) for connection in listed]
                if len(pairs) == 1:
                    return {**ends, "weight": weights[0]}, 1
                n = len(goals)
                rows = [weights[i : i + n] for i in range(0, len(weights), n)]
                return {**ends, "weights": rows}, len(pairs)
    raise AssertionError("a connection alone is an entry")


def _ends(neuron: Neuron) -> Iterable[Layer | Neuron]:
    """What an entry that begins with the neuron may name."""
    layer = neuron.layer
    return (layer, neuron) if layer is not None and layer.neurons[0] is neuron else (neuron,)


def _members(end: Layer | Neuron) -> tuple[Neuron, ...]:
    return end.neurons if isinstance(end, Layer) else (end,)


def _agree(connections: Sequence[Connection], pairs: Sequence[tuple[Neuron, Neuron]]) -> bool:
    return len(connections) == len(pairs) and all(
        connection.source is source
        and connection.target is target
        and connection.trainable == connections[0].trainable
        for connection, (source, target) in zip(connections, pairs, strict=True)
    )


def require_same(network: Network, text: str, origin: str) -> None:
    """Refuse where the network that the text describes is another one."""
    if len(text.encode()) > MOST_BYTES:
        raise FileError(
            f"{origin}: too large, got {len(text.encode())} bytes; expected at most {MOST_BYTES}"
        )
    reading = read_string(text, origin)
    refuse(reading.problems)
    document = reading.draft
    assert isinstance(document, Document)
    built = build_network(document.network, title="", seed=0, locate=reading.problem)
    if built.problems:
        raise GraphError(
            f"network {network.title!r}: no scenario can say it, got {built.problems[0].message};"
            " expected another structure (net.save writes any)"
        )
    expected, found = _comparable(network), _comparable(built.network)
    for part, value in expected.items():
        if repr(value) != repr(found[part]):
            raise GraphError(
                f"network {network.title!r}: no scenario can say its {part}, got"
                f" {_first_difference(value, found[part])!r:.200}; expected another structure"
                " (net.save writes any)"
            )


def _first_difference(value: Any, other: Any) -> Any:
    if not isinstance(value, list) or not isinstance(other, list):
        return value
    pairs = zip_longest(value, other)
    return next((one for one, two in pairs if repr(one) != repr(two)), value)


def _comparable(network: Network) -> _Entry:
    """What a scenario says of a network."""
    document = to_document(network)
    for neuron in document["neurons"]:
        neuron["trainable"] = neuron["trainable"] or neuron["bias"] is None
    functions = document.get("functions", [])
    for record in (*document["neurons"], *document["connections"], *functions):
        del record["initial"]
    parts = (
        "layers",
        "neurons",
        "connections",
        "outputs",
        "shared",
        "scalings",
        "classes",
        "dropout",
        "aggregations",
        "responses",
        "functions",
    )
    return {part: document.get(part) for part in (*parts, "labels")}


def require_shipped(table: Table[Any], name: str, where: str, entry: object = None) -> None:
    """Refuse what a scenario does not know: it was registered by this program."""
    if not table.is_shipped(name) or entry not in (None, table[name]):
        raise InvalidValueError(
            f"{where}: {table.kind} {name!r} is this program's own, and a scenario does not know"
            f" it; expected one of {', '.join(n for n in table if table.is_shipped(n))}"
        )
