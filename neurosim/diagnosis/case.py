"""The case: what a diagnosis knows of a training, measured when it is first asked for.

The size of a loss says nothing by itself. What says something is its share of the loss of the best
constant answer, which needs no input at all: 1 is an answer that has learned nothing, 0 is perfect.
Where all targets are the same, no constant answer is wrong, and the first loss takes its place.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from neurosim.compiler.plan import Index
from neurosim.functions.activations import Facts, facts_of
from neurosim.functions.losses import PERCEPTRON, Head, Objective, weigh
from neurosim.functions.numbers import Matrix
from neurosim.network.network import Network
from neurosim.network.neuron import Neuron
from neurosim.training.engines.compiled import CompiledEngine
from neurosim.training.state import TrainingState
from neurosim.training.task import Task, make_task
from neurosim.training.task_kind import TaskKind

HEALTHY = 0.1  # of the best constant answer's loss, what a network that has learned leaves at most
_MOST_VALUES = 10_000_000  # of rows times connections that are looked at
WORK = 60_000_000  # multiply-adds that may be spent: about .2 s of the kernel
_SHARE = 0.1  # of the training's own work, if that is more
_CALL = 2_000  # multiply-adds that take as long as what else an update costs
_PARTS = 8  # of the work: five trials, one without a cure, and what two stretches change
_ENOUGH = 20  # epochs of a trial; where they cost too much, it has fewer rows
_FEWEST = 50  # rows of a trial
_FROM_ANEW = 300  # epochs of a trial where the training diverged or has settled
_LOOKED_AT = 20  # epochs after the end, at most, whose changes are looked at
_CONSTANTS = 41  # that are tried between the least and the largest target
_ROUNDING = 1e-12  # of squared targets, what is left of a loss of 0
_TINY = 1e-300


@dataclass(frozen=True, eq=False)
class Case:
    """A training, from its start to where it is.

    Attributes:
        task: network, rows and options; the network holds the present parameters.
        begin: the state from which it began.
        state: where it is.
        losses: of each epoch since, (epochs,).
        validation_losses: likewise, where they were measured; else empty.
        diverged: where the first number was that is not finite; empty where none was.
        kind: what the targets are.
    """

    task: Task
    begin: TrainingState
    state: TrainingState
    losses: Matrix
    validation_losses: Matrix
    diverged: str
    kind: TaskKind

    @property
    def start(self) -> Matrix:
        """The parameters with which it began, (n_parameters,)."""
        return self.begin.parameters

    # --- the loss

    @cached_property
    def constant_loss(self) -> float:
        """The loss of the best answer that is the same for all rows, of which losses are shares."""
        found = loss_of_outputs(self.task, best_constants(self.task))
        first = float(self.losses[0]) if len(self.losses) else math.inf
        least = _ROUNDING * float(np.nanmean(self.T**2))
        return found if found > least else max(first, _TINY)

    @cached_property
    def least(self) -> float:
        """The least loss of an epoch."""
        return float(self.losses.min()) if len(self.losses) else math.inf

    @cached_property
    def last(self) -> float:
        """The loss at the end, the mean of the last twentieth of the epochs; inf if it diverged."""
        if self.diverged or not len(self.losses):
            return math.inf
        return float(self.losses[-max(1, len(self.losses) // 20) :].mean())

    @property
    def share(self) -> float:
        """The loss at the end, as a share of the best constant answer's."""
        return self.last / self.constant_loss

    @property
    def has_learned(self) -> bool:
        """Whether it has left a tenth of the best constant answer's loss, or less."""
        return self.share <= HEALTHY

    @cached_property
    def is_settled(self) -> bool:
        """Whether the loss has stopped falling: less than 2 % in the last quarter."""
        n = len(self.losses) // 4
        if not n or self.diverged:
            return False
        before, after = self.losses[-2 * n : -n].mean(), self.losses[-n:].mean()
        return bool(before - after < 0.02 * abs(before))

    @property
    def is_of_perceptrons(self) -> bool:
        """Whether the perceptron rule trains it, which goes down no gradient."""
        return any(head.loss is PERCEPTRON for head in self.task.objective.heads)

    @property
    def n_updates(self) -> int:
        """How many updates were made."""
        return len(self.losses) * self.task.n_batches

    # --- the rows

    @cached_property
    def X(self) -> Matrix:  # noqa: N802 - its letter
        """The rows in the numbers that the network computes with, (B, n_in)."""
        return self.task.inner.X

    @cached_property
    def T(self) -> Matrix:  # noqa: N802 - its letter
        """The targets likewise, (B, n_out)."""
        return self.task.inner.T

    @cached_property
    def some_rows(self) -> Index:
        """The rows whose values and gradients are looked at: all, or some at equal distances."""
        n_edges = len(self.network.connections) + len(self.network.neurons)
        return self._every(max(1, -(-self.task.n_rows * n_edges // _MOST_VALUES)))

    def _every(self, step: int) -> Index:
        """Every so many rows of those that count: without weight or targets there is no loss."""
        task = self.task
        counts = ~np.isnan(task.T).all(axis=1)
        if task.weights is not None:
            counts &= task.weights > 0.0
        return np.flatnonzero(counts)[::step]

    @cached_property
    def trial_size(self) -> tuple[int, int]:
        """How many epochs a trial has, and of how many rows it takes one; no epochs: no trials.

        It depends on the size of the work alone, never on a clock.
        """
        epoch, n_epochs = work_of_epoch(self.task), len(self.losses)
        part = max(WORK, int(_SHARE * n_epochs * epoch)) // _PARTS
        wanted = max(n_epochs, _FROM_ANEW if self.diverged or self.is_settled else 1)
        enough = min(wanted, _ENOUGH)
        if part // epoch >= enough:
            return min(wanted, part // epoch), 1
        step = min(-(-enough * epoch // part), max(1, self.task.n_rows // _FEWEST))
        return min(enough, part * step // epoch), step

    @cached_property
    def trial_task(self) -> Task:
        """The task on the rows of trials."""
        step, task = self.trial_size[1], self.task
        if step == 1:
            return task
        rows = self._every(step)
        weights = None if task.weights is None else task.weights[rows]
        options = replace(task.options, weights=weights, validation=None)
        return make_task(task.network, task.X[rows], task.T[rows], options)

    @cached_property
    def changes(self) -> tuple[Matrix, Matrix]:
        """What each epoch changes from the start on, and after the end, (epochs, n_parameters)."""
        n_epochs = self.trial_size[0]
        most = min(_LOOKED_AT, max(3, 2_000_000 // max(1, len(self.start))))
        return self._changed(self.begin, min(3, n_epochs)), self._changed(
            self.state, min(most, n_epochs)
        )

    def _changed(self, state: TrainingState, n_epochs: int) -> Matrix:
        if not n_epochs:
            return np.empty((0, len(self.start)))
        state = replace(state, batch=0, watched=None)
        trajectory, losses = _engine_of(self.trial_task).trajectory(state, epochs=n_epochs)
        thetas = np.concatenate([state.parameters[np.newaxis], trajectory.thetas[: len(losses)]])
        return np.diff(thetas[np.isfinite(thetas).all(axis=1)], axis=0)

    @cached_property
    def outputs(self) -> Matrix:
        """Raw outputs of the training rows at the end, (B, n_out)."""
        return self.engine.outputs(self.state.parameters, self.task.X)

    # --- the network

    @property
    def network(self) -> Network:
        """The network."""
        return self.task.network

    @cached_property
    def engine(self) -> CompiledEngine:
        """What computes at speed."""
        return _engine_of(self.task)

    @cached_property
    def hidden(self) -> list[int]:
        """The numbers of the neurons that are neither inputs nor outputs."""
        return hidden_of(self.network)

    @cached_property
    def values_at_start(self) -> tuple[Matrix, Matrix]:
        """Net inputs and outputs of all neurons, (rows, n_neurons) each, as it began."""
        return self.engine.values(self.start, self.task.X[self.some_rows])

    @cached_property
    def values(self) -> tuple[Matrix, Matrix]:
        """The same at the end."""
        return self.engine.values(self.state.parameters, self.task.X[self.some_rows])

    @cached_property
    def gradients(self) -> tuple[Matrix, Matrix]:
        """The gradient over some rows as it began, and at the end, (n_parameters,) each."""
        rows, task, engine = self.some_rows, self.task, self.engine
        weights = None if task.weights is None else task.weights[rows]
        first, last = (
            engine.loss_and_gradient(theta, task.X[rows], task.T[rows], weights=weights)[1]
            for theta in (self.start, self.state.parameters)
        )
        return first, last

    @cached_property
    def edges(self) -> tuple[Index, Index, Index, Matrix]:
        """`edges_of` the network at the end."""
        return edges_of(self.network, self.state.parameters)

    @cached_property
    def depths(self) -> Index:
        """Of each neuron the number of its generation, (n_neurons,)."""
        number = {neuron: i for i, neuron in enumerate(self.network.neurons)}
        found = np.zeros(len(number), np.intp)
        for depth, generation in enumerate(self.network.generations()):
            found[[number[neuron] for neuron in generation]] = depth
        return found

    def names(self, numbers: Sequence[int]) -> str:
        """Neurons by their numbers, as text."""
        return listed([self.network.neurons[i].name for i in numbers])


def _engine_of(task: Task) -> CompiledEngine:
    options = replace(
        task.options, engine="compiled", program="auto", precision="double", early_stopping=None,
        until=None, validation=None,
    )  # fmt: skip
    return CompiledEngine(replace(task, options=options))


def work_of_epoch(task: Task) -> int:
    """What an epoch costs, in multiply-adds: forward, backward and update."""
    n_connections = len(task.network.connections) + len(task.network.neurons)
    return 3 * task.n_rows * n_connections + task.n_batches * (_CALL + n_connections)


def hidden_of(network: Network) -> list[int]:
    """The numbers of the neurons that are neither inputs nor outputs."""
    ends = {*network.inputs, *network.outputs}
    return [i for i, neuron in enumerate(network.neurons) if neuron not in ends]


def edges_of(network: Network, theta: Matrix) -> tuple[Index, Index, Index, Matrix]:
    """Of each connection and bias: numbers of source (-1 of a bias) and target, parameter, value.

    In the order of the network's places.
    """
    ends = network.sources()
    targets = np.repeat(np.arange(len(ends.counts)), ends.counts)
    parameters = network.place_numbers()
    return ends.numbers, targets, parameters, theta[parameters]


def listed(names: Sequence[str], most: int = 4) -> str:
    """Names as text.

    >>> listed(["a", "b"]), listed(list("abcdefg"))
    ('a, b', 'a, b, c, d and 3 more')
    """
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def facts(neuron: Neuron) -> Facts:
    """What is known of the activation of a neuron."""
    return facts_of(neuron.activation)


# --- what answers cost


def loss_of_outputs(task: Task, outputs: Matrix) -> float:
    """The loss of outputs for the training rows, inner numbers, (B, n_out); reduced."""
    goals = task.goals_of(task.T)
    total = 0.0
    with np.errstate(all="ignore"):
        for head in task.objective.heads:
            columns = list(head.outputs)
            factors = None if goals.factors is None else goals.factors[:, columns]
            terms = _terms(head, outputs[:, columns], goals.T[:, columns], factors)
            total += float(terms.sum()) / head.divisor
    return total / task.divisor(task.n_rows)


def _terms(head: Head, a: Matrix, t: Matrix, factors: Matrix | None) -> Matrix:
    if head.loss.joint is not None:  # the targets have their factors in them
        found: Matrix = np.where(t != 0.0, -t * np.log(np.maximum(a, _TINY)), 0.0)
        return found
    assert head.loss.by_output is not None
    if head.loss.targets == "unit":  # the logarithm of 0
        a = np.clip(a, 1e-15, 1.0 - 1e-15)
    values = head.loss.by_output.array_value(a, t)
    return values if factors is None else weigh(values, factors)


def best_constants(task: Task) -> Matrix:
    """The best answer that is the same for all rows, inner numbers, (B, n_out).

    Of classes their shares; else, output by output, the mean, the median, or the best of some
    numbers between the least and the largest target.
    """
    goals = task.goals_of(task.T)
    best = np.empty(goals.T.shape)
    for head in task.objective.heads:
        columns = list(head.outputs)
        if head.loss.joint is not None:
            totals = goals.T[:, columns].sum(axis=0)
            best[:, columns] = totals / max(totals.sum(), _TINY)
            continue
        for column in columns:
            factors = None if goals.factors is None else goals.factors[:, [column]]
            best[:, column] = _best_constant(head, goals.T[:, [column]], factors)
    return best


def _best_constant(head: Head, t: Matrix, factors: Matrix | None) -> float:
    there = t if factors is None else t[factors > 0.0]
    if not len(there):
        return 0.0
    mean = there.mean() if factors is None else np.average(t, weights=factors)
    tried = np.array([mean, np.median(there), *np.linspace(there.min(), there.max(), _CONSTANTS)])
    with np.errstate(all="ignore"):
        losses = [float(_terms(head, np.full_like(t, c), t, factors).sum()) for c in tried]
    return float(tried[int(np.nanargmin(losses))])


def reachable(objective: Objective, network: Network, T: Matrix) -> Matrix:
    """The targets, each moved to the nearest number that its output can come near, (B, n_out)."""
    found = T.copy()
    for head in objective.heads:
        for column in head.outputs:
            low, high = facts(network.outputs[column]).range
            found[:, column] = np.clip(T[:, column], low, high)
    return found
