"""Metrics: what people ask of outputs besides the loss."""

from collections.abc import Callable
from typing import Any

import numpy as np

from neurosim.errors import ShapeError
from neurosim.functions.numbers import Matrix, require_array


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
    if given.shape[1] == 1:
        return _accuracy_of_one(given.ravel(), targets.ravel())
    wanted = targets.argmax(axis=1) if targets.shape == given.shape else targets.ravel()
    return float((given.argmax(axis=1) == wanted).mean())


def _accuracy_of_one(outputs: Matrix, targets: Matrix) -> float:
    middle = 0.0 if (targets < 0.0).any() else 0.5
    return float(((outputs > middle) == (targets > middle)).mean())


def mean_absolute_difference(outputs: Any, T: Any) -> float:
    """The mean of |t - a|."""
    return float(np.abs(require_array(outputs, "outputs") - require_array(T, "T")).mean())


METRICS: dict[str, Callable[[Any, Any], float]] = {
    "accuracy": accuracy,
    "mean_absolute_difference": mean_absolute_difference,
}
