"""Assignments in the text of a scenario: only their place changes."""

import difflib
import json

import pytest

from neurosim.errors import InvalidValueError, ScenarioError
from neurosim.scenario.build.shipped import list_scenarios
from neurosim.scenario.format.assign import assigned
from neurosim.scenario.format.node import plain
from neurosim.scenario.format.overrides import override
from neurosim.scenario.format.yaml_text import parse
from tests.each import each

TEXT = """\
# head
neurosim: 1
title: a title   # mine

network:
  layers:
    - {name: x, neurons: 2}   # first
    - name: h   # hidden
      neurons: 4
      activation: relu
    - {name: o, neurons: 1,   # last
       bias: true}
# between
data:
  inputs: [[0, 0],   # one
           [0, 1]]
  targets: [[0], [1]]
  # the end of data

training:   # rate
  optimizer:   # rule
    # note
    name: sgd   # plain
    learning_rate: 0.1
  epochs: 10
  loss:
    half_squared_error

expect:
- {loss: {below: 0.1}}
# tail
"""
NOTE = "title: |\n  two\n  lines\n\n# a note\ndata:\n  csv: f  # here\n"


def changes(before, after):
    """The lines that went, with -, and those that came, with +."""
    lines = difflib.ndiff(before.split("\n"), after.split("\n"))
    found = [line[:1] + line[2:] for line in lines if line[:1] in "+-"]
    return sorted(found, key=lambda line: line[0] == "+")


def overridden(text, *assignments):
    """The values of a text as ``--set`` changes them."""
    tree, _ = parse(text, "f")
    override(tree, assignments)
    return plain(tree)


@each(
    ("assignment", "expected"),
    [
        ("title=new", ["-title: a title   # mine", "+title: new   # mine"]),
        ("title='a: b, c'", ["-title: a title   # mine", "+title: 'a: b, c'   # mine"]),
        ("seed=3", ["+seed: 3"]),
        ("data.scale=standard", ["+  scale: standard"]),
        ("data.split={validation: 0.2}", ["+  split: {validation: 0.2}"]),
        ("data.split.validation=0.2", ["+  split: {validation: 0.2}"]),
        ("network.initial.weights=he_normal", ["+  initial: {weights: he_normal}"]),
        (
            "network.layers[1].activation=tanh",
            ["-      activation: relu", "+      activation: tanh"],
        ),
        ("network.layers[1].name=g", ["-    - name: h   # hidden", "+    - name: g   # hidden"]),
        (
            "network.layers[0].activation=tanh",
            [
                "-    - {name: x, neurons: 2}   # first",
                "+    - {name: x, neurons: 2, activation: tanh}   # first",
            ],
        ),
        (
            "network.layers[2].activation=sigmoid",
            ["-       bias: true}", "+       bias: true, activation: sigmoid}"],
        ),
        (
            "network.layers[1]={name: h, neurons: 3}",
            [
                "-    - name: h   # hidden",
                "-      neurons: 4",
                "-      activation: relu",
                "+    - {name: h, neurons: 3}",
            ],
        ),
        ("training.optimizer.name=adam", ["-    name: sgd   # plain", "+    name: adam   # plain"]),
        ("training.optimizer.momentum=0.9", ["+    momentum: 0.9"]),
        (
            "training.optimizer={name: adam}",
            [
                "-  optimizer:   # rule",
                "-    # note",
                "-    name: sgd   # plain",
                "-    learning_rate: 0.1",
                "+  optimizer: {name: adam}   # rule",
            ],
        ),
        ("training.loss=huber", ["-    half_squared_error", "+    huber"]),
        ("training.batch_size=1", ["+  batch_size: 1"]),
        ("training.epochs=1e3", ["-  epochs: 10", "+  epochs: 1000.0"]),
        ("expect=[]", ["-expect:", "-- {loss: {below: 0.1}}", "+expect: []"]),
        ("expect[0].loss.below=0.2", ["-- {loss: {below: 0.1}}", "+- {loss: {below: 0.2}}"]),
        ("draw=[{diagram: n.svg}]", ["+draw: [{diagram: n.svg}]"]),
        (
            "data.inputs=[[1, 1], [1, 0]]",
            [
                "-  inputs: [[0, 0],   # one",
                "-           [0, 1]]",
                "+  inputs: [[1, 1], [1, 0]]",
            ],
        ),
    ],
)
@each("newline", ["\n", "\r\n"])
def test_an_assignment_changes_its_place_and_nothing_else(assignment, expected, newline):
    text = TEXT.replace("\n", newline)

    after = assigned(text, "f", [assignment])

    assert changes(TEXT, after.replace(newline, "\n")) == expected
    assert after.count("\n") == after.count(newline)
    assert plain(parse(after, "f")[0]) == overridden(text, assignment)


