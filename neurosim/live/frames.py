"""The times of frames: how often a training that runs is shown."""

import time
from collections.abc import Callable
from typing import TypeAlias

Clock: TypeAlias = Callable[[], float]  # gives seconds
_SHARE = 0.1  # of the time, at most; with what slices cost, a page costs a training less than 20%
_FRAME = 1 / 30  # seconds between two frames, at least


class FrameTimes:
    """When the next frame is due: at most 30 a second, and no more than their share of the time.

    Args:
        clock: gives seconds.
    """

    def __init__(self, clock: Clock = time.perf_counter) -> None:
        self._clock = clock
        self._due = clock()

    def begin(self) -> None:
        """A move begins: one that ends within the time of a frame shows its end alone."""
        self._due = self._clock() + _FRAME

    @property
    def is_due(self) -> bool:
        """Whether it is time."""
        return self._clock() >= self._due

    def next(self, make: Callable[[], str]) -> str:
        """Make a frame, and put off the next one by what this one cost."""
        begin = self._clock()
        frame = make()
        cost = self._clock() - begin
        self._due = begin + max(_FRAME, cost / _SHARE)
        return frame
