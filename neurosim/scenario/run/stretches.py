"""Stretches of a run: many epochs at once, up to the next stop.

A record of every epoch costs as much as training a small network does. So the training goes on for
about a tenth of a second between two looks, long enough to cost nothing, short enough for a
progress bar to move and for memory not to fill; and it stops at each epoch that is asked for.
"""

import time
from collections.abc import Iterable, Iterator

from neurosim.errors import DivergedError
from neurosim.scenario.run.result import Stretch
from neurosim.training.course.history import History
from neurosim.training.stretch_length import LOOK, Pace, surely_quick
from neurosim.training.training import Training


def stretches(training: Training, n_epochs: int, stops: Iterable[int]) -> Iterator[Stretch]:
    """Advance a training to the end of its epochs.

    Args:
        training: what is advanced.
        n_epochs: how many epochs there are.
        stops: numbers of epochs done, at which a stretch must end.

    Yields:
        What was measured in a stretch, when the training is at its end; and one without an epoch
        within a long one.

    Raises:
        DivergedError: a number was not finite. The epochs that were whole have been yielded before.
    """
    pace, in_epoch = Pace(), _WithinEpochs(training)
    for stop in sorted({n_epochs, *(stop for stop in stops if stop < n_epochs)}):
        while (done := training.state.epoch) < stop and not training.stopped:
            if pace.epochs == 1:
                yield from in_epoch.go()
            begin, count = training.state, min(pace.epochs, stop - done)
            pace.begin()
            try:
                history = training.watch(count)
            except DivergedError:
                training.state = begin
                yield from _one_by_one(training, count)
                raise
            n_done = len(history.loss)
            if not n_done:  # its time was over before an epoch was
                return
            pace.end(n_done)
            spent = history.seconds + in_epoch.take_seconds()
            losses, metrics = (history.loss, history.validation_loss), history.metrics
            yield Stretch(done, *losses, metrics, history.rate, spent / n_done,
                          history.gradient_norm, history.update_ratio)  # fmt: skip


class _WithinEpochs:
    """The course within epochs that may take longer than a look: some batches at a time."""

    def __init__(self, training: Training) -> None:
        self._training, self._seconds = training, 0.0
        task = training.task
        n_terms = task.n_rows * training.state.parameters.size
        is_quick = training.program != "graph" and surely_quick(task.n_batches, n_terms)
        # a time limit ends between two epochs
        self._is_long = not is_quick and task.options.time_limit is None
        self._pace = Pace()

    def go(self) -> Iterator[Stretch]:
        """Go on up to the last batch of an epoch, and stop at each look on the way."""
        if not self._is_long:
            return
        begin = time.perf_counter()
        self._pace.begin()
        while n_done := self._training.advance_within(self._pace.epochs):
            self._pace.end(n_done)
            if time.perf_counter() - begin >= LOOK:
                self._seconds += time.perf_counter() - begin
                state = self._training.state
                yield Stretch(state.epoch, (), (), {}, (), 0.0)
                begin = time.perf_counter()
            self._pace.begin()
        self._seconds += time.perf_counter() - begin

    def take_seconds(self) -> float:
        """How long it took since this was last asked."""
        found, self._seconds = self._seconds, 0.0
        return found


def trained(training: Training, history: History) -> Iterator[Stretch]:
    """The whole of a training that `train_many` has done: it goes to the end of it.

    Yields:
        What was measured in it.
    """
    training.state = history.state
    measured = history.loss, history.validation_loss, history.metrics
    yield Stretch(
        0, *measured, history.rate, history.seconds / len(history.loss),
        history.gradient_norm, history.update_ratio,
    )  # fmt: skip


def _one_by_one(training: Training, count: int) -> Iterator[Stretch]:
    """A stretch in which the training diverges, again, epoch by epoch as far as it goes."""
    try:
        for epoch in training.epochs(count):
            validation = () if epoch.validation_loss is None else (epoch.validation_loss,)
            metrics = {name: (value,) for name, value in epoch.metrics.items()}
            measured = (epoch.loss,), validation, metrics
            norms = [(n,) for n in (epoch.gradient_norm, epoch.update_ratio) if n is not None]
            yield Stretch(epoch.number, *measured, (epoch.rate,), epoch.seconds, *norms)
    except DivergedError:
        return
