"""Rows of CSV files with gaps, with texts, with all columns but some."""

import numpy as np
import pytest

from neurosim.errors import FileError, InvalidValueError, RowsError
from neurosim.network.names import InputColumn
from neurosim.training.data.csv_file import open_csv
from neurosim.training.data.csv_inputs import read_inputs
from neurosim.training.data.csv_rows import AllBut, read_csv
from tests.each import each

GAPS = """\
age,sex,weight,y
20,male,70,no
?,female,60,yes
40,female,NA,no
30,,80,yes
50,male,75,yes
"""
NAN = np.nan


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", ("a", "b c", "d,e")),
        ("a", ("b c", "d,e")),
        ("d,e", ("a", "b c")),
        ("a, b c", ("d,e",)),
        ("y, a", ("b c", "d,e")),
    ],
)
def test_all_columns_but_some_are_inputs_and_never_the_targets(written, text, names):
    path = written('a,b c,"d,e",y,\n1,2,3,4,5\n')

    rows = read_csv(path, inputs=AllBut(text), targets=["y"])

    assert rows.input_names == names  # the last column has no name
    assert rows.T.tolist() == [[4.0]]


def test_a_column_that_is_left_out_must_be_there(written, error):
    path = written("a,species\n1,2\n")

    told = error(FileError, read_csv, path, inputs=AllBut("spcies"), targets=["a"])

    assert told.endswith(
        "no column 'spcies'; the file has 'a', 'species' (did you mean 'species'?)"
    )


def test_rows_with_a_gap_are_dropped_and_counted(written):
    rows = read_csv(written(GAPS), inputs=["weight", "age"], classes="y", missing="drop")

    assert rows.X.tolist() == [[70, 20], [80, 30], [75, 50]]
    assert rows.classes.tolist() == [0, 1, 1]
    assert rows.notes == ("2 of 5 rows are left out: a cell is missing",)


def test_a_gap_that_the_mean_will_fill_is_nan(written):
    rows = read_csv(written(GAPS), inputs=["age"], classes="y", missing="mean")

    assert np.array_equal(rows.X, [[20], [NAN], [40], [30], [50]], equal_nan=True)
    assert rows.columns == (InputColumn("age"),)


def test_a_column_of_texts_has_an_input_for_each_value(written):
    rows = read_csv(
        written(GAPS), inputs=AllBut("age, weight"), classes="y", encode=["sex"], missing="mean"
    )

    assert rows.input_names == ("sex_female", "sex_male")
    assert np.array_equal(rows.X, [[0, 1], [1, 0], [1, 0], [NAN, NAN], [0, 1]], equal_nan=True)
    assert rows.columns == (InputColumn("sex", "female"), InputColumn("sex", "male"))


@each("mark", ["", "?", "NA", "N/A", "nan", "NaN", "null", "NULL"])
@each("column", ["a", "k", "y"])
def test_all_marks_of_a_gap_are_known_in_all_columns(written, mark, column):
    cells = {"a": "1", "k": "u", "y": "no"} | {column: mark}
    path = written(f"a,k,y\n2,u,no\n3,v,yes\n{','.join(cells.values())}\n")

    rows = read_csv(path, inputs=["a", "k"], classes="y", encode=["k"], missing="drop")

    assert rows.X.tolist() == [[2, 1, 0], [3, 0, 1]]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, ":3: column 'age': no finite number, got '?'; expected one, or missing: drop or mean"),
        ({"missing": "mean", "encode": ["sex"], "text": GAPS.replace("80,yes", "80,?")},
         ":5: column 'y': no label, got '?'; expected one, or missing: drop"),
        ({"encode": ["sex"], "text": GAPS.replace("?", "1").replace("NA", "1")},
         ":5: column 'sex': no value, got ''; expected one, or missing: drop or mean"),
        ({"missing": "drop", "text": "age,sex,weight,y\n,1,1,no\n"},
         ": no rows are left, got a missing cell in all 1; expected some without"),
    ],
)  # fmt: skip
def test_a_gap_without_a_rule_is_told_with_the_rules(written, error, options, message):
    path = written(options.pop("text", GAPS.replace("male", "1").replace("fe1", "2")))

    told = error(FileError, read_csv, path, inputs=AllBut(), classes="y", **options)

    assert f"{path}{message}" in told


