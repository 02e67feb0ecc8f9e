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


def growing(tmp_path, epochs, rate=1.0):
    """The result of a training whose output goes from y to (1 - 20*rate)*y in each epoch."""
    document = f"""neurosim: 1
title: grows
network: {{layers: [{{name: x, neurons: 1}}, {{name: y, neurons: 1, bias: 0}}],
          connections: [{{from: x, to: y, weights: [[1]]}}]}}
data: {{inputs: [[3]], targets: [[0]]}}
training: {{loss: squared_error, optimizer: {{name: sgd, learning_rate: {rate}}}, epochs: {epochs}}}
"""
    (tmp_path / "s.yaml").write_text(document)
    return ns.run_scenario(tmp_path / "s.yaml")


def test_a_finite_loss_far_above_its_start_is_no_silent_pass(tmp_path, monkeypatch):
    monkeypatch.delenv(
        "NPY_DISABLE_CPU_FEATURES", raising=False
    )  # of which there is a warning, too
    result = growing(tmp_path, 40)

    (warning,) = result.to_dict()["warnings"]
    assert result.passed
    assert 1e50 < result.loss.last < 1e200
    assert warning == (
        f"the loss ended at {result.loss.last:g}, far above the {result.loss.first:g} that it"
        " began with: the training made the network worse"
    )


def test_a_loss_that_falls_or_ends_a_little_higher_is_no_warning(tmp_path):
    falls, rises = growing(tmp_path, 5, rate=0.01), growing(tmp_path, 1, rate=0.11)

    assert falls.loss.last < falls.loss.first
    assert rises.loss.first < rises.loss.last < 10 * rises.loss.first
    assert falls.warnings == rises.warnings == ()


def test_what_diverged_says_so_and_no_more(tmp_path):
    result = growing(tmp_path, 4000)

    assert (result.status, result.warnings) == ("diverged", ())
