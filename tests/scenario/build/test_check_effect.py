"""What would have no effect, or no meaning, is refused in a scenario."""

import pytest

from neurosim.errors import ScenarioError
from neurosim.scenario import load_scenario

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


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("learning_rate: 0.5", "learning_rate: 0", r":13:41: training.*learning_rate: got 0, "),
        ("epochs: 5", "epochs: 5\n  batch_size: 5", r":15:15: .*batch_size: got 5, with 4 "),
        ("epochs: 5", "epochs: 5\n  batch_size: 4", None),
        ("cross_entropy", "binary_cross_entropy", r":12:9: .*loss: got .* softmax in o1, o2"),
        ("neurons: []", "neurons: [{name: lone, activation: tanh}]", r":7:13: .*lone: got no conn"),
        ("neurons: []", "neurons: [{name: n, activation: tanh}]\n  connections:\n"
         "    - {from: x, to: o}\n    - {from: n, to: o}", None),
    ],
)  # fmt: skip
def test_the_place_and_the_cure_are_told(tmp_path, old, new, message):
    text = GOOD.replace(old, new)
    if message is None:
        _load(tmp_path, text)
        return
    with pytest.raises(ScenarioError, match=message):
        _load(tmp_path, text)


def test_a_split_leaves_fewer_rows_for_a_batch(tmp_path):
    split = "  split: {validation: 0.5}\ntraining:"
    text = GOOD.replace("epochs: 5", "epochs: 5\n  batch_size: 4").replace("training:", split)

    with pytest.raises(ScenarioError, match="batch_size: got 4, with 2 training rows"):
        _load(tmp_path, text)


def _load(folder, text):
    path = folder / "s.yaml"
    path.write_text(text, "utf-8")
    return load_scenario(path)
