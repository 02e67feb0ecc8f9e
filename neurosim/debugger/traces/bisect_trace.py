"""Bisection of a training and a saved trace: the first step that gives another number."""

from itertools import dropwhile

from neurosim.debugger.time.replay import twin_of
from neurosim.debugger.traces.bisect import TOLERANCE, Divergence
from neurosim.debugger.traces.diff import TraceDifference, diff_traces
from neurosim.debugger.traces.file import Trace
from neurosim.debugger.traces.trace import entry_of, positioned_steps
from neurosim.errors import FileError
from neurosim.training.engines.contract import advance_batch
from neurosim.training.engines.table import REFERENCE, make_engine
from neurosim.training.state import TrainingState
from neurosim.training.task import Task


def bisect_trace(
    task: Task,
    state: TrainingState,
    trace: Trace,
    *,
    n_epochs: int,
    tolerance: float = TOLERANCE,
) -> Divergence | None:
    """Find the first step where a training and a saved trace part.

    Args:
        task: what is trained; it is walked on a copy of its network.
        state: where the training begins. It goes on by the graph to where the trace begins.
        trace: as it was saved; that it ends before the training does is no divergence.
        n_epochs: how many epochs there are.
        tolerance: how far apart numbers may be.

    Returns:
        Where they part, or None.

    Raises:
        FileError: the trace cannot be read, or begins where this training never is.
    """
    twin = twin_of(task)
    first = next(iter(trace), None)
    if first is None:
        return None
    skipped = (first.epoch - state.epoch) * task.n_batches + first.batch - state.batch
    if skipped < 0 or first.epoch >= n_epochs or first.batch >= task.n_batches:
        raise FileError(
            f"{trace.path}:2: of another training, got epoch {first.epoch}, batch {first.batch};"
            f" expected epochs below {n_epochs}, batches below {task.n_batches}"
        )
    engine = make_engine(REFERENCE, twin)
    for _ in range(skipped):
        state = advance_batch(engine, state)
    n_batches = (n_epochs - state.epoch) * task.n_batches - state.batch
    walked = (entry_of(*pair) for pair in positioned_steps(twin, state, n_batches))
    entries = dropwhile(lambda e: e[:2] == first[:2] and e[:6] != first[:6], walked)
    return _trace_divergence(diff_traces(entries, trace, tolerance))


def _trace_divergence(difference: TraceDifference | None) -> Divergence | None:
    if difference is None or difference.second is None:
        return None
    ours, theirs = difference.first, difference.second
    place = theirs if ours is None else ours
    what = ", ".join(theirs.what) if ours is None else difference.what or ", ".join(ours.what)
    field = difference.field
    where = what if field in ("", "after", "what") else f"{what}, with another {field}"
    return Divergence(
        place.epoch,
        place.batch,
        place.sample,
        place.row,
        where,
        "step",
        ("scenario", "trace"),
        ("has ended", "goes on") if ours is None else difference.values,
        (*(() if ours is None else (f"scenario: {ours.text}",)), f"trace: {theirs.text}"),
    )
