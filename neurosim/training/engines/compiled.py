"""The compiled engine: the program that the compiler made of the graph, run over batches.

There are two kinds of programs, of arrays and of single numbers. Which one a training uses depends
on the network and the batch size alone, so that the same training gives the same bits, however it
is cut into stretches.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Literal, overload

import numpy as np
from numpy.typing import NDArray

from neurosim.compiler.compile import forward_program
from neurosim.compiler.threads import blas_threads
from neurosim.compiler.training_programs import KINDS, choose_kind, plan_for, values_program
from neurosim.errors import UnknownNameError, unknown
from neurosim.functions.numbers import Matrix
from neurosim.training.engines.array_program import DTYPES, ArrayProgram
from neurosim.training.engines.program import Run, Some, TrainingProgram
from neurosim.training.engines.scalar_program import ScalarProgram
from neurosim.training.state import TrainingState, draw_order, next_state
from neurosim.training.task import Task, require_fresh

_CHUNK = 512  # samples at once, so that what is computed of them stays in the cache
PROGRAMS: dict[str, type[TrainingProgram]] = {"array": ArrayProgram, "scalar": ScalarProgram}


class CompiledEngine:
    """As matrices, or as single numbers where that is faster.

    Args:
        task: what is trained.
        kind: ``array`` or ``scalar``; None: the faster one.
    """

    name = "compiled"

    def __init__(self, task: Task, kind: str | None = None) -> None:
        if kind is not None and kind not in KINDS:
            raise UnknownNameError(unknown("kind of program", kind, KINDS))
        fastest = "array"  # single numbers are always double
        if task.precision == "double":
            fastest = choose_kind(task.network, task.batch_size)
        self.kind = fastest if kind is None else kind
        self.plan = plan_for(task.network, self.kind, task.batch_size)
        self._task = task
        self._program = PROGRAMS[self.kind](self.plan, task)

    @property
    def source(self) -> str:
        """The text of the program."""
        return self._program.source

    def advance(self, state: TrainingState, *, epochs: int) -> tuple[TrainingState, list[float]]:
        """Go on by epochs."""
        require_fresh(self._task)
        after, totals = self._go(self._program.begin(state), state, epochs)
        divisor = self._task.divisor(self._task.n_rows)
        return after, [total / divisor for total in totals]

    def advance_rows(self, state: TrainingState, *, epochs: int) -> tuple[TrainingState, Matrix]:
        """Go on as `advance` does; the loss of every row, in the order in which rows were taken.

        Where the last numbers cannot be computed, they are NaN.
        """
        require_fresh(self._task)
        run = self._program.begin(state, each_row=True)
        after, _ = self._go(run, state, epochs)
        return after, run.take_row_losses()

    def _go(self, run: Run, state: TrainingState, epochs: int) -> tuple[TrainingState, list[float]]:
        """The state after so many epochs, and the loss of each, summed over its rows."""
        if epochs == 0:
            return state, []
        task, streams = self._task, state.streams
        totals: list[float] = []
        with np.errstate(all="ignore"), blas_threads(self.plan, task.batch_size):
            while len(totals) < epochs:
                first = 0 if totals else state.batch
                order, streams = draw_order(task, streams)
                # where every epoch is alike, all at once
                repeats = 1 if task.shuffle or first else epochs - len(totals)
                losses = run.steps(order, first, task.n_batches, repeats)
                if first:
                    totals = _totals([state.partial_loss, *losses], 1 + len(losses))
                else:
                    totals += _totals(losses, task.n_batches)
        updates = state.updates + epochs * task.n_batches - state.batch
        parameters, memory = run.values()
        after = TrainingState(
            parameters, memory, updates, state.epoch + epochs, 0, totals[-1], streams
        )
        return after, totals

    @contextmanager
    def batches(self, state: TrainingState) -> Iterator["Batches"]:
        """Go on from a state batch by batch, for whoever looks after each.

        Inside, NumPy says nothing of numbers that are not finite.
        """
        require_fresh(self._task)
        run = self._program.begin(state, each_row=True)
        with np.errstate(all="ignore"), blas_threads(self.plan, self._task.batch_size):
            yield Batches(self._task, run, state)

    def advance_batch(self, state: TrainingState) -> TrainingState:
        """Go one batch on."""
        require_fresh(self._task)
        task, run = self._task, self._program.begin(state)
        order, _ = draw_order(task, state.streams)
        with np.errstate(all="ignore"), blas_threads(self.plan, task.batch_size):
            (loss,) = run.steps(order, state.batch, state.batch + 1)
        return next_state(task, state, *run.values(), loss)

    def loss(self, theta: Matrix, X: Matrix, T: Matrix) -> float:
        """The loss over these rows, reduced: that of `loss_and_gradient`, to the bit."""
        require_fresh(self._task)
        with np.errstate(all="ignore"), blas_threads(self.plan, len(X)):
            loss = self._program.loss(theta, X, T)
        return loss / self._task.divisor(len(X))

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
        measure = self._program.all_gradients if inputs else self._program.gradients
        with np.errstate(all="ignore"), blas_threads(self.plan, len(X)):
            loss, *gradients = measure(theta, X, T)
        return loss / self._task.divisor(len(X)), *gradients  # type: ignore[return-value]

    def outputs(self, theta: Matrix, X: Matrix) -> Matrix:
        """The outputs, (B, n_out)."""
        require_fresh(self._task)
        _, forward = forward_program(self.plan)
        with np.errstate(all="ignore"), blas_threads(self.plan, len(X)):
            outputs = forward(self.plan.to_slots(theta, DTYPES[self._task.precision]), X)
        return np.array(outputs.T, dtype=np.float64)

    def values(self, theta: Matrix, X: Matrix) -> tuple[Matrix, Matrix]:
        """Net inputs and outputs of all neurons in the network's order, (B, n_neurons) each.

        The net inputs of input neurons are NaN.
        """
        require_fresh(self._task)
        _, compute = values_program(self.plan)
        rows = self._rows_of_neurons
        both = np.empty((2, len(rows), len(X)))
        with np.errstate(all="ignore"), blas_threads(self.plan, len(X)):
            slots = self.plan.to_slots(theta, DTYPES[self._task.precision])
            for first in range(0, len(X), _CHUNK):
                part = slice(first, first + _CHUNK)
                for values, found in zip(both, compute(slots, X[part]), strict=True):
                    values[:, part] = found.take(rows, 0)
        net_inputs, outputs = both
        return net_inputs.T, outputs.T

    @cached_property
    def _rows_of_neurons(self) -> NDArray[np.intp]:
        row = {name: i for i, name in enumerate(self.plan.names_of_rows)}
        return np.array([row[neuron.name] for neuron in self._task.network.neurons], dtype=np.intp)


class Batches:
    """A stretch of training, batch after batch: each has the bits that `advance` gives it.

    Attributes:
        epoch: how many epochs are done.
        batch: how many batches of the present epoch are done.
        updates: how many updates were made.
    """

    def __init__(self, task: Task, run: Run, state: TrainingState) -> None:
        self._task, self._run = task, run
        self.epoch, self.batch, self.updates = state.position
        self._loss = state.partial_loss
        self._streams = state.streams
        self._order, self._streams_after = draw_order(task, state.streams)

    def advance(self) -> Matrix:
        """Go one batch on; the loss of each of its rows, measured before the update."""
        require_fresh(self._task)
        (loss,) = self._run.steps(self._order, self.batch, self.batch + 1)
        self._loss = (self._loss if self.batch else 0.0) + loss
        self.batch += 1
        self.updates += 1
        if self.batch == self._task.n_batches:
            self.epoch, self.batch, self._streams = self.epoch + 1, 0, self._streams_after
            self._order, self._streams_after = draw_order(self._task, self._streams)
        return self._run.take_row_losses()

    def parameters(self, some: Some = None) -> Matrix:
        """Theta as it is now, in the network's order; or those of these numbers in it."""
        return self._run.parameters(some)

    def state(self) -> TrainingState:
        """Where the training is now."""
        return TrainingState(
            *self._run.values(), self.updates, self.epoch, self.batch, self._loss, self._streams
        )


def _totals(losses: list[float], n_batches: int) -> list[float]:
    """The sums over epochs, added one by one: the same however a training is cut."""
    if n_batches == 1:
        return losses
    totals = []
    for first in range(0, len(losses), n_batches):
        total = 0.0
        for loss in losses[first : first + n_batches]:
            total += loss
        totals.append(total)
    return totals
