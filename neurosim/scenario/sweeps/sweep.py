"""A sweep: a scenario at every point of its axes, in as many processes as there are."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from pathlib import Path
from typing import Any

from neurosim.errors import InvalidValueError
from neurosim.functions.numbers import require_count
from neurosim.scenario.build.shipped import find_scenario
from neurosim.scenario.format.overrides import Overrides
from neurosim.scenario.format.read import read_scenario
from neurosim.scenario.sweeps.axes import Vary, axes_of
from neurosim.scenario.sweeps.folder import PLOT, TABLE, SweepFolder, require_out
from neurosim.scenario.sweeps.points import PlannedPoint, check_points, grouped
from neurosim.scenario.sweeps.table import SweepResult, SweptPoint, choose_measure
from neurosim.scenario.sweeps.tasks import do_task, task_of
from neurosim.scenario.sweeps.workers import do_all
from neurosim.training.many import processors


def sweep(
    path: str | Path,
    vary: Vary,
    *,
    out: str | Path | None = None,
    jobs: int | None = None,
    dask: str | None = None,
    overrides: Overrides = (),
    minimize: str | None = None,
    maximize: str | None = None,
    imports: Sequence[str] = (),
) -> SweepResult:
    """Run a scenario with every combination of values for some of its keys.

    No number depends on how many processes there are, or on which point is finished first: each
    point has the bits that it has alone. In a script, call it below ``if __name__ == "__main__"``.

    Args:
        path: the file, or the name of a shipped scenario.
        vary: texts such as ``"seed=0..9"``, or lists of values by key: ``{"seed": range(10)}``.
        out: a folder to keep points in, with a table and a plot; those that it has already are not
            run again. None: nothing is kept.
        jobs: how many processes; None: as many as processors.
        dask: the address of a Dask cluster, such as ``tcp://127.0.0.1:8786``, instead.
        overrides: changes such as ``"training.epochs=10"``, for all points.
        minimize: the number that the best point has least of, such as ``validation_loss``; None:
            the loss of folds, else of validation, else of training rows.
        maximize: the number that it has most of, instead.
        imports: modules that register functions, for the processes to import.

    Returns:
        The points in order; a training that diverged is one of them.

    Raises:
        ScenarioError: a key or a value is wrong; nothing was run.
        NeurosimError: something given does not fit, or a process is gone.

    >>> import neurosim as ns
    >>> found = ns.sweep("gates", {"training.epochs": [1, 2]}, overrides=["expect=[]"], jobs=1)
    >>> [point.found["epochs"] for point in found.points]
    [1, 2]
    """
    made = Sweep(
        path, vary, out=out, jobs=jobs, dask=dask, overrides=overrides, minimize=minimize,
        maximize=maximize, imports=imports,
    )  # fmt: skip
    for _ in made:
        pass
    return made.result()


class Sweep:
    """A sweep that was checked, as an iterator of points when they are finished; then a result.

    Takes and raises what `sweep` does.

    Attributes:
        title: of the scenario.
        n_points: how many there are.
        n_done: how many are finished.
    """

    def __init__(
        self,
        path: str | Path,
        vary: Vary,
        *,
        out: str | Path | None = None,
        jobs: int | None = None,
        dask: str | None = None,
        overrides: Overrides = (),
        minimize: str | None = None,
        maximize: str | None = None,
        imports: Sequence[str] = (),
    ) -> None:
        if dask is not None and jobs is not None:
            raise InvalidValueError(f"jobs: got {jobs!r} beside dask; expected one of the two")
        self._jobs = processors() if jobs is None else require_count(jobs, "jobs")
        self._dask, self._imports = dask, tuple(imports)
        self._file = find_scenario(path)
        axes, folder = axes_of(vary), require_out(out)
        self._axes = {axis.key: axis.values for axis in axes}
        self._points = check_points(self._file, axes, overrides)
        columns = dict.fromkeys(name for point in self._points for name in point.columns)
        self._measure = choose_measure(columns, minimize, maximize)
        self.title = read_scenario(self._file, overrides=self._points[0].changes).title
        self._folder = None if folder is None else SweepFolder(folder)
        self._found: dict[int, Mapping[str, Any]] = {}
        self._take_kept()
        self._running = self._run()

    @property
    def n_points(self) -> int:
        """How many points there are."""
        return len(self._points)

    @property
    def n_done(self) -> int:
        """How many points are finished."""
        return len(self._found)

    def _take_kept(self) -> None:
        if self._folder is None:
            return
        self._read_kept(self._folder)
        if self.n_done < self.n_points:
            with self._held():
                self._folder.begin(TABLE, PLOT)

    def _read_kept(self, folder: SweepFolder) -> None:
        for point in self._points:
            kept = None if point.number in self._found else folder.kept(point)
            if kept is not None:
                self._found[point.number] = kept

    def __iter__(self) -> Iterator[SweptPoint]:
        """The points that are not finished yet, each when it is."""
        return self._running

    def close(self) -> None:
        """End what is being run; the points that are finished stay."""
        self._running.close()
        if self._folder is not None:  # one may have been written and not yet been counted
            self._read_kept(self._folder)

    def _run(self) -> Generator[SweptPoint]:
        if self.n_done == self.n_points:
            return
        with self._held():
            yield from self._run_left()

    def _held(self) -> AbstractContextManager[None]:
        return nullcontext() if self._folder is None else self._folder.held()

    def _run_left(self) -> Generator[SweptPoint]:
        left = [point for point in self._points if point.number not in self._found]
        groups = list(grouped(left))
        tasks = [task_of(group, self._file, self._imports) for group in groups]
        with closing(do_all(do_task, tasks, jobs=self._jobs, dask=self._dask)) as done:
            for number, finished in done:
                for point, one in zip(groups[number], finished, strict=True):
                    if self._folder is not None:
                        self._folder.keep(point, one)
                    self._found[point.number] = one.found
                    yield self._swept(point)

    def _swept(self, point: PlannedPoint) -> SweptPoint:
        folder = None if self._folder is None else self._folder.folder_of(point)
        return SweptPoint(point.number, point.values, self._found[point.number], folder)

    def result(self) -> SweepResult:
        """The points in order; those that nobody has asked for yet are run first."""
        for _ in self._running:
            pass
        points = tuple(map(self._swept, self._points))
        result = SweepResult(self.title, self._axes, points, self._measure)
        if self._folder is not None:
            with self._held():
                self._folder.write_table(result)
                self._folder.draw(result)
        return result
