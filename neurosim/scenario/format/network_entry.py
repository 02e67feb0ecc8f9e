"""The ``network:`` of a scenario: layers, neurons, connections, and initial values."""

from typing import Annotated

from pydantic import ConfigDict, Field, model_validator

from neurosim.functions.activations import ACTIVATIONS, SOFTMAX
from neurosim.functions.aggregations import AGGREGATIONS, SUM
from neurosim.network.edits import PATTERNS
from neurosim.network.network import GENERATORS
from neurosim.scenario.format.entry import (
    FLAG,
    LIST,
    NUMBER,
    TEXT,
    Choice,
    ScenarioEntry,
    by_kind,
    mistake,
)
from neurosim.scenario.format.initial_entry import Initial
from neurosim.scenario.format.variant_entry import Variant, Variants

Numbers = tuple[float, ...]
Name = Annotated[str, Field(min_length=1, max_length=64)]
NeuronNames = Annotated[tuple[Name, ...], Field(min_length=1)]
Arrow = Annotated[str, Field(min_length=1, max_length=132)]
ShareGroup = Annotated[tuple[Arrow, ...], Field(min_length=2)]
Count = Annotated[int, Field(ge=1, le=1_000_000)]
WeightRow = Annotated[
    Annotated[float, NUMBER] | Annotated[Numbers, LIST],
    by_kind("a list of numbers (or one number, where each row has only one)"),
]
_IN_A_LAYER = "it belongs to a layer, not to a neuron"
NeuronActivation = Annotated[str, Variant(ACTIVATIONS, softmax=_IN_A_LAYER)]
LayerActivation = Annotated[
    str | tuple[str, ...], Variants(ACTIVATIONS, SOFTMAX, softmax=_IN_A_LAYER)
]
CountOrNames = Annotated[
    Annotated[Count, NUMBER] | Annotated[NeuronNames, LIST], by_kind("a count or a list of names")
]
BiasOption = Annotated[
    Annotated[bool, FLAG] | Annotated[float, NUMBER], by_kind("a number, true or false")
]
Biases = Annotated[
    Annotated[bool, FLAG]
    | Annotated[float, NUMBER]
    | Annotated[Annotated[tuple[BiasOption, ...], Field(min_length=1)], LIST],
    by_kind("a number, true or false, or a list of them"),
]
FlagOrFlags = Annotated[
    Annotated[bool, FLAG] | Annotated[Annotated[tuple[bool, ...], Field(min_length=1)], LIST],
    by_kind("true or false, or a list of them"),
]


_Rate = Annotated[float, Field(ge=0, lt=1)]
Dropout = Annotated[
    Annotated[_Rate, NUMBER] | Annotated[Annotated[tuple[_Rate, ...], Field(min_length=1)], LIST],
    by_kind("a number, or a list of them"),
]


AggregationName = Annotated[str, Choice("aggregation", AGGREGATIONS)]
AggregationNames = Annotated[
    Annotated[AggregationName, TEXT]
    | Annotated[Annotated[tuple[AggregationName, ...], Field(min_length=1)], LIST],
    by_kind("an aggregation, or a list of them"),
]
Responses = Annotated[
    Annotated[float, NUMBER] | Annotated[Annotated[tuple[float, ...], Field(min_length=1)], LIST],
    by_kind("a number, or a list of them"),
]


class LayerEntry(ScenarioEntry):
    """A row of neurons that share an activation; the first layer is the input layer."""

    name: Name
    """A name for the layer: letters (with their marks), digits and _."""
    neurons: CountOrNames
    """How many (the layer's name with numbers from 1), or their names."""
    activation: LayerActivation | None = None
    """What a neuron makes of its net input; identity if not given; a list has one for each."""
    bias: Biases = True
    """true: one that is learned, from 0 (or from initial.biases); false: none; or its values; in a
    list, one for each neuron, true is 0."""
    bias_trainable: FlagOrFlags = True
    """false keeps the biases as they are; a list has one for each neuron."""
    dropout: Dropout = 0.0
    """In training, how likely a sample goes without the output of a neuron; a list has one each."""
    aggregation: AggregationNames = SUM
    """What is made of the terms weight * output, before the bias is added; a list has one each."""
    response: Responses = 1.0
    """A number by which the aggregate is multiplied; a list has one each."""


