"""The compiled engine: the program that the compiler made of the graph, run over batches.

There are two kinds of programs, of arrays and of single numbers. Which one a training uses depends
on the network and the batch size alone, so that the same training gives the same bits, however it
is cut into stretches.
"""

import numpy as np

from neurosim.compiler.compile import forward_program
from neurosim.compiler.threads import blas_threads
from neurosim.compiler.training import KINDS, choose_kind, plan_for
from neurosim.errors import UnknownNameError, unknown
from neurosim.functions.numerals import Matrix
from neurosim.training.programs import DTYPES, ArrayProgram, ScalarProgram, TrainingProgram
from neurosim.training.state import TrainingState, draw_order, next_state
from neurosim.training.task import Task, require_fresh

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
        if epochs == 0:
            return state, []
        task, run = self._task, self._program.begin(state)
        n_updates = epochs * task.n_batches - state.batch
        totals: list[float] = []
        streams = state.streams
        with np.errstate(all="ignore"), blas_threads(self.plan, task.batch_size):
            before = [state.partial_loss] if state.batch else []
            for number in range(epochs if task.shuffle or state.batch else 0):
                first = state.batch if number == 0 else 0
                order, streams = draw_order(task, streams)
                losses = run.steps(order, first, task.n_batches)
                totals += _totals([*before, *losses], len(before) + len(losses))
                before = []
            if not totals:  # every epoch is alike: all at once
                losses = run.steps(None, 0, task.n_batches, repeats=epochs)
                totals = _totals(losses, task.n_batches)
        parameters, memory = run.values()
        after = TrainingState(
            parameters, memory, state.updates + n_updates, state.epoch + epochs, 0, totals[-1],
            streams,
        )  # fmt: skip
        divisor = task.divisor(task.n_rows)
        return after, [total / divisor for total in totals]

    def advance_batch(self, state: TrainingState) -> TrainingState:
        """Go one batch on."""
        require_fresh(self._task)
        task, run = self._task, self._program.begin(state)
        order, _ = draw_order(task, state.streams)
        with np.errstate(all="ignore"), blas_threads(self.plan, task.batch_size):
            (loss,) = run.steps(order, state.batch, state.batch + 1)
        return next_state(task, state, *run.values(), loss)

    def loss_and_gradient(self, theta: Matrix, X: Matrix, T: Matrix) -> tuple[float, Matrix]:
        """The loss over these rows, reduced, and its gradient by theta."""
        require_fresh(self._task)
        with np.errstate(all="ignore"), blas_threads(self.plan, len(X)):
            loss, gradient = self._program.measure(theta, X, T)
        return loss / self._task.divisor(len(X)), gradient

    def outputs(self, theta: Matrix, X: Matrix) -> Matrix:
        """The outputs, (B, n_out)."""
        require_fresh(self._task)
        _, forward = forward_program(self.plan)
        with np.errstate(all="ignore"), blas_threads(self.plan, len(X)):
            outputs = forward(self.plan.to_slots(theta, DTYPES[self._task.precision]), X)
        return np.array(outputs.T, dtype=np.float64)


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
