"""A network as plain data, by name and with exact floats, and as a few lines of text."""

import json
import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields
from functools import lru_cache
from itertools import groupby, islice
from operator import attrgetter, itemgetter
from types import NoneType
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.errors import (
    FileError,
    GraphError,
    InvalidValueError,
    NameRuleError,
    NeurosimError,
    UnknownNameError,
)
from neurosim.functions.activations import ACTIVATIONS, SOFTMAX
from neurosim.functions.aggregations import SUM
from neurosim.functions.numbers import counted, require_number
from neurosim.network.connection import Connection
from neurosim.network.edits import require_activation, require_layer_names, resolve
from neurosim.network.layer import Layer, joined
from neurosim.network.lookup import require_neuron, require_outputs, require_shareable
from neurosim.network.names import InputColumn
from neurosim.network.neuron import Neuron
from neurosim.network.order import refuse_connection
from neurosim.network.parameter import FunctionParameter
from neurosim.network.scaling import Scaling
from neurosim.network.structure import Structure

if TYPE_CHECKING:
    from neurosim.network.network import Network


VERSION = 1
# of each part, the keys of a record: the type of the value, and the value itself
_PARTS: dict[str, dict[str, tuple[Any, Callable[[Any], Any]]]] = {
    "layers": {
        "name": (str, attrgetter("name")),
        "activation": (str, attrgetter("activation")),
        "input": (bool, attrgetter("is_input")),
    },
    "neurons": {
        "name": (str, attrgetter("name")),
        "layer": ((str, NoneType), lambda neuron: getattr(neuron.layer, "name", None)),
        "activation": (str, attrgetter("activation")),
        "input": (bool, attrgetter("is_input")),
        "bias": ((int, float, NoneType), attrgetter("bias")),
        "trainable": (bool, attrgetter("bias_trainable")),
        "initial": ((int, float, NoneType), attrgetter("initial_bias")),
    },
    "connections": {
        "from": (str, attrgetter("source.name")),
        "to": (str, attrgetter("target.name")),
        "weight": ((int, float), attrgetter("weight")),
        "trainable": (bool, attrgetter("trainable")),
        "initial": ((int, float), attrgetter("initial")),
    },
}
_FUNCTION: dict[str, tuple[Any, Callable[[Any], Any]]] = {
    "neurons": (list, lambda parameter: [neuron.name for neuron in parameter.neurons]),
    "option": (str, attrgetter("option")),
    "value": ((int, float), attrgetter("value")),
    "trainable": (bool, attrgetter("trainable")),
    "initial": ((int, float), attrgetter("initial")),
}
_KEYS = ("neurosim_network", "title", "seed", "generator", *_PARTS, "outputs")
_SHARED = "shared"  # keys that only networks with shared weights, or a scaling, or labels have
_SCALINGS, _LABELS, _COLUMNS, _CLASSES = "scalings", "labels", "columns", "classes"
_DATA, _DISABLED, _DROPOUT = "data", "disabled", "dropout"
_AGGREGATIONS, _RESPONSES = "aggregations", "responses"
_FUNCTIONS = "functions"
_OF_NEURONS = {_DROPOUT: "dropout", _AGGREGATIONS: "aggregation", _RESPONSES: "response"}
_MORE = (
    _SHARED,
    _DISABLED,
    _SCALINGS,
    _LABELS,
    _COLUMNS,
    _CLASSES,
    *_OF_NEURONS,
    _FUNCTIONS,
    _DATA,
)
_Record = dict[str, Any]


def to_document(network: "Network") -> _Record:
    """The network as plain data."""
    return _document(network, _records)


def to_json(network: "Network") -> Iterator[str]:
    """The same, and the data of one's own, as the text of a JSON file: a record a line.

    Raises:
        InvalidValueError: JSON cannot hold data of one's own.
    """
    return _pieces(_document(network, _lines) | data_document(network))


def _pieces(document: _Record) -> Iterator[str]:
    before = "{"
    for key, value in document.items():
        yield f'{before}\n "{key}": '
        if key in _PARTS:
            yield from value
        else:
            yield _encode(value)
        before = ","
    yield "\n}\n"


