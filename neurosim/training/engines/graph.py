"""The graph engine: drains the interpreter's passes; it defines what a network means."""

import math
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from neurosim.functions.activations import add_up
from neurosim.functions.numbers import Matrix
from neurosim.interpreter.backward import backward_steps, input_steps, measure_steps, require_slopes
from neurosim.interpreter.forward import NO_MASKS, forward_steps
from neurosim.interpreter.steps import Step
from neurosim.interpreter.update import update_steps
from neurosim.interpreter.visits import schedule_of
from neurosim.training.engines.contract import (
    TO_THE_BIT,
    Capabilities,
    Passed,
    ProgramRun,
    Rates,
    RowOrder,
    Some,
)
from neurosim.training.engines.program import ProgramEngine, epochs_one_by_one
from neurosim.training.goals.weighing import Goals
from neurosim.training.noise import Noise, RowNoise
from neurosim.training.state import (
    TrainingState,
    batch_rows,
    draw_noise,
    draw_order,
    rate_of,
    start_state,
)
from neurosim.training.task import Task, require_fresh


class GraphEngine(ProgramEngine):
    """Node by node: the interpreter's passes, drained; the objects hold what they computed."""

    name: ClassVar[str] = "graph"
    capabilities: ClassVar[Capabilities] = Capabilities(
        {"double": TO_THE_BIT}, works_on_objects=True
    )

    def __init__(self, task: Task) -> None:
        super().__init__(task)
        self._network = task.network

    def _begin(self, state: TrainingState, *, each_row: bool) -> ProgramRun:
        return _WalkRun(self._task, state)

    def loss(self, theta: Matrix, X: Matrix, T: Matrix) -> float:
        """The loss over these rows, reduced: that of `loss_and_gradient`, to the bit."""
        require_fresh(self._task)
        _load(self._network, theta)
        total = 0.0
        goals = self._task.goals_of(T)
        for number, row in enumerate(X.tolist()):
            steps = _measured_steps(self._task, row, *goals.row(number), None)
            deque(self._network.begin_pass(steps), maxlen=0)
            assert self._network.loss is not None
            total += self._network.loss
        return total / self._task.divisor(len(X))

    def measure(self, thetas: Matrix, X: Matrix, T: Matrix) -> tuple[Matrix, Matrix]:
        """Of each theta, (n, n_parameters), the loss, (n,), and the outputs, (n, B, n_out)."""
        losses = [self.loss(theta, X, T) for theta in thetas]
        outputs = [self.outputs(theta, X) for theta in thetas]
        return np.array(losses), np.array(outputs)

    def _gradients(
        self, theta: Matrix, X: Matrix, T: Matrix, weights: Matrix | None, *, inputs: bool
    ) -> tuple[Any, ...]:
        _load(self._network, theta)
        losses: list[float] = []
        by_inputs: list[list[float]] | None = [] if inputs else None
        goals = EpochGoals(self._task.goals_of(T, weights), None)
        steps = _sample_steps(
            self._task, X, goals, range(len(X)), losses=losses, by_inputs=by_inputs
        )
        deque(self._network.begin_pass(steps), maxlen=0)
        divisor = self._task.divisor(len(X))
        gradients = [parameter.gradient for parameter in self._network.parameter_list()]
        found = add_up(losses) / divisor, np.array(gradients, dtype=np.float64) / divisor
        by_raw = self._network.inputs_conversion.factor * divisor
        return (*found, np.array(by_inputs) / by_raw) if inputs else found

    def outputs(self, theta: Matrix, X: Matrix) -> Matrix:
        """The outputs, (B, n_out)."""
        require_fresh(self._task)
        _load(self._network, theta)
        schedule = schedule_of(self._network)
        answers = []
        for row in X.tolist():
            deque(self._network.begin_pass(forward_steps(schedule, row)), maxlen=0)
            answers.append([neuron.value for neuron in schedule.outputs])
        return np.array(answers, dtype=np.float64)

    def values(self, theta: Matrix, X: Matrix) -> tuple[Matrix, Matrix]:
        """Net inputs and outputs of all neurons in the network's order, (B, n_neurons) each."""
        require_fresh(self._task)
        _load(self._network, theta)
        schedule, neurons = schedule_of(self._network), self._network.neurons
        both = np.empty((2, len(X), len(neurons)))
        for i, row in enumerate(X.tolist()):
            deque(self._network.begin_pass(forward_steps(schedule, row)), maxlen=0)
            both[0, i] = [math.nan if n.is_input else n.net_input for n in neurons]
            both[1, i] = [n.output for n in neurons]
        return both[0], both[1]


