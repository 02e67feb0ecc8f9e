"""The L2 penalty: scikit-learn's rule."""

import math

import numpy as np
import pytest

from neurosim.errors import InvalidValueError, WrongTypeError
from neurosim.functions.penalties import L2, require_penalty


def test_the_penalty_is_strength_times_weight_over_rows():
    assert L2(0.5).gradient(3.0, rows=4) == 0.375


def test_the_gradient_is_the_slope_of_scikit_learns_term():
    def term(w):
        return 0.1 / (2 * 5) * w * w

    difference = (term(2.0 + 2.0**-17) - term(2.0 - 2.0**-17)) / 2.0**-16

    assert L2(0.1).gradient(2.0, rows=5) == pytest.approx(difference, abs=1e-11)


@pytest.mark.parametrize("given", [None, {"l2": 0.1}, L2(0.1)])
def test_a_penalty_is_given_as_nothing_a_mapping_or_itself(given):
    assert require_penalty(given) == (None if given is None else L2(0.1))


def test_any_real_number_is_a_strength():
    assert L2(np.float32(0.5)) == L2(0.5)
    assert L2(0).gradient(7.0, rows=1) == 0.0


BAD = [
    (lambda: L2(-0.1), InvalidValueError, "L2(strength=): got -0.1; expected a finite number >= 0"),
    (lambda: L2(math.inf), InvalidValueError, "L2(strength=): not finite, got inf"),
    (lambda: L2("a"), WrongTypeError, "L2(strength=): no number, got 'a'"),
    (lambda: L2(True), WrongTypeError, "L2(strength=): no number, got True"),
    (
        lambda: require_penalty(0.1),
        WrongTypeError,
        "penalty: not a penalty, got 0.1; expected None",
    ),
    (lambda: require_penalty({"l1": 1}), WrongTypeError, "got {'l1': 1}"),
    (lambda: require_penalty({"l2": 1, "l1": 1}), WrongTypeError, "{'l2': 0.1}"),
    (lambda: require_penalty({"l2": None}), WrongTypeError, "L2(strength=): no number, got None"),
]


@pytest.mark.parametrize(("call", "kind", "words"), BAD)
def test_a_bad_penalty_is_refused_with_words(call, kind, words):
    with pytest.raises(kind) as caught:
        call()

    assert words in str(caught.value)
