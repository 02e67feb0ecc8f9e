"""Genomes of neat-python as networks, and back.

neat-python's activations squeeze their net input first: its sigmoid is 1 / (1 + exp(-5 z)). They
are registered under names of their own, ``neat_sigmoid``, when a genome needs them; those that are
the same here have the names that they have here. neat-python itself need not be installed: a genome
and its config bring what is asked of them.
"""

import math
from collections.abc import Callable
from typing import Any

from neurosim.errors import (
    GraphError,
    InvalidValueError,
    ShapeError,
    UnknownNameError,
    WrongTypeError,
    unknown,
)
from neurosim.functions.activations import ACTIVATIONS, Activation
from neurosim.functions.aggregations import AGGREGATIONS
from neurosim.functions.numbers import require_number
from neurosim.network.document import from_document
from neurosim.network.network import Network
from neurosim.network.neuron import Neuron

_MOST = 60.0  # to which neat-python cuts what goes into exp


def _cut(z: float, factor: float) -> float:
    return max(-_MOST, min(_MOST, factor * z))


def _is_inside(z: float, factor: float) -> bool:
    return abs(factor * z) < _MOST


def _sigmoid(z: float) -> float:
    return 1.0 / (1.0 + math.exp(-_cut(z, 5.0)))


def _softplus(z: float) -> float:
    return 0.2 * math.log(1 + math.exp(_cut(z, 5.0)))


def _gauss(z: float) -> float:
    return math.exp(-5.0 * max(-3.4, min(3.4, z)) ** 2)


def _inverse(z: float) -> float:
    try:
        return 1.0 / z
    except ArithmeticError:
        return 0.0


_Value = Callable[[float], float]
_Slope = Callable[[float, float], float]
_FUNCTIONS: dict[str, tuple[_Value, _Slope | None, str]] = {
    "sigmoid": (_sigmoid, lambda z, a: 5.0 * a * (1.0 - a) * _is_inside(z, 5.0),
                "1 / (1 + exp(-5 z))"),
    "tanh": (lambda z: math.tanh(_cut(z, 2.5)),
             lambda z, a: 2.5 * (1.0 - a * a) * _is_inside(z, 2.5), "tanh(2.5 z)"),
    "sin": (lambda z: math.sin(_cut(z, 5.0)),
            lambda z, _: 5.0 * math.cos(5.0 * z) * _is_inside(z, 5.0), "sin(5 z)"),
    "gauss": (_gauss, lambda z, a: -10.0 * z * a * (abs(z) < 3.4), "exp(-5 z^2)"),
    "softplus": (_softplus, lambda z, _: _sigmoid(z) * _is_inside(z, 5.0), "log(1 + exp(5 z)) / 5"),
    "inv": (_inverse, None, "1 / z, 0 at 0"),
    "log": (lambda z: math.log(max(1e-7, z)), None, "log(max(z, 1e-7))"),
    "exp": (lambda z: math.exp(_cut(z, 1.0)), lambda z, a: a * _is_inside(z, 1.0), "exp(z)"),
    "hat": (lambda z: max(0.0, 1 - abs(z)),
            lambda z, _: -math.copysign(1.0, z) * (0.0 < abs(z) < 1.0), "max(0, 1 - |z|)"),
    "cube": (lambda z: z**3, lambda z, _: 3.0 * z * z, "z^3"),
}  # fmt: skip
_SAME = {  # ours that are what neat-python has
    "relu": "relu",
    "elu": "elu",
    "selu": "selu",
    "identity": "identity",
    "abs": "abs",
    "square": "square",
    "lelu": "leaky_relu(slope=0.005)",
    "clamped": "hardtanh",
}
_SQUEEZED = {"sigmoid": ("sigmoid", 5.0), "tanh": ("tanh", 2.5)}  # ours, by what neat multiplies z
_PREFIX = "neat_"


def register_activations() -> None:
    """Register all activations of neat-python that have none of their kind here.

    A saved network that has some is loaded after that, in another process.
    """
    for name in _FUNCTIONS:
        _registered(name, None)


