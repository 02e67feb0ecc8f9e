"""Optimizers: how a parameter moves, given its gradient. The rules and defaults are PyTorch's.

An optimizer is a frozen description; what it remembers between updates (momentum, running means)
is the training state's, an array ``memory`` of (slots, n_parameters). So one object may serve
several runs, and a run can be stopped and gone on with.

Each rule has two forms: ``scalar`` for one parameter (the walk), and ``array`` for all of
them in place (the compiled program). The first is written out by `arithmetic`, from its source.
``count`` is the number of this update, from 1. ``rate`` is the learning rate of this
moment: the trainer gives it, so that it may change.
"""

import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import lru_cache, partial
from typing import Any, ClassVar, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from neurosim.by_fields import ByFields
from neurosim.errors import InvalidValueError, WrongTypeError, unknown
from neurosim.functions.numbers import require_number
from neurosim.functions.registry import Table
from neurosim.functions.users import errors_named

Array = NDArray[Any]
Memory = tuple[float, ...]
After = tuple[float, Memory]  # the parameter and its memory after an update


class Optimizer(Protocol):
    """What training and printing ask of an optimizer.

    ``start`` is its memory of one parameter at first, ``remembers`` what the slots are called, and
    ``pushes`` which of them move the parameter (the others only scale the step).
    """

    name: ClassVar[str]
    start: ClassVar[Memory]
    remembers: ClassVar[tuple[str, ...]]
    pushes: ClassVar[tuple[bool, ...]]

    @property
    def learning_rate(self) -> float:
        """The step size at the start."""
        ...

    def scalar(self, w: float, g: float, memory: Memory, count: int, rate: float) -> After:
        """The parameter and its memory after one update."""
        ...

    def array(self, w: Array, g: Array, memory: Array, count: int, rate: float) -> None:
        """Update all parameters and their memory in place."""
        ...


_FRACTIONS = ("alpha", "beta1", "beta2", "eta_minus", "momentum", "rho")  # options below 1


class _Rule(ByFields):
    """A rule whose options are checked when it is made."""

    __slots__ = ()

    def __new__(cls, *_: object, **options: object) -> Self:
        """The rule before it has its options: their names are known."""
        known = _options_of(cls)  # type: ignore[arg-type] # a class has a hash
        for name in options:
            if name not in known:
                raise WrongTypeError(f"{cls.__name__}: {unknown('option', name, known)}")
        return super().__new__(cls)

    def __post_init__(self) -> None:
        for name in _options_of(type(self)):  # type: ignore[arg-type] # likewise
            where = f"{type(self).__name__}({name}=)"
            check = _require_bool if name == "nesterov" else _require_option
            object.__setattr__(self, name, check(getattr(self, name), where, name))


