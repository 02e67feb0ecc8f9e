"""A connection: the weight that one neuron gives to another's output."""

from typing import Any

from neurosim.network.neuron import Neuron
from neurosim.network.parameter import Parameter


class Connection(Parameter):
    """One edge of a network. The network makes it; ``net["x1", "h1"]`` hands it out.

    Attributes:
        gradient: dL/d(weight), summed over the samples of the batch so far; None before a pass.
    """

    __slots__ = ("_source", "_target")
    kind = "w"

    # all positional: keywords would make a million connections a tenth slower
    def __init__(self, source: Neuron, target: Neuron, weight: float, trainable: bool) -> None:
        self._source = source
        self._target = target
        self._value = self._initial = weight
        self._trainable = trainable
        self._gradient = None

    @property
    def source(self) -> Neuron:
        """The neuron whose output it weighs."""
        return self._source

    @property
    def target(self) -> Neuron:
        """The neuron whose net input it adds to."""
        return self._target

    @property
    def neuron(self) -> Neuron:
        """The target."""
        return self._target

    @property
    def name(self) -> str:
        """Source and target, as in ``x1->h1``."""
        return f"{self._source.name}->{self._target.name}"

    @property
    def data(self) -> dict[Any, Any]:
        """Data of your own, as `Neuron.data`; they go with the connection."""
        return self._source._holder.data.setdefault(self, {})

    @property
    def parameter(self) -> Parameter:
        """The parameter that is its weight: itself, or the one it shares with others."""
        holder = self._source._holder
        return holder.resolve(self) if holder.is_special else self

    @property
    def connections(self) -> "tuple[Connection, ...]":
        """Itself."""
        return (self,)

    @property
    def weight(self) -> float:
        """The weight; what passes left on the objects stays until the next, or ``net.forget()``."""
        holder = self._source._holder  # here, and not through `value`: it is read very often
        parameter = holder.resolve(self) if holder.is_special else self
        weight: float = parameter._value
        return weight

    @weight.setter
    def weight(self, value: float) -> None:
        self.value = value

    @property
    def initial_weight(self) -> float:
        """The weight it was made with, which ``reset`` goes back to."""
        return self.initial

    @property
    def _where(self) -> str:
        return f"{self.name}.weight"

    def __repr__(self) -> str:
        shared = "" if self.parameter is self else f", shared ({self.parameter.name})"
        return super().__repr__() + shared
