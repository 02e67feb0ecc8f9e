"""Training: an iterator of epochs. Whoever wants to watch, iterates; `train` drains it.

There are no callbacks. ``break`` leaves everything whole: after each epoch the network's objects
hold its values, and `Epoch.state` is where a later call goes on.
"""

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from neurosim.errors import DivergedError, WrongTypeError
from neurosim.functions.losses import Loss
from neurosim.functions.streams import require_seed
from neurosim.interpreter.steps import Measured, Step
from neurosim.network.network import Network
from neurosim.training.engines.contract import Engine, advance_batch
from neurosim.training.engines.graph import batch_steps
from neurosim.training.engines.table import make_engine, require_engine
from neurosim.training.metrics import METRICS, Metric, require_metrics
from neurosim.training.state import TrainingState, start_state
from neurosim.training.stretch_length import Pace
from neurosim.training.task import Task, make_task, require_epochs


@dataclass(frozen=True, slots=True)
class Epoch:
    """One epoch: what was measured, and where training stands after it.

    Attributes:
        number: from 0.
        loss: over the training rows, each batch measured before its update; reduced.
        validation_loss: over the validation rows after the epoch, or None.
        metrics: by name, over the validation rows if there are any, else the training rows.
        rate: the learning rate.
        seconds: how long it took.
        state: to go on from.
    """

    number: int
    loss: float
    validation_loss: float | None
    metrics: Mapping[str, float]
    rate: float
    seconds: float
    state: TrainingState = field(repr=False)

    def __str__(self) -> str:
        more = "".join(f", {name} {value:.6g}" for name, value in self.metrics.items())
        if self.validation_loss is not None:
            more = f", validation loss {self.validation_loss:.6g}{more}"
        return f"epoch {self.number}: loss {self.loss:.6g}{more}"


@dataclass(frozen=True, slots=True)
class History:
    """A training: one number an epoch, and the state at its end."""

    loss: tuple[float, ...]
    validation_loss: tuple[float, ...]
    metrics: Mapping[str, tuple[float, ...]]
    seconds: float
    state: TrainingState = field(repr=False)

    def _repr_svg_(self) -> str | None:
        """What a notebook shows: the loss over the epochs, or None where there is none."""
        from neurosim.drawing.notebook import picture_of_history

        return picture_of_history(self)

    def __str__(self) -> str:
        if not self.loss:
            return "0 epochs"
        return f"{len(self.loss)} epochs: loss {self.loss[0]:.6g} -> {self.loss[-1]:.6g}"


def train(
    network: Network,
    X: Any,
    T: Any,
    *,
    loss: str | Loss = "half_squared_error",
    optimizer: Any,
    epochs: int,
    batch_size: int | None = None,
    shuffle: bool = False,
    reduction: str = "mean",
    engine: str = "compiled",
    seed: int | None = None,
    penalty: Any = None,
    precision: str = "double",
    validation: tuple[Any, Any] | None = None,
    metrics: Sequence[str | Metric] = (),
    state: TrainingState | None = None,
) -> History:
    """Train a network in place.

    Args:
        network: afterwards its objects hold what was learned, also when the call raises.
        X: samples, (B, n_in).
        T: targets, (B, n_out); for ``cross_entropy`` also class indices, (B,).
        loss: a name of the table of losses, or a `Loss`.
        optimizer: such as ``SGD(learning_rate=0.5)``.
        epochs: how many.
        batch_size: rows in a batch; None: all.
        shuffle: draw a new order of the rows for each epoch, from the seed.
        reduction: over a batch, ``mean`` or ``sum``.
        engine: ``compiled`` or ``graph``.
        seed: of the shuffling; None: the network's.
        penalty: ``L2(strength)`` or ``{"l2": strength}``.
        precision: ``double`` (float64), or ``single`` (float32; the compiled engine only).
        validation: a pair (X, T) to measure after each epoch.
        metrics: names, such as ``accuracy``, or functions of (outputs, T), to measure after each
            epoch.
        state: where to go on; None: at the start.

    Raises:
        DivergedError: a loss or a parameter is not finite; says in which epoch, batch and neuron.
        NeurosimError: something given does not fit; see `make_task`.
    """
    count = require_epochs(epochs)
    session = _Session(
        network, X, T,
        engine=engine, seed=seed, validation=validation, metrics=metrics, state=state,
        options={"loss": loss, "optimizer": optimizer, "batch_size": batch_size, "shuffle": shuffle,
         "reduction": reduction, "penalty": penalty, "precision": precision},
    )  # fmt: skip
    begin = time.perf_counter()
    losses: list[float] = []
    validation_losses: list[float] = []
    measured: dict[str, list[float]] = {name: [] for name in require_metrics(metrics)}
    if session.is_watched:
        for record in _Epochs(session, count):
            losses.append(record.loss)
            if record.validation_loss is not None:
                validation_losses.append(record.validation_loss)
            for name, value in record.metrics.items():
                measured[name].append(value)
    else:
        losses = session.run(count)
    return History(
        tuple(losses),
        tuple(validation_losses),
        {name: tuple(values) for name, values in measured.items()},
        time.perf_counter() - begin,
        session.state,
    )


