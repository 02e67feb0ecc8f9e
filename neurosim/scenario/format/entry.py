"""The base of all entries of a scenario, and the small types they are made of.

An entry is a mapping with known keys: strict (a text is no number; a whole number is allowed where
a number is meant), closed (an unknown key is an error) and frozen. Entries are the one definition
of the format: they check a file, and the JSON Schema that editors use is generated from them.

Where a value may take one of several forms, the form has a *tag*, chosen by a look at the
value: by its kind (`by_kind`), by its ``name`` (`by_name`), or by which key it has (`by_key`). So
a mistake inside of one form is reported for that form only.
"""

import ast
import dataclasses
import inspect
import sys
from collections.abc import Callable, Collection, Mapping
from functools import cache, reduce
from itertools import pairwise
from operator import or_
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    Tag,
    ValidationInfo,
    create_model,
    model_validator,
)
from pydantic_core import PydanticCustomError, core_schema

from neurosim.errors import NeurosimError, guess

WRONG_KIND = "neurosim_kind"  # the value is of none of the kinds; the context says which they are
WRONG_NAME = "neurosim_name"  # the entry's ``name`` is missing or unknown
WRONG_KEYS = "neurosim_keys"  # none, or more than one, of the keys that decide the form
MISTAKE = "neurosim_mistake"  # found by a check of ours; the context holds the whole message


class ScenarioEntry(BaseModel):
    """A mapping with known keys."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        frozen=True,
        allow_inf_nan=False,
    )

    @model_validator(mode="before")
    @classmethod
    def _take_note(cls, value: Any, info: ValidationInfo) -> Any:
        """Tell who asks, by the context, which entry checks this mapping: it knows the keys."""
        if isinstance(info.context, dict):
            info.context[id(value)] = cls
        return value

    @classmethod
    def __get_pydantic_json_schema__(cls, core: Any, handler: GetJsonSchemaHandler) -> Any:
        """The schema with the text below each field as its description.

        pydantic would read all sources for these when the classes are made, which takes a second
        of every start of a program that reads scenarios; only the schema wants them.
        """
        generated = handler(core)
        properties = handler.resolve_ref_schema(generated).get("properties", {})
        for name, text in field_texts(cls).items():
            key = cls.model_fields[name].alias or name
            properties[key].setdefault("description", text)
        return generated


class OneKeyEntry(ScenarioEntry):
    """A name with its value: {uniform: [-1, 1]}, {l2: 0.1}."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})


def field_texts(entry: type[BaseModel]) -> dict[str, str]:
    """The text below each field of the class and of its bases, by the field's name."""
    found: dict[str, str] = {}
    for kind in reversed(entry.__mro__):
        if issubclass(kind, ScenarioEntry):  # one that is made from a table has no source
            found |= _texts_of_module(kind.__module__).get(kind.__name__, {})
    return found


@cache
def _texts_of_module(name: str) -> dict[str, dict[str, str]]:
    """The texts below the fields of each class in the source of a module."""
    tree = ast.parse(inspect.getsource(sys.modules[name]))
    return {part.name: _texts_below(part) for part in tree.body if isinstance(part, ast.ClassDef)}


def _texts_below(defined: ast.ClassDef) -> dict[str, str]:
    return {
        field.target.id: inspect.cleandoc(below.value.value)
        for field, below in pairwise(defined.body)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant)
        if isinstance(below.value.value, str)
    }


def mistake(message: str) -> PydanticCustomError:
    """The error that a check of ours raises inside of pydantic; its message reaches the user."""
    return PydanticCustomError(MISTAKE, "{message}", {"message": message})


class Choice:
    """Marks a text that must be one of the known names: ``Annotated[str, Choice("loss", LOSSES)]``.

    Args:
        kind: what is named, such as "loss".
        known: the names; a table is asked when a text is checked.
        also: names besides those.
        hint: what to say of another name, such as one that is known elsewhere.
    """

    def __init__(self, kind: str, known: Collection[str], *also: str, **hint: str) -> None:
        self.kind, self._known, self._also, self.hint = kind, known, also, hint

    @property
    def names(self) -> list[str]:
        """All names that are known now."""
        return [*self._known, *self._also]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> Any:
        """Check the text, then the name."""
        return core_schema.no_info_after_validator_function(self._require, handler(source))

    def __get_pydantic_json_schema__(self, _: Any, __: Any) -> dict[str, Any]:
        """The names, for editors to offer."""
        return {"enum": list(self.names)}

    def _require(self, name: str) -> str:
        if name not in self.names:
            if name in self.hint:
                raise mistake(f"{self.hint[name]}, got {name!r}")
            expected = f"expected one of {', '.join(self.names)}{guess(name, self.names)}"
            raise mistake(f"unknown {self.kind}, got {name!r}; {expected}")
        return name


def tag_of(name: str) -> str:
    """The text of a form's tag; no key of a scenario has its first character, nor any like it."""
    return f"\0{name}"


def tag(name: str) -> Tag:
    """The tag of a form."""
    return Tag(tag_of(name))


def is_tag(step: object) -> bool:
    """Whether a step of one of pydantic's locations is a tag of ours."""
    return isinstance(step, str) and step.startswith("\0")


FLAG, NUMBER, TEXT = tag("bool"), tag("number"), tag("str")
LIST, MAPPING = tag("tuple"), tag("dict")


