"""What a CSV file means: its numbers, its columns, its classes."""

import numpy as np

from neurosim.training.data.csv_file import number_of, open_csv, read_lines
from neurosim.training.data.csv_rows import read_csv
from neurosim.training.data.csv_table import read_table
from tests.each import each


def test_the_columns_that_are_asked_for_are_read_in_the_order_asked(written):
    path = written("a,b,c\n1,2,3\n4,5,6\n")

    rows = read_csv(path, inputs=["c", "a"], targets=["b"])

    assert rows.X.tolist() == [[3.0, 1.0], [6.0, 4.0]]
    assert rows.T.tolist() == [[2.0], [5.0]]
    assert (rows.input_names, rows.target_names) == (("c", "a"), ("b",))
    assert rows.X.dtype == rows.T.dtype == np.float64


def test_without_targets_there_are_inputs_only(written):
    rows = read_csv(written("a,b\n1,2\n"), inputs=["a", "b"])

    assert rows.X.tolist() == [[1.0, 2.0]]
    assert rows.T.shape == (1, 0)


@each(
    "text",
    [
        "a,b\r\n1,2\r\n3,4\r\n",
        "a,b\r1,2\r3,4\r",
        "a,b\n1,2\n3,4",
        "\ufeffa,b\n1,2\n3,4\n",
        "\n\na,b\n\n1,2\n\n3,4\n\n",
        " a , b \n 1 , 2 \n\t3\t,4\n",
        '"a","b"\n"1","2"\n"3", "4"\n',
        "'a','b'\n'1','2'\n3,'4'\n",
        "a,b\n1,2\n,\n3,4\n , \n",
    ],
)
def test_line_ends_marks_blanks_and_quotes_do_not_change_the_numbers(written, text):
    rows = read_csv(written(text), inputs=["a"], targets=["b"])

    assert rows.X.tolist() == [[1.0], [3.0]]
    assert rows.T.tolist() == [[2.0], [4.0]]


def test_a_quoted_cell_may_have_commas_quotes_and_line_breaks(written):
    path = written('"the ""a"", in\nmetres",b\n1,x\n2,"y,\nz"\n3,x\n')

    rows = read_csv(path, inputs=['the "a", in\nmetres'], classes="b")

    assert rows.X.tolist() == [[1.0], [2.0], [3.0]]
    assert rows.class_names == ("x", "y,\nz")
    assert rows.classes.tolist() == [0, 1, 0]


def test_a_line_is_counted_where_it_begins(written):
    path = written('a\n\n"1\n2"\n3\n')

    assert list(read_lines(path)) == [(1, ["a"]), (3, ["1\n2"]), (5, ["3"])]


def test_a_table_is_its_header_and_the_lines_below(written):
    header, lines = read_table(open_csv(written("a,b\n1,x\n2,y\n")))

    assert header == ["a", "b"]
    assert list(lines) == [(2, ["1", "x"]), (3, ["2", "y"])]


@each(
    ("cell", "number"),
    [
        ("5", 5.0),
        ("-0.5", -0.5),
        ("+.5", 0.5),
        ("5.", 5.0),
        ("1e3", 1000.0),
        ("1E-3", 0.001),
        ("007", 7.0),
        ("0.1", 0.1),
        ("1.7976931348623157e308", 1.7976931348623157e308),
        ("1e-400", 0.0),
    ],
)
def test_a_number_is_decimal_with_a_point_and_a_power_of_ten(cell, number):
    assert number_of(cell) == number


@each(
    "cell",
    [
        *["", "x", "nan", "inf", "-Infinity", "1e400", "1_000", "0x10", "1,5", "1 2", ".", "1e"],
        *["e3", "--1", "\u0663", "\uff11", "1\u0661", "\u00b2", "1" * 400, "1" * 50_000 + "x"],
    ],
)
def test_what_is_no_finite_number_in_ascii_is_none(cell):
    assert number_of(cell) is None


@each(
    ("labels", "order"),
    [
        (["setosa", "Virginica", "a"], ("Virginica", "a", "setosa")),
        (["10", "9", "1"], ("1", "9", "10")),
        (["2", "-1", "0.5"], ("-1", "0.5", "2")),
        (["10", "nan", "9"], ("10", "9", "nan")),
        (["10", "inf", "9"], ("10", "9", "inf")),
        (["10", "1_1", "9"], ("10", "1_1", "9")),
        (["\u0663", "10", "9"], ("10", "9", "\u0663")),
    ],
)
def test_classes_are_in_the_order_of_numbers_only_where_all_labels_are_numbers(
    written, labels, order
):
    path = written("x,kind\n" + "".join(f"0,{label}\n" for label in labels))

    rows = read_csv(path, inputs=["x"], classes="kind")

    assert rows.class_names == order
    assert [rows.class_names[number] for number in rows.classes] == labels


def test_the_order_of_classes_does_not_depend_on_that_of_the_rows(written):
    first = read_csv(written("x,k\n1,b\n2,a\n3,c\n", "1.csv"), inputs=["x"], classes="k")
    second = read_csv(written("x,k\n1,c\n2,a\n3,b\n", "2.csv"), inputs=["x"], classes="k")

    assert first.class_names == second.class_names == ("a", "b", "c")
    assert first.classes.tolist() == [1, 0, 2]
    assert second.classes.tolist() == [2, 0, 1]


def test_a_column_that_nobody_asked_for_may_hold_anything(written):
    rows = read_csv(written("a,note,b\n1,nan,2\n3,,4\n"), inputs=["a"], targets=["b"])

    assert rows.X.tolist() == [[1.0], [3.0]]
