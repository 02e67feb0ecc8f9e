"""The builder of a network from ``network:``, with each mistake at its entry.

The core says what is wrong (a cycle, a doubled connection, weights of a wrong shape); what is added
here is where it is written. After a mistake the building goes on, so that all are found at once.
"""

from collections.abc import Container, Iterator
from contextlib import contextmanager
from enum import Enum, auto
from itertools import groupby
from typing import Any, NamedTuple

from neurosim.errors import InvalidValueError, NeurosimError, ShapeError, unknown
from neurosim.functions.streams import stream
from neurosim.network.network import Network
from neurosim.network.scaling import Scaling
from neurosim.scenario.format.network_entry import (
    ConnectionEntry,
    InitialEntry,
    LayerEntry,
    NetworkEntry,
    NeuronEntry,
)
from neurosim.scenario.format.node import Locate, Problem

# a typing mistake of a few digits should not fill the memory; so many objects take about 1 GB
MOST_NEURONS = 1_000_000
MOST_CONNECTIONS = 2_000_000
_BLOCK = 1_000  # connections of two neurons that are tried at once where not all are right


class Built(NamedTuple):
    """A network, as far as it could be built.

    Attributes:
        network: the network.
        problems: what is wrong with it.
        is_named: whether all neurons are there, and the outputs are chosen.
        is_wired: whether all connections are there, too.
    """

    network: Network
    problems: list[Problem]
    is_named: bool
    is_wired: bool


def build_network(entry: NetworkEntry, *, title: str, seed: int, locate: Locate) -> Built:
    """Build the network of these entries.

    Args:
        entry: the entries.
        title: the network's title.
        seed: what weights that are not given are drawn from.
        locate: makes a problem of a path and a message.
    """
    network = Network(title, seed=seed, generator=entry.initial.generator)
    builder = _Builder(network, entry.initial, locate)
    builder.add_neurons(entry)
    if builder.problems:  # every connection to what is missing would be one more
        return Built(network, builder.problems, is_named=False, is_wired=False)
    builder.choose_outputs(entry)
    is_named = not builder.problems
    if is_named:
        builder.describe(entry)
    builder.connect(entry)
    if not builder.problems:
        builder.share(entry)
    return Built(network, builder.problems, is_named, is_wired=not builder.problems)


class _Kind(Enum):
    """A connection of two neurons is made with others of its kind, any other one alone."""

    TRAINABLE = auto()
    FROZEN = auto()
    OTHER = auto()


