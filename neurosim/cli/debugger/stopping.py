"""Commands for breakpoints, watches and catches."""

from collections.abc import Iterable

from neurosim.cli.debugger.arguments import (
    finite_number,
    joined,
    location_and_condition,
    numbers_of,
    require_some,
    watched,
    whole_number,
)
from neurosim.cli.debugger.command import Command
from neurosim.cli.debugger.reply import Reply, lines_of, plain
from neurosim.cli.debugger.state import ShellState
from neurosim.debugger.stops.breakpoints import CATCHES, Stop
from neurosim.debugger.time.training_log import Edit
from neurosim.errors import InvalidValueError, UnknownNameError, unknown
from neurosim.functions.numbers import counted, shown

_CONDITIONS = (
    "CONDITION compares numbers: h1.output > 0.9 and x1->h1.gradient < 0, epoch == 10, loss > 1.5."
    "\nThere are + - * / %, and or not, abs min max exp log sqrt isnan isfinite. Of a neuron there"
    "\nare output, net_input, output_gradient, delta, bias, bias_gradient; of a connection weight,"
    "\ngradient; besides, epoch, batch, sample, row, step, and loss, the one measured last."
)
_LOCATIONS = (
    "LOCATION is a neuron (h1: when its output is there), a connection (x1->h1), a layer (layer h),"
    "\neach also with backward or update; epoch, batch, sample with a number (epoch 3 sample 1); or"
    "\na phase (forward, loss, backward, update). Without one, it stops where a number is written"
    "\nthat CONDITION names, and it holds.\n"
)


def _break(state: ShellState, text: str) -> Reply:
    return _added(state, text, temporary=False)


def _tbreak(state: ShellState, text: str) -> Reply:
    return _added(state, text, temporary=True)


def _added(state: ShellState, text: str, *, temporary: bool) -> Reply:
    where, when = location_and_condition(require_some(text, "location, and no condition"))
    return lines_of(state.session.break_at(where, when=when, temporary=temporary))


def _condition(state: ShellState, text: str) -> Reply:
    number, _, when = require_some(text, "number").partition(" ")
    stop = state.session.set_condition(whole_number(number), when.strip() or None)
    return lines_of(stop)


def _ignore(state: ShellState, text: str) -> Reply:
    numbers = numbers_of(text)
    if len(numbers) != 2:
        raise InvalidValueError(f"got {shown(text)}")
    stop = state.session.find_stop(numbers[0])
    stop.ignore = numbers[1]
    return lines_of(stop)


def _watch(state: ShellState, text: str) -> Reply:
    quantity, mode, bound = watched(text)
    return lines_of(state.session.watch(quantity, mode, bound))


def _catch(state: ShellState, text: str) -> Reply:
    name, _, bound = require_some(text, "name").partition(" ")
    if name not in CATCHES:
        raise UnknownNameError(unknown("catch", name, CATCHES))
    if bound and not CATCHES[name][1]:
        raise InvalidValueError(f"{name} has no bound, got {shown(bound.strip())}")
    stop = state.session.catch(name, finite_number(bound.strip()) if bound else None)
    return lines_of(stop)


def _delete(state: ShellState, text: str) -> Reply:
    session = state.session
    stops = _chosen(state, text)
    for stop in stops:
        session.delete(stop.number)
    return lines_of(f"deleted {counted(len(stops), 'stop')}")


def _enable(state: ShellState, text: str) -> Reply:
    if "->" in text:
        return lines_of_edits(state.session.enable(joined(text)))
    return _switched(_chosen(state, text), is_enabled=True)


def _disable(state: ShellState, text: str) -> Reply:
    if "->" in text:
        return lines_of_edits(state.session.disable(joined(text)))
    return _switched(_chosen(state, text), is_enabled=False)


def lines_of_edits(edits: Iterable[Edit]) -> Reply:
    """What was set, a line each."""
    return lines_of("\n".join(map(str, edits)))


def _switched(stops: Iterable[Stop], *, is_enabled: bool) -> Reply:
    for stop in stops:
        stop.is_enabled = is_enabled
    return plain(stops)


def _chosen(state: ShellState, text: str) -> list[Stop]:
    """The stops of these numbers, each once; without any, all there are."""
    numbers = dict.fromkeys(numbers_of(text))
    found = [state.session.find_stop(number) for number in numbers]
    if not found and not state.session.stops:
        raise InvalidValueError("there are no breakpoints, watches or catches")
    return found or list(state.session.stops)


STOPPING = (
    Command("break", _break, "break [LOCATION] [if CONDITION]",
            "stop at a location, where a condition holds, or both",
            "break h1, break x1->h1 backward, break h1 if h1.output > 0.9, break if loss < 0.1",
            more=_LOCATIONS + _CONDITIONS),
    Command("tbreak", _tbreak, "tbreak [LOCATION] [if CONDITION]", "stop there once",
            "tbreak epoch 10", more=_LOCATIONS + _CONDITIONS),
    Command("condition", _condition, "condition N [CONDITION]",
            "give breakpoint N another condition, or none", "condition 1 h1.output < 0.1",
            more=_CONDITIONS),
    Command("ignore", _ignore, "ignore N COUNT", "pass over the next COUNT hits of breakpoint N",
            "ignore 1 10"),
    Command("watch", _watch, "watch QUANTITY [crosses BOUND | sign]",
            "stop when a number changes, crosses a bound, or changes its sign",
            "watch x1->h1.weight, watch h1.output crosses 0.5, watch x1->h1.weight sign"),
    Command("catch", _catch, f"catch {'|'.join(CATCHES)} [BOUND]",
            "stop when something goes wrong", "catch nan, catch saturated 0.001",
            more="\n".join(f"{name}: {says}{f', {bound:g}' if bound else ''}"
                           for name, (says, bound) in CATCHES.items())),
    Command("delete", _delete, "delete [N...]", "take breakpoints away; without N, all",
            "delete 1, delete"),
    Command("enable", _enable, "enable [N...|SOURCE->TARGET]",
            "let breakpoints count again; without N, all", "enable 1, enable x1->h1",
            more="A connection gets back the weight that it had before disable."),
    Command("disable", _disable, "disable [N...|SOURCE->TARGET]",
            "let breakpoints not count; without N, all", "disable 1 2, disable x1->h1",
            more="A connection counts for nothing from here on: its weight becomes 0, and is"
                 " frozen. As after set, it is another branch now; going back takes it back."),
)  # fmt: skip
