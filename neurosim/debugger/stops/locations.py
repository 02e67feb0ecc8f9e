"""Locations of breakpoints as texts: ``h1``, ``x1->h1 backward``, ``epoch 3 sample 1``."""

from typing import Any

from neurosim.debugger.stops.breakpoints import AtConnection, AtLayer, AtNeuron, AtPart, Location
from neurosim.errors import InvalidValueError, UnknownNameError, WrongTypeError, unknown
from neurosim.interpreter.steps import PHASES
from neurosim.network.connection import Connection
from neurosim.network.layer import Layer
from neurosim.network.network import Network
from neurosim.network.neuron import Neuron
from neurosim.training.task import Task

PARTS = ("epoch", "batch", "sample")
GRAMMAR = "h1, x1->h1, layer h (each also with backward or update), epoch 3 sample 1, or a phase"


def find_location(where: Any, task: Task, n_epochs: int) -> Location:
    """What is meant by a text, a pair of names, a neuron, a connection or a layer.

    Raises:
        UnknownNameError: it names nothing.
        InvalidValueError: it is no location.
    """
    network = task.network
    if isinstance(where, tuple) and len(where) == 2:
        return AtConnection(network[where])
    if isinstance(where, Connection):
        return AtConnection(network[where.source.name, where.target.name])
    if isinstance(where, Neuron):
        return AtNeuron(network[where.name])
    if isinstance(where, Layer):
        return AtLayer(network.layer(where.name))
    if not isinstance(where, str):
        raise WrongTypeError(f"location: got {where!r:.80}; expected {GRAMMAR}")
    words = where.replace("->", " -> ").split()
    if not words:
        raise InvalidValueError(f"location: got {where!r}; expected {GRAMMAR}")
    is_name = words[0] in network or words[0] in {layer.name for layer in network.layers}
    if not is_name and (words[0] in PARTS or words[0] in PHASES):
        return _part(words, task, n_epochs)
    return _thing(words, where, network)


def _thing(words: list[str], where: str, network: Network) -> Location:
    phase, names = "forward", words
    if len(words) > 1 and words[-1] in PHASES and words[-1] != "loss" and words[-2] != "->":
        phase, names = words[-1], words[:-1]
    match names:
        case [source, "->", target]:
            return AtConnection(network[source, target], phase)
        case ["layer", name] if "layer" not in network:
            return AtLayer(network.layer(name), phase)
        case [name] if name in network:
            return AtNeuron(network[name], phase)
        case [name] if name in {layer.name for layer in network.layers}:
            return AtLayer(network.layer(name), phase)
        case [name]:
            known = [*(n.name for n in network.neurons), *(la.name for la in network.layers)]
            raise UnknownNameError(unknown("neuron, connection or layer", name, known))
    raise InvalidValueError(f"location: got {where!r:.80}; expected {GRAMMAR}")


def _part(words: list[str], task: Task, n_epochs: int) -> AtPart:
    phase = ""
    if words[-1] in PHASES:
        phase, words = words[-1], words[:-1]
    if len(words) % 2:
        raise InvalidValueError(f"location: no number after {words[-1]!r}; expected {GRAMMAR}")
    numbers: list[tuple[str, int]] = []
    for name, text in zip(words[::2], words[1::2], strict=True):
        if name not in PARTS or name in dict(numbers):
            raise InvalidValueError(f"location: got {name!r}; expected each of {PARTS} once")
        numbers.append((name, require_part(name, text, task, n_epochs)))
    return AtPart(tuple(numbers), phase)


def require_part(name: str, value: object, task: Task, n_epochs: int) -> int:
    """The number of an epoch, batch or sample that there is; the end is an epoch, too."""
    count = {"epoch": n_epochs + 1, "batch": task.n_batches, "sample": task.n_rows}[name]
    text = str(value)
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else -1
    if not 0 <= number < count:
        raise InvalidValueError(f"{name}: got {text:.40}; expected a number from 0 to {count - 1}")
    return number
