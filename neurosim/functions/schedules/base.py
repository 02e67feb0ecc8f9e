"""What a schedule is: how the learning rate changes from epoch to epoch, or update to update.

A schedule is a frozen description. Its rate is a closed form of the optimizer's learning rate (the
base) and of a count ``t``: of the epochs, or updates, that were done before. Where a rule goes by
the losses (`AdaptiveSchedule`), what it remembers is a tuple in the training state. Those that are
shipped are in `shipped`, which few trainings need.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Self

from neurosim.by_fields import ByFields
from neurosim.errors import InvalidValueError, WrongTypeError, unknown
from neurosim.functions.numbers import require_count, require_non_negative

UNITS = ("epoch", "update")
Remembered = tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class RateSchedule(ByFields):
    """The base of all schedules; a subclass says its ``name`` and its ``rate``.

    Args:
        per: ``epoch`` or ``update``: what t counts.
        warm_up: over so many of them the rate first rises, in a line, to the base.
        warm_up_from: the share of the base that it rises from.
    """

    per: str = "epoch"
    warm_up: int = 0
    warm_up_from: float = 1.0 / 3.0

    name: ClassVar[str]

    def __new__(cls, *_: object, **options: object) -> Self:
        """The schedule before it has its options: their names are known."""
        known = [option.name for option in fields(cls)]
        for name in options:
            if name not in known:
                raise WrongTypeError(f"{cls.__name__}: {unknown('option', name, known)}")
        return object.__new__(cls)

    def __post_init__(self) -> None:
        where = type(self).__name__
        if self.per not in UNITS:
            raise InvalidValueError(f"{where}(per=): got {self.per!r}; expected epoch or update")
        for option in fields(self):
            if option.type in _CHECKS:
                value = _CHECKS[option.type](getattr(self, option.name), f"{where}({option.name}=)")
                object.__setattr__(self, option.name, value)

    def rate(self, base: float, t: int) -> float:
        """The rate after t epochs (or updates), those of the warm-up left out."""
        raise NotImplementedError

    def rate_of(self, base: float, t: int, _rows: int, _memory: Remembered) -> float:
        """The rate after t epochs (or updates); ``rows`` are gone through in each of them."""
        if t < self.warm_up:
            return self._warming(base, t)
        return self.rate(base, t - self.warm_up)

    def start(self, _base: float) -> Remembered:
        """What it remembers at first."""
        return ()

    def _warming(self, base: float, t: int) -> float:
        return base * (self.warm_up_from + (1.0 - self.warm_up_from) * t / self.warm_up)


def require_whole(value: object, where: str) -> int:
    """The value as a count of at least 0."""
    return require_count(value, where, least=0)


_CHECKS: dict[Any, Callable[[object, str], Any]] = {
    float: require_non_negative,
    int: require_whole,
}


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class AdaptiveSchedule(RateSchedule):
    """A schedule that goes by the losses: its rate is the first number of its memory.

    The loss is that over the validation rows if there are any, else over the training rows.

    Args:
        lowest: the rate that it never goes below.
    """

    lowest: float = field(default=0.0, kw_only=True)

    def __post_init__(self) -> None:
        RateSchedule.__post_init__(self)
        if self.per != "epoch":
            raise InvalidValueError(
                f"{type(self).__name__}(per=): it goes by the loss of each epoch, got {self.per!r};"
                " expected epoch"
            )

    def rate(self, base: float, _t: int) -> float:
        """That of the start."""
        return base

    def rate_of(self, base: float, t: int, _rows: int, memory: Remembered) -> float:
        """The rate it remembers."""
        return self._warming(base, t) if t < self.warm_up else memory[0]

    def after(self, memory: Remembered, loss: float) -> Remembered:
        """What it remembers after an epoch with this loss."""
        raise NotImplementedError

    def is_over(self, _memory: Remembered) -> bool:
        """Whether it ends the training."""
        return False


def require_schedule(schedule: object) -> RateSchedule | None:
    """The schedule itself; made of ``{"cosine": {"epochs": 40}}`` or the like; or None.

    >>> require_schedule({"step": {"every": 10, "factor": 0.5}}).rate(0.1, 25)
    0.025

    Raises:
        UnknownNameError: there is no schedule of the name.
        WrongTypeError, InvalidValueError: it is none, or an option is wrong.
    """
    if schedule is None or isinstance(schedule, RateSchedule):
        return schedule
    from neurosim.functions.schedules.shipped import find_schedule

    return find_schedule(schedule)
