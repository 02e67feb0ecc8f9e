"""Metrics: what people ask of outputs besides the loss."""

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
    return _share_of_right(given, targets)


def _share_of_right(outputs: Matrix, T: Matrix) -> float:
    if outputs.shape[1] == 1:
        middle = 0.0 if T.min() < 0.0 else 0.5
        right = (outputs.ravel() > middle) == (T.ravel() > middle)
    else:
        wanted = T.argmax(axis=1) if T.shape == outputs.shape else T.ravel()
        right = outputs.argmax(axis=1) == wanted
    return int(np.count_nonzero(right)) / len(right)


def mean_absolute_difference(outputs: Any, T: Any) -> float:
    """The mean of |t - a|."""
    return float(np.abs(require_array(outputs, "outputs") - require_array(T, "T")).mean())


_OF_CHECKED: dict[Metric, Metric] = {accuracy: _share_of_right}


def measure(metric: Metric, outputs: Matrix, T: Matrix) -> float:
    """The metric of arrays that training has checked; only outputs may be not finite."""
    if not np.isfinite(outputs).all():
        return metric(outputs, T)  # refuses them
    return _OF_CHECKED.get(metric, metric)(outputs, T)


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
