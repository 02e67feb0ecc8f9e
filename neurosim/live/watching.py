"""A training that is watched: it goes on, and pages show how far it has come."""

import json
import time
from collections.abc import Callable
from typing import Any

from neurosim.functions.numbers import counted
from neurosim.live.document import task_document
from neurosim.live.frames import Clock, FrameTimes
from neurosim.live.moment import ParameterViewer
from neurosim.training.training import Training

_SLICE = 1 / 20  # seconds
_GROWTH = 8  # times a slice may be longer than the one before


class WatchedTraining:
    """Trains, and says from time to time what a page is to show.

    Args:
        training: is advanced.
        n_epochs: by so many.
        clock: gives seconds.
    """

    def __init__(self, training: Training, n_epochs: int, clock: Clock = time.perf_counter) -> None:
        self._training, self._clock = training, clock
        self._end = training.state.epoch + n_epochs
        self._viewer = ParameterViewer(training.task)
        past = training.past
        self._viewer.note_losses(past.start.epoch, past.losses)

    def hello(self) -> str:
        """The first message to a page."""
        document = {**task_document(self._training.task, self._end), "is_watched": True}
        return json.dumps({"document": document, "view": self._view()}, allow_nan=False)

    def run(self, tell: Callable[[str], object]) -> list[float]:
        """Train to the end; frames are sent meanwhile. Returns the loss of each epoch."""
        frames, losses, count = FrameTimes(self._clock), list[float](), 1
        try:
            while self._training.state.epoch < self._end and not self._training.stopped:
                begin, first = self._clock(), self._training.state.epoch
                found = self._training.advance(epochs=min(count, self._end - first))
                self._viewer.note_losses(first, found)
                losses += found
                seconds = max(self._clock() - begin, 1e-9)
                count = max(1, int(min(count * _SLICE / seconds, _GROWTH * count)))
                if frames.is_due:
                    tell(frames.next(self._message))
        finally:
            tell(self._message())
        return losses

    def _message(self) -> str:
        return json.dumps({"view": self._view()}, allow_nan=False)

    def _view(self) -> dict[str, Any]:
        state, stopped = self._training.state, self._training.stopped
        done = f"after {counted(state.epoch, 'epoch')} of {self._end:,}"
        return {
            **self._viewer.of_parameters(),
            "place": f"{done}: {stopped}" if stopped else done,
            "epoch": state.epoch,
            "is_over": True, "is_moving": False, "revision": state.epoch,
        }  # fmt: skip
