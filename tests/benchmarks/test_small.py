"""The whole benchmark, in a size of seconds: it works. No time is asserted."""

import json
import os
import subprocess
import sys

import pytest

from tests.benchmarks.workloads import WORKLOADS


@pytest.mark.slow
def test_the_whole_benchmark_runs_and_every_system_that_is_installed_computes_the_same():
    arguments = [sys.executable, "-m", "tests.benchmarks", "--small", "--json", "-"]

    done = subprocess.run(  # noqa: S603 - our own command
        arguments, capture_output=True, text=True, check=False, env=os.environ | {"COLUMNS": "200"}
    )

    assert done.returncode in {0, 1}, done.stderr
    workloads = json.loads(done.stdout)["workloads"]
    rows = [row for workload in workloads for row in workload["rows"]]
    assert [workload["name"] for workload in workloads] == list(WORKLOADS)
    assert [row for row in rows if row["status"] == "refused"] == []
    assert done.returncode == 0
    assert all(row["median"] > 0 for row in rows if row["status"] == "timed")
    assert "tuned NumPy" in done.stderr
