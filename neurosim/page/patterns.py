"""Patterns: the engine's texts with places for their numbers, so that a page can write them anew.

A text such as ``h1: net = 0.1 + 0.5*1 = 0.6`` becomes a pattern, which is written with other
numbers of the same step. Nothing is worded twice: a pattern is found in the engine's own text, and
is used for another step only where it gives that step's own text to the last letter. A pattern is a
tuple: texts at even places, operations at odd ones. An operation is a letter and the numbers'
places among the operands:

- ``S``: the number, as ``short`` writes it; ``A``: without its sign.
- ``O``: the number as a factor, in brackets where it is negative.
- ``P``: the term of two numbers with its sign in front, as ``plus`` writes it.
- ``G``: the number as a term, with its sign in front.
- ``M``: the product of two numbers.
"""

import functools
import re
from collections.abc import Callable, Sequence
from typing import TypeAlias

from neurosim.functions.numbers import short
from neurosim.interpreter.steps import operand, plus

Pattern: TypeAlias = tuple[str, ...]

_NUMBER = r"(?:\d+(?:\.\d+)?(?:e[+-]\d+)?|inf|nan)"
_TOKEN = re.compile(
    rf"(?P<term> (?P<sign>[+-]) (?P<weight>{_NUMBER})"
    rf"\*(?P<value>\(-{_NUMBER}\)|{_NUMBER}))(?![\w.])"
    rf"|(?P<signed> [+-] {_NUMBER})(?![\w.*/])"
    rf"|(?<![\w'])(?P<bracketed>\(-{_NUMBER}\))"
    rf"|(?<![\w.])(?<!\d,)(?P<plain>-?{_NUMBER})(?![\w.]|,\d)"
)


def written(pattern: Pattern, numbers: Sequence[float]) -> str:
    """The text of a pattern with these numbers.

    >>> written(("net = ", "S0", "", "P1 2"), [0.1, -0.5, 2.0])
    'net = 0.1 - 0.5*2'
    """
    parts = list(pattern)
    for at, operation, first, second in _compiled(pattern):
        if second < 0:
            parts[at] = operation(numbers[first])
        else:
            parts[at] = operation(numbers[first], numbers[second])
    return "".join(parts)


@functools.lru_cache(maxsize=2**16)
def _compiled(pattern: Pattern) -> tuple[tuple[int, Callable[..., str], int, int], ...]:
    """Where the operations of a pattern are, and the places of their one or two numbers."""
    found = []
    for at in range(1, len(pattern), 2):
        places = [int(place) for place in pattern[at][1:].split(" ")]
        found.append((at, _OPERATIONS[pattern[at][0]], places[0], places[1] if places[1:] else -1))
    return tuple(found)


def pattern_of(text: str, numbers: Sequence[float]) -> tuple[Pattern, list[float]]:
    """A pattern that gives the text; and the numbers of the text that are not among the operands.

    Those are read from the text, and have the places behind the operands.

    >>> pattern_of("h1: net = 0.1 - 0.5*2 = -0.9", [0.1, -0.5, 2.0])
    (('h1: net = ', 'S0', '', 'P1 2', ' = ', 'S3', ''), [-0.9])
    """
    finder = _Finder(numbers)
    parts, end = [""], 0
    for match in _TOKEN.finditer(text):
        literal, operation = finder.operation(match, text)
        parts[-1] += text[end : match.start()] + literal
        parts += [operation, ""]
        end = match.end()
    parts[-1] += text[end:]
    found = tuple(parts)
    if written(found, [*numbers, *finder.extras]) != text:  # a name that looks like a number
        return (text,), []
    return found, finder.extras


class _Finder:
    """Finds the operands that a text's numbers are; each is preferred before it was used."""

    def __init__(self, numbers: Sequence[float]) -> None:
        self._numbers = numbers
        self._signed = [short(number) for number in numbers]
        self._sizes = [short(abs(number)) for number in numbers]
        self._used: list[int] = []
        self.extras: list[float] = []

    def operation(self, match: "re.Match[str]", text: str) -> tuple[str, str]:
        """The letters to keep before an operation, and the operation."""
        token = match.group()
        if match["term"]:
            return self._term(match)
        if match["signed"]:
            place = self._place(("-" if token[1] == "-" else "") + token[3:])
            if place is not None:
                return "", f"G{place}"
            return token[:3], self._single(token[3:], is_factor=True)
        if match["bracketed"]:
            return "", self._single(token[1:-1], is_factor=True)
        before = text[: match.start()]
        return "", self._single(token, is_factor=before.endswith(("*", "/", "- ")))

    def _term(self, match: "re.Match[str]") -> tuple[str, str]:
        minus = "-" if match["sign"] == "-" else ""
        value = match["value"].strip("()")
        for first, text in enumerate(self._signed):
            second = first + 1
            if second < len(self._signed) and (text, self._signed[second]) == (
                minus + match["weight"], value,
            ):  # fmt: skip
                self._used += [first, second]
                return "", f"P{first} {second}"
        places = self._place(minus + match["weight"]), self._place(value)
        if None not in places:
            self._used += [place for place in places if place is not None]
            return "", f"P{places[0]} {places[1]}"
        number = float(minus + match["weight"]), float(value)
        at = len(self._numbers) + len(self.extras)
        self.extras += number
        return "", f"P{at} {at + 1}"

    def _single(self, token: str, *, is_factor: bool) -> str:
        place = self._place(token)
        if place is not None:
            self._used.append(place)
            return f"{'O' if is_factor else 'S'}{place}"
        if token in self._sizes:
            return f"A{self._sizes.index(token)}"
        if len(self._used) >= 2:
            first, second = self._used[-2:]
            if short(self._numbers[first] * self._numbers[second]) == token:
                return f"M{first} {second}"
        self.extras.append(float(token))
        return f"{'O' if is_factor else 'S'}{len(self._numbers) + len(self.extras) - 1}"

    def _place(self, token: str) -> int | None:
        places = [at for at, text in enumerate(self._signed) if text == token]
        fresh = [at for at in places if at not in self._used]
        return next(iter(fresh or places), None)


class Patterns:
    """The patterns of one text over many moments, in the order in which they were met."""

    def __init__(self) -> None:
        self.found: dict[Pattern, int] = {}
        self._last: Pattern | None = None

    def number_of(self, text: str, numbers: Sequence[float]) -> tuple[int, list[float]]:
        """The number of the pattern that gives the text, and the numbers that it has beside."""
        if self._last is not None and written(self._last, numbers) == text:
            return self.found[self._last], []
        for pattern in self.found:
            if _needs(pattern) <= len(numbers) and written(pattern, numbers) == text:
                self._last = pattern
                return self.found[pattern], []
        pattern, extras = pattern_of(text, numbers)
        if not extras:
            self._last = pattern
        return self.found.setdefault(pattern, len(self.found)), extras


def _needs(pattern: Pattern) -> int:
    """How many numbers a pattern is written with."""
    return max((max(first, second) + 1 for *_, first, second in _compiled(pattern)), default=0)


def _signed_term(number: float) -> str:
    return f" {'-' if number < 0.0 else '+'} {short(abs(number))}"


_OPERATIONS: dict[str, Callable[..., str]] = {
    "S": short,
    "A": lambda number: short(abs(number)),
    "O": operand,
    "P": plus,
    "G": _signed_term,
    "M": lambda first, second: short(first * second),
}
