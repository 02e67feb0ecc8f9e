"""The folder of a sweep: a folder for each point that is finished, a table and a plot at the top.

The files at the top hold no time, no path and no name of a machine: the same points give the same
bytes, whatever ran them, in however many pieces.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from neurosim.drawing.page.pages import save, settings
from neurosim.drawing.plots.sweeps import (
    describe_search,
    describe_sweep,
    draw_search,
    draw_sweep,
)
from neurosim.errors import FileError
from neurosim.files import write_whole
from neurosim.scenario.run.folder import prepare_folder, saved_document, to_json, unwritable
from neurosim.scenario.saved.hold import hold, undo
from neurosim.scenario.saved.manifest import RUN, WORK, read_manifest, require_listed
from neurosim.scenario.saved.transaction import commit, settle, staged, written_before
from neurosim.scenario.sweeps.points import PlannedPoint
from neurosim.scenario.sweeps.table import SweepResult
from neurosim.scenario.sweeps.tasks import FinishedPoint

POINTS = "points"
TABLE, PLOT = "sweep.csv", "sweep.svg"
_KEPT = ("passed", "failed", "diverged")  # how a run ends that need not be run again
_POINT = "point.json"


class SweepFolder:
    """A folder that finished points are kept in.

    Raises:
        FileError: it cannot be made, or not be written to.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        prepare_folder(path / POINTS)

    def folder_of(self, point: PlannedPoint) -> Path:
        """The folder of a point."""
        return self.path_of(point.name)

    def path_of(self, name: str) -> Path:
        """The folder of the point of this name."""
        return self.path / POINTS / name

    def kept(self, point: PlannedPoint) -> Mapping[str, Any] | None:
        """What was found at a point; None where it is not finished, or was run from other files."""
        folder = self.folder_of(point)
        try:
            manifest = read_manifest(folder / RUN)
            for name in manifest or ():
                require_listed(folder, name, manifest)
            document = json.loads((folder / _POINT).read_bytes())
            is_whole = _POINT in (manifest or ())
            found: Mapping[str, Any] = document["found"]
            is_same = document["digest"] == point.digest and found["status"] in _KEPT
        except (OSError, ValueError, KeyError, TypeError):  # ours are ValueErrors, too
            return None
        return found if is_whole and is_same else None

    def keep(self, point: PlannedPoint, finished: FinishedPoint) -> None:
        """Write the files of a point, all of them or none.

        Raises:
            FileError: one cannot be written.
        """
        folder = self.folder_of(point)
        document = {"digest": point.digest, "values": point.values, "found": finished.found}
        try:
            folder.mkdir(parents=True, exist_ok=True)
            settle(folder)
            for name in written_before(folder) or ():  # of another digest, or damaged
                (folder / name).unlink(missing_ok=True)
            place = staged(folder)
            for name, data in finished.files.items():
                write_whole(place / name, data)
            write_whole(place / _POINT, to_json(document) + b"\n")
            commit(folder, saved_document(finished.document, folder), to_json)
        except OSError as error:
            undo(folder / WORK)
            raise unwritable(folder, error.strerror) from None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the folder, as one process does at a time.

        Raises:
            FileError: another holds it, or it cannot be written to.
        """
        with ExitStack() as stack:
            try:
                stack.enter_context(hold(self.path))
            except OSError as error:
                raise unwritable(self.path, error.strerror) from None
            yield

    def begin(self, *names: str) -> None:
        """Remove what an earlier sweep has left at the top: it would pass for this one's."""
        for name in names:
            with suppress(FileNotFoundError):
                (self.path / name).unlink()

    def write_table(self, result: SweepResult, name: str = TABLE) -> None:
        """Write the table.

        Raises:
            FileError: it cannot be written.
        """
        try:
            write_whole(self.path / name, result.to_csv().encode())
        except OSError as error:
            raise unwritable(self.path, error.strerror) from None

    def draw(self, result: SweepResult) -> None:
        """Draw the plot of a sweep.

        Raises:
            FileError: it cannot be written.
        """
        with settings():
            axes = draw_sweep(result, title=result.title)
            self._save(axes, PLOT, result.title, describe_sweep(result))

    def draw_search(self, result: SweepResult, name: str) -> None:
        """Draw the plot of a search.

        Raises:
            FileError: it cannot be written.
        """
        with settings():
            axes = draw_search(result, title=result.title)
            self._save(axes, name, result.title, describe_search(result))

    def _save(self, axes: Any, name: str, title: str, description: str) -> None:
        figure = axes.get_figure(root=True)
        save(figure, self.path / name, title=title, description=description, overwrite=True)


def require_out(out: object) -> Path | None:
    """The folder that is meant; None for none.

    Raises:
        FileError: it has no name, or is a file.
    """
    if out is None:
        return None
    path = Path(str(out))
    if not str(out):  # as a path it would be the current folder
        raise FileError("out: no folder, got ''; expected the name of one")
    if path.is_file():
        raise FileError(f"{path}: is a file; expected a folder, or a new name")
    return path
