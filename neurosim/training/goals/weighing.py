"""Weighing: the targets that a loss compares outputs with, and the factor of each term.

A term of the loss is one output's of one row. Its factor is

    weight of the head * weight of the row * weight of the class,

0 where the target is missing. Where a batch is reduced to the mean, the factor is divided by its
mean over the batch, so that a head's mean is sum(weight * loss) / sum(weight) of its rows: what
PyTorch's cross_entropy does with class weights, and scikit-learn with sample weights. Class weights
count in that divisor where PyTorch counts them: for cross_entropy of classes; not for
binary_cross_entropy, nor other losses, whose sums are divided by the weights of the rows alone. A
row of which some targets of a head are missing counts by the share that is there. The factor of the
head is no weight: it multiplies the mean. Without reduction (``sum``) nothing is divided.

Labels are smoothed as PyTorch does it: (1 - e) t + e/n of n classes, (1 - e) t + e/2 of yes and no.
"""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from neurosim.functions.losses import Head, Objective
from neurosim.functions.numbers import Matrix
from neurosim.training.goals.class_weight import ClassWeight, ClassWeights

_SMOOTHED = {"distributions": None, "unit": 2}  # rules of targets, and the number of classes


class Goals(NamedTuple):
    """What rows are compared with, inner numbers; ``factors`` is None where no term has one.

    Targets of a joint loss are multiplied by their factors already; the factor is then their sum.
    """

    T: Matrix
    factors: Matrix | None

    def row(self, number: int) -> tuple[list[float], list[float] | None]:
        """The targets of a row, and their factors."""
        factors = None if self.factors is None else self.factors[number].tolist()
        return self.T[number].tolist(), factors


@dataclass(frozen=True, slots=True, eq=False)
class Weighing:
    """The weights of heads and classes, and what is done with labels.

    Attributes:
        objective: the heads.
        head_weights: of each head.
        class_weights: of each head, where it has them.
        smoothing: of labels, from 0 to 1.
        is_mean: whether a batch is reduced to its mean.
    """

    objective: Objective
    head_weights: tuple[float, ...] = (1.0,)
    class_weights: tuple[ClassWeights | None, ...] = (None,)
    smoothing: float = 0.0
    is_mean: bool = True
    is_plain: bool = field(init=False, default=True)

    def __post_init__(self) -> None:
        has_weights = any(self.class_weights) or set(self.head_weights) != {1.0}
        object.__setattr__(self, "is_plain", not has_weights)

    def class_weight_of(self, head: int) -> ClassWeight:
        """The weights of classes of a head as an option, whatever rows they were found from."""
        found = self.class_weights[head]
        return None if found is None else found.given

    def has_factors(self, T: Matrix, weights: Matrix | None) -> bool:
        """Whether a term has a factor, given targets and the weights of their rows."""
        return not self.is_plain or weights is not None or bool(np.isnan(T).any())

    def plain_goals(self, T: Matrix) -> Goals:
        """What rows are compared with that have no factors."""
        return Goals(self._smoothed(T) if self.smoothing else T, None)

    def goals(
        self,
        T: Matrix,
        weights: Matrix | None = None,
        *,
        batch_size: int | None = None,
        order: NDArray[np.intp] | None = None,
    ) -> Goals:
        """What the rows are compared with.

        Args:
            T: inner targets, (B, n_out), NaN where one is missing.
            weights: of the rows, (B,).
            batch_size: of the batches that are reduced; None: all rows are one.
            order: in which the rows are taken into batches; None: as they are.
        """
        if not self.has_factors(T, weights):
            return self.plain_goals(T)
        smooth = self._smoothed(T) if self.smoothing else T
        targets, factors = np.where(np.isnan(T), 0.0, smooth), np.empty_like(T)
        of_rows = np.ones(len(T)) if weights is None else weights
        given = zip(self.objective.heads, self.head_weights, self.class_weights, strict=True)
        for head, weight, classes in given:
            columns = list(head.outputs)
            terms, shares = _terms(head, T[:, columns], of_rows, classes)
            if self.is_mean:
                terms *= _scales(shares, batch_size or len(T), order)[:, np.newaxis]
            terms *= weight
            if head.loss.joint is not None:
                targets[:, columns] *= terms
                terms[...] = targets[:, columns].sum(axis=1, keepdims=True)
            factors[:, columns] = terms
        return Goals(targets, factors)

    def _smoothed(self, T: Matrix) -> Matrix:
        found = T.copy()
        for head in self.objective.heads:
            columns = list(head.outputs)
            if head.loss.targets in _SMOOTHED:
                n = _SMOOTHED[head.loss.targets] or len(columns)
                found[:, columns] = (1.0 - self.smoothing) * T[:, columns] + self.smoothing / n
        return found


def can_smooth(head: Head) -> bool:
    """Whether the labels of a head can be smoothed."""
    return head.loss.targets in _SMOOTHED


def _terms(
    head: Head, T: Matrix, weights: Matrix, classes: ClassWeights | None
) -> tuple[Matrix, Matrix]:
    """The weight of each term of a head, (B, n), and what each row counts in the mean, (B,)."""
    is_there = ~np.isnan(T)
    if head.loss.joint is not None:  # of a distribution, all numbers or none
        is_there = np.repeat(is_there.all(axis=1, keepdims=True), T.shape[1], axis=1)
    terms = is_there * weights[:, np.newaxis]
    shares: Matrix = is_there.mean(axis=1) * weights
    if classes is None:
        return terms, shares
    if head.loss.joint is None:
        terms *= classes.of_rows(np.where(is_there, T, 0.0))[:, np.newaxis]
        return terms, shares
    terms *= classes.weights
    are_classes = bool(np.isin(T[is_there], (0.0, 1.0)).all())  # else PyTorch divides by the rows
    if are_classes:
        shares = np.where(is_there, T * terms, 0.0).sum(axis=1)
    return terms, shares


def _scales(shares: Matrix, batch_size: int, order: Any) -> Matrix:
    """1 / the mean of the shares in the batch of each row; 0 where no row of it counts."""
    n_rows = len(shares)
    taken = shares if order is None else shares[order]
    starts = np.arange(0, n_rows, batch_size)
    sums = np.add.reduceat(taken, starts)
    sizes = np.diff(starts, append=n_rows)
    of_batches = np.divide(sizes, sums, out=np.zeros(len(sums)), where=sums > 0.0)
    of_taken = np.repeat(of_batches, sizes)
    if order is None:
        return of_taken
    scales = np.empty(n_rows)
    scales[order] = of_taken
    return scales
