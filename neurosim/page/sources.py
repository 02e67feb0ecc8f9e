"""Sources of the numbers of a pass: what a page needs to compute those of every step.

A page that is played with has the numbers of one pass: net inputs, outputs, slopes and deltas of
neurons, and the parameters. Each number of each step is one of them, or follows from the steps
before; a `PassSource` says how.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from neurosim.errors import InvalidValueError
from neurosim.functions.activations import SOFTMAX
from neurosim.interpreter.steps import (
    Activated,
    Backpropagated,
    Compared,
    DeltaComputed,
    GradientComputed,
    Loaded,
    Measured,
    Normalized,
    Scaled,
    Started,
    Step,
    Summed,
)
from neurosim.network.connection import Connection
from neurosim.network.network import Network
from neurosim.network.neuron import Neuron
from neurosim.network.parameter import FunctionParameter, Parameter
from neurosim.page.units import layout_of

# What it is by a letter, and of which: k a constant; p a parameter; x an input, y an output, t a
# target; z, a, d, e, s the net input, output, delta, error by the loss and slope of a neuron; b
# the slope of a neuron's output by a number of its activation; L the loss; = another column; + one
# column plus the product of two; - one column less another; m the sum of products of pairs.
PassSource: TypeAlias = tuple[Any, ...]
_ZERO: PassSource = ("k", 0.0)
_ONE: PassSource = ("k", 1.0)


@dataclass(slots=True)
class PassSources:
    """Finds the source of each number of the steps of a sample, in their order.

    Attributes:
        found: a source for each column.
    """

    network: Network
    found: list[PassSource] = field(default_factory=list)
    _parameters: dict[Parameter, int] = field(default_factory=dict)
    _neurons: dict[Neuron, int] = field(default_factory=dict)
    _turn: Neuron | None = None  # whose delta was computed last
    _last: dict[tuple[Any, str], int] = field(default_factory=dict)  # columns of unfinished sums

    @classmethod
    def of(cls, network: Network, steps: Sequence[Step]) -> "PassSources":
        """Those of some steps: of one plain pass forward and backward."""
        sources = cls(network)
        sources._parameters = {p: i for i, p in enumerate(network.parameter_list())}
        sources._neurons = {neuron: i for i, neuron in enumerate(network.neurons)}
        for i, step in enumerate(steps):
            sources._add(step, steps[i + 1] if i + 1 < len(steps) else None)
        return sources

    def _add(self, step: Step, after: Step | None) -> None:
        given = self._of(step, after)
        for name, count in layout_of(step):
            value = given[name]
            self.found += value if count else [value]
        self._note(step)

    def _of(self, step: Step, after: Step | None) -> Mapping[str, Any]:
        """The sources of a step's numbers by name; tuples of numbers have lists."""
        at = len(self.found)
        match step:
            case Loaded() | Started() | Summed() | Activated() | Normalized() | Scaled():
                return self._forward(step, after, at)
            case Measured():
                return {
                    "values": [self._measured(step, i) for i in range(len(step.values))],
                    "targets": [("t", i) for i in range(len(step.targets))],
                    "after": ("L",),
                }
            case Compared(neuron=neuron):
                target = self.network.outputs.index(neuron)
                return {
                    "output": self._of_neuron("a", neuron),
                    "target": ("t", target),
                    "after": self._of_neuron("e", neuron),
                }
            case Backpropagated(connection=connection):
                return {
                    "start": self._going_on(connection.source, "error"),
                    "weight": self._parameter(connection),
                    "delta": self._of_neuron("d", connection.target),
                    "after": ("+", at, at + 1, at + 2),
                }
            case DeltaComputed():
                return self._delta(step)
            case GradientComputed():
                return self._gradient(step, at)
        raise InvalidValueError(f"page: got {step!s:.80}; expected a step of a plain pass")

    def _forward(self, step: Step, after: Step | None, at: int) -> Mapping[str, Any]:
        match step:
            case Loaded(neuron=neuron):
                return {"after": self._of_neuron("a", neuron)}
            case Started(neuron=neuron):
                bias = neuron.bias_parameter
                return {"after": _ZERO if bias is None else self._parameter(bias)}
            case Summed(connection=connection):
                is_last = not isinstance(after, Summed)
                whole = self._of_neuron("z", connection.target)
                return {
                    "before": self._going_on(connection.target, "net"),
                    "weight": self._parameter(connection),
                    "value": self._of_neuron("a", connection.source),
                    "after": whole if is_last else ("+", at, at + 1, at + 2),
                }
            case Activated(neuron=neuron):
                letters = {"net_input": "z", "after": "a"}
                return {name: self._of_neuron(one, neuron) for name, one in letters.items()}
            case Normalized(layer=layer):
                letters = {"net_inputs": "z", "after": "a"}
                return {
                    name: [self._of_neuron(one, neuron) for neuron in layer.neurons]
                    for name, one in letters.items()
                }
            case Scaled(neuron=neuron):
                return {
                    "offset": ("k", step.offset),
                    "factor": ("k", step.factor),
                    "output": self._of_neuron("a", neuron),
                    "after": ("y", self.network.outputs.index(neuron)),
                }
        raise AssertionError(step)

    def _measured(self, step: Measured, i: int) -> PassSource:
        neuron = self.network.outputs[i]
        head = next(head for head in step.loss.heads if i in head.outputs)
        is_by_net = head.loss.joint is not None or head.loss.formula_for(neuron.activation)[1]
        return self._of_neuron("z" if is_by_net else "a", neuron)

    def _delta(self, step: DeltaComputed) -> Mapping[str, Any]:
        neuron, layer = step.neuron, step.neuron.layer
        is_softmax = neuron.activation == SOFTMAX
        shift: PassSource = _ZERO
        if is_softmax and layer is not None:
            pairs = [(self._neurons[n], self._last.get((n, "error"), -1)) for n in layer.neurons]
            shift = ("m", *(number for pair in pairs for number in pair))
        return {
            "start": self._of_neuron("e", neuron) if (neuron, "given") in self._last else _ZERO,
            "output_gradient": self._going_on(neuron, "error"),
            "shift": shift,
            "net_input": self._of_neuron("z", neuron),
            "output": self._of_neuron("a", neuron),
            "slope": self._of_neuron("a" if is_softmax else "s", neuron),
            "after": self._of_neuron("d", neuron),
        }

    def _gradient(self, step: GradientComputed, at: int) -> Mapping[str, Any]:
        parameter = step.parameter
        value, delta = _ONE, self._of_neuron("d", parameter.neuron)
        if isinstance(parameter, FunctionParameter):
            assert self._turn is not None
            neuron = self._turn  # a layer may have one such number for all of its neurons
            own = list(neuron.function_parameters).index(parameter)
            value, delta = ("b", self._neurons[neuron], own), self._going_on(neuron, "error")
        elif isinstance(parameter, Connection):
            value = self._of_neuron("a", parameter.source)
            delta = self._of_neuron("d", parameter.target)
        start = self._going_on(parameter.parameter, "gradient")
        return {"start": start, "value": value, "delta": delta, "after": ("+", at, at + 1, at + 2)}

    def _note(self, step: Step) -> None:
        """Note the column of what a later step goes on from."""
        last = len(self.found) - 1
        match step:
            case Started(neuron=neuron):
                self._last[neuron, "net"] = last
            case Summed(connection=connection):
                self._last[connection.target, "net"] = last
            case Backpropagated(connection=connection):
                self._last[connection.source, "error"] = last
            case Compared(neuron=neuron, quantity=quantity):
                self._last[neuron, "given" if quantity == "delta" else "error"] = last
            case DeltaComputed(neuron=neuron):
                self._turn = neuron
            case GradientComputed(parameter=parameter):
                self._last[parameter.parameter, "gradient"] = last

    def _going_on(self, thing: Any, what: str) -> PassSource:
        column = self._last.get((thing, what))
        return _ZERO if column is None else ("=", column)

    def _of_neuron(self, letter: str, neuron: Neuron) -> PassSource:
        return letter, self._neurons[neuron]

    def _parameter(self, place: Parameter) -> PassSource:
        return "p", self._parameters[place.parameter]
