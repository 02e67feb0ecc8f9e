"""A call in a process of its own, watched: its ending, its time, its memory, what it writes.

The process is a fork, so that whatever it does to itself is gone afterwards. Files are watched by
an audit hook: Python tells of each opening, renaming and removing before it happens.
"""

import contextlib
import faulthandler
import io
import json
import os
import resource
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from neurosim.errors import NeurosimError

SECONDS = 5  # of CPU time
WAIT = 60  # seconds of the clock: who waits for something uses no CPU time
MEMORY = 512 * 2**20
ENDINGS = (0, 1, 2, 3, 130)  # the exit codes of the manual

Call = Callable[[], Any]

_CHANGING = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.symlink",
             "os.truncate", "os.chmod", "shutil.rmtree", "shutil.move")  # fmt: skip


@dataclass(frozen=True)
class Fault:
    """What went wrong: its kind (traceback, code, time, memory, died, outside), and the words."""

    kind: str
    words: str


def watched(call: Call, folder: Path) -> Fault | None:
    """Call it in a fork that stands in this folder, and say what is wrong with how it ends."""
    [fault] = watched_together([(lambda: call, folder)])
    return fault


def watched_together(tries: Sequence[tuple[Callable[[], Call], Path]]) -> list[Fault | None]:
    """Make each call and call it in its folder, all in one fork; who dies is followed by another.

    A fork for each would take longer than most calls do.
    """
    found: list[Fault | None] = []
    while len(found) < len(tries):
        found += _of_one_fork(tries[len(found) :])
    return found


def _of_one_fork(tries: Sequence[tuple[Callable[[], Call], Path]]) -> list[Fault | None]:
    """What is wrong with the calls up to the last one, or to that in which the fork died."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        _try_all(tries, write)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        told = [json.loads(line) for line in pipe]
    _, status = os.waitpid(child, 0)
    found = [Fault(kind, words) if kind else None for kind, words in told]
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        slow = number in (signal.SIGXCPU, signal.SIGALRM, signal.SIGKILL)
        found.append(Fault("time" if slow else "died", signal.Signals(number).name))
    elif len(found) < len(tries):
        found.append(Fault("died", "it left the process"))
    return found


def _try_all(tries: Sequence[tuple[Callable[[], Call], Path]], write: int) -> None:
    """Make the calls, write a line for each to the pipe, and leave the fork."""
    try:
        faulthandler.disable()
        outside, allowed = _watch_files()
        for make, folder in tries:
            os.chdir(folder)
            call = make()
            allowed[0] = str(folder.resolve())
            del outside[:]
            kind, words = _judged(call)
            if outside:
                kind, words = "outside", "\n".join(outside)
            _write_all(write, json.dumps([kind, words[:60_000]]).encode() + b"\n")
    except BaseException:  # noqa: BLE001 - it is a fork: nobody else would hear of it
        _write_all(write, json.dumps(["died", traceback.format_exc()]).encode() + b"\n")
    finally:
        os._exit(0)


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


def _judged(call: Callable[[], Any]) -> tuple[str, str]:
    said = io.StringIO()
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, WAIT)
    used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    _limit(resource.RLIMIT_CPU, int(used) + SECONDS + 1)
    size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    _limit(resource.RLIMIT_AS, size + MEMORY)
    sys.stdin = io.StringIO("")
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            code = call()
    except (NeurosimError, SystemExit):  # what a call of the library may answer with
        return "", ""
    except MemoryError:
        return "memory", traceback.format_exc()
    except BaseException:  # noqa: BLE001 - whatever else it is, it is the fault that we look for
        return "traceback", traceback.format_exc()
    words = said.getvalue()
    if "Traceback (most recent call last)" in words:
        return "traceback", words
    if "not enough memory" in words:
        return "memory", words
    return ("", "") if code in (None, *ENDINGS) else ("code", f"{code}\n{words}")


def _limit(what: int, most: int) -> None:
    """A limit of this process that the next call may raise again."""
    resource.setrlimit(what, (most, resource.getrlimit(what)[1]))


def _watch_files() -> tuple[list[str], list[str]]:
    """What is written outside of the folders from now on, and the folders, in two lists."""
    outside: list[str] = []
    allowed = ["", "/dev/", tempfile.gettempdir() + "/neurosim-"]

    def look(event: str, given: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = given
            if not flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
                return
        elif event in _CHANGING:
            path = given[0]
        else:
            return
        if isinstance(path, str | bytes | os.PathLike):
            real = os.path.realpath(os.fsdecode(path))
            if not real.startswith(tuple(allowed)) and "__pycache__" not in real:
                outside.append(f"{event} {real}")

    sys.addaudithook(look)
    return outside, allowed
