"""The check: what counts as having computed the same."""

import numpy as np
import pytest

from tests.benchmarks.systems import Bar, Outcome, compare
from tests.each import each


def outcome(**vectors):
    return Outcome({name: np.array(values, dtype=float) for name, values in vectors.items()})


REFERENCE = outcome(losses=[0.5, 0.25], parameters=[100.0, -2.0])


@each(
    ("other", "said"),
    [
        (outcome(losses=[0.5, 0.2501], parameters=[100.0, -2.0]), "losses[1] is off by 0.0001"),
        (outcome(losses=[0.5, 0.25], parameters=[100.2, -2.0]), "parameters[0] is off by 0.002"),
        (outcome(losses=[0.5, np.nan]), "losses[1] is off by inf"),
        (outcome(losses=[0.5]), "losses: (1,) numbers, expected (2,)"),
        (outcome(outputs=[1.0]), "computed only outputs"),
        (outcome(), "computed only nothing"),
    ],
)
def test_what_differs_does_not_pass_and_says_where(other, said):
    verdict = compare(REFERENCE, other, 1e-6)

    assert not verdict.passed
    assert said in verdict.text


def test_vectors_without_numbers_compare_nothing():
    assert not compare(outcome(losses=[]), outcome(losses=[]), 1e-6).passed


def test_the_error_is_relative_above_one():
    near = outcome(losses=[0.5, 0.25], parameters=[100.0001, -2.0])

    assert compare(REFERENCE, near, 1.1e-6).passed  # 1e-4 of 100
    assert not compare(REFERENCE, near, 0.9e-6).passed


def test_only_what_both_have_is_compared():
    verdict = compare(REFERENCE, outcome(losses=[0.5, 0.25]), 1e-12)

    assert verdict.passed
    assert verdict.text == "losses within 0"


@pytest.mark.parametrize(
    ("sense", "value", "met"),
    [("<=", 0.25, True), ("<=", 0.26, False), (">=", 0.25, True), (">=", 0.24, False)],
)
def test_a_bar_is_met_on_its_own_side(sense, value, met):
    assert Bar("b", ("a",), (), sense, 0.25).is_met(value) is met
