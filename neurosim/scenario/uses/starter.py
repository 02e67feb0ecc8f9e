"""Scenarios to start from: commented texts that run, one for a CSV file by what is in it."""

import itertools
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from neurosim.errors import FileError
from neurosim.scenario.build.shipped import SCHEMA, shipped_folder
from neurosim.training.data import Dialect, is_missing, number_of, open_csv
from neurosim.training.data.csv_dialect import DELIMITERS, NumberReader
from neurosim.training.data.csv_file import CsvText
from neurosim.training.data.csv_table import read_table
from neurosim.training.data.csv_values import value_groups

_TRIED = 50  # lines by which a dialect is found
_MOST_VALUES = 20  # of a column of texts; more are names, or sentences
_MOST_LISTED = 8  # inputs that are written one by one
_UPDATES = 3000  # of a training: enough for a small network, seconds at most
_FEW = 40  # rows
_RESULTS = {"target", "label", "class", "y", "output", "outcome", "result", "diagnosis", "species"}
_CLASS_WORDS = {"label", "class", "species", "category", "diagnosis"}
_IDENTIFIERS = {"id", "index", "no", "nr", "number", "row", "uuid", "name", "unnamed: 0"}
_PLAIN = re.compile(
    r"(?!(?:true|false|null|yes|no|on|off|y|n|all)\Z)[^\W\d](?:[\w .-]*\w)?", re.IGNORECASE
)
_BREAK = "\n"  # no backslash may be in an f-string
_WORDS = {"\t": "tab", " ": "blanks"}

_XOR = """\
title: My first network learns XOR
seed: 1                       # the same seed gives the same numbers

network:
  layers:                     # the first layer is the input layer
    - {name: x, neurons: 2}
    - {name: h, neurons: 4, activation: tanh}
    - {name: o, neurons: 1, activation: sigmoid}
  # without "connections", each layer is fully connected to the next

data:
  inputs: [[0, 0], [0, 1], [1, 0], [1, 1]]
  targets: [[0], [1], [1], [0]]

training:
  loss: binary_cross_entropy
  optimizer: {name: adam, learning_rate: 0.05}
  epochs: 500
  batch_size: all

expect:                       # what must come out; `neurosim run` checks it
  - {loss: {below: 0.1}}
  - {accuracy: {equals: 1}}
"""


class Starter(NamedTuple):
    """The text of a scenario, and what was guessed for it, a sentence each."""

    text: str
    guesses: tuple[str, ...] = ()


class _Task(NamedTuple):
    """The output layer, the loss and the metric that go with a kind of targets."""

    neurons: int
    activation: str
    loss: str
    metric: str
    scale: str
    least: float  # what the metric must be above
    why: str


def _regression(least: float, why: str) -> _Task:
    scale = "{inputs: standard, targets: standard}"
    return _Task(1, "identity", "mean_squared_error", "r2", scale, least, why)


def _classes(count: int, least: float, why: str) -> _Task:
    if count == 2:
        return _Task(1, "sigmoid", "binary_cross_entropy", "accuracy", "standard", least, why)
    return _Task(count, "softmax", "cross_entropy", "accuracy", "standard", least, why)


def _classify() -> Starter:
    data = ["dataset: {name: spirals, classes: 3, rows: 300, turns: 0.75, noise: 0.03}"]
    task = _classes(3, 0.9, "guessing: 0.33")
    return Starter(_scenario("My network tells three spirals apart", 2, task, data, 300))


def _regress() -> Starter:
    data = ["dataset: {name: sine, rows: 200, noise: 0.1}"]
    task = _regression(0.9, "1: all is explained")
    return Starter(_scenario("My network draws a sine", 1, task, data, 200))


# what `neurosim new --template` offers besides csv, which takes a file
TEMPLATES: dict[str, Callable[[], Starter]] = {
    "xor": lambda: Starter(f"{_head()}{_XOR}"),
    "classify": _classify,
    "regress": _regress,
}


def starter_for_csv(path: Path, folder: Path) -> Starter:
    """A scenario in ``folder`` that learns from a CSV file, by what is found in it.

    Raises:
        FileError: the file cannot be read, is not in the folder, or has nothing to learn.
    """
    table = _read(open_csv(path))
    place = _within(path, folder)
    target = _target_of(table, path)
    inputs, others = _inputs_of(table, target)
    if not inputs:
        got = ", ".join(repr(column.name) for column in table.columns)
        raise FileError(f"{path}: no column for the inputs beside {target.name!r}, got {got}")
    n_inputs = sum(column.n_inputs for column in inputs)
    data = _csv_lines(place, table, target, inputs, others)
    title = json.dumps(f"{target.name} by {path.stem}", ensure_ascii=False)
    text = _scenario(title, n_inputs, _task_of(target), data, table.n_rows)
    return Starter(text, _guesses(table, target, inputs, others))


def _noted(line: str, comment: str) -> str:
    return f"{line:<28}  # {comment}"


