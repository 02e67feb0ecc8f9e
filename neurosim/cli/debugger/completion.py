"""The completion of names on Tab."""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path

from neurosim.cli.debugger.asking import TOPICS
from neurosim.cli.debugger.state import ShellState
from neurosim.cli.debugger.table import COMMANDS, find_command
from neurosim.debugger.stops.breakpoints import CATCHES
from neurosim.debugger.stops.expressions import FUNCTIONS, QUANTITIES
from neurosim.debugger.stops.locations import PARTS
from neurosim.debugger.time.position import GRAINS
from neurosim.errors import NeurosimError
from neurosim.interpreter.steps import PHASES
from neurosim.network.network import Network

_MOST = 500  # answers; nobody reads more
_FARTHEST = 300  # characters back that are looked at
_LETTER = r"[^\s()+*/%<>=!,.\-]"
_NAME = re.compile(rf"(?:{_LETTER}+->)?{_LETTER}*(?:\.{_LETTER}*)?$")  # what is being typed
_WORD = re.compile(r"\S*$")
_BARE = (*QUANTITIES["position"], "loss")


def complete(state: ShellState, line: str) -> tuple[str, list[str]]:
    """The piece at the end of a line that is being typed, and all that it may become."""
    before = line.lstrip()
    if not re.search(r"\s", before):
        return before, [name for name in COMMANDS if name.startswith(before)]
    word, text = before.split(None, 1) if before.split()[1:] else (before.strip(), "")
    try:
        name = find_command(word).name
    except NeurosimError:
        return "", []
    answers = _ANSWERS.get(name, _nothing)
    pattern = _WORD if answers in {_paths, _topics} else _NAME
    found = pattern.search(text[-_FARTHEST:])
    assert found is not None  # it matches nothing, too
    typed = found[0]
    done = text.removesuffix(typed).split()
    fitting = (answer for answer in answers(state, typed, done) if answer.startswith(typed))
    return typed, list(dict.fromkeys(islice(fitting, _MOST)))


def names_in(network: Network, typed: str) -> Iterator[str]:
    """Neurons and connections that may be meant, and the numbers they have."""
    source, arrow, rest = typed.partition("->")
    owner, dot, _ = typed.partition(".")
    if arrow and dot:
        yield from (f"{owner}.{what}" for what in QUANTITIES["connection"])
    elif arrow:
        if source in network:
            for connection in network.outgoing(source):
                yield connection.name
                if connection.target.name == rest:
                    yield from (f"{connection.name}.{what}" for what in QUANTITIES["connection"])
    elif dot:
        yield from (f"{owner}.{what}" for what in QUANTITIES["neuron"])
    else:
        yield from (neuron.name for neuron in network.neurons)
        if typed in network:
            yield from (f"{typed}.{what}" for what in QUANTITIES["neuron"])
            yield from (connection.name for connection in network.outgoing(typed))


Answers = Callable[[ShellState, str, list[str]], Iterable[str]]


def _nothing(state: ShellState, typed: str, done: list[str]) -> Iterable[str]:  # noqa: ARG001
    return ()


def _expression(state: ShellState, typed: str, done: list[str]) -> Iterable[str]:  # noqa: ARG001
    yield from names_in(state.session.network, typed)
    yield from _BARE
    yield from FUNCTIONS


def _location(state: ShellState, typed: str, done: list[str]) -> Iterable[str]:
    network = state.session.network
    if "if" in done:
        yield from _expression(state, typed, done)
        return
    if not done or done[-1] == "layer":
        yield from (layer.name for layer in network.layers)
    if not done:
        yield from (name for name in names_in(network, typed) if "." not in name)
        yield "layer"
    if not done or done[0] in PARTS:
        yield from PARTS
    yield from PHASES if not done else (*PHASES[2:], "if")


def _watched(state: ShellState, typed: str, done: list[str]) -> Iterable[str]:
    if done:
        return ("crosses", "sign")
    return (*names_in(state.session.network, typed), *_BARE)


def _named(state: ShellState, typed: str, done: list[str]) -> Iterable[str]:
    if not done:
        names = names_in(state.session.network, typed)
        return (name for name in names if "." not in name or name.endswith(".bias"))
    return ("since", "epoch")


def _assigned(state: ShellState, typed: str, done: list[str]) -> Iterable[str]:
    if done:
        return _expression(state, typed, done)
    return names_in(state.session.network, typed)


def _moment(state: ShellState, typed: str, done: list[str]) -> Iterable[str]:  # noqa: ARG001
    return (*PARTS, "step", *PHASES)


def _grain(state: ShellState, typed: str, done: list[str]) -> Iterable[str]:  # noqa: ARG001
    return () if done else GRAINS


def _catch(state: ShellState, typed: str, done: list[str]) -> Iterable[str]:  # noqa: ARG001
    return () if done else CATCHES


def _stops(state: ShellState, typed: str, done: list[str]) -> Iterable[str]:  # noqa: ARG001
    return (str(stop.number) for stop in state.session.stops)


def _condition(state: ShellState, typed: str, done: list[str]) -> Iterable[str]:
    return _expression(state, typed, done) if done else _stops(state, typed, done)


def _displays(state: ShellState, typed: str, done: list[str]) -> Iterable[str]:  # noqa: ARG001
    return map(str, state.displays)


def _branches(state: ShellState, typed: str, done: list[str]) -> Iterable[str]:  # noqa: ARG001
    return (branch.name for branch in state.session.branches)


def _commands(state: ShellState, typed: str, done: list[str]) -> Iterable[str]:  # noqa: ARG001
    return () if done else COMMANDS


def _topics(state: ShellState, typed: str, done: list[str]) -> Iterable[str]:
    if done:
        return ()
    if any(topic.startswith(typed) for topic in TOPICS):
        return TOPICS
    network = state.session.network
    return (*(layer.name for layer in network.layers), *names_in(network, typed))


def _paths(state: ShellState, typed: str, done: list[str]) -> Iterable[str]:  # noqa: ARG001
    if done:
        return (*GRAINS, "--overwrite")
    folder, slash, _ = typed.rpartition("/")
    try:
        found = sorted(Path(f"{folder}{slash}" or ".").expanduser().iterdir())
    except OSError:
        return ()
    return (f"{folder}{slash}{path.name}{'/' * path.is_dir()}" for path in found)


_ANSWERS: dict[str, Answers] = {
    **dict.fromkeys(("until", "break", "tbreak"), _location),
    **dict.fromkeys(("print", "display"), _expression),
    **dict.fromkeys(("explain", "why", "freeze", "unfreeze"), _named),
    **dict.fromkeys(("ignore", "delete", "enable", "disable"), _stops),
    "back": _grain,
    "goto": _moment,
    "condition": _condition,
    "watch": _watched,
    "catch": _catch,
    "info": _topics,
    "undisplay": _displays,
    "set": _assigned,
    "compare": _branches,
    "record": _paths,
    "draw": _paths,
    "help": _commands,
}
