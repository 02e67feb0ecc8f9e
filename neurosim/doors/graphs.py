"""Networks as networkx graphs, both ways, with every bit.

A graph is read as a document of a network is: so it is checked as one, and what it does not say is
as in a network that says nothing. What a graph says wrongly is named by its own nodes.
"""

import json
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from typing import Any

import networkx as nx

from neurosim.doors import attributes
from neurosim.errors import (
    FileError,
    GraphError,
    NeurosimError,
    UnknownNameError,
    WrongTypeError,
    unknown,
)
from neurosim.functions.activations import SOFTMAX
from neurosim.functions.numbers import require_number
from neurosim.functions.streams import require_seed
from neurosim.network.document import from_document, to_document
from neurosim.network.edits import require_activation, require_bias
from neurosim.network.layer import joined
from neurosim.network.lookup import is_listing
from neurosim.network.names import Names, label_text, legal_name, require_name
from neurosim.network.network import Network
from neurosim.network.randomness import GENERATORS
from neurosim.network.structure import bare

# what no node and no edge says
_AS_JSON = {"classes": "neurosim_classes", "disabled": "neurosim_disabled"}
_WHERE = "from_networkx"
_SHOWN = 12  # nodes of a cycle that are named
_Nodes = Mapping[Hashable, Mapping[str, Any]]


def to_networkx(network: Network) -> nx.DiGraph:
    """The network as a weighted graph with plain attributes; see `from_networkx`.

    >>> net = Network()
    >>> _ = net.add_layer("x", 1), net.add_layer("o", 1), net.connect("x", "o", weight=0.5)
    >>> graph = to_networkx(net)
    >>> list(graph.edges(data=True))
    [('x1', 'o1', {'weight': 0.5, 'trainable': True, 'order': 0})]
    """
    data, document = network._structure.data, to_document(network)
    graph = nx.DiGraph(name=network.title, seed=network.seed, generator=network.generator)
    graph.graph |= {k: json.dumps(document[key]) for key, k in _AS_JSON.items() if key in document}
    nodes = {n.name: attributes.of_neuron(n, data.get(n, {})) for n in network.neurons}
    attributes.of_functions(nodes, network.function_parameters)
    for key, chosen in ((attributes.INPUT, network.inputs), (attributes.OUTPUT, network.outputs)):
        for number, neuron in enumerate(chosen):
            nodes[neuron.name][key] = number
    graph.add_nodes_from(nodes.items())
    graph.add_edges_from(
        (c.source.name, c.target.name, attributes.of_connection(c, order, data.get(c, {})))
        for order, c in enumerate(network.connections)
    )
    for group, pairs in enumerate(document.get("shared", [])):
        for source, target in pairs:
            graph.edges[source, target]["shared"] = group
    return graph


def from_networkx(  # noqa: PLR0917 - the order in which networkx has such arguments
    G: Any,
    inputs: Iterable[Hashable] | None = None,
    outputs: Iterable[Hashable] | None = None,
    weight: str | None = "weight",
    activation: str = "activation",
    bias: str = "bias",
    default_activation: str = "identity",
) -> Network:
    """The network that a directed graph without cycles is.

    A node becomes a neuron. Where its name is a legal one, the neuron has it; else one is made, and
    the node's own name is the neuron's label, by which it is found: ``net[(2, 3)]``.

    Args:
        G: a ``networkx.DiGraph``, as one makes it or as `Network.to_networkx` does: then the
            network is the same, to the last bit. It is not changed.
        inputs: nodes in the order of a sample's values; those without predecessors if None, in the
            order of the nodes. What they say of activation and bias is kept as data, not applied.
        outputs: nodes; those without successors, without the inputs, if None.
        weight: the attribute of edges that is the weight. Where no edge has it, or with None, all
            weights are 1, as everywhere in networkx.
        activation: the attribute of nodes that names the activation.
        bias: the attribute of nodes that is the bias; 0 where there is none.
        default_activation: of nodes that name none.

    Raises:
        GraphError: the graph has a cycle, which is named, or no directions, or an edge twice, or
            some edges have a weight and others none.
        UnknownNameError: a node is not there, or there is no such activation.
        WrongTypeError, InvalidValueError: an attribute is no number, or of a wrong type.

    >>> import networkx as nx
    >>> net = from_networkx(nx.DiGraph([((1, 2), "L1-N2")]))
    >>> net[1, 2], net["L1-N2"]
    (n1_2: input, output ?, L1_N2: identity, bias 0, output ?)
    """
    graph = _require_digraph(G)
    names = _names(graph.nodes)
    starts = _starts(graph, inputs)
    ends = _ends(graph, outputs, starts)
    edges = _edges(graph, weight)
    nodes = _in_order(graph, starts)
    neurons = _neurons(nodes, names, set(starts), (activation, bias, default_activation))
    document = {
        "neurosim_network": 1,
        "title": str(graph.graph.get("name") or "network"),
        "seed": _seed(graph.graph),
        "generator": _generator(graph.graph),
        **_layers(nodes, names, neurons),
        "connections": [_connection(edge, names) for edge in edges],
        **_more(graph, nodes, names, neurons, edges),
    }
    document["outputs"] = _outputs([names[node] for node in ends], document)
    return from_document(document, _WHERE, Network)


