"""What one is to look at: connections and neurons named by the user, or by a step to come."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from neurosim.drawing.items import Folded
from neurosim.errors import UnknownNameError, WrongTypeError, guess
from neurosim.interpreter.steps import (
    Assigned,
    Blamed,
    Carried,
    Compared,
    Fired,
    Loaded,
    Measured,
    Normalized,
    Returned,
    Started,
    Step,
    Updated,
)
from neurosim.network.connection import Connection
from neurosim.network.network import Network
from neurosim.network.neuron import Neuron

Subject = str | Neuron | Connection


@dataclass(frozen=True, slots=True)
class Marks:
    """Names of what is marked, and why it is.

    Attributes:
        neurons: names such as ``h1``.
        connections: names such as ``x1->h1``.
        reason: a word for the legend.
    """

    neurons: frozenset[str] = frozenset()
    connections: frozenset[str] = frozenset()
    reason: str = "highlighted"

    def __bool__(self) -> bool:
        return bool(self.neurons or self.connections)

    def unseen(self, folded: Folded) -> tuple[str, ...]:
        """Those that the drawing does not show, in order."""
        seen = {circle.name for circle in folded.circles}
        seen |= {line.of.name for line in folded.lines if isinstance(line.of, Connection)}
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
    neurons: Sequence[Neuron] = ()
    connection: Connection | None = None
    match step:
        case Loaded() | Started() | Fired() | Compared() | Blamed():
            neurons = (step.neuron,)
        case Carried():
            neurons, connection = (step.connection.target,), step.connection
        case Returned():
            neurons, connection = (step.connection.source,), step.connection
        case Normalized():
            neurons = step.layer.neurons
        case Measured():
            neurons = step.network.outputs
        case Assigned() | Updated() if isinstance(step.owner, Neuron):
            neurons = (step.owner,)
        case Assigned() | Updated():
            connection = step.owner
    names = frozenset() if connection is None else frozenset([connection.name])
    return Marks(frozenset(neuron.name for neuron in neurons), names, "about to happen")
