"""A network in one file of safetensors: its structure in the metadata, its numbers as arrays.

The parameters are there by name, as `Network.save_parameters` writes them, so that any reader of
such files finds ``x->h`` and ``h.bias``. The metadata are the document of the network without its
connections; of these the ends, the initial weights and the flags are arrays of their own.
"""

import json
import os
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.errors import FileError, NeurosimError
from neurosim.network.document import data_document, from_document, to_document
from neurosim.network.files import parse, require_path, write_file
from neurosim.network.saved.parameters import OWN, places_of, safetensors, theta_of
from neurosim.network.structure import Structure
from neurosim.regular import open_regular

if TYPE_CHECKING:
    from neurosim.network.network import Network

SUFFIX = ".safetensors"
STRUCTURE = "neurosim_network"
ENDS, INITIAL, TRAINABLE, WEIGHTS = (
    f"{OWN}{name}" for name in ("ends", "initial", "trainable", "weights")
)
_ARRAYS = {ENDS: np.int64, INITIAL: np.float64, TRAINABLE: np.bool_}
ARRAYS = {**_ARRAYS, WEIGHTS: np.float64}


def is_structured(path: object) -> bool:
    """Whether the name of a file asks for this layout."""
    return isinstance(path, str | os.PathLike) and os.fspath(path).lower().endswith(SUFFIX)


def save_structured(network: "Network", path: str | os.PathLike[str]) -> None:
    """Write the network.

    Raises:
        FileError: the file cannot be written.
        InvalidValueError: JSON cannot hold data of one's own.
        MissingExtraError: safetensors is not installed.
    """
    document, arrays = packed(network)
    theta = network.read_parameters()
    arrays |= {name: theta[index] for name, index in places_of(network).items()}
    # an array of no axes must be contiguous, too, and stay one of no axes
    whole = {name: np.ascontiguousarray(a).reshape(np.shape(a)) for name, a in arrays.items()}
    metadata = {STRUCTURE: json.dumps(document | data_document(network))}
    library = safetensors("safetensors.numpy")
    write_file(path, lambda file: file.writelines([library.save(whole, metadata)]))


def packed(network: "Network") -> tuple[dict[str, Any], dict[str, Any]]:
    """The document without connections, and the arrays that have these; `unpacked` reads both."""
    document = to_document(network)
    number = {neuron.name: i for i, neuron in enumerate(network.neurons)}
    connections = document["connections"]
    document["connections"] = []
    ends = [(number[c["from"]], number[c["to"]]) for c in connections]
    return document, {
        ENDS: np.array(ends, np.int64).reshape(-1, 2),
        INITIAL: np.array([c["initial"] for c in connections], np.float64),
        TRAINABLE: np.array([c["trainable"] for c in connections], np.bool_),
    }


def unpacked(document: Any, arrays: Mapping[str, Any], where: str, make: Any) -> Any:
    """The network, made by ``make``; its weights are `WEIGHTS`, else those it was made with.

    Raises:
        FileError: the document or an array is wrong, or one contradicts the other.
    """
    if isinstance(document, dict) and document.get("connections") != []:
        raise FileError(
            f"{where}: {STRUCTURE}: connections beside those of {ENDS!r}; expected none"
        )
    names = {*_ARRAYS} | ({WEIGHTS} & arrays.keys())
    own = {name: _array(arrays, name, where) for name in names}
    return from_document(document, where, make, partial(_connect, own, where))


def load_structured(path: str | os.PathLike[str], make: Any) -> Any:
    """The network, made by ``make``, of such a file.

    Raises:
        FileError: the file cannot be read, holds no structure, or contradicts itself.
        MissingExtraError: safetensors is not installed.
    """
    metadata, arrays = _read(path)
    if STRUCTURE not in metadata:
        raise FileError(
            f"{path}: holds no structure, got arrays alone; expected one that net.save() wrote"
            " (net.load_parameters(path) reads arrays into a network that is there)"
        )
    try:
        document = parse(metadata[STRUCTURE])
    except (ValueError, RecursionError) as error:
        raise FileError(f"{path}: {STRUCTURE}: no JSON, got {error}") from error
    network = unpacked(document, arrays, str(path), make)
    network.load_parameters(theta_of(network, arrays, path))
    return network


def _read(path: str | os.PathLike[str]) -> tuple[dict[str, str], dict[str, Any]]:
    source, library = require_path(path), safetensors("safetensors")
    open_regular(source).close()  # what is no file is named as everywhere
    try:
        with library.safe_open(str(source), framework="numpy") as file:
            return file.metadata() or {}, {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
    except Exception as error:  # what a reader of packed files says of any bytes is of many kinds
        raise FileError(f"{path}: no file of arrays, got {error}") from error


def _array(arrays: Mapping[str, Any], name: str, path: str) -> Any:
    found = arrays.get(name)
    if found is None or found.dtype != ARRAYS[name]:
        got = "none" if found is None else found.dtype.name
        raise FileError(f"{path}: {name}: got {got}; expected an array of {ARRAYS[name].__name__}")
    return found


def _connect(own: dict[str, Any], path: str, structure: Structure) -> None:
    """Add the connections."""
    ends, initial, trainable = (own[name] for name in _ARRAYS)
    weights = own.get(WEIGHTS, initial)
    count, neurons = len(ends), structure.neurons
    if ends.shape != (count, 2) or any(a.shape != (count,) for a in (initial, trainable, weights)):
        raise FileError(f"{path}: {ENDS}: got {ends.shape}; expected {(count, 2)} and flags each")
    is_finite = np.isfinite(initial).all() and np.isfinite(weights).all()
    if count and not (ends.min() >= 0 and ends.max() < len(neurons) and is_finite):
        raise FileError(f"{path}: {ENDS}: of no neuron, or not finite; expected numbers of neurons")
    sources, targets = ends.T.tolist()
    starts, goals = [neurons[i] for i in sources], [neurons[i] for i in targets]
    try:
        made = structure.join(starts, goals, weights.tolist(), trainable=True)
    except NeurosimError as error:
        raise FileError(f"{path}: {ENDS}: {error}") from error
    for connection, flag, first in zip(made, trainable.tolist(), initial.tolist(), strict=True):
        connection._trainable, connection._initial = flag, first
