"""Cures: changes of a training that can be tried, and what they are called in a scenario."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from neurosim.diagnosis.case import edges_of
from neurosim.functions.initializers import make_initializer
from neurosim.functions.numbers import Matrix
from neurosim.functions.optimizers import SGD
from neurosim.network.layer import Layer
from neurosim.network.network import Network
from neurosim.network.neuron import Neuron
from neurosim.network.parameter import FunctionParameter
from neurosim.training.options import Options, option_fields

_VALUES = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}  # to readers of YAML
_BRAKES = {  # options that hold weights or updates back, and what they are without effect
    "clip": "{norm: 1e+9}",
    "penalty": "{l2: 0}",
    "weight_decay": "0",
    "schedule": "{constant: {}}",
    "rates": "{}",
    "input_noise": "0",
}
_SEED = 0  # of the weights that a short replay draws


@dataclass(frozen=True, eq=False)
class Trial:
    """A training that has not begun, to be changed.

    Attributes:
        network: a copy, with the parameters of the start.
        X: raw rows.
        T: raw targets.
        options: of the training.
    """

    network: Network
    X: Matrix
    T: Matrix
    options: Options


@dataclass(frozen=True, eq=False)
class Cure:
    """A change that may help.

    Attributes:
        assignments: to keys of a scenario.
        change: what it does to a trial; None where it cannot be tried, or need not.
    """

    assignments: tuple[str, ...]
    change: Callable[[Trial], Trial] | None = None


class KeyNames:
    """Where a scenario has what a cure changes: here one that lists its layers in order.

    A scenario that is written in another way has keys of its own, of the same methods.
    """

    def __init__(self, network: Network) -> None:
        self._layers = {layer.name: i for i, layer in enumerate(network.layers)}
        loose = [n for n in network.neurons if n.layer is None and not n.is_input]
        self._loose = {neuron.name: i for i, neuron in enumerate(loose)}

    def key(self, item: Layer | Neuron) -> str:
        """The path of a layer, or of a neuron of none."""
        if isinstance(item, Layer):
            return f"network.layers[{self._layers[item.name]}]"
        return f"network.neurons[{self._loose[item.name]}]"

    def activation(self, item: Layer | Neuron, name: str) -> tuple[str, ...]:
        """The assignments that change an activation."""
        return (f"{self.key(item)}.activation={name}",)

    def biases(self, items: Iterable[Layer | Neuron]) -> tuple[str, ...]:
        """Those that begin with biases of 0."""
        return tuple(f"{self.key(item)}.bias=0" for item in items)

    def initial(self, initializer: str) -> tuple[str, ...]:
        """Those that draw the weights that are not given."""
        return (f"network.initial={{weights: {initializer}}}",)

    def weights(self, initializer: str) -> tuple[str, ...]:
        """Those that draw all weights."""
        return self.initial(initializer)

    def units(self, layer: Layer, n: int) -> tuple[str, ...]:
        """Those that give a layer another number of neurons."""
        names = [neuron.name for neuron in layer.neurons]
        if names == [f"{layer.name}{i}" for i in range(1, len(names) + 1)]:
            return (f"{self.key(layer)}.neurons={n}",)
        more = [f"{layer.name}_{i}" for i in range(len(names) + 1, n + 1)]
        return (f"{self.key(layer)}.neurons={_listed([*names, *more])}",)

    def hidden_layer(
        self, network: Network, name: str, n: int, activation: str, output: str
    ) -> tuple[str, ...]:
        """Those that put a layer between the inputs and the outputs."""
        inputs, outputs = network.inputs, network.outputs
        last, names = output, _names(outputs)
        listed = [
            f"{{name: {_layer_name(inputs, 'x')}, neurons: {_names(inputs)}}}",
            f"{{name: {name}, neurons: {n}, activation: {activation}}}",
            f"{{name: {_layer_name(outputs, 'o')}, neurons: {names}, activation: {last}}}",
        ]
        return (f"network.layers=[{', '.join(listed)}]",)

    def scale(self, inputs: str | None, targets: str | None) -> tuple[str, ...]:
        """Those that scale inputs, targets, or both."""
        if targets is None:
            return (f"data.scale={inputs}",)
        both = f"inputs: {inputs}, " if inputs is not None else ""
        return (f"data.scale={{{both}targets: {targets}}}",)

    def option(self, name: str, value: str) -> tuple[str, ...]:
        """Those that change an option of the training."""
        return (f"training.{name}={value}",)

    def rate(self, value: float) -> tuple[str, ...]:
        """Those that change the learning rate."""
        return (f"training.optimizer.learning_rate={value:g}",)


def _layer_name(neurons: Sequence[Neuron], other: str) -> str:
    layer = neurons[0].layer
    return other if layer is None else layer.name


def _names(neurons: Sequence[Neuron]) -> str:
    return _listed([neuron.name for neuron in neurons])


def _listed(names: Sequence[str]) -> str:
    """Names as YAML has them: in quotes where one could be another value."""
    quoted = (n if n.isidentifier() and n.lower() not in _VALUES else f'"{n}"' for n in names)
    return f"[{', '.join(quoted)}]"


# --- the changes


def rate_times(keys: KeyNames, options: Options, factor: float) -> Cure:
    """A learning rate that is ``factor`` times as large."""
    return at_rate(keys, options.optimizer.learning_rate * factor)


def together(*cures: Cure) -> Cure:
    """All of these cures at once."""

    def change(trial: Trial) -> Trial:
        for cure in cures:
            if cure.change is not None:
                trial = cure.change(trial)
        return trial

    return Cure(tuple(a for cure in cures for a in cure.assignments), change)


def by_descent(keys: KeyNames) -> Cure:
    """Gradient descent in place of another rule."""

    def change(trial: Trial) -> Trial:
        return replace(trial, options=replace(trial.options, optimizer=SGD(learning_rate=1.0)))

    return Cure(keys.option("optimizer", "{name: sgd, learning_rate: 1}"), change)


def at_rate(keys: KeyNames, learning_rate: float) -> Cure:
    """A learning rate, to three digits."""
    rate = float(f"{learning_rate:.3g}")

    def change(trial: Trial) -> Trial:
        optimizer = replace(trial.options.optimizer, learning_rate=rate)  # type: ignore[type-var]
        return replace(trial, options=replace(trial.options, optimizer=optimizer))

    return Cure(keys.rate(rate), change)


def scaled(keys: KeyNames, *, inputs: str | None = None, targets: str | None = None) -> Cure:
    """Inputs, targets or both scaled by what the training rows are like."""

    def change(trial: Trial) -> Trial:
        if inputs is not None:
            trial.network.scale_inputs(trial.X, inputs)
        if targets is not None:
            trial.network.scale_outputs(trial.T, targets)
        return trial

    return Cure(keys.scale(inputs, targets), change)


def activated(keys: KeyNames, items: Sequence[Layer | Neuron], name: str) -> Cure:
    """Other activations."""

    def change(trial: Trial) -> Trial:
        for item in items:
            _same(trial.network, item).activation = name
        return trial

    return Cure(tuple(a for item in items for a in keys.activation(item, name)), change)


def drawn_anew(
    keys: KeyNames,
    network: Network,
    *,
    activation: tuple[Sequence[Layer | Neuron], str] | None = None,
) -> Cure:
    """Weights drawn by the size of the layers (Glorot; He for relus), and biases of 0.

    Args:
        keys: of the scenario.
        network: whose activations choose the initializer.
        activation: layers and neurons, and what activation they get besides.
    """
    hidden = [neuron for neuron in network.neurons if neuron not in network.outputs]
    initializer = _fitting({neuron.activation for neuron in hidden})
    biased = [i for i in parts_of(network.neurons) if any(n.bias is not None for n in members(i))]
    items, name = activation or ((), "")

    def change(trial: Trial) -> Trial:
        for item in items:
            _same(trial.network, item).activation = name
        trial.network.load_parameters(_drawn(trial.network, initializer))
        return trial

    first = tuple(a for item in items for a in keys.activation(item, name))
    return Cure((*first, *keys.weights(initializer), *keys.biases(biased)), change)


def parts_of(neurons: Iterable[Neuron]) -> list[Layer | Neuron]:
    """The layers of some neurons, and those of none themselves; inputs are left out."""
    inner = (neuron for neuron in neurons if not neuron.is_input)
    return list(dict.fromkeys(n if n.layer is None else n.layer for n in inner))


def members(item: Layer | Neuron) -> Sequence[Neuron]:
    """The neurons of a layer, or a neuron itself."""
    return item.neurons if isinstance(item, Layer) else (item,)


def _fitting(activations: Iterable[str]) -> str:
    """The initializer made for relus where there are any, else the one for the others."""
    return "he" if any("relu" in name for name in activations) else "xavier"


def _same(network: Network, item: Layer | Neuron) -> Any:
    return network.layer(item.name) if isinstance(item, Layer) else network[item.name]


def _drawn(network: Network, initializer: str) -> Matrix:
    """Weights drawn as that initializer draws those of a layer of their size; biases of 0."""
    theta = np.array([p.value if isinstance(p, FunctionParameter) else 0.0
                      for p in network.parameter_list()])  # fmt: skip
    sources, targets, parameters, _ = edges_of(network, theta)
    sources, targets, parameters = (each[sources >= 0] for each in (sources, targets, parameters))
    fans = np.bincount(targets)[targets], np.bincount(sources)[sources]
    rng, made = np.random.default_rng(_SEED), make_initializer(initializer)
    for n_in, n_out in dict.fromkeys(zip(*(fan.tolist() for fan in fans), strict=True)):
        numbers = parameters[(fans[0] == n_in) & (fans[1] == n_out)]
        n_blocks = -(-len(numbers) // (n_in * n_out))
        drawn = [made.draw(rng, n_in, n_out).ravel() for _ in range(n_blocks)]
        theta[numbers] = np.concatenate(drawn)[: len(numbers)]
    return theta


def grown(keys: KeyNames, layer: Layer, n: int) -> Cure:
    """More neurons in a hidden layer, and all weights drawn."""

    def change(trial: Trial) -> Trial:
        network = trial.network
        network.grow(layer.name, n - len(layer))
        network.load_parameters(_drawn(network, initializer))
        return trial

    initializer = _fitting([layer.activation])
    units = keys.units(layer, n)
    return Cure((*units, *keys.initial(initializer)) if units else (), change)


def deepened(keys: KeyNames, network: Network, n: int, output: str = "") -> Cure:
    """A hidden layer of ``n`` tanh neurons between the inputs and the outputs.

    ``output`` is the activation of the outputs, if it changes.
    """
    name = "h" if "h" not in network else "hidden"
    last = output or network.outputs[0].activation

    def change(trial: Trial) -> Trial:
        old, new = trial.network, Network(trial.network.title)
        ends = [neuron.name for neuron in old.inputs], [neuron.name for neuron in old.outputs]
        new.add_layer("inputs", ends[0])
        new.add_layer("hidden", [f"{name}_{i}" for i in range(n)], activation="tanh")
        new.add_layer("outputs", ends[1], activation=last)
        new.connect("inputs", "hidden")
        new.connect("hidden", "outputs")
        for neuron in (*old.inputs, *old.outputs):
            if neuron.scaling is not None:
                new.set_scaling(neuron.name, neuron.scaling)
        return replace(trial, network=new)

    first = keys.hidden_layer(network, name, n, "tanh", last)
    return Cure((*first, *keys.initial("xavier")), change)


def without_brakes(keys: KeyNames, options: Options) -> tuple[Cure, ...]:
    """A training without each of the options that hold weights or updates back."""
    usual = {name: field.default for name, field in option_fields().items() if name in _BRAKES}
    given = (name for name in _BRAKES if getattr(options, name) != usual[name])
    return tuple(with_option(keys, name, usual[name], _BRAKES[name]) for name in given)


def with_option(keys: KeyNames, name: str, value: Any, text: str, *, is_tried: bool = True) -> Cure:
    """Another option of the training."""

    def change(trial: Trial) -> Trial:
        return replace(trial, options=replace(trial.options, **{name: value}))

    return Cure(keys.option(name, text), change if is_tried else None)
