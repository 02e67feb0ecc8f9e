"""The memory that a run would take is estimated from the sizes in its file."""

import numpy as np
import pytest

from neurosim.errors import InvalidValueError
from neurosim.scenario.uses.memory import estimate_memory, require_memory

TEXT = """neurosim: 1
title: t
network:
  layers:
    - {name: x, neurons: 200}
    - {name: h, neurons: 300, activation: tanh}
    - {name: o, neurons: 1}
data: DATA
training: {loss: half_squared_error, optimizer: {name: sgd, learning_rate: 1}, epochs: 1}
"""


def test_it_is_told_from_what_it_comes(scenario):
    found = dict(estimate_memory(scenario("{inputs: [[0]], targets: [[1]]}")).parts)

    assert found["501 neurons"] == 501 * 2_100
    assert found["60,300 connections"] == 60_300 * 550
    assert found["1 row"] == 2 * 40


def test_rows_of_files_are_counted_by_their_sizes(scenario, tmp_path):
    (tmp_path / "r.csv").write_text("a,b\n" + "0.25,1.5\n" * 1000)
    np.savez(tmp_path / "r.npz", X=np.zeros((500, 200)), T=np.zeros((500, 1)))
    sources = {
        "{csv: {path: r.csv, inputs: [a], targets: [b]}}": (9_004 // 4 * 40, 1.0),
        "{npz: {path: r.npz}}": (500 * 201 * 40, 2.1),
        "{dataset: {name: sine, rows: 1000}}": (1000 * 201 * 40, 1.0),
    }
    for data, (least, times) in sources.items():
        size = next(n for name, n in estimate_memory(scenario(data)).parts if "row" in name)

        assert least <= size <= times * least, data


def test_a_run_that_would_take_more_is_refused_before_anything_is_built(scenario):
    path = scenario("{inputs: [[0]], targets: [[1]]}")  # whose rows are wrong: nobody looks

    require_memory(path, 200_000_000)
    with pytest.raises(InvalidValueError, match=r"too large, would take about 127MB .*=100MB; exp"):
        require_memory(path, 100_000_000)


@pytest.fixture
def scenario(tmp_path):
    def write(data):
        path = tmp_path / "s.yaml"
        path.write_text(TEXT.replace("DATA", data))
        return path

    return write
