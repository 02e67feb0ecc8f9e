"""Findings: the reasons why a training does not learn, each with its numbers and its cure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Shown = float | int | str | None

FINDINGS = {
    "not_a_probability": "Cross-entropy is measured on an output that is no probability.",
    "unreachable_target": "A target lies where the activation of its output never comes.",
    "unused_output": "No input reaches an output.",
    "contradicting_rows": "Rows with equal inputs have different targets.",
    "unscaled_inputs": "Inputs are far from the numbers around 0 that a network learns from.",
    "twin_units": "Hidden neurons with equal weights in and out say the same, and always will.",
    "exploding_gradient": "The gradient of the first layers is very large.",
    "vanishing_gradient": "The gradient of the first layers is nearly nothing.",
    "rate_small": "An update hardly changes a weight.",
    "dead_units": "Hidden neurons are 0 with slope 0 on every row, so they learn nothing.",
    "saturated_units": "Neurons are where their activation is flat, on most rows.",
    "loss_rises": "The loss ends far above the least it had, or diverges.",
    "loss_swings": "Each epoch takes back what the last one did.",
    "rate_large": "An update changes the weights by a large part of what they are.",
    "rare_class": "A class of few rows is hardly ever the answer.",
    "validation_turned": "The validation loss has turned, while the loss goes on to fall.",
    "duplicate_input": "Two inputs are the same on every row.",
    "constant_input": "An input is the same on every row.",
    "too_few_units": "The network is too small for the task.",
    "majority_answer": "The answer is the same class for every row.",
    "loss_flat": "The loss does not move.",
}  # causes before what follows from them: of findings whose cures gain alike, the first comes first


@dataclass(frozen=True, slots=True)
class Finding:
    """A reason why a training does not learn.

    Attributes:
        name: a key of `FINDINGS`.
        what: what is the matter, in a sentence.
        where: the neurons, layers, rows or epochs.
        why: why it keeps the network from learning, in a sentence.
        numbers: what was measured, by name.
        cure: assignments to keys of a scenario, as ``--set`` takes them; empty where none is
            known, and ``why`` says what to look at.
        gain: how much of the loss the cure took away in a short replay, up to 1; None: not tried.
    """

    name: str
    what: str
    where: str
    why: str
    numbers: Mapping[str, Shown] = field(default_factory=dict)
    cure: tuple[str, ...] = ()
    gain: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it: without the gain, of which only the order depends."""
        return {
            "name": self.name,
            "what": self.what,
            "where": self.where,
            "why": self.why,
            "numbers": dict(self.numbers),
            "cure": list(self.cure),
        }

    def __str__(self) -> str:
        cure = "".join(f"\n    --set {_quoted(assignment)}" for assignment in self.cure)
        return f"{self.name}: {self.what}\n  {self.why}{cure}"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The findings of a training, the one whose cure gains most first.

    Attributes:
        findings: in this order.
        n_epochs: how many were looked at; of a training that has not begun, those of a copy.

    >>> print(Diagnosis(()))
    nothing found
    """

    findings: tuple[Finding, ...]
    n_epochs: int = 0

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return {"findings": [finding.to_dict() for finding in self.findings]}

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __len__(self) -> int:
        return len(self.findings)

    def __getitem__(self, number: int) -> Finding:
        return self.findings[number]

    def __str__(self) -> str:
        numbered = enumerate(self.findings, 1)
        return "\n".join(f"{number}. {finding}" for number, finding in numbered) or "nothing found"

    def __repr__(self) -> str:
        names = ", ".join(finding.name for finding in self.findings)
        return f"<diagnosis: {names or 'nothing found'}>"


def _quoted(assignment: str) -> str:
    """An assignment as a shell takes it."""
    return f"'{assignment}'" if set(assignment) & set(" {}[]*?&;|<>()$") else assignment