def _registered(name: str, function: Any) -> str:
    """The name here of an activation of neat-python, or of a user's own there."""
    if name in _SAME:
        return _SAME[name]
    known = f"{_PREFIX}{name}"
    if known not in ACTIVATIONS:
        value, slope, formula = _FUNCTIONS.get(name, (function, None, f"{name} of neat-python"))
        ACTIVATIONS.register(Activation(known, value, slope, formula=formula))
    return known


def from_neat(genome: Any, config: Any) -> Network:
    """The network that ``neat.nn.FeedForwardNetwork.create(genome, config)`` computes.

    Each node is a neuron whose label is its key: ``net[-1]`` is the first input, ``net[0]`` the
    first output. Disabled connections are there, disabled.

    Args:
        genome: of ``neat.DefaultGenome``, or one like it.
        config: the ``neat.Config`` of its population.

    Raises:
        GraphError: the config is of recurrent networks, which compute a step later; the enabled
            connections have a cycle, or an output has no node.
        UnknownNameError: an aggregation that is not there here (maxabs, median), or an activation
            that the config does not know.
        WrongTypeError: it is no genome, or no config.
    """
    options = getattr(config, "genome_config", None)
    if options is None or not hasattr(genome, "nodes") or not hasattr(genome, "connections"):
        raise WrongTypeError(
            f"from_neat: got {type(genome).__name__} and {type(config).__name__}; expected a genome"
            " of neat-python and its neat.Config"
        )
    if not getattr(options, "feed_forward", True):
        raise GraphError("from_neat: the config says feed_forward = False; expected True")
    inputs, outputs = list(options.input_keys), list(options.output_keys)
    if lacking := [key for key in outputs if key not in genome.nodes]:
        raise GraphError(f"from_neat: output {lacking[0]} has no node; expected one of each output")
    hidden = [key for key in genome.nodes if key not in set(outputs)]
    names = {key: f"x{number}" for number, key in enumerate(inputs, 1)}
    names |= {key: f"h{key}" for key in hidden} | {key: f"o{key}" for key in outputs}
    nodes = {key: _node(genome.nodes[key], options) for key in (*hidden, *outputs)}
    records = [_connection(gene, names) for gene in genome.connections.values()]
    document = {
        "neurosim_network": 1,
        "title": f"genome {genome.key}",
        "seed": 0,
        "generator": "pcg64",
        "layers": [],
        "neurons": [_neuron(names[key], None) for key in inputs]
        + [_neuron(names[key], node) for key, node in nodes.items()],
        "connections": [r for r, is_enabled in records if is_enabled],
        "outputs": [names[key] for key in outputs],
        "disabled": [{**r, "number": i} for i, (r, is_on) in enumerate(records) if not is_on],
        "labels": {name: str(key) for key, name in names.items()},
        "aggregations": {names[k]: n["aggregation"] for k, n in nodes.items()},
        "responses": {names[k]: n["response"] for k, n in nodes.items()},
    }
    return from_document(document, "from_neat", Network)


def _node(gene: Any, options: Any) -> dict[str, Any]:
    where = f"from_neat: node {gene.key}"
    if gene.aggregation not in AGGREGATIONS:
        raise UnknownNameError(f"{where}: {unknown('aggregation', gene.aggregation, AGGREGATIONS)}")
    known = getattr(options.activation_defs, "functions", {})
    if gene.activation not in known:
        raise UnknownNameError(f"{where}: {unknown('activation', gene.activation, known)}")
    return {
        "activation": _registered(gene.activation, known[gene.activation]),
        "aggregation": gene.aggregation,
        "bias": require_number(gene.bias, f"{where} bias"),
        "response": require_number(gene.response, f"{where} response"),
    }


def _neuron(name: str, node: dict[str, Any] | None) -> dict[str, Any]:
    bias = None if node is None else node["bias"]
    return {
        "name": name,
        "layer": None,
        "activation": "identity" if node is None else node["activation"],
        "input": node is None,
        "bias": bias,
        "trainable": True,
        "initial": bias,
    }


