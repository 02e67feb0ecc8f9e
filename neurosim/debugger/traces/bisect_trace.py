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
        trace: as it was saved; that its range ends before the training does is no divergence.
        n_epochs: how many epochs there are.
        tolerance: how far apart numbers may be.

    Returns:
        Where they part, or None.

    Raises:
        FileError: the trace cannot be read, begins where this training never is, or ends before
            its range does.
    """
    twin = twin_of(task)
    first = next(iter(trace), None)
    if first is None:
        if trace.number("batches"):
            raise _cut_off(trace, 2)
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
    found = diff_traces(entries, trace, tolerance)
    if found is not None and found.first is not None and found.second is None:
        after = found.first
        begin = trace.number("epoch") * task.n_batches + trace.number("batch")
        if after.epoch * task.n_batches + after.batch < begin + trace.number("batches"):
            raise _cut_off(trace, found.line)
        return None
    return None if found is None else _trace_divergence(found)


def _cut_off(trace: Trace, line: int) -> FileError:
    return FileError(
        f"{trace.path}:{line}: cut off, got the end of the file; expected the steps of all"
        f" {trace.number('batches')} batches of line 1"
    )


def _trace_divergence(difference: TraceDifference) -> Divergence:
    ours, theirs = difference.first, difference.second
    assert theirs is not None
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
