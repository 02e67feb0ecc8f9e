"""Tables of functions by name, which users may add to.

A table is a dict with a law: what a user registers is checked as the shipped entries are checked by
the tests, a taken name is refused, and everyone looks a name up at the moment of use. A change of
meaning counts up `Table.version`, so that whoever keeps something made from an entry notices.
"""

import dataclasses
import inspect
import keyword
import types
from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

from neurosim.errors import NameRuleError, UnknownNameError, WrongTypeError, unknown

T = TypeVar("T")


class Table(dict[str, T], Generic[T]):
    """The functions of one kind by name.

    Attributes:
        kind: what they are, such as ``activation``.
        version: how often an entry was registered or unregistered.
    """

    def __init__(
        self,
        kind: str,
        shipped: Iterable[tuple[str, T]],
        *,
        check: Callable[[str, Any], T],
        also: tuple[str, ...] = (),
    ) -> None:
        """Make a table.

        Args:
            kind: what the entries are.
            shipped: the entries that nobody needs to register.
            check: from the name and what a user gives to the entry, or an error.
            also: names that no entry may take, known elsewhere.
        """
        super().__init__(shipped)
        self.kind, self.version = kind, 0
        self._shipped, self._check, self._also = dict(self), check, also
        self._given: dict[str, object] = {}  # what users gave, of which the entries were made

    def __missing__(self, name: object) -> T:
        return self.find(name)

    def find(self, name: object, where: str = "") -> T:
        """The entry of this name.

        Raises:
            UnknownNameError: there is none; the message begins with ``where``.
        """
        if isinstance(name, str) and name in self:
            return self[name]
        text = unknown(self.kind, name, [*self, *self._also])
        raise UnknownNameError(f"{where}: {text}" if where else text)

    def is_shipped(self, name: str, entry: T | None = None) -> bool:
        """Whether the entry of this name, or the one given, is shipped with the package."""
        shipped = self._shipped.get(name)
        return shipped is not None and (self[name] if entry is None else entry) is shipped

    def register(self, entry: Any, *, name: str | None = None, replace: bool = False) -> str:
        """Add a function of this kind, checked at once; from then on its name works everywhere.

        Args:
            entry: what has the name; its source may be identical to that of the present entry (as
                of a notebook cell that runs twice).
            name: instead of the entry's own ``name`` or ``__name__``.
            replace: whether it may take the place of another.

        Returns:
            The name.

        Raises:
            NameRuleError: the name is no identifier, or is taken.
            InvalidValueError: a check fails; the message says at which number.
            WrongTypeError: it is something else.
        """
        name = self._require_name(entry, name)
        if name in self and any(entry is x for x in (self[name], self._given.get(name))):
            return name
        checked = self._check(name, entry)
        if name in self and not replace and not is_same(self[name], checked):
            raise NameRuleError(
                f"{self.kind} {name!r}: the name is taken; expected another name, or replace=True"
            )
        self[name], self._given[name] = checked, entry
        self.version += 1
        return name

    def unregister(self, name: str) -> None:
        """Remove what was registered; a shipped entry that it replaced returns.

        Raises:
            UnknownNameError: nothing has the name.
            NameRuleError: what has the name is shipped.
        """
        if self.find(name) is self._shipped.get(name):
            raise NameRuleError(f"{self.kind} {name!r}: it is shipped; expected a registered name")
        self._given.pop(name, None)
        if name in self._shipped:
            self[name] = self._shipped[name]  # where it was: the sequence stays
        else:
            del self[name]
        self.version += 1

    def _require_name(self, entry: Any, name: object) -> str:
        found = getattr(entry, "name", getattr(entry, "__name__", None)) if name is None else name
        if not isinstance(found, str):
            raise WrongTypeError(
                f"{self.kind}: got {entry!r:.80} without a name; expected one, or name='...'"
            )
        is_plain = found.isascii() and found.isidentifier() and not keyword.iskeyword(found)
        if not is_plain or found in self._also:
            raise NameRuleError(
                f"{self.kind}: no name for one, got {found!r}; expected ASCII letters, digits"
                " and _, such as 'my_own'"
            )
        return found


def is_same(one: object, other: object) -> bool:
    """Whether two things have identical source: functions are compared by what they do."""
    try:
        return bool(_meaning(one) == _meaning(other))
    except (RecursionError, ValueError):  # functions that refer to themselves; an empty cell
        return False


def _meaning(thing: Any) -> Any:
    match thing:
        case types.FunctionType():
            cells = [_meaning(cell.cell_contents) for cell in thing.__closure__ or ()]
            defaults = repr((thing.__defaults__, thing.__kwdefaults__))
            return _meaning(thing.__code__), cells, defaults
        case types.CodeType():
            constants = [_meaning(constant) for constant in thing.co_consts]
            return thing.co_code, constants, thing.co_names, thing.co_varnames
        case tuple():
            return [_meaning(part) for part in thing]
        case classmethod() | staticmethod():
            return _meaning(thing.__func__)
        case property():
            return _meaning(thing.fget)
        case type():
            members = ((name, x) for name, x in vars(thing).items() if name not in _PLACES)
            bases = [base.__qualname__ for base in thing.__bases__]
            return bases, sorted((name, repr(_meaning(x))) for name, x in members)
    if dataclasses.is_dataclass(thing):
        fields = [_meaning(getattr(thing, field.name)) for field in dataclasses.fields(thing)]
        return type(thing).__qualname__, fields
    return inspect.getdoc(thing) if inspect.isdatadescriptor(thing) else repr(thing)


_PLACES = {"__module__", "__firstlineno__", "__static_attributes__", "__dataclass_fields__"}
