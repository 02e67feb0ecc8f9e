"""The position in a training: between two steps, before the next one."""

from dataclasses import dataclass

GRAINS = ("step", "neuron", "layer", "phase", "sample", "batch", "epoch")


@dataclass(frozen=True, slots=True)
class Position:
    """Between two steps of a training.

    Attributes:
        epoch: from 0.
        batch: of the epoch, from 0.
        sample: which of the epoch's samples, in the order in which they are taken, from 0.
        row: which row of X that is; another number where the rows are shuffled.
        phase: one of ``PHASES``, that of the coming step.
        step: how many steps of this sample are done; the update counts on after the last sample
            of its batch.
        n_steps: how many there are.
        n_batches: in an epoch.
        batch_size: rows in a batch (the last may have fewer).
    """

    epoch: int
    batch: int
    sample: int
    row: int
    phase: str
    step: int
    n_steps: int
    n_batches: int
    batch_size: int

    @property
    def sample_text(self) -> str:
        """Which sample it is, in words."""
        has_batch = (
            self.n_batches > 1 and self.batch_size > 1
        )  # else it is the sample, or the epoch
        batch = f", batch {self.batch}" if has_batch else ""
        row = "" if self.row == self.sample else f" (row {self.row})"
        return f"epoch {self.epoch}{batch}, sample {self.sample}{row}"

    def __str__(self) -> str:
        return f"{self.sample_text}, {self.phase}, step {self.step} of {self.n_steps}"
