"""Workers: processes of this machine, or those of a Dask cluster, that do tasks."""

import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    wait,
)
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice
from typing import Any, TypeVar

from neurosim.errors import FileError, InvalidValueError, MissingExtraError
from neurosim.process import PROCESS_STATE

_Task = TypeVar("_Task")
_Result = TypeVar("_Result")

_MOST_DEATHS = 3  # of pools; what ends a worker so often is no accident
_LOOK = 0.5  # seconds between two looks whether the process that started a worker is there
_IDLE = 30  # seconds after which a worker without work ends
_OF_A_CLUSTER = 1000  # tasks that a cluster has at once; its workers may be many
_PATIENCE = 10  # seconds to wait for a cluster's answer


def do_all(
    function: Callable[[_Task], _Result],
    tasks: Sequence[_Task],
    *,
    jobs: int = 1,
    dask: str | None = None,
) -> Generator[tuple[int, _Result]]:
    """Do tasks, in any order.

    Args:
        function: of a module, not of a class or of another function.
        tasks: are pickled, as are the results.
        jobs: how many processes of this machine; 1: this one does it all.
        dask: the address of a cluster's scheduler, which does it instead.

    Yields:
        The number of a task and its result, when it is done.

    Raises:
        FileError: a process or the cluster is gone.
        MissingExtraError: Dask is not installed.
    """
    if not tasks:
        return
    if dask is not None:
        with _cluster(dask) as executor:
            yield from _done(executor, function, dict(enumerate(tasks)), _OF_A_CLUSTER)
    elif min(jobs, len(tasks)) == 1:
        for number, task in enumerate(tasks):
            yield number, function(task)
    else:
        yield from _by_processes(function, tasks, min(jobs, len(tasks)))


def _by_processes(
    function: Callable[[_Task], _Result], tasks: Sequence[_Task], jobs: int
) -> Iterator[tuple[int, _Result]]:
    """A pool in which a process died is replaced by a new one, which does what is left."""
    left, n_deaths = dict(enumerate(tasks)), 0
    while left:
        try:
            with _processes(min(jobs, len(left))) as executor:
                for number, result in _done(executor, function, dict(left), 2 * jobs):
                    del left[number]
                    yield number, result
        except BrokenProcessPool:
            n_deaths += 1
            if n_deaths == _MOST_DEATHS:
                raise FileError(
                    f"jobs: a process of {jobs} ended in the middle of its work, {n_deaths} times"
                    " (is there enough memory?); expected fewer of them, or smaller points"
                ) from None


def _done(
    executor: Executor,
    function: Callable[[_Task], _Result],
    tasks: dict[int, _Task],
    at_once: int,
) -> Iterator[tuple[int, _Result]]:
    """The results as they come, of so many tasks at most that wait or are being done."""
    left, waiting = iter(tasks.items()), dict[Future[_Result], int]()
    while True:
        for number, task in islice(left, at_once - len(waiting)):
            waiting[_submitted(executor, function, task)] = number
        if not waiting:
            return
        for future in wait(waiting, return_when=FIRST_COMPLETED).done:
            yield waiting.pop(future), future.result()


def _submitted(
    executor: Executor, function: Callable[[_Task], _Result], task: _Task
) -> Future[_Result]:
    """A task that is taken; a process for it is started where there is room for one more."""
    try:
        return executor.submit(function, task)
    except BrokenExecutor:
        raise
    except (OSError, RuntimeError, ValueError) as error:  # of a thread; where loky's tracker ended
        reason = getattr(error, "strerror", None) or error
        raise FileError(
            f"jobs: no process can be started, {str(reason).lower()}; expected fewer, or jobs=1"
        ) from None


@contextmanager
def _processes(jobs: int) -> Iterator[Executor]:
    """Processes of loky, which end with this one, and at once where an error ends the work.

    More tasks than ``2 * jobs`` at once would not be in its queue; it fails at them when it ends.
    """
    from joblib.externals.loky import ProcessPoolExecutor

    executor = ProcessPoolExecutor(
        jobs, timeout=_IDLE, initializer=_begin_worker, initargs=(os.getpid(),)
    )
    try:
        yield executor
    except BaseException:
        with _thread_of_loky_may_fail():
            executor.shutdown(wait=True, kill_workers=True)
        raise
    executor.shutdown(wait=True)


@contextmanager
def _thread_of_loky_may_fail() -> Iterator[None]:
    """While processes end, loky's thread may miss a task that was just taken away: it ends."""

    def tell(failed: threading.ExceptHookArgs) -> None:
        name = "" if failed.thread is None else failed.thread.name
        if failed.exc_type is not KeyError or name != "ExecutorManagerThread":
            before(failed)

    with PROCESS_STATE:
        before, threading.excepthook = threading.excepthook, tell
        try:
            yield
        finally:
            threading.excepthook = before


def _begin_worker(parent: int) -> None:
    """Leave Ctrl-C to the process that started this one, and end when that one does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if os.name == "posix":
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK)
    os._exit(1)


@contextmanager
def _cluster(address: str) -> Iterator[Executor]:
    """The workers of a cluster that is there already."""
    try:
        from distributed import Client
        from distributed.scheduler import KilledWorker
    except ImportError:
        message = "a cluster needs Dask; expected pip install 'neurosim[dask]'"
        raise MissingExtraError(message, extra="dask") from None
    with _unlogged("distributed"), _client(Client, address) as client:
        executor = client.get_executor()
        try:
            yield executor
        except (KilledWorker, CancelledError) as error:
            reason = str(error) or "its scheduler is gone"
            raise FileError(f"{address}: the cluster did not finish a task, {reason}") from None
        except BaseException:
            if client.status == "running":  # a cluster that is gone has nothing to cancel
                executor.shutdown(wait=False)
            raise


def _client(kind: Any, address: str) -> Any:
    try:
        return kind(address, timeout=_PATIENCE)
    except (OSError, ValueError) as error:
        raise InvalidValueError(
            f"--dask: no cluster answers, got {address!r:.80} ({str(error) or type(error).__name__}"
            "); expected the address of its scheduler, such as tcp://127.0.0.1:8786"
        ) from None


@contextmanager
def _unlogged(package: str) -> Iterator[None]:
    """Inside, a package logs nothing: it shows tracebacks of what is an error of ours."""
    names = [name for name in logging.root.manager.loggerDict if name.split(".")[0] == package]
    loggers = [logging.getLogger(name) for name in names]

    def nothing(_: logging.LogRecord) -> bool:
        return False

    for logger in loggers:
        logger.addFilter(nothing)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(nothing)
