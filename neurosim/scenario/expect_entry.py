"""The ``expect:`` of a scenario: numbers that must come out, and where they are looked for."""

from typing import Annotated

from pydantic import ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from neurosim.scenario.entry import Choice, Entry, by_key, mistake, tag
from neurosim.scenario.network_entry import Name, Numbers
from neurosim.training.data import PARTS

TOLERANCE = 1e-9  # where none is given: far above rounding, far below what a learner would notice

_JUDGED: JsonDict = {
    "anyOf": [{"required": ["equals"]}, {"required": ["below"]}, {"required": ["above"]}],
    "dependentRequired": {"tolerance": ["equals"]},
}


class Judgement(Entry):
    """What is expected of a number."""

    equals: float | None = None
    """The number itself, give or take the tolerance."""
    tolerance: Annotated[float, Field(ge=0)] | None = None
    """How far from it at most, absolute; 1e-9 if not given."""
    below: float | None = None
    """Something that it must be less than."""
    above: float | None = None
    """Something that it must be more than."""

    model_config = ConfigDict(json_schema_extra=_JUDGED)

    @model_validator(mode="after")
    def _require_a_judgement(self) -> "Judgement":
        if self.equals is None and self.below is None and self.above is None:
            raise mistake("nothing is expected; expected equals, below or above")
        if self.tolerance is not None and self.equals is None:
            raise mistake("a tolerance of nothing; expected equals beside it")
        return self


class _Judged(Judgement):
    epoch: Annotated[int, Field(ge=0)] | None = None
    """After how many epochs; 0 is before training, and the end if not given."""


class OutputExpectation(_Judged):
    """A neuron's output for a sample."""

    forward: Numbers
    """The sample: a number for each input neuron."""
    output: Name
    """The neuron, hidden ones included."""


class NetInputExpectation(_Judged):
    """A neuron's net input for a sample."""

    forward: Numbers
    """The sample: a number for each input neuron."""
    net_input: Name
    """The neuron."""


class WeightExpectation(_Judged):
    """A connection's weight."""

    weight: str
    """The connection, as source->target."""


class BiasExpectation(_Judged):
    """A neuron's bias."""

    bias: Name
    """The neuron."""


class GradientExpectation(_Judged):
    """The slope of the loss over the training rows with respect to a weight or a bias."""

    gradient: str
    """source->target for a weight, neuron.bias for a bias."""


class _Measured(Entry):
    on: Annotated[str, Choice("part of the rows", PARTS)] = "train"
    """Which rows: train, validation or test."""
    epoch: Annotated[int, Field(ge=0)] | None = None
    """After how many epochs; 0 is before training, and the end if not given."""


class LossExpectation(_Measured):
    """The loss, evaluated afresh."""

    loss: Judgement
    """What is expected of it."""


class AccuracyExpectation(_Measured):
    """The fraction of rows whose class is found."""

    accuracy: Judgement
    """What is expected of it."""


SUBJECTS = ("output", "net_input", "weight", "bias", "gradient", "loss", "accuracy")
Expectation = (
    OutputExpectation
    | NetInputExpectation
    | WeightExpectation
    | BiasExpectation
    | GradientExpectation
    | LossExpectation
    | AccuracyExpectation
)
ExpectEntry = Annotated[
    Annotated[OutputExpectation, tag("output")]
    | Annotated[NetInputExpectation, tag("net_input")]
    | Annotated[WeightExpectation, tag("weight")]
    | Annotated[BiasExpectation, tag("bias")]
    | Annotated[GradientExpectation, tag("gradient")]
    | Annotated[LossExpectation, tag("loss")]
    | Annotated[AccuracyExpectation, tag("accuracy")],
    by_key("subject", {subject: subject for subject in SUBJECTS}),
]
