"""A layer: neurons in a row, most often with one activation."""

from collections.abc import Iterable

from neurosim.errors import GraphError
from neurosim.functions.activations import Activation
from neurosim.functions.numbers import counted
from neurosim.network.neuron import Neuron


class Layer:
    """A named row of neurons. The network makes it; ``net.layer("h")`` hands it out."""

    __slots__ = ("_activation", "_is_input", "_name", "_neurons")

    def __init__(self, name: str, activation: str, *, is_input: bool) -> None:
        self._name = name
        self._activation = activation
        self._is_input = is_input
        self._neurons: tuple[Neuron, ...] = ()

    @property
    def name(self) -> str:
        """The name, one of its kind among layers and neurons."""
        return self._name

    @name.setter
    def name(self, name: str) -> None:
        self._change("name", name)

    @property
    def activation(self) -> str:
        """The name of the activation, which may be ``softmax``; all names where they differ."""
        return self._activation

    @activation.setter
    def activation(self, activation: str | Activation) -> None:
        self._change("activation", activation)

    def _change(self, what: str, value: object) -> None:
        if not self._neurons:
            raise GraphError(f"{self._name}.{what}: the layer was removed; expected another")
        self._neurons[0]._holder.network.change(self, what, value)

    @property
    def dropout(self) -> float | tuple[float, ...]:
        """That of its neurons; where they differ, of each."""
        rates = tuple(neuron.dropout for neuron in self._neurons)
        return rates[0] if len(set(rates)) == 1 else rates

    @dropout.setter
    def dropout(self, rate: float) -> None:
        self._change("dropout", rate)

    @property
    def aggregation(self) -> str:
        """That of its neurons; all names where they differ."""
        return joined(neuron.aggregation for neuron in self._neurons)

    @aggregation.setter
    def aggregation(self, aggregation: str) -> None:
        self._change("aggregation", aggregation)

    @property
    def response(self) -> float | tuple[float, ...]:
        """That of its neurons; where they differ, of each."""
        responses = tuple(neuron.response for neuron in self._neurons)
        return responses[0] if len(set(responses)) == 1 else responses

    @response.setter
    def response(self, response: float) -> None:
        self._change("response", response)

    @property
    def is_input(self) -> bool:
        """Whether it is the input layer."""
        return self._is_input

    @property
    def neurons(self) -> tuple[Neuron, ...]:
        """The neurons, in the order they were named."""
        return self._neurons

    def __len__(self) -> int:
        return len(self._neurons)

    def _repr_svg_(self) -> str | None:
        """What a notebook shows: its neurons, or None where they are many."""
        from neurosim.drawing.notebook import picture_of_layer

        return picture_of_layer(self)

    def __repr__(self) -> str:
        kind = "input" if self._is_input else self._activation
        names = [neuron.name for neuron in self._neurons]
        shown = ", ".join(names) if len(names) <= 6 else f"{names[0]}, ..., {names[-1]}"
        return f"{self._name}: {counted(len(names), f'{kind} neuron')} ({shown})"


def joined(activations: Iterable[str]) -> str:
    """The activation of a layer's neurons, or each one that they have."""
    return ", ".join(dict.fromkeys(activations))
