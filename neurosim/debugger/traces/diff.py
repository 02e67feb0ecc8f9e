"""Comparison of two traces: the first line where they differ.

What is compared is the arithmetic: the place, what was written, the operands and the result. What
stood there before is an operand only where a sum goes on or a parameter moves; elsewhere it is what
an earlier pass left, and two traces of the same steps may differ in it.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count, zip_longest

from neurosim.debugger.traces.trace import TraceEntry, TraceValue
from neurosim.functions.numbers import (
    require_non_negative,
)
from neurosim.interpreter.steps import KINDS

# the kinds whose arithmetic begins with the value before
_GOES_ON = frozenset(record.__name__ for record, kind in KINDS.items() if kind.continues)


@dataclass(frozen=True, slots=True)
class TraceDifference:
    """Where two traces part.

    Attributes:
        line: of the files, from 1; the first entry is in line 2.
        first: the entry of the first trace, or None where it has ended.
        second: that of the second.
        field: what differs: ``place``, ``kind``, ``what``, or a field such as ``after``; empty
            where one has ended.
        what: the quantity that is written there.
        values: the two values of the field.
    """

    line: int
    first: TraceEntry | None
    second: TraceEntry | None
    field: str
    what: str
    values: tuple[TraceValue, TraceValue]

    def __str__(self) -> str:
        if self.first is None or self.second is None:
            ended, other = ("first", self.second) if self.first is None else ("second", self.first)
            return f"line {self.line}: the {ended} trace has ended; the other goes on with {other}"
        a, b = self.first, self.second
        if self.field == "place":
            if self.line == 2:
                return f"of different ranges: one begins at {a.place}, the other at {b.place}"
            return f"line {self.line}: one is at {a.place}, the other at {b.place}"
        if self.field in ("kind", "what"):
            return f"{a.place}: another thing happens: {a.text}, and {b.text}"
        of = "" if self.field == "after" else f" {self.field}"
        x, y = self.values
        values = f"{x!r} in the first, {y!r} in the second"
        return f"{a.place}: {self.what}:{of} {values}{_gap(x, y)}"


def diff_traces(
    first: Iterable[TraceEntry], second: Iterable[TraceEntry], tolerance: float = 0.0
) -> TraceDifference | None:
    """Find the first line where two traces of the same range differ.

    Args:
        first: a trace, or entries as they are made; read one by one.
        second: the other.
        tolerance: numbers are the same where ``|a - b| <= tolerance * max(1, |a|)``; for 0, where
            they are the same to the last bit. Two that are no numbers (nan) are the same.

    Returns:
        The difference, or None.

    Raises:
        InvalidValueError: the tolerance is negative or not finite.
        FileError: a line of a file is no entry.
    """
    allowed = require_tolerance(tolerance)
    for line, (a, b) in zip(count(2), zip_longest(first, second), strict=False):
        found = _compare(line, a, b, allowed)
        if found is not None:
            return found
    return None


def require_tolerance(tolerance: object) -> float:
    """The tolerance as a float, finite and not negative."""
    return require_non_negative(tolerance, "tolerance")


def is_close(a: float, b: float, tolerance: float) -> bool:
    """Whether two numbers are the same, as `diff_traces` means it.

    >>> is_close(100.0, 101.0, 0.01), is_close(0.0, -0.0, 0.0), is_close(math.nan, math.nan, 0.0)
    (True, False, True)
    """
    if math.isnan(a) or math.isnan(b):
        return math.isnan(a) and math.isnan(b)
    if tolerance == 0.0 or math.isinf(a) or math.isinf(b):
        return a == b and math.copysign(1.0, a) == math.copysign(1.0, b)
    return abs(a - b) <= tolerance * max(1.0, abs(a))


def _compare(
    line: int, a: TraceEntry | None, b: TraceEntry | None, tolerance: float
) -> TraceDifference | None:
    if a is None or b is None:
        return TraceDifference(line, a, b, "", "", (None, None))
    if a[:6] != b[:6]:  # epoch, batch, sample, row, phase, step
        return TraceDifference(line, a, b, "place", "", (a.place, b.place))
    what = ", ".join(a.what)
    if a.kind != b.kind:
        return TraceDifference(line, a, b, "kind", what, (a.kind, b.kind))
    if a.what != b.what:
        return TraceDifference(line, a, b, "what", what, (what, ", ".join(b.what)))
    for field, index, x, y in _pairs(a, b):
        if not _is_same(x, y, tolerance):
            name = a.what[index] if field == "after" and index < len(a.what) else what
            return TraceDifference(line, a, b, field, name, (x, y))
    return None


def _pairs(a: TraceEntry, b: TraceEntry) -> Iterator[tuple[str, int, TraceValue, TraceValue]]:
    """The values of two entries of a kind, field by field; tuples number by number."""
    for field in {**a.record, **b.record}:
        if field == "before" and a.kind not in _GOES_ON:
            continue
        x, y = a.record.get(field), b.record.get(field)
        if isinstance(x, tuple) and isinstance(y, tuple):
            for index, (one, other) in enumerate(zip_longest(x, y)):
                yield field, index, one, other
        else:
            yield field, 0, x, y


def _is_same(x: TraceValue, y: TraceValue, tolerance: float) -> bool:
    if isinstance(x, float) and isinstance(y, float):
        return is_close(x, y, tolerance)
    return x == y


def _gap(x: TraceValue, y: TraceValue) -> str:
    if not isinstance(x, float) or not isinstance(y, float) or not math.isfinite(x - y):
        return ""
    return f", {abs(x - y):.3g} apart"
