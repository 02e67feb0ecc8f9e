"""Descriptions of a neuron, a layer or a connection: what it is, and what it is connected with."""

from collections.abc import Iterable, Sequence

from neurosim.functions.aggregations import SUM
from neurosim.functions.numbers import short
from neurosim.languages import translate
from neurosim.network.connection import Connection
from neurosim.network.layer import Layer
from neurosim.network.network import Network
from neurosim.network.neuron import Neuron

MOST_TERMS = 6  # of a sum that are written out
_MOST_ROWS, _MOST_COLUMNS = 12, 8  # of a matrix of weights


def describe(network: Network, thing: Neuron | Layer | Connection) -> tuple[str, ...]:
    """What it is, and its connections with their weights, a line each."""
    if isinstance(thing, Layer):
        return repr(thing), *_matrix(network, thing)
    if isinstance(thing, Connection):
        return (f"{thing!r}{'' if thing.trainable else ', frozen'}",)
    fed = [] if thing.is_input else [f"  {fed_by(network.incoming(thing))}"]
    return head_of(network, thing), *fed, f"  {feeds(network.outgoing(thing))}"


def head_of(network: Network, neuron: Neuron) -> str:
    """What a neuron is, in a line."""
    if neuron.is_input:
        return translate("{}: an input", neuron.name)
    parts = [translate("{}: {} neuron", neuron.name, neuron.activation)]
    if neuron.aggregation != SUM:
        parts.append(translate(" of {}", neuron.aggregation))
    if neuron.layer is not None:
        parts.append(translate(" of layer {}", neuron.layer.name))
    if neuron in network.outputs:
        parts.append(translate(", an output"))
    if neuron.response != 1.0:
        parts.append(translate(", response {}", short(neuron.response)))
    return "".join(parts)


def feeds(connections: Sequence[Connection]) -> str:
    """Which neurons an output goes to."""
    return f"feeds {_ends((c.target.name, c) for c in connections)}"


def fed_by(connections: Sequence[Connection]) -> str:
    """Which neurons a net input comes from."""
    return f"is fed by {_ends((c.source.name, c) for c in connections)}"


def _ends(ends: Iterable[tuple[str, Connection]]) -> str:
    found = list(ends)
    names = [f"{name} (weight {short(c.weight)})" for name, c in found[:MOST_TERMS]]
    if len(found) > MOST_TERMS:
        names.append(f"... {len(found) - MOST_TERMS:,} more")
    return ", ".join(names) or "nothing"


def _matrix(network: Network, layer: Layer) -> Iterable[str]:
    """The weights into a layer: a row for each source, a column for each neuron."""
    weights = {
        (c.source.name, c.target.name): short(c.weight)
        for neuron in layer.neurons
        for c in network.incoming(neuron)
    }
    sources = list(dict.fromkeys(source for source, _ in weights))
    if not sources:
        return
    yield "  weights, a row for each source:"
    columns = [neuron.name for neuron in layer.neurons][:_MOST_COLUMNS]
    rows = [["", *columns]]
    rows += [
        [source, *(weights.get((source, column), ".") for column in columns)]
        for source in sources[:_MOST_ROWS]
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    more = " ..." if len(layer.neurons) > _MOST_COLUMNS else ""
    for first, *cells in rows:
        texts = (f"{cell:>{width}}" for cell, width in zip(cells, widths[1:], strict=True))
        yield f"  {first:{widths[0]}}  {'  '.join(texts)}{more}"
    if len(sources) > _MOST_ROWS:
        yield f"  ... {len(sources) - _MOST_ROWS:,} more rows"
