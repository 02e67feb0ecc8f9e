"""Activation functions: what a neuron makes of its net input, and how steep that is.

Each has two forms. The scalar form is Python's ``math``: the walk
over the graph uses it, and it is the one that is printed as arithmetic. The array form is NumPy:
the compiled program uses it. They cannot be one, because ``np.exp`` and ``math.exp`` differ in the
last bit now and then; a test over the table at the end holds them to 2 ulp of each other.

In the formulas z is the net input and a = f(z) the output. A slope is da/dz, computed from both.
Where a function has a kink the slope is PyTorch's: relu 0 at 0, leaky_relu .01, prelu its slope,
elu 1, selu 1.758..., hard_sigmoid 0 at -3 and 3, hard_swish 0 at -3 and 1 at 3. NaN passes through
every function.

Array forms write into ``out`` and may read ``z`` only before they write, so ``out`` may be ``z``;
a slope never gets an ``out`` that is ``z`` or ``a``.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurosim.by_fields import ByFields
from neurosim.errors import (
    InvalidValueError,
    WrongTypeError,
)
from neurosim.functions.users import (
    FAR,
    NOT_LIFTED,
    WIDE,
    Guarded,
    Lifted,
    guarded,
    kinks_of,
    lift_forms,
    require_equal_forms,
    require_numbers,
    require_slope,
)
from neurosim.functions.variants import (
    FunctionOption,
    VariantTable,
    chosen_values,
    family,
    options_text,
)

Array = NDArray[Any]
SOFTMAX = "softmax"


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Facts(ByFields):
    """What is known of an activation besides its values.

    Attributes:
        range: the least and the largest output; not all are reached.
        saturates: whether it is nearly flat at both ends.
        can_die: whether it is 0 with slope 0 for all net inputs on one side, so that a neuron that
            stays there gives nothing and learns nothing.
        reach: a picture of it shows [-reach, reach].
        kinks: where its slope jumps.
    """

    range: tuple[float, float]
    saturates: bool = False
    can_die: bool = False
    reach: float = 3.0
    kinks: tuple[float, ...] = ()

    @property
    def gives_probabilities(self) -> bool:
        """Whether every output lies in [0, 1], as cross-entropy needs it."""
        return self.range[0] >= 0.0 and self.range[1] <= 1.0


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class OptionSlope(ByFields):
    """How steep an activation is by one of its options, in both forms: df/d(option) at z.

    Attributes:
        value: of a net input; takes the options as keyword arguments.
        array: of an array; writes into its second argument.
    """

    value: Callable[..., float]
    array: Callable[..., None]


@dataclass(frozen=True, slots=True)
class Activation:
    """A function of one net input, with its slope, in both forms.

    ``slope`` and ``array_slope`` are None where the function has no slope to learn by. An array
    form that is not given is the form for numbers, element by element.

    Attributes:
        name: by which networks and scenarios refer to it.
        value: f(z).
        slope: da/dz, from z and a.
        array: f of an array; writes into its second argument.
        array_slope: the slope of arrays z and a; writes into its third.
        slope_from_output: whether the array slope never reads z, so that the program may
            overwrite it.
        slope_text: the slope as a formula of ``{a}`` and ``{z}``, for printing.
        formula: f in words.
        source: who described it.
        facts: measured on a grid when it is registered, where none are given.
        options: numbers that may be chosen, which its functions take as keyword arguments.
        values: those that were chosen, by `with_options`.
        trained: the options that are parameters of a network, with the slope by each: their values
            are those that training begins with. The array forms take them by position behind
            their output, (n, 1) each.
    """

    name: str
    value: Callable[[float], float]
    slope: Callable[[float, float], float] | None = None
    array: Callable[[Array, Array], None] = NOT_LIFTED
    array_slope: Callable[[Array, Array, Array], None] | None = None
    slope_from_output: bool = False
    slope_text: str = ""
    formula: str = ""
    source: str = ""
    facts: Facts | None = None
    options: Mapping[str, FunctionOption] = field(default_factory=dict, hash=False)
    values: Mapping[str, float] = field(default_factory=dict, hash=False)
    trained: Mapping[str, OptionSlope] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        lift_forms(self, Lifted, array=self.value, array_slope=self.slope)

    @property
    def family(self) -> str:
        """The name without options."""
        return family(self.name)

    def value_of(self, option: str) -> float:
        """What was chosen for an option, or its default."""
        return self.values.get(option, self.options[option].default)

    @property
    def option_values(self) -> tuple[float, ...]:
        """The values of all options in their order."""
        return tuple(map(self.value_of, self.options))

    def with_options(self, given: Mapping[str, object]) -> "Activation":
        """The activation with other numbers than the usual ones; its name says which.

        >>> ACTIVATIONS["leaky_relu"].with_options({"slope": 0.1}).name
        'leaky_relu(slope=0.1)'

        Raises:
            UnknownNameError: there is no such option.
            InvalidValueError, WrongTypeError: a value is not allowed.
        """
        values = chosen_values("activation", self.name, self.options, given)
        if not values:
            return self
        text = options_text(values)
        forms = ("value", "slope", "array", "array_slope")
        made = replace(
            self,
            name=f"{self.name}({text})",
            values=values,
            formula=f"{self.formula}, {text}",
            **{form: _with(getattr(self, form), values) for form in forms},
        )
        return replace(made, facts=measured(made))


def _with(form: Any, values: Mapping[str, float]) -> Any:
    match form:
        case None | Lifted():  # it is lifted anew, of the form for numbers
            return None
        case Guarded():
            return Guarded(partial(form.function, **values))
    return partial(form, **values)


# --- identity


def _identity(z: float) -> float:
    return z


def _one(_z: float, _a: float) -> float:
    return 1.0


def _identity_into(z: Array, out: Array) -> None:
    if out is not z:
        out[...] = z


def _one_into(_z: Array, _a: Array, out: Array) -> None:
    out.fill(1.0)


# --- sigmoid

# exp(709) is the last power of e that does not overflow; below, 1 + exp(-z) = exp(-z)
_LOWEST = -709.0


def sigmoid(z: float) -> float:
    """1 / (1 + exp(-z)), without overflow.

    >>> sigmoid(0.0), sigmoid(-710.0)
    (0.5, 4.47628622567513e-309)
    """
    if z < _LOWEST:
        return math.exp(z)
    return 1.0 / (1.0 + math.exp(-z))


def _sigmoid_slope(_z: float, a: float) -> float:
    return a * (1.0 - a)


def sigmoid_into(z: Array, out: Array) -> None:
    """1 / (1 + exp(-z)) of an array; ``out`` may be ``z``."""
    lowest = -87.0 if z.dtype == np.float32 else -709.0
    low = z < lowest
    tail = np.exp(z[low]) if low.any() else None
    np.maximum(z, lowest, out=out)
    np.negative(out, out=out)
    np.exp(out, out=out)
    np.add(out, 1.0, out=out)
    np.divide(1.0, out, out=out)
    if tail is not None:
        out[low] = tail


def _sigmoid_slope_into(_z: Array, a: Array, out: Array) -> None:
    np.subtract(1.0, a, out=out)
    np.multiply(a, out, out=out)


# --- tanh


def _tanh_slope(_z: float, a: float) -> float:
    return 1.0 - a * a


def _tanh_into(z: Array, out: Array) -> None:
    np.tanh(z, out=out)


def _tanh_slope_into(_z: Array, a: Array, out: Array) -> None:
    np.multiply(a, a, out=out)
    np.subtract(1.0, out, out=out)


# --- the rectifiers


def _relu(z: float) -> float:
    return max(z, 0.0)  # asked this way round, NaN stays NaN


def _relu_slope(z: float, _a: float) -> float:
    return 1.0 if z > 0.0 else 0.0


def _relu_into(z: Array, out: Array) -> None:
    # against a row of zeros it is two to three times faster than against the number 0.0
    np.maximum(z, np.zeros(z.shape[-1:], z.dtype), out=out)


def _relu_slope_into(_z: Array, a: Array, out: Array) -> None:
    np.greater(a, 0.0, out=out)


def _leaky_relu(z: float, slope: float = 0.01) -> float:
    return z if z > 0.0 else slope * z


def _leaky_relu_slope(z: float, _a: float, slope: float = 0.01) -> float:
    return 1.0 if z > 0.0 else slope


def _leaky_relu_into(z: Array, out: Array, slope: float = 0.01) -> None:
    (np.maximum if slope <= 1.0 else np.minimum)(z, slope * z, out=out)


def _leaky_relu_slope_into(_z: Array, a: Array, out: Array, slope: float = 0.01) -> None:
    out.fill(slope)
    np.copyto(out, 1.0, where=a > 0.0)


def _prelu(z: float, slope: float = 0.25) -> float:
    return z if z > 0.0 else slope * z


def _prelu_slope(z: float, _a: float, slope: float = 0.25) -> float:
    return 1.0 if z > 0.0 else slope


def _prelu_into(z: Array, out: Array, slope: float | Array = 0.25) -> None:
    below = slope * z
    np.copyto(below, z, where=z > 0.0)
    out[...] = below


def _prelu_slope_into(z: Array, _a: Array, out: Array, slope: float | Array = 0.25) -> None:
    out[...] = slope
    np.copyto(out, 1.0, where=z > 0.0)


def _prelu_by_slope(z: float, slope: float) -> float:  # noqa: ARG001 - of any slope the same
    return min(z, 0.0)


def _prelu_by_slope_into(z: Array, out: Array, slope: Array) -> None:  # noqa: ARG001 - the same
    out[...] = z
    np.copyto(out, 0.0, where=z > 0.0)


def _elu(z: float, alpha: float = 1.0) -> float:
    return z if z > 0.0 else alpha * math.expm1(z)


def _elu_slope(z: float, _a: float, alpha: float = 1.0) -> float:
    return 1.0 if z > 0.0 else alpha * math.exp(z)


def _elu_into(z: Array, out: Array, alpha: float = 1.0) -> None:
    below = alpha * np.expm1(np.minimum(z, 0.0))
    np.maximum(z, 0.0, out=out)
    np.add(out, below, out=out)


def _elu_slope_into(z: Array, _a: Array, out: Array, alpha: float = 1.0) -> None:
    above = z > 0.0
    np.minimum(z, 0.0, out=out)
    np.exp(out, out=out)
    np.multiply(out, alpha, out=out)
    np.copyto(out, 1.0, where=above)


def _celu(z: float, alpha: float = 1.0) -> float:
    return z if z > 0.0 else alpha * math.expm1(z / alpha)


def _celu_slope(z: float, _a: float, alpha: float = 1.0) -> float:
    return 1.0 if z > 0.0 else math.exp(z / alpha)


def _celu_into(z: Array, out: Array, alpha: float = 1.0) -> None:
    below = alpha * np.expm1(np.minimum(z, 0.0) / alpha)
    np.maximum(z, 0.0, out=out)
    np.add(out, below, out=out)


def _celu_slope_into(z: Array, _a: Array, out: Array, alpha: float = 1.0) -> None:
    np.minimum(z, 0.0, out=out)
    np.divide(out, alpha, out=out)
    np.exp(out, out=out)


_SELU_ALPHA = 1.6732632423543772848170429916717
_SELU_SCALE = 1.0507009873554804934193349852946


def _selu(z: float) -> float:
    return _SELU_SCALE * (z if z > 0.0 else _SELU_ALPHA * math.expm1(z))


def _selu_slope(z: float, _a: float) -> float:
    return _SELU_SCALE if z > 0.0 else _SELU_SCALE * _SELU_ALPHA * math.exp(z)


def _selu_into(z: Array, out: Array) -> None:
    below = _SELU_ALPHA * np.expm1(np.minimum(z, 0.0))
    np.maximum(z, 0.0, out=out)
    np.add(out, below, out=out)
    np.multiply(out, _SELU_SCALE, out=out)


def _selu_slope_into(z: Array, _a: Array, out: Array) -> None:
    out[...] = _SELU_SCALE
    below = z <= 0.0
    out[below] = _SELU_SCALE * _SELU_ALPHA * np.exp(z[below])


# --- the smooth ones


def softplus(z: float) -> float:
    """log(1 + exp(z)), without overflow and without loss for very negative z.

    >>> softplus(30.0), softplus(710.0)
    (30.000000000000092, 710.0)
    """
    return max(z, 0.0) + math.log1p(math.exp(-abs(z)))


def _softplus(z: float, beta: float = 1.0) -> float:
    return softplus(beta * z) / beta


def _softplus_slope(z: float, _a: float, beta: float = 1.0) -> float:
    return sigmoid(beta * z)


def plain_softplus_into(z: Array, out: Array) -> None:
    """log(1 + exp(z)) of an array; ``out`` may be ``z``."""
    above = np.maximum(z, 0.0)
    np.abs(z, out=out)
    np.negative(out, out=out)
    np.exp(out, out=out)
    np.log1p(out, out=out)
    np.add(above, out, out=out)


def _softplus_into(z: Array, out: Array, beta: float = 1.0) -> None:
    np.multiply(z, beta, out=out)
    plain_softplus_into(out, out)
    np.divide(out, beta, out=out)


def _softplus_slope_into(z: Array, _a: Array, out: Array, beta: float = 1.0) -> None:
    np.multiply(z, beta, out=out)
    sigmoid_into(out, out)


def _softsign(z: float) -> float:
    return z / (1.0 + abs(z))


def _softsign_slope(z: float, _a: float) -> float:
    n = 1.0 / (1.0 + abs(z))
    return n * n  # not 1 / n^2, whose square overflows


def _softsign_into(z: Array, out: Array) -> None:
    np.divide(z, 1.0 + np.abs(z), out=out)


def _softsign_slope_into(z: Array, _a: Array, out: Array) -> None:
    n = 1.0 / (1.0 + np.abs(z))
    np.multiply(n, n, out=out)


_SQRT_HALF = math.sqrt(0.5)
_NORMAL_PEAK = 1.0 / math.sqrt(2.0 * math.pi)


def _gelu(z: float) -> float:
    return 0.5 * z * math.erfc(-z * _SQRT_HALF)


def _gelu_slope(z: float, _a: float) -> float:
    return 0.5 * math.erfc(-z * _SQRT_HALF) + z * _NORMAL_PEAK * math.exp(-0.5 * z * z)


def _erfc(x: Array) -> Array:
    # NumPy has no erfc: about 60 ns an element, and exact where an approximation would not be.
    return np.fromiter(map(math.erfc, x.ravel().tolist()), x.dtype, x.size).reshape(x.shape)


def _gelu_into(z: Array, out: Array) -> None:
    tail = _erfc(-z * _SQRT_HALF)
    np.multiply(0.5 * z, tail, out=out)


def _gelu_slope_into(z: Array, _a: Array, out: Array) -> None:
    y = np.minimum(np.abs(z), 40.0)  # exp(-800) is 0 already; the square of more may overflow
    bell = z * _NORMAL_PEAK * np.exp(-0.5 * y * y)
    np.add(0.5 * _erfc(-z * _SQRT_HALF), bell, out=out)


# The gated ones are z sigmoid(u). Their slopes take sigmoid(u) and 1 - sigmoid(u) from one power of
# e, because 1 - s would cancel where s is close to 1.


def _gated(z: float, u: float) -> float:
    if u < _LOWEST:
        return z * math.exp(u)
    return z / (1.0 + math.exp(-u))


def _gates(u: float) -> tuple[float, float]:
    e = math.exp(-abs(u))
    near, far = 1.0 / (1.0 + e), e / (1.0 + e)
    return (near, far) if u > 0.0 else (far, near)


def _gated_into(z: Array, u: Array, out: Array) -> None:
    lowest = -87.0 if z.dtype == np.float32 else -709.0
    low = u < lowest
    tail = z[low] * np.exp(u[low]) if low.any() else None
    below = np.exp(-np.maximum(u, lowest))
    below += 1.0
    np.divide(z, below, out=out)
    if tail is not None:
        out[low] = tail


def _gates_array(u: Array) -> tuple[Array, Array]:
    e = np.exp(-np.abs(u))
    near, far = 1.0 / (1.0 + e), e / (1.0 + e)
    above = u > 0.0
    return np.where(above, near, far), np.where(above, far, near)


_GELU_C = 2.0 * math.sqrt(2.0 / math.pi)
_GELU_K = 0.044715
_GELU_FAR = 100.0  # beyond, the gate is 0 or 1 to the last bit, and z^3 may overflow


def _gelu_tanh(z: float) -> float:
    # (1 + tanh(u)) / 2 is sigmoid(2 u), which does not cancel for negative u
    y = max(min(z, _GELU_FAR), -_GELU_FAR)
    return _gated(z, _GELU_C * (y + _GELU_K * y * y * y))


def _gelu_tanh_slope(z: float, _a: float) -> float:
    y = max(min(z, _GELU_FAR), -_GELU_FAR)
    s, r = _gates(_GELU_C * (y + _GELU_K * y * y * y))
    return s + y * (s * r * (_GELU_C * (1.0 + 3.0 * _GELU_K * y * y)))


def _gelu_tanh_into(z: Array, out: Array) -> None:
    y = np.clip(z, -_GELU_FAR, _GELU_FAR)
    _gated_into(z, _GELU_C * (y + _GELU_K * y * y * y), out)


def _gelu_tanh_slope_into(z: Array, _a: Array, out: Array) -> None:
    y = np.clip(z, -_GELU_FAR, _GELU_FAR)
    s, r = _gates_array(_GELU_C * (y + _GELU_K * y * y * y))
    np.add(s, y * (s * r * (_GELU_C * (1.0 + 3.0 * _GELU_K * y * y))), out=out)


def _swish(z: float) -> float:
    return _gated(z, z)


def _swish_slope(z: float, _a: float) -> float:
    s, r = _gates(z)
    return s * (1.0 + z * r)


def _swish_into(z: Array, out: Array) -> None:
    _gated_into(z, z, out)


def _swish_slope_into(z: Array, _a: Array, out: Array) -> None:
    s, r = _gates_array(z)
    np.multiply(s, 1.0 + z * r, out=out)


def _mish_gate(z: float) -> tuple[float, float]:
    # t = tanh(softplus(z)) and sigmoid(z) (1 - t^2), as fractions in e = exp(-|z|): no overflow,
    # no cancellation
    e = math.exp(-abs(z))
    if z > 0.0:
        n = 1.0 + 2.0 * e + 2.0 * e * e
        return (1.0 + 2.0 * e) / n, 4.0 * e * e * (1.0 + e) / (n * n)
    n = 2.0 + 2.0 * e + e * e
    return e * (2.0 + e) / n, 4.0 * e * (1.0 + e) / (n * n)


def _mish(z: float) -> float:
    return z * _mish_gate(z)[0]


def _mish_slope(z: float, _a: float) -> float:
    t, rest = _mish_gate(z)
    return t + z * rest


def _mish_gate_array(z: Array) -> tuple[Array, Array]:
    e = np.exp(-np.abs(z))
    above = z > 0.0
    n = np.where(above, 1.0 + 2.0 * e + 2.0 * e * e, 2.0 + 2.0 * e + e * e)
    top = np.where(above, 1.0 + 2.0 * e, e * (2.0 + e))
    rest = 4.0 * e * np.where(above, e, 1.0) * (1.0 + e) / (n * n)
    return top / n, rest


def _mish_into(z: Array, out: Array) -> None:
    np.multiply(z, _mish_gate_array(z)[0], out=out)


def _mish_slope_into(z: Array, _a: Array, out: Array) -> None:
    t, rest = _mish_gate_array(z)
    np.add(t, z * rest, out=out)


# --- the piecewise ones


def _hard_gate(z: float) -> float:
    shifted = z + 3.0
    if shifted <= 0.0:
        return 0.0
    return min(shifted, 6.0)  # asked this way round, NaN stays NaN


def _hard_sigmoid(z: float) -> float:
    return _hard_gate(z) / 6.0


def _hard_sigmoid_slope(z: float, _a: float) -> float:
    return 1.0 / 6.0 if -3.0 < z < 3.0 else 0.0


def _hard_sigmoid_into(z: Array, out: Array) -> None:
    np.divide(np.clip(z + 3.0, 0.0, 6.0), 6.0, out=out)


def _hard_sigmoid_slope_into(z: Array, _a: Array, out: Array) -> None:
    np.less(np.abs(z), 3.0, out=out)
    np.divide(out, 6.0, out=out)


def _hard_swish(z: float) -> float:
    return z * (_hard_gate(z) / 6.0)


def _hard_swish_slope(z: float, _a: float) -> float:
    if z <= -3.0:
        return 0.0
    return 1.0 if z >= 3.0 else z / 3.0 + 0.5


def _hard_swish_into(z: Array, out: Array) -> None:
    np.multiply(z, np.clip(z + 3.0, 0.0, 6.0) / 6.0, out=out)


def _hard_swish_slope_into(z: Array, _a: Array, out: Array) -> None:
    np.add(z / 3.0, 0.5, out=out)
    out[z <= -3.0] = 0.0
    out[z >= 3.0] = 1.0


def _hardtanh(z: float, low: float = -1.0, high: float = 1.0) -> float:
    return max(min(z, high), low)  # asked this way round, NaN stays NaN


def _hardtanh_slope(z: float, _a: float, low: float = -1.0, high: float = 1.0) -> float:
    return 1.0 if low < z < high else 0.0


def _hardtanh_into(z: Array, out: Array, low: float = -1.0, high: float = 1.0) -> None:
    np.minimum(z, high, out=out)
    np.maximum(out, low, out=out)


def _hardtanh_slope_into(
    z: Array, _a: Array, out: Array, low: float = -1.0, high: float = 1.0
) -> None:
    np.copyto(out, (low < z) & (z < high))


def _relu6(z: float) -> float:
    return max(min(z, 6.0), 0.0)


def _relu6_slope(z: float, _a: float) -> float:
    return 1.0 if 0.0 < z < 6.0 else 0.0


def _relu6_into(z: Array, out: Array) -> None:
    np.minimum(z, 6.0, out=out)
    np.maximum(out, 0.0, out=out)


def _relu6_slope_into(z: Array, _a: Array, out: Array) -> None:
    np.copyto(out, (z > 0.0) & (z < 6.0))


def _abs(z: float) -> float:
    return abs(z)


def _abs_slope(z: float, _a: float) -> float:
    return math.copysign(1.0, z) if z != 0.0 else 0.0


def _abs_into(z: Array, out: Array) -> None:
    np.abs(z, out=out)


def _abs_slope_into(z: Array, _a: Array, out: Array) -> None:
    np.sign(z, out=out)


# --- the others


def _square(z: float) -> float:
    return z * z


def _square_slope(z: float, _a: float) -> float:
    return 2.0 * z


def _square_into(z: Array, out: Array) -> None:
    np.multiply(z, z, out=out)


def _square_slope_into(z: Array, _a: Array, out: Array) -> None:
    np.multiply(z, 2.0, out=out)


def _gaussian(z: float) -> float:
    return math.exp(-z * z)


def _gaussian_slope(z: float, a: float) -> float:
    return -2.0 * (z * a)


def _gaussian_into(z: Array, out: Array) -> None:
    np.abs(z, out=out)
    np.minimum(out, 40.0, out=out)  # exp(-1600) is 0 already; the square of more may overflow
    np.multiply(out, out, out=out)
    np.negative(out, out=out)
    np.exp(out, out=out)


def _gaussian_slope_into(z: Array, a: Array, out: Array) -> None:
    np.multiply(z, a, out=out)
    np.multiply(out, -2.0, out=out)


def _sin(z: float) -> float:
    return math.sin(z) if math.isfinite(z) else math.nan


def _sin_slope(z: float, _a: float) -> float:
    return math.cos(z) if math.isfinite(z) else math.nan


def _sin_into(z: Array, out: Array) -> None:
    np.sin(z, out=out)


def _sin_slope_into(z: Array, _a: Array, out: Array) -> None:
    np.cos(z, out=out)


def step(z: float) -> float:
    """1 if z >= 0, else 0."""
    if z >= 0.0:
        return 1.0
    return max(z, 0.0)


def step_into(z: Array, out: Array) -> None:
    """The same of an array."""
    np.heaviside(z, 1.0, out=out)


# --- softmax: of a layer, not of a neuron


def softmax(net_inputs: list[float]) -> list[float]:
    """exp(z_i) / sum_j exp(z_j), shifted by the largest z so that nothing overflows.

    >>> softmax([1000.0, 1000.0])
    [0.5, 0.5]
    """
    top = largest(net_inputs)
    powers = [math.exp(z - top) for z in net_inputs]
    total = add_up(powers)
    return [power / total for power in powers]


def log_sum_exp(net_inputs: list[float]) -> float:
    """log(sum_j exp(z_j)), shifted by the largest z.

    >>> log_sum_exp([1000.0, 0.0])
    1000.0
    """
    top = largest(net_inputs)
    return top + math.log(add_up(math.exp(z - top) for z in net_inputs))


def add_up(terms: Iterable[float]) -> float:
    """Add one term after the other; ``sum`` compensates from Python 3.12 on, and other bits come.

    >>> add_up([0.1] * 10)
    0.9999999999999999
    """
    total = 0.0
    for term in terms:
        total += term
    return total


def largest(net_inputs: list[float]) -> float:
    """The largest net input; NaN beside an infinite one or NaN, where there is no softmax."""
    is_undefined = any(math.isnan(z) or z == math.inf for z in net_inputs)
    return math.nan if is_undefined else max(net_inputs)


def softmax_into(z: Array, out: Array) -> None:
    """Softmax of each column of ``z``, (n, B); ``out`` may be ``z``."""
    np.subtract(z, z.max(axis=0), out=out)
    np.exp(out, out=out)
    np.divide(out, out.sum(axis=0), out=out)


_A, _INF = Activation, math.inf
_SHIPPED = (
    _A("identity", _identity, _one, _identity_into, _one_into,
       slope_from_output=True, slope_text="1", formula="z", facts=Facts((-_INF, _INF))),
    _A("sigmoid", sigmoid, _sigmoid_slope, sigmoid_into, _sigmoid_slope_into,
       slope_from_output=True, slope_text="{a}*(1 - {a})", formula="1 / (1 + exp(-z))",
       source="Verhulst 1845, the logistic function",
       facts=Facts((0.0, 1.0), saturates=True, reach=6.0)),
    _A("tanh", math.tanh, _tanh_slope, _tanh_into, _tanh_slope_into,
       slope_from_output=True, slope_text="(1 - {a}^2)", formula="tanh(z)",
       source="LeCun, Bottou, Orr and Mueller 1998, Efficient BackProp, 4.4",
       facts=Facts((-1.0, 1.0), saturates=True)),
    _A("relu", _relu, _relu_slope, _relu_into, _relu_slope_into,
       slope_from_output=True, formula="max(0, z)", source="Nair and Hinton 2010",
       facts=Facts((0.0, _INF), can_die=True, kinks=(0.0,))),
    _A("leaky_relu", _leaky_relu, _leaky_relu_slope, _leaky_relu_into, _leaky_relu_slope_into,
       slope_from_output=True, formula="z if z > 0 else slope z, slope .01",
       source="Maas, Hannun and Ng 2013", facts=Facts((-_INF, _INF), kinks=(0.0,)),
       options={"slope": FunctionOption(0.01, least=0.0)}),
    _A("prelu", _prelu, _prelu_slope, _prelu_into, _prelu_slope_into,
       formula="z if z > 0 else slope z, a slope that is learned, from .25",
       source="He, Zhang, Ren and Sun 2015, Delving Deep into Rectifiers",
       facts=Facts((-_INF, _INF), kinks=(0.0,)),
       options={"slope": FunctionOption(0.25)},
       trained={"slope": OptionSlope(_prelu_by_slope, _prelu_by_slope_into)}),
    _A("elu", _elu, _elu_slope, _elu_into, _elu_slope_into,
       formula="z if z > 0 else alpha (exp(z) - 1), alpha 1",
       source="Clevert, Unterthiner and Hochreiter 2016", facts=Facts((-1.0, _INF)),
       options={"alpha": FunctionOption(1.0, least=0.0, is_least_allowed=False)}),
    _A("celu", _celu, _celu_slope, _celu_into, _celu_slope_into,
       formula="z if z > 0 else alpha (exp(z/alpha) - 1), alpha 1",
       source="Barron 2017, Continuously Differentiable Exponential Linear Units",
       facts=Facts((-1.0, _INF)),
       options={"alpha": FunctionOption(1.0, least=0.0, is_least_allowed=False)}),
    _A("selu", _selu, _selu_slope, _selu_into, _selu_slope_into,
       formula="1.0507 (z if z > 0 else 1.6733 (exp(z) - 1))",
       source="Klambauer, Unterthiner, Mayr and Hochreiter 2017",
       facts=Facts((-_SELU_SCALE * _SELU_ALPHA, _INF), kinks=(0.0,))),
    _A("softplus", _softplus, _softplus_slope, _softplus_into, _softplus_slope_into,
       formula="log(1 + exp(beta z)) / beta, beta 1", source="Dugas et al. 2000",
       facts=Facts((0.0, _INF), reach=4.0),
       options={"beta": FunctionOption(1.0, least=0.0, is_least_allowed=False)}),
    _A("softsign", _softsign, _softsign_slope, _softsign_into, _softsign_slope_into,
       formula="z / (1 + |z|)", source="Bergstra et al. 2009",
       facts=Facts((-1.0, 1.0), saturates=True, reach=6.0)),
    _A("gelu", _gelu, _gelu_slope, _gelu_into, _gelu_slope_into,
       formula="z/2 erfc(-z/sqrt(2))", source="Hendrycks and Gimpel 2016",
       facts=Facts((-0.17, _INF))),
    _A("gelu_tanh", _gelu_tanh, _gelu_tanh_slope, _gelu_tanh_into, _gelu_tanh_slope_into,
       formula="z/2 (1 + tanh(sqrt(2/pi) (z + .044715 z^3)))",
       source="Hendrycks and Gimpel 2016, the approximation", facts=Facts((-0.1701, _INF))),
    _A("swish", _swish, _swish_slope, _swish_into, _swish_slope_into,
       formula="z sigmoid(z)", source="Ramachandran, Zoph and Le 2017",
       facts=Facts((-0.2784, _INF))),
    _A("mish", _mish, _mish_slope, _mish_into, _mish_slope_into,
       formula="z tanh(log(1 + exp(z)))", source="Misra 2019", facts=Facts((-0.3089, _INF))),
    _A("hard_sigmoid", _hard_sigmoid, _hard_sigmoid_slope, _hard_sigmoid_into,
       _hard_sigmoid_slope_into, formula="clip(z + 3, 0, 6) / 6",
       source="Howard et al. 2019, MobileNetV3",
       facts=Facts((0.0, 1.0), saturates=True, can_die=True, reach=4.5, kinks=(-3.0, 3.0))),
    _A("hard_swish", _hard_swish, _hard_swish_slope, _hard_swish_into, _hard_swish_slope_into,
       formula="z clip(z + 3, 0, 6) / 6", source="Howard et al. 2019, MobileNetV3",
       facts=Facts((-0.375, _INF), can_die=True, kinks=(-3.0, 3.0))),
    _A("hardtanh", _hardtanh, _hardtanh_slope, _hardtanh_into, _hardtanh_slope_into,
       formula="clip(z, low, high), low -1, high 1", source="Collobert 2004, PhD thesis",
       facts=Facts((-1.0, 1.0), saturates=True, kinks=(-1.0, 1.0)),
       options={"low": FunctionOption(-1.0, most=0.0),
                "high": FunctionOption(1.0, least=0.0, is_least_allowed=False)}),
    _A("relu6", _relu6, _relu6_slope, _relu6_into, _relu6_slope_into,
       formula="clip(z, 0, 6)", source="Krizhevsky 2010, Convolutional Deep Belief Networks",
       facts=Facts((0.0, 6.0), saturates=True, can_die=True, reach=8.0, kinks=(0.0, 6.0))),
    _A("abs", _abs, _abs_slope, _abs_into, _abs_slope_into,
       formula="|z|", source="Jarrett et al. 2009", facts=Facts((0.0, _INF), kinks=(0.0,))),
    _A("square", _square, _square_slope, _square_into, _square_slope_into,
       slope_text="2*{z}", formula="z^2", source="Livni, Shalev-Shwartz and Shamir 2014",
       facts=Facts((0.0, _INF))),
    _A("gaussian", _gaussian, _gaussian_slope, _gaussian_into, _gaussian_slope_into,
       slope_text="(-2*{z}*{a})", formula="exp(-z^2)",
       source="Broomhead and Lowe 1988, radial basis functions",
       facts=Facts((0.0, 1.0), saturates=True)),
    _A("sin", _sin, _sin_slope, _sin_into, _sin_slope_into,
       slope_text="cos({z})", formula="sin(z)", source="Sitzmann et al. 2020",
       facts=Facts((-1.0, 1.0), reach=math.pi)),
    _A("step", step, None, step_into,
       formula="1 if z >= 0 else 0", source="McCulloch and Pitts 1943",
       facts=Facts((0.0, 1.0), saturates=True, kinks=(0.0,))),
)  # fmt: skip


def _checked(name: str, given: Any) -> Activation:
    if not isinstance(given, Activation):
        raise WrongTypeError(f"activation: got {given!r:.80}; expected an Activation")
    where = f"activation {name!r}"
    if given.trained and not ACTIVATIONS.is_shipped(name):
        raise InvalidValueError(
            f"{where}: got options that are trained; expected none in one's own"
        )
    value = guarded(given.value, f"{where} value")
    require_numbers(value, f"{where} value", ((z,) for z in (*WIDE, *FAR)))
    made = replace(given, name=name, value=value)
    values = [value(z) for z in WIDE]
    out = np.array(WIDE)
    made.array(out, out)  # in place, as the program does
    require_equal_forms(values, out, WIDE, f"{where} value")
    if given.slope is not None:
        slope = guarded(given.slope, f"{where} slope")
        made = replace(made, slope=slope)
        require_numbers(slope, f"{where} slope", ((z, value(z)) for z in (*WIDE, *FAR)))
        require_slope(value, lambda z: slope(z, value(z)), f"{where} slope")
        _require_array_slope(made, values, f"{where} slope")
    return made if made.facts is not None else replace(made, facts=measured(made))


def _require_array_slope(made: Activation, values: list[float], where: str) -> None:
    assert made.slope is not None
    assert made.array_slope is not None
    z, a, out = np.array(WIDE), np.array(values), np.empty(len(WIDE))
    made.array_slope(np.full_like(z, math.nan) if made.slope_from_output else z, a, out)
    slopes = [made.slope(*pair) for pair in zip(WIDE, values, strict=True)]
    crosses_zero = min(slopes) < 0.0 < max(slopes)  # near there, its terms cancel
    require_equal_forms(slopes, out, WIDE, where, np.abs(a) if crosses_zero else 0.0)
    try:
        made.slope_text.format(a="1", z="1")
    except (LookupError, ValueError) as error:
        raise InvalidValueError(
            f"{where}_text: got {made.slope_text!r}; expected a formula of {{a}} and {{z}}"
        ) from error


def measured(activation: Activation) -> Facts:
    """The facts of an activation, as far as a grid shows them."""
    f = activation.value
    unit_steps = [abs(f(z + 1.0) - f(z)) for z in map(float, range(-100, 100))]
    flat = 0.01 * max(unit_steps)
    saturates = unit_steps[0] <= flat and unit_steps[-1] <= flat
    values = [f(z) for z in WIDE]
    low, high = min(values), max(values)
    most = 1.5 * max(abs(low), abs(high))  # what goes on to grow is not bounded
    ends = [f(FAR[0]), f(FAR[-1])]
    range_ = (
        -math.inf if min(ends) < -most else min(low, *ends),
        math.inf if max(ends) > most else max(high, *ends),
    )
    near = (r for r in (3.0, 4.0, 5.0) if _is_reached(f, r, 0.01 * (high - low)))
    return Facts(
        range_,
        saturates=saturates,
        can_die=any(_is_dead(activation, sign) for sign in (-1.0, 1.0)),
        reach=next(near, 6.0) if saturates else 3.0,
        kinks=kinks_of(f),
    )


def _is_reached(f: Callable[[float], float], reach: float, gap: float) -> bool:
    return all(abs(f(sign * reach) - f(sign * 100.0)) <= gap for sign in (-1.0, 1.0))


def _is_dead(activation: Activation, sign: float) -> bool:
    f, g = activation.value, activation.slope
    side = [sign * 10.0 * k for k in range(1, 11)]
    return g is not None and all(f(z) == 0.0 and g(z, f(z)) == 0.0 for z in side)


ACTIVATIONS: VariantTable[Activation] = VariantTable(
    "activation", ((a.name, a) for a in _SHIPPED), check=_checked, also=(SOFTMAX,)
)
register_activation, unregister_activation = ACTIVATIONS.register, ACTIVATIONS.unregister
_SOFTMAX_FACTS = Facts((0.0, 1.0))


def facts_of(activation: str | Activation) -> Facts:
    """What is known of an activation, or of that of this name; softmax among them."""
    if activation == SOFTMAX:
        return _SOFTMAX_FACTS
    found = ACTIVATIONS[activation] if isinstance(activation, str) else activation
    return measured(found) if found.facts is None else found.facts