def _head() -> str:
    """The line by which editors find the schema: a file that was installed, so no network."""
    schema = (shipped_folder() / SCHEMA).resolve().as_uri()
    return f"# yaml-language-server: $schema={schema}\nneurosim: 1\n"


def _scenario(title: str, n_inputs: int, task: _Task, data: Iterable[str], n_rows: int) -> str:
    """The text of a scenario."""
    size = 16 if n_rows < 1000 else 32
    batch = "all" if n_rows < _FEW else size  # of few rows a split leaves less than a batch
    epochs = min(500, max(20, _UPDATES * size // n_rows))
    has_parts = n_rows >= 25
    split = _noted("split: {validation: 0.2, test: 0.2}", "rows that are never trained on")
    lines = [*data, *[split] * has_parts, _noted(f"scale: {task.scale}", "the network keeps it")]
    on, metric = ", on: test" if has_parts else "", task.metric
    return f"""\
{_head()}title: {title}
seed: 1                       # the same seed gives the same numbers

network:
  layers:                     # each is fully connected to the next
    - {{name: input, neurons: {n_inputs}}}
    - {{name: hidden, neurons: {8 if n_inputs < 10 else 16}, activation: tanh}}
    - {{name: output, neurons: {task.neurons}, activation: {task.activation}}}
  initial: {{weights: xavier, biases: zeros}}

data:
{"".join(f"  {line}{_BREAK}" for line in lines).rstrip()}

training:
  loss: {task.loss}
  optimizer: {{name: adam, learning_rate: 0.01}}
  epochs: {epochs}
  batch_size: {batch}
  shuffle: true
  metrics: [{metric}]

expect:                       # what must come out; `neurosim run` checks it
  {_noted(f"- {{{metric}: {{above: {task.least:.3g}}}{on}}}", task.why)}
"""


@dataclass(slots=True, eq=False)
class _Column:
    """What was found in a column."""

    name: str
    n_numbers: int = 0
    n_missing: int = 0
    n_texts: int = 0
    values: Counter[str] = field(default_factory=Counter)  # up to one more than are of use

    def add(self, cell: str, reader: NumberReader) -> None:
        if reader(cell) is not None:
            self.n_numbers += 1
        elif is_missing(cell):
            self.n_missing += 1
            return
        else:
            self.n_texts += 1
        if cell in self.values or len(self.values) <= _MOST_VALUES:
            self.values[cell] += 1

    @property
    def is_number(self) -> bool:
        return self.n_numbers > 0 and not self.n_texts

    @property
    def has_few_values(self) -> bool:
        return 1 < len(self.groups) <= _MOST_VALUES

    @property
    def groups(self) -> list[list[str]]:
        """The values, each with its other spellings."""
        return value_groups(self.values)

    @property
    def are_classes(self) -> bool:
        """Whether the values are classes: texts, two numbers, or whole numbers of that name."""
        if not self.has_few_values or not self.is_number or len(self.groups) == 2:
            return self.has_few_values
        is_whole = all(re.fullmatch(r"[0-9]+(\.0*)?", value) for value in self.values)
        return is_whole and self.name.lower() in _CLASS_WORDS

    @property
    def n_inputs(self) -> int:
        return 1 if self.is_number else len(self.groups)


class _Table(NamedTuple):
    """A CSV file, and how it is written."""

    columns: list[_Column]
    n_rows: int
    dialect: Dialect


def _within(path: Path, folder: Path) -> str:
    """The path as a scenario in the folder names it."""
    try:
        return path.resolve().relative_to(folder.resolve()).as_posix()
    except ValueError:
        what = f"not in the folder of the scenario, {str(folder)!r}"
        raise FileError(f"{path}: {what}; expected a file in it, or NAME beside it") from None


def _read(text: CsvText) -> _Table:
    delimiter = _delimiter_of(text)
    first = text.first(delimiter)
    has_header = not any(number_of(cell.replace(",", ".")) is not None for cell in first)
    header, lines = read_table(text, delimiter, has_header=has_header)
    columns, reader, n_rows = [_Column(name) for name in header], NumberReader(delimiter, None), 0
    for line, fields in lines:
        if len(fields) != len(columns):
            what = f"ragged, got {len(fields)} fields; expected {len(columns)}"
            raise FileError(f"{text.path}:{line}: {what}, as in the first line")
        n_rows += 1
        for column, cell in zip(columns, fields, strict=True):
            column.add(cell, reader)
    if len(columns) < 2:
        raise FileError(f"{text.path}: one column, got {header[0]!r:.60}; expected two or more")
    decimal = "," if delimiter != "," and reader.decimal == "," else None
    return _Table(columns, n_rows, Dialect(delimiter, decimal, has_header))


def _delimiter_of(text: CsvText) -> str:
    """The delimiter by which all lines have as many fields, and most of these are numbers."""

    def likeness(delimiter: str) -> tuple[bool, float, int]:
        try:
            rows = [fields for _, fields in itertools.islice(text.lines(delimiter), _TRIED)]
        except FileError:
            return (False, 0.0, 0)
        counts = {len(fields) for fields in rows}
        cells = [cell.replace(",", ".") for fields in rows[1:] for cell in fields]
        numbers = sum(number_of(cell) is not None or is_missing(cell) for cell in cells)
        return (
            len(counts) == 1 and counts != {1},
            numbers / max(1, len(cells)),
            max(counts or [0]),
        )

    return max(DELIMITERS, key=likeness)


def _target_of(table: _Table, path: Path) -> _Column:
    """The column of a name that is usual for results, else the last that can be learned."""
    usable = [c for c in table.columns if c.name and (c.is_number or c.has_few_values)]
    usable = [c for c in usable if len(c.groups) > 1 and c.name.lower() not in _IDENTIFIERS]
    if not usable:
        what = "no column to learn, got none of numbers or of a few texts"
        raise FileError(f"{path}: {what}; expected one with different values")
    named = [column for column in usable if column.name.lower() in _RESULTS]
    return (named or usable)[-1]


def _inputs_of(table: _Table, target: _Column) -> tuple[list[_Column], list[_Column]]:
    """The columns of the inputs, and those that are left out."""
    inputs: list[_Column] = []
    others: list[_Column] = []
    for column in table.columns:
        is_usable = column.is_number or column.has_few_values
        is_full = 2 * column.n_missing <= table.n_rows
        is_named = bool(column.name) and column.name.lower() not in _IDENTIFIERS
        if column is not target:
            (inputs if is_usable and is_full and is_named else others).append(column)
    return inputs, others


def _task_of(target: _Column) -> _Task:
    if not target.are_classes:
        return _regression(0, "0: no better than the mean of the targets")
    sizes = [sum(target.values[value] for value in group) for group in target.groups]
    share = max(sizes) / sum(sizes)
    return _classes(len(sizes), share, f"{share:.0%} are of the largest class")


def _csv_lines(
    place: str, table: _Table, target: _Column, inputs: Sequence[_Column], others: Sequence[_Column]
) -> list[str]:
    """The entry ``csv:``."""
    dialect = table.dialect
    what = "classes" if target.are_classes else "targets"
    name = _key(target, dialect)
    texts = [column for column in inputs if not column.is_number]
    lines = [
        "csv:",
        f"  path: {_quoted(place)}",
        f"  inputs: {_inputs_text(inputs, others, dialect)}",
    ]
    lines += [f"  classes: {name}" if what == "classes" else f"  targets: [{name}]"]
    if dialect.delimiter != ",":
        assert dialect.delimiter is not None
        lines += [f"  delimiter: {_WORDS.get(dialect.delimiter, json.dumps(dialect.delimiter))}"]
    lines += ['  decimal: ","'] * (dialect.decimal == ",")
    lines += [_noted("  header: false", "columns by number, from 1")] * (not dialect.header)
    if texts:
        shown = ", ".join(f"{_quoted(column.name)}: one_hot" for column in texts)
        lines += [_noted(f"  encode: {{{shown}}}", "an input for each value")]
    if target.n_missing:
        lines += [_noted("  missing: drop", "rows with a missing cell are left out")]
    elif any(column.n_missing for column in inputs):
        lines += [_noted("  missing: mean", "a gap is the mean of the training rows")]
    return lines


def _inputs_text(inputs: Sequence[_Column], others: Sequence[_Column], dialect: Dialect) -> str:
    left_out = [column.name for column in others if column.name]
    is_plain = not any("," in name for name in left_out)
    if len(inputs) <= _MOST_LISTED or (left_out and not is_plain):
        return f"[{', '.join(_key(column, dialect) for column in inputs)}]"
    return _quoted(f"all but {', '.join(left_out)}") if left_out else "all"


def _key(column: _Column, dialect: Dialect) -> str:
    """A column as YAML writes it; one without a name is a number."""
    return _quoted(column.name) if dialect.header else column.name


def _quoted(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def _guesses(
    table: _Table, target: _Column, inputs: Sequence[_Column], others: Sequence[_Column]
) -> tuple[str, ...]:
    called = "{}" if table.dialect.header else "column {}"
    kind = f"{len(target.groups)} classes" if target.are_classes else "numbers"
    names = ", ".join(called.format(column.name) for column in inputs[:_MOST_LISTED])
    more = f", and {len(inputs) - _MOST_LISTED} more" * (len(inputs) > _MOST_LISTED)
    guesses = [f"to learn: {called.format(target.name)} ({kind})", f"inputs: {names}{more}"]
    if others:
        shown = ", ".join(called.format(column.name or "''") for column in others)
        guesses.append(f"left out: {shown}")
    if not table.dialect.header:
        guesses.append("no header line: the first line has numbers")
    return tuple(guesses)
