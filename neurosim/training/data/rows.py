"""Rows: samples with their targets, as a source gives them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from neurosim.errors import InvalidValueError, ShapeError, guess
from neurosim.functions.mapped import blocks, is_mapped, room
from neurosim.network.names import InputColumn

Matrix: TypeAlias = NDArray[np.float64]

ENCODINGS = ("one_hot", "column", "signs")
MOST_BYTES = 1_000_000_000  # of the targets that classes become


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredRows:
    """Rows whose targets are numbers.

    Attributes:
        X: the inputs, (rows, n_in).
        T: the targets, (rows, n_out); NaN where one is missing.
        input_names: what the columns of X are called; empty where they have no names.
        target_names: what the columns of T are called, likewise.
        columns: where each input comes from, where it is not just a column's number; or empty.
        notes: what was found, or done, when the rows were read, a sentence each.
        weights: of the rows, (rows,), or None.
    """

    X: Matrix
    T: Matrix
    input_names: tuple[str, ...] = ()
    target_names: tuple[str, ...] = ()
    columns: tuple[InputColumn, ...] = ()
    notes: tuple[str, ...] = ()
    weights: Matrix | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """Rows that each belong to a class.

    Attributes:
        X: the inputs, (rows, n_in).
        classes: the number of each row's class, from 0, (rows,); -1 where it is missing.
        class_names: what the classes are called, in the order of their numbers.
        input_names: what the columns of X are called; empty where they have no names.
        columns: where each input comes from, where it is not just a column's number; or empty.
        notes: what was found, or done, when the rows were read, a sentence each.
        weights: of the rows, (rows,), or None.
    """

    X: Matrix
    classes: NDArray[np.intp]
    class_names: tuple[str, ...]
    input_names: tuple[str, ...] = ()
    columns: tuple[InputColumn, ...] = ()
    notes: tuple[str, ...] = ()
    weights: Matrix | None = None


Rows: TypeAlias = MeasuredRows | Labelled


def encode(rows: Labelled, encoding: str) -> MeasuredRows:
    """The classes as targets.

    Args:
        rows: the rows.
        encoding: ``one_hot``: a column for each class, 1 in that of the row's class;
            ``column``: one column, 0 for the first of two classes and 1 for the second;
            ``signs``: one column, -1 and 1, as the hinge loss takes them.

    Raises:
        InvalidValueError: there is no such encoding; one column is asked for, and there are not
            two classes; or there are so many classes that their columns would take over 1 GB.
    """
    count = len(rows.class_names)
    if encoding == "one_hot":
        T = _one_hot(rows.classes, count, rows.X)
        return MeasuredRows(rows.X, T, rows.input_names, rows.class_names, weights=rows.weights)
    if encoding not in ENCODINGS:
        expected = f"expected one of {', '.join(ENCODINGS)}{guess(encoding, ENCODINGS)}"
        raise InvalidValueError(f"encoding: unknown, got {encoding!r}; {expected}")
    if count != 2:
        raise InvalidValueError(
            f"encoding {encoding!r}: takes two classes, got {count}:"
            f" {listed(rows.class_names)}; expected one_hot"
        )
    column = np.where(rows.classes < 0, np.nan, rows.classes)[:, None]
    T = column if encoding == "column" else 2.0 * column - 1.0
    names = rows.input_names, (rows.class_names[1],)
    return MeasuredRows(rows.X, T, *names, weights=rows.weights)


def _one_hot(classes: NDArray[np.intp], count: int, beside: Matrix) -> Matrix:
    """A column for each class; what are labels by mistake, such as prices, would take terabytes."""
    if 8 * len(classes) * count > MOST_BYTES and not is_mapped(beside):
        what = f"too large, got {count} classes for {len(classes)} rows"
        raise InvalidValueError(f"encoding 'one_hot': {what}; expected numbers as targets")
    T = room((len(classes), count), beside)
    for block in blocks(T):
        numbers = classes[block]
        T[block] = numbers[:, np.newaxis] == np.arange(count)
        T[block][numbers < 0] = np.nan
    return T


def natural_encoding(n_classes: int, n_outputs: int, *, signs: bool = False) -> str:
    """How classes are written for a network where nobody said how.

    One output can tell two classes apart, so they become a column of 0 and 1, or of ``signs``
    where these are asked for; all else is one-hot.
    """
    if n_classes != 2 or n_outputs != 1:
        return "one_hot"
    return "signs" if signs else "column"


def listed(names: Sequence[str], most: int = 10) -> str:
    """Names in a message: the first ones, and those that only their case tells apart.

    >>> listed(["No", "no", "yes"])
    "'No', 'no', 'yes' ('No' and 'no' differ in case)"
    """
    more = f", and {len(names) - most} more" if len(names) > most else ""
    folded: dict[str, str] = {}
    alike = [(folded[key], n) for n in names if folded.setdefault(key := n.casefold(), n) != n]
    hint = f" ({alike[0][0]!r:.60} and {alike[0][1]!r:.60} differ in case)" if alike else ""
    return ", ".join(f"{name!r:.60}" for name in names[:most]) + more + hint


def number_classes(flat: Matrix, n_classes: int, where: str) -> NDArray[np.intp]:
    """The numbers of a flat list as numbers of classes, (rows,) -> (rows,).

    Raises:
        InvalidValueError: one is no whole number from 0 to n_classes - 1.
    """
    wrong = np.flatnonzero((flat != np.floor(flat)) | (flat < 0) | (flat >= n_classes))
    if wrong.size:
        raise InvalidValueError(
            f"{where}[{wrong[0]}]: no class, got {float(flat[wrong[0]])!r};"
            f" expected a whole number from 0 to {n_classes - 1}"
        )
    return flat.astype(np.intp)


def from_arrays(X: Matrix, T: Matrix, n_outputs: int) -> Rows:
    """Rows from two arrays, for a network with so many outputs.

    Inputs of (rows,) are one column. Targets of (rows,) are one column where the network has one
    output, else numbers of classes.

    Raises:
        ShapeError: there are no rows, or not as many of one as of the other.
        InvalidValueError: a number of a class is none.
    """
    X = X[:, None] if X.ndim == 1 else X
    if X.ndim != 2 or not X.size:
        raise ShapeError(f"inputs: wrong shape, got {X.shape}; expected (rows, inputs)")
    if T.ndim not in (1, 2) or not T.size:
        raise ShapeError(f"targets: wrong shape, got {T.shape}; expected (rows, outputs)")
    if len(X) != len(T):
        raise ShapeError(
            f"not as many rows of targets as of inputs, got {len(T)}; expected {len(X)}"
        )
    if T.ndim == 1 and n_outputs != 1:
        names = tuple(str(number) for number in range(n_outputs))
        return Labelled(X, number_classes(T, n_outputs, "targets"), names)
    return MeasuredRows(X, T[:, None] if T.ndim == 1 else T)
