"""An activation in a scenario: ``relu``, or with options ``{leaky_relu: {slope: 0.1}}``."""

from collections.abc import Mapping
from typing import Annotated, Any, Union

from pydantic import Field, create_model

from neurosim.errors import NeurosimError
from neurosim.functions.activations import ACTIVATIONS, SOFTMAX, ActivationOption
from neurosim.scenario.format.entry import (
    LIST,
    MAPPING,
    TEXT,
    Choice,
    MadeEntry,
    MadeOf,
    OneKeyEntry,
    ScenarioEntry,
    by_kind,
    mistake,
)


class ActivationChoice(Choice):
    """Marks the name of an activation, which may have options: ``leaky_relu(slope=0.1)``."""

    def _require(self, name: str) -> str:
        if not name.endswith(")"):
            return super()._require(name)
        try:
            return ACTIVATIONS.find(name).name
        except NeurosimError as error:
            raise mistake(str(error)) from None


def _entry() -> Any:
    """A key for each activation that has options."""
    fields: Any = {
        name: (_options(name, activation.options), Field(default=None, description=name))
        for name, activation in ACTIVATIONS.items()
        if activation.options
    }
    return create_model(
        "ActivationEntry", __base__=OneKeyEntry, __doc__="An activation with options.", **fields
    )


def _options(name: str, options: Mapping[str, ActivationOption]) -> Any:
    fields: Any = {key: (float, option.default) for key, option in options.items()}
    return create_model(f"{name}_options", __base__=MadeEntry, **fields)


def _make(given: ScenarioEntry) -> str:
    options = given.model_dump(exclude_unset=True)
    if len(options) != 1:
        got = " and ".join(options) or "nothing"
        raise mistake(f"got {got}; expected one activation with its options")
    return ACTIVATIONS.named(options, "activation").name


_WithOptions = Annotated[str, MadeOf(_entry, _make)]
_Names = Annotated[
    str,
    ActivationChoice("activation", ACTIVATIONS, softmax="it belongs to a layer, not to a neuron"),
]
_LayerNames = Annotated[str, ActivationChoice("activation", ACTIVATIONS, SOFTMAX)]
NeuronActivation = Annotated[
    Union[Annotated[_Names, TEXT], Annotated[_WithOptions, MAPPING]],  # noqa: UP007 - marked forms
    by_kind("an activation, or one with its options"),
]
LayerActivation = Annotated[
    Union[  # noqa: UP007 - marked forms
        Annotated[_LayerNames, TEXT],
        Annotated[_WithOptions, MAPPING],
        Annotated[Annotated[tuple[NeuronActivation, ...], Field(min_length=1)], LIST],
    ],
    by_kind("an activation, one with its options, or a list of them"),
]
