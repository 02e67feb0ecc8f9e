"""Differences between two networks: added, removed and changed parts.

Two networks are compared by names: two epochs of a training, two runs, two files. The order in
which things were added is not compared, nor are titles, seeds, and what passes left.
"""

import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

from neurosim.debugger.traces.diff import require_tolerance
from neurosim.drawing.diagram.marks import Marks
from neurosim.errors import GraphError
from neurosim.functions.numbers import counted
from neurosim.network.connection import Connection
from neurosim.network.network import Network
from neurosim.network.neuron import Neuron

Value = float | str | bool | None
Ends = tuple[str, str]


class Change(NamedTuple):
    """Something that both networks have, and not alike.

    Attributes:
        of: the neuron's name, or the connection's, as in ``x1->h1``.
        what: ``weight``, ``bias``, ``trainable``, ``activation``, ``aggregation``, ``response``,
            ``layer``, ``input``, ``output``.
        before: in the first network; None where a neuron has no bias, or is in no layer.
        after: in the second.
    """

    of: str
    what: str
    before: Value
    after: Value

    @property
    def by(self) -> float | None:
        """How much a number grew; None where there is no number before or after."""
        if type(self.before) is float and type(self.after) is float:
            return _finite(self.after - self.before)
        return None

    def __str__(self) -> str:
        return f"{self.of}.{self.what}: {self.before!r} -> {self.after!r}"


class Wire(NamedTuple):
    """A connection that only one of the networks has."""

    source: str
    target: str
    weight: float

    @property
    def name(self) -> str:
        """Source and target, as in ``x1->h1``."""
        return f"{self.source}->{self.target}"


@dataclass(frozen=True, slots=True)
class NetworkDiff:
    """What is different in a second network.

    Attributes:
        added_neurons: the names of those that only the second has, in its order.
        removed_neurons: of those that only the first has.
        added_connections: those that only the second has, in its order.
        removed_connections: those that only the first has.
        changes: of what both have: first those with NaN, then the largest changes.
        n_neurons: how many neurons both have.
        n_connections: how many connections both have.
    """

    added_neurons: tuple[str, ...]
    removed_neurons: tuple[str, ...]
    added_connections: tuple[Wire, ...]
    removed_connections: tuple[Wire, ...]
    changes: tuple[Change, ...]
    n_neurons: int
    n_connections: int

    @property
    def in_one(self) -> frozenset[str]:
        """The names of what only one of the networks has."""
        wires = (wire.name for wire in self.added_connections + self.removed_connections)
        return frozenset([*self.added_neurons, *self.removed_neurons, *wires])

    @property
    def is_empty(self) -> bool:
        """Whether the networks are the same."""
        return not (
            self.added_neurons or self.removed_neurons
            or self.added_connections or self.removed_connections or self.changes
        )  # fmt: skip

    def __str__(self) -> str:
        if self.is_empty:
            neurons = counted(self.n_neurons, "neuron")
            return f"the same {neurons} and {counted(self.n_connections, 'connection')}"
        parts = (
            ("added", "neuron", self.added_neurons),
            ("removed", "neuron", self.removed_neurons),
            ("added", "connection", self.added_connections),
            ("removed", "connection", self.removed_connections),
            ("changed", "value", self.changes),
        )
        said = [f"{counted(len(what), noun)} {verb}" for verb, noun, what in parts if what]
        return ", ".join(said)


def network_diff(first: Network, second: Network, *, tolerance: float = 0.0) -> NetworkDiff:
    """Compare two networks by the names of their neurons.

    Args:
        first: is not changed.
        second: the same.
        tolerance: numbers are the same where ``|a - b| <= tolerance * max(1, |a|)``.

    Raises:
        InvalidValueError: the tolerance is negative or not finite.

    >>> one = Network()
    >>> _ = one.add_layer("x", 1), one.add_layer("o", 1), one.connect("x", "o", weight=0.5)
    >>> other = one.copy()
    >>> other["x1", "o1"].weight = 0.75
    >>> network_diff(one, other).changes
    (Change(of='x1->o1', what='weight', before=0.5, after=0.75),)
    """
    allowed = require_tolerance(tolerance)
    before, after = _by_ends(first), _by_ends(second)
    both = [(a, after[ends]) for ends, a in before.items() if ends in after]
    pairs = [(a, second[a.name]) for a in first.neurons if a.name in second]
    changes = [*_of_neurons(first, second, pairs, allowed), *_of_connections(both, allowed)]
    return NetworkDiff(
        added_neurons=tuple(n.name for n in second.neurons if n.name not in first),
        removed_neurons=tuple(n.name for n in first.neurons if n.name not in second),
        added_connections=tuple(_missing(after, before)),
        removed_connections=tuple(_missing(before, after)),
        changes=tuple(sorted(changes, key=_rank)),
        n_neurons=len(pairs),
        n_connections=len(both),
    )


