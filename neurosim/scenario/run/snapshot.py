"""A snapshot of a run: all that it needs to go on elsewhere as if it had never stopped.

What follows from the scenario itself (network, rows, options, what is measured before the first
epoch) is made again by whoever goes on; what was measured and judged since is in the snapshot.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from neurosim.errors import FileError
from neurosim.functions.numbers import Matrix
from neurosim.scenario.run.expect import Verdict
from neurosim.scenario.run.result import Stretch
from neurosim.training.state import TrainingState
from neurosim.training.stopping.stops import Watched

_SERIES = ("loss", "validation_loss", "rate", "gradient_norm", "update_ratio")
_STATE = ("parameters", "memory", "updates", "epoch", "batch", "partial_loss")
_WATCHED = ("best", "best_epoch", "waited", "parameters", "stopped")


@dataclass(frozen=True, slots=True, eq=False)
class RunSnapshot:
    """Where a run is.

    Attributes:
        state: of the training, between two batches.
        whole: of the same after its last whole epoch; None before one.
        stretches: the epochs that are done.
        verdicts: what was judged, by the number of the expectation.
        moments: parameters to be drawn, by the number of epochs done.
        before_edits: the state before the network was edited, likewise.
        seconds: how long it took.
    """

    state: TrainingState
    whole: TrainingState | None
    stretches: tuple[Stretch, ...]
    verdicts: Mapping[int, Sequence[Verdict]]
    moments: Mapping[int, Matrix]
    before_edits: Mapping[int, TrainingState]
    seconds: float

    def __repr__(self) -> str:
        return f"<run after {self.state.epoch:,} epochs>"

    @property
    def place(self) -> str:
        """Where it is, in words."""
        state = self.state
        return f"epoch {state.epoch}" + f", batch {state.batch}" * bool(state.batch)

    def to_tree(self, origin: Mapping[str, Any]) -> dict[str, Any]:
        """The same as plain data and arrays, with what the run is made of."""
        run = {
            "state": _tree_of(self.state),
            "whole": None if self.whole is None else _tree_of(self.whole),
            "stretches": _tree_of_stretches(self.stretches),
            "verdicts": {n: [_values(v) for v in each] for n, each in self.verdicts.items()},
            "moments": dict(self.moments),
            "before_edits": {n: _tree_of(state) for n, state in self.before_edits.items()},
            "seconds": self.seconds,
        }
        return {"run": run, "origin": dict(origin)}

    @classmethod
    def from_tree(cls, whole: Any, where: object) -> tuple["RunSnapshot", Mapping[str, Any]]:
        """The snapshot of such data, and the origin.

        Raises:
            FileError: something is missing in it, or of another kind.
        """
        try:
            tree, origin = whole["run"], dict(whole["origin"])
            found = cls(
                _state_of(tree["state"]),
                None if tree["whole"] is None else _state_of(tree["whole"]),
                tuple(_stretches_of(tree["stretches"])),
                {int(n): [*map(_verdict_of, each)] for n, each in tree["verdicts"].items()},
                {int(n): _array(theta, 1) for n, theta in tree["moments"].items()},
                {int(n): _state_of(each) for n, each in tree["before_edits"].items()},
                _number(tree["seconds"]),
            )
        except (LookupError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise FileError(f"{where}: no snapshot of a run, got {error!r:.80}") from None
        return found, origin


def _values(verdict: Verdict) -> list[Any]:
    return [getattr(verdict, name) for name in Verdict.__slots__]


def _verdict_of(values: Any) -> Verdict:
    what, expected, actual, tolerance, passed = values
    return Verdict(
        _kept(what, str),
        expected if isinstance(expected, str) else _number(expected),
        None if actual is None else _number(actual),
        None if tolerance is None else _number(tolerance),
        _kept(passed, bool),
    )


def _tree_of(state: TrainingState) -> dict[str, Any]:
    watched = state.watched
    return {
        **{name: getattr(state, name) for name in _STATE},
        "streams": dict(state.streams),
        "schedule": list(state.schedule),
        "watched": None if watched is None else {name: getattr(watched, name) for name in _WATCHED},
    }


def _state_of(tree: Any) -> TrainingState:
    for each in _kept(tree["streams"], dict).values():
        np.random.PCG64().state = each  # which refuses what is no state
    return TrainingState(
        parameters=_array(tree["parameters"], 1),
        memory=_array(tree["memory"], 2),
        updates=_count(tree["updates"]),
        epoch=_count(tree["epoch"]),
        batch=_count(tree["batch"]),
        partial_loss=_number(tree["partial_loss"]),
        streams=tree["streams"],
        schedule=tuple(_kept(each, float, int) for each in tree["schedule"]),
        watched=None if tree["watched"] is None else _watched_of(tree["watched"]),
    )


def _watched_of(tree: Any) -> Watched:
    best_epoch = _kept(tree["best_epoch"], int)
    return Watched(
        _kept(tree["best"], float, int),
        best_epoch if best_epoch == -1 else _count(best_epoch),
        _count(tree["waited"]),
        None if tree["parameters"] is None else _array(tree["parameters"], 1),
        _kept(tree["stopped"], str),
    )


def _kept(value: Any, *kinds: type) -> Any:
    """The value, if it is of one of these kinds."""
    if type(value) not in kinds:
        raise TypeError(f"no {kinds[0].__name__}: {value!r:.40}")
    return value


def _number(value: Any) -> float:
    if isinstance(value, bool) or not math.isfinite(value):
        raise TypeError(f"no number: {value!r:.40}")
    return float(value)


def _array(value: Any, n_axes: int) -> Matrix:
    is_one = isinstance(value, np.ndarray) and value.dtype == np.float64 and value.ndim == n_axes
    if not is_one:
        raise TypeError(f"no array of numbers of {n_axes} axes: {value!r:.40}")
    return value  # type: ignore[no-any-return]


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise TypeError(f"no count: {value!r:.40}")
    return value


def _tree_of_stretches(stretches: Sequence[Stretch]) -> dict[str, Any]:
    """The numbers of all epochs together; where each stretch ends, and how long its epochs took."""
    names = list(stretches[0].metrics) if stretches else []
    columns = {name: _joined([getattr(one, name) for one in stretches]) for name in _SERIES}
    return {
        **columns,
        "metrics": {name: _joined([one.metrics[name] for one in stretches]) for name in names},
        "ends": np.cumsum([0, *map(len, stretches)], dtype=np.int64),
        "seconds": np.array([one.seconds for one in stretches], dtype=np.float64),
    }


def _joined(parts: Sequence[Sequence[float]]) -> Matrix:
    return np.concatenate([np.empty(0), *(np.asarray(part, np.float64) for part in parts)])


def _stretches_of(tree: Any) -> list[Stretch]:
    ends, durations = tree["ends"].tolist(), _array(tree["seconds"], 1).tolist()
    if ends[0] != 0 or sorted(ends) != ends:
        raise ValueError(f"no ends of stretches: {ends!r:.40}")
    columns = {name: _column(tree[name], ends[-1]) for name in _SERIES}
    metrics = {name: _column(each, ends[-1]) for name, each in tree["metrics"].items()}
    if not all(
        len(each) == ends[-1] for each in (columns["loss"], columns["rate"], *metrics.values())
    ):
        raise ValueError("too few numbers of epochs")
    found = list[Stretch]()
    for (first, end), seconds in zip(pairwise(ends), map(_number, durations), strict=True):
        own = {name: values[first:end] for name, values in columns.items()}
        measured = {name: values[first:end] for name, values in metrics.items()}
        found.append(Stretch(first, metrics=measured, seconds=seconds, **own))
    return found


def _column(value: Any, n_epochs: int) -> tuple[float, ...]:
    """A number for each epoch, or none at all."""
    found = tuple(_array(value, 1).tolist())
    if len(found) not in {0, n_epochs}:
        raise ValueError(f"{len(found)} numbers of {n_epochs} epochs")
    return found
