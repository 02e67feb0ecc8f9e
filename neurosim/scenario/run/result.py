"""The result of a run: a frozen record, and the same as data for JSON."""

import itertools
import math
import os
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias

from neurosim.compiler.threads import blas_facts, pinned_kernels
from neurosim.diagnosis import Finding
from neurosim.functions.numbers import Matrix, short
from neurosim.network.network import Network
from neurosim.scenario.run.expect import Verdict
from neurosim.training.metrics import SHIPPED
from neurosim.training.parts import measured_on, measured_words
from neurosim.training.task_kind import TaskKind
from neurosim.training.validation.cross_validation import CrossValidation
from neurosim.training.validation.seeds import SeedRuns

_FAR_ABOVE = 10.0  # times the loss before training: more than the noise of batches explains

Status: TypeAlias = Literal["passed", "failed", "skipped", "diverged", "interrupted"]


class Losses(NamedTuple):
    """The loss over the training rows before and after the training; None where there are none."""

    first: float | None
    last: float | None


class NamedParameters(NamedTuple):
    """Every weight by ``"a->b"`` and every bias by its neuron's name."""

    weights: Mapping[str, float]
    biases: Mapping[str, float]


class TableRow(NamedTuple):
    """One row of the table: inputs, targets (None where there are none) and outputs."""

    inputs: tuple[float, ...]
    targets: tuple[float, ...] | None
    outputs: tuple[float, ...]


class EpochRecord(NamedTuple):
    """What was measured in one epoch; the numbers are those of `neurosim.Epoch`.

    ``seconds`` is the mean over the epochs of a stretch. Both norms are None but with ``norms``.
    """

    epoch: int
    loss: float
    validation_loss: float | None
    metrics: Mapping[str, float]
    rate: float
    seconds: float
    gradient_norm: float | None = None
    update_ratio: float | None = None

    @property
    def on(self) -> str:
        """The part of the rows that the metrics were measured on."""
        return measured_on(has_validation=self.validation_loss is not None)

    @property
    def words(self) -> str:
        """What was measured besides the training loss, in words; empty where nothing was."""
        return ", ".join(measured_words(self.validation_loss, self.metrics))

    def to_dict(self) -> dict[str, Any]:
        """The record as data for JSON."""
        found = {**self._asdict(), **({"on": self.on} if self.metrics else {})}
        if self.gradient_norm is None:
            del found["gradient_norm"], found["update_ratio"]
        return jsonable(found)


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """Epochs that were gone through at once.

    Their records are made when somebody asks for them: there may be millions, and making them
    takes longer than training a small network does.

    Attributes:
        first: the number of the first epoch.
        loss: one number an epoch.
        validation_loss: the same, or empty.
        metrics: the same by name.
        rate: the learning rate, of each epoch that of its last update.
        seconds: how long an epoch took, on average.
        gradient_norm: as in `neurosim.Epoch`, or empty.
        update_ratio: likewise.
    """

    first: int
    loss: Sequence[float]
    validation_loss: Sequence[float]
    metrics: Mapping[str, Sequence[float]]
    rate: Sequence[float]
    seconds: float
    gradient_norm: Sequence[float] = ()
    update_ratio: Sequence[float] = ()

    def __len__(self) -> int:
        """The number of epochs."""
        return len(self.loss)

    def __repr__(self) -> str:
        """Which epochs they are: there may be thousands."""
        return f"<epochs {self.first} to {self.first + len(self) - 1}>"

    def __iter__(self) -> Iterator[EpochRecord]:
        """A record for each epoch."""
        for index, loss in enumerate(self.loss):
            yield EpochRecord(
                self.first + index,
                loss,
                self.validation_loss[index] if self.validation_loss else None,
                {name: values[index] for name, values in self.metrics.items()},
                self.rate[index],
                self.seconds,
                self.gradient_norm[index] if self.gradient_norm else None,
                self.update_ratio[index] if self.update_ratio else None,
            )


