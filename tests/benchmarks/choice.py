"""The choice between the kinds of programs: a sweep over sizes around the borders.

For each network and number of rows, all programs run that are there, and what the choice costs is
what the chosen one took by what the fastest one took: 1 where the choice was right. Seconds are
those of the processor, as the machine may be shared.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from neurosim.compiler.choice import KINDS
from neurosim.functions.optimizers import SGD
from neurosim.training.engines.compiled import CompiledEngine
from neurosim.training.engines.kernel_program import why_not
from neurosim.training.state import TrainingState, start_state
from neurosim.training.task import Task, make_task
from tests.benchmarks.layered import Layered
from tests.benchmarks.systems import NEUROSIM, Absent, Outcome, System

# sizes of layers, and rows: tiny networks, then around the border of the kernel and arrays
SHAPES: tuple[tuple[tuple[int, ...], int], ...] = (
    ((3, 1), 4),
    ((2, 4, 1), 1),
    ((2, 4, 1), 4),
    ((2, 4, 1), 8),
    ((2, 4, 1), 16),
    ((2, 8, 1), 1),
    ((2, 8, 1), 4),
    ((2, 8, 8, 1), 1),
    ((2, 8, 8, 1), 2),
    ((10, 6), 1),
    ((10, 10), 1),
    ((8, 8, 2), 1),
    ((8, 16, 4), 1),
    ((4, 4, 4, 4, 4, 2), 2),
    ((4, 8, 8, 8, 8, 2), 2),
    ((64, 64, 10), 1),
    ((128, 128, 10), 1),
    ((64, 64, 10), 8),
    ((128, 128, 10), 8),
    ((32, 32, 10), 32),
    ((64, 64, 10), 32),
    ((128, 128, 10), 32),
    ((32, 32, 10), 128),
    ((64, 64, 10), 128),
)


def shape_name(sizes: tuple[int, ...], rows: int) -> str:
    """How a network and a number of rows are called in the table."""
    return f"{'-'.join(map(str, sizes))}, rows {rows}"


def cost_name(sizes: tuple[int, ...], rows: int) -> str:
    """The row that tells what the choice costs."""
    return f"{shape_name(sizes, rows)}: chosen / fastest"


def choice_systems(size: str, _peers: frozenset[str]) -> list[System | Absent]:
    """All programs for each shape."""
    work = 300_000 if size == "full" else 200
    return [_both(sizes, rows, work) for sizes, rows in SHAPES]


@dataclass(frozen=True, slots=True, eq=False)
class _Ran:
    """How long each kind took for an update, which one is chosen, and where each arrived."""

    seconds: Mapping[str, float]
    chosen: str
    states: Mapping[str, TrainingState]


def _both(sizes: tuple[int, ...], rows: int, work: int) -> System:
    task, n_updates = _task(sizes, rows, work)
    start = start_state(task, 0)
    kinds = _kinds(task)
    engines = {kind: CompiledEngine(task, kind) for kind in kinds}
    chosen = CompiledEngine(task).kind
    name = shape_name(sizes, rows)

    def run() -> _Ran:
        seconds, states = {}, {}
        for kind, engine in engines.items():
            begin = time.process_time()
            states[kind], _ = engine.advance(start, epochs=n_updates)
            seconds[kind] = (time.process_time() - begin) / n_updates
        return _Ran(seconds, chosen, states)

    def figures(ran: _Ran) -> dict[str, float]:
        cost = ran.seconds[ran.chosen] / min(ran.seconds.values())
        each = {f"{name}: {kind}": ran.seconds[kind] for kind in kinds}
        return {**each, cost_name(sizes, rows): cost}

    return System(
        name, NEUROSIM, lambda: run, lambda ran: _outcome(ran.states[chosen]),
        expected=lambda: _outcome(run().states["array"]), figures=figures, note=f"chosen: {chosen}",
    )  # fmt: skip


def _kinds(task: Task) -> list[str]:
    """The kinds of programs that are there for this task."""
    refused = set() if why_not(task) is None else {"kernel"}
    return [kind for kind in KINDS if kind not in refused]


def _outcome(state: TrainingState) -> Outcome:
    return Outcome({"parameters": state.parameters})


def _task(sizes: tuple[int, ...], rows: int, work: int) -> tuple[Task, int]:
    random = np.random.default_rng(13)
    # in wide layers smaller ones: else rounding grows until programs part
    weights = tuple(
        random.uniform(-1, 1, pair) / (np.sqrt(pair[0]) if pair[0] > 16 else 1.0)
        for pair in pairwise(sizes)
    )
    biases = tuple(random.uniform(-1, 1, n) for n in sizes[1:])
    least = 100 if work > 1_000 else 2
    n_updates = max(least, work // (rows * sum(w.size for w in weights)))
    problem = Layered(
        "choice", tuple("tanh" for _ in weights), "half_squared_error", "mean", 0.05, n_updates,
        rows, False, random.uniform(-1, 1, (rows, sizes[0])),
        random.uniform(-0.5, 0.5, (rows, sizes[-1])), weights, biases,
    )  # fmt: skip
    optimizer = SGD(learning_rate=problem.rate)
    return make_task(problem.build(), problem.X, problem.T, optimizer=optimizer), n_updates
