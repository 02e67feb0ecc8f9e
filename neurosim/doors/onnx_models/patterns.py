"""Patterns of activations: as we write them, as exporters do, and as operators of their own."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from neurosim.doors.onnx_models.expressions import (
    Expression,
    OperatorPattern,
    PatternWriter,
    Z,
    matches,
)
from neurosim.doors.onnx_models.forms import FORMS, OperatorWriter
from neurosim.functions.activations import ACTIVATIONS

_SQRT_HALF, _GELU = float(np.sqrt(0.5)), float(np.sqrt(2.0 / np.pi))


def recognized(value: Expression) -> tuple[str, Expression, dict[str, Any]] | None:
    """The family of an activation, its net input and its options; None where there is none."""
    for name, pattern in PATTERNS.get(value.operator, ()):
        for bound in matches(pattern, value, {}):
            options = {key: found for key, found in bound.items() if key is not Z}
            return _named(name, options), bound[Z], options
    return None


def _named(name: str, options: dict[str, Any]) -> str:
    """A slope that is given for each column is one that was learned."""
    is_learned = name == "leaky_relu" and np.ndim(options["slope"]) > 0
    return "prelu" if is_learned else name


def _times(w: OperatorWriter, a: Any, b: Any) -> Any:
    return w.op("Mul", a, b)


def _operator(kind: str) -> Callable[..., Any]:
    return lambda w, z, *options: w.op(kind, z, *options)


def _swish(w: OperatorWriter, z: Any) -> Any:
    return _times(w, z, w.op("Sigmoid", z))


def _mish(w: OperatorWriter, z: Any) -> Any:
    return _times(w, z, w.op("Tanh", w.op("Softplus", z)))


def _softsign(w: OperatorWriter, z: Any) -> Any:
    return w.op("Div", z, w.op("Add", w.number(1.0), w.op("Abs", z)))


def _plain_softplus(w: OperatorWriter, z: Any, beta: Any) -> Any:
    return w.op("Div", w.op("Softplus", _times(w, z, beta)), beta)


def _cut_softplus(w: OperatorWriter, z: Any, beta: Any) -> Any:
    """PyTorch's: z itself beyond 20 / beta, where the difference is below 2.1e-9 / beta."""
    is_far = w.op("Greater", _times(w, z, beta), w.number(20.0))
    return w.op("Where", is_far, z, _plain_softplus(w, z, beta))


def _erf(w: OperatorWriter, z: Any) -> Any:
    return w.op("Add", w.op("Erf", w.op("Div", z, w.number(1.0 / _SQRT_HALF))), w.number(1.0))


def _erf_of_product(w: OperatorWriter, z: Any) -> Any:
    return w.op("Add", w.op("Erf", w.op("Mul", z, w.number(_SQRT_HALF))), w.number(1.0))


def _gelus(erf: Any) -> list[Callable[..., Any]]:
    """The orders in which z, 1/2 and 1 + erf are multiplied."""
    half = PatternWriter().number(0.5)
    return [
        lambda w, z: _times(w, _times(w, z, erf(w, z)), half),
        lambda w, z: _times(w, z, _times(w, half, erf(w, z))),
        lambda w, z: _times(w, _times(w, z, half), erf(w, z)),
    ]


def _cubic(cube: Any) -> Callable[..., Any]:
    """tanh(sqrt(2 / pi) (z + 0.044715 z^3)) + 1."""

    def form(w: OperatorWriter, z: Any) -> Any:
        u = w.op("Add", z, _times(w, cube(w, z), w.number(0.044715)))
        return w.op("Add", w.op("Tanh", _times(w, u, w.number(_GELU))), w.number(1.0))

    return form


def _gate(w: OperatorWriter, z: Any) -> Any:
    return w.op("HardSigmoid", z, w.number(1.0 / 6.0), w.number(0.5))


_CUBES = [
    lambda w, z: w.op("Pow", z, w.number(3.0)),
    lambda w, z: _times(w, z, _times(w, z, z)),
]
_OTHERS: list[tuple[str, Callable[..., Any]]] = [
    ("sigmoid", _operator("Sigmoid")),
    ("elu", _operator("Elu")),
    ("celu", _operator("Celu")),
    ("softplus", _plain_softplus),
    ("softplus", _cut_softplus),
    ("softsign", _operator("Softsign")),
    ("softsign", _softsign),
    ("gelu", _operator("Gelu")),
    *(("gelu", form) for erf in (_erf, _erf_of_product) for form in _gelus(erf)),
    ("gelu_tanh", _operator("GeluTanh")),
    *(("gelu_tanh", form) for cube in _CUBES for form in _gelus(_cubic(cube))),
    ("swish", _swish),
    ("mish", _operator("Mish")),
    ("mish", _mish),
    ("hard_sigmoid", _gate),
    ("hard_swish", lambda w, z: _times(w, z, _gate(w, z))),
    ("hard_swish", _operator("HardSwish")),
    ("hardtanh", lambda w, z, low, high: w.op("Min", w.op("Max", z, low), high)),
    ("prelu", _operator("PRelu")),
]


def _patterns() -> dict[str, list[tuple[str, OperatorPattern]]]:
    """By the operator at their end, the largest first; of equals, the one without options."""
    found: list[tuple[str, OperatorPattern]] = []
    for name, form in [*FORMS.items(), *_OTHERS]:
        made = form(PatternWriter(), Z, *ACTIVATIONS[name].options)
        if name not in ("identity", "prelu") or (made is not Z and made.operator == "PRelu"):
            found.append((name, made))
    plain = OperatorPattern("Softplus", (Z,))
    far = OperatorPattern("Greater", (Z, 20.0))
    found += [("softplus", plain), ("softplus", OperatorPattern("Where", (far, Z, plain)))]
    found.sort(key=lambda pair: (-pair[1].size, len(ACTIVATIONS[pair[0]].options)))
    table: dict[str, list[tuple[str, OperatorPattern]]] = {}
    for name, pattern in found:
        table.setdefault(pattern.operator, []).append((name, pattern))
    return table


def operators_within() -> Iterator[str]:
    """Every operator that a pattern has."""
    waiting = [pattern for rows in PATTERNS.values() for _, pattern in rows]
    while waiting:
        pattern = waiting.pop()
        yield pattern.operator
        waiting.extend(part for part in pattern.parts if isinstance(part, OperatorPattern))


PATTERNS = _patterns()
