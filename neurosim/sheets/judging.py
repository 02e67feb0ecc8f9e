"""Judging of sheets as people compute: a carried error is one error.

Each line is *right*, *follows* from the student's own earlier numbers, or is *wrong*: it follows
from neither. The first wrong line is so in the order of the training, not of the file. A line may
be off by half a unit of its last digit, and by what the rounding of the student's earlier lines
makes of it, to first order. What a student did not write is computed from what was written.

Where a line is wrong, the usual slips are tried in it and in the quantities before it that were not
written. Only where exactly one of them gives the number is it named; then what follows is computed
with it.
"""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias

from neurosim.debugger.traces.hand_file import Blank, Given, HandFile
from neurosim.errors import unknown
from neurosim.functions.numbers import short
from neurosim.languages import translate
from neurosim.sheets.formulas import Formula, Key, Slip

_Range: TypeAlias = tuple[float, float]
_EXACT = 1e-12  # of a fraction, or a number with all digits of a double: relative
_APART = 8.0  # a slip must change a number by so many times what it may be off: else it is chance
_MOST_BEFORE = 300  # quantities that a slip is looked for in


class JudgedLine(NamedTuple):
    """A line with its verdict.

    Attributes:
        line: as it was given, with or without a value.
        verdict: ``right``, ``follows``, ``wrong`` or ``empty``.
        formula: the quantity.
        own: what it is by the student's own numbers.
        slip: the one usual mistake that gives the number, in words; else empty.
    """

    line: Given | Blank
    verdict: str
    formula: Formula
    own: float
    slip: str = ""

    def __str__(self) -> str:
        subject = f"{self.line.where}: {self.formula.key[0]}"
        if isinstance(self.line, Blank):
            return translate("{}: no value; expected {}", subject, short(self.formula.value))
        text = f"{subject}: {self.line.value} {translate(_WORDS[self.verdict])}"
        if self.verdict == "right":
            return text
        if self.verdict == "follows":
            return f"{text} ({translate('{} by the right ones', short(self.formula.value))})"
        why = f", {translate('as if {}', translate(self.slip))}" if self.slip else ""
        expected = translate("expected {}", short(self.own))
        return f"{text}{why}; {expected} ({self.formula.place})"


class JudgedSheet(NamedTuple):
    """A sheet that was judged.

    Attributes:
        lines: in the order of the file.
        problems: the lines that could not be read, or name what the training does not have.
        first: the first wrong or empty line in the order of the training; None: there is none.
    """

    lines: tuple[JudgedLine, ...]
    problems: tuple[str, ...]
    first: JudgedLine | None

    def count(self, *verdicts: str) -> int:
        """How many lines have one of these verdicts."""
        return sum(line.verdict in verdicts for line in self.lines)

    @property
    def verdict(self) -> str:
        """``right`` where every line is right or follows, else ``wrong``; ``unread`` if none is."""
        if not self.lines:
            return "unread"
        return "wrong" if self.first is not None or self.problems else "right"


def judge(read: HandFile, formulas: Mapping[Key, Formula]) -> JudgedSheet:
    """Judge the lines of a sheet by the formulas of a training."""
    keys: dict[Key, list[Given | Blank]] = {}
    problems = list(read.problems)
    first_epoch = next(iter(formulas))[1] if formulas else 0
    given: list[Given | Blank] = [*read.lines, *read.blanks]
    for line in given:
        key = _key_of(line, formulas, first_epoch)
        if key in formulas:
            keys.setdefault(key, []).append(line)
        else:
            problems.append(_why_not(line, key, formulas))
    found = _Judge(formulas, keys).judged()
    first = next((one for one in found if one.verdict in ("wrong", "empty")), None)
    order = {line.where: n for n, line in enumerate(sorted(given, key=_at))}
    found.sort(key=lambda one: order[one.line.where])
    return JudgedSheet(tuple(found), tuple(problems), first)


