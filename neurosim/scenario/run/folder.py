"""The folder of a run: run.json, metrics.jsonl (a line an epoch) and network.json."""

import json
import os
from pathlib import Path
from typing import Any

from neurosim.errors import FileError
from neurosim.files import write_whole
from neurosim.scenario.run.result import RunResult

FILES = ("run.json", "metrics.jsonl", "network.json")


def result_document(result: RunResult, imports: tuple[str, ...]) -> dict[str, Any]:
    """The result as plain data, with the modules that were imported for it, if any."""
    return {**result.to_dict(), **({"imports": list(imports)} if imports else {})}


def to_json(document: object) -> bytes:
    """The document as JSON, which is UTF-8 wherever it goes.

    A file's name may hold bytes that are no text; they are written as an escape.
    """
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1)
    return text.encode("utf-8", "backslashreplace")


def prepare_folder(folder: Path) -> None:
    """Make the folder, before a training whose results could not be written.

    Raises:
        FileError: it cannot be made, or not be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(folder, error.strerror) from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise unwritable(folder, "permission denied")
    for path in (folder / name for name in FILES):
        if path.is_dir():
            raise FileError(f"{path}: is a folder; expected a file, or none, to write results to")


def write_result(result: RunResult, folder: Path, imports: tuple[str, ...] = ()) -> None:
    """Write the files, each whole or not at all.

    Raises:
        FileError: one cannot be written.
    """
    run, metrics, network = (folder / name for name in FILES)
    lines = [json.dumps(record.to_dict(), allow_nan=False) + "\n" for record in result.history]
    try:
        if result.network is None:
            network.unlink(missing_ok=True)  # that of an earlier run would pass for this one's
        else:
            result.network.save(network)
        write_whole(metrics, "".join(lines).encode())
        write_whole(run, to_json(result_document(result, imports)) + b"\n")
    except OSError as error:
        raise unwritable(folder, error.strerror) from None


def unwritable(folder: Path, reason: str | None) -> FileError:
    """The error of a folder that cannot be written to."""
    what = f"{folder}: no folder that can be written to, {str(reason).lower()}"
    return FileError(f"{what}; expected a folder, or a new name")
