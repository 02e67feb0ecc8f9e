"""Parameters in a file of arrays, by name, beside the file or the code that says the structure.

A pair of layers with all connections between them is one matrix, ``x->h``, in the form that
``Network.connect`` takes, and the biases of a layer are one vector, ``h.bias``. Every other weight
and bias has its own name, ``x1->o1`` or ``h1.bias``, and is a single number; a shared weight has
the name of the first of its connections. So is what is learned of activations, ``h.slope``.
"""

import os
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from neurosim.errors import FileError, InvalidValueError, MissingExtraError, NeurosimError
from neurosim.functions.numbers import Matrix, require_array
from neurosim.network.connection import Connection
from neurosim.network.files import require_path, write_file
from neurosim.network.layer import Layer
from neurosim.network.parameter import Parameter
from neurosim.regular import open_regular

if TYPE_CHECKING:
    from neurosim.network.network import Network

_Index = NDArray[np.intp]
_SHOWN = 3  # names in a message
OWN = "neurosim."  # what else a file holds beside parameters, as no parameter is named


def save_parameters(network: "Network", path: str | os.PathLike[str]) -> None:
    """Write every parameter by name; the end of the file's name says the format.

    Raises:
        InvalidValueError: the name ends in neither .npz nor .safetensors.
        MissingExtraError: the format needs a package that is not installed.
        FileError: the file cannot be written.
    """
    form, theta = _format_of(path), network.read_parameters()
    arrays = {name: theta[index] for name, index in places_of(network).items()}
    write_file(path, lambda file: form.write(file, arrays))


def read_parameters(network: "Network", path: str | os.PathLike[str]) -> Matrix:
    """Theta, (n_parameters,), from a file that `save_parameters` wrote of such a structure.

    Raises:
        InvalidValueError: the name ends in neither .npz nor .safetensors.
        MissingExtraError: the format needs a package that is not installed.
        FileError: the file cannot be read, or is of another structure.
    """
    return theta_of(network, _read(path, _format_of(path)), path)


def read_npz(path: str | os.PathLike[str]) -> Mapping[str, Any]:
    """The arrays of a file of NumPy.

    Raises:
        FileError: the file cannot be read, or is none.
    """
    return _read(path, _FORMATS[".npz"])


def _read(path: str | os.PathLike[str], form: "_Format") -> Mapping[str, Any]:
    try:
        return form.read(require_path(path))
    except NeurosimError:
        raise
    except Exception as error:  # what a reader of packed files says of any bytes is of many kinds
        raise FileError(f"{path}: no file of arrays, got {error}") from error


def theta_of(network: "Network", found: Mapping[str, Any], path: str | os.PathLike[str]) -> Matrix:
    """Theta, (n_parameters,), of arrays by name.

    Raises:
        FileError: they are of another structure.
    """
    places = places_of(network)
    named = {name for name in found if not name.startswith(OWN)}
    missing, strange = places.keys() - named, named - places.keys()
    if missing or strange:
        parts = [
            f"{what} {_listed(names)}"
            for what, names in (("without", missing), ("with", strange))
            if names
        ]
        raise FileError(
            f"{path}: of another structure than {network.title!r}, got parameters"
            f" {', and '.join(parts)}; expected those of the network, by the same names"
        )
    theta = np.empty(sum(index.size for index in places.values()))
    for name, index in places.items():
        try:
            values = require_array(found[name], name)
        except NeurosimError as error:
            raise FileError(f"{path}: {error}") from error
        if values.shape != index.shape:
            raise FileError(f"{path}: {name}: got {values.shape}; expected {index.shape}")
        theta[index] = values
    return theta


def _listed(names: set[str]) -> str:
    shown = [repr(name) for name in sorted(names)[:_SHOWN]]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more:,} more" if more else "")


