"""A few mutated inputs of each family, and the watch: it sees each kind of fault."""

import os
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from neurosim.cli.main import run_command
from neurosim.errors import NeurosimError
from tests.fuzz.inputs import CSV, FAMILIES, saved_networks, traced
from tests.fuzz.session import faults
from tests.fuzz.watch import watched

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="it reads /proc and forks"),
    pytest.mark.filterwarnings("ignore:os.fork:RuntimeWarning"),  # JAX's, if a test has loaded it
]


@pytest.mark.slow
def test_no_mutated_input_ends_in_a_traceback_or_writes_elsewhere():
    assert list(faults(1, range(4 * len(FAMILIES)))) == []


def test_without_mutations_they_are_accepted(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FUZZ_SEEDS", str(tmp_path))
    trace, sheet = traced()
    (tmp_path / "t.jsonl").write_bytes(trace)
    (tmp_path / "a.yaml").write_text(CSV)
    (tmp_path / "d.csv").write_text("x1,x2,t\n1,2,3\n4,5,6\n")

    assert run_command(["run", "a.yaml"]) == 0
    assert run_command(["trace", "diff", "t.jsonl", "xor"]) == 0
    assert trace.startswith(b"{")
    assert sheet.startswith(b"what")
    assert {"json", "graphml", "gexf", "gml"} <= set(saved_networks())


def _say(words):
    raise NeurosimError(words)


@pytest.mark.parametrize("call", [lambda: 0, lambda: 2, lambda: _say("refused")])
def test_an_answer_is_no_fault(tmp_path, call):
    assert watched(call, tmp_path) is None


@pytest.mark.parametrize(
    ("kind", "call"),
    [
        ("traceback", lambda: 1 / 0),
        ("traceback", lambda: sys.stderr.write("Traceback (most recent call last)")),
        ("code", lambda: 77),
        ("memory", lambda: np.ones(2**28)),
        ("died", lambda: os.kill(os.getpid(), 11)),
    ],
)
def test_the_watch_sees_a_fault(tmp_path, kind, call):
    assert watched(call, tmp_path).kind == kind


def test_the_watch_sees_what_is_written_outside(tmp_path):
    inside, outside = tmp_path / "in", tmp_path / "out"
    inside.mkdir()

    assert watched(lambda: Path("here").mkdir(), inside) is None
    assert watched(lambda: outside.write_text("x"), inside).kind == "outside"


@pytest.mark.slow
def test_the_watch_ends_what_takes_too_long(tmp_path, monkeypatch):
    monkeypatch.setattr("tests.fuzz.watch.WAIT", 0.2)

    assert watched(lambda: time.sleep(60), tmp_path).kind == "time"
