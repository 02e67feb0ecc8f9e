"""Epochs that are done in advance, with what is measured after each."""

from collections.abc import Sequence
from typing import NamedTuple

from neurosim.training.course.history import Epoch
from neurosim.training.engines.contract import Engine, Trajectory
from neurosim.training.state import TrainingState
from neurosim.training.stretch_length import LOOK


class MeasuredEpochs(NamedTuple):
    """What was measured in some epochs, one number each; of seconds, how many epochs took so long.

    The rates may be left out where all are the optimizer's.
    """

    loss: list[float]
    validation_loss: list[float]
    metrics: dict[str, list[float]]
    rate: list[float]
    gradient_norm: list[float]
    update_ratio: list[float]
    seconds: list[tuple[float, int]]

    def add(self, losses: Sequence[float], rates: Sequence[float]) -> None:
        """Take the numbers of some epochs more."""
        self.loss.extend(losses)
        self.rate.extend(rates)


class Ahead:
    """Epochs that were done in advance, and what was measured after each."""

    def __init__(
        self,
        start: TrainingState,
        engine: Engine,
        between: Trajectory,
        found: "MeasuredEpochs",
        seconds: float,
    ) -> None:
        self._state, self._engine, self._between = start, engine, between
        self._found, self._seconds = found, seconds
        self._next = 0

    @property
    def count(self) -> int:
        """How many there are; as many as take a tenth of a second, at most."""
        return min(len(self._found.loss), max(1, int(LOOK / 4 / max(self._seconds, 1e-9))))

    def goes_on_from(self, state: TrainingState, engine: Engine) -> bool:
        """Whether there is one more, which begins at this very state."""
        has_more = self._next < len(self._found.loss)
        return has_more and state is self._state and engine is self._engine

    def next_state(self) -> TrainingState:
        """The state after the next one, which is then done."""
        self._state = self._between.state(self._next)
        self._next += 1
        return self._state

    def epoch(self) -> Epoch:
        """The one that was done last."""
        found, number = self._found, self._next - 1
        return Epoch(
            self._state.epoch - 1,
            found.loss[number],
            found.validation_loss[number] if found.validation_loss else None,
            {name: values[number] for name, values in found.metrics.items()},
            found.rate[number],
            self._seconds,
            self._state,
            found.gradient_norm[number] if found.gradient_norm else None,
            found.update_ratio[number] if found.update_ratio else None,
        )
