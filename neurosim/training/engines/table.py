"""The contract of engines, and the two that keep it.

An engine advances a training state, and answers loss and gradient. What a network *means* is the
graph engine's to say: it drains the interpreter's passes. The compiled engine runs the program that
the compiler made of the same graph. Neither keeps anything of a training: all is in the state.
"""

from collections.abc import Callable
from typing import Literal, Protocol, overload

from neurosim.errors import UnknownNameError, unknown
from neurosim.functions.numbers import Matrix
from neurosim.training.engines.compiled import CompiledEngine
from neurosim.training.engines.graph import GraphEngine, require_double
from neurosim.training.state import TrainingState
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

    def loss(self, theta: Matrix, X: Matrix, T: Matrix) -> float:
        """The loss over these rows, reduced: that of `loss_and_gradient`, to the bit."""
        ...

    @overload
    def loss_and_gradient(self, theta: Matrix, X: Matrix, T: Matrix) -> tuple[float, Matrix]: ...
    @overload
    def loss_and_gradient(
        self, theta: Matrix, X: Matrix, T: Matrix, *, inputs: Literal[True]
    ) -> tuple[float, Matrix, Matrix]: ...

    def outputs(self, theta: Matrix, X: Matrix) -> Matrix:
        """The outputs, (B, n_out)."""
        ...


ENGINES: dict[str, Callable[[Task], Engine]] = {"graph": GraphEngine, "compiled": CompiledEngine}


def make_engine(name: str, task: Task) -> Engine:
    """The engine of this name, for this task."""
    require_engine(name, task)
    return ENGINES[name](task)


def require_engine(name: object, task: Task) -> None:
    """Refuse a name that no engine has, and the graph engine in single precision."""
    if not isinstance(name, str) or name not in ENGINES:
        raise UnknownNameError(unknown("engine", name, ENGINES))
    if name == "graph":
        require_double(task)
