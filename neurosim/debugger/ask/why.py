"""Causes of the last update of a weight or bias, down to each sample and each path.

What a change and a gradient are the sums of is said in `shares`; the paths in `paths`.

All is made once more, on a copy of the network, from the state before the batch: nothing that a
user sees changes.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType

from neurosim.debugger.ask.parameters import written_out
from neurosim.debugger.ask.paths import Factor, Paths, paths_from
from neurosim.debugger.ask.update_parts import Parts, parts_of, require_parameter, share_of
from neurosim.debugger.time.replay import Edits, edits_in, twin_of, walk_batch, walk_sample
from neurosim.debugger.wording import bounded
from neurosim.errors import InvalidValueError
from neurosim.functions.numbers import counted, short
from neurosim.interpreter.backward import term_slope
from neurosim.interpreter.steps import GradientComputed, Loaded, Updated, delta_name, operand
from neurosim.network.connection import Connection
from neurosim.network.parameter import FunctionParameter, Parameter
from neurosim.training.state import TrainingState
from neurosim.training.task import Task

MOST_SAMPLES = 3  # of which the paths are shown
MOST_PATHS = 3


@dataclass(frozen=True, slots=True)
class SampleShare:
    """One sample's part of a gradient: value * delta.

    Attributes:
        source: the neuron whose output is weighed; empty for a bias.
        target: the neuron it leads to.
        row: of X.
        value: what the weight's source gave; 1 for a bias.
        delta: dL/dz of the weight's target.
        share: their product, a term of the gradient's sum.
        moved: what it changed the parameter by; the samples' parts add up to ``Parts.samples``.
        paths: the ways from the target to the loss; None where they are not shown.
        loaded: how the value comes from a raw number, where the source is a scaled input.
        what: what the delta is: dL/dz of the target, or, where it does not simply sum, that of the
            weight's own term.
    """

    source: str
    target: str
    row: int
    value: float
    delta: float
    share: float
    moved: float
    paths: Paths | None
    loaded: str = ""
    what: str = ""

    def lines(self) -> Iterator[str]:
        """The share, and its paths."""
        what = self.what or f"delta({self.target})"
        text = f"{self.source}*{what} = {short(self.value)}*{operand(self.delta)}"
        if not self.source:
            text = f"delta({self.target})"
        moved = f", which moved it by {short(self.moved)}" if self.moved != 0.0 else ""
        yield f"row {self.row}: {text} = {short(self.share)}{moved}"
        if self.loaded:
            yield f"  {self.loaded}"
        if self.paths is not None:
            yield f"  {self.paths.heading}"
            yield from (f"  {line}" for line in self.paths.lines)


@dataclass(frozen=True, slots=True)
class Why:
    """Where one update of one parameter came from.

    Attributes:
        name: ``x1->h1``, ``h1.bias`` or ``a->b = c->d``.
        source: the neuron whose output it weighs; empty for a bias; of a shared weight the first.
        target: the neuron it leads to; of a shared weight the first.
        epoch: of the update, from 0.
        batch: in the epoch, from 0.
        before: the parameter before it.
        after: and after it.
        gradient: summed over the batch.
        parts: of the change.
        update: the rule with its numbers, a line each; none where the parameter is frozen.
        samples: each sample of the batch, in order; with a shared weight for each connection.
        edits: what a user set in the batch.
    """

    name: str
    source: str
    target: str
    epoch: int
    batch: int
    before: float
    after: float
    gradient: float
    parts: Parts
    update: tuple[str, ...]
    samples: tuple[SampleShare, ...]
    edits: tuple[str, ...] = ()

    @property
    def change(self) -> float:
        """What the update changed it by."""
        return self.after - self.before

    @property
    def lines(self) -> tuple[str, ...]:
        """The whole of it."""
        return tuple(self._lines())

    def _lines(self) -> Iterator[str]:
        when = f"epoch {self.epoch}, batch {self.batch}"
        if not self.update:
            yield f"{self.name} = {short(self.before)} is frozen: the update of {when} left it"
        else:
            values = f"{short(self.before)} -> {short(self.after)}"
            yield f"{self.name}: {values} in the update of {when}, a change of {short(self.change)}"
            yield from (f"  {line}" for line in self.update)
            yield f"  {short(self.change)} = {self.parts}"
        if self.edits:
            yield f"in this batch was set: {', '.join(self.edits)}"
        n_rows = len({sample.row for sample in self.samples})
        terms = "" if n_rows == len(self.samples) else f"{len(self.samples)} terms of "
        yield f"gradient {short(self.gradient)}, a sum over {terms}{counted(n_rows, 'sample')}"
        shown = [sample for sample in self.samples if sample.paths is not None]
        for sample in sorted(shown, key=lambda sample: -abs(sample.share)):
            yield from (f"  {line}" for line in sample.lines())
        rest = [sample.share for sample in self.samples if sample.paths is None]
        if rest:
            noun = "more term" if terms else "more sample"
            yield f"  {counted(len(rest), noun)} = {short(sum(rest))}"

    def __str__(self) -> str:
        return "\n".join(self.lines)

    def __repr__(self) -> str:
        return bounded(str(self))


def why(
    task: Task,
    state: TrainingState,
    source: str,
    target: str | None = None,
    *,
    most_samples: int = MOST_SAMPLES,
    most_paths: int = MOST_PATHS,
    edits: Edits = MappingProxyType({}),
) -> Why:
    """Explain where the update of a batch came from.

    Args:
        task: what is trained; nothing of it is changed.
        state: before the batch.
        source: of the connection; or alone ``x1->h1``, or ``h1.bias``.
        target: of the connection.
        most_samples: of how many samples, the largest first, paths are shown.
        most_paths: how many paths of each.
        edits: what a user set, and where.

    Raises:
        UnknownNameError: there is no such connection or bias.
    """
    twin = twin_of(task)
    parameter = require_parameter(twin.network, source, target)
    batch = walk_batch(twin, state, parameter, edits)
    chosen = sorted(range(len(batch.terms)), key=lambda i: -abs(share_of(batch.terms[i][1])))
    if isinstance(parameter, FunctionParameter):  # its ways begin at outputs, in many neurons
        chosen = []
    paths = {
        i: _paths(twin, state, batch.terms[i], edits, most=most_paths)
        for i in chosen[:most_samples]
    }
    parts, factor = parts_of(twin.optimizer, batch.update, state.updates + 1)
    divisor = twin.divisor(len(batch.rows))
    samples = tuple(
        SampleShare(
            *_ends(term.parameter),
            batch.rows[unit],
            term.value,
            term.delta,
            share_of(term),
            factor * (share_of(term) / divisor),
            paths.get(i),
            _loaded(term),
            delta_name(term.parameter) if isinstance(term.parameter, Connection) else "",
        )
        for i, (unit, term) in enumerate(batch.terms)
    )  # fmt: skip
    return Why(
        parameter.name,
        *_ends(parameter),
        state.epoch,
        state.batch,
        batch.before,
        batch.before if batch.update is None else batch.update.after,
        batch.gradient,
        parts,
        _rule_lines(twin, batch.update, state.updates + 1),
        samples,
        tuple(map(str, batch.edits)),
    )


def _loaded(term: GradientComputed) -> str:
    source = term.parameter.source if isinstance(term.parameter, Connection) else None
    if source is None or source.scaling is None or not source.is_input:
        return ""
    return str(Loaded(source, None, term.value))


# --- over many batches


@dataclass(frozen=True, slots=True)
class BatchShare:
    """What one batch changed a parameter by."""

    epoch: int
    batch: int
    before: float
    after: float
    parts: Parts

    @property
    def change(self) -> float:
        """What it changed it by."""
        return self.after - self.before

    def __str__(self) -> str:
        return (
            f"epoch {self.epoch}, batch {self.batch}: {short(self.before)} -> {short(self.after)},"
            f" {short(self.change)}"
        )


@dataclass(frozen=True, slots=True)
class RowShare:
    """What one row asked for, over many batches: its gradients' sum, and what it moved."""

    row: int
    gradient: float
    moved: float

    def __str__(self) -> str:
        return f"row {self.row}: moved it by {short(self.moved)}, gradients {short(self.gradient)}"


