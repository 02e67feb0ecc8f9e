"""What a call that adds neurons means: their names, their activation, their biases."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from neurosim.errors import (
    GraphError,
    InvalidValueError,
    NameRuleError,
    ShapeError,
    WrongTypeError,
)
from neurosim.functions.activations import ACTIVATIONS, SOFTMAX, Activation
from neurosim.functions.numbers import require_number, shown
from neurosim.network.lookup import is_listing
from neurosim.network.names import Names, fold, require_name, require_text
from neurosim.network.randomness import Randomness
from neurosim.network.wiring import draw, require_initializer

NOT_GIVEN = "default"
_MOST = 10_000_000  # neurons of one layer: they take some gigabytes; more is a slip of the hand


def require_layer_names(
    name: str, neurons: int | Sequence[str], taken: Names
) -> tuple[str, list[str]]:
    """The names of a new layer and of its neurons, all of them free."""
    name = require_name(name, "layer")
    names = _names_or_count(name, neurons)
    if not names:
        raise InvalidValueError(f"layer {name!r}: got no neurons; expected at least one")
    taken.require_free([name], "layer")
    names = taken.require_free(names, "neuron")
    if fold(name) in set(map(fold, names)):
        raise NameRuleError(
            f"layer {name!r}: a neuron has the layer's name; expected different names"
        )
    return name, names


def _names_or_count(name: str, neurons: int | Sequence[str]) -> list[str]:
    if isinstance(neurons, (int, np.integer)) and not isinstance(neurons, bool):
        if neurons < 1:
            raise InvalidValueError(f"layer {name!r}: got {shown(neurons)} neurons; expected >= 1")
        if neurons > _MOST:
            raise InvalidValueError(
                f"layer {name!r}: got {shown(neurons)} neurons; expected at most {_MOST}"
            )
        return [f"{name}{i}" for i in range(1, int(neurons) + 1)]
    if not is_listing(neurons):
        raise WrongTypeError(
            f"layer {name!r}: got neurons {neurons!r}; expected a count or a list of names"
        )
    return list(neurons)


def require_bare(name: str, activation: object, bias: object) -> str:
    """The activation of the input layer: it has no other, and no bias (0.0 is the default)."""
    activation = require_activation_name(activation, f"layer {name!r}")
    is_number = isinstance(bias, (int, float, np.number)) and not isinstance(bias, bool)
    is_bare = bias is None or _is_not_given(bias) or (is_number and bias == 0.0)
    if activation != "identity" or not is_bare:
        raise GraphError(
            f"layer {name!r}: the first layer is the input layer, got"
            f" {activation if activation != 'identity' else bias!r};"
            " expected neither activation nor bias (is an input layer missing?)"
        )
    return activation


def require_activation(activation: object, where: str, *, softmax: bool) -> str:
    """The activation's name; softmax only where it is allowed. An object is registered."""
    if isinstance(activation, Activation):
        return ACTIVATIONS.register(activation)
    activation = require_activation_name(activation, where)
    if activation == SOFTMAX and not softmax:
        raise GraphError(
            f"{where}: softmax belongs to a layer, got a single neuron; expected"
            " add_layer(..., activation='softmax')"
        )
    if activation != SOFTMAX:
        ACTIVATIONS.find(activation, where)
    return activation


def require_activation_name(activation: object, where: str) -> str:
    """What may be the name of an activation, in type."""
    return require_text(activation, f"{where} activation", "a name, such as 'sigmoid'")


def require_biases(
    name: str, bias: Any, count: int, *, initializer: object, random: Randomness
) -> list[float | None]:
    """One bias for each of a layer's neurons: the given, or else drawn, or else 0."""
    where = f"layer {name!r} bias"
    if _is_not_given(bias):
        if initializer is None:
            return [0.0] * count
        chosen = require_initializer(initializer)
        with random.given_back_on_error():
            return list(draw(chosen, random.biases(name), (1, count), where).ravel().tolist())
    if bias is None:
        return [None] * count
    if not is_listing(bias):
        return [require_number(bias, where)] * count
    values = [None if b is None else require_number(b, where) for b in bias]
    if len(values) != count:
        raise ShapeError(f"{where}: got {len(values)} numbers; expected {count}, one a neuron")
    return values


def _is_not_given(bias: object) -> bool:
    return isinstance(bias, str) and bias == NOT_GIVEN
