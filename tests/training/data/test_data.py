"""Data: which rows are set aside, and what the scaling is made of."""

import numpy as np
import pytest

from neurosim.errors import InvalidValueError, UnknownNameError
from neurosim.functions.streams import stream
from neurosim.training.data.data import Data, Pair, make_data
from neurosim.training.data.rows import MeasuredRows
from neurosim.training.parts import PARTS
from tests.each import each


def numbered(n):
    """Rows that can be told apart: row k is k, and its target -k."""
    X = np.arange(float(n))[:, None]
    return MeasuredRows(X, -X, ("x",), ("t",))


def divided(n=10, seed=1, **options):
    return make_data(numbered(n), stream(seed, "data"), **options)


def of_part(data, name):
    pair = data.part(name)
    return [] if pair is None else pair.X[:, 0].tolist()


def test_where_nothing_is_set_aside_the_rows_keep_their_order():
    data = divided()

    assert of_part(data, "train") == list(range(10))
    assert (data.input_names, data.target_names) == (("x",), ("t",))


@each("n", [5, 10, 17, 150])
@each(("validation", "test"), [(0.2, 0.2), (0.2, 0.0), (0.0, 0.5), (0.6, 0.2)])
def test_each_row_is_in_one_part_with_its_own_target(n, validation, test):
    data = divided(n, validation=validation, test=test)

    assert sorted(row for name in PARTS for row in of_part(data, name)) == list(range(n))
    for name in PARTS:
        if (pair := data.part(name)) is not None:
            assert pair.T.tolist() == (-pair.X).tolist()


@each(
    ("n", "validation", "test", "sizes"),
    [
        (10, 0.2, 0.2, (6, 2, 2)),
        (150, 0.2, 0.2, (90, 30, 30)),
        (10, 0.0, 0.3, (7, 0, 3)),
        (7, 0.1, 0.5, (2, 1, 4)),  # 0.7 of a row is one row; of 3.5, the even number: 4
        (4, 0.1, 0.0, None),
        (2, 0.5, 0.49, None),
    ],
)
def test_the_sizes_are_the_fractions_rounded_and_the_rest_is_trained_on(n, validation, test, sizes):
    if sizes is None:
        with pytest.raises(InvalidValueError):
            divided(n, validation=validation, test=test)
    else:
        data = divided(n, validation=validation, test=test)

        assert tuple(len(of_part(data, name)) for name in PARTS) == sizes


def test_the_division_depends_on_the_seed_alone():
    first, again, other = (divided(50, seed, validation=0.2, test=0.2) for seed in (1, 1, 2))

    for name in PARTS:
        assert of_part(first, name) == of_part(again, name)
        assert of_part(first, name) != of_part(other, name)


@each(
    ("options", "words"),
    [
        ({"validation": 0.04}, "validation: no rows, got 0.04 of 10; expected a larger fraction"),
        ({"test": 0.04}, "test: no rows, got 0.04 of 10; expected a larger fraction"),
        ({"test": 0.96}, "split: no row of 10 is left to train on"),
        ({"validation": 0.5, "test": 0.5}, "split: no row of 10 is left to train on"),
        ({"test": 1.0}, "test: out of range, got 1.0; expected 0 <= test < 1"),
        ({"validation": -0.1}, "validation: out of range, got -0.1; expected 0 <= validation < 1"),
        ({"test": float("nan")}, "test: out of range, got nan; expected 0 <= test < 1"),
    ],
)
def test_a_part_without_rows_is_refused(error, options, words):
    assert error(InvalidValueError, divided, **options) == words


def test_inputs_are_not_changed_in_place():
    rows = numbered(4)

    make_data(rows, stream(1, "data"), test=0.5)

    assert rows.X.tolist() == [[0.0], [1.0], [2.0], [3.0]]


def test_data_tells_its_parts_in_a_line(error):
    data = divided(10, validation=0.2, test=0.3)

    assert repr(data) == "data: 5 train, 2 validation, 3 test rows of 1 input"
    assert str(Data(Pair(np.ones((3, 2)), np.ones((3, 1))))) == "data: 3 train rows of 2 inputs"
    assert "unknown part of the data 'tset' (did you mean 'test'?)" in error(
        UnknownNameError, data.part, "tset"
    )


def test_the_last_rows_are_set_aside_where_nothing_is_shuffled():
    data = divided(10, validation=0.2, test=0.3, shuffle=False)

    parts = [data.train, data.validation, data.test]
    assert [pair.X[:, 0].tolist() for pair in parts] == [[0, 1, 2, 3, 4], [5, 6], [7, 8, 9]]
