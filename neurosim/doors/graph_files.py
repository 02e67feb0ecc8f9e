"""Networks in files of graphs: GraphML, GEXF, GML and node-link JSON, with exact numbers.

networkx writes and reads the first three. What a format cannot hold as it is, such as a list, an
empty text or a name that it keeps for itself, is put together in one attribute, as JSON.
"""

import io
import json
import os
import re
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any, NamedTuple

import networkx as nx

from neurosim.doors import attributes
from neurosim.doors.graphs import from_networkx, to_networkx
from neurosim.errors import FileError, NeurosimError
from neurosim.network.files import parse, require_path, write_file
from neurosim.network.network import Network
from neurosim.regular import open_regular

_PACKED, _OF_GRAPH, _LABEL = "neurosim_data", "neurosim_graph", "neurosim_label"
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_KNOWN = attributes.OF_NODES | attributes.OF_EDGES
# what the formats themselves call something
_KEPT = {
    "end", "id", "key", "kind", "label", "name", "parents", "pid", "slices", "source", "spells",
    "start", "target", "type", "viz",
} - _KNOWN  # fmt: skip


class _Format(NamedTuple):
    """How a format is called, written and read."""

    name: str
    write: Callable[[nx.DiGraph, io.BytesIO], object]
    read: Callable[[io.BytesIO], nx.Graph]


def write_graph(network: Network, path: str | os.PathLike[str], form: str) -> None:
    """Write the network as a file of a graph.

    Args:
        network: is not changed.
        path: the file.
        form: ``graphml``, ``gexf``, ``gml`` or ``node-link``.

    Raises:
        FileError: the file cannot be written.
    """
    graph = to_networkx(network)
    for said in (*graph.nodes.values(), *graph.edges.values()):
        _pack(said, _PACKED)
    _pack(graph.graph, _OF_GRAPH)
    written = io.BytesIO()
    _FORMATS[form].write(graph, written)
    write_file(path, lambda file: file.writelines([written.getvalue()]))


def read_graph(path: str | os.PathLike[str], form: str, **options: Any) -> Network:
    """The network of a file of a graph, which need not be ours; options as `from_networkx`.

    Raises:
        FileError: the file cannot be read, or holds no network.
    """
    return graph_network(_read(require_path(path), _FORMATS[form]), path, **options)


def graph_network(graph: nx.Graph, path: str | os.PathLike[str], **options: Any) -> Network:
    """The network of a graph that a file holds."""
    try:
        for said in (*graph.nodes.values(), *graph.edges.values()):
            _unpack(said, _PACKED)
        _unpack(graph.graph, _OF_GRAPH)
        return from_networkx(graph, **options)
    except NeurosimError as error:
        raise FileError(f"{path}: {error}") from error


def _read(path: Path, form: _Format) -> nx.Graph:
    try:
        with open_regular(path) as file:
            return form.read(io.BytesIO(file.read()))
    except FileError:
        raise
    except NeurosimError as error:
        raise FileError(f"{path}: {error}") from error
    except Exception as error:  # what readers say of any bytes is of many kinds
        raise FileError(f"{path}: no {form.name}, got {str(error) or type(error)}") from error


# --- what a format cannot hold


def _pack(said: dict[str, Any], key: str) -> None:
    """Put what cannot be held as it is into one attribute."""
    packed = {name: said[name] for name in list(said) if not _is_safe(name, said[name])}
    for name in packed:
        del said[name]
    if packed:
        said[key] = json.dumps(packed)


def _unpack(said: dict[str, Any], key: str) -> None:
    text = said.pop(key, None)
    if text is None:
        return
    try:
        said.update(json.loads(text))
    except (ValueError, TypeError) as error:
        raise FileError(f"{key}: no JSON, got {str(text)!r:.80}") from error


def _is_safe(name: str, value: Any) -> bool:
    """Whether every format gives back the same value under the same name."""
    if not _KEY.fullmatch(name) or name in _KEPT:
        return False
    if isinstance(value, bool):
        return name in _KNOWN  # GML makes 1 of True
    if isinstance(value, str):
        return value.isprintable() and value.strip() == value != ""
    return isinstance(value, float) or (isinstance(value, int) and abs(value) < _INT32)


_INT32 = 2**31  # GML makes a text of larger ones


# --- formats


