"""Checks of the arguments of a session: counts, times and grains."""

import numpy as np

from neurosim.debugger.time.position import GRAINS
from neurosim.errors import InvalidValueError, UnknownNameError, WrongTypeError, unknown

_LEAST_LIMIT = 10_000  # bytes


def require_times(times: object) -> int:
    """How often, >= 1."""
    return _require_integer(times, "times", 1)


def require_count(number: object) -> int:
    """How many, >= 0."""
    return _require_integer(number, "number", 0)


def _require_integer(number: object, what: str, least: int) -> int:
    if isinstance(number, bool) or not isinstance(number, (int, np.integer)):
        raise WrongTypeError(f"{what}: got {number!r:.80}; expected an integer >= {least}")
    if number < least:
        raise InvalidValueError(f"{what}: got {number!r}; expected an integer >= {least}")
    return int(number)


def require_limit(limit: object) -> int:
    """How many bytes a journal may take."""
    number = _require_integer(limit, "limit", 0)
    if number < _LEAST_LIMIT:
        raise InvalidValueError(f"limit: got {limit!r}; expected at least {_LEAST_LIMIT} bytes")
    return number


def require_grain(grain: object) -> str:
    """One of the grains."""
    if not isinstance(grain, str) or grain not in GRAINS:
        raise UnknownNameError(unknown("grain", grain, GRAINS))
    return grain
