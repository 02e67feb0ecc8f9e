"""What a result says of a run."""

import pytest

import neurosim as ns
from neurosim.scenario import load_scenario


def test_what_is_said_to_be_measured_is_of_the_network_that_is_kept(tmp_path):
    (tmp_path / "s.yaml").write_text("""neurosim: 1
title: stops
seed: 1
network: {layers: [{name: x, neurons: 1}, {name: y, neurons: 1}]}
data: {inputs: [[0], [1], [2], [3]], targets: [[0], [-1], [-2], [3]],
       split: {validation: 0.25, shuffle: false}}
training: {loss: squared_error, optimizer: {name: sgd, learning_rate: 0.1}, epochs: 30,
           metrics: [mae], early_stopping: {patience: 2}}
""")
    result = ns.run_scenario(tmp_path / "s.yaml")
    X, T = load_scenario(tmp_path / "s.yaml").data.validation
    gap = float(abs(result.network.predict(X) - T).mean())

    assert result.to_dict()["measured"]["metrics"]["mae"] == pytest.approx(gap, rel=1e-12)
    assert result.last.metrics["mae"] > 1.5 * gap
