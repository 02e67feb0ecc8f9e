"""The hold on a folder: one run at a time writes into it."""

import os
import platform
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from neurosim.errors import FileError, shortened
from neurosim.files import write_whole
from neurosim.scenario.saved.manifest import RUN, STAGED, WORK

_LOCK, _HOLDER = "lock", "process"
_MOST_LETTERS = 200


@contextmanager
def hold(folder: Path) -> Iterator[None]:
    """Hold a folder, which is there; what is in its work folder stays when it is let go.

    The lock is one of the system, which ends with the process, however that ends.

    Raises:
        FileError: another holds it, and is named; or nothing can be written there.
    """
    from filelock import FileLock, Timeout

    work = folder / WORK
    try:
        while True:
            work.mkdir(exist_ok=True)
            lock = FileLock(work / _LOCK, timeout=0)
            lock.acquire()
            if (work / _LOCK).exists():  # else who held it before took it away in this moment
                break
            lock.release()
    except Timeout:
        raise FileError(
            shortened(f"{folder}: in use by {_holder(work)}; expected its end, or another folder")
        ) from None
    try:
        since = time.strftime("%Y-%m-%d %H:%M:%S")
        told = f"process {os.getpid()} on {platform.node()} since {since}"
        write_whole(work / _HOLDER, told.encode())
        yield
    finally:
        _let_go(work)
        lock.release()


def _let_go(work: Path) -> None:
    """Remove what is not decided, the lock, and the work folder where nothing else is in it."""
    undo(work)
    for name in (_HOLDER, _LOCK):
        with suppress(OSError):
            (work / name).unlink()
    with suppress(OSError):
        work.rmdir()


def undo(work: Path) -> None:
    """Remove the files that wait where it was not decided that they take their places."""
    if not (work / RUN).exists():
        shutil.rmtree(work / STAGED, ignore_errors=True)
    with suppress(OSError):
        work.rmdir()


def _holder(work: Path) -> str:
    try:
        told = (work / _HOLDER).read_text("utf-8", "replace")[:_MOST_LETTERS]
    except OSError:
        told = ""
    return told if told.isprintable() and told else "another process"
