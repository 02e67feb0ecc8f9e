"""Operators of ai.onnx.ml, as scikit-learn's models are written in."""

from collections.abc import Callable
from typing import Any

import numpy as np

from neurosim.doors.onnx_models.expressions import Expression
from neurosim.doors.onnx_models.operators import (
    ClassLabel,
    ModelNode,
    OperatorTable,
    adds_up,
)


def run_classic(table: OperatorTable, node: ModelNode) -> list[Any]:
    """The outputs of a node of ai.onnx.ml.

    Raises:
        GraphError: it is none of `CLASSIC`, or cannot be a network.
    """
    for each in node.inputs:
        if isinstance(each, ClassLabel):
            return [each] * node.n_outputs
    form = CLASSIC.get(node.operator)
    if form is None:
        raise node.refused("is no operator of ours", f"one of {', '.join(CLASSIC)}")
    return form(table, node)


def _scaler(table: OperatorTable, node: ModelNode) -> list[Any]:
    value = node.value()
    offset, scale = (
        np.asarray(node.attributes.get(key, [usual]), np.float32)[np.newaxis]
        for key, usual in (("offset", 0.0), ("scale", 1.0))
    )
    return [table.op(node, "Mul", table.op(node, "Sub", value, offset), scale)]


def _linear(table: OperatorTable, node: ModelNode, n: int) -> Expression:
    value, given = node.value(), node.attributes
    weights = np.asarray(given.get("coefficients", []), np.float64)
    biases = np.asarray(given.get("intercepts", [0.0] * n), np.float64)
    if not n or weights.size != n * value.n or biases.size != n or len(value.tail) != 1:
        raise node.refused(
            f"got {weights.size} coefficients, {biases.size} intercepts", f"{n} rows of {value.n}"
        )
    found = table.columns.tracing.times(table.columns(value), weights.reshape(n, value.n).T, biases)
    return table.of(found, (n,), node)


def _transformed(table: OperatorTable, node: ModelNode, z: Expression) -> Expression:
    kind = node.attributes.get("post_transform", "NONE")
    if kind == "NONE":
        return z
    if kind in _TRANSFORMS:
        return table.op(node, _TRANSFORMS[kind], z)
    raise node.refused(f"has the post_transform {kind}", "NONE, LOGISTIC or SOFTMAX")


def _classifier(table: OperatorTable, node: ModelNode) -> list[Any]:
    classes = _classes(node)
    n = len(node.attributes.get("intercepts", ())) or len(classes)
    scores = _transformed(table, node, _linear(table, node, n))
    if n != len(classes):
        raise node.refused(f"has {n} scores for {len(classes)} classes", "one each")
    return [ClassLabel(scores, classes), scores]


def _regressor(table: OperatorTable, node: ModelNode) -> list[Any]:
    n = int(node.attributes.get("targets", 1))
    return [_transformed(table, node, _linear(table, node, n))]


def _classes(node: ModelNode) -> tuple[Any, ...]:
    for key in ("classlabels_ints", "classlabels_int64s", "classlabels_strings"):
        if node.attributes.get(key):
            return tuple(node.attributes[key])
    return ()


def _zip_map(_table: OperatorTable, node: ModelNode) -> list[Any]:
    return [ClassLabel(node.value(), _classes(node))]


def _normalizer(table: OperatorTable, node: ModelNode) -> list[Any]:
    """Probabilities that add up to 1 stay what they are."""
    value = node.value()
    if node.attributes.get("norm", "MAX") == "L1" and adds_up(table, value):
        return [value]
    raise node.refused("divides by a sum of what is computed", "scores that add up to 1")


def _extractor(table: OperatorTable, node: ModelNode) -> list[Any]:
    value, numbers = node.value(), node.constant(1).ravel()
    if len(value.tail) != 1 or ((numbers < 0) | (numbers >= value.n)).any():
        raise node.refused(f"got columns {numbers.tolist()}", f"some of {value.n}")
    return [table.of(table.columns(value).chosen(numbers), (len(numbers),), node)]


_TRANSFORMS = {"LOGISTIC": "Sigmoid", "SOFTMAX": "Softmax"}
CLASSIC: dict[str, Callable[[OperatorTable, ModelNode], list[Any]]] = {
    "Scaler": _scaler,
    "LinearClassifier": _classifier,
    "LinearRegressor": _regressor,
    "ZipMap": _zip_map,
    "Normalizer": _normalizer,
    "ArrayFeatureExtractor": _extractor,
}