def epochs(
    network: Network,
    X: Any,
    T: Any,
    *,
    loss: str | Loss = "half_squared_error",
    optimizer: Any,
    epochs: int,
    batch_size: int | None = None,
    shuffle: bool = False,
    reduction: str = "mean",
    engine: str = "compiled",
    seed: int | None = None,
    penalty: Any = None,
    precision: str = "double",
    validation: tuple[Any, Any] | None = None,
    metrics: Sequence[str | Metric] = (),
    state: TrainingState | None = None,
) -> Iterator[Epoch]:
    """Train a network epoch by epoch; takes and raises what `train` does, when called.

    Yields:
        An Epoch after each; the network's objects then hold its values.
    """
    count = require_epochs(epochs)
    session = _Session(
        network, X, T,
        engine=engine, seed=seed, validation=validation, metrics=metrics, state=state,
        options={"loss": loss, "optimizer": optimizer, "batch_size": batch_size, "shuffle": shuffle,
         "reduction": reduction, "penalty": penalty, "precision": precision},
    )  # fmt: skip
    return _Epochs(session, count)


def prepare(
    network: Network,
    X: Any,
    T: Any,
    *,
    engine: str,
    seed: int | None,
    validation: tuple[Any, Any] | None,
    metrics: Sequence[str | Metric],
    state: TrainingState | None,
    options: dict[str, Any],
) -> tuple[Task, TrainingState]:
    """Check what `train` is given, and say where that training begins; nothing is done yet.

    ``options`` are the arguments of `make_task`.
    """
    task = make_task(network, X, T, **options)
    require_engine(engine, task)
    start = network.seed if seed is None else require_seed(seed)
    require_metrics(metrics)
    if validation is not None:
        if not isinstance(validation, (tuple, list)) or len(validation) != 2:
            raise WrongTypeError(f"validation: got {validation!r:.80}; expected a pair (X, T)")
        make_task(network, *validation, **options)
    network.require_no_pass()
    return task, start_state(task, start) if state is None else _fitting(state, task)


class _Epochs(Iterator[Epoch]):
    """Epochs as they are asked for. Where one is refused, it can be asked for again."""

    def __init__(self, session: "_Session", count: int) -> None:
        self._session, self._left = session, count
        session.note_frozen()

    def __next__(self) -> Epoch:
        if self._left == 0:
            raise StopIteration
        epoch = self._session.epoch()
        self._left -= 1
        return epoch


