"""Epochs that are done in advance, with what is measured after each."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from neurosim.functions.numbers import Matrix, constant, joined
from neurosim.network.parameter import PendingRows
from neurosim.training.course.history import Epoch
from neurosim.training.course.lazy_slot import LazySlot
from neurosim.training.engines.contract import Trajectory
from neurosim.training.state import TrainingState
from neurosim.training.stopping.monitor import EpochNumbers
from neurosim.training.stretch_length import LOOK
from neurosim.training.task import Task


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
        return joined([constant(seconds, count) for seconds, count in self.seconds])

    @property
    def numbers(self) -> EpochNumbers:
        """The validation losses and the metrics of all epochs."""
        return EpochNumbers.join(self.parts, self.metrics)


class Ahead:
    """Epochs that were done in advance, and how many of them are asked for so far.

    Attributes:
        first: the number of the first one.
        losses: of all of them, reduced.
        validation_losses: likewise, where they were measured.
        rows: theta after each, as the network takes them over.
        may_stop: whether something but their number may end them.
        n_done: how many are asked for so far.
        n_settled: of how many the training knows the losses.
    """

    __slots__ = (
        "_between", "_metrics", "_numbers", "_seconds", "first", "losses", "may_stop", "n_done",
        "n_settled", "rows", "validation_losses",
    )  # fmt: skip

    def __init__(self, task: Task, between: Trajectory, found: MeasuredEpochs) -> None:
        self._between = between
        self.rows = PendingRows(task.network.parameter_list(), between.thetas)
        options = task.options
        self.may_stop = options.is_monitored or options.time_limit is not None
        self.n_done = self.n_settled = 0
        self.first = between.last.epoch - found.count
        ((self._seconds, _),) = found.seconds
        numbers = found.numbers
        self.losses, self.validation_losses = joined(found.losses), numbers.validation_loss
        self._metrics = {name: values.tolist() for name, values in numbers.metrics.items()}
        columns = (
            self.losses, self.validation_losses, joined(found.rates),
            joined(found.gradient_norms), joined(found.update_ratios),
        )  # fmt: skip
        nothing = [None] * found.count
        self._numbers: list[list[Any]] = [values.tolist() or nothing for values in columns]

    @property
    def count(self) -> int:
        """How many there are; as many as take a tenth of a second, at most."""
        return min(len(self.losses), max(1, int(LOOK / 4 / max(self._seconds, 1e-9))))

    @property
    def is_over(self) -> bool:
        """Whether all were asked for."""
        return self.n_done == len(self.losses)

    @property
    def state(self) -> TrainingState:
        """The state after the epoch that was asked for last."""
        return self._between.state_after(self.first + self.n_done - 1)

    def next_epoch(self) -> Epoch:
        """The next one, which is then asked for; its state is made when somebody reads it."""
        number, metrics = self.n_done, self._metrics
        self.n_done = number + 1
        losses, validation_losses, rates, norms, ratios = self._numbers
        return Epoch(
            self.first + number,
            losses[number],
            validation_losses[number],
            {name: values[number] for name, values in metrics.items()} if metrics else {},
            rates[number],
            self._seconds,
            self._between,  # type: ignore[arg-type] # of which its slot makes a state
            norms[number],
            ratios[number],
        )


def _state_of(epoch: Epoch, between: Trajectory) -> TrainingState:
    return between.state_after(epoch.number)


setattr(Epoch, "state", LazySlot(vars(Epoch)["state"], Trajectory, _state_of))  # noqa: B010 - a slot
