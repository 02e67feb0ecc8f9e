"""The limit of memory that commands take: ``--limit memory=2GB``."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar, cast

import click

from neurosim.doors.files import is_network_file
from neurosim.errors import InvalidValueError
from neurosim.scenario import find_scenario
from neurosim.scenario.sweeps.axes import largest_of
from neurosim.scenario.uses.memory import require_memory
from neurosim.sizes import bytes_of

_Function = TypeVar("_Function", bound=Callable[..., Any])

LIMIT_HELP = "Refuse what would take more to run, as estimated from the sizes in it."


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
    return bytes_of(size, "--limit")


def require_memory_of(
    name: str | Path, limit: str, overrides: Sequence[str] = (), vary: Sequence[str] = ()
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


def limit_option_for(
    scenarios: Callable[[Mapping[str, Any]], Iterable[str | Path]],
) -> Callable[[_Function], _Function]:
    """An option ``--limit memory=SIZE``, by which a command refuses a scenario that is too large.

    Args:
        scenarios: which ones a command reads, by what it is given.
    """

    def decorate(function: _Function) -> _Function:
        @click.option("--limit", metavar="memory=SIZE", help=LIMIT_HELP)
        @wraps(function)
        def limited(*, limit: str | None, **given: Any) -> Any:
            if limit is not None:
                memory_of(limit)
                for name in scenarios(given):
                    require_memory_of(
                        name, limit, given.get("overrides", ()), given.get("vary", ())
                    )
            return function(**given)

        return cast("_Function", limited)

    return decorate


def _file(given: Mapping[str, Any]) -> Iterable[str]:
    return (given[key] for key in ("file", "lesson", "name") if key in given)


limit_option = limit_option_for(_file)
