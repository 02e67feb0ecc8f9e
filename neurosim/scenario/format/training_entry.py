"""The ``training:`` of a scenario, made from the record of options."""

import dataclasses
import warnings
from dataclasses import MISSING
from typing import Annotated, Any, Literal

from pydantic import Field, create_model

from neurosim.functions.variants import VariantTable
from neurosim.process import PROCESS_STATE
from neurosim.scenario.format.entry import (
    LIST,
    NUMBER,
    TEXT,
    WRONG_KIND,
    Choice,
    MadeOf,
    Named,
    ScenarioEntry,
    Told,
    by_kind,
    record_entry,
    tag,
    tag_of,
)
from neurosim.scenario.format.options.goal_entry import ClassWeightOption, HeadsOption
from neurosim.scenario.format.options.penalty_entry import PenaltyOption
from neurosim.scenario.format.options.schedule_entry import ScheduleOption
from neurosim.scenario.format.options.update_entries import (
    ClipOption,
    RatesOption,
    WeightDecayOption,
)
from neurosim.scenario.format.variant_entry import Variant
from neurosim.training.options import (
    Entry,
    Flag,
    Form,
    Made,
    NamesOf,
    OneOf,
    Plain,
    Real,
    Whole,
    option_fields,
    scenario_options,
)
from neurosim.training.validation.seeds import require_seeds

_SEEDS: Any = Annotated[
    Annotated[str, TEXT] | Annotated[tuple[Annotated[int, Field(ge=0)], ...], LIST],
    by_kind("first..last, or a list of seeds"),
]

_ENTRIES: dict[str, Any] = {
    "penalty": PenaltyOption,
    "clip": ClipOption,
    "weight_decay": WeightDecayOption,
    "rates": RatesOption,
    "schedule": ScheduleOption,
    "heads": HeadsOption,
    "class_weight": ClassWeightOption,
    "seeds": Annotated[tuple, MadeOf(lambda: _SEEDS, require_seeds)],
}


def _annotation(form: Form) -> Any:
    """What a scenario may write for an option of this form."""
    match form:
        case OneOf(table=VariantTable() as table):
            return Annotated[str, Variant(table)]
        case OneOf():
            return Annotated[str, Choice(form.kind, form.table)]
        case NamesOf():
            return tuple[Annotated[str, Choice(form.kind, form.table)], ...]
        case Entry():
            return _ENTRIES[form.kind] | None
        case Made():
            return Annotated[ScenarioEntry, Named(form.kind, form.table)]
        case Real():
            return Annotated[float, Field(ge=form.least, lt=form.below)]
        case Whole(none=None):
            return Annotated[int, Field(ge=form.least, le=form.most)]
        case Whole():
            return _whole_or_word(form)
        case Plain():
            return _plain(form)
    assert isinstance(form, Flag)
    return bool


def _plain(form: Plain) -> Any:
    """A record as a mapping of its options, or a value as it is."""
    if not dataclasses.is_dataclass(form.type):
        return Annotated[form.type, MadeOf(lambda: form.type, form.require)] | None

    def make(given: ScenarioEntry) -> Any:
        return form.require({name: getattr(given, name) for name in given.model_fields_set})

    record: Any = form.type
    return Annotated[form.type, MadeOf(lambda: record_entry(record), make)] | None


def _whole_or_word(form: Whole) -> Any:
    def kind_of(value: object) -> str | None:
        is_word = value == form.none
        is_number = isinstance(value, int | float)
        return tag_of("number") if is_number else tag_of("word") if is_word else None

    number = Annotated[int, Field(ge=form.least, le=form.most), NUMBER]
    told = Told(kind_of, WRONG_KIND, expected=f"{form.none}, or a whole number")
    return Annotated[Annotated[Literal[form.none], tag("word")] | number, told]


def _fields() -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name in scenario_options():
        option = option_fields()[name]
        form, meaning = option.metadata["form"], option.metadata["meaning"]
        default: Any = ... if option.default is MISSING else option.default
        if isinstance(form, Whole) and default is None:
            default = form.none
        fields[name] = (_annotation(form), Field(default, description=meaning))
    return fields


def _training_entry() -> Any:
    with PROCESS_STATE, warnings.catch_warnings():
        # BaseModel has a method of the name of a key, a deprecated one that nobody asks for
        warnings.filterwarnings("ignore", 'Field name "validate"', UserWarning)
        return create_model(
            "TrainingEntry",
            __base__=ScenarioEntry,
            __doc__="How the network learns from the data.",
            **_fields(),
        )


TrainingEntry: Any = _training_entry()