@dataclass(frozen=True, slots=True)
class WhySince:
    """Where a parameter's way over many batches came from; ``rows`` in the order of X."""

    name: str
    before: float
    after: float
    parts: Parts
    batches: tuple[BatchShare, ...]
    rows: tuple[RowShare, ...]

    @property
    def change(self) -> float:
        """What they changed it by."""
        return self.after - self.before

    @property
    def way(self) -> float:
        """How far they moved it, to and fro: the sum of the sizes of the changes."""
        return sum(abs(batch.change) for batch in self.batches)

    @property
    def reversals(self) -> int:
        """How often an update moved it against the one before that moved it at all."""
        moves = [batch.change for batch in self.batches if batch.change != 0.0]
        return sum((a > 0.0) != (b > 0.0) for a, b in itertools.pairwise(moves))

    @property
    def lines(self) -> tuple[str, ...]:
        """The whole of it."""
        values = f"{short(self.before)} -> {short(self.after)}"
        number = counted(len(self.batches), "update")
        begin = ""
        if self.batches:
            begin = f" since epoch {self.batches[0].epoch}, batch {self.batches[0].batch}"
        largest = sorted(self.batches, key=lambda batch: -abs(batch.change))[:MOST_SAMPLES]
        rows = sorted(self.rows, key=lambda row: -abs(row.moved))
        lines = [
            f"{self.name}: {values} in {number}{begin}, a change of {short(self.change)}",
            f"  {short(self.change)} = {self.parts}",
            f"  the way travelled is {short(self.way)}, with {counted(self.reversals, 'reversal')}",
            "the updates that moved it most",
            *(f"  {batch}" for batch in largest),
            "the rows that moved it most",
            *(f"  {row}" for row in rows[:MOST_SAMPLES]),
        ]
        rest = [row.moved for row in rows[MOST_SAMPLES:]]
        if rest:
            lines.append(f"  {counted(len(rest), 'more row')} moved it by {short(sum(rest))}")
        return tuple(lines)

    def __str__(self) -> str:
        return "\n".join(self.lines)

    def __repr__(self) -> str:
        return bounded(str(self))