class _Builder:
    """A network that grows, and the mistakes met on the way."""

    def __init__(self, network: Network, initial: InitialEntry, locate: Locate) -> None:
        self.network = network
        self.problems: list[Problem] = []
        self._initial = initial
        self._locate = locate
        self._sizes: dict[str, int] = {}
        self._n_connections = 0

    @contextmanager
    def _noting(self, *path: str | int) -> Iterator[None]:
        try:
            yield
        except NeurosimError as error:
            self.problems.append(self._locate(("network", *path), error))

    def add_neurons(self, entry: NetworkEntry) -> None:
        """Add the layers, then the single inputs, then the single neurons."""
        total = 0
        with self._noting("order"):
            for key, number in _ordered(entry):
                item = getattr(entry, key)[number]
                with self._noting(key, number):
                    if isinstance(item, LayerEntry):
                        named = item.neurons
                        total += named if isinstance(named, int) else len(named)
                        _require_room("neurons", total, MOST_NEURONS)
                        self._add_layer(item, is_input=number == 0)
                    elif isinstance(item, NeuronEntry):
                        self._add_neuron(item)
                    else:
                        self.network.add_input(item)

    def _add_layer(self, entry: LayerEntry, *, is_input: bool) -> None:
        options: dict[str, Any] = {}
        listed: dict[str, tuple[Any, ...]] = {}  # what is given for each neuron
        for key in ("activation", "bias_trainable", "dropout", "aggregation", "response"):
            given = getattr(entry, key)
            if isinstance(given, tuple):
                listed[key] = given
            elif given is not None:
                options[key] = given
        if entry.bias is False:
            options["bias"] = None
        elif entry.bias is not True:
            options["bias"] = entry.bias
        elif not is_input:
            options["bias_initializer"] = self._initial.biases
        neurons = entry.neurons if isinstance(entry.neurons, int) else list(entry.neurons)
        made = self.network.add_layer(entry.name, neurons, **options).neurons
        for key, values in listed.items():
            if len(values) != len(made):
                what = f"layer {entry.name!r} {key}: got {len(values)}"
                raise ShapeError(f"{what}; expected {len(made)}, one a neuron")
            for neuron, value in zip(made, values, strict=True):
                setattr(neuron, key, value)

    def _add_neuron(self, entry: NeuronEntry) -> None:
        self.network.add_neuron(
            entry.name,
            activation=entry.activation,
            bias=self._bias(entry),
            bias_trainable=entry.bias_trainable,
            dropout=entry.dropout,
            aggregation=entry.aggregation,
            response=entry.response,
        )

    def _bias(self, entry: NeuronEntry) -> float | None:
        if not isinstance(entry.bias, bool):
            return entry.bias
        if not entry.bias:
            return None
        if self._initial.biases is None:
            return 0.0
        source = stream(self.network.seed, "biases", entry.name)
        return float(self._initial.biases.draw(source, 1, 1)[0, 0])

    def connect(self, entry: NetworkEntry) -> None:
        """Make the connections; where none are given, from each layer to the next."""
        self._sizes = {layer.name: len(layer.neurons) for layer in self.network.layers}
        if entry.connections is None:
            for source, target in zip(entry.layers, entry.layers[1:], strict=False):
                with self._noting("layers"):
                    self._make_room(source.name, target.name, "full")
                    self.network.connect(
                        source.name, target.name, initializer=self._initial.weights
                    )
            return
        layers = [layer.name for layer in self.network.layers]
        known = dict.fromkeys([*layers, *(neuron.name for neuron in self.network.neurons)])
        numbered = enumerate(entry.connections)
        for kind, group in groupby(numbered, lambda item: _kind(item[1], known, self._sizes)):
            if kind is _Kind.OTHER:
                for number, connection in group:
                    self._connect(connection, number, known)
            else:
                self._connect_singly(list(group), known)

    def _connect_singly(
        self, items: list[tuple[int, ConnectionEntry]], known: dict[str, None]
    ) -> None:
        """Make connections of two neurons all at once; else in blocks; of these, else each alone.

        So each mistake is found in its place, and few mistakes cost little.
        """
        if len(items) > 1 and self._connect_all([entry for _, entry in items]):
            return
        if len(items) > _BLOCK:
            for first in range(0, len(items), _BLOCK):
                self._connect_singly(items[first : first + _BLOCK], known)
        else:
            for number, entry in items:
                self._connect(entry, number, known)

    def _connect_all(self, entries: list[ConnectionEntry]) -> bool:
        """Make all of these connections or none of them, and say which."""
        try:
            _require_room("connections", self._n_connections + len(entries), MOST_CONNECTIONS)
            self.network.connect_each(
                [(entry.source, entry.target) for entry in entries],
                [entry.weight for entry in entries],
                [self._initializer(entry) for entry in entries],
                trainable=entries[0].trainable,
            )
        except NeurosimError:
            return False
        self._n_connections += len(entries)
        return True

    def _initializer(self, entry: ConnectionEntry) -> Any:
        return entry.initial if entry.initial is not None else self._initial.weights

    def _connect(self, entry: ConnectionEntry, number: int, known: dict[str, None]) -> None:
        path = ("connections", number)
        ends = (("from", entry.source), ("to", entry.target))
        strange = [(end, name) for end, name in ends if name not in known]
        for end, name in strange:
            message = unknown("neuron or layer", name, known)
            self.problems.append(self._locate(("network", *path, end), message))
        if strange:
            return
        with self._noting(*path, *(["weights"] if entry.weights is not None else [])):
            self._make_room(entry.source, entry.target, entry.pattern)
            self.network.connect(
                entry.source,
                entry.target,
                weight=entry.weight,
                weights=entry.weights,
                trainable=entry.trainable,
                pattern=entry.pattern,
                initializer=self._initializer(entry),
            )

    def share(self, entry: NetworkEntry) -> None:
        """Let connections share their weights, and neurons their slopes; freeze what is named."""
        for number, group in enumerate(entry.share):
            with self._noting("share", number):
                is_of_slopes = not any("->" in name for name in group)
                self.network.share(*group if is_of_slopes else map(_ends, group))
        for number, name in enumerate(entry.freeze):
            with self._noting("freeze", number):
                self.network.freeze(name)

    def describe(self, entry: NetworkEntry) -> None:
        """Scale inputs and outputs; give neurons their labels and classes."""
        for name, scaling in entry.scaling.items():
            with self._noting("scaling", name):
                self.network.set_scaling(name, Scaling(scaling.offset, scaling.factor))
        with self._noting("classes"):
            if entry.classes is not None:
                self.network.set_classes(entry.classes.names, threshold=entry.classes.threshold)
        for name, text in entry.labels.items():
            with self._noting("labels", name):
                self.network[name].label = text

    def _make_room(self, source: str, target: str, pattern: str) -> None:
        """Count the connections between neurons before they are made."""
        sizes = [self._sizes.get(name, 1) for name in (source, target)]
        self._n_connections += sizes[0] if pattern == "one_to_one" else sizes[0] * sizes[1]
        _require_room("connections", self._n_connections, MOST_CONNECTIONS)

    def choose_outputs(self, entry: NetworkEntry) -> None:
        """Choose the outputs, where they are named, and require that there are some."""
        names = dict.fromkeys(neuron.name for neuron in self.network.neurons)
        for number, name in enumerate(entry.outputs or ()):
            if name not in names:
                message = unknown("neuron", name, names)
                self.problems.append(self._locate(("network", "outputs", number), message))
        if self.problems:
            return
        with self._noting(*(["outputs"] if entry.outputs else [])):
            if entry.outputs:
                self.network.outputs = list(entry.outputs)
            self.network.require_outputs()


