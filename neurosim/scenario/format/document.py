"""The scenario file as a whole: its keys, in their usual order."""

from functools import lru_cache
from typing import Annotated

from pydantic import AfterValidator, Field, WithJsonSchema

from neurosim.functions.initializers import INITIALIZERS
from neurosim.functions.optimizers import OPTIMIZERS
from neurosim.functions.penalties import PENALTIES
from neurosim.functions.schedules.shipped import SCHEDULES
from neurosim.scenario.format.data_entry import DataEntry
from neurosim.scenario.format.draw_entry import DrawEntry
from neurosim.scenario.format.entry import Choice, ScenarioEntry, mistake
from neurosim.scenario.format.expect_entry import ExpectEntry
from neurosim.scenario.format.network_entry import ConnectionEntry, InitialEntry, NetworkEntry
from neurosim.scenario.format.options.edit_entry import EditEntry
from neurosim.scenario.format.training_entry import TrainingEntry
from neurosim.training.engines.table import DEFAULT, ENGINES

VERSION = 1


def _require_version(number: int) -> int:
    if number != VERSION:
        raise mistake(f"unknown version of the format, got {number}; expected {VERSION}")
    return number


Version = Annotated[int, AfterValidator(_require_version), WithJsonSchema({"const": VERSION})]
Title = Annotated[str, Field(min_length=1)]


class Draft(ScenarioEntry):
    """A scenario with parts left out because they are wrong; what remains can still be checked."""

    neurosim: Version | None = None
    title: Title | None = None
    description: str | None = None
    """What there is to see, in as many words as it takes."""
    source: str | None = None
    """Where the numbers come from."""
    lesson: Annotated[str, Field(min_length=1)] | None = None
    """What is taught with it, in Markdown; `worksheet`, `page` and `debug` show it."""
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0
    """What everything random is drawn from: weights, data, shuffling."""
    engine: Annotated[str, Choice("engine", ENGINES)] = DEFAULT
    """graph: neuron by neuron; compiled: by matrices. The numbers are the same."""
    network: NetworkEntry | None = None
    data: DataEntry | None = None
    """The rows to learn from."""
    training: TrainingEntry | None = None
    """How the network learns."""
    edits: tuple[EditEntry | None, ...] = ()
    expect: tuple[ExpectEntry | None, ...] = ()
    draw: tuple[DrawEntry | None, ...] = ()


class Document(Draft):
    """A network, what it learns from, how, and what must come out."""

    neurosim: Version
    """The version of this format: 1."""
    title: Title
    """What this is, in a line."""
    network: NetworkEntry
    """Neurons and connections."""
    edits: tuple[EditEntry, ...] = ()
    """How the network is changed while it learns."""
    expect: tuple[ExpectEntry, ...] = ()
    """The numbers that must come out."""
    draw: tuple[DrawEntry, ...] = ()
    """Pictures and films, which `run --out DIR` writes into DIR."""


def document_now() -> type[Document]:
    """The entry of a whole file, as the tables are now: a name may have been registered."""
    _build((OPTIMIZERS.version, INITIALIZERS.version, PENALTIES.version, SCHEDULES.version))
    return Document


@lru_cache(maxsize=1)
def _build(versions: tuple[int, ...]) -> None:
    """Make the entries again that are made from tables; the sequence is from part to whole."""
    if any(versions):
        for entry in (ConnectionEntry, InitialEntry, NetworkEntry, TrainingEntry, Draft, Document):
            entry.model_rebuild(force=True)
