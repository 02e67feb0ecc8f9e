"""Generated programs: the one place that compiles, runs and caches generated text."""

import linecache
import re
from collections.abc import Callable
from dataclasses import dataclass
from types import CodeType
from typing import Any

import numpy as np

# what a program may name besides its own constants
_MAKERS = ("array", "bincount", "empty", "empty_like", "matmul", "ones", "zeros")
_UFUNCS = tuple(name for name, value in vars(np).items() if isinstance(value, np.ufunc))
LIBRARY: dict[str, Any] = {name: getattr(np, name) for name in (*_MAKERS, *_UFUNCS)}


@dataclass(frozen=True, slots=True)
class Program:
    """A text, and what the names in it stand for besides those of the library."""

    source: str
    names: dict[str, Any]
    entry: str

    def load(self) -> Callable[..., Any]:
        """The function that the text defines."""
        scope = {**LIBRARY, **self.names}
        _run(_code(self.source), scope)
        function: Callable[..., Any] = scope[self.entry]
        return function


def used(program: Program) -> list[str]:
    """The names of the library that a program's text uses."""
    words = set(re.findall(r"[a-z_0-9]+", program.source))
    return [name for name in LIBRARY if name in words]


def _code(source: str) -> CodeType:
    # registered with linecache, so that a traceback through the program shows its lines
    file = f"<neurosim program {hash(source):x}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    return compile(source, file, "exec")


def _run(code: CodeType, scope: dict[str, Any]) -> None:
    """Run generated text. It names nothing but our own names, so nothing of a user's can run."""
    exec(code, scope)  # noqa: S102 - the text is generated, see above
