"""Heads, weights and missing targets in scenarios: written, read, and run to the same bits."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import ScenarioError
from neurosim.scenario import load_scenario, run_scenario

RANDOM = np.random.default_rng(5)
ROWS = RANDOM.normal(size=(9, 2))
CSV = """\
a,b,kind,importance
1,2,red,1
2,1,blue,2
0,1,,1
1,1,blue,0.5
3,1,red,3
0,0,green,1
"""
TEXT = """\
neurosim: 1
title: weighed
network:
  layers: [{name: x, neurons: 2}, {name: o, neurons: 3, activation: softmax}]
  connections: [{from: x, to: o}]
data:
  csv: {path: rows.csv, inputs: [a, b], classes: kind, weights: importance, missing_targets: ignore}
  split: {validation: 0.34, shuffle: false}
training:
  loss: cross_entropy
  class_weight: balanced
  optimizer: {name: sgd, learning_rate: 0.5}
  epochs: 5
  metrics: [accuracy]
"""


def headed():
    net = ns.Network("headed", seed=4)
    net.add_layer("x", 2), net.add_layer("o", 2, activation="softmax"), net.add_layer("y", 2)
    net.connect("x", "o"), net.connect("x", "y"), net.connect("o", "y")
    net.outputs = ["o1", "o2", "y1", "y2"]
    T = np.hstack([np.eye(2)[RANDOM.integers(2, size=9)], RANDOM.normal(size=(9, 2))])
    heads = [
        {"outputs": "o", "loss": "cross_entropy", "class_weight": {"o2": 3}},
        {"outputs": ["y1", "y2"], "loss": "huber", "weight": 0.3},
    ]
    return net, T, {"heads": heads, "optimizer": ns.Adam(0.1), "epochs": 6, "batch_size": 4}


@pytest.fixture
def scenario(tmp_path):
    def write(*changes):
        (tmp_path / "rows.csv").write_text(CSV)
        text = TEXT
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        (tmp_path / "weighed.yaml").write_text(text)
        return tmp_path / "weighed.yaml"

    return write


@pytest.mark.parametrize("lacks", [False, True])
@pytest.mark.parametrize("weighs", [False, True])
def test_a_run_of_the_file_gets_the_bits_of_train(tmp_path, lacks, weighs, engine):
    net, T, options = headed()
    options["engine"] = engine
    if lacks:
        T[2, 3] = T[5, :2] = np.nan
        options["missing_targets"] = "ignore"
    if weighs:
        options["weights"] = RANDOM.random(9)
        options["validation"] = ROWS + 1.0, np.where(np.isnan(T), T[0], T), np.arange(9)

    path = ns.to_scenario(net, ROWS, T, tmp_path / "s.yaml", **options)
    result = run_scenario(path)
    history = ns.train(net, ROWS, T, **options)

    assert result.network.parameters().tobytes() == net.parameters().tobytes()
    assert [loss for part in result.stretches for loss in part.loss] == list(history.loss)
    if weighs:
        found = [loss for part in result.stretches for loss in part.validation_loss]
        assert found == list(history.validation_loss)


def test_weights_and_missing_labels_come_from_columns(scenario):
    found = load_scenario(scenario())

    assert found.training.weights.tolist() == [1.0, 2.0, 1.0, 0.5]
    assert found.data.weights["validation"].tolist() == [3.0, 1.0]
    assert np.isnan(found.data.train.T).tolist() == [
        [False] * 3,
        [False] * 3,
        [True] * 3,
        [False] * 3,
    ]
    assert dict(found.training.class_weight) == {"blue": 0.75, "green": 1.0, "red": 1.5}


def test_it_runs_and_its_metrics_leave_out_the_missing_row(scenario, engine):
    result = run_scenario(scenario(("title", f"engine: {engine}\ntitle")))

    assert result.status == "passed"
    assert result.stretches[-1].loss[-1] < result.stretches[0].loss[0]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("weights: importance", "weights: w"), "7:8: data.csv: .*no column 'w'; the file has"),
        (
            ("missing_targets: ignore", "missing: mean"),
            "no label, got ''; expected one, or missing: drop",
        ),
        (
            ("class_weight: balanced", "class_weight: {pink: 2}"),
            "weighed.yaml:11:17: training.class_weight: unknown class 'pink'",
        ),
        (
            ("class_weight: balanced", "class_weight: [1, 2]"),
            "11:17: training.class_weight: .*expected balanced, or a mapping of classes",
        ),
        (
            ("class_weight: balanced", "label_smoothing: 1.5"),
            "11:20: training.label_smoothing: .*1.5",
        ),
        (
            ("loss: cross_entropy", "heads: [{outputs: o, loss: cross_entropi}]"),
            r"10:30: training.heads\[0\].loss: unknown loss, got 'cross_entropi'",
        ),
        (
            ("loss: cross_entropy\n  class_weight: balanced", "heads: [{outputs: p, loss: huber}]"),
            r"heads\[0\]: no output 'p'",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place(scenario, change, words):
    with pytest.raises(ScenarioError, match=words):
        load_scenario(scenario(change))


def test_inline_rows_have_weights_of_the_same_number(tmp_path):
    text = TEXT[: TEXT.index("data:")] + (
        "data: {inputs: [[1, 2], [2, 1]], targets: [0, 2], weights: [1, 2, 3]}\n"
        "training: {loss: cross_entropy, optimizer: {name: sgd, learning_rate: 0.1}, epochs: 1}\n"
    )
    path = tmp_path / "s.yaml"
    path.write_text(text)

    with pytest.raises(ScenarioError, match=r"6:60: data\.weights: got 3 weights; expected 2"):
        load_scenario(path)
    path.write_text(text.replace("[1, 2, 3]", "[1, 3]"))
    assert load_scenario(path).training.weights.tolist() == [1.0, 3.0]
