"""The conversation with a page: requests in JSON, answers in JSON, and a session between them.

A request is an object: ``do`` names a command of the table, ``id`` comes back with the answer, and
the other fields are the command's. An answer has ``said``, lines, or ``error``; and ``view`` where
the session is another now. Nothing here knows a network or a notebook: a host takes requests from
somewhere and gives the answers back, and calls `advance` as long as something is under way.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from neurosim.debugger.session import Session
from neurosim.errors import InvalidValueError, NeurosimError, UnknownNameError, unknown
from neurosim.live.commands import COMMANDS, LiveCommand, Said
from neurosim.live.document import document_of
from neurosim.live.fields import checked, required, text, whole
from neurosim.live.frames import Clock, FrameTimes
from neurosim.live.moment import Viewer
from neurosim.live.moves import Move

LONGEST_REQUEST = 64 * 1024  # bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: the message to the one who asked, and that to all others."""

    own: str
    others: str | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """What a slice of a move led to: the message to all, if it is time; how long to wait then."""

    message: str | None
    wait: float = 0.0
    is_frame: bool = False


class Conversation:
    """Answers the requests of pages about one session, one at a time.

    Args:
        session: what is debugged.
        clock: gives seconds.
    """

    def __init__(self, session: Session, clock: Clock = time.perf_counter) -> None:
        self.session = session
        self._viewer = Viewer(session)
        self._move: Move | None = None
        self._frames = FrameTimes(clock)
        self._revision = 0
        self._own: Mapping[str, tuple[Callable[[dict[str, Any]], Said], Mapping[str, Any]]] = {
            "pause": (self._pause, {}),
            "map": (self._show_map, {"name": text}),
            "display": (self._display, {"expression": text}),
            "undisplay": (self._undisplay, {"number": whole(1)}),
        }

    # --- requests

    def hello(self) -> str:
        """The first message to a page."""
        return _json({"document": document_of(self.session), "view": self._view()})

    def answer(self, request: str) -> Answer:
        """Do what a request says, and answer it; a mistake in it is an answer, too."""
        number: Any = None
        try:
            given = _parsed(request)
            number = given.pop("id", None)
            if type(number) not in {int, type(None)}:
                number = None
                raise InvalidValueError("request: got an id that is no integer; expected one")
            do = required(given, "do", "request")
            del given["do"]
            return self._do(number, do, given)
        except NeurosimError as error:
            return Answer(_json({"id": number, "error": str(error)}))

    def _do(self, number: int | None, do: Any, given: dict[str, Any]) -> Answer:
        known = {**COMMANDS, **self._own}
        if not isinstance(do, str) or do not in known:
            raise UnknownNameError(unknown("command", do if isinstance(do, str) else "", known))
        if do in self._own:
            run, fields = self._own[do]
            said = run(checked(given, fields, do))
            return self._answered(number, said, changes=True)
        command = COMMANDS[do]
        fitting = checked(given, command.fields, do)
        if command.changes:
            self._end_move()
        return self._answered(number, self._run(command, fitting), changes=command.changes)

    def _run(self, command: LiveCommand, given: dict[str, Any]) -> Said:
        before = self.session.edits
        found = command.run(self.session, given)
        if self.session.edits != before:
            self._viewer.forget_losses()
        if isinstance(found, list):
            return found
        self._move = found
        self._frames.begin()
        return []

    def _answered(self, number: int | None, said: Said, *, changes: bool) -> Answer:
        own: dict[str, Any] = {"id": number, "said": said}
        if not changes:
            return Answer(_json(own))
        self._revision += 1
        view = self._view()
        return Answer(_json({**own, "view": view}), _json({"view": view}))

    def recover(self) -> str:
        """Go to a whole moment again, after a fault of ours; the message to all then."""
        self._end_move()
        self.session.recover()
        self._revision += 1
        error = "an error of neurosim; the terminal says more. This is the last whole moment."
        return _json({"error": error, "view": self._view()})

    # --- what only a page has

    def _pause(self, _: dict[str, Any]) -> Said:
        self._end_move()
        return []

    def _show_map(self, given: dict[str, Any]) -> Said:
        self._viewer.show_map(required(given, "name", "map"))
        return []

    def _display(self, given: dict[str, Any]) -> Said:
        self._viewer.display(required(given, "expression", "display"))
        return []

    def _undisplay(self, given: dict[str, Any]) -> Said:
        self._viewer.undisplay(required(given, "number", "undisplay"))
        return []

    # --- moves that take their time

    @property
    def is_moving(self) -> bool:
        """Whether a move is under way: `advance` is to be called."""
        return self._move is not None

    def advance(self) -> Progress:
        """Go on with the move for a slice; frames take at most their share of the time."""
        if self._move is None:
            return Progress(None)
        move = self._move
        try:
            goes_on = move.go_on()
        except NeurosimError as error:
            return self._ended(error=str(error))
        self._viewer.note_loss()
        if not goes_on or (move.last is not None and move.last.hits) or self.session.is_over:
            return self._ended(said=[] if move.last is None else str(move.last).split("\n"))
        frame = self._frames.next(self._frame) if self._frames.is_due else None
        return Progress(frame, move.wait, is_frame=True)

    def _end_move(self) -> None:
        move, self._move = self._move, None
        if move is not None:
            move.close()

    def _ended(self, **more: object) -> Progress:
        self._end_move()
        self._revision += 1
        return Progress(_json({**more, "view": self._view()}))

    def _frame(self) -> str:
        self._revision += 1
        return _json({"frame": {**self._viewer.frame(), "revision": self._revision}})

    def _view(self) -> dict[str, Any]:
        view = self._viewer.view()
        return {**view, "is_moving": self.is_moving, "revision": self._revision}


def _parsed(request: str) -> dict[str, Any]:
    if len(request.encode("utf-8", "surrogatepass")) > LONGEST_REQUEST:
        raise InvalidValueError(f"request: too long; expected at most {LONGEST_REQUEST} bytes")
    try:
        found = json.loads(request)
    except (ValueError, RecursionError):
        raise InvalidValueError(f"request: got {request!r:.80}; expected JSON") from None
    if not isinstance(found, dict):
        raise InvalidValueError(f"request: got {request!r:.80}; expected an object")
    return found


def _json(thing: object) -> str:
    return json.dumps(thing, allow_nan=False, separators=(",", ":"))
