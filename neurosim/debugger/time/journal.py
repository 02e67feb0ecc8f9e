"""The journal: the records of the units that were walked last, as many as its limit holds.

A unit is a sample (forward, its loss, backward) or an update. What the journal has dropped is made
again by walking; so it is a store of what is known, and nothing depends on what is in it.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice

from neurosim.debugger.time.training_log import UnitPlace
from neurosim.interpreter.steps import (
    KINDS,
    GradientComputed,
    Step,
    Summed,
    Updated,
    completed,
    kinds_that_complete,
    written,
)
from neurosim.training.state import TrainingState

LIMIT = 256_000_000  # bytes
# bytes of a record, measured: its tuple, and the floats that nothing else holds
_A_STEP, _AN_UPDATE = 150, 500
_AT_ONCE = 50_000  # steps
_QUANTITIES = {quantity for kind in KINDS.values() for quantity in kind.quantities}


class UnitRecord:
    """The records of a unit; where they are too many, those of its first steps are dropped.

    Args:
        batch: as in `UnitPlace`.
        unit: as in `UnitPlace`.
        state: that before the batch.
        losses: of the samples of the batch; shared by its records.
        limit: of its bytes.
    """

    __slots__ = (
        "_limit", "_steps", "_writers",
        "batch", "first", "is_whole", "losses", "state", "unit",
    )  # fmt: skip

    def __init__(
        self, batch: int, unit: int, state: TrainingState, losses: list[float], limit: int
    ) -> None:
        self.batch, self.unit, self.state, self.losses = batch, unit, state, losses
        self.first = 0  # how many steps are dropped
        self.is_whole = False
        self._steps: list[Step] = []
        self._limit = limit
        # of a quantity: which step wrote it first on which object, and how many were looked at
        self._writers: dict[str, tuple[dict[object, int], int]] = {}

    @property
    def key(self) -> tuple[int, int]:
        """Its place in time."""
        return self.batch, self.unit

    @property
    def end(self) -> int:
        """The number of the step behind the last that is known."""
        return self.first + len(self._steps)

    @property
    def size(self) -> int:
        """About how many bytes the records take."""
        is_update = bool(self._steps) and isinstance(self._steps[-1], Updated)
        return len(self._steps) * (_AN_UPDATE if is_update else _A_STEP)

    def __getitem__(self, number: int) -> Step:
        return self._steps[number - self.first]

    def between(self, first: int, last: int) -> list[Step]:
        """The steps from ``first`` up to and without ``last``, as far as they are known."""
        return self._steps[max(first - self.first, 0) : max(last - self.first, 0)]

    def writer_of(self, thing: object, quantity: str) -> int | None:
        """The number of the first step that wrote a number of the unit, dropped or not."""
        return self._writers_of(quantity).get(thing)

    def append(self, step: Step) -> None:
        """Take a step."""
        self._steps.append(step)
        if self.size > self._limit:
            self._drop()

    def extend(self, steps: Iterator[Step]) -> None:
        """Take all that is left."""
        while True:
            before = len(self._steps)
            self._steps.extend(islice(steps, _AT_ONCE))
            is_all = len(self._steps) < before + _AT_ONCE
            while self.size > self._limit:
                self._drop()
            if is_all:
                return

    def _writers_of(self, quantity: str) -> dict[object, int]:
        writers, start = self._writers.get(quantity, ({}, 0))
        if start < self.end:
            kinds = _kinds_that_write(quantity)
            for number, step in enumerate(self._steps[start - self.first :], start):
                if type(step) in kinds:
                    for thing in _written_on(step, quantity):
                        writers.setdefault(thing, number)
            self._writers[quantity] = writers, self.end
        return writers

    def _drop(self) -> None:
        for quantity in _QUANTITIES:
            self._writers_of(quantity)
        half = len(self._steps) // 2
        del self._steps[:half]
        self.first += half


@cache
def _kinds_that_write(quantity: str) -> frozenset[type]:
    """The kinds of steps of which one is the first to write a quantity; a sum is started before."""
    kinds = {kind for kind, row in KINDS.items() if quantity in row.quantities}
    return kinds_that_complete(quantity) | kinds - {Summed}


def _written_on(step: Step, quantity: str) -> Iterable[object]:
    """The objects on which a step writes or completes a quantity."""
    if isinstance(step, GradientComputed):  # by far the most
        parameter = step.parameter
        is_asked = (parameter.kind == "b") == (quantity == "bias_gradient")
        owners = parameter.parameter.connections or (parameter.owner,)
        return owners if is_asked else ()
    slots = (*written(step), *completed(step))
    return (thing for thing, name in slots if name == quantity)


class Journal:
    """Records by their place; the one that was written first is the first to go.

    Args:
        limit: about how many bytes of records are kept, besides those of the present unit.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.size = 0  # about how many bytes the records take
        self._records: dict[tuple[int, int], UnitRecord] = {}
        self._sizes: dict[tuple[int, int], int] = {}

    def get(self, batch: int, unit: int) -> UnitRecord | None:
        """The record of a unit, if it is here."""
        return self._records.get((batch, unit))

    def keep(self, record: UnitRecord) -> None:
        """Keep a record that is whole, and drop old ones beyond the limit."""
        record.is_whole = True
        if record.key in self._records:
            self._drop(record.key)
        self._records[record.key] = record
        self._sizes[record.key] = record.size
        self.size += record.size
        while self.size > self.limit and len(self._records) > 1:
            self._drop(next(iter(self._records)))

    def cut(self, place: UnitPlace) -> None:
        """Drop the units that begin after a place, or go on beyond it."""
        for key in [key for key in self._records if key >= place[:2]]:
            self._drop(key)

    def _drop(self, key: tuple[int, int]) -> None:
        del self._records[key]
        self.size -= self._sizes.pop(key)