def _write_gexf(graph: nx.DiGraph, file: io.BytesIO) -> None:
    """GEXF has no attributes of a graph: the first node says them; a node has a label always."""
    said, graph.graph = dict(graph.graph), {}
    for node, its in graph.nodes.items():
        if its.get("label") == node:
            its[_LABEL] = node
    for first in list(graph)[:1]:
        graph.nodes[first][_OF_GRAPH] = json.dumps(said)
    nx.write_gexf(graph, file)


def _read_gexf(file: io.BytesIO) -> nx.Graph:
    graph = nx.read_gexf(file)
    for node, said in graph.nodes.items():
        _unpack_into(graph.graph, said)
        if said.pop(_LABEL, None) is None and said.get("label") == node:
            del said["label"]  # that of a node without one
    for *_, said in graph.edges(data=True):
        said.pop("id", None)  # a number that each edge must have
    return graph


def _unpack_into(graph: dict[str, Any], said: dict[str, Any]) -> None:
    text = said.pop(_OF_GRAPH, None)
    if text is not None:
        graph[_OF_GRAPH] = text
        _unpack(graph, _OF_GRAPH)


def _write_gml(graph: nx.DiGraph, file: io.BytesIO) -> None:
    """In GML, the label of a node is its name."""
    for said in graph.nodes.values():
        if "label" in said:
            said[_LABEL] = said.pop("label")
    nx.write_gml(graph, file)


def _read_gml(file: io.BytesIO) -> nx.Graph:
    graph = nx.read_gml(file)
    for said in graph.nodes.values():
        if _LABEL in said:
            said["label"] = said.pop(_LABEL)
    return graph


def _write_node_link(graph: nx.DiGraph, file: io.BytesIO) -> None:
    said = {
        "directed": True,
        "multigraph": False,
        "graph": graph.graph,
        "nodes": [{"id": node, **data} for node, data in graph.nodes.items()],
        "edges": [{"source": u, "target": v, **data} for u, v, data in graph.edges(data=True)],
    }
    file.write(json.dumps(said, indent=1).encode())


def _read_node_link(file: io.BytesIO) -> nx.Graph:
    return node_link_graph(parse(file.read().decode("utf-8-sig")))


def is_node_link(tree: Any) -> bool:
    """Whether this is what a node-link file holds."""
    return isinstance(tree, dict) and "nodes" in tree and bool(tree.keys() & {"edges", "links"})


def node_link_graph(tree: Any) -> nx.Graph:
    """The graph of the tree of a node-link file; older ones call the edges ``links``.

    Raises:
        FileError: it is another tree.
    """
    if not is_node_link(tree):
        raise FileError("no node-link JSON; expected nodes, and edges or links")
    is_directed = tree.get("directed", False)
    kind = nx.MultiDiGraph if is_directed else nx.MultiGraph
    graph = kind(**tree.get("graph", {})) if tree.get("multigraph") else None
    if graph is None:
        graph = (nx.DiGraph if is_directed else nx.Graph)(**tree.get("graph", {}))
    for number, record in enumerate(tree["nodes"]):
        (node,), said = _parted(record, ("id",), f"nodes[{number}]")
        graph.add_node(node, **said)
    edges = "edges" if "edges" in tree else "links"
    for number, record in enumerate(tree[edges]):
        ends, said = _parted(record, ("source", "target"), f"{edges}[{number}]")
        if missing := [end for end in ends if end not in graph]:
            raise FileError(f"{edges}[{number}]: got the node {missing[0]!r:.80}; expected a known")
        said.pop("key", None)
        graph.add_edge(*ends, **said)
    return graph


def _parted(
    record: Any, keys: tuple[str, ...], where: str
) -> tuple[list[Hashable], dict[str, Any]]:
    if not isinstance(record, dict) or not record.keys() >= set(keys):
        raise FileError(f"{where}: got {record!r:.80}; expected a record with {' and '.join(keys)}")
    said = dict(record)
    return [_hashable(said.pop(key)) for key in keys], said


def _hashable(value: Any) -> Any:
    """JSON has lists for tuples."""
    return tuple(map(_hashable, value)) if isinstance(value, list) else value


_FORMATS = {
    "graphml": _Format("GraphML", nx.write_graphml, nx.read_graphml),
    "gexf": _Format("GEXF", _write_gexf, _read_gexf),
    "gml": _Format("GML", _write_gml, _read_gml),
    "node-link": _Format("node-link JSON", _write_node_link, _read_node_link),
}
