"""Many cases in one test: none is left out, and what fails is told with its case."""

import inspect

import pytest

from tests.each import each


def test_every_case_is_tried_and_each_that_fails_is_told_with_its_case():
    tried = []

    @each(("a", "b"), [(1, 1), (2, 3), (4, 4), (5, 6)])
    def check(a, b, fixture):
        tried.append((a, b, fixture))
        if a == 2:
            pytest.fail("as where nothing is raised")
        assert a == b

    with pytest.raises(BaseExceptionGroup, match="2 of 4 cases fail") as caught:
        check(fixture="f")
    assert tried == [(1, 1, "f"), (2, 3, "f"), (4, 4, "f"), (5, 6, "f")]
    notes = [error.__notes__ for error in caught.value.exceptions]
    assert notes == [["case: {'a': 2, 'b': 3}"], ["case: {'a': 5, 'b': 6}"]]
    assert list(inspect.signature(check).parameters) == ["fixture"]


def test_two_lists_of_cases_are_all_pairs():
    tried = []

    @each("a", "xy")
    @each("b", [1, 2])
    def check(a, b):
        tried.append(f"{a}{b}")

    check()
    assert tried == ["x1", "x2", "y1", "y2"]


def test_a_case_with_marks_and_a_case_without_its_argument_are_refused():
    with pytest.raises(AssertionError, match="no marks"):
        each("a", [pytest.param(1, marks=pytest.mark.slow)])
    with pytest.raises(AssertionError, match="are its arguments"):
        each("a", [1])(lambda b: b)
