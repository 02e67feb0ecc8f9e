"""Paths inside a scenario's folder: beside the scenario or below, never elsewhere."""

from pathlib import Path

from neurosim.errors import FileError, guess


def inside(folder: Path, name: str) -> Path:
    """The file of this name in the folder, links resolved.

    Raises:
        FileError: the name is absolute or leads out of the folder, also through a link, or there
            is no such file, or what has the name is no file.
    """
    try:
        root = folder.resolve()
        path = (root / name).resolve()
        is_file, is_there = path.is_file(), path.exists()
    except (OSError, ValueError, RuntimeError) as error:  # too long; a NUL; a loop of links
        raise FileError(f"{name!r}: no path, {error}") from None
    if Path(name).is_absolute() or not path.is_relative_to(root):
        raise FileError(f"{name!r}: leads out of the folder {str(folder)!r}; expected one inside")
    if is_there and not is_file:
        raise FileError(f"{name!r}: no file, got a folder, a pipe or a device; expected a file")
    if not is_file:
        raise FileError(f"{name!r}: no such file in {str(folder)!r}{_nearby(path, name)}")
    return path


def _nearby(path: Path, name: str) -> str:
    """A guess among the files where this one was expected."""
    try:
        known = sorted(file.name for file in path.parent.iterdir())
    except OSError:  # no folder, or one that may not be looked into
        return ""
    return guess(Path(name).name, known)
