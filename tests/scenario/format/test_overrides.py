"""Changes from outside of the file: made to the tree, and checked as if they stood in it."""

import pytest

from tests.each import each


def test_a_value_is_read_as_yaml(load, small):
    made = load(small(), overrides=["training.optimizer.learning_rate=1e-3", "title=no"])

    assert made.training.optimizer.learning_rate == 0.001
    assert made.title == "no"


def test_paths_go_through_lists_and_make_what_is_missing(load, small):
    made = load(
        small(),
        overrides=["network.layers[1].neurons=[p]", "network.initial.weights={constant: 2}"],
    )

    assert [neuron.name for neuron in made.network.outputs] == ["p"]
    assert made.network["a", "p"].weight == 2.0


def test_a_number_may_stand_after_a_point(load, small):
    assert load(small(), overrides=["data.inputs.0=[5, 5]"]).inputs[0].tolist() == [5.0, 5.0]


def test_a_mapping_and_pairs_of_plain_values_are_overrides(load, small):
    by_mapping = load(small(), overrides={"training.epochs": 7})
    by_pairs = load(small(), overrides=[("data.inputs", [[0, 0]] * 4), ("seed", 3)])

    assert by_mapping.training.epochs == 7
    assert by_pairs.inputs.tolist() == [[0.0, 0.0]] * 4
    assert by_pairs.network.seed == 3


def test_a_text_is_one_override(load, small):
    assert load(small(), overrides="training.epochs=7").training.epochs == 7


def test_none_is_nothing(complaints, small):
    (line,) = complaints(small(), overrides={"training.epochs": None})

    assert line.endswith("training.epochs: wrong kind, got nothing; expected a whole number")


def test_the_last_of_two_assignments_counts(load, small):
    assert load(small(), overrides=["seed=1", "seed=2"]).seed == 2


def test_a_key_that_the_file_lacks_is_added(load, two_two_one):
    assert load(two_two_one(), overrides=["seed=5"]).seed == 5


@each(
    ("assignment", "message"),
    [
        ("a", "--set: not understood, got 'a'; expected key=value, such as training.epochs=10"),
        ("=3", "--set: not understood, got ''; expected key=value, such as training.epochs=10"),
        ("a..b=3", "--set: not understood, got 'a..b'; expected key=value,"),
        (f"a[{'9' * 5000}]=3", "--set: not understood, got 'a[999"),
        ("a]=3", "--set: not understood, got 'a]'; expected key=value,"),
        ("seed=abc", "--set seed: seed: wrong kind, got 'abc'; expected a whole number"),
        ("seed=", "--set seed: no value; expected one"),
        ("seed=1e999", "--set seed: not a finite number, got 1e999; expected one below 1.8e308"),
        ("seed=[1", "--set seed: not YAML, did not find expected ',' or ']'"),
        ("seed=&a 1", "--set seed: an anchor is not allowed in a scenario, got '&a'"),
        ("sed=1", "--set sed: sed: unknown key, got 'sed'; expected one of neurosim, title,"),
        (
            "network.layers[9].name=x",
            "--set network.layers[9].name: network.layers[9]: leads nowhere, got a list of 2 there;"
            " expected a number from 0 to 1",
        ),
        (
            "seed.x=1",
            "--set seed.x: seed.x: leads nowhere, got 1 there; expected a mapping above it",
        ),
        (
            "network.layers.x=1",
            "--set network.layers.x: network.layers.x: leads nowhere, got a list of 2 there;"
            " expected a number from 0 to 1",
        ),
    ],
)
def test_an_assignment_that_cannot_be_made_says_so(complaints, small, assignment, message):
    (line,) = complaints(small(), overrides=[assignment])

    assert line.startswith(message)


HEADS = """
    heads: [{outputs: y1, loss: huber}, {outputs: y2, loss: squared_error}]
    optimizer: {name: sgd, learning_rate: 0.1}
    epochs: 2
"""


@pytest.fixture
def two_heads():
    return f"""
neurosim: 1
title: Two heads
network:
  layers:
    - {{name: x, neurons: 2}}
    - {{name: y, neurons: 2}}
data:
  inputs: [[0, 1], [1, 0]]
  targets: [[0, 1], [1, 0]]
training:{HEADS}"""


@pytest.mark.parametrize(
    "assignment",
    [
        "training.heads[0].outputs=zz",
        "training.optimizer.learning_rate=-1",
        "training.optimizer.momentum=3",
        "training.rates.zz=1",
        "network.layers[1].dropout=0.5",
        "data.inputs[0]=[1,2,3]",
    ],
)
def test_a_mistake_that_shows_when_all_is_built_is_told_of_what_was_set(
    complaints, two_heads, assignment
):
    (line,) = complaints(two_heads, overrides=["training.heads[1].weight=2", assignment])

    assert line.startswith(f"--set {assignment.partition('=')[0]}: ")


def test_a_mistake_of_the_file_beside_what_is_set_has_the_place_in_the_file(complaints, two_heads):
    text = two_heads.replace("outputs: y1", "outputs: zz")

    (line,) = complaints(text, overrides=["training.heads[1].weight=2"])

    assert ":12:12: training.heads: heads[0]: no output 'zz'" in line


def test_what_is_set_is_no_key_of_the_file(complaints):
    text = "title: a\nnetwork: {layers: [{name: x, neurons: 1}]}"

    lines = complaints(text, overrides=["engine=graph", "seed=3"])

    assert lines[0].endswith("neurosim: missing key, got title, network; expected also 'neurosim'")


def test_mistakes_of_several_assignments_are_told_at_once(complaints, small):
    lines = complaints(small(), overrides=["seed.x=1", "title.y=2"])

    assert [line.split(":")[0] for line in lines] == ["--set seed.x", "--set title.y"]


def test_engine_and_seed_of_a_run_stand_over_the_file_and_are_checked_as_it_is(run, small):
    result = run(small(), engine="graph", seed=9)

    assert result.engine == "graph"
    assert result.network.seed == 9
