"""An initializer in a scenario: ``xavier``, or ``{uniform: [-1, 1]}``."""

from typing import Annotated, Any, Union

from pydantic import Field, create_model

from neurosim.functions.initializers import INITIALIZERS, Initializer, make_initializer
from neurosim.scenario.format.entry import (
    LIST,
    MAPPING,
    NUMBER,
    TEXT,
    Choice,
    MadeOf,
    OneKeyEntry,
    ScenarioEntry,
    by_kind,
    mistake,
)

_Numbers = Annotated[
    Annotated[float, NUMBER] | Annotated[tuple[float, ...], LIST],
    by_kind("a number or a list of numbers"),
]


def _fields() -> dict[str, Any]:
    """A key for each initializer that takes numbers."""
    return {
        name: (_Numbers, Field(default=None, description=_count(least, most)))
        for name, (_, least, most) in INITIALIZERS.items()
        if most
    }


def _count(least: int, most: int) -> str:
    return f"{least} number(s)" if least == most else f"{least} to {most} numbers"


def _form() -> Any:
    """A name alone where no numbers are needed, or one name with its numbers."""
    alone = [name for name, (_, least, _) in INITIALIZERS.items() if not least]
    doc = "An initializer with its numbers: {uniform: [low, high]}, {constant: value}."
    numbered: Any = create_model("Numbered", __base__=OneKeyEntry, __doc__=doc, **_fields())
    named = Annotated[str, Choice("initializer", alone), TEXT]
    kinds = by_kind("an initializer, such as xavier or {uniform: [-1, 1]}")
    return Annotated[Union[named, Annotated[numbered, MAPPING]], kinds]  # noqa: UP007


def _make(given: str | ScenarioEntry) -> Initializer:
    if isinstance(given, str):
        return make_initializer(given)
    numbered = given.model_dump(exclude_unset=True)
    if len(numbered) != 1:
        what = f"{len(numbered)} initializers in one entry"
        raise mistake(f"{what}; expected one, such as {{uniform: [-1, 1]}}")
    ((name, numbers),) = numbered.items()
    return make_initializer(name, *(numbers if isinstance(numbers, tuple) else (numbers,)))


Initial = Annotated[Initializer, MadeOf(_form, _make)]
