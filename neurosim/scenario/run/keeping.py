"""The keeping of a run in its folder: checkpoints on the way, and going on from one.

A checkpoint holds the snapshot of a run and its origin. The next is written when the last is ten
seconds old, and a hundred times as old as it took to write: so it costs a hundredth of the time at
most, however large the run is.
"""

import time
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from neurosim.errors import FileError, InvalidValueError
from neurosim.scenario.build.scenario import Scenario
from neurosim.scenario.format.overrides import Overrides
from neurosim.scenario.run.folder import RunFolder, open_folder, result_document
from neurosim.scenario.run.origin import origin_of, require_same
from neurosim.scenario.run.result import RunResult, Stretch
from neurosim.scenario.run.run import Run, start_run, versions
from neurosim.scenario.run.snapshot import RunSnapshot
from neurosim.scenario.saved.packing import pack, unpack

_BETWEEN = 10.0  # seconds
_TIMES = 100.0


def run_scenario(
    path: str | Path | Scenario,
    *,
    engine: str | None = None,
    seed: int | None = None,
    overrides: Overrides = (),
    out: str | Path | None = None,
    resume: bool = False,
    overwrite: bool = False,
) -> RunResult:
    """Run a scenario file and judge what comes out.

    Args:
        path: the file; or a scenario that was loaded, whose network is not changed.
        engine: ``graph`` or ``compiled``, instead of the scenario's own.
        seed: instead of the scenario's own.
        overrides: changes such as ``"training.epochs=10"``, or a mapping of paths to values.
        out: a folder for its files, as ``neurosim run --out`` writes them; with checkpoints on the
            way, and one where Ctrl-C ends it. None: nothing is written.
        resume: go on from the last checkpoint in that folder, to the same bits as if it had never
            stopped; begin where there is none. What is finished is run again, and not written.
        overwrite: begin anew where the folder holds a run.

    Returns:
        The result; also where the training diverged, or a package is missing.

    Raises:
        FileError: the file cannot be read, or is no text; or the folder holds a run, or is held.
        ScenarioError: something in it is wrong; the error tells all of it.
        InvalidValueError: a loaded scenario is to be changed.
    """
    run = start_run(path, engine=engine, seed=seed, overrides=overrides)
    if out is None:
        if resume or overwrite:
            raise InvalidValueError("resume, overwrite: say what out may do, got no out")
        return run.result()
    draws = () if run.scenario is None else run.scenario.draw
    with open_folder(Path(out), [one.file for one in draws]) as folder:
        kept = KeptRun(run, folder)
        kept.begin(resume=resume, overwrite=overwrite)
        try:
            deque(kept, maxlen=0)
            result = run.result()
            if kept.finished is None:
                _write(kept, result)
        except KeyboardInterrupt:
            kept.save()
            raise
        return result


def _write(kept: "KeptRun", result: RunResult) -> None:
    place, drawn = kept.folder.stage(result), list[Any]()
    if kept.run.scenario is not None and kept.run.scenario.draw:
        from neurosim.scenario.run.pictures import draw_pictures

        drawn = list(draw_pictures(kept.run.scenario, result, place))
    kept.commit(result)
    for one in drawn:
        if one.problem:
            raise FileError(one.problem)


class KeptRun:
    """A run whose folder is held: an iterator of its stretches, with checkpoints on the way.

    Args:
        run: that has not begun.
        folder: that is held for it.
        imports: modules that were imported for it.

    Attributes:
        notes: what there is to say of its beginning.
        finished: what ``run.json`` says, where it was finished before; None: it was not.
        n_checkpoints: how many were written.
    """

    def __init__(self, run: Run, folder: RunFolder, imports: Sequence[str] = ()) -> None:
        self.run, self.folder, self._imports = run, folder, tuple(imports)
        self.notes: list[str] = []
        self.finished: Any = None
        self.n_checkpoints = 0
        self._last, self._cost = time.monotonic(), 0.0
        self._origin: dict[str, Any] = {}

    def begin(self, *, resume: bool, overwrite: bool) -> None:
        """Begin anew, or go on with the run that is in the folder.

        Raises:
            FileError: there is one, and neither is asked for; or it cannot be gone on with.
        """
        if not resume:
            if not overwrite:
                self.folder.require_new()
            self.folder.checkpoints.discard()
        training = self.run.begin()
        if self.run.scenario is not None and training is not None:
            now = versions()
            self._origin = origin_of(self.run.scenario, training, now, self._imports)
        if resume:
            self._resume()

    def _resume(self) -> None:
        kept = self.folder.document()
        if self.folder.checkpoints.any():
            self._go_on()
        elif kept is not None:
            require_same(kept.get("origin", {}), self._origin, self.folder.path)
            self.finished = kept
        else:
            self.notes.append(f"{self.folder.path}: nothing to go on with; begins anew")

    def _go_on(self) -> None:
        """Go on from the newest checkpoint that is whole."""
        damaged: list[FileError] = []
        for path in self.folder.checkpoints.paths():
            try:
                tree = unpack(self.folder.checkpoints.read(path), path)
                snapshot, origin = RunSnapshot.from_tree(tree, path)
            except FileError as error:
                damaged.append(error)
                continue
            require_same(origin, self._origin, path)
            self.run.go_on_from(snapshot)
            self.notes += [f"{error}; the one before is used" for error in damaged]
            self.notes.append(f"{self.folder.path}: goes on after {snapshot.place}")
            return
        raise damaged[0]

    def __iter__(self) -> Iterator[Stretch]:
        for stretch in self.run:
            self.folder.note(self.run.stretches)
            now = time.monotonic()
            if now - self._last >= max(_BETWEEN, _TIMES * self._cost):
                self.save()
            yield stretch

    def save(self) -> None:
        """Write a checkpoint now, if anything has been done that was not finished before."""
        if self.finished is not None:
            return
        begin = time.monotonic()
        data = self._packed()
        if data is not None:
            self.folder.save(data)
            self.n_checkpoints += 1
        self._last = time.monotonic()
        self._cost = self._last - begin

    def commit(self, result: RunResult) -> list[str]:
        """Let the files of a result take their places; returns their names.

        Raises:
            FileError: one cannot be written, or is in the way and no run wrote it.
        """
        document = result_document(result, self._imports)
        if self._origin:
            document["origin"] = self._origin
        is_to_go_on = result.status == "interrupted"
        return self.folder.commit(document, self._packed() if is_to_go_on else None)

    def _packed(self) -> bytes | None:
        snapshot = self.run.snapshot()
        if snapshot is None:
            return None
        return pack(snapshot.to_tree(self._origin))
