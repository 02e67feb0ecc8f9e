"""The cost of an epoch of a scenario, with each engine and each kind of program."""

import time
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from neurosim.errors import NeurosimError
from neurosim.scenario.build.scenario import load_scenario
from neurosim.scenario.format.overrides import Overrides
from neurosim.scenario.uses.compare import begin_training
from neurosim.training.engines.contract import Engine
from neurosim.training.engines.table import ENGINES, computes_in
from neurosim.training.state import TrainingState
from neurosim.training.task import Task

_ROUND = 0.05  # seconds of a round: the clock and the start of a stretch cost little of it
_ROUNDS = 5


class EpochCost(NamedTuple):
    """What an epoch costs with one engine.

    Attributes:
        engine: its name.
        program: the kind of its program, or an empty text.
        seconds: of an epoch, the least of several rounds; None: not measured.
        note: why it is not measured, or how.
    """

    engine: str
    program: str
    seconds: float | None
    note: str = ""


def measure_epochs(
    path: str | Path, *, overrides: Overrides = (), most_seconds: float = 2.0
) -> list[EpochCost]:
    """Measure an epoch of a scenario's training with each engine of the table.

    Args:
        path: the file, or the name of a shipped scenario.
        overrides: changes to the scenario.
        most_seconds: an epoch that takes longer is estimated from its first batches.

    Raises:
        InvalidValueError: the scenario has no data.
        NeurosimError: what `load_scenario` raises.
    """
    task, state, precision = begin_training(load_scenario(path, overrides=overrides), path)
    costs = []
    for name, engine in ENGINES.items():
        own = task.with_options(precision=precision if computes_in(name, precision) else "double")
        note = "" if own.precision == precision else "in double precision"
        for kind in engine.capabilities.programs or ("",):
            seconds, why = _measure(engine, kind, own, state, most_seconds)
            costs.append(EpochCost(name, kind, seconds, why or note))
    return costs


def _measure(
    engine: type[Engine], kind: str, task: Task, state: TrainingState, most_seconds: float
) -> tuple[float | None, str]:
    """The seconds of an epoch, and a note on them."""
    make: Any = engine  # the protocol has no kind: an engine without programs takes none
    try:
        made: Engine = make(task, kind=kind) if kind else make(task)
    except NeurosimError as error:
        return None, str(error)
    n_batches, seconds = _first_batches(made, task, state, most_seconds)
    if n_batches < task.n_batches:
        note = f"estimated from {n_batches} of {task.n_batches} batches"
        return seconds / n_batches * task.n_batches, note
    return _least(made, state, max(1, int(_ROUND / max(seconds, 1e-6)))), ""


def _first_batches(
    engine: Engine, task: Task, state: TrainingState, most_seconds: float
) -> tuple[int, float]:
    """How many batches of the first epoch were trained in the time, and the seconds they took."""
    with engine.batches(state) as batches:
        batches.advance()  # the first one generates the program
        start = time.perf_counter()
        for n_batches in count(1):
            batches.advance()
            seconds = time.perf_counter() - start
            if n_batches == task.n_batches or seconds > most_seconds:
                break
    return n_batches, seconds


def _least(engine: Engine, state: TrainingState, epochs: int) -> float:
    """The seconds of an epoch in the fastest of several rounds of so many epochs."""
    engine.advance(state, epochs=epochs)
    rounds = []
    for _ in range(_ROUNDS):
        start = time.perf_counter()
        engine.advance(state, epochs=epochs)
        rounds.append(time.perf_counter() - start)
    return min(rounds) / epochs
