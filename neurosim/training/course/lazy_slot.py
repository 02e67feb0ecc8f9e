"""A slot of a frozen record whose value is made when it is first read."""

from collections.abc import Callable
from typing import Any


class LazySlot:
    """A slot that keeps what its value is made of, until somebody reads it.

    It replaces a slot of a class; how a record is made, compared, copied and pickled stays.

    Args:
        slot: the slot that it replaces.
        kind: the class of what is kept; what is of another class is a value already.
        make: makes the value of the record and of what is kept.
    """

    __slots__ = ("_get", "_kind", "_make", "_set")

    def __init__(self, slot: Any, kind: type, make: Callable[[Any, Any], Any]) -> None:
        self._get, self._set = slot.__get__, slot.__set__
        self._kind, self._make = kind, make

    def __get__(self, record: Any, owner: Any = None) -> Any:
        """The value; of a class, the slot."""
        found = self._get(record, owner)
        if type(found) is self._kind:
            found = self._make(record, found)
            self._set(record, found)
        return found

    def __set__(self, record: Any, value: Any) -> None:
        """Keep a value, or what it is made of."""
        self._set(record, value)
