"""What the tests of scenarios share: writing one, running it, and what an error says."""

import pytest

from neurosim.errors import ScenarioError
from neurosim.scenario import load_scenario, run_scenario

TWO_TWO_ONE = """\
neurosim: 1
title: The 2-2-1 network of the tutorial
network:
  layers:
    - {name: x, neurons: [x1, x2]}
    - {name: h, neurons: [h1, h2], activation: sigmoid}
    - {name: o, neurons: [o1], activation: sigmoid}
  connections:
    - {from: x, to: h, weights: [[0, 0], [1, 1]]}
    - {from: h1, to: o1, weight: 0}
    - {from: h2, to: o1, weight: 1}
expect:
  - {forward: [2, 3], output: o1, equals: 0.7216325609518421, tolerance: 1e-15}
  - {forward: [2, 3], output: h1, equals: 0.9525741268224334, tolerance: 1e-15}
"""

SINGLE_LAYER = """\
neurosim: 1
title: A single layer learns which input decides
seed: 1
network:
  layers:
    - {name: x, neurons: 3}
    - {name: o, neurons: 1, activation: sigmoid, bias: false}
  initial: {weights: {uniform: [0, 1]}, generator: legacy}
data:
  inputs: [[0, 0, 1], [1, 1, 1], [1, 0, 1], [0, 1, 1]]
  targets: [[0], [1], [1], [0]]
training: {loss: half_squared_error, reduction: sum, optimizer: {name: sgd, learning_rate: 1}, epochs: 10000, batch_size: all}
expect:
  - {weight: x1->o1, equals: 9.672983117698651, tolerance: 1e-11}
  - {forward: [1, 0, 0], output: o1, equals: 0.9999370422113438, tolerance: 1e-12}
  - {epoch: 9999, forward: [0, 0, 1], output: o1, equals: 0.009665533979115697, tolerance: 1e-12}
  - {loss: {below: 0.0002}}
"""  # noqa: E501 - as it stands in the specification

SMALL = """\
neurosim: 1
title: Either or both
seed: 1
network:
  layers:
    - {name: x, neurons: [a, b]}
    - {name: o, neurons: 1, activation: sigmoid}
data:
  inputs: [[0, 0], [0, 1], [1, 0], [1, 1]]
  targets: [[0], [1], [1], [1]]
training:
  loss: binary_cross_entropy
  optimizer: {name: sgd, learning_rate: 1}
  epochs: 4
expect:
  - {epoch: 0, loss: {above: 0.3}}
  - {loss: {below: 1}}
"""


@pytest.fixture(params=["graph", "compiled"])
def engine(request):
    """Each of the two engines."""
    return request.param


@pytest.fixture
def write(tmp_path):
    """Write a scenario; returns its path."""

    def write(text, name="s.yaml"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


@pytest.fixture
def complaints(write, tmp_path):
    """The lines of the error that loading a text raises, without the folder."""

    def complaints(text, **options):
        path = write(text)
        with pytest.raises(ScenarioError) as caught:
            load_scenario(path, **options)
        return [problem.replace(f"{tmp_path}/", "") for problem in caught.value.problems]

    return complaints


@pytest.fixture
def small():
    """A small scenario that learns; its text with some words exchanged for others."""
    return lambda *changes: _changed(SMALL, changes)


@pytest.fixture
def two_two_one():
    """The first scenario of the specification; its text with some words exchanged for others."""
    return lambda *changes: _changed(TWO_TWO_ONE, changes)


@pytest.fixture
def single_layer():
    """The second scenario of the specification."""
    return SINGLE_LAYER


def _changed(text, changes):
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text


@pytest.fixture
def load(write):
    """Load the scenario of a text."""
    return lambda text, **options: load_scenario(write(text), **options)


@pytest.fixture
def run(write):
    """Run the scenario of a text."""
    return lambda text, **options: run_scenario(write(text), **options)


@pytest.fixture
def verdicts(small, run):
    """Run the small scenario with other expectations; what they say, and whether they are met."""

    def verdicts(*expectations, **options):
        lines = "\n".join(f"  - {item}" for item in expectations)
        text = f"{small().partition('expect:')[0]}expect:\n{lines}\n"
        return [(v.what, v.passed) for v in run(text, **options).expectations]

    return verdicts
