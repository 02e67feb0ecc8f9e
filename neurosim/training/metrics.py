"""Metrics: measures of outputs besides the loss."""

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from neurosim.errors import ShapeError, WrongTypeError
from neurosim.functions.numbers import Matrix, require_array
from neurosim.functions.registry import Table

Metric = Callable[[Any, Any], float]


def accuracy(outputs: Any, T: Any) -> float:
    """The share of samples that are put into the right class.

    With several outputs, (B, n) with n > 1, the class is that of the largest one; T is one-hot
    rows or class indices, (B,). With one output, the class is 1 above the middle: .5, or 0 where
    the targets are -1 and 1.

    >>> accuracy([[0.2], [0.9]], [[0], [1]])
    1.0
    """
    given, targets = require_array(outputs, "outputs"), require_array(T, "T")
    if given.ndim != 2 or len(given) != len(targets) or not len(given):
        raise ShapeError(f"outputs: got {given.shape} for T {targets.shape}; expected as many rows")
    return float(_accuracies(given[np.newaxis], targets)[0])


def _accuracies(outputs: Matrix, T: Matrix) -> Matrix:
    """The accuracy of each of many outputs, (n, B, n_out) -> (n,)."""
    if outputs.shape[2] == 1:
        middle = 0.0 if T.min() < 0.0 else 0.5
        return _means((outputs[..., 0] > middle) == (T.ravel() > middle))
    wanted = T.argmax(axis=1) if T.shape == outputs.shape[1:] else T.ravel()
    return _means(outputs.argmax(axis=2) == wanted)


def mean_absolute_difference(outputs: Any, T: Any) -> float:
    """The mean of |t - a|."""
    given, targets = require_array(outputs, "outputs"), require_array(T, "T")
    return float(np.abs(given - targets).mean())


def _mean_absolute_differences(outputs: Matrix, T: Matrix) -> Matrix:
    return _means(np.abs(outputs - T).reshape(len(outputs), -1))


def _means(values: Any) -> Matrix:
    found: Matrix = values.mean(axis=1)
    return found


# of a shipped metric, the form for many outputs at once: a call for each costs more than an epoch
_OF_MANY = {accuracy: _accuracies, mean_absolute_difference: _mean_absolute_differences}


def measure_each(metric: Metric, outputs: Matrix, T: Matrix) -> list[float]:
    """The metric of each of many outputs, (n, B, n_out), and of targets that training checked."""
    if metric in _OF_MANY and np.isfinite(outputs).all():
        found: list[float] = _OF_MANY[metric](outputs, T).tolist()
        return found
    return [metric(each, T) for each in outputs]  # refuses what is not finite


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


_SHIPPED: dict[str, Metric] = {m.__name__: m for m in (accuracy, mean_absolute_difference)}
METRICS = Table("metric", _SHIPPED.items(), check=_checked)
register_metric, unregister_metric = METRICS.register, METRICS.unregister


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
    if not callable(metric):
        METRICS.find(metric)
        return str(metric)
    return METRICS.register(metric, replace=getattr(metric, "__name__", "") not in _SHIPPED)