class _WalkRun:
    """A stretch of training by the walk; it ends at the first number that is not finite."""

    def __init__(self, task: Task, state: TrainingState) -> None:
        self._task = task
        self._theta, self._memory = state.parameters, state.memory.copy()
        self._updates = state.updates
        self._row_losses: list[float] = []
        self._is_finite = True
        self._noise: Noise | None = None

    def take_noise(self, noise: Noise) -> None:
        self._noise = noise

    def steps(
        self, order: RowOrder, first: int, last: int, repeats: int = 1, rates: Rates = None
    ) -> list[float]:
        task = self._task
        rows = np.arange(task.n_rows) if order is None else order
        batches = [
            rows[i * task.batch_size : (i + 1) * task.batch_size] for i in range(first, last)
        ]
        if rates is None:
            rates = np.full(len(batches) * repeats, task.optimizer.learning_rate)
        goals = EpochGoals(task.inner.goals(order), self._noise)
        pairs = zip(batches * repeats, rates.tolist(), strict=True)
        return [self._step(batch, goals, rate) for batch, rate in pairs]

    def epochs(self, order: RowOrder, first: int, count: int, rates: Rates = None) -> Passed:
        return epochs_one_by_one(self, order, first, count, self._task.n_batches, rates)

    def parameters(self, some: Some = None) -> Matrix:
        return self._theta if some is None else self._theta[some]

    def values(self) -> tuple[Matrix, Matrix]:
        return self._theta, self._memory.copy()

    def take_row_losses(self) -> Matrix:
        found, self._row_losses = self._row_losses, []
        return np.array(found, dtype=np.float64)

    def _step(self, rows: NDArray[np.intp], goals: "EpochGoals", rate: float) -> float:
        """The loss of a batch, summed over its rows; NaN where the batch cannot be gone on from."""
        if not self._is_finite:
            self._row_losses += [math.nan] * len(rows)
            return math.nan
        network, losses = self._task.network, list[float]()
        require_fresh(self._task)
        require_slopes(network, self._task.objective)  # what is trainable may have changed
        _load(network, self._theta)
        update = {"memory": self._memory, "count": self._updates + 1, "rate": rate}
        steps = _batch_steps(self._task, rows, goals, losses, update)
        deque(network.begin_pass(steps), maxlen=0)
        self._theta = network.parameters()
        self._updates += 1
        self._row_losses += losses
        loss = add_up(losses)
        arrays = self._theta, self._memory
        self._is_finite = math.isfinite(loss) and all(np.isfinite(a).all() for a in arrays)
        return loss


def batch_steps(task: Task, state: TrainingState, memory: Matrix) -> Iterator[Step]:
    """Every step of the batch that comes next; ``memory`` is changed in place."""
    require_fresh(task)
    require_slopes(task.network, task.objective)
    _load(task.network, state.parameters)
    rows, goals = batch_rows(task, state), goals_at(task, state)
    update = {"memory": memory, "count": state.updates + 1, "rate": rate_of(task, state)}
    return task.network.begin_pass(_batch_steps(task, rows, goals, [], update))


class EpochGoals(NamedTuple):
    """What the rows of an epoch are compared with, and their noise."""

    goals: Goals
    noise: Noise | None

    def row(self, number: int) -> "RowGoal":
        """Those of a row."""
        noise = None if self.noise is None else self.noise.row(number)
        return RowGoal(*self.goals.row(number), noise)


class RowGoal(NamedTuple):
    """What a row is compared with: inner targets, and the factors of their terms; its noise."""

    target: list[float]
    factors: list[float] | None
    noise: RowNoise | None


