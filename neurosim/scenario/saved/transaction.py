"""The transaction by which the files of a run come into its folder: all of them, or none.

Files are written into a work folder inside that of the run. When its ``run.json`` is whole there,
it is decided: each file takes its place, ``run.json`` last. A run that is ended before has changed
nothing; one that is ended after is finished by the next one.
"""

import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any

from neurosim.errors import FileError
from neurosim.files import write_whole
from neurosim.scenario.saved.manifest import (
    LISTED,
    RUN,
    STAGED,
    WORK,
    Manifest,
    is_ours,
    list_files,
    read_manifest,
)


def staged(folder: Path) -> Path:
    """The folder in which files wait, empty at first."""
    place = folder / WORK / STAGED
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    return place


def settle(folder: Path) -> None:
    """Finish what an earlier run had decided, and undo what it had not.

    Raises:
        FileError: what was decided is damaged.
    """
    work = folder / WORK
    if (work / RUN).exists():
        _take_places(folder)
    shutil.rmtree(work / STAGED, ignore_errors=True)
    for left in work.glob(".neurosim-*"):
        left.unlink()


def written_before(folder: Path) -> Manifest | None:
    """What the run lists that is there; None where there is none, or one of an older version."""
    return read_manifest(folder / RUN) if (folder / RUN).is_file() else None


def require_free(folder: Path, names: Iterable[str]) -> None:
    """Refuse files that no run wrote, and that would be replaced.

    Raises:
        FileError: one of them is there, or a name leads out of the folder.
    """
    manifest, home = written_before(folder), folder.resolve()
    for name in names:
        path = folder / name
        if path.is_dir() and not path.is_symlink():
            raise FileError(f"{path}: is a folder; expected a file, or none, to write results to")
        if path.is_symlink() or not path.parent.resolve().is_relative_to(home):
            raise FileError(f"{name}: a link leads out of {folder}; expected a file in it")
        if (in_the_way := next((p for p in path.parents if p.is_file()), None)) is not None:
            raise FileError(f"{in_the_way}: is a file; expected a folder, or none, for {path.name}")
        if not is_ours(path, name, manifest):
            raise FileError(
                f"{path}: no file as a run wrote it, which is never replaced;"
                " expected another folder, or that file elsewhere"
            )


def commit(
    folder: Path,
    document: Mapping[str, Any],
    to_bytes: Callable[[object], bytes],
    digests: Mapping[str, str] = MappingProxyType({}),
) -> Manifest:
    """Let the staged files take their places, with ``run.json``, which lists them, the last.

    Args:
        folder: of the run, which this process holds.
        document: what ``run.json`` says besides.
        to_bytes: makes a file's bytes of a document.
        digests: those of staged files that are known already, by name.

    Returns:
        What is listed.

    Raises:
        FileError: a file that no run wrote is in the way.
        OSError: one cannot be written.
    """
    work = folder / WORK
    files = list_files(work / STAGED, digests)
    require_free(folder, [RUN, *files])
    write_whole(work / RUN, to_bytes({**document, LISTED: files}) + b"\n")
    _sync(work)
    _take_places(folder)
    return files


def _take_places(folder: Path) -> None:
    """Move what is staged; may be ended and done again at any moment."""
    work, before = folder / WORK, written_before(folder) or {}
    listed = read_manifest(work / RUN)
    if listed is None:
        raise FileError(f"{work / RUN}: damaged, lists no files; expected the list of a run")
    for name in listed:
        source = work / STAGED / name
        if source.exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            source.replace(folder / name)
    for name in before:
        if name not in listed and is_ours(folder / name, name, before):
            (folder / name).unlink(missing_ok=True)
    _sync(folder)
    (work / RUN).replace(folder / RUN)
    _sync(folder)
    shutil.rmtree(work / STAGED, ignore_errors=True)
    with suppress(OSError):  # where something else is in it, as the lock of who holds the folder
        work.rmdir()


def _sync(folder: Path) -> None:
    """Let the names in a folder reach the disk, where the system can be told so."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
