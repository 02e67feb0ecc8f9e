"""Grains of a training (step, neuron, ..., epoch): where each begins and ends.

A phase, sample, batch or epoch has its place by arithmetic. What belongs to one neuron or layer is
a run of steps about it.
"""

from typing import Any

from neurosim.debugger.time.timeline import Timeline
from neurosim.debugger.time.training_log import UnitPlace
from neurosim.interpreter.steps import Step, phase_of, subject_of
from neurosim.network.network import Network
from neurosim.network.neuron import Neuron


def end_of(walk: Timeline, place: UnitPlace, grain: str) -> UnitPlace:
    """The end of the phase, sample, batch or epoch that a place is in or begins."""
    batch, unit, step = place
    n_rows, n_batches = walk.rows_of(batch), walk.task.n_batches
    if grain == "epoch":
        return UnitPlace((batch // n_batches + 1) * n_batches, 0, 0)
    if grain == "phase" and unit < n_rows:
        for end in (walk.n_forward, walk.n_forward + 1):
            if step < end:
                return UnitPlace(batch, unit, end)
        return UnitPlace(batch, unit + 1, 0)
    is_last = unit >= n_rows - 1
    return (
        UnitPlace(batch + 1, 0, 0)
        if grain != "sample" or is_last
        else UnitPlace(batch, unit + 1, 0)
    )


def start_of(walk: Timeline, place: UnitPlace, grain: str) -> UnitPlace:
    """The start of the phase, sample, batch or epoch that a place is inside of, or ends."""
    batch, unit, step = place
    if (unit, step) == (0, 0):
        batch -= 1
        unit = walk.rows_of(batch)
        step = 1  # somewhere inside the update
    n_rows, n_batches = walk.rows_of(batch), walk.task.n_batches
    if grain == "epoch":
        return UnitPlace(batch // n_batches * n_batches, 0, 0)
    if grain == "batch":
        return UnitPlace(batch, 0, 0)
    if grain == "sample":
        last = min(unit, n_rows - 1)
        return UnitPlace(batch, last - 1 if (unit, step) == (last, 0) else last, 0)
    return _start_of_phase(walk, batch, unit, step)


def _start_of_phase(walk: Timeline, batch: int, unit: int, step: int) -> UnitPlace:
    if step == 0:
        return UnitPlace(batch, unit - 1, walk.n_forward + 1)
    if unit == walk.rows_of(batch):
        return UnitPlace(batch, unit, 0)
    starts = (0, walk.n_forward, walk.n_forward + 1)
    return UnitPlace(batch, unit, max(start for start in starts if start < step))


def run_of(step: Step, grain: str, network: Network) -> Any:
    """What a step belongs to: steps in a row that are equal in this are one neuron, or layer."""
    subject, phase = subject_of(step), phase_of(step)
    if grain == "layer" and isinstance(subject, Neuron):
        levels = network._cached("levels", lambda: _levels(network))
        return phase, subject.layer or levels[subject]
    return phase, subject


def _levels(network: Network) -> dict[Neuron, int]:
    return {n: i for i, generation in enumerate(network.generations()) for n in generation}
