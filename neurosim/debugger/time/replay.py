"""Replay of a batch on a copy of the network, with the values that a user set in it.

Nothing that a user sees changes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from neurosim.debugger.time.training_log import Edit, UnitPlace, set_trainable
from neurosim.interpreter.steps import GradientComputed, Measured, Step, Updated
from neurosim.network.parameter import Parameter
from neurosim.training.engines.graph import goals_at, row_steps, update_of
from neurosim.training.engines.table import make_engine
from neurosim.training.state import TrainingState, batch_rows, next_state, rate_of
from neurosim.training.task import Task

Edits = Mapping[UnitPlace, Sequence[Edit]]


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """What is picked out of a batch.

    Attributes:
        rows: of X.
        terms: of the gradient, each with the number of its sample in the batch; a shared weight has
            one for each of its connections.
        before: the parameter before the update.
        gradient: that the batch left, summed over it.
        update: None where the parameter is frozen.
        edits: what a user set in it.
        next_state: behind it.
    """

    rows: tuple[int, ...]
    terms: tuple[tuple[int, GradientComputed], ...]
    before: float
    gradient: float
    update: Updated | None
    edits: tuple[Edit, ...]
    next_state: TrainingState


def twin_of(task: Task) -> Task:
    """The same task with a copy of its network, on which all may be done."""
    network = task.network.copy()
    return task.on(network).with_options(precision="double")


def edits_in(task: Task, state: TrainingState, edits: Edits) -> dict[tuple[int, int], list[Edit]]:
    """What was set in the batch that comes next, by unit and step, on this task's own network."""
    batch = state.epoch * task.n_batches + state.batch
    set_trainable(edits, UnitPlace(batch, 0, -1), task.network)
    return {
        (place.unit, place.step): [edit.on(task.network) for edit in edits[place]]
        for place in sorted(edits)
        if place.batch == batch
    }


def walk_sample(
    task: Task, state: TrainingState, unit: int, edits: Mapping[tuple[int, int], Sequence[Edit]]
) -> Iterator[Step]:
    """The steps of one sample of a batch; what was set before them is on the network already."""
    row = batch_rows(task, state)[unit]
    steps = row_steps(task, goals_at(task, state), int(row), unit)
    return _with_edits(steps, unit, edits)


def walk_batch(task: Task, state: TrainingState, parameter: Parameter, edits: Edits) -> Batch:
    """Walk the batch that comes next, and keep what is about this parameter."""
    network, memory, batch_loss = task.network, state.memory.copy(), 0.0
    network.load_parameters(state.parameters)
    own, rows = edits_in(task, state, edits), batch_rows(task, state).tolist()
    terms: list[tuple[int, GradientComputed]] = []
    for unit in range(len(rows)):
        for step in walk_sample(task, state, unit, own):
            if type(step) is GradientComputed:
                if step.parameter.parameter is parameter:
                    terms.append((unit, step))
            elif type(step) is Measured:
                batch_loss += step.after
    update: Updated | None = None
    rate = rate_of(task, state)
    steps = update_of(task, memory, count=state.updates + 1, rate=rate, rows=len(rows))
    for step in _with_edits(steps, len(rows), own):
        if isinstance(step, Updated) and step.parameter is parameter:
            update = step
    after = next_state(task, state, network.parameters(), memory, batch_loss)
    if not after.batch and task.options.is_monitored:
        after = make_engine("graph", task).end_epoch(after)
    before = float(state.parameters[network.parameter_list().index(parameter)])
    return Batch(
        tuple(rows),
        tuple(terms),
        before if update is None else update.before,
        terms[-1][1].after if update is None else update.gradient,
        update,
        tuple(edit for found in own.values() for edit in found),
        after,
    )


def _with_edits(
    steps: Iterator[Step], unit: int, edits: Mapping[tuple[int, int], Sequence[Edit]]
) -> Iterator[Step]:
    """The steps of a unit, with what was set between them."""
    _redo(edits.get((unit, 0), ()))
    if not any(place[0] == unit for place in edits):
        yield from steps
        return
    for number, step in enumerate(steps, 1):
        _redo(edits.get((unit, number), ()))
        yield step


def _redo(edits: Sequence[Edit]) -> None:
    for edit in edits:
        edit.redo()
