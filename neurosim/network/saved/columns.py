"""Connections of a saved network by columns, as `Network.save` lays them out: a record a line.

A million records as dictionaries take three times the time and the memory. So a block of lines is
read at once by a pattern, which is the whole grammar of such lines. What does not obey it, another
layout or a mistake, is left to the reader of any JSON, whose errors say where: this one says none.
"""

import math
import os
import re
from collections.abc import Iterator
from functools import partial
from typing import Any, BinaryIO

from neurosim.errors import NeurosimError
from neurosim.network.document import from_document
from neurosim.network.files import parse, require_path
from neurosim.network.neuron import Neuron
from neurosim.network.structure import Structure
from neurosim.regular import open_regular

_BEGIN, _END = b'\n "connections": [\n', b"\n ]"
_NAME = rb'"([^"\\\x00-\x1f]*+)"'
_NUMBER = rb"(-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?+(?:[eE][-+]?[0-9]++)?+)"
_RECORD = re.compile(
    rb'^  \{"from": %b, "to": %b, "weight": %b, "trainable": (true|false), "initial": %b\},$'
    % (_NAME, _NAME, _NUMBER, _NUMBER),
    re.MULTILINE,
)
_CONSTANTS = b"NaN", b"Infinity"  # no JSON, but the reader knows them: the first marks the cut
_CUT = object()
_BLOCK = 1 << 18  # bytes


class _OtherLayoutError(Exception):
    """The file is laid out in another way, or wrong."""


def load_by_columns(path: str | os.PathLike[str], make: Any) -> Any:
    """The network, made by ``make``, of a file of this layout; None where another reader must."""
    try:
        with open_regular(require_path(path)) as file:
            begin, end, rest = _cut(file)
            document = parse(rest.decode("utf-8-sig"), constant=lambda _: _CUT)
            if not isinstance(document, dict) or document.get("connections") is not _CUT:
                return None
            document["connections"] = []
            connect = partial(_connect, file, begin, end)
            return from_document(document, str(path), make, connect)
    except (
        NeurosimError,
        _OtherLayoutError,
        KeyError,
        OSError,
        ValueError,
        TypeError,
        RecursionError,
    ):
        return None


def _cut(file: BinaryIO) -> tuple[int, int, bytes]:
    """Where the lines of the connections begin and end, and all else, with a constant for them."""
    begin, end = _find(file, _BEGIN, 0) + len(_BEGIN), 0
    end = _find(file, _END, begin)
    file.seek(0)
    head = file.read(begin - len(b"[\n"))
    file.seek(end + len(_END))
    tail = file.read()
    if any(constant in part for constant in _CONSTANTS for part in (head, tail)):
        raise _OtherLayoutError
    return begin, end, head + _CONSTANTS[0] + tail


def _find(file: BinaryIO, mark: bytes, start: int) -> int:
    """Where in the file a mark is found first, from a place on."""
    file.seek(start)
    before = b""
    while block := file.read(_BLOCK):
        place = (before + block).find(mark)
        if place >= 0:
            return start - len(before) + place
        start += len(block)
        before = (before + block)[1 - len(mark) :]
    raise _OtherLayoutError


def _connect(file: BinaryIO, begin: int, end: int, structure: Structure) -> None:
    """Add the connections of these lines."""
    find = {name.encode(): neuron for name, neuron in structure.named.items()}.__getitem__
    sources: list[Neuron] = []
    targets: list[Neuron] = []
    weights: list[float] = []
    firsts: list[float] = []
    frozen: list[int] = []
    for starts, ends, values, flags, initial in _blocks(file, begin, end):
        if b"false" in flags:
            frozen += (len(weights) + i for i, flag in enumerate(flags) if flag == b"false")
        sources += map(find, starts)
        targets += map(find, ends)
        weights += map(float, values)
        firsts += weights[len(firsts) :] if initial == values else map(float, initial)
    if not math.isfinite(sum(weights) + sum(firsts)):
        raise _OtherLayoutError
    made = structure.join(sources, targets, weights, trainable=True)
    for connection, first in zip(made, firsts, strict=True):
        connection._initial = first
    for number in frozen:
        made[number]._trainable = False


def _blocks(file: BinaryIO, begin: int, end: int) -> Iterator[tuple[tuple[bytes, ...], ...]]:
    """The records by column, some thousand lines at a time."""
    file.seek(begin)
    while begin < end:
        block = file.read(_BLOCK) + file.readline()
        if len(block) > end - begin:
            block = block[: end - begin] + b",\n"
        begin += len(block)
        records = _RECORD.findall(block)
        if len(records) != block.count(b"\n"):
            raise _OtherLayoutError
        yield tuple(zip(*records, strict=True))
