"""Traces: the steps of a stretch of training, one JSON object on a line each.

The first line tells what the trace is of; each other line is an `Entry`: where in the training a
step was, what it wrote, with which operands, and the arithmetic in words. Floats are written so
that they are read back to the last bit; JSON has no word for those that are not finite, so they are
the strings ``"inf"``, ``"-inf"`` and ``"nan"``. A file is written and read line by line, never
held whole.
"""

import json
import math
import os
import secrets
import shutil
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TypeAlias, get_args

import numpy as np

from neurosim.debugger.position import PHASES, Position, phase_of
from neurosim.errors import DivergedError, FileError, unknown
from neurosim.functions.losses import Loss
from neurosim.interpreter.steps import (
    Assigned,
    Blamed,
    Carried,
    Compared,
    Fired,
    Loaded,
    Measured,
    Normalized,
    Returned,
    Started,
    Step,
    Updated,
)
from neurosim.network.connection import Connection
from neurosim.network.layer import Layer
from neurosim.network.network import Network
from neurosim.network.neuron import Neuron
from neurosim.training.data.regular import open_regular, unreadable
from neurosim.training.graph_engine import GraphEngine
from neurosim.training.state import TrainingState, batch_rows, next_state
from neurosim.training.task import Task

VERSION = 1
MARK = "neurosim_trace"  # the key that makes a file a trace; its value is the version
MOST_LETTERS = 10_000_000  # of a line
_MOST_BYTES = 2**62  # a trace may be as large as the disk: it is read line by line

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

    The objects of the network go through what is told; while the first sample is, they are at its
    end already, because its steps are counted first.

    Yields:
        A position, and the step that was made there.

    Raises:
        InvalidValueError: the task is in single precision; when called.
        DivergedError: a batch comes next and the numbers are not finite; while walking.
    """
    return _positioned(task, GraphEngine(task), state, n_batches)


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
        case Loaded(neuron) | Fired(neuron):
            return (f"{neuron.name}.output",)
        case Normalized(layer):
            return tuple(f"{neuron.name}.output" for neuron in layer.neurons)
        case Started(neuron):
            return (f"{neuron.name}.net_input",)
        case Carried(connection):
            return (f"{connection.target.name}.net_input",)
        case Measured():
            return ("loss",)
        case Compared(neuron, quantity):
            return (f"{neuron.name}.{quantity}",)
        case Returned(connection):
            return (f"{connection.source.name}.output_gradient",)
        case Blamed(neuron):
            return (f"{neuron.name}.delta",)
        case Assigned(owner):
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
    target = Path(os.path.realpath(path))
    written = target.with_name(f".neurosim-{secrets.token_hex(8)}")
    try:
        with written.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        _require_free(path, overwrite=overwrite)  # hours may have gone by
        if target.exists():
            shutil.copymode(target, written)
        written.replace(target)
    except OSError as error:
        reason = str(error.strerror or error).lower()
        raise FileError(f"{path}: cannot be written, {reason}; expected a new file") from error
    finally:
        with suppress(OSError):  # where the folder is missing, or is none, nothing was written
            written.unlink(missing_ok=True)


class Trace:
    """A trace in a file. Iterate over it for its entries; each time the file is read anew.

    Attributes:
        path: the file.
        header: its first line.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with open_regular(path, _MOST_BYTES) as file:
            first = next(_lines(path, file), None)
        if first is None:
            raise FileError(f"{path}: empty, got no line; expected a trace")
        self.header = _require_header(first[1], f"{path}:1")

    def __iter__(self) -> Iterator[Entry]:
        """The entries as they stand in the file, read one by one.

        Raises:
            FileError: a line is no entry; says which, and why.
        """
        with open_regular(self.path, _MOST_BYTES) as file:
            for number, line in islice(_lines(self.path, file), 1, None):
                where = f"{self.path}:{number}"
                yield _to_entry(_parse(line, where), where)

    def __repr__(self) -> str:
        """The file and the range in a line."""
        return f"trace {str(self.path)!r} of {self.header.get('title')!r:.80}"


def read_trace(path: str | os.PathLike[str]) -> Trace:
    """Open a trace; its first line is read at once.

    Raises:
        FileError: the file cannot be read, or is no trace that this version knows.
    """
    return Trace(Path(path))


