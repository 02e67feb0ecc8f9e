"""Records: frozen dataclasses that are equal where their fields are, without methods of their own.

`dataclass` writes and compiles these methods for each class anew, when it is imported: of some
eighty small classes that takes a short program a twentieth of its time. They pass ``repr=False``
and ``eq=False``, and inherit what is here.
"""

from collections.abc import Callable
from dataclasses import fields
from operator import attrgetter
from typing import Any

_COMPARED: dict[type, Callable[[Any], Any]] = {}  # of each class, what its records are equal by


class ByFields:
    """The base of such classes."""

    __slots__ = ()

    def __repr__(self: Any) -> str:
        shown = (f"{f.name}={getattr(self, f.name)!r}" for f in fields(self) if f.repr)
        return f"{type(self).__qualname__}({', '.join(shown)})"

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return bool(_compared(self) == _compared(other))

    def __hash__(self) -> int:
        return hash(_compared(self))


def _compared(record: Any) -> Any:
    kind = type(record)
    if kind not in _COMPARED:
        names = [f.name for f in fields(kind) if f.compare]
        _COMPARED[kind] = attrgetter(*names) if names else type
    return _COMPARED[kind](record)
