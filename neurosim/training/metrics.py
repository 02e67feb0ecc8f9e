"""Metrics: measures of outputs besides the loss, each of the kinds of task that it fits.

The definitions, and the values where a class or a row is missing, are those of scikit-learn.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurosim.by_fields import ByFields
from neurosim.errors import InvalidValueError, ShapeError, WrongTypeError
from neurosim.functions.numbers import Matrix, require_array
from neurosim.functions.registry import Table
from neurosim.training.task_kind import (
    AUTO,
    CLASSES,
    LABELS,
    REGRESSION,
    TASK_KINDS,
    YES_NO,
    TaskKind,
    decide_task_kind,
)

Metric = Callable[[Any, Any], float]
Measure = Callable[[Matrix, Matrix, TaskKind], Any]

_JUDGED = (CLASSES, YES_NO, LABELS)


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class ShippedMetric(ByFields):
    """A metric that knows what it judges; called with outputs (B, n) and targets.

    Attributes:
        name: its name in the table.
        meaning: what it is, in a line.
        measure: from outputs (..., B, n), targets (B, n) and the kind of task to numbers (...).
        kinds: the kinds of task it fits.
    """

    name: str
    meaning: str
    measure: Measure
    kinds: tuple[str, ...]

    def __call__(self, outputs: Any, T: Any, *, task: TaskKind | str = AUTO) -> float:
        """The metric of outputs (B, n_out); T is (B, n_out), or class indices, (B,).

        Args:
            outputs: what the network answers.
            T: the targets.
            task: what the targets mean, or its name; ``auto``: as T itself says.

        Raises:
            ShapeError: there are not as many rows of one as of the other.
            InvalidValueError: the metric does not fit targets of this kind.
        """
        given, targets, kind = judged(outputs, T, task)
        self.require(kind)
        return float(self.measure(given, targets, kind))

    def require(self, kind: TaskKind) -> None:
        """Refuse a kind of task that the metric does not fit."""
        if kind.name not in self.kinds:
            others = [name for name, metric in SHIPPED.items() if kind.name in metric.kinds]
            raise InvalidValueError(
                f"metric {self.name!r}: got a task of {kind.name} ({kind}); expected"
                f" {' or '.join(self.kinds)}, or one of the metrics {', '.join(others)}"
            )


def judged(outputs: Any, T: Any, task: TaskKind | str = AUTO) -> tuple[Matrix, Matrix, TaskKind]:
    """Outputs and targets, (B, n_out) both, and what the targets mean.

    Raises:
        ShapeError: there are not as many rows of one as of the other.
        InvalidValueError: the targets are no targets of the task.
    """
    given, targets = require_array(outputs, "outputs"), require_array(T, "T", may_miss=True)
    if given.ndim == 1 and targets.ndim == 1:
        given = given[:, np.newaxis]
    if given.ndim != 2 or len(given) != len(targets) or not given.size:
        raise ShapeError(f"outputs: got {given.shape} for T {targets.shape}; expected as many rows")
    given, targets = _complete(given, targets)
    if not isinstance(task, TaskKind):
        task = decide_task_kind(targets, given.shape[1], name=task)
    return given, task.targets(targets), task


def _complete(outputs: Matrix, T: Matrix) -> tuple[Matrix, Matrix]:
    """The rows, (..., B, n) and (B, n), that lack no target.

    Raises:
        InvalidValueError: every row lacks one.
    """
    missing = np.isnan(T)
    if not missing.any():
        return outputs, T
    is_there = ~(missing.any(axis=1) if T.ndim > 1 else missing)
    if not is_there.any():
        raise InvalidValueError(f"T: every row lacks a target, got {len(T)} rows; expected others")
    return outputs[..., is_there, :], T[is_there]


def count_classes(outputs: Any, T: Any, task: TaskKind | str = AUTO) -> NDArray[np.intp]:
    """The confusion matrix: counts of rows by true class (rows) and predicted class (columns).

    >>> count_classes([[0.2], [0.9], [0.7]], [[0], [1], [0]]).tolist()
    [[1, 1], [0, 1]]
    """
    given, targets, kind = judged(outputs, T, task)
    n = kind.n_classes
    cells = kind.classes(targets) * n + kind.classes(given)
    counts: NDArray[np.intp] = np.bincount(cells, minlength=n * n).reshape(n, n)
    return counts


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class ClassScores(ByFields):
    """Precision, recall and F1 of each class or label, (n,) each, and how many rows have it.

    A class that nothing was predicted as has precision 0; one without rows, recall 0.
    """

    precision: Matrix
    recall: Matrix
    f1: Matrix
    support: NDArray[np.intp]
    predicted: NDArray[np.intp]


def class_scores(outputs: Any, T: Any, task: TaskKind | str = AUTO) -> ClassScores:
    """The scores of each class; of yes or no, of no and of yes; of labels, of each label."""
    found, targets, kind = judged(outputs, T, task)
    wanted, given = _memberships(kind, targets), _memberships(kind, found)
    hits, support, predicted = (wanted & given).sum(0), wanted.sum(0), given.sum(0)
    return ClassScores(
        hits / np.maximum(predicted, 1),
        hits / np.maximum(support, 1),
        2 * hits / np.maximum(support + predicted, 1),
        support,
        predicted,
    )


def _memberships(kind: TaskKind, values: Matrix) -> NDArray[np.intp]:
    """Of each row and class, or label, 1 where the row has it."""
    if kind.name == LABELS:
        return kind.bits(values)
    return np.eye(kind.n_classes, dtype=np.intp)[kind.classes(values)]


def _score(which: str) -> Measure:
    """Of yes or no, the score of yes; else the mean over the classes that occur."""

    def measure(outputs: Matrix, T: Matrix, task: TaskKind) -> float:
        scores = class_scores(outputs, T, task)
        values: Matrix = getattr(scores, which)
        if task.name == YES_NO:
            return float(values[1])
        if task.name == CLASSES:
            values = values[(scores.support > 0) | (scores.predicted > 0)]
        return float(values.mean())

    return measure


def _accuracy(outputs: Matrix, T: Matrix, task: TaskKind) -> Any:
    return task.is_right(outputs, T).mean(axis=-1)


def _label_accuracy(outputs: Matrix, T: Matrix, task: TaskKind) -> Any:
    return (task.bits(outputs) == task.bits(T)).mean(axis=(-2, -1))


def _balanced_accuracy(outputs: Matrix, T: Matrix, task: TaskKind) -> float:
    scores = class_scores(outputs, T, task)
    return float(scores.recall[scores.support > 0].mean())


def _log_loss(outputs: Matrix, T: Matrix, task: TaskKind) -> float:
    least = np.finfo(np.float64).eps  # as in scikit-learn; of 0 there is no logarithm
    chances = np.clip(_chances("log_loss", outputs, task), least, 1.0 - least)
    if task.name == CLASSES:
        return float(-np.log(chances[task.bits(T) == 1]).mean())
    return float(-np.log(np.where(task.bits(T) == 1, chances, 1.0 - chances)).mean())


def _brier(outputs: Matrix, T: Matrix, task: TaskKind) -> float:
    errors = np.square(_chances("brier", outputs, task) - task.bits(T))
    return float(errors.sum(axis=1).mean() if task.name == CLASSES else errors.mean())


def _chances(metric: str, outputs: Matrix, task: TaskKind) -> Matrix:
    """Outputs as probabilities; those of classes add up to 1."""
    if outputs.min() < 0.0 or outputs.max() > 1.0:
        raise InvalidValueError(
            f"metric {metric!r}: got outputs from {float(outputs.min())!r} to"
            f" {float(outputs.max())!r};"
            " expected probabilities, as of softmax or sigmoid"
        )
    if task.name != CLASSES:
        return outputs
    chances: Matrix = outputs / np.maximum(outputs.sum(axis=1, keepdims=True), 1e-300)
    return chances


def _r2(outputs: Matrix, T: Matrix, _: TaskKind) -> float:
    """The mean over outputs; of an output whose targets are all one number, 1 or 0."""
    rest = np.square(T - outputs).sum(axis=0)
    whole = np.square(T - T.mean(axis=0)).sum(axis=0)
    varies = whole > 0.0
    of_each = np.where(varies, 1.0 - rest / np.where(varies, whole, 1.0), rest == 0.0)
    return float(of_each.mean())


def _mae(outputs: Matrix, T: Matrix, _: TaskKind) -> Any:
    return np.abs(outputs - T).mean(axis=(-2, -1))


def _rmse(outputs: Matrix, T: Matrix, _: TaskKind) -> Any:
    """The mean over outputs of each one's root."""
    return np.sqrt(np.square(outputs - T).mean(axis=-2)).mean(axis=-1)


