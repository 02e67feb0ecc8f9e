"""When a training stops: early, where it no longer gets better, or where a goal is reached."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from neurosim.by_fields import ByFields
from neurosim.errors import InvalidValueError, UnknownNameError, WrongTypeError, unknown
from neurosim.functions.numbers import (
    Matrix,
    require_count,
    require_non_negative,
    require_number,
)
from neurosim.training.metrics import LOSS, METRICS, less_is_better


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class EarlyStopping(ByFields):
    """Stop after ``patience`` epochs without progress, and restore the best parameters.

    The rule of progress is scikit-learn's: the best number so far is bettered, and by
    ``least_change`` at least. The parameters restored are those of the best number.

    Args:
        patience: how many epochs.
        monitor: ``loss`` (over the validation rows if there are any), or the name of a metric.
        least_change: of a smaller change nothing comes.
    """

    patience: int = 5
    monitor: str = LOSS
    least_change: float = 0.0

    def __post_init__(self) -> None:
        require_count(self.patience, "early_stopping: patience")
        _require_monitor(self.monitor, "early_stopping: monitor")
        change = require_non_negative(self.least_change, "early_stopping: least_change")
        object.__setattr__(self, "least_change", change)


def _require_monitor(name: object, where: str) -> str:
    if not isinstance(name, str) or name not in (LOSS, *METRICS):
        raise UnknownNameError(f"{where}: {unknown('number', name, [LOSS, *METRICS])}")
    return name


def require_early_stopping(given: Any) -> EarlyStopping | None:
    """The record; made of ``{"patience": 5}`` or the like; or None.

    Raises:
        WrongTypeError, UnknownNameError, InvalidValueError: it is none, or an option is wrong.
    """
    if given is None or isinstance(given, EarlyStopping):
        return given
    if not isinstance(given, Mapping):
        raise WrongTypeError(
            f"early_stopping: got {given!r:.80}; expected None or a mapping like {{'patience': 5}}"
        )
    known = [option.name for option in fields(EarlyStopping)]
    for name in given:
        if name not in known:
            raise WrongTypeError(f"early_stopping: {unknown('option', name, known)}")
    return EarlyStopping(**given)


def require_until(given: Any) -> dict[str, float] | None:
    """The goals by name, all of which are to be reached: ``{"accuracy": 0.95}``; or None.

    Raises:
        WrongTypeError, UnknownNameError, InvalidValueError: it is no such mapping.
    """
    if given is None:
        return None
    if not isinstance(given, Mapping) or not given:
        raise WrongTypeError(
            f"until: got {given!r:.80}; expected None or a mapping like {{'accuracy': 0.95}}"
        )
    return {
        _require_monitor(name, "until"): require_number(goal, f"until: {name}")
        for name, goal in given.items()
    }


def require_time_limit(given: Any) -> float | None:
    """The seconds, or None."""
    if given is None:
        return None
    seconds = require_number(given, "time_limit")
    if seconds <= 0.0:
        raise InvalidValueError(f"time_limit: got {given!r}; expected seconds > 0")
    return seconds


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Watched(ByFields):
    """What is remembered of the epochs so far, for a stop.

    Attributes:
        best: the best number so far of what is monitored; NaN before the first epoch.
        best_epoch: its epoch.
        waited: how many epochs went by since without progress.
        parameters: those after the best epoch; none where nothing is to be restored.
        stopped: why the training is at its end; empty where it is not.
    """

    best: float = math.nan
    best_epoch: int = -1
    waited: int = 0
    parameters: Matrix | None = field(default=None, repr=False, compare=False)
    stopped: str = ""

    def stopping(self, why: str) -> "Watched":
        """The same, at the end of the training."""
        return replace(self, stopped=why)


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Stops(ByFields):
    """The stops of a training that go by its numbers."""

    early: EarlyStopping | None
    until: Mapping[str, float] | None

    def after(
        self, before: Watched, epoch: int, numbers: Mapping[str, float], theta: Matrix
    ) -> Watched:
        """What is remembered after an epoch with these numbers and parameters."""
        found = before if self.early is None else _waited(self.early, before, epoch, numbers, theta)
        if self.until is not None and all(
            reaches(name, numbers[name], goal) for name, goal in self.until.items()
        ):
            reached = ", ".join(f"{name} {numbers[name]:.6g}" for name in self.until)
            found = found.stopping(f"{reached} reached in epoch {epoch}")
        return found


def reaches(name: str, number: float, goal: float) -> bool:
    """Whether a number is as good as the goal: a loss or an error at most, else at least that."""
    return number <= goal if less_is_better(name) else number >= goal


def _waited(
    rule: EarlyStopping, before: Watched, epoch: int, numbers: Mapping[str, float], theta: Matrix
) -> Watched:
    number, best = numbers[rule.monitor], before.best
    gain = best - number if less_is_better(rule.monitor) else number - best
    is_first = before.best_epoch < 0
    is_progress = is_first or (gain > 0.0 and gain >= rule.least_change)
    waited = 0 if is_progress else before.waited + 1
    if is_first or gain > 0.0:
        found = Watched(number, epoch, waited, theta.copy())
    else:
        found = Watched(best, before.best_epoch, waited, before.parameters)
    if waited < rule.patience:
        return found
    why = f"no better {rule.monitor} since epoch {found.best_epoch} ({found.best:.6g})"
    return found.stopping(why)
