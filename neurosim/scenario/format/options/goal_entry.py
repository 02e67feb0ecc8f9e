"""Heads and weights of classes in a scenario's ``training:``."""

from typing import Annotated, Any, Literal

from pydantic import Field

from neurosim.functions.losses import LOSSES
from neurosim.scenario.format.entry import (
    LIST,
    MAPPING,
    TEXT,
    MadeOf,
    ScenarioEntry,
    by_kind,
)
from neurosim.scenario.format.variant_entry import Variant
from neurosim.training.goals.class_weight import ClassWeight, require_class_weight
from neurosim.training.goals.heads import HeadOption, require_heads

_Weight = Annotated[float, Field(ge=0)]
_Name = Annotated[str, Field(min_length=1)]


def _class_weight_form() -> Any:
    classes = Annotated[dict[str, _Weight], Field(min_length=1)]
    return Annotated[
        Annotated[Literal["balanced"], TEXT] | Annotated[classes, MAPPING],
        by_kind("balanced, or a mapping of classes to weights"),
    ]


ClassWeightOption = Annotated[ClassWeight, MadeOf(_class_weight_form, require_class_weight)]


class HeadEntry(ScenarioEntry):
    """Some of the outputs, with a loss of their own."""

    outputs: Annotated[
        Annotated[_Name, TEXT] | Annotated[tuple[_Name, ...], LIST],
        by_kind("a layer, a neuron, or a list of these"),
    ]
    """A layer, a neuron, or a list of these."""
    loss: Annotated[str, Variant(LOSSES)]
    """What is minimized there."""
    weight: _Weight = 1.0
    """What its loss is multiplied by."""
    class_weight: ClassWeightOption | None = None
    """The weight of each class there, or balanced."""


def _heads_form() -> Any:
    return Annotated[tuple[HeadEntry, ...], Field(min_length=1)]


def _make(heads: tuple[HeadEntry, ...]) -> tuple[HeadOption, ...] | None:
    return require_heads(
        [{key: getattr(head, key) for key in HeadEntry.model_fields} for head in heads]
    )


HeadsOption = Annotated[tuple[HeadOption, ...], MadeOf(_heads_form, _make)]