def _document(network: "Network", records: Callable[[Any, str], Any]) -> _Record:
    network.require_readable()
    structure, classes = network._structure, network.classes
    more: _Record = {
        _SHARED: [[[c.source.name, c.target.name] for c in g] for g in structure.shared_groups()],
        _DISABLED: [_disabled_record(*item) for item in structure.places_of_disabled],
        _SCALINGS: {n.name: [s.offset, s.factor] for n in network.neurons if (s := n.scaling)},
        _LABELS: {n.name: n.label for n in network.neurons if n.label is not None},
        _COLUMNS: {n.name: asdict(n.column) for n in network.neurons if n.column is not None},
        _CLASSES: classes and {"names": list(classes.names), "threshold": classes.threshold},
        _DROPOUT: {n.name: n.dropout for n in network.neurons if n.dropout},
        _AGGREGATIONS: {n.name: n.aggregation for n in network.neurons if n.aggregation != SUM},
        _FUNCTIONS: [_function_record(p) for p in network.function_parameters],
        _RESPONSES: {n.name: n.response for n in network.neurons if n.response != 1.0},
    }
    return {
        "neurosim_network": VERSION,
        "title": network.title,
        "seed": network.seed,
        "generator": network.generator,
        **{part: records(getattr(network, part), part) for part in _PARTS},
        "outputs": None if structure.chosen is None else list(structure.chosen),
        **{key: found for key, found in more.items() if found},
    }


def _function_record(parameter: FunctionParameter) -> _Record:
    return {key: read(parameter) for key, (_, read) in _FUNCTION.items()}


def _disabled_record(connection: Connection, number: int) -> _Record:
    return {**_records([connection], "connections")[0], "number": number}


def data_document(network: "Network") -> _Record:
    """What users hang on neurons and connections, by name; nothing where there is none.

    Raises:
        InvalidValueError: JSON cannot hold it.
    """
    found = {item.name: data for item, data in network._structure.data.items()}
    for name, data in found.items():
        for key, value in data.items():
            if not is_plain({key: value}):
                raise InvalidValueError(
                    f"{name}.data[{key!r:.80}]: got {value!r:.80}; expected a text as the key, and"
                    " a text, finite number, True, False, None, or lists and dicts of them"
                )
    return {_DATA: found} if found else {}


def is_plain(value: Any) -> bool:
    """Whether JSON gives back the same value."""
    match value:
        case dict():
            return all(type(key) is str and is_plain(item) for key, item in value.items())
        case list():
            return all(map(is_plain, value))
    return type(value) in (str, bool, int, NoneType) or (
        type(value) is float and math.isfinite(value)
    )


def _records(things: Iterable[Any], part: str) -> list[_Record]:
    return [{key: read(thing) for key, (_, read) in _PARTS[part].items()} for thing in things]


def _lines(things: Iterable[Any], part: str) -> Iterator[str]:
    """The records as JSON, column by column: a text for each number, one for each name."""
    columns = [
        map(_ENCODERS.get(kind, _encode), map(read, things)) for kind, read in _PARTS[part].values()
    ]
    template = "  {" + ", ".join(f'"{key}": %s' for key in _PARTS[part]) + "}"
    rows, before = map(template.__mod__, zip(*columns, strict=True)), "[\n"
    while chunk := list(islice(rows, _CHUNK)):
        yield before + ",\n".join(chunk)
        before = ",\n"
    yield "[]" if before == "[\n" else "\n ]"