def _require_digraph(G: Any) -> nx.DiGraph:
    if not isinstance(G, nx.Graph):
        raise WrongTypeError(f"{_WHERE}: got {type(G).__name__}; expected a networkx.DiGraph")
    if not G.is_directed():
        raise GraphError(
            f"{_WHERE}: got a graph without directions; expected a networkx.DiGraph, such as"
            " networkx.DiGraph([(source, target), ...])"
        )
    if G.is_multigraph():
        seen: set[Any] = set()
        for edge in G.edges():
            if edge in seen:
                raise GraphError(f"{_edge(edge)}: got it twice; expected one edge between two")
            seen.add(edge)
    if not nx.is_directed_acyclic_graph(G):
        raise GraphError(f"{_WHERE}: a cycle, got {_cycle(G)}; expected an acyclic graph")
    return G


def _cycle(G: nx.DiGraph) -> str:
    """The nodes of a cycle, the first one again at the end."""
    looped = [group for group in nx.strongly_connected_components(G) if _is_looped(G, group)]
    ends = [edge[0] for edge in nx.find_cycle(G.subgraph(looped[0]))]
    path = [repr(node) for node in (*ends, ends[0])]
    if len(path) > _SHOWN:
        half = _SHOWN // 2
        path = [*path[:half], f"... ({len(path) - _SHOWN} more)", *path[-half:]]
    return " -> ".join(path)


def _is_looped(G: nx.DiGraph, group: set[Hashable]) -> bool:
    return len(group) > 1 or any(G.has_edge(node, node) for node in group)


def _node(node: Hashable) -> str:
    return f"{_WHERE}: node {node!r:.80}"


def _edge(edge: tuple[Hashable, ...]) -> str:
    return f"{_WHERE}: edge {edge[0]!r:.80} -> {edge[1]!r:.80}"


def _names(nodes: _Nodes) -> dict[Hashable, str]:
    """A legal name for each node: its own, where it is one."""
    taken, found = Names(), dict[Hashable, str]()
    for node in nodes:
        if isinstance(node, str) and _is_legal(node) and not taken.is_taken(node):
            found[node] = str(node)
            taken.take([node], "neuron")
    texts: dict[str, Hashable] = {}
    for node in nodes:
        if node in found:
            continue
        text = label_text(node)
        if text in texts:
            raise GraphError(
                f"{_node(node)}: reads like another one, got {texts[text]!r:.80};"
                " expected nodes that differ as texts"
            )
        texts[text], name = node, legal_name(text, taken)
        found[node] = name
        taken.take([name], "neuron")
    return found


def _is_legal(text: str) -> bool:
    try:
        require_name(text, "neuron")
    except NeurosimError:
        return False
    return True


# --- inputs, outputs and the order of everything


def _starts(graph: nx.DiGraph, inputs: Iterable[Hashable] | None) -> list[Hashable]:
    if inputs is None:
        return _numbered(graph.nodes, attributes.INPUT) or [n for n, d in graph.in_degree if not d]
    chosen = _chosen(graph, inputs, "inputs")
    for node in chosen:
        for source in graph.predecessors(node):
            raise GraphError(
                f"{_WHERE} inputs: {node!r:.80} is the target of an edge, got one from"
                f" {source!r:.80}; expected nodes without predecessors"
            )
    return chosen


def _ends(
    graph: nx.DiGraph, outputs: Iterable[Hashable] | None, starts: list[Hashable]
) -> list[Hashable]:
    given = set(starts)
    if outputs is None:
        numbered = _numbered(graph.nodes, attributes.OUTPUT)
        return numbered or [n for n, d in graph.out_degree if not d and n not in given]
    chosen = _chosen(graph, outputs, "outputs")
    for node in chosen:
        if node in given:
            raise GraphError(f"{_WHERE} outputs: {node!r:.80} is an input; expected other nodes")
    if not chosen:
        raise GraphError(f"{_WHERE} outputs: got none; expected at least one node")
    return chosen


