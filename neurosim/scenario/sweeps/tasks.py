"""Tasks of a sweep: what a worker is given, does, and gives back. It writes nothing that stays."""

import importlib
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from neurosim.compiler.threads import one_blas_thread
from neurosim.errors import FileError, NeurosimError
from neurosim.scenario.build.scenario import Scenario
from neurosim.scenario.run.expect import judge
from neurosim.scenario.run.folder import result_document, write_records
from neurosim.scenario.run.result import RunResult, jsonable
from neurosim.scenario.run.run import Run
from neurosim.scenario.sweeps.points import Changes, PlannedPoint, columns_of, load_point
from neurosim.training.course.history import History
from neurosim.training.many import train_many
from neurosim.training.options import option_fields
from neurosim.training.parts import PARTS


@dataclass(frozen=True, slots=True)
class SweepTask:
    """Points that one worker runs, one by one or by one call.

    Attributes:
        file: the scenario's file.
        changes: the overrides of each point.
        digests: of each, of what the one who asks has read.
        imports: modules that register functions.
        folder: where these modules are, if they are not installed.
    """

    file: Path
    changes: tuple[Changes, ...]
    digests: tuple[str, ...]
    imports: tuple[str, ...]
    folder: str


@dataclass(frozen=True, slots=True)
class FinishedPoint:
    """What became of a point.

    Attributes:
        found: its status, the number of epochs, and numbers by name; plain data for JSON.
        files: those of a run's folder, by name, but ``run.json``.
        document: what ``run.json`` is to say.
    """

    found: Mapping[str, Any]
    files: Mapping[str, bytes]
    document: Mapping[str, Any]


def task_of(points: Sequence[PlannedPoint], file: Path, imports: tuple[str, ...]) -> SweepTask:
    """The task of running these points."""
    changes = tuple(point.changes for point in points)
    digests = tuple(point.digest for point in points)
    return SweepTask(file.absolute(), changes, digests, imports, str(Path.cwd()))


def do_task(task: SweepTask) -> list[FinishedPoint]:
    """Run the points of a task; a training that diverges is a result as any other.

    Raises:
        NeurosimError: a point cannot be run here.
    """
    _import(task)
    scenarios = [
        _load(task, changes, digest)
        for changes, digest in zip(task.changes, task.digests, strict=True)
    ]
    with one_blas_thread():  # whatever the number of workers is, no bit is another
        histories = _trained_together(scenarios)
        results = [
            Run(scenario, history=history).result()
            for scenario, history in zip(scenarios, histories, strict=True)
        ]
    return [
        FinishedPoint(
            found_of(scenario, result), _files(result), result_document(result, task.imports)
        )
        for scenario, result in zip(scenarios, results, strict=True)
    ]


def found_of(scenario: Scenario, result: RunResult) -> dict[str, Any]:
    """What a table says of a run: its status, the number of epochs, and numbers by name."""
    kept, verdicts = result.kept, {verdict.what: verdict for verdict in result.expectations}
    measured: dict[str, Any] = {"loss": result.loss.last, "best_loss": result.best_loss}
    if kept is not None:
        measured["validation_loss"] = kept.validation_loss
        measured |= {f"{PARTS[kept.on]}_{name}": kept.metrics[name] for name in kept.metrics}
    if result.folds is not None:
        measured["folds_loss"] = result.folds.loss.mean
        measured |= {f"folds_{name}": each.mean for name, each in result.folds.metrics.items()}
    numbers = {}
    for column, item in columns_of(scenario).items():
        if item is None:
            numbers[column] = measured.get(column)
        else:
            numbers[column] = verdicts[judge(item, None)[0].what].actual
    return jsonable({"status": result.status, "epochs": result.epochs, **numbers})


def _import(task: SweepTask) -> None:
    if task.imports and task.folder not in sys.path:
        sys.path.append(task.folder)
    for name in task.imports:
        try:
            importlib.import_module(name)
        except ImportError as error:
            raise FileError(f"{name}: a worker cannot import it, got {error}") from None


def _load(task: SweepTask, changes: Changes, digest: str) -> Scenario:
    """The scenario of a point, if it is the one that was asked for."""
    try:
        loaded = load_point(task.file, changes)
    except NeurosimError as error:
        raise FileError(
            f"{task.file}: a worker cannot read it as it was read here: {error}; expected the same"
            " files there, and functions of your own in a module to import"
        ) from None
    if loaded.digest != digest:
        raise FileError(
            f"{task.file}: a worker has other files, or another version of neurosim; expected the"
            " same as here"
        )
    return loaded.scenario


def _trained_together(scenarios: Sequence[Scenario]) -> list[History | None]:
    """The histories of trainings that one call can do; None for each that is to run alone."""
    alone: list[History | None] = [None] * len(scenarios)
    first = scenarios[0]
    if len(scenarios) == 1 or first.training is None or first.data is None:
        return alone
    names = set(option_fields()) - {"seed", "seeds", "state"}
    keywords: Any = {name: getattr(first.training, name) for name in names}
    networks = [scenario.network.copy() for scenario in scenarios]
    seeds = [scenario.seed for scenario in scenarios]
    try:
        found = train_many(networks, *first.data.train, seeds=seeds, threads=1, **keywords)
    except NeurosimError:  # one of them diverges: alone, each says where
        return alone
    # a training that was stopped before its end is looked at on the way
    return [one if len(one.loss) == first.training.epochs else None for one in found]


def _files(result: RunResult) -> dict[str, bytes]:
    with TemporaryDirectory() as folder:
        write_records(result, Path(folder))
        return {path.name: path.read_bytes() for path in sorted(Path(folder).iterdir())}
