"""A network in one file of safetensors: its structure in the metadata, its numbers as arrays.

The parameters are there by name, as `Network.save_parameters` writes them, so that any reader of
such files finds ``x->h`` and ``h.bias``. The metadata are the document of the network without its
connections; of these the ends, the initial weights and the flags are arrays of their own.
"""

import json
import os
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
_KEY = "neurosim_network"
_ENDS, _INITIAL, _TRAINABLE = (f"{OWN}{name}" for name in ("ends", "initial", "trainable"))
_ARRAYS = {_ENDS: np.int64, _INITIAL: np.float64, _TRAINABLE: np.bool_}


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
    document = to_document(network) | data_document(network)
    number = {neuron.name: i for i, neuron in enumerate(network.neurons)}
    connections = document["connections"]
    document["connections"] = []
    ends = [(number[c["from"]], number[c["to"]]) for c in connections]
    theta = network.read_parameters()
    arrays = {name: theta[index] for name, index in places_of(network).items()} | {
        _ENDS: np.array(ends, np.int64).reshape(-1, 2),
        _INITIAL: np.array([c["initial"] for c in connections], np.float64),
        _TRAINABLE: np.array([c["trainable"] for c in connections], np.bool_),
    }
    # an array of no axes must be contiguous, too, and stay one of no axes
    whole = {name: np.ascontiguousarray(a).reshape(np.shape(a)) for name, a in arrays.items()}
    metadata = {_KEY: json.dumps(document)}
    library = safetensors("safetensors.numpy")
    write_file(path, lambda file: file.writelines([library.save(whole, metadata)]))


def load_structured(path: str | os.PathLike[str], make: Any) -> Any:
    """The network, made by ``make``, of such a file.

    Raises:
        FileError: the file cannot be read, holds no structure, or contradicts itself.
        MissingExtraError: safetensors is not installed.
    """
    metadata, arrays = _read(path)
    if _KEY not in metadata:
        raise FileError(
            f"{path}: holds no structure, got arrays alone; expected one that net.save() wrote"
            " (net.load_parameters(path) reads arrays into a network that is there)"
        )
    try:
        document = parse(metadata[_KEY])
    except (ValueError, RecursionError) as error:
        raise FileError(f"{path}: {_KEY}: no JSON, got {error}") from error
    if isinstance(document, dict) and document.get("connections") != []:
        raise FileError(f"{path}: {_KEY}: connections beside those of {_ENDS!r}; expected none")
    own = {name: _array(arrays, name, path) for name in _ARRAYS}
    network = from_document(document, str(path), make, partial(_connect, own, path))
    network.load_parameters(theta_of(network, arrays, path))
    return network


def _read(path: str | os.PathLike[str]) -> tuple[dict[str, str], dict[str, Any]]:
    source, library = require_path(path), safetensors("safetensors")
    try:
        open_regular(source).close()  # what is no file is named as everywhere
        with library.safe_open(str(source), framework="numpy") as file:
            return file.metadata() or {}, {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
    except FileError:
        raise
    except Exception as error:  # what a reader of packed files says of any bytes is of many kinds
        raise FileError(f"{path}: no file of arrays, got {error}") from error


def _array(arrays: dict[str, Any], name: str, path: str | os.PathLike[str]) -> Any:
    found = arrays.get(name)
    if found is None or found.dtype != _ARRAYS[name]:
        got = "none" if found is None else found.dtype.name
        raise FileError(f"{path}: {name}: got {got}; expected an array of {_ARRAYS[name].__name__}")
    return found


def _connect(own: dict[str, Any], path: str | os.PathLike[str], structure: Structure) -> None:
    """Add the connections, with the weights they were made with."""
    ends, initial, trainable = (own[name] for name in _ARRAYS)
    count, neurons = len(initial), structure.neurons
    if ends.shape != (count, 2) or initial.shape != (count,) or trainable.shape != (count,):
        raise FileError(f"{path}: {_ENDS}: got {ends.shape}; expected {(count, 2)} and flags each")
    if count and not (ends.min() >= 0 and ends.max() < len(neurons) and np.isfinite(initial).all()):
        raise FileError(
            f"{path}: {_ENDS}: of no neuron, or not finite; expected numbers of neurons"
        )
    sources, targets = ends.T.tolist()
    starts, goals = [neurons[i] for i in sources], [neurons[i] for i in targets]
    try:
        made = structure.join(starts, goals, initial.tolist(), trainable=True)
    except NeurosimError as error:
        raise FileError(f"{path}: {_ENDS}: {error}") from error
    for connection, flag in zip(made, trainable.tolist(), strict=True):
        connection._trainable = flag
