"""Rows: classes become targets, and arrays become rows."""

import numpy as np
import pytest

from neurosim.errors import InvalidValueError, ShapeError
from neurosim.training.data import rows as rows_module
from neurosim.training.data.rows import (
    ENCODINGS,
    Labelled,
    MeasuredRows,
    encode,
    from_arrays,
    natural_encoding,
)
from tests.each import each


def labelled(classes, *names):
    X = np.arange(float(len(classes)))[:, None]
    return Labelled(X, np.array(classes), names, ("x",))


@pytest.mark.parametrize(
    ("encoding", "targets", "names"),
    [
        ("one_hot", [[0, 1], [1, 0], [0, 1]], ("no", "yes")),
        ("column", [[1], [0], [1]], ("yes",)),
        ("signs", [[1], [-1], [1]], ("yes",)),
    ],
)
def test_two_classes_are_encoded(encoding, targets, names):
    encoded = encode(labelled([1, 0, 1], "no", "yes"), encoding)

    assert encoded.T.tolist() == targets
    assert encoded.T.dtype == np.float64
    assert encoded.target_names == names
    assert encoded.X.tolist() == [[0.0], [1.0], [2.0]]
    assert encoded.input_names == ("x",)


def test_a_class_without_rows_keeps_its_column():
    encoded = encode(labelled([2, 0], "a", "b", "c"), "one_hot")

    assert encoded.T.tolist() == [[0, 0, 1], [1, 0, 0]]
    assert encoded.target_names == ("a", "b", "c")


@pytest.mark.parametrize("encoding", ["column", "signs"])
def test_one_column_is_for_two_classes(error, encoding):
    assert error(InvalidValueError, encode, labelled([2, 0], "a", "b", "c"), encoding) == (
        f"encoding {encoding!r}: takes two classes, got 3: 'a', 'b', 'c'; expected one_hot"
    )


def test_an_unknown_encoding_is_guessed(error):
    assert error(InvalidValueError, encode, labelled([0, 1], "a", "b"), "onehot") == (
        "encoding: unknown, got 'onehot'; expected one of one_hot, column, signs"
        " (did you mean 'one_hot'?)"
    )


def test_labels_that_are_numbers_by_mistake_do_not_fill_the_memory(error, monkeypatch):
    monkeypatch.setattr(rows_module, "MOST_BYTES", 8 * 9)
    three, four = (labelled(range(n), *map(str, range(n))) for n in (3, 4))

    assert encode(three, "one_hot").T.tolist() == np.eye(3).tolist()
    assert error(InvalidValueError, encode, four, "one_hot") == (
        "encoding 'one_hot': too large, got 4 classes for 4 rows; expected numbers as targets"
    )


@pytest.mark.parametrize(
    ("n_classes", "n_outputs", "encoding"),
    [(2, 1, "column"), (2, 2, "one_hot"), (3, 1, "one_hot"), (3, 3, "one_hot")],
)
def test_two_classes_and_one_output_are_a_column_by_themselves(n_classes, n_outputs, encoding):
    assert natural_encoding(n_classes, n_outputs) == encoding
    assert encoding in ENCODINGS


def test_a_list_of_numbers_is_one_column_where_there_is_one_output():
    rows = from_arrays(np.array([1.0, 2.0]), np.array([0.5, -1.0]), 1)

    assert isinstance(rows, MeasuredRows)
    assert rows.X.tolist() == [[1.0], [2.0]]
    assert rows.T.tolist() == [[0.5], [-1.0]]


def test_a_list_of_numbers_is_classes_where_there_are_more_outputs():
    rows = from_arrays(np.array([[1.0], [2.0]]), np.array([2.0, 0.0]), 3)

    assert isinstance(rows, Labelled)
    assert rows.classes.tolist() == [2, 0]
    assert rows.class_names == ("0", "1", "2")


def test_a_table_of_targets_is_as_it_is():
    rows = from_arrays(np.ones((2, 3)), np.array([[1.0, 2.0], [3.0, 4.0]]), 2)

    assert rows.T.tolist() == [[1.0, 2.0], [3.0, 4.0]]


@each("number", [3.0, -1.0, 0.5, 1.0000000001, float("nan"), float("inf")])
def test_a_number_that_is_no_class_is_told_with_its_place(error, number):
    T = np.array([0.0, number])

    assert error(InvalidValueError, from_arrays, np.ones((2, 1)), T, 3) == (
        f"targets[1]: no class, got {number!r}; expected a whole number from 0 to 2"
    )


@each(
    ("X", "T", "words"),
    [
        ((2, 2, 2), (2, 1), "inputs: wrong shape, got (2, 2, 2); expected (rows, inputs)"),
        ((), (2, 1), "inputs: wrong shape, got (); expected (rows, inputs)"),
        ((0, 2), (0, 1), "inputs: wrong shape, got (0, 2); expected (rows, inputs)"),
        ((2, 2), (), "targets: wrong shape, got (); expected (rows, outputs)"),
        ((2, 2), (2, 1, 1), "targets: wrong shape, got (2, 1, 1); expected (rows, outputs)"),
        ((2, 2), (2, 0), "targets: wrong shape, got (2, 0); expected (rows, outputs)"),
        ((2, 2), (3, 1), "not as many rows of targets as of inputs, got 3; expected 2"),
    ],
)
def test_arrays_that_are_no_rows_are_refused(error, X, T, words):
    assert error(ShapeError, from_arrays, np.ones(X), np.ones(T), 1) == words
