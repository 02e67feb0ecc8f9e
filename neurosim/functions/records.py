"""Records: frozen dataclasses that are equal where their fields are, without methods of their own.

`dataclass` writes and compiles these methods for each class anew, when it is imported: of some
thirty small classes that takes a short program a twentieth of its time. They pass ``repr=False``
and ``eq=False``, and inherit what is here.
"""

from dataclasses import fields
from typing import Any


class Record:
    """The base of such classes."""

    __slots__ = ()

    def __repr__(self: Any) -> str:
        shown = (f"{f.name}={getattr(self, f.name)!r}" for f in fields(self) if f.repr)
        return f"{type(self).__qualname__}({', '.join(shown)})"

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return _compared(self) == _compared(other)

    def __hash__(self) -> int:
        return hash(_compared(self))


def _compared(record: Any) -> tuple[Any, ...]:
    return tuple(getattr(record, f.name) for f in fields(record) if f.compare)
