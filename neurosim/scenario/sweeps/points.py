"""Points of a sweep: one scenario with values for the keys that are varied, read and checked."""

import itertools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from neurosim.errors import ScenarioError
from neurosim.scenario.build.scenario import Scenario, build_scenario
from neurosim.scenario.format.expect_entry import LossExpectation, MetricExpectation
from neurosim.scenario.format.node import MOST_TOLD, node_of, plain
from neurosim.scenario.format.overrides import Overrides, listed
from neurosim.scenario.format.read import Reading, read
from neurosim.scenario.sweeps.axes import Axis, require_free_keys, value_text
from neurosim.training.parts import PARTS, measured_on
from neurosim.version import __version__

Changes: TypeAlias = tuple[str | tuple[str, Any], ...]

_MOST_LETTERS = 100  # of a folder's name
_UNSAFE = re.compile(r"[^A-Za-z0-9_.,=+-]+")
_UNTOLD = ("title", "description", "lesson", "source", "draw")  # keys that change no number
_TRAINED = {  # the keys of a scenario that is trained once, and looked at in the end
    "neurosim", "seed", "engine", "network", "data", "training", "expect", *_UNTOLD,
}  # fmt: skip
_MOST_WORK = 20_000_000  # places that are passed through by one task: about half a second
_MOST_TOGETHER = 64  # points of a task


@dataclass(frozen=True, slots=True, eq=False)
class LoadedPoint:
    """The scenario of a point, ready to run.

    Attributes:
        scenario: the scenario.
        digest: of all that its numbers depend on; another file, row or version has another.
        structure: equal for points that can be trained by one call; None where they cannot.
    """

    scenario: Scenario
    digest: str
    structure: Any


@dataclass(frozen=True, slots=True, eq=False)
class PlannedPoint:
    """A point that was checked, and is to be run.

    Attributes:
        number: from 0, in the order of the axes' values, those of the last axis first.
        values: by the keys that are varied.
        changes: all overrides of the scenario's keys.
        name: of its folder.
        digest: as `LoadedPoint` has it.
        structure: likewise.
        work: how many places a training passes through.
        columns: the names of the numbers that it will give.
    """

    number: int
    values: Mapping[str, Any]
    changes: Changes
    name: str
    digest: str
    structure: Any
    work: int
    columns: tuple[str, ...]


def load_point(file: Path, changes: Changes) -> LoadedPoint:
    """Read a scenario with changes, and build it.

    Raises:
        NeurosimError: as `load_scenario`.
    """
    reading = read(file, changes)
    scenario = build_scenario(reading, file)
    rows = _digest_of_rows(scenario)
    tree = {key: value for key, value in plain(reading.tree).items() if key not in _UNTOLD}
    text = json.dumps([__version__, tree, rows])
    return LoadedPoint(scenario, blake2b(text.encode(), digest_size=16).hexdigest(),
                  _structure(reading, scenario, rows))  # fmt: skip


def check_points(file: Path, axes: Sequence[Axis], overrides: Overrides) -> list[PlannedPoint]:
    """All points of a sweep, each of which was read and built.

    Raises:
        InvalidValueError: a key is set for all points, too.
        ScenarioError: something is wrong with some of them; says all of it, each once.
        NeurosimError: as `load_scenario`.
    """
    base = tuple(listed(overrides))
    require_free_keys(axes, base)
    problems: dict[str, None] = {}
    points = []
    for number, values in enumerate(itertools.product(*(axis.values for axis in axes))):
        placed = [
            (axis.key, node_of(value, axis.place)) for axis, value in zip(axes, values, strict=True)
        ]
        try:
            loaded = load_point(file, (*base, *placed))
        except ScenarioError as error:
            problems |= dict.fromkeys(error.problems)
            if len(problems) >= MOST_TOLD:
                break
            continue
        pairs = {axis.key: value for axis, value in zip(axes, values, strict=True)}
        points.append(point_of(number, pairs, (*base, *pairs.items()), loaded, folder_name(pairs)))
    if problems:
        raise ScenarioError(problems)
    return points


def point_of(
    number: int, values: Mapping[str, Any], changes: Changes, loaded: LoadedPoint, name: str
) -> PlannedPoint:
    """The point of a scenario that was loaded."""
    scenario = loaded.scenario
    return PlannedPoint(
        number=number,
        values=values,
        changes=changes,
        name=name,
        digest=loaded.digest,
        structure=loaded.structure,
        work=_work(scenario),
        columns=tuple(columns_of(scenario)),
    )