def _encode(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


_CHUNK = 10_000  # records
_ENCODERS: dict[Any, Callable[[Any], str]] = {
    str: lru_cache(100_000)(_encode),
    (int, float): float.__repr__,  # they are finite
    bool: {True: "true", False: "false"}.__getitem__,
}


def from_document(
    document: Any,
    where: str,
    make: "Callable[..., Network]",
    connect: Callable[[Structure], None] | None = None,
) -> "Network":
    """The network, made by ``make``, that a document describes.

    ``connect`` adds the connections, where they are read elsewhere.

    Raises:
        FileError: the document is of another version, or lacks something, or contradicts itself.
    """
    with _at(where):
        _require_form(document)
        network = make(document["title"], seed=document["seed"], generator=document["generator"])
        structure = network._structure
        _add_neurons(structure, document)
        if connect is None:
            _add_connections(structure, document["connections"])
        else:
            connect(structure)
        _choose_outputs(structure, document["outputs"])
        _add_disabled(structure, document.get(_DISABLED, []))
        _share(structure, document.get(_SHARED, []))
        _scale(network, document.get(_SCALINGS, {}))
        _label(structure, document.get(_LABELS, {}))
        _name_columns(structure, document.get(_COLUMNS, {}))
        _name_classes(network, document.get(_CLASSES))
        for key, what in _OF_NEURONS.items():
            _set_of_neurons(structure, key, what, document.get(key, {}))
        _give_functions(structure, document.get(_FUNCTIONS, []))
        _hang_data(network, document.get(_DATA, {}))
    return network


@contextmanager
def _at(place: str) -> Iterator[None]:
    """Whatever is refused inside is a fault of the file at this place."""
    try:
        yield
    except NeurosimError as error:
        raise FileError(f"{place}: {error}") from error


def _require_form(document: Any) -> None:
    if not isinstance(document, dict) or "neurosim_network" not in document:
        raise FileError("no network; expected a file that neurosim's save() wrote")
    version = document["neurosim_network"]
    if type(version) is not int or version != VERSION:
        raise FileError(f"neurosim_network: version {version!r:.80}; expected {VERSION}")
    if missing := [key for key in _KEYS if key not in document]:
        raise FileError(f"missing {', '.join(missing)}")
    if strange := [key for key in document if key not in (*_KEYS, *_MORE)]:
        raise FileError(f"unknown key {strange[0]!r:.80}; expected {', '.join(_KEYS)}")
    for part, keys in _PARTS.items():
        if not isinstance(document[part], list):
            raise FileError(f"{part}: got {document[part]!r:.80}; expected a list")
        if not _is_whole(document[part], keys):
            for number, record in enumerate(document[part]):
                _require_record(record, keys, f"{part}[{number}]")


def _is_whole(records: list[Any], keys: dict[str, tuple[Any, Any]]) -> bool:
    """Whether all is as it should be, by columns; where not, each record is looked at."""
    if set(map(type, records)) - {dict} or set(map(len, records)) - {len(keys)}:
        return False
    for key, (kind, _) in keys.items():
        column = [record.get(key, ...) for record in records]
        types = set(map(type, column))
        if not types <= set(kind if isinstance(kind, tuple) else (kind,)) or int in types:
            return False
        if float in types and not np.isfinite([x for x in column if x is not None]).all():
            return False
    return True


def _require_record(record: Any, keys: dict[str, tuple[Any, Any]], where: str) -> None:
    if not isinstance(record, dict) or record.keys() != keys.keys():
        raise FileError(f"{where}: got {record!r:.80}; expected the keys {', '.join(keys)}")
    for key, (kind, _) in keys.items():
        value = record[key]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise FileError(f"{where}.{key}: of a wrong type, got {value!r:.80}")
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            require_number(value, f"{where}.{key}")


def _add_neurons(structure: Structure, document: _Record) -> None:
    layers = {layer["name"]: layer for layer in document["layers"]}
    if len(layers) < len(document["layers"]):
        raise NameRuleError("layers: a name occurs twice; expected each layer once")
    numbered = enumerate(document["neurons"])
    for layer_name, group in groupby(numbered, key=lambda item: item[1]["layer"]):
        rows = list(group)
        with _at(f"neurons[{rows[0][0]}]"):
            records = [record for _, record in rows]
            if layer_name is None:
                for record in records:
                    _add_lone(structure, record)
            elif layer_name not in layers:
                raise UnknownNameError(f"no layer {layer_name!r}, or its neurons are not together")
            else:
                _add_layer(structure, layers.pop(layer_name), records)
    if layers:
        raise GraphError(f"layers without neurons: {', '.join(layers)}")


def _add_lone(structure: Structure, record: _Record) -> None:
    structure.names.require_free([record["name"]], "neuron")
    require_activation(record["activation"], f"neuron {record['name']!r}", softmax=False)
    structure.add([_neuron(record, None)])


def _add_layer(structure: Structure, layer: _Record, records: list[_Record]) -> None:
    names = [record["name"] for record in records]
    require_layer_names(layer["name"], names, structure.names)
    activation = joined(record["activation"] for record in records)
    for record in records:
        where = f"neuron {record['name']!r}"
        require_activation(record["activation"], where, softmax=activation == SOFTMAX)
        for key, found in (("activation", activation), ("input", record["input"])):
            if found != layer[key] != record[key]:
                raise GraphError(
                    f"{key} of {where}: got {record[key]!r}; expected that of its layer,"
                    f" {layer[key]!r}"
                )
    made = Layer(layer["name"], layer["activation"], is_input=layer["input"])
    structure.add([_neuron(record, made) for record in records], made)


def _neuron(record: _Record, layer: Layer | None) -> Neuron:
    bias, initial, is_input = record["bias"], record["initial"], record["input"]
    where = f"neuron {record['name']!r}"
    if (bias is None) != (initial is None):
        raise GraphError(
            f"{where}: got bias {bias!r}, initially {initial!r}; expected both or none"
        )
    if is_input and (bias is not None or record["activation"] != "identity"):
        raise GraphError(f"{where}: an input with bias or activation; expected neither")
    value, first = (None if number is None else float(number) for number in (bias, initial))
    options = {"bias_trainable": record["trainable"], "layer": layer, "is_input": is_input}
    neuron = Neuron(record["name"], record["activation"], value, **options)
    neuron._bias._initial = first
    return neuron


def _add_connections(structure: Structure, records: list[_Record]) -> None:
    pairs = map(itemgetter("from", "to"), records)
    sources, targets = resolve(structure, pairs, "connections")
    with _at("connections"):
        weights = map(float, map(itemgetter("weight"), records))
        made = structure.join(sources, targets, weights, trainable=True)
    for connection, record in zip(made, records, strict=True):
        connection._trainable = record["trainable"]
        connection._initial = float(record["initial"])


def _add_disabled(structure: Structure, records: Any) -> None:
    if not isinstance(records, list):
        raise FileError(f"{_DISABLED}: got {records!r:.80}; expected a list")
    before, keys = -1, {**_PARTS["connections"], "number": (int, None)}
    for place, record in enumerate(records):
        _require_record(record, keys, f"{_DISABLED}[{place}]")
        pairs = [(record["from"], record["to"])]
        (source,), (target,) = resolve(structure, pairs, f"{_DISABLED}[{place}]")
        with _at(f"{_DISABLED}[{place}]"):
            if not before < record["number"] <= structure.n_connections + place:
                raise FileError(f"got number {record['number']}; expected ascending places")
            if structure.same(made := _connection(source, target, record)) is not None:
                refuse_connection(source, target)
            if source is target or target.is_input:
                refuse_connection(source, target)
            structure.add_disabled(made, record["number"])
        before = record["number"]


def _connection(source: Neuron, target: Neuron, record: _Record) -> Connection:
    made = Connection(source, target, float(record["weight"]), record["trainable"])
    made._initial = float(record["initial"])
    return made


def _choose_outputs(structure: Structure, names: Any) -> None:
    if names == []:  # those chosen were all removed
        structure.choose([])
    elif names is not None:
        structure.choose(neuron.name for neuron in require_outputs(structure, names))


def _share(structure: Structure, groups: Any) -> None:
    if not isinstance(groups, list):
        raise FileError(f"{_SHARED}: got {groups!r:.80}; expected a list of lists of pairs")
    for number, group in enumerate(groups):
        with _at(f"{_SHARED}[{number}]"):
            if not isinstance(group, list):
                raise FileError(f"got {group!r:.80}; expected a list of pairs")
            found = require_shareable(structure, group)
            if len({(c._value, c._initial, c._trainable) for c in found}) > 1:
                raise FileError(f"{found[0].name!r} and others differ; expected one weight")
            structure.share([found])


def _scale(network: "Network", scalings: Any) -> None:
    for name, pair in _named(scalings, _SCALINGS):
        with _at(f"{_SCALINGS}.{name}"):
            if not isinstance(pair, list) or len(pair) != 2:
                raise FileError(f"got {pair!r:.80}; expected [offset, factor]")
            network.set_scaling(name, Scaling(*pair))


def _label(structure: Structure, labels: Any) -> None:
    for name, text in _named(labels, _LABELS):
        with _at(f"{_LABELS}.{name}"):
            require_neuron(structure, name).label = text


def _give_functions(structure: Structure, records: Any) -> None:
    if not isinstance(records, list):
        raise FileError(f"{_FUNCTIONS}: got {records!r:.80}; expected a list")
    needed = {(n, option) for n in structure.neurons for option in _trained(n)}
    for number, record in enumerate(records):
        where = f"{_FUNCTIONS}[{number}]"
        _require_record(record, _FUNCTION, where)
        with _at(where):
            neurons = [require_neuron(structure, name) for name in record["neurons"]]
            made = FunctionParameter(neurons, record["option"], float(record["value"]))
            made._initial, made._trainable = float(record["initial"]), record["trainable"]
            for neuron in neurons:
                if (neuron, made.option) not in needed:
                    raise GraphError(f"{neuron.name!r} has no {made.option!r} to learn, or has one")
                needed.remove((neuron, made.option))
                neuron._function += (made,)
            if not neurons:
                raise GraphError("got no neurons; expected at least one")
    if needed:
        neuron, option = min(needed, key=lambda pair: pair[0].name)
        raise FileError(f"{_FUNCTIONS}: none of {neuron.name!r}; expected its {option!r}")
    if records:
        structure.note_functions()


def _trained(neuron: Neuron) -> Iterable[str]:
    return () if neuron.activation == SOFTMAX else ACTIVATIONS[neuron.activation].trained


def _set_of_neurons(structure: Structure, key: str, what: str, values: Any) -> None:
    for name, value in _named(values, key):
        with _at(f"{key}.{name}"):
            setattr(require_neuron(structure, name), what, value)


def _name_columns(structure: Structure, columns: Any) -> None:
    keys = {field.name for field in fields(InputColumn)}
    for name, record in _named(columns, _COLUMNS):
        with _at(f"{_COLUMNS}.{name}"):
            if not isinstance(record, dict) or record.keys() != keys:
                raise FileError(f"got {record!r:.80}; expected name, value and filling")
            require_neuron(structure, name).column = InputColumn(**record)


def _name_classes(network: "Network", classes: Any) -> None:
    if classes is None:
        return
    with _at(_CLASSES):
        if not isinstance(classes, dict) or classes.keys() != {"names", "threshold"}:
            raise FileError(f"got {classes!r:.80}; expected names and threshold")
        threshold = require_number(classes["threshold"], "threshold")
        network.set_classes(classes["names"], threshold=threshold)


def _hang_data(network: "Network", data: Any) -> None:
    for name, values in _named(data, _DATA):
        with _at(f"{_DATA}.{name:.140}"):
            if not isinstance(values, dict):
                raise FileError(f"got {values!r:.80}; expected a mapping")
            item_of(network, name).data.update(values)


def item_of(network: "Network", name: str) -> Neuron | Connection:
    """The neuron ``h1`` or the connection ``x1->h1``."""
    source, is_connection, target = name.partition("->")
    if disabled := network._structure.disabled_connection(source, target):
        return disabled
    return network[source, target] if is_connection else network[name]


def _named(given: Any, key: str) -> Any:
    if not isinstance(given, dict):
        raise FileError(f"{key}: got {given!r:.80}; expected a mapping of names of neurons")
    return given.items()


_SHOWN = 12  # lone neurons that are named


def summarize(network: "Network") -> str:
    """The network in a few lines, as `Network.summary` returns it."""
    lines = [repr(network)]
    lines += [f"  {layer!r}" for layer in network.layers]
    lone = [neuron.name for neuron in network.neurons if neuron.layer is None]
    if lone:
        shown = ", ".join(lone[:_SHOWN]) + (", ..." if len(lone) > _SHOWN else "")
        lines.append(f"  in no layer: {counted(len(lone), 'neuron')} ({shown})")
    lines.append(f"  outputs: {', '.join(n.name for n in network.outputs) or 'none'}")
    if disabled := [connection.name for connection in network.disabled]:
        shown = ", ".join(disabled[:_SHOWN]) + (", ..." if len(disabled) > _SHOWN else "")
        lines.append(f"  disabled: {counted(len(disabled), 'connection')} ({shown})")
    mask = network.trainable_mask()
    lines.append(f"  parameters: {mask.size}, of which {int((~mask).sum())} are frozen")
    return "\n".join(lines)
