"""Fields of a request: what may be given by a name, and how it is checked."""

import math
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from neurosim.debugger.time.position import GRAINS
from neurosim.errors import InvalidValueError, UnknownNameError, WrongTypeError, unknown
from neurosim.interpreter.steps import PHASES

Check: TypeAlias = Callable[[Any, str], Any]  # of a value, and of the field's name
LONGEST = 2000  # characters of a text
_LARGEST = 10**15  # of a count
_FASTEST = 1e6  # epochs a second


def whole(least: int, most: int = _LARGEST) -> Check:
    """An integer of a range."""

    def check(value: Any, name: str) -> int:
        if type(value) is not int or not least <= value <= most:
            expected = f"expected an integer from {least} to {most}"
            raise InvalidValueError(f"{name}: got {value!r:.80}; {expected}")
        return value

    return check


def text(value: Any, name: str) -> str:
    """A text that says something."""
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST:
        expected = f"expected a text of 1 to {LONGEST} letters"
        raise InvalidValueError(f"{name}: got {value!r:.80}; {expected}")
    return value.strip()


def texts(value: Any, name: str) -> list[str]:
    """Texts, at least one."""
    if not isinstance(value, list) or not value:
        raise InvalidValueError(f"{name}: got {value!r:.80}; expected a list of names")
    return [text(item, name) for item in value]


def flag(value: Any, name: str) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise WrongTypeError(f"{name}: got {value!r:.80}; expected true or false")
    return value


def number(value: Any, name: str) -> float:
    """A finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not _is_finite(value):
        raise InvalidValueError(f"{name}: got {value!r:.80}; expected a finite number")
    return float(value)


def rate(value: Any, name: str) -> float:
    """So many a second, above 0."""
    found = number(value, name)
    if not 0.0 < found <= _FASTEST:
        raise InvalidValueError(f"{name}: got {value!r:.80}; expected above 0, up to {_FASTEST}")
    return found


def number_or_text(value: Any, name: str) -> float | str:
    """A finite number, or an expression for one."""
    return text(value, name) if isinstance(value, str) else number(value, name)


def one_of(*known: str) -> Check:
    """One of some words."""

    def check(value: Any, name: str) -> str:
        if not isinstance(value, str) or value not in known:
            raise UnknownNameError(unknown(name, value if isinstance(value, str) else "", known))
        return value

    return check


grain, phase = one_of(*GRAINS), one_of(*PHASES)


def checked(given: Mapping[str, Any], fields: Mapping[str, Check], do: str) -> dict[str, Any]:
    """What is given by name, each by its field; what is null is not given."""
    for name in given:
        if name not in fields:
            raise UnknownNameError(f"{do}: {unknown('field', name, fields)}")
    there = {name: value for name, value in given.items() if value is not None}
    return {name: fields[name](value, f"{do}: {name}") for name, value in there.items()}


def required(given: Mapping[str, Any], name: str, do: str) -> Any:
    """What has to be given."""
    if name not in given:
        raise InvalidValueError(f"{do}: got no {name}; expected one")
    return given[name]


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # an integer beyond all floats
        return False
