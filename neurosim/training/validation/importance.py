"""Permutation importance: how much worse a network gets when one input says nothing any more.

The values of the input are shuffled between the rows, so that it keeps its distribution and loses
what it says (Breiman, "Random forests", 2001, section 10). The rule is that of scikit-learn's
permutation_importance; in a repeat all inputs are shuffled alike.
"""

from dataclasses import dataclass
from typing import Any, Unpack

import numpy as np
from numpy.typing import NDArray

from neurosim.functions.numbers import Matrix, require_count
from neurosim.functions.streams import require_seed, stream
from neurosim.network.network import Network
from neurosim.training.engines.contract import Engine
from neurosim.training.engines.table import DEFAULT, make_engine
from neurosim.training.metrics import LOSS, less_is_better, measure_one, require_fitting
from neurosim.training.options import MeasureOptions
from neurosim.training.task import Task, make_task
from neurosim.training.task_kind import AUTO, TaskKind
from neurosim.training.validation.spread import Spread

Orders = NDArray[np.intp]  # (repeats, B)


@dataclass(frozen=True, slots=True, eq=False)
class Importance:
    """How much worse a measure gets without each input: 0 is not at all.

    Attributes:
        measure: ``loss``, or the name of a metric.
        baseline: the measure of the rows as they are.
        inputs: the captions of the inputs; the inputs of one column of texts are one.
        worse: how much worse it is, (n, repeats): a rise of loss, a fall of accuracy.
    """

    measure: str
    baseline: float
    inputs: tuple[str, ...]
    worse: Matrix

    @property
    def spreads(self) -> dict[str, Spread]:
        """Mean and spread over the repeats by input, the most important first."""
        pairs = zip(self.inputs, map(Spread.of, self.worse), strict=True)
        return dict(sorted(pairs, key=lambda pair: -pair[1].mean))

    def to_dict(self) -> dict[str, Any]:
        """The result as data for JSON."""
        spreads = {name: spread._asdict() for name, spread in self.spreads.items()}
        return {"measure": self.measure, "baseline": self.baseline, "inputs": spreads}

    def __str__(self) -> str:
        """The three inputs that matter most."""
        most = list(self.spreads.items())[:3]
        words = ", ".join(f"{name} {spread}" for name, spread in most)
        return f"{self.measure} {self.baseline:.6g}; worse without {words}"

    def __repr__(self) -> str:
        return f"<{self}>"


def permutation_importance(
    network: Network,
    X: Any,
    T: Any,
    *,
    metric: str | None = None,
    repeats: int = 10,
    seed: int | None = None,
    task: TaskKind | str = AUTO,
    engine: str = DEFAULT,
    **options: Unpack[MeasureOptions],
) -> Importance:
    """How much worse the loss or a metric gets when an input is shuffled between the rows.

    Args:
        network: what is asked; stays as it is.
        X: samples, (B, n_in); better ones that it was not trained on.
        T: targets, (B, n_out), or class indices.
        metric: a key of the table of metrics; None: the loss.
        repeats: how many times each input is shuffled.
        seed: what the shuffling is drawn from; None: the network's seed.
        task: what the targets are to the metric.
        engine: a key of the table of engines.
        **options: what the loss is, as in `neurosim.train`: ``loss``, ``reduction``, ``heads``,
            ``weights``, ``class_weight``, ``label_smoothing``, ``missing_targets``.

    Raises:
        UnknownNameError: there is no such metric or loss.
        InvalidValueError: the metric does not fit the task.

    >>> import neurosim as ns
    >>> net = ns.Network()
    >>> _ = net.add_layer("x", 2), net.add_layer("y", 1)
    >>> _ = net.connect("x", "y", weights=[[1.0], [0.0]])
    >>> found = ns.permutation_importance(net, [[0.0, 3.0], [1.0, 5.0]], [[0.0], [1.0]], repeats=20)
    >>> found.spreads["x2"].mean, found.spreads["x1"].mean > 0
    (0.0, True)
    """
    checked = make_task(network.copy(), X, T, task=task, **options)
    drawn = stream(network.seed if seed is None else require_seed(seed), "importance")
    orders = [drawn.permutation(checked.n_rows) for _ in range(require_count(repeats, "repeats"))]
    return importance_of(checked, make_engine(engine, checked), np.array(orders), metric)


def importance_of(task: Task, engine: Engine, orders: Orders, metric: str | None) -> Importance:
    """The same with the shuffled orders of rows given, (repeats, B)."""
    groups = _columns(task.network)
    measure = _Measure(task, engine, metric)
    baseline = measure(task.X)
    sign = 1.0 if less_is_better(metric or LOSS) else -1.0
    worse = np.empty((len(groups), len(orders)))
    for number, columns in enumerate(groups.values()):
        for repeat, order in enumerate(orders):
            X = task.X.copy()
            X[:, columns] = X[order][:, columns]
            worse[number, repeat] = sign * (measure(X) - baseline)
    return Importance(LOSS if metric is None else metric, baseline, tuple(groups), worse)


class _Measure:
    """The loss or a metric of rows of inputs whose targets stay."""

    def __init__(self, task: Task, engine: Engine, metric: str | None) -> None:
        self._task, self._engine = task, engine
        self._theta = task.network.parameters()
        self._kind = task.kind_of(task.T)
        self._metric = None if metric is None else require_fitting(metric, self._kind)

    def __call__(self, X: Matrix) -> float:
        if self._metric is None:
            return self._engine.loss(self._theta, X, self._task.T)
        outputs = self._engine.outputs(self._theta, X)
        return measure_one(self._metric, outputs, self._task.T, self._kind)


def _columns(network: Network) -> dict[str, list[int]]:
    """The inputs that are shuffled together: of a column of texts all, else each by itself."""
    groups: dict[str, list[int]] = {}
    captions = [neuron.caption for neuron in network.inputs]
    for number, neuron in enumerate(network.inputs):
        column, name = neuron.column, captions[number]
        if column is not None and column.value is not None:
            name = column.name
        elif captions.count(name) > 1:
            name = neuron.name
        groups.setdefault(name, []).append(number)
    return groups
