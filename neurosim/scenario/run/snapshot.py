"""A snapshot of a run: all that it needs to go on elsewhere as if it had never stopped.

What follows from the scenario itself (network, rows, options, what is measured before the first
epoch) is made again by whoever goes on; what was measured and judged since is in the snapshot.
"""

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
                {int(n): [Verdict(*v) for v in each] for n, each in tree["verdicts"].items()},
                {int(n): _array(theta, 1) for n, theta in tree["moments"].items()},
                {int(n): _state_of(each) for n, each in tree["before_edits"].items()},
                float(tree["seconds"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            raise FileError(f"{where}: no snapshot of a run, got {error!r:.80}") from None
        return found, origin


def _values(verdict: Verdict) -> list[Any]:
    return [getattr(verdict, name) for name in Verdict.__slots__]


def _tree_of(state: TrainingState) -> dict[str, Any]:
    watched = state.watched
    return {
        **{name: getattr(state, name) for name in _STATE},
        "streams": dict(state.streams),
        "schedule": list(state.schedule),
        "watched": None if watched is None else {name: getattr(watched, name) for name in _WATCHED},
    }


def _state_of(tree: Any) -> TrainingState:
    watched = None if tree["watched"] is None else Watched(**tree["watched"])
    if not isinstance(tree["streams"], dict):
        raise TypeError(f"streams: {tree['streams']!r}")
    return TrainingState(
        parameters=_array(tree["parameters"], 1),
        memory=_array(tree["memory"], 2),
        updates=_count(tree["updates"]),
        epoch=_count(tree["epoch"]),
        batch=_count(tree["batch"]),
        partial_loss=float(tree["partial_loss"]),
        streams=tree["streams"],
        schedule=tuple(tree["schedule"]),
        watched=watched,
    )


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
    columns = {name: tuple(_array(tree[name], 1).tolist()) for name in _SERIES}
    metrics = {name: tuple(_array(each, 1).tolist()) for name, each in tree["metrics"].items()}
    bounds, found = list(pairwise(tree["ends"].tolist())), list[Stretch]()
    for (first, end), seconds in zip(bounds, _array(tree["seconds"], 1).tolist(), strict=True):
        own = {name: values[first:end] for name, values in columns.items()}
        measured = {name: values[first:end] for name, values in metrics.items()}
        found.append(Stretch(first, metrics=measured, seconds=seconds, **own))
    return found