@dataclass(frozen=True, slots=True, eq=False)
class RunResult:
    """What came out of running a scenario.

    Attributes:
        title: the scenario's title.
        path: its file.
        status: ``passed``, or ``failed`` (an expectation), ``diverged`` (a number was not finite),
            ``skipped`` (a package is not installed), ``interrupted``.
        message: why it was skipped, or where it diverged or was interrupted; else empty.
        engine: the engine it ran on.
        program: what trained: ``kernel``, ``array``, or the engine; None: nothing did.
        exact: whether the numbers have the bits of the graph engine.
        epochs: how many epochs were done.
        loss: before and after.
        best_loss: the loss with the parameters that early stopping restored; None: nothing was.
        best_epoch: the epoch whose parameters early stopping restored; None: nothing was.
        stopped: why the training stopped before its last epoch; empty where it did not.
        network: the network as it is now; None where the run was skipped.
        parameters: its weights and biases by name.
        expectations: what was expected, and what came out.
        input_names: the columns of the table's inputs.
        output_names: the columns of its targets and outputs.
        task: what the targets are; None without data.
        table: up to 16 rows.
        n_rows: how many training rows there are; 0 without data.
        stretches: what was measured in the epochs; ``history`` has a record for each.
        folds: what came out on rows that folds hold out; None where nothing is cross-validated.
        seeds: what came out with other seeds; None where none are asked for.
        notes: what was found, or done, when the rows were read, a sentence each.
        findings: why it did not learn, at most three; None: nobody asked.
        moments: the parameters at the epochs that are to be drawn.
        networks: the network there, where its structure is edited on the way.
        edits: the edits that were made, a line each.
        seconds: how long all of it took.
        versions: of neurosim, Python and NumPy.
    """

    title: str
    path: Path
    status: Status
    engine: str
    seconds: float
    versions: Mapping[str, str]
    message: str = ""
    program: str | None = None
    exact: bool = False
    epochs: int = 0
    loss: Losses = field(default_factory=lambda: Losses(None, None))
    best_loss: float | None = None
    best_epoch: int | None = None
    stopped: str = ""
    network: Network | None = None
    parameters: NamedParameters = field(default_factory=lambda: NamedParameters({}, {}))
    expectations: tuple[Verdict, ...] = ()
    input_names: tuple[str, ...] = ()
    output_names: tuple[str, ...] = ()
    task: TaskKind | None = None
    table: tuple[TableRow, ...] = ()
    n_rows: int = 0
    stretches: tuple[Stretch, ...] = ()
    folds: CrossValidation | None = None
    seeds: SeedRuns | None = None
    notes: tuple[str, ...] = ()
    findings: tuple[Finding, ...] | None = None
    moments: Mapping[int, Matrix] = field(default_factory=dict)
    networks: Mapping[int, Network] = field(default_factory=dict)
    edits: tuple[str, ...] = ()

    @property
    def history(self) -> tuple[EpochRecord, ...]:
        """What was measured in each epoch."""
        return tuple(record for stretch in self.stretches for record in stretch)

    @property
    def last(self) -> EpochRecord | None:
        """What was measured in the last epoch; None where there is none."""
        return deque(self.stretches[-1], maxlen=1).pop() if self.stretches else None

    @property
    def kept(self) -> EpochRecord | None:
        """What was measured in the epoch whose parameters the network has: last or best."""
        if self.best_epoch is None:
            return self.last
        for stretch in self.stretches:
            if stretch.first <= self.best_epoch < stretch.first + len(stretch):
                return next(itertools.islice(stretch, self.best_epoch - stretch.first, None))
        return None

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is right by the file and yet not as a reader would take it."""
        first, last = self.loss.first, self.loss.last if self.best_epoch is None else self.best_loss
        if first is None or last is None or not last > _FAR_ABOVE * first:
            return ()
        if not self.epochs or self.message:  # which says it already
            return ()
        ended = f"the loss ended at {short(last)}, far above the {short(first)} that it began with"
        return (f"{ended}: the training made the network worse",)

    @property
    def passed(self) -> bool:
        """Whether nothing failed and nothing diverged."""
        return self.status in ("passed", "skipped")

    @property
    def is_judged(self) -> bool:
        """Whether it matters what the targets are: classes are named, or a metric was measured."""
        if self.task is None or self.network is None:
            return False
        metrics = {name.replace("_", " ") for name in SHIPPED}
        is_measured = any(stretch.metrics for stretch in self.stretches[:1])
        is_expected = any(v.what.partition(" on ")[0] in metrics for v in self.expectations)
        return self.network.classes is not None or is_measured or is_expected

    def to_dict(self) -> dict[str, Any]:
        """The result as data for JSON: every float round-trips; what is not finite is null."""
        document = {
            "scenario": self.title,
            "path": str(self.path),
            "status": self.status,
            **({"interrupted": True} if self.status == "interrupted" else {}),
            "engine": self.engine,
            **({"program": self.program, "exact": self.exact} if self.program else {}),
            "epochs": self.epochs,
            **({"stopped": self.stopped} if self.stopped else {}),
            **({"edits": self.edits} if self.edits else {}),
            **({} if self.best_epoch is None else {"best_epoch": self.best_epoch}),
            "loss": {
                **self.loss._asdict(),
                **({} if self.best_epoch is None else {"best": self.best_loss}),
            },
            **self._measured,
            **({"folds": self.folds.to_dict()} if self.folds else {}),
            **({"seeds": self.seeds.to_dict()} if self.seeds else {}),
            **({"task": self.task.name} if self.task and self.is_judged else {}),
            "parameters": self.parameters._asdict(),
            "expectations": [
                {name: getattr(verdict, name) for name in Verdict.__slots__}
                for verdict in self.expectations
            ],
            "versions": dict(self.versions),
            **({"notes": self.notes} if self.notes else {}),
            **(
                {"findings": [f.to_dict() for f in self.findings or ()]}
                if self.findings is not None
                else {}
            ),
            "blas": blas_facts(),
            "warnings": [*pinned_kernels(os.environ), *self.warnings],
            "seconds": self.seconds,
        }
        return jsonable({**document, "message": self.message} if self.message else document)

    @property
    def _told_findings(self) -> dict[str, Any]:
        if self.findings is None:
            return {}
        return {"findings": [finding.to_dict() for finding in self.findings]}

    @property
    def _measured(self) -> dict[str, Any]:
        """What was measured besides the loss of the network that is kept, and on which rows."""
        kept = self.kept
        if kept is None or not kept.words:
            return {}
        validation = {"loss": kept.validation_loss} if kept.validation_loss is not None else {}
        return {"measured": {"on": kept.on, **validation, "metrics": dict(kept.metrics)}}

    def __str__(self) -> str:
        """The result in a line."""
        met = sum(verdict.passed for verdict in self.expectations)
        counted = f", {met} of {len(self.expectations)} expectations met" * bool(self.expectations)
        title = " ".join(self.title.split())  # a line, also where the title is a paragraph
        return f"{title}: {self.status}{counted}{': ' * bool(self.message)}{self.message}"

    def __repr__(self) -> str:
        """The same, in brackets: its records may be thousands."""
        return f"<{self}>"


def jsonable(document: Mapping[str, Any]) -> dict[str, Any]:
    """Plain data that every JSON reader takes: it knows no infinity and no NaN."""
    return {str(name): _plain(value) for name, value in document.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return jsonable(value)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    return value