class _Judge:
    """Goes through the quantities of a training, with the numbers of a student."""

    def __init__(
        self, formulas: Mapping[Key, Formula], lines: Mapping[Key, Sequence[Given | Blank]]
    ) -> None:
        self._formulas, self._lines = formulas, lines
        self._written = {
            key: (float(line.number), _half_unit(line))
            for key, several in lines.items()
            for line in several[:1]
            if isinstance(line, Given)
        }
        self._own: dict[Key, float] = {}
        for key in formulas:
            self._own[key] = self._compute(key)
        self._range: dict[Key, _Range] = {}
        self._is_off: dict[Key, bool] = {}  # whether it, or what it comes from, is not right
        self._done: list[Key] = []

    def judged(self) -> list[JudgedLine]:
        """The lines, in the order of the training."""
        found: list[JudgedLine] = []
        for key, formula in self._formulas.items():
            found += [self._judge(line, formula) for line in self._lines.get(key, ())]
            if key not in self._written:
                self._pass(key)
            self._done.append(key)
        return found

    def _judge(self, line: Given | Blank, formula: Formula) -> JudgedLine:
        key = formula.key
        low, high = _image(formula, self._own, self._range, formula.value)
        own = self._by(formula)
        if isinstance(line, Blank):
            return JudgedLine(line, "empty", formula, own)
        number, half = float(line.number), _half_unit(line)
        is_off = any(self._is_off[one] for one in formula.operands)
        if abs(number - formula.value) <= half or (
            not is_off and low - half <= number <= high + half
        ):
            verdict, slip = "right", ""
        elif low - half <= number <= high + half:
            verdict, slip = "follows", ""
        else:
            verdict = "wrong"
            slip = self._explain(formula, number, half, (high - low) / 2.0)
        if line is self._lines[key][0]:
            self._own[key], self._is_off[key] = number, verdict != "right"
            self._range[key] = _carried(number, half, low, high, formula.value, verdict)
        return JudgedLine(line, verdict, formula, own, slip)

    def _pass(self, key: Key) -> None:
        """Take a quantity that was not written, as the student's numbers make it."""
        formula = self._formulas[key]
        self._own[key] = self._by(formula)
        self._range[key] = _image(formula, self._own, self._range, formula.value)
        self._is_off[key] = any(self._is_off[one] for one in formula.operands)

    def _compute(self, key: Key) -> float:
        written = self._written.get(key)
        return self._by(self._formulas[key]) if written is None else written[0]

    def _by(self, formula: Formula, own: Mapping[Key, float] | None = None) -> float:
        values = self._own if own is None else own
        return _safe(formula.compute, [values[one] for one in formula.operands], formula.value)

    def _explain(self, formula: Formula, number: float, half: float, spread: float) -> str:
        """The words of the only slip that gives the number; what it was made in is taken so.

        A slip carries the rounding of what it was made from on in its own way: a learning rate of
        0.1 that is forgotten makes ten times as much of it.
        """
        matching: dict[str, dict[Key, float]] = {}
        before, own = self._unwritten_before(formula.key), self._by(formula)
        for root in (*before, formula.key):
            for slip in self._formulas[root].slips:
                changed = self._with_slip(slip, root, before, formula)
                if changed is None:
                    continue
                numbers, (low, high) = changed
                allowed = half + max(spread, (high - low) / 2.0)
                is_met = low - half <= number <= high + half
                if is_met and abs(number - own) >= _APART * allowed:
                    matching.setdefault(slip.words, numbers | {formula.key: number})
        if len(matching) != 1:
            return ""
        ((words, found),) = matching.items()
        self._adopt({key: value for key, value in found.items() if key != formula.key})
        return words

    def _with_slip(
        self, slip: Slip, root: Key, before: Sequence[Key], formula: Formula
    ) -> tuple[dict[Key, float], _Range] | None:
        """The numbers up to a quantity as a slip in one before it changes them, and its range."""
        if any(one not in self._own for one in slip.operands):
            return None
        point = [self._own[one] for one in slip.operands]
        value = _safe(slip.compute, point, self._own[root])
        if value == _safe(self._formulas[root].compute, [
            self._own[one] for one in self._formulas[root].operands
        ], value + 1.0):  # fmt: skip
            return None
        changed = {root: value}
        if root == formula.key:
            return changed, _image(slip, self._own, self._range, value)
        own, ranges = (
            self._own | changed,
            self._range | {root: _image(slip, self._own, self._range, value)},
        )
        start = before.index(root) + 1
        for key in (*before[start:], formula.key):
            way = self._formulas[key]
            if any(one in changed for one in way.operands):
                own[key] = changed[key] = self._by(way, own)
                ranges[key] = _image(way, own, ranges, way.value)
        return (changed, ranges[formula.key]) if formula.key in changed else None

    def _unwritten_before(self, key: Key) -> list[Key]:
        """The quantities that it is computed from and that were not written, in order."""
        found: dict[Key, None] = {}
        todo = list(self._formulas[key].operands)
        while todo and len(found) < _MOST_BEFORE:
            one = todo.pop()
            if one not in self._written and one not in found:
                found[one] = None
                todo += self._formulas[one].operands
        return [one for one in self._done if one in found]

    def _adopt(self, changed: Mapping[Key, float]) -> None:
        """Take numbers as the student's own, and compute what comes from them once more."""
        for key, value in changed.items():
            self._own[key], self._is_off[key] = value, True
            self._range[key] = (value, value)
        for key in self._done:
            formula = self._formulas[key]
            is_own = key not in self._written and key not in changed
            if is_own and any(self._is_off[one] for one in formula.operands):
                self._pass(key)


