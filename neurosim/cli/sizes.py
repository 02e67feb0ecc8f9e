"""Sizes that options give: ``2MB``, ``memory=2GB``; and the limit of memory."""

import re
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, TypeVar, cast

import click

from neurosim.doors.files import is_network_file
from neurosim.errors import InvalidValueError
from neurosim.scenario import find_scenario
from neurosim.scenario.sweeps.axes import largest_of
from neurosim.scenario.uses.memory import require_memory

_Function = TypeVar("_Function", bound=Callable[..., Any])

LIMIT_HELP = "Refuse what would take more to run, as estimated from the sizes in it."
_UNITS = {"": 1, "b": 1, "kb": 1_000, "mb": 1_000_000, "gb": 1_000_000_000}


def bytes_of(text: str) -> int:
    """A size such as ``2MB`` or ``400 kB`` in bytes.

    >>> bytes_of("2MB"), bytes_of("1.5 kB"), bytes_of("300000")
    (2000000, 1500, 300000)

    Raises:
        InvalidValueError: it is none.
    """
    match = re.fullmatch(r"([0-9]{1,12}(?:\.[0-9]{1,9})?)\s*([A-Za-z]*)", text.strip())
    if match is None or match[2].lower() not in _UNITS:
        raise InvalidValueError(f"--limit: got {text!r:.80}; expected a size such as 2MB or 400kB")
    return int(float(match[1]) * _UNITS[match[2].lower()])


def memory_of(text: str) -> int:
    """The bytes of ``memory=2GB``.

    >>> memory_of("memory=2GB")
    2000000000

    Raises:
        InvalidValueError: it is something else.
    """
    name, found, size = text.partition("=")
    if not found or name.strip() != "memory":
        raise InvalidValueError(f"--limit: got {text!r:.80}; expected memory=SIZE, as memory=2GB")
    return bytes_of(size)


def require_memory_of(
    name: str, limit: str, overrides: Sequence[str] = (), vary: Sequence[str] = ()
) -> None:
    """Refuse a scenario, or a point of its sweep, that takes more than a limit.

    Args:
        name: a scenario, or the name of a shipped one; a saved network is as large as it is.
        limit: ``memory=2GB``, of one process.
        overrides: changes for all points.
        vary: axes of a sweep or a search.
    """
    file, most = find_scenario(name), memory_of(limit)
    if is_network_file(file):
        return
    for changes in largest_of(vary) if vary else [[]]:
        require_memory(file, most, overrides=[*overrides, *changes])


def limit_option(function: _Function) -> _Function:
    """Add ``--limit memory=SIZE``, by which a command refuses a scenario that is too large."""

    @click.option("--limit", metavar="memory=SIZE", help=LIMIT_HELP)
    @wraps(function)
    def limited(*, limit: str | None, **given: Any) -> Any:
        if limit is not None:
            file = next(given[key] for key in ("file", "lesson", "name") if key in given)
            require_memory_of(file, limit, given.get("overrides", ()), given.get("vary", ()))
        return function(**given)

    return cast("_Function", limited)
