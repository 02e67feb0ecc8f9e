"""A system under measurement, and what it computed.

A system makes ready (untimed), runs (timed), and tells what it computed (untimed). What it computed
is compared before anything is timed: a system that computes something else is refused, and no time
of it is shown.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

NEUROSIM = "neurosim"
TUNED = "tuned NumPy"
BEST = "best NumPy"
NAIVE = "naive NumPy"


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What a run computed: vectors by name, such as ``losses`` and ``parameters``."""

    vectors: Mapping[str, Numbers]


@dataclass(frozen=True, slots=True, eq=False)
class System:
    """One of those that are compared.

    Attributes:
        name: the row in the table.
        peer: what it is asked for by: ``neurosim``, ``tuned``, ``naive``, ``sklearn``, ...
        prepare: goes to the start, untimed; returns what is timed.
        outcome: what was computed, of what the timed function returned; None: nothing to compare.
        units: how many units (epochs, samples, edges) a run does; times are shown for one.
        expected: what it must compute, where that is not what the reference computes.
        figures: rows of its own instead of its time, of what the timed function returned.
        note: what a reader must know about it.
    """

    name: str
    peer: str
    prepare: Callable[[], Callable[[], Any]]
    outcome: Callable[[Any], Outcome] | None = None
    units: int = 1
    expected: Callable[[], Outcome] | None = None
    figures: Callable[[Any], Mapping[str, float]] | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Absent:
    """A system that cannot run here, and why."""

    name: str
    peer: str
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """How far what a system computed is from what it must compute."""

    passed: bool
    text: str


@dataclass(frozen=True, slots=True)
class Bar:
    """What is aimed at: the largest of ``over`` divided by the smallest of ``under``.

    Names are of rows. The quotient is taken in each round; its median is judged. Without ``under``,
    the largest of the medians is judged itself. ``sense`` is ``<=`` or ``>=``.
    """

    text: str
    over: tuple[str, ...]
    under: tuple[str, ...]
    sense: str
    limit: float

    def is_met(self, value: float) -> bool:
        """Whether a value is on the right side of the limit."""
        return value <= self.limit if self.sense == "<=" else value >= self.limit


@dataclass(frozen=True, slots=True, eq=False)
class Workload:
    """What all its systems do.

    Attributes:
        name: such as ``W1``.
        title: a line about it.
        unit: what one unit of work is, such as ``epoch``.
        systems: makes the systems for a size, ``full`` or ``small``, and the peers asked for.
        bars: what is aimed at.
        tolerance: two numbers are the same if |a - b| <= tolerance * max(1, |a|).
        reference: the row that all others must agree with.
        small_tolerance: the tolerance in the small size, where it is another.
        units_of_rows: what figures are in, by row, where not in seconds.
    """

    name: str
    title: str
    unit: str
    systems: Callable[[str, frozenset[str]], "list[System | Absent]"]
    bars: tuple[Bar, ...] = ()
    tolerance: float = 1e-9
    reference: str = TUNED
    small_tolerance: float | None = None
    units_of_rows: Mapping[str, str] = field(default_factory=dict)


def compare(expected: Outcome, got: Outcome, tolerance: float) -> Verdict:
    """Compare every vector that both have; there must be one.

    The error is |a - b| / max(1, |a|), a being what is expected.
    """
    shared = [name for name in expected.vectors if name in got.vectors]
    if not shared:
        return Verdict(False, f"computed only {', '.join(got.vectors) or 'nothing'}")
    worst, place = 0.0, shared[0]
    for name in shared:
        a, b = (np.asarray(o.vectors[name], np.float64) for o in (expected, got))
        if a.shape != b.shape:
            return Verdict(False, f"{name}: {b.shape} numbers, expected {a.shape}")
        if not len(a):
            return Verdict(False, f"{name}: no numbers")
        errors = np.abs(a - b) / np.maximum(1.0, np.abs(a))
        errors[~np.isfinite(errors)] = np.inf
        i = int(errors.argmax())
        if errors[i] >= worst:
            worst, place = float(errors[i]), f"{name}[{i}]"
    if worst > tolerance:
        return Verdict(False, f"{place} is off by {worst:.2g}, expected at most {tolerance:.0e}")
    return Verdict(True, f"{' and '.join(shared)} within {worst:.1g}")
