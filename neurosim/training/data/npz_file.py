"""Rows from an untrusted NumPy file of arrays (.npz).

A file of 1 MB can unpack to 1 GB, and the header of an array of 100 bytes can claim 7 TB: the
sizes are read from the zip's directory and the arrays' headers before any array is made. What
counts is the array of float64 that comes of it, 8 times larger than one of bytes. A header is
matched, not evaluated as Python, and arrays of objects, which would run code when loaded, are
refused. A flipped bit is found by the zip's checksum.
"""

import re
import struct
import zipfile
import zlib
from math import prod
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np

from neurosim.errors import FileError, unknown
from neurosim.functions.mapped import as_floats, mapped_room
from neurosim.functions.numbers import all_finite
from neurosim.regular import open_regular, unreadable
from neurosim.training.data.rows import Matrix

MOST_BYTES = 1_000_000_000  # of the file, and of one array as float64
MOST_HEADER = 10_000
MOST_AXES = 32
_PART = 1 << 24  # bytes that are read at once

_AS_NUMPY_WRITES = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_MAGIC = b"\x93NUMPY"
_LENGTHS = {b"\x01\x00": "<H", b"\x02\x00": "<I", b"\x03\x00": "<I"}  # by the format's version
# {'descr': '<f8', 'fortran_order': False, 'shape': (150, 4), }, in any order
_ITEM = (
    r"\s*'(descr|fortran_order|shape)'\s*:\s*('[^'\\]*'|\[[^\[\]]*\]|True|False|\([0-9, ]*\))\s*"
)
_HEADER = re.compile(rf"\{{{_ITEM},{_ITEM},{_ITEM},?\s*\}}\s*")
_NUMBERS = re.compile("'[<>|=]?[biuf][0-9]{1,2}'")


class _Header(NamedTuple):
    """What the header of an array claims."""

    shape: tuple[int, ...]
    dtype: "np.dtype[Any]"
    order: Any  # "C" or "F", as NumPy's stubs want them


def read_npz(path: Path, *names: str, is_stream: bool = False) -> list[Matrix]:
    """The arrays of these names, as float64; of a stream they lie in files, and may be larger.

    Raises:
        FileError: the file is no npz, lacks an array, or an array is too large, of a kind other
            than numbers, damaged, or not finite.
    """
    try:
        most = None if is_stream else MOST_BYTES
        with open_regular(path, most) as file, zipfile.ZipFile(file) as archive:
            return [_array(archive, path, name, most) for name in names]
    except FileError:
        raise
    except OSError as error:
        raise unreadable(path, error) from None
    except (zipfile.BadZipFile, ValueError, struct.error, NotImplementedError) as error:
        # ValueError: a directory that points before the file; NotImplementedError: a later zip
        raise FileError(f"{path}: no npz file, {_said(error)}") from None


def _array(archive: zipfile.ZipFile, path: Path, name: str, most: int | None) -> Matrix:
    where = f"{path}: array {name!r:.60}"
    entry = _entry(archive, path, name)
    if entry.compress_type not in _AS_NUMPY_WRITES:
        raise FileError(f"{where}: packed as NumPy packs none; expected np.savez or its like")
    if entry.flag_bits & 1:
        raise FileError(f"{where}: encrypted; expected an array that needs no password")
    if most is not None and entry.file_size > most + MOST_HEADER:
        raise FileError(f"{where}: {_too_large(entry.file_size)}")
    try:
        with archive.open(entry) as file:
            header = _header(file, entry.file_size, where, most)
            data = _filled(header, file, in_file=most is None)
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError, struct.error) as error:
        raise FileError(f"{where}: damaged, {_said(error)}") from None
    if isinstance(data, int):
        raise FileError(f"{where}: damaged, got {data} bytes for {header.shape}")
    return _finite(data.reshape(header.shape, order=header.order), where)


def _filled(header: _Header, file: IO[bytes], *, in_file: bool) -> "np.ndarray[Any, Any] | int":
    """The numbers, flat; or how many bytes there are, where there are fewer."""
    shape = (prod(header.shape),)
    data = mapped_room(shape, header.dtype) if in_file else np.empty(shape, header.dtype)
    place: Any = memoryview(data.view(np.uint8).data)
    for at in range(0, len(place), _PART):  # no more, whatever it unpacks to
        part = file.read(min(_PART, len(place) - at))
        if len(part) < min(_PART, len(place) - at):
            return at + len(part)
        place[at : at + len(part)] = part
    return data


