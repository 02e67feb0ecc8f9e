"""Files of networks, told apart by their suffixes: what reads each, and what writes it."""

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from neurosim.doors.graph_files import (
    graph_network,
    is_node_link,
    node_link_graph,
    read_graph,
    write_graph,
)
from neurosim.doors.onnx_models.read import from_onnx
from neurosim.doors.onnx_models.write import to_onnx
from neurosim.doors.weights import read_weights, write_weights
from neurosim.errors import FileError, guess
from neurosim.network.document import from_document, to_document
from neurosim.network.files import read_document, require_path
from neurosim.network.network import Network, load
from neurosim.regular import open_regular


class FileDoor(NamedTuple):
    """A kind of file.

    Attributes:
        name: what it is called.
        read: makes a network of a file.
        write: writes a network to a file.
        extra: what ``pip install 'neurosim[...]'`` must bring for it; None: nothing.
    """

    name: str
    read: Callable[[Path], Network]
    write: Callable[[Network, Path], None]
    extra: str | None = None


def is_network_file(path: object) -> bool:
    """Whether the suffix says a file of a network, be it one that is refused."""
    name = require_path(path).name.lower()
    return name.endswith((*DOORS, *CODE))


def read_network(path: str | os.PathLike[str]) -> Network:
    """The network of a file of any kind that `DOORS` lists, by the suffix of its name.

    Raises:
        FileError: the suffix is none of them, or the file holds no network.
        MissingExtraError: a package that reads it is not installed.
    """
    return _door(path, "read").read(require_path(path))


def write_network(network: Network, path: str | os.PathLike[str]) -> None:
    """Write a network to a file of any kind that `DOORS` lists, by the suffix of its name.

    Raises:
        FileError: the suffix is none of them, or the file cannot be written.
        MissingExtraError: a package that writes it is not installed.
        NeurosimError: the file cannot hold such a network.
    """
    _door(path, "written").write(network, require_path(path))


def lost_in(network: Network, path: str | os.PathLike[str]) -> tuple[str, ...]:
    """What a file that was written does not give back, such as ``labels``; none, if all is there.

    Raises:
        FileError: it cannot be read.
    """
    return tuple(dict.fromkeys(_differing(_said(network), _said(read_network(path)))))


def _said(network: Network) -> dict[str, Any]:
    return to_document(network) | {"outputs": [neuron.name for neuron in network.outputs]}


def _differing(one: dict[str, Any], other: dict[str, Any]) -> Iterator[str]:
    for part, value in one.items():
        found = other.get(part)
        if repr(value) == repr(found):
            continue
        pairs = list(zip(value, found or (), strict=False))
        if part not in ("neurons", "connections") or len(pairs) < len(value):
            yield part
            continue
        for record, back in pairs:
            yield from (f"{part}: {key}" for key in record if repr(record[key]) != repr(back[key]))


def _door(path: object, what: str) -> FileDoor:
    """The row of the longest suffix that fits."""
    name = require_path(path).name.lower()
    for suffix in sorted(DOORS, key=len, reverse=True):
        if name.endswith(suffix):
            return DOORS[suffix]
    own = Path(name).suffix
    if own in CODE:
        raise FileError(
            f"{path}: cannot be {what}, got a file of {CODE[own]}, which runs code when it is read;"
            f" expected {', '.join(DOORS)}"
        )
    raise FileError(
        f"{path}: cannot be {what}, got the suffix {own!r}{guess(own, DOORS)};"
        f" expected {', '.join(DOORS)}"
    )


def _read_json(path: Path) -> Network:
    """Ours or node-link JSON, by what is at its top."""
    with open_regular(path) as file:
        head = file.read(_HEAD)
    if b'"neurosim_network"' in head:
        return load(path)
    tree = read_document(path)
    if is_node_link(tree):
        try:
            return graph_network(node_link_graph(tree), path)
        except FileError as error:
            raise FileError(f"{path}: {error}".replace(f"{path}: {path}: ", f"{path}: ")) from error
    return from_document(tree, str(path), Network)


_HEAD = 4096  # bytes in which our files say what they are
CODE = {  # pickles: who reads them runs what is in them
    ".pt": "PyTorch",
    ".pth": "PyTorch",
    ".pkl": "pickle",
    ".pickle": "pickle",
    ".joblib": "joblib",
}
DOORS = {
    ".json": FileDoor("neurosim's JSON, or node-link JSON", _read_json, Network.save),
    ".safetensors": FileDoor("safetensors", load, Network.save, "safetensors"),
    ".npz": FileDoor("arrays of NumPy, W1, b1, ...", read_weights, write_weights),
    ".graphml": FileDoor("GraphML", partial(read_graph, form="graphml"),
                         partial(write_graph, form="graphml")),
    ".gexf": FileDoor("GEXF", partial(read_graph, form="gexf"), partial(write_graph, form="gexf")),
    ".gml": FileDoor("GML", partial(read_graph, form="gml"), partial(write_graph, form="gml")),
    ".nodelink.json": FileDoor("node-link JSON", partial(read_graph, form="node-link"),
                               partial(write_graph, form="node-link")),
    ".onnx": FileDoor("ONNX", from_onnx, to_onnx, "onnx"),
}  # fmt: skip
