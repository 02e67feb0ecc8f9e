"""Levels of units: one more than the highest level among their sources, 0 where there is none.

After an edit only what lies behind the touched neurons is looked at, as far as a level changes.
"""

from collections.abc import Callable, Iterable, Sequence
from heapq import heapify, heappop, heappush

from neurosim.network.neuron import Neuron
from neurosim.network.order import Neighbours, Unit

_MANY = 8  # one touched unit in so many: to compute all is cheaper


class Levels:
    """The level of each unit, computed again where it was touched."""

    __slots__ = ("_level", "_touched")

    def __init__(self) -> None:
        self._level: dict[Unit, int] = {}
        self._touched: set[Neuron] = set()

    @property
    def is_read(self) -> bool:
        """Whether there are any."""
        return bool(self._level)

    def touch(self, neurons: Iterable[Neuron]) -> None:
        """Take note that the connections into these neurons have changed."""
        self._touched.update(neurons)

    def forget(self) -> None:
        """Take note that units have changed."""
        self._level = {}

    def of(
        self,
        units: Sequence[Unit],
        compute: Callable[[], dict[Unit, int]],
        predecessors: Neighbours,
        successors: Neighbours,
    ) -> dict[Unit, int]:
        """The level of each unit, and maybe of some that were removed.

        Args:
            units: all that there are, each after its predecessors.
            compute: gives the levels of all of them, for where most have changed.
            predecessors: the units that lead into a unit.
            successors: the units that a unit leads into.
        """
        level = self._level
        dirty = {neuron._unit for neuron in self._touched}
        self._touched = set()
        if not level or len(dirty) * _MANY > len(units) or len(level) > 2 * len(units):
            self._level = compute()
            return self._level
        present = {unit for unit in units if unit in dirty or unit not in level}
        to_go = [(unit.label, unit) for unit in present]  # labels differ
        heapify(to_go)
        while to_go:
            _, unit = heappop(to_go)
            present.discard(unit)
            found = 1 + max((level[source] for source in predecessors(unit)), default=-1)
            if level.get(unit) != found:
                level[unit] = found
                for target in successors(unit):
                    if target not in present:
                        present.add(target)
                        heappush(to_go, (target.label, target))
        return level
