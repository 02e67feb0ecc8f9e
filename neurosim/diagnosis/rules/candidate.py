"""Candidates: facts that may explain why a training does not learn, with the cures to try."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from neurosim.diagnosis.cures import Cure
from neurosim.diagnosis.finding import Shown


@dataclass(frozen=True)
class Candidate:
    """A fact that is a finding where one of its cures takes away enough of the loss.

    Attributes:
        name: a key of `FINDINGS`.
        what: what is the matter.
        where: the neurons, layers, rows or epochs.
        why: why it keeps the network from learning.
        numbers: what was measured.
        cures: to be tried; the one that gains most is the finding's.
        needs: the gain that makes it a finding.
        is_certain: whether it is one without a trial, too.
        gain: of what is certain, how much of the loss it explains, at least.
    """

    name: str
    what: str
    where: str
    why: str
    numbers: Mapping[str, Shown] = field(default_factory=dict)
    cures: tuple[Cure, ...] = ()
    needs: float = 0.25
    is_certain: bool = False
    gain: float = 0.0
