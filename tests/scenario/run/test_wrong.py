"""The rows that a network gets wrong, and on which rows numbers were measured."""

import json

import pytest

import neurosim as ns
from neurosim.errors import InvalidValueError, UnknownNameError

PETS = """\
neurosim: 1
title: pets
network:
  layers: [{name: x, neurons: 1}, {name: out, neurons: [cat, dog]}]
  connections: [{from: x, to: out, weights: [[1, -1]]}]
data:
  inputs: [[1], [2], [-3]]
  targets: [[1, 0], [0, 1], [1, 0]]
"""


@pytest.fixture
def scenario(tmp_path):
    def build(text):
        path = tmp_path / "scenario.yaml"
        path.write_text(text)
        return ns.load_scenario(path)

    return build


def test_classes_are_wrong_where_another_is_predicted(scenario):
    pets = scenario(PETS)

    wrong = ns.wrong_rows(pets, pets.network)

    assert str(wrong) == "2 of 3 training rows are wrong"
    assert [(row.row, row.target, row.predicted) for row in wrong.rows] == [
        (1, "dog", "cat"),
        (2, "cat", "dog"),
    ]
    assert wrong.rows[0].inputs == (2.0,)
    assert wrong.rows[0].outputs == (2.0, -2.0)


def test_labels_are_wrong_where_one_of_them_is(scenario):
    rows = "inputs: [[1], [0], [-1]]\n  targets: [[1, 0], [1, 1], [0, 0]]\n"
    labels = scenario(PETS[: PETS.index("inputs:")] + rows)

    wrong = ns.wrong_rows(labels, labels.network)

    assert [(row.row, row.target, row.predicted) for row in wrong.rows] == [
        (1, "cat, dog", "none"),
        (2, "none", "dog"),
    ]


def test_yes_and_no_are_numbers_where_they_have_no_names(scenario):
    text = PETS.replace("[cat, dog]", "[o]").replace("[[1, -1]]", "[[1]]")
    text = text[: text.index("data:")] + "data: {inputs: [[1], [2]], targets: [[1], [-1]]}\n"
    yes_no = scenario(text)

    wrong = ns.wrong_rows(yes_no, yes_no.network)

    assert [(row.row, row.target, row.predicted) for row in wrong.rows] == [(1, "-1", "1")]


def test_numbers_are_not_wrong_and_a_part_must_be_there(scenario):
    pets = scenario(PETS)
    numbers = scenario(PETS.replace("[0, 1]", "[0.5, 1]"))

    with pytest.raises(InvalidValueError, match="got a task of regression"):
        ns.wrong_rows(numbers, numbers.network)
    with pytest.raises(InvalidValueError, match="the scenario has no test rows"):
        ns.wrong_rows(pets, pets.network, "test")
    with pytest.raises(UnknownNameError, match="did you mean 'test'"):
        ns.wrong_rows(pets, pets.network, "tset")


def test_the_wrong_rows_are_those_that_accuracy_counts():
    iris = ns.load_scenario("iris")
    result = ns.run_scenario("iris")

    wrong = ns.wrong_rows(iris, result.network, "validation")

    assert 1 - len(wrong.rows) / wrong.n_rows == result.last.metrics["accuracy"]


def test_a_result_says_on_which_rows_its_metrics_were_measured():
    document = json.loads(json.dumps(ns.run_scenario("iris").to_dict()))

    assert document["measured"]["on"] == "validation"
    assert document["measured"]["metrics"] == {"accuracy": 0.9333333333333333}
    assert document["measured"]["loss"] == pytest.approx(0.174, abs=1e-3)


def test_gates_have_labels_of_which_differ_is_wrong_in_one_row():
    gates = ns.load_scenario("gates")

    result = ns.run_scenario("gates")
    wrong = ns.wrong_rows(gates, result.network)

    assert result.to_dict()["measured"] == {
        "on": "train",
        "metrics": {"accuracy": 0.75, "label_accuracy": 0.95},
    }
    assert [(row.target, row.predicted) for row in wrong.rows] == [
        ("either, not_both, differ", "either, not_both")
    ]


def test_three_gates_of_sigmoids_are_all_right(engine):
    net = ns.Network(seed=3)
    net.add_layer("x", 2)
    net.add_layer("gates", ["both", "either", "not_both"], activation="sigmoid")
    net.connect("x", "gates")
    X, T = [[0, 0], [0, 1], [1, 0], [1, 1]], [[0, 0, 1], [0, 1, 1], [0, 1, 1], [1, 1, 0]]

    history = ns.train(net, X, T, loss="binary_cross_entropy", optimizer=ns.SGD(5.0), epochs=400,
                       metrics=["accuracy", "label_accuracy"], engine=engine)  # fmt: skip

    assert history.metrics["accuracy"][-1] == 1.0
    assert history.metrics["label_accuracy"][-1] == 1.0
    assert str(history).endswith(", training accuracy 1, training label accuracy 1")
