"""Checks of ``edits:``: each is tried on a copy of the network, one after the other.

What a pruning takes out depends on the weights of that moment, so that connections stay there here.
"""

from typing import NamedTuple

from neurosim.errors import NeurosimError
from neurosim.scenario.build.network import Built
from neurosim.scenario.format.node import Problem
from neurosim.scenario.format.options.edit_entry import EditEntry
from neurosim.scenario.format.read import Reading


class Stages(NamedTuple):
    """The network after the edits of each epoch, as far as they can be made."""

    found: tuple[tuple[int, Built], ...]
    problems: list[Problem]

    def at(self, epoch: int | None) -> Built | None:
        """The network after so many epochs; None: at the end."""
        reached = [built for first, built in self.found if epoch is None or first <= epoch]
        return reached[-1] if reached else None


def in_order(edits: tuple[EditEntry | None, ...]) -> list[tuple[int, EditEntry]]:
    """The edits with their numbers, in the order in which they are made."""
    numbered = [(i, edit) for i, edit in enumerate(edits) if edit is not None]
    return sorted(numbered, key=lambda pair: pair[1].epoch)


def find_stages(reading: Reading, built: Built | None) -> Stages:
    """Make the edits on copies of the network, and say which cannot be made."""
    if built is None:
        return Stages((), [])
    problems = list(_misplaced(reading))
    stages = [(0, built)]
    if not built.is_wired:
        return Stages(tuple(stages), problems)
    for number, edit in in_order(reading.draft.edits):
        network = stages[-1][1].network.copy()
        try:
            if edit.prune is None:
                edit.apply(network)
            elif edit.prune.among is not None:
                network.freeze(*([edit.prune.among] if isinstance(edit.prune.among, str)
                                 else edit.prune.among))  # fmt: skip
                continue  # the names are known
        except (NeurosimError, KeyError) as error:
            problems.append(reading.problem(("edits", number, edit.kind), str(error)))
            continue
        stages.append((edit.epoch, built._replace(network=network)))
    return Stages(tuple(stages), problems)


def _misplaced(reading: Reading) -> list[Problem]:
    """Edits beside no training, after its end, or beside trainings that would go without."""
    found = []
    training = reading.draft.training
    for number, edit in in_order(reading.draft.edits):
        place = ("edits", number)
        if training is None:
            if not reading.has("training"):
                message = "is in a training, and there is none; expected training too"
                found.append(reading.problem(place, message))
            continue
        if edit.epoch > training.epochs:
            message = f"later than the end, got {edit.epoch}; expected at most {training.epochs}"
            found.append(reading.problem((*place, "epoch"), message))
        for name in ("validate", "seeds"):
            if getattr(training, name) is not None:
                message = f"got edits beside training: {name}, which trains without them; expected"
                found.append(reading.problem(place, f"{message} one of the two"))
    return found
