"""Trainings with several seeds, each measured on all parts of the rows."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from neurosim.network.network import Network
from neurosim.training.engines.table import make_engine
from neurosim.training.many import train_many
from neurosim.training.metrics import METRICS, measure_one
from neurosim.training.options import Options
from neurosim.training.task import Task, make_task, validation_task
from neurosim.training.validation.seeds import SeedRuns

Pairs = Mapping[str, tuple[Any, ...]]  # (X, T), or (X, T, weights)


def train_with_seeds(network: Network, X: Any, T: Any, options: Options) -> SeedRuns:
    """Train a copy of the network for each of the ``seeds`` of options; it stays as it is.

    All begin with the network's numbers: a seed says how the rows are shuffled.

    Raises:
        DivergedError: one of them met a number that is not finite.
    """
    assert options.seeds is not None
    copies = [network.copy() for _ in options.seeds]
    plain = replace(options, seed=None, seeds=None, validate=None, validation=None, progress=False)
    train_many(copies, X, T, **{**plain.keywords(), "seeds": options.seeds})
    parts: dict[str, tuple[Any, ...]] = {"train": (X, T)}
    if options.validation is not None:
        parts["validation"] = options.validation
    return seed_runs(options.seeds, [measure_parts(copy, parts, options) for copy in copies])


def measure_parts(network: Network, parts: Pairs, options: Options) -> dict[str, dict[str, float]]:
    """The loss and the metrics of options on each part of the rows: (X, T), or with weights.

    Those of the options are of the part ``train``, whose classes weigh in all parts.
    """
    X, T, *_ = parts["train"]
    trained = make_task(network, X, T, replace(options, validation=None))
    tasks = {name: _task_of(trained, name, pair) for name, pair in parts.items()}
    kind = next(iter(tasks.values())).kind_of(np.concatenate([task.T for task in tasks.values()]))
    found: dict[str, dict[str, float]] = {}
    for name, task in tasks.items():
        engine, theta = make_engine(options.engine, task), network.parameters()
        outputs = engine.outputs(theta, task.X)
        found[name] = {"loss": engine.loss(theta, task.X, task.T)}
        for metric in options.metrics:
            found[name][metric] = measure_one(METRICS[metric], outputs, task.T, kind)
    return found


def _task_of(trained: Task, name: str, pair: Any) -> Task:
    if name == "train":
        return trained
    found = validation_task(
        replace(trained, options=replace(trained.options, validation=tuple(pair)))
    )
    assert found is not None
    return found


def seed_runs(
    seeds: Sequence[int], measured: Sequence[Mapping[str, Mapping[str, float]]]
) -> SeedRuns:
    """What was measured with each seed, part by part and measure by measure."""
    return SeedRuns(
        tuple(seeds),
        {
            part: {name: tuple(one[part][name] for one in measured) for name in measures}
            for part, measures in measured[0].items()
        },
    )