def why_since(
    task: Task,
    state: TrainingState,
    source: str,
    target: str | None = None,
    *,
    n_batches: int,
    edits: Edits = MappingProxyType({}),
) -> WhySince:
    """Explain where all updates of a parameter from a state on came from, added up.

    Args:
        task: what is trained; nothing of it is changed.
        state: before the first of the batches.
        source: as for `why`.
        target: as for `why`.
        n_batches: how many batches; they are walked once more, node by node. A batch after which a
            number is not finite is the last.
        edits: as for `why`.

    Raises:
        UnknownNameError: there is no such connection or bias.
        InvalidValueError: there is no batch.
    """
    if n_batches < 1:
        raise InvalidValueError(f"n_batches: got {n_batches!r}; expected at least 1")
    twin = twin_of(task)
    parameter = require_parameter(twin.network, source, target)
    batches: list[BatchShare] = []
    gradients, moved = [0.0] * twin.n_rows, [0.0] * twin.n_rows
    for _ in range(n_batches):
        batch = walk_batch(twin, state, parameter, edits)
        share, factor = parts_of(twin.optimizer, batch.update, state.updates + 1)
        divisor = twin.divisor(len(batch.rows))
        for unit, term in batch.terms:
            row = batch.rows[unit]
            gradients[row] += share_of(term)
            moved[row] += factor * (share_of(term) / divisor)
        after = batch.before if batch.update is None else batch.update.after
        batches.append(BatchShare(state.epoch, state.batch, batch.before, after, share))
        state = batch.next_state
        if not state.is_finite:
            break
    rows = tuple(RowShare(i, *both) for i, both in enumerate(zip(gradients, moved, strict=True)))
    parts = [batch.parts for batch in batches]
    total = Parts(
        sum(part.samples for part in parts),
        sum(part.penalty for part in parts),
        sum(part.memory for part in parts),
        sum(part.decay for part in parts),
        sum(b.before - a.after for a, b in itertools.pairwise(batches)),
        sum(part.clip for part in parts),
        sum(part.projection for part in parts),
    )
    return WhySince(
        parameter.name, batches[0].before, batches[-1].after, total, tuple(batches), rows
    )


# --- inside


def _ends(parameter: Parameter) -> tuple[str, str]:
    """The names of the neurons that a weight (the first, of a shared one) or bias is between."""
    connections = parameter.connections
    return connections[0].source.name if connections else "", parameter.neuron.name


def _paths(
    task: Task,
    state: TrainingState,
    found: tuple[int, GradientComputed],
    edits: Edits,
    *,
    most: int,
) -> Paths:
    """The paths of one term, with the parameters as they were before the update."""
    unit, term = found
    network, own = task.network, edits_in(task, state, edits)
    network.load_parameters(state.parameters)
    for parameter in network.parameter_list():
        parameter.gradient = 0.0  # the sums of the samples before are not asked for
    for place, made in own.items():
        for edit in made if place < (unit, 0) else ():
            edit.redo()
    steps = list(walk_sample(task, state, unit, own))
    first = Factor("1", 1.0)
    for connection in term.parameter.connections:
        value = connection.source.output
        assert value is not None
        first = Factor(connection.source.name, value)
        if not connection.target.is_plain:
            slope = term_slope(network, connection)
            first = Factor(f"dnet({connection.target.name})/d{connection.symbol}", value * slope)
    return paths_from(network, term.parameter.neuron, steps, first=first, most=most)


def _rule_lines(task: Task, update: Updated | None, count: int) -> tuple[str, ...]:
    return () if update is None else tuple(written_out(update, task.optimizer, count=count))