def places_of(network: "Network") -> dict[str, _Index]:
    """Of each array, by name, the places of its entries in theta."""
    number = {parameter: i for i, parameter in enumerate(network.parameter_list())}
    between: dict[tuple[Layer | None, Layer | None], list[Connection]] = {}
    for connection in network.connections:
        ends = connection.source.layer, connection.target.layer
        between.setdefault(ends, []).append(connection)
    found: dict[str, _Index] = {}
    for (source, target), connections in between.items():
        if source is not None and target is not None and _is_whole(source, target, connections):
            found[f"{source.name}->{target.name}"] = _matrix(source, target, connections, number)
        else:
            weights = {c.parameter: None for c in connections}
            found |= {w.connections[0].name: np.array(number[w]) for w in weights}
    functions = {p.name: np.array(number[p]) for p in network.function_parameters}
    return found | _biases(network, number) | functions


def _is_whole(source: Layer, target: Layer, connections: list[Connection]) -> bool:
    """Whether these are all that there can be, each with a weight of its own."""
    count = len(source.neurons) * len(target.neurons)
    return len(connections) == count and all(c.parameter is c for c in connections)


def _matrix(
    source: Layer, target: Layer, connections: list[Connection], number: Mapping[Parameter, int]
) -> _Index:
    row = {neuron: i for i, neuron in enumerate(source.neurons)}
    column = {neuron: i for i, neuron in enumerate(target.neurons)}
    index = np.empty((len(row), len(column)), np.intp)
    rows, columns = [row[c.source] for c in connections], [column[c.target] for c in connections]
    index[rows, columns] = [number[c] for c in connections]
    return index


def _biases(network: "Network", number: Mapping[Parameter, int]) -> dict[str, _Index]:
    biased = [neuron for neuron in network.neurons if neuron.bias is not None]
    of_layer: dict[Layer, list[int]] = {}
    for neuron in biased:
        if neuron.layer is not None:
            of_layer.setdefault(neuron.layer, []).append(number[neuron._bias])
    whole = {layer for layer, places in of_layer.items() if len(places) == len(layer.neurons)}
    found = {f"{layer.name}.bias": np.array(of_layer[layer]) for layer in whole}
    lone = (neuron for neuron in biased if neuron.layer not in whole)
    return found | {neuron._bias.name: np.array(number[neuron._bias]) for neuron in lone}


# --- formats


class _Format(NamedTuple):
    write: Callable[[BinaryIO, Mapping[str, Any]], None]
    read: Callable[[Path], Mapping[str, Any]]


def _write_npz(file: BinaryIO, arrays: Mapping[str, Any]) -> None:
    np.savez(file, **arrays)


def _read_npz(path: Path) -> Mapping[str, Any]:
    import zipfile

    with open_regular(path) as file:
        if not zipfile.is_zipfile(file):
            raise FileError(f"{path}: no file of arrays; expected one that save_parameters() wrote")
        file.seek(0)
        with np.load(file, allow_pickle=False) as found:
            return dict(found)


def _write_safetensors(file: BinaryIO, arrays: Mapping[str, Any]) -> None:
    whole = {
        name: np.ascontiguousarray(array).reshape(array.shape) for name, array in arrays.items()
    }
    file.write(safetensors("safetensors.numpy").save(whole))


def _read_safetensors(path: Path) -> Mapping[str, Any]:
    with open_regular(path) as file:
        found: Mapping[str, Any] = safetensors("safetensors.numpy").load(file.read())
    return found


def safetensors(module: str) -> Any:
    """A module of safetensors.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        return import_module(module)
    except ImportError:
        raise MissingExtraError(
            "files of safetensors: are written by a package that is not installed;"
            " expected pip install 'neurosim[safetensors]'",
            "safetensors",
        ) from None


def _format_of(path: object) -> _Format:
    suffix = require_path(path).suffix.lower()
    if suffix not in _FORMATS:
        raise InvalidValueError(
            f"parameters: got the file {str(path)!r:.200}; expected a name that ends in"
            f" {' or '.join(_FORMATS)}"
        )
    return _FORMATS[suffix]


_FORMATS = {
    ".npz": _Format(_write_npz, _read_npz),
    ".safetensors": _Format(_write_safetensors, _read_safetensors),
}
