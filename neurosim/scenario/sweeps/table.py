"""The table of a sweep: a row for each point, in the order of the points."""

import csv
import io
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from neurosim.errors import InvalidValueError, UnknownNameError, unknown
from neurosim.functions.numbers import counted
from neurosim.scenario.sweeps.axes import value_text

_USUAL = ("folds_loss", "validation_loss", "loss")  # what points are compared by


class SweepMeasure(NamedTuple):
    """The column that points are compared by, and whether more of it is better."""

    name: str
    is_maximized: bool = False

    def __str__(self) -> str:
        """In words."""
        return f"{'largest' if self.is_maximized else 'least'} {self.name.replace('_', ' ')}"


@dataclass(frozen=True, slots=True)
class SweptPoint:
    """A point and what came out of it.

    Attributes:
        number: from 0, in the order of the axes' values, those of the last axis first.
        values: by the keys that are varied.
        found: ``status``, ``epochs`` and the numbers by name; None for a number that is not finite.
        folder: where its run is kept, as `neurosim run --out` keeps one; None: nowhere.
    """

    number: int
    values: Mapping[str, Any]
    found: Mapping[str, Any]
    folder: Path | None

    @property
    def is_diverged(self) -> bool:
        """Whether its training met a number that is not finite."""
        return bool(self.found["status"] == "diverged")

    def number_of(self, measure: str) -> float:
        """A number of it; NaN where there is none, or the training diverged."""
        number = self.found.get(measure)
        return math.nan if number is None or self.is_diverged else float(number)

    def __str__(self) -> str:
        """Its values in a line."""
        return ", ".join(f"{key}={value_text(value)}" for key, value in self.values.items())


@dataclass(frozen=True, slots=True)
class SweepResult:
    """What came out of a sweep, or of a search.

    Attributes:
        title: of the scenario.
        axes: the values of each key that was varied; of a search, those that were tried.
        points: in order.
        measure: what points are compared by.
        noun: what a point is called.
    """

    title: str
    axes: Mapping[str, tuple[Any, ...]]
    points: tuple[SweptPoint, ...]
    measure: SweepMeasure
    noun: str = "point"

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of what was found, in the order of their first point."""
        return tuple(dict.fromkeys(name for point in self.points for name in point.found))

    @property
    def best(self) -> SweptPoint | None:
        """The best point by the measure, of equal ones the first; None where none has a number."""
        name, sign = self.measure.name, -1 if self.measure.is_maximized else 1
        numbers = [(sign * point.number_of(name), point.number) for point in self.points]
        finite = [pair for pair in numbers if math.isfinite(pair[0])]
        return (
            next((p for p in self.points if p.number == min(finite)[1]), None) if finite else None
        )

    @property
    def n_diverged(self) -> int:
        """How many points diverged."""
        return sum(point.is_diverged for point in self.points)

    def rows(self) -> list[list[Any]]:
        """The titles of the columns, and a row for each point."""
        head = [self.noun, *self.axes, *self.columns]
        return [head] + [
            [point.number, *(point.values[key] for key in self.axes),
             *(point.found.get(name) for name in self.columns)]
            for point in self.points
        ]  # fmt: skip

    def to_csv(self) -> str:
        """The rows as CSV: every float round-trips, and what is not there is empty."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        for row in self.rows():
            writer.writerow("" if cell is None else value_text(cell) for cell in row)
        return text.getvalue()

    def to_dict(self) -> dict[str, Any]:
        """The same as data for JSON."""
        best = self.best
        return {
            "scenario": self.title,
            "axes": {key: list(values) for key, values in self.axes.items()},
            "measure": self.measure.name,
            "best": None if best is None else best.number,
            "points": [
                {"number": p.number, "values": dict(p.values), **p.found,
                 **({} if p.folder is None else {"folder": str(p.folder)})}
                for p in self.points
            ],
        }  # fmt: skip

    def __str__(self) -> str:
        """How many points, and the best of them."""
        best = self.best
        diverged = f", {self.n_diverged} diverged" * bool(self.n_diverged)
        count = f"{counted(len(self.points), self.noun)}{diverged}"
        if best is None:
            return count
        number = best.number_of(self.measure.name)
        return f"{count}; {self.measure}: {number:.6g} at {best}"

    def __repr__(self) -> str:
        """The same, in brackets: there may be many points."""
        return f"<{self}>"


def choose_measure(
    columns: Iterable[str], minimize: str | None, maximize: str | None
) -> SweepMeasure:
    """What points are compared by: what is asked for; else the loss of folds, validation or all.

    A name may leave out on which rows, where only one part of the rows has it.

    Raises:
        UnknownNameError: there is no such number.
        InvalidValueError: both are asked for, or a name is of several parts of the rows.
    """
    known = list(dict.fromkeys(columns))
    if minimize is not None and maximize is not None:
        raise InvalidValueError(f"maximize: got {maximize!r} beside minimize; expected one of them")
    name = minimize if maximize is None else maximize
    if name is None:
        return SweepMeasure(next(one for one in _USUAL if one in known))
    if name in known:
        return SweepMeasure(name, maximize is not None)
    found = [column for column in known if column.endswith(f"_{name}")]
    if not found:
        raise UnknownNameError(unknown("measure", name, known))
    if len(found) > 1:
        raise InvalidValueError(f"measure: got {name!r}; expected one of {', '.join(found)}")
    return SweepMeasure(found[0], maximize is not None)
