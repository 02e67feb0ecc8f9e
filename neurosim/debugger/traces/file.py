"""Reading of traces: line by line, every line checked, whatever the file is."""

import json
import math
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, get_type_hints

from neurosim.debugger.traces.trace import (
    CLOSES,
    LAST,
    MARK,
    OWNERS,
    VERSION,
    Header,
    TraceEntry,
    fields_of,
)
from neurosim.errors import FileError, unknown
from neurosim.functions.losses import Objective
from neurosim.interpreter.steps import (
    KINDS,
    MAY_LACK,
    PHASES,
    Adjusted,
    Normalized,
    Number,
    Updated,
)
from neurosim.network.connection import Connection
from neurosim.network.layer import Layer
from neurosim.network.neuron import Neuron
from neurosim.network.parameter import Parameter
from neurosim.regular import open_regular, unreadable

MOST_LETTERS = 10_000_000  # of a line
_MOST_BYTES = 2**62  # a trace may be as large as the disk: it is read line by line


class Trace:
    """A trace in a file. Iterate over it for its entries; each time the file is read anew.

    Attributes:
        path: the file.
        header: its first line.
        is_cut_off: whether it ended without its last line, when it was read the last time.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with open_regular(path, _MOST_BYTES) as file:
            first = next(_lines(path, file), None)
        if first is None:
            raise FileError(f"{path}: empty, got no line; expected a trace")
        self.header = _require_header(first[1], f"{path}:1")
        self.is_cut_off = False

    def __iter__(self) -> Iterator[TraceEntry]:
        """The entries of the file in order, read one by one.

        Raises:
            FileError: a line is no entry; says which, and why.
        """
        with open_regular(self.path, _MOST_BYTES) as file:
            version, is_last = self.header[MARK], self.header.get(LAST) is True
            for number, line in islice(_lines(self.path, file), 1, None):
                where = f"{self.path}:{number}"
                document = _parse(line, where)
                if is_last:
                    raise FileError(f"{where}: got a line behind the last one; expected none")
                is_last = document.pop(LAST, False) is True
                yield _to_entry(document, version, where)
        self.is_cut_off = self.header.get(CLOSES) is True and not is_last

    def number(self, key: str) -> int:
        """What the header says of the range: epoch, batch, or batches.

        Raises:
            FileError: it says no whole number from 0 on.
        """
        value = self.header.get(key)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**53:
            raise FileError(f"{self.path}:1: {key}: got {value!r:.60}; expected an integer >= 0")
        return value

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
    if isinstance(version, bool) or version not in (1, VERSION):
        raise FileError(
            f"{where}: of another version, got {version!r:.60}; expected 1 or {VERSION}"
        )
    return header


def _to_entry(document: dict[str, Any], version: int, where: str) -> TraceEntry:
    kind = document.get("kind")
    if version == 1 and isinstance(kind, str):
        kind = _IN_VERSION_1.get(kind, kind)
    if not isinstance(kind, str) or kind not in COLUMNS:
        raise FileError(f"{where}: {unknown('kind', _cut(kind), COLUMNS)}")
    owner = next((name for name in OWNERS.values() if name in document), "connection")
    fields = {owner if name == "parameter" else name: f for name, f in COLUMNS[kind].items()}
    if kind == Updated.__name__ and Adjusted._fields[0] in document:
        fields |= dict.fromkeys(Adjusted._fields, _number)
    readers = _COMMON | fields
    is_of_layer = kind == Normalized.__name__
    if is_of_layer:
        readers["what"] = _names
    _require_keys(document, kind, readers, where)
    read = {
        name: _read(name, document[name], reader, where)
        for name, reader in readers.items()
        if name in document
    }
    record = {name: read[name] for name in fields if name in read}
    if is_of_layer and len(record["after"]) != len(read["what"]):
        n, n_what = len(record["after"]), len(read["what"])
        raise FileError(f"{where}: after: got {n} numbers; expected {n_what}, as in what")
    place = [read[name] for name in _PLACE]
    return TraceEntry._make([*place, kind, read["what"], record, read["text"]])


def _require_keys(
    document: dict[str, Any], kind: str, known: Mapping[str, object], where: str
) -> None:
    missing = [name for name in known if name not in document and name not in MAY_LACK]
    strange = [name for name in document if name not in known]
    if missing:
        raise FileError(f"{where}: no {missing[0]!r}, got {kind} without it; expected it")
    if strange:
        raise FileError(f"{where}: {unknown(f'key of {kind}', _cut(strange[0]), known)}")


def _read(name: str, value: Any, reader: Callable[[Any], Any], where: str) -> Any:
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
_COMMON: dict[str, Callable[[Any], Any]] = {  # the columns that every kind has
    **dict.fromkeys(_PLACE, _count),
    "phase": _phase,
    "kind": _text,
    "what": _one,
    "text": _text,
}
_READERS: dict[Any, Callable[[Any], Any]] = {  # of a field, by its type in the record
    int: _count,
    float: _number,
    Number: _maybe,
    tuple[float, ...]: _numbers,
    tuple[Number, ...]: _maybes,
    **dict.fromkeys((str, Neuron, Connection, Layer, Objective, Parameter), _text),
}


def _columns(record: type) -> dict[str, Callable[[Any], Any]]:
    """The fields of a kind that a line holds, each with the function that reads it."""
    kinds = get_type_hints(record)
    return {field: _READERS[kinds[field]] for field in fields_of(record)}


# the kinds of lines, and the columns of each; a `parameter` is a connection or a neuron
COLUMNS = {record.__name__: _columns(record) for record in KINDS}
_IN_VERSION_1 = {
    "Carried": "Summed",
    "Fired": "Activated",
    "Returned": "Backpropagated",
    "Blamed": "DeltaComputed",
    "Assigned": "GradientComputed",
}
