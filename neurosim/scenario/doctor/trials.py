"""Cures that are tried: whole trainings of a scenario, each with what a finding advises."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from neurosim.diagnosis import Finding
from neurosim.diagnosis.diagnose import case_of
from neurosim.errors import NeurosimError
from neurosim.scenario.build.scenario import load_to_diagnose
from neurosim.scenario.format.overrides import Overrides, listed
from neurosim.scenario.run.run import Run, start_run
from neurosim.training.metrics import SHIPPED

_ALONE = ("expect=[]", "draw=[]")  # what is judged, and drawn, has been


@dataclass(frozen=True, slots=True)
class TriedCure:
    """What a training came to.

    Attributes:
        finding: whose cure was tried; empty where nothing was changed.
        cure: the assignments.
        loss: at the end, over the training rows; None where it diverged.
        share: the loss as a share of that of the best answer which is the same for all rows: where
            a cure changes how the loss is measured, this can be compared.
        accuracy: over the training rows, where they have classes; else None.
        message: why it did not get there; else empty.
    """

    finding: str
    cure: tuple[str, ...]
    loss: float | None
    share: float | None
    accuracy: float | None = None
    message: str = ""

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        found = {name: getattr(self, name) for name in self.__slots__}
        return {**found, "cure": list(self.cure)}


def try_cures(
    path: str | Path, findings: Sequence[Finding], *, overrides: Overrides = ()
) -> Iterator[TriedCure]:
    """Train a scenario as it is, and with the cure of each finding, for as many epochs.

    Findings without a cure, and cures that an earlier finding had, are left out.
    """
    given = listed(overrides)
    yield _tried(path, "", (), given)
    done: set[tuple[str, ...]] = set()
    for finding in findings:
        if finding.cure and finding.cure not in done:
            done.add(finding.cure)
            yield _tried(path, finding.name, finding.cure, given)


def _tried(path: str | Path, name: str, cure: tuple[str, ...], given: Sequence[Any]) -> TriedCure:
    try:
        run = start_run(load_to_diagnose(path, overrides=[*given, *cure, *_ALONE]))
        result = run.result()
    except NeurosimError as error:  # a cure does not fit: it is listed, and the others are tried
        return TriedCure(name, cure, None, None, None, str(error))
    if result.status == "diverged" or result.loss.last is None:
        return TriedCure(name, cure, None, None, None, result.message)
    loss = result.loss.last if result.best_loss is None else result.best_loss
    assert run.training is not None
    return TriedCure(name, cure, loss, loss / case_of(run.training).constant_loss, _accuracy(run))


def _accuracy(run: Run) -> float | None:
    assert run.training is not None
    assert run.scenario is not None
    kind, training = run.scenario.task_kind, run.training
    if kind is None or not kind.n_classes:
        return None
    outputs = training.network.predict(training.task.X)
    return float(SHIPPED["accuracy"](outputs, training.task.T, task=kind))
