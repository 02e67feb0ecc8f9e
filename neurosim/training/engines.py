"""The contract of engines, and the two that keep it.

An engine advances a training state, and answers loss and gradient. What a network *means* is the
graph engine's to say: it drains the interpreter's passes. The compiled engine runs the program that
the compiler made of the same graph. Neither keeps anything of a training: all is in the state.
"""

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import numpy as np

from neurosim.compiler.planning import make_plan
from neurosim.compiler.printing import print_training, source_of_training
from neurosim.compiler.program import load_training
from neurosim.errors import StaleError, UnknownNameError, unknown
from neurosim.functions.numerals import Matrix
from neurosim.interpreter.backward import backward_steps, measure_steps
from neurosim.interpreter.forward import forward_steps
from neurosim.interpreter.schedule import schedule_of
from neurosim.interpreter.steps import Step
from neurosim.interpreter.update import update_steps
from neurosim.training.state import TrainingState, draw_order
from neurosim.training.task import Task


class Engine(Protocol):
    """What training asks of an engine."""

    name: str

    def advance(self, state: TrainingState, *, epochs: int) -> tuple[TrainingState, list[float]]:
        """Go to the end of the ``epochs``-th epoch from here; one loss for each."""
        ...

    def advance_batch(self, state: TrainingState) -> TrainingState:
        """Go one batch on."""
        ...

    def loss_and_gradient(self, theta: Matrix, X: Matrix, T: Matrix) -> tuple[float, Matrix]:
        """The loss over these rows, reduced, and its gradient by theta."""
        ...

    def outputs(self, theta: Matrix, X: Matrix) -> Matrix:
        """The outputs, (B, n_out)."""
        ...


class GraphEngine:
    """Node by node: the interpreter's passes, drained."""

    name = "graph"

    def __init__(self, task: Task) -> None:
        self._task = task
        self._network = task.network

    def advance(self, state: TrainingState, *, epochs: int) -> tuple[TrainingState, list[float]]:
        """Go on by epochs; the network's objects take the values over as they change."""
        return advance_by_batches(self, self._task, state, epochs)

    def advance_batch(self, state: TrainingState) -> TrainingState:
        """Go one batch on."""
        memory = state.memory.copy()
        deque(self.batch_steps(state, memory), maxlen=0)
        return next_state(self._task, state, self._network.parameters(), memory, self._batch_loss)

    def batch_steps(self, state: TrainingState, memory: Matrix) -> Iterator[Step]:
        """Every step of the batch that comes next; ``memory`` is changed in place."""
        task, network = self._task, self._network
        _require_fresh(task)
        _load(network, state.parameters)
        rows = batch_rows(task, state)
        yield from self._gather(task.X[rows], task.T[rows])
        yield from update_steps(
            network,
            task.optimizer,
            memory,
            count=state.updates + 1,
            rate=task.optimizer.learning_rate,
            rows=len(rows),
            divisor=task.divisor(len(rows)),
            penalty=task.penalty,
        )

    def loss_and_gradient(self, theta: Matrix, X: Matrix, T: Matrix) -> tuple[float, Matrix]:
        """The loss over these rows, reduced, and its gradient by theta."""
        _require_fresh(self._task)
        _load(self._network, theta)
        deque(self._gather(X, T), maxlen=0)
        divisor = self._task.divisor(len(X))
        gradients = [_gradient_of(owner) for owner in self._network.parameter_list()]
        return self._batch_loss / divisor, np.array(gradients, dtype=np.float64) / divisor

    def outputs(self, theta: Matrix, X: Matrix) -> Matrix:
        """The outputs, (B, n_out)."""
        _require_fresh(self._task)
        _load(self._network, theta)
        schedule = schedule_of(self._network)
        answers = []
        for row in X.tolist():
            deque(forward_steps(schedule, row), maxlen=0)
            answers.append([neuron.output for neuron in schedule.outputs])
        return np.array(answers, dtype=np.float64)

    def _gather(self, X: Matrix, T: Matrix) -> Iterator[Step]:
        network, loss = self._network, self._task.loss
        schedule = schedule_of(network)
        self._batch_loss = 0.0
        for position, (row, target) in enumerate(zip(X.tolist(), T.tolist(), strict=True)):
            yield from forward_steps(schedule, row)
            yield from measure_steps(network, schedule, target, loss)
            assert network.loss is not None
            self._batch_loss += network.loss
            yield from backward_steps(schedule, target, loss, position)


class CompiledEngine:
    """As matrices: the program that the compiler made of the graph."""

    name = "compiled"

    def __init__(self, task: Task) -> None:
        self._task = task
        self.plan = plan = make_plan(task.network)
        text = print_training(plan, task.loss, task.reduction == "mean")
        self.source = source_of_training(plan, text)
        self._bind = load_training(self.source, text.names)
        self._frozen = np.flatnonzero(~task.network.trainable_mask()[plan.order])
        self._start = np.array(task.optimizer.start)[:, None]
        self._weights = ~plan.is_bias

    def advance(self, state: TrainingState, *, epochs: int) -> tuple[TrainingState, list[float]]:
        """Go on by epochs."""
        _require_fresh(self._task)
        return _Run(self, self._task, state).epochs(epochs)

    def advance_batch(self, state: TrainingState) -> TrainingState:
        """Go one batch on."""
        _require_fresh(self._task)
        return _Run(self, self._task, state).batch()

    def loss_and_gradient(self, theta: Matrix, X: Matrix, T: Matrix) -> tuple[float, Matrix]:
        """The loss over these rows, reduced, and its gradient by theta."""
        _require_fresh(self._task)
        ordered = theta[self.plan.order]
        gradient = np.zeros_like(ordered)
        with np.errstate(all="ignore"):
            forward, backward = self._bind(ordered, gradient, len(X))
            forward(X)
            loss = backward(T.T)
        return float(loss), self.to_network(gradient)

    def outputs(self, theta: Matrix, X: Matrix) -> Matrix:
        """The outputs, (B, n_out)."""
        _require_fresh(self._task)
        ordered = theta[self.plan.order]
        with np.errstate(all="ignore"):
            forward, _ = self._bind(ordered, np.zeros_like(ordered), len(X))
            return np.array(forward(X).T)

    def to_network(self, vector: Matrix) -> Matrix:
        """A vector, or rows of vectors, in the plan's order, in the network's."""
        turned = np.empty_like(vector)
        turned[..., self.plan.order] = vector
        return turned


