"""The ``expect:`` of a scenario: expected numbers, and where they are measured.

Most are looked for between two epochs. With ``sample`` or ``after`` a number is looked for within
an epoch: right after one phase of one sample, on the objects, as in a debugging session.
"""

import difflib
from typing import Annotated, Any, Union

from pydantic import ConfigDict, Field, create_model, model_validator
from pydantic.config import JsonDict

from neurosim.diagnosis.finding import FINDINGS
from neurosim.interpreter.steps import PHASES
from neurosim.scenario.format.entry import (
    WRONG_KEYS,
    Choice,
    ScenarioEntry,
    Told,
    mistake,
    tag,
    tag_of,
)
from neurosim.scenario.format.network_entry import Name, Numbers
from neurosim.training.metrics import SHIPPED
from neurosim.training.parts import PARTS

NO_FINDING = "none"
FOLDS = "folds"  # what is expected of the rows that each of them holds out
TOLERANCE = 1e-9  # where none is given: far above rounding, far below what a learner would notice

WITHIN = {  # what can be looked for within an epoch, and after which phase it is there
    "output": "forward",
    "net_input": "forward",
    "output_gradient": "backward",
    "delta": "backward",
    "gradient": "backward",
    "weight": "update",
    "bias": "update",
    "loss": "loss",
}
_WITHIN_ALONE = ("output_gradient", "delta")  # what no other moment has

_JUDGEMENTS: Any = [{"required": [key]} for key in ("equals", "below", "above")]
_JUDGED: JsonDict = {
    "anyOf": _JUDGEMENTS,
    "dependentRequired": {"tolerance": ["equals"]},
}


class Judgement(ScenarioEntry):
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


class _AtEpoch(ScenarioEntry):
    epoch: Annotated[int, Field(ge=0)] | None = None
    """After how many epochs; 0 is before training, and the end if not given."""

    @property
    def subject(self) -> tuple[str, Any]:
        """The key of what is looked for, and its value."""
        key = next(key for key in SUBJECTS if key in type(self).model_fields)
        return key, getattr(self, key)


class _Judged(_AtEpoch, Judgement):
    """A number that is judged by keys beside its name."""


class _OfSample(_Judged):
    forward: Numbers
    """The sample: a number for each input neuron."""


class OutputExpectation(_OfSample):
    """A neuron's output for a sample."""

    output: Name
    """The neuron, hidden ones included."""


class NetInputExpectation(_OfSample):
    """A neuron's net input for a sample."""

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


class _Measured(_AtEpoch):
    on: Annotated[str, Choice("part of the rows", PARTS, FOLDS)] = "train"
    """Which rows: train, validation or test; folds: the mean over the folds of the training."""


class LossExpectation(_Measured):
    """The loss, evaluated afresh."""

    loss: Judgement
    """What is expected of it."""


class _EndLoss(ScenarioEntry):
    """The loss over the training rows at the end of the training."""

    @property
    def epoch(self) -> None:
        """At the end."""
        return None

    @property
    def subject(self) -> tuple[str, Any]:
        """The key of what is looked for, and what is expected of it."""
        name, field = next(iter(type(self).model_fields.items()))
        return field.alias or name, getattr(self, name)


class LastLossExpectation(_EndLoss):
    """The loss over the training rows after the last epoch, before anything is restored."""

    last: Judgement = Field(alias="loss.last")
    """What is expected of it."""


class BestLossExpectation(_EndLoss):
    """The loss over the training rows with the parameters that early stopping restored."""

    best: Judgement = Field(alias="loss.best")
    """What is expected of it."""


class MetricExpectation(_Measured):
    """A metric over a part of the rows; each has an entry of its own, with its name as the key."""

    @property
    def metric(self) -> str:
        """The name of the metric."""
        return self.subject[0]

    @property
    def judgement(self) -> Judgement:
        """What is expected of it."""
        found: Judgement = self.subject[1]
        return found


class FindingExpectation(ScenarioEntry):
    """What the diagnosis of the training finds, as ``neurosim doctor`` tells it."""

    finding: Annotated[str, Choice("finding", FINDINGS, NO_FINDING)]
    """The name of a finding; none: nothing is found."""
    first: bool = False
    """Whether it is to be the first finding."""

    @model_validator(mode="after")
    def _require_one(self) -> "FindingExpectation":
        if self.first and self.finding == NO_FINDING:
            raise mistake("first of none; expected the name of a finding beside it")
        return self

    @property
    def epoch(self) -> None:
        """At the end."""
        return None

    @property
    def subject(self) -> tuple[str, str]:
        """The key of what is looked for, and the name of the finding."""
        return "finding", self.finding

    @property
    def judgement(self) -> Judgement:
        """What is expected of its rank, from 1 (0: it is not found), or of the number of all."""
        if self.first:
            return Judgement(equals=1.0, tolerance=0.0)
        is_none = self.finding == NO_FINDING
        return Judgement(equals=0.0, tolerance=0.0) if is_none else Judgement(above=0.0)


def _metric_entry(name: str) -> Any:
    meaning = SHIPPED[name].meaning
    title = "".join(word.capitalize() for word in name.split("_"))
    fields: dict[str, Any] = {name: (Judgement, Field(description="What is expected of it."))}
    return create_model(
        f"{title}Expectation",
        __base__=MetricExpectation,
        __doc__=f"{meaning[0].upper()}{meaning[1:]}.",
        **fields,
    )


