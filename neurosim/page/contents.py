"""Contents of a page: a recording as bytes, and back again.

The bytes are a zlib stream, which a browser inflates itself: the length of a document in JSON (four
bytes, the least first), the document, and behind it the numbers that it refers to (see `columns`).
The document says what the things are (neurons, then connections; -1 is the network), the steps of a
sample and of an update, the columns of their numbers, and the patterns of their texts.
"""

import json
import math
import struct
import zlib
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from neurosim.debugger.ask.why import MOST_PATHS
from neurosim.functions.numbers import Matrix
from neurosim.interpreter.steps import PHASES, Updated
from neurosim.network.connection import Connection
from neurosim.network.network import Network
from neurosim.network.neuron import Neuron
from neurosim.network.parameter import Parameter
from neurosim.page.columns import (
    CONSTANT,
    LAST,
    PARAMETER,
    RAW,
    SAME,
    ColumnPlace,
    PackedNumbers,
    packed,
)
from neurosim.page.path_texts import path_document
from neurosim.page.patterns import Pattern, written
from neurosim.page.recording import Recording
from neurosim.page.units import UnitTable, facts_of, heads_of, runs_of

VERSION = 1
NETWORK = -1  # the number of the network among the things


@dataclass(frozen=True, slots=True)
class PageChoice:
    """Which epochs of a recording are in a page, by their places, and how many rows of each."""

    epochs: tuple[int, ...]
    n_rows: int


def all_of(recording: Recording) -> PageChoice:
    """All that was recorded."""
    return PageChoice(tuple(range(len(recording.epochs))), recording.n_rows)


