"""The compiled engine: the program that the compiler made of the graph, run over batches.

There are two kinds of programs: the kernel in C, and of arrays. Which one a training uses depends
on the task and on whether the kernel is there alone, so that the same training gives the same bits,
however it is cut into stretches.
"""

from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np

from neurosim.compiler.choice import KINDS, prefers_arrays
from neurosim.errors import InvalidValueError, UnknownNameError, unknown
from neurosim.functions.numbers import Matrix
from neurosim.interpreter.backward import require_slopes
from neurosim.training.engines.contract import TO_THE_BIT, Bound, Capabilities, ProgramRun
from neurosim.training.engines.kernel_program import KernelProgram, why_not
from neurosim.training.engines.program import ProgramEngine, TrainingProgram
from neurosim.training.goals.weighing import Goals
from neurosim.training.state import TrainingState
from neurosim.training.task import Task, require_fresh

ARRAY, KERNEL = KINDS


def _choose(task: Task, refusal: str | None) -> str:
    """The kind of program that this task runs, where this is why the kernel cannot."""
    program = task.options.program
    if program == KERNEL:  # or nothing
        return KERNEL
    return ARRAY if refusal or prefers_arrays(task.network, task.batch_size, program) else KERNEL


# float32 has 7 digits, of which sums over many terms and levels take some
_BOUNDS = {"double": Bound(1e-12, 1e-10), "single": Bound(1e-4, 1e-3)}
# of the kernel, by whether it is exact
_OF_KERNEL = {
    False: Capabilities(_BOUNDS, programs=KINDS, takes_notes=True),
    True: Capabilities({**_BOUNDS, "double": TO_THE_BIT}, programs=KINDS, takes_notes=True),
}


class CompiledEngine(ProgramEngine):
    """In C or as matrices, as is faster.

    Args:
        task: what is trained.
        kind: ``array`` or ``kernel``; None: as the option ``program`` says.
    """

    name: ClassVar[str] = "compiled"
    capabilities: ClassVar[Capabilities] = Capabilities(_BOUNDS, programs=KINDS)

    def __init__(self, task: Task, kind: str | None = None) -> None:
        if kind is not None and kind not in KINDS:
            raise UnknownNameError(unknown("kind of program", kind, KINDS))
        refusal = None if kind == ARRAY else why_not(task)
        self.kind = _choose(task, refusal) if kind is None else kind
        if self.kind == KERNEL and refusal:
            raise InvalidValueError(f"program: got 'kernel', but {refusal}; expected 'arrays'")
        super().__init__(task)
        require_slopes(task.network, task.objective)  # of what is trainable now
        self._inputs = task.network.inputs_conversion
        self._outputs = task.network.outputs_conversion
        self._scaled = task.inner
        self._program = self._make_program()

    def _make_program(self) -> TrainingProgram:
        if self.kind == KERNEL:
            program = KernelProgram(self._scaled)
            self.capabilities = _OF_KERNEL[not program.inexact]  # type: ignore[misc] # of this one
            return program
        from neurosim.training.engines.array_program import ArrayProgram

        arrays = ArrayProgram(self._scaled)
        self.capabilities = replace(  # type: ignore[misc] # of this one
            self.capabilities, rows_of_one_thread=arrays.rows_of_one_thread
        )
        return arrays

    @property
    def source(self) -> str:
        """The text of the program."""
        return self._program.source

    @property
    def program(self) -> TrainingProgram:
        """What it runs."""
        return self._program

    def _begin(self, state: TrainingState, *, each_row: bool) -> ProgramRun:
        return self._program.begin(state, each_row=each_row)

    def _computing(self, rows: int) -> AbstractContextManager[Any]:
        return self._program.computing(rows)

    def loss(self, theta: Matrix, X: Matrix, T: Matrix) -> float:
        """The loss over these rows, reduced: that of `loss_and_gradient`, to the bit."""
        losses, _ = self.measure(theta[np.newaxis], X, T)
        return float(losses[0])

    def measure(self, thetas: Matrix, X: Matrix, T: Matrix) -> tuple[Matrix, Matrix]:
        """Of each theta, (n, n_parameters), the loss, (n,), and the outputs, (n, B, n_out)."""
        require_fresh(self._task)
        with self._computing(len(X)):
            losses, outputs = self._program.measure(thetas, *self._inner(X, T, None))
        divisor = self._task.divisor(len(X))
        return np.asarray(losses) / divisor, self._outputs.outer(outputs)

    def _gradients(
        self, theta: Matrix, X: Matrix, T: Matrix, weights: Matrix | None, *, inputs: bool
    ) -> tuple[Any, ...]:
        measure = self._program.all_gradients if inputs else self._program.gradients
        loss, *gradients = measure(theta, *self._inner(X, T, weights))
        return loss / self._task.divisor(len(X)), *gradients

    def outputs(self, theta: Matrix, X: Matrix) -> Matrix:
        """The outputs, (B, n_out)."""
        require_fresh(self._task)
        with self._computing(len(X)):
            return self._outputs.outer(self._program.outputs(theta, self._inputs.inner(X)))

    def values(self, theta: Matrix, X: Matrix) -> tuple[Matrix, Matrix]:
        """Net inputs and outputs of all neurons in the network's order, (B, n_neurons) each.

        The net inputs of input neurons are NaN.
        """
        require_fresh(self._task)
        with self._computing(len(X)):
            return self._program.values(theta, self._inputs.inner(X))

    def _inner(self, X: Matrix, T: Matrix, weights: Matrix | None) -> tuple[Matrix, Goals]:
        """Rows in the network's own numbers, and what they are compared with, as one batch."""
        task = self._task
        if X is not task.X:
            return self._inputs.inner(X), task.goals_of(T, weights)
        if T is task.T and weights is None and not (task.has_factors and task.n_batches > 1):
            return self._scaled.X, self._scaled.goals()
        return self._scaled.X, task.goals_of(T, weights)
