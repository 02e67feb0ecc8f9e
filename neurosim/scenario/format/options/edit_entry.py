"""Edits of a training network in a scenario: ``edits: [{epoch: 100, prune: {keep: 0.5}}]``."""

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import Field, model_validator

from neurosim.functions.activations import ACTIVATIONS
from neurosim.functions.numbers import counted
from neurosim.network.network import Network
from neurosim.scenario.format.entry import LIST, NUMBER, TEXT, ScenarioEntry, by_kind, mistake
from neurosim.scenario.format.variant_entry import Variant

_Name = Annotated[str, Field(min_length=1)]
_Names = Annotated[
    Annotated[_Name, TEXT] | Annotated[Annotated[tuple[_Name, ...], Field(min_length=1)], LIST],
    by_kind("a name, or a list of names"),
]
_New = Annotated[
    Annotated[Annotated[int, Field(ge=1)], NUMBER]
    | Annotated[Annotated[tuple[_Name, ...], Field(min_length=1)], LIST],
    by_kind("how many neurons, or a list of names"),
]


class PruneEdit(ScenarioEntry):
    """Take out the connections of least magnitude."""

    below: Annotated[float, Field(ge=0)] | None = None
    """Those whose weight is nearer to 0."""
    keep: Annotated[float, Field(ge=0, le=1)] | None = None
    """All but this share of them."""
    among: _Names | None = None
    """Names or patterns, as of freeze; the whole network, if not given."""

    @model_validator(mode="after")
    def _require_one_rule(self) -> "PruneEdit":
        if (self.below is None) == (self.keep is None):
            got = "none of them" if self.keep is None else "both"
            raise mistake(f"got {got}; expected one of below, keep")
        return self


class SplitEdit(ScenarioEntry):
    """Put a new neuron into a connection."""

    source: _Name
    target: _Name
    new: _Name
    """The name of the neuron."""
    activation: Annotated[str, Variant(ACTIVATIONS)] = "identity"
    """Its activation; the network computes what it did with identity."""


class DuplicateEdit(ScenarioEntry):
    """Add a neuron like another, and halve the weights that lead out of both."""

    neuron: _Name
    new: _Name
    """The name of the twin."""


class GrowEdit(ScenarioEntry):
    """Add neurons to a hidden layer, wired as it is."""

    layer: _Name
    neurons: _New
    """How many, or their names."""


class RenameEdit(ScenarioEntry):
    """Give a neuron or layer another name."""

    name: _Name
    new: _Name


class ActivationEdit(ScenarioEntry):
    """Give a neuron or layer another activation."""

    of: _Name
    """The neuron, or the layer."""
    to: Annotated[str, Variant(ACTIVATIONS)]


class EditEntry(ScenarioEntry):
    """An edit of the network in the course of its training, which goes on after it."""

    epoch: Annotated[int, Field(ge=0)] = 0
    """After how many epochs; before what is expected or drawn of that moment."""
    prune: PruneEdit | None = None
    """Take out the connections of least magnitude."""
    split_connection: SplitEdit | None = None
    """Put a new neuron into a connection."""
    duplicate_neuron: DuplicateEdit | None = None
    """Add a neuron like another."""
    grow: GrowEdit | None = None
    """Add neurons to a hidden layer."""
    freeze: _Names | None = None
    """Keep parameters as they are: those of neurons, layers or patterns."""
    unfreeze: _Names | None = None
    """Let them learn again."""
    disable: _Name | None = None
    """Leave out a connection a->b, until it is enabled."""
    enable: _Name | None = None
    """Put a disabled connection back."""
    remove_neuron: _Name | None = None
    """Take a neuron out, and its connections."""
    remove_connection: _Name | None = None
    """Take a connection a->b out."""
    rename: RenameEdit | None = None
    """Give a neuron or layer another name."""
    activation: ActivationEdit | None = None
    """Give a neuron or layer another activation."""

    @model_validator(mode="after")
    def _require_one_edit(self) -> "EditEntry":
        given = [name for name in _EDITS if getattr(self, name) is not None]
        if len(given) != 1:
            got = ", ".join(given) or "none"
            raise mistake(f"one edit at a time, got {got}; expected one of {', '.join(_EDITS)}")
        for name in ("disable", "enable", "remove_connection"):
            if "->" not in (getattr(self, name) or "->"):
                raise mistake(f"{name}: got {getattr(self, name)!r:.80}; expected source->target")
        return self

    @property
    def kind(self) -> str:
        """The key that says what is done."""
        return next(name for name in _EDITS if getattr(self, name) is not None)

    def apply(self, network: Network) -> None:
        """Edit the network.

        Raises:
            NeurosimError: it cannot be edited so.
        """
        _EDITS[self.kind](network, getattr(self, self.kind))

    def __str__(self) -> str:
        """What is done, and when, in a line."""
        value = getattr(self, self.kind)
        given = value.model_dump(exclude_unset=True) if isinstance(value, ScenarioEntry) else value
        if isinstance(given, dict):
            given = ", ".join(f"{name} {_text(each)}" for name, each in given.items())
        when = f"after {counted(self.epoch, 'epoch')}" if self.epoch else "before training"
        return f"{when}: {self.kind} {_text(given)}"


def _text(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _pair(text: str) -> tuple[str, str]:
    source, _, target = text.partition("->")
    return source.strip(), target.strip()


def _all(names: str | tuple[str, ...]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else names


def _prune(network: Network, edit: PruneEdit) -> None:
    network.prune(below=edit.below, keep=edit.keep, among=edit.among)


def _split(network: Network, edit: SplitEdit) -> None:
    network.split_connection(edit.source, edit.target, new=edit.new, activation=edit.activation)


def _grow(network: Network, edit: GrowEdit) -> None:
    network.grow(edit.layer, edit.neurons)


def _activate(network: Network, edit: ActivationEdit) -> None:
    layers = {layer.name: layer for layer in network.layers}
    if edit.of in layers:
        layers[edit.of].activation = edit.to
    else:
        network[edit.of].activation = edit.to


_EDITS: dict[str, Callable[[Network, Any], object]] = {
    "prune": _prune,
    "split_connection": _split,
    "duplicate_neuron": lambda net, edit: net.duplicate_neuron(edit.neuron, new=edit.new),
    "grow": _grow,
    "freeze": lambda net, names: net.freeze(*_all(names)),
    "unfreeze": lambda net, names: net.unfreeze(*_all(names)),
    "disable": lambda net, text: net.disable(*_pair(text)),
    "enable": lambda net, text: net.enable(*_pair(text)),
    "remove_neuron": lambda net, name: net.remove_neuron(name),
    "remove_connection": lambda net, text: net.remove_connection(*_pair(text)),
    "rename": lambda net, edit: net.rename(edit.name, edit.new),
    "activation": _activate,
}
