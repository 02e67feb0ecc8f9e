"""Values of a column of texts: their order, and their columns of 0 and 1."""

import math
from collections.abc import Iterable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from neurosim.training.data.csv_file import number_of
from neurosim.training.data.rows import Matrix

Places: TypeAlias = NDArray[np.intp]


def value_groups(values: Iterable[str]) -> list[list[str]]:
    """Values in order, each with its other spellings behind it: by number where all are numbers.

    >>> value_groups(["1.0", "10", "1"]), value_groups(["b", "1", "a"])
    ([['1', '1.0'], ['10']], [['1'], ['a'], ['b']])
    """
    found = sorted(values, key=lambda value: (len(value), value))
    groups: dict[float, list[str]] = {}
    for value in found:
        number = number_of(value)
        if number is None:
            return [[value] for value in sorted(found)]
        groups.setdefault(number, []).append(value)
    return [groups[number] for number in sorted(groups)]


def places_of(found: Iterable[str], groups: Sequence[Sequence[str]]) -> Places:
    """The place of each text's group."""
    place = {value: number for number, group in enumerate(groups) for value in group}
    return np.array([place[value] for value in found], dtype=np.intp)


def one_hot(codes: Matrix, places: Places, count: int) -> Matrix:
    """A column of 0 and 1 for each group, (rows,) -> (rows, count); NaN where a cell is missing."""
    is_missing = np.isnan(codes)
    found = places[np.where(is_missing, 0, codes).astype(np.intp)]
    made: Matrix = (found[:, None] == np.arange(count)).astype(np.float64)
    made[is_missing] = math.nan
    return made
