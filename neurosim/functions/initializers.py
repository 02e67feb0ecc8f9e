"""Initializers: the values that weights (and biases) start from.

Each draws a matrix of (n_in, n_out), sources times targets, row by row, from the generator it is
given: a `numpy.random.Generator`, or a ``RandomState`` where a script that calls
``np.random.seed`` is to be reproduced bit for bit.
"""

import inspect
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from neurosim.by_fields import ByFields
from neurosim.errors import InvalidValueError, ShapeError, WrongTypeError
from neurosim.functions.numbers import require_array, require_number
from neurosim.functions.registry import Table
from neurosim.functions.users import errors_named

Matrix = NDArray[np.float64]
# by name, because asking NumPy for it would load numpy.random with every import of neurosim
Source: TypeAlias = "np.random.Generator | np.random.RandomState"


class Initializer(Protocol):
    """What the network asks of an initializer."""

    def draw(self, source: Source, n_in: int, n_out: int) -> Matrix:
        """A matrix of (n_in, n_out)."""
        ...


# what makes it, and the least and the most numbers it takes
Making = tuple[Callable[..., Initializer], int, int]


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Constant(ByFields):
    """Every value the same."""

    value: float

    def draw(self, source: Source, n_in: int, n_out: int) -> Matrix:  # noqa: ARG002 - the protocol's
        """A matrix of (n_in, n_out)."""
        return np.full((n_in, n_out), float(self.value))


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Uniform(ByFields):
    """U(low, high)."""

    low: float
    high: float

    def __post_init__(self) -> None:
        _require_numbers(self)
        if not self.low <= self.high:
            raise InvalidValueError(
                f"uniform: low is above high, got [{self.low!r}, {self.high!r}];"
                " expected low <= high"
            )

    def draw(self, source: Source, n_in: int, n_out: int) -> Matrix:
        """A matrix of (n_in, n_out)."""
        return np.asarray(source.uniform(self.low, self.high, (n_in, n_out)))


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Normal(ByFields):
    """N(mean, deviation^2)."""

    mean: float = 0.0
    deviation: float = 1.0

    def __post_init__(self) -> None:
        _require_numbers(self)
        if self.deviation < 0.0:
            raise InvalidValueError(
                f"normal: negative deviation, got {self.deviation!r}; expected a number >= 0"
            )

    def draw(self, source: Source, n_in: int, n_out: int) -> Matrix:
        """A matrix of (n_in, n_out)."""
        return np.asarray(source.normal(self.mean, self.deviation, (n_in, n_out)))


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class VarianceScaled(ByFields):
    """Uniform or normal, its spread chosen from the numbers of sources and targets.

    The variance is ``gain / fan``, where ``fan(n_in, n_out)`` is the rule's.
    """

    gain: float
    fan: Callable[[int, int], float]
    is_uniform: bool

    def draw(self, source: Source, n_in: int, n_out: int) -> Matrix:
        """A matrix of (n_in, n_out)."""
        deviation = math.sqrt(self.gain / self.fan(n_in, n_out))
        if self.is_uniform:
            bound = math.sqrt(3.0) * deviation
            return np.asarray(source.uniform(-bound, bound, (n_in, n_out)))
        return np.asarray(source.normal(0.0, deviation, (n_in, n_out)))


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Orthogonal(ByFields):
    """Orthonormal columns or rows, whichever are fewer, times gain.

    Source: Saxe, McClelland and Ganguli 2014.
    """

    gain: float = 1.0

    def __post_init__(self) -> None:
        _require_numbers(self)

    def draw(self, source: Source, n_in: int, n_out: int) -> Matrix:
        """A matrix of (n_in, n_out)."""
        tall = source.normal(0.0, 1.0, (max(n_in, n_out), min(n_in, n_out)))
        q, r = np.linalg.qr(tall)
        q = self.gain * q * np.sign(np.diag(r))  # the sign makes it uniform (Mezzadri 2007)
        return np.ascontiguousarray(q if n_in >= n_out else q.T)


def _require_numbers(initializer: Any) -> None:
    for field in fields(initializer):
        where = f"{type(initializer).__name__}({field.name}=)"
        number = require_number(getattr(initializer, field.name), where)
        object.__setattr__(initializer, field.name, number)


def _mean_fan(n_in: int, n_out: int) -> float:
    return (n_in + n_out) / 2.0


def _fan_in(n_in: int, _n_out: int) -> float:
    return float(n_in)


