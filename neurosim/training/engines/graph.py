"""The graph engine: the interpreter's passes, drained. It says what a network means."""

import math
from collections import deque
from collections.abc import Generator, Iterator
from typing import Any, Literal, overload

import numpy as np

from neurosim.errors import InvalidValueError
from neurosim.functions.activations import add_up
from neurosim.functions.numbers import Matrix
from neurosim.interpreter.backward import backward_steps, measure_steps
from neurosim.interpreter.forward import forward_steps
from neurosim.interpreter.steps import Step
from neurosim.interpreter.update import update_steps
from neurosim.interpreter.visits import schedule_of
from neurosim.network.network import Network
from neurosim.network.neuron import Neuron
from neurosim.training.state import TrainingState, batch_rows, next_state
from neurosim.training.task import Task, require_fresh


class GraphEngine:
    """Node by node: the interpreter's passes, drained."""

    name = "graph"

    def __init__(self, task: Task) -> None:
        require_double(task)
        self._task = task
        self._network = task.network

    def advance(self, state: TrainingState, *, epochs: int) -> tuple[TrainingState, list[float]]:
        """Go on by epochs; the network's objects take the values over as they change."""
        losses: list[float] = []
        for _ in range(epochs):
            for _ in range(self._task.n_batches - state.batch):
                state = self.advance_batch(state)
                if not state.is_finite:  # it cannot be gone on with
                    return state, [*losses, math.nan]
            losses.append(state.partial_loss / self._task.divisor(self._task.n_rows))
        return state, losses

    def advance_batch(self, state: TrainingState) -> TrainingState:
        """Go one batch on."""
        memory = state.memory.copy()
        deque(self.batch_steps(state, memory), maxlen=0)
        return next_state(self._task, state, self._network.parameters(), memory, self._batch_loss)

    def batch_steps(self, state: TrainingState, memory: Matrix) -> Iterator[Step]:
        """Every step of the batch that comes next; ``memory`` is changed in place."""
        require_fresh(self._task)
        _load(self._network, state.parameters)
        return self._network.begin_pass(self._batch(state, memory))

    def _batch(self, state: TrainingState, memory: Matrix) -> Generator[Step, None, None]:
        rows = batch_rows(self._task, state)
        yield from self._gather(self._task.X[rows], self._task.T[rows])
        yield from update_of(self._task, memory, count=state.updates + 1, rows=len(rows))

    def loss(self, theta: Matrix, X: Matrix, T: Matrix) -> float:
        """The loss over these rows, reduced: that of `loss_and_gradient`, to the bit."""
        require_fresh(self._task)
        _load(self._network, theta)
        total = 0.0
        for row, target in zip(X.tolist(), T.tolist(), strict=True):
            deque(self._network.begin_pass(_measured_steps(self._task, row, target)), maxlen=0)
            assert self._network.loss is not None
            total += self._network.loss
        return total / self._task.divisor(len(X))

    @overload
    def loss_and_gradient(self, theta: Matrix, X: Matrix, T: Matrix) -> tuple[float, Matrix]: ...
    @overload
    def loss_and_gradient(
        self, theta: Matrix, X: Matrix, T: Matrix, *, inputs: Literal[True]
    ) -> tuple[float, Matrix, Matrix]: ...
    def loss_and_gradient(
        self, theta: Matrix, X: Matrix, T: Matrix, *, inputs: bool = False
    ) -> tuple[float, Matrix] | tuple[float, Matrix, Matrix]:
        """The loss over these rows, reduced, its gradient by theta and, if asked, by X."""
        require_fresh(self._task)
        _load(self._network, theta)
        by_inputs: list[list[float]] | None = [] if inputs else None
        deque(self._network.begin_pass(self._gather(X, T, by_inputs)), maxlen=0)
        divisor = self._task.divisor(len(X))
        gradients = [_gradient_of(owner) for owner in self._network.parameter_list()]
        found = self._batch_loss / divisor, np.array(gradients, dtype=np.float64) / divisor
        return (*found, np.array(by_inputs) / divisor) if inputs else found

    def outputs(self, theta: Matrix, X: Matrix) -> Matrix:
        """The outputs, (B, n_out)."""
        require_fresh(self._task)
        _load(self._network, theta)
        schedule = schedule_of(self._network)
        answers = []
        for row in X.tolist():
            deque(self._network.begin_pass(forward_steps(schedule, row)), maxlen=0)
            answers.append([neuron.output for neuron in schedule.outputs])
        return np.array(answers, dtype=np.float64)

    def _gather(
        self, X: Matrix, T: Matrix, by_inputs: list[list[float]] | None = None
    ) -> Generator[Step, None, None]:
        """The samples of a batch; ``by_inputs`` is given dL/dx of each."""
        network = self._network
        self._batch_loss = 0.0
        for position, (row, target) in enumerate(zip(X.tolist(), T.tolist(), strict=True)):
            yield from sample_steps(self._task, row, target, position)
            assert network.loss is not None
            self._batch_loss += network.loss
            if by_inputs is not None:
                by_inputs.append([_error_of(network, neuron) for neuron in network.inputs])


def require_double(task: Task) -> None:
    """Refuse single precision, which a walk does not compute in."""
    if task.precision != "double":
        raise InvalidValueError(
            f"engine 'graph': it computes in double precision, got {task.precision!r};"
            " expected 'double', or the engine 'compiled'"
        )


def sample_steps(
    task: Task, row: list[float], target: list[float], position: int
) -> Generator[Step, None, None]:
    """One sample, which stands at ``position`` in its batch: forward, its loss, backward."""
    yield from _measured_steps(task, row, target)
    yield from backward_steps(schedule_of(task.network), target, task.loss, position)


def _measured_steps(
    task: Task, row: list[float], target: list[float]
) -> Generator[Step, None, None]:
    schedule = schedule_of(task.network)
    yield from forward_steps(schedule, row)
    yield from measure_steps(task.network, schedule, target, task.loss)


def update_of(task: Task, memory: Matrix, *, count: int, rows: int) -> Generator[Step, None, None]:
    """The update that ends a batch of so many rows; ``count`` is its number, from 1."""
    return update_steps(
        task.network,
        task.optimizer,
        memory,
        count=count,
        rate=task.optimizer.learning_rate,
        rows=rows,
        divisor=task.divisor(rows),
        penalty=task.penalty,
    )


def _load(network: Any, theta: Matrix) -> None:
    if not np.array_equal(network.parameters(), theta):
        network.load_parameters(theta)


def _error_of(network: Network, neuron: Neuron) -> float:
    """dL/da of an input neuron after a backward pass: what comes back along its connections."""
    return add_up(c.weight * c.target.delta for c in network.outgoing(neuron) if c.target.delta)


def _gradient_of(owner: Any) -> float:
    gradient = owner.gradient if hasattr(owner, "gradient") else owner.bias_gradient
    assert gradient is not None
    return float(gradient)
