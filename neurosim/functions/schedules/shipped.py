"""The schedules that are shipped, and the table that those of users join.

The rules and their defaults are PyTorch's and scikit-learn's.
"""

import math
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

from neurosim.errors import InvalidValueError, NameRuleError, WrongTypeError
from neurosim.functions.numbers import (
    require_count,
    require_non_negative,
)
from neurosim.functions.registry import Table
from neurosim.functions.schedules.base import (
    AdaptiveSchedule,
    RateSchedule,
    Remembered,
    require_whole,
)
from neurosim.functions.users import errors_named


def _require_some(schedule: RateSchedule, *names: str) -> None:
    for name in names:
        require_count(getattr(schedule, name), f"{type(schedule).__name__}({name}=)", least=1)


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class ConstantRate(RateSchedule):
    """The base; of use with a warm-up."""

    name: ClassVar[str] = "constant"

    def rate(self, base: float, _t: int) -> float:
        """The base."""
        return base


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class StepDecay(RateSchedule):
    """base * factor^(t // every). Source: PyTorch's ``StepLR``.

    Args:
        every: after so many, the rate is multiplied once more.
        factor: by this.
    """

    every: int
    factor: float = 0.1

    name: ClassVar[str] = "step"

    def __post_init__(self) -> None:
        RateSchedule.__post_init__(self)
        _require_some(self, "every")

    def rate(self, base: float, t: int) -> float:
        """Multiplied every so many."""
        return base * self.factor ** (t // self.every)


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class MultiStep(RateSchedule):
    """base * factor^(the number of marks that t has reached). Source: PyTorch's ``MultiStepLR``.

    Args:
        at: the marks.
        factor: what the rate is multiplied by at each.
    """

    at: tuple[int, ...]
    factor: float = 0.1

    name: ClassVar[str] = "multi_step"

    def __post_init__(self) -> None:
        RateSchedule.__post_init__(self)
        if not isinstance(self.at, (list, tuple)):
            raise WrongTypeError(f"MultiStep(at=): got {self.at!r:.80}; expected a list of counts")
        marks = [require_whole(mark, f"MultiStep(at=)[{i}]") for i, mark in enumerate(self.at)]
        object.__setattr__(self, "at", tuple(sorted(marks)))

    def rate(self, base: float, t: int) -> float:
        """Multiplied at each mark."""
        return base * self.factor ** bisect_right(self.at, t)


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Exponential(RateSchedule):
    """base * factor^t. Source: PyTorch's ``ExponentialLR``."""

    factor: float

    name: ClassVar[str] = "exponential"

    def rate(self, base: float, t: int) -> float:
        """Multiplied each time."""
        return base * self.factor**t


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class InverseTime(RateSchedule):
    """base / (rows gone through + 1)^power. Source: scikit-learn's ``invscaling``."""

    power: float = 0.5

    name: ClassVar[str] = "inverse_time"

    def rate(self, base: float, t: int) -> float:
        """With one row each time."""
        divisor: float = (t + 1) ** self.power
        return base / divisor

    def rate_of(self, base: float, t: int, rows: int, _memory: Remembered) -> float:
        """The rate after t epochs (or updates) of so many rows each."""
        if t < self.warm_up:
            return self._warming(base, t)
        return self.rate(base, (t - self.warm_up) * rows)


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Cosine(RateSchedule):
    """Half a cosine from the base to the lowest, and back. Source: ``CosineAnnealingLR``.

    lowest + (base - lowest) * (1 + cos(pi t / epochs)) / 2: behind ``epochs`` the rate rises again.

    Args:
        epochs: how many there are to the lowest; updates, with ``per: update``.
        lowest: the rate there.
    """

    epochs: int
    lowest: float = 0.0

    name: ClassVar[str] = "cosine"

    def __post_init__(self) -> None:
        RateSchedule.__post_init__(self)
        _require_some(self, "epochs")

    def rate(self, base: float, t: int) -> float:
        """Along the cosine."""
        return _cosine(base, self.lowest, t / self.epochs)


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class WarmRestarts(RateSchedule):
    """Half a cosine from the base to the lowest, again and again.

    Source: Loshchilov and Hutter 2017; PyTorch's ``CosineAnnealingWarmRestarts``.

    Args:
        epochs: the length of the first one; updates, with ``per: update``.
        growth: how many times as long as the one before each other one is.
        lowest: the rate that each goes down to.
    """

    epochs: int
    growth: int = 1
    lowest: float = 0.0

    name: ClassVar[str] = "warm_restarts"

    def __post_init__(self) -> None:
        RateSchedule.__post_init__(self)
        _require_some(self, "epochs", "growth")

    def rate(self, base: float, t: int) -> float:
        """Along the present cosine."""
        length = self.epochs
        if self.growth == 1:
            t %= length
        while t >= length:
            t, length = t - length, length * self.growth
        return _cosine(base, self.lowest, t / length)


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class OneCycle(RateSchedule):
    """Up to the base, and down to next to nothing. Source: Smith and Topin 2019; ``OneCycleLR``.

    The base is the highest rate. The momentum stays as it is.

    Args:
        epochs: how many there are in all; updates, with ``per: update``.
        rise: the share of them in which the rate rises.
        from_part: it begins at the base divided by this.
        to_part: it ends at its begin divided by this.
        shape: ``cosine`` or ``line``.
    """

    epochs: int
    rise: float = 0.3
    from_part: float = 25.0
    to_part: float = 1e4
    shape: str = "cosine"

    name: ClassVar[str] = "one_cycle"

    def __post_init__(self) -> None:
        RateSchedule.__post_init__(self)
        _require_some(self, "epochs")
        if self.shape not in ("cosine", "line"):
            raise InvalidValueError(
                f"OneCycle(shape=): got {self.shape!r}; expected cosine or line"
            )
        if not self.rise <= 1.0:
            raise InvalidValueError(f"OneCycle(rise=): got {self.rise!r}; expected 0 to 1")
        for name in ("from_part", "to_part"):
            if getattr(self, name) == 0.0:
                raise InvalidValueError(f"OneCycle({name}=): got 0; expected a number > 0")

    def rate(self, base: float, t: int) -> float:
        """Along the rise or the fall; at the end it stays."""
        begin, top, last = base / self.from_part, self.rise * self.epochs - 1.0, self.epochs - 1.0
        if t <= top:
            return self._between(begin, base, t / top if top > 0.0 else 1.0)
        top = max(top, 0.0)
        share = min(1.0, (t - top) / (last - top)) if last > top else 1.0
        return self._between(base, begin / self.to_part, share)

    def _between(self, start: float, end: float, share: float) -> float:
        if self.shape == "line":
            return (end - start) * share + start
        return _cosine(start, end, share)


def _cosine(start: float, end: float, share: float) -> float:
    return end + (start - end) * (1.0 + math.cos(math.pi * share)) / 2.0


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class RateList(RateSchedule):
    """A list of (epoch, rate): each rate holds from its epoch on, the base before the first."""

    points: tuple[tuple[int, float], ...]

    name: ClassVar[str] = "list"

    def __post_init__(self) -> None:
        RateSchedule.__post_init__(self)
        given: Any = self.points
        expected = "expected a list of pairs (epoch, rate), the epochs rising"
        if not isinstance(given, (list, tuple)) or not given:
            raise WrongTypeError(f"RateList(points=): got {given!r:.80}; {expected}")
        points = []
        for i, pair in enumerate(given):
            where = f"RateList(points=)[{i}]"
            if not isinstance(pair, (list, tuple)) or len(pair) != 2:
                raise WrongTypeError(f"{where}: got {pair!r:.80}; {expected}")
            points.append((require_whole(pair[0], where), require_non_negative(pair[1], where)))
            if i and points[i][0] <= points[i - 1][0]:
                raise InvalidValueError(f"{where}: got {points[i][0]} again or less; {expected}")
        object.__setattr__(self, "points", tuple(points))

    @property
    def highest(self) -> float:
        """The highest rate of the list."""
        return max(rate for _, rate in self.points)

    def rate(self, base: float, t: int) -> float:
        """That of the last point that is reached."""
        at = bisect_right(self.points, t, key=lambda point: point[0])
        return self.points[at - 1][1] if at else base


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Plateau(AdaptiveSchedule):
    """The rate times ``factor`` where the loss has not become less for long.

    Source: PyTorch's ``ReduceLROnPlateau``.

    Args:
        factor: what the rate is multiplied by.
        patience: so many epochs without progress are borne; at the next one the rate is reduced.
        least_change: the share of the best loss by which a loss must be less to be progress.
        cooldown: so many epochs after a reduction are not counted.
    """

    factor: float = 0.1
    patience: int = 10
    least_change: float = 1e-4
    cooldown: int = 0

    name: ClassVar[str] = "plateau"

    def start(self, base: float) -> Remembered:
        """The rate, the best loss, epochs without progress, epochs that are not counted."""
        return base, math.inf, 0.0, 0.0

    def after(self, memory: Remembered, loss: float) -> Remembered:
        """What it remembers after an epoch with this loss."""
        rate, best, waited, cooling = memory
        if loss < best * (1.0 - self.least_change):
            best, waited = loss, 0.0
        else:
            waited += 1.0
        if cooling > 0.0:
            cooling, waited = cooling - 1.0, 0.0
        if waited > self.patience:
            reduced = max(rate * self.factor, self.lowest)
            rate = reduced if rate - reduced > 1e-8 else rate
            cooling, waited = float(self.cooldown), 0.0
        return rate, best, waited, cooling


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Adaptive(AdaptiveSchedule):
    """The rate divided where the loss has not become less by ``least_change`` for long.

    Source: scikit-learn's ``learning_rate='adaptive'``, ``n_iter_no_change`` and ``tol``.

    Args:
        divisor: what the rate is divided by.
        patience: so many epochs without progress are borne; at the next one the rate is divided.
        least_change: by how much a loss must be less than the best one to be progress.
        lowest: a rate that is not above it is not divided: the training ends.
    """

    divisor: float = 5.0
    patience: int = 10
    least_change: float = 1e-4
    lowest: float = field(default=1e-6, kw_only=True)

    name: ClassVar[str] = "adaptive"

    def __post_init__(self) -> None:
        AdaptiveSchedule.__post_init__(self)
        if self.divisor <= 1.0:
            raise InvalidValueError(f"Adaptive(divisor=): got {self.divisor!r}; expected above 1")

    def start(self, base: float) -> Remembered:
        """The rate, the best loss, epochs without progress, 1 at the end."""
        return base, math.inf, 0.0, 0.0

    def after(self, memory: Remembered, loss: float) -> Remembered:
        """What it remembers after an epoch with this loss."""
        rate, best, waited, end = memory
        waited = waited + 1.0 if loss > best - self.least_change else 0.0
        if waited > self.patience and rate > self.lowest:
            rate, waited = rate / self.divisor, 0.0
        elif waited > self.patience:
            end = 1.0
        return rate, min(best, loss), waited, end

    def is_over(self, memory: Remembered) -> bool:
        """Whether the rate was to be divided and is at its lowest."""
        return memory[3] > 0.0


def _checked(name: str, given: Any) -> Callable[..., RateSchedule]:
    where = f"schedule {name!r}"
    if not isinstance(given, type) or not issubclass(given, RateSchedule):
        raise WrongTypeError(
            f"{where}: got {given!r:.80}; expected a subclass of neurosim.RateSchedule"
        )
    if getattr(given, "name", None) != name:
        got = getattr(given, "name", None)
        raise NameRuleError(f"{where}: got the name {got!r} in its class; expected both alike")
    made: Callable[..., RateSchedule] = given
    has_defaults = all(option.name in RateSchedule.__slots__ for option in fields(given))
    if has_defaults:  # else nobody knows what it takes
        with errors_named(where, "rate(base, t) to give a number"):
            require_non_negative(made().rate(0.1, 3), where)
    return made


SHIPPED: dict[str, Callable[..., RateSchedule]] = {
    kind.name: kind
    for kind in (
        ConstantRate, StepDecay, MultiStep, Exponential, InverseTime, Cosine, WarmRestarts,
        OneCycle, RateList, Plateau, Adaptive,
    )
}  # fmt: skip
SCHEDULES = Table("schedule", SHIPPED.items(), check=_checked)
register_schedule, unregister_schedule = SCHEDULES.register, SCHEDULES.unregister


def find_schedule(given: object) -> RateSchedule:
    """The schedule that a name says, or a name and its options; see `require_schedule`."""
    if isinstance(given, str):
        return make_schedule(given, {})
    if isinstance(given, Mapping) and len(given) == 1:
        ((name, options),) = given.items()
        return make_schedule(name, options)
    raise WrongTypeError(
        f"schedule: not a schedule, got {given!r:.80}; expected None, Cosine(40) or"
        f" {{'cosine': {{'epochs': 40}}}} (known: {', '.join(SCHEDULES)})"
    )


def make_schedule(name: object, options: object) -> RateSchedule:
    """The schedule of a name with its options, or with the one value that it takes first."""
    make = SCHEDULES.find(name, "schedule")
    given: Any = options
    try:
        if isinstance(options, Mapping):
            return make(**{str(key): value for key, value in options.items()})
        if isinstance(options, Sequence | int | float) and not isinstance(options, str):
            return make(given)
    except TypeError as error:
        if isinstance(error, WrongTypeError):
            raise
        raise WrongTypeError(f"schedule {name!r}: {error}") from error
    raise WrongTypeError(f"schedule {name!r}: got {given!r:.80}; expected a mapping of its options")
