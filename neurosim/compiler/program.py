"""From text to a function: the one place that runs generated code."""

import linecache
from collections.abc import Callable
from types import CodeType
from typing import Any

import numpy as np

# what a program may name besides its own constants
LIBRARY: dict[str, Any] = {
    name: getattr(np, name)
    for name in ("dot", "empty", "empty_like", "multiply", "ones", "take", "zeros")
}


def load_forward(source: str, names: dict[str, Any]) -> Callable[..., Any]:
    """The function ``forward(theta, x)`` that a program's text defines."""
    scope = {**LIBRARY, **names}
    _run(_code(source), scope)
    forward: Callable[..., Any] = scope["forward"]
    return forward


def load_training(source: str, names: dict[str, Any]) -> Callable[..., tuple[Any, Any]]:
    """A function that binds a program to ``theta``, ``gradient`` and a number of samples.

    It returns the program's ``forward(x)`` and ``backward(t)``, which work in buffers of their own.
    """
    code = _code(source)

    def bind(theta: Any, gradient: Any, size: int) -> tuple[Any, Any]:
        scope = {**LIBRARY, **names, "theta": theta, "gradient": gradient, "size": size}
        _run(code, scope)
        return scope["forward"], scope["backward"]

    return bind


def _code(source: str) -> CodeType:
    # registered with linecache, so that a traceback through the program shows its lines
    file = f"<neurosim program {hash(source):x}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    return compile(source, file, "exec")


def _run(code: CodeType, scope: dict[str, Any]) -> None:
    """Run generated text. It names nothing but our own names, so nothing of a user's can run."""
    exec(code, scope)  # noqa: S102 - the text is generated, see above
