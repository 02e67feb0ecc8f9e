"""The outputs for the rows of a CSV file."""

import pytest

from neurosim.errors import DivergedError, FileError
from neurosim.scenario import predictor
from neurosim.training.data import Dialect

FIXED = (
    "data:",
    "  initial: {weights: {constant: 1}, biases: {constant: 0.5}}\ndata:",
)
ROWS = [[1.0, 2.0], [3.0, 4.0]]


@pytest.fixture
def model(tmp_path, load, small):
    """A saved network with the inputs a and b."""
    load(small(FIXED)).network.save(tmp_path / "net.json")
    return predictor(tmp_path / "net.json")


@pytest.fixture
def csv(tmp_path):
    def csv(text):
        (tmp_path / "rows.csv").write_bytes(text.encode())
        return tmp_path / "rows.csv"

    return csv


@pytest.mark.parametrize(
    "text",
    [
        "a,b\n1,2\n3,4\n",
        "b,a\n2,1\n4,3\n",
        "id,b,a,note\n7,2,1,x\n8,4,3,y\n",
        "p,q\n1,2\n3,4\n",
        "1,2\n3,4\n",
        "1, 2\n\n3, 4",
        "\ufeff1,2\r\n3,4\r\n",
    ],
)
def test_columns_are_found_by_name_else_taken_in_order_with_a_header_or_without(model, csv, text):
    assert model.read(csv(text)).tolist() == ROWS


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        ("a:b\n1:2\n3:4\n", Dialect(":")),
        ("b:a\n2,0:1,0\n4,0:3,0\n", Dialect(":", ",")),
        ("1:2\n3:4\n", Dialect(":", header=False)),
        ("1;2\n3;4\n", Dialect(decimal=",", header=False)),
        ("a b\n1 2\n3 4\n", Dialect(" ")),
    ],
)
def test_a_dialect_that_is_given_is_taken(model, csv, text, dialect):
    assert model.read(csv(text), dialect).tolist() == ROWS


def test_without_a_header_the_first_line_must_be_a_row(model, csv):
    with pytest.raises(FileError, match="expected 2 that can be read, as there is no header"):
        model.read(csv("a,b\n1,2\n"), Dialect(header=False))


@pytest.mark.parametrize("decimal", [".", ","])
def test_another_decimal_mark_than_the_given_one_is_a_mistake(model, csv, decimal):
    other = {".": ",", ",": "."}[decimal]

    with pytest.raises(FileError, match=f"no finite number, got '1{other}5'"):
        model.read(csv(f"a;b\n1{other}5;2\n"), Dialect(";", decimal))


@pytest.mark.parametrize("header", ["b,A", "b,foo", "A,B", "a,c"])
def test_a_header_with_some_of_the_names_is_not_read_in_order(model, csv, header):
    with pytest.raises(FileError, match=f"some of the inputs' names, got {header[0]}, {header[2]}"):
        model.read(csv(f"{header}\n2,1\n"))


def test_a_header_with_other_names_is_read_in_order_and_said(model, csv):
    notes = []

    assert model.read(csv("p,q\n1,2\n"), note=notes.append).tolist() == [[1.0, 2.0]]
    assert [note.partition("rows.csv: ")[2] for note in notes] == [
        "the columns p, q are read in order, as a, b"
    ]


def test_a_single_row_without_a_header_is_a_row(model, csv):
    assert model.read(csv("1,2")).tolist() == [[1.0, 2.0]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "a,c,d\n1,2,3\n",
            "rows.csv: wrong columns, got 3 (a, c, d); expected 2, or a header",
        ),
        ("1,2,3\n", "rows.csv: wrong columns, got 3 (1, 2, 3); expected 2, or a header with a, b"),
        ("1,2\n3,x\n", "rows.csv:2: column 2: no finite number, got 'x'; expected one"),
        ("1,2\n3,1e999\n", "rows.csv:2: column 2: no finite number, got '1e999'; expected one"),
        ("1,2\n3\n", "rows.csv:2: ragged, got 1 fields; expected 2, as in the first line"),
        ("a,b\n1,x\n", "rows.csv:2: column 'b': no finite number, got 'x'; expected one"),
        ("a,b\n", "rows.csv: no rows, got a header only; expected rows below it"),
        ("", "rows.csv: empty"),
    ],
)
def test_rows_that_do_not_fit_are_told_with_their_line(model, csv, tmp_path, text, message):
    path = csv(text)

    with pytest.raises(FileError) as caught:
        model.read(path)

    assert str(caught.value).replace(f"{tmp_path}/", "").startswith(message)


def test_a_file_that_is_not_there_is_an_error(model, tmp_path):
    with pytest.raises(FileError, match="cannot be read, no such file or directory"):
        model.read(tmp_path / "none.csv")


def test_a_saved_network_gives_its_outputs(model):
    from math import exp

    (first, second) = model.predict(ROWS).ravel().tolist()

    assert model.header == ("o1",)
    assert first == pytest.approx(1 / (1 + exp(-3.5)), rel=0, abs=1e-15)  # 0.5 + 1 + 2
    assert second == pytest.approx(1 / (1 + exp(-7.5)), rel=0, abs=1e-15)


def test_a_scenario_is_trained_first(write, run, small):
    trained = run(small()).network

    assert predictor(write(small())).predict(ROWS).tolist() == trained.predict(ROWS).tolist()


def test_rows_are_scaled_as_the_training_rows_were(write, run, small, tmp_path):
    text = small(("training:", "  scale: standard\ntraining:"))

    scaled = predictor(write(text)).predict(ROWS)

    network = run(text).network
    network.save(tmp_path / "net.json")
    assert scaled.tolist() == network.predict(ROWS).tolist()
    assert scaled.tolist() == predictor(tmp_path / "net.json").predict(ROWS).tolist()
    # inputs of 0 and 1, half of each: mean 0.5, deviation 0.5
    for neuron in network.inputs:
        network.set_scaling(neuron, None)
    assert scaled.tolist() == network.predict([[1.0, 3.0], [5.0, 7.0]]).tolist()


def test_the_columns_may_be_called_as_in_the_data_it_was_trained_on(write, csv, tmp_path, small):
    (tmp_path / "d.csv").write_text("w,h,t\n0,0,0\n1,1,1\n")
    before, _, rest = small().partition("data:")
    data = "data:\n  csv: {path: d.csv, inputs: [w, h], targets: [t]}\n"
    path = write(f"{before}{data}training:{rest.partition('training:')[2]}")

    assert predictor(path).read(csv("t,h,w\n9,2,1\n")).tolist() == [[1.0, 2.0]]


def test_a_scenario_that_diverges_has_no_outputs(write, small):
    text = small(
        ("binary_cross_entropy", "half_squared_error"),
        ("sigmoid", "identity"),
        ("epochs: 4", "epochs: 2000"),
        ("learning_rate: 1", "learning_rate: 99"),
    )
    path = write(text)

    with pytest.raises(DivergedError, match="not finite"):
        predictor(path)
