"""Values of expressions: exact at one moment, and within bounds at many moments at once.

`ParsedExpression.value` and `Condition.holds` are the definition: Python's arithmetic on floats,
except that ``min`` and ``max`` hide no NaN. `Condition.may_hold` screens a stretch that the fast
engine ran, whose numbers differ from the exact ones in the last digits: each quantity is an
interval, and what is True or False for all of an interval is sure. It rules a moment out only where
it is sure; each other one must be asked exactly.
"""

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, assert_never

import numpy as np
from numpy.typing import NDArray

from neurosim.debugger.stops.expressions import (
    Arithmetic,
    Call,
    Comparison,
    Denial,
    Junction,
    Negation,
    NumberLiteral,
    Numeric,
    Predicate,
    Quantity,
    Truth,
    read_condition,
    read_expression,
)
from neurosim.errors import NotComputable
from neurosim.functions.numbers import short
from neurosim.network.network import Network

Read = Callable[[Quantity], float | None]
ReadMany = Callable[[Quantity], float | NDArray[np.float64]]
Flags = NDArray[np.bool_] | bool
_Interval = tuple[Any, Any]  # lowest and highest, arrays or numbers; both NaN where not known
_Sure = tuple[Any, Any]  # whether it is surely true, and whether it is surely false


@dataclass(frozen=True, slots=True)
class ParsedExpression:
    """What a user wrote of a training's quantities, ready to be computed.

    Attributes:
        text: as it was written.
        quantities: what it asks for, each once, in the order of the text.
    """

    text: str
    quantities: tuple[Quantity, ...]
    _tree: Numeric | Truth = field(repr=False)

    def value(self, read: Read) -> float | bool:
        """The number or truth value at the moment that ``read`` reads; None is no value yet.

        Raises:
            NotComputable: it has none, such as 1/0, or a quantity is not there yet.
        """
        tree = self._tree
        return _truth(tree, read) if isinstance(tree, Truth) else _number(tree, read)

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Condition(ParsedExpression):
    """An expression that is true or false."""

    _tree: Truth = field(repr=False)

    def holds(self, read: Read) -> bool:
        """Whether it is true at the moment that ``read`` reads.

        Raises:
            NotComputable: it is neither.
        """
        return _truth(self._tree, read)

    def may_hold(self, read: ReadMany, tolerance: float) -> Flags:
        """Where it may be true, though quantities be off by tolerance * max(1, abs(x)).

        Args:
            read: gives a quantity at one moment, or at many; all that it gives broadcast
                together. Positions are exact. NaN and infinities rule nothing out.
            tolerance: >= 0; the engine's bound.

        Returns:
            False only where the condition surely does not hold; shaped as what was read.
        """
        with np.errstate(all="ignore"):
            intervals = {
                quantity: _around(quantity, read(quantity), tolerance)
                for quantity in self.quantities
            }
            _, is_false = _sure(self._tree, intervals)
            flags = np.logical_not(is_false)
        return flags if np.ndim(flags) else bool(flags)


def parse_expression(text: object, network: Network) -> ParsedExpression:
    """Read an expression; its names are neurons and connections of the network.

    Raises:
        WrongTypeError: it is no text.
        UnknownNameError: a name in it means nothing.
        InvalidValueError: it is not in the grammar.
    """
    return ParsedExpression(*read_expression(text, network))


def parse_condition(text: object, network: Network) -> Condition:
    """Read a condition: an expression that is true or false.

    Raises:
        WrongTypeError: it is no text.
        UnknownNameError: a name in it means nothing.
        InvalidValueError: it is not in the grammar, or a number.

    >>> network = Network()
    >>> layer = network.add_layer("x", 2)
    >>> parse_condition("0.5 < x1.output < 1", network).holds(lambda quantity: 0.75)
    True
    """
    return Condition(*read_condition(text, network))


# --- exactly


def _number(node: Numeric, read: Read) -> float:
    match node:
        case NumberLiteral():
            return node.value
        case Quantity():
            return _quantity(node, read(node))
        case Negation():
            return -_number(node.operand, read)
        case Call():
            return _call(node.function, [_number(operand, read) for operand in node.operands])
        case Arithmetic():
            total = _number(node.first, read)
            for sign, operand in node.rest:
                total = _apply(sign, total, _number(operand, read))
            return total
    assert_never(node)


