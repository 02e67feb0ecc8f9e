"""Heads: groups of outputs, each with a loss and a weight of its own.

The loss of a sample is the sum over the heads of weight * loss.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from neurosim.by_fields import ByFields
from neurosim.errors import (
    GraphError,
    InvalidValueError,
    UnknownNameError,
    WrongTypeError,
    guess,
    unknown,
)
from neurosim.functions.losses import (
    LOSSES,
    PERCEPTRON,
    Head,
    Loss,
    Objective,
    require_loss,
    whole,
)
from neurosim.functions.numbers import (
    require_non_negative,
)
from neurosim.functions.optimizers import Optimizer, Perceptron
from neurosim.network.network import Network
from neurosim.training.goals.class_weight import ClassWeight, require_class_weight

HEAD_KEYS = {
    "outputs": "A layer, a neuron, or a list of these.",
    "loss": "What is minimized there.",
    "weight": "What its loss is multiplied by.",
    "class_weight": "The weight of each class there, or balanced.",
}


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class HeadOption(ByFields):
    """A head as a user gives it: names of outputs, their loss, and its weight."""

    outputs: tuple[str, ...]
    loss: str | Loss
    weight: float = 1.0
    class_weight: ClassWeight = None


def require_heads(heads: object) -> tuple[HeadOption, ...] | None:
    """The heads as options; each is a `HeadOption`, or a mapping of its fields.

    Raises:
        WrongTypeError: they are no list of such mappings.
        UnknownNameError: a key or a loss is unknown.
        InvalidValueError: a weight is negative or not finite.
    """
    if heads is None:
        return None
    if isinstance(heads, (str, Mapping)) or not isinstance(heads, Iterable):
        raise WrongTypeError(f"heads: got {heads!r:.80}; expected a list of mappings")
    made = tuple(_require_head(head, f"heads[{i}]") for i, head in enumerate(heads))
    if not made:
        raise InvalidValueError("heads: got none; expected at least one, or the option loss")
    return made


def _require_head(given: object, where: str) -> HeadOption:
    if isinstance(given, HeadOption):
        given = {key: getattr(given, key) for key in HEAD_KEYS}
    if not isinstance(given, Mapping):
        raise WrongTypeError(f"{where}: got {given!r:.80}; expected a mapping of outputs and loss")
    for key in given:
        if key not in HEAD_KEYS:
            raise UnknownNameError(f"{where}: {unknown('key', key, HEAD_KEYS)}")
    for key in ("outputs", "loss"):
        if key not in given:
            raise WrongTypeError(f"{where}: no {key}, got {dict(given)!r:.80}; expected it")
    weight = require_non_negative(given.get("weight", 1.0), f"{where}: weight")
    loss: Any = given["loss"]
    require_loss(loss)
    class_weight = require_class_weight(given.get("class_weight"), f"{where}: class_weight")
    return HeadOption(_names(given["outputs"], where), loss, weight, class_weight)


def _names(given: object, where: str) -> tuple[str, ...]:
    names = [given] if isinstance(given, str) or not isinstance(given, Iterable) else list(given)
    found: tuple[Any, ...] = tuple(getattr(name, "name", name) for name in names)
    if not found or not all(isinstance(name, str) for name in found):
        raise WrongTypeError(f"{where}: outputs: got {given!r:.80}; expected names of outputs")
    return found


def find_objective(
    network: Network, loss: Loss, heads: tuple[HeadOption, ...] | None, optimizer: Optimizer
) -> Objective:
    """What is minimized: the loss of all outputs, or that of each head.

    Raises:
        UnknownNameError: a head names something else than an output.
        GraphError: an output is in no head, or in two.
        InvalidValueError: the optimizer has a loss of its own, and this is another.
    """
    outputs = network.require_outputs()
    found = whole(loss, len(outputs)) if heads is None else _objective_of(network, heads)
    if not isinstance(optimizer, Perceptron):
        return found
    return Objective(tuple(replace(head, loss=_perceptron_of(head.loss)) for head in found.heads))


def _perceptron_of(loss: Loss) -> Loss:
    """The loss with the error of the perceptron rule."""
    if loss not in {LOSSES[PERCEPTRON.name], PERCEPTRON}:
        raise InvalidValueError(
            f"loss: got {loss.name!r} beside optimizer 'perceptron', whose error is y - t; expected"
            f" {PERCEPTRON.name!r}, which is the default"
        )
    return PERCEPTRON


def _objective_of(network: Network, heads: tuple[HeadOption, ...]) -> Objective:
    """The loss of each head."""
    outputs = network.outputs
    number = {neuron.name: i for i, neuron in enumerate(outputs)}
    owner: dict[int, int] = {}
    made = []
    for k, head in enumerate(heads):
        numbers = [i for name in head.outputs for i in _numbers(network, number, name, k)]
        for i in numbers:
            if i in owner:
                where = f"heads[{owner[i]}], too" if owner[i] != k else "the same head twice"
                raise GraphError(
                    f"heads[{k}]: output {outputs[i].name!r} is in {where}; expected it once"
                )
            owner[i] = k
        made.append(Head(require_loss(head.loss), tuple(numbers)))
    left = [neuron.name for i, neuron in enumerate(outputs) if i not in owner]
    if left:
        raise GraphError(f"heads: got none for {', '.join(left[:8])}; expected one for each output")
    return Objective(tuple(made))


def _numbers(network: Network, number: Mapping[str, int], name: str, head: int) -> list[int]:
    """The numbers of the outputs that a name means."""
    layers = {layer.name: layer for layer in network.layers}
    names = [neuron.name for neuron in layers[name].neurons] if name in layers else [name]
    wrong = [each for each in names if each not in number]
    if wrong:
        known = [*(n for n, layer in layers.items() if layer.neurons[0].name in number), *number]
        what = "" if wrong[0] == name else f" of layer {name!r}"
        raise UnknownNameError(
            f"heads[{head}]: no output {wrong[0]!r:.60}{what}; expected one of"
            f" {', '.join(known[:8])}{guess(name, known)}"
        )
    return [number[each] for each in names]
