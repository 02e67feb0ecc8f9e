"""The log of a training: the engine of each batch, the edits by a user, and the checkpoints.

The start and the log determine a training. So every moment can be reached again: from the nearest
checkpoint before it, by the same engines, with the same edits, to the same bits.
"""

import bisect
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from neurosim.debugger.time.engine_snapshot import EngineSnapshot
from neurosim.debugger.time.snapshot import Snapshot
from neurosim.network.connection import Connection
from neurosim.network.network import Network
from neurosim.network.neuron import Neuron
from neurosim.training.state import TrainingState

_PARAMETERS = {"weight": "parameter", "bias": "bias_parameter"}  # what has the value
TRAINABLE = "trainable"  # of the weight of a connection, or the bias of a neuron: 1, or 0 if frozen
WALK = "walk"  # did a batch where no engine did


class UnitPlace(NamedTuple):
    """A moment between two steps, as it is compared: earlier is less.

    ``batch`` counts from the start of the training. ``unit`` is the sample in the batch, or, behind
    the last sample, the update. ``step`` says how many of the unit's steps are done.
    """

    batch: int
    unit: int
    step: int


@dataclass(frozen=True, slots=True, eq=False)
class Edit:
    """A number that a user set, between two steps; ``is_own``: the one before was the sample's."""

    owner: Neuron | Connection
    name: str
    before: float | None
    after: float
    is_own: bool = True

    def on(self, network: Network) -> "Edit":
        """The same edit of the neuron or connection of this name in another network."""
        owner = self.owner
        if isinstance(owner, Connection):
            return replace(self, owner=network[owner.source.name, owner.target.name])
        return replace(self, owner=network[owner.name])

    def redo(self) -> None:
        """Set it."""
        self._write(self.after)

    def undo(self) -> None:
        """Take it back."""
        self._write(self.before)

    def _write(self, value: float | None) -> None:
        if self.name == TRAINABLE:
            place = self.owner.bias_parameter if isinstance(self.owner, Neuron) else self.owner
            assert place is not None
            place.trainable = bool(value)
            return
        parameter = _PARAMETERS.get(self.name)
        if parameter is None:
            setattr(self.owner, self.name, value)
        else:  # as the interpreter does: past the checks of setters
            getattr(self.owner, parameter).parameter._value = value

    @property
    def text(self) -> str:
        """What it sets, in words: ``x1->h1.weight = 0.5``, ``h1.bias is frozen``."""
        if self.name == TRAINABLE:
            bias = ".bias" if isinstance(self.owner, Neuron) else ""
            return f"{self.owner.name}{bias} {'learns' if self.after else 'is frozen'}"
        return f"{self.owner.name}.{self.name} = {self.after!r}"

    def __str__(self) -> str:
        if self.name == TRAINABLE:
            return self.text
        is_there = self.is_own and self.before is not None
        before = f"was {self.before!r}" if is_there else "there was none yet"
        return f"{self.text} ({before})"


def set_trainable(
    edits: Mapping[UnitPlace, Iterable[Edit]], place: UnitPlace, network: Network
) -> None:
    """Let learn, or freeze, in a network what does so at a place, by these edits of its like."""
    flags: dict[tuple[str, bool], Edit] = {}
    for at in sorted(edits):
        for edit in edits[at]:
            if edit.name == TRAINABLE:
                key = edit.owner.name, isinstance(edit.owner, Neuron)
                first = replace(edit, after=edit.before or 0.0)
                flags[key] = edit if at <= place else flags.get(key, first)
    for edit in flags.values():
        edit.on(network).redo()


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """Where a training can be taken up: the start of a unit.

    Attributes:
        batch: as in `UnitPlace`.
        unit: as in `UnitPlace`.
        state: at the start of the batch.
        found: the values of the objects; where the compiled engine ran, with the state's
            parameters.
        losses: of the samples of the batch that were done.
    """

    batch: int
    unit: int
    state: TrainingState
    found: Snapshot | EngineSnapshot
    losses: tuple[float, ...]

    @property
    def key(self) -> tuple[int, int]:
        """Its place in time."""
        return self.batch, self.unit

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        return self.state.parameters.nbytes + self.state.memory.nbytes + self.found.size


class TrainingLog:
    """The training so far.

    Args:
        start: the first checkpoint, which is kept for ever.
        limit: of the bytes of all checkpoints; beyond it every second one goes.

    Attributes:
        n_cuts: how often the time ahead was forgotten.
        spacing: how many times as far apart new checkpoints are to be, so that they stay evenly
            spread over the training.
    """

    def __init__(self, start: Checkpoint, limit: int) -> None:
        self._checkpoints = [start]
        self._limit = limit
        self._size = start.size
        self.n_cuts = 0
        self.spacing = 1
        self._engines: list[tuple[int, str]] = []  # from which batch on, which engine
        self.n_done = start.batch  # so many batches were done
        self.edits: dict[UnitPlace, list[Edit]] = {}

    def add(self, checkpoint: Checkpoint) -> None:
        """Keep a checkpoint, unless there is one at this place."""
        at = bisect.bisect_left(self._checkpoints, checkpoint.key, key=lambda c: c.key)
        if at < len(self._checkpoints) and self._checkpoints[at].key == checkpoint.key:
            return
        self._checkpoints.insert(at, checkpoint)
        self._size += checkpoint.size
        if self._size > self._limit and len(self._checkpoints) > 2:
            self._checkpoints = [*self._checkpoints[:-1:2], self._checkpoints[-1]]
            self._size = sum(c.size for c in self._checkpoints)
            self.spacing *= 2

    def nearest(self, place: UnitPlace) -> Checkpoint:
        """The last checkpoint that is not behind a place."""
        at = bisect.bisect_right(self._checkpoints, place[:2], key=lambda c: c.key)
        return self._checkpoints[at - 1]

    def note(self, batch: int, engine: str) -> None:
        """A batch is done, or many up to and without ``batch + 1``, by this engine, or `WALK`."""
        if batch < self.n_done:
            return
        if not self._engines or self._engines[-1][1] != engine:
            self._engines.append((self.n_done, engine))
        self.n_done = batch + 1

    def engine_of(self, batch: int) -> str | None:
        """Which engine did a batch; None where it is not done yet, or was before the start."""
        if not self._checkpoints[0].batch <= batch < self.n_done:
            return None
        at = bisect.bisect_right(self._engines, batch, key=lambda e: e[0])
        return self._engines[at - 1][1]

    def end_of_run(self, batch: int) -> int:
        """The batch up to which the engine of this batch goes on."""
        at = bisect.bisect_right(self._engines, batch, key=lambda e: e[0])
        return self._engines[at][0] if at < len(self._engines) else self.n_done

    def engines_until(self, batch: int) -> tuple[tuple[int, str], ...]:
        """From which batch on which engine went, up to a batch."""
        return tuple(entry for entry in self._engines if entry[0] < batch)

    def take_engines(self, engines: tuple[tuple[int, str], ...], n_done: int) -> None:
        """Go the way of another history from here on."""
        self._engines, self.n_done = list(engines), max(n_done, self.n_done)

    def cut(self, place: UnitPlace) -> None:
        """Forget what came after a place; what was set at the place itself stays."""
        self.n_cuts += 1
        self._checkpoints = [c for c in self._checkpoints if (*c.key, 0) <= place]
        self._size = sum(c.size for c in self._checkpoints)
        self.n_done = min(self.n_done, place.batch)
        self._engines = [e for e in self._engines if e[0] < self.n_done]
        self.edits = {p: found for p, found in self.edits.items() if p <= place}
