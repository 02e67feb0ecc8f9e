"""A training over batches that come one by one; none is kept.

The network takes them by the engine that a training of rows in memory has, small ones several at
once, so the numbers are those of a training whose rows are in the same batches.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np

from neurosim.errors import DivergedError, InvalidValueError, NeurosimError, StaleError
from neurosim.functions.numbers import Matrix, require_rows
from neurosim.network.network import Network
from neurosim.training.course.divergence import find_divergence
from neurosim.training.course.history import Epoch, History
from neurosim.training.engines.table import make_engine, require_engine
from neurosim.training.options import Options, option_fields
from neurosim.training.progress import progress_line
from neurosim.training.state import TrainingState, epoch_rates, start_state
from neurosim.training.stopping.monitor import NO_NUMBERS, EpochNumbers, Monitor
from neurosim.training.streaming.batches import (
    BatchGroup,
    GivenBatch,
    batches_of,
    grouped,
    require_batches,
)
from neurosim.training.task import (
    Task,
    make_task,
    may_miss,
    require_fresh,
    require_targets,
    validation_task,
)
from neurosim.training.training import fitting

# options that need all rows, or the number of them
_REFUSED = {
    "batch_size": "batches that are as large as they are to be",
    "shuffle": "batches in the order in which they are to be taken",
    "weights": "batches whose rows count alike",
    "class_weight": "classes that count alike",
    "validate": "validation=(X, T)",
    "seeds": "one seed",
    "norms": "norms=False",
}


class StreamTraining:
    """A training over batches (X, T), to be advanced epoch by epoch.

    Args:
        network: is trained in place.
        batches: a function that makes an iterator of batches, or what can be iterated over.
        options: the options; each batch has an update.

    Raises:
        NeurosimError: something given does not fit.
    """

    def __init__(self, network: Network, batches: Any, options: Options) -> None:
        _require_possible(options)
        self._make = require_batches(batches, options.epochs)
        self._network, self._options = network, options
        self._first: Iterator[GivenBatch] | None = None
        self._task = self._find_task(self._make)
        require_engine(options.engine, self._task)
        validation = validation_task(self._task)
        self._monitor = Monitor(self._task, validation)
        self._validating = None if validation is None else make_engine(options.engine, validation)
        start = options.state
        if start is None:
            self._state = start_state(self._task, options.seed_of(network))
        else:
            self._state = replace(fitting(_at_epoch(start), self._task), watched=None)
        self._deadline = np.inf
        network.require_no_pass()
        network.claim(self)
        network.take_parameters(self._state.parameters)

    def _find_task(self, make: Callable[[], Iterable[Any]]) -> Task:
        """The task of the first batch, which is kept until the first epoch takes it."""
        given = batches_of(make, 0)
        first = next(given, None)
        if first is None:
            raise InvalidValueError("batches: got none; expected one, not an exhausted iterator")

        def again() -> Iterator[GivenBatch]:
            yield first
            yield from given

        self._first = again()
        try:
            return make_task(self._network, *first, self._options)
        except NeurosimError as error:
            raise type(error)(f"epoch 0, batch 0: {error}") from None

    @property
    def state(self) -> TrainingState:
        """Where it is."""
        return self._state

    @property
    def best_epoch(self) -> int | None:
        """The number of the epoch whose parameters early stopping keeps."""
        watched = self._state.watched
        return None if watched is None or watched.parameters is None else watched.best_epoch

    @property
    def stopped(self) -> str:
        """Why a stop has ended it; empty where none has."""
        watched = self._state.watched
        if watched is not None and watched.stopped:
            return watched.stopped
        is_over = time.perf_counter() >= self._deadline
        return f"time limit of {self._options.time_limit:g} s" if is_over else ""

    def epochs(self, n: int) -> Iterator[Epoch]:
        """Go on by ``n`` epochs, or up to a stop; then restore what early stopping keeps."""
        if self._options.time_limit is not None:
            self._deadline = time.perf_counter() + self._options.time_limit
        for _ in range(n):
            if self.stopped:
                break
            yield self._epoch()
        watched = self._state.watched
        if watched is not None and watched.parameters is not None:
            with self._advancing():
                self._state = replace(self._state, parameters=watched.parameters, watched=None)

    @contextmanager
    def _advancing(self) -> Iterator[None]:
        """No other training of the network, and at the end the objects hold the values."""
        with self._network.being_trained():
            if not self._network.is_claimed_by(self):
                raise StaleError(
                    f"network {self._network.title!r}: another training of it has begun;"
                    " expected that one to advance, or a new one"
                )
            require_fresh(self._task)
            self._network.require_no_pass()
            try:
                yield
            finally:
                self._network.take_parameters(self._state.parameters)

    def _epoch(self) -> Epoch:
        begin, before = time.perf_counter(), self._state
        with self._advancing():
            total, n_rows = self._take_batches(before.epoch)
            after = replace(self._state, epoch=before.epoch + 1, batch=0, partial_loss=total)
            numbers = self._measured(after)
        loss = total / self._task.divisor(n_rows)
        if self._options.is_monitored:
            after = self._monitor.after(after, numbers.of(0, loss))
        self._state = after
        return Epoch(
            before.epoch,
            loss,
            float(numbers.validation_loss[0]) if len(numbers.validation_loss) else None,
            {name: float(values[0]) for name, values in numbers.metrics.items()},
            float(epoch_rates(self._task, before, 1)[0]),
            time.perf_counter() - begin,
            after,
        )

    def _measured(self, state: TrainingState) -> EpochNumbers:
        if self._validating is None:
            return NO_NUMBERS
        return self._monitor.measure(state.parameters[np.newaxis], self._validating.measure)

    def _take_batches(self, epoch: int) -> tuple[float, int]:
        """Train on the batches of an epoch: the sum of their rows' losses, and how many rows."""
        self._state = replace(self._state, parameters=self._network.parameters())
        given, self._first = self._first or batches_of(self._make, epoch), None
        total, n_rows = 0.0, 0
        for group in grouped(self._checked(given, epoch)):
            for loss in self._take(group, epoch):
                total += loss
            n_rows += len(group.X)
        if not n_rows:
            raise InvalidValueError(
                f"epoch {epoch}: got no batch; expected a function that makes a new iterator for"
                " each epoch"
            )
        return total, n_rows

    def _take(self, group: BatchGroup, epoch: int) -> list[float]:
        """Train on the batches of a group: the loss of each, summed over its rows."""
        options = replace(self._task.options, early_stopping=None, until=None, metrics=())
        task = replace(
            self._task, rows=group.X, T=group.T, batch_size=group.batch_size, options=options
        )
        before = self._state
        engine = make_engine(options.engine, task)
        with engine.batches(before) as run:
            losses = run.advance_many(task.n_batches)
            after = run.state()
        if not after.is_finite:
            finite, place = find_divergence(engine, task, before, 1)
            self._state = replace(finite.state, epoch=epoch, batch=0)
            number, told = group.first + finite.state.batch, place.partition(": ")[2]
            raise DivergedError(f"epoch {epoch}, batch {number}: {told}")
        self._state = replace(after, epoch=epoch)
        return losses

    def _checked(self, given: Iterable[GivenBatch], epoch: int) -> Iterator[tuple[Matrix, Matrix]]:
        task, network = self._task, self._network
        n_in, missing = len(network.inputs), may_miss(task.options)
        for number, (rows, targets) in enumerate(given):
            try:
                X = require_rows(rows, n_in)
                T = require_targets(targets, network, task.objective, len(X), may_miss=missing)
                network.inputs_conversion.inner(X)
            except NeurosimError as error:
                raise type(error)(f"epoch {epoch}, batch {number}: {error}") from None
            yield X, T


