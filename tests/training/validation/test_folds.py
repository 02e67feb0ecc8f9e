"""Folds: every row is held out once a repeat, and the classes keep their shares."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import neurosim as ns
from neurosim.errors import InvalidValueError, WrongTypeError
from neurosim.training.validation.folds import Folds, require_folds, shares, strata

sklearn = pytest.importorskip("sklearn.model_selection")


def one_hot(classes):
    return np.eye(max(classes) + 1)[classes]


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 3), min_size=20, max_size=80), st.integers(2, 5), st.data())
def test_stratified_folds_have_the_shares_of_scikit_learn(classes, n, data):
    classes = np.array([*classes, *np.repeat(np.arange(4), 5)])
    theirs = sklearn.StratifiedKFold(n).split(classes, classes)

    (ours,) = Folds(folds=n).held_out(one_hot(classes), data.draw(st.integers(0, 9)),
                                      has_classes=True)  # fmt: skip

    assert [np.bincount(classes[rows], minlength=4).tolist() for rows in ours] == [
        np.bincount(classes[rows], minlength=4).tolist() for _, rows in theirs
    ]


@pytest.mark.parametrize("has_classes", [True, False])
def test_every_row_is_held_out_once_a_repeat_and_repeats_differ(has_classes):
    T = one_hot(np.arange(60) % 3)

    first, second = Folds(folds=4, repeats=2).held_out(T, 7, has_classes=has_classes)

    for folds in (first, second):
        assert sorted(np.concatenate(folds)) == list(range(60))
        assert [len(rows) for rows in folds] == [15] * 4
    assert any((a != b).any() for a, b in zip(first, second, strict=True))


def test_the_division_is_drawn_from_the_seed():
    T, five = np.zeros((30, 1)), Folds(folds=5)

    again = five.held_out(T, 1, has_classes=False)[0][0].tolist()

    assert five.held_out(T, 1, has_classes=False)[0][0].tolist() == again
    assert five.held_out(T, 2, has_classes=False)[0][0].tolist() != again


def test_left_out_ones_are_all_rows_in_turn():
    (folds,) = Folds(leave_one_out=True).held_out(np.zeros((4, 1)), 0, has_classes=False)

    assert [rows.tolist() for rows in folds] == [[0], [1], [2], [3]]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "folds: missing; expected a number, or leave_one_out: true"),
        ({"folds": 1}, "folds: got 1; expected an integer >= 2"),
        ({"folds": 5, "repeats": 0}, "repeats: got 0; expected an integer >= 1"),
        ({"folds": 5, "leave_one_out": True}, "expected it alone"),
        ({"stratified": "yes", "folds": 2}, "stratified: got 'yes'; expected true or false"),
        ({"fold": 5}, r"validate: unknown key 'fold' \(did you mean 'folds'\?\)"),
        (5, "validate: got 5; expected a mapping such as"),
    ],
)
def test_a_wrong_division_is_refused(given, message):
    with pytest.raises((InvalidValueError, WrongTypeError), match=message):
        require_folds(given)


@pytest.mark.parametrize(
    ("folds", "classes", "message"),
    [
        (Folds(folds=5), [0, 1, 0], "got 3 rows; expected at least 5"),
        (Folds(folds=3), [0] * 9 + [1, 1], "a class has 2 rows, fewer than 3 folds"),
        (Folds(leave_one_out=True), [0], "got 1 row; expected at least 2"),
    ],
)
def test_rows_that_do_not_suffice_are_refused(folds, classes, message):
    with pytest.raises(InvalidValueError, match=message):
        folds.held_out(one_hot(np.array(classes)), 0, has_classes=True)


def test_shares_of_what_is_no_class_are_refused():
    with pytest.raises(InvalidValueError, match="the targets are no classes; expected false"):
        Folds(folds=2, stratified=True).held_out(np.zeros((4, 1)), 0, has_classes=False)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=50), st.floats(0, 1))
def test_shares_are_off_by_less_than_a_row(classes, fraction):
    numbered = strata(np.array(classes, dtype=float)[:, None])
    n = round(fraction * len(classes))

    found = shares(numbered, n)

    exact = np.bincount(numbered) * n / len(classes)
    assert found.sum() == n
    assert (abs(found - exact) < 1).all()


@pytest.mark.parametrize("validate", [{"folds": 4}, {"leave_one_out": True}])
def test_rows_without_a_target_are_no_classes_of_their_own(validate):
    net = ns.Network(seed=1)
    net.add_layer("x", 2), net.add_layer("o", 3, activation="softmax")
    net.connect("x", "o")
    X, T = np.random.default_rng(0).normal(size=(20, 2)), np.eye(3)[np.arange(20) % 3]
    T[[0, 7]] = np.nan
    history = ns.train(
        net, X, T, loss="cross_entropy", optimizer=ns.Adam(0.01), epochs=2,
        missing_targets="ignore", validate=validate,
    )  # fmt: skip

    held = np.concatenate([fold.rows for fold in history.folds.folds])
    assert len(held) == (20 if "folds" in validate else 18)
    assert np.isfinite(history.folds.loss.mean)
