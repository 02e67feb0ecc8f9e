"""The builder of rows from ``data:``, with each mistake at its entry."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from neurosim.errors import InvalidValueError, MissingExtraError, NeurosimError, RowsError
from neurosim.functions.activations import ACTIVATIONS
from neurosim.functions.streams import stream
from neurosim.network.network import Network
from neurosim.scenario.build.labels import bind, label
from neurosim.scenario.format.data_entry import (
    CsvEntry,
    CsvSource,
    DataEntry,
    DatasetEntry,
    InlineEntry,
    NpzEntry,
    NpzSource,
)
from neurosim.scenario.format.entry import ScenarioEntry, options_of
from neurosim.scenario.format.node import Locate, Problem
from neurosim.training.data import (
    DATASETS,
    Data,
    Labelled,
    MeasuredRows,
    Rows,
    encode,
    fill_missing,
    from_arrays,
    inside,
    listed,
    make_data,
    natural_encoding,
    number_of,
    read_csv,
    read_npz,
)

MOST_WRONG_ROWS = 10  # reported one by one; where there are more, something else is wrong


class _Wrong(Exception):  # noqa: N818 - not an error but the way up
    """Problems that leave no rows."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        super().__init__(len(self.problems))


def build_data(
    entry: DataEntry,
    network: Network,
    *,
    folder: Path,
    seed: int,
    locate: Locate,
    target_rule: str = "any",
) -> tuple[Data | None, list[Problem]]:
    """The rows that the entry asks for, divided; or what is wrong with them.

    The network takes the scaling that the entry asks for.

    Args:
        entry: the entry.
        network: what the rows are for.
        folder: where files are looked for, and never outside of it.
        seed: what is drawn, and what the rows are shuffled by.
        locate: makes a problem of a path and a message.
        target_rule: that of the loss of the training; hinge asks for classes as -1 and 1.

    Raises:
        MissingExtraError: the data set needs a package that is not installed.
    """
    loading = _Loading(network, folder, stream(seed, "data"), locate, target_rule)
    try:
        return loading.data(entry), []
    except _Wrong as wrong:
        return None, wrong.problems


