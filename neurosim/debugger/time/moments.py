"""Moments of a training by epoch, batch, sample, phase and step, and their places."""

from collections.abc import Mapping

from neurosim.debugger.checks import require_count
from neurosim.debugger.stops.locations import require_part
from neurosim.debugger.time.timeline import Timeline
from neurosim.debugger.time.training_log import UnitPlace
from neurosim.errors import InvalidValueError, UnknownNameError, unknown
from neurosim.interpreter.steps import PHASES


def find_place(
    walk: Timeline, parts: Mapping[str, int | None], phase: str | None, step: int | None
) -> UnitPlace:
    """The place of a moment.

    Args:
        walk: what is coarser than all that is given is that of its place; what is
            finer, the first.
        parts: the numbers of ``epoch``, ``batch`` and ``sample``, or None.
        phase: the start of one of a sample's phases.
        step: or one of its steps.

    Raises:
        InvalidValueError: there is no such moment.
        UnknownNameError: there is no such phase.
    """
    task, here = walk.task, walk.position
    given = [name for name, number in parts.items() if number is not None]
    numbers = {"epoch": here.epoch, "batch": 0, "sample": 0 if given else here.sample}
    for name in given:
        numbers[name] = require_part(name, parts[name], task, walk.last // task.n_batches)
    batch, unit = numbers["batch"], 0
    if "sample" in given or not given:
        batch, unit = divmod(numbers["sample"], task.batch_size)
        if "batch" in given and batch != numbers["batch"]:
            raise InvalidValueError(
                f"goto: sample {numbers['sample']} is in batch {batch},"
                f" got batch {numbers['batch']}; expected one of the two"
            )
    place = UnitPlace(numbers["epoch"] * task.n_batches + batch, unit, 0)
    if place < UnitPlace(walk.first, 0, 0):
        raise InvalidValueError(
            f"goto: epoch {numbers['epoch']} is before the start; expected a later one"
        )
    found = _find_step(walk, place, phase, step)
    if found > UnitPlace(walk.last, 0, 0):
        raise InvalidValueError(
            f"goto: the training ends with epoch {numbers['epoch']}; expected an earlier moment"
        )
    return found


def _find_step(walk: Timeline, place: UnitPlace, phase: str | None, step: int | None) -> UnitPlace:
    """A step of a sample, or the start of one of its phases."""
    n_rows = walk.rows_of(place.batch)
    if phase is not None:
        if phase not in PHASES:
            raise UnknownNameError(unknown("phase", phase, PHASES))
        if step is not None:
            raise InvalidValueError("goto: got a phase and a step; expected one of the two")
        starts = {"forward": 0, "loss": walk.n_forward, "backward": walk.n_forward + 1}
        if phase == "update":
            return UnitPlace(place.batch, n_rows, 0)
        return place._replace(step=starts[phase])
    if step is None:
        return place
    count = walk.n_sample + (walk.n_update if place.unit == n_rows - 1 else 0)
    number = require_count(step)
    if number >= count:
        raise InvalidValueError(f"step: got {number}; expected a number from 0 to {count - 1}")
    if number < walk.n_sample:
        return place._replace(step=number)
    return UnitPlace(place.batch, place.unit + 1, number - walk.n_sample)
