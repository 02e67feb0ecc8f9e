"""Marking of a class: sheets, scenarios and saved networks by a lesson."""

import os
import stat
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from neurosim.debugger.traces.hand_file import Blank, Given, HandFile, read_hand_file
from neurosim.debugger.traces.quantities import plain_spelling
from neurosim.debugger.traces.trace import positioned_steps
from neurosim.errors import FileError, NeurosimError
from neurosim.network.network import load
from neurosim.scenario.build.epochs import require_epoch
from neurosim.scenario.build.scenario import Scenario, load_scenario
from neurosim.scenario.build.shipped import find_scenario
from neurosim.scenario.format.node import plain
from neurosim.scenario.format.overrides import Overrides
from neurosim.scenario.format.yaml_text import parse, read_text
from neurosim.scenario.run.keeping import run_scenario
from neurosim.sheets.formulas import Formula, Key, formulas_of
from neurosim.sheets.judging import judge
from neurosim.sheets.marking import Marked, mark_checks, mark_sheet, unread
from neurosim.sheets.variants import vary
from neurosim.sheets.worksheet import symbols_of_indices
from neurosim.training.training import Training

_SHEETS = (".csv", ".tsv", ".txt")
_SCENARIOS = (".yaml", ".yml")
_NETWORKS = (".json",)
_MOST_EPOCHS = 100  # that one sheet may span
_MOST_SECONDS = 60.0  # that a student's scenario may train
_MOST_PRODUCTS = 1e11  # of a weight and an output, that it may ask for
_CLOSE = 1e-6  # of a parameter of a saved network, relative to 1 or itself


class Lesson:
    """A scenario that sheets are judged by; formulas are made once for a variant and a stretch."""

    def __init__(
        self, file: str | Path, overrides: Overrides = (), *, given_out: Path | None = None
    ) -> None:
        self.file, self._overrides = file, overrides
        scenario = load_scenario(file, overrides=overrides)
        scenario.require_training(str(file), "mark")
        self.title, self.text = scenario.title, scenario.lesson
        self.require_epochs, self._last_epoch = scenario.require_epochs, scenario.last_epoch
        self._network = scenario.network
        self.names = [neuron.name for neuron in scenario.network.neurons]
        self._asked = None if given_out is None else self._read(given_out)
        if self._asked is not None and not self._asked.blanks:
            raise FileError(
                f"{given_out}: got no empty line; expected the sheet that was given out"
            )
        self._formulas: dict[tuple[str, int, int, int | None], Mapping[Key, Formula]] = {}
        self._trained: dict[str, float | None] | None = None

    @cached_property
    def _symbols(self) -> dict[str, str]:
        """What a sheet may write with the indices of layers and neurons."""
        indices = symbols_of_indices(self._network)
        return {plain_spelling(symbol): what for what, symbol in indices.items()}

    def formulas(
        self, code: str = "", first: int = 0, n_epochs: int = 1, where: str = "code",
        *, sample: int | None = None,
    ) -> Mapping[Key, Formula]:  # fmt: skip
        """The formulas of some epochs, of the lesson or of a variant.

        They end behind the update that ``sample`` of the last epoch is in; None: with the epoch.
        """
        key = (code, first, n_epochs, sample)
        if key not in self._formulas:
            self.require_epochs(first, n_epochs)
            training = self.training(code, where)
            training.advance(epochs=first)
            task = training.task.with_options(precision="double")
            last = task.n_rows - 1 if sample is None else min(sample, task.n_rows - 1)
            n_batches = (n_epochs - 1) * task.n_batches + last // task.batch_size + 1
            pairs = positioned_steps(task, training.state, n_batches)
            self._formulas[key] = formulas_of(task, pairs)
        return self._formulas[key]

    def training(self, code: str = "", where: str = "code") -> Training:
        """The training at its beginning."""
        scenario = load_scenario(self.file, overrides=self._overrides)
        X, T, options = scenario.require_training(str(self.file), "mark")
        if code:
            vary(scenario.network, code, where)
        return Training(scenario.network, X, T, options)

    def mark(self, path: Path, points: str = "line") -> Marked:
        """Judge one file; one that cannot be read is said to be so."""
        try:
            if path.suffix.lower() in _SCENARIOS:
                return self._mark_scenario(path)
            if path.suffix.lower() in _NETWORKS:
                return self._mark_network(path)
            return self._mark_sheet(path, points)
        except (NeurosimError, OSError) as error:
            problem = " ".join(str(error).replace(f"{path.parent}{os.sep}", "").split())
            return unread(path.name, problem)

    def _mark_sheet(self, path: Path, points: str) -> Marked:
        read = self._read(path)
        if self._asked is not None:
            read = _with_what_is_missing(read, self._asked)
        require_epochs_of((*read.lines, *read.blanks), self._last_epoch)
        first, n_epochs, sample = _stretch_of(read, path.name)
        formulas = self.formulas(read.code, first, n_epochs, path.name, sample=sample)
        return mark_sheet(path.name, judge(read, formulas), points)

    def _read(self, path: Path) -> HandFile:
        return read_hand_file(path, self.names, self._symbols, name=path.name)

    def _mark_scenario(self, path: Path) -> Marked:
        """Run it, and check what the lesson expects."""
        scenario = load_scenario(path)  # its own mistakes come first
        changes = self._expected()
        if scenario.training is not None:
            limit = scenario.training.time_limit
            _require_feasible(scenario, path.name)
            changes["training.time_limit"] = min(limit or _MOST_SECONDS, _MOST_SECONDS)
        begun = time.monotonic()
        result = run_scenario(path, overrides=changes)
        if time.monotonic() - begun >= _MOST_SECONDS:
            raise FileError(
                f"{path.name}: took more than {_MOST_SECONDS:g} s to train; expected a shorter one"
            )
        if result.message:
            return unread(path.name, f"{path.name}: {result.status}, {result.message}")
        return mark_checks(path.name, [(one.passed, str(one)) for one in result.expectations])

    def _mark_network(self, path: Path) -> Marked:
        """Compare its weights and biases with those of the lesson after training."""
        if self._trained is None:
            network = run_scenario(self.file, overrides=self._overrides).network
            assert network is not None
            self._trained = {p.symbol: p.value for p in network.parameter_list()}
        found = {p.symbol: p.value for p in load(path).parameter_list()}
        return mark_checks(
            path.name,
            [
                _compared(name, found.get(name), value)
                for name, value in self._trained.items()
                if value is not None
            ],
        )

    def _expected(self) -> dict[str, Any]:
        """What the lesson expects, as a change of another scenario."""
        file = str(find_scenario(self.file))
        tree, _ = parse(read_text(file), file)
        document = {} if tree is None else plain(tree)
        return {"expect": document["expect"]} if "expect" in document else {}


