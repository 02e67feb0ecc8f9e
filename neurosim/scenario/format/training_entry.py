"""The ``training:`` of a scenario: what is minimized, how, and for how long."""

from typing import Annotated, Literal

from pydantic import Field

from neurosim.functions.losses import LOSSES, REDUCTIONS
from neurosim.functions.optimizers import OPTIMIZERS
from neurosim.scenario.format.entry import NUMBER, WRONG_KIND, Choice, Entry, Named, Told, tag
from neurosim.scenario.format.penalty_entry import PenaltyOption
from neurosim.training.metrics import METRICS
from neurosim.training.task import PRECISIONS

Optimizer = Annotated[Entry, Named("optimizer", OPTIMIZERS)]


def _batch(value: object) -> str | None:
    return "<number>" if isinstance(value, int | float) else "<all>" if value == "all" else None


BatchSize = Annotated[
    Annotated[Literal["all"], tag("all")] | Annotated[int, Field(ge=1), NUMBER],
    Told(_batch, WRONG_KIND, expected="all, or a whole number"),
]


class TrainingEntry(Entry):
    """How the network learns from the data."""

    loss: Annotated[str, Choice("loss", LOSSES)] = "half_squared_error"
    """What is minimized, measured on each row."""
    reduction: Annotated[str, Choice("reduction", REDUCTIONS)] = "mean"
    """What is made of the rows' losses, and of their gradients."""
    optimizer: Optimizer
    """How a parameter moves, given its gradient."""
    epochs: Annotated[int, Field(ge=0, le=1_000_000_000)]
    """How many times all rows are gone through."""
    batch_size: BatchSize = "all"
    """The number of rows between two updates."""
    shuffle: bool = False
    """Whether the rows are shuffled (by the seed) before each epoch."""
    penalty: PenaltyOption | None = None
    """What large weights cost."""
    precision: Annotated[str, Choice("precision", PRECISIONS)] = "double"
    """double computes in float64, single in float32 (by the compiled engine only)."""
    metrics: tuple[Annotated[str, Choice("metric", METRICS)], ...] = ()
    """What is measured besides the loss after each epoch."""
