"""Moves by grains: steps, neurons, layers, phases, samples, batches, epochs; ahead and back."""

from collections.abc import Iterable, Sequence

from neurosim.debugger.stops.breakpoints import AtLayer
from neurosim.debugger.stops.runner import Hit, Runner
from neurosim.debugger.time.grains import end_of, run_of, start_of
from neurosim.debugger.time.timeline import Timeline
from neurosim.debugger.time.training_log import UnitPlace
from neurosim.interpreter.steps import Step

WHOLE = ("batch", "epoch")
FINE = ("step", "neuron", "layer")  # the grains that are found by looking at the steps


def ahead_finely(runner: Runner, grain: str, times: int) -> tuple[Sequence[Hit], list[Step]]:
    """Go on by so many of a fine grain, or to a stop; what was hit, and the steps done."""
    done: list[Step] = []
    hits: Sequence[Hit] = ()
    for _ in range(times):
        if runner.walk.is_over or hits:
            break
        hits = _finish(runner, grain, done)
    return hits, done


def _finish(runner: Runner, grain: str, done: list[Step]) -> Sequence[Hit]:
    """Do one step, or all that are left of a neuron or layer."""
    walk, run = runner.walk, None
    while not walk.is_over:
        coming = walk.coming()
        assert coming is not None
        now = (walk.place[:2], run_of(coming, grain, walk.network))
        if run is not None and now != run:
            break
        run = now
        hits = runner.run(is_there=lambda _: True, done=done)
        if hits or grain == "step":
            return hits
    return ()


def target_of(runner: Runner, grain: str, times: int) -> UnitPlace:
    """The place after so many of a grain; the timeline stays where it is."""
    walk, place = runner.walk, runner.walk.place
    if grain in FINE:
        ahead_finely(runner, grain, times)
        target = walk.place
        walk.go_to(place)
        return target
    if grain in WHOLE:  # the first may have begun; the others are as long as each other
        place = end_of(walk, place, grain)
        batch = place.batch + (times - 1) * (walk.task.n_batches if grain == "epoch" else 1)
        return place._replace(batch=min(batch, max(walk.last, place.batch)))
    for _ in range(times):
        place = end_of(walk, place, grain)
        if place.batch >= walk.last:
            break
    return place


def back_by(walk: Timeline, grain: str) -> None:
    """Go back to the start of the present one of a grain, or of the one before it."""
    if grain not in FINE:
        walk.go_to(start_of(walk, walk.place, grain))
        return
    run = run_of(walk.backward(), grain, walk.network)
    while grain != "step" and walk.step:
        done = walk.done()
        if not done or run_of(done[-1], grain, walk.network) != run:
            break
        walk.backward()


def steps_of(walk: Timeline, hits: Iterable[Hit]) -> list[Step]:
    """The steps that a hit is to be seen in: the last about one neuron, or one layer.

    Where a part of the training begins there are none.
    """
    seen = [hit for hit in hits if hit.is_step]
    steps = walk.last_steps() if seen else []
    if not steps:
        return []
    grain = "layer" if all(isinstance(hit.stop.subject, AtLayer) for hit in seen) else "neuron"
    run = run_of(steps[-1], grain, walk.network)
    first = len(steps)
    while first and run_of(steps[first - 1], grain, walk.network) == run:
        first -= 1
    return steps[first:]
