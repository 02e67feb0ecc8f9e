"""The past of a training: where it began, and the losses since."""

from collections.abc import Sequence

import numpy as np

from neurosim.functions.numbers import Matrix, joined
from neurosim.training.state import TrainingState

OfEpochs = Sequence[float] | Matrix  # one of each epoch


class _ByEpoch:
    """A number of each epoch, where it was measured: parts, each with its first epoch."""

    def __init__(self) -> None:
        self._parts: list[tuple[int, OfEpochs]] = []

    def add(self, first: int, values: OfEpochs) -> None:
        """The numbers of the epochs from this one on, which is behind all that are there."""
        if len(values):
            self._parts.append((first, values))

    def cut(self, epoch: int) -> None:
        """Forget the numbers from an epoch on."""
        self._parts = [
            (first, values[: epoch - first]) for first, values in self._parts if first < epoch
        ]

    def values(self) -> list[float]:
        """All of them, in order."""
        parts = [np.asarray(values, np.float64) for _, values in self._parts]
        found: list[float] = joined(parts).tolist()
        return found


class Past:
    """What a training has done so far.

    Attributes:
        start: the state from which it began.
        diverged: where the first number was that is not finite; empty where none was.
    """

    def __init__(self, start: TrainingState) -> None:
        self.start, self.diverged = start, ""
        self._losses, self._validation_losses = _ByEpoch(), _ByEpoch()

    @property
    def losses(self) -> list[float]:
        """Over the training rows, of each epoch since that was ended; reduced."""
        return self._losses.values()

    @property
    def validation_losses(self) -> list[float]:
        """Likewise, where they were measured."""
        return self._validation_losses.values()

    def add(self, first: int, losses: OfEpochs, validation_losses: OfEpochs = ()) -> None:
        """Some epochs more, from number ``first`` on; nobody may change the numbers any more."""
        self._losses.add(first, losses)
        self._validation_losses.add(first, validation_losses)

    def go_back_to(self, state: TrainingState) -> None:
        """Forget what came after a state; from one before the start it begins anew."""
        if state.position < self.start.position:
            self.start = state
        first = max(state.epoch, self.start.epoch)
        for each in (self._losses, self._validation_losses):
            each.cut(first)
        self.diverged = ""
