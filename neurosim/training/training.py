"""A training as an object: the checked rows, an engine and a state, held together.

`Training` goes on by epochs or batches, as often as it is asked to. Nothing is checked or compiled
twice. There are no callbacks: whoever watches, iterates over `Training.epochs`.
"""

import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Literal, Unpack, overload

import numpy as np

from neurosim.errors import (
    DivergedError,
    InvalidValueError,
    ShapeError,
    StaleError,
    WrongTypeError,
)
from neurosim.functions.numbers import (
    Matrix,
    all_finite,
    constant,
    joined,
    require_array,
    require_count,
    require_rows,
)
from neurosim.functions.optimizers import require_optimizer_memory
from neurosim.interpreter.backward import require_choice
from neurosim.network.network import Network
from neurosim.network.parameter import Parameter, require_theta
from neurosim.training.course.ahead import Ahead, MeasuredEpochs
from neurosim.training.course.divergence import find_divergence, loss_of_epoch
from neurosim.training.course.history import Epoch, History, column, columns
from neurosim.training.course.past import Past
from neurosim.training.engines.contract import TO_THE_BIT, Engine, Trajectory
from neurosim.training.engines.table import make_engine, require_engine
from neurosim.training.following import Memories, NamedParts, options_after, state_after
from neurosim.training.metrics import require_fitting
from neurosim.training.options import Options, TrainOptions, make_options
from neurosim.training.progress import Note, no_note, progress_line
from neurosim.training.state import TrainingState, epoch_rates, start_state, with_dropout
from neurosim.training.stopping.monitor import NO_NUMBERS, EpochNumbers, Measuring
from neurosim.training.stretch_length import Pace, first_epochs
from neurosim.training.task import (
    Task,
    make_task,
    may_miss,
    require_fresh,
    require_targets,
    validation_task,
)
from neurosim.training.task_kind import TaskKind

_MOST_NUMBERS = 1_000_000  # parameters, or outputs, of epochs that are measured together