def draw(initializer: Initializer, source: Source, shape: tuple[int, int], where: str) -> Matrix:
    """What the initializer draws, (n_in, n_out), checked, because it may be a user's.

    Raises:
        InvalidValueError: it fails, or draws a number that is not finite.
        ShapeError: it draws another shape.
    """
    with errors_named(f"{where}: {initializer!r}", "draw(source, n_in, n_out) of finite numbers"):
        drawn = require_array(initializer.draw(source, *shape), where)
    if drawn.shape != shape:
        raise ShapeError(
            f"{where}: {initializer!r} drew a wrong shape, got {drawn.shape}; expected {shape}"
        )
    return drawn


def draw_each(initializer: Initializer, sources: Iterable[Source], where: str) -> list[float]:
    """One number from each source, checked at once.

    Raises:
        InvalidValueError, ShapeError: as `draw`.
    """
    with errors_named(f"{where}: {initializer!r}", "draw(source, n_in, n_out) of finite numbers"):
        drawn = require_array([initializer.draw(source, 1, 1) for source in sources], where)
    if drawn.shape[1:] != (1, 1):
        raise ShapeError(
            f"{where}: {initializer!r} drew a wrong shape, got {drawn.shape[1:]}; expected (1, 1)"
        )
    values: list[float] = drawn.ravel().tolist()
    return values


def make_initializer(given: object, *numbers: float) -> Initializer:
    """The initializer of a name and its numbers, or an initializer itself; Xavier for None.

    >>> make_initializer("uniform", 0.0, 1.0)
    Uniform(low=0.0, high=1.0)

    Raises:
        UnknownNameError: no initializer has that name.
        InvalidValueError: the numbers are not those that it takes, or not finite.
        WrongTypeError: one of them is no number.
    """
    given = "xavier_uniform" if given is None else given
    if isinstance(given, type):
        raise WrongTypeError(
            f"initializer: got the class {given.__name__}; expected an instance of it"
        )
    if not isinstance(given, str):
        if not hasattr(given, "draw"):
            raise WrongTypeError(
                f"initializer: got {given!r}; expected a name like 'xavier_uniform'"
            )
        return given
    make, least, most = INITIALIZERS[given]
    if not least <= len(numbers) <= most:
        expected = f"{least}" if least == most else f"{least} to {most}"
        raise InvalidValueError(
            f"initializer {given!r}: got {list(numbers)!r}; expected {expected} finite numbers"
        )
    return make(*(require_number(number, f"initializer {given!r}") for number in numbers))


def _scaled(
    gain: float, fan: Callable[[int, int], float], is_uniform: bool
) -> Callable[[], VarianceScaled]:
    return lambda: VarianceScaled(gain, fan, is_uniform)


_XAVIER = _scaled(1.0, _mean_fan, is_uniform=True)  # Glorot and Bengio 2010, equation 16
_HE = _scaled(2.0, _fan_in, is_uniform=True)  # He, Zhang, Ren and Sun 2015, equation 10

_SHIPPED: dict[str, Making] = {
    "zeros": (lambda: Constant(0.0), 0, 0),
    "constant": (Constant, 1, 1),
    "uniform": (Uniform, 2, 2),
    "normal": (Normal, 0, 2),
    "xavier": (_XAVIER, 0, 0),
    "xavier_uniform": (_XAVIER, 0, 0),
    "xavier_normal": (_scaled(1.0, _mean_fan, is_uniform=False), 0, 0),
    "he": (_HE, 0, 0),
    "he_uniform": (_HE, 0, 0),
    "he_normal": (_scaled(2.0, _fan_in, is_uniform=False), 0, 0),
    "lecun": (_scaled(1.0, _fan_in, is_uniform=False), 0, 0),  # LeCun et al. 1998, equation 16
    "orthogonal": (Orthogonal, 0, 1),
}


def _checked(name: str, given: Any) -> Making:
    where = f"initializer {name!r}"
    if hasattr(given, "draw") and not isinstance(given, type):
        making: Making = (lambda: given, 0, 0)
    elif callable(given):
        options = inspect.signature(given).parameters.values()
        least = sum(option.default is option.empty for option in options)
        making = (given, least, len(options))
    else:
        raise WrongTypeError(f"{where}: got {given!r:.80}; expected a class with a method draw")
    with errors_named(where, "one that can be made of numbers"):
        made = making[0](*([1.0] * making[1]))
    draw(made, np.random.default_rng(0), (3, 2), where)
    return making


INITIALIZERS = Table("initializer", _SHIPPED.items(), check=_checked)
register_initializer, unregister_initializer = INITIALIZERS.register, INITIALIZERS.unregister