class Told:
    """Marks a union whose forms are told apart by a look at the value (as `Discriminator` does).

    That mark cannot be used inside of another union, because its context makes it unhashable.
    """

    def __init__(self, look: Callable[[Any], str | None], error: str, **context: str) -> None:
        self.mark = Discriminator(look, error, error, {**context})

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> Any:
        """The union, told apart."""
        return handler.generate_schema(Annotated[source, self.mark])


def by_kind(expected: str) -> Told:
    """Tell the forms apart by what kind of value it is.

    Args:
        expected: the kinds in words.
    """
    return Told(_kind, WRONG_KIND, expected=expected)


def _kind(value: object) -> str:
    name = type(value).__name__
    return tag_of("number" if name in ("int", "float") else name)


def by_key(kind: str, forms: Mapping[str, str]) -> Told:
    """Tell the forms apart by the one key that the entry has.

    Args:
        kind: what the key is in messages, such as "subject".
        forms: each telling key with the name of its form; a form may be told by several keys.
    """

    def look(value: object) -> str | None:
        told = {forms[key] for key in value if key in forms} if isinstance(value, dict) else set()
        return tag_of(told.pop()) if len(told) == 1 else None

    return Told(look, WRONG_KEYS, kind=kind, keys=" ".join(forms))


class Named:
    """Marks an entry that names something of a table and gives its options.

    The options are the maker's: the fields of a dataclass, or the keyword-only parameters of a
    function, with their types and defaults. So what is added to the table can be written in a
    scenario at once.

    Args:
        kind: what is named, such as "optimizer".
        makers: the table; the options' descriptions come from the "Args:" of its docstrings.
    """

    def __init__(self, kind: str, makers: Mapping[str, Callable[..., Any]]) -> None:
        self._kind, self._makers = kind, makers

    def __get_pydantic_core_schema__(self, _: Any, handler: GetCoreSchemaHandler) -> Any:
        """Any of the entries, told apart by their name."""
        told = Told(_name, WRONG_NAME, kind=self._kind, names=" ".join(self._makers))
        forms = (
            Annotated[_named_entry(name, maker), tag(name)] for name, maker in self._makers.items()
        )
        return handler.generate_schema(Annotated[reduce(or_, forms), told])


class MadeOf:
    """Marks a value that is made from an entry: ``Annotated[Penalty, MadeOf(_form, _make)]``.

    Args:
        form: the type of the entry; it is asked again when tables have changed.
        make: makes the value; its errors are reported at the entry.
    """

    def __init__(self, form: Callable[[], Any], make: Callable[[Any], Any]) -> None:
        self._form, self._make = form, make

    def __get_pydantic_core_schema__(self, _: Any, handler: GetCoreSchemaHandler) -> Any:
        """Check the entry, then make the value."""
        entry = handler.generate_schema(self._form())
        return core_schema.no_info_after_validator_function(self._made, entry)

    def _made(self, given: Any) -> Any:
        try:
            return self._make(given)
        except NeurosimError as error:
            raise mistake(str(error)) from None


def options_of(entry: ScenarioEntry) -> tuple[str, dict[str, Any]]:
    """The name that a named entry gives, and the options: all of them, defaults too."""
    options = entry.model_dump()
    return options.pop("name"), options


def _name(value: object) -> str | None:
    name = value.get("name") if isinstance(value, dict) else None
    return tag_of(name) if isinstance(name, str) else None


def _named_entry(name: str, maker: Callable[..., Any]) -> type[ScenarioEntry]:
    words = described(maker)
    fields: dict[str, Any] = {
        option: (kind, Field(default, description=words.get(option)))
        for option, kind, default in options_taken(maker)
    }
    fields["name"] = (Literal[name], Field(description=words[""]))
    order = ["name", *(option for option in fields if option != "name")]
    return create_model(
        name.title().replace("_", ""),
        __base__=ScenarioEntry,
        __doc__=words[""],
        **{option: fields[option] for option in order},
    )


def record_entry(record: type) -> type[ScenarioEntry]:
    """An entry with the fields of a record: its options, described by its docstring."""
    words = described(record)
    fields: dict[str, Any] = {
        name: (kind, Field(default, description=words.get(name)))
        for name, kind, default in options_taken(record)
    }
    return create_model(
        f"{record.__name__}Entry", __base__=ScenarioEntry, __doc__=words[""], **fields
    )


def options_taken(maker: Callable[..., Any]) -> list[tuple[str, Any, Any]]:
    """The name, the type and the default (``...``: none) of each option."""
    return [
        (option.name, option.annotation, ... if option.default is option.empty else option.default)
        for option in inspect.signature(maker).parameters.values()
        if dataclasses.is_dataclass(maker) or option.kind is option.KEYWORD_ONLY
    ]


def described(maker: Callable[..., Any]) -> dict[str, str]:
    """The first line of the docstring (under ""), and the words for each of its "Args:"."""
    text = inspect.getdoc(maker) or ""
    words = {"": text.partition("\n")[0]}
    _, _, arguments = text.partition("Args:\n")
    for line in arguments.partition("\n\n")[0].splitlines():
        name, colon, description = line.strip().partition(": ")
        if colon and line.startswith("    ") and not line.startswith("     "):
            words[name] = description
    return words
