"""The lines of metrics.jsonl are the records of the epochs, made from columns."""

import json
import math

import pytest
from threadpoolctl import threadpool_limits

import neurosim as ns
from neurosim.scenario.run.folder import lines_of
from neurosim.scenario.run.result import Stretch


def test_a_line_is_the_record_of_its_epoch():
    one, two = (0.1, 1e-300), (math.nan, math.inf)
    metrics = {"accuracy": (1.0, 0.5), '100% "odd"': (0.25, math.nan)}
    stretches = [
        Stretch(0, one, (), {}, one, 0.5),
        Stretch(7, one, two, metrics, (1.0, 1e22), 0.5, two, one),
        Stretch(7, one, (), metrics, one, 0.5, one),
        Stretch(3, (), (), {}, (), 0.0),
    ]

    for stretch in stretches:
        records = [record.to_dict() for record in stretch]
        for record in records:
            del record["seconds"]
        assert list(lines_of(stretch)) == [json.dumps(record) + "\n" for record in records]


SCENARIO = """\
neurosim: 1
title: Threads
network: {layers: [{name: x, neurons: 40}, {name: h, neurons: %d}, {name: y, neurons: 1}]}
data: {inputs: %s, targets: %s}
training: {optimizer: {name: sgd, learning_rate: 1.0e-4}, program: arrays, epochs: 1}
"""


@pytest.mark.parametrize(
    ("n_hidden", "is_told"), [(30, False), pytest.param(1000, True, marks=pytest.mark.slow)]
)
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
