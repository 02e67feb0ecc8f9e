"""The checkpoints in the folder of a run: the newest, and the one before it."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from neurosim.files import write_whole
from neurosim.regular import open_regular
from neurosim.scenario.saved.manifest import CHECKPOINT, WORK

_NEXT, _PREVIOUS = f"{CHECKPOINT}.next", f"{CHECKPOINT}.previous"
_ORDER = (_NEXT, CHECKPOINT, _PREVIOUS)  # the newest first


class Checkpoints:
    """The checkpoints of the run in a folder: of one that was killed, or was interrupted.

    The previous one stays until the next is whole.
    """

    def __init__(self, folder: Path) -> None:
        self._work = folder / WORK
        self._kept = folder / CHECKPOINT  # of a run that was interrupted

    def paths(self) -> Iterator[Path]:
        """Those that are there, the newest first."""
        for path in (*(self._work / name for name in _ORDER), self._kept):
            if path.is_file():
                yield path

    def any(self) -> bool:
        """Whether there is one."""
        return next(self.paths(), None) is not None

    def read(self, path: Path) -> bytes:
        """The bytes of one.

        Raises:
            FileError: it cannot be read.
        """
        with open_regular(path) as file:
            return file.read()

    def save(self, data: bytes) -> None:
        """Write the next one.

        Raises:
            OSError: it cannot be written.
        """
        newest = self._work / CHECKPOINT
        write_whole(self._work / _NEXT, data)
        with suppress(FileNotFoundError):
            newest.replace(self._work / _PREVIOUS)
        (self._work / _NEXT).replace(newest)

    def discard(self) -> None:
        """Remove those of a run that is finished, or that is begun anew."""
        for name in _ORDER:
            (self._work / name).unlink(missing_ok=True)