def _image(
    way: Formula | Slip, own: Mapping[Key, float], ranges: Mapping[Key, _Range], otherwise: float
) -> _Range:
    """The least and the most that the operands allow, each varied alone."""
    point = [own[one] for one in way.operands]
    center = low = high = _safe(way.compute, point, otherwise)
    for number, one in enumerate(way.operands):
        ends = ranges.get(one, (own[one], own[one]))  # a weight that is updated later has none yet
        if ends[0] == ends[1]:
            continue
        moved = [
            _safe(way.compute, [*point[:number], end, *point[number + 1 :]], center) for end in ends
        ]
        low += min(*moved, center) - center
        high += max(*moved, center) - center
    slack = _EXACT * max(abs(low), abs(high))
    return low - slack, high + slack


def _carried(  # noqa: PLR0917 - a number with all that is known of it
    number: float, half: float, low: float, high: float, true: float, verdict: str
) -> tuple[float, float]:
    """Between what numbers a line may be gone on with: as written, or with more digits."""
    if verdict == "wrong":
        return number - half, number + half
    ends = [number, max(low, number - half), min(high, number + half)]
    if verdict == "right" and abs(number - true) <= half:
        ends.append(true)
    inside = [end for end in ends if number - half <= end <= number + half]
    return min(inside), max(inside)


def _half_unit(line: Given) -> float:
    return float(line.half_unit) + _EXACT * max(1e-300, abs(float(line.number)))


def _safe(compute: object, values: list[float], otherwise: float) -> float:
    """A value, or another where a student's numbers have none (the logarithm of 0 or below)."""
    assert callable(compute)
    try:
        value = float(compute(values))
    except (ArithmeticError, ValueError):
        return otherwise
    return value if math.isfinite(value) else otherwise


def _at(line: Given | Blank) -> int:
    return int(line.where.rpartition(":")[2])


def _key_of(line: Given | Blank, formulas: Mapping[Key, Formula], first_epoch: int) -> Key:
    epoch = first_epoch if line.epoch is None else line.epoch
    sample = line.sample or 0
    if line.what.endswith((".weight", ".bias")):
        updates = [key for key in formulas if key[0] == line.what and key[1] == epoch]
        batch = _batch_of(sample, epoch, formulas)
        return next((key for key in updates if key[2] == batch), (line.what, epoch, -1))
    return line.what, epoch, sample


def _batch_of(sample: int, epoch: int, formulas: Mapping[Key, Formula]) -> int:
    """The batch that a sample is in: the first update behind its pass."""
    is_behind = False
    for key, formula in formulas.items():
        if key[1] == epoch and formula.phase != "update" and key[2] == sample:
            is_behind = True
        elif is_behind and formula.phase == "update":
            return key[2]
    return -1


def _why_not(line: Given | Blank, key: Key, formulas: Mapping[Key, Formula]) -> str:
    if not any(one[0] == key[0] for one in formulas):
        subject = line.what.rpartition(".")[0]
        known = dict.fromkeys(one[0].rpartition(".")[0] for one in formulas)
        alike = [one for one in known if one and ("->" in one) == ("->" in subject)]
        if subject not in alike:
            kind = "connection" if "->" in subject else "neuron"
            return f"{line.where}: {unknown(kind, subject, alike)}"
        why = "it is frozen, or no step computes it"
        return f"{line.where}: {line.what}: the training never writes it ({why}); expected another"
    epoch = "" if line.epoch is None else f" epoch {line.epoch}"
    sample = "" if line.sample is None else f" sample {line.sample}"
    return (
        f"{line.where}: {line.what}: not in{epoch}{sample or ' the first sample'} of the sheet's"
        " stretch; expected an epoch and a sample that it has (where the decimal mark is a comma,"
        " separate the fields by ';')"
    )


_WORDS = {
    "right": "is right",
    "follows": "follows from your earlier numbers",
    "wrong": "does not follow",
}
