"""Gradients of a training against differences of its loss."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.functions.numbers import Matrix
from neurosim.training.engines.table import exact_engine
from neurosim.training.task import Task

_STEP = 6e-6  # the cube root of the machine's accuracy: central differences err least there
_SMALL = 1e-3  # of the largest gradient: below, the rounding of the loss is what differs
_ALLOWED = 1e-4  # a kink of relu between two losses is beyond it, rounding is not
_AT_ONCE = 64  # parameters that are moved in one measurement
_MOST = 1000  # parameters that are looked at, at equal distances


@dataclass(frozen=True, slots=True)
class GradientCheck:
    """The parameter at which chain rule and difference are furthest apart.

    Attributes:
        parameter: its name.
        gradient: by the chain rule.
        difference: (L(theta + h) - L(theta - h)) / 2h.
        error: how far apart, as a share of the larger, or of a thousandth of the largest of all.
        n_checked: how many parameters were looked at.
        n_parameters: how many learn.
    """

    parameter: str
    gradient: float
    difference: float
    error: float
    n_checked: int
    n_parameters: int

    @property
    def passed(self) -> bool:
        """Whether they agree."""
        return self.error <= _ALLOWED

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return {**{name: getattr(self, name) for name in self.__slots__}, "passed": self.passed}

    def __str__(self) -> str:
        of = f"{self.n_checked:,}"
        if self.n_checked < self.n_parameters:
            of += f" of {self.n_parameters:,}"
        verdict = "agree" if self.passed else "do not agree"
        return (
            f"gradients {verdict} with differences of the loss: worst of {of} is {self.parameter},"
            f" {self.gradient:.9g} by the chain rule, {self.difference:.9g} by differences"
            f" ({self.error:.2g} apart)"
        )


def check_gradients(task: Task, theta: Matrix) -> GradientCheck | None:
    """Compare the gradient with differences of the loss, parameter by parameter.

    Args:
        task: rows, network and loss; without what is random in training.
        theta: the parameters, in the network's order.

    Returns:
        The worst; None where no parameter learns.
    """
    engine = exact_engine(task.with_options(precision="double"))
    learning = np.flatnonzero(task.network.trainable_mask())
    if not len(learning):
        return None
    chosen = learning[:: -(-len(learning) // _MOST)]
    _, slopes = engine.loss_and_gradient(theta, task.X, task.T)
    parts = [chosen[i : i + _AT_ONCE] for i in range(0, len(chosen), _AT_ONCE)]
    found = np.concatenate([_differences(engine, task, theta, part) for part in parts])
    sizes = np.maximum(np.abs(slopes[chosen]), np.abs(found))
    least = max(_SMALL * float(np.abs(slopes[learning]).max()), 1e-300)
    errors = np.abs(slopes[chosen] - found) / np.maximum(sizes, least)
    worst = int(np.nan_to_num(errors, nan=np.inf).argmax())
    number = int(chosen[worst])
    return GradientCheck(
        task.network.parameter_list()[number].name, float(slopes[number]), float(found[worst]),
        float(errors[worst]), len(chosen), len(learning),
    )  # fmt: skip


def _differences(engine: Any, task: Task, theta: Matrix, part: Any) -> Matrix:
    steps = _STEP * np.maximum(1.0, np.abs(theta[part]))
    thetas = np.repeat(theta[None, :], 2 * len(part), axis=0)
    rows = np.arange(len(part))
    thetas[rows, part] += steps
    thetas[len(part) + rows, part] -= steps
    losses = np.array(engine.measure(thetas, task.X, task.T)[0])
    difference: Matrix = (losses[: len(part)] - losses[len(part) :]) / (2.0 * steps)
    return difference
