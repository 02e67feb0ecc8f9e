"""Data: training rows, and rows set aside for validation and test."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from neurosim.errors import InvalidValueError, ShapeError, UnknownNameError, unknown
from neurosim.functions.numbers import counted
from neurosim.training.data.rows import Matrix, MeasuredRows

PARTS = ("train", "validation", "test")
SCALES = ("standard", "minmax")


class Pair(NamedTuple):
    """Inputs and their targets: X (rows, n_in) and T (rows, n_out)."""

    X: Matrix
    T: Matrix


@dataclass(frozen=True, slots=True, eq=False)
class Scaling:
    """What is done to inputs before the network sees them: (X - offset) / divisor.

    Attributes:
        offset: one number an input, (n_in,).
        divisor: one number an input, (n_in,); 1 where the training rows do not vary.
    """

    offset: Matrix
    divisor: Matrix

    def apply(self, X: Matrix) -> Matrix:
        """The inputs scaled, (rows, n_in) -> (rows, n_in)."""
        with np.errstate(over="ignore", invalid="ignore"):  # whoever takes them looks for inf
            return (X - self.offset) / self.divisor


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
        scaling: what was done to the inputs, or None; new inputs need the same.
    """

    train: Pair
    validation: Pair | None = None
    test: Pair | None = None
    input_names: tuple[str, ...] = ()
    target_names: tuple[str, ...] = ()
    class_names: tuple[str, ...] = ()
    scaling: Scaling | None = None

    def part(self, name: str) -> Pair | None:
        """One of the parts by its name; None where no rows were set aside for it.

        Raises:
            UnknownNameError: no part has that name.
        """
        if name not in PARTS:
            raise UnknownNameError(unknown("part of the data", name, PARTS))
        pair: Pair | None = getattr(self, name)
        return pair

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
    scale: str | None = None,
    class_names: tuple[str, ...] = (),
) -> Data:
    """Divide the rows and scale their inputs.

    Nothing is shuffled where nothing is set aside. The scaling is fitted on the training rows.

    Args:
        rows: all rows.
        random: what the rows are shuffled by.
        validation: the fraction of rows that is set aside for it, 0 <= fraction < 1.
        test: the same.
        scale: ``standard``: (x - mean) / deviation; ``minmax``: from 0 to 1; None: as they are.
        class_names: the classes, where the targets are made of them.

    Raises:
        InvalidValueError: a fraction is none; a part that was asked for, or the training part,
            would have no rows; the inputs are too large to be scaled.
        UnknownNameError: no scale has that name.
    """
    parts = _split(len(rows.X), random, validation, test)
    scaling = None if scale is None else fit_scaling(rows.X[parts["train"]], scale)
    X = rows.X if scaling is None else _scaled(rows.X, scaling)
    pairs = {name: Pair(X[chosen], rows.T[chosen]) for name, chosen in parts.items()}
    return Data(
        **pairs,
        input_names=rows.input_names,
        target_names=rows.target_names,
        class_names=class_names,
        scaling=scaling,
    )


def _split(
    n_rows: int, random: np.random.Generator, validation: float, test: float
) -> dict[str, "np.ndarray[tuple[int], np.dtype[np.intp]]"]:
    """The rows of each part that was asked for; the training part is what is left."""
    asked = {"validation": validation, "test": test}
    for name, fraction in asked.items():
        if not 0.0 <= fraction < 1.0:
            what = f"out of range, got {fraction!r}"
            raise InvalidValueError(f"{name}: {what}; expected 0 <= {name} < 1")
    sizes = {name: round(n_rows * fraction) for name, fraction in asked.items()}
    if not any(asked.values()):
        return {"train": np.arange(n_rows)}
    order, parts, start = random.permutation(n_rows), {}, 0
    for name, size in sizes.items():
        if asked[name] and not size:
            raise InvalidValueError(
                f"{name}: no rows, got {asked[name]:g} of {n_rows}; expected a larger fraction"
            )
        if asked[name]:
            parts[name] = order[start : start + size]
        start += size
    if start >= n_rows:
        raise InvalidValueError(f"split: no row of {n_rows} is left to train on")
    return {"train": order[start:], **parts}


def fit_scaling(X: Matrix, scale: str) -> Scaling:
    """The scaling that these rows ask for.

    Raises:
        UnknownNameError: no scale has that name.
        ShapeError: there are no rows.
        InvalidValueError: the inputs are too large: their mean or range is not finite.
    """
    if scale not in SCALES:
        raise UnknownNameError(unknown("scale", scale, SCALES))
    if not len(X):
        raise ShapeError("inputs: no rows to fit a scaling on")
    with np.errstate(over="ignore", invalid="ignore"):
        if scale == "standard":
            offset, spread = X.mean(axis=0), X.std(axis=0)
        else:
            offset, spread = X.min(axis=0), np.ptp(X, axis=0)
    # Rounding gives a constant column of 0.1 a deviation of 1e-17, and one of 1e300 a mean beside
    # it: what counts is whether it varies.
    is_constant = X.min(axis=0) == X.max(axis=0)
    offset = np.where(is_constant, X[0], offset)
    divisor = np.where(is_constant | (spread == 0.0), 1.0, spread)
    _require_finite(np.stack((offset, divisor)), f"a finite scale {scale!r}")
    return Scaling(offset, divisor)


def _scaled(X: Matrix, scaling: Scaling) -> Matrix:
    scaled = scaling.apply(X)
    _require_finite(scaled, "finite inputs after scaling")
    return scaled


def _require_finite(numbers: Matrix, expected: str) -> None:
    """Refuse what became infinite or NaN; the last axis is that of the inputs."""
    wrong = np.argwhere(~np.isfinite(numbers))
    if len(wrong):
        raise InvalidValueError(
            f"input {int(wrong[0][-1])}: too large to be scaled; expected {expected}"
        )