def _truth(node: Truth, read: Read) -> bool:
    match node:
        case Comparison():
            left = _number(node.first, read)
            for sign, operand in node.rest:  # as in Python, what comes after a False is not asked
                right = _number(operand, read)
                if not COMPARISONS[sign].exact(left, right):
                    return False
                left = right
            return True
        case Predicate():
            return PREDICATES[node.function](_number(node.operand, read))
        case Denial():
            return not _truth(node.operand, read)
        case Junction():
            decide = all if node.word == "and" else any
            return decide(_truth(operand, read) for operand in node.operands)
    assert_never(node)


def _quantity(quantity: Quantity, value: float | None) -> float:
    if value is None:
        lack = "the neuron has none" if quantity.name == "bias" else "not yet"
        raise NotComputable(f"{quantity}: {lack}")
    return float(value)


def _apply(sign: str, left: float, right: float) -> float:
    try:
        return ARITHMETIC[sign].exact(left, right)
    except ZeroDivisionError:
        raise NotComputable(f"{short(left)}{sign}{short(right)}: division by zero") from None


def _call(function: str, operands: list[float]) -> float:
    text = f"{function}({', '.join(map(short, operands))})"
    try:
        return FUNCTIONS[function].exact(*operands)
    except OverflowError:
        raise NotComputable(f"{text}: too large for a number") from None
    except ValueError:
        wanted = "a number above 0" if function == "log" else "no negative number"
        raise NotComputable(f"{text}: it takes {wanted}") from None


# --- within bounds


def _around(quantity: Quantity, value: float | NDArray[np.float64], tolerance: float) -> _Interval:
    """What the exact value may be, where this one was read."""
    x = np.asarray(value, dtype=np.float64)
    if quantity.kind == "position":
        return _known(x, x)
    slack = tolerance * np.maximum(1.0, np.abs(x))
    return _known(x - slack, x + slack)


def _known(low: Any, high: Any) -> _Interval:
    """The interval, or NaN where an end of it is not finite: all is possible there."""
    nothing = (low - low) + (high - high)
    return low + nothing, high + nothing


def _bounds(node: Numeric, intervals: dict[Quantity, _Interval]) -> _Interval:
    match node:
        case NumberLiteral():
            return node.value, node.value
        case Quantity():
            return intervals[node]
        case Negation():
            low, high = _bounds(node.operand, intervals)
            return -high, -low
        case Call():
            parts = [_bounds(operand, intervals) for operand in node.operands]
            return _known(*FUNCTIONS[node.function].bounds(*parts))
        case Arithmetic():
            total = _bounds(node.first, intervals)
            for sign, operand in node.rest:
                total = _known(*ARITHMETIC[sign].bounds(total, _bounds(operand, intervals)))
            return total
    assert_never(node)


def _sure(node: Truth, intervals: dict[Quantity, _Interval]) -> _Sure:
    match node:
        case Comparison():
            parts = [_bounds(part, intervals) for part in (node.first, *(p for _, p in node.rest))]
            pairs = zip(node.rest, parts[:-1], parts[1:], strict=True)
            return reduce(_both, [COMPARISONS[sign].sure(a, b) for (sign, _), a, b in pairs])
        case Predicate():
            low, _ = _bounds(node.operand, intervals)
            is_finite, is_never = np.isfinite(low), np.zeros(np.shape(low), dtype=bool)
            return (is_finite, is_never) if node.function == "isfinite" else (is_never, is_finite)
        case Denial():
            is_true, is_false = _sure(node.operand, intervals)
            return is_false, is_true
        case Junction():
            parts = [_sure(operand, intervals) for operand in node.operands]
            return reduce(_both if node.word == "and" else _either, parts)
    assert_never(node)


def _both(a: _Sure, b: _Sure) -> _Sure:
    return a[0] & b[0], a[1] | b[1]


def _either(a: _Sure, b: _Sure) -> _Sure:
    return a[0] | b[0], a[1] & b[1]


def _product(a: _Interval, b: _Interval) -> _Interval:
    return _corners(operator.mul, a, b)


