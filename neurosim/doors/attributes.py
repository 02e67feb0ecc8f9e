"""Attributes of a networkx graph that say what its nodes and edges are in a network.

Each is plain: a text, a number, True or False; and it is there only where it is not the usual one,
but for a neuron's activation, bias and layer and a connection's weight, trainable and order.
"""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np

from neurosim.errors import WrongTypeError
from neurosim.functions.activations import ACTIVATIONS, SOFTMAX
from neurosim.functions.aggregations import SUM
from neurosim.functions.numbers import require_number
from neurosim.network.connection import Connection
from neurosim.network.document import is_plain
from neurosim.network.names import InputColumn, label_text
from neurosim.network.neuron import Neuron
from neurosim.network.scaling import Scaling

INPUT, OUTPUT = "input_number", "output_number"  # which value of a sample, which of the outputs
_COLUMN = [f"column_{field.name}" for field in fields(InputColumn)]
_FUNCTION = "function_"
OF_NODES = {
    "activation", "bias", "has_bias", "trainable", "initial", "layer", "label", "dropout",
    "aggregation", "response", "scaling_offset", "scaling_factor", INPUT, OUTPUT, *_COLUMN,
}  # fmt: skip
_NOT_OF_INPUTS = {"activation", "bias"}  # an input has neither: what a graph says is kept as data
OF_EDGES = {"weight", "trainable", "order", "initial", "shared"}


def of_neuron(neuron: Neuron, data: Mapping[Any, Any]) -> dict[str, Any]:
    """What a node says of a neuron, and of what users hung on it."""
    usual = {"trainable": True, "dropout": 0.0, "aggregation": SUM, "response": 1.0}
    said = {
        "activation": neuron.activation,
        "bias": neuron.bias,
        "layer": None if neuron.layer is None else neuron.layer.name,
        "label": neuron.label,
        "has_bias": None if neuron.is_input or neuron.bias is not None else False,
        "initial": None if neuron.initial_bias == neuron.bias else neuron.initial_bias,
        "trainable": neuron.bias_trainable,
        "dropout": neuron.dropout,
        "aggregation": neuron.aggregation,
        "response": neuron.response,
    }
    if (scaling := neuron.scaling) is not None:
        said |= {"scaling_offset": scaling.offset, "scaling_factor": scaling.factor}
    if (column := neuron.column) is not None:
        said |= {f"column_{field.name}": getattr(column, field.name) for field in fields(column)}
    kept = {k: v for k, v in said.items() if v is not None and usual.get(k, ...) != v}
    return kept | _own(data, OF_NODES - _NOT_OF_INPUTS if neuron.is_input else OF_NODES)


def of_connection(connection: Connection, order: int, data: Mapping[Any, Any]) -> dict[str, Any]:
    """What an edge says of a connection."""
    said = {"weight": connection.weight, "trainable": connection.trainable, "order": order}
    if connection.initial != connection.weight:
        said["initial"] = connection.initial
    return said | _own(data, OF_EDGES)


def _own(data: Mapping[Any, Any], taken: set[str]) -> dict[str, Any]:
    """What users hung on it, as far as the names are free."""
    return {key: value for key, value in data.items() if isinstance(key, str) and key not in taken}


def data_of(said: Mapping[Any, Any], known: set[str]) -> dict[str, Any]:
    """What a graph says beyond a network, as far as a file of a network can hold it."""
    found = {k: _as_plain(v) for k, v in said.items() if isinstance(k, str) and k not in known}
    return {k: v for k, v in found.items() if not k.startswith(_FUNCTION) and is_plain({k: v})}


def _as_plain(value: Any) -> Any:
    match value:
        case np.generic():
            return value.item()
        case tuple() | list():
            return [_as_plain(item) for item in value]
        case dict():
            return {key: _as_plain(item) for key, item in value.items()}
    return value


def flag(said: Mapping[str, Any], key: str, where: str, *, default: bool = True) -> bool:
    """True or False; GML has 1 and 0 for them."""
    value = said.get(key, default)
    if isinstance(value, bool | np.bool_ | int) and value in (0, 1):
        return bool(value)
    raise WrongTypeError(f"{where} {key}: got {value!r:.80}; expected True or False")


def number(said: Mapping[str, Any], key: str, where: str, default: float) -> float:
    """A number, or the default where none is said."""
    return require_number(said[key], f"{where} {key}") if key in said else default


def scaling_of(said: Mapping[str, Any], where: str) -> list[float] | None:
    """The scaling that a node says, as a document does."""
    if not said.keys() & {"scaling_offset", "scaling_factor"}:
        return None
    offset, factor = (number(said, f"scaling_{x}", where, d) for x, d in _SCALING)
    return [offset, Scaling(offset, factor).factor]


def column_of(said: Mapping[str, Any]) -> dict[str, Any] | None:
    """The column that a node says, as a document does."""
    found = {field.name: said.get(f"column_{field.name}") for field in fields(InputColumn)}
    return None if found["name"] is None else found


_SCALING = (("offset", 0.0), ("factor", 1.0))


def of_functions(neurons: Mapping[str, dict[str, Any]], parameters: Any) -> None:
    """Let nodes say what is learned of their activations, ``function_slope`` and the like."""
    for group, parameter in enumerate(parameters):
        key = f"{_FUNCTION}{parameter.option}"
        said = {key: parameter.value, f"{key}_group": group}
        if not parameter.trainable:
            said[f"{key}_trainable"] = False
        if parameter.initial != parameter.value:
            said[f"{key}_initial"] = parameter.initial
        for neuron in parameter.neurons:
            neurons[neuron.name].update(said)


def functions_of(records: list[tuple[str, str, Mapping[str, Any]]]) -> list[dict[str, Any]]:
    """What is learned of activations, as a document says it.

    Args:
        records: of each neuron its name, its activation, which may say values, and its attributes.
    """
    groups: dict[tuple[str, Any], dict[str, Any]] = {}
    for name, activation, said in records:
        chosen = None if activation == SOFTMAX else ACTIVATIONS[activation]
        for option in () if chosen is None else chosen.trained:
            key, where = f"{_FUNCTION}{option}", f"node {name!r}"
            value = number(said, key, where, 0.0 if chosen is None else chosen.value_of(option))
            group = option, label_text(said.get(f"{key}_group", name))
            found = groups.setdefault(group, {"neurons": [], "option": option, "value": value})
            found["neurons"].append(name)
            found["trainable"] = flag(said, f"{key}_trainable", where)
            found["initial"] = number(said, f"{key}_initial", where, value)
    return list(groups.values())
