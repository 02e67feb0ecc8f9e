"""The number of epochs in one call of an engine, so that progress can be shown."""

import time

LOOK = 0.1  # seconds between two looks
_SURE = 0.02  # seconds
# what a program takes for a batch, and for a parameter of a row, in seconds; of the kernel, whose
# time depends on the functions of the network, three times as much as was measured
_ARRAYS, _KERNEL = (20e-6, 4e-9), (0.5e-6, 10e-9)
_GROWTH = 32  # times as many at most as the last time, whose duration may have been an accident


def first_epochs(n_batches: int, n_terms: int, program: str) -> int:
    """How many epochs of a program surely take less than a tenth of a second.

    Args:
        n_batches: of an epoch.
        n_terms: its rows, times the parameters.
        program: ``kernel``, or another one.
    """
    costs = _KERNEL if program == "kernel" else _ARRAYS
    return max(1, int(_SURE / _seconds(n_batches, n_terms, *costs)))


def surely_quick(n_batches: int, n_terms: int) -> bool:
    """Whether an epoch of a program surely takes less than a tenth of a second."""
    return _seconds(n_batches, n_terms, *_ARRAYS) <= _SURE


def _seconds(n_batches: int, n_terms: int, of_batch: float, of_term: float) -> float:
    return n_batches * of_batch + n_terms * of_term


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
