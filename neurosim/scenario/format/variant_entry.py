"""A function in a scenario: its name, or with options ``{leaky_relu: {slope: 0.1}}``."""

from collections.abc import Mapping
from typing import Annotated, Any, Union

from pydantic import Field, GetCoreSchemaHandler, create_model

from neurosim.errors import NeurosimError
from neurosim.functions.variants import FunctionOption, VariantTable
from neurosim.scenario.format.entry import (
    LIST,
    MAPPING,
    TEXT,
    Choice,
    MadeOf,
    OneKeyEntry,
    ScenarioEntry,
    by_kind,
    mistake,
)


class _Name(Choice):
    """Marks the name of a function, which may have options: ``leaky_relu(slope=0.1)``."""

    def __init__(self, table: VariantTable[Any], *also: str, **hint: str) -> None:
        super().__init__(table.kind, table, *also, **hint)
        self._table = table

    def _require(self, name: str) -> str:
        if not name.endswith(")"):
            return super()._require(name)
        try:
            found: str = self._table.find(name).name
        except NeurosimError as error:
            raise mistake(str(error)) from None
        return found


class Variant:
    """Marks a function of a table: ``Annotated[str, Variant(LOSSES)]``, a name or a mapping.

    Args:
        table: where it is looked up; `Choice` says what ``also`` and ``hint`` are.
    """

    def __init__(self, table: VariantTable[Any], *also: str, **hint: str) -> None:
        self._table, self._also, self._hint = table, also, hint

    def __get_pydantic_core_schema__(self, _: Any, handler: GetCoreSchemaHandler) -> Any:
        """Check whichever form it has."""
        return handler.generate_schema(
            Annotated[
                Union[self._forms()],  # noqa: UP007 - marked forms
                by_kind(f"{_kind(self._table)}, or one with its options"),
            ]
        )

    def _forms(self) -> tuple[Any, ...]:
        table = self._table
        with_options = MadeOf(lambda: _entry(table), lambda given: _made(table, given))
        name = Annotated[str, _Name(table, *self._also, **self._hint)]
        return Annotated[name, TEXT], Annotated[Annotated[str, with_options], MAPPING]


class Variants(Variant):
    """Marks a function of a table, as `Variant`, or a list of them: one for each neuron."""

    def _forms(self) -> tuple[Any, ...]:
        one = Annotated[str, Variant(self._table, **self._hint)]
        return *super()._forms(), Annotated[Annotated[tuple[one, ...], Field(min_length=1)], LIST]


def _kind(table: VariantTable[Any]) -> str:
    return f"{'an' if table.kind[0] in 'aeiou' else 'a'} {table.kind}"


def _entry(table: VariantTable[Any]) -> Any:
    """A key for each function that has options."""
    fields: Any = {
        name: (_options(name, entry.options), Field(default=None, description=name))
        for name, entry in table.items()
        if entry.options
    }
    return create_model(
        f"{table.kind.title()}Entry",
        __base__=OneKeyEntry,
        __doc__=f"{_kind(table).capitalize()} with options.",
        **fields,
    )


def _options(name: str, options: Mapping[str, FunctionOption]) -> Any:
    fields: Any = {key: (float, option.default) for key, option in options.items()}
    return create_model(f"{name}_options", __base__=ScenarioEntry, **fields)


def _made(table: VariantTable[Any], given: ScenarioEntry) -> str:
    options = given.model_dump(exclude_unset=True)
    if len(options) != 1:
        got = " and ".join(options) or "nothing"
        raise mistake(f"got {got}; expected one {table.kind} with its options")
    found: str = table.named(options, table.kind).name
    return found
