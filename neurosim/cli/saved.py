"""The folder that ``neurosim run --out DIR`` wrote; every value in it is checked."""

import json
import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from neurosim.errors import FileError, shortened
from neurosim.functions.numbers import shown
from neurosim.network.files import read_document
from neurosim.network.network import Network, load
from neurosim.regular import open_regular
from neurosim.scenario import EpochRecord, Scenario, load_scenario
from neurosim.scenario.saved.manifest import (
    METRICS,
    NETWORK,
    RUN,
    Manifest,
    manifest_of,
    require_listed,
)


@dataclass(frozen=True, slots=True)
class SavedRun:
    """The folder of a run.

    Attributes:
        folder: the folder.
        title: the title of the scenario.
        path: the scenario's file, which may be gone.
        best_epoch: the one whose parameters early stopping restored, or None.
        files: what it lists, with their hashes; None in a folder of an older version.
    """

    folder: Path
    title: str
    path: str
    best_epoch: int | None = None
    files: Manifest | None = None

    def history(self) -> tuple[EpochRecord, ...]:
        """What was measured in each epoch.

        Raises:
            FileError: the file cannot be read, is not that of the run, or a line is no record.
        """
        return tuple(_records(require_listed(self.folder, METRICS, self.files)))

    def network(self) -> Network:
        """The trained network.

        Raises:
            FileError: there is none, as after a run that was skipped, or the file is damaged.
        """
        return load(require_listed(self.folder, NETWORK, self.files))

    def scenario(self) -> Scenario:
        """The scenario, with its data.

        Raises:
            NeurosimError: its file is gone, or is not valid any more.
        """
        if not self.path:
            raise FileError(f"{self.folder / RUN}: no path of a scenario; expected one")
        return load_scenario(self._scenario_file())

    def _scenario_file(self) -> Path:
        """The scenario's file, also where the command is run in another folder than the run was."""
        path = Path(self.path)
        if path.is_absolute():
            return path
        if self.files is not None:
            return Path(os.path.relpath(self.folder.resolve() / path))
        above = (place / path for place in self.folder.resolve().parents)
        return next((file for file in above if file.exists()), path)


def read_run(folder: str | Path) -> SavedRun:
    """Open a folder that ``neurosim run --out`` wrote.

    Raises:
        FileError: there is no such folder, or no run in it.
    """
    place = Path(folder)
    if not os.path.isdir(place):  # noqa: PTH112 - a Path raises where a name is too long
        what = "a file" if os.path.exists(place) else "nothing"  # noqa: PTH110 - as above
        expected = "expected one of `neurosim run --out`"
        raise FileError(shortened(f"{place}: no folder, got {what}; {expected}"))
    if not (place / RUN).exists():
        raise FileError(f"{place}: no {RUN}; expected a folder of `neurosim run --out`")
    document = read_document(place / RUN)
    if not isinstance(document, dict):
        raise FileError(f"{place / RUN}: no record of a run, got {shown(document)}")
    texts = [document.get(key, "") for key in ("scenario", "path")]
    for key, text in zip(("scenario", "path"), texts, strict=True):
        if not isinstance(text, str):
            raise FileError(f"{place / RUN}: {key}: no text, got {shown(text)}")
    best = document.get("best_epoch")
    if best is not None:
        best = int(_number(best, f"{place / RUN}: best_epoch", is_count=True))
    return SavedRun(place, texts[0], texts[1], best, manifest_of(document))


def _records(path: Path) -> Iterator[EpochRecord]:
    try:
        with TextIOWrapper(open_regular(path), encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                yield _record(line, f"{path}:{number}")
    except UnicodeDecodeError as error:
        raise FileError(f"{path}: cannot be read, got {error}; expected UTF-8") from error


def _record(line: str, where: str) -> EpochRecord:
    try:
        tree = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise FileError(f"{where}: no JSON, got {error}; expected the record of an epoch") from None
    if not isinstance(tree, dict):
        raise FileError(f"{where}: got {shown(tree)}; expected the record of an epoch")
    metrics = tree.get("metrics", {})
    if not isinstance(metrics, dict):
        raise FileError(f"{where}: metrics: got {shown(metrics)}; expected numbers by name")
    validation = tree.get("validation_loss")
    return EpochRecord(
        int(_number(tree.get("epoch"), f"{where}: epoch", is_count=True)),
        _number(tree.get("loss"), f"{where}: loss"),
        None if validation is None else _number(validation, f"{where}: validation_loss"),
        {
            name: _number(value, f"{where}: metrics: {name!r:.80}")
            for name, value in metrics.items()
        },
        math.nan,
        math.nan,
    )


def _number(value: Any, where: str, *, is_count: bool = False) -> float:
    """A number; null, which JSON has for what is not finite, is NaN."""
    if value is None and not is_count:
        return math.nan
    is_number = isinstance(value, int if is_count else int | float) and not isinstance(value, bool)
    if not is_number or abs(value) > 1e308 or (is_count and not 0 <= value < 2**53):
        expected = "a whole number" if is_count else "a number"
        raise FileError(f"{where}: got {shown(value)}; expected {expected}")
    return float(value)
