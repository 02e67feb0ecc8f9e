"""What the whole process shares is as it was before, whatever ends, and however."""

import gc
import importlib
import locale
import os
import random
import re
import signal
import subprocess
import sys
import threading
import warnings
from configparser import ConfigParser
from contextlib import suppress
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from threadpoolctl import threadpool_info

import neurosim as ns
from neurosim.__main__ import run_command
from neurosim.compiler import threads
from neurosim.drawing.page.pages import settings
from neurosim.errors import NeurosimError

X = np.linspace(-1.0, 1.0, 60).reshape(30, 2)
T = np.where(X[:, :1] > 0.0, 1.0, 0.0)


def process_state():
    """By name, all that others in this process would notice; but for the order of threads."""
    return {
        "warnings": (list(warnings.filters), warnings.showwarning),
        "collector": gc.isenabled(),
        "NumPy": np.geterr(),
        "signals": [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)],
        "locale": locale.setlocale(locale.LC_ALL),
        "environment": dict(os.environ),
        "folder": Path.cwd(),
        "recursion": sys.getrecursionlimit(),
        "digits": sys.get_int_max_str_digits(),
        "hooks": (sys.excepthook, sys.displayhook, threading.excepthook, sys.unraisablehook),
        "streams": (sys.stdout, sys.stderr, sys.stdin),
        "random": (random.getstate(), str(np.random.get_state())),  # noqa: NPY002 - the global one
        "mask": _mask(),
        "threads": threading.active_count(),
        "BLAS": [(each["filepath"], each["num_threads"]) for each in threadpool_info()],
        "matplotlib": dict(mpl.rcParams),
        "modules' path": list(sys.path),
    }


def _mask():
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def _network():
    net = ns.Network("n", seed=1)
    net.add_layer("x", 2)
    net.add_layer("h", 40, activation="tanh")
    net.add_layer("y", 1, activation="sigmoid")
    net.connect("x", "h")
    net.connect("h", "y")
    return net


def _train(**options):
    return ns.train(_network(), X, T, **({"epochs": 3, "optimizer": ns.SGD(0.5)} | options))


def _broken_off(error, **options):
    def breaks(*_):
        raise error

    ns.register_metric(breaks, name="breaks")
    try:
        _train(metrics=["breaks"], **options)
    finally:
        ns.unregister_metric("breaks")


def _left_epochs(engine):
    next(iter(ns.Training(_network(), X, T, engine=engine, optimizer=ns.SGD(0.5)).epochs(50)))


def _session():
    session = ns.debug(_network(), X, T, epochs=3, optimizer=ns.SGD(0.5))
    session.step(5)
    session.epoch()
    session.back()
    session.close()


def _bad_picture():
    ns.draw(_network(), theme="nothing")


def _in_a_thread():
    thread = threading.Thread(target=_train)
    thread.start()
    thread.join()


USES = {
    "a training": _train,
    "one that is walked": lambda: _train(engine="graph"),
    "one that diverges": lambda: _train(optimizer=ns.SGD(1e300), loss="half_squared_error"),
    "one that is interrupted": lambda: _broken_off(KeyboardInterrupt()),
    "one that is walked, and interrupted": lambda: _broken_off(SystemExit(3), engine="graph"),
    "one with an error": lambda: _broken_off(ZeroDivisionError()),
    "one that is left": lambda: _left_epochs("compiled"),
    "one that is walked, and left": lambda: _left_epochs("graph"),
    "one in a thread": _in_a_thread,
    "many": lambda: ns.train_many([_network() for _ in range(9)], X, T, epochs=2),
    "a session": _session,
    "a diagnosis": lambda: ns.diagnose(_network(), X, T),
    "a refused picture": _bad_picture,
    "a picture": lambda: ns.draw(_network()),
    "a command": lambda: run_command(["run", "xor", "-q"]),
    "a wrong command": lambda: run_command(["run", "nothing"]),
    "help": lambda: run_command(["--help"]),
    "a film": lambda: run_command(["animate", "xor", "-o", "f.gif", "--max-frames", "2"]),
    "a trace": lambda: run_command(["trace", "xor", "-o", "t.jsonl"]),
    "a run in a folder": lambda: run_command(["run", "xor", "--out", "there", "-q"]),
    "a debugger": lambda: run_command(["debug", "xor", "-ex", "step", "--batch"]),
    "a doctor": lambda: run_command(["doctor", "xor"]),
}


