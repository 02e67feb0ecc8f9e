"""A schedule of the learning rate in a scenario: ``{cosine: {epochs: 40}}``, ``{list: [...]}``.

A schedule's options are those of its class; the one that it takes first may be given alone.
"""

import inspect
from typing import Annotated, Any, Union, get_origin

from pydantic import Field, create_model

from neurosim.functions.schedules.base import RateSchedule, require_schedule
from neurosim.functions.schedules.shipped import SCHEDULES
from neurosim.scenario.format.entry import (
    LIST,
    MAPPING,
    NUMBER,
    MadeOf,
    OneKeyEntry,
    ScenarioEntry,
    by_kind,
    described,
    mistake,
    options_taken,
)


def _entry() -> Any:
    """A key for each schedule of the table."""
    fields: Any = {
        name: (_form(name, kind), Field(default=None, description=described(kind)[""]))
        for name, kind in SCHEDULES.items()
    }
    words = "How the learning rate changes."
    return create_model("ScheduleEntry", __base__=OneKeyEntry, __doc__=words, **fields)


def _form(name: str, kind: Any) -> Any:
    """A mapping of its options; or the value of the first, where that is all it needs."""
    words = described(kind)
    options: Any = {
        option: (form, Field(default, description=words.get(option)))
        for option, form, default in options_taken(kind)
    }
    title = f"{name.title().replace('_', '')}RateSchedule"
    mapping: Any = create_model(title, __base__=ScenarioEntry, __doc__=words[""], **options)
    given = inspect.signature(kind).parameters.values()
    first = next((o for o in given if o.kind is o.POSITIONAL_OR_KEYWORD), None)
    if first is None or first.default is not first.empty:
        return mapping
    value: Any = first.annotation
    is_list = get_origin(value) is tuple
    tag, words_of_it = (LIST, "a list") if is_list else (NUMBER, "a number")
    forms = Union[Annotated[value, tag], Annotated[mapping, MAPPING]]  # noqa: UP007
    return Annotated[forms, by_kind(f"{words_of_it}, or a mapping of options")]


def _make(given: ScenarioEntry) -> RateSchedule | None:
    names = sorted(given.model_fields_set)
    if len(names) != 1:
        got = " and ".join(names) or "nothing"
        raise mistake(f"got {got}; expected one of {', '.join(SCHEDULES)}")
    value = getattr(given, names[0])
    if isinstance(value, ScenarioEntry):
        value = {option: getattr(value, option) for option in value.model_fields_set}
    return require_schedule({names[0]: value})


ScheduleOption = Annotated[RateSchedule, MadeOf(_entry, _make)]
