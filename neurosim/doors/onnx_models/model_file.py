"""Files of ONNX: the model, and its numbers; nothing outside of its folder is read."""

import os
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

import numpy as np

from neurosim.doors.onnx_models.write import require_onnx
from neurosim.errors import FileError, WrongTypeError
from neurosim.network.files import require_path
from neurosim.regular import open_regular

MOST_BYTES = 2 * 10**9  # of a file, and of a number's array; protobuf itself ends there


def read_model(source: Any) -> tuple[Any, Path | None, str]:
    """A model, the folder where its numbers may lie, and what to call it in messages.

    Raises:
        FileError: the file cannot be read, or is no model.
        WrongTypeError: it is neither a path nor a model.
        MissingExtraError: onnx is not installed.
    """
    onnx = require_onnx("from_onnx")
    if isinstance(source, onnx.ModelProto):
        return source, None, "from_onnx"
    if not isinstance(source, str | os.PathLike):
        raise WrongTypeError(f"from_onnx: got {source!r:.80}; expected a path or an onnx model")
    path = require_path(source)
    with open_regular(path, MOST_BYTES) as file:
        data = file.read()
    model = onnx.ModelProto()
    try:
        model.ParseFromString(data)
    except Exception as error:  # protobuf's errors are of many kinds, by its implementation
        raise FileError(f"{path}: no ONNX model, got {str(error)!r:.80}; expected one") from error
    if not model.HasField("graph") or not model.opset_import:
        raise FileError(f"{path}: no ONNX model, got a file without a graph; expected one")
    return model, path.parent, str(path)


def array_of(tensor: Any, folder: Path | None, where: str) -> Any:
    """The numbers of a tensor.

    Raises:
        FileError: they are not there, not as many as the shape says, or in a file elsewhere.
    """
    import onnx.numpy_helper

    place = f"{where}: {tensor.name!r}"
    size = int(np.prod([int(n) for n in tensor.dims], dtype=object)) if tensor.dims else 1
    if min(tensor.dims, default=0) < 0 or size * 8 > MOST_BYTES:
        raise FileError(f"{place}: got the shape {list(tensor.dims)!s:.60}; expected less")
    if tensor.data_location == tensor.EXTERNAL:
        tensor = _with_data(tensor, folder, place)
    try:
        return onnx.numpy_helper.to_array(tensor)
    except Exception as error:  # of numbers that are not as many as the shape says, or of no type
        raise FileError(f"{place}: {str(error)!r:.120}; expected numbers by its shape") from error


def _with_data(tensor: Any, folder: Path | None, place: str) -> Any:
    """The tensor with the bytes of its file."""
    entries = {entry.key: entry.value for entry in tensor.external_data}
    name = entries.get("location", "")
    if folder is None:
        raise FileError(f"{place}: its numbers are in the file {name!r}; expected the model's path")
    path = _inside(name, folder, place)
    try:
        offset, length = int(entries.get("offset", 0)), int(entries.get("length", -1))
    except ValueError:
        raise FileError(f"{place}: got {entries}; expected whole numbers of bytes") from None
    with open_regular(path, MOST_BYTES) as file:
        n_bytes = os.fstat(file.fileno()).st_size
        if offset < 0 or length < -1 or offset + max(length, 0) > n_bytes:
            raise FileError(
                f"{place}: got bytes {offset} to {offset + length} of {name!r}; expected at most"
                f" {n_bytes}"
            )
        file.seek(offset)
        data = file.read(length)
    found = type(tensor)()
    found.CopyFrom(tensor)
    found.ClearField("external_data")
    found.data_location = found.DEFAULT
    found.raw_data = data
    return found


def _inside(name: str, folder: Path, place: str) -> Path:
    """The path of a file in the folder; links are followed, and may not lead out."""
    parts = {*PurePosixPath(name).parts, *PureWindowsPath(name).parts}
    is_plain = name and "\0" not in name and ".." not in parts
    if is_plain and not PurePosixPath(name).is_absolute() and not PureWindowsPath(name).anchor:
        path = (folder / name).resolve()
        if path.is_relative_to(folder.resolve()):
            return path
    raise FileError(
        f"{place}: its numbers are in {name!r}; expected a file in the folder of the model"
    )
