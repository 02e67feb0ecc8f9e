"""Networks as lists of matrices, ``[W1, b1, W2, b2, ...]``, as Keras and NumPy scripts have them.

A matrix is (n_in, n_out), rows are sources; a vector behind it holds the biases of its targets.
"""

import os
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from neurosim.doors.layers import DenseLayer, network_of_layers
from neurosim.errors import FileError, GraphError, NeurosimError, ShapeError, WrongTypeError
from neurosim.functions.numbers import Matrix, require_array
from neurosim.network.files import write_file
from neurosim.network.layer import Layer
from neurosim.network.lookup import is_listing
from neurosim.network.network import Network
from neurosim.network.saved.parameters import read_npz

_WHERE = "from_weights"
_ACTIVATIONS = "activations"  # the array of a file that names them


def from_weights(
    weights: Sequence[Any] | Mapping[str, Any],
    activation: str | Sequence[str] = "identity",
    output_activation: str = "identity",
    *,
    title: str = "network",
) -> Network:
    """The network of layers that matrices and vectors are the parameters of.

    Args:
        weights: ``[W1, b1, W2, b2, ...]``: W (n_in, n_out), b (n_out,); layers without biases have
            no vector. Or what ``np.load`` gives of a file that ``np.savez(file, *weights)`` wrote.
        activation: of the hidden layers; or a list, one for each layer but the inputs.
        output_activation: of the last layer, where ``activation`` is one name.
        title: of the network.

    Raises:
        ShapeError: a matrix does not fit the one before it, or a vector its matrix.
        WrongTypeError, InvalidValueError: they are no finite numbers.
        UnknownNameError: there is no such activation.

    >>> net = from_weights([[[1.0], [2.0]], [0.5]])
    >>> net.forward([1, 1]), net.weights()[0].tolist()
    (array([3.5]), [[1.0], [2.0]])
    """
    layers = _paired(_arrays(weights))
    if isinstance(activation, str):
        activations = [activation] * (len(layers) - 1) + [output_activation]
    elif is_listing(activation):
        activations = list(activation)
    else:
        raise WrongTypeError(
            f"{_WHERE} activation: got {activation!r:.80}; expected a name, or a list of names"
        )
    if len(activations) != len(layers):
        raise ShapeError(
            f"{_WHERE}: got {len(activations)} activations; expected {len(layers)}, one a layer"
        )
    made = [
        DenseLayer(matrix, bias, chosen)
        for (matrix, bias), chosen in zip(layers, activations, strict=True)
    ]
    return network_of_layers(made, title=title)


def _arrays(weights: Any) -> list[Matrix]:
    if isinstance(weights, Mapping):
        weights = [weights[key] for key in weights if key != _ACTIVATIONS]
    if not is_listing(weights):
        raise WrongTypeError(f"{_WHERE}: got {weights!r:.80}; expected a list of matrices")
    return [require_array(item, f"{_WHERE}: weights[{i}]") for i, item in enumerate(weights)]


def _paired(arrays: list[Matrix]) -> list[tuple[Matrix, Matrix | None]]:
    """Each matrix with its biases."""
    found: list[tuple[Matrix, Matrix | None]] = []
    for number, array in enumerate(arrays):
        where = f"{_WHERE}: weights[{number}]"
        width = found[-1][0].shape[1] if found else None
        if array.ndim == 2 and array.size:
            if width not in (None, array.shape[0]):
                hint = "; did you mean the transposes?" if width == array.shape[1] else ""
                raise ShapeError(
                    f"{where}: got {array.shape}; expected ({width}, n): rows are sources{hint}"
                )
            found.append((array, None))
        elif found and found[-1][1] is None and array.shape == (width,):
            found[-1] = found[-1][0], array
        else:
            expected = "a matrix" if width is None else f"({width}, n)"
            if found and found[-1][1] is None:
                expected = f"({width},) or {expected}"
            raise ShapeError(f"{where}: got {array.shape}; expected {expected}")
    if not found:
        raise ShapeError(f"{_WHERE}: got no matrix; expected at least one, (n_in, n_out)")
    return found