METRIC_ENTRIES = {name: _metric_entry(name) for name in SHIPPED}


class _Within(ScenarioEntry):
    epoch: Annotated[int, Field(ge=0)] = 0
    """Within which epoch, from 0."""
    sample: Annotated[int, Field(ge=0)] = 0
    """Which sample of the epoch, from 0, in the order in which they are taken."""
    after: Annotated[str, Choice("phase", PHASES)] | None = None
    """Right after which phase of that sample: forward, loss, backward, or the update that ends its
    batch. If not given: forward for output and net_input, loss for the loss, backward for
    output_gradient, delta and gradient, update for weight and bias."""

    @property
    def subject(self) -> tuple[str, str]:
        """The key of what is looked for, and the name of its neuron or connection."""
        return "loss", ""

    @property
    def phase(self) -> str:
        """After which phase it is looked for."""
        return WITHIN[self.subject[0]] if self.after is None else self.after


_SUBJECTS_WITHIN = tuple(subject for subject in WITHIN if subject != "loss")
_MOMENTS: Any = [{"required": [key]} for key in ("sample", "after", *_WITHIN_ALONE)]


class MomentExpectation(_Within, Judgement):
    """A number on the objects at a moment within an epoch."""

    output: Name | None = None
    """The neuron whose output it is."""
    net_input: Name | None = None
    """The neuron whose net input it is."""
    output_gradient: Name | None = None
    """The neuron: the slope of the sample's loss with respect to its output."""
    delta: Name | None = None
    """The neuron: the slope of the sample's loss with respect to its net input."""
    gradient: str | None = None
    """source->target or neuron.bias: its slopes, added up over the batch so far."""
    weight: str | None = None
    """The connection, as source->target."""
    bias: Name | None = None
    """The neuron whose bias it is."""

    model_config = ConfigDict(
        json_schema_extra={
            **_JUDGED,
            "allOf": [{"anyOf": _MOMENTS}],
            "oneOf": [{"required": [subject]} for subject in _SUBJECTS_WITHIN],
        }
    )

    @model_validator(mode="after")
    def _require_a_name(self) -> "MomentExpectation":
        if all(getattr(self, subject) is None for subject in _SUBJECTS_WITHIN):
            raise mistake("no name, got nothing; expected that of a neuron or a connection")
        return self

    @property
    def subject(self) -> tuple[str, str]:
        """The key of what is looked for, and the name of its neuron or connection."""
        given = ((subject, getattr(self, subject)) for subject in _SUBJECTS_WITHIN)
        return next((subject, name) for subject, name in given if name is not None)


class MomentLossExpectation(_Within):
    """The loss of one sample, at a moment within an epoch."""

    loss: Judgement
    """What is expected of it."""

    model_config = ConfigDict(json_schema_extra={"anyOf": _MOMENTS[:2]})


END_LOSSES = ("loss.last", "loss.best")
SUBJECTS = (
    "output", "net_input", "weight", "bias", "gradient", "loss", *END_LOSSES, *METRIC_ENTRIES,
    "finding",
)  # fmt: skip
Between = (
    OutputExpectation
    | NetInputExpectation
    | WeightExpectation
    | BiasExpectation
    | GradientExpectation
    | LossExpectation
    | LastLossExpectation
    | BestLossExpectation
    | MetricExpectation
    | FindingExpectation
)
Within = MomentExpectation | MomentLossExpectation
Expectation = Between | Within


def _form(value: object) -> str | None:
    """Which form an expectation has: by its subject, and by whether it is looked for within."""
    given = [key for key in (*SUBJECTS, *_WITHIN_ALONE) if isinstance(value, dict) and key in value]
    if len(given) != 1:
        return None
    assert isinstance(value, dict)
    is_within = given[0] in _WITHIN_ALONE or (given[0] in WITHIN and any(map(_is_moment, value)))
    if not is_within:
        return tag_of(given[0])
    return tag_of("loss within" if given[0] == "loss" else "within")


def _is_moment(key: str) -> bool:
    """Whether a key, be it misspelt, names a moment within an epoch."""
    return bool(difflib.get_close_matches(key[:64], ("sample", "after"), cutoff=0.75))


_BESIDE = ("forward", "epoch", "sample", "after", "on", "first")
_MetricEntry: Any = Union[  # noqa: UP007 - of a table
    tuple(Annotated[entry, tag(name)] for name, entry in METRIC_ENTRIES.items())
]
ExpectEntry = Annotated[
    Annotated[OutputExpectation, tag("output")]
    | Annotated[NetInputExpectation, tag("net_input")]
    | Annotated[WeightExpectation, tag("weight")]
    | Annotated[BiasExpectation, tag("bias")]
    | Annotated[GradientExpectation, tag("gradient")]
    | Annotated[LossExpectation, tag("loss")]
    | Annotated[LastLossExpectation, tag("loss.last")]
    | Annotated[BestLossExpectation, tag("loss.best")]
    | _MetricEntry
    | Annotated[FindingExpectation, tag("finding")]
    | Annotated[MomentExpectation, tag("within")]
    | Annotated[MomentLossExpectation, tag("loss within")],
    Told(
        _form,
        WRONG_KEYS,
        kind="subject",
        keys=" ".join([*SUBJECTS, *_WITHIN_ALONE]),
        others=" ".join(
            [*Judgement.model_fields, "forward", "epoch", "sample", "after", "on", "first"]
        ),
    ),
]
