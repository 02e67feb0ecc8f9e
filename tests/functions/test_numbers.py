"""Numbers: how they are shown, and how they are read from a user."""

import math
from fractions import Fraction

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import InvalidValueError, ShapeError, WrongTypeError
from neurosim.functions.numbers import require_array, require_number, require_rows, short, shown
from tests.each import each

SHOWN = [
    (0.9525741268224334, "0.952574"),
    (3.0, "3"),
    (-0.0, "-0"),
    (0.5, "0.5"),
    (1e-7, "1e-07"),
    (1234567.0, "1.23457e+06"),
    (math.inf, "inf"),
    (math.nan, "nan"),
    (None, "?"),
]


@each(("value", "text"), SHOWN)
def test_a_number_is_shown_with_six_digits(value, text):
    assert short(value) == text


@pytest.mark.parametrize("value", [1, 1.0, np.float32(1), np.int8(1), np.float64(1)])
def test_a_number_of_any_kind_becomes_a_float(value):
    assert type(require_number(value, "x")) is float
    assert require_number(value, "x") == 1.0


NO_NUMBERS = [
    (math.nan, InvalidValueError, "h1.bias: not finite, got nan; expected a finite number"),
    (-math.inf, InvalidValueError, "h1.bias: not finite, got -inf"),
    (np.float32("inf"), InvalidValueError, "h1.bias: not finite"),
    (10**400, InvalidValueError, "h1.bias: not finite, got 1000"),
    ("1", WrongTypeError, "h1.bias: no number, got '1'; expected a finite number"),
    (True, WrongTypeError, "h1.bias: no number, got True"),
    (None, WrongTypeError, "h1.bias: no number, got None"),
    ([1.0], WrongTypeError, "h1.bias: no number, got [1.0]"),
    (1j, WrongTypeError, "h1.bias: no number, got 1j"),
    (np.complex128(1), WrongTypeError, "h1.bias: no real number"),
]


@each(("value", "kind", "words"), NO_NUMBERS)
def test_what_is_no_finite_number_is_refused_with_words(value, kind, words):
    with pytest.raises(kind) as caught:
        require_number(value, "h1.bias")

    assert words in str(caught.value)


ARRAYS = [
    [[0, 1], [2, 3]],
    ((0.0, 1.0), (2.0, 3.0)),
    np.array([[0, 1], [2, 3]], dtype=np.int8),
    np.array([[0, 1], [2, 3]], dtype=np.float32),
    np.array([[0, 1], [2, 3]], dtype=object),
    [[Fraction(0), 1], [2, 3]],
]


@pytest.mark.parametrize("given", ARRAYS)
def test_numbers_in_any_container_become_a_matrix_of_floats(given):
    array = require_array(given, "X")

    assert array.dtype == np.float64
    assert array.tolist() == [[0.0, 1.0], [2.0, 3.0]]


def test_what_a_user_gave_is_shown_up_to_two_hundred_letters():
    assert shown("a" * 198) == repr("a" * 198)
    assert shown("a" * 199) == repr("a" * 199)[:200] + "..."


def test_an_iterator_gives_rows_or_batches_of_them():
    assert require_array(iter([[0, 1], [2, 3]]), "X").tolist() == [[0.0, 1.0], [2.0, 3.0]]
    assert require_array(iter([[[5]]]), "X").tolist() == [[5.0]]
    assert require_array(iter([[[0]], [[1], [2]]]), "X").tolist() == [[0.0], [1.0], [2.0]]


def test_of_one_input_a_list_of_numbers_is_a_column():
    assert require_rows([1, 2], 1).tolist() == [[1.0], [2.0]]
    with pytest.raises(ShapeError, match=r"X: got \(2,\); expected \(B, 2\).*did you mean \[X\]"):
        require_rows([1, 2], 2)


def test_the_array_is_a_new_one():
    given = np.zeros((2, 2))

    require_array(given, "X")[0, 0] = 1.0

    assert given.tolist() == [[0.0, 0.0], [0.0, 0.0]]


NO_ARRAYS = [
    ([[1, 2], [3]], ShapeError, "X: rows of different lengths; expected a matrix"),
    (iter([[1, 2], [3]]), ShapeError, "X: rows of different lengths; expected a matrix"),
    (iter([[[1, 2]], [[3]]]), ShapeError, "X: rows of different lengths; expected a matrix"),
    ([[1, math.nan]], InvalidValueError, "X: not finite at [0, 1], got nan"),
    (math.inf, InvalidValueError, "X: not finite at [], got inf"),
    ([10**400], WrongTypeError, "X: no real numbers, got int too large"),
    (["a", "b"], WrongTypeError, "X: no real numbers, got <U1; expected floats"),
    ([1.0, None], InvalidValueError, "X: not finite at [1]"),
    ([1j], WrongTypeError, "X: no real numbers, got complex128"),
    (np.array(["1.5"], dtype=object), WrongTypeError, "X: no real numbers, got '1.5'"),
    ([object()], WrongTypeError, "X: no real numbers"),
]


@pytest.mark.parametrize(("given", "kind", "words"), NO_ARRAYS)
def test_what_is_no_array_of_finite_numbers_is_refused_with_words(given, kind, words):
    with pytest.raises(kind) as caught:
        require_array(given, "X")

    assert words in str(caught.value)


@pytest.mark.parametrize("huge", [10**5000, -(10**5000)], ids=["large", "negative"])
def test_a_number_that_python_does_not_write_is_told_by_its_bits(huge):
    with pytest.raises(InvalidValueError, match="not finite, got an integer of 16610 bits"):
        require_number(huge, "w")
    with pytest.raises(InvalidValueError, match="out of range, got an integer of 16610 bits"):
        ns.Network(seed=huge)
