"""Functions of users are total where those of the package are."""

import math

import pytest

from neurosim.functions.users import Guarded, kinks_of


def test_what_a_function_refuses_far_out_is_not_a_number():
    assert math.isnan(Guarded(math.sin)(math.inf))
    assert math.isnan(Guarded(math.hypot)(math.nan, math.inf))  # alone it would be infinite
    assert Guarded(math.exp)(1e5) == math.inf


def test_what_a_function_refuses_nearby_is_an_error():
    with pytest.raises(ValueError, match="domain"):
        Guarded(math.log)(-1.0)


def test_two_sides_that_differ_by_a_thousandth_are_a_kink():
    assert kinks_of(lambda z: 0.00075 * abs(z)) == (0.0,)
    assert kinks_of(lambda z: 0.0004 * abs(z)) == ()
