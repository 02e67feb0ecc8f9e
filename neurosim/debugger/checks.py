"""What a session is given, checked: how often, how many, which grain."""

import numpy as np

from neurosim.debugger.position import GRAINS
from neurosim.errors import InvalidValueError, UnknownNameError, WrongTypeError, unknown

_LEAST_LIMIT = 10_000  # bytes


def require_times(times: object) -> int:
    """How often, >= 1."""
    number = require_count(times)
    if number < 1:
        raise InvalidValueError(f"times: got {times!r}; expected an integer >= 1")
    return number


def require_count(number: object) -> int:
    """How many, >= 0."""
    if isinstance(number, bool) or not isinstance(number, (int, np.integer)):
        raise WrongTypeError(f"number: got {number!r:.80}; expected an integer >= 0")
    if number < 0:
        raise InvalidValueError(f"number: got {number!r}; expected an integer >= 0")
    return int(number)


def require_limit(limit: object) -> int:
    """How many bytes a journal may take."""
    number = require_count(limit)
    if number < _LEAST_LIMIT:
        raise InvalidValueError(f"limit: got {limit!r}; expected at least {_LEAST_LIMIT} bytes")
    return number


def require_grain(grain: object) -> str:
    """One of the grains."""
    if not isinstance(grain, str) or grain not in GRAINS:
        raise UnknownNameError(unknown("grain", grain, GRAINS))
    return grain
