"""Cross-validation: the loss and the metrics on rows that were held out, fold by fold.

Each fold trains a copy of the network from the numbers it has now, on the rows of all other folds,
and is measured on its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any, Unpack

import numpy as np

from neurosim.errors import InvalidValueError, WrongTypeError, unknown
from neurosim.functions.numbers import Matrix
from neurosim.network.network import Network
from neurosim.network.scaling import SCALES
from neurosim.training.course.history import History
from neurosim.training.metrics import measure_one, require_fitting
from neurosim.training.options import Options, TrainOptions, make_options
from neurosim.training.task_kind import TaskKind
from neurosim.training.validation.apart import Division, all_rows
from neurosim.training.validation.folds import Folds, FoldScales, RowNumbers, others
from neurosim.training.validation.spread import Spread

KEEP = "keep"  # the scalings that the network has, whatever they were fitted on


@dataclass(frozen=True, slots=True, eq=False)
class FoldResult:
    """One fold: what a network says of rows that it was not trained on.

    Attributes:
        repeat: which division it is of, from 0.
        fold: which part, from 0.
        rows: the rows that were held out.
        loss: over them, reduced.
        outputs: for them, (rows, n_out).
        history: of the training on all other rows.
    """

    repeat: int
    fold: int
    rows: RowNumbers
    loss: float
    outputs: Matrix
    history: History

    def __repr__(self) -> str:
        return f"<fold {self.fold} of repeat {self.repeat}: loss {self.loss:.6g}>"


@dataclass(frozen=True, eq=False)
class CrossValidation:
    """What came out of all folds.

    Attributes:
        validate: how the rows were divided.
        folds: one after the other, repeat after repeat.
        T: all targets, (B, n_out).
        task: what they mean.
        measured: the metrics that were asked for.
    """

    validate: Folds
    folds: tuple[FoldResult, ...]
    T: Matrix
    task: TaskKind
    measured: tuple[str, ...]

    @cached_property
    def loss(self) -> Spread:
        """The loss on held-out rows, over the folds."""
        return Spread.of([fold.loss for fold in self.folds])

    @cached_property
    def metrics(self) -> Mapping[str, Spread]:
        """The metrics on held-out rows that were asked for, over the folds."""
        return {name: self.measure(name) for name in self.measured}

    def measure(self, metric: str) -> Spread:
        """A metric on held-out rows, over the folds; of single rows, over all rows of a repeat.

        Raises:
            UnknownNameError: no metric has that name.
            InvalidValueError: it does not fit the task.
        """
        return Spread.of(self.each(metric))

    def each(self, metric: str) -> list[float]:
        """The metric of each fold; of single rows, one number for all of them."""
        chosen = require_fitting(metric, self.task)
        if self.validate.leave_one_out:
            pairs = [(self.outputs(), self.T)]
        else:
            pairs = [(fold.outputs, self.T[fold.rows]) for fold in self.folds]
        return [measure_one(chosen, a, t, self.task) for a, t in pairs]

    def outputs(self, repeat: int = 0) -> Matrix:
        """The output for every row, (B, n_out), of the network that did not train on it."""
        found = np.empty_like(self.T)
        for fold in self.folds:
            if fold.repeat == repeat:
                found[fold.rows] = fold.outputs
        return found

    def to_dict(self) -> dict[str, Any]:
        """The result as data for JSON."""
        of_each = {} if self.validate.leave_one_out else {n: self.each(n) for n in self.measured}
        return {
            "validate": {f.name: getattr(self.validate, f.name) for f in fields(self.validate)},
            "loss": self.loss._asdict(),
            "metrics": {name: spread._asdict() for name, spread in self.metrics.items()},
            "each": [
                {
                    "repeat": fold.repeat,
                    "fold": fold.fold,
                    "rows": len(fold.rows),
                    "loss": fold.loss,
                    "metrics": {name: values[number] for name, values in of_each.items()},
                }
                for number, fold in enumerate(self.folds)
            ],
        }

    def __str__(self) -> str:
        """The loss and the metrics in a line."""
        more = "".join(f", {n.replace('_', ' ')} {value}" for n, value in self.metrics.items())
        return f"{self.validate}: loss {self.loss}{more}"

    def __repr__(self) -> str:
        return f"<{self}>"


def cross_validate(
    network: Network,
    X: Any,
    T: Any,
    *,
    folds: int | None = None,
    repeats: int = 1,
    stratified: bool | None = None,
    leave_one_out: bool = False,
    scale: Any = None,
    **options: Unpack[TrainOptions],
) -> CrossValidation:
    """Train on all folds but one, measure on that one, and so for each; the network stays as it is.

    Args:
        network: where every fold begins: its numbers as they are.
        X: samples, (B, n_in), raw.
        T: targets, (B, n_out), or class indices, (B,).
        folds: how many; or ``leave_one_out``.
        repeats: how many times the rows are divided.
        stratified: whether each fold has the classes' shares; None: where there are classes.
        leave_one_out: whether each row is a fold.
        scale: ``standard`` or ``minmax`` of the inputs, or a mapping of ``inputs`` and ``targets``,
            fitted in each fold on the rows that it trains on; ``keep``: the network's own scalings.
        **options: those of `neurosim.train`, but no ``state``, ``validation``, ``validate`` or
            ``seeds``. ``seed`` is also what the division is drawn from.

    Raises:
        DivergedError: a fold met a number that is not finite; says which one.
        InvalidValueError: too few rows, or no classes where stratified folds are asked for; the
            network is scaled, and nobody says how to scale it in each fold.
        NeurosimError: an option does not fit; see `neurosim.train`.

    >>> import neurosim as ns
    >>> net = ns.Network()
    >>> _ = net.add_layer("x", 1), net.add_layer("y", 1, bias=None)
    >>> _ = net.connect("x", "y", weight=0)
    >>> X = [[1.0], [1.0], [1.0], [2.0]]
    >>> found = ns.cross_validate(net, X, X, folds=2, optimizer=ns.SGD(0.1), epochs=100)
    >>> len(found.folds), found.loss.greatest < 0.001
    (2, True)
    """
    asked = Folds(folds=folds, repeats=repeats, stratified=stratified, leave_one_out=leave_one_out)
    chosen = make_options(None, options)
    require_alone(chosen, "cross_validate")
    chosen = replace(chosen, validate=asked)
    return validate_on_folds(network, X, T, chosen, require_scales(network, scale))


def validate_on_folds(
    network: Network, X: Any, T: Any, options: Options, scales: FoldScales
) -> CrossValidation:
    """What `cross_validate`, `train` and a run do with the ``validate`` of options."""
    validate = options.validate
    assert validate is not None
    given = all_rows(network, X, T, options, scales)
    task, kind = given.task, given.kind
    divided = validate.held_out(task.T, given.seed, has_classes=kind.has_classes)
    places = [(r, f, rows) for r, part in enumerate(divided) for f, rows in enumerate(part)]
    trained = given.train([
        Division(others(rows, task.n_rows), rows, f"fold {f} of repeat {r}")
        for r, f, rows in places
    ])  # fmt: skip
    results = [
        FoldResult(*place, *copy.measure(place[2]), copy.history)
        for place, copy in zip(places, trained, strict=True)
    ]
    return CrossValidation(validate, tuple(results), task.T, kind, options.metrics)


def require_scales(network: Network, scale: Any) -> FoldScales:
    """What `cross_validate` takes as ``scale``, checked.

    Raises:
        InvalidValueError: the network is scaled, and nothing is given.
        UnknownNameError: no scale has the name.
        WrongTypeError: it is neither a name nor a mapping.
    """
    is_plain = network.inputs_conversion.is_plain and network.outputs_conversion.is_plain
    if scale is None and not is_plain:
        raise InvalidValueError(
            "scale: missing; the network is scaled, maybe by rows that a fold holds out; expected"
            " a scale to fit in each fold, such as cross_validate(..., scale='standard'), or 'keep'"
        )
    if scale is None or scale == KEEP:
        return FoldScales()
    named = {"inputs": scale} if isinstance(scale, str) else scale
    if not isinstance(named, Mapping):
        raise WrongTypeError(f"scale: got {scale!r:.80}; expected a name, or a mapping of names")
    for part, name in named.items():
        if part not in ("inputs", "targets"):
            raise WrongTypeError(f"scale: {unknown('part', part, ('inputs', 'targets'))}")
        if name is not None and name not in SCALES:
            raise InvalidValueError(f"scale: {unknown('scale', name, (*SCALES, KEEP))}")
    return FoldScales(**named)


def require_alone(options: Options, what: str) -> None:
    """Refuse options that have no place where rows are held out."""
    for name in ("state", "validation", "validate", "seeds"):
        if getattr(options, name) is not None:
            raise WrongTypeError(f"{name}: no option of {what}, got one; expected none")
