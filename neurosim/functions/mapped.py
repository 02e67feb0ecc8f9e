"""Arrays in files, which the system brings into memory piece by piece: rows that it cannot hold.

What is made of such rows (scaled, shuffled apart, with a column of ones) is made block by block, in
a file of its own that has no name and is gone with the array.
"""

import math
import os
from collections.abc import Callable, Iterator
from typing import IO, Any, Literal

import numpy as np
from numpy.typing import NDArray

from neurosim.errors import FileError

BLOCK = 4_000_000  # numbers that are taken at once, 32 MB


def is_mapped(rows: object) -> bool:
    """Whether an array lies in a file."""
    return getattr(rows, "_mmap", None) is not None  # a copy of a memmap has none


def blocks(rows: NDArray[Any], size: int = 1) -> Iterator[slice]:
    """The rows piece by piece, whole batches of ``size``; all at once if they lie in memory."""
    n_rows = step = max(len(rows), 1)
    if is_mapped(rows):
        of_a_row = max(math.prod(rows.shape[1:]), 1)
        step = max(BLOCK // (of_a_row * size), 1) * size
    return (slice(at, min(at + step, n_rows)) for at in range(0, len(rows), step))


def room(shape: tuple[int, ...], beside: NDArray[Any], dtype: Any = np.float64) -> NDArray[Any]:
    """An array to be filled: in memory, or in a file where ``beside`` lies in one."""
    return mapped_room(shape, dtype) if is_mapped(beside) else np.empty(shape, dtype)


def mapped_room(shape: tuple[int, ...], dtype: Any = np.float64) -> NDArray[Any]:
    """An array to be filled, in a file without a name in the system's folder for such files.

    Raises:
        FileError: the disk has no room for it.
    """
    n_bytes = math.prod(shape) * np.dtype(dtype).itemsize
    with unnamed_file() as file:
        try:
            if hasattr(os, "posix_fallocate"):  # else a full disk ends the process later
                os.posix_fallocate(file.fileno(), 0, max(n_bytes, 1))
            return np.memmap(file, dtype, "r+" if n_bytes else "w+", shape=shape)
        except OSError as error:
            raise no_room(error, n_bytes) from None


def unnamed_file() -> IO[bytes]:
    """A file without a name in the system's folder for such files.

    Raises:
        FileError: there is no such folder, or none can be made.
    """
    import tempfile

    try:
        return tempfile.TemporaryFile(prefix="neurosim-")
    except OSError as error:
        why = str(error.strerror or error).lower()
        raise FileError(
            f"rows: no file can be made for them, {why}; expected a folder in TMPDIR"
        ) from None


def no_room(error: OSError, n_bytes: int) -> FileError:
    """The error to raise where a file of rows cannot be written."""
    import tempfile

    folder, why = tempfile.gettempdir(), str(error.strerror or error).lower()
    return FileError(
        f"{folder}: no room for {n_bytes / 1e6:,.0f} MB of rows, {why}; expected that much, or"
        " another folder in TMPDIR"
    )


def transformed(rows: NDArray[Any], change: Callable[[NDArray[Any]], NDArray[Any]]) -> NDArray[Any]:
    """What ``change`` makes of the rows, float64 numbers in the same shape."""
    if not is_mapped(rows):
        return change(rows)
    found = mapped_room(rows.shape)
    for block in blocks(rows):
        found[block] = change(rows[block])
    return found


def taken(rows: NDArray[Any], chosen: NDArray[np.intp]) -> NDArray[Any]:
    """These rows, in this order."""
    if not is_mapped(rows):
        return rows[chosen]
    found = mapped_room((len(chosen), *rows.shape[1:]), rows.dtype)
    for block in blocks(found):
        found[block] = rows[chosen[block]]
    return found


def as_floats(
    rows: NDArray[Any],
    order: Literal["K", "C"] = "K",
    *,
    single: bool = False,
    copy: bool = True,
) -> NDArray[Any]:
    """The numbers as float64: a copy, or the array itself where it lies so in a file.

    With ``single``, numbers of float32 stay such. Without ``copy``, what lies so in memory is seen
    where it is, by an array that cannot be written.
    """
    dtype = np.float32 if single and rows.dtype == np.float32 else np.float64
    if rows.dtype == dtype and rows.flags.c_contiguous and rows.flags.aligned:
        if is_mapped(rows):
            return rows
        if not copy:
            seen = rows.view()
            seen.flags.writeable = False
            return seen
    return transformed(rows, lambda part: np.array(part, dtype=dtype, order=order))
