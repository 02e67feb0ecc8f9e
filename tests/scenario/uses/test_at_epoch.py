"""The network of a file at a moment of its training, and samples to ask it by."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import InvalidValueError, ShapeError
from neurosim.scenario import network_at, run_scenario

TEXT = """\
neurosim: 1
title: A line
seed: 3
network:
  layers:
    - {name: x, neurons: [a, b]}
    - {name: o, neurons: 1, activation: identity}
data:
  inputs: [[0, 0], [0, 1], [1, 0]]
  targets: [[0], [2], [1]]
training:
  loss: squared_error
  optimizer: {name: sgd, learning_rate: 0.1}
  epochs: 5
"""


@pytest.fixture
def line(tmp_path):
    path = tmp_path / "line.yaml"
    path.write_text(TEXT)
    return path


def test_at_epoch_zero_it_is_as_the_file_has_it(line):
    found = network_at(line)

    assert found.epoch == 0
    assert (found.network.parameters() == ns.load_scenario(line).network.parameters()).all()


@pytest.mark.parametrize("epoch", [1, 3, 5])
def test_after_some_epochs_it_is_what_a_run_of_them_makes_of_it(line, epoch):
    found = network_at(line, epoch=epoch)

    ran = run_scenario(line, overrides=[f"training.epochs={epoch}"])
    assert (found.network.parameters() == ran.network.parameters()).all()


def test_the_end_is_the_last_epoch(line):
    end = network_at(line, epoch="end")

    assert end.epoch == 5
    assert (end.network.parameters() == network_at(line, epoch=5).network.parameters()).all()


def test_a_seed_and_overrides_are_those_of_a_run(line):
    found = network_at(line, epoch="end", seed=9, overrides=["training.epochs=2"])

    ran = run_scenario(line, seed=9, overrides=["training.epochs=2"])
    assert found.epoch == 2
    assert (found.network.parameters() == ran.network.parameters()).all()


@pytest.mark.parametrize("epoch", [-1, 6, True, "last", 1.5])
def test_an_epoch_that_the_training_has_not_is_refused(line, epoch):
    with pytest.raises(InvalidValueError, match="expected 0 to 5, or 'end'"):
        network_at(line, epoch=epoch)


def test_a_row_has_its_target_and_the_loss(line):
    assert network_at(line).row(1) == ((0.0, 1.0), (2.0,), "squared_error")


@pytest.mark.parametrize("number", [-1, 3])
def test_a_row_that_is_not_there_is_refused(line, number):
    with pytest.raises(InvalidValueError, match=rf"sample: got {number}; expected 0 to 2"):
        network_at(line).row(number)


def test_values_must_be_as_many_as_inputs(line):
    with pytest.raises(ShapeError, match="input: got 3 values; expected 2: a, b"):
        network_at(line).inputs([1, 2, 3])


def test_a_saved_network_has_neither_training_nor_rows(line, tmp_path):
    ns.load_scenario(line).network.save(tmp_path / "net.json")

    found = network_at(tmp_path / "net.json")

    assert found.scenario is None
    assert found.inputs([1, 2]) == (1.0, 2.0)
    with pytest.raises(InvalidValueError, match="has no rows, got 0; expected a scenario with"):
        found.row(0)
    with pytest.raises(InvalidValueError, match="a saved network has no training"):
        network_at(tmp_path / "net.json", epoch=1)


def test_a_scenario_without_training_has_epoch_zero_alone(line):
    line.write_text(TEXT[: TEXT.index("training:")])

    assert network_at(line, epoch="end").epoch == 0
    assert network_at(line).row(2) == ((1.0, 0.0), (1.0,), "half_squared_error")
    with pytest.raises(InvalidValueError, match="epoch: got 1; expected 0 to 0, or 'end'"):
        network_at(line, epoch=1)


def test_all_ways_train_with_the_weights_of_validation_rows(tmp_path):
    rng = np.random.default_rng(2)
    rows = [
        f"{a:.3f},{b:.3f},{int(a + b > 0)},{w:.2f}"
        for a, b, w in zip(
            rng.normal(size=40), rng.normal(size=40), rng.uniform(0.1, 9.0, 40), strict=True
        )
    ]
    (tmp_path / "rows.csv").write_text("a,b,t,w\n" + "\n".join(rows) + "\n")
    (tmp_path / "s.yaml").write_text("""neurosim: 1
title: weighed
seed: 3
network:
  layers:
    - {name: x, neurons: 2}
    - {name: h, neurons: 8, activation: tanh}
    - {name: o, neurons: 1, activation: sigmoid}
data:
  csv: {path: rows.csv, inputs: [a, b], targets: [t], weights: w}
  split: {validation: 0.4}
training:
  loss: binary_cross_entropy
  optimizer: {name: sgd, learning_rate: 3}
  epochs: 60
  batch_size: 4
  early_stopping: {patience: 4}
  seeds: [3]
""")
    result = ns.run_scenario(tmp_path / "s.yaml")

    at_end = network_at(tmp_path / "s.yaml", epoch="end")
    assert at_end.network.parameters().tolist() == result.network.parameters().tolist()
    assert at_end.epoch == sum(len(stretch) for stretch in result.stretches) < 60
    measured = result.to_dict()
    assert measured["seeds"]["train"]["loss"]["each"] == [measured["loss"]["best"]]


def test_a_row_without_a_target_is_a_sample_alone(tmp_path):
    (tmp_path / "rows.csv").write_text("a,t\n0,1\n1,\n2,3\n")
    (tmp_path / "s.yaml").write_text("""neurosim: 1
title: gaps
network: {layers: [{name: x, neurons: 1}, {name: y, neurons: 1}]}
data: {csv: {path: rows.csv, inputs: [a], targets: [t], missing_targets: ignore}}
training: {optimizer: {name: sgd, learning_rate: 0.1}, epochs: 1}
""")
    at = network_at(tmp_path / "s.yaml", epoch=0)

    assert at.row(1) == ((1.0,), None, None)
    assert at.row(2)[:2] == ((2.0,), (3.0,))