@dataclass(frozen=True, slots=True)
class _Loading:
    """What is the same for all sources."""

    network: Network
    folder: Path
    random: np.random.Generator
    locate: Locate
    target_rule: str

    @contextmanager
    def _noting(self, *path: str | int) -> Iterator[None]:
        try:
            yield
        except MissingExtraError:
            raise
        except NeurosimError as error:
            told = error.problems if isinstance(error, RowsError) else (error,)
            raise _Wrong([self.locate(("data", *path), one) for one in told]) from None

    def data(self, entry: DataEntry) -> Data:
        """The rows, encoded, compared with the network, and divided; they scale the network."""
        rows = self._called_after_output(self._rows(entry))
        encoding, measured = self._encoded(entry, rows)
        self._require_fitting(entry, measured, are_classes=encoding == "one_hot")
        with self._noting():
            measured = bind(measured, self.network)
            label(self.network, rows, measured, encoding)
        divided = partial(
            make_data,
            measured,
            self.random,
            validation=entry.split.validation,
            test=entry.split.test,
            shuffle=entry.split.shuffle,
            stratified=entry.split.stratified,
            class_names=_class_names(rows, measured),
        )
        with self._noting("split"):
            data = divided()
        with self._noting("csv"):
            data = self._with_columns(data, rows, entry)
        notes = (*rows.notes, *data.notes, *_encoding_notes(rows, encoding))
        inputs, targets = entry.scale_of("inputs"), entry.scale_of("targets")
        scales = data.scales._replace(inputs=inputs, targets=targets)
        data = replace(data, notes=notes, scales=scales)
        with self._noting("scale"):
            self._scale(entry, data)
        return data

    def _with_columns(self, data: Data, rows: Rows, entry: DataEntry) -> Data:
        """The rows without gaps; the inputs keep what they are read from and filled with."""
        if not rows.columns:
            return data
        columns = dict(zip(rows.input_names, rows.columns, strict=True))
        fillings: list[float | None] = [None] * len(columns)
        gaps = np.flatnonzero(np.isnan(rows.X).any(axis=0)).tolist()
        filled = dict.fromkeys(rows.columns[place].name for place in gaps)
        if isinstance(entry, CsvEntry) and entry.csv.missing == "mean":
            data, means = fill_missing(data)
            fillings = means.tolist()
        if filled:
            words = f"missing cells of {', '.join(filled)} are the mean of the training rows"
            data = replace(data, notes=(words,))
        for neuron, name, filling in zip(
            self.network.inputs, data.input_names, fillings, strict=True
        ):
            neuron.column = replace(columns[name], filling=filling)
        return data

    def _scale(self, entry: DataEntry, data: Data) -> None:
        """Give the network its scaling, fitted on the training rows."""
        inputs, targets = entry.scale_of("inputs"), entry.scale_of("targets")
        if inputs is not None:
            self.network.scale_inputs(data.train.X, inputs)
        if targets is not None:
            if data.class_names:
                raise InvalidValueError(
                    f"targets: they are classes, got a scale {targets!r}; expected numbers"
                )
            T = data.train.T
            self.network.scale_outputs(T[~np.isnan(T).any(axis=1)], targets)

    def _rows(self, entry: DataEntry) -> Rows:
        match entry:
            case InlineEntry():
                return self._inline(entry)
            case CsvEntry():
                with self._noting("csv"):
                    return self._from_csv(entry.csv, is_stream=entry.stream)
            case NpzEntry():
                with self._noting("npz"):
                    return self._from_npz(entry.npz, is_stream=entry.stream)
            case DatasetEntry():
                with self._noting("dataset"):
                    return self._dataset(entry.dataset)

    def _inline(self, entry: InlineEntry) -> Rows:
        self._require_lengths("inputs", entry.inputs, len(self.network.inputs))
        self._require_lengths("targets", entry.targets, len(self.network.outputs))
        with self._noting("targets"):
            X, T = np.array(entry.inputs, dtype=float), np.array(entry.targets, dtype=float)
            rows = from_arrays(X, T, len(self.network.outputs))
        return self._weighed(rows, entry)

    def _weighed(self, rows: Rows, entry: InlineEntry) -> Rows:
        if entry.weights is None:
            return rows
        if len(entry.weights) != len(rows.X):
            words = f"got {len(entry.weights)} weights; expected {len(rows.X)}, one for each row"
            raise _Wrong([self.locate(("data", "weights"), words)])
        return replace(rows, weights=np.array(entry.weights, dtype=float))

    def _require_lengths(self, key: str, rows: Sequence[Any], expected: int) -> None:
        """Rows of the same length; a list of numbers is a column, and for targets classes."""
        if not any(isinstance(row, tuple) for row in rows) and (expected == 1 or key == "targets"):
            return
        lengths = [len(row) if isinstance(row, tuple) else 0 for row in rows]
        wrong = [number for number, length in enumerate(lengths) if length != expected]
        if not wrong:
            return
        each = (
            f"expected {expected}, one for each {key.removesuffix('s').replace('target', 'output')}"
        )
        if len(wrong) > MOST_WRONG_ROWS:
            message = f"{len(wrong)} rows of a wrong length; {each}"
            raise _Wrong([self.locate(("data", key), message)])
        raise _Wrong(
            [
                self.locate(("data", key, n), f"wrong length, got {_length(rows[n])}; {each}")
                for n in wrong
            ]
        )

    def _from_csv(self, source: CsvSource, *, is_stream: bool) -> Rows:
        with self._noting("csv", "path"):
            path = inside(self.folder, source.path)
        return read_csv(
            path,
            inputs=source.input_columns,
            targets=tuple(map(str, source.targets or ())),
            classes=None if source.classes is None else str(source.classes),
            dialect=source.dialect,
            missing=source.missing,
            encode=tuple(source.encode),
            weights=None if source.weights is None else str(source.weights),
            may_lack_targets=source.missing_targets == "ignore",
            is_stream=is_stream,
        )

    def _from_npz(self, source: NpzSource, *, is_stream: bool) -> Rows:
        with self._noting("npz", "path"):
            path = inside(self.folder, source.path)
        X, T = read_npz(path, source.inputs, source.targets, is_stream=is_stream)
        return from_arrays(X, T, len(self.network.outputs))

    def _dataset(self, entry: ScenarioEntry) -> Rows:
        name, options = options_of(entry)
        return DATASETS[name](self.random, **options)

    def _encoded(self, entry: DataEntry, rows: Rows) -> tuple[str | None, MeasuredRows]:
        if isinstance(rows, MeasuredRows):
            return None, rows
        encoding = getattr(entry, "encoding", None)
        if encoding is None:
            names, outputs = rows.class_names, self.network.outputs
            encoding = natural_encoding(len(names), len(outputs), signs=self._asks_for_signs(names))
        with self._noting("encoding"):
            return encoding, encode(rows, encoding)

    def _called_after_output(self, rows: Rows) -> Rows:
        """Two classes of one output that has the name of one: it says yes to that one."""
        if not isinstance(rows, Labelled):
            return rows
        first, *others = rows.class_names
        if [neuron.name for neuron in self.network.outputs] != [first] or len(others) != 1:
            return rows
        turned = np.where(rows.classes < 0, -1, 1 - rows.classes)
        return replace(rows, classes=turned, class_names=(others[0], first))

    def _asks_for_signs(self, names: Sequence[str]) -> bool:
        """Whether two classes of one output are -1 and 1, and not 0 and 1.

        The loss asks for them; or the labels are these numbers, and the output can be both.
        """
        rule = self.target_rule
        if rule == "signs" or set(map(number_of, names)) != {-1.0, 1.0}:
            return rule == "signs"
        activation = ACTIVATIONS.get(self.network.outputs[0].activation)
        lowest = (
            0.0 if activation is None or activation.facts is None else activation.facts.range[0]
        )
        return rule == "any" and lowest <= -1.0

    def _require_fitting(self, entry: DataEntry, rows: MeasuredRows, *, are_classes: bool) -> None:
        """As many columns as the network has inputs and outputs."""
        source = next(key for key in ("inputs", "csv", "npz", "dataset") if hasattr(entry, key))
        n_in, n_out = len(self.network.inputs), len(self.network.outputs)
        wrong = []
        if rows.X.shape[1] != n_in:
            names = f", {listed(rows.input_names)}" * bool(rows.input_names)
            wrong.append(f"{rows.X.shape[1]} inputs{names}; expected {n_in}, as the network has")
        if rows.T.shape[1] != n_out:
            wrong.append(_wrong_targets(rows, n_out, are_classes=are_classes))
        if wrong:
            path = ("data", source)
            raise _Wrong([self.locate(path, f"wrong shape, got {words}") for words in wrong])


