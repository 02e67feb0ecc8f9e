"""What the tests of sweeps share: a small scenario, and one that diverges at large rates."""

import pytest

LEARNS = """\
neurosim: 1
title: Either but not both
seed: 1
network:
  layers:
    - {name: x, neurons: [a, b]}
    - {name: h, neurons: 3, activation: tanh}
    - {name: o, neurons: 1}
data:
  inputs: [[0, 0], [0, 1], [1, 0], [1, 1]]
  targets: [[0], [1], [1], [0]]
training:
  loss: half_squared_error
  optimizer: {name: sgd, learning_rate: 0.5}
  epochs: 40
expect:
  - {epoch: 0, loss: {above: 0.01}}
  - {loss: {below: 9}}
"""
RATE = "training.optimizer.learning_rate"


@pytest.fixture
def file(write):
    """The file of a scenario that learns; at a rate of 1e9 its training diverges."""
    return write(LEARNS, "learns.yaml")


@pytest.fixture
def watched_file(write):
    """The same with validation rows and a metric."""
    text = LEARNS.replace("  epochs: 40\n", "  epochs: 40\n  metrics: [mae]\n")
    text = text.replace(
        "  inputs: [[0, 0], [0, 1], [1, 0], [1, 1]]\n  targets: [[0], [1], [1], [0]]\n",
        "  dataset: {name: sine, rows: 20}\n  split: {validation: 0.25, test: 0.25}\n",
    )
    text = text.replace("[a, b]", "[a]") + "  - {mae: {below: 9}, on: test}\n"
    return write(text, "watched.yaml")