@lru_cache(maxsize=64)
def _options_of(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _require_bool(value: object, where: str, _name: str) -> bool:
    if not isinstance(value, bool):
        raise WrongTypeError(f"{where}: got {value!r}; expected True or False")
    return value


def _require_option(value: object, where: str, name: str) -> float:
    number, most = require_number(value, where), 1.0 if name in _FRACTIONS else math.inf
    if not 0.0 <= number < most:
        raise InvalidValueError(
            f"{where}: out of range, got {value!r}; expected 0 <= {name} < {most:g}"
        )
    return number


def _ratio(above: float, below: float) -> float:
    # without an epsilon, nothing over nothing is NaN, as it is for arrays
    return above / below if below != 0.0 else above * math.inf


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class SGD(_Rule):
    """Gradient descent: v = momentum v + g, w = w - rate v; Nesterov: w - rate (g + momentum v).

    Source: Sutskever, Martens, Dahl and Hinton 2013, in PyTorch's form (the rate outside of v).
    """

    learning_rate: float
    momentum: float = 0.0
    nesterov: bool = False

    name: ClassVar[str] = "sgd"
    start: ClassVar[Memory] = (0.0,)
    remembers: ClassVar[tuple[str, ...]] = ("v",)
    pushes: ClassVar[tuple[bool, ...]] = (True,)

    def __post_init__(self) -> None:
        _Rule.__post_init__(self)
        if self.nesterov and self.momentum == 0.0:
            raise InvalidValueError(
                "SGD(nesterov=True): there is no momentum, got momentum=0; expected momentum > 0"
            )

    def scalar(self, w: float, g: float, memory: Memory, count: int, rate: float) -> After:
        """One parameter's update."""
        if self.momentum == 0.0:
            return w - rate * g, memory
        v = self.momentum * memory[0] + g
        return w - rate * (g + self.momentum * v if self.nesterov else v), (v,)

    def array(self, w: Array, g: Array, memory: Array, count: int, rate: float) -> None:
        """All parameters' update, in place."""
        if self.momentum == 0.0:
            np.subtract(w, rate * g, out=w)
            return
        (v,) = memory
        v *= self.momentum
        v += g
        np.subtract(w, rate * (g + self.momentum * v if self.nesterov else v), out=w)


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Perceptron(_Rule):
    """The perceptron rule of outputs y = step(z): w = w + rate (t - y) x, b = b + rate (t - y).

    As step has no slope, the loss is half_squared_error with delta = y - t; g is delta x.
    Source: Rosenblatt 1958; row by row it is scikit-learn's ``Perceptron``.
    """

    learning_rate: float = 1.0

    name: ClassVar[str] = "perceptron"
    start: ClassVar[Memory] = SGD.start  # unused, as SGD's is without momentum
    remembers: ClassVar[tuple[str, ...]] = SGD.remembers
    pushes: ClassVar[tuple[bool, ...]] = SGD.pushes

    def scalar(self, w: float, g: float, memory: Memory, count: int, rate: float) -> After:
        """One parameter's update."""
        return w - rate * g, memory

    def array(self, w: Array, g: Array, memory: Array, count: int, rate: float) -> None:
        """All parameters' update, in place."""
        np.subtract(w, rate * g, out=w)


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class RMSprop(_Rule):
    """s = alpha s + (1 - alpha) g^2, w = w - rate g / (sqrt(s) + epsilon).

    Source: Hinton 2012, lecture 6e of Neural Networks for Machine Learning.
    """

    learning_rate: float = 0.01
    alpha: float = 0.99
    epsilon: float = 1e-8

    name: ClassVar[str] = "rmsprop"
    start: ClassVar[Memory] = (0.0,)
    remembers: ClassVar[tuple[str, ...]] = ("s",)
    pushes: ClassVar[tuple[bool, ...]] = (False,)

    def scalar(self, w: float, g: float, memory: Memory, count: int, rate: float) -> After:
        """One parameter's update."""
        s = self.alpha * memory[0] + (1.0 - self.alpha) * g * g
        return w - _ratio(rate * g, math.sqrt(s) + self.epsilon), (s,)

    def array(self, w: Array, g: Array, memory: Array, count: int, rate: float) -> None:
        """All parameters' update, in place."""
        (s,) = memory
        s *= self.alpha
        s += (1.0 - self.alpha) * g * g
        w -= rate * g / (np.sqrt(s) + self.epsilon)


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Adagrad(_Rule):
    """s = s + g^2, w = w - rate g / (sqrt(s) + epsilon). Source: Duchi, Hazan and Singer 2011."""

    learning_rate: float = 0.01
    epsilon: float = 1e-10

    name: ClassVar[str] = "adagrad"
    start: ClassVar[Memory] = (0.0,)
    remembers: ClassVar[tuple[str, ...]] = ("s",)
    pushes: ClassVar[tuple[bool, ...]] = (False,)

    def scalar(self, w: float, g: float, memory: Memory, count: int, rate: float) -> After:
        """One parameter's update."""
        s = memory[0] + g * g
        return w - _ratio(rate * g, math.sqrt(s) + self.epsilon), (s,)

    def array(self, w: Array, g: Array, memory: Array, count: int, rate: float) -> None:
        """All parameters' update, in place."""
        (s,) = memory
        s += g * g
        w -= rate * g / (np.sqrt(s) + self.epsilon)


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Adadelta(_Rule):
    """s = rho s + (1 - rho) g^2, step = g sqrt(d + epsilon) / sqrt(s + epsilon), w = w - rate step.

    d is the mean of the steps' squares, as s is of the gradients'. Source: Zeiler 2012, algorithm
    1, with PyTorch's rate.
    """

    learning_rate: float = 1.0
    rho: float = 0.9
    epsilon: float = 1e-6

    name: ClassVar[str] = "adadelta"
    start: ClassVar[Memory] = (0.0, 0.0)
    remembers: ClassVar[tuple[str, ...]] = ("s", "d")
    pushes: ClassVar[tuple[bool, ...]] = (False, False)

    def scalar(self, w: float, g: float, memory: Memory, count: int, rate: float) -> After:
        """One parameter's update."""
        s = self.rho * memory[0] + (1.0 - self.rho) * g * g
        step = _ratio(math.sqrt(memory[1] + self.epsilon), math.sqrt(s + self.epsilon)) * g
        d = self.rho * memory[1] + (1.0 - self.rho) * step * step
        return w - rate * step, (s, d)

    def array(self, w: Array, g: Array, memory: Array, count: int, rate: float) -> None:
        """All parameters' update, in place."""
        s, d = memory
        _mean_square(s, self.rho, g)
        step = np.sqrt(d + self.epsilon) / np.sqrt(s + self.epsilon) * g
        _mean_square(d, self.rho, step)
        w -= rate * step


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Rprop(_Rule):
    """Each parameter moves by a step of its own, against the sign of g, whatever its size.

    The step begins at the rate; it is multiplied by ``eta_plus`` while g keeps its sign and by
    ``eta_minus`` where it turns, and then the parameter stays for one update. It is for full
    batches. Source: Riedmiller and Braun 1993, as in PyTorch (Rprop- of Igel and Huesken 2000).
    """

    learning_rate: float = 0.01
    eta_minus: float = 0.5
    eta_plus: float = 1.2
    least_step: float = 1e-6
    most_step: float = 50.0

    name: ClassVar[str] = "rprop"
    start: ClassVar[Memory] = (0.0, 0.0)  # a step of 0 has not begun
    remembers: ClassVar[tuple[str, ...]] = ("previous", "step")
    pushes: ClassVar[tuple[bool, ...]] = (False, False)

    def __post_init__(self) -> None:
        _Rule.__post_init__(self)
        if self.eta_plus < 1.0:
            raise InvalidValueError(
                f"Rprop(eta_plus=): out of range, got {self.eta_plus!r}; expected eta_plus >= 1"
            )
        if self.most_step < self.least_step:
            raise InvalidValueError(
                f"Rprop(most_step=): got {self.most_step!r} below least_step={self.least_step!r};"
                " expected most_step >= least_step"
            )

    def scalar(self, w: float, g: float, memory: Memory, count: int, rate: float) -> After:
        """One parameter's update."""
        turn = g * memory[0]
        begun = memory[1] if memory[1] > 0.0 else rate
        eta = self.eta_plus if turn > 0.0 else self.eta_minus if turn < 0.0 else 1.0
        step = max(min(begun * eta, self.most_step), self.least_step)
        previous = 0.0 if turn < 0.0 else g
        after = w - step if previous > 0.0 else w + step if previous < 0.0 else w
        return after, (previous, step)

    def array(self, w: Array, g: Array, memory: Array, count: int, rate: float) -> None:
        """All parameters' update, in place."""
        previous, step = memory
        turn = g * previous
        np.copyto(step, rate, where=~(step > 0.0))
        step *= np.where(turn > 0.0, self.eta_plus, np.where(turn < 0.0, self.eta_minus, 1.0))
        np.clip(step, self.least_step, self.most_step, out=step)
        previous[...] = np.where(turn < 0.0, 0.0, g)
        w -= np.sign(previous) * step


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Adam(_Rule):
    """Means m of g and s of g^2, both corrected for their start: w = w - rate m' / (sqrt(s') + e).

    Source: Kingma and Ba 2015, algorithm 1.
    """

    learning_rate: float = 0.001
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8

    name: ClassVar[str] = "adam"
    start: ClassVar[Memory] = (0.0, 0.0)
    remembers: ClassVar[tuple[str, ...]] = ("m", "s")
    pushes: ClassVar[tuple[bool, ...]] = (True, False)

    def scalar(self, w: float, g: float, memory: Memory, count: int, rate: float) -> After:
        """One parameter's update."""
        m = self.beta1 * memory[0] + (1.0 - self.beta1) * g
        s = self.beta2 * memory[1] + (1.0 - self.beta2) * g * g
        below = math.sqrt(s) / math.sqrt(1.0 - self.beta2**count) + self.epsilon
        return w - _ratio(rate / (1.0 - self.beta1**count) * m, below), (m, s)

    def array(self, w: Array, g: Array, memory: Array, count: int, rate: float) -> None:
        """All parameters' update, in place."""
        m, s = memory
        _mean(m, self.beta1, g)
        _mean_square(s, self.beta2, g)
        below = np.sqrt(s) / math.sqrt(1.0 - self.beta2**count) + self.epsilon
        w -= rate / (1.0 - self.beta1**count) * m / below


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class SklearnAdam(Adam):
    """Adam as scikit-learn computes it: the epsilon is added before the correction of s.

    Source: scikit-learn's ``AdamOptimizer``, of which it has the bits.
    """

    name: ClassVar[str] = "sklearn_adam"

    def scalar(self, w: float, g: float, memory: Memory, count: int, rate: float) -> After:
        """One parameter's update."""
        m = self.beta1 * memory[0] + (1.0 - self.beta1) * g
        s = self.beta2 * memory[1] + (1.0 - self.beta2) * (g * g)
        step = rate * math.sqrt(1.0 - self.beta2**count) / (1.0 - self.beta1**count)
        return w - _ratio(step * m, math.sqrt(s) + self.epsilon), (m, s)

    def array(self, w: Array, g: Array, memory: Array, count: int, rate: float) -> None:
        """All parameters' update, in place."""
        m, s = memory
        _mean(m, self.beta1, g)
        _mean(s, self.beta2, g * g)
        step = rate * math.sqrt(1.0 - self.beta2**count) / (1.0 - self.beta1**count)
        w -= step * m / (np.sqrt(s) + self.epsilon)


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class KerasAdam(Adam):
    """Adam as Keras computes it: as scikit-learn's, with means that move by a difference.

    Source: ``keras.optimizers.Adam`` of Keras 3, of which it has the bits in float64.
    """

    epsilon: float = 1e-7

    name: ClassVar[str] = "keras_adam"

    def scalar(self, w: float, g: float, memory: Memory, count: int, rate: float) -> After:
        """One parameter's update."""
        m = memory[0] + (g - memory[0]) * (1.0 - self.beta1)
        s = memory[1] + (g * g - memory[1]) * (1.0 - self.beta2)
        step = rate * math.sqrt(1.0 - self.beta2**count) / (1.0 - self.beta1**count)
        return w - _ratio(m * step, math.sqrt(s) + self.epsilon), (m, s)

    def array(self, w: Array, g: Array, memory: Array, count: int, rate: float) -> None:
        """All parameters' update, in place."""
        m, s = memory
        m += (g - m) * (1.0 - self.beta1)
        s += (g * g - s) * (1.0 - self.beta2)
        step = rate * math.sqrt(1.0 - self.beta2**count) / (1.0 - self.beta1**count)
        w -= m * step / (np.sqrt(s) + self.epsilon)


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class AdamW(Adam):
    """Adam after the parameters, biases included, have shrunk by rate * weight_decay.

    Source: Loshchilov and Hutter 2019, algorithm 2, as in PyTorch.
    """

    weight_decay: float = 0.01

    name: ClassVar[str] = "adamw"

    def _adam(self) -> Adam:
        return Adam(self.learning_rate, self.beta1, self.beta2, self.epsilon)

    def scalar(self, w: float, g: float, memory: Memory, count: int, rate: float) -> After:
        """One parameter's update."""
        w *= 1.0 - rate * self.weight_decay
        return self._adam().scalar(w, g, memory, count, rate)

    def array(self, w: Array, g: Array, memory: Array, count: int, rate: float) -> None:
        """All parameters' update, in place."""
        w *= 1.0 - rate * self.weight_decay
        self._adam().array(w, g, memory, count, rate)


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Adamax(_Rule):
    """Adam with the largest |g|, decaying, in place of the mean square.

    Source: Kingma and Ba 2015, algorithm 2.
    """

    learning_rate: float = 0.002
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8

    name: ClassVar[str] = "adamax"
    start: ClassVar[Memory] = (0.0, 0.0)
    remembers: ClassVar[tuple[str, ...]] = ("m", "u")
    pushes: ClassVar[tuple[bool, ...]] = (True, False)

    def scalar(self, w: float, g: float, memory: Memory, count: int, rate: float) -> After:
        """One parameter's update."""
        m = self.beta1 * memory[0] + (1.0 - self.beta1) * g
        u = max(abs(g) + self.epsilon, self.beta2 * memory[1])  # this way round, NaN stays NaN
        return w - _ratio(rate / (1.0 - self.beta1**count) * m, u), (m, u)

    def array(self, w: Array, g: Array, memory: Array, count: int, rate: float) -> None:
        """All parameters' update, in place."""
        m, u = memory
        _mean(m, self.beta1, g)
        np.maximum(self.beta2 * u, np.abs(g) + self.epsilon, out=u)
        w -= rate / (1.0 - self.beta1**count) * m / u


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class NAdam(_Rule):
    """Adam with Nesterov's look ahead; its third memory is the product of the momenta so far.

    Source: Dozat 2016, with PyTorch's momentum decay.
    """

    learning_rate: float = 0.002
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    momentum_decay: float = 0.004

    name: ClassVar[str] = "nadam"
    start: ClassVar[Memory] = (0.0, 0.0, 1.0)
    remembers: ClassVar[tuple[str, ...]] = ("m", "s", "product")
    pushes: ClassVar[tuple[bool, ...]] = (True, False, False)

    def _momentum(self, count: int) -> float:
        momentum: float = self.beta1 * (1.0 - 0.5 * 0.96 ** (count * self.momentum_decay))
        return momentum

    def scalar(self, w: float, g: float, memory: Memory, count: int, rate: float) -> After:
        """One parameter's update."""
        mu, ahead = self._momentum(count), self._momentum(count + 1)
        product = memory[2] * mu
        m = self.beta1 * memory[0] + (1.0 - self.beta1) * g
        s = self.beta2 * memory[1] + (1.0 - self.beta2) * g * g
        below = math.sqrt(s / (1.0 - self.beta2**count)) + self.epsilon
        now = _ratio(rate * (1.0 - mu) / (1.0 - product) * g, below)
        then = _ratio(rate * ahead / (1.0 - product * ahead) * m, below)
        return w - now - then, (m, s, product)

    def array(self, w: Array, g: Array, memory: Array, count: int, rate: float) -> None:
        """All parameters' update, in place."""
        m, s, product = memory
        mu, ahead = self._momentum(count), self._momentum(count + 1)
        product *= mu
        _mean(m, self.beta1, g)
        _mean_square(s, self.beta2, g)
        below = np.sqrt(s / (1.0 - self.beta2**count)) + self.epsilon
        w -= rate * (1.0 - mu) / (1.0 - product) * g / below
        w -= rate * ahead / (1.0 - product * ahead) * m / below


def _mean(m: Array, beta: float, g: Array) -> None:
    m *= beta
    m += (1.0 - beta) * g


def _mean_square(s: Array, beta: float, g: Array) -> None:
    s *= beta
    s += (1.0 - beta) * g * g


def require_optimizer_memory(optimizer: Optimizer, memory: Array) -> None:
    """Refuse a memory that no update can have left: a mean or a sum of squares is not negative.

    Raises:
        InvalidValueError: it is.
    """
    if type(optimizer) not in _SHIPPED_KINDS:
        return
    for name, numbers in zip(optimizer.remembers, memory, strict=True):
        if name in _SQUARES and (numbers < 0.0).any():
            raise InvalidValueError(
                f"memory: got {float(numbers.min())!r} in {name!r} of {optimizer.name};"
                " expected means of squares, none of them negative"
            )


_SQUARES = frozenset({"s", "d"})
SHIPPED: dict[str, Callable[..., Optimizer]] = {
    kind.name: kind
    for kind in (
        SGD, RMSprop, Adagrad, Adadelta, Rprop, Adam, AdamW, Adamax, NAdam, SklearnAdam, KerasAdam,
        Perceptron,
    )
}  # fmt: skip
_SHIPPED_KINDS = frozenset(SHIPPED.values())
_PROTOCOL = ("name", "start", "remembers", "pushes", "scalar")


def _checked(name: str, given: Any) -> Callable[..., Optimizer]:
    where = f"optimizer {name!r}"
    missing = [part for part in _PROTOCOL if not hasattr(given, part)]
    if not isinstance(given, type) or missing:
        lacks = f" without {', '.join(missing)}" if isinstance(given, type) else ""
        raise WrongTypeError(
            f"{where}: got {given!r:.80}{lacks}; expected a class such as neurosim.SGD"
        )
    kind: Any = given
    if kind.name != name:
        raise InvalidValueError(
            f"{where}: got the name {kind.name!r} in its class; expected both alike"
        )
    try:
        rule = kind(learning_rate=0.125)
    except TypeError as error:
        raise WrongTypeError(f"{where}: got {error}; expected options with defaults") from error
    _require_equal_rules(require_optimizer(rule), where)
    made: Callable[..., Optimizer] = kind
    return made


def _require_equal_rules(rule: Optimizer, where: str) -> None:
    """Refuse a rule whose two forms part in three updates: they may sum in another order."""
    w = np.array([0.5, -1.25, 3.0, 0.0])
    memory = np.repeat(np.array(rule.start, dtype=float)[:, None], len(w), 1)
    one_by_one = [(float(x), tuple(rule.start)) for x in w]
    array = array_rule(rule)
    for count, scale in enumerate((1.0, -0.5, 2.0), start=1):
        g = scale * np.array([0.75, 0.01, -2.0, 1e-3])
        with errors_named(where, "scalar(w, g, memory, count, rate) -> (w, memory)"):
            one_by_one = [
                rule.scalar(x, float(slope), kept, count, 0.125)
                for (x, kept), slope in zip(one_by_one, g, strict=True)
            ]
            array(w, g.copy(), memory, count, 0.125)
        expected = np.array([x for x, _ in one_by_one])
        if not (np.abs(w - expected) <= 1e-12 * np.maximum(1.0, np.abs(expected))).all():
            raise InvalidValueError(
                f"{where}: the array form differs in update {count}, got {w.tolist()!r};"
                f" expected {expected.tolist()!r}, which the form for numbers gives"
            )


OPTIMIZERS = Table("optimizer", SHIPPED.items(), check=_checked)
register_optimizer, unregister_optimizer = OPTIMIZERS.register, OPTIMIZERS.unregister


def array_rule(rule: Optimizer) -> Callable[[Array, Array, Array, int, float], None]:
    """The array form of a rule, in place; parameter by parameter where it has none of its own.

    Where a subclass overrides ``scalar`` alone, the array form it inherits is of another rule.
    """
    given = getattr(rule, "array", None)
    is_stale = _depth(rule, "scalar") < _depth(rule, "array")
    return partial(_lifted, rule) if given is None or is_stale else given


def array_rule_of_rates(rule: Optimizer) -> Callable[[Array, Array, Array, int, Any], None]:
    """The array form for an array of rates; that of a user's may take one rate only."""
    return array_rule(rule) if type(rule) in SHIPPED.values() else partial(_lifted, rule)


def _depth(rule: object, method: str) -> int:
    """How far up its classes a rule's method is defined; 0 where it is the object's own."""
    places = [getattr(rule, "__dict__", {}), *(kind.__dict__ for kind in type(rule).__mro__)]
    return next((i for i, names in enumerate(places) if method in names), len(places))


def _lifted(  # noqa: PLR0917 - the array form with its rule
    rule: Optimizer, w: Array, g: Array, memory: Array, count: int, rate: Any
) -> None:
    columns, rates = memory.T.tolist(), np.broadcast_to(rate, w.shape).tolist()
    for i, (before, slope) in enumerate(zip(w.tolist(), g.tolist(), strict=True)):
        w[i], memory[:, i] = rule.scalar(before, slope, tuple(columns[i]), count, rates[i])


def make_optimizer(given: object, learning_rate: object = None) -> object:
    """The optimizer of a name, with this learning rate if one is given; an object as it is.

    >>> make_optimizer("adam", 0.01).learning_rate
    0.01

    Raises:
        WrongTypeError: no optimizer has the name; it needs a learning rate, or an object that has
            its own is given another one.
    """
    if not isinstance(given, str):
        if learning_rate is not None:
            raise WrongTypeError(
                f"learning_rate: got {learning_rate!r:.80} beside {given!r:.80}, which has its own;"
                " expected the name of an optimizer, or the rate inside of the object"
            )
        return given
    if given not in OPTIMIZERS:
        raise WrongTypeError(unknown("optimizer", given, OPTIMIZERS))
    make: Any = OPTIMIZERS[given]
    if learning_rate is not None:
        return make(learning_rate=learning_rate)
    rate = inspect.signature(make).parameters.get("learning_rate")
    if rate is not None and rate.default is inspect.Parameter.empty:
        raise WrongTypeError(
            f"optimizer {given!r}: got no learning rate; expected learning_rate=0.1 beside it"
        )
    return make()


def require_optimizer(optimizer: object) -> Optimizer:
    """The optimizer itself, or a WrongTypeError where it is none."""
    optimizer = make_optimizer(optimizer)
    rule: Any = optimizer
    if type(rule) in _SHIPPED_KINDS:  # it was checked when it was made
        shipped: Optimizer = rule
        return shipped
    parts = (*_PROTOCOL, "learning_rate")
    if isinstance(optimizer, type) or not all(hasattr(optimizer, part) for part in parts):
        raise WrongTypeError(
            f"optimizer: not an optimizer, got {optimizer!r}; expected one like"
            " neurosim.SGD(learning_rate=0.5)"
        )
    if type(optimizer).__hash__ is None:  # programs are kept by it
        raise WrongTypeError(
            f"optimizer: got {optimizer!r:.80}, which may change; expected a frozen dataclass"
        )
    found: Optimizer = rule
    if _depth(rule, "array") < _depth(rule, "scalar"):  # it may be of another rule
        _require_equal_rules(found, f"optimizer {type(rule).__name__}")
    return found