def sheets_in(given: Sequence[Path]) -> Iterator[Path]:
    """The files that are given, and those in the folders that are, in the order of their names.

    Raises:
        FileError: a folder has none.
    """
    for path in given:
        if not _is_folder(path):
            yield path
            continue
        suffixes = (*_SHEETS, *_SCENARIOS, *_NETWORKS)
        inside = sorted(one for one in path.iterdir() if one.suffix.lower() in suffixes)
        if not inside:
            raise FileError(f"{path}: no sheets, got a folder without any; expected .csv files")
        yield from inside


def _is_folder(path: Path) -> bool:
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except (OSError, ValueError):
        return False


def _with_what_is_missing(read: HandFile, asked: HandFile) -> HandFile:
    """A sheet with an empty line for each that was asked for and that it has not."""

    def place(one: Given | Blank) -> tuple[str, int, int]:
        return one.what, one.epoch or 0, one.sample or 0

    there = {*map(place, read.lines), *map(place, read.blanks)}
    missing = (one for one in asked.blanks if place(one) not in there)
    return read._replace(blanks=(*read.blanks, *missing))


def require_epochs_of(lines: Iterable[Given | Blank], last: int) -> None:
    """Refuse a line of a sheet that is of a later epoch than the last.

    Raises:
        InvalidValueError: there is one; says where.
    """
    for line in lines:
        require_epoch(line.epoch or 0, last, f"{line.where}: epoch", ending="")


def _stretch_of(read: HandFile, name: str) -> tuple[int, int, int]:
    """The first epoch that the lines name, how many to the last, and the last sample of that."""
    given: list[Given | Blank] = [*read.lines, *read.blanks]
    places = [(one.epoch or 0, one.sample or 0) for one in given]
    (last, sample), first = max(places, default=(0, 0)), min(places, default=(0, 0))[0]
    if last - first >= _MOST_EPOCHS:
        raise FileError(
            f"{name}: got lines of epochs {first} to {last}; expected at most"
            f" {_MOST_EPOCHS} epochs in a sheet"
        )
    return first, last - first + 1, sample


def _require_feasible(scenario: Scenario, name: str) -> None:
    """Refuse a training of more products than a class can wait for."""
    assert scenario.training is not None
    n_rows = 0 if scenario.inputs is None else len(scenario.inputs)
    n_products = scenario.training.epochs * n_rows * len(scenario.network.connections)
    if n_products > _MOST_PRODUCTS:
        raise FileError(
            f"{name}: training: got {n_products:.3g} products of weights (epochs * rows *"
            f" connections); expected at most {_MOST_PRODUCTS:.3g} in what is marked"
        )


def _compared(name: str, found: float | None, expected: float) -> tuple[bool, str]:
    if found is None:
        return False, f"{name}: there is none; expected {expected:.6g}"
    is_close = abs(found - expected) <= _CLOSE * max(1.0, abs(expected))
    return is_close, f"{name} = {found:.6g}" + ("" if is_close else f"; expected {expected:.6g}")
