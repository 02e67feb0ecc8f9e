"""The edits of a scenario in the course of its training."""

from collections.abc import Iterable

from neurosim.errors import NeurosimError
from neurosim.scenario.build.check_edits import in_order
from neurosim.scenario.format.options.edit_entry import EditEntry
from neurosim.training.training import Training


def edited(training: Training, edits: tuple[EditEntry, ...], done: int) -> Training:
    """The training after the edits that are due when so many epochs are done.

    Raises:
        NeurosimError: one of them cannot be made; says which.
    """
    for number, edit in in_order(edits):
        if edit.epoch == done:
            try:
                training = training.after(edit.apply)
            except NeurosimError as error:
                raise type(error)(f"edits[{number}]: {error}") from None
    return training


def train_with_edits(training: Training, edits: tuple[EditEntry, ...], epochs: int) -> Training:
    """Advance by so many epochs from the start, edits among them."""
    training = edited(training, edits, 0)
    for stop in due(edits, epochs):
        training.advance(epochs=stop - training.state.epoch)
        if training.state.epoch < stop:  # it has stopped early
            break
        training = edited(training, edits, stop)
    return training


def due(edits: Iterable[EditEntry], epochs: int) -> list[int]:
    """The numbers of epochs done at which a training is edited, behind 0, and its end."""
    return sorted({epochs, *(edit.epoch for edit in edits if 0 < edit.epoch < epochs)})
