"""An initializer in a scenario: ``xavier``, or ``{uniform: [-1, 1]}``."""

from typing import Annotated, Any, Union

from pydantic import ConfigDict, Field, GetCoreSchemaHandler, create_model
from pydantic_core import core_schema

from neurosim.errors import NeurosimError
from neurosim.functions.initializers import INITIALIZERS, Initializer, make_initializer
from neurosim.scenario.format.entry import (
    LIST,
    MAPPING,
    NUMBER,
    TEXT,
    Choice,
    MadeEntry,
    ScenarioEntry,
    by_kind,
    mistake,
)

_Numbers = Annotated[
    Annotated[float, NUMBER] | Annotated[tuple[float, ...], LIST],
    by_kind("a number or a list of numbers"),
]


class _Numbered(MadeEntry):
    """An initializer with its numbers: {uniform: [low, high]}, {constant: value}."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})


def _fields() -> dict[str, Any]:
    """A key for each initializer that takes numbers."""
    return {
        name: (_Numbers, Field(default=None, description=_count(least, most)))
        for name, (_, least, most) in INITIALIZERS.items()
        if most
    }


def _count(least: int, most: int) -> str:
    return f"{least} number(s)" if least == most else f"{least} to {most} numbers"


class Initializers:
    """Marks an initializer, and makes it: ``Annotated[Initializer, Initializers()]``."""

    def __get_pydantic_core_schema__(self, _: Any, handler: GetCoreSchemaHandler) -> Any:
        """A name alone where no numbers are needed, or one name with its numbers."""
        alone = [name for name, (_, least, _) in INITIALIZERS.items() if not least]
        numbered: Any = create_model(
            "Numbered", __base__=_Numbered, __doc__=_Numbered.__doc__, **_fields()
        )
        named = Annotated[str, Choice("initializer", alone), TEXT]
        told = by_kind("an initializer, such as xavier or {uniform: [-1, 1]}")
        forms = Annotated[Union[named, Annotated[numbered, MAPPING]], told]  # noqa: UP007
        return core_schema.no_info_after_validator_function(_make, handler.generate_schema(forms))


def _make(given: str | ScenarioEntry) -> Initializer:
    if isinstance(given, str):
        return _initializer(given)
    numbered = given.model_dump(exclude_unset=True)
    if len(numbered) != 1:
        what = f"{len(numbered)} initializers in one entry"
        raise mistake(f"{what}; expected one, such as {{uniform: [-1, 1]}}")
    ((name, numbers),) = numbered.items()
    return _initializer(name, *(numbers if isinstance(numbers, tuple) else (numbers,)))


def _initializer(name: str, *numbers: float) -> Initializer:
    try:
        return make_initializer(name, *numbers)
    except NeurosimError as error:
        raise mistake(str(error)) from None


Initial = Annotated[Initializer, Initializers()]
