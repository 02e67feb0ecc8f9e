"""Gradients of a training against differences of its loss."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.functions.numbers import Matrix, joined
from neurosim.training.engines.table import exact_engine
from neurosim.training.task import Task

_STEP = 6e-6  # the cube root of the machine's accuracy: central differences err least there
_SMALL = 1e-3  # of the largest gradient: below, the rounding of the loss is what differs
_ALLOWED = 1e-4  # rounding of the losses is below it
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
        n_at_kinks: how many more have another slope to each side, and the gradient is one of them.
    """

    parameter: str
    gradient: float
    difference: float
    error: float
    n_checked: int
    n_parameters: int
    n_at_kinks: int = 0

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
        if self.n_at_kinks:
            of += f" ({self.n_at_kinks:,} more are at a kink)"
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
        The worst; None where no parameter learns, or all are at kinks.
    """
    engine = exact_engine(task.with_options(precision="double"))
    learning = np.flatnonzero(task.network.trainable_mask())
    if not len(learning):
        return None
    chosen = learning[:: -(-len(learning) // _MOST)]
    here, gradient = engine.loss_and_gradient(theta, task.X, task.T)
    slopes = gradient[chosen]
    least = max(_SMALL * float(np.abs(gradient[learning]).max()), 1e-300)

    def differences(numbers: Any, *factors: float) -> Matrix:
        moved = [_moved(engine, task, theta, numbers, factor) for factor in factors]
        return np.stack([(losses - here) / steps for losses, steps in moved])

    right, left = differences(chosen, 1.0, -1.0)
    found = (right - left) / 2.0
    errors = _errors(slopes, found, least)
    apart = np.flatnonzero(~(errors <= _ALLOWED))
    is_kink = np.zeros(len(chosen), dtype=bool)
    for side in (1.0, -1.0):  # what agrees with the slope to one side alone is at a kink
        near, far = differences(chosen[apart], side, 2.0 * side)
        is_kink[apart] |= _errors(slopes[apart], side * (4.0 * near - far) / 2.0, least) <= _ALLOWED
    if is_kink.all():
        return None
    errors[is_kink] = -1.0
    worst = int(np.nan_to_num(errors, nan=np.inf).argmax())
    return GradientCheck(
        task.network.parameter_list()[int(chosen[worst])].name, float(slopes[worst]),
        float(found[worst]), float(errors[worst]), len(chosen) - int(is_kink.sum()), len(learning),
        int(is_kink.sum()),
    )  # fmt: skip


def _errors(slopes: Matrix, found: Matrix, least: float) -> Matrix:
    """How far apart each two are, as a share of the larger one, or of ``least``."""
    sizes = np.maximum(np.abs(slopes), np.abs(found))
    errors: Matrix = np.abs(slopes - found) / np.maximum(sizes, least)
    return errors


def _moved(
    engine: Any, task: Task, theta: Matrix, numbers: Any, factor: float
) -> tuple[Matrix, Matrix]:
    """The loss where each parameter alone is moved by so many steps, and the steps."""
    steps = _STEP * np.maximum(1.0, np.abs(theta[numbers]))
    losses = list[Matrix]()
    for first in range(0, len(numbers), _AT_ONCE):
        part = slice(first, first + _AT_ONCE)
        thetas = np.repeat(theta[None, :], len(numbers[part]), axis=0)
        thetas[np.arange(len(thetas)), numbers[part]] += factor * steps[part]
        losses.append(engine.measure(thetas, task.X, task.T)[0])
    return joined(losses), steps
