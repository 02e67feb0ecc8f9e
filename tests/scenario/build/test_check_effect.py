"""What would have no effect, or no meaning, is refused in a scenario."""

import re

import pytest

from neurosim.errors import ScenarioError
from neurosim.scenario import load_scenario
from neurosim.scenario.build.scenario import load_to_diagnose
from neurosim.scenario.run.run import start_run

GOOD = """neurosim: 1
title: t
network:
  layers:
    - {name: x, neurons: 2}
    - {name: o, neurons: 2, activation: softmax}
  neurons: []
data:
  inputs: [[0, 0], [0, 1], [1, 0], [1, 1]]
  targets: [[0, 1], [1, 0], [1, 0], [0, 1]]
training:
  loss: cross_entropy
  optimizer: {name: sgd, learning_rate: 0.5}
  epochs: 5
"""


def test_the_scenario_that_the_others_spoil_is_right(tmp_path):
    _load(tmp_path, GOOD)


SIGMOID = GOOD.replace("softmax", "sigmoid").replace("cross_entropy", "binary_cross_entropy")
HIDDEN = "neurons: [{name: h, activation: tanh}]\n  connections: "
NO_INPUTS = """neurosim: 1
title: t
network: {neurons: [{name: a}], outputs: [a]}
data: {inputs: [ROWS], targets: [[1]]}
"""
SPOILED = (  # a text, what is replaced, by what, and the message; or None, where it is taken
    (GOOD, "learning_rate: 0.5", "learning_rate: 0", r":13:41: training.*learning_rate: got 0, "),
    (GOOD, "sgd, learning_rate: 0.5", "adam, learning_rate: -0.0", "learning_rate: got 0, "),
    (GOOD, "epochs: 5", "epochs: 5\n  schedule: {list: [[0, 0], [9, 0]]}",
     ":15:13: training.schedule: got 0, "),
    (GOOD, "epochs: 5", "epochs: 5\n  schedule: {list: [[0, 1], [9, 0]]}", None),
    (GOOD, "epochs: 5", "epochs: 5\n  batch_size: 5", r":15:15: .*batch_size: got 5, with 4 "),
    (GOOD, "epochs: 5", "epochs: 5\n  batch_size: 4", None),
    (GOOD, "cross_entropy", "binary_cross_entropy", r":12:9: .*loss: got .* softmax in o1, o2"),
    (GOOD, "loss: cross_entropy", "heads: [{outputs: o, loss: binary_cross_entropy}]",
     r":12:30: training.heads\[0\].loss: got .* softmax in o1, o2"),
    (GOOD, "loss: cross_entropy", "heads: [{outputs: [o1, o2], loss: binary_cross_entropy}]",
     r":12:37: training.heads\[0\].loss: got .* softmax in o1, o2"),
    (GOOD, "neurons: []", "neurons: [{name: lone, activation: tanh}]",
     r":7:13: .*lone: got no connection"),
    (GOOD, "neurons: []", "connections: [{from: x1, to: o}]", ":5:7: .*x2: got no connection"),
    (GOOD, "neurons: []", "connections: [{from: x, to: o1}]", None),  # o2 is what o1 is not
    (SIGMOID, "neurons: []", "connections: [{from: x, to: o1}]",
     r":6:7: network.layers\[1\]: o2: got an output that no input reaches"),
    (SIGMOID, "neurons: []", HIDDEN + "[{from: x, to: o1}, {from: h, to: o2}]",
     "o2: got an output that no input"),
    (SIGMOID, "neurons: []", "neurons: [{name: p, activation: tanh, bias: 1}]\n  outputs: [o1, p]\n"
     "  connections: [{from: x, to: o}]", r":7:13: network.neurons\[0\]: p: got an output that"),
    (SIGMOID, "neurons: []", HIDDEN + "[{from: x, to: o}, {from: h, to: o}]", None),  # a bias alone
    (SIGMOID, "neurons: []", HIDDEN + "[{from: x, to: o}, {from: x, to: h}]", None),  # a dead end
    ("neurosim: 1\ntitle: t\nnetwork: {neurons: [{name: a}], outputs: [a], NOTHING: []}",
     "NOTHING", "inputs",
     ":3:10: network: got no inputs; expected"),
    (NO_INPUTS, "ROWS", "[]", ":3:10: network: got no inputs; expected"),
    (NO_INPUTS, "ROWS", "[1]", ":3:10: network: got no inputs; expected"),
)  # fmt: skip


def test_the_place_and_the_cure_are_told(tmp_path):
    wrong = []
    for text, old, new, message in SPOILED:
        assert old in text
        try:
            _load(tmp_path, text.replace(old, new))
        except ScenarioError as error:
            told = str(error)
        else:
            told = ""
        if not re.search(message or "^$", told):
            wrong.append((new, message, told))

    assert not wrong, "\n".join(map(repr, wrong))


def test_what_no_input_reaches_is_taken_by_a_diagnosis(tmp_path):
    path = tmp_path / "s.yaml"
    path.write_text(SIGMOID.replace("neurons: []", "connections: [{from: x, to: o1}]"), "utf-8")

    run = start_run(load_to_diagnose(path))

    assert run.result().epochs == 5
    assert [finding.name for finding in run.diagnosis().findings][:1] == ["unused_output"]
    with pytest.raises(ScenarioError, match="o2: got an output that no input reaches"):
        start_run(path)


def test_a_split_leaves_fewer_rows_for_a_batch(tmp_path):
    split = "  split: {validation: 0.5}\ntraining:"
    text = GOOD.replace("epochs: 5", "epochs: 5\n  batch_size: 4").replace("training:", split)

    with pytest.raises(ScenarioError, match="batch_size: got 4, with 2 training rows"):
        _load(tmp_path, text)


def _load(folder, text):
    path = folder / "s.yaml"
    path.write_text(text, "utf-8")
    return load_scenario(path)
