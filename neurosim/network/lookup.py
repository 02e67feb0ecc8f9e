"""Lookup of neurons, layers and connections by name, with the errors of a failed lookup."""

from collections.abc import Hashable, Iterable, Sequence
from typing import Any, TypeGuard

from neurosim.errors import (
    GraphError,
    NameRuleError,
    NeurosimError,
    UnknownNameError,
    WrongTypeError,
    unknown,
)
from neurosim.functions.numbers import counted
from neurosim.network.connection import Connection
from neurosim.network.layer import Layer
from neurosim.network.names import label_text
from neurosim.network.neuron import Neuron
from neurosim.network.structure import Structure


def find(structure: Structure, name: object) -> Neuron | Layer | None:
    """The neuron or layer of a name; an object of this network is returned itself."""
    if isinstance(name, (Neuron, Layer)):
        if find(structure, name.name) is not name:
            raise UnknownNameError(f"{name!r} is of another network; expected one of this")
        return name
    if not isinstance(name, str):
        labelled = find_by_label(structure, name)
        if labelled is None:
            raise WrongTypeError(f"name: got {name!r}; expected the name of a neuron or a layer")
        return labelled
    if name in structure.named:
        return structure.named[name]
    if name in structure.layers:
        return structure.layers[name]
    return structure.labelled.get(name)


def find_by_label(structure: Structure, name: object) -> Neuron | None:
    """The neuron whose label is a foreign name: a number, a tuple or another hashable."""
    if name is None or isinstance(name, str) or not isinstance(name, Hashable):
        return None
    labelled = structure.labelled
    return labelled.get(label_text(name)) if labelled else None


def is_pair(structure: Structure, name: tuple[object, ...]) -> bool:
    """Whether these are the names or labels of two connected neurons."""
    if len(name) != 2:
        return False
    try:
        source, target = (require_neuron(structure, part).name for part in name)
    except NeurosimError:
        return False
    return structure.connection(source, target) is not None


def require_item(structure: Structure, name: tuple[object, ...]) -> Neuron | Connection:
    """The neuron that has a tuple as its label, or else the connection of a pair.

    Raises:
        NameRuleError: there are both.
        UnknownNameError: there is neither.
    """
    labelled = find_by_label(structure, name)
    if labelled is None:
        return require_connection(structure, name)
    if is_pair(structure, name):
        raise NameRuleError(
            f"{name!r}: got the label of neuron {labelled.name!r} and a connection as well;"
            f" expected net.neuron({name!r}) or net.connection{name!r}"
        )
    return labelled


def require_neuron(structure: Structure, name: object) -> Neuron:
    """The neuron of a name.

    Raises:
        UnknownNameError: there is none.
        WrongTypeError: it is no name.
    """
    found = find(structure, name)
    if isinstance(found, Layer):
        raise UnknownNameError(
            f"{name!r} is a layer; expected a neuron, such as {found.neurons[0].name!r},"
            f" or net.layer({name!r})"
        )
    if found is None:
        raise UnknownNameError(unknown("neuron", name, structure.named))
    return found


def require_layer(structure: Structure, name: object) -> Layer:
    """The layer of a name."""
    found = find(structure, name)
    if not isinstance(found, Layer):
        raise UnknownNameError(unknown("layer", name, structure.layers))
    return found


def require_connection(structure: Structure, names: tuple[object, ...]) -> Connection:
    """The connection between two neurons."""
    if len(names) != 2:
        raise UnknownNameError(f"connection: got {names!r}; expected two names of neurons")
    source, target = (require_neuron(structure, name).name for name in names)
    found = structure.connection(source, target)
    if found is None:
        if structure.disabled_connection(source, target) is not None:
            raise UnknownNameError(
                f"connection '{source}->{target}' is disabled; expected"
                f" net.enable({source!r}, {target!r}) first"
            )
        turned = structure.connection(target, source) is not None
        hint = f" (did you mean '{target}->{source}'?)" if turned else ""
        raise UnknownNameError(f"no connection '{source}->{target}'{hint}")
    return found


def require_disabled(structure: Structure, source: object, target: object) -> Connection:
    """The disabled connection between two neurons."""
    ends = [require_neuron(structure, name).name for name in (source, target)]
    found = structure.disabled_connection(ends[0], ends[1])
    if found is None:
        pair, known = "->".join(ends), [c.name for c, _ in structure.places_of_disabled]
        if structure.connection(ends[0], ends[1]) is not None:
            raise GraphError(f"enable: {pair!r} is enabled; expected a disabled connection")
        raise UnknownNameError(f"enable: {unknown('disabled connection', pair, known)}")
    return found


def require_end(structure: Structure, name: object) -> Neuron | Layer:
    """What a connection may start or end at: a neuron, or a layer."""
    found = find(structure, name)
    if found is None:
        known = [*structure.layers, *structure.named]
        raise UnknownNameError(unknown("neuron or layer", name, known))
    return found


def is_listing(value: object) -> TypeGuard[Iterable[Any]]:
    """Whether there is something to go through; a text is one thing, as is an array without axes.

    >>> is_listing(["h1", "h2"]), is_listing("h1")
    (True, False)
    """
    if isinstance(value, (str, bytes)):
        return False
    try:
        iter(value)  # type: ignore[call-overload]
    except TypeError:
        return False
    return True


def require_outputs(structure: Structure, names: object) -> list[Neuron]:
    """The neurons that may be outputs: at least one, each once, none of them an input."""
    if isinstance(names, Neuron) or not is_listing(names):
        raise WrongTypeError(f"outputs: got {names!r}; expected a list of neuron names")
    neurons = [require_neuron(structure, name) for name in names]
    if not neurons:
        raise GraphError("outputs: no names, got []; expected at least one neuron")
    seen: set[Neuron] = set()
    for neuron in neurons:
        if neuron.is_input:
            raise GraphError(f"outputs: {neuron.name!r} is an input; expected other neurons")
        if neuron in seen:
            raise NameRuleError(f"outputs: {neuron.name!r} occurs twice; expected it once")
        seen.add(neuron)
    return neurons


def require_shareable(structure: Structure, names: Sequence[Any]) -> list[Connection]:
    """Connections that may begin to share a weight: two or more, each once, none shared already."""
    found = _connections(structure, names, "share")
    if len(found) < 2:
        raise GraphError(f"share: got {counted(len(found), 'connection')}; expected at least two")
    for connection in found:
        if shared := structure.holder.shared.get(connection):
            raise GraphError(
                f"share: {connection.name!r} shares a weight already, got {shared.name!r};"
                " expected net.unshare(...) before"
            )
    return found


def require_shared(structure: Structure, names: Sequence[Any]) -> list[Connection]:
    """Connections that share a weight."""
    found = _connections(structure, names, "unshare")
    for connection in found:
        if connection not in structure.holder.shared:
            raise GraphError(
                f"unshare: {connection.name!r} shares no weight; expected a connection that does"
            )
    return found


def _connections(structure: Structure, names: Sequence[Any], where: str) -> list[Connection]:
    """The connections of pairs of names, each once."""
    found: dict[Connection, None] = {}
    for name in names:
        pair = (name.source, name.target) if isinstance(name, Connection) else name
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise WrongTypeError(
                f"{where}: got {pair!r:.80}; expected pairs of names, such as ('a', 'b')"
            )
        connection = require_connection(structure, tuple(pair))
        if connection in found:
            raise GraphError(f"{where}: {connection.name!r} twice; expected each connection once")
        found[connection] = None
    return list(found)
