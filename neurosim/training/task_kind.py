"""The kind of a task: one class of several, yes or no, independent labels, or regression.

It is decided once, from all targets of a data set (those of validation and test rows, too), the
outputs and the loss; or a user says it. Metrics, the confusion matrix, maps and predictions ask it
what class a row of outputs or of targets is, so that they cannot disagree.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurosim.by_fields import ByFields
from neurosim.errors import InvalidValueError, ShapeError, UnknownNameError, unknown
from neurosim.functions.numbers import Matrix, require_array, short
from neurosim.network.network import Network

Classes = NDArray[np.intp]

AUTO = "auto"  # as the targets say
CLASSES, YES_NO, LABELS, REGRESSION = "classes", "yes_no", "labels", "regression"
TASK_KINDS = {
    CLASSES: "one class of several: the largest output",
    YES_NO: "one output, above the threshold or not",
    LABELS: "several outputs, each above the threshold or not",
    REGRESSION: "numbers",
}


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class TaskKind(ByFields):
    """What targets mean.

    Attributes:
        name: a key of `TASK_KINDS`.
        n_outputs: how many outputs there are.
        threshold: what an output must exceed to mean yes: .5, or 0 where targets are -1 and 1.
            None for one class of several and for regression.
    """

    name: str
    n_outputs: int
    threshold: float | None = None

    @property
    def n_classes(self) -> int:
        """How many classes a row is put into: two for yes or no, and none for numbers."""
        return {CLASSES: self.n_outputs, YES_NO: 2, LABELS: 2}.get(self.name, 0)

    @property
    def has_classes(self) -> bool:
        """Whether every row is of exactly one class."""
        return self.name in (CLASSES, YES_NO)

    def targets(self, T: Any) -> Matrix:
        """Targets as a matrix (B, n_outputs); class indices, (B,), become one-hot rows.

        Raises:
            ShapeError: they have another shape.
            InvalidValueError: they are no targets of this kind, as .5 among yes and no.
        """
        given = require_array(T, "T")
        if given.ndim == 1 and self.n_outputs == 1:
            given = given[:, np.newaxis]
        if self.name == CLASSES and given.shape in ((len(given),), (len(given), 1)):
            given = _one_hot(given.ravel(), self.n_outputs)
        if given.ndim != 2 or given.shape[1] != self.n_outputs:
            raise ShapeError(
                f"T: got {given.shape}; expected a column for each of {self.n_outputs} outputs"
            )
        self._require_levels(given)
        return given

    def classes(self, values: Any) -> Classes:
        """The class of each row of outputs or targets, (..., B, n_outputs) -> (..., B).

        Of yes and no, 0 is no and 1 is yes.

        Raises:
            InvalidValueError: rows of this kind are not of one class.
        """
        given = np.asarray(values)
        if self.name == CLASSES:
            found: Classes = given.argmax(axis=-1)
            return found
        if self.name != YES_NO:
            raise InvalidValueError(
                f"task {self.name!r}: a row is of no single class; expected a task of"
                f" {CLASSES!r} or {YES_NO!r}"
            )
        return self.bits(given)[..., 0]

    def bits(self, values: Any) -> Classes:
        """Each output or target as 0 or 1, in the same shape; of classes, 1 for the largest."""
        given = np.asarray(values)
        if self.name == CLASSES:
            found: Classes = np.eye(self.n_outputs, dtype=np.intp)[given.argmax(axis=-1)]
            return found
        if self.threshold is None:
            raise InvalidValueError("task 'regression': numbers are no labels; expected 0 and 1")
        return (given > self.threshold).astype(np.intp)

    def meanings(self, values: Matrix, network: Network) -> list[str]:
        """What each row of outputs or targets, (B, n_outputs), says: its class, or its labels.

        Classes are called as the network knows them, else after its outputs.
        """
        captions = [neuron.caption for neuron in network.outputs]
        if self.name == LABELS:
            return [
                ", ".join(name for name, bit in zip(captions, row, strict=True) if bit) or "none"
                for row in self.bits(values)
            ]
        low = "-1" if self.threshold == 0.0 else "0"
        names = [low, "1"] if self.name == YES_NO else captions
        if network.classes is not None:
            names = list(network.classes.names)
        return [names[number] for number in self.classes(values)]

    def is_right(self, outputs: Any, T: Matrix) -> NDArray[np.bool_]:
        """Of each row, whether all of it is right, (..., B)."""
        if self.name == LABELS:
            found: NDArray[np.bool_] = (self.bits(outputs) == self.bits(T)).all(axis=-1)
            return found
        right: NDArray[np.bool_] = self.classes(outputs) == self.classes(T)
        return right

    def _require_levels(self, T: Matrix) -> None:
        if self.threshold is None and self.name != CLASSES:
            return
        levels = (-1.0, 1.0) if self.threshold == 0.0 else (0.0, 1.0)
        wrong = ~np.isin(T, levels).all(axis=1)
        if self.name == CLASSES:
            wrong = ~_has_one_largest(T)
        if wrong.any():
            row = int(np.flatnonzero(wrong)[0])
            wanted = {CLASSES: "one largest number, as in a one-hot row, or a class index"}.get(
                self.name, f"{short(levels[0])} or {short(levels[1])}"
            )
            raise InvalidValueError(
                f"T: row {row} is no target of the task {self.name!r},"
                f" got {T[row].tolist()!r:.80}; expected {wanted}"
            )

    def __str__(self) -> str:
        """What is asked, in words.

        >>> print(TaskKind("yes_no", 1, 0.5))
        yes or no: the output above 0.5
        """
        threshold = "" if self.threshold is None else f"above {short(self.threshold)}"
        return {
            CLASSES: f"one class of {self.n_outputs}: the largest output",
            YES_NO: f"yes or no: the output {threshold}",
            LABELS: f"{self.n_outputs} independent labels: each output {threshold}",
            REGRESSION: "numbers",
        }[self.name]


def kind_of_classes(network: Network) -> TaskKind | None:
    """What the outputs of a network mean that knows its classes; None where it does not."""
    if network.classes is None:
        return None
    if len(network.outputs) == 1:
        return TaskKind(YES_NO, 1, network.classes.threshold)
    return TaskKind(CLASSES, len(network.outputs))


def decide_task_kind(
    targets: Any,
    n_outputs: int,
    *,
    is_softmax: bool = False,
    loss: str | None = None,
    name: str = AUTO,
) -> TaskKind:
    """The kind of a task, from all targets that the data set has.

    One class of several: softmax outputs, if each row has one largest target, or one-hot rows with
    at least one row for each class, or class indices. Yes or no: one output whose targets are 0 and
    1, or -1 and 1. Labels: several outputs with such targets. All else is regression, .1 and .9
    too.

    Args:
        targets: (B, n_outputs), or class indices, (B,).
        n_outputs: how many outputs there are.
        is_softmax: whether the outputs are a softmax layer.
        loss: the loss of the training: hinge asks for -1 and 1 though all rows may be 1.
        name: the kind, where a user says it, a key of `TASK_KINDS`; else ``auto``.

    Raises:
        UnknownNameError: no kind has the name.
        InvalidValueError: the targets do not fit the kind that the user says.
        ShapeError: the targets do not fit the outputs.

    >>> decide_task_kind([[0, 1], [1, 1], [0, 0]], 2).name
    'labels'
    >>> decide_task_kind([[0, 1], [1, 0]], 2).name
    'classes'
    """
    require_task_kind(name)
    T = require_array(targets, "T")
    found = _guess(T, n_outputs, is_softmax) if name == AUTO else name
    kind = TaskKind(found, n_outputs)
    if kind.name in (YES_NO, LABELS):
        _require_count(kind)
        kind = TaskKind(kind.name, n_outputs, _threshold(T, loss))
    kind.targets(T)
    return kind


def require_task_kind(task: object) -> "str | TaskKind":
    """The kind, or its name; or an UnknownNameError."""
    if isinstance(task, TaskKind) or (isinstance(task, str) and task in (AUTO, *TASK_KINDS)):
        return task
    raise UnknownNameError(unknown("task", task, (AUTO, *TASK_KINDS)))


def _guess(T: Matrix, n_outputs: int, is_softmax: bool) -> str:
    if n_outputs == 1 and not is_softmax:
        return YES_NO if _has_two_levels(T) else REGRESSION
    if T.ndim < 2 or T.shape[1] != n_outputs or _is_one_hot(T):
        return CLASSES
    if is_softmax:
        return CLASSES if _has_one_largest(T).all() else REGRESSION
    return LABELS if _has_two_levels(T) else REGRESSION


def _has_two_levels(T: Matrix) -> bool:
    return bool(np.isin(T, (0.0, 1.0)).all() or np.isin(T, (-1.0, 1.0)).all())


def _has_one_largest(T: Matrix) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = (T.max(axis=1, keepdims=True) == T).sum(axis=1) == 1
    return found


def _is_one_hot(T: Matrix) -> bool:
    """Whether each row is one-hot, and each class has a row."""
    is_one = T == 1.0
    others = T[~is_one]
    same = not others.size or ((others == others.flat[0]).all() and others.flat[0] in (0.0, -1.0))
    return bool(same and (is_one.sum(axis=1) == 1).all() and is_one.any(axis=0).all())


def _threshold(T: Matrix, loss: str | None) -> float:
    return 0.0 if (T < 0.0).any() or loss == "hinge" else 0.5


def _require_count(kind: TaskKind) -> None:
    if (kind.name == YES_NO) != (kind.n_outputs == 1):
        expected = "one output" if kind.name == YES_NO else "several outputs"
        raise InvalidValueError(
            f"task {kind.name!r}: got {kind.n_outputs} outputs; expected {expected}"
        )


def _one_hot(indices: Matrix, n: int) -> Matrix:
    if not ((indices == np.floor(indices)) & (indices >= 0) & (indices < n)).all():
        wrong = indices[~((indices == np.floor(indices)) & (indices >= 0) & (indices < n))][0]
        raise InvalidValueError(
            f"T: got the class index {short(float(wrong))}; expected integers from 0 to {n - 1}"
        )
    return np.eye(n)[indices.astype(np.intp)]
