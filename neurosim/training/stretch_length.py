"""The number of epochs in one call of an engine, so that progress can be shown."""

import time

LOOK = 0.1  # seconds between two looks
_GROWTH = 32  # times as many at most as the last time, whose duration may have been an accident


class Pace:
    """A number of epochs that takes about a tenth of a second, found by taking the time.

    Attributes:
        epochs: how many to do next, from 1.
        seconds: how long the last ones took.
    """

    def __init__(self) -> None:
        self.epochs = 1
        self.seconds = 0.0
        self._begin = time.perf_counter()

    def begin(self) -> None:
        """Some epochs are about to be done."""
        self._begin = time.perf_counter()

    def end(self, count: int | None = None) -> None:
        """So many were done; None: as many as ``epochs`` says."""
        done = self.epochs if count is None else count
        self.seconds = max(time.perf_counter() - self._begin, 1e-6)
        as_long = int(done * LOOK / self.seconds)
        self.epochs = max(1, min(done * _GROWTH, as_long))
