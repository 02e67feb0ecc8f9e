"""From text to a function: the one place that runs generated code."""

import linecache
from collections.abc import Callable
from typing import Any

import numpy as np

# what a program may name besides its own constants
LIBRARY: dict[str, Any] = {
    name: getattr(np, name)
    for name in ("dot", "empty", "empty_like", "multiply", "ones", "take", "zeros")
}


def load_program(source: str, names: dict[str, Any]) -> Callable[..., Any]:
    """Run a program's text and return its ``bind``.

    The text names nothing but our own names, so nothing of a user's can run. It is registered with
    `linecache`, so that a traceback through it shows its lines.
    """
    file = f"<neurosim program {hash(source):x}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    scope: dict[str, Any] = {**LIBRARY, **names}
    exec(compile(source, file, "exec"), scope)  # noqa: S102 - the text is generated, see above
    bind: Callable[..., Any] = scope["bind"]
    return bind
