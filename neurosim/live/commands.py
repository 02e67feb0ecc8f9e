"""Commands that a page may give: what each takes, and what it does with a session.

This table is all that is reachable from a page. No command in it reads or writes a file, and none
evaluates anything but the debugger's own expressions, conditions and locations.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from neurosim.debugger.arrival import Arrival
from neurosim.debugger.session import Session
from neurosim.debugger.stops.breakpoints import CATCHES
from neurosim.debugger.stops.locations import require_part
from neurosim.errors import InvalidValueError
from neurosim.functions.numbers import counted
from neurosim.live.fields import (
    Check,
    flag,
    grain,
    number,
    number_or_text,
    one_of,
    phase,
    rate,
    required,
    text,
    texts,
    whole,
)
from neurosim.live.moves import Move, going_on, going_to_epoch, going_to_location

_MOST_STEPS = 10_000  # that one request does at once; more is for until, epoch and continue
Fields: TypeAlias = Mapping[str, Any]
Said: TypeAlias = list[str]


@dataclass(frozen=True, slots=True)
class LiveCommand:
    """A line of the table.

    Attributes:
        run: does it, and gives what there is to say; or the move that it begins.
        fields: what it takes, by name.
        changes: whether the session is another after it.
    """

    run: Callable[[Session, Fields], Said | Move]
    fields: Mapping[str, Check] = field(default_factory=dict)
    changes: bool = True


def _said(thing: object) -> Said:
    return str(thing).split("\n")


def _all_said(things: object) -> Said:
    assert isinstance(things, tuple)
    return [line for thing in things for line in _said(thing)]


# --- moving


def _times(move: Callable[[Session, int], Arrival]) -> LiveCommand:
    def run(session: Session, given: Fields) -> Said:
        return _said(move(session, given.get("times", 1)))

    return LiveCommand(run, {"times": whole(1, _MOST_STEPS)})


def _back(session: Session, given: Fields) -> Said:
    return _said(session.back(given.get("times", 1), given.get("grain", "step")))


def _goto(session: Session, given: Fields) -> Said | Move:
    if given.keys() == {"epoch"} and given["epoch"] > session.position.epoch:
        epoch = require_part("epoch", given["epoch"], session.task, session.n_epochs)
        return going_to_epoch(session, epoch)
    return _said(session.goto(**given))


def _epochs(session: Session, given: Fields) -> Move:
    return going_on(session, given.get("rate"), given.get("times", 1))


def _continue(session: Session, given: Fields) -> Move:
    return going_on(session, given.get("rate"))


def _until(session: Session, given: Fields) -> Move:
    return going_to_location(session, given.get("rate"), required(given, "where", "until"))


def _run(session: Session, given: Fields) -> Move:
    session.rewind()
    return _continue(session, given)


_MOVING = {
    "step": _times(Session.step),
    "neuron": _times(Session.next),
    "layer": _times(Session.layer),
    "phase": _times(Session.phase),
    "sample": _times(Session.sample),
    "batch": _times(Session.batch),
    "epoch": LiveCommand(_epochs, {"times": whole(1), "rate": rate}),
    "continue": LiveCommand(_continue, {"rate": rate}),
    "until": LiveCommand(_until, {"where": text, "rate": rate}),
    "back": LiveCommand(_back, {"times": whole(1, _MOST_STEPS), "grain": grain}),
    "rcontinue": LiveCommand(lambda session, _: _said(session.rcontinue())),
    "goto": LiveCommand(
        _goto,
        {
            "epoch": whole(0),
            "batch": whole(0),
            "sample": whole(0),
            "phase": phase,
            "step": whole(0),
        },
    ),
    "run": LiveCommand(_run, {"rate": rate}),
    "restart": LiveCommand(lambda session, _: _said(session.restart())),
}


# --- stops


def _break(session: Session, given: Fields) -> Said:
    stop = session.break_at(
        given.get("where"),
        when=given.get("when"),
        temporary=given.get("temporary", False),
        ignore=given.get("ignore", 0),
    )
    return _said(stop)


def _watch(session: Session, given: Fields) -> Said:
    quantity = required(given, "quantity", "watch")
    return _said(session.watch(quantity, given.get("mode", "changes"), given.get("bound", 0.0)))


def _catch(session: Session, given: Fields) -> Said:
    return _said(session.catch(required(given, "name", "catch"), given.get("bound")))


def _condition(session: Session, given: Fields) -> Said:
    return _said(session.set_condition(required(given, "number", "condition"), given.get("when")))


def _ignore(session: Session, given: Fields) -> Said:
    stop = session.find_stop(required(given, "number", "ignore"))
    stop.ignore = required(given, "count", "ignore")
    return _said(stop)


def _switch(session: Session, given: Fields) -> Said:
    stop = session.find_stop(required(given, "number", "switch"))
    stop.is_enabled = required(given, "on", "switch")
    return _said(stop)


def _delete(session: Session, given: Fields) -> Said:
    before = len(session.stops)
    session.delete(given.get("number"))
    return [f"deleted {counted(before - len(session.stops), 'stop')}"]


_NUMBER = whole(1)
_STOPS = {
    "break": LiveCommand(
        _break, {"where": text, "when": text, "temporary": flag, "ignore": whole(0)}
    ),
    "watch": LiveCommand(
        _watch,
        {"quantity": text, "mode": one_of("changes", "crosses", "sign"), "bound": number},
    ),
    "catch": LiveCommand(_catch, {"name": one_of(*CATCHES), "bound": number}),
    "condition": LiveCommand(_condition, {"number": _NUMBER, "when": text}),
    "ignore": LiveCommand(_ignore, {"number": _NUMBER, "count": whole(0)}),
    "switch": LiveCommand(_switch, {"number": _NUMBER, "on": flag}),
    "delete": LiveCommand(_delete, {"number": _NUMBER}),
}


# --- what if


def _set(session: Session, given: Fields) -> Said:
    what, value = required(given, "what", "set"), required(given, "value", "set")
    value = float(session.value(value) if isinstance(value, str) else value)
    return _said(session.set(what, value, again=given.get("again", False)))


def _names(given: Fields, do: str) -> list[str]:
    found = required(given, "names", do)
    assert isinstance(found, list)
    return found


def _connection(given: Fields, do: str) -> str:
    name = required(given, "connection", do)
    if "->" not in name:
        raise InvalidValueError(f"{do}: got {name!r:.80}; expected a connection such as x1->h1")
    return "->".join(part.strip() for part in name.split("->"))


_NAME, _CONNECTION = {"name": text}, {"connection": text}
_WHAT_IF = {
    "set": LiveCommand(_set, {"what": text, "value": number_or_text, "again": flag}),
    "freeze": LiveCommand(
        lambda session, given: _all_said(session.freeze(*_names(given, "freeze"))),
        {"names": texts},
    ),
    "unfreeze": LiveCommand(
        lambda session, given: _all_said(session.unfreeze(*_names(given, "unfreeze"))),
        {"names": texts},
    ),
    "disable": LiveCommand(
        lambda session, given: _all_said(session.disable(_connection(given, "disable"))),
        _CONNECTION,
    ),
    "enable": LiveCommand(
        lambda session, given: _all_said(session.enable(_connection(given, "enable"))),
        _CONNECTION,
    ),
    "fork": LiveCommand(lambda session, given: _said(session.fork(given.get("name"))), _NAME),
    "compare": LiveCommand(
        lambda session, given: _said(session.compare(given.get("name"))), _NAME, changes=False
    ),
}


# --- asking


def _print(session: Session, given: Fields) -> Said:
    return [session.shown(required(given, "expression", "print"))]


def _explain(session: Session, given: Fields) -> Said:
    return list(session.explain(required(given, "name", "explain")).lines)


def _why(session: Session, given: Fields) -> Said:
    return _said(session.why(required(given, "name", "why"), since=given.get("since")))


def _list(session: Session, given: Fields) -> Said:
    count = given.get("count", 5)
    return session.listing(count, count)


_ASKING = {
    "print": LiveCommand(_print, {"expression": text}, changes=False),
    "explain": LiveCommand(_explain, {"name": text}, changes=False),
    "why": LiveCommand(_why, {"name": text, "since": whole(0)}, changes=False),
    "doctor": LiveCommand(lambda session, _: _said(session.diagnose()), changes=False),
    "list": LiveCommand(_list, {"count": whole(1, 100)}, changes=False),
    "where": LiveCommand(lambda session, _: [session.where], changes=False),
}
COMMANDS: Mapping[str, LiveCommand] = {**_MOVING, **_STOPS, **_WHAT_IF, **_ASKING}
