"""Processes that do tasks: in any order, and also where one of them dies."""

import os
import signal
import threading
import time
from pathlib import Path

import pytest
from joblib.externals.loky import ProcessPoolExecutor

from neurosim.errors import FileError
from neurosim.scenario.sweeps.workers import _thread_of_loky_may_fail, do_all


def square(number):
    return number * number


def die_once(task):
    """Kill this process, unless the file is there: the second time all goes well."""
    number, marker = task
    if number == 2 and not Path(marker).exists():
        Path(marker).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def die(_):
    os.kill(os.getpid(), signal.SIGKILL)


def refuse(number):
    if number == 3:
        raise FileError("three")
    time.sleep(0.01)
    return number


def test_no_tasks_need_no_process():
    assert list(do_all(square, [], jobs=2)) == []


@pytest.mark.quick("1")
@pytest.mark.parametrize("jobs", [1, 3])
def test_each_task_is_done_once(jobs):
    assert sorted(do_all(square, range(40), jobs=jobs)) == [(n, n * n) for n in range(40)]


@pytest.mark.slow
def test_a_process_that_dies_is_replaced(tmp_path):
    tasks = [(number, str(tmp_path / "died")) for number in range(6)]

    assert sorted(do_all(die_once, tasks, jobs=2)) == [(n, n) for n in range(6)]


@pytest.mark.slow
def test_where_processes_die_again_and_again_it_says_so():
    with pytest.raises(FileError, match="a process of 2 ended in the middle of its work, 3 times"):
        list(do_all(die, [1, 2], jobs=2))


@pytest.mark.slow
def test_an_error_of_a_task_is_raised_and_the_others_end():
    with pytest.raises(FileError, match="three"):
        list(do_all(refuse, range(1000), jobs=2))


def test_where_no_process_can_be_started_it_says_so(monkeypatch):
    failures = BlockingIOError(11, "Resource temporarily unavailable"), RuntimeError("can't start")
    for failure in failures:

        def refuses(*_, failure=failure):
            raise failure

        monkeypatch.setattr(ProcessPoolExecutor, "submit", refuses)

        with pytest.raises(
            FileError, match=r"jobs: no process can be started, (res|can't).*jobs=1"
        ):
            list(do_all(square, [1, 2], jobs=2))


def test_only_the_miss_of_a_task_by_the_thread_of_loky_is_not_told(monkeypatch):
    told = []
    monkeypatch.setattr(threading, "excepthook", lambda given: told.append(given.exc_type))

    def fail(error):
        raise error

    cases = [("ExecutorManagerThread", KeyError(5)), ("ExecutorManagerThread", ValueError()),
             ("another", KeyError(5))]  # fmt: skip
    with _thread_of_loky_may_fail():
        for name, error in cases:
            thread = threading.Thread(target=fail, args=(error,), name=name)
            thread.start()
            thread.join()

    assert told == [ValueError, KeyError]
