"""Rows from a NumPy file of arrays (.npz), without trusting it.

A file of 1 MB can unpack to 1 GB, and the header of an array of 100 bytes can claim 7 TB: the
sizes are read from the zip's directory and the arrays' headers before any array is made. Arrays of
objects, which would run code when loaded, are refused.
"""

import zipfile
import zlib
from math import prod
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy

from neurosim.errors import FileError, unknown
from neurosim.training.data.rows import Matrix

MOST_BYTES = 1_000_000_000  # one array, unpacked


def read_npz(path: Path, *names: str) -> list[Matrix]:
    """The arrays of these names, as float64.

    Raises:
        FileError: the file is no npz, lacks an array, or an array is too large, of a kind other
            than numbers, damaged, or not finite.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return [_array(archive, path, name) for name in names]
    except OSError as error:
        raise FileError(f"{path}: cannot be read, {str(error.strerror).lower()}") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise FileError(f"{path}: no npz file, {str(error).lower()}") from None


def _array(archive: zipfile.ZipFile, path: Path, name: str) -> Matrix:
    where = f"{path}: array {name!r}"
    known = [entry.removesuffix(".npy") for entry in archive.namelist()]
    if name not in known:
        raise FileError(f"{path}: {unknown('array', name, known)}")
    entry = archive.getinfo(f"{name}.npy" if f"{name}.npy" in archive.namelist() else name)
    if entry.file_size > MOST_BYTES:
        raise FileError(f"{where}: too large, got {entry.file_size} bytes; expected {MOST_BYTES}")
    with archive.open(entry) as file:
        _require_honest(file, entry.file_size, where)
    with archive.open(entry) as file:
        try:
            array = npy.read_array(file, allow_pickle=False)
        except ValueError as error:
            raise FileError(f"{where}: damaged, {error}") from None
    return _finite(array, where)


def _require_honest(file: IO[bytes], n_bytes: int, where: str) -> None:
    """Compare what the array's header claims with the bytes that there are."""
    shape, dtype = _header(file, where)
    if dtype.hasobject or dtype.kind not in "biuf":
        raise FileError(f"{where}: no numbers, got {dtype}; expected an array of numbers")
    if prod(shape) * dtype.itemsize != n_bytes - file.tell():
        raise FileError(f"{where}: damaged, the header claims {shape} of {dtype}")


def _header(file: IO[bytes], where: str) -> tuple[tuple[int, ...], "np.dtype[Any]"]:
    try:
        version = npy.read_magic(file)
        read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, _, dtype = read(file)
    except ValueError as error:
        raise FileError(f"{where}: damaged, {error}") from None
    return shape, dtype


def _finite(array: "np.ndarray[Any, Any]", where: str) -> Matrix:
    numbers = np.array(array, dtype=np.float64)
    if not np.isfinite(numbers).all():
        at = [int(i) for i in np.argwhere(~np.isfinite(numbers))[0]]
        raise FileError(f"{where}: not finite at {at}; expected finite numbers")
    return numbers
