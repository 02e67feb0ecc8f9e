"""Recipes: how the quantities of a training are computed from those before them.

A recipe is called with its operands' values, so a sheet is judged with it; and its numbers and
functions can be read, so a page computes the same in a browser.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from neurosim.functions.activations import softmax
from neurosim.functions.losses import weighted_value
from neurosim.functions.optimizers import Optimizer
from neurosim.interpreter.steps import Updated


@dataclass(frozen=True, slots=True)
class Products:
    """A start, and a sum of products: the factors are the first operands.

    Attributes:
        weights: one for each factor; None: it is the next operand behind the factors.
        start: a number; None: it is the last operand.
    """

    weights: tuple[float | None, ...]
    start: float | None

    def __call__(self, v: Sequence[float]) -> float:
        """The value from those of the operands."""
        more = iter(v[len(self.weights) :])
        factors = [next(more) if weight is None else weight for weight in self.weights]
        begin = next(more) if self.start is None else self.start
        return begin + sum(w * x for w, x in zip(factors, v, strict=False))


@dataclass(frozen=True, slots=True)
class FunctionValue:
    """A function of one number: an activation."""

    function: Callable[[float], float]

    def __call__(self, v: Sequence[float]) -> float:
        """The value from those of the operands."""
        return self.function(v[0])


@dataclass(frozen=True, slots=True)
class SoftmaxPart:
    """One of the outputs of a softmax."""

    number: int

    def __call__(self, v: Sequence[float]) -> float:
        """The value from those of the operands."""
        return softmax(list(v))[self.number]


@dataclass(frozen=True, slots=True)
class ScaledValue:
    """offset + factor * v."""

    offset: float
    factor: float

    def __call__(self, v: Sequence[float]) -> float:
        """The value from those of the operands."""
        return self.offset + self.factor * v[0]


@dataclass(frozen=True, slots=True)
class LossSlope:
    """factor * slope(v, target) / divisor: dL/da of an output."""

    function: Callable[[float, float], float]
    target: float
    factor: float
    divisor: float

    def __call__(self, v: Sequence[float]) -> float:
        """The value from those of the operands."""
        slope = self.function(v[0], self.target)
        return weighted_value(slope, self.factor) / self.divisor


@dataclass(frozen=True, slots=True)
class NeuronDelta:
    """An error times the slope of the activation at a net input and its output."""

    slope: Callable[[float, float], float]

    def __call__(self, v: Sequence[float]) -> float:
        """The value from those of the operands."""
        return v[0] * self.slope(v[1], v[2])


@dataclass(frozen=True, slots=True)
class LayerDelta:
    """start + output * (error - shift), as in a softmax; the operands are error and output."""

    start: float
    shift: float

    def __call__(self, v: Sequence[float]) -> float:
        """The value from those of the operands."""
        return self.start + v[1] * (v[0] - self.shift)


@dataclass(frozen=True, slots=True)
class GradientTerm:
    """A product of one or two operands, added to the last one where the sum goes on."""

    is_single: bool
    goes_on: bool

    def __call__(self, v: Sequence[float]) -> float:
        """The value from those of the operands."""
        term = v[0] if self.is_single else v[0] * v[1]
        return v[-1] + term if self.goes_on else term


@dataclass(frozen=True, slots=True)
class HeadLoss:
    """The loss of some of the outputs; ``function`` is of one of them, None: cross-entropy.

    Attributes:
        outputs: their places among the operands.
        targets: of all outputs.
        factors: of all outputs, or empty.
        divisor: what the sum is divided by.
    """

    function: Callable[[float, float], float] | None
    outputs: tuple[int, ...]
    targets: tuple[float, ...]
    factors: tuple[float, ...]
    divisor: float

    def __call__(self, v: Sequence[float]) -> float:
        """The value from those of the operands."""
        if self.function is None:
            return -sum(
                self.targets[i] * math.log(v[i]) for i in self.outputs if self.targets[i] != 0.0
            )
        total = 0.0
        for i in self.outputs:
            term = self.function(v[i], self.targets[i])
            total += weighted_value(term, self.factors[i]) if self.factors else term
        return total / self.divisor


@dataclass(frozen=True, slots=True)
class LossSum:
    """The losses of heads, added up."""

    heads: tuple[HeadLoss, ...]

    def __call__(self, v: Sequence[float]) -> float:
        """The value from those of the operands."""
        return sum(head(v) for head in self.heads)


@dataclass(frozen=True, slots=True)
class RuleUpdate:
    """What another gradient, or another number before, makes of an update.

    The operands are the gradient, and the number before where ``before`` is None.

    Attributes:
        rule: the optimizer.
        step: the update as it was.
        count: the number of the update.
        before: what was updated.
        sign: of the gradient that is taken.
        rate: that is taken.
        rows: that the gradient is divided by.
    """

    rule: Optimizer
    step: Updated
    count: int
    before: float | None
    sign: float
    rate: float
    rows: float

    def __call__(self, v: Sequence[float]) -> float:
        """The value from those of the operands."""
        step, (clip, factor) = self.step, self.adjusted
        w = v[1] if self.before is None else self.before
        slope = step.slope + clip * (v[0] / self.rows - step.gradient / step.rows)
        moved = self._moved(w, self.sign * slope, self.rate)
        return step.after + factor * (moved - self._moved(step.before, step.slope, step.rate))

    @property
    def adjusted(self) -> tuple[float, float]:
        """What clipping made of the gradient, and a limit of what was updated: factors."""
        return (1.0, 1.0) if self.step.adjusted is None else self.step.adjusted[::3]

    def _moved(self, w: float, slope: float, rate: float) -> float:
        return self.rule.scalar(w, slope, self.step.memory_before, self.count, rate)[0]


Recipe: TypeAlias = (
    Products
    | FunctionValue
    | SoftmaxPart
    | ScaledValue
    | LossSlope
    | NeuronDelta
    | LayerDelta
    | GradientTerm
    | LossSum
    | RuleUpdate
)
