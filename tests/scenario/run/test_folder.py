"""The files in the folder of a run."""

import json

import pytest
from threadpoolctl import threadpool_limits

import neurosim as ns

SCENARIO = """\
neurosim: 1
title: Threads
network: {layers: [{name: x, neurons: 40}, {name: h, neurons: %d}, {name: y, neurons: 1}]}
data: {inputs: %s, targets: %s}
training: {optimizer: {name: sgd, learning_rate: 1.0e-4}, program: arrays, epochs: 1}
"""


@pytest.mark.slow
@pytest.mark.parametrize(("n_hidden", "is_told"), [(30, False), (1000, True)])
def test_the_threads_stand_in_run_json_only_where_bits_may_depend_on_them(
    tmp_path, n_hidden, is_told
):
    rows, targets = [[0.01] * 40] * 300, [[1]] * 300  # 40 x 1000 x 300 > 1e7
    (tmp_path / "s.yaml").write_text(SCENARIO % (n_hidden, rows, targets))

    with threadpool_limits(2, user_api="blas"):
        ns.run_scenario(tmp_path / "s.yaml", out=tmp_path / "out")

    told = json.loads((tmp_path / "out" / "run.json").read_text())
    assert not any("threads" in library for library in told["blas"])
    assert ("threads of the linear algebra" in told["origin"]) is is_told
    *_, last = (tmp_path / "out" / "times.jsonl").read_text().splitlines()
    assert 2 in json.loads(last)["threads"]
