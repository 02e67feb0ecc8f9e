"""Softmax and log-sum-exp: shifted, so that nothing overflows; both forms."""

import math

import numpy as np
import pytest
from numpy.testing import assert_array_max_ulp

from neurosim.functions.activations import (
    add_up,
    log_sum_exp,
    softmax,
    softmax_into,
)
from tests.each import each

ROWS = [
    [0.0],
    [1.0, 1.0],
    [1.0, 2.0, 3.0],
    [1000.0, 1001.0, 1002.0],
    [-1000.0, -1001.0, -1002.0],
    [700.0, -700.0],
    [0.1, -2.5, 3.25, 0.0, -7.0],
]


def by_array(row):
    column = np.array([row]).T.copy()
    softmax_into(column, column)
    return column[:, 0]


@pytest.mark.parametrize("form", [softmax, by_array])
def test_three_numbers_beyond_the_range_of_exp_have_a_softmax(form):
    values = form([1000.0, 1001.0, 1002.0])

    # e^-2, e^-1 and 1 over their sum, 60 digits
    expected = [0.09003057317038046, 0.24472847105479767, 0.6652409557748219]
    assert_array_max_ulp(np.array(values), np.array(expected), maxulp=2)


@each("row", ROWS)
def test_both_forms_of_softmax_are_equal_to_two_ulp(row):
    assert_array_max_ulp(np.array(softmax(row)), by_array(row), maxulp=2)


@each("row", ROWS)
def test_a_softmax_adds_up_to_one(row):
    assert sum(softmax(row)) == pytest.approx(1.0, rel=1e-15)


def test_columns_are_normalized_apart_from_each_other():
    z, out = np.array([[0.0, 3.0], [0.0, 3.0 + math.log(3.0)]]), np.empty((2, 2))

    softmax_into(z, out)

    assert out == pytest.approx(np.array([[0.5, 0.25], [0.5, 0.75]]), rel=4e-16)


def test_log_sum_exp_of_equal_numbers_adds_the_logarithm_of_how_many():
    assert log_sum_exp([5.0] * 4) == 5.0 + math.log(4.0)


@pytest.mark.parametrize("lost", [math.nan, math.inf])
def test_beside_a_lost_number_there_is_no_softmax(lost):
    values = softmax([0.0, lost, 1.0])
    with np.errstate(invalid="ignore"):
        column = by_array([0.0, lost, 1.0])

    assert [math.isnan(a) for a in values] == [True] * 3
    assert np.isnan(column).all() or math.isinf(lost)


def test_an_excluded_class_has_no_share():
    assert softmax([0.0, -math.inf]) == [1.0, 0.0]


def test_terms_are_added_one_after_the_other_in_every_python():
    # in another order, or compensated, 1 would survive beside 1e100
    assert add_up([1.0, 1e100, 1.0, -1e100]) == 0.0