def _at_epoch(state: TrainingState) -> TrainingState:
    """A state that is between two epochs, since batches are taken from an epoch's first on."""
    if isinstance(state, TrainingState) and state.batch:
        raise InvalidValueError(
            f"state: got one in the midst of epoch {state.epoch}, before its batch {state.batch};"
            " expected one at the end of an epoch"
        )
    return state


def _require_possible(options: Options) -> None:
    """Refuse what needs all rows at once, with its cure."""
    known = option_fields()
    for name, cure in _REFUSED.items():
        value = getattr(options, name)
        if value is not known[name].default:
            raise InvalidValueError(
                f"{name}: got {value!r:.60} beside batches that come one by one; expected {cure}"
            )
    if any(head.class_weight for head in options.heads or ()):
        raise InvalidValueError(
            "heads: got a class_weight beside batches that come one by one; expected none"
        )
    if options.schedule is not None:
        raise InvalidValueError(
            f"schedule: got {options.schedule!r:.60} beside batches that come one by one, whose"
            " number is not known; expected none"
        )
    if options.metrics and options.validation is None:
        raise InvalidValueError(
            f"metrics: got {', '.join(options.metrics)} without validation rows, and batches are"
            " not kept; expected validation=(X, T)"
        )


def train_on_batches(network: Network, batches: Any, options: Options) -> History:
    """Train to the end, or up to a stop; see `neurosim.train`."""
    begin, training = time.perf_counter(), StreamTraining(network, batches, options)
    found: list[Epoch] = []
    best, stopped = None, ""
    with progress_line(options.epochs, is_shown=options.progress) as note:
        for epoch in training.epochs(options.epochs):
            found.append(epoch)
            best, stopped = training.best_epoch, training.stopped
            note(len(found), epoch.loss, epoch.rate)
    validation = [e.validation_loss for e in found if e.validation_loss is not None]
    return History(
        tuple(epoch.loss for epoch in found),
        tuple(validation),
        {name: tuple(epoch.metrics[name] for epoch in found) for name in options.metrics},
        time.perf_counter() - begin,
        training.state,
        tuple(epoch.rate for epoch in found),
        epoch_seconds=tuple(epoch.seconds for epoch in found),
        best_epoch=best,
        stopped=stopped if len(found) < options.epochs else "",
    )
