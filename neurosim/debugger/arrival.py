"""The report of a move: where it led, why it ended, and what happened on the way."""

from dataclasses import dataclass

from neurosim.debugger.stops.runner import Hit
from neurosim.debugger.time.position import Position
from neurosim.debugger.wording import bounded


@dataclass(frozen=True, slots=True)
class Arrival:
    """Where a move led to.

    Attributes:
        hits: the breakpoints, watches and catches that ended it; most moves have none.
        lines: the arithmetic of the steps that were done, where it was asked for.
        position: of the session now.
        where: the position and what is about to happen there, in words.
        has_where: whether that belongs to what `str` says.
    """

    hits: tuple[Hit, ...]
    lines: tuple[str, ...]
    position: Position
    where: str
    has_where: bool

    def __str__(self) -> str:
        where = [self.where] if self.has_where or not self.lines else []
        return "\n".join([*map(str, self.hits), *self.lines, *where])

    def __repr__(self) -> str:
        return bounded(str(self))