def _chosen(graph: nx.DiGraph, given: Iterable[Hashable], what: str) -> list[Hashable]:
    if not is_listing(given):
        raise WrongTypeError(f"{_WHERE} {what}: got {given!r:.80}; expected a list of nodes")
    found = list(given)
    for node in found:
        if not isinstance(node, Hashable) or node not in graph:
            raise UnknownNameError(f"{_WHERE} {what}: {unknown('node', node, graph)}")
    if len(set(found)) < len(found):
        raise GraphError(f"{_WHERE} {what}: a node is given twice, got {found!r:.80}")
    return found


def _numbered(nodes: _Nodes, key: str) -> list[Hashable]:
    """The nodes that have this attribute, in its order."""
    found = [(require_number(said[key], f"{_node(n)} {key}"), n) for n, said in nodes.items()
             if key in said]  # fmt: skip
    return [node for _, node in sorted(found, key=lambda pair: pair[0])]


def _in_order(graph: nx.DiGraph, starts: list[Hashable]) -> _Nodes:
    """The nodes, those that are inputs in the order of a sample's values."""
    given, after = set(starts), iter(starts)
    order = (next(after) if node in given else node for node in graph)
    return {node: graph.nodes[node] for node in order}


def _edges(graph: nx.DiGraph, weight: str | None) -> list[tuple[Hashable, Hashable, Any]]:
    """Source, target, and what a connection is made of, in their order."""
    found = list(graph.edges(data=True))
    if any("order" in said for *_, said in found):
        last = len(found)
        orders = [attributes.number(e[2], "order", _edge(e), float(last)) for e in found]
        found = [found[i] for i in sorted(range(last), key=lambda i: (orders[i], i))]
    weighted = [edge for edge in found if weight in edge[2]]
    if 0 < len(weighted) < len(found):
        bare_edge = next(edge for edge in found if weight not in edge[2])
        raise GraphError(
            f"{_edge(bare_edge)}: has no {weight!r}, and others have; expected one each, or none"
        )
    if found and not weighted and weight not in (None, "weight"):
        raise UnknownNameError(f"{_WHERE}: {unknown('attribute of edges', weight, found[0][2])}")
    return [(u, v, {**said, "weight": said[weight] if weighted else 1.0}) for u, v, said in found]


# --- the document


def _neurons(
    nodes: _Nodes, names: Mapping[Hashable, str], starts: set[Hashable], keys: tuple[str, str, str]
) -> dict[Hashable, dict[str, Any]]:
    activation, bias, usual = keys
    found = {}
    for node, said in nodes.items():
        where, is_input, own = _node(node), node in starts, None
        chosen = "identity"
        if not is_input:
            chosen = require_activation(said.get(activation, usual), where, softmax=True)
            if attributes.flag(said, "has_bias", where):
                own = require_bias(said.get(bias, 0.0), f"{where} {bias}")
        found[node] = {
            "name": names[node],
            "layer": None,
            "activation": chosen,
            "input": is_input,
            "bias": own,
            "trainable": attributes.flag(said, "trainable", where),
            "initial": None if own is None else attributes.number(said, "initial", where, own),
        }
    return found


def _layers(
    nodes: _Nodes, names: Mapping[Hashable, str], neurons: dict[Hashable, dict[str, Any]]
) -> dict[str, Any]:
    """The records of layers and neurons; a layer is kept where its nodes are in one row."""
    taken, layers = Names(), list[dict[str, Any]]()
    taken.take(names.values(), "neuron")
    for own, group in _rows(nodes):
        inputs = {neurons[node]["input"] for node in group}
        if own is None or len(inputs) > 1:
            continue
        is_own = _is_legal(own) and not taken.is_taken(own)
        name = str(own) if is_own else legal_name(own, taken)
        taken.take([name], "layer")
        kinds = joined(bare(neurons[node]["activation"]) for node in group)
        layers.append({"name": name, "activation": kinds, "input": inputs.pop()})
        for node in group:
            neurons[node]["layer"] = name
    for node, record in neurons.items():
        if record["activation"] == SOFTMAX and record["layer"] is None:
            raise GraphError(
                f"{_node(node)}: softmax belongs to a layer, got a single node; expected an"
                " attribute 'layer', the nodes of which follow each other"
            )
    records = [{**r, "activation": bare(r["activation"])} for r in neurons.values()]
    return {"layers": layers, "neurons": records}


def _outputs(names: list[str], document: dict[str, Any]) -> list[str] | None:
    """The chosen outputs; None where they are the last layer, which nobody needs to choose."""
    last = next((layer for layer in reversed(document["layers"])), None)
    if last is not None and not last["input"]:
        members = [r["name"] for r in document["neurons"] if r["layer"] == last["name"]]
        if members == names:
            return None
    return names or None


