"""Epochs that are done in advance, with what is measured after each."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from neurosim.functions.numbers import Matrix, joined
from neurosim.training.course.history import Epoch
from neurosim.training.engines.contract import Engine, Trajectory
from neurosim.training.state import TrainingState
from neurosim.training.stopping.monitor import EpochNumbers
from neurosim.training.stretch_length import LOOK


@dataclass(slots=True, eq=False)
class MeasuredEpochs:
    """What was measured in some epochs, stretch by stretch: arrays with a number for each epoch.

    Attributes:
        metrics: the names of those that are measured.
        count: how many epochs there are.
        losses: over the training rows, reduced.
        rates: the learning rates; none where all are the optimizer's.
        parts: the validation losses and the metrics; none where nothing else is measured.
        gradient_norms: with the option ``norms``, as in `History`.
        update_ratios: likewise.
        seconds: how long each epoch of a stretch took, and how many they are.
    """

    metrics: Sequence[str]
    count: int = 0
    losses: list[Matrix] = field(default_factory=list)
    rates: list[Matrix] = field(default_factory=list)
    parts: list[EpochNumbers] = field(default_factory=list)
    gradient_norms: list[Matrix] = field(default_factory=list)
    update_ratios: list[Matrix] = field(default_factory=list)
    seconds: list[tuple[float, int]] = field(default_factory=list)

    def add(self, losses: Matrix, rates: Matrix | None) -> None:
        """Take the numbers of some epochs more."""
        self.count += len(losses)
        self.losses.append(losses)
        if rates is not None:
            self.rates.append(rates)

    @property
    def epoch_seconds(self) -> Matrix:
        """How long each epoch took."""
        seconds, counts = zip(*self.seconds, strict=True) if self.seconds else ((), ())
        return np.repeat(np.array(seconds, np.float64), np.array(counts, np.intp))

    @property
    def numbers(self) -> EpochNumbers:
        """The validation losses and the metrics of all epochs."""
        return EpochNumbers.join(self.parts, self.metrics)


class Ahead:
    """Epochs that were done in advance, and what was measured after each."""

    def __init__(
        self,
        start: TrainingState,
        engine: Engine,
        between: Trajectory,
        found: MeasuredEpochs,
        seconds: float,
    ) -> None:
        self._state, self._engine, self._between = start, engine, between
        self._seconds, self._next = seconds, 0
        numbers = found.numbers
        self._losses: list[float] = joined(found.losses).tolist()
        self._rates: list[float] = joined(found.rates).tolist()
        self._validation: list[float] = numbers.validation_loss.tolist()
        self._metrics = {name: values.tolist() for name, values in numbers.metrics.items()}
        self._norms: list[float] = joined(found.gradient_norms).tolist()
        self._ratios: list[float] = joined(found.update_ratios).tolist()

    @property
    def count(self) -> int:
        """How many there are; as many as take a tenth of a second, at most."""
        return min(len(self._losses), max(1, int(LOOK / 4 / max(self._seconds, 1e-9))))

    def goes_on_from(self, state: TrainingState, engine: Engine) -> bool:
        """Whether there is one more, which begins at this very state."""
        has_more = self._next < len(self._losses)
        return has_more and state is self._state and engine is self._engine

    def next_state(self) -> TrainingState:
        """The state after the next one, which is then done."""
        self._state = self._between.state(self._next)
        self._next += 1
        return self._state

    def epoch(self) -> Epoch:
        """The one that was done last."""
        number = self._next - 1
        return Epoch(
            self._state.epoch - 1,
            self._losses[number],
            self._validation[number] if self._validation else None,
            {name: values[number] for name, values in self._metrics.items()},
            self._rates[number],
            self._seconds,
            self._state,
            self._norms[number] if self._norms else None,
            self._ratios[number] if self._ratios else None,
        )
