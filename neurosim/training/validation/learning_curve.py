"""Learning curves: loss and metrics against the number of rows that a network is trained on.

On the training rows they show how well it can learn them, on held-out rows what that is worth;
where the two meet, more rows do not help, and where they stay apart, they may. Fold by fold, as in
cross-validation, copies are trained on parts of the rows that the fold does not hold out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Unpack

import numpy as np

from neurosim.errors import InvalidValueError, WrongTypeError
from neurosim.functions.numbers import Matrix, counted, require_number
from neurosim.functions.streams import stream
from neurosim.network.network import Network
from neurosim.training.metrics import LOSS, METRICS, measure_one
from neurosim.training.options import Options, TrainOptions, make_options
from neurosim.training.task_kind import TaskKind
from neurosim.training.validation.apart import AllRows, Apart, Division, all_rows
from neurosim.training.validation.cross_validation import require_alone, require_scales
from neurosim.training.validation.folds import Folds, FoldScales, RowNumbers, shares, strata
from neurosim.training.validation.spread import Spread

SIZES = (0.1, 0.325, 0.55, 0.775, 1.0)  # those of scikit-learn


@dataclass(frozen=True, slots=True, eq=False)
class LearningCurve:
    """Loss and metrics for growing numbers of training rows.

    Attributes:
        sizes: the numbers of rows that were trained on, rising.
        training: of ``loss`` and each metric, the spread over the folds on those rows, by size.
        held_out: the same on the rows that were held out.
    """

    sizes: tuple[int, ...]
    training: Mapping[str, tuple[Spread, ...]]
    held_out: Mapping[str, tuple[Spread, ...]]

    def to_dict(self) -> dict[str, Any]:
        """The curve as data for JSON."""
        parts = {"training": self.training, "held_out": self.held_out}
        return {"sizes": list(self.sizes)} | {
            part: {name: [s._asdict() for s in spreads] for name, spreads in measures.items()}
            for part, measures in parts.items()
        }

    def __str__(self) -> str:
        """The held-out loss at both ends."""
        first, last = self.held_out[LOSS][0], self.held_out[LOSS][-1]
        ends = f"{self.sizes[0]} to {self.sizes[-1]} rows"
        return f"{ends}: held-out loss {first} -> {last}"

    def __repr__(self) -> str:
        return f"<learning curve, {self}>"


def learning_curve(
    network: Network,
    X: Any,
    T: Any,
    *,
    sizes: Sequence[float] = SIZES,
    folds: int = 5,
    repeats: int = 1,
    stratified: bool | None = None,
    scale: Any = None,
    **options: Unpack[TrainOptions],
) -> LearningCurve:
    """Train on parts of the rows, larger and larger, and measure on those and on held-out rows.

    Args:
        network: where every training begins: its numbers as they are; it stays so.
        X: samples, (B, n_in), raw.
        T: targets, (B, n_out), or class indices, (B,).
        sizes: shares of the rows that a fold does not hold out, 0 < share <= 1; rows of weight 0
            and rows without a target are neither counted nor trained on.
        folds: how many.
        repeats: how many times the rows are divided.
        stratified: whether folds and parts have the classes' shares; None: where there are any.
        scale: as for `cross_validate`.
        **options: those of `neurosim.train`, but no ``state``, ``validation``,
            ``validate`` or ``seeds``.

    Raises:
        InvalidValueError: a size is no share, or leaves no row; see also `cross_validate`.
        NeurosimError: an option does not fit; see `neurosim.train`.
    """
    chosen = make_options(None, options)
    require_alone(chosen, "learning_curve")
    asked = Folds(folds=folds, repeats=repeats, stratified=stratified)
    scales = require_scales(network, scale)
    return curve_on_folds(network, X, T, replace(chosen, validate=asked), scales, sizes=sizes)


def curve_on_folds(
    network: Network,
    X: Any,
    T: Any,
    options: Options,
    scales: FoldScales,
    *,
    sizes: Sequence[float] = SIZES,
) -> LearningCurve:
    """The same with the folds among the options."""
    validate = options.validate
    assert validate is not None
    given = all_rows(network, X, T, options, scales)
    divided = validate.held_out(given.task.T, given.seed, has_classes=given.kind.has_classes)
    is_stratified = given.kind.has_classes and validate.stratified is not False
    classes = strata(given.task.T) if is_stratified else np.zeros(given.task.n_rows, np.intp)
    folds = [rows for part in divided for rows in part]
    teaching = _teaching(given)
    left = min(len(np.setdiff1d(teaching, rows)) for rows in folds)
    if not left:
        raise InvalidValueError(
            "folds: one leaves no row with a weight and a target to train on; expected fewer folds"
        )
    counts = _require_sizes(sizes, left)
    divisions = [
        Division(
            _part(classes, np.setdiff1d(teaching, rows), count, given.seed, number),
            rows,
            counted(count, "row"),
        )
        for count in counts
        for number, rows in enumerate(folds)
    ]
    copies = given.train(divisions)
    pairs = list(zip(divisions, copies, strict=True))
    by_size = [pairs[n : n + len(folds)] for n in range(0, len(pairs), len(folds))]
    names = (LOSS, *options.metrics)
    training = [_spreads([(c, d.trained_on) for d, c in one], given, names) for one in by_size]
    held_out = [_spreads([(c, d.held_out) for d, c in one], given, names) for one in by_size]
    return LearningCurve(
        tuple(counts),
        {name: tuple(one[name] for one in training) for name in names},
        {name: tuple(one[name] for one in held_out) for name in names},
    )


def _require_sizes(sizes: Any, left: int) -> list[int]:
    """How many rows each share is of those that every fold leaves, rising, each once."""
    if not isinstance(sizes, Sequence | np.ndarray) or isinstance(sizes, str) or not len(sizes):
        raise WrongTypeError(f"sizes: got {sizes!r:.80}; expected shares such as [0.1, 0.5, 1]")
    counts = set()
    for number, size in enumerate(sizes):
        share = require_number(size, f"sizes[{number}]")
        if not 0.0 < share <= 1.0:
            raise InvalidValueError(
                f"sizes[{number}]: got {share!r}; expected a share above 0, and at most 1"
            )
        counts.add(max(1, int(share * left)))
    return sorted(counts)


def _teaching(given: AllRows) -> RowNumbers:
    """The rows that something can be learned from: of a weight, and with a target."""
    teaches = ~np.isnan(given.task.T).all(axis=1)
    if given.task.weights is not None:
        teaches &= given.task.weights > 0.0
    return np.flatnonzero(teaches)


def _part(classes: RowNumbers, left: RowNumbers, count: int, seed: int, number: int) -> RowNumbers:
    """So many of the rows that a fold leaves, drawn with the classes' shares."""
    order = stream(seed, "learning_curve", str(number)).permutation(left)
    taken = shares(classes[order], count)
    rows = [order[classes[order] == c][:n] for c, n in enumerate(taken.tolist())]
    return np.sort(np.concatenate(rows))


def _spreads(
    measured: Sequence[tuple[Apart, RowNumbers]], given: AllRows, names: Sequence[str]
) -> dict[str, Spread]:
    """The spread of the loss and each metric over the folds."""
    numbers: dict[str, list[float]] = {name: [] for name in names}
    for copy, rows in measured:
        loss, outputs = copy.measure(rows)
        numbers[LOSS].append(loss)
        for name in names[1:]:
            numbers[name].append(_metric(name, outputs, given.task.T[rows], given.kind))
    return {name: Spread.of(values) for name, values in numbers.items()}


def _metric(name: str, outputs: Matrix, T: Matrix, kind: TaskKind) -> float:
    return measure_one(METRICS[name], outputs, T, kind)
