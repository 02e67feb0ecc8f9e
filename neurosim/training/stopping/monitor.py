"""The end of an epoch: what is measured there, for a schedule or a stop that goes by it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np

from neurosim.functions.numbers import Matrix, joined
from neurosim.functions.schedules.base import AdaptiveSchedule, Remembered
from neurosim.training.metrics import LOSS, METRICS, measure_each
from neurosim.training.state import TrainingState
from neurosim.training.stopping.stops import Stops, Watched
from neurosim.training.task import Task, validation_task
from neurosim.training.task_kind import TaskKind

MeasureRows = Callable[[Matrix, Matrix, Matrix], tuple[Matrix, Matrix]]


class EpochNumbers(NamedTuple):
    """What was measured of some epochs, one number each; the metrics by name.

    Where there are no validation rows, their loss is empty.
    """

    validation_loss: Matrix
    metrics: Mapping[str, Matrix]

    @classmethod
    def join(cls, parts: "Sequence[EpochNumbers]", names: Sequence[str]) -> "EpochNumbers":
        """Those of some epochs after the other; ``names`` are the metrics'."""
        metrics = {name: joined([part.metrics[name] for part in parts]) for name in names}
        return cls(joined([part.validation_loss for part in parts]), metrics)

    def first(self, count: int) -> "EpochNumbers":
        """Those of the first epochs."""
        metrics = {name: values[:count] for name, values in self.metrics.items()}
        return EpochNumbers(self.validation_loss[:count], metrics)

    def of(self, number: int, loss: float) -> Mapping[str, float]:
        """Those of one epoch with this training loss, as stops name them."""
        monitored = float(self.validation_loss[number]) if len(self.validation_loss) else loss
        return {LOSS: monitored, **{name: float(v[number]) for name, v in self.metrics.items()}}


NO_NUMBERS = EpochNumbers(np.empty(0), {})


class EpochEnd(NamedTuple):
    """What a schedule and a stop remember after an epoch, as in `TrainingState`."""

    schedule: Remembered
    watched: Watched | None


@dataclass(frozen=True, eq=False)
class Measuring:
    """What is measured after each epoch, on the validation rows if there are any."""

    task: Task
    validation: Task | None

    @cached_property
    def kind(self) -> TaskKind:
        """What the targets are."""
        rows = [self.task] if self.validation is None else [self.task, self.validation]
        return self.task.kind_of(np.concatenate([each.T for each in rows]))

    @property
    def rows(self) -> Task:
        """Where metrics are measured."""
        return self.task if self.validation is None else self.validation

    @property
    def is_measuring(self) -> bool:
        """Whether anything but the training loss is measured."""
        return self.validation is not None or bool(self.task.options.metrics)

    def measure(self, thetas: Matrix, measure: MeasureRows) -> EpochNumbers:
        """The numbers with each of these parameters; ``measure`` is an engine's."""
        names = self.task.options.metrics
        if not self.is_measuring:
            return NO_NUMBERS
        rows = self.rows
        losses, outputs = measure(thetas, rows.X, rows.T)
        metrics = {name: measure_each(METRICS[name], outputs, rows.T, self.kind) for name in names}
        return EpochNumbers(np.empty(0) if self.validation is None else losses, metrics)


class Monitor(Measuring):
    """What a schedule or a stop remembers of what is measured."""

    @classmethod
    def of(cls, task: Task) -> "Monitor":
        """That of a task with the validation rows of its options."""
        return cls(task, validation_task(task))

    @cached_property
    def _stops(self) -> Stops:
        return Stops(self.task.options.early_stopping, self.task.options.until)

    def after(self, state: TrainingState, numbers: Mapping[str, float]) -> TrainingState:
        """The state after an epoch with these numbers, and what is to be remembered of them."""
        before = EpochEnd(state.schedule, state.watched)
        end = self._end(before, state.epoch - 1, numbers, state.parameters)
        return replace(state, schedule=end.schedule, watched=end.watched)

    def ends(
        self, begin: TrainingState, thetas: Matrix, losses: Matrix, numbers: EpochNumbers
    ) -> list[EpochEnd]:
        """What is to be remembered after each of some epochs that went on from a state.

        The last one is that which a stop ends, or after which the rate is another one than was
        foreseen before the first.

        Args:
            begin: the state before the first.
            thetas: the parameters after each, (epochs, n_parameters).
            losses: over the training rows, (epochs,), reduced.
            numbers: what was measured after each.
        """
        found, end = list[EpochEnd](), EpochEnd(begin.schedule, begin.watched)
        for number, loss in enumerate(losses.tolist()):
            epoch = begin.epoch + number
            end = self._end(end, epoch, numbers.of(number, loss), thetas[number])
            found.append(end)
            is_stopped = end.watched is not None and end.watched.stopped
            if is_stopped or self._has_other_rate(epoch + 1, begin.schedule, end.schedule):
                break
        return found

    def _end(
        self, before: EpochEnd, epoch: int, numbers: Mapping[str, float], theta: Matrix
    ) -> EpochEnd:
        task, schedule, remembered = self.task, self.task.schedule, before.schedule
        if isinstance(schedule, AdaptiveSchedule) and epoch >= schedule.warm_up:
            begin = remembered or schedule.start(task.optimizer.learning_rate)
            remembered = schedule.after(begin, numbers[LOSS])
        watched = self._stops.after(before.watched or Watched(), epoch, numbers, theta)
        if isinstance(schedule, AdaptiveSchedule) and schedule.is_over(remembered):
            watched = watched.stopping(f"the learning rate would fall below {schedule.lowest:g}")
        return EpochEnd(remembered, watched)

    def _has_other_rate(self, epoch: int, before: Remembered, after: Remembered) -> bool:
        """Whether the rate of an epoch is another one than was foreseen before."""
        schedule, base = self.task.schedule, self.task.optimizer.learning_rate
        if not isinstance(schedule, AdaptiveSchedule):
            return False
        rates = [
            schedule.rate_of(base, epoch, self.task.n_rows, memory or schedule.start(base))
            for memory in (before, after)
        ]
        return rates[0] != rates[1]
