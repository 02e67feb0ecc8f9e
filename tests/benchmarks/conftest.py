"""What the tests of the benchmark share: systems that compute what they are told to."""

import numpy as np
import pytest

from tests.benchmarks import rounds as rounds_module
from tests.benchmarks.rounds import Measurement
from tests.benchmarks.systems import NEUROSIM, TUNED, Bar, Outcome, System, Workload


def fake(name, losses, *, log=None, **more):
    """A system that "computes" these losses, and notes in ``log`` that it ran."""

    def run():
        if log is not None:
            log.append(name)
        return Outcome({"losses": np.array(losses, dtype=float)})

    return System(name, "naive", lambda: run, lambda outcome: outcome, **more)


def workload_of(*systems, bars=(), reference=TUNED):
    """A workload of these systems."""
    return Workload(
        "F", "a fake", "turn", lambda _size, _peers: list(systems), bars, 1e-9, reference
    )


@pytest.fixture
def measured(monkeypatch):
    """``measured(systems...)``: the result of some rounds of a workload of these systems."""

    def measured(*systems, rounds=3, size="full", bars=(), enough=0.0):
        monkeypatch.setattr(rounds_module, "ENOUGH", enough)
        workload = workload_of(*systems, bars=bars)
        measurement = Measurement(workload, size=size, peers=frozenset())
        for _ in measurement.rounds(rounds):
            pass
        return measurement.result()

    return measured


@pytest.fixture
def pair():
    """neurosim and the reference, agreeing."""
    return fake(NEUROSIM, [1.0, 0.5]), fake(TUNED, [1.0, 0.5])


@pytest.fixture
def make_fake():
    """Makes a system that computes given losses."""
    return fake


@pytest.fixture
def ratio_bar():
    """neurosim against tuned NumPy: at most 100 times its time."""
    return Bar("time / tuned NumPy", (NEUROSIM,), (TUNED,), "<=", 100.0)
