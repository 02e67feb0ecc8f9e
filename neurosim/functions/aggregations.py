"""Aggregations: what a neuron makes of its terms weight * output before the bias is added.

z = bias + response * aggregate of the terms, in the order in which the connections were added. Of
no terms a product is 1, every other aggregate 0. Of equal terms the first is the largest and the
least, and it alone has slope 1; a term that is NaN counts as both. The slopes of a product need no
division, so a term of 0 does no harm. The product of nothing is that of neat-python, where the
largest and least of nothing are errors.

Array forms take terms (n, k, B), one aggregate for each neuron and sample; ``out`` may be them.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurosim.by_fields import ByFields
from neurosim.errors import InvalidValueError
from neurosim.functions.activations import add_up
from neurosim.functions.registry import Table

Array = NDArray[Any]
_Terms = Sequence[float]
SUM = "sum"


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Aggregation(ByFields):
    """A function of the terms of a net input, with its slope by each of them.

    Attributes:
        name: by which networks and scenarios refer to it.
        value: the aggregate.
        slopes: its slope by each term.
        array: the aggregates of terms (n, k, B), written into (n, B).
        array_slopes: their slopes, written into (n, k, B).
        formula: in words.
    """

    name: str
    value: Callable[[_Terms], float]
    slopes: Callable[[_Terms], list[float]]
    array: Callable[[Array, Array], None]
    array_slopes: Callable[[Array, Array], None]
    formula: str


def _sum_slopes(terms: _Terms) -> list[float]:
    return [1.0] * len(terms)


def _sum_into(terms: Array, out: Array) -> None:
    np.add.reduce(terms, axis=1, out=out)


def _sum_slopes_into(_terms: Array, out: Array) -> None:
    out.fill(1.0)


def _mean(terms: _Terms) -> float:
    return add_up(terms) / len(terms) if terms else 0.0


def _mean_slopes(terms: _Terms) -> list[float]:
    return [1.0 / len(terms) for _ in terms]


def _mean_into(terms: Array, out: Array) -> None:
    np.add.reduce(terms, axis=1, out=out)
    np.divide(out, max(terms.shape[1], 1), out)


def _mean_slopes_into(terms: Array, out: Array) -> None:
    out.fill(1.0 / max(terms.shape[1], 1))


def _product(terms: _Terms) -> float:
    product = 1.0
    for term in terms:
        product *= term
    return product


def _product_slopes(terms: _Terms) -> list[float]:
    slopes, product = [1.0] * len(terms), 1.0
    for k, term in enumerate(terms):
        slopes[k] = product  # of the terms before
        product *= term
    product = 1.0
    for k in reversed(range(len(terms))):
        slopes[k] *= product  # of the terms behind
        product *= terms[k]
    return slopes


def _product_into(terms: Array, out: Array) -> None:
    np.multiply.reduce(terms, axis=1, out=out)


def _product_slopes_into(terms: Array, out: Array) -> None:
    given, product = terms.copy(), np.ones_like(terms[:, 0]) if terms.shape[1] else None
    for k in range(terms.shape[1]):
        out[:, k] = product
        product = product * given[:, k]
    product = np.ones_like(terms[:, 0]) if terms.shape[1] else None
    for k in reversed(range(terms.shape[1])):
        out[:, k] *= product
        product = product * given[:, k]


def _place(terms: _Terms, sign: float = 1.0) -> int:
    """The first of the largest terms, or, with sign -1, of the least; NaN before all."""
    best = 0
    for k, term in enumerate(terms):
        is_new_nan = math.isnan(term) and not math.isnan(terms[best])
        if sign * term > sign * terms[best] or is_new_nan:
            best = k
    return best


def _largest(terms: _Terms) -> float:
    return terms[_place(terms)] if terms else 0.0


def _least(terms: _Terms) -> float:
    return terms[_place(terms, -1.0)] if terms else 0.0


def _slopes_at(place: int, terms: _Terms) -> list[float]:
    return [1.0 if k == place else 0.0 for k in range(len(terms))]


def _largest_slopes(terms: _Terms) -> list[float]:
    return _slopes_at(_place(terms), terms)


def _least_slopes(terms: _Terms) -> list[float]:
    return _slopes_at(_place(terms, -1.0), terms)


def _largest_into(terms: Array, out: Array) -> None:
    if terms.shape[1]:
        np.maximum.reduce(terms, axis=1, out=out)
    else:
        out.fill(0.0)


def _least_into(terms: Array, out: Array) -> None:
    if terms.shape[1]:
        np.minimum.reduce(terms, axis=1, out=out)
    else:
        out.fill(0.0)


def _largest_slopes_into(terms: Array, out: Array) -> None:
    if terms.shape[1]:
        place = terms.argmax(axis=1, keepdims=True)
        out.fill(0.0)
        np.put_along_axis(out, place, 1.0, axis=1)


def _least_slopes_into(terms: Array, out: Array) -> None:
    if terms.shape[1]:
        place = terms.argmin(axis=1, keepdims=True)
        out.fill(0.0)
        np.put_along_axis(out, place, 1.0, axis=1)


def _refused(name: str, given: object) -> Aggregation:
    raise InvalidValueError(
        f"aggregation {name!r}: got {given!r:.80}; expected one of {', '.join(AGGREGATIONS)}:"
        " there are no others"
    )


_A = Aggregation
AGGREGATIONS: Table[Aggregation] = Table(
    "aggregation",
    ((a.name, a) for a in (
        _A(SUM, add_up, _sum_slopes, _sum_into, _sum_slopes_into, "t1 + t2 + ..."),
        _A("product", _product, _product_slopes, _product_into, _product_slopes_into,
           "t1 t2 ...; 1 of none"),
        _A("max", _largest, _largest_slopes, _largest_into, _largest_slopes_into,
           "the largest, of equal ones the first; 0 of none"),
        _A("min", _least, _least_slopes, _least_into, _least_slopes_into,
           "the least, of equal ones the first; 0 of none"),
        _A("mean", _mean, _mean_slopes, _mean_into, _mean_slopes_into,
           "(t1 + ... + tn)/n; 0 of none"),
    )),
    check=_refused,
)  # fmt: skip
