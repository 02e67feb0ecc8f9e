"""Functions that users write: guarded, lifted over arrays, and checked against each other.

A user's function takes and gives floats. `Guarded` makes it total where the shipped functions are:
NaN passes through, and an overflow is infinite. `Lifted` is its array form where none is given.
The checks hold it to what the tests hold the shipped tables to.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurosim.by_fields import ByFields
from neurosim.errors import InvalidValueError, NeurosimError, WrongTypeError

NumberFunction = Callable[..., float]
POINTS = tuple(k / 16.0 for k in range(-64, 65))  # [-4, 4]
WIDE = (*POINTS, *(float(z) for z in range(-100, 101)))
FAR = (-1e12, -1e6, -1e3, 1e3, 1e6, 1e12)
_MOST_KINKS = 8
_H = 2.0**-20  # exact, and small enough that only a kink makes its two sides differ
_ONE_SIDED, _CENTRAL = 1e-3, 1e-6  # relative; h f''/2 and eps |f|/h stay well below


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Guarded(ByFields):
    """A user's function of numbers, with a float or NaN or infinity for any floats.

    The sign of an overflow is that of the value where every argument is cut to [-100, 100].
    """

    function: NumberFunction

    def __call__(self, *arguments: float) -> float:
        """The value."""
        if any(math.isnan(x) for x in arguments):
            return math.nan
        try:
            return float(self.function(*arguments))
        except OverflowError:
            near = self.function(*(max(-100.0, min(x, 100.0)) for x in arguments))
            return -math.inf if near < 0.0 else math.inf
        except (ArithmeticError, ValueError):
            if all(map(math.isfinite, arguments)):
                raise
            return math.nan


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Lifted(ByFields):
    """A function of numbers as one of arrays, element by element; writes into the last."""

    function: NumberFunction

    def __call__(self, *arrays: NDArray[Any]) -> None:
        """Fill the last array."""
        *given, out = arrays
        values = map(self.function, *(array.ravel().tolist() for array in given))
        out[...] = np.fromiter(values, np.float64, out.size).reshape(out.shape)


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Mapped(ByFields):
    """A function of numbers as one of arrays, element by element; returns a new one."""

    function: NumberFunction

    def __call__(self, *arrays: NDArray[Any]) -> NDArray[Any]:
        """The array of values."""
        out = np.empty_like(arrays[0])
        Lifted(self.function)(*arrays, out)
        return out


def _missing(*_arguments: Any) -> float:
    raise AssertionError("an array form that was not lifted")


NOT_LIFTED, NOT_MAPPED = Lifted(_missing), Mapped(_missing)  # until `lift_forms`


def lift_forms(
    record: object,
    lift: type[Lifted] | type[Mapped],
    **functions: NumberFunction | None,
) -> None:
    """Make the array forms that a frozen record was not given of its functions of numbers."""
    for form, function in functions.items():
        given = getattr(record, form)
        if function is not None and (given is None or isinstance(given, lift)):
            object.__setattr__(record, form, lift(function))


@contextmanager
def errors_named(where: str, expected: str) -> Iterator[None]:
    """Make whatever a user's function raises inside an InvalidValueError, with its place."""
    try:
        yield
    except NeurosimError:
        raise
    except Exception as error:
        raise InvalidValueError(
            f"{where}: raises {type(error).__name__}, got {error}; expected {expected}"
        ) from error


def guarded(function: object, where: str) -> Guarded:
    """The function, guarded once.

    Raises:
        WrongTypeError: it cannot be called.
    """
    if isinstance(function, Guarded):
        return function
    if not callable(function):
        raise WrongTypeError(f"{where}: got {function!r:.80}; expected a function")
    return Guarded(function)


def kinks_of(value: NumberFunction) -> tuple[float, ...]:
    """The points of the grid on [-4, 4] where left and right difference disagree."""
    return tuple(z for z in POINTS if _is_kink(*_sides(value, z)))


def _sides(value: NumberFunction, z: float) -> tuple[float, float]:
    here = value(z)
    return (here - value(z - _H)) / _H, (value(z + _H) - here) / _H


def _is_kink(left: float, right: float) -> bool:
    return not abs(left - right) <= _ONE_SIDED * max(1.0, abs(left), abs(right))


def require_numbers(function: Guarded, where: str, arguments: Iterable[tuple[float, ...]]) -> None:
    """Refuse a function that raises, or gives NaN, or no real number, at one of these arguments."""
    for given in arguments:
        at = ", ".join(f"{x:g}" for x in given)
        try:
            with np.errstate(all="ignore"):
                found = float(function.function(*given))
        except OverflowError as error:
            if max(map(abs, given)) > 100.0:
                continue
            raise InvalidValueError(f"{where}: overflows at {at}; expected a number") from error
        except Exception as error:
            raise InvalidValueError(
                f"{where}: raises {type(error).__name__} at {at}, got {error}; expected a number"
            ) from error
        if math.isnan(found) and max(map(abs, given)) <= 100.0:
            raise InvalidValueError(f"{where}: is NaN at {at}; expected a number")


def require_slope(
    value: NumberFunction, slope: NumberFunction, where: str, points: Sequence[float] = POINTS
) -> None:
    """Refuse a slope that differences of the values contradict; kinks are skipped, at most 8."""
    kinks = []
    for z in points:
        left, right = _sides(value, z)
        if _is_kink(left, right):
            kinks.append(z)
            continue
        found, expected = slope(z), (left + right) / 2.0
        scale = max(1.0, abs(expected), abs(value(z)))
        if not abs(found - expected) <= _CENTRAL * scale:
            raise InvalidValueError(
                f"{where}: at {z:g} it is {found:.6g}; expected {expected:.6g}, which differences"
                " of the values say"
            )
    if len(kinks) > _MOST_KINKS:
        shown = ", ".join(f"{z:g}" for z in kinks[:_MOST_KINKS])
        raise InvalidValueError(
            f"{where}: got {len(kinks)} kinks on [-4, 4], at {shown}, ...;"
            f" expected at most {_MOST_KINKS}"
        )


def require_equal_forms(
    by_number: Sequence[float],
    by_array: NDArray[Any],
    points: Sequence[float],
    where: str,
    scale: object = 0.0,
) -> None:
    """Refuse two forms of a function that differ by more than 2 ulp, of ``scale`` at least."""
    numbers = np.array(by_number)
    sizes = np.maximum(np.maximum(np.abs(numbers), np.abs(by_array)), np.abs(np.asarray(scale)))
    with np.errstate(invalid="ignore"):
        is_close = (np.abs(numbers - by_array) <= 2.0 * np.spacing(sizes)) | (numbers == by_array)
    if not is_close.all():
        at = int(np.argmin(is_close))
        raise InvalidValueError(
            f"{where}: the array form differs, got {float(by_array[at])!r} at {points[at]:g};"
            f" expected {by_number[at]!r}, to 2 units in the last place"
        )