_EVERY = tuple(TASK_KINDS)
_ONE_CLASS = (CLASSES, YES_NO)
SHIPPED = {
    metric.name: metric
    for metric in (
        ShippedMetric("accuracy", "the share of rows that are right as a whole", _accuracy,
                      _JUDGED),
        ShippedMetric("label_accuracy", "the share of labels that are right, over all rows and"
                      " outputs", _label_accuracy, (LABELS, YES_NO)),
        ShippedMetric("balanced_accuracy", "the mean recall of the classes", _balanced_accuracy,
                      _ONE_CLASS),
        ShippedMetric("precision", "of what is predicted to be of a class, the share that is: of"
                      " yes, else the mean over classes", _score("precision"), _JUDGED),
        ShippedMetric("recall", "of what is of a class, the share that is predicted to be: of yes,"
                      " else the mean over classes", _score("recall"), _JUDGED),
        ShippedMetric("f1", "2*precision*recall/(precision + recall): of yes, else the mean over"
                      " classes", _score("f1"), _JUDGED),
        ShippedMetric("log_loss", "the mean of -log(probability of the true class)", _log_loss,
                      _JUDGED),
        ShippedMetric("brier", "the mean squared distance of probabilities from the truth", _brier,
                      _JUDGED),
        ShippedMetric("r2", "1 - sum of squared errors/sum of squares about the mean", _r2,
                      (REGRESSION,)),
        ShippedMetric("mae", "the mean of |t - a|", _mae, _EVERY),
        ShippedMetric("rmse", "the root of the mean of (t - a)^2", _rmse, _EVERY),
        ShippedMetric("mean_absolute_difference", "another name of mae", _mae, _EVERY),
    )
}  # fmt: skip

