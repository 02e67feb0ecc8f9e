"""Penalties in a scenario: ``{l2: 0.1}``, names with numbers (or options), and what they are on."""

import inspect
from typing import Annotated, Any, Union

from pydantic import Field, create_model

from neurosim.functions.penalties import PENALTIES, Penalty, require_penalty
from neurosim.scenario.format.entry import (
    LIST,
    MAPPING,
    NUMBER,
    MadeOf,
    ScenarioEntry,
    by_kind,
    mistake,
)
from neurosim.scenario.format.options.update_entries import OnOption

_Strength = Annotated[float, Field(ge=0)]


def _entry() -> Any:
    """A key for each penalty of the table, and those of all together."""
    fields: Any = {
        name: (_form(name, kind), Field(default=None, description=_first_line(kind)))
        for name, kind in PENALTIES.items()
    }
    fields["max_norm"] = (
        Annotated[float, Field(gt=0)] | None,
        Field(default=None, description="The most length of the weights into a neuron."),
    )
    fields["on"] = (
        OnOption,
        Field(
            default="weights",
            description="Which parameters: weights, biases, all, or names of layers, neurons and"
            " connections.",
        ),
    )
    return create_model(
        "PenaltyEntry", __base__=ScenarioEntry, __doc__="What large weights cost.", **fields
    )


def _form(name: str, kind: Any) -> Any:
    """A number where that is all the penalty takes, else also a mapping of its options."""
    options = list(inspect.signature(kind).parameters.values())
    if len(options) == 1:
        return _Strength
    fields: Any = {
        option.name: (_Strength, ... if option.default is option.empty else option.default)
        for option in options
    }
    mapping: Any = create_model(f"{name}_options", __base__=ScenarioEntry, **fields)
    if sum(option.default is option.empty for option in options) > 1:
        return mapping
    forms = Union[Annotated[_Strength, NUMBER], Annotated[mapping, MAPPING]]  # noqa: UP007
    return Annotated[forms, by_kind("a number, or a mapping of options")]


def _first_line(kind: Any) -> str:
    return (inspect.getdoc(kind) or "").partition("\n")[0]


def _make(given: ScenarioEntry) -> Penalty | None:
    given_ones = ((name, getattr(given, name)) for name in sorted(given.model_fields_set))
    options = {
        name: value.model_dump(exclude_unset=True) if isinstance(value, ScenarioEntry) else value
        for name, value in given_ones
    }
    if not options:
        raise mistake(f"got nothing; expected some of {', '.join(PENALTIES)}, max_norm")
    return require_penalty(options)


def _forms() -> Any:
    one = _entry()
    each = Annotated[Penalty, MadeOf(lambda: one, _make)]
    several = Annotated[tuple[each, ...], Field(min_length=1)]
    return Annotated[
        Annotated[one, MAPPING] | Annotated[several, LIST],
        by_kind("a mapping, or a list of such"),
    ]


def _make_all(given: Any) -> Penalty | None:
    return require_penalty(given) if isinstance(given, tuple) else _make(given)


PenaltyOption = Annotated[Penalty, MadeOf(_forms, _make_all)]
