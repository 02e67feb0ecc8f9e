"""Loss functions: how wrong the outputs of one sample are.

A loss is a sum or a mean, over the outputs, of one formula in the output a and its target t. Two
losses have a second formula, in the net input z, for outputs whose activation they belong to:
binary cross-entropy after a sigmoid, and cross-entropy after a softmax layer. It is exact where
the first would take the logarithm of zero, and its slope is dL/dz itself.

Every loss is of one sample. What is done over a batch, mean or sum, is the caller's to say.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, InitVar, dataclass, field, replace
from functools import lru_cache, partial
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from neurosim.by_fields import ByFields
from neurosim.errors import InvalidValueError, WrongTypeError, unknown
from neurosim.functions.activations import (
    SOFTMAX,
    add_up,
    largest,
    log_sum_exp,
    plain_softplus_into,
    softplus,
    step,
    step_into,
)
from neurosim.functions.users import (
    NOT_MAPPED,
    POINTS,
    WIDE,
    Mapped,
    guarded,
    lift_forms,
    require_equal_forms,
    require_numbers,
    require_slope,
)
from neurosim.functions.variants import (
    FunctionOption,
    FunctionOptions,
    VariantTable,
    chosen_values,
    options_text,
)

Array = NDArray[Any]
_Numbers = TypeVar("_Numbers", float, Array)  # of a formula whose two forms have one text
REDUCTIONS = ("mean", "sum")


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Pointwise(ByFields):
    """A formula of one output (or net input) x and its target t, and its slope by x.

    ``text`` and ``slope_text`` are the formulas as templates in ``{x}`` and ``{t}``. ``both``,
    where there is one, is the fast form of the array forms together; see `judge`. An array form
    that is not given is the form for numbers, element by element.
    """

    value: Callable[[float, float], float]
    slope: Callable[[float, float], float]
    array_value: Callable[[Array, Array], Array] = NOT_MAPPED
    array_slope: Callable[[Array, Array], Array] = NOT_MAPPED
    text: str = ""
    slope_text: str = ""
    both: Callable[[Array, Array, Array], float] | None = None

    def __post_init__(self) -> None:
        lift_forms(self, Mapped, array_value=self.value, array_slope=self.slope)

    def judge(self, x: Array, t: Array, out: Array) -> float:
        """Write the slopes into ``out``; return the sum of the terms."""
        if self.both is not None:
            return self.both(x, t, out)
        out[...] = self.array_slope(x, t)
        return float(self.array_value(x, t).sum())


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Joint(ByFields):
    """A formula of all net inputs of a softmax layer; its slope by z_i is a_i - t_i.

    ``both`` is the fast form of softmax, formula and slope together, for columns of a batch: it
    overwrites z with -log(a), which programs go on with, writes a and the slope into ``out``, and
    returns the sum over the batch.
    """

    value: Callable[[list[float], list[float]], float]
    both: Callable[[Array, Array, Array, Array], float]


@dataclass(frozen=True, slots=True)
class Loss:
    """A named loss of one sample.

    >>> Loss("biased", value=lambda x, t: (x - t) ** 2 + x, slope=lambda x, t: 2 * (x - t) + 1).name
    'biased'

    Attributes:
        name: by which scenarios refer to it.
        formula: what it is, in words.
        by_output: serves any output; made of ``value`` and ``slope`` where these are given.
        averages: whether the terms are divided by the number of outputs.
        partner: the activation of the outputs that the next two are for.
        by_net_input: serves an output whose activation is ``partner``.
        joint: serves a softmax layer that is the whole output.
        targets: the rule that targets obey, a key of `TARGET_RULES`.
        options: numbers that may be chosen, by `with_options`.
        make: ``by_output`` for values of them.
        values: those that were chosen.
    """

    name: str
    formula: str = ""
    by_output: Pointwise | None = None
    averages: bool = False
    partner: str = ""
    by_net_input: Pointwise | None = None
    joint: Joint | None = None
    targets: str = "any"
    _: KW_ONLY
    options: FunctionOptions = field(default_factory=dict, hash=False)
    make: Callable[..., Pointwise] | None = None
    values: Mapping[str, float] = field(default_factory=dict, hash=False)
    value: InitVar[Callable[[float, float], float] | None] = None
    slope: InitVar[Callable[[float, float], float] | None] = None

    def __post_init__(
        self,
        value: Callable[[float, float], float] | None,
        slope: Callable[[float, float], float] | None,
    ) -> None:
        if value is not None and slope is not None:
            object.__setattr__(self, "by_output", Pointwise(value, slope))
        elif (
            value is not None
            or slope is not None
            or (self.by_output is None and self.joint is None)
        ):
            raise WrongTypeError(
                f"loss {self.name!r}: got {'no value' if value is None else 'no slope'};"
                " expected value=f and slope=g of (x, t)"
            )

    def with_options(self, given: Mapping[str, object]) -> "Loss":
        """The loss with other numbers than the usual ones; its name says which.

        >>> LOSSES["huber"].with_options({"delta": 2}).name
        'huber(delta=2)'

        Raises:
            UnknownNameError: there is no such option.
            InvalidValueError, WrongTypeError: a value is not allowed.
        """
        values = chosen_values("loss", self.name, self.options, given)
        if not values:
            return self
        assert self.make is not None
        text = options_text(values)
        return replace(
            self,
            name=f"{self.name}({text})",
            formula=f"{self.formula}, {text}",
            by_output=self.make(**values),
            values=values,
        )

    def formula_for(self, activation: str) -> tuple[Pointwise, bool]:
        """The formula for an output with this activation, and whether it is by the net input."""
        if self.by_net_input is not None and activation == self.partner:
            return self.by_net_input, True
        assert self.by_output is not None
        return self.by_output, False

    def divisor(self, n_out: int) -> float:
        """What the terms of ``n_out`` outputs are divided by."""
        return float(n_out) if self.averages else 1.0


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Head(ByFields):
    """Some of the outputs, with a loss of their own: the loss of a sample is the sum over heads.

    Attributes:
        loss: their loss.
        outputs: their numbers among the outputs of the network.
    """

    loss: Loss
    outputs: tuple[int, ...]

    @property
    def divisor(self) -> float:
        """What the terms of its outputs are divided by."""
        return 1.0 if self.loss.joint is not None else self.loss.divisor(len(self.outputs))


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Objective(ByFields):
    """What is minimized: the loss of each head, added up."""

    heads: tuple[Head, ...]

    @property
    def name(self) -> str:
        """The losses by their names."""
        return " + ".join(head.loss.name for head in self.heads)

    @property
    def is_of_one(self) -> bool:
        """Whether all outputs have one loss."""
        return len(self.heads) == 1


def whole(loss: Loss, n_out: int) -> Objective:
    """The one head of a loss that all outputs have."""
    return Objective((Head(loss, tuple(range(n_out))),))


def objective_of(given: Loss | Objective, n_out: int) -> Objective:
    """The objective itself, or that of a loss of all outputs."""
    return given if isinstance(given, Objective) else whole(given, n_out)


def weighted_value(value: float, factor: float) -> float:
    """A term of a loss, or its slope, times its factor; 0 adds nothing, whatever the term is."""
    return factor * value if factor != 0.0 else 0.0


def weigh(values: Array, factors: Array) -> Array:
    """The same of arrays."""
    found: Array = np.where(factors != 0.0, factors * values, factors)
    return found


def _half_square(x: float, t: float) -> float:
    e = x - t
    return 0.5 * (e * e)


def _difference(x: _Numbers, t: _Numbers) -> _Numbers:
    return x - t


def _half_square_array(x: Array, t: Array) -> Array:
    e = x - t
    e *= e
    e *= 0.5
    return e


def _step_square(z: float, t: float) -> float:
    return _half_square(step(z), t)


def _step_square_array(z: Array, t: Array) -> Array:
    y = np.empty_like(z)
    step_into(z, y)
    return _half_square_array(y, t)


def _square(x: float, t: float) -> float:
    e = x - t
    return e * e


def _square_slope(x: _Numbers, t: _Numbers) -> _Numbers:
    return -2.0 * (t - x)


def _square_array(x: Array, t: Array) -> Array:
    e = x - t
    e *= e
    return e


def _half_square_both(x: Array, t: Array, out: Array) -> float:
    np.subtract(x, t, out)
    flat = out.ravel()
    return 0.5 * float(flat.dot(flat))


def _square_both(x: Array, t: Array, out: Array) -> float:
    total = 2.0 * _half_square_both(x, t, out)
    np.add(out, out, out)
    return total


def _absolute(x: float, t: float) -> float:
    return abs(t - x)


def _sign(x: float, t: float) -> float:
    e = x - t
    return math.copysign(1.0, e) if e != 0.0 else 0.0


def _absolute_array(x: Array, t: Array) -> Array:
    e: Array = np.abs(t - x)
    return e


def _sign_array(x: Array, t: Array) -> Array:
    s: Array = np.sign(x - t)
    return s


def _huber(x: float, t: float, delta: float = 1.0) -> float:
    e = abs(t - x)
    return 0.5 * (e * e) if e <= delta else delta * (e - 0.5 * delta)


def _huber_slope(x: float, t: float, delta: float = 1.0) -> float:
    e = x - t
    if e > delta:
        return delta
    return max(e, -delta)  # asked this way round, NaN stays NaN


def _huber_array(x: Array, t: Array, delta: float = 1.0) -> Array:
    e = np.abs(t - x)
    h: Array = np.where(e <= delta, 0.5 * (e * e), delta * (e - 0.5 * delta))
    return h


def _huber_slope_array(x: Array, t: Array, delta: float = 1.0) -> Array:
    e: Array = np.clip(x - t, -delta, delta)
    return e


def _huber_of(delta: float) -> Pointwise:
    return Pointwise(
        partial(_huber, delta=delta),
        partial(_huber_slope, delta=delta),
        partial(_huber_array, delta=delta),
        partial(_huber_slope_array, delta=delta),
        "huber({t} - {x})",
        f"clip({{x}} - {{t}}, -{delta:g}, {delta:g})",
    )


def _log(x: float) -> float:
    if x > 0.0:
        return math.log(x)
    return -math.inf if x == 0.0 else math.nan


def _bernoulli(x: float, t: float) -> float:
    # a target of 0 or 1 has one term; the other would be 0 times the logarithm of a possible 0
    loss = -t * _log(x) if t != 0.0 else 0.0
    if t != 1.0:
        loss -= (1.0 - t) * (math.log1p(-x) if x < 1.0 else _log(1.0 - x))
    return loss if 0.0 <= x <= 1.0 else math.nan


def _bernoulli_slope(x: float, t: float) -> float:
    if x == t:
        return 0.0 if 0.0 < x < 1.0 else (-1.0 if x == 1.0 else 1.0)
    below = x * (1.0 - x)
    return (x - t) / below if below != 0.0 else math.copysign(math.inf, x - t)


def _bernoulli_array(x: Array, t: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        hit = np.where(t != 0.0, -t * np.log(x), 0.0)
        miss = np.where(t != 1.0, -(1.0 - t) * np.log1p(-x), 0.0)
    return np.where((x >= 0.0) & (x <= 1.0), hit + miss, np.nan)


def _bernoulli_slope_array(x: Array, t: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        slope = (x - t) / (x * (1.0 - x))
    slope = np.where((x == t) & (x == 0.0), 1.0, slope)
    return np.where((x == t) & (x == 1.0), -1.0, slope)


def _logistic(z: float, t: float) -> float:
    # -t log(s(z)) - (1-t) log(1 - s(z)) = t softplus(-z) + (1-t) softplus(z): no cancellation
    return t * softplus(-z) + (1.0 - t) * softplus(z)


def _logistic_array(z: Array, t: Array) -> Array:
    below, above = np.empty_like(z), np.empty_like(z)
    plain_softplus_into(-z, below)
    plain_softplus_into(z, above)
    return t * below + (1.0 - t) * above


def _hinge(x: float, t: float) -> float:
    slack = 1.0 - t * x
    return max(slack, 0.0)  # asked this way round, NaN stays NaN


def _hinge_slope(x: float, t: float) -> float:
    return -t if 1.0 - t * x > 0.0 else 0.0


def _hinge_array(x: Array, t: Array) -> Array:
    slack: Array = np.maximum(1.0 - t * x, 0.0)
    return slack


def _hinge_slope_array(x: Array, t: Array) -> Array:
    return np.where(1.0 - t * x > 0.0, -t, 0.0)


def _cross_entropy(net_inputs: list[float], targets: list[float]) -> float:
    top = largest(net_inputs)
    shifted = [z - top for z in net_inputs]  # first of all: a common offset costs no digit
    norm = log_sum_exp(shifted)
    pairs = zip(shifted, targets, strict=True)
    return add_up(t * (norm - z) for z, t in pairs if t != 0.0)


def _cross_entropy_both(z: Array, a: Array, t: Array, out: Array) -> float:
    np.subtract(z, np.maximum.reduce(z, 0), z)
    np.exp(z, a)
    total = np.add.reduce(a, 0)
    np.divide(a, total, a)
    np.subtract(a, t, out)
    np.subtract(np.log(total, total), z, z)
    loss = float(z.ravel().dot(t.ravel()))
    if math.isnan(loss):
        z[t == 0.0] = 0.0  # else infinity times 0
        loss = float(z.ravel().dot(t.ravel()))
    return loss


def _are_distributions(targets: Array) -> bool:
    sums = targets.sum(axis=1)
    return bool((targets >= 0.0).all() and (np.abs(sums - 1.0) <= 1e-9).all())  # sums of decimals


# of targets (B, n_out), and what an error says is expected
TARGET_RULES: dict[str, tuple[Callable[[Array], bool], str]] = {
    "any": (lambda _: True, "finite numbers"),
    "unit": (lambda t: bool(((t >= 0.0) & (t <= 1.0)).all()), "targets between 0 and 1"),
    "steps": (lambda t: bool(((t == 0.0) | (t == 1.0)).all()), "targets 0 or 1 of step outputs"),
    "signs": (lambda t: bool((np.abs(t) == 1.0).all()), "targets -1 or 1"),
    "distributions": (_are_distributions, "one-hot rows, or class indices"),
}

_HALF = Pointwise(
    _half_square, _difference, _half_square_array, _difference,
    "({t} - {x})^2/2", "-({t} - {x})", _half_square_both,
)  # fmt: skip
_PERCEPTRON = Pointwise(
    _step_square, _difference, _step_square_array, _difference,
    "({t} - step({x}))^2/2", "{a} - {t}",
)  # fmt: skip
_SQUARE = Pointwise(
    _square, _square_slope, _square_array, _square_slope,
    "({t} - {x})^2", "-2*({t} - {x})", _square_both,
)  # fmt: skip
_ABSOLUTE = Pointwise(
    _absolute, _sign, _absolute_array, _sign_array, "|{t} - {x}|", "sign({x} - {t})"
)
_HUBER = Pointwise(
    _huber, _huber_slope, _huber_array, _huber_slope_array,
    "huber({t} - {x})", "clip({x} - {t}, -1, 1)",
)  # fmt: skip
_BERNOULLI = Pointwise(
    _bernoulli, _bernoulli_slope, _bernoulli_array, _bernoulli_slope_array,
    "-{t}*log({x}) - (1 - {t})*log(1 - {x})", "({x} - {t})/({x}*(1 - {x}))",
)  # fmt: skip
_LOGISTIC = Pointwise(
    _logistic, _difference, _logistic_array, _difference,
    "{t}*softplus(-{x}) + (1 - {t})*softplus({x})", "{a} - {t}",
)  # fmt: skip
_HINGE = Pointwise(
    _hinge, _hinge_slope, _hinge_array, _hinge_slope_array,
    "max(0, 1 - {t}*{x})", "(-{t} if {t}*{x} < 1 else 0)",
)  # fmt: skip

_SHIPPED = (
    Loss("half_squared_error", "sum of (t - a)^2 / 2", _HALF),
    Loss("squared_error", "sum of (t - a)^2", _SQUARE),
    Loss("mean_squared_error", "mean of (t - a)^2", _SQUARE, averages=True),
    Loss("mean_absolute_error", "mean of |t - a|", _ABSOLUTE, averages=True),
    Loss(
        "huber",
        "mean of e^2/2 where |e| <= delta, else delta (|e| - delta/2), delta 1",
        _HUBER,
        averages=True,
        options={"delta": FunctionOption(1.0, least=0.0, is_least_allowed=False)},
        make=_huber_of,
    ),
    Loss(
        "binary_cross_entropy",
        "sum of -t log(a) - (1 - t) log(1 - a)",
        _BERNOULLI,
        partner="sigmoid",
        by_net_input=_LOGISTIC,
        targets="unit",
    ),
    Loss(
        "cross_entropy",
        "-sum of t log(a), a a softmax layer",
        None,
        partner=SOFTMAX,
        joint=Joint(_cross_entropy, _cross_entropy_both),
        targets="distributions",
    ),
    Loss("hinge", "sum of max(0, 1 - t a)", _HINGE, targets="signs"),
)

PERCEPTRON = replace(_SHIPPED[0], partner="step", by_net_input=_PERCEPTRON, targets="steps")
"""half_squared_error as the perceptron rule goes by it."""

_TARGETS = {"any": (-2.0, -0.5, 0.0, 1.0, 3.0), "unit": (0.0, 0.3, 1.0), "signs": (-1.0, 1.0)}
_INSIDE = tuple((k + 0.5) / 64.0 for k in range(64))  # of (0, 1), where the rule is "unit"


def _checked(name: str, given: Any) -> Loss:
    if not isinstance(given, Loss):
        raise WrongTypeError(f"loss: got {given!r:.80}; expected a Loss")
    where = f"loss {name!r}"
    if given.targets not in TARGET_RULES:
        raise InvalidValueError(
            f"{where}: {unknown('rule of targets', given.targets, TARGET_RULES)}"
        )
    if given.by_output is None:
        return replace(given, name=name)
    return replace(given, name=name, by_output=_checked_formula(given, given.by_output, where))


def _checked_formula(loss: Loss, formula: Pointwise, where: str) -> Pointwise:
    value = guarded(formula.value, f"{where} value")
    slope = guarded(formula.slope, f"{where} slope")
    points, wide = (_INSIDE, _INSIDE) if loss.targets == "unit" else (POINTS, WIDE)
    made = replace(formula, value=value, slope=slope)
    for t in _TARGETS.get(loss.targets, _TARGETS["unit"]):
        pairs = [(x, t) for x in wide]
        forms = ((value, made.array_value, "value"), (slope, made.array_slope, "slope"))
        for function, array, which in forms:
            require_numbers(function, f"{where} {which}", pairs)
            numbers = [function(*pair) for pair in pairs]
            found = array(np.array(wide), np.full(len(wide), t))
            require_equal_forms(numbers, found, wide, f"{where} {which}")
        require_slope(partial(_at, value, t), partial(_at, slope, t), f"{where} slope", points)
    return made


def _at(function: Callable[[float, float], float], t: float, x: float) -> float:
    return function(x, t)


LOSSES: VariantTable[Loss] = VariantTable(
    "loss", ((loss.name, loss) for loss in _SHIPPED), check=_checked
)
register_loss, unregister_loss = LOSSES.register, LOSSES.unregister


def require_loss(loss: object) -> Loss:
    """The loss of this name, or given as ``{"huber": {"delta": 2}}``; or a `Loss`, checked."""
    if isinstance(loss, Mapping):
        return LOSSES.named(loss, "loss")
    if isinstance(loss, Loss):
        is_known = loss in LOSSES.values() or loss is LOSSES.get(loss.name)
        return loss if is_known else _checked_once(loss)
    return LOSSES.find(loss)


@lru_cache(maxsize=64)
def _checked_once(loss: Loss) -> Loss:
    return _checked(loss.name, loss)
