"""An estimate of the memory of a run, from the sizes that its file names, before any is taken.

What an object takes was measured (CPython 3.11, 64 bits; the scenario's network and the copy that
is trained). The estimate is meant to be right within a factor of two, and rather too high.
"""

import zipfile
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from neurosim.errors import InvalidValueError
from neurosim.functions.mapped import BLOCK
from neurosim.functions.numbers import counted
from neurosim.regular import open_regular
from neurosim.scenario.build.shipped import find_scenario
from neurosim.scenario.format.data_entry import CsvEntry, DatasetEntry, InlineEntry, NpzEntry
from neurosim.scenario.format.entry import options_of
from neurosim.scenario.format.network_entry import NetworkEntry
from neurosim.scenario.format.overrides import Overrides
from neurosim.scenario.format.read import read_scenario
from neurosim.sizes import about, size_text
from neurosim.training.data.inside import inside

_PROGRAM = 80_000_000  # Python, NumPy and what is loaded besides
_NEURON, _CONNECTION, _LEARNING = 2_100, 550, 200
_CELL = 40  # a number of a row: the array, its copy, and what lasts from its reading
_BLOCKS, _PLACE = 6, 24  # of rows in a file: blocks at once; bytes for the place of a row
_VALUE = 24  # net input, output and delta of a neuron, for each sample of a batch


class Estimate(NamedTuple):
    """What takes memory: a name and bytes each."""

    parts: tuple[tuple[str, int], ...]

    @property
    def total(self) -> int:
        """All bytes together."""
        return sum(size for _, size in self.parts)

    def __str__(self) -> str:
        return ", ".join(f"{name} {about(size)}" for name, size in self.parts)


def require_memory(path: str | Path, most: int, *, overrides: Overrides = ()) -> None:
    """Refuse a scenario whose run would take more than so many bytes; nothing of it is built.

    Raises:
        InvalidValueError: it would.
        NeurosimError: what `read_scenario` raises.
    """
    found = estimate_memory(path, overrides=overrides)
    if found.total > most:
        raise InvalidValueError(
            f"{path}: too large, would take about {about(found.total)} ({found}), got --limit"
            f" memory={size_text(most)}; expected a smaller one, or memory={about(found.total)}"
        )


def estimate_memory(path: str | Path, *, overrides: Overrides = ()) -> Estimate:
    """The memory that a run of a scenario takes, from the sizes that its file names.

    Raises:
        FileError: the scenario, or the file of its rows, cannot be read.
        ScenarioError: something in it is wrong.
    """
    file = find_scenario(path)
    document = read_scenario(file, overrides=overrides)
    n_neurons, n_connections = _counts(document.network)
    rows, cells = _rows(document.data, file.parent, max(1, _n_inputs(document.network)))
    parts = [
        ("the program", _PROGRAM),
        (counted(n_neurons, "neuron"), n_neurons * _NEURON),
        (counted(n_connections, "connection"), n_connections * _CONNECTION),
    ]
    if rows:
        taken = cells * _CELL
        if getattr(document.data, "stream", False):  # blocks of them, and their order
            taken = min(taken, _BLOCKS * BLOCK * 8 + rows * _PLACE)
        parts.append((counted(rows, "row"), taken))
    if document.training is not None:
        size = document.training.batch_size
        batch = min(rows, size if isinstance(size, int) else rows)
        learning = (n_connections + n_neurons) * _LEARNING
        parts.append(("their training", learning + n_neurons * batch * _VALUE))
    return Estimate(tuple(parts))


def _counts(entry: NetworkEntry) -> tuple[int, int]:
    """How many neurons and connections there will be."""
    sizes = {layer.name: _size(layer.neurons) for layer in entry.layers}
    n_neurons = sum(sizes.values()) + len(entry.inputs) + len(entry.neurons)
    if entry.connections is None:
        return n_neurons, sum(a * b for a, b in pairwise(sizes.values()))
    ends = ((sizes.get(c.source, 1), sizes.get(c.target, 1), c.pattern) for c in entry.connections)
    return n_neurons, sum(a if pattern == "one_to_one" else a * b for a, b, pattern in ends)


def _size(neurons: Any) -> int:
    return neurons if isinstance(neurons, int) else len(neurons)


def _n_inputs(entry: NetworkEntry) -> int:
    return len(entry.inputs) + (_size(entry.layers[0].neurons) if entry.layers else 0)


def _rows(entry: Any, folder: Path, n_inputs: int) -> tuple[int, int]:
    """How many rows there are, and how many numbers in all; files are not read but for their size.

    Of a data set of scikit-learn, nothing is known before it is loaded.
    """
    match entry:
        case InlineEntry():
            return len(entry.inputs), _cells(entry.inputs) + _cells(entry.targets)
        case CsvEntry():
            return _of_text(inside(folder, entry.csv.path))
        case NpzEntry():
            cells = _of_arrays(inside(folder, entry.npz.path))
            return cells // n_inputs, cells
        case DatasetEntry():
            _, options = options_of(entry.dataset)
            rows = int(options.get("rows", 0))
            return rows, rows * (n_inputs + 1)
    return 0, 0


def _cells(rows: Iterable[Any]) -> int:
    return sum(len(row) if isinstance(row, tuple) else 1 for row in rows)


def _of_text(path: Path) -> tuple[int, int]:
    """The lines of a CSV file, and about as many numbers as it has room for."""
    with open_regular(path) as file:
        size, lines = 0, 0
        while block := file.read(1 << 20):
            size, lines = size + len(block), lines + block.count(b"\n")
    return lines, size // 4


def _of_arrays(path: Path) -> int:
    """The numbers of an npz file by its directory, if they were of 4 bytes each."""
    with open_regular(path) as file:
        try:
            return sum(one.file_size for one in zipfile.ZipFile(file).infolist()) // 4
        except (zipfile.BadZipFile, ValueError, OSError):
            return 0  # the run says what is wrong with it
