"""Activations as functions of PyTorch, by the family of their names."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from neurosim.errors import GraphError
from neurosim.functions.activations import ACTIVATIONS, SOFTMAX

_BEYOND = 700.0  # softplus is cut there, where log(1 + exp(z)) is z to the last bit


def _clip(z: Tensor, low: float, high: float) -> Tensor:
    return functional.hardtanh(z, low, high)  # clamp has slope 1 at its ends


FUNCTIONS: dict[str, Callable[..., Tensor]] = {
    "identity": lambda z: z,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": torch.relu,
    "leaky_relu": functional.leaky_relu,
    "prelu": functional.prelu,
    "elu": functional.elu,
    "celu": functional.celu,
    "selu": functional.selu,
    "softplus": lambda z, beta: functional.softplus(z, beta, _BEYOND),
    "softsign": functional.softsign,
    "gelu": functional.gelu,
    "gelu_tanh": lambda z: functional.gelu(z, approximate="tanh"),
    "swish": functional.silu,
    "mish": functional.mish,
    "hard_sigmoid": lambda z: _clip(z + 3.0, 0.0, 6.0) / 6.0,
    "hard_swish": lambda z: z * _clip(z + 3.0, 0.0, 6.0) / 6.0,
    "hardtanh": _clip,
    "relu6": lambda z: _clip(z, 0.0, 6.0),
    "abs": torch.abs,
    "square": torch.square,
    "gaussian": lambda z: torch.exp(-z * z),
    "sin": torch.sin,
    "step": lambda z: (z >= 0.0).to(z.dtype),
    SOFTMAX: lambda z: torch.softmax(z, dim=1),
}


def function_of(name: str, where: str) -> Callable[..., Tensor]:
    """The function of an activation with its options; of a learned option, it takes that, too.

    Raises:
        GraphError: PyTorch has none, as of one that a user registered.
    """
    if name == SOFTMAX:
        return FUNCTIONS[SOFTMAX]
    activation = ACTIVATIONS[name]
    function = FUNCTIONS.get(activation.family)
    if function is None:
        raise GraphError(
            f"to_torch: {where} has the activation {name!r}; expected one of {', '.join(FUNCTIONS)}"
        )
    if activation.trained:
        return function
    chosen: Any = activation.option_values
    return lambda z: function(z, *chosen)
