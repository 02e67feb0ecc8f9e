"""Traces: the steps of a stretch of training, one JSON object on a line each.

The first line says what the trace is of; each other line is a `TraceEntry`: where in the training
a step was, what it wrote, with which operands, and the arithmetic in words. Floats are written so
that they are read back to the last bit; JSON has no word for those that are not finite, so they are
the strings ``"inf"``, ``"-inf"`` and ``"nan"``. A file is written and read line by line, never
held whole.
"""

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TypeAlias, get_type_hints

import numpy as np
from numpy.typing import NDArray

from neurosim.debugger.time.position import Position
from neurosim.debugger.time.timeline import Timeline
from neurosim.errors import DivergedError, FileError, InvalidValueError
from neurosim.files import whole_file
from neurosim.functions.losses import Objective
from neurosim.interpreter.steps import (
    KINDS,
    Adjusted,
    Normalized,
    Step,
    Updated,
    is_lacking,
    written_names,
)
from neurosim.network.connection import Connection
from neurosim.network.layer import Layer
from neurosim.network.network import Network
from neurosim.network.neuron import Neuron
from neurosim.network.parameter import Parameter
from neurosim.training.engines.table import REFERENCE
from neurosim.training.state import TrainingState
from neurosim.training.task import Task

CLOSES, LAST = "closes", "last"  # a key of the first line: the last one has the other key
VERSION = 2  # version 1 had other names for some kinds
MARK = "neurosim_trace"  # the key that makes a file a trace; its value is the version
_JOURNAL = 1_000_000  # bytes: a trace never goes back, and to drop each step at once takes long

TraceValue: TypeAlias = str | int | float | tuple[float | None, ...] | None
PositionedStep: TypeAlias = tuple[Position, Step]
Header: TypeAlias = dict[str, Any]


class TraceEntry(NamedTuple):
    """One line of a trace: a step that knows its place and holds names instead of objects.

    ``what`` names the quantities that were written: one, or those of a softmax layer. ``record``
    holds the fields of the step by name, from the value ``before`` to the value
    ``after``.
    """

    epoch: int
    batch: int
    sample: int
    row: int
    phase: str
    step: int
    kind: str
    what: tuple[str, ...]
    record: Mapping[str, TraceValue]
    text: str

    @property
    def place(self) -> str:
        """Where in the training it was.

        >>> TraceEntry(2, 0, 1, 1, "loss", 24, "Measured", ("loss",), {}, "L = 0").place
        'epoch 2, sample 1, loss, step 24'
        """
        row = "" if self.row == self.sample else f" (row {self.row})"
        return f"epoch {self.epoch}, sample {self.sample}{row}, {self.phase}, step {self.step}"

    def __str__(self) -> str:
        return f"{self.place}: {self.text}"