def goals_at(task: Task, state: TrainingState | None) -> EpochGoals:
    """Those of the epoch of a state; without a state, the rows are as they are."""
    if state is None:
        streams = start_state(task, 0).streams
        return EpochGoals(task.inner.goals(), draw_noise(task, streams)[0])
    order, streams = draw_order(task, state.streams)
    return EpochGoals(task.inner.goals(order), draw_noise(task, streams)[0])


def noisy_values(task: Task, state: TrainingState, row: int) -> tuple[Matrix, Matrix]:
    """Net inputs and outputs of all neurons, as a row leaves them in the epoch of a state."""
    own = task.on(task.network.copy())
    own.network.load_parameters(state.parameters)
    target, factors, noise = goals_at(own, state).row(row)
    deque(_measured_steps(own, task.X[row].tolist(), target, factors, noise), maxlen=0)
    neurons = own.network.neurons
    net_inputs = [math.nan if n.is_input else n.net_input for n in neurons]
    outputs = [neuron.output for neuron in neurons]
    return np.array(net_inputs, np.float64), np.array(outputs, np.float64)


def _sample_steps(
    task: Task,
    X: Matrix,
    goals: EpochGoals,
    rows: Iterable[int],
    *,
    losses: list[float],
    by_inputs: list[list[float]] | None = None,
) -> Generator[Step, None, None]:
    """The rows of a batch; ``losses`` is given that of each, ``by_inputs`` its dL/dx."""
    network = task.network
    for position, row in enumerate(rows):
        yield from _of_sample(task, X[row].tolist(), goals.row(row), position)
        assert network.loss is not None
        losses.append(network.loss)
        if by_inputs is not None:
            yield from input_steps(network, network.inputs)
            by_inputs.append([neuron.output_gradient or 0.0 for neuron in network.inputs])


def _batch_steps(
    task: Task,
    rows: NDArray[np.intp],
    goals: EpochGoals,
    losses: list[float],
    update: dict[str, Any],
) -> Generator[Step, None, None]:
    yield from _sample_steps(task, task.X, goals, rows.tolist(), losses=losses)
    yield from update_of(task, rows=len(rows), **update)


def row_steps(
    task: Task, goals: EpochGoals, row: int, position: int
) -> Generator[Step, None, None]:
    """A row of the task, at ``position`` in its batch: forward, its loss, backward."""
    yield from _of_sample(task, task.X[row].tolist(), goals.row(row), position)


def sample_steps(
    task: Task, row: list[float], target: list[float], position: int
) -> Generator[Step, None, None]:
    """One raw sample by itself, at ``position`` in a batch: forward, its loss, backward."""
    goals = task.goals_of(np.array([target], dtype=np.float64))
    yield from _of_sample(task, row, EpochGoals(goals, None).row(0), position)


def _of_sample(
    task: Task, row: list[float], goal: RowGoal, position: int
) -> Generator[Step, None, None]:
    target, factors, noise = goal
    yield from _measured_steps(task, row, target, factors, noise)
    masks = NO_MASKS if noise is None else noise.factors
    yield from backward_steps(
        schedule_of(task.network), target, task.objective, position, factors=factors, masks=masks
    )


def _measured_steps(
    task: Task,
    row: list[float],
    target: list[float],
    factors: list[float] | None,
    noise: RowNoise | None,
) -> Generator[Step, None, None]:
    """A raw sample and its inner target: forward, and the loss."""
    schedule = schedule_of(task.network)
    if noise is None:
        yield from forward_steps(schedule, row)
    else:
        yield from forward_steps(schedule, row, added=noise.added, masks=noise.factors)
    yield from measure_steps(task.network, schedule, target, task.objective, factors)


def update_of(
    task: Task, memory: Matrix, *, count: int, rate: float, rows: int
) -> Generator[Step, None, None]:
    """The update that ends a batch of so many rows; ``count`` is its number, from 1."""
    return update_steps(
        task.network,
        task.optimizer,
        memory,
        count=count,
        rate=rate,
        rows=rows,
        divisor=task.divisor(rows),
        penalty=task.penalty,
        adjustments=task.adjustments,
    )


def _load(network: Any, theta: Matrix) -> None:
    if not np.array_equal(network.parameters(), theta):
        network.load_parameters(theta)
