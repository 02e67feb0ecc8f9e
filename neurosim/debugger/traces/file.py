"""Traces are read back: line by line, every line checked, whatever the file is."""

import json
import math
import os
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, get_args

from neurosim.debugger.time.position import PHASES
from neurosim.debugger.traces.trace import MARK, VERSION, Entry, Header
from neurosim.errors import FileError, unknown
from neurosim.interpreter.steps import Step
from neurosim.training.data.regular import open_regular, unreadable

MOST_LETTERS = 10_000_000  # of a line
_MOST_BYTES = 2**62  # a trace may be as large as the disk: it is read line by line


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