def _class_names(rows: Rows, measured: MeasuredRows) -> tuple[str, ...]:
    """The classes as the outputs go."""
    if not isinstance(rows, Labelled):
        return ()
    return rows.class_names if len(measured.target_names) == 1 else measured.target_names


def _wrong_targets(rows: MeasuredRows, n_outputs: int, *, are_classes: bool) -> str:
    count = rows.T.shape[1]
    if not are_classes:
        return f"{count} targets; expected {n_outputs}, as the network has outputs"
    expected = "2 for one output" if n_outputs == 1 else f"{n_outputs}, as the network has outputs"
    return f"{count} classes, {listed(rows.target_names)}; expected {expected}"


def _encoding_notes(rows: Rows, encoding: str | None) -> list[str]:
    """What two classes of one output became: signs, or 0 and 1 where they are other numbers."""
    if not isinstance(rows, Labelled) or encoding not in ("column", "signs"):
        return []
    levels = (0.0, 1.0) if encoding == "column" else (-1.0, 1.0)
    numbers = tuple(map(number_of, rows.class_names))
    if encoding == "column" and numbers == levels:
        return []
    first, second = rows.class_names
    words = f"{levels[0]:g} and {levels[1]:g}"
    return [f"the classes {first!r:.60} and {second!r:.60} are the targets {words}"]


def _length(row: Any) -> str:
    return str(len(row)) if isinstance(row, tuple) else "a number"
