"""A diagnosis of the training so far: the way is gone once more, on a copy."""

from collections.abc import Callable
from contextlib import suppress

from neurosim.debugger.time.replay import twin_of
from neurosim.diagnosis import Diagnosis, diagnose
from neurosim.diagnosis.cures import KeyNames
from neurosim.errors import DivergedError
from neurosim.network.network import Network
from neurosim.training.state import TrainingState
from neurosim.training.task import Task
from neurosim.training.training import Training


def diagnosis_until(
    task: Task, start: TrainingState, epoch: int, key_names: Callable[[Network], KeyNames]
) -> Diagnosis:
    """Say why a training does not learn.

    Args:
        task: what is trained; nothing of it is changed.
        start: from where on it is looked at.
        epoch: up to the start of which; where that is not after ``start``, as it would go on.
        key_names: of a network, where a scenario has what a cure changes.
    """
    training = Training.of(twin_of(task), start, "compiled")
    if epoch > start.epoch:
        with suppress(DivergedError):  # the diagnosis says so
            training.watch(epoch - start.epoch)
    return diagnose(training, keys=key_names(training.network))
