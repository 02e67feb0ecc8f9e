"""Safe opening of a file that may be a pipe, a device or a folder.

Only regular files are read, only up to a size, and opening one never waits.
"""

import os
import stat
from pathlib import Path
from typing import BinaryIO

from neurosim.errors import FileError, shortened

_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}
# A pipe would wait for somebody who writes into it; outside of POSIX there is no such flag.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def open_regular(path: Path, most: int | None = None) -> BinaryIO:
    """Open a regular file, of at most so many bytes where that is given, to read bytes.

    Raises:
        FileError: there is none, it is of another kind, it is larger, or it cannot be opened.
    """
    try:
        status = path.stat()  # to open some devices is to do something
    except OSError as error:
        raise unreadable(path, error) from None
    except ValueError as error:  # a NUL in the name, or half a surrogate pair
        raise FileError(f"{str(path)!r}: cannot be read, {error}; expected a file") from None
    _require_regular(path, status, most)
    try:
        file = os.fdopen(os.open(path, _FLAGS), "rb")
    except OSError as error:
        raise unreadable(path, error) from None
    try:
        _require_regular(path, os.fstat(file.fileno()), most)  # it may be another file by now
    except FileError:
        file.close()
        raise
    return file


def irregular(status: os.stat_result) -> str:
    """What kind it is, if it is no regular file; else nothing."""
    kind = stat.S_IFMT(status.st_mode)
    return "" if kind == stat.S_IFREG else _KINDS.get(kind, "something else")


def unreadable(path: Path, error: OSError) -> FileError:
    """The error to raise where the system says that a file cannot be read."""
    reason = str(error.strerror or error).lower()
    return FileError(shortened(f"{path}: cannot be read, {reason}; expected a file"))


def _require_regular(path: Path, status: os.stat_result, most: int | None) -> None:
    if kind := irregular(status):
        raise FileError(f"{path}: cannot be read, got {kind}; expected a file")
    if most is not None and status.st_size > most:
        raise FileError(
            f"{path}: too large, got {status.st_size} bytes; expected at most {most // 10**6} MB"
        )