class _Run:
    """A stretch of compiled training: the state in the plan's order, a program a batch size."""

    def __init__(self, engine: CompiledEngine, task: Task, state: TrainingState) -> None:
        self._engine, self._task, self._state = engine, task, state
        order = engine.plan.order
        self._theta = state.parameters[order]
        self._memory = np.ascontiguousarray(state.memory[:, order])
        self._gradient = np.zeros_like(self._theta)
        self._fixed = self._theta[engine._frozen]
        self._programs: dict[int, Any] = {}
        self._updates = state.updates

    def epochs(self, count: int) -> tuple[TrainingState, list[float]]:
        with np.errstate(all="ignore"):
            losses = [self._epoch() for _ in range(count)]
        return self._state, losses

    def batch(self) -> TrainingState:
        rows = batch_rows(self._task, self._state)
        with np.errstate(all="ignore"):
            loss = self._step(self._task.X[rows], self._task.T[rows])
        total = loss * self._task.divisor(len(rows))
        return next_state(self._task, self._state, *self._values(), total)

    def _epoch(self) -> float:
        task, state = self._task, self._state
        order, streams = draw_order(task, state)
        X, T = (task.X[order], task.T[order]) if task.shuffle else (task.X, task.T)
        total = state.partial_loss if state.batch else 0.0
        for first in range(state.batch * task.batch_size, task.n_rows, task.batch_size):
            part = slice(first, first + task.batch_size)
            rows = len(X[part])
            total += self._step(X[part], T[part]) * task.divisor(rows)
        parameters, memory = self._values()
        self._state = TrainingState(
            parameters, memory, self._updates, state.epoch + 1, 0, total, streams
        )
        return total / task.divisor(task.n_rows)

    def _step(self, X: Matrix, T: Matrix) -> float:
        size = len(X)
        if size not in self._programs:
            self._programs[size] = self._engine._bind(self._theta, self._gradient, size)
        forward, backward = self._programs[size]
        forward(X)
        loss: float = backward(T.T)
        self._update(size)
        return loss

    def _update(self, rows: int) -> None:
        task, frozen = self._task, self._engine._frozen
        self._updates += 1
        if task.penalty is not None:
            decay = task.penalty.strength / rows
            self._gradient += np.where(self._engine._weights, decay * self._theta, 0.0)
        rate = task.optimizer.learning_rate
        if len(frozen):
            self._gradient[frozen] = 0.0
        task.optimizer.array(self._theta, self._gradient, self._memory, self._updates, rate)
        if len(frozen):
            self._theta[frozen] = self._fixed
            self._memory[:, frozen] = self._engine._start

    def _values(self) -> tuple[Matrix, Matrix]:
        return self._engine.to_network(self._theta), self._engine.to_network(self._memory)


def advance_by_batches(
    engine: Engine, task: Task, state: TrainingState, epochs: int
) -> tuple[TrainingState, list[float]]:
    """Epochs, batch by batch."""
    losses: list[float] = []
    for _ in range(epochs):
        for _ in range(task.n_batches - state.batch):
            state = engine.advance_batch(state)
        losses.append(state.partial_loss / task.divisor(task.n_rows))
    return state, losses


def next_state(
    task: Task, state: TrainingState, parameters: Matrix, memory: Matrix, batch_loss: float
) -> TrainingState:
    """The state after a batch."""
    batch, epoch, streams = state.batch + 1, state.epoch, state.streams
    loss = state.partial_loss if state.batch else 0.0
    if batch == task.n_batches:
        _, streams = draw_order(task, state)
        batch, epoch = 0, epoch + 1
    return TrainingState(
        parameters, memory, state.updates + 1, epoch, batch, loss + batch_loss, streams
    )


def batch_rows(task: Task, state: TrainingState) -> Any:
    """The rows of the batch that comes next."""
    order, _ = draw_order(task, state)
    first = state.batch * task.batch_size
    return order[first : first + task.batch_size]


def _load(network: Any, theta: Matrix) -> None:
    if not np.array_equal(network.parameters(), theta):
        network.load_parameters(theta)


def _require_fresh(task: Task) -> None:
    if task.network.version != task.version:
        raise StaleError(
            f"network {task.network.title!r}: its structure changed during training;"
            " expected a new call of train or epochs"
        )


def _gradient_of(owner: Any) -> float:
    gradient = owner.gradient if hasattr(owner, "gradient") else owner.bias_gradient
    assert gradient is not None
    return float(gradient)


ENGINES: dict[str, Callable[[Task], Engine]] = {"graph": GraphEngine, "compiled": CompiledEngine}


def make_engine(name: object, task: Task) -> Engine:
    """The engine of this name, for this task."""
    if not isinstance(name, str) or name not in ENGINES:
        raise UnknownNameError(unknown("engine", name, ENGINES))
    return ENGINES[name](task)
