"""Runs that are killed at random moments, and gone on with: ``python -m tests.long.kills [N]``.

Each run is killed (SIGKILL) again and again until it comes to its end, which takes a few kills;
then its folder must have the bytes of one that was never killed, and nothing else. Checkpoints
are written each twentieth of a second, so that kills meet them. N kills in all, 200 if not given.
"""

import multiprocessing
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

from neurosim.cli.main import run_command
from neurosim.scenario.run import keeping

SCENARIO = """\
neurosim: 1
title: Killed
seed: {seed}
engine: {engine}
network:
  layers:
    - {{name: x, neurons: 2}}
    - {{name: h, neurons: 8, activation: tanh, dropout: 0.2}}
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
EPOCHS = {"graph": 40, "compiled": 800}


def write(folder, engine, seed):
    """A scenario whose training takes about a second."""
    draw = random.Random(seed)  # noqa: S311 - nothing secret
    rows = [[round(draw.uniform(-1, 1), 3) for _ in "ab"] for _ in range(40)]
    targets = [[int(a * b > 0)] for a, b in rows]
    epochs = EPOCHS[engine]
    path = folder / "s.yaml"
    path.write_text(
        SCENARIO.format(seed=seed, engine=engine, inputs=rows, targets=targets, epochs=epochs)
    )
    return path


def start(path, out):
    """Begin a run, or go on with it, in a fork: this process has imported all that it needs."""
    process = multiprocessing.get_context("fork").Process(target=_run, args=(path, out))
    process.start()
    return process


def _run(path, out):
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


def run_whole(path, out):
    """Run to the end without a kill; the files, and how long it took."""
    begin = time.monotonic()
    process = start(path, out)
    process.join()
    assert process.exitcode == 0, (out.parent / "told").read_text()
    return files_of(out), time.monotonic() - begin


def kill_until_done(path, out, seconds, moments):
    """Kill at random moments until a run comes to its end; how many kills, and what it has left."""
    n_kills = n_resumed = 0
    while True:
        process = start(path, out)
        process.join(moments.uniform(0.1, 1.0) * seconds)
        process.kill()
        process.join()
        if process.exitcode == -signal.SIGKILL:
            n_kills += 1
            continue
        told = (out.parent / "told").read_text()
        assert process.exitcode == 0, told
        n_resumed += "goes on after" in told
        return n_kills, n_resumed, files_of(out)


def main(n=200, seed=1):
    """Kill, and report."""
    moments = random.Random(seed)  # noqa: S311 - nothing secret
    kills = runs = equal = resumed = 0
    with tempfile.TemporaryDirectory() as name:
        warm = Path(name) / "warm"
        warm.mkdir()
        run_command(["run", str(write(warm, "compiled", 0)), "--out", str(warm / "out"), "-q"])
        while kills < n:
            folder = Path(name) / str(runs)
            folder.mkdir()
            path = write(folder, ("graph", "compiled")[runs % 2], runs)
            whole, seconds = run_whole(path, folder / "whole")
            n_kills, n_resumed, found = kill_until_done(path, folder / "out", seconds, moments)
            kills, runs, resumed = kills + n_kills, runs + 1, resumed + n_resumed
            equal += found == whole
            told = f"{kills} kills, {equal} of {runs} runs equal, {resumed} went on at the end"
            print(told, flush=True)  # noqa: T201 - a report
    return 0 if equal == runs else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
