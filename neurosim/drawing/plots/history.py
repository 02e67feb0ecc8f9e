"""The history of a training as plain numbers, from any of its records."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from neurosim.errors import InvalidValueError, UnknownNameError, WrongTypeError, unknown
from neurosim.functions.numbers import Matrix
from neurosim.training.course.history import History
from neurosim.training.parts import measured_on

_EXPECTED = "expected a History, a list of losses, epochs as ns.epochs gives them, or runs by name"


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """What was measured in each epoch; numbers may be infinite, or NaN where there is none.

    Attributes:
        epochs: their numbers, (n,).
        loss: (n,).
        validation_loss: (n,), or empty.
        metrics: by name, (n,) each.
        best_epoch: the one whose parameters were restored, or None.
    """

    epochs: Matrix
    loss: Matrix
    validation_loss: Matrix
    metrics: Mapping[str, Matrix]
    best_epoch: int | None = None

    @property
    def on(self) -> str:
        """The part of the rows that the metrics were measured on."""
        return measured_on(has_validation=bool(len(self.validation_loss)))


def courses_of(thing: Any) -> dict[str, Course]:
    """The courses of several runs by their names; that of a single one by the name ``""``.

    Raises:
        WrongTypeError: it is none of what is expected.
        InvalidValueError: a run has no epochs, or there are no runs.
    """
    if not isinstance(thing, Mapping):
        return {"": course_of(thing)}
    if not thing:
        raise InvalidValueError(f"history: no runs, got {thing!r}; expected one at least")
    return {str(name): course_of(history, f"history {name!r}") for name, history in thing.items()}


def course_of(thing: Any, where: str = "history") -> Course:
    """The course of one run.

    Args:
        thing: a `History`, losses, or an iterable of records of epochs (an iterator is drained).
        where: what it is called in an error.
    """
    if isinstance(thing, Course):
        return thing
    if isinstance(thing, History):
        first = thing.state.epoch - len(thing.loss)
        numbers = range(first, thing.state.epoch)
        course = _course(numbers, thing.loss, thing.validation_loss, thing.metrics)
        course = replace(course, best_epoch=thing.best_epoch)
    elif isinstance(thing, Iterable) and not isinstance(thing, str | bytes):
        course = _course_of_items(list(thing), where)
    else:
        raise WrongTypeError(f"{where}: got {thing!r:.80}; {_EXPECTED}")
    if not len(course.epochs):
        raise InvalidValueError(f"{where}: 0 epochs, nothing to draw; expected one at least")
    return course


def _course_of_items(items: list[Any], where: str) -> Course:
    if all(hasattr(item, "loss") and hasattr(item, "metrics") for item in items):
        return _course_of_records(items)
    try:
        losses = np.array(items, dtype=np.float64)
    except (TypeError, ValueError):
        losses = np.empty((0, 0))
    if losses.ndim != 1:
        raise WrongTypeError(f"{where}: got {items!r:.80}; {_EXPECTED}")
    return _course(range(len(losses)), losses, (), {})


def _course_of_records(records: Sequence[Any]) -> Course:
    numbers = [r.number if hasattr(r, "number") else r.epoch for r in records]
    has_validation = any(record.validation_loss is not None for record in records)
    names = dict.fromkeys(name for record in records for name in record.metrics)
    return _course(
        numbers,
        [record.loss for record in records],
        [record.validation_loss for record in records] if has_validation else (),
        {name: [record.metrics.get(name) for record in records] for name in names},
    )


def _course(numbers: Any, loss: Any, validation: Any, metrics: Mapping[str, Any]) -> Course:
    return Course(
        _numbers(numbers),
        _numbers(loss),
        _numbers(validation),
        {name: _numbers(values) for name, values in metrics.items()},
    )


def _numbers(values: Any) -> Matrix:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def require_metrics(courses: Mapping[str, Course], names: Sequence[str] | None) -> list[str]:
    """The metrics that are asked for, else all that some run has.

    Raises:
        InvalidValueError: nothing was measured.
        UnknownNameError: no run has one of the names.
    """
    known = list(dict.fromkeys(name for course in courses.values() for name in course.metrics))
    if not known:
        raise InvalidValueError(
            "history: no metrics were measured; expected some, as by metrics=['accuracy']"
        )
    chosen = known if names is None else list(names)
    for name in chosen:
        if name not in known:
            raise UnknownNameError(unknown("metric", name, known))
    return chosen
