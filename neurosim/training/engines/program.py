"""The contract of training programs: begin at a state, make steps, measure.

There are two kinds, of arrays (`array_runs`) and of single numbers (`scalar_runs`).
"""

from dataclasses import is_dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from neurosim.compiler.operations import Update
from neurosim.compiler.plan import Plan
from neurosim.functions.numbers import Matrix
from neurosim.training.state import TrainingState
from neurosim.training.task import Task

Order = NDArray[np.intp] | None
Some = NDArray[np.intp] | None  # numbers of parameters in the network's order; None: all


class Run(Protocol):
    """A stretch of training: parameters and memory in the program's own form."""

    def steps(self, order: Order, first: int, last: int, repeats: int = 1) -> list[float]:
        """Train on batches ``first`` to ``last`` of an epoch; the loss of each, summed over rows.

        ``order`` is that of the rows; None: as they are.
        """
        ...

    def parameters(self, some: Some = None) -> Matrix:
        """Parameters as they are now, in the network's order; or those of these numbers."""
        ...

    def values(self) -> tuple[Matrix, Matrix]:
        """Parameters and memory as they are now, in the network's order."""
        ...

    def take_row_losses(self) -> Matrix:
        """The loss of each row since this was last asked; for a run that keeps them."""
        ...


class TrainingProgram(Protocol):
    """What the compiled engine asks of a program."""

    source: str

    def __init__(self, plan: Plan, task: Task) -> None: ...

    def begin(self, state: TrainingState, *, each_row: bool = False) -> Run:
        """Go on from here; ``each_row``: and keep the loss of each row."""
        ...

    def loss(self, theta: Matrix, X: Matrix, T: Matrix) -> float:
        """The loss, summed over the rows."""
        ...

    def gradients(self, theta: Matrix, X: Matrix, T: Matrix) -> tuple[float, Matrix]:
        """The loss, summed over the rows, and its gradient, reduced."""
        ...

    def all_gradients(self, theta: Matrix, X: Matrix, T: Matrix) -> tuple[float, Matrix, Matrix]:
        """As `gradients`, and the reduced gradient by the rows, (B, n_in)."""
        ...


def update_of(task: Task, *, has_fixed: bool) -> Update:
    """The update that a program is printed for: its rate is given when it runs."""
    optimizer: Any = task.optimizer
    if is_dataclass(type(optimizer)):  # so that programs are shared by all rates
        optimizer = replace(optimizer, learning_rate=1.0)
    return Update(optimizer, task.penalty, has_fixed)