def is_trace(path: Path) -> bool:
    """Whether the file begins as a trace does."""
    try:
        with open_regular(path, _MOST_BYTES) as file:
            return MARK.encode() in (file.read(64) or b"")
    except (FileError, OSError):
        return False


def _positioned(
    task: Task, engine: GraphEngine, state: TrainingState, n_batches: int
) -> Iterator[Pair]:
    n_sample = 0
    for _ in range(n_batches):
        if not state.is_finite:
            raise DivergedError(
                f"epoch {state.epoch}, batch {state.batch}: cannot begin, the loss or a parameter"
                " is not finite; expected finite numbers (a smaller learning rate may help)"
            )
        memory, loss = state.memory.copy(), 0.0
        with closing(engine.batch_steps(state, memory)) as steps:  # type: ignore[type-var]
            stream: Iterator[Step] = steps
            if not n_sample:
                n_sample, stream = _count_sample(stream)
            for pair in _of_batch(task, state, stream, n_sample):
                if isinstance(pair[1], Measured):
                    loss += pair[1].after
                yield pair
        state = next_state(task, state, task.network.parameters(), memory, loss)


def _count_sample(steps: Iterator[Step]) -> tuple[int, Iterator[Step]]:
    """How many steps the first sample has, as every other; and all the steps again."""
    first: list[Step] = []
    behind: list[Step] = []  # the first step of what comes after the sample
    is_measured = False
    for step in steps:
        phase = phase_of(step)
        if is_measured and phase in ("forward", "update"):
            behind.append(step)
            break
        is_measured = is_measured or phase == "loss"
        first.append(step)
    return len(first), chain(first, behind, steps)


def _of_batch(
    task: Task, state: TrainingState, steps: Iterator[Step], n_sample: int
) -> Iterator[Pair]:
    rows: list[int] = batch_rows(task, state).tolist()
    n_updates = int(task.network.trainable_mask().sum())
    first = state.batch * task.batch_size
    for sample, row in enumerate(rows, start=first):
        n_steps = n_sample + (n_updates if sample == first + len(rows) - 1 else 0)
        for number, step in enumerate(islice(steps, n_steps)):
            yield (
                Position(
                    state.epoch,
                    state.batch,
                    sample,
                    row,
                    phase_of(step),
                    number,
                    n_steps,
                    task.n_batches,
                    task.batch_size,
                ),
                step,
            )
    deque(steps, maxlen=0)  # the pass is over when it is asked for more and has none


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


def _lines(path: Path, file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    number = 0
    while True:
        number += 1
        try:
            line = file.readline(MOST_LETTERS + 1)
        except OSError as error:
            raise unreadable(path, error) from None
        if not line:
            return
        if len(line) > MOST_LETTERS:
            what = f"too long, got over {MOST_LETTERS} bytes in one line"
            raise FileError(f"{path}:{number}: {what}; expected a step on each")
        yield number, line


def _parse(line: bytes, where: str) -> dict[str, Any]:
    try:
        document = json.loads(
            line.decode("utf-8"), parse_constant=_refuse_constant, object_pairs_hook=_require_once
        )
    except UnicodeDecodeError as error:
        what = f"no UTF-8 text, got the byte 0x{line[error.start]:02x}"
        raise FileError(f"{where}: {what}; expected a trace") from None
    except json.JSONDecodeError as error:
        if not line.endswith(b"\n"):
            what = f"cut off, got {len(line)} bytes without an end; expected a whole line"
            raise FileError(f"{where}: {what}") from None
        what = f"no JSON, {error.msg.lower()} at column {error.colno}, got {_beginning(line)}"
        raise FileError(f"{where}: {what}; expected an object on one line") from None
    except (ValueError, RecursionError) as error:
        raise FileError(f"{where}: no JSON of a trace, {error}") from None
    if not isinstance(document, dict):
        raise FileError(f"{where}: no object, got {_beginning(line)}; expected one on each line")
    return document


def _beginning(line: bytes) -> str:
    return repr(line[:40].decode("utf-8", "replace").strip())


def _refuse_constant(text: str) -> float:
    raise ValueError(f"got {text}; expected a finite number, or 'inf', '-inf' or 'nan' as a string")


def _require_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) < len(pairs):
        twice, _ = Counter(key for key, _ in pairs).most_common(1)[0]
        raise ValueError(f"got the key {twice!r:.60} twice; expected each key once")
    return document


