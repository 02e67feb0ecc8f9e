"""Sweeps on a Dask cluster: two worker processes on this machine, one of which is killed."""

import contextlib
import gc
import json
import logging
import os
import signal
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest

import neurosim as ns
from neurosim.errors import FileError, InvalidValueError, MissingExtraError
from neurosim.scenario import Sweep

from .conftest import RATE

VARY = {RATE: [0.1, 0.5, 1e9], "seed": range(10)}
SLOW = ["training.epochs=2000", "training.metrics=[mae]"]  # each alone
QUIET = "--no-dashboard"


@pytest.fixture
def cluster(tmp_path):
    """A scheduler and two workers with one thread each; their processes, and the address."""
    pytest.importorskip("distributed")
    path, environment = tmp_path / "scheduler.json", {**os.environ, "PYTHONPATH": _path()}

    def start(stack, command, *options):
        words = [sys.executable, "-m", f"distributed.cli.dask_{command}", *options, QUIET,
                 "--scheduler-file", str(path)]  # fmt: skip
        running = subprocess.Popen(  # noqa: S603 - our own command
            words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        stack.callback(running.wait)
        stack.callback(running.kill)
        return running

    with contextlib.ExitStack() as stack:
        scheduler = start(stack, "scheduler", "--host", "127.0.0.1", "--port", "0")
        workers = [start(stack, "worker", "--nthreads", "1", "--no-nanny") for _ in range(2)]
        end = time.monotonic() + 60
        while not path.exists() or not path.read_text():
            assert time.monotonic() < end
            time.sleep(0.05)
        address = json.loads(path.read_text())["address"]
        yield SimpleNamespace(scheduler=scheduler, workers=workers, address=address)


@contextlib.contextmanager
def _logged(name):
    records, handler, logger = [], logging.Handler(), logging.getLogger(name)
    handler.emit = records.append
    logger.addHandler(handler)
    yield records
    logger.removeHandler(handler)


def _path():
    return os.pathsep.join(sys.path)


def _top(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.mark.slow
def test_a_worker_is_killed_in_the_middle_and_nothing_is_lost(cluster, file, tmp_path):
    made = Sweep(file, VARY, overrides=SLOW, dask=cluster.address, out=tmp_path / "dask")

    for _ in made:
        if made.n_done == 4:
            os.kill(cluster.workers[0].pid, signal.SIGKILL)
    made.result()

    assert cluster.workers[0].wait() == -signal.SIGKILL
    ns.sweep(file, VARY, overrides=SLOW, jobs=1, out=tmp_path / "here")
    assert _top(tmp_path / "dask") == _top(tmp_path / "here")


@pytest.mark.slow
def test_ended_in_the_middle_it_goes_on_here_or_there(cluster, file, tmp_path):
    made = Sweep(file, VARY, overrides=SLOW, dask=cluster.address, out=tmp_path / "two")
    for _ in made:
        if made.n_done == 4:
            break
    made.close()

    again = Sweep(file, VARY, overrides=SLOW, jobs=2, out=tmp_path / "two")
    assert again.n_done == 4
    again.result()

    ns.sweep(file, VARY, overrides=SLOW, dask=cluster.address, out=tmp_path / "one")
    assert _top(tmp_path / "one") == _top(tmp_path / "two")


@pytest.mark.slow
def test_where_the_scheduler_is_gone_one_message_says_so(cluster, file, tmp_path):
    made = Sweep(file, VARY, overrides=SLOW, dask=cluster.address, out=tmp_path / "o")

    next(iter(made))
    with _logged("distributed.client") as logged:
        cluster.scheduler.kill()
        with pytest.raises(FileError, match="the cluster did not finish a task"):
            made.result()

        assert logged == []  # tracebacks, as the library shows them
        logging.getLogger("distributed.client").error("it is heard again")
        assert len(logged) == 1

    assert 1 <= Sweep(file, VARY, overrides=SLOW, jobs=1, out=tmp_path / "o").n_done < 30


@pytest.mark.slow
def test_an_address_where_no_cluster_is_is_refused(file, monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr("neurosim.scenario.sweeps.workers._PATIENCE", 0.2)

    for address in ("tcp://127.0.0.1:1", "nonsense", ""):
        with pytest.raises(InvalidValueError, match=f"no cluster answers, got '{address}'"):
            ns.sweep(file, "seed=1", dask=address)


def test_without_dask_it_says_what_to_install(file, monkeypatch):
    gc.collect()  # clients of other tests need the library to end
    monkeypatch.setitem(sys.modules, "distributed", None)

    with pytest.raises(
        MissingExtraError, match=r"expected pip install 'neurosim\[dask\]'"
    ) as caught:
        ns.sweep(file, "seed=1", dask="tcp://127.0.0.1:1")
    assert caught.value.extra == "dask"
