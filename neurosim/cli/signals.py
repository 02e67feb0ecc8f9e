"""Signals that end a command: Ctrl-C and SIGTERM, which let it save, and then end with 130 or 143.

The first is raised where the command is, as Ctrl-C always is. The second ends the process at once:
every file has its old bytes or its new ones then, since none is written in its place.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_BASE = 128  # to which a shell adds the number of the signal that ended a process
INTERRUPTED = _BASE + signal.SIGINT
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Ended(KeyboardInterrupt):
    """A signal has come; ``code`` is the exit code that tells of it."""

    def __init__(self, code: int) -> None:
        super().__init__()
        self.code = code


def code_of(error: BaseException) -> int:
    """The exit code of a command that was ended by this."""
    return error.code if isinstance(error, Ended) else INTERRUPTED


@contextmanager
def ending_by_signals() -> Iterator[None]:
    """Raise `Ended` at the first signal; in the main thread of a process that is ours."""
    is_ending = False

    def end(number: int, _frame: FrameType | None) -> None:
        nonlocal is_ending
        if is_ending:
            os._exit(_BASE + number)
        is_ending = True
        raise Ended(_BASE + number)

    before = {each: signal.signal(each, end) for each in _SIGNALS}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