def weights_of(network: Network) -> list[Matrix]:
    """The parameters of a network of layers, ``[W1, b1, W2, b2, ...]``, copies of them.

    Raises:
        GraphError: the network is no chain of layers, each wholly connected with the next one, or
            some neurons of a layer have biases and others none.
    """
    found: list[Matrix] = []
    for source, target in _chain(network):
        rows = [_row(network, target, neuron.name) for neuron in source.neurons]
        found.append(np.array(rows, np.float64))
        biases = [neuron.bias for neuron in target.neurons]
        if None in biases and any(bias is not None for bias in biases):
            raise GraphError(
                f"weights: layer {target.name!r}: got biases of some neurons; expected of all"
            )
        if None not in biases:
            found.append(np.array(biases, np.float64))
    return found


def _row(network: Network, target: Layer, source: str) -> list[float]:
    row = []
    for neuron in target.neurons:
        connection = network._structure.connection(source, neuron.name)
        if connection is None:
            raise GraphError(f"weights: got no '{source}->{neuron.name}'; expected all connections")
        row.append(connection.weight)
    return row


def _chain(network: Network) -> list[tuple[Layer, Layer]]:
    """Each layer with the next one, where the network is nothing but that."""
    lone = [neuron.name for neuron in network.neurons if neuron.layer is None]
    if lone or len(network.layers) < 2:
        got = f"{lone[0]!r} in no layer" if lone else f"{len(network.layers)} layers"
        raise GraphError(f"weights: got {got}; expected an input layer and others behind it")
    following: dict[Layer, Layer] = {}
    for connection in network.connections:
        source, target = connection.source.layer, connection.target.layer
        assert source is not None
        assert target is not None
        if following.setdefault(source, target) is not target:
            raise GraphError(
                f"weights: layer {source.name!r} leads into {following[source].name!r} and"
                f" {target.name!r}; expected a chain of layers"
            )
    chain = [network.layers[0]]
    while chain[-1] in following:
        chain.append(following[chain[-1]])
    if len(chain) != len(network.layers) or network.outputs != chain[-1].neurons:
        raise GraphError(
            f"weights: got {' -> '.join(layer.name for layer in chain)}; expected all layers in a"
            " chain, the outputs its last one"
        )
    if network.inputs != chain[0].neurons:
        raise GraphError("weights: got inputs in several layers; expected one layer of them")
    return list(pairwise(chain))


# --- files


def write_weights(network: Network, path: str | os.PathLike[str]) -> None:
    """Write ``[W1, b1, ...]`` as ``np.savez`` does, and the names of the activations.

    Raises:
        GraphError: the network is no chain of layers, or a layer has several activations.
        FileError: the file cannot be written.
    """
    arrays, names = weights_of(network), [layer.activation for _, layer in _chain(network)]
    for name in names:
        if ", " in name and not name.endswith(")"):
            raise GraphError(f"weights: got a layer of {name}; expected one activation a layer")
    named: dict[str, Any] = {_ACTIVATIONS: np.array(names)}
    write_file(path, lambda file: np.savez(file, *arrays, **named))


def read_weights(path: Path) -> Network:
    """The network of such a file.

    Raises:
        FileError: it cannot be read, or does not name the activations.
    """
    found = dict(read_npz(path))
    names = found.pop(_ACTIVATIONS, None)
    if names is None or names.dtype.kind != "U":
        raise FileError(
            f"{path}: names no activations; expected ns.from_weights(np.load(path), activation=...)"
            " for matrices, net.load_parameters(path) for what save_parameters() wrote"
        )
    try:
        return from_weights(list(found.values()), names.tolist(), title=path.stem)
    except NeurosimError as error:
        raise FileError(f"{path}: {error}") from error
