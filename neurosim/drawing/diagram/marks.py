"""Marks: parts highlighted by the user, by the next step, or by a difference.

Each kind of mark has its colour and its line style, along connections and around neurons.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from neurosim.drawing.geometry.items import Folded
from neurosim.errors import UnknownNameError, WrongTypeError, guess
from neurosim.interpreter.steps import Measured, Step, written
from neurosim.languages import TEXTS, translate
from neurosim.network.connection import Connection
from neurosim.network.network import Network
from neurosim.network.neuron import Neuron
from neurosim.network.parameter import Parameter

Subject = str | Neuron | Connection


class MarkStyle(NamedTuple):
    """What a mark looks like.

    Attributes:
        colour: the name of one of a theme's colours.
        dashes: lengths on and off, in radii of a neuron; none for a solid line.
    """

    colour: str
    dashes: tuple[float, ...] = ()

    def style(self, width: float) -> tuple[float, tuple[float, ...] | None]:
        """The style of a line so many radii wide, as matplotlib takes it."""
        return 0.0, tuple(length / width for length in self.dashes) or None


@dataclass(frozen=True, slots=True)
class Marks:
    """Names of what is marked, and why it is.

    Attributes:
        neurons: names such as ``h1``.
        connections: names such as ``x1->h1``.
        reason: a word for the legend.
        kinds: a key of `LOOKS` for what is not simply highlighted, by its name.
    """

    neurons: frozenset[str] = frozenset()
    connections: frozenset[str] = frozenset()
    reason: str = "highlighted"
    kinds: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.neurons or self.connections)

    def kind_of(self, name: str) -> str:
        """The key in `LOOKS` of something that is marked."""
        return self.kinds.get(name, "highlight")

    def reasons(self) -> dict[str, str]:
        """The kinds that occur, in the order of `LOOKS`, each with its word for the legend."""
        found = {self.kind_of(name) for name in self.neurons | self.connections} or {"highlight"}
        return {kind: self.reason_of(kind) for kind in LOOKS if kind in found}

    def reason_of(self, kind: str) -> str:
        """The word of a kind for the legend."""
        return self.reason if kind == "highlight" else kind

    def unseen(self, folded: Folded) -> tuple[str, ...]:
        """Those that the drawing does not show, in order."""
        seen = {circle.name for circle in folded.circles}
        seen |= {connection.name for connection in folded.connections}
        return tuple(sorted((self.neurons | self.connections) - seen))


def marks_of(network: Network, highlight: Iterable[Subject] | Subject) -> Marks:
    """Mark what is named: ``h1`` a neuron, ``x1->h1`` a connection.

    Raises:
        UnknownNameError: nothing has such a name.
        WrongTypeError: it is neither a name, nor a neuron, nor a connection.
    """
    if not isinstance(highlight, Subject | Iterable):
        raise _wrong(highlight)
    given = [highlight] if isinstance(highlight, Subject) else list(highlight)
    neurons: set[str] = set()
    connections: set[str] = set()
    for subject in given:
        found = _found(network, subject)
        (neurons if isinstance(found, Neuron) else connections).add(found.name)
    return Marks(frozenset(neurons), frozenset(connections))


def _found(network: Network, subject: Subject) -> Neuron | Connection:
    if not isinstance(subject, Subject):
        raise _wrong(subject)
    name = subject if isinstance(subject, str) else subject.name
    source, arrow, target = (part.strip() for part in name.partition("->"))
    key = (source, target) if arrow else source
    if key not in network:
        known = (
            [c.name for c in network.connections] if arrow else [n.name for n in network.neurons]
        )
        what = "connection" if arrow else "neuron"
        raise UnknownNameError(f"highlight: no {what} {name!r:.200}{guess(name, known)}")
    return network[source, target] if arrow else network[source]


def _wrong(given: object) -> WrongTypeError:
    return WrongTypeError(f"highlight: got {given!r:.80}; expected names such as 'x1->h1'")


def marks_of_step(step: Step) -> Marks:
    """Mark what a step that is about to happen writes, and the connection it goes along."""
    things = [*step, *(thing for thing, _ in written(step))]
    neurons = [thing for thing, _ in written(step) if isinstance(thing, Neuron)]
    if isinstance(step, Measured):
        neurons += step.network.outputs
    return Marks(
        frozenset(neuron.name for neuron in neurons),
        frozenset(c.name for p in things if isinstance(p, Parameter) for c in p.connections),
        "about to happen",
    )


def reason_in_words(reason: str) -> str:
    """The word of a mark in the present language; a reason that a caller made stays."""
    return translate(reason) if reason in TEXTS else reason


LOOKS = {
    "highlight": MarkStyle("highlight"),
    "added": MarkStyle("added"),
    "removed": MarkStyle("removed", (0.8, 0.4)),
    "changed": MarkStyle("changed", (0.16, 0.24)),
}
