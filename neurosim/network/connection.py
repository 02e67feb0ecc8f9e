"""A connection: the weight that one neuron gives to another's output."""

from neurosim.functions.numbers import require_number, short
from neurosim.network.neuron import Neuron, require_flag


class Connection:
    """One edge of a network. The network makes it; ``net["x1", "h1"]`` hands it out.

    Attributes:
        gradient: dL/d(weight), summed over the samples of the batch so far; None before a pass.
    """

    __slots__ = ("_initial", "_source", "_target", "_trainable", "_weight", "gradient")

    # all positional: keywords would make a million connections a tenth slower
    def __init__(self, source: Neuron, target: Neuron, weight: float, trainable: bool) -> None:
        self._source = source
        self._target = target
        self._weight = self._initial = weight
        self._trainable = trainable
        self.gradient: float | None = None

    @property
    def source(self) -> Neuron:
        """The neuron whose output it carries."""
        return self._source

    @property
    def target(self) -> Neuron:
        """The neuron it carries to."""
        return self._target

    @property
    def name(self) -> str:
        """Source and target, as in ``x1->h1``."""
        return f"{self._source.name}->{self._target.name}"

    @property
    def weight(self) -> float:
        """The weight; what passes left on the objects stays until the next, or ``net.forget()``."""
        return self._weight

    @weight.setter
    def weight(self, value: float) -> None:
        self._weight = require_number(value, f"{self.name}.weight")

    @property
    def trainable(self) -> bool:
        """Whether training changes the weight."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = require_flag(value, f"{self.name}.trainable")

    @property
    def initial_weight(self) -> float:
        """The weight it was made with, which ``reset`` goes back to."""
        return self._initial

    def __repr__(self) -> str:
        frozen = "" if self._trainable else ", frozen"
        return f"{self.name}: weight {short(self._weight)}{frozen}"
