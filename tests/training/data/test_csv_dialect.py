"""How CSV files are written: delimiters, decimal marks, and first lines that are rows."""

import pytest

from neurosim.errors import FileError, InvalidValueError
from neurosim.training.data.csv_dialect import Dialect
from neurosim.training.data.csv_rows import AllBut, read_csv
from tests.each import each

HEADERLESS = Dialect(header=False)


@each(
    "text",
    [
        "a;b;y\n1,5;2;no\n0,5;-1e3;yes\n",
        "a;b;y\r\n1.5;2;no\r\n0.5;-1e3;yes\r\n\r\n;;\r\n",
        '\ufeff"a";"b";"y"\n"1,5";"2";"no"\n"0,5";"-1e3";"yes"\n',
        "a\tb\ty\n1,5\t2\tno\n0,5\t-1e3\tyes\n",
        "  a b   y\n 1.5   2\tno\n0.5 -1e3  yes  \n",
        'a b y\n1,5 2 "no"\n0,5 -1e3 "yes"\n',
        "a|b|y\n1.5|2|no\n0.5|-1e3|yes\n",
        "a,b,y\n1.5,2,no\n0.5,-1e3,yes\n",
    ],
)
def test_delimiter_and_decimal_mark_are_found(written, text):
    rows = read_csv(written(text), inputs=["a", "b"], classes="y")

    assert rows.X.tolist() == [[1.5, 2.0], [0.5, -1000.0]]
    assert [rows.class_names[k] for k in rows.classes] == ["no", "yes"]


def test_a_delimiter_is_found_only_where_the_header_then_has_every_column(written):
    path = written('"kg;net",b c\n1,2\n')

    assert read_csv(path, inputs=["kg;net"], targets=["b c"]).T.tolist() == [[2.0]]


@pytest.mark.parametrize(
    ("text", "classes"),
    [
        ("33,0\tA\n5,0\tB\n", ("A", "B")),
        ('33,0;"q;r"\n5,0;x,y\n', ("q;r", "x,y")),
        ("33,A\n5,B\n", ("A", "B")),
        ("33,a;b\n5,c;d\n", ("a;b", "c;d")),  # by ';' the first field is no number
    ],
)
def test_without_a_header_a_decimal_comma_is_no_delimiter(written, text, classes):
    rows = read_csv(written(text), inputs=["1"], classes="2", dialect=HEADERLESS)

    assert rows.X.tolist() == [[33.0], [5.0]]
    assert rows.class_names == classes


def test_what_is_found_is_noted_where_it_is_not_a_comma(written):
    comma = read_csv(written("a,y\n1,2\n"), inputs=["a"], targets=["y"])
    semicolon = read_csv(written("a;y\n1,5;2\n"), inputs=["a"], targets=["y"])

    assert comma.notes == ()
    assert semicolon.notes == ("rows.csv is separated by ';', with a decimal comma",)


def test_delimiter_and_decimal_mark_may_be_given(written):
    path = written("a~y\n1,5~2\n")

    rows = read_csv(path, inputs=["a"], targets=["y"], dialect=Dialect("~", ","))

    assert rows.X.tolist() == [[1.5]]


@each(
    ("text", "dialect", "message"),
    [
        ("a;y\n1,5;2\n1.5;2\n", Dialect(), ":3: column 'a': no finite number, got '1.5'; expected"
         " one with a decimal comma"),
        ("a;y\n1.5;2\n1,5;2\n", Dialect(), ":3: column 'a': no finite number, got '1,5'"),
        ("a;y\n1.000,5;2\n", Dialect(), ":2: column 'a': no finite number, got '1.000,5'"),
        ("a;y\n1,5;2\n", Dialect(decimal="."), ":2: column 'a': no finite number, got '1,5'"),
        ("a;y\n1.5;2\n", Dialect(decimal=","), ":2: column 'a': no finite number, got '1.5'"),
        ('a,y\n"1,5",2\n', Dialect(), ":2: column 'a': no finite number, got '1,5'"),
        ("a;y\n1;2\n", Dialect(","), ": no column 'a'; the file has 'a;y'"),
        ("a;b\n1;2\n", Dialect(), ": no column 'y'; the file has 'a', 'b' (separated by ';')"),
        ("5.1,3.5\n1,2\n", Dialect(), ": no column 'a'; the file has '5.1', '3.5'; no header line?"
         " then header: false, and columns by number"),
        ("1,1\n1,2\n", Dialect(), ":1: 2 columns are named '1'; expected a name for each;"
         " no header line?"),
    ],
)  # fmt: skip
def test_a_number_or_a_column_that_is_none_is_told(written, error, text, dialect, message):
    path = written(text)

    told = error(FileError, read_csv, path, inputs=["a"], targets=["y"], dialect=dialect)

    assert told.startswith(f"{path}{message}")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"delimiter": "xx"}, "delimiter: got 'xx'; expected one character"),
        ({"delimiter": "1"}, "delimiter: got '1'"),
        ({"delimiter": '"'}, "delimiter: got '\"'"),
        ({"decimal": "'"}, "decimal: got \"'\"; expected '.' or ','"),
        ({"delimiter": ",", "decimal": ","}, "decimal: got ',', the delimiter; expected another"),
    ],
)
def test_what_cannot_be_a_dialect_is_refused(error, options, message):
    assert error(InvalidValueError, Dialect, **options).startswith(message)


@each(
    "text",
    [
        "5.1,3,red\n7,2.5,blue\n",
        "5.1;3;red\n7;2.5;blue\n",
        "5,1;3;red\n7;2,5;blue\n",
        "\ufeff5.1\t3\tred\r\n7\t2.5\tblue\r\n",
        "  5.1   3  red\n7 2.5 blue\n",
    ],
)
@each("inputs", [["1", "2"], AllBut(), AllBut("3")])
def test_without_a_header_columns_are_called_by_their_numbers(written, text, inputs):
    rows = read_csv(written(text), inputs=inputs, classes="3", dialect=HEADERLESS)

    assert rows.X.tolist() == [[5.1, 3.0], [7.0, 2.5]]
    assert rows.class_names == ("blue", "red")
    assert rows.input_names == ("column 1", "column 2")


def test_a_file_of_numbers_between_blanks_with_gaps_and_quoted_names(written):
    path = written('18.0   8   ?   1\t"chevrolet malibu"\n15.0   8   165.0   1\t"buick"\n')

    rows = read_csv(path, inputs=AllBut("5"), targets=["1"], dialect=HEADERLESS, missing="drop")

    assert rows.X.tolist() == [[8.0, 165.0, 1.0]]
    assert rows.T.tolist() == [[15.0]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", ": empty, got no line; expected rows"),
        ("1,2\n", ": no column '3'; the file has '1', '2'"),
        ("1,2,3\n1,x,3\n", ":2: column 2: no finite number, got 'x'; expected one"),
    ],
)
def test_a_mistake_in_a_file_without_a_header_is_told(written, error, text, message):
    path = written(text)

    told = error(FileError, read_csv, path, inputs=["1", "2"], targets=["3"], dialect=HEADERLESS)

    assert told.startswith(f"{path}{message}")