@pytest.mark.slow
def test_it_is_as_before(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    _train()
    ns.draw(_network())  # what is loaded lazily is there from here on
    run_command(["run", "xor", "-q"])
    changed = {}
    for name, use in USES.items():
        before = process_state()
        with suppress(NeurosimError, KeyboardInterrupt, SystemExit, ZeroDivisionError):
            use()
        after = process_state()
        changed[name] = [key for key in before if before[key] != after[key]]

    assert {name: keys for name, keys in changed.items() if keys} == {}
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.slow
def test_two_threads_that_draw_take_turns_at_what_the_process_shares():
    before = dict(mpl.rcParams), list(warnings.filters)
    is_inside, both_inside, outside = (threading.Event() for _ in range(3))

    def first():
        with settings():
            is_inside.set()
            both_inside.wait(0.2)  # which never comes
        outside.set()

    def second():
        is_inside.wait()
        with settings():
            both_inside.set()
            outside.wait()

    pair = [threading.Thread(target=each) for each in (first, second)]
    for thread in pair:
        thread.start()
    for thread in pair:
        thread.join()

    assert (dict(mpl.rcParams), list(warnings.filters)) == before


def _threads_of_numpy():
    """Of the libraries that NumPy computes with; others that were loaded since are not its."""
    return {n for path, n in process_state()["BLAS"] if "numpy" in path}


def test_one_thread_of_blas_is_given_back_when_the_last_of_several_ends():
    before = process_state()["BLAS"]

    def is_broken_off():
        with threads.one_blas_thread():
            with threads.one_blas_thread():
                assert _threads_of_numpy() <= {1}
            assert _threads_of_numpy() <= {1}
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        is_broken_off()
    assert process_state()["BLAS"] == before


IMPORTS = """
import pkgutil, sys, os, importlib, threading
from contextlib import suppress
from tests.test_process import process_state
import neurosim
for library in ("torch", "sklearn.neural_network", "scipy.sparse", "scipy.special"):
    with suppress(ImportError):
        importlib.import_module(library)  # what these do is theirs
before, listed = process_state(), sorted(os.listdir())
found = pkgutil.walk_packages(neurosim.__path__, "neurosim.")
names = ["neurosim", *(each.name for each in found)]
assert "neurosim.__main__" in names
for name in names:
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:  # of an extra that is not installed
        assert error.name in ("torch", "onnx", "anywidget", "neat"), (name, error)
after = process_state()
for key in before:
    if key not in ("BLAS", "matplotlib") and before[key] != after[key]:
        print(key, "is another:", before[key], after[key])
if sorted(os.listdir()) != listed:
    print("files:", os.listdir())
"""


@pytest.mark.slow
def test_importing_any_module_does_nothing(tmp_path):
    root = Path(__file__).parent.parent
    ran = subprocess.run(  # noqa: S603 - ours
        [sys.executable, "-c", IMPORTS], cwd=tmp_path, capture_output=True, text=True,
        env=os.environ | {"PYTHONPATH": str(root), "HOME": str(tmp_path)}, check=False, timeout=120,
    )  # fmt: skip

    assert (ran.stdout, ran.stderr, ran.returncode) == ("", "", 0)


def test_the_console_entry_is_a_module_with_main_and_run_command(capsys):
    settings_of_setup = ConfigParser()
    settings_of_setup.read(Path(__file__).parent.parent / "setup.cfg")
    scripts = settings_of_setup["options.entry_points"]["console_scripts"]
    found = re.search(r"^neurosim = ([\w.]+):main$", scripts, re.MULTILINE)
    module = importlib.import_module(found[1])

    assert callable(module.main)
    assert module.run_command(["list"]) == 0
    assert module.run_command(["run", "no-such"]) == 2
    assert "xor" in capsys.readouterr().out


def test_nothing_is_decided_by_a_clock_that_can_be_set():
    """Durations are of clocks that only go forward; times of files say nothing."""
    forbidden = re.compile(r"\btime\.time(_ns)?\b|datetime|st_[mca]time|getmtime")
    found = {
        f"{path.name}:{number}"
        for path in Path(ns.__file__).parent.rglob("*.py")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if forbidden.search(line)
    }

    assert found == set()