def test_a_key_is_added_behind_the_last_of_its_mapping_and_before_what_follows():
    after = assigned(TEXT, "f", ["data.scale=standard", "seed=3", "training.batch_size=1"])

    assert "  targets: [[0], [1]]\n  scale: standard\n  # the end of data\n" in after
    assert "title: a title   # mine\nseed: 3\n\nnetwork:" in after
    assert "    half_squared_error\n  batch_size: 1\n\nexpect:" in after


def test_a_text_of_several_lines_is_replaced_and_added_to():
    assert changes(NOTE, assigned(NOTE, "f", ["title=one"])) == [
        "-title: |", "-  two", "-  lines", "+title: one",
    ]  # fmt: skip
    assert changes(NOTE, assigned(NOTE, "f", ["seed=1"])) == ["+seed: 1"]


def test_a_file_may_end_within_its_last_line():
    assert assigned("data:\n  csv: f", "f", ["data.scale=minmax"]).split("\n") == [
        "data:",
        "  csv: f",
        "  scale: minmax",
    ]


def test_braces_that_are_empty_and_commas_at_the_end_are_no_trouble():
    assert assigned("{}", "f", ["seed=1"]) == '{"seed": 1}'
    assert assigned("a: {}", "f", ["a.b=[x, 'y, z']"]) == "a: {b: [x, 'y, z']}"
    assert assigned("a: {b: 1,}", "f", ["a.c=2"]) == "a: {b: 1, c: 2,}"


def test_json_stays_json():
    text = json.dumps({"title": "é", "data": {"inputs": [[1]]}}, indent=2)

    after = assigned(text, "f", ["data.scale=standard", "title='ü'", "seed=1"])

    assert json.loads(after) == {
        "title": "ü",
        "data": {"inputs": [[1]], "scale": "standard"},
        "seed": 1,
    }
    assert json.dumps(json.loads(text), indent=2).count("\n") == after.count("\n")


def test_letters_beyond_ascii_move_no_place():
    text = "title: ä€𝄞 # ö\ndata: {csv: f} # 𝄞\n"

    after = assigned(text, "f", ["data.scale=standard", "title=𝄞𝄞"])

    assert after == "title: 𝄞𝄞 # ö\ndata: {csv: f, scale: standard} # 𝄞\n"


def test_what_leads_nowhere_is_refused_as_by_set():
    with pytest.raises(ScenarioError, match=r"network.layers\[7\]: leads nowhere"):
        assigned(TEXT, "f", ["network.layers[7].neurons=1"])


def test_what_cannot_be_written_at_its_place_is_refused_and_not_garbled():
    text = "title: |+\n  two\n\n\n# end\n"  # its blank lines are part of the text

    with pytest.raises(InvalidValueError, match="f: cannot be written into this text, got 'seed=1"):
        assigned(text, "f", ["seed=1"])


@pytest.mark.quick("activations", "iris", "xor", "optimizer-a")
@pytest.mark.parametrize("path", [item.path for item in list_scenarios()], ids=lambda p: p.stem)
def test_every_shipped_scenario_can_be_changed_in_its_text(path):
    text = path.read_text()
    assignments = ["seed=17", "title='x, y: z'", "network.colour=[red, {a: 'b #c'}]"]
    if "\ntraining:" in text:
        assignments += ["training.epochs=3", "training.loss={huber: {delta: 0.5}}"]

    after = assigned(text, str(path), assignments)

    assert plain(parse(after, str(path))[0]) == overridden(text, *assignments)
    gone = [line for line in changes(text, after) if line.startswith("-")]
    assert len(gone) <= len(assignments)
    assert after.count("#") - text.count("#") == 1
