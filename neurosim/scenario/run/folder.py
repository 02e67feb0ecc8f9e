"""The folder of a run: run.json, metrics.jsonl (a line an epoch), network.json and times.jsonl.

Wall-clock times and how many threads there were stand in times.jsonl alone: all other files of two
equal runs have the same bytes. Where bits may depend on the threads, ``origin`` has them, too.
"""

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from neurosim.compiler.threads import thread_counts, without_threads
from neurosim.errors import FileError, shortened
from neurosim.files import write_whole
from neurosim.network.files import read_document
from neurosim.scenario.build.shipped import shipped_folder
from neurosim.scenario.run.metrics_lines import MetricsLines, lines_of
from neurosim.scenario.run.result import RunResult, Stretch
from neurosim.scenario.saved.checkpoints import Checkpoints
from neurosim.scenario.saved.hold import hold
from neurosim.scenario.saved.manifest import (
    CHECKPOINT,
    FILES,
    METRICS,
    NETWORK,
    OWN_NAMES,
    RUN,
    STAGED,
    TIMES,
    WORK,
    manifest_of,
)
from neurosim.scenario.saved.transaction import commit, require_free, settle, staged

_METRICS_LINES = ".neurosim-metrics"  # removed by the next run, as all files that were not finished


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


class RunFolder:
    """A folder that this process holds for one run.

    Attributes:
        path: the folder.
        checkpoints: of the run that is not finished.
        metrics: the lines of its epochs, as far as they are written.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.checkpoints = path, Checkpoints(path)
        self.metrics = MetricsLines(path / WORK / _METRICS_LINES)
        self._digests: dict[str, str] = {}  # of what is staged

    def document(self) -> Mapping[str, Any] | None:
        """What ``run.json`` says of the run that is there; None where there is none of ours."""
        if not (self.path / RUN).is_file():
            return None
        document = read_document(self.path / RUN)
        return document if manifest_of(document) is not None else None

    def require_new(self) -> None:
        """Refuse a folder that holds a run.

        Raises:
            FileError: it does; offers what can be done.
        """
        is_unfinished = self.checkpoints.any()
        if self.document() is None and not is_unfinished:
            return
        what = "an unfinished run" if is_unfinished else "a run"
        raise FileError(
            shortened(
                f"{self.path}: holds {what}; expected --resume to go on with it, --overwrite to"
                " begin anew, or another folder"
            )
        )

    def note(self, stretches: Sequence[Stretch]) -> None:
        """Write the lines of all epochs that are done, but for those that are written.

        Raises:
            FileError: they cannot be written.
        """
        with _telling(self.path):
            self.metrics.take(stretches)

    def save(self, checkpoint: bytes) -> None:
        """Keep a checkpoint.

        Raises:
            FileError: it cannot be written; that before it stays.
        """
        with _telling(self.path):
            self.metrics.sync()  # else all of it would have to reach the disk at the end
            self.checkpoints.save(checkpoint)

    def stage(self, result: RunResult) -> Path:
        """Write the files of a result, but ``run.json``, where they wait; returns that folder.

        Raises:
            FileError: one cannot be written.
        """
        with _telling(self.path):
            place = staged(self.path)
            self._digests = {METRICS: self.metrics.finish(result.stretches, place / METRICS)}
            _write_network_and_times(result, place)
        return place

    def commit(self, document: Mapping[str, Any], checkpoint: bytes | None = None) -> list[str]:
        """Let the staged files take their places, with the checkpoint of a run that is to go on.

        Returns:
            The names of the files.

        Raises:
            FileError: one cannot be written, or is in the way and no run wrote it.
        """
        with _telling(self.path):
            if checkpoint is not None:
                write_whole(self.path / WORK / STAGED / CHECKPOINT, checkpoint)
            saved = saved_document(document, self.path)
            listed = commit(self.path, saved, to_json, self._digests)
            self.checkpoints.discard()
        own = [name for name in (*FILES, TIMES, CHECKPOINT) if name == RUN or name in listed]
        return [*own, *(name for name in listed if name not in own)]


@contextmanager
def open_folder(path: Path, names: Iterable[str] = ()) -> Iterator[RunFolder]:
    """Hold a folder, and put in order what an earlier run has left in it.

    Args:
        path: is made where it is not there.
        names: of the pictures that are to come.

    Raises:
        FileError: another process holds it, it cannot be written to, or a file of another is in
            the way.
    """
    prepare_folder(path)
    with ExitStack() as stack:
        with _telling(path):
            stack.enter_context(hold(path))
            settle(path)
        require_free(path, [*sorted(OWN_NAMES), *names])
        held = RunFolder(path)
        stack.callback(held.metrics.discard)
        yield held


@contextmanager
def _telling(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise unwritable(folder, error.strerror) from None


def saved_document(document: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """The document of ``run.json``: no times, no threads, and the same wherever the folders are.

    The path of a scenario is that from the folder; of a shipped one its own.
    """
    kept = {key: value for key, value in document.items() if key != "seconds"}
    kept["path"] = _path_from(folder, Path(document["path"]))
    kept["blas"] = without_threads(document["blas"])
    return kept


def _path_from(folder: Path, file: Path) -> str:
    file = Path(os.path.abspath(file))  # noqa: PTH100 - a link stays one
    if file.is_relative_to(shipped_folder()):
        return str(file)
    try:
        return Path(os.path.relpath(file.parent.resolve() / file.name, folder.resolve())).as_posix()
    except ValueError:  # on another drive
        return str(file)


def write_result(result: RunResult, folder: Path, imports: tuple[str, ...] = ()) -> None:
    """Write the files of a result into a folder of its own.

    Raises:
        FileError: one cannot be written, or a file that no run wrote is in the way.
    """
    with open_folder(folder) as held:
        held.stage(result)
        held.commit(result_document(result, imports))


def write_records(result: RunResult, folder: Path) -> None:
    """Write metrics, network and times; what ``run.json`` is to list.

    Raises:
        OSError: one cannot be written.
    """
    lines = (line for stretch in result.stretches for line in lines_of(stretch))
    write_whole(folder / METRICS, "".join(lines).encode())
    _write_network_and_times(result, folder)


def _write_network_and_times(result: RunResult, folder: Path) -> None:
    if result.network is not None:
        result.network.save(folder / NETWORK)
    times = [
        {"first": one.first, "epochs": len(one), "seconds": one.seconds * len(one)}
        for one in result.stretches
    ]
    write_whole(
        folder / TIMES, _lines([*times, {"run": result.seconds, "threads": thread_counts()}])
    )


def _lines(records: Iterable[Mapping[str, Any]]) -> bytes:
    return "".join(json.dumps(record, allow_nan=False) + "\n" for record in records).encode()


def unwritable(folder: Path, reason: str | None) -> FileError:
    """The error of a folder that cannot be written to."""
    what = f"{folder}: no folder that can be written to, {str(reason).lower()}"
    return FileError(f"{what}; expected a folder, or a new name")
