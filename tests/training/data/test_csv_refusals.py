"""What a CSV file may not be, and the words and the line that say so."""

import pytest

from neurosim.errors import FileError
from neurosim.training.data import csv_file
from neurosim.training.data.csv_file import open_csv
from neurosim.training.data.csv_rows import read_csv
from tests.each import each


@each(
    ("content", "words"),
    [
        ("", ": empty, got no line; expected a header line and rows"),
        ("\n\n\r\n", ": empty, got no line; expected a header line and rows"),
        ("\ufeff", ": empty, got no line; expected a header line and rows"),
        ("a,b\n", ": no rows, got a header only; expected rows below it"),
        ("a,b\n1,2\n3\n", ":3: ragged, got 1 fields; expected 2, as in the first line"),
        ("a,b\n\n1,2,3\n", ":3: ragged, got 3 fields; expected 2, as in the first line"),
        ('a,b\n"1\n",2\n3\n', ":4: ragged, got 1 fields; expected 2, as in the first line"),
        ('a,b\n1,2\n3,"4\n5,6\n', ":3: not CSV, a quote is opened and never closed"),
        ('a,"b\n1,2\n', ":1: not CSV, a quote is opened and never closed"),
        ('a,b\n"1"x,2\n', ":2: not CSV, text follows a closing quote; expected a comma"),
        ("a,b,c,c\n1,2,3,4\n", ":1: 2 columns are named 'c'; expected a name for each"),
        ("a,b,,\n1,2,3,4\n", ":1: 2 columns are named ''; expected a name for each"),
        (b"a,b\r\n1,2\r\n3,\xff\n", ":3: no UTF-8 text, got the byte 0xff; expected a file saved"),
        ("a,b\n1,2\n".encode("utf-16"), ":1: no"),
        (b"a,b\n1,2\n3,\x004\n", ":3: no text, got a NUL; expected a CSV file"),
        ("a,b\n1,2\n" + "3" * 200_000 + ",4\n", ":3: not CSV, field larger than field limit"),
        ("a,b\n1,2\nx,4\n", ":3: column 'a': no finite number, got 'x'; expected one"),
        ("a,b\n1,2\n3,1e400\n", ":3: column 'b': no finite number, got '1e400'; expected one"),
        ("a,b\n1,nan\n", ":2: column 'b': no finite number, got 'nan'; expected one"),
        ("a,b\n1,inf\n", ":2: column 'b': no finite number, got 'inf'; expected one"),
        ("a,b\n1,\n", ":2: column 'b': no finite number, got ''; expected one"),
        ("a,b\n1,\u0663\n", ":2: column 'b': no finite number, got '\u0663'; expected one"),
        ("a,bb\n1,2\n", ": no column 'b'; the file has 'a', 'bb' (did you mean 'bb'?)"),
    ],
)
def test_a_mistake_is_told_with_its_line(written, error, content, words):
    path = written(content)

    message = error(FileError, read_csv, path, inputs=["a"], targets=["b"])

    assert message.startswith(f"{path}{words}")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("x,k\n1,a\n2,\n", ":3: column 'k': no label, got ''; expected one"),
        ("x,k\n1,a\n2,a\n", ": column 'k': one class, got 'a'; expected two or more"),
        ("x,kind\n1,a\n2,b\n", ": no column 'k'; the file has 'x', 'kind'"),
    ],
)
def test_a_mistake_in_labels_is_told(written, error, content, words):
    path = written(content)

    message = error(FileError, read_csv, path, inputs=["x"], classes="k")

    assert message.startswith(f"{path}{words}")


def test_of_two_mistakes_the_first_line_is_told(written, error):
    path = written("a,b\n1,x\n3\n")

    assert f"{path}:2: column 'b'" in error(FileError, read_csv, path, inputs=["a"], targets=["b"])


def test_what_is_quoted_from_a_file_is_short_and_printable(written, error):
    path = written("a\n\x1b[31m" + "x" * 10_000 + "\n")

    message = error(FileError, read_csv, path, inputs=["a"])

    assert "\x1b" not in message
    assert len(message) < len(str(path)) + 150


def test_a_wide_header_is_shown_in_part(written, error):
    header = ",".join(f"c{n}" for n in range(500))
    path = written(f"{header}\n{header}\n")

    assert "'c19', and 480 more" in error(FileError, read_csv, path, inputs=["speed"])


def test_a_file_over_the_limit_is_refused_unread(written, error, monkeypatch):
    monkeypatch.setattr(csv_file, "MOST_BYTES", 2_000_000)
    path = written("a\n" + "1\n" * 1_000_000)

    message = error(FileError, open_csv, path)

    assert message == f"{path}: too large, got 2000002 bytes; expected at most 2 MB"


def test_a_line_over_the_limit_is_refused(written, error, monkeypatch):
    monkeypatch.setattr(csv_file, "MOST_CHARACTERS", 10)
    path = written("a\n1\n" + "," * 11 + "\n")

    message = error(FileError, read_csv, path, inputs=["a"])

    assert message.startswith(f"{path}:3: too long, got over 10 characters in one line")