def positioned_steps(task: Task, state: TrainingState, n_batches: int) -> Iterator[PositionedStep]:
    """Walk so many batches from a state on, each step with its position.

    The objects of the network take the values of every step.

    Yields:
        A position, and the step that was made there.

    Raises:
        DivergedError: a batch comes next and the numbers are not finite; while walking.
        InvalidValueError: the training has stopped before.
    """
    last = state.epoch * task.n_batches + state.batch + n_batches
    n_epochs = -(-last // task.n_batches)
    walk = Timeline(task, state, engine=REFERENCE, n_epochs=n_epochs, limit=_JOURNAL)
    try:
        while walk.batch < last and not walk.is_over:
            position = walk.position
            yield position, walk.forward()
        stopped = walk.state.watched.stopped if walk.state.watched is not None else ""
        if stopped and walk.batch == last - n_batches:
            raise InvalidValueError(
                f"epoch {state.epoch}: nothing to walk, the training stopped: {stopped};"
                " expected an earlier epoch"
            )
        if walk.batch < last and not stopped:
            raise DivergedError(
                f"epoch {walk.state.epoch}, batch {walk.state.batch}: cannot begin, the loss or a"
                " parameter is not finite; expected finite numbers (the last steps show where)"
            )
    finally:
        walk.close()


def entry_of(position: Position, step: Step) -> TraceEntry:
    """What a trace says of a step."""
    return TraceEntry(
        position.epoch,
        position.batch,
        position.sample,
        position.row,
        position.phase,
        position.step,
        type(step).__name__,
        written_names(step),
        _record_of(step),
        str(step),
    )


def table_of_columns() -> str:
    """The kinds of lines and the columns of each, as a table in Markdown."""
    lines = ["| kind | what happened | its other keys |", "| --- | --- | --- |"]
    for record in KINDS:
        happened = (record.__doc__ or "").split("\n")[0].rstrip(".").replace("``", "`")
        fields = [name for name in _FIELDS[record] if name not in ("before", "after")]
        keys = ", ".join(f"`{name}`" for name in fields)
        owners = "`connection`, `neuron` (a bias) or `function` (of an activation)"
        keys = keys.replace("`parameter`", owners)
        if record is Updated:
            keys += f"; with options of an update {', '.join(f'`{x}`' for x in Adjusted._fields)}"
        lines.append(f"| `{record.__name__}` | {happened} | {keys} |")
    return "\n".join(lines)


def header_of(task: Task, state: TrainingState, n_batches: int) -> Header:
    """The first line of a trace of so many batches from a state on."""
    network = task.network
    return {
        MARK: VERSION,
        "title": network.title,
        "neurons": len(network.neurons),
        "connections": len(network.connections),
        "inputs": [neuron.name for neuron in network.inputs],
        "outputs": [neuron.name for neuron in network.outputs],
        "loss": task.objective.name,
        "reduction": task.reduction,
        "optimizer": task.optimizer.name,
        "rows": task.n_rows,
        "batch_size": task.batch_size,
        "epoch": state.epoch,
        "batch": state.batch,
        "batches": n_batches,
        CLOSES: True,
    }


def write_trace(file: BinaryIO, header: Header, pairs: Iterable[PositionedStep]) -> None:
    """Write a header and the steps as they come, a line each, in UTF-8; the last is marked."""
    line = _to_json(header)
    for position, step in pairs:
        file.write(line)
        line = line_of(entry_of(position, step))
    file.write(line.removesuffix(b"}\n") + f', "{LAST}": true}}\n'.encode())


def line_of(entry: TraceEntry) -> bytes:
    """The entry as a line of a trace, with the end of the line."""
    document = entry._asdict()
    fields = {name: _written(value) for name, value in document.pop("record").items()}
    text = document.pop("text")
    if entry.kind != Normalized.__name__:
        (document["what"],) = entry.what
    return _to_json({**document, **fields, "text": text})


@contextmanager
def new_file(path: Path, *, overwrite: bool = False) -> Iterator[BinaryIO]:
    """Open a file that takes its name only when it is whole; on an error there is none.

    Raises:
        FileError: something has the name already, or the file cannot be written.
    """
    if "\0" in str(path):
        raise FileError(f"{str(path)!r}: cannot be written, got a NUL; expected the name of a file")
    _require_free(path, overwrite=overwrite)
    try:
        with whole_file(path) as file:
            yield file
            _require_free(path, overwrite=overwrite)  # hours may have gone by
    except OSError as error:
        reason = str(error.strerror or error).lower()
        raise FileError(f"{path}: cannot be written, {reason}; expected a new file") from error


def fields_of(record: type) -> tuple[str, ...]:
    """The fields of a kind of step that a line has a column for, in order.

    Left out are the network, an array of the optimizer's memory (its ``column`` is there), and the
    ``quantity``, which is in ``what``. What options did to an update has columns of its own.
    """
    return tuple(
        name
        for name, kind in get_type_hints(record).items()
        if kind not in (Network, NDArray[np.float64]) and name not in ("quantity", "adjusted")
    )


def _record_of(step: Step) -> dict[str, TraceValue]:
    record: dict[str, TraceValue] = {}
    for field in _FIELDS[type(step)]:
        value = getattr(step, field)
        if is_lacking(field, value):
            continue
        match value:
            case Parameter() if field == "parameter":
                record[OWNERS[value.kind]] = value.owner.name
            case Neuron() | Connection() | Layer():
                record[type(value).__name__.lower()] = value.name
            case Objective():
                record[field] = value.name
            case _:
                record[field] = value
    if isinstance(step, Updated) and step.adjusted is not None:
        record |= step.adjusted._asdict()
    return record


def _written(value: TraceValue) -> Any:
    if isinstance(value, tuple):
        return [_written(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(float(value))
    return value


def _to_json(document: Mapping[str, Any]) -> bytes:
    text = json.dumps(document, ensure_ascii=False, allow_nan=False)
    # half a pair of surrogates in a title becomes its escape, which is what JSON calls it, too
    return text.encode("utf-8", "backslashreplace") + b"\n"


def _require_free(path: Path, *, overwrite: bool) -> None:
    if not path.name or path.is_dir():
        raise FileError(f"{path}: cannot be written, got a folder; expected a new file")
    if path.exists() and not overwrite:
        raise FileError(f"{path}: exists; expected a new file")
    if path.exists() and not path.is_file():
        raise FileError(f"{path}: cannot be written, got no regular file; expected a new file")


OWNERS = {"w": "connection", "b": "neuron", "f": "function"}  # by the kind of a parameter
_FIELDS = {record: fields_of(record) for record in KINDS}
