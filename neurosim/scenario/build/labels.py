"""Columns and classes of the data, and the inputs and outputs of the network: bound by name.

Where the names are the same set, each column belongs to the neuron of its name. Where none is the
same, they belong together in order, and the column's name is the neuron's label.
"""

from collections.abc import Sequence

import numpy as np

from neurosim.errors import InvalidValueError
from neurosim.functions.mapped import transformed
from neurosim.network.network import Network
from neurosim.network.neuron import Neuron
from neurosim.training.data import Labelled, MeasuredRows, Rows

_THRESHOLDS = {"column": 0.5, "signs": 0.0}


def bind(rows: MeasuredRows, network: Network) -> MeasuredRows:
    """The rows with their columns in the order of the network's inputs and outputs.

    Raises:
        InvalidValueError: names agree in part.
    """
    inputs = _order("inputs", rows.input_names, network.inputs)
    targets = _order("outputs", rows.target_names, network.outputs)
    return MeasuredRows(
        transformed(rows.X, lambda part: part[:, inputs]),
        transformed(rows.T, lambda part: part[:, targets]),
        tuple(np.array(rows.input_names)[inputs].tolist()) if rows.input_names else (),
        tuple(np.array(rows.target_names)[targets].tolist()) if rows.target_names else (),
        weights=rows.weights,
    )


def label(network: Network, rows: Rows, bound: MeasuredRows, encoding: str | None) -> None:
    """Give the network the names of columns and classes that its neurons do not have."""
    _label(network.inputs, bound.input_names)
    if not isinstance(rows, Labelled):
        _label(network.outputs, bound.target_names)
    elif encoding == "one_hot":
        network.set_classes(bound.target_names)
    else:
        assert encoding is not None
        network.set_classes(rows.class_names, threshold=_THRESHOLDS[encoding])


def _order(what: str, columns: Sequence[str], neurons: Sequence[Neuron]) -> list[int]:
    """The columns as the neurons go."""
    names = [neuron.name for neuron in neurons]
    if len(columns) == len(names) and set(columns) == set(names):
        return [list(columns).index(name) for name in names]
    common = set(columns) & set(names)
    if common and len(columns) == len(names) and not _are_numbered(neurons):
        raise InvalidValueError(
            f"the names of {what} agree in part: the data have {', '.join(columns)}, the network"
            f" {', '.join(names)}; expected the same names, or others altogether"
        )
    return list(range(len(columns) or len(names)))


def _are_numbered(neurons: Sequence[Neuron]) -> bool:
    """Whether the names were made of a layer's, as ``x1`` and ``x2``: no user gave them."""
    return all(
        neuron.layer is not None
        and neuron.name == f"{neuron.layer.name}{neuron.layer.neurons.index(neuron) + 1}"
        for neuron in neurons
    )


def _label(neurons: Sequence[Neuron], names: Sequence[str]) -> None:
    for neuron, name in zip(neurons, names, strict=False):
        if neuron.name != name:
            neuron.label = name
