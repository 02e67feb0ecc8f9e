"""Generated data sets: gates, parity, spirals and a sine.

Each is a function of a generator and of its options, which are keyword-only: a scenario offers
them by their names, types, defaults and descriptions.
"""

import itertools
import math
from collections.abc import Callable

import numpy as np

from neurosim.errors import InvalidValueError
from neurosim.training.data.rows import Labelled, Matrix, MeasuredRows, Rows

MOST_ROWS = 1_000_000
MOST_NUMBERS = 100_000_000  # of all inputs together
MOST_BITS = 16
NO_YES = ("no", "yes")

Maker = Callable[..., Rows]


def require_between(where: str, value: float, low: float, high: float) -> None:
    """Refuse an option that is out of its range.

    Raises:
        InvalidValueError: it is not low <= value <= high.
    """
    if not low <= value <= high:
        raise InvalidValueError(f"{where}: out of range, got {value!r}; expected {low} to {high}")


def bits_table(n_bits: int) -> Matrix:
    """All rows of so many bits, in the order of binary numbers, (2**n_bits, n_bits)."""
    return np.array(list(itertools.product((0.0, 1.0), repeat=n_bits)))


def _gate(truth: tuple[int, int, int, int], name: str, words: str) -> Maker:
    def make(_: np.random.Generator) -> Rows:
        return Labelled(bits_table(2), np.array(truth, dtype=np.intp), NO_YES, ("a", "b"))

    make.__name__ = make.__qualname__ = name
    make.__doc__ = f"{words}, for two bits."
    return make


def parity(_: np.random.Generator, *, bits: int = 2) -> Rows:
    """Whether the number of ones is odd, for every row of so many bits.

    Args:
        bits: how many bits a row has, 1 to 16.
    """
    require_between("parity bits", bits, 1, MOST_BITS)
    X = bits_table(bits)
    return Labelled(X, X.sum(axis=1).astype(np.intp) % 2, ("even", "odd"))


def spirals(
    random: np.random.Generator,
    *,
    rows: int = 200,
    classes: int = 2,
    turns: float = 1.5,
    noise: float = 0.0,
) -> Rows:
    """Points on spirals that are wound around each other, one spiral a class.

    Args:
        random: what is drawn from.
        rows: how many points there are in all.
        classes: how many spirals there are, 2 to 20.
        turns: how often each goes around.
        noise: the deviation of what is added to each coordinate; the radius is 1.
    """
    require_between("spirals classes", classes, 2, 20)
    require_between("spirals rows", rows, classes, MOST_ROWS)
    require_between("spirals turns", turns, 0.0, 100.0)
    require_between("spirals noise", noise, 0.0, 1e6)
    arm = np.arange(rows) % classes
    radius = (np.arange(rows) // classes + 1.0) / (-(-rows // classes))
    angle = 2.0 * math.pi * (turns * radius + arm / classes)
    X = np.column_stack((radius * np.cos(angle), radius * np.sin(angle)))
    X += noise * random.standard_normal(X.shape)
    return Labelled(X, arm, tuple(f"arm{k}" for k in range(classes)), ("x", "y"))


def sine(random: np.random.Generator, *, rows: int = 100, noise: float = 0.0) -> Rows:
    """The sine of numbers from -pi to pi.

    Args:
        random: what is drawn from.
        rows: how many numbers there are, evenly spaced.
        noise: the deviation of what is added to each target.
    """
    require_between("sine rows", rows, 2, MOST_ROWS)
    require_between("sine noise", noise, 0.0, 1e6)
    x = np.linspace(-math.pi, math.pi, rows)
    t = np.sin(x) + noise * random.standard_normal(rows)
    return MeasuredRows(x[:, None], t[:, None], ("x",), ("sine",))


MADE: dict[str, Maker] = {
    "xor": _gate((0, 1, 1, 0), "xor", "Whether the two differ"),
    "and": _gate((0, 0, 0, 1), "and", "Whether both are on"),
    "or": _gate((0, 1, 1, 1), "or", "Whether at least one is on"),
    "nand": _gate((1, 1, 1, 0), "nand", "Whether not both are on"),
    "nor": _gate((1, 0, 0, 0), "nor", "Whether neither is on"),
    "xnor": _gate((1, 0, 0, 1), "xnor", "Whether the two are the same"),
    "parity": parity,
    "spirals": spirals,
    "sine": sine,
}