accuracy = SHIPPED["accuracy"]
LOSS = "loss"  # where a metric may be named
_ERRORS = ("log_loss", "brier", "mae", "rmse", "mean_absolute_difference")

# those that take the outputs of many epochs at once, (n, B, n_out): a call for each costs more than
# an epoch
_OF_MANY = {"accuracy", "label_accuracy", "mae", "rmse", "mean_absolute_difference"}


def measure_each(metric: Metric, outputs: Matrix, T: Matrix, task: TaskKind) -> Matrix:
    """The metric of each of many outputs, (n, B, n_out), and of targets that training checked.

    Raises:
        WrongTypeError: a user's metric is no number.
    """
    outputs, T = _complete(outputs, T)
    if not isinstance(metric, ShippedMetric):
        return np.array([_number_of(metric, metric(each, T)) for each in outputs])
    if metric.name in _OF_MANY and np.isfinite(outputs).all():
        found: Matrix = metric.measure(outputs, T, task)
        return found
    # refuses what is not finite
    return np.array([metric(each, T, task=task) for each in outputs])


def measure_one(metric: Metric, outputs: Matrix, T: Matrix, task: TaskKind) -> float:
    """The same of some outputs, (B, n_out)."""
    (found,) = measure_each(metric, outputs[np.newaxis], T, task)
    return float(found)


def _number_of(metric: Metric, found: Any) -> float:
    """What a user's metric says."""
    try:
        return float(found)
    except (TypeError, ValueError):
        name = getattr(metric, "__name__", repr(metric))
        raise WrongTypeError(f"metric {name!r}: got {found!r:.80}; expected a number") from None


def less_is_better(name: str) -> bool:
    """Whether less of the loss or a metric is; of a user's, its attribute ``is_error`` says so."""
    return name in (LOSS, *_ERRORS) or bool(getattr(METRICS[name], "is_error", False))


def _checked(name: str, given: Any) -> Metric:
    where = f"metric {name!r}"
    if not callable(given):
        raise WrongTypeError(f"{where}: got {given!r:.80}; expected a function of (outputs, T)")
    try:
        inspect.signature(given).bind(None, None)
    except (TypeError, ValueError) as error:
        raise WrongTypeError(
            f"{where}: {error}, got {given!r:.80}; expected a function of (outputs, T)"
        ) from error
    metric: Metric = given
    return metric


METRICS: Table[Metric] = Table("metric", SHIPPED.items(), check=_checked)
register_metric, unregister_metric = METRICS.register, METRICS.unregister


def require_fitting(name: str, kind: TaskKind) -> Metric:
    """The metric of a name, which fits the kind of task; a user's fits every kind.

    Raises:
        UnknownNameError: no metric has that name.
        InvalidValueError: it does not fit.
    """
    metric = METRICS[name]
    if isinstance(metric, ShippedMetric):
        metric.require(kind)
    return metric


def require_metrics(metrics: object) -> tuple[str, ...]:
    """The names of metrics; a function among them is registered by its own name.

    Raises:
        WrongTypeError: they are no list.
        UnknownNameError: a name is unknown.
        NameRuleError: a function has no name of its own, or that of a shipped one.
    """
    if not isinstance(metrics, (list, tuple)):
        raise WrongTypeError(f"metrics: got {metrics!r:.80}; expected a list of names")
    return tuple(_named(metric) for metric in metrics)


def _named(metric: object) -> str:
    if isinstance(metric, ShippedMetric):
        return metric.name
    if not callable(metric):
        METRICS.find(metric)
        return str(metric)
    return METRICS.register(metric, replace=getattr(metric, "__name__", "") not in SHIPPED)
