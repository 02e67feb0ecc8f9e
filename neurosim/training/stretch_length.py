"""The number of epochs in one call of an engine, so that progress can be shown."""

import time

LOOK = 0.1  # seconds between two looks
_SURE = 0.02  # seconds, by the slowest program: arrays
_OF_BATCH, _OF_TERM = 20e-6, 4e-9  # seconds that arrays take for a batch, and a parameter of a row
_GROWTH = 32  # times as many at most as the last time, whose duration may have been an accident


def first_epochs(n_batches: int, n_terms: int) -> int:
    """How many epochs of a program surely take less than a tenth of a second.

    Args:
        n_batches: of an epoch.
        n_terms: its rows, times the parameters.
    """
    return max(1, int(_SURE / _seconds(n_batches, n_terms)))


def surely_quick(n_batches: int, n_terms: int) -> bool:
    """Whether an epoch of a program surely takes less than a tenth of a second."""
    return _seconds(n_batches, n_terms) <= _SURE


def _seconds(n_batches: int, n_terms: int) -> float:
    return n_batches * _OF_BATCH + n_terms * _OF_TERM


class Pace:
    """A number of epochs that takes about a tenth of a second, found by taking the time.

    Args:
        epochs: how many to do first.

    Attributes:
        epochs: how many to do next, from 1.
        seconds: how long the last ones took.
    """

    def __init__(self, epochs: int = 1) -> None:
        self.epochs = epochs
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
