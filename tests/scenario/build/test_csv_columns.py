"""What a network learns of the columns of a CSV file: texts, fillings, signs."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.scenario.uses.predict import predictor

ROWS = """\
age;sex;weight;y
20;male;70,5;no
?;female;60;yes
40;female;NA;no
30;;80;yes
50;male;75;yes
"""
TEXT = """\
neurosim: 1
title: t
seed: 1
network:
  layers: [{name: x, neurons: INPUTS}, {name: o, neurons: 1, activation: ACTIVATION}]
data:
  csv: {path: d.csv, COLUMNS}
OPTIONS
training: {loss: LOSS, optimizer: {name: sgd, learning_rate: 0.1}, epochs: 2}
"""
LOSS = "half_squared_error"


@pytest.fixture
def scenario(tmp_path):
    def write(rows, columns, *, inputs=1, activation="sigmoid", loss=LOSS, options=""):
        (tmp_path / "d.csv").write_text(rows)
        path, text = tmp_path / "s.yaml", TEXT.replace("COLUMNS", columns)
        changes = {"INPUTS": inputs, "ACTIVATION": activation, "LOSS": loss, "OPTIONS": options}
        for word, value in changes.items():
            text = text.replace(word, str(value))
        path.write_text(text)
        return path

    return write


def test_a_saved_network_reads_rows_as_those_it_was_trained_on(scenario, tmp_path):
    columns = "inputs: all, classes: y, missing: mean, encode: {sex: one_hot}"
    path = scenario(ROWS, columns, inputs=4, options="  scale: standard")
    result = ns.run_scenario(path)
    result.network.save(tmp_path / "net.json")
    rows = tmp_path / "rows.csv"
    weight = (70.5 + 60 + 80 + 75) / 4

    for model in (predictor(path), predictor(tmp_path / "net.json")):
        rows.write_text("weight,age,sex\n71.5,18,male\n,?,\n")
        assert model.read(rows).tolist() == [[18, 0, 1, 71.5], [35, 0.5, 0.5, weight]]
        rows.write_text("18;male;71,5\n30;female;50\n")
        assert model.read(rows).tolist() == [[18, 0, 1, 71.5], [30, 1, 0, 50]]
        rows.write_text("18,71.5\n")
        with pytest.raises(ns.NeurosimError, match="expected 3, or a header with age, sex, weight"):
            model.read(rows)
        rows.write_text("sex,age,weight\nMale,18,71.5\n")
        with pytest.raises(ns.NeurosimError, match="column 'sex': unknown value, got 'Male'"):
            model.read(rows)
    assert result.network.predict(model.read(path.with_name("d.csv"))).tolist() == [
        list(row.outputs) for row in result.table
    ]


def test_gaps_are_filled_with_the_mean_of_the_training_rows(scenario):
    rows = "a,y\n" + "".join(f"{k},{k % 2}\n" for k in range(1, 20)) + "?,0\n"
    options = "  split: {test: 0.4, validation: 0.2}"

    columns = "inputs: [a], classes: y, missing: mean"
    made = ns.load_scenario(scenario(rows, columns, options=options))

    parts = [made.data.part(name).X.ravel() for name in ("train", "validation", "test")]
    known = [x for part in parts for x in part if x == int(x) or x not in made.inputs]
    (filling,) = [neuron.column.filling for neuron in made.network.inputs]
    train = [x for x in parts[0] if x != filling]
    assert filling == pytest.approx(np.mean(train), rel=1e-15)
    assert sum(filling in part for part in parts) == 1
    assert len(known) >= 19
    assert made.data.notes == ("missing cells of a are the mean of the training rows",)


def test_rows_without_gaps_are_filled_later_too(scenario):
    made = ns.load_scenario(scenario("a,y\n1,0\n3,1\n", "inputs: [a], targets: [y], missing: mean"))

    assert made.network["x1"].column == ns.InputColumn("a", filling=2.0)
    assert made.data.notes == ()


def test_an_input_that_has_no_number_cannot_be_filled(scenario):
    path = scenario("a,y\n?,0\n,1\n", "inputs: [a], targets: [y], missing: mean")

    with pytest.raises(ns.ScenarioError, match="input 'a' has no number in the 2 training rows"):
        ns.load_scenario(path)


def test_a_file_without_a_header_is_read_by_numbers_by_predict_too(scenario, tmp_path):
    text = "5,1;1;a;0,2\n7;2;b;1,4\n6;3;b;1\n"
    columns = "inputs: [4, 1], classes: 3, header: false"
    result = ns.run_scenario(scenario(text, columns, inputs=2))
    result.network.save(tmp_path / "net.json")
    model = predictor(tmp_path / "net.json")
    rows = tmp_path / "rows.csv"

    assert [neuron.label for neuron in result.network.inputs] == ["column 4", "column 1"]
    assert model.read(tmp_path / "d.csv").tolist() == [[0.2, 5.1], [1.4, 7], [1, 6]]
    rows.write_text("0.2,5.1\n1.4,7\n")  # as many columns as inputs
    assert model.read(rows).tolist() == [[0.2, 5.1], [1.4, 7]]


@pytest.mark.parametrize(
    ("labels", "activation", "loss", "targets", "note"),
    [
        (("-1", "1"), "tanh", LOSS, [-1, 1], "'-1' and '1' are the targets -1 and 1"),
        (("-1", "1.0"), "identity", LOSS, [-1, 1], "'-1' and '1.0' are the targets -1 and 1"),
        (("-1", "1"), "sigmoid", LOSS, [0, 1], "'-1' and '1' are the targets 0 and 1"),
        (("-1", "1"), "sigmoid", "binary_cross_entropy", [0, 1], "are the targets 0 and 1"),
        (("-1", "1"), "identity", "hinge", [-1, 1], "are the targets -1 and 1"),
        (("no", "yes"), "identity", "hinge", [-1, 1], "'no' and 'yes' are the targets -1 and 1"),
        (("1", "2"), "sigmoid", LOSS, [0, 1], "'1' and '2' are the targets 0 and 1"),
        (("no", "yes"), "tanh", LOSS, [0, 1], "'no' and 'yes' are the targets 0 and 1"),
        (("0", "1"), "tanh", LOSS, [0, 1], None),
    ],
)
def test_two_classes_are_signs_where_these_are_asked_for(  # noqa: PLR0917 - columns of a table
    scenario, labels, activation, loss, targets, note
):
    rows = "a,y\n1,{}\n2,{}\n".format(*labels)
    path = scenario(rows, "inputs: [a], classes: y", activation=activation, loss=loss)

    made = ns.load_scenario(path)

    assert made.targets.ravel().tolist() == targets
    assert [note in told for told in made.data.notes] == ([] if note is None else [True])
    assert made.network.classes.names == labels
    assert made.network.classes.threshold == (0.0 if targets[0] else 0.5)


def test_labels_are_listed_where_there_are_too_many(scenario):
    path = scenario("a,y\n1,Yes\n2,yes\n3,yes \n4,no\n", "inputs: [a], classes: y")

    with pytest.raises(ns.ScenarioError) as caught:
        ns.load_scenario(path)

    assert str(caught.value).endswith(
        "wrong shape, got 3 classes, 'Yes', 'no', 'yes' ('Yes' and 'yes' differ in case);"
        " expected 2 for one output"
    )


def test_each_mistake_of_a_file_is_a_problem_of_its_own(scenario):
    path = scenario("a,y\n1,0\nx,1\n2\n", "inputs: [a], targets: [y]")

    with pytest.raises(ns.ScenarioError) as caught:
        ns.load_scenario(path)

    assert ["d.csv:3: column 'a'" in caught.value.problems[0],
            "d.csv:4: ragged" in caught.value.problems[1]] == [True, True]  # fmt: skip


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ("inputs: species, classes: y", "inputs: no columns, got 'species'; expected a list of"),
        ("inputs: [a], classes: y, delimiter: xx", "delimiter: got 'xx'; expected one character"),
        ("inputs: [a], classes: y, missing: meen", "unknown rule for missing cells, got 'meen'"),
        ("inputs: [a], classes: y, encode: {a: onehot}", "did you mean 'one_hot'?"),
        ("inputs: [0], classes: y, header: false", "data.csv.inputs[0]: out of range, got 0"),
        ("inputs: [a], classes: y, encode: {b: one_hot}", "no column 'b'"),
    ],
)
def test_what_is_wrong_with_the_columns_is_told(scenario, columns, message):
    with pytest.raises(ns.ScenarioError) as caught:
        ns.load_scenario(scenario("a,y\n1,0\n2,1\n", columns))

    assert message in str(caught.value)


def test_what_was_found_is_in_the_result(scenario):
    result = ns.run_scenario(scenario("a;y\n1,5;0\n2;1\n", "inputs: [a], targets: [y]"))

    assert result.notes == ("d.csv is separated by ';', with a decimal comma",)
    assert result.to_dict()["notes"] == list(result.notes)


@pytest.mark.parametrize(
    ("split", "where"), [("", "data: hinge"), ("  split: {test: 0.25}\n", "train rows, shuffled: ")]
)
def test_numbers_that_hinge_refuses_are_said_to_become_signs_as_classes(tmp_path, split, where):
    (tmp_path / "d.csv").write_text("a,y\n1,0\n2,0\n3,0\n4,0\n")
    (tmp_path / "s.yaml").write_text(
        "neurosim: 1\ntitle: t\nnetwork:\n  layers:\n    - {name: x, neurons: 1}\n"
        "    - {name: o, neurons: 1}\ndata:\n"
        f"  csv: {{path: d.csv, inputs: [a], targets: [y]}}\n{split}"
        "training: {loss: hinge, optimizer: {name: sgd, learning_rate: 1}, epochs: 1}\n"
    )

    with pytest.raises(ns.ScenarioError) as caught:
        ns.load_scenario(tmp_path / "s.yaml")

    (problem,) = caught.value.problems
    assert where in problem
    assert "got [0.0] in row 0; expected targets -1 or 1 (" in problem
    assert problem.endswith("; labels become these with classes: COLUMN, encoding: signs")
