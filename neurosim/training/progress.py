"""A line on standard error that tells how far a training is; in a terminal and in a notebook.

It is written over itself, ten times a second at most: it costs no time, and no library.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

Note = Callable[[int, float, float], None]  # epochs done; the loss and rate of the last one

_WIDTH = 20  # characters of the bar
_BETWEEN = 0.1  # seconds


def progress_line(total: int, *, is_shown: bool) -> AbstractContextManager[Note]:
    """A function to call after some epochs; whatever happens, the line then ends.

    Args:
        total: how many epochs there will be.
        is_shown: False: nothing is written.
    """
    return _shown(total) if is_shown and total and sys.stderr is not None else nullcontext(no_note)


@contextmanager
def _shown(total: int) -> Iterator[Note]:
    line = _Line(total)
    try:
        yield line.note
    finally:
        line.end()


def no_note(_done: int, _loss: float, _rate: float) -> None:
    """Write nothing."""


class _Line:
    def __init__(self, total: int) -> None:
        self._total, self._rate = total, 0.0
        self._begin = self._last = time.monotonic()
        self._text = self._shown = ""

    def note(self, done: int, loss: float, rate: float) -> None:
        """Show the line, unless it was shown a moment ago."""
        now, self._rate = time.monotonic(), rate
        is_due = now >= self._last + _BETWEEN
        if is_due or done == self._total:
            self._text = self._told(done, loss, now - self._begin)
        if is_due:
            self._write()
            self._last = now

    def end(self) -> None:
        """Show what was told last, and go to the next line."""
        if self._text != self._shown:
            self._write()
        if self._text:
            sys.stderr.write("\n")

    def _told(self, done: int, loss: float, seconds: float) -> str:
        bar = ("#" * (_WIDTH * done // self._total)).ljust(_WIDTH, "-")
        rest = self._total - done
        left = f" ({seconds / done * rest:.0f} s left)" if rest else ""
        told = f"epoch {done}/{self._total} [{bar}] loss {loss:.6g}, rate {self._rate:g}"
        return f"{told}, {seconds:.1f} s{left}"

    def _write(self) -> None:
        sys.stderr.write(f"\r{self._text.ljust(len(self._shown))}")
        sys.stderr.flush()
        self._shown = self._text
