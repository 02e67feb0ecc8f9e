"""The scale series: what an edge costs when there are ten thousand, a hundred thousand, a million.

Graphs are random, of 50 levels, with ten edges to a neuron. Three things are measured: from graph
to program; a step of training (loss, gradient, update) at batch 64; building the objects, and the
memory that they take, in a process of its own.
"""

import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from neurosim.compiler.compile import compile_network
from neurosim.functions.optimizers import SGD
from neurosim.training.trainer import epochs
from tests.benchmarks.irregular import Irregular, uniform
from tests.benchmarks.systems import NEUROSIM, Absent, System

EDGES = {"full": (10_000, 100_000, 1_000_000), "small": (500, 1_000, 2_000)}
BATCHES = 16  # steps in a round; the objects take the values over once behind them
BUILD, MEMORY = "objects: build", "objects: memory"
_CHECKOUT = Path(__file__).parents[2]
_STATUS = Path("/proc/self/statm")


def row_name(n_edges: int) -> str:
    """How a size is called in the table."""
    return f"{n_edges:,} edges"


def graph_of(n_edges: int) -> Irregular:
    """A random graph of so many edges."""
    width = n_edges // 500
    return uniform(50, width, n_edges, 1, n_in=max(width, 12))


def compile_systems(size: str, _peers: frozenset[str]) -> list[System | Absent]:
    """From graph to program, at each size."""
    return [_compiling(n) for n in EDGES[size]]


def _compiling(n_edges: int) -> System:
    net = graph_of(n_edges).build()
    numbers = itertools.count()

    def prepare() -> Callable[[], Any]:
        # one more neuron each time: no program made before, and no order, can serve again
        name = f"more{next(numbers)}"
        net.add_neuron(name)
        net.connect("n0", name, weight=0.5)
        return lambda: compile_network(net)

    return System(row_name(n_edges), NEUROSIM, prepare, units=n_edges)


def step_systems(size: str, _peers: frozenset[str]) -> list[System | Absent]:
    """A step of training, at each size."""
    return [_stepping(n) for n in EDGES[size]]


def _stepping(n_edges: int) -> System:
    problem = graph_of(n_edges)
    net = problem.build()
    X, T = np.tile(problem.X, (BATCHES, 1)), np.tile(problem.T, (BATCHES, 1))
    steps = epochs(net, X, T, optimizer=SGD(problem.rate), batch_size=64, epochs=1_000_000)
    units = n_edges * BATCHES
    return System(row_name(n_edges), NEUROSIM, lambda: lambda: next(steps), units=units)


def build_systems(size: str, _peers: frozenset[str]) -> list[System | Absent]:
    """The objects of the largest size: how long they take to build, and how much memory."""
    n_edges = EDGES[size][-1]
    text = f"from tests.benchmarks.scale import print_building; print_building({n_edges})"

    def run() -> Mapping[str, float]:
        done = subprocess.run(  # noqa: S603 - our own script, run by the Python that runs this
            [sys.executable, "-c", text], check=True, capture_output=True, text=True, cwd=_CHECKOUT
        )
        figures: dict[str, float] = json.loads(done.stdout)
        return figures

    return [System("objects", NEUROSIM, lambda: run, figures=lambda figures: figures)]


def print_building(n_edges: int) -> None:
    """Build a graph in this process; print what an edge cost, as JSON.

    The names, pairs and weights are the user's, made before. The collector of cyclic garbage is on,
    as it is for a user.
    """
    wiring = graph_of(n_edges).wiring()
    before = _memory()
    begin = time.perf_counter()
    net = wiring.build()
    seconds = time.perf_counter() - begin
    figures = {BUILD: seconds / n_edges}
    if before is not None and (after := _memory()) is not None:
        figures[MEMORY] = (after - before) / n_edges
    assert len(net.connections) == n_edges
    print(json.dumps(figures))  # noqa: T201 - this process talks to the one that started it


def _memory() -> int | None:
    """The bytes that this process has in memory; None where the system does not say."""
    if not _STATUS.exists():
        return None
    return int(_STATUS.read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
