"""Activations in the operators of ONNX, by the family of their names.

They are written in Exp, Log, Where, Mul and the like where onnxruntime has no float64 kernel of
their own. What is written so is recognized by the same table when it is read.
"""

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np


class OperatorWriter(Protocol):
    """What makes nodes: of a model, or of a pattern."""

    def op(self, kind: str, *inputs: Any) -> Any:
        """A node; gives its output."""

    def number(self, values: Any) -> Any:
        """A constant."""


def _clip(w: OperatorWriter, z: Any, low: Any, high: Any) -> Any:
    return w.op("Max", w.op("Min", z, high), low)


def _sigmoid(w: OperatorWriter, z: Any) -> Any:
    """In halves, so that no power of e overflows."""
    e = w.op("Exp", w.op("Neg", w.op("Abs", z)))
    below = w.op("Add", e, w.number(1.0))
    is_low = w.op("Less", z, w.number(0.0))
    return w.op("Div", w.op("Where", is_low, e, w.number(1.0)), below)


def _softplus(w: OperatorWriter, z: Any, beta: Any) -> Any:
    u = w.op("Mul", z, beta)
    e = w.op("Exp", w.op("Neg", w.op("Abs", u)))
    tail = w.op("Log", w.op("Add", e, w.number(1.0)))
    return w.op("Div", w.op("Add", w.op("Max", u, w.number(0.0)), tail), beta)


def _steep(w: OperatorWriter, z: Any, slope: Any) -> Any:
    return w.op("Where", w.op("Greater", z, w.number(0.0)), z, w.op("Mul", z, slope))


def _elu(w: OperatorWriter, z: Any, alpha: Any, inner: Any = None) -> Any:
    low = w.op("Min", z, w.number(0.0))
    power = w.op("Exp", w.op("Div", low, inner) if inner is not None else low)
    bent = w.op("Mul", w.op("Sub", power, w.number(1.0)), alpha)
    return w.op("Where", w.op("Greater", z, w.number(0.0)), z, bent)


def _selu(w: OperatorWriter, z: Any) -> Any:
    bent = _elu(w, z, w.number(1.6732632423543772848170429916717))
    return w.op("Mul", bent, w.number(1.0507009873554804934193349852946))


def _gelu(w: OperatorWriter, z: Any) -> Any:
    erf = w.op("Erf", w.op("Mul", z, w.number(np.sqrt(0.5))))
    return w.op("Mul", w.op("Mul", z, w.number(0.5)), w.op("Add", erf, w.number(1.0)))


def _gelu_tanh(w: OperatorWriter, z: Any) -> Any:
    y = _clip(w, z, w.number(-100.0), w.number(100.0))
    cube = w.op("Mul", w.op("Mul", y, y), w.op("Mul", y, w.number(0.044715)))
    u = w.op("Mul", w.op("Add", y, cube), w.number(2.0 * np.sqrt(2.0 / np.pi)))
    return w.op("Mul", z, _sigmoid(w, u))


def _mish(w: OperatorWriter, z: Any) -> Any:
    tail = _softplus(w, z, w.number(1.0))
    return w.op("Mul", z, _tanh(w, tail))


def _tanh(w: OperatorWriter, z: Any) -> Any:
    return w.op("Tanh", z)


def _gate(w: OperatorWriter, z: Any) -> Any:
    shifted = w.op("Add", z, w.number(3.0))
    return w.op("Div", _clip(w, shifted, w.number(0.0), w.number(6.0)), w.number(6.0))


def _gaussian(w: OperatorWriter, z: Any) -> Any:
    return w.op("Exp", w.op("Neg", w.op("Mul", z, z)))


def _step(w: OperatorWriter, z: Any) -> Any:
    is_low = w.op("Less", z, w.number(0.0))
    return w.op("Where", is_low, w.number(0.0), w.number(1.0))


FORMS: dict[str, Callable[..., Any]] = {
    "identity": lambda _w, z: z,
    "sigmoid": _sigmoid,
    "tanh": _tanh,
    "relu": lambda w, z: w.op("Max", z, w.number(0.0)),
    "leaky_relu": _steep,
    "prelu": _steep,
    "elu": _elu,
    "celu": lambda w, z, alpha: _elu(w, z, alpha, alpha),
    "selu": _selu,
    "softplus": _softplus,
    "softsign": lambda w, z: w.op("Div", z, w.op("Add", w.op("Abs", z), w.number(1.0))),
    "gelu": _gelu,
    "gelu_tanh": _gelu_tanh,
    "swish": lambda w, z: w.op("Mul", z, _sigmoid(w, z)),
    "mish": _mish,
    "hard_sigmoid": _gate,
    "hard_swish": lambda w, z: w.op("Mul", z, _gate(w, z)),
    "hardtanh": _clip,
    "relu6": lambda w, z: _clip(w, z, w.number(0.0), w.number(6.0)),
    "abs": lambda w, z: w.op("Abs", z),
    "square": lambda w, z: w.op("Mul", z, z),
    "gaussian": _gaussian,
    "sin": lambda w, z: w.op("Sin", z),
    "step": _step,
}
