"""A neuron: a name, an activation, a bias, and the values that the last pass left on it."""

from typing import TYPE_CHECKING, Any

from neurosim.errors import GraphError
from neurosim.functions.aggregations import SUM
from neurosim.functions.numbers import short
from neurosim.network.names import InputColumn, require_input_column, require_text
from neurosim.network.parameter import Bias, FunctionParameter, Holder, require_flag

if TYPE_CHECKING:
    from neurosim.functions.activations import Activation
    from neurosim.network.layer import Layer
    from neurosim.network.order import Unit
    from neurosim.network.scaling import Scaling


class Neuron:
    """One node of a network. The network makes it; ``net["h1"]`` hands it out.

    Attributes:
        net_input: bias + response * aggregate of weight * source's output, z; None before a pass.
        output: activation(net_input), a; of a scaled input or output, the inner number.
        output_gradient: dL/da of the last sample; None where no error was backpropagated.
        delta: dL/dz of the last sample.
        term_deltas: dL/d(weight * source's output), term by term, where they are not all delta: of
            a neuron that does not simply sum.

    Inside the package, ``_unit`` is its place in the order, which a softmax layer shares.
    """

    __slots__ = (
        "__weakref__",
        "_activation",
        "_aggregation",
        "_bias",
        "_column",
        "_dropout",
        "_function",
        "_holder",
        "_is_input",
        "_label",
        "_layer",
        "_name",
        "_outer",
        "_response",
        "_scaling",
        "_unit",
        "delta",
        "net_input",
        "output",
        "output_gradient",
        "term_deltas",
    )

    def __init__(
        self,
        name: str,
        activation: str,
        bias: float | None,
        *,
        bias_trainable: bool = True,
        layer: "Layer | None" = None,
        is_input: bool = False,
    ) -> None:
        self._name = name
        self._activation = activation
        self._bias = Bias(self, bias, trainable=bias_trainable)
        self._layer = layer
        self._is_input = is_input
        self._column: InputColumn | None = None
        self._label: str | None = None
        self._dropout = 0.0
        self._function: tuple[FunctionParameter, ...] = ()  # of its activation
        self._aggregation = SUM
        self._response = 1.0
        self._scaling: Scaling | None = None
        self._unit: Unit  # given by the structure when it takes the neuron in, as is the holder
        self._holder: Holder
        self._forget()

    def _forget(self) -> None:
        """Drop what was computed; the parameters stay."""
        self.net_input: float | None = None
        self.output: float | None = None
        self._outer: float | None = None  # of a scaled output: the outer number
        self.output_gradient: float | None = None
        self.delta: float | None = None
        self.term_deltas: tuple[float, ...] = ()
        self._bias._gradient = None
        for parameter in self._function:
            parameter._gradient = None

    @property
    def name(self) -> str:
        """The name, one of its kind in the network."""
        return self._name

    @name.setter
    def name(self, name: str) -> None:
        self._holder.network.change(self, "name", name)

    @property
    def activation(self) -> str:
        """The name of the activation; that of a softmax layer is changed by `Layer.activation`."""
        return self._activation

    @activation.setter
    def activation(self, activation: "str | Activation") -> None:
        self._holder.network.change(self, "activation", activation)

    @property
    def layer(self) -> "Layer | None":
        """Its layer, or None; in a layer given to it, it is the last neuron."""
        return self._layer

    @layer.setter
    def layer(self, layer: "Layer | str | None") -> None:
        self._holder.network.change(self, "layer", layer)

    @property
    def dropout(self) -> float:
        """In training, how likely a sample goes without its output; from 0 to below 1."""
        return self._dropout

    @dropout.setter
    def dropout(self, rate: float) -> None:
        self._holder.network.change(self, "dropout", rate)

    @property
    def aggregation(self) -> str:
        """What is made of its terms: ``sum``, ``product``, ``max``, ``min`` or ``mean``."""
        return self._aggregation

    @aggregation.setter
    def aggregation(self, aggregation: str) -> None:
        self._holder.network.change(self, "aggregation", aggregation)

    @property
    def response(self) -> float:
        """What the aggregate is multiplied by; 1 if nothing is said. Training leaves it alone."""
        return self._response

    @response.setter
    def response(self, response: float) -> None:
        self._holder.network.change(self, "response", response)

    @property
    def is_plain(self) -> bool:
        """Whether its net input is simply the bias and the sum of its terms."""
        return self._aggregation == SUM and self._response == 1.0

    @property
    def is_input(self) -> bool:
        """Whether its output is given from outside."""
        return self._is_input

    @property
    def scaling(self) -> "Scaling | None":
        """How its outer and inner numbers are related; `Network.set_scaling` changes it."""
        return self._scaling

    @property
    def value(self) -> float | None:
        """The number that people measure: the output; of a scaled input or output, unscaled."""
        scaling, output, value = self._scaling, self.output, self._outer
        if scaling is None or output is None:
            return output
        if self._is_input:
            return scaling.raw(output)
        return value if value == scaling.outer(output) else None  # it is not computed yet

    @property
    def label(self) -> str | None:
        """What it means, any text, as a column's name or a class's; None: nothing is said."""
        return self._label

    @label.setter
    def label(self, text: str | None) -> None:
        where = f"{self._name}.label"
        self._label = None if text is None else require_text(text, where, "any text, or None")
        self._holder.labelled = None

    @property
    def data(self) -> dict[Any, Any]:
        """Data of your own, such as ``neuron.data["note"] = "..."``; goes with the neuron.

        `Network.copy` takes the values as they are, a deep copy copies them, `Network.save` saves
        what JSON can hold.
        """
        return self._holder.data.setdefault(self, {})

    @property
    def column(self) -> InputColumn | None:
        """The column that it is read from, where it is an input; None: that of its caption."""
        return self._column

    @column.setter
    def column(self, column: InputColumn | None) -> None:
        self._column = require_input_column(column, f"{self._name}.column")

    @property
    def caption(self) -> str:
        """The label, or the name where there is none: what pictures and tables call it."""
        return self._name if self._label is None else self._label

    @property
    def bias(self) -> float | None:
        """The bias; None where the neuron has no such parameter. To set it forgets no pass."""
        if self._holder.is_special:
            self._holder.fill()
        bias: float | None = self._bias._value
        return bias

    @bias.setter
    def bias(self, value: float) -> None:
        if self._bias._value is None:
            raise GraphError(
                f"{self._name}.bias: the neuron has no bias parameter, got {value!r};"
                " expected a neuron made with a bias"
            )
        self._bias.value = value

    @property
    def bias_parameter(self) -> Bias | None:
        """The bias as a parameter; None where the neuron has no such parameter."""
        return None if self._bias._value is None else self._bias

    @property
    def function_parameters(self) -> tuple[FunctionParameter, ...]:
        """The options of its activation that are learned, such as the slope of prelu."""
        return self._function

    @property
    def bias_trainable(self) -> bool:
        """Whether training changes the bias."""
        return self._bias._trainable

    @bias_trainable.setter
    def bias_trainable(self, value: bool) -> None:
        flag = require_flag(value, f"{self._name}.bias_trainable")
        self._holder.require_own_thread()
        self._bias.parameter._trainable = flag
        self._holder.trainable = None

    @property
    def bias_gradient(self) -> float | None:
        """dL/d(bias), summed over the samples of the batch so far; None before a pass."""
        return self._bias._gradient

    @bias_gradient.setter
    def bias_gradient(self, value: float | None) -> None:
        self._bias._gradient = value

    @property
    def initial_bias(self) -> float | None:
        """The bias it was made with, which ``reset`` goes back to."""
        initial: float | None = self._bias._initial
        return initial

    def __repr__(self) -> str:
        if self._is_input:
            return f"{self._name}: input, output {short(self.output)}"
        bias = "no bias" if self.bias is None else f"bias {short(self.bias)}"
        what = self._activation
        if self._aggregation != SUM:
            what += f" of {self._aggregation}"
        if self._response != 1.0:
            what += f", response {short(self._response)}"
        return f"{self._name}: {what}, {bias}, output {short(self.output)}"
