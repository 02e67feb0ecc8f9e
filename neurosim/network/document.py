"""A network as a document: readable, versioned JSON, by name, every float exact."""

import json
import os
import tempfile
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from neurosim.errors import FileError, NeurosimError
from neurosim.functions.activations import ACTIVATIONS, SOFTMAX
from neurosim.network.layer import Layer
from neurosim.network.neuron import Neuron

if TYPE_CHECKING:
    from neurosim.network.network import Network

VERSION = 1
_KEYS = {"neurosim_network", "title", "seed", "generator", "layers", "neurons", "connections"}
_KEYS_OF = {
    "layers": {"name", "activation", "input"},
    "neurons": {"name", "layer", "activation", "input", "bias", "trainable", "initial"},
    "connections": {"from", "to", "weight", "trainable", "initial"},
}


def to_document(network: "Network") -> dict[str, Any]:
    """The network as plain data."""
    return {
        "neurosim_network": VERSION,
        "title": network.title,
        "seed": network.seed,
        "generator": network.generator,
        "layers": [
            {"name": layer.name, "activation": layer.activation, "input": layer.is_input}
            for layer in network.layers
        ],
        "neurons": [_neuron_record(neuron) for neuron in network.neurons],
        "connections": [
            {
                "from": connection.source.name,
                "to": connection.target.name,
                "weight": connection.weight,
                "trainable": connection.trainable,
                "initial": connection.initial_weight,
            }
            for connection in network.connections
        ],
        "outputs": None if network._outputs is None else list(network._outputs),
    }


def _neuron_record(neuron: Neuron) -> dict[str, Any]:
    return {
        "name": neuron.name,
        "layer": None if neuron.layer is None else neuron.layer.name,
        "activation": neuron.activation,
        "input": neuron.is_input,
        "bias": neuron.bias,
        "trainable": neuron.bias_trainable,
        "initial": neuron.initial_bias,
    }


def from_document(document: dict[str, Any], where: str, make: "type[Network]") -> "Network":
    """The network, made by ``make``, that a document describes.

    Raises:
        FileError: the document is of another version, or lacks something, or contradicts itself.
    """
    _require_form(document, where)
    try:
        return _build(document, make)
    except (NeurosimError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise FileError(f"{where}: no valid network, got {error}") from error


def _build(document: dict[str, Any], make: "type[Network]") -> "Network":
    network = make(document["title"], seed=document["seed"], generator=document["generator"])
    layers = {layer["name"]: layer for layer in document["layers"]}
    for layer_name, group in groupby(document["neurons"], key=lambda record: record["layer"]):
        records = list(group)
        if layer_name is None:
            for record in records:
                _add_lone(network, record)
        else:
            _add_layer(network, layers.pop(layer_name), records)
    if layers:
        raise FileError(f"layers without neurons: {', '.join(layers)}")
    for record in document["connections"]:
        connection = network.connect(
            record["from"], record["to"], weight=record["weight"], trainable=record["trainable"]
        )
        connection._initial = float(record["initial"])
    if document.get("outputs") == []:  # the chosen ones were all removed
        network._outputs = ()
    elif document.get("outputs") is not None:
        network.outputs = document["outputs"]
    return network


def _add_lone(network: "Network", record: dict[str, Any]) -> None:
    if record["input"]:
        network.add_input(record["name"])
        return
    neuron = network.add_neuron(
        record["name"],
        activation=record["activation"],
        bias=record["bias"],
        bias_trainable=record["trainable"],
    )
    neuron._initial = record["initial"]


def _add_layer(network: "Network", layer: dict[str, Any], records: list[dict[str, Any]]) -> None:
    names = network._require_layer_names(layer["name"], [record["name"] for record in records])
    if layer["activation"] not in (*ACTIVATIONS, SOFTMAX):
        network._require_activation(layer["activation"], "layer", softmax=True)
    biases = network._require_biases(
        layer["name"], [record["bias"] for record in records], len(records), None
    )
    bare = Layer(layer["name"], layer["activation"], is_input=bool(layer["input"]))
    made = network._add_layer(bare, names, biases, bias_trainable=True)
    for neuron, record in zip(made.neurons, records, strict=True):
        neuron.bias_trainable = record["trainable"]
        neuron._initial = record["initial"]


def _require_form(document: Any, where: str) -> None:
    if not isinstance(document, dict) or "neurosim_network" not in document:
        raise FileError(f"{where}: no network; expected a file that neurosim's save() wrote")
    if document["neurosim_network"] != VERSION:
        raise FileError(f"{where}: version {document['neurosim_network']!r}; expected {VERSION}")
    if missing := sorted(_KEYS - set(document)):
        raise FileError(f"{where}: missing {', '.join(missing)}")
    for part, keys in _KEYS_OF.items():
        for i, record in enumerate(document[part]):
            if not isinstance(record, dict) or set(record) != keys:
                raise FileError(
                    f"{where}: {part}[{i}]: got {record!r:.80}; expected the keys"
                    f" {', '.join(sorted(keys))}"
                )


def save(network: "Network", path: str | os.PathLike[str]) -> None:
    """Write the network, whole or not at all (a temporary file that takes the name at the end)."""
    target = Path(path)
    text = json.dumps(to_document(network), ensure_ascii=False, allow_nan=False, indent=1) + "\n"
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=target.parent, prefix=f".{target.name}.", delete=False
        ) as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).replace(target)
    except OSError as error:
        raise FileError(f"{target}: cannot be written, got {error.strerror}") from error


def read_document(path: str | os.PathLike[str]) -> Any:
    """The plain data of a JSON file.

    Raises:
        FileError: the file cannot be read, or is no JSON.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
        return json.loads(text, parse_constant=_refuse_constant)
    except OSError as error:
        raise FileError(f"{path}: cannot be read, got {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise FileError(f"{path}: no JSON, got {error}") from error


def _refuse_constant(text: str) -> float:
    raise FileError(f"{text} is no finite number")


def summarize(network: "Network") -> str:
    """The network in a few lines, as `Network.summary` returns it."""
    lines = [repr(network)]
    lines += [f"  {layer!r}" for layer in network.layers]
    lone = [neuron.name for neuron in network.neurons if neuron.layer is None]
    if lone:
        shown = ", ".join(lone[:12]) + (", ..." if len(lone) > 12 else "")
        lines.append(f"  in no layer: {len(lone)} neurons ({shown})")
    lines.append(f"  outputs: {', '.join(n.name for n in network.outputs) or 'none'}")
    mask = network.trainable_mask()
    lines.append(f"  parameters: {mask.size}, of which {int((~mask).sum())} are frozen")
    return "\n".join(lines)
