"""A recording of a training: the steps of chosen epochs, parameters and losses of many."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

import numpy as np

from neurosim.debugger.time.timeline import Timeline
from neurosim.errors import DivergedError
from neurosim.functions.numbers import Matrix
from neurosim.interpreter.backward import input_steps
from neurosim.interpreter.steps import Step, undo, written
from neurosim.network.network import Network
from neurosim.page.units import UnitTable, sample_lines, update_lines, update_texts
from neurosim.training.engines.table import REFERENCE, make_engine
from neurosim.training.state import TrainingState
from neurosim.training.task import Task, validation_task
from neurosim.training.training import Training

MOST_STATES = 500  # epochs whose parameters are kept
MOST_LOSSES = 1000  # epochs whose loss is kept
_JOURNAL = 2**24  # bytes; a recording never goes back, but dropping each step costs more


class SampleAt(NamedTuple):
    """Where a sample was: the epoch's place in the list, the batch, its number, its row."""

    epoch: int
    batch: int
    sample: int
    row: int


class UpdateAt(NamedTuple):
    """Where an update was: the epoch's place in the list, the batch."""

    epoch: int
    batch: int


@dataclass(slots=True, eq=False)
class Recording:
    """What was recorded of a training.

    Attributes:
        task: what was trained.
        epochs: those whose steps are here, in order.
        n_epochs: how many epochs the training had in all.
        ended: why it ended before that, in words, or empty.
        states: epochs whose parameters are here, and the parameters, (n, n_parameters).
        losses: epochs whose loss is here, and the losses.
        validation: epochs after which the loss of the validation rows is here, and the losses;
            empty without such rows.
        samples: a row for each recorded sample, and where it was.
        updates: the same of updates.
        n_rows: how many samples of each epoch are here; all of them, or the first.
        n_steps: how many steps of a sample are the training's own; behind them are those that
            compute dL/dx.
    """

    task: Task
    epochs: list[int]
    n_epochs: int
    ended: str
    states: tuple[list[int], Matrix]
    losses: tuple[list[int], list[float]]
    validation: tuple[list[int], list[float]] = ([], [])
    samples: UnitTable = field(default_factory=UnitTable)
    sample_places: list[SampleAt] = field(default_factory=list)
    updates: UnitTable = field(default_factory=UnitTable)
    update_places: list[UpdateAt] = field(default_factory=list)
    n_rows: int = 0
    n_steps: int = 0


def record(
    training: Training,
    n_epochs: int,
    wanted: Sequence[int],
    *,
    n_rows: int,
    most_states: int = MOST_STATES,
) -> Recording:
    """Train to the end, and walk the epochs that are wanted; of each the first rows.

    Parameters are kept of those epochs, and of about ``most_states`` in all.

    Epochs that the training does not come to, since it stops or diverges, are left out.
    """
    start = training.state
    kept, losses, ended = _train(training, n_epochs, wanted, most_states)
    done = max(kept)
    task = training.task.with_options(precision="double")
    epochs = [epoch for epoch in wanted if epoch < done or (epoch == done and not training.stopped)]
    if training.stopped and done - 1 not in epochs and max(wanted, default=0) >= done:
        again = Training.of(training.task, start, training.options.engine)
        again.advance(epochs=done - 1)
        kept[done - 1] = again.state
        epochs.append(done - 1)
    epochs = [epoch for epoch in epochs if epoch < n_epochs]
    numbers = sorted(kept)
    parameters = np.array([kept[number].parameters for number in numbers])
    chosen = spread(len(losses) - 1, MOST_LOSSES) if losses else []
    found = Recording(
        task, epochs, n_epochs, ended, (numbers, parameters),
        (chosen, [losses[number] for number in chosen]),
        _validation(training, numbers, parameters), n_rows=min(n_rows, task.n_rows),
    )  # fmt: skip
    for place, epoch in enumerate(epochs):
        _walk(found, place, kept[epoch])
    return found


def spread(n: int, most: int) -> list[int]:
    """At most so many of the numbers from 0 to n: half of them evenly, half denser at the start.

    >>> spread(5, 100), len(spread(5000, 500)) <= 500
    ([0, 1, 2, 3, 4, 5], True)
    """
    if n < most:
        return list(range(n + 1))
    even = np.linspace(0, n, most // 2)
    dense = np.geomspace(1, n, most // 2 - 1)
    return sorted({0, *np.round(even).astype(int).tolist(), *np.round(dense).astype(int).tolist()})


def _train(
    training: Training, n_epochs: int, wanted: Sequence[int], most_states: int
) -> tuple[dict[int, TrainingState], list[float], str]:
    stops = sorted({*spread(n_epochs, max(most_states - len(wanted), 4)), *wanted})
    kept, losses = {training.state.epoch: training.state}, list[float]()
    try:
        for stop in stops:
            losses += training.advance(epochs=max(stop - training.state.epoch, 0))
            kept[training.state.epoch] = training.state
            if training.stopped:
                return kept, losses, training.stopped
    except DivergedError as error:
        return kept, losses, str(error)
    return kept, losses, ""


def _validation(
    training: Training, states: Sequence[int], parameters: Matrix
) -> tuple[list[int], list[float]]:
    """The epochs that end in these states, and the loss of the validation rows after each."""
    rows = validation_task(training.task)
    ends = [place for place, state in enumerate(states) if state > states[0]]
    if rows is None or not ends:
        return [], []
    engine = make_engine(training.options.engine, rows)
    losses, _ = engine.measure(parameters[ends], rows.X, rows.T)
    return [states[place] - 1 for place in ends], losses.tolist()


def _walk(found: Recording, place: int, state: TrainingState) -> None:
    """Walk the batches of an epoch that have one of its first rows."""
    task = found.task
    last = state.epoch * task.n_batches - (-found.n_rows // task.batch_size)
    walk = Timeline(task, state, engine=REFERENCE, n_epochs=state.epoch + 1, limit=_JOURNAL)
    try:
        while walk.batch < last and not walk.is_over:
            position, count = walk.position, walk.state.updates + 1
            steps = list(_unit_steps(walk))
            if position.phase == "update":
                _add_update(found, steps, UpdateAt(place, position.batch), count)
            elif position.sample < found.n_rows:
                at = SampleAt(place, position.batch, position.sample, position.row)
                _add_sample(found, steps, at)
    finally:
        walk.close()


def _unit_steps(walk: Timeline) -> Iterator[Step]:
    """The steps of the present sample or update, to its end."""
    is_last = False
    while not is_last:
        is_last = walk.is_last_step
        yield walk.forward()


def _add_sample(found: Recording, steps: list[Step], at: SampleAt) -> None:
    network = found.task.network
    found.n_steps = len(steps)
    steps += _aside(network, steps)
    found.samples.add(steps, partial(sample_lines, network))
    found.sample_places.append(at)


def _add_update(found: Recording, steps: list[Step], at: UpdateAt, count: int) -> None:
    texts = update_texts(steps, found.task.optimizer, count)
    found.updates.add(steps, partial(update_lines, found.task.network), texts=texts)
    found.update_places.append(at)


def _aside(network: Network, steps: list[Step]) -> list[Step]:
    """The steps that compute dL/dx of the inputs, which training goes without; undone at once."""
    known = {thing for step in steps for thing, what in written(step) if what == "delta"}
    inputs = [n for n in network.inputs if known.issuperset(c.target for c in network.outgoing(n))]
    made = list(input_steps(network, inputs))
    for step in reversed(made):
        undo(step)
    return made
