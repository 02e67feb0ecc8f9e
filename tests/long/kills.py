"""Runs that are killed at random moments: ``python -m tests.long.kills [N [PROGRAM ...]]``.

Each run is killed (SIGKILL) again and again until it comes to its end, which takes a few kills;
then its folder must have the bytes of one that was never killed, and nothing else. After each kill
no file may be torn. Checkpoints are written each twentieth of a second, so that kills meet them.
N kills of each program, 200 if not given; of ``graph``, ``array`` and ``kernel``, if none is named.
"""

import json
import multiprocessing
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from neurosim.cli.main import run_command
from neurosim.scenario.run import keeping
from neurosim.scenario.saved.checkpoints import Checkpoints
from neurosim.scenario.saved.manifest import RUN, WORK, read_manifest, require_listed
from neurosim.scenario.saved.packing import unpack

SCENARIO = """\
neurosim: 1
title: Killed
seed: {seed}
engine: {engine}
network:
  layers:
    - {{name: x, neurons: 2}}
    - {{name: h, neurons: {n_hidden}, activation: tanh, dropout: 0.2}}
    - {{name: y, neurons: 1, activation: sigmoid}}
data:
  inputs: {inputs}
  targets: {targets}
  split: {{validation: 0.25}}
training:
  loss: binary_cross_entropy
  optimizer: {{name: adam, learning_rate: 0.002}}
  batch_size: 5
  shuffle: true
  input_noise: 0.05
  schedule: {{plateau: {{patience: 40}}}}
  early_stopping: {{patience: 100000}}
  epochs: {epochs}
  metrics: [accuracy]
"""


class Program(NamedTuple):
    """What trains: an engine and what chooses its program; so many epochs take about a second."""

    engine: str
    epochs: int
    environment: Mapping[str, str] = {}


PROGRAMS = {
    "graph": Program("graph", 60),
    "array": Program("compiled", 800, {"NEUROSIM_KERNEL": "off"}),
    "kernel": Program("compiled", 20_000),
}


def write(folder, program, seed, n_hidden=8):
    """A scenario whose training takes about a second."""
    draw = random.Random(seed)  # noqa: S311 - nothing secret
    rows = [[round(draw.uniform(-1, 1), 3) for _ in "ab"] for _ in range(40)]
    targets = [[int(a * b > 0)] for a, b in rows]
    engine, epochs, _ = PROGRAMS[program]
    path = folder / "s.yaml"
    rows = {"inputs": rows, "targets": targets}
    options = {"seed": seed, "engine": engine, "epochs": epochs, "n_hidden": n_hidden}
    path.write_text(SCENARIO.format(**rows, **options))
    return path


def start(path, out, program):
    """Begin a run, or go on with it, in a fork: this process has imported all that it needs."""
    process = multiprocessing.get_context("fork").Process(target=_run, args=(path, out, program))
    process.start()
    return process


def _run(path, out, program):
    os.environ.update(PROGRAMS[program].environment)
    keeping._BETWEEN, keeping._TIMES = 0.05, 0.0
    words = ["run", str(path), "--out", str(out), "--resume", "-q", "--no-advice"]
    with (out.parent / "told").open("w") as told:
        sys.stdout = sys.stderr = told
        code = run_command(words)
    os._exit(code)


def files_of(folder):
    """Every file but the times."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != "times.jsonl")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def require_program(out, program):
    """Refuse a run that another program has made."""
    found = json.loads((out / RUN).read_text())["program"]
    if found != program:
        sys.exit(f"run by {found}; expected {program}")


def require_whole(out):
    """Raise where a file of a run that was ended is neither old nor new."""
    for path in Checkpoints(out).paths():
        unpack(path.read_bytes(), path)
    decided = out / WORK / RUN
    if decided.exists():  # its files take their places: the next run ends that
        assert read_manifest(decided)
    elif (out / RUN).exists():
        manifest = read_manifest(out / RUN)
        assert manifest
        for name in manifest:
            require_listed(out, name, manifest)


def run_whole(path, out, program):
    """Run to the end without a kill; the files, and how long it took."""
    begin = time.monotonic()
    process = start(path, out, program)
    process.join()
    assert process.exitcode == 0, (out.parent / "told").read_text()
    require_program(out, program)
    return files_of(out), time.monotonic() - begin


def kill_until_done(path, out, program, seconds, moments):
    """Kill at random moments until a run comes to its end; how many kills, and what it has left."""
    n_kills = n_resumed = 0
    while True:
        process = start(path, out, program)
        process.join(moments.uniform(0.1, 1.0) * seconds)
        process.kill()
        process.join()
        if process.exitcode == -signal.SIGKILL:
            n_kills += 1
            require_whole(out)
            n_resumed += "goes on after" in (out.parent / "told").read_text()
            continue
        told = (out.parent / "told").read_text()
        assert process.exitcode == 0, told
        n_resumed += "goes on after" in told
        require_program(out, program)
        return n_kills, n_resumed, files_of(out)


def main(n=200, *programs):
    """Kill, and report."""
    with tempfile.TemporaryDirectory() as name:
        warm = Path(name) / "warm"
        warm.mkdir()
        run_command(["run", str(write(warm, "array", 0)), "--out", str(warm / "out"), "-q"])
        return max([_kill(each, int(n), Path(name) / each) for each in programs or PROGRAMS])


def _kill(program, n, home):
    """Kill runs of a program; 1 where one of them came to other bytes."""
    moments = random.Random(1)  # noqa: S311 - nothing secret
    kills = runs = equal = resumed = 0
    while kills < n:
        folder = home / str(runs)
        folder.mkdir(parents=True)
        path = write(folder, program, runs)
        whole, seconds = run_whole(path, folder / "whole", program)
        found = kill_until_done(path, folder / "out", program, seconds, moments)
        kills, runs, resumed = kills + found[0], runs + 1, resumed + found[1]
        equal += found[2] == whole
    told = f"{kills} kills, {equal} of {runs} runs equal, gone on with {resumed} times"
    print(f"{program}: {told}", flush=True)  # noqa: T201 - a report
    return int(equal < runs)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
