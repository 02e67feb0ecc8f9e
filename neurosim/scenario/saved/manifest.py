"""The list of a run's files in its ``run.json``, with their hashes; readers believe only it."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from neurosim.errors import FileError, shortened
from neurosim.network.files import read_document
from neurosim.regular import open_regular

RUN, METRICS, NETWORK = "run.json", "metrics.jsonl", "network.json"
TIMES, CHECKPOINT = "times.jsonl", "checkpoint"
FILES = (RUN, METRICS, NETWORK)
OWN_NAMES = frozenset({*FILES, TIMES, CHECKPOINT})
WORK = ".neurosim"  # the folder, inside that of a run, of what is not finished
STAGED = "staged"  # in it: the files that wait
LISTED = "files"  # the key in run.json
_UNTOLD = frozenset({TIMES})  # whose bytes are others in every run: listed without a hash
_BLOCK = 1 << 20

Manifest = Mapping[str, str | None]  # hash by name; None: of a file whose bytes may be any


def digest_of(path: Path) -> str:
    """The SHA-256 of a file, as hexadecimal digits.

    Raises:
        FileError: it cannot be read.
    """
    digest = hashlib.sha256()
    with open_regular(path) as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def list_files(folder: Path, known: Mapping[str, str]) -> dict[str, str | None]:
    """The files in a folder and below it, by name, each with its hash where it is to have one.

    Args:
        folder: where they are.
        known: hashes that need not be computed, by name.
    """
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    names = {path.relative_to(folder).as_posix(): path for path in found}
    return {
        name: None if name in _UNTOLD else known.get(name) or digest_of(path)
        for name, path in names.items()
    }


def manifest_of(document: Any) -> Manifest | None:
    """The list in a document; None where there is none, as in those of older versions."""
    found = document.get(LISTED) if isinstance(document, Mapping) else None
    is_list = isinstance(found, Mapping) and all(
        isinstance(name, str) and isinstance(digest, str | None) for name, digest in found.items()
    )
    return found if is_list else None


def read_manifest(path: Path) -> Manifest | None:
    """The list in a file ``run.json``; None where it has none.

    Raises:
        FileError: it cannot be read, or is no JSON.
    """
    return manifest_of(read_document(path))


def require_listed(folder: Path, name: str, manifest: Manifest | None) -> Path:
    """The path of a file, if it is the one that the run wrote.

    Args:
        folder: of the run.
        name: of the file.
        manifest: what its ``run.json`` lists; None, in an older one: nothing is compared.

    Raises:
        FileError: it is not listed, not there, or has other bytes.
    """
    path = folder / name
    if manifest is None:
        return path
    if name not in manifest:
        raise FileError(f"{path}: not listed in {RUN}; expected a run that has one")
    expected, found = manifest[name], digest_of(path)
    if expected is not None and found != expected:
        again = (
            "a run was ended while its files took their places: `neurosim run --out` with --resume"
            " or --overwrite puts them in order"
            if (folder / WORK / RUN).exists()
            else "it was changed, or is damaged"
        )
        what = f"{path}: sha256 {found[:12]}..., got other bytes than its run wrote"
        raise FileError(shortened(f"{what}; expected {expected[:12]}..., as {RUN} says ({again})"))
    return path


def is_ours(path: Path, name: str, manifest: Manifest | None) -> bool:
    """Whether a file may be replaced: it is not there, or a run wrote it as it is now."""
    if not path.exists() and not path.is_symlink():
        return True
    if manifest is None or path.is_symlink() or not path.is_file():
        return False
    if name == RUN:
        return True
    return name in manifest and manifest[name] in {None, digest_of(path)}
