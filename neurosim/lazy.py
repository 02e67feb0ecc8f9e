"""Names of a package that are loaded when they are first asked for.

A package lists its names once, as imports under ``if TYPE_CHECKING``, a line each, which editors
and type checkers read; at run time the same lines are read from its source, as SPEC 1 of Scientific
Python does with a stub file. So ``import neurosim`` waits for no library and no upper floor.
"""

import importlib
import re
import sys
from collections.abc import Callable, Mapping
from typing import Any

from neurosim.pause import PausedCollection

_EXPORT = re.compile(r"^    from (\S+) import (?:\(\s+)?(\w+) as \2\b", re.MULTILINE)


def lazy_names(
    package: str, file: str, others: Callable[[], Mapping[str, str]] = dict
) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """The ``__getattr__``, ``__dir__`` and ``__all__`` of a package.

    Args:
        package: its ``__name__``.
        file: its ``__file__``, in which a line ``from HOME import NAME as NAME`` exports a name.
        others: gives the homes of names that are listed elsewhere; called when it is needed.
    """
    with open(file, encoding="utf-8") as source:  # noqa: PTH123 - pathlib would be loaded for it
        homes = {name: home for home, name in _EXPORT.findall(source.read())}

    def load_name(name: str) -> Any:
        home = homes.get(name) or ("" if name[:2] == "__" else others().get(name, ""))
        if not home:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        with PausedCollection():
            value = getattr(importlib.import_module(home), name)
        setattr(sys.modules[package], name, value)
        return value

    def names() -> list[str]:
        return sorted({*sys.modules[package].__all__, *others()})

    return load_name, names, sorted(homes)
