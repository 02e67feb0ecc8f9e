"""Expressions: what nodes compute of each number, kept until a network needs neurons of it.

An activation that is written in several operators is recognized as a whole: only where the columns
of an expression are needed are patterns tried, the largest first.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.doors.traced import TracedColumns
from neurosim.errors import GraphError

Tail = tuple[int, ...]  # the shape of a row
MOST_NUMBERS = 10**7  # that the nodes of a model compute of a row: some ten seconds of work


@dataclass(frozen=True, slots=True, eq=False)
class Expression:
    """A value of the shape (B, *tail).

    Attributes:
        operator: that of ONNX; empty where ``columns`` are given.
        parts: expressions, or arrays of constants.
        where: the node, for messages.
    """

    operator: str
    parts: tuple[Any, ...]
    tail: Tail
    where: str
    columns: TracedColumns | None = None

    @property
    def n(self) -> int:
        """How many numbers a row has."""
        return math.prod(self.tail)


@dataclass(frozen=True, slots=True, eq=False)
class OperatorPattern:
    """An operator of patterns, numbers, names of options, and `Z`."""

    operator: str
    parts: tuple[Any, ...]

    @property
    def size(self) -> int:
        """How many operators and numbers must fit."""
        return 1 + sum(p.size if isinstance(p, OperatorPattern) else p is not Z for p in self.parts)


class PatternWriter:
    """Writes patterns as a model is written."""

    def op(self, kind: str, *inputs: Any) -> Any:
        """A pattern of an operator."""
        return OperatorPattern(kind, inputs)

    def number(self, values: Any) -> Any:
        """A number that must be met."""
        return float(values)


Z = object()  # the net input in a pattern
Binding = dict[Any, Any]


def matches(pattern: Any, value: Any, bound: Binding) -> Iterator[Binding]:
    """The ways in which a value fits: what `Z` and the options stand for."""
    if isinstance(pattern, OperatorPattern):
        if not isinstance(value, Expression) or value.operator != pattern.operator:
            return
        if len(value.parts) == len(pattern.parts):
            for parts in _orders(value):
                yield from _all_match(pattern.parts, parts, bound)
    elif isinstance(pattern, float):
        if isinstance(value, np.ndarray) and _is_number(value, pattern):
            yield bound
    elif isinstance(value, Expression) == (pattern is Z):
        known = bound.get(pattern)
        if known is None:
            yield {**bound, pattern: value}
        elif known is value or (pattern is not Z and np.array_equal(known, value)):
            yield bound


def _all_match(patterns: tuple[Any, ...], values: tuple[Any, ...], bound: Binding) -> Any:
    if not patterns:
        yield bound
        return
    for found in matches(patterns[0], values[0], bound):
        yield from _all_match(patterns[1:], values[1:], found)


def _orders(value: Expression) -> Iterator[tuple[Any, ...]]:
    yield value.parts
    if value.operator in {"Add", "Mul", "Max", "Min"} and len(value.parts) == 2:
        yield value.parts[::-1]


def _is_number(array: Any, number: float) -> bool:
    """Whether all of it is the number, as its precision can tell it."""
    if array.dtype.kind != "f":
        return bool((array == number).all())
    near = 4.0 * float(np.finfo(array.dtype).eps) * abs(number)
    return bool((np.abs(array.astype(np.float64) - number) <= near).all())


class ExpressionTable:
    """Expressions, equal ones each once."""

    def __init__(self) -> None:
        self._known: dict[Any, Expression] = {}
        self._n_numbers = 0

    def require_room(self, n: int, where: str) -> None:
        """Count n more numbers a row, before anything is made of them.

        Raises:
            GraphError: all together are too many.
        """
        self._n_numbers += n
        if self._n_numbers > MOST_NUMBERS:
            raise GraphError(
                f"{where}: the model computes more than {MOST_NUMBERS:,} numbers of a row, this"
                f" node {n:,} of them; expected less"
            )

    def of_columns(self, columns: TracedColumns, tail: Tail, where: str) -> Expression:
        """The expression of columns that are known."""
        return Expression("", (), tail, where, columns)

    def op(self, kind: str, *parts: Any, where: str) -> Expression:
        """What an operator makes of expressions and constants."""
        tail = _common_tail(parts, where)
        self.require_room(math.prod(tail), where)
        key = (
            kind,
            tuple(
                id(p) if isinstance(p, Expression) else (p.dtype.str, p.shape, p.tobytes())
                for p in parts
            ),
        )
        return self._known.setdefault(key, Expression(kind, parts, tail, where))


def _common_tail(parts: tuple[Any, ...], where: str) -> Tail:
    rank = 1 + max(len(p.tail) for p in parts if isinstance(p, Expression))
    shapes = [_tail_of(part, rank, where) for part in parts]
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        raise GraphError(
            f"{where}: got the shapes {shapes} of a row; expected equal ones"
        ) from None


def _tail_of(part: Any, rank: int, where: str) -> Tail:
    if isinstance(part, Expression):
        if len(part.tail) + 1 == rank:
            return part.tail
        raise GraphError(f"{where}: got values of {len(part.tail) + 1} and {rank} axes;"
                         " expected as many")  # fmt: skip
    shape = tuple(part.shape)
    if len(shape) > rank or (len(shape) == rank and shape[0] != 1):
        raise GraphError(f"{where}: got constants of the shape {shape}; expected those of a row")
    return shape[1:] if len(shape) == rank else shape


def spread(columns: TracedColumns, tail: Tail, wanted: Tail) -> TracedColumns:
    """The columns of a tail, repeated where another is wider."""
    if tail == wanted:
        return columns
    numbers = np.arange(columns.n).reshape(tail)
    return columns.chosen(np.broadcast_to(numbers, wanted).ravel())


def numbers_of(array: Any, tail: Tail, where: str) -> Any:
    """Constants as one number a column, (n,).

    Raises:
        GraphError: they are not finite.
    """
    shape = array.shape[1:] if array.ndim == len(tail) + 1 else array.shape
    found = np.asarray(array, np.float64).reshape(shape)
    require_finite(found, where)
    return np.broadcast_to(found, tail).ravel()


def require_finite(array: Any, where: str) -> None:
    """Refuse numbers that are not."""
    if not np.isfinite(array).all():
        bad = array[~np.isfinite(array)].flat[0]
        raise GraphError(f"{where}: got {bad} among its constants; expected finite numbers")
