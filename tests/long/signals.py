"""Runs that are ended by signals: ``python -m tests.long.signals [N]``.

Each program trains without an end, with and without metrics; at N random moments each (100 if not
given) Ctrl-C or SIGTERM comes. The run must end with 130 or 143, and leave whole files and a
checkpoint. What is told is the time from the signal to the end of the stretch, and to that of the
process, in seconds: the median, and the longest.
"""

import multiprocessing
import os
import random
import signal
import statistics
import sys
import tempfile
import time
from pathlib import Path

from neurosim.cli.main import run_command
from neurosim.cli.signals import ending_by_signals
from neurosim.scenario.run.run import Run
from neurosim.scenario.saved.checkpoints import Checkpoints
from tests.long.kills import PROGRAMS, require_whole, write

ENDLESS = "training.epochs=1000000000"
QUICK = 0.2  # seconds in which a stretch is to end
CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}
METRICS = {"with metrics": "[accuracy]", "without metrics": "[]"}


def _run(path, out, program, metrics, write_end):
    """Run it in this fork, and tell through a pipe when it trains, and when a signal ends that."""
    os.environ.update(PROGRAMS[program].environment)
    begin, stop = Run.begin, Run.stop

    def beginning(run):
        if run.training is None:
            os.write(write_end, b"trains\n")
        return begin(run)

    def stopping(run):
        os.write(write_end, f"{time.monotonic()!r}\n".encode())
        return stop(run)

    Run.begin, Run.stop = beginning, stopping
    words = ["--set", ENDLESS, "--set", f"training.metrics={metrics}", "-q", "--no-advice"]
    with (out.parent / "told").open("w") as told:
        sys.stdout = sys.stderr = told
        with ending_by_signals():
            code = run_command(["run", str(path), "--out", str(out), *words])
    os._exit(code)


def end_one(folder, program, metrics, moments):
    """Run, and end it; the seconds to the end of the stretch, and to that of the process."""
    folder.mkdir(parents=True)
    path, out = write(folder, program, 1), folder / "out"
    read_end, write_end = os.pipe()
    given = (path, out, program, metrics, write_end)
    process = multiprocessing.get_context("fork").Process(target=_run, args=given)
    process.start()
    os.close(write_end)
    number = moments.choice(list(CODES))
    with os.fdopen(read_end) as pipe:
        assert pipe.readline() == "trains\n", (folder / "told").read_text()
        time.sleep(0.3 + moments.uniform(0.0, 1.0))
        sent = time.monotonic()
        os.kill(process.pid, number)
        ended = pipe.readline()
        assert ended, (process.join(), process.exitcode, (folder / "told").read_text())
    process.join()
    left = time.monotonic()
    assert process.exitcode == CODES[number], (process.exitcode, (folder / "told").read_text())
    require_whole(out)
    assert Checkpoints(out).any()
    return float(ended) - sent, left - sent


def _told(found):
    of_stretch, of_process = zip(*found, strict=True)
    texts = [f"{statistics.median(each):.3f}, {max(each):.3f}" for each in (of_stretch, of_process)]
    n_quick = sum(seconds <= QUICK for seconds in of_stretch)
    return f"stretch {texts[0]}; process {texts[1]}; {n_quick} of {len(found)} within {QUICK}"


def main(n=100):
    """End runs, and report."""
    moments = random.Random(1)  # noqa: S311 - nothing secret
    with tempfile.TemporaryDirectory() as name:
        warm = Path(name) / "warm"
        warm.mkdir()
        run_command(["run", str(write(warm, "array", 0)), "--out", str(warm / "out"), "-q"])
        for program in PROGRAMS:
            for what, metrics in METRICS.items():
                home = Path(name) / program / what
                found = [end_one(home / str(i), program, metrics, moments) for i in range(n)]
                print(f"{program}, {what}: {_told(found)}", flush=True)  # noqa: T201 - a report
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