def test_a_column_of_texts_is_one_mistake_with_its_remedy(written, error):
    path = written(GAPS.replace("?", "1").replace("NA", "1").replace("30,,", "30,other,"))

    told = error(RowsError, read_csv, path, inputs=AllBut(), classes="y")

    assert told == (
        f"{path}:2: column 'sex': no finite number in any row, got 'male' first; expected numbers,"
        " or encode: {sex: one_hot}"
    )


def test_all_mistakes_are_told_at_once_in_the_order_of_lines(written, error):
    path = written('a,b\n1,x\n3\n4,5\ny,z\n"6')

    told = error(RowsError, read_csv, path, inputs=["a"], targets=["b"]).splitlines()

    assert [line.removeprefix(str(path)).partition("; expected")[0] for line in told] == [
        ":2: column 'b': no finite number, got 'x'",
        ":3: ragged, got 1 fields",
        ":5: column 'a': no finite number, got 'y'",
        ":5: column 'b': no finite number, got 'z'",
        ":6: not CSV, a quote is opened and never closed",
    ]


def test_of_many_mistakes_twenty_are_told(written, error):
    path = written("a,b\n1,2\n" + "x,2\n" * 500)

    told = error(RowsError, read_csv, path, inputs=["a"], targets=["b"]).splitlines()

    assert len(told) == 21
    assert told[19].startswith(f"{path}:22: ")
    assert told[20] == f"{path}: ... and more"


@pytest.mark.parametrize(
    ("labels", "names", "classes"),
    [
        (["1", "1.0", "0", "1"], ("0", "1"), [1, 1, 0, 1]),
        (["1e0", "-1", "+1", "-1.0"], ("-1", "+1"), [1, 0, 1, 0]),
        (["1", "1.0", "x"], ("1", "1.0", "x"), [0, 1, 2]),
    ],
)
def test_two_spellings_of_a_number_are_one_class(written, labels, names, classes):
    path = written("x,y\n" + "".join(f"0,{label}\n" for label in labels))

    rows = read_csv(path, inputs=["x"], classes="y")

    assert rows.class_names == names
    assert rows.classes.tolist() == classes


def test_spellings_that_are_one_class_are_noted(written):
    rows = read_csv(written("x,y\n1,1\n2,1.0\n3,0\n"), inputs=["x"], classes="y")

    assert rows.notes == ("in column 'y' '1', '1.0' are one class",)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"missing": "meen"}, "missing: unknown, got 'meen'; expected one of error, drop, mean"
         " (did you mean 'mean'?)"),
        ({"encode": ["y"]}, "encode: no input, got 'y'; expected a column of the inputs"),
    ],
)  # fmt: skip
def test_options_that_do_not_fit_are_refused(written, error, options, message):
    path = written("a,y\n1,2\n2,3\n")

    assert error(InvalidValueError, read_csv, path, inputs=["a"], classes="y", **options) == message


def test_a_known_column_is_read_as_it_was(written):
    columns = [
        InputColumn("age", filling=35.0),
        InputColumn("sex", "f", 0.25),
        InputColumn("sex", "m", 0.75),
    ]
    text = open_csv(written("sex;age\nm;1,5\n;20\nf;?\n"))

    X = read_inputs(text, ";", ["age", "sex", "sex"], columns)

    assert X.tolist() == [[1.5, 0, 1], [20, 0.25, 0.75], [35, 1, 0]]


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ("m,?", ":2: column 'age': no finite number, got '?'; expected one"),
        ("x,1", ":2: column 'sex': unknown value, got 'x'; expected one of 'f', 'm'"),
        (",1", ":2: column 'sex': no value, got ''; expected one of 'f', 'm'"),
    ],
)
def test_a_cell_that_a_network_does_not_know_is_refused(written, error, cells, message):
    columns = [InputColumn("age"), InputColumn("sex", "f"), InputColumn("sex", "m")]
    text = open_csv(written(f"sex,age\n{cells}\n"))

    assert error(FileError, read_inputs, text, ",", ["age", "sex", "sex"], columns) == (
        f"{text.path}{message}"
    )
