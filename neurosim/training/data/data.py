"""Data: training rows, and rows set aside for validation and test; raw, as they were measured."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from neurosim.errors import InvalidValueError, UnknownNameError, unknown
from neurosim.functions.mapped import taken
from neurosim.functions.numbers import counted
from neurosim.training.data.rows import Matrix, MeasuredRows
from neurosim.training.parts import PARTS
from neurosim.training.validation.folds import FoldScales, shares, strata


class Pair(NamedTuple):
    """Inputs and their targets: X (rows, n_in) and T (rows, n_out)."""

    X: Matrix
    T: Matrix


@dataclass(frozen=True, slots=True, eq=False)
class Data:
    """Rows in up to three parts.

    Attributes:
        train: what the network learns from.
        validation: what is measured after every epoch, or None.
        test: what is measured in the end, or None.
        input_names: what the inputs are called; empty where they have no names.
        target_names: what the targets are called; the classes, where they are one-hot.
        class_names: the classes in the order of their numbers; empty where there are none.
        notes: what was found, or done, when the rows were read, a sentence each.
        weights: of the rows of each part, by its name; empty where they have none.
        scales: how inputs and targets are scaled, and which training inputs were filled, so that
            folds can be scaled and filled anew.
    """

    train: Pair
    validation: Pair | None = None
    test: Pair | None = None
    input_names: tuple[str, ...] = ()
    target_names: tuple[str, ...] = ()
    class_names: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    weights: Mapping[str, Matrix] = field(default_factory=dict)
    scales: FoldScales = field(default_factory=FoldScales)

    def part(self, name: str) -> Pair | None:
        """One of the parts by its name; None where no rows were set aside for it.

        Raises:
            UnknownNameError: no part has that name.
        """
        if name not in PARTS:
            raise UnknownNameError(unknown("part of the data", name, PARTS))
        pair: Pair | None = getattr(self, name)
        return pair

    def rows(self, name: str) -> tuple[Any, ...] | None:
        """A part as `part` gives it, with the weights of its rows where they have some."""
        pair = self.part(name)
        return pair if pair is None or name not in self.weights else (*pair, self.weights[name])

    def __repr__(self) -> str:
        """The parts and their sizes in a line."""
        sizes = ", ".join(f"{len(pair.X)} {name}" for name in PARTS if (pair := self.part(name)))
        return f"data: {sizes} rows of {counted(self.train.X.shape[1], 'input')}"


def make_data(
    rows: MeasuredRows,
    random: np.random.Generator,
    *,
    validation: float = 0.0,
    test: float = 0.0,
    shuffle: bool = True,
    stratified: bool = False,
    class_names: tuple[str, ...] = (),
) -> Data:
    """Divide the rows; nothing is shuffled where nothing is set aside.

    Args:
        rows: all rows.
        random: what the rows are shuffled by.
        validation: the fraction of rows that is set aside for it, 0 <= fraction < 1.
        test: the same.
        shuffle: False sets the last rows aside, for validation and then for test.
        stratified: whether each part has the classes' shares, off by less than a row.
        class_names: the classes, where the targets are made of them.

    Raises:
        InvalidValueError: a fraction is none; a part that was asked for, or the training part,
            would have no rows; stratified rows are not shuffled, or of no classes.
    """
    if stratified:
        parts = _stratified(rows.T, random if shuffle else None, validation, test)
    else:
        parts = _split(len(rows.X), random if shuffle else None, validation, test)
    pairs: dict[str, Any] = {
        name: Pair(taken(rows.X, chosen), taken(rows.T, chosen)) for name, chosen in parts.items()
    }
    return Data(
        **pairs,
        input_names=rows.input_names,
        target_names=rows.target_names,
        class_names=class_names,
        weights={} if rows.weights is None else {n: rows.weights[c] for n, c in parts.items()},
    )


def fill_missing(data: Data) -> tuple[Data, Matrix]:
    """Fill inputs that are NaN with the mean of the training rows; the data, and what fills each.

    Raises:
        InvalidValueError: an input has no number in the training rows.
    """
    gaps = np.isnan(data.train.X)
    empty = np.flatnonzero(gaps.all(axis=0))
    if empty.size:
        name = data.input_names[empty[0]] if data.input_names else f"{empty[0] + 1}"
        raise InvalidValueError(
            f"missing: input {name!r:.60} has no number in the {len(gaps)} training rows;"
            " expected one, or another rule"
        )
    filling: Matrix = np.nanmean(data.train.X, axis=0)
    filled: dict[str, Any] = {
        name: Pair(np.where(np.isnan(pair.X), filling, pair.X), pair.T)
        for name in PARTS
        if (pair := data.part(name)) is not None
    }
    scales = data.scales._replace(gaps=gaps)
    return replace(data, **filled, scales=scales), filling


_Parts = dict[str, NDArray[np.intp]]


def _split(
    n_rows: int, random: np.random.Generator | None, validation: float, test: float
) -> _Parts:
    """The rows of each part that was asked for; the training part is what is left."""
    sizes = _sizes(n_rows, validation, test)
    if not sizes:
        return {"train": np.arange(n_rows)}
    if random is None:
        order = np.roll(np.arange(n_rows), sum(sizes.values()))
    else:
        order = random.permutation(n_rows)
    parts, start = {}, 0
    for name, size in sizes.items():
        parts[name] = order[start : start + size]
        start += size
    return {"train": order[start:], **parts}


def _stratified(
    T: Matrix, random: np.random.Generator | None, validation: float, test: float
) -> _Parts:
    """The same, each part with the classes' shares."""
    sizes, classes = _sizes(len(T), validation, test), strata(T)
    if random is None:
        raise InvalidValueError("stratified: got shuffle: false, too; expected one of the two")
    rare = np.flatnonzero(np.bincount(classes) <= len(sizes))
    if len(rare):
        row = T[classes == rare[0]][0].tolist()
        count = counted(int((classes == rare[0]).sum()), "row")
        raise InvalidValueError(
            f"stratified: the target {row!r:.80} has {count}; expected classes, each with a row"
            f" for each of {len(sizes) + 1} parts"
        )
    order, parts = random.permutation(len(T)), {}
    for name, size in sizes.items():
        chosen = [
            order[classes[order] == number][:n]
            for number, n in enumerate(shares(classes[order], size))
        ]
        is_chosen = np.isin(order, np.concatenate(chosen))
        parts[name], order = order[is_chosen], order[~is_chosen]
    return {"train": order, **parts}


def _sizes(n_rows: int, validation: float, test: float) -> dict[str, int]:
    """How many rows are set aside for each part that was asked for."""
    asked = {"validation": validation, "test": test}
    for name, fraction in asked.items():
        if not 0.0 <= fraction < 1.0:
            what = f"out of range, got {fraction!r}"
            raise InvalidValueError(f"{name}: {what}; expected 0 <= {name} < 1")
    sizes = {name: round(n_rows * fraction) for name, fraction in asked.items() if fraction}
    for name, size in sizes.items():
        if not size:
            raise InvalidValueError(
                f"{name}: no rows, got {asked[name]:g} of {n_rows}; expected a larger fraction"
            )
    if sizes and sum(sizes.values()) >= n_rows:
        raise InvalidValueError(f"split: no row of {n_rows} is left to train on")
    return sizes
