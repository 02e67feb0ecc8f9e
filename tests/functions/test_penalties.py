"""The penalties: scikit-learn's L2, L1 likewise, and both together with max-norm."""

import math

import numpy as np
import pytest

from neurosim.errors import InvalidValueError, WrongTypeError
from neurosim.functions.penalties import (
    L1,
    L2,
    Penalties,
    PenaltyList,
    projection,
    require_penalty,
)
from tests.each import each


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


@pytest.mark.parametrize(("w", "expected"), [(3.0, 0.125), (-0.1, -0.125), (0.0, 0.0), (-0.0, 0.0)])
def test_l1_is_strength_times_sign_over_rows(w, expected):
    assert L1(0.5).gradient(w, rows=4) == expected
    assert L1(0.5).array_gradient(np.array([w]), 4).tolist() == [expected]


def test_an_elastic_penalty_is_the_sum_whatever_the_order_of_its_keys():
    elastic = require_penalty({"l2": 0.5, "l1": 0.25})

    assert elastic == Penalties((L1(0.25), L2(0.5))) == require_penalty({"l1": 0.25, "l2": 0.5})
    assert elastic.gradient(-3.0, rows=4) == -0.0625 - 0.375
    assert elastic.array_gradient(np.array([-3.0]), 4).tolist() == [-0.0625 - 0.375]


def test_max_norm_shortens_what_is_longer_and_leaves_the_rest():
    assert projection(2.0, 2.0) == 1.0
    assert projection(4.0, 2.0) == 2.0 / (4.0 + 1e-7)  # as torch.renorm does


def test_any_real_number_is_a_strength():
    assert L2(np.float32(0.5)) == L2(0.5)
    assert L2(0).gradient(7.0, rows=1) == 0.0


BAD = [
    (lambda: L2(-0.1), InvalidValueError, "L2(strength=): got -0.1; expected a number >= 0"),
    (lambda: L2(math.inf), InvalidValueError, "L2(strength=): not finite, got inf"),
    (lambda: L2("a"), WrongTypeError, "L2(strength=): no number, got 'a'"),
    (lambda: L2(True), WrongTypeError, "L2(strength=): no number, got True"),
    (
        lambda: require_penalty(0.1),
        WrongTypeError,
        "penalty: not a penalty, got 0.1; expected None",
    ),
    (lambda: require_penalty({"l3": 1}), WrongTypeError, "got {'l3': 1}; unknown key 'l3'"),
    (lambda: require_penalty({}), WrongTypeError, "{'l2': 0.1}"),
    (lambda: require_penalty({"on": "all"}), InvalidValueError, "expected one of l1, l2, max_norm"),
    (lambda: require_penalty({"l1": -1}), InvalidValueError, "L1(strength=): got -1"),
    (lambda: require_penalty({"max_norm": 0}), InvalidValueError, "max_norm: got 0.0"),
    (lambda: require_penalty({"l1": 1, "on": []}), WrongTypeError, "on: got []; expected weights"),
    (lambda: require_penalty({"l2": None}), WrongTypeError, "L2(strength=): no number, got None"),
    (lambda: require_penalty([]), WrongTypeError, "penalty: got an empty list; expected one"),
    (lambda: require_penalty([{"l1": 1}, {"l3": 1}]), WrongTypeError, "penalty[1]: not a penalty"),
    (lambda: require_penalty([{"l1": 1}, [{"l2": 1}]]), WrongTypeError, "penalty[1]: got [{'l2'"),
]


@each(("call", "kind", "words"), BAD)
def test_a_bad_penalty_is_refused_with_words(call, kind, words):
    with pytest.raises(kind) as caught:
        call()

    assert words in str(caught.value)


def test_a_list_of_one_is_that_one_and_lists_in_it_are_laid_end_to_end():
    both = PenaltyList((Penalties((L2(0.5),)), Penalties((L1(0.25),))))

    assert require_penalty([{"l2": 0.5}]) == L2(0.5)
    assert require_penalty([both, L1(1)]).parts == (*both.parts, Penalties((L1(1),)))


def test_penalties_of_several_sets_add_up():
    both = PenaltyList((Penalties((L2(0.5),)), Penalties((L1(0.25),), on="all")))

    assert both.gradient(2.0, rows=4) == 0.5 * 2 / 4 + 0.25 / 4
