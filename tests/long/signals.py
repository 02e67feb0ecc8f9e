"""Runs that are ended by signals: ``python -m tests.long.signals [N [PROGRAM ...]]``.

Each program trains without an end, with noise and metrics, and plainly; at N random moments of each
(100 if not given) Ctrl-C or SIGTERM comes. The run must end with 130 or 143, and leave whole files
and a checkpoint. What is told is the time from the signal to the end of the stretch, that of the
processor alone (other work of the machine does not count), and the time to the end of the process:
the median, and the longest, in seconds.
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
PLAIN = [
    "training.metrics=[]", "training.shuffle=false", "training.input_noise=0",
    "network.layers[1].dropout=0",
]  # fmt: skip # nothing is drawn: so the kernel goes through many epochs in one call
KINDS = {"as it is": [], "plain": PLAIN}


def _run(path, out, program, changes, write_end):
    """Run it in this fork, and tell through a pipe when it trains, and when a signal ends that."""
    os.environ.update(PROGRAMS[program].environment)
    begin, stop = Run.begin, Run.stop

    def beginning(run):
        if run.training is None:
            os.write(write_end, b"trains\n")
        return begin(run)

    def stopping(run):
        os.write(write_end, f"{time.monotonic()!r} {time.thread_time()!r}\n".encode())
        return stop(run)

    Run.begin, Run.stop = beginning, stopping
    words = [word for change in (ENDLESS, *changes) for word in ("--set", change)]
    with (out.parent / "told").open("w") as told:
        sys.stdout = sys.stderr = told
        with ending_by_signals():
            code = run_command(["run", str(path), "--out", str(out), "-q", "--no-advice", *words])
    os._exit(code)


def end_one(folder, program, changes, moments):
    """Run, and end it; the seconds that it took, three of them."""
    folder.mkdir(parents=True)
    path, out = write(folder, program, 1), folder / "out"
    read_end, write_end = os.pipe()
    given = (path, out, program, changes, write_end)
    process = multiprocessing.get_context("fork").Process(target=_run, args=given)
    process.start()
    os.close(write_end)
    number = moments.choice(list(CODES))
    with os.fdopen(read_end) as pipe:
        assert pipe.readline() == "trains\n", (folder / "told").read_text()
        time.sleep(0.3 + moments.uniform(0.0, 1.0))
        sent, used = time.monotonic(), _used(process.pid)
        os.kill(process.pid, number)
        ended = pipe.readline().split()
        assert ended, (process.join(), process.exitcode, (folder / "told").read_text())
    process.join()
    left = time.monotonic()
    assert process.exitcode == CODES[number], (process.exitcode, (folder / "told").read_text())
    require_whole(out)
    assert Checkpoints(out).any()
    return float(ended[0]) - sent, float(ended[1]) - used, left - sent


def _used(process):
    """The seconds of the processor that the main thread of a process has had."""
    return int(Path(f"/proc/{process}/schedstat").read_text().split()[0]) / 1e9


def _told(found):
    names = ("stretch", "stretch by processor", "process")
    columns = dict(zip(names, zip(*found, strict=True), strict=True))
    told = [f"{name} {statistics.median(c):.3f}, {max(c):.3f}" for name, c in columns.items()]
    n_quick = sum(seconds <= QUICK for seconds in columns["stretch by processor"])
    return f"{'; '.join(told)}; {n_quick} of {len(found)} within {QUICK}"


def main(n=100, *programs):
    """End runs, and report."""
    moments = random.Random(1)  # noqa: S311 - nothing secret
    with tempfile.TemporaryDirectory() as name:
        warm = Path(name) / "warm"
        warm.mkdir()
        run_command(["run", str(write(warm, "array", 0)), "--out", str(warm / "out"), "-q"])
        for program in programs or PROGRAMS:
            for what, changes in KINDS.items():
                home = Path(name) / program / what
                found = [end_one(home / str(i), program, changes, moments) for i in range(int(n))]
                print(f"{program}, {what}: {_told(found)}", flush=True)  # noqa: T201 - a report
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