class Training:
    """A training of a network, to be advanced in pieces.

    Args:
        network: is trained in place.
        X: samples, (B, n_in).
        T: targets, (B, n_out); for ``cross_entropy`` also class indices, (B,).
        options: a record of options, or None.
        **changes: every option of `neurosim.train` but ``epochs``.

    A second training on a network ends the first one's right to advance. Between two advances,
    numbers may be assigned and parameters frozen on the objects; that holds from there on.

    Raises:
        NeurosimError: something given does not fit; see `neurosim.train`.

    >>> import neurosim as ns
    >>> net = ns.Network()
    >>> _ = net.add_layer("x", 1), net.add_layer("y", 1)
    >>> _ = net.connect("x", "y", weight=0)
    >>> training = ns.Training(net, [[1.0]], [[1.0]], optimizer=ns.SGD(0.25))
    >>> training.advance(epochs=2), net["x1", "y1"].weight
    ([0.5, 0.125], 0.375)
    """

    def __init__(
        self,
        network: Network,
        X: Any,
        T: Any = None,
        options: Options | None = None,
        /,
        **changes: Unpack[TrainOptions],
    ) -> None:
        _require_targets_beside(X, T)
        if "epochs" in changes:
            raise WrongTypeError("epochs: no option of a Training; expected advance(epochs=n)")
        require_no_folds(changes, "a Training")
        require_one_seed(changes, "a Training")
        self._set_up(*prepare(network, X, T, make_options(options, changes, epochs=0)))

    @classmethod
    def of(cls, task: Task, state: TrainingState, engine: str) -> "Training":
        """The training of a checked task from a state on; validation rows come from its options."""
        made = cls.__new__(cls)
        task = replace(task, options=replace(task.options, engine=engine))
        made._set_up(task, state, validation_task(task))
        return made

    @classmethod
    def reading(cls, network: Network, X: Any, T: Any, options: Options) -> "Training":
        """A training that reads X and T where they are: nobody may change them while it lives."""
        made = cls.__new__(cls)
        made._set_up(*prepare(network, X, T, options, copy=False))
        return made

    def _set_up(self, task: Task, state: TrainingState, validation: Task | None) -> None:
        self._task, self._known = task, state
        self._lead: Ahead | None = None  # the epochs that it goes along
        self._measuring = Measuring(task, validation)
        self._engine = make_engine(task.options.engine, task)
        self._validating = None if validation is None else self._remade(validation)
        self._mask = task.network.trainable_mask()
        self._held: TrainingState | None = None  # what the objects hold
        self._ahead: Ahead | None = None
        self._asleep: Mapping[Parameter, Matrix] = {}  # what is remembered of what is disabled
        self._deadline = math.inf  # from the first epoch on
        self._record = Past(state)
        self._require_fitting_metrics()
        task.network.claim(self)
        self._hand_over()

    # --- what it is

    @property
    def network(self) -> Network:
        """The network; its objects hold the present numbers."""
        return self._task.network

    @property
    def options(self) -> Options:
        """The options it was made with."""
        return self._task.options

    @property
    def task(self) -> Task:
        """The checked rows and options."""
        return self._task

    @property
    def task_kind(self) -> TaskKind:
        """What the targets are: one class of several, yes or no, labels, or numbers."""
        return self._measuring.kind

    @property
    def program(self) -> str:
        """What computes it: ``kernel`` or ``array``, or the name of another engine."""
        return str(getattr(self._engine, "kind", self._engine.name))

    @property
    def is_exact(self) -> bool:
        """Whether it has the bits of the walk."""
        capabilities = self._engine.capabilities
        bound = capabilities.bounds[self.options.precision]
        return capabilities.works_on_objects or bound == TO_THE_BIT

    def may_differ_with_threads(self, n_rows: int) -> bool:
        """Whether passes over so many rows may have other bits with other threads of BLAS."""
        return n_rows > self._engine.capabilities.rows_of_one_thread

    def _require_fitting_metrics(self) -> None:
        for name in self.options.metrics:
            require_fitting(name, self.task_kind)

    @property
    def state(self) -> TrainingState:
        """Where it is; assign a state of this training to go on from there."""
        return self._state

    @state.setter
    def state(self, state: TrainingState) -> None:
        self._require_right()
        self.network.require_own_thread()
        self.network.require_no_pass()
        self._state = fitting(state, self._task)
        self._past.go_back_to(self._known)
        self._hand_over()

    @property
    def _needs_states(self) -> bool:
        """Whether the states between epochs matter, besides metrics and validation."""
        return self.options.is_monitored or self.options.norms

    @property
    def stopped(self) -> str:
        """Why a stop has ended it; empty where none has."""
        watched = self._state.watched
        if watched is not None and watched.stopped:
            return watched.stopped
        if time.perf_counter() >= self._deadline:
            return f"time limit of {self.options.time_limit:g} s"
        return ""

    @property
    def past(self) -> Past:
        """Where it began, and the losses since."""
        return self._past

    @property
    def _past(self) -> Past:
        self._settle()
        return self._record

    @property
    def _state(self) -> TrainingState:
        self._settle()
        return self._known

    @_state.setter
    def _state(self, state: TrainingState) -> None:
        self._settle()
        self._known, self._lead = state, None

    def _settle(self) -> None:
        """Take note of the epochs that were asked for since this was last done."""
        lead = self._lead
        if lead is None or lead.n_settled == lead.n_done:
            return
        new = slice(lead.n_settled, lead.n_done)
        first, lead.n_settled = lead.first + lead.n_settled, lead.n_done
        self._known = self._held = lead.state
        self._record.add(first, lead.losses[new], lead.validation_losses[new])

    @property
    def best_epoch(self) -> int | None:
        """The number of the epoch whose parameters early stopping keeps."""
        watched = self._state.watched
        return None if watched is None or watched.parameters is None else watched.best_epoch

    def restore_best(self) -> None:
        """Take the parameters that early stopping keeps, if any; it may go on from there."""
        watched = self._state.watched
        if watched is not None and watched.parameters is not None:
            self._begin()
            best = watched.parameters
            self._state = replace(self._state, parameters=best, watched=None)
            self._hand_over()

    def __repr__(self) -> str:
        return f"training of {self.network.title!r}: epoch {self._state.epoch}"

    # --- going on

    def advance(self, *, epochs: int | None = None, batches: int | None = None) -> list[float]:
        """Go on, and measure nothing but the loss.

        Args:
            epochs: to the end of this many epochs from here; one that has begun counts.
            batches: this many batches.

        Returns:
            The loss of each epoch, or of each batch; reduced.

        Raises:
            DivergedError: a loss or a parameter is not finite; says where.
            StaleError: another training of the network has begun, or its structure was edited.
        """
        if (epochs is None) == (batches is None):
            raise WrongTypeError("advance: got both or neither; expected epochs=n or batches=n")
        with self._advancing():
            if epochs is not None:
                found = MeasuredEpochs(self.options.metrics)
                self._start_clock()
                self._advance_epochs(require_count(epochs, "epochs", least=0), found, no_note)
                losses: list[float] = joined(found.losses).tolist()
                return losses
            return self._advance_batches(require_count(batches, "batches", least=0))

    def advance_within(self, most: int) -> int:
        """Go on within the present epoch, at least its last batch excepted.

        Args:
            most: how many batches, at most.

        Returns:
            How many were done: 0 where the last one is next, where the epochs' norms are measured,
            which are of whole ones, or where a number would not be finite, which is an error at
            the end of the epoch.
        """
        count = min(most, self._task.n_batches - 1 - self._state.batch)
        if count <= 0 or self.options.norms:
            return 0
        with self._advancing(), self._engine.batches(self._state) as run:
            self._start_clock()
            run.advance_many(count)
            after = run.state()
            if not after.is_finite:
                return 0
            self._state = after
        return count

    def go_on_from(self, state: TrainingState, past: Past, seconds: float) -> None:
        """Go on from a state that another training of the same task had reached.

        Args:
            state: where it was.
            past: what it had done since this one's start.
            seconds: how long it had taken, which counts for a time limit.
        """
        self.state = state
        self._record = past
        if self.options.time_limit is not None:
            self._deadline = time.perf_counter() + self.options.time_limit - seconds

    def epochs(self, n: int) -> Iterator[Epoch]:
        """Go on epoch by epoch, with what the options ask to measure.

        Yields:
            An Epoch after each of the next ``n``; the network's objects then hold its values.
        """
        return _Epochs(self, require_count(n, "epochs", least=0))

    def watch(self, n: int) -> History:
        """Go on by ``n`` epochs at once, and measure after each what the options ask for."""
        count, begin = require_count(n, "epochs", least=0), time.perf_counter()
        found = MeasuredEpochs(self.options.metrics)
        is_shown = self.options.progress
        with self._advancing(), progress_line(count, is_shown=is_shown) as note:
            self._start_clock()
            if not self._measuring.is_measuring and not self._needs_states:
                self._advance_epochs(count, found, note)
            else:
                self._watch(count, found, note)
        numbers, rate = found.numbers, self._task.optimizer.learning_rate
        return History(
            column(joined(found.losses)),
            column(numbers.validation_loss),
            columns(numbers.metrics),
            time.perf_counter() - begin,
            self._state,
            column(joined(found.rates) if found.rates else constant(rate, found.count)),
            gradient_norm=column(joined(found.gradient_norms)),
            update_ratio=column(joined(found.update_ratios)),
            epoch_seconds=column(found.epoch_seconds),
            best_epoch=self.best_epoch,
            stopped=self.stopped if found.count < count else "",
        )

    def after(self, edit: Callable[[Network], object]) -> "Training":
        """Edit the network and go on from here: a new training, which this one ends with.

        Position, random streams and options stay. What the optimizer remembers follows each
        parameter by identity, however it is renamed, moved or shared, also while a connection is
        disabled; what is new starts afresh, but for the number of updates, which is that of all.
        Options that name a part of the network go on to name it when it is renamed; what is
        removed leaves them.

        Args:
            edit: changes the network in place; what it returns is not looked at.

        Raises:
            NeurosimError: the rows or options do not fit the network after the edit.

        >>> import neurosim as ns
        >>> net = ns.Network()
        >>> _ = net.add_layer("x", 1), net.add_layer("y", 1)
        >>> _ = net.connect("x", "y", weight=0)
        >>> training = ns.Training(net, [[1.0]], [[1.0]], optimizer=ns.SGD(0.25))
        >>> losses = training.advance(epochs=2)
        >>> training = training.after(lambda net: net.split_connection("x1", "y1", new="m"))
        >>> training.advance(epochs=1), training.state.epoch
        ([0.03125], 3)
        """
        self._begin()
        require_fresh(self._task)
        task, network = self._task, self.network
        before = Memories.of(network, self._state.memory, self._asleep)
        names = NamedParts.of(network)
        edit(network)
        state = state_after(self._state, network, before, task.optimizer.start)
        state = replace(state, streams=with_dropout(state.streams, network, task.options))
        made = type(self).__new__(type(self))
        options = replace(options_after(task.options, network, names), state=state)
        made._set_up(*prepare(network, task.rows, task.T, options))
        made._asleep, made._deadline = before.sleeping(network), self._deadline
        return made

    # --- measuring

    @overload
    def loss_and_gradient(
        self,
        theta: Any = None,
        X: Any = None,
        T: Any = None,
        *,
        inputs: Literal[False] = False,
    ) -> tuple[float, Matrix]: ...
    @overload
    def loss_and_gradient(
        self, theta: Any = None, X: Any = None, T: Any = None, *, inputs: Literal[True]
    ) -> tuple[float, Matrix, Matrix]: ...
    def loss_and_gradient(
        self, theta: Any = None, X: Any = None, T: Any = None, *, inputs: bool = False
    ) -> tuple[float, Matrix] | tuple[float, Matrix, Matrix]:
        """The loss over rows and its gradient; what is not given is the training's own.

        Args:
            theta: parameters in the network's order, (n_parameters,).
            X: samples, (B, n_in).
            T: targets, (B, n_out).
            inputs: also return dL/dX, (B, n_in).

        Returns:
            The loss, reduced; its gradient, (n_parameters,); and dL/dX if asked.

        Raises:
            ShapeError: a shape does not fit.
        """
        given = self._parameters() if theta is None else self._required(theta)
        rows, targets = self._rows(X, T)
        with self._keeping_objects():
            if inputs:
                return self._engine.loss_and_gradient(given, rows, targets, inputs=True)
            return self._engine.loss_and_gradient(given, rows, targets)

    def outputs(self, X: Any = None) -> Matrix:
        """The outputs for rows, (B, n_in) -> (B, n_out); None: the training's own rows."""
        rows = self._task.X if X is None else require_rows(X, len(self.network.inputs))
        return self._engine.outputs(self._parameters(), rows)

    def loss(self) -> float:
        """The loss over the training rows with the present parameters, reduced."""
        return self._engine.loss(self._parameters(), self._task.X, self._task.T)

    def _rows(self, X: Any, T: Any) -> tuple[Matrix, Matrix]:
        task = self._task
        if X is None and T is None:
            return task.X, task.T
        rows = task.X if X is None else require_rows(X, len(self.network.inputs))
        if T is None:
            if len(rows) != task.n_rows:
                raise InvalidValueError(f"T: missing for {len(rows)} rows; expected T beside X")
            return rows, task.T
        lacks = may_miss(task.options)
        return rows, require_targets(T, self.network, task.objective, len(rows), may_miss=lacks)

    def _required(self, theta: Any) -> Matrix:
        found = require_array(theta, "theta")
        expected = self._state.parameters.shape
        if found.shape != expected:
            raise ShapeError(f"theta: got {found.shape}; expected {expected}")
        return found

    # --- inside

    def _parameters(self) -> Matrix:
        """Theta as it is on the objects."""
        self.network.require_own_thread()
        self._take_changes()
        return self._state.parameters

    def _begin(self) -> None:
        self._require_right()
        self.network.require_own_thread()
        self.network.require_no_pass()
        self._take_changes()

    @contextmanager
    def _advancing(self) -> Iterator[None]:
        """No other training of the network, and at the end the objects hold the values."""
        with self.network.being_trained():
            self._begin()
            try:
                yield
            finally:
                self._hand_over()

    def _require_right(self) -> None:
        if not self.network.is_claimed_by(self):
            raise StaleError(
                f"network {self.network.title!r}: another training of it has begun;"
                " expected that one to advance, or a new Training"
            )

    def _take_changes(self) -> None:
        """What was assigned or frozen on the objects since holds from here on."""
        network = self.network
        if network.version != self._task.version:
            return  # the engine refuses
        lead, state = self._lead, self._state
        is_held = self._held is state and network.is_pending(state.parameters)
        if is_held or (lead is not None and network.is_pending(lead.rows)):
            return  # nobody has read or changed a number
        theta, mask = network.parameters(), network.trainable_mask()
        if not np.array_equal(theta, self._state.parameters):
            self._held = self._state = replace(self._state, parameters=theta)
        if not np.array_equal(mask, self._mask):
            self._engine, self._mask = self._remade(self._task), mask
            self._state = self._state  # what was done in advance is another engine's

    def _remade(self, task: Task) -> Engine:
        return make_engine(self.options.engine, task)

    def _advance_epochs(self, count: int, found: MeasuredEpochs, note: Note) -> None:
        """All epochs, in stretches of about a tenth of a second."""
        pace, base = Pace(self._first_epochs), self._task.optimizer.learning_rate
        is_scheduled = self._task.schedule is not None  # else the rate is the same in all
        while found.count < count and not self.stopped:
            pace.begin()
            n = min(pace.epochs, count - found.count)
            after, losses = self._engine.advance(self._state, epochs=n)
            if not (all_finite(losses) and after.is_finite):
                self._refuse_divergence(n)
            rates = epoch_rates(self._task, self._state, len(losses)) if is_scheduled else None
            found.add(losses, rates)
            self._past.add(self._state.epoch, losses)
            self._state = after
            pace.end()
            found.seconds.append((pace.seconds / len(losses), len(losses)))
            note(found.count, losses[-1], base if rates is None else rates[-1])

    @property
    def _first_epochs(self) -> int:
        """How many epochs to do before the time is looked at."""
        task, options = self._task, self._task.options
        is_slow = self._engine.capabilities.works_on_objects or options.is_monitored
        if is_slow or options.progress or options.time_limit is not None:
            return 1
        n_terms = task.n_rows * self._state.parameters.size
        return first_epochs(task.n_batches, n_terms, self.program)

    def _advance_batches(self, count: int) -> list[float]:
        losses: list[float] = []
        of_epochs: list[float] = []
        task = self._task
        with self._engine.batches(self._state) as run:
            for _ in range(count):
                rows = run.advance()
                losses.append(math.fsum(rows) / task.divisor(len(rows)))
                if run.batch == 0:
                    of_epochs.append(loss_of_epoch(task, run.state()))
            after = run.state()
        if not (all(map(math.isfinite, losses)) and after.is_finite):
            self._refuse_divergence(-(-count // task.n_batches) + 1)
        self._past.add(self._state.epoch, of_epochs)
        self._state = after
        return losses

    def _watch(self, count: int, found: MeasuredEpochs, note: Note) -> None:
        """Epochs together, and then what is measured after each of them, together."""
        pace = Pace()
        while found.count < count and not self.stopped:
            pace.begin()
            n = min(pace.epochs, self._room, count - found.count)
            between, losses = self._engine.trajectory(self._state, epochs=n)
            if not (all_finite(losses) and between.last.is_finite):
                self._refuse_divergence(n, is_watched=True)
            newest, rates = self._take(between, losses, found)
            self._past.add(self._state.epoch, losses, newest.validation_loss)
            self._state = between.last
            pace.end()
            found.seconds.append((pace.seconds / max(1, len(losses)), len(losses)))
            note(found.count, losses[-1], rates[-1])

    def _start_clock(self) -> None:
        if self.options.time_limit is not None and self._deadline == math.inf:
            self._deadline = time.perf_counter() + self.options.time_limit

    def _take(
        self, between: Trajectory, losses: Matrix, found: MeasuredEpochs
    ) -> tuple[EpochNumbers, Matrix]:
        """Take the numbers of epochs that were done together: what was measured, and the rates."""
        thetas = between.thetas[: len(losses)]
        if self.options.norms:
            self._measure_norms(thetas, found)
        numbers, rates = between.numbers, between.rates
        if numbers is None or rates is None:
            numbers = self._measure(thetas)
            rates = epoch_rates(self._task, self._state, len(losses))
        found.add(losses, rates)
        found.parts.append(numbers)
        return numbers, rates

    def _measure_norms(self, thetas: Matrix, found: MeasuredEpochs) -> None:
        """The norm of the gradient with each of these parameters, and that of the last change."""
        before, task = self._state.parameters, self._task
        norms, ratios = list[float](), list[float]()
        for theta in thetas:
            _, gradient = self._engine.loss_and_gradient(theta, task.X, task.T)
            norms.append(float(np.linalg.norm(gradient)))
            size = float(np.linalg.norm(before))
            change = float(np.linalg.norm(theta - before))
            ratios.append(change / size if size else math.inf if change else 0.0)
            before = theta
        found.gradient_norms.append(np.array(norms))
        found.update_ratios.append(np.array(ratios))

    @property
    def _room(self) -> int:
        """Of how many epochs the states and outputs are kept at once."""
        n_numbers = self._state.parameters.size + self._state.memory.size
        return max(1, _MOST_NUMBERS // max(1, n_numbers, self._measuring.rows.T.size))

    def _measure(self, thetas: Matrix) -> EpochNumbers:
        """What the options ask to measure, with each of these parameters."""
        if not self._measuring.is_measuring:
            return NO_NUMBERS
        engine = self._engine if self._validating is None else self._validating
        return self._measuring.measure(thetas, engine.measure)

    def _refuse_divergence(self, epochs: int, *, is_watched: bool = False) -> None:
        self._held = None  # the search goes over the objects
        begin = self._state
        before, place = find_divergence(self._engine, self._task, begin, epochs)
        validation = np.empty(0)
        if is_watched and self._validating is not None and before.losses:
            between, _ = self._engine.trajectory(begin, epochs=len(before.losses))
            numbers = self._measuring.measure(between.thetas, self._validating.measure)
            validation = numbers.validation_loss
        self._past.add(begin.epoch, before.losses, validation)
        self._state, self._past.diverged = before.state, place
        raise DivergedError(place)

    @contextmanager
    def _keeping_objects(self) -> Iterator[None]:
        """An engine that works on the objects writes the theta it is asked about to them."""
        if not self._engine.capabilities.works_on_objects:
            yield
            return
        held = self.network.parameters()
        try:
            yield
        finally:
            if not np.array_equal(held, self.network.parameters()):
                self.network.load_parameters(held)

    def _hand_over(self) -> None:
        """Let the objects hold the values of the state."""
        network, theta = self.network, self._state.parameters
        if network.version != self._task.version:
            return
        if self._engine.capabilities.works_on_objects:  # what the last pass left may stay
            is_there = np.array_equal(network.parameters(), theta)
        else:
            is_there = self._state is self._held
        if not is_there:
            network.take_parameters(theta)
        self._held = self._state

    def _next_epoch(self, left: int) -> Epoch:
        """The next epoch of ``left``; several are done together, as long as nobody steps between.

        What is assigned or frozen on the objects ends the epochs that were done in advance.
        """
        self._begin()
        require_fresh(self._task)
        self._start_clock()
        lead = self._lead
        if lead is None or lead.is_over:
            with self.network.being_trained():
                lead = self._ahead = self._run_ahead(left)
            self._lead = lead
        if not self._engine.capabilities.works_on_objects:
            self.network.take_rows(lead.rows, lead.n_done)
            return lead.next_epoch()
        epoch = lead.next_epoch()
        self._hand_over()
        return epoch

    def _led_epoch(self) -> Epoch | None:
        """The next one of those that were done in advance, where nothing has changed since."""
        lead = self._lead
        if (
            lead is None
            or lead.may_stop
            or lead.is_over
            or not self._task.network.go_to_row(lead.rows, lead.n_done)
        ):
            return None
        return lead.next_epoch()

    def _run_ahead(self, left: int) -> Ahead:
        """Four times as many epochs as the last time, if they take no longer than a look should."""
        ahead = self._ahead
        most = 1 if ahead is None else 4 * ahead.count
        if self._engine.capabilities.works_on_objects:
            most = 1
        most = min(most, left, self._room)
        found = MeasuredEpochs(self.options.metrics)
        begin = time.perf_counter()
        if most == 1 and not self.options.is_monitored:  # which every engine can
            last, losses = self._engine.advance(self._state, epochs=1)
            between = Trajectory.to(last)
        else:
            between, losses = self._engine.trajectory(self._state, epochs=most)
        if not (all_finite(losses) and between.last.is_finite):
            if most == 1:
                self._refuse_divergence(1)
            self._ahead = None  # up to the place, one by one
            return self._run_ahead(1)
        found.seconds.append(((time.perf_counter() - begin) / most, len(losses)))
        self._take(between, losses, found)
        return Ahead(self._task, between, found)


class _Epochs(Iterator[Epoch]):
    """Epochs as they are asked for. Where one is refused, it can be asked for again."""

    def __init__(self, training: Training, count: int) -> None:
        self._training, self._left = training, count

    def __next__(self) -> Epoch:
        training, left = self._training, self._left
        epoch = training._led_epoch() if left else None
        if epoch is None:
            if not left or training.stopped:
                self._end()
                raise StopIteration
            epoch = training._next_epoch(left)
        self._left = left - 1
        return epoch

    def _end(self) -> None:
        """Do what is to be done when there is none any more."""


def train_to_end(training: Training, n: int) -> History:
    """Train by ``n`` epochs, or up to a stop; then restore what early stopping keeps."""
    history = training.watch(n)
    training.restore_best()
    is_last = training.state is history.state
    return history if is_last else replace(history, state=training.state)


class EpochsToEnd(_Epochs):
    """The epochs of `train_to_end`, one after the other."""

    def _end(self) -> None:
        self._training.restore_best()


def prepare(
    network: Network, X: Any, T: Any, options: Options, *, copy: bool = True
) -> tuple[Task, TrainingState, Task | None]:
    """Check what a training is given: its task, its first state, its validation rows."""
    task = make_task(network, X, T, options, copy=copy)
    require_choice(network)
    require_engine(options.engine, task)
    validation = validation_task(task)
    network.require_no_pass()
    if options.state is not None:
        state = fitting(options.state, task)
        return task, replace(state, watched=None) if state.is_stopped else state, validation
    return task, start_state(task, options.seed_of(network)), validation


def _require_targets_beside(X: Any, T: Any) -> None:
    """Refuse batches that come one by one: a training can go to any batch, and measure them all."""
    if T is not None:
        return
    if hasattr(X, "shape"):
        raise WrongTypeError("T: missing beside X; expected targets, (B, n_out)")
    raise WrongTypeError(
        "T: missing, and a Training keeps its rows, to measure them and to go on from any batch,"
        f" got {type(X).__name__}; expected X and T, or ns.epochs(net, batches, ...)"
    )


def require_no_folds(changes: Mapping[str, Any], what: str) -> None:
    """Refuse folds where a training has none; a record of options may have them."""
    if changes.get("validate") is not None:
        raise WrongTypeError(
            f"validate: no option of {what}; expected train or cross_validate, which have folds"
        )


def require_one_seed(changes: Mapping[str, Any], what: str) -> None:
    """Refuse several seeds where there is one training; a record of options may have them."""
    if changes.get("seeds") is not None:
        raise WrongTypeError(f"seeds: no option of {what}; expected train or train_many")


def fitting(state: TrainingState, task: Task) -> TrainingState:
    """The state, if it is one of this task.

    Raises:
        WrongTypeError: it is of another training.
        InvalidValueError: a number in it is one that no training comes to.
    """
    if not isinstance(state, TrainingState):
        raise WrongTypeError(f"state: got {state!r:.80}; expected a TrainingState")
    for name, count in zip(("epoch", "batch", "updates"), state.position, strict=True):
        require_count(count, f"state.{name}", least=0)
    slots = (len(task.optimizer.start), len(task.network.parameter_list()))
    if state.memory.shape != slots or state.batch >= task.n_batches:
        raise WrongTypeError(
            f"state: of another training, got memory {state.memory.shape}, batch {state.batch};"
            f" expected memory {slots}, batch below {task.n_batches}"
        )
    for theta in (state.parameters, None if state.watched is None else state.watched.parameters):
        if theta is not None:  # the best ones, where early stopping has kept some
            require_theta(theta, task.network.parameter_list())
    require_optimizer_memory(task.optimizer, state.memory)
    lacking = [name for name in task.drawn if name not in state.streams]
    if lacking:
        raise WrongTypeError(
            f"state: of another training, got no stream {lacking[0]!r}; expected that of a training"
            " that draws it, too"
        )
    if task.schedule is not None and len(task.schedule.start(0.0)) != len(state.schedule):
        state = replace(state, schedule=())  # of another schedule: this one begins
    return state
