"""What the tests of the commands share: calling one, in this process or in another."""

import os
import subprocess
import sys
from typing import NamedTuple

import pytest

from neurosim.cli.main import run_command

XOR = """\
neurosim: 1
title: Either but not both
seed: 1
network:
  layers:
    - {name: x, neurons: [a, b]}
    - {name: h, neurons: 3, activation: tanh}
    - {name: o, neurons: 1, activation: sigmoid}
data:
  inputs: [[0, 0], [0, 1], [1, 0], [1, 1]]
  targets: [[0], [1], [1], [0]]
training:
  loss: binary_cross_entropy
  optimizer: {name: sgd, learning_rate: 1}
  epochs: 4
expect:
  - {epoch: 0, loss: {above: 0.1}}
  - {loss: {below: 9}}
"""
FAILING = XOR.replace("below: 9", "below: 1e-9")
DIVERGING = (
    XOR.replace("binary_cross_entropy", "half_squared_error")
    .replace("tanh", "identity")
    .replace("sigmoid", "identity")
    .replace("learning_rate: 1", "learning_rate: 99")
    .replace("epochs: 4", "epochs: 2000")
)
INVALID = XOR.replace("tanh", "tahn").replace("epochs: 4", "epoch: 4")
SKIPPED = XOR.replace(
    "  inputs: [[0, 0], [0, 1], [1, 0], [1, 1]]\n  targets: [[0], [1], [1], [0]]",
    "  dataset: {name: moons}",
)


class Ran(NamedTuple):
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The folder one stands in, with a scenario for each ending; sklearn cannot be imported."""
    for name, text in {
        "passed": XOR,
        "failed": FAILING,
        "diverged": DIVERGING,
        "invalid": INVALID,
        "skipped": SKIPPED,
    }.items():
        (tmp_path / f"{name}.yaml").write_text(text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "sklearn", None)
    return tmp_path


@pytest.fixture
def neurosim(folder, capsys, monkeypatch):
    """Call a command in this process, in the folder; as if its output went to a file."""
    for name in ("FORCE_COLOR", "CLICOLOR_FORCE", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")

    def neurosim(*arguments):
        assert folder.is_dir()
        capsys.readouterr()
        code = run_command([str(argument) for argument in arguments])
        return Ran(code, *capsys.readouterr())

    return neurosim


@pytest.fixture
def process(folder):
    """Call a command in a process of its own; keywords are those of Popen."""

    started = []

    def process(*arguments, command=("-m", "neurosim"), environment=(), **options):
        path = os.pathsep.join(sys.path)
        given = {
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
            "text": True,
            "env": {**os.environ, "COLUMNS": "80", "PYTHONPATH": path, **dict(environment)},
            "cwd": folder,
        }
        words = [sys.executable, *command, *map(str, arguments)]
        started.append(subprocess.Popen(words, **given | options))  # noqa: S603 - our own command
        return started[-1]

    yield process
    for running in started:
        running.kill()
        running.wait()
        for stream in filter(None, (running.stdout, running.stderr)):
            stream.close()