class NeuronEntry(ScenarioEntry):
    """A neuron outside of the layers."""

    name: Name
    """A name for the neuron: letters (with their marks), digits and _."""
    activation: NeuronActivation = "identity"
    """What it makes of its net input."""
    bias: BiasOption = True
    """true: one that is learned, from 0 (or from initial.biases); false: none; or its value."""
    bias_trainable: bool = True
    """false keeps the bias as it is."""
    dropout: _Rate = 0.0
    """In training, how likely a sample goes without its output."""
    aggregation: AggregationName = SUM
    """What is made of the terms weight * output, before the bias is added."""
    response: float = 1.0
    """A number by which the aggregate is multiplied."""


class ConnectionEntry(ScenarioEntry):
    """A connection between two neurons, or from all of a layer to all of another."""

    source: Name = Field(alias="from")
    """The neuron or layer it comes from."""
    target: Name = Field(alias="to")
    """The neuron or layer it goes to."""
    weight: float | None = None
    """One weight (for every connection, if there are several)."""
    weights: Annotated[tuple[WeightRow, ...], Field(min_length=1)] | None = None
    """A row for each source, in it a number for each target; with one_to_one one list."""
    initial: Initial | None = None
    """What weights that are not given are drawn from."""
    pattern: Annotated[str, Choice("pattern", PATTERNS)] = "full"
    """full: each with each; one_to_one: the first with the first, and so on."""
    trainable: bool = True
    """false keeps the weights as they are."""

    model_config = ConfigDict(
        json_schema_extra={
            "not": {
                "anyOf": [
                    {"required": ["weight", "weights"]},
                    {"required": ["weight", "initial"]},
                    {"required": ["weights", "initial"]},
                ]
            }
        }
    )

    @model_validator(mode="after")
    def _require_one_source(self) -> "ConnectionEntry":
        given = [key for key in ("weight", "weights", "initial") if getattr(self, key) is not None]
        if len(given) > 1:
            raise mistake(f"got {' and '.join(given)}; expected at most one of them")
        return self


class InitialEntry(ScenarioEntry):
    """What weights and biases that are not given start from."""

    weights: Initial | None = None
    """xavier (uniform) if not given."""
    biases: Initial | None = None
    """0 if not given."""
    generator: Annotated[str, Choice("generator", GENERATORS)] = "pcg64"
    """legacy draws the numbers that a script gets after np.random.seed(seed)."""


class ScalingEntry(ScenarioEntry):
    """How a measured number and the number that the network computes with are related."""

    offset: float
    """The measured number whose inner number is 0."""
    factor: float
    """How much the measured number grows where the inner one grows by 1; not 0."""


class ClassesEntry(ScenarioEntry):
    """The classes of the outputs."""

    names: Annotated[tuple[str, ...], Field(min_length=2)]
    """One for each output; or two for a single output, of which the second is above threshold."""
    threshold: float = 0.5
    """Of a single output: 0 where targets are -1 and 1."""


class NetworkEntry(ScenarioEntry):
    """Neurons and the connections between them; any graph without a cycle."""

    layers: tuple[LayerEntry, ...] = ()
    """The layers in order; the first one is the inputs, the last one the outputs."""
    inputs: tuple[Name, ...] = ()
    """Input neurons outside of the layers; their values come after those of the input layer."""
    neurons: tuple[NeuronEntry, ...] = ()
    """Neurons outside of the layers."""
    connections: tuple[ConnectionEntry, ...] | None = None
    """If not given, each layer is fully connected to the next."""
    share: tuple[ShareGroup, ...] = ()
    """Connections that share a weight, a list of a->b for each; the first one's weight holds; or
    neurons that share what is learned of their activations, a.slope."""
    freeze: tuple[Arrow, ...] = ()
    """What training keeps as it is: a->b, or neurons and layers, h.bias, h.slope, patterns."""
    outputs: NeuronNames | None = None
    """The output neurons; the last layer's if not given."""
    order: NeuronNames | None = None
    """Layers, inputs and neurons as they are added; if not given: layers, inputs, neurons."""
    scaling: dict[Name, ScalingEntry] = Field({})
    """By input or output: measured = offset + factor*inner; a scale of the data replaces it."""
    classes: ClassesEntry | None = None
    """The classes of the outputs; classes of the data replace them."""
    labels: dict[Name, str] = Field({})
    """By neuron, its label, any text; names of columns of the data replace it."""
    initial: InitialEntry = InitialEntry()
    """What weights and biases that are not given start from."""

    @model_validator(mode="after")
    def _require_neurons(self) -> "NetworkEntry":
        if not self.layers and not self.neurons:
            raise mistake("no neurons, got neither layers nor neurons; expected at least one")
        return self
