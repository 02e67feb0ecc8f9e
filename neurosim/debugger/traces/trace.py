"""Traces: the steps of a stretch of training, one JSON object on a line each.

The first line tells what the trace is of; each other line is an `Entry`: where in the training a
step was, what it wrote, with which operands, and the arithmetic in words. Floats are written so
that they are read back to the last bit; JSON has no word for those that are not finite, so they are
the strings ``"inf"``, ``"-inf"`` and ``"nan"``. A file is written and read line by line, never
held whole.
"""

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TypeAlias

import numpy as np

from neurosim.debugger.time.position import Position
from neurosim.debugger.time.timeline import Walk
from neurosim.errors import DivergedError, FileError
from neurosim.files import whole_file
from neurosim.functions.losses import Loss
from neurosim.interpreter.steps import (
    Activated,
    Backpropagated,
    Compared,
    DeltaComputed,
    GradientComputed,
    Loaded,
    Measured,
    Normalized,
    Started,
    Step,
    Summed,
    Updated,
)
from neurosim.network.connection import Connection
from neurosim.network.layer import Layer
from neurosim.network.network import Network
from neurosim.network.neuron import Neuron
from neurosim.training.engines.table import REFERENCE
from neurosim.training.state import TrainingState
from neurosim.training.task import Task

VERSION = 1
MARK = "neurosim_trace"  # the key that makes a file a trace; its value is the version
_NO_JOURNAL = 0  # bytes: what is told is not come back to

Value: TypeAlias = str | int | float | tuple[float | None, ...] | None
Pair: TypeAlias = tuple[Position, Step]
Header: TypeAlias = dict[str, Any]


class Entry(NamedTuple):
    """One line of a trace: a step that knows its place and holds names instead of objects.

    ``what`` names the quantities that were written: one, or those of a softmax layer. ``record``
    holds the fields of the step by name, from what stood there ``before`` to what stood there
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
    record: Mapping[str, Value]
    text: str

    @property
    def place(self) -> str:
        """Where in the training it was.

        >>> Entry(2, 0, 1, 1, "loss", 24, "Measured", ("loss",), {}, "L = 0").place
        'epoch 2, sample 1, loss, step 24'
        """
        row = "" if self.row == self.sample else f" (row {self.row})"
        return f"epoch {self.epoch}, sample {self.sample}{row}, {self.phase}, step {self.step}"

    def __str__(self) -> str:
        return f"{self.place}: {self.text}"


def positioned_steps(task: Task, state: TrainingState, n_batches: int) -> Iterator[Pair]:
    """Walk so many batches from a state on, each step with its position.

    The objects of the network go through what is told.

    Yields:
        A position, and the step that was made there.

    Raises:
        DivergedError: a batch comes next and the numbers are not finite; while walking.
    """
    last = state.epoch * task.n_batches + state.batch + n_batches
    n_epochs = -(-last // task.n_batches)
    walk = Walk(task, state, engine=REFERENCE, n_epochs=n_epochs, limit=_NO_JOURNAL)
    try:
        while walk.batch < last and not walk.is_over:
            position = walk.position
            yield position, walk.forward()
        if walk.batch < last:
            raise DivergedError(
                f"epoch {walk.state.epoch}, batch {walk.state.batch}: cannot begin, the loss or a"
                " parameter is not finite; expected finite numbers (a smaller learning rate may"
                " help)"
            )
    finally:
        walk.close()


def entry_of(position: Position, step: Step) -> Entry:
    """What a trace says of a step."""
    return Entry(
        position.epoch,
        position.batch,
        position.sample,
        position.row,
        position.phase,
        position.step,
        type(step).__name__,
        written_by(step),
        _record_of(step),
        str(step),
    )


def written_by(step: Step) -> tuple[str, ...]:
    """The names of the quantities that a step wrote, such as ``h1.output`` or ``x1->h1.weight``."""
    match step:
        case Loaded(neuron) | Activated(neuron):
            return (f"{neuron.name}.output",)
        case Normalized(layer):
            return tuple(f"{neuron.name}.output" for neuron in layer.neurons)
        case Started(neuron):
            return (f"{neuron.name}.net_input",)
        case Summed(connection):
            return (f"{connection.target.name}.net_input",)
        case Measured():
            return ("loss",)
        case Compared(neuron, quantity):
            return (f"{neuron.name}.{quantity}",)
        case Backpropagated(connection):
            return (f"{connection.source.name}.output_gradient",)
        case DeltaComputed(neuron):
            return (f"{neuron.name}.delta",)
        case GradientComputed(owner):
            quantity = "gradient" if isinstance(owner, Connection) else "bias_gradient"
        case Updated(owner):
            quantity = "weight" if isinstance(owner, Connection) else "bias"
    return (f"{owner.name}.{quantity}",)


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
        "loss": task.loss.name,
        "reduction": task.reduction,
        "optimizer": task.optimizer.name,
        "rows": task.n_rows,
        "batch_size": task.batch_size,
        "epoch": state.epoch,
        "batch": state.batch,
        "batches": n_batches,
    }


def write_trace(file: BinaryIO, header: Header, pairs: Iterable[Pair]) -> None:
    """Write a header and the steps as they come, a line each, in UTF-8."""
    file.write(_to_json(header))
    file.writelines(line_of(entry_of(position, step)) for position, step in pairs)


def line_of(entry: Entry) -> bytes:
    """The entry as a line of a trace, with the end of the line."""
    document = entry._asdict()
    fields = {name: _written(value) for name, value in document.pop("record").items()}
    text = document.pop("text")
    if entry.kind != "Normalized":
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


def _record_of(step: Step) -> dict[str, Value]:
    record: dict[str, Value] = {}
    for field, value in zip(step._fields, step, strict=True):
        match value:
            case Network() | np.ndarray():
                continue
            case Neuron() | Connection() | Layer():
                record[type(value).__name__.lower()] = value.name
            case Loss():
                record[field] = value.name
            case _ if field != "quantity":  # it stands in `what`
                record[field] = value
    return record


def _written(value: Value) -> Any:
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