class _Session:
    """One call of train or epochs: the task, the engine, and the state that goes on."""

    def __init__(
        self,
        network: Network,
        X: Any,
        T: Any,
        *,
        engine: str,
        seed: int | None,
        validation: tuple[Any, Any] | None,
        metrics: Sequence[str | Metric],
        state: TrainingState | None,
        options: dict[str, Any],
    ) -> None:
        self.task, self.state = prepare(
            network, X, T,
            engine=engine, seed=seed, validation=validation, metrics=metrics, state=state,
            options=options,
        )  # fmt: skip
        self._engine = make_engine(engine, self.task)
        self._held = self.state if state is None else None  # what the objects hold
        self._mask: Any = None  # what was trainable before, where somebody watches
        self._metrics = require_metrics(metrics)
        self._watch: Engine | None = None
        self._watched = self.task
        if validation is not None:
            self._watched = make_task(network, *validation, **options)
            self._watch = make_engine(engine, self._watched)
        if state is not None:
            self._hand_over()

    @property
    def is_watched(self) -> bool:
        """Whether something is to be measured after each epoch."""
        return self._watch is not None or bool(self._metrics)

    def epoch(self) -> Epoch:
        """One epoch, watched."""
        begin = time.perf_counter()
        self.task.network.require_no_pass()
        self._take_changes()
        with self._handing_over():
            (loss,) = self._advance(1)
        seconds = time.perf_counter() - begin
        return Epoch(
            self.state.epoch - 1,
            loss,
            self._validation_loss(),
            self._measured(),
            self.task.optimizer.learning_rate,
            seconds,
            self.state,
        )

    def note_frozen(self) -> None:
        """Somebody watches, who may freeze a parameter between two epochs."""
        self._mask = self.task.network.trainable_mask()

    def _take_changes(self) -> None:
        """What was assigned or frozen on the objects since the last epoch holds from here on."""
        network = self.task.network
        theta, mask = network.parameters(), network.trainable_mask()
        if network.version != self.task.version:
            return  # the engine refuses
        if not np.array_equal(theta, self.state.parameters):
            self._held = self.state = replace(self.state, parameters=theta)
        if not np.array_equal(mask, self._mask):
            self._engine = make_engine(self._engine.name, self.task)
        self._mask = mask

    def run(self, count: int) -> list[float]:
        """All epochs, in stretches of about a tenth of a second."""
        losses: list[float] = []
        pace = Pace()
        with self._handing_over():
            while len(losses) < count:
                pace.begin()
                losses += self._advance(min(pace.epochs, count - len(losses)))
                pace.end()
        return losses

    def _advance(self, count: int) -> list[float]:
        """Go on with the state alone."""
        after, losses = self._engine.advance(self.state, epochs=count)
        if not (_all_finite(losses) and after.is_finite):
            self._held = None  # the search goes over the objects
            self.state, place = _find_divergence(self._engine, self.task, self.state, count)
            raise DivergedError(place)
        self.state = after
        return losses

    @contextmanager
    def _handing_over(self) -> Iterator[None]:
        """Whatever happens inside, the objects then hold the values of the state."""
        try:
            yield
        finally:
            self._hand_over()

    def _hand_over(self) -> None:
        network, theta = self.task.network, self.state.parameters
        if network.version != self.task.version:
            return
        if self._engine.capabilities.works_on_objects:  # what the last pass left may stay
            is_there = np.array_equal(network.parameters(), theta)
        else:
            is_there = self.state is self._held
        if not is_there:
            network.load_parameters(theta)
        self._held = self.state

    def _validation_loss(self) -> float | None:
        if self._watch is None:
            return None
        theta, rows = self.state.parameters, self._watched
        return self._watch.loss(theta, rows.X, rows.T)

    def _measured(self) -> dict[str, float]:
        if not self._metrics:
            return {}
        task = self._watched
        outputs = self._engine.outputs(self.state.parameters, task.X)
        return {name: METRICS[name](outputs, task.T) for name in self._metrics}


def _fitting(state: TrainingState, task: Task) -> TrainingState:
    if not isinstance(state, TrainingState):
        raise WrongTypeError(f"state: got {state!r:.80}; expected a TrainingState")
    slots = (len(task.optimizer.start), len(task.network.parameter_list()))
    if state.memory.shape != slots or state.batch >= task.n_batches:
        raise WrongTypeError(
            f"state: of another training, got memory {state.memory.shape}, batch {state.batch};"
            f" expected memory {slots}, batch below {task.n_batches}"
        )
    return state


def _all_finite(losses: list[float]) -> bool:
    # the sum of finite numbers may overflow; then, and only then, each is asked
    return math.isfinite(sum(losses)) or all(map(math.isfinite, losses))


def _find_divergence(
    engine: Engine, task: Task, state: TrainingState, epochs: int
) -> tuple[TrainingState, str]:
    """The last state that was finite, and where the first number that is not came up.

    Goes the stretch again batch by batch, then the batch itself step by step over the graph.
    """
    for _ in range(epochs * task.n_batches):
        after = advance_batch(engine, state)
        if not after.is_finite:
            break
        state = after
    where = f"epoch {state.epoch}, batch {state.batch}"
    advice = "expected finite numbers (a smaller learning rate, or scaled inputs, may help)"
    for step in batch_steps(task, state, state.memory.copy()):
        values = step.after if isinstance(step.after, tuple) else (step.after,)
        if not all(map(math.isfinite, values)):
            return state, f"{where}: not finite{_outputs(step, task)}, got {step}; {advice}"
    if task.precision == "single":
        return state, f"{where}: not finite in single precision, though in double; {advice}"
    return state, f"{where}: the loss or a parameter is not finite; {advice}"


def _outputs(step: Step, task: Task) -> str:
    """Which neurons a loss was measured on; other steps name theirs."""
    if not isinstance(step, Measured):
        return ""
    return f" at {', '.join(neuron.name for neuron in task.network.outputs[:5])}"
