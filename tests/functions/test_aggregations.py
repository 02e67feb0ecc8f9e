"""Aggregations: values, slopes, and that the forms for numbers and for arrays are one function."""

import math

import numpy as np
import pytest

from neurosim.errors import InvalidValueError, UnknownNameError
from neurosim.functions.aggregations import AGGREGATIONS
from tests.each import each

ROWS = ([2.0, -3.0, 0.5], [0.0, 0.0, 4.0], [-1.0, 0.0, 2.0], [1.5], [1.0, 2.0, 2.0, -5.0, -5.0])
VALUES = {
    "sum": [-0.5, 4.0, 1.0, 1.5, -5.0],
    "product": [-3.0, 0.0, 0.0, 1.5, 100.0],
    "max": [2.0, 4.0, 2.0, 1.5, 2.0],
    "min": [-3.0, 0.0, -1.0, 1.5, -5.0],
    "mean": [-0.5 / 3.0, 4.0 / 3.0, 1.0 / 3.0, 1.5, -1.0],
}
OF_NOTHING = {"sum": 0.0, "product": 1.0, "max": 0.0, "min": 0.0, "mean": 0.0}


@pytest.mark.parametrize("name", AGGREGATIONS)
def test_values_are_those_of_a_hand_calculation(name):
    aggregation = AGGREGATIONS[name]

    assert [aggregation.value(row) for row in ROWS] == VALUES[name]
    assert aggregation.value([]) == OF_NOTHING[name]
    assert aggregation.slopes([]) == []


def test_a_product_with_a_zero_has_a_slope_by_that_factor_alone():
    assert AGGREGATIONS["product"].slopes([2.0, 0.0, 3.0]) == [0.0, 6.0, 0.0]
    assert AGGREGATIONS["product"].slopes([2.0, 0.0, 0.0]) == [0.0, 0.0, 0.0]


def test_of_equal_terms_the_first_has_the_slope():
    assert AGGREGATIONS["max"].slopes([1.0, 2.0, 2.0]) == [0.0, 1.0, 0.0]
    assert AGGREGATIONS["min"].slopes([2.0, 1.0, 1.0]) == [0.0, 1.0, 0.0]


@pytest.mark.parametrize("name", ["max", "min"])
def test_a_term_that_is_no_number_is_the_largest_and_the_least(name):
    aggregation = AGGREGATIONS[name]

    for row in ([math.nan, 1.0], [1.0, math.nan, 2.0], [math.inf, math.nan, math.nan]):
        place = [math.isnan(term) for term in row].index(True)
        assert math.isnan(aggregation.value(row))
        assert aggregation.slopes(row).index(1.0) == place


@pytest.mark.parametrize("name", AGGREGATIONS)
def test_slopes_are_those_of_differences(name):
    aggregation, terms, h = AGGREGATIONS[name], [0.7, -1.2, 0.4, 2.0], 2.0**-17

    for k, slope in enumerate(aggregation.slopes(terms)):
        ends = [[*terms[:k], terms[k] + step, *terms[k + 1 :]] for step in (h, -h)]
        above, below = map(aggregation.value, ends)
        assert slope == pytest.approx((above - below) / (2.0 * h), abs=1e-9)


@each("name", AGGREGATIONS)
@each("width", range(5))
def test_arrays_hold_the_same_numbers(name, width):
    aggregation, rng = AGGREGATIONS[name], np.random.default_rng(width)
    terms = rng.integers(-2, 3, size=(3, width, 7)) / 2.0
    found, slopes = np.empty((3, 7)), terms.copy()

    aggregation.array(terms, found)
    aggregation.array_slopes(slopes, slopes)  # in place, as the program does

    for i, j in np.ndindex(3, 7):
        row = terms[i, :, j].tolist()
        assert found[i, j] == pytest.approx(aggregation.value(row), abs=1e-15)
        assert slopes[i, :, j].tolist() == pytest.approx(aggregation.slopes(row), abs=1e-15)


def test_there_are_no_others():
    with pytest.raises(UnknownNameError, match="did you mean 'product'"):
        AGGREGATIONS.find("prodct")
    with pytest.raises(InvalidValueError, match="there are no others"):
        AGGREGATIONS.register(max, name="largest")
