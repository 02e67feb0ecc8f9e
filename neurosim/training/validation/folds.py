"""Folds: rows divided so that each is held out once, and shares of the classes kept.

The shares of the classes in stratified folds are those of scikit-learn's StratifiedKFold: of the
targets in sorted order, each fold takes every n-th. Which rows of a class they are is drawn from
the seed; repeat r has a stream of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from neurosim.by_fields import ByFields
from neurosim.errors import InvalidValueError, WrongTypeError, unknown
from neurosim.functions.numbers import Matrix, counted, require_count
from neurosim.functions.streams import stream

RowNumbers = NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class Folds(ByFields):
    """How rows are divided for cross-validation.

    Args:
        folds: into how many parts; each is held out once, and the others are trained on.
        repeats: how many times, divided anew each time.
        stratified: whether each fold has the classes' shares; if not given: where there are any.
        leave_one_out: whether each row is a fold; then there are no folds and repeats to give.

    Raises:
        InvalidValueError: a number is too small, or leave_one_out has something beside it.
    """

    folds: int | None = None
    repeats: int = 1
    stratified: bool | None = None
    leave_one_out: bool = False

    def __post_init__(self) -> None:
        for name in ("stratified", "leave_one_out"):
            value = getattr(self, name)
            if not isinstance(value, bool) and not (name == "stratified" and value is None):
                raise WrongTypeError(f"{name}: got {value!r:.80}; expected true or false")
        require_count(self.repeats, "repeats")
        if self.folds is not None:
            require_count(self.folds, "folds", least=2)
        if self.leave_one_out and (self.folds is not None or self.repeats != 1 or self.stratified):
            raise InvalidValueError(
                "leave_one_out: every row is a fold, got folds, repeats or stratified, too;"
                " expected it alone"
            )
        if not self.leave_one_out and self.folds is None:
            raise InvalidValueError("folds: missing; expected a number, or leave_one_out: true")

    def __str__(self) -> str:
        """The division in words.

        >>> print(Folds(folds=5, repeats=2))
        5 folds, 2 times
        """
        if self.leave_one_out:
            return "leave one out"
        return f"{self.folds} folds" + (f", {self.repeats} times" if self.repeats > 1 else "")

    def held_out(self, T: Matrix, seed: int, *, has_classes: bool) -> list[list[RowNumbers]]:
        """The rows of each fold of each repeat, in rising order.

        Args:
            T: the targets, (B, n_out); rows without any are spread over the folds.
            seed: what is drawn from.
            has_classes: whether each row is of one class, the row of its target.

        Raises:
            InvalidValueError: there are too few rows, or rows of a class; no classes to keep the
                shares of.
        """
        n_rows = len(T)
        if self.leave_one_out:
            _require_rows(n_rows, 2)
            return [[np.array([row]) for row in np.flatnonzero(~np.isnan(T).all(axis=1))]]
        assert self.folds is not None
        _require_rows(n_rows, self.folds)
        if self.stratified and not has_classes:
            raise InvalidValueError("stratified: the targets are no classes; expected false")
        is_stratified = has_classes if self.stratified is None else self.stratified
        classes = strata(T) if is_stratified else np.zeros(n_rows, dtype=np.intp)
        lacking = np.asarray(np.isnan(T).any(axis=1))
        return [
            _divided(classes, lacking, self.folds, stream(seed, "folds", str(repeat)))
            for repeat in range(self.repeats)
        ]


class FoldScales(NamedTuple):
    """The scales of inputs and targets that are fitted in each fold; None: as the network has it.

    ``gaps`` are the cells of X, (B, n_in), that are filled with the mean of the rows trained on.
    """

    inputs: str | None = None
    targets: str | None = None
    gaps: NDArray[np.bool_] | None = None


def require_folds(given: Any) -> Folds | None:
    """The folds of a mapping, of a number of them, or themselves; None: none.

    Raises:
        WrongTypeError: it is none of these, or has another key.
    """
    if given is None or isinstance(given, Folds):
        return given
    if isinstance(given, Mapping):
        known = [one.name for one in fields(Folds)]
        for name in given:
            if name not in known:
                raise WrongTypeError(f"validate: {unknown('key', name, known)}")
        return Folds(**given)
    raise WrongTypeError(f"validate: got {given!r:.80}; expected a mapping such as {{'folds': 5}}")


def others(rows: RowNumbers, n_rows: int) -> RowNumbers:
    """All rows but these, in rising order."""
    return np.setdiff1d(np.arange(n_rows), rows)


def strata(T: Matrix) -> RowNumbers:
    """The class of each row, numbered as they first come up: rows of equal targets are of one.

    So are those that lack a target.
    """
    T = np.where(np.isnan(T).any(axis=1, keepdims=True), np.inf, T)
    _, first, classes = np.unique(T, axis=0, return_index=True, return_inverse=True)
    found: RowNumbers = np.argsort(np.argsort(first))[classes.ravel()]
    return found


def shares(classes: RowNumbers, n: int) -> RowNumbers:
    """How many of ``n`` rows each class gets, (n_classes,): its share, the largest remainders up.

    >>> shares(np.array([0, 0, 0, 0, 1, 1]), 3).tolist()
    [2, 1]
    """
    counts = np.bincount(classes)
    exact = counts * n / len(classes)
    taken = np.floor(exact).astype(np.intp)
    largest = np.argsort(taken - exact, kind="stable")[: n - int(taken.sum())]
    taken[largest] += 1
    return taken


def _require_rows(n_rows: int, least: int) -> None:
    if n_rows < least:
        raise InvalidValueError(
            f"folds: got {counted(n_rows, 'row')}; expected at least {least}, one a fold"
        )


def _divided(
    classes: RowNumbers, lacking: NDArray[np.bool_], n_folds: int, random: np.random.Generator
) -> list[RowNumbers]:
    counts = np.bincount(classes)
    of_classes = counts[np.unique(classes[~lacking])] if len(counts) > 1 else counts
    least = int(of_classes.min(initial=n_folds))
    if len(counts) > 1 and least < n_folds:
        raise InvalidValueError(
            f"folds: a class has {counted(least, 'row')}, fewer than {n_folds} folds;"
            " expected fewer folds, or stratified: false"
        )
    in_order = np.sort(classes)
    fold_of = np.empty(len(classes), dtype=np.intp)
    for number in range(len(counts)):
        taken = [int((in_order[fold::n_folds] == number).sum()) for fold in range(n_folds)]
        fold_of[classes == number] = random.permutation(np.repeat(np.arange(n_folds), taken))
    return [np.flatnonzero(fold_of == fold) for fold in range(n_folds)]
