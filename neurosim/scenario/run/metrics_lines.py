"""The lines of metrics.jsonl, an epoch each, written while a run goes on.

There may be millions, and they take longer to make than a small network takes to train: at its end
a run has only the last ones left to write.
"""

import hashlib
import json
import math
import os
from collections.abc import Iterable, Iterator, Sequence
from io import FileIO
from pathlib import Path

from neurosim.scenario.run.result import Stretch
from neurosim.training.parts import measured_on


class MetricsLines:
    """The file of a run that goes on, and of the stretches whose lines are in it.

    Args:
        path: of the file until it is whole; its folder is there when something is first taken.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: FileIO | None = None
        self._begin()

    def _begin(self) -> None:
        self._n_stretches, self._size, self._digest = 0, 0, hashlib.sha256()

    def take(self, stretches: Sequence[Stretch]) -> None:
        """Write those that are not written yet: a run only adds to what it has done.

        It may be ended at any moment, and asked again.

        Raises:
            OSError: they cannot be written.
        """
        file = self._open()
        file.seek(self._size)
        file.truncate()  # what was written of a stretch in which a signal came
        for stretch in stretches[self._n_stretches :]:
            text = "".join(lines_of(stretch)).encode()
            digest = self._digest.copy()
            digest.update(text)
            _write_all(file, text)
            self._n_stretches, self._size, self._digest = (
                self._n_stretches + 1, self._size + len(text), digest,
            )  # fmt: skip

    def finish(self, stretches: Sequence[Stretch], target: Path) -> str:
        """Write what is left, and let the file take this name; returns its SHA-256.

        Raises:
            OSError: it cannot be written.
        """
        self.take(stretches)
        self.sync()
        self._path.replace(target)
        found = self._digest.hexdigest()
        self.discard()
        return found

    def sync(self) -> None:
        """Let what is written reach the disk."""
        os.fsync(self._open().fileno())

    def discard(self) -> None:
        """Remove the file, if it is there; the next one begins anew."""
        if self._file is not None:
            self._file.close()
            self._path.unlink(missing_ok=True)
        self._file = None
        self._begin()

    def _open(self) -> FileIO:
        if self._file is None:
            self._path.unlink(missing_ok=True)
            self._file = self._path.open("xb", buffering=0)
        return self._file


def _write_all(file: FileIO, data: bytes) -> None:
    """Write all of it to a file without a buffer, which takes at most two gigabytes at once."""
    left = memoryview(data)
    while left:
        left = left[file.write(left) :]


def lines_of(stretch: Stretch) -> Iterator[str]:
    """Its records as lines of JSON, but for the seconds: from columns, as there may be millions."""
    if not len(stretch):
        return
    columns = {
        "epoch": [str(stretch.first + index) for index in range(len(stretch))],
        "loss": _numbers(stretch.loss),
        "validation_loss": _numbers(stretch.validation_loss) or ["null"] * len(stretch),
    }
    after = {"rate": _numbers(stretch.rate)}
    if stretch.gradient_norm:
        after["gradient_norm"] = _numbers(stretch.gradient_norm)
        after["update_ratio"] = _numbers(stretch.update_ratio) or ["null"] * len(stretch)
    measured = {name: _numbers(values) for name, values in stretch.metrics.items()}
    on = measured_on(has_validation=bool(stretch.validation_loss))
    inner = f'"metrics": {{{_template(measured)}}}'
    parts = [_template(columns), inner, _template(after), *([f'"on": "{on}"'] if measured else [])]
    line = f"{{{', '.join(parts)}}}\n"
    given = (*columns.values(), *measured.values(), *after.values())
    yield from (line % row for row in zip(*given, strict=True))


def _template(names: Iterable[str]) -> str:
    return ", ".join(f"{json.dumps(name)}: ".replace("%", "%%") + "%s" for name in names)


def _numbers(values: Sequence[float]) -> list[str]:
    """Each number as JSON has it; it knows no infinity and no NaN."""
    if not values:
        return []
    finite = [value if math.isfinite(value) else None for value in values]
    return json.dumps(finite)[1:-1].split(", ")