def _connection(gene: Any, names: dict[Any, str]) -> tuple[dict[str, Any], bool]:
    """The record of a connection, and whether it is enabled."""
    where = f"from_neat: connection {gene.key}"
    if missing := [key for key in gene.key if key not in names]:
        raise GraphError(f"{where}: got the node {missing[0]!r}; expected one of the genome")
    weight = require_number(gene.weight, f"{where} weight")
    ends = {"from": names[gene.key[0]], "to": names[gene.key[1]]}
    return {**ends, "weight": weight, "trainable": True, "initial": weight}, bool(gene.enabled)


# --- back


def to_neat(net: Network, config: Any) -> Any:
    """The genome that computes what the network does.

    A neuron whose label is a number keeps it as its key. Our sigmoid and tanh become neat-python's,
    with bias and response divided by what that multiplies the net input with.

    Args:
        net: is not changed.
        config: the ``neat.Config`` of the population that it is meant for.

    Raises:
        ShapeError: the config has another number of inputs or outputs.
        InvalidValueError: neat-python has no such activation, or the network is scaled.
    """
    options = config.genome_config
    for what, keys, neurons in (
        ("inputs", options.input_keys, net.inputs),
        ("outputs", options.output_keys, net.require_outputs()),
    ):
        if len(keys) != len(neurons):
            raise ShapeError(f"to_neat: got {len(neurons)} {what}; expected {len(keys)}, as config")
    for neuron in (*net.inputs, *net.outputs):
        if neuron.scaling is not None:
            raise InvalidValueError(f"to_neat: {neuron.name!r} is scaled; expected raw numbers")
    keys = _keys(net, options)
    genome = config.genome_type(0)
    for neuron in net.neurons:
        if not neuron.is_input:
            genome.nodes[keys[neuron]] = _gene(neuron, keys[neuron], options)
    disabled = dict(net._structure.places_of_disabled)
    connections = list(net.connections)
    for connection, number in disabled.items():
        connections.insert(number, connection)
    for number, connection in enumerate(connections, 1):
        key = keys[connection.source], keys[connection.target]
        gene = _make(options.connection_gene_type, key, number)
        gene.weight, gene.enabled = connection.weight, connection not in disabled
        genome.connections[key] = gene
    return genome


def _keys(net: Network, options: Any) -> dict[Neuron, int]:
    """The key of each neuron: for a hidden one its label, where that is a number and free."""
    keys = dict(zip(net.inputs, options.input_keys, strict=True))
    keys |= dict(zip(net.outputs, options.output_keys, strict=True))
    taken, later = set(keys.values()), []
    for neuron in net.neurons:
        text = neuron.caption
        if neuron in keys:
            continue
        if text.isascii() and text.isdecimal() and int(text) not in taken:
            keys[neuron] = int(text)
            taken.add(int(text))
        else:
            later.append(neuron)
    return keys | {neuron: max(taken, default=0) + i for i, neuron in enumerate(later, 1)}


def _gene(neuron: Neuron, key: int, options: Any) -> Any:
    activation, factor = _foreign(neuron)
    said = {
        "bias": (neuron.bias or 0.0) / factor,
        "response": neuron.response / factor,
        "activation": activation,
        "aggregation": neuron.aggregation,
        "time_constant": 1.0,
    }
    gene = options.node_gene_type(key)
    for attribute in gene._gene_attributes:
        name = attribute.name
        setattr(gene, name, said[name] if name in said else attribute.init_value(options))
    return gene


def _foreign(neuron: Neuron) -> tuple[str, float]:
    """What neat-python calls an activation, and what it multiplies the net input with."""
    name = neuron.activation
    if name in _SQUEEZED:
        return _SQUEEZED[name]
    if name.startswith(_PREFIX):
        return name.removeprefix(_PREFIX), 1.0
    theirs = {ours: theirs for theirs, ours in _SAME.items()}
    if name not in theirs:
        known = [*theirs, *_SQUEEZED, *(f"{_PREFIX}{other}" for other in _FUNCTIONS)]
        raise InvalidValueError(
            f"to_neat: {neuron.name!r}: neat-python has no such activation, got {name!r};"
            f" expected {', '.join(known)}"
        )
    return theirs[name], 1.0


def _make(kind: Any, key: tuple[int, int], number: int) -> Any:
    """A gene of a connection; those of neat-python before 1.0 have no number of innovation."""
    try:
        return kind(key, innovation=number)
    except TypeError:
        return kind(key)