def network_of_changes(first: Network, second: Network, found: NetworkDiff) -> Network:
    """A network whose weights and biases are by how much those of the second are greater.

    It has all that either has, so that a picture of it is one of the difference: what only the
    second has, or only the first, is there with its own numbers.
    Neurons that are gone are in no layer; a connection that is gone is left out where it would
    close a cycle with new ones.
    """
    both = second.copy()
    outputs = [neuron.name for neuron in second.outputs]
    before = _by_ends(first)
    for ends, connection in _by_ends(both).items():
        if ends in before:
            connection.weight = _finite(connection.weight - before[ends].weight)
    for neuron in both.neurons:
        if neuron.bias is not None and neuron.name in first:
            neuron.bias = _finite(neuron.bias - (first[neuron.name].bias or 0.0))
    for name in found.removed_neurons:
        _add_removed(both, first[name])
    if outputs:
        both.outputs = outputs
    _connect_removed(both, found.removed_connections)
    return both


def marks_of_changes(found: NetworkDiff) -> Marks:
    """Mark what is added, removed or changed, for a picture of `network_of_changes`.

    Where nothing is added or removed and every weight is another, as after a training, a mark on
    each would say nothing: then only NaN is marked as changed.
    """
    is_plain = _has_other_weights_alone(found)
    wires = {wire.name: "added" for wire in found.added_connections}
    wires |= {wire.name: "removed" for wire in found.removed_connections}
    neurons = dict.fromkeys(found.added_neurons, "added")
    neurons |= dict.fromkeys(found.removed_neurons, "removed")
    for change in found.changes:
        if is_plain and change.by is not None:
            continue
        (wires if "->" in change.of else neurons)[change.of] = "changed"
    return Marks(frozenset(neurons), frozenset(wires), kinds=neurons | wires)


def _has_other_weights_alone(found: NetworkDiff) -> bool:
    structure = (
        found.added_neurons, found.removed_neurons,
        found.added_connections, found.removed_connections,
    )  # fmt: skip
    n_weights = sum(change.what == "weight" for change in found.changes)
    return not any(structure) and 0 < n_weights == found.n_connections


def _connect_removed(network: Network, wires: Sequence[Wire]) -> None:
    pairs, weights = [wire[:2] for wire in wires], [wire.weight for wire in wires]
    try:
        network.connect_many(pairs, weights)
    except GraphError:  # one by one, but for those that would close a cycle
        for wire in wires:
            with suppress(GraphError):
                network.connect(wire.source, wire.target, weight=wire.weight)


def _add_removed(network: Network, neuron: Neuron) -> None:
    if neuron.is_input:
        network.add_input(neuron.name)
    else:
        activation = "identity" if neuron.activation == "softmax" else neuron.activation
        network.add_neuron(neuron.name, activation=activation, bias=neuron.bias)


def _finite(value: float) -> float:
    return min(max(value, -sys.float_info.max), sys.float_info.max)


def _by_ends(network: Network) -> dict[Ends, Connection]:
    return {(c.source.name, c.target.name): c for c in network.connections}


def _of_neurons(
    first: Network, second: Network, pairs: Sequence[tuple[Neuron, Neuron]], tolerance: float
) -> Iterator[Change]:
    outputs = [frozenset(network.outputs) for network in (first, second)]
    for a, b in pairs:
        facts: tuple[tuple[str, Value, Value], ...] = (
            ("input", a.is_input, b.is_input),
            ("output", a in outputs[0], b in outputs[1]),
            ("layer", _layer_of(a), _layer_of(b)),
            ("activation", a.activation, b.activation),
            ("aggregation", a.aggregation, b.aggregation),
            ("response", a.response, b.response),
            ("trainable", a.bias_trainable, b.bias_trainable),
        )
        yield from (Change(a.name, what, x, y) for what, x, y in facts if x != y)
        if not _are_same(a.bias, b.bias, tolerance):
            yield Change(a.name, "bias", a.bias, b.bias)


def _layer_of(neuron: Neuron) -> str | None:
    return None if neuron.layer is None else neuron.layer.name


def _of_connections(
    pairs: Sequence[tuple[Connection, Connection]], tolerance: float
) -> Iterator[Change]:
    for a, b in pairs:
        x, y = a.weight, b.weight
        if x != y and not _are_same(x, y, tolerance):
            yield Change(a.name, "weight", x, y)
        if a.trainable != b.trainable:
            yield Change(a.name, "trainable", a.trainable, b.trainable)


def _are_same(a: float | None, b: float | None, tolerance: float) -> bool:
    if a is None or b is None:
        return a is b
    return abs(a - b) <= tolerance * max(1.0, abs(a))


def _missing(of: Mapping[Ends, Connection], in_: Mapping[Ends, Connection]) -> Iterator[Wire]:
    return (Wire(*ends, connection.weight) for ends, connection in of.items() if ends not in in_)


def _rank(change: Change) -> float:
    return -math.inf if change.by is None else -abs(change.by)