def _quotient(a: _Interval, b: _Interval) -> _Interval:
    is_defined = (b[0] > 0.0) | (b[1] < 0.0)
    low, high = _corners(np.divide, a, b)
    return np.where(is_defined, low, np.nan), np.where(is_defined, high, np.nan)


def _corners(combine: Callable[[Any, Any], Any], a: _Interval, b: _Interval) -> _Interval:
    """The bounds of what is monotone in either operand; rounding is monotone, too."""
    corners = [combine(x, y) for x in a for y in b]
    return reduce(np.minimum, corners), reduce(np.maximum, corners)


def _remainder(a: _Interval, b: _Interval) -> _Interval:
    """It jumps, so that it is known only of exact numbers; NumPy's is Python's."""
    is_exact = (a[0] == a[1]) & (b[0] == b[1])
    rest = np.where(is_exact, np.mod(a[0], b[0]), np.nan)
    return rest, rest


def _absolute(a: _Interval) -> _Interval:
    low, high = a
    return np.maximum(0.0, np.maximum(low, -high)), np.maximum(-low, high)


def _rising(function: Callable[[Any], Any]) -> Callable[[_Interval], _Interval]:
    """Bounds of an increasing function, wide enough for NumPy's and Python's last bits."""

    def bounds(a: _Interval) -> _Interval:
        low, high = function(a[0]), function(a[1])
        return low - 1e-15 * np.abs(low) - 1e-300, high + 1e-15 * np.abs(high) + 1e-300

    return bounds


def _extreme(choose: Callable[[list[float]], float]) -> Callable[..., float]:
    """The extreme of numbers, NaN where one is: Python's own depends on their order."""

    def exact(*operands: float) -> float:
        return math.nan if any(map(math.isnan, operands)) else choose(list(operands))

    return exact


def _ends(choose: Callable[[Any, Any], Any]) -> Callable[..., _Interval]:
    def bounds(*parts: _Interval) -> _Interval:
        lows, highs = zip(*parts, strict=True)
        return reduce(choose, lows), reduce(choose, highs)

    return bounds


@dataclass(frozen=True, slots=True)
class Meaning:
    """An operator or function: of floats, and of intervals."""

    exact: Callable[..., float]
    bounds: Callable[..., _Interval]


@dataclass(frozen=True, slots=True)
class OrderRule:
    """A comparison: of floats, and what is sure of it for intervals."""

    exact: Callable[[float, float], bool]
    sure: Callable[[_Interval, _Interval], _Sure]


ARITHMETIC = {
    "+": Meaning(operator.add, lambda a, b: (a[0] + b[0], a[1] + b[1])),
    "-": Meaning(operator.sub, lambda a, b: (a[0] - b[1], a[1] - b[0])),
    "*": Meaning(operator.mul, _product),
    "/": Meaning(operator.truediv, _quotient),
    "%": Meaning(operator.mod, _remainder),
}
COMPARISONS = {
    "<": OrderRule(operator.lt, lambda a, b: (a[1] < b[0], a[0] >= b[1])),
    "<=": OrderRule(operator.le, lambda a, b: (a[1] <= b[0], a[0] > b[1])),
    ">": OrderRule(operator.gt, lambda a, b: (a[0] > b[1], a[1] <= b[0])),
    ">=": OrderRule(operator.ge, lambda a, b: (a[0] >= b[1], a[1] < b[0])),
    "==": OrderRule(operator.eq, lambda a, b: (_is_same(a, b), _is_apart(a, b))),
    "!=": OrderRule(operator.ne, lambda a, b: (_is_apart(a, b), _is_same(a, b))),
}
FUNCTIONS = {
    "abs": Meaning(abs, _absolute),
    "min": Meaning(_extreme(min), _ends(np.minimum)),
    "max": Meaning(_extreme(max), _ends(np.maximum)),
    "exp": Meaning(math.exp, _rising(np.exp)),
    "log": Meaning(math.log, _rising(np.log)),
    "sqrt": Meaning(math.sqrt, _rising(np.sqrt)),
}
PREDICATES = {"isnan": math.isnan, "isfinite": math.isfinite}


def _is_same(a: _Interval, b: _Interval) -> Any:
    return (a[1] <= b[0]) & (a[0] >= b[1])


def _is_apart(a: _Interval, b: _Interval) -> Any:
    return (a[1] < b[0]) | (a[0] > b[1])