def columns_of(scenario: Scenario) -> dict[str, MetricExpectation | LossExpectation | None]:
    """The names of the numbers that a run gives, with the expectation that asks for it, if any.

    ``loss`` is over the training rows, ``folds_loss`` the mean over the rows that folds hold out.
    What is expected at the end of other rows is there, too.
    """
    found: dict[str, Any] = {"loss": None}
    has_validation = scenario.data is not None and scenario.data.validation is not None
    if scenario.training is not None:
        part = PARTS[measured_on(has_validation=has_validation)]
        found |= {"validation_loss": None} if has_validation else {}
        found |= {} if scenario.training.early_stopping is None else {"best_loss": None}
        found |= {f"{part}_{metric}": None for metric in scenario.training.metrics}
        if scenario.training.validate is not None:
            found |= {f"folds_{name}": None for name in ("loss", *scenario.training.metrics)}
    for item in scenario.expect:
        if isinstance(item, LossExpectation | MetricExpectation) and item.epoch is None:
            kind = "loss" if isinstance(item, LossExpectation) else item.metric
            is_training_loss = kind == "loss" and item.on == "train"
            on = PARTS.get(item.on, item.on)  # also on: folds
            found.setdefault("loss" if is_training_loss else f"{on}_{kind}", item)
    return found


def grouped(points: Sequence[PlannedPoint]) -> Iterator[list[PlannedPoint]]:
    """The points in groups, each the work of one task: small trainings that one call can do."""
    together: dict[Any, list[PlannedPoint]] = {}
    for point in points:
        if point.structure is None or 2 * point.work > _MOST_WORK:
            yield [point]
        else:
            together.setdefault(point.structure, []).append(point)
    for group in together.values():
        size = min(_MOST_TOGETHER, _MOST_WORK // max(1, *(point.work for point in group)))
        for first in range(0, len(group), size):
            yield group[first : first + size]


def short_keys(keys: Sequence[str]) -> list[str]:
    """The last words of the keys, where these can be told apart; else the keys themselves."""
    last = [key.rpartition(".")[2] for key in keys]
    return last if len(set(last)) == len(last) else list(keys)


def folder_name(values: Mapping[str, Any]) -> str:
    """The name of a point's folder: its values, with as short keys as can be told apart.

    >>> folder_name({"training.optimizer.learning_rate": 0.1, "seed": 3})
    'learning_rate=0.1,seed=3'
    """
    keys = short_keys(list(values))
    whole = ",".join(f"{k}={value_text(v)}" for k, v in zip(keys, values.values(), strict=True))
    name = _UNSAFE.sub("_", whole)
    if name == whole and len(name) <= _MOST_LETTERS:
        return name
    return f"{name[:_MOST_LETTERS]}-{blake2b(whole.encode(), digest_size=4).hexdigest()}"


def _digest_of_rows(scenario: Scenario) -> str:
    """The digest of the rows and their weights, wherever they come from."""
    digest, data = blake2b(digest_size=16), scenario.data
    if data is None:
        return ""
    for name in PARTS:
        weights = [data.weights[name]] if name in data.weights else []
        for array in (*(data.part(name) or ()), *weights):
            digest.update(f"{name} {array.shape}".encode())
            digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def _structure(reading: Reading, scenario: Scenario, rows: str) -> Any:
    """What points have in common that `train_many` trains as each is trained alone."""
    training, data = scenario.training, scenario.data
    if training is None or data is None or not training.epochs:
        return None
    tree = plain(reading.tree)
    is_watched = bool(training.metrics) or data.validation is not None or training.norms
    is_watched |= training.is_monitored or training.time_limit is not None
    is_watched |= not tree.keys() <= _TRAINED
    is_watched |= training.validate is not None or training.seeds is not None
    if is_watched or any(item.epoch not in {None, 0, training.epochs} for item in scenario.expect):
        return None
    return json.dumps(tree["training"]), scenario.engine, rows, scenario.network.structure_key()


def _work(scenario: Scenario) -> int:
    if scenario.training is None or scenario.data is None:
        return 0
    n_places = len(scenario.network.places())
    return scenario.training.epochs * len(scenario.data.train.X) * max(1, n_places)
