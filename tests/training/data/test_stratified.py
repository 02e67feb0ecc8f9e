"""Stratified splits: each part has the classes' shares."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurosim.errors import InvalidValueError
from neurosim.training.data import MeasuredRows, make_data


def rows_of(classes):
    X = np.arange(len(classes), dtype=float)[:, None]
    return MeasuredRows(X, np.eye(3)[classes])


@given(st.integers(0, 99), st.sampled_from([0.0, 0.2, 0.25]), st.sampled_from([0.1, 0.2, 0.4]))
def test_each_part_has_the_shares_of_the_classes(seed, validation, test):
    classes = np.repeat([0, 1, 2], [50, 30, 20])

    data = make_data(
        rows_of(classes), np.random.default_rng(seed), validation=validation, test=test,
        stratified=True,
    )  # fmt: skip

    parts = [pair for pair in (data.train, data.validation, data.test) if pair]
    assert sorted(np.concatenate([pair.X.ravel() for pair in parts])) == list(range(100))
    for pair in parts:
        assert (abs(pair.T.sum(0) - len(pair.T) * np.array([0.5, 0.3, 0.2])) < 1).all()
        assert (np.eye(3)[classes][pair.X.ravel().astype(int)] == pair.T).all()


def test_rows_are_drawn_from_the_seed():
    drawn = [
        make_data(rows_of(np.arange(30) % 3), np.random.default_rng(seed), test=0.2,
                  stratified=True).test.X.ravel().tolist()
        for seed in (1, 1, 2)
    ]  # fmt: skip

    assert drawn[0] == drawn[1] != drawn[2]


@pytest.mark.parametrize(
    ("classes", "options", "message"),
    [
        ([0, 0, 0, 1, 1, 2], {}, r"the target \[0.0, 0.0, 1.0\] has 1 row; expected classes"),
        ([0, 0, 0, 1, 1, 1], {"shuffle": False}, "stratified: got shuffle: false, too"),
    ],
)
def test_what_cannot_be_stratified_is_refused(classes, options, message):
    with pytest.raises(InvalidValueError, match=message):
        make_data(rows_of(classes), np.random.default_rng(0), test=0.5, stratified=True, **options)