def _require_header(line: bytes, where: str) -> Header:
    try:
        header = _parse(line, where)
    except FileError:
        header = {}
    if MARK not in header:
        what = f"no trace, got {_beginning(line)}"
        raise FileError(f'{where}: {what}; expected a first line with "{MARK}": {VERSION}')
    version = header[MARK]
    if isinstance(version, bool) or version != VERSION:
        raise FileError(f"{where}: of another version, got {version!r:.60}; expected {VERSION}")
    return header


def _to_entry(document: dict[str, Any], where: str) -> Entry:
    kind = document.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise FileError(f"{where}: {unknown('kind', _cut(kind), KINDS)}")
    names = KINDS[kind]
    if "owner" in names:
        owner = "neuron" if "neuron" in document else "connection"
        names = tuple(owner if name == "owner" else name for name in names)
    expected = (*_PLACE, "kind", "what", *names, "text")
    missing = [name for name in expected if name not in document]
    strange = [name for name in document if name not in expected]
    if missing:
        raise FileError(f"{where}: no {missing[0]!r}, got {kind} without it; expected it")
    if strange:
        raise FileError(f"{where}: {unknown(f'key of {kind}', _cut(strange[0]), expected)}")
    read = {name: _read(kind, name, document[name], where) for name in expected}
    record = {name: read[name] for name in names}
    if isinstance(record["after"], tuple) and len(record["after"]) != len(read["what"]):
        n, n_what = len(record["after"]), len(read["what"])
        raise FileError(f"{where}: after: got {n} numbers; expected {n_what}, as in what")
    place = [read[name] for name in _PLACE]
    return Entry._make([*place, kind, read["what"], record, read["text"]])


def _read(kind: str, name: str, value: Any, where: str) -> Any:
    reader = _READERS.get((kind, name)) or _READERS.get((None, name), _number)
    try:
        return reader(value)
    except _RefusedError as error:
        got = _cut(value)
        raise FileError(f"{where}: {name}: got {got!r}; expected {error.args[0]}") from None


def _cut(value: Any) -> Any:
    """A value as an error shows it: a text that is not endless."""
    return value if isinstance(value, str) and len(value) <= 60 else f"{value!r:.60}"


class _RefusedError(Exception):
    """A value of another type; the argument says what was expected."""


def _number(value: Any) -> float:
    if isinstance(value, str) and value in ("inf", "-inf", "nan"):
        return float(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _RefusedError("a number")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise _RefusedError("a number of double precision, or 'inf' as a string")
    return number


def _maybe(value: Any) -> float | None:
    return None if value is None else _number(value)


def _numbers(value: Any) -> tuple[float, ...]:
    return tuple(map(_number, _list(value)))


def _maybes(value: Any) -> tuple[float | None, ...]:
    return tuple(map(_maybe, _list(value)))


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise _RefusedError("a list of numbers")
    return value


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise _RefusedError("an integer >= 0")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise _RefusedError("a text")
    return value


def _phase(value: Any) -> str:
    if value not in PHASES:
        raise _RefusedError(f"one of {', '.join(PHASES)}")
    return str(value)


def _one(value: Any) -> tuple[str, ...]:
    return (_text(value),)


def _names(value: Any) -> tuple[str, ...]:
    return tuple(map(_text, _list(value)))


_PLACE = ("epoch", "batch", "sample", "row", "phase", "step")
_OBJECTS = ("network", "memory", "quantity")  # what a line has no use for

# the kinds of lines, and the fields of each; an `owner` is a connection or a neuron
KINDS: dict[str, tuple[str, ...]] = {
    record.__name__: tuple(name for name in record._fields if name not in _OBJECTS)
    for record in get_args(Step)
}
_READERS: dict[tuple[str | None, str], Callable[[Any], Any]] = {
    **{(None, name): _count for name in (*_PLACE, "rows", "column")},
    **{(None, name): _text for name in ("neuron", "connection", "layer", "loss", "rule")},
    **{(None, name): _text for name in ("kind", "formula", "text")},
    **{(None, name): _numbers for name in ("net_inputs", "values", "targets")},
    **{(None, name): _numbers for name in ("memory_before", "memory_after")},
    (None, "phase"): _phase,
    (None, "what"): _one,
    (None, "before"): _maybe,
    ("Normalized", "what"): _names,
    ("Normalized", "before"): _maybes,
    ("Normalized", "after"): _numbers,
}