def to_bytes(
    recording: Recording,
    choice: PageChoice,
    more: Mapping[str, Any] = MappingProxyType({}),
    pictures: Matrix | None = None,
) -> bytes:
    """The contents of a page; ``more`` is added to the document, ``pictures`` to the numbers."""
    numbers = PackedNumbers()
    document = {**_document(recording, choice, numbers), **more}
    if pictures is not None:
        document["pictures"] = numbers.add(pictures)
    text = json.dumps(document, ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode()
    data = struct.pack("<I", len(text)) + text + numbers.to_bytes()
    return zlib.compress(data, 9)


def _document(recording: Recording, choice: PageChoice, numbers: PackedNumbers) -> dict[str, Any]:
    task, network = recording.task, recording.task.network
    parameters = network.parameter_list()
    things = things_of(network)
    at = {parameter: i for i, parameter in enumerate(parameters)}
    pool: dict[Pattern, int] = {}
    places = {epoch: i for i, epoch in enumerate(choice.epochs)}
    epochs = [recording.epochs[i] for i in choice.epochs]
    coder = _Coder(recording, choice, numbers, at, pool)
    state_epochs, theta = recording.states
    return {
        "version": VERSION,
        "title": network.title,
        "phases": PHASES,
        "neurons": [neuron_facts(network, neuron, at) for neuron in network.neurons],
        "connections": [connection_facts(network, c, things, at) for c in network.connections],
        "inputs": [things[neuron] for neuron in network.inputs],
        "outputs": [things[neuron] for neuron in network.outputs],
        "parameters": [parameter.symbol for parameter in parameters],
        "units": {
            "sample": coder.unit(recording.samples, things, coder.samples, n_own=recording.n_steps),
            "update": coder.unit(recording.updates, things, coder.updates),
        },
        "after": coder.after,
        "samples": [[places[p.epoch], p.batch, p.sample, p.row] for p in coder.sample_places],
        "updates": [[places[p.epoch], p.batch] for p in coder.update_places],
        "epochs": epochs,
        "n_epochs": recording.n_epochs,
        "n_rows": task.n_rows,
        "batch_size": task.batch_size,
        "ended": recording.ended,
        "states": {"epochs": state_epochs, "at": numbers.add(theta), "starts": coder.starts},
        "losses": {"epochs": recording.losses[0], "at": numbers.add(recording.losses[1])},
        "validation": {
            "epochs": recording.validation[0],
            "at": numbers.add(recording.validation[1]),
        },
        "rows": {"X": numbers.add(task.X), "T": numbers.add(task.T)},
        "most_paths": MOST_PATHS,
        "patterns": [list(pattern) for pattern in pool],
    }


def things_of(network: Network) -> dict[Any, int]:
    """The number of each neuron, each connection behind them, and the network."""
    things: dict[Any, int] = {neuron: i for i, neuron in enumerate(network.neurons)}
    n = len(things)
    things |= {connection: n + i for i, connection in enumerate(network.connections)}
    return {**things, network: NETWORK}


def names_in(things: dict[Any, int]) -> dict[str, int]:
    """The numbers of neurons and connections by their names."""
    return {thing.name: number for thing, number in things.items() if number != NETWORK}


def neuron_facts(network: Network, neuron: Neuron, at: dict[Parameter, int]) -> dict[str, Any]:
    """What a page is to know of a neuron; ``at``: the places of parameters."""
    return {
        "name": neuron.name,
        "caption": neuron.caption,
        "layer": neuron.layer.name if neuron.layer is not None else None,
        "activation": neuron.activation,
        "bias": _parameter_of(neuron.bias_parameter, at),
        "head": heads_of(network, neuron),
    }


def connection_facts(
    network: Network, connection: Connection, things: dict[Any, int], at: dict[Parameter, int]
) -> dict[str, Any]:
    """What a page is to know of a connection; ``things``: the numbers of neurons."""
    return {
        "name": connection.name,
        "ends": [things[connection.source], things[connection.target]],
        "weight": _parameter_of(connection.parameter, at),
        "head": heads_of(network, connection),
    }


def _parameter_of(parameter: Parameter | None, at: dict[Parameter, int]) -> int | None:
    return None if parameter is None else at.get(parameter.parameter)


class _Coder:
    """Writes the tables of samples and updates, which refer to each other."""

    def __init__(
        self,
        recording: Recording,
        choice: PageChoice,
        numbers: PackedNumbers,
        at: dict[Parameter, int],
        pool: dict[Pattern, int],
    ) -> None:
        self._recording, self._numbers, self._pool = recording, numbers, pool
        size = recording.task.batch_size
        self.samples = [
            i
            for i, at_ in enumerate(recording.sample_places)
            if at_.epoch in choice.epochs and at_.sample < choice.n_rows
        ]
        self.updates = [
            i
            for i, at_ in enumerate(recording.update_places)
            if at_.epoch in choice.epochs and at_.batch * size < choice.n_rows
        ]
        self.sample_places = [recording.sample_places[i] for i in self.samples]
        self.update_places = [recording.update_places[i] for i in self.updates]
        state_epochs, theta = recording.states
        self.starts = [state_epochs.index(recording.epochs[place]) for place in choice.epochs]
        self._theta = dict(zip(choice.epochs, (theta[i] for i in self.starts), strict=True))
        self.after = self._columns_after(at)
        self._befores = self._parameters_before()

    def _columns_after(self, at: dict[Parameter, int]) -> list[int]:
        """The column of an update in which each parameter's new value is; -1 for frozen ones."""
        after, table = [-1] * len(at), self._recording.updates
        for i, step in enumerate(table.steps):
            assert isinstance(step, Updated)
            after[at[step.parameter.parameter]] = _after(table, i)[0]
        return after

    def _parameters_before(self) -> dict[tuple[int, int], Matrix]:
        """Parameters at the start of each batch, by the epoch's place and the batch."""
        found, rows = {(place, 0): theta for place, theta in self._theta.items()}, self.updates
        moved = [i for i, column in enumerate(self.after) if column >= 0]
        columns = [self.after[i] for i in moved]
        for at, row in zip(self.update_places, rows, strict=True):
            theta = found[at.epoch, at.batch].copy()
            theta[moved] = np.array(self._recording.updates.rows[row])[columns]
            found[at.epoch, at.batch + 1] = theta
        return found

    def unit(
        self, table: UnitTable, things: dict[Any, int], rows: list[int], *, n_own: int | None = None
    ) -> dict[str, Any]:
        """What the document says of a table; its numbers are written."""
        if not rows:
            return {
                "steps": [],
                "columns": [],
                "texts": [],
                "lines": [],
                "layouts": [],
                "paths": [],
            }
        network = self._recording.task.network
        chosen = table.chosen(rows)
        columns = packed(chosen.table, self._known(table), self._numbers)
        return {
            **steps_and_lines(table, things, network, n_own),
            "paths": path_document(network, table, names_in(things), self._pool),
            "columns": [n for column in columns for n in (column.kind, column.at)],
            "texts": [
                {
                    "numbers": runs_in(text.columns),
                    "patterns": [self._pool.setdefault(p, len(self._pool)) for p in text.patterns],
                    "which": text.which,
                }
                for text in chosen.texts
            ],
        }

    def _known(self, table: UnitTable) -> Iterator[tuple[ColumnPlace, Matrix]]:
        is_update = table is self._recording.updates
        places: Sequence[Any] = self.update_places if is_update else self.sample_places
        start = self._theta  # where nothing is trainable, there are no updates
        before = np.array([self._befores.get(at[:2], start[at.epoch]) for at in places])
        for parameter in range(before.shape[1]):
            yield ColumnPlace(PARAMETER, parameter), before[:, parameter]
        if is_update:
            yield from self._last_samples()

    def _last_samples(self) -> Iterator[tuple[ColumnPlace, Matrix]]:
        """The numbers of the last sample of each update's batch, where all of those are here."""
        task, recording = self._recording.task, self._recording
        by_place = {(p.epoch, p.sample): i for i, p in
                    zip(self.samples, self.sample_places, strict=True)}  # fmt: skip
        lasts = [
            by_place.get((at.epoch, min((at.batch + 1) * task.batch_size, task.n_rows) - 1))
            for at in self.update_places
        ]
        if None in lasts:
            return
        table = np.array([recording.samples.rows[row] for row in lasts if row is not None])
        for column in range(table.shape[1]):
            yield ColumnPlace(LAST, column), table[:, column]


def steps_and_lines(
    table: UnitTable, things: dict[Any, int], network: Network, n_own: int | None = None
) -> dict[str, Any]:
    """What is to be known of the steps of a table and of the lines about them, without numbers.

    ``n_own``: how many steps are the training's own; None: all.
    """
    neurons, layers = (runs_of(table.steps, g, network) for g in ("neuron", "layer"))
    layouts = list(dict.fromkeys(table.layouts))
    steps = [
        facts_of(step, things)
        | {
            "at": table.first[i],
            "layout": layouts.index(table.layouts[i]),
            "after": _after(table, i),
            "neuron": neurons[i],
            "layer": layers[i],
        }
        for i, step in enumerate(table.steps)
    ]
    own = {id(line): len(steps) + i for i, line in enumerate(table.own_lines)}
    names = names_in(things)
    lines = [
        [
            NETWORK if line.of == "loss" and line.of not in names else names[line.of],
            PHASES.index(line.phase),
            max(line.steps),
            own.get(id(line), line.steps[0]),
        ]
        for line in table.lines
    ]
    n = len(steps) if n_own is None else n_own
    return {"steps": steps, "n_own": n, "layouts": layouts, "lines": lines}


def _after(table: UnitTable, i: int) -> list[int]:
    """The first column of what a step wrote, and how many there are."""
    at = table.first[i]
    for name, count in table.layouts[i]:
        if name == "after":
            return [at, count or 1]
        at += count or 1
    raise AssertionError(table.layouts[i])


def runs_in(columns: Sequence[int]) -> list[int]:
    """Columns as runs: where each begins, and how long it is."""
    runs: list[int] = []
    for column in columns:
        if runs and runs[-2] + runs[-1] == column:
            runs[-1] += 1
        else:
            runs += [column, 1]
    return runs


# --- reading


@dataclass(slots=True)
class Contents:
    """The contents of a page, read.

    Attributes:
        document: what `to_bytes` says.
        numbers: that it refers to.
    """

    document: dict[str, Any]
    numbers: Matrix

    def value(self, unit: str, row: int, column: int) -> float:
        """A number of the table of a unit, ``sample`` or ``update``."""
        columns = self.document["units"][unit]["columns"]
        kind, at = columns[2 * column], columns[2 * column + 1]
        if kind == RAW:
            return float(self.numbers[at + row])
        if kind == CONSTANT:
            return float(self.numbers[at])
        if kind == SAME:
            return self.value(unit, row, at)
        epoch, batch = self.document[f"{unit}s"][row][:2]
        if kind == PARAMETER:
            return self.parameter(epoch, batch, at)
        assert kind == LAST
        size, n_rows = self.document["batch_size"], self.document["n_rows"]
        last = min((batch + 1) * size, n_rows) - 1
        samples = self.document["samples"]
        return self.value("sample", samples_row(samples, epoch, last), at)

    def parameter(self, epoch: int, batch: int, parameter: int) -> float:
        """A parameter at the start of a batch of an epoch, by the epoch's place."""
        states, column = self.document["states"], self.document["after"][parameter]
        if batch == 0 or column < 0:
            n = len(self.document["parameters"])
            return float(self.numbers[states["at"] + states["starts"][epoch] * n + parameter])
        updates = self.document["updates"]
        row = bisect_right(updates, [epoch, batch - 1]) - 1
        return self.value("update", row, column)

    def record(self, unit: str, row: int, step: int) -> dict[str, Any]:
        """A step's kind and numbers by name; what is not there is None."""
        facts = self.document["units"][unit]["steps"][step]
        found, at = {"kind": facts["kind"]}, facts["at"]
        for name, count in self.document["units"][unit]["layouts"][facts["layout"]]:
            values = [self.value(unit, row, at + i) for i in range(count or 1)]
            shown = [None if math.isnan(value) else value for value in values]
            found[name] = tuple(shown) if count else shown[0]
            at += count or 1
        return found

    def text(self, unit: str, row: int, number: int) -> str:
        """A text of a unit: of a step, or behind those of an explanation."""
        text = self.document["units"][unit]["texts"][number]
        which = int(self.value(unit, row, text["which"]))
        pattern = self.document["patterns"][text["patterns"][which]]
        runs = text["numbers"]
        columns = [runs[i] + k for i in range(0, len(runs), 2) for k in range(runs[i + 1])]
        return written(tuple(pattern), [self.value(unit, row, column) for column in columns])


def samples_row(samples: Sequence[Sequence[int]], epoch: int, sample: int) -> int:
    """The row of a sample of an epoch among those that are there."""
    keys = [(at[0], at[2]) for at in samples]
    return bisect_right(keys, (epoch, sample)) - 1


def read_contents(data: bytes) -> Contents:
    """Read what `to_bytes` wrote."""
    plain = zlib.decompress(data)
    (length,) = struct.unpack("<I", plain[:4])
    document = json.loads(plain[4 : 4 + length])
    return Contents(document, PackedNumbers.of(plain[4 + length :]).array)
