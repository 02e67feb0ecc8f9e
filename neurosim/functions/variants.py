"""Variants of a function: numbers that a user chooses in it, and the tables that know them.

A variant has the name of its function with what was chosen, such as ``leaky_relu(slope=0.1)``; by
that name it is found again, in files and in other processes too.
"""

import ast
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from neurosim.errors import (
    InvalidValueError,
    NeurosimError,
    UnknownNameError,
    WrongTypeError,
    unknown,
)
from neurosim.functions.numbers import require_number
from neurosim.functions.registry import Table


@dataclass(frozen=True, slots=True)
class FunctionOption:
    """A number that a user may choose in a function, such as the slope of leaky_relu.

    Attributes:
        default: its value where none is given.
        least: its least value.
        is_least_allowed: whether it may have its least value itself.
        most: its greatest value.
    """

    default: float
    least: float = -math.inf
    is_least_allowed: bool = True
    most: float = math.inf

    def require(self, value: object, where: str) -> float:
        """The value as a number.

        Raises:
            InvalidValueError: it is out of bounds, or not finite.
            WrongTypeError: it is no number.
        """
        number = require_number(value, where)
        if number < self.least or number > self.most or self._is_bound(number):
            raise InvalidValueError(f"{where}: got {number:g}; expected a number {self.bounds}")
        return number

    def _is_bound(self, number: float) -> bool:
        return number == self.least and not self.is_least_allowed

    @property
    def bounds(self) -> str:
        """The bounds in words."""
        if math.isfinite(self.most):
            return f"<= {self.most:g}"
        return f"{'>=' if self.is_least_allowed else '>'} {self.least:g}"


FunctionOptions = Mapping[str, FunctionOption]


class HasVariants(Protocol):
    """A function of a table, with the options that it has."""

    @property
    def name(self) -> str:
        """By which it is found."""
        ...

    @property
    def options(self) -> FunctionOptions:
        """The numbers that may be chosen."""
        ...

    def with_options(self, given: Mapping[str, object]) -> Any:
        """The variant with these numbers; itself, where they are the usual ones."""
        ...


def chosen_values(
    kind: str, name: str, options: FunctionOptions, given: Mapping[str, object]
) -> dict[str, float]:
    """The values that are not the usual ones, in the order of the options.

    Raises:
        UnknownNameError: there is no such option.
        InvalidValueError, WrongTypeError: a value is not allowed.
    """
    for option in given:
        if option not in options and not options:
            raise InvalidValueError(f"{kind} {name!r}: got {option!r}; expected no options")
        if option not in options:
            raise UnknownNameError(unknown(f"option of {name}", option, options))
    chosen = {
        key: option.require(given[key], f"{name}({key}=)")
        for key, option in options.items()
        if key in given
    }
    return {key: value for key, value in chosen.items() if value != options[key].default}


def options_text(values: Mapping[str, float]) -> str:
    """The values as a name says them: ``slope=0.1``."""
    return ", ".join(f"{name}={repr(x).removesuffix('.0')}" for name, x in values.items())


def family(name: str) -> str:
    """The name of the function without options."""
    return name.partition("(")[0]


T = TypeVar("T", bound=HasVariants)


class VariantTable(Table[T]):
    """Functions by name; a name may give options: ``leaky_relu(slope=0.1)``."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._made: dict[str, tuple[T, T]] = {}  # each variant, behind what it was made of

    def find(self, name: object, where: str = "") -> T:
        """The function of this name.

        Raises:
            UnknownNameError: there is none, or it has no such option.
            InvalidValueError, WrongTypeError: the value of an option is not allowed.
        """
        if not isinstance(name, str) or not name.endswith(")") or name in self:
            return super().find(name, where)
        plain, given = self._parsed(name, where)
        usual = super().find(plain, where)
        made = self._made.get(name)
        if made is None or made[0] is not usual:
            made = self._made[name] = usual, usual.with_options(given)
        return made[1]

    def get(self, name: str, default: Any = None) -> Any:
        """The function of this name, or the default."""
        try:
            return self[name]
        except NeurosimError:
            return default

    def is_shipped(self, name: str, entry: T | None = None) -> bool:
        """Whether the function of this name, or the one given, is shipped, with any options."""
        if name == family(name):
            return super().is_shipped(name, entry)
        return super().is_shipped(family(name)) and (entry is None or entry is self[name])

    def named(self, given: Mapping[str, Mapping[str, object]], where: str) -> T:
        """The function given as in a scenario: ``{"leaky_relu": {"slope": 0.1}}``."""
        options: Any = next(iter(given.values()), None)
        if len(given) != 1 or not isinstance(options, Mapping):
            raise WrongTypeError(
                f"{where}: got {dict(given)!r:.80}; expected a name with options, such as"
                f" {self._example()}"
            )
        return self[super().find(next(iter(given)), where).with_options(options).name]

    def _example(self) -> str:
        name, entry = next((name, entry) for name, entry in self.items() if entry.options)
        option, value = next(iter(entry.options.items()))
        return f"{{{name!r}: {{{option!r}: {value.default}}}}}"

    def _parsed(self, name: str, where: str) -> tuple[str, dict[str, object]]:
        """The name and the options of ``leaky_relu(slope=0.1)``."""
        try:
            call = ast.parse(name.strip(), mode="eval").body
            if isinstance(call, ast.Call) and not call.args and isinstance(call.func, ast.Name):
                return call.func.id, {str(k.arg): ast.literal_eval(k.value) for k in call.keywords}
        except (SyntaxError, ValueError):
            pass
        raise InvalidValueError(
            f"{where + ': ' if where else ''}{self.kind}: got {name!r:.80}; expected a name with"
            f" options, such as {self._example()}"
        )
