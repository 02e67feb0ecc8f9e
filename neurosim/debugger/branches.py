"""Branches of a training: with and without the values that were set on the way."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from neurosim.debugger.time.position import Position
from neurosim.debugger.time.timeline import Timeline
from neurosim.debugger.time.training_log import Edit, UnitPlace, set_trainable
from neurosim.functions.numbers import counted, short
from neurosim.interpreter.steps import Step, value_of
from neurosim.training.state import TrainingState

_MOST_STEPS = 200_000  # that are searched for the first that differs


@dataclass(frozen=True, slots=True, eq=False)
class Branch:
    """A branch that was kept: its history up to where it was kept."""

    name: str
    place: UnitPlace
    position: Position
    engines: tuple[tuple[int, str], ...]
    n_done: int
    edits: Mapping[UnitPlace, tuple[Edit, ...]]

    @classmethod
    def of(cls, name: str, walk: Timeline) -> "Branch":
        """The branch on which a walk is."""
        history, place = walk.history, walk.place
        edits = {p: tuple(found) for p, found in history.edits.items() if p <= place}
        engines = history.engines_until(place.batch)
        return cls(name, place, walk.position, engines, min(history.n_done, place.batch), edits)

    def __str__(self) -> str:
        n_edits = sum(map(len, self.edits.values()))
        return f"{self.name}: kept at {self.position}, {counted(n_edits, 'number')} set before"


@dataclass(frozen=True, slots=True)
class BranchComparison:
    """How two branches differ: ``ours`` is the present one, ``theirs`` the one that was kept.

    Attributes:
        name: of the kept one.
        edits: what was set on one of them only, with its position.
        first: the first step that differs, in both, and its position; None: none was found.
        outputs: of the present sample, for each output neuron its name and both values; None where
            it has none yet.
        loss: that of the sample, in both.
        total: the loss over all rows with the present parameters, in both.
        is_ahead: whether the sample has not begun: outputs and loss are those that it would have
            with the present parameters.
    """

    name: str
    edits: tuple[tuple[Position, str], ...]
    first: tuple[Position, str, str] | None
    outputs: tuple[tuple[str, float | None, float | None], ...]
    loss: tuple[float | None, float | None]
    total: tuple[float, float]
    is_ahead: bool = False

    def __str__(self) -> str:
        lines = [f"set: {position}: {text}" for position, text in self.edits]
        if self.first is None:
            lines.append(f"no step differs from {self.name} up to here")
        else:
            position, *texts = self.first
            names = ("here", self.name)
            lines.append(f"they part at {position}:")
            lines += [f"  {name}: {text}" for name, text in zip(names, texts, strict=True)]
        if self.is_ahead:
            lines.append("of this sample, which has not begun, with the present parameters:")
        for what, here, there in self._pairs():
            values = f"{_value(here)} here, {_value(there)} in {self.name}"
            lines.append(f"{what}: {values}{_gap(here, there)}")
        return "\n".join(lines)

    def _pairs(self) -> Iterator[tuple[str, float | None, float | None]]:
        yield from self.outputs
        yield "loss", *self.loss
        yield "loss over all rows", *self.total


def compare_branches(
    branch: Branch, walk: Timeline, start: TrainingState, options: Mapping[str, Any]
) -> BranchComparison:
    """Walk the kept branch on a copy of the network, and say where the two part.

    Args:
        branch: the kept one; it goes on from where it was kept as the training says.
        walk: the present one; it comes back to its place.
        start: of both.
        options: of a walk.
    """
    network = walk.network.copy()
    set_trainable(walk.history.edits, UnitPlace(-1, 0, 0), network)
    task = replace(walk.task, network=network, version=network.version)
    twin = Timeline(task, start, **options)
    _repeat(branch, twin)
    edits, here = walk.history.edits, walk.place
    places = {
        p
        for p in {*edits, *branch.edits}
        if p <= here and _texts(edits, p) != _texts(branch.edits, p)
    }
    texts = [
        (_position(walk, p), text)
        for p in sorted(places)
        for text in sorted(_texts(edits, p) ^ _texts(branch.edits, p))
    ]
    first = None
    if places:
        both = UnitPlace(min(places).batch, 0, 0)
        twin.go_to(both)
        walk.go_to(both)
        first = _first_difference(walk, twin, here)
    walk.go_to(here)
    twin.go_to(here)
    names = [neuron.name for neuron in network.outputs]
    (ours, our_loss), (theirs, their_loss) = _outputs_and_loss(walk), _outputs_and_loss(twin)
    outputs = tuple(zip(names, ours, theirs, strict=True))
    return BranchComparison(
        branch.name, tuple(texts), first, outputs, (our_loss, their_loss),
        (_total(walk), _total(twin)), is_ahead=walk.is_ahead,
    )  # fmt: skip


def _outputs_and_loss(walk: Timeline) -> tuple[list[float | None], float | None]:
    """Those of the present sample, outer numbers; computed aside where it has not begun."""
    network, task = walk.network, walk.task
    if not walk.is_ahead:
        is_there = walk.is_own(network, "loss")
        values = [n.value if walk.is_own(n, "value") else None for n in network.outputs]
        return values, network.loss if is_there else None
    theta, row = network.parameters(), [walk.position.row]
    outputs: list[float | None] = walk.engine().outputs(theta, task.X[row])[0].tolist()
    return outputs, walk.engine().loss(theta, task.X[row], task.T[row])


def _total(walk: Timeline) -> float:
    task = walk.task
    return walk.engine().loss(walk.network.parameters(), task.X, task.T)


def _repeat(branch: Branch, twin: Timeline) -> None:
    """Bring the twin to where the branch was kept, by the same engines and with what was set."""
    twin.history.take_engines(branch.engines, branch.n_done)
    for place in sorted(branch.edits):
        twin.history.take_engines(branch.engines, branch.n_done)
        twin.go_to(place)
        for edit in branch.edits[place]:
            twin.edit(edit.on(twin.network))
    twin.history.take_engines(branch.engines, branch.n_done)
    twin.go_to(branch.place)


def _texts(edits: Mapping[UnitPlace, Any], place: UnitPlace) -> set[str]:
    return {edit.text for edit in edits.get(place, ())}


def _position(walk: Timeline, place: UnitPlace) -> Position:
    here = walk.place
    walk.go_to(place)
    position = walk.position
    walk.go_to(here)
    return position


def _first_difference(
    walk: Timeline, twin: Timeline, end: UnitPlace
) -> tuple[Position, str, str] | None:
    pairs = zip(_steps(walk, end), _steps(twin, end), strict=False)
    for (position, ours), (_, theirs) in islice(pairs, _MOST_STEPS):
        if value_of(ours)[-1] != value_of(theirs)[-1]:
            return position, str(ours), str(theirs)
    return None


def _steps(walk: Timeline, end: UnitPlace) -> Iterator[tuple[Position, Step]]:
    while walk.place < end and not walk.is_over:
        position = walk.position
        yield position, walk.forward()


def _value(value: float | None) -> str:
    return "not yet" if value is None else repr(value)


def _gap(ours: float | None, theirs: float | None) -> str:
    if ours is None or theirs is None or ours == theirs:
        return ""
    return f" ({short(ours - theirs)} apart)"