def _kind(entry: ConnectionEntry, known: Container[str], layers: Container[str]) -> _Kind:
    """How a connection is made."""
    for name in (entry.source, entry.target):
        if name not in known or name in layers:
            return _Kind.OTHER
    if entry.weights is not None:
        return _Kind.OTHER
    return _Kind.TRAINABLE if entry.trainable else _Kind.FROZEN


def _ordered(entry: NetworkEntry) -> list[tuple[str, int]]:
    """The key and the number of each layer, input and neuron, in the order of their adding."""
    listed = [(key, number) for key in _ADDED for number in range(len(getattr(entry, key)))]
    if entry.order is None:
        return listed
    items = (getattr(entry, key)[number] for key, number in listed)
    names = [item if isinstance(item, str) else item.name for item in items]
    layers = [layer.name for layer in entry.layers]
    if sorted(names) != sorted(entry.order) or layers != [n for n in entry.order if n in layers]:
        raise InvalidValueError(
            f"order: got {', '.join(entry.order)!r:.200}; expected each layer, input and neuron"
            f" once, and layers in their order: {', '.join(names)!r:.200}"
        )
    places = dict(zip(names, listed, strict=True))
    return [places[name] for name in entry.order]


_ADDED = ("layers", "inputs", "neurons")


def _ends(arrow: str) -> tuple[str, str]:
    source, found, target = arrow.partition("->")
    if not found:
        raise InvalidValueError(f"share: got {arrow!r}; expected a connection, such as 'a->b'")
    return source.strip(), target.strip()


def _require_room(what: str, count: int, most: int) -> None:
    if count > most:
        raise InvalidValueError(f"too large, got {count} {what}; expected at most {most}")
