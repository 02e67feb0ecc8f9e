"""The history of a training, and an epoch of it: what was measured, and where it was then."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from neurosim.by_fields import ByFields
from neurosim.functions.numbers import Matrix
from neurosim.training.course.lazy_slot import LazySlot
from neurosim.training.export import frame_of, write_events, write_json_lines
from neurosim.training.parts import measured_words
from neurosim.training.state import TrainingState

if TYPE_CHECKING:
    from neurosim.training.validation.cross_validation import CrossValidation
    from neurosim.training.validation.seeds import SeedRuns


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Epoch(ByFields):
    """One epoch: what was measured, and where the training is after it.

    Attributes:
        number: from 0.
        loss: over the training rows, each batch measured before its update; reduced.
        validation_loss: over the validation rows after the epoch, or None.
        metrics: by name, over the validation rows if there are any, else the training rows.
        rate: the learning rate, that of its last update.
        seconds: how long it took.
        state: to go on from.
        gradient_norm: with the option ``norms``, as in `History`; else None.
        update_ratio: likewise.
    """

    number: int
    loss: float
    validation_loss: float | None
    metrics: Mapping[str, float]
    rate: float
    seconds: float
    state: TrainingState = field(repr=False)
    gradient_norm: float | None = None
    update_ratio: float | None = None

    def __str__(self) -> str:
        more = "".join(f", {words}" for words in measured_words(self.validation_loss, self.metrics))
        return f"epoch {self.number}: loss {self.loss:.6g}{more}"


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class History(ByFields):
    """A training: one number an epoch, and the state at its end.

    Whoever makes one may give a column as an array (`column`, `columns`): the tuple is made when it
    is first read, which takes as long as to train a tiny network.

    Attributes:
        loss: over the training rows, each batch measured before its update; reduced.
        validation_loss: over the validation rows after each epoch; empty without them.
        metrics: by name, over the validation rows if there are any, else the training rows.
        seconds: how long it took.
        state: to go on from.
        rate: the learning rate, of each epoch that of its last update.
        folds: what validation by folds measured, if it was asked for.
        seeds: the same of trainings with other seeds.
        gradient_norm: with the option ``norms``, of the gradient over the training rows with the
            parameters after each epoch; else empty.
        update_ratio: likewise, the norm of what an epoch changed over that of the parameters.
        epoch_seconds: how long each took; of epochs that were done together, the mean.
        best_epoch: the number of the epoch whose parameters early stopping keeps; else None.
        stopped: why it stopped before the last epoch; empty where it did not.
    """

    loss: tuple[float, ...]
    validation_loss: tuple[float, ...]
    metrics: Mapping[str, tuple[float, ...]]
    seconds: float
    state: TrainingState = field(repr=False)
    rate: tuple[float, ...] = ()
    folds: "CrossValidation | None" = field(default=None, repr=False)
    seeds: "SeedRuns | None" = field(default=None, repr=False)
    gradient_norm: tuple[float, ...] = ()
    update_ratio: tuple[float, ...] = ()
    epoch_seconds: tuple[float, ...] = ()
    best_epoch: int | None = None
    stopped: str = ""

    def records(self) -> Iterator[dict[str, Any]]:
        """What was measured, an epoch after the other: its number and each number by name."""
        columns = {
            "loss": self.loss,
            "validation_loss": self.validation_loss,
            **self.metrics,
            "rate": self.rate,
            "gradient_norm": self.gradient_norm,
            "update_ratio": self.update_ratio,
            "seconds": self.epoch_seconds,
        }
        there = {name: values for name, values in columns.items() if values}
        first = self.state.epoch - len(self.loss)
        for number in range(len(self.loss)):
            measured = {name: values[number] for name, values in there.items()}
            yield {"epoch": first + number, **measured}

    def to_frame(self) -> Any:
        """A ``pandas.DataFrame`` with a row for each epoch; pandas must be installed."""
        return frame_of(self.records())

    def to_json_lines(self, path: str | Path) -> None:
        """Write a line of JSON for each epoch."""
        write_json_lines(self.records(), path)

    def to_tensorboard(self, folder: str | Path) -> None:
        """Write an event file of TensorBoard into a folder; tensorboard must be installed."""
        write_events(self.records(), folder)

    def _repr_svg_(self) -> str | None:
        """What a notebook shows: the loss over the epochs, or None where there is none."""
        from neurosim.drawing.notebook import picture_of_history

        return picture_of_history(self)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any] | None:
        """What a notebook shows where the extra ``notebook`` is: the curve, to point at."""
        from neurosim.live.notebook import bundle_of

        return bundle_of(self, self._repr_svg_)

    def __str__(self) -> str:
        if not self.loss:
            return "0 epochs"
        last = {name: values[-1] for name, values in self.metrics.items()}
        measured = measured_words(self.validation_loss[-1] if self.validation_loss else None, last)
        more = "".join(f", {words}" for words in measured)
        found = f"{len(self.loss)} epochs: loss {self.loss[0]:.6g} -> {self.loss[-1]:.6g}{more}"
        best = "" if self.best_epoch is None else f"; best in epoch {self.best_epoch}"
        return f"{found}{best}{'; stopped: ' * bool(self.stopped)}{self.stopped}"

    def __repr__(self) -> str:
        return f"<history of {self}>"


class _Arrays(dict[str, Matrix]):
    """Arrays by name that are to be columns."""


def column(values: Matrix) -> tuple[float, ...]:
    """Numbers of epochs, (n,), as a column for a new `History`; nobody may change them any more."""
    return cast("tuple[float, ...]", values)


def columns(values: Mapping[str, Matrix]) -> Mapping[str, tuple[float, ...]]:
    """The same by name."""
    return cast("Mapping[str, tuple[float, ...]]", _Arrays(values))


def _tuple(_: object, values: Matrix) -> tuple[float, ...]:
    return tuple(values.tolist())


def _tuples(_: object, values: _Arrays) -> dict[str, tuple[float, ...]]:
    return {name: tuple(each.tolist()) for name, each in values.items()}


_COLUMNS = "loss", "validation_loss", "rate", "gradient_norm", "update_ratio", "epoch_seconds"
_LAZY: dict[str, tuple[type, Callable[[Any, Any], Any]]] = {
    **dict.fromkeys(_COLUMNS, (np.ndarray, _tuple)),
    "metrics": (_Arrays, _tuples),
}
for _name, (_kind, _make) in _LAZY.items():
    setattr(History, _name, LazySlot(vars(History)[_name], _kind, _make))
