"""A call in a process of its own, watched: its ending, its time, its memory, what it writes.

The child is a fork, so that whatever it does to itself is gone afterwards. Files are watched by
an audit hook: Python tells of each opening, renaming and removing before it happens.
"""

import contextlib
import faulthandler
import io
import os
import resource
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from neurosim.errors import NeurosimError

SECONDS = 5  # of CPU time
WAIT = 60  # seconds of the clock: who waits for something uses no CPU time
MEMORY = 512 * 2**20
ENDINGS = (0, 1, 2, 3, 130)  # the exit codes of the manual

_CHANGING = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.symlink",
             "os.truncate", "os.chmod", "shutil.rmtree", "shutil.move")  # fmt: skip


@dataclass(frozen=True)
class Fault:
    """What went wrong: its kind (traceback, code, time, memory, died, outside), and the words."""

    kind: str
    words: str


def watched(call: Callable[[], Any], folder: Path) -> Fault | None:
    """Call it in a fork that stands in this folder, and say what is wrong with how it ends."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        _end(call, folder, write)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        words = pipe.read().decode(errors="replace")
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        slow = number in (signal.SIGXCPU, signal.SIGALRM, signal.SIGKILL)
        return Fault("time" if slow else "died", f"{signal.Signals(number).name} {words}")
    kind, _, rest = words.partition("\n")
    return Fault(kind, rest) if kind else None


def _end(call: Callable[[], Any], folder: Path, write: int) -> None:
    """Make the call, write the fault to the pipe, and leave the fork."""
    kind, words = "died", "before it began"
    try:
        os.chdir(folder)
        outside = _watch_files(folder)
        kind, words = _judged(call)
        if outside:
            kind, words = "outside", "\n".join(outside)
    finally:
        os.write(write, f"{kind}\n{words}".encode(errors="replace")[:60_000])
        os._exit(0)


def _judged(call: Callable[[], Any]) -> tuple[str, str]:
    said = io.StringIO()
    faulthandler.disable()
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, WAIT)
    used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    resource.setrlimit(resource.RLIMIT_CPU, (int(used) + SECONDS + 1, int(used) + SECONDS + 2))
    size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (size + MEMORY, size + MEMORY))
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


def _watch_files(folder: Path) -> list[str]:
    """What is written outside of the folder from now on, in the list that is returned."""
    outside: list[str] = []
    allowed = (str(folder.resolve()), "/dev/", tempfile.gettempdir() + "/neurosim-")

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
            if not real.startswith(allowed) and "__pycache__" not in real:
                outside.append(f"{event} {real}")

    sys.addaudithook(look)
    return outside
