"""The pass that is running over a network."""

import inspect
import weakref
from collections.abc import Generator
from typing import Any

from neurosim.errors import GraphError

# one that was made and not begun counts, too: it would walk what has changed since
_UNDER_WAY = (inspect.GEN_CREATED, inspect.GEN_SUSPENDED, inspect.GEN_RUNNING)


class LivePass:
    """Takes note of a pass, weakly: a pass that nobody holds any more is over."""

    __slots__ = ("_steps",)

    def __init__(self) -> None:
        self._steps: weakref.ref[Generator[Any, None, None]] | None = None

    def begin(self, steps: Generator[Any, None, None]) -> None:
        """Take note of this pass."""
        self._steps = weakref.ref(steps)

    def require_none(self, title: str) -> None:
        """Refuse a second use of the network that is called ``title``."""
        steps = None if self._steps is None else self._steps()
        if steps is not None and inspect.getgeneratorstate(steps) in _UNDER_WAY:
            raise GraphError(
                f"network {title!r}: a pass over it is under way, got a second use;"
                " expected the pass to be drained, or its close() called, first"
            )