def _entry(archive: zipfile.ZipFile, path: Path, name: str) -> zipfile.ZipInfo:
    """The file in the archive that holds the array of this name; there must be one."""
    entries = [entry for entry in archive.infolist() if entry.filename in (name, f"{name}.npy")]
    if not entries:
        known = [_shown(entry.filename.removesuffix(".npy")) for entry in archive.infolist()]
        raise FileError(f"{path}: {unknown('array', name, known)}")
    if len(entries) > 1:
        raise FileError(f"{path}: {len(entries)} arrays are named {name!r:.60}; expected one")
    return entries[0]


def _header(file: IO[bytes], n_bytes: int, where: str, most: int | None) -> _Header:
    """What the header claims, compared with the bytes that there are."""
    claimed = _claimed(_header_text(file, where), where)
    n_numbers = prod(claimed.shape)
    if not n_numbers:
        raise FileError(f"{where}: no numbers, got the shape {claimed.shape}; expected rows")
    if most is not None and n_numbers * 8 > most:
        raise FileError(f"{where}: {_too_large(n_numbers * 8)} as float64")
    there = n_bytes - file.tell()
    if _n_bytes(claimed) != there:
        what = f"damaged, the header claims {claimed.shape} of {claimed.dtype}"
        raise FileError(f"{where}: {what}, got {there} bytes")
    return claimed


def _n_bytes(header: _Header) -> int:
    return prod(header.shape) * header.dtype.itemsize


def _header_text(file: IO[bytes], where: str) -> str:
    if file.read(len(_MAGIC)) != _MAGIC:
        raise FileError(f"{where}: no array, got no NumPy header; expected one as np.savez writes")
    size = _LENGTHS.get(file.read(2))
    if size is None:
        raise FileError(f"{where}: of an unknown version; expected 1.0, 2.0 or 3.0")
    (length,) = struct.unpack(size, file.read(struct.calcsize(size)))
    if length > MOST_HEADER:
        raise FileError(f"{where}: damaged, got a header of {length} bytes")
    return file.read(length).decode("latin-1")


def _claimed(text: str, where: str) -> _Header:
    matched = _HEADER.fullmatch(text)
    found = matched.groups() if matched else ()
    items = dict(zip(found[::2], found[1::2], strict=True))
    if len(items) != 3:
        raise FileError(f"{where}: damaged, got the header {text!r:.60}")
    descr, order, axes = items["descr"], items["fortran_order"], items["shape"]
    if order not in ("True", "False") or axes[0] != "(" or descr[0] not in "'[":
        raise FileError(f"{where}: damaged, got the header {text!r:.60}")
    return _Header(_shape(axes, where), _dtype(descr, where), "F" if order == "True" else "C")


def _shape(text: str, where: str) -> tuple[int, ...]:
    axes = [axis.strip() for axis in text[1:-1].split(",")]
    if axes[-1] == "":
        axes.pop()  # (3,) and ()
    if len(axes) > MOST_AXES or not all(axis.isdigit() and len(axis) < 20 for axis in axes):
        raise FileError(f"{where}: damaged, got the shape {text:.60}")
    return tuple(int(axis) for axis in axes)


def _dtype(descr: str, where: str) -> "np.dtype[Any]":
    kind = "object" if descr == "'|O'" else descr[:60]
    refusal = f"{where}: no numbers, got {kind}; expected an array of numbers"
    if _NUMBERS.fullmatch(descr) is None:  # among them objects: the bytes of those are a pickle
        raise FileError(refusal)
    try:
        return np.dtype(descr[1:-1])
    except TypeError:  # a float of 3 bytes
        raise FileError(refusal) from None


def _finite(given: "np.ndarray[Any, Any]", where: str) -> Matrix:
    with np.errstate(over="ignore", invalid="ignore"):  # a long double may become infinite: told
        numbers = as_floats(given, "C")
    if not all_finite(numbers):
        finite = np.isfinite(numbers)
        at = [int(i) for i in np.unravel_index(int(np.argmin(finite)), numbers.shape)]
        value = float(numbers[tuple(at)])
        raise FileError(f"{where}: not finite, got {value!r} at {at}; expected finite numbers")
    return numbers


def _too_large(n_bytes: int) -> str:
    return f"too large, got {n_bytes} bytes; expected at most {MOST_BYTES // 10**6} MB"


def _shown(name: str) -> str:
    """A name that a stranger gave, as it can be shown in a message."""
    return "".join(letter if letter.isprintable() else "?" for letter in name[:60])


def _said(error: Exception) -> str:
    words = str(getattr(error, "strerror", None) or error) or "it ends too early"  # EOFError
    return words[0].lower() + words[1:]