def _rows(nodes: _Nodes) -> list[tuple[str | None, list[Hashable]]]:
    """Layers with their nodes, where these are together; None for all others."""
    rows: list[tuple[str | None, list[Hashable]]] = []
    for node, said in nodes.items():
        own = said.get("layer")
        if own is not None and not isinstance(own, str):
            own = f"layer{label_text(own)}"
        if rows and rows[-1][0] == own:
            rows[-1][1].append(node)
        else:
            rows.append((own, [node]))
    counts = Counter(own for own, _ in rows)
    return [(own if counts[own] == 1 else None, group) for own, group in rows]


def _connection(
    edge: tuple[Hashable, Hashable, Any], names: Mapping[Hashable, str]
) -> dict[str, Any]:
    source, target, said = edge
    weight = require_number(said["weight"], f"{_edge(edge)} weight")
    return {
        "from": names[source],
        "to": names[target],
        "weight": weight,
        "trainable": attributes.flag(said, "trainable", _edge(edge)),
        "initial": attributes.number(said, "initial", _edge(edge), weight),
    }


def _more(
    graph: nx.DiGraph,
    nodes: _Nodes,
    names: Mapping[Hashable, str],
    neurons: Mapping[Hashable, dict[str, Any]],
    edges: list[tuple[Hashable, Hashable, Any]],
) -> dict[str, Any]:
    """What only some networks have."""
    named = [(names[node], node, said) for node, said in nodes.items()]
    activations = {node: record["activation"] for node, record in neurons.items()}
    own = {name: data for name, node, said in named if (data := _own(node, said, neurons))}
    own |= {f"{names[u]}->{names[v]}": data for u, v, said in edges
            if (data := attributes.data_of(said, attributes.OF_EDGES))}  # fmt: skip
    shared: dict[Any, list[list[str]]] = {}
    for source, target, said in edges:
        if "shared" in said:
            shared.setdefault(label_text(said["shared"]), []).append([names[source], names[target]])
    return {
        "shared": [group for group in shared.values() if len(group) > 1],
        "labels": {
            name: text
            for name, node, said in named
            if (text := _label(node, name, said)) is not None
        },
        "scalings": {
            name: pair
            for name, node, said in named
            if (pair := attributes.scaling_of(said, _node(node)))
        },
        "columns": {name: c for name, _, said in named if (c := attributes.column_of(said))},
        "functions": attributes.functions_of([(n, activations[node], s) for n, node, s in named]),
        **{f"{key}s" if key != "dropout" else key: {n: s[key] for n, _, s in named if key in s}
           for key in ("dropout", "aggregation", "response")},
        "classes": _from_json(graph.graph, "classes"),
        "disabled": _disabled(graph, names, edges),
        "data": own,
    }  # fmt: skip


def _label(node: Hashable, name: str, said: Mapping[str, Any]) -> str | None:
    """What a node is called elsewhere: its name where that is no text or the neuron has another.

    The text of ``True`` or ``inf`` is a legal name, and by the label the node itself finds it.
    """
    text = label_text(node) if node != name else said.get("label")
    return text if isinstance(text, str) else None


def _own(node: Hashable, said: Mapping[str, Any], neurons: _Nodes) -> dict[str, Any]:
    """What users hung on a node; of an input also its activation and bias, which do not count."""
    known = attributes.OF_NODES
    if neurons[node]["input"]:
        usual = {"activation": "identity", "bias": 0.0}
        known = known - {key for key, value in usual.items() if said.get(key, value) != value}
    return attributes.data_of(said, known)


def _disabled(
    graph: nx.DiGraph,
    names: Mapping[Hashable, str],
    edges: list[tuple[Hashable, Hashable, Any]],
) -> list[Any]:
    """The connections that are left out, but for those whose ends are gone or that are back."""
    known, there = set(names.values()), {(names[u], names[v]) for u, v, _ in edges}
    records = [
        record
        for record in _from_json(graph.graph, "disabled") or []
        if {record["from"], record["to"]} <= known and (record["from"], record["to"]) not in there
    ]
    last = len(edges)
    return [{**r, "number": min(r["number"], last + place)} for place, r in enumerate(records)]


def _seed(said: Mapping[str, Any]) -> int:
    seed = said.get("seed", 0)
    if isinstance(seed, str) and seed.isdecimal():  # GML writes a large number as a text
        seed = int(seed)
    try:
        return require_seed(seed)
    except NeurosimError:
        return 0  # what another program calls so


def _generator(said: Mapping[str, Any]) -> str:
    name = said.get("generator")
    return name if isinstance(name, str) and name in GENERATORS else GENERATORS[0]


def _from_json(said: Mapping[str, Any], key: str) -> Any:
    key = _AS_JSON[key]
    text = said.get(key)
    if not isinstance(text, str):
        return None
    try:
        return json.loads(text)
    except ValueError as error:
        raise FileError(f"{_WHERE}: graph attribute {key!r}: no JSON, got {error}") from error
