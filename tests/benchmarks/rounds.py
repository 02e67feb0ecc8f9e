"""Rounds: all systems of a workload in turn, again and again, in one process.

A machine is never quiet. So a ratio is taken inside of a round, whose runs lie close together in
time, and what is reported is the median of the rounds' ratios. Each round begins with another
system. The cyclic garbage collector runs before each run and rests during it, for all alike.
"""

import gc
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.benchmarks.systems import (
    NEUROSIM,
    Absent,
    Bar,
    Outcome,
    System,
    Verdict,
    Workload,
    compare,
)

ENOUGH = 0.05  # seconds


@dataclass(frozen=True, slots=True)
class Row:
    """A system's line: one figure for each round, for one unit of work.

    ``status`` is ``timed``, ``refused`` (it computed something else) or ``absent``. ``times`` is
    its figure divided by neurosim's, the median over the rounds.
    """

    name: str
    status: str
    check: str
    note: str
    rounds: tuple[float, ...]
    median: float | None
    times: float | None
    unit: str


@dataclass(frozen=True, slots=True)
class JudgedBar:
    """A bar, what was measured, and whether it is met; both None where it cannot be said."""

    bar: Bar
    value: float | None
    met: bool | None


@dataclass(frozen=True, slots=True)
class Result:
    """A workload's rows and bars."""

    name: str
    title: str
    unit: str
    size: str
    rounds: int
    rows: tuple[Row, ...]
    bars: tuple[JudgedBar, ...]

    @property
    def refused(self) -> tuple[str, ...]:
        """The systems that computed something else."""
        return tuple(row.name for row in self.rows if row.status == "refused")

    def row(self, name: str) -> Row:
        """The row of this name."""
        return next(row for row in self.rows if row.name == name)


class Measurement:
    """One workload under way.

    Making it makes the systems, runs each once (which warms it up), and refuses those that computed
    something else. Then iterate over `rounds`, as far as you like, and ask for the `result`.
    """

    def __init__(self, workload: Workload, *, size: str, peers: frozenset[str]) -> None:
        self._workload, self._size = workload, size
        self._enough = ENOUGH if size == "full" else 0.0
        made = workload.systems(size, peers)
        self._absent = [system for system in made if isinstance(system, Absent)]
        self._systems = [system for system in made if isinstance(system, System)]
        self._verdicts = check(self._systems, workload, size)
        self._timed = [s for s in self._systems if self._verdicts[s.name].passed]
        self._figures: list[dict[str, float]] = []
        self._names: dict[str, tuple[str, ...]] = {s.name: (s.name,) for s in self._systems}

    def rounds(self, count: int) -> Iterator[int]:
        """Go round by round; yields how many are done."""
        n_frozen = gc.get_freeze_count()
        gc.freeze()  # what stands by now is not looked through before every run
        try:
            for number in range(count):
                figures: dict[str, float] = {}
                first = number % max(1, len(self._timed))
                for system in self._timed[first:] + self._timed[:first]:
                    measured = _measure(system, self._enough)
                    self._names[system.name] = tuple(measured)
                    figures.update(measured)
                self._figures.append(figures)
                yield len(self._figures)
        finally:
            if not n_frozen:  # else somebody froze it who wants it so
                gc.unfreeze()

    def result(self) -> Result:
        """What the rounds so far say."""
        workload = self._workload
        judge = _judged if self._size == "full" else _unjudged
        return Result(
            workload.name,
            workload.title,
            workload.unit,
            self._size,
            len(self._figures),
            tuple(self._rows()),
            tuple(judge(bar, self._figures) for bar in workload.bars),
        )

    def _rows(self) -> Iterator[Row]:
        for system in self._systems:
            verdict = self._verdicts[system.name]
            for name in self._names[system.name]:
                rounds = tuple(f[name] for f in self._figures if name in f)
                yield Row(
                    name,
                    "timed" if verdict.passed else "refused",
                    verdict.text,
                    system.note,
                    rounds,
                    statistics.median(rounds) if rounds else None,
                    ratio((name,), (NEUROSIM,), self._figures),
                    self._workload.units_of_rows.get(name, "s"),
                )
        for absent in self._absent:
            yield Row(absent.name, "absent", "", absent.reason, (), None, None, "s")


def check(systems: Sequence[System], workload: Workload, size: str) -> dict[str, Verdict]:
    """Run each system once, and compare what it computed with what it must compute."""
    computed: dict[str, Outcome | None] = {}
    for system in systems:
        answer = system.prepare()()
        computed[system.name] = None if system.outcome is None else system.outcome(answer)
    tolerance = workload.tolerance
    if size == "small" and workload.small_tolerance is not None:
        tolerance = workload.small_tolerance
    # a reference that was not asked for leaves its place to neurosim
    reference = workload.reference if workload.reference in computed else NEUROSIM
    return {system.name: _verdict(system, computed, reference, tolerance) for system in systems}


def _verdict(
    system: System, computed: Mapping[str, Outcome | None], reference: str, tolerance: float
) -> Verdict:
    got, expected = computed[system.name], computed.get(reference)
    if got is None:
        return Verdict(True, "")
    if system.expected is not None:
        return compare(system.expected(), got, tolerance)
    if system.name == reference:
        return Verdict(True, "the reference")
    if expected is None:
        return Verdict(False, "there is nothing to compare it with")
    return compare(expected, got, tolerance)


def _measure(system: System, enough: float) -> Mapping[str, float]:
    """The figures of a run; of as many as fill so many seconds, behind one that is shorter."""
    with _collector_rests():
        seconds, answer = _timed(system)
        if system.figures is not None:
            return system.figures(answer)
        if seconds < enough:
            several = list[float]()
            while sum(several) < enough:
                several.append(_timed(system)[0])
            seconds = statistics.fmean(several)
    return {system.name: seconds / system.units}


def _timed(system: System) -> tuple[float, Any]:
    """The seconds of a run from the start on, and what it returned."""
    run = system.prepare()
    begin = time.perf_counter()
    answer = run()
    return time.perf_counter() - begin, answer


@contextmanager
def _collector_rests() -> Iterator[None]:
    gc.collect()
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def ratio(
    over: Sequence[str], under: Sequence[str], figures: Sequence[Mapping[str, float]]
) -> float | None:
    """The median over the rounds of the largest of ``over`` by the smallest of ``under``.

    Without ``under``, it is the largest of the medians.

    >>> rounds = [{"a": 2.0, "b": 1.0}, {"a": 9.0, "b": 3.0}, {"a": 8.0, "b": 2.0}]
    >>> ratio(["a"], ["b"], rounds)
    3.0

    Returns:
        None where a row is missing in a round, or where there are no rounds.
    """
    if not figures or not all(name in f for f in figures for name in (*over, *under)):
        return None
    if not under:
        return max(statistics.median(f[name] for f in figures) for name in over)
    return statistics.median(
        max(f[name] for name in over) / min(f[name] for name in under) for f in figures
    )


def _judged(bar: Bar, figures: Sequence[Mapping[str, float]]) -> JudgedBar:
    value = ratio(bar.over, bar.under, figures)
    return JudgedBar(bar, value, None if value is None else bar.is_met(value))


def _unjudged(bar: Bar, figures: Sequence[Mapping[str, float]]) -> JudgedBar:
    """A small size shows that a workload runs; its times say nothing about the bar."""
    return JudgedBar(bar, ratio(bar.over, bar.under, figures), None)
