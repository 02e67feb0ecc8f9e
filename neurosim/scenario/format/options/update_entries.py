"""Options of an update in a scenario: ``clip``, ``weight_decay`` and ``rates``."""

from typing import Annotated, Any, Literal

from pydantic import Field

from neurosim.functions.update_options import (
    SCOPES,
    Clip,
    NamedRates,
    WeightDecay,
    require_clip,
    require_rates,
    require_weight_decay,
)
from neurosim.scenario.format.entry import (
    LIST,
    MAPPING,
    NUMBER,
    TEXT,
    MadeOf,
    ScenarioEntry,
    by_kind,
)

_Names = tuple[str, ...]
OnOption = Annotated[
    Annotated[str, TEXT] | Annotated[_Names, LIST], by_kind("weights, biases, all, or names")
]
_Positive = Annotated[float, Field(gt=0)]
_Strength = Annotated[float, Field(ge=0)]


class ClipEntry(ScenarioEntry):
    """How gradients are kept small: by their norm, or each by itself."""

    norm: _Positive | None = None
    """The most that the root of the sum of squares of all gradients may be."""
    value: _Positive | None = None
    """The most that any gradient may be, up or down."""
    per: Literal[SCOPES] = "all"  # type: ignore[valid-type] # these are its words
    """Over what the norm is taken: all parameters, or each layer's."""


class WeightDecayEntry(ScenarioEntry):
    """What parameters lose in each update, apart from the gradient."""

    strength: _Strength
    """The part, times the learning rate."""
    on: OnOption = "all"
    """Which parameters: weights, biases, all, or names of layers, neurons and connections."""


def _clip(given: ClipEntry) -> Clip | None:
    return require_clip(given.model_dump(exclude_unset=True))


def _decay(given: Any) -> WeightDecay | None:
    is_entry = isinstance(given, WeightDecayEntry)
    return require_weight_decay(given.model_dump() if is_entry else given)


def _decay_forms() -> Any:
    return Annotated[
        Annotated[_Strength, NUMBER] | Annotated[WeightDecayEntry, MAPPING],
        by_kind("a number, or a mapping of options"),
    ]


ClipOption = Annotated[Clip, MadeOf(lambda: ClipEntry, _clip)]
WeightDecayOption = Annotated[WeightDecay, MadeOf(_decay_forms, _decay)]
RatesOption = Annotated[NamedRates, MadeOf(lambda: dict[str, _Strength], require_rates)]
