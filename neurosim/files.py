"""Files that are there whole or not at all: every file that is written is written here."""

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from neurosim.errors import WrongTypeError


@contextmanager
def whole_file(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """Open a file that takes its name only when it is whole; until then another is beside it.

    A symbolic link is followed. A file that is there stays as it is on an error, and gives the
    new one its mode; else the new one gets what the umask leaves.

    Raises:
        OSError: the file cannot be written.
        ValueError: there is a NUL in its name.
    """
    target = Path(os.path.realpath(path))
    written = target.parent / f".neurosim-{secrets.token_hex(8)}"
    try:
        with written.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileNotFoundError):
            written.chmod(stat.S_IMODE(target.stat().st_mode))
        written.replace(target)
    except BaseException:
        with suppress(OSError):  # where the folder is missing, or is none, nothing was written
            written.unlink(missing_ok=True)
        raise


def write_whole(path: str | os.PathLike[str], data: bytes) -> None:
    """Write a file whole or not at all; raises what `whole_file` does."""
    with whole_file(path) as file:
        file.write(data)


def path_of(given: object) -> Path:
    """What was given for a file, as a path.

    Raises:
        WrongTypeError: it is no text and no path.
    """
    if not isinstance(given, str | Path):
        what = f"path: wrong type, got {given!r:.80}"
        raise WrongTypeError(f"{what}; expected text or a pathlib.Path")
    return Path(given)
