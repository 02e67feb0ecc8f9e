"""A tree of plain data and arrays as bytes: a line with their hash, then an npz file.

Nothing in it can run code: the arrays are read without pickle, the rest is JSON.
"""

import hashlib
import io
import json
import struct
import tokenize
import zipfile
import zlib
from typing import Any

import numpy as np

from neurosim.errors import FileError

HEAD = b"neurosim checkpoint 1 sha256="
_OF_DAMAGE = (  # what NumPy and zipfile raise where bytes are no npz file
    ValueError, KeyError, OSError, EOFError, RuntimeError, OverflowError, MemoryError,
    SyntaxError, tokenize.TokenError, struct.error, zlib.error, zipfile.BadZipFile,
)  # fmt: skip
_TREE, _ARRAY = "tree", "\0array"  # the key of an array's name in the tree: no name of ours has it


def pack(tree: Any) -> bytes:
    """The bytes of a tree of dicts, lists, text, numbers, None, booleans and arrays."""
    arrays: dict[str, Any] = {}
    text = json.dumps(_taken(tree, arrays)).encode()
    arrays[_TREE] = np.frombuffer(text, np.uint8)
    file = io.BytesIO()
    np.savez(file, **arrays)
    body = file.getvalue()
    return HEAD + hashlib.sha256(body).hexdigest().encode() + b"\n" + body


def unpack(data: bytes, where: object) -> Any:
    """The tree of such bytes.

    Args:
        data: the bytes.
        where: what an error names.

    Raises:
        FileError: a bit of them is another one, or they are of something else.
    """
    head, _, body = data.partition(b"\n")
    found = hashlib.sha256(body).hexdigest()
    if head != HEAD + found.encode():
        told = "other bytes than were written" if head.startswith(HEAD) else "another file"
        raise FileError(f"{where}: damaged, got {told}; expected a checkpoint of neurosim")
    try:
        with np.load(io.BytesIO(body), allow_pickle=False) as file:
            return _put_back(json.loads(file[_TREE].tobytes()), file)
    except _OF_DAMAGE as error:
        raise FileError(f"{where}: no checkpoint, got {error!r:.80}; expected one") from None


def _taken(tree: Any, arrays: dict[str, np.ndarray[Any, Any]]) -> Any:
    if isinstance(tree, np.ndarray):
        name = f"a{len(arrays)}"
        arrays[name] = tree
        return {_ARRAY: name}
    if isinstance(tree, dict):
        return {str(key): _taken(value, arrays) for key, value in tree.items()}
    if isinstance(tree, list | tuple):
        return [_taken(value, arrays) for value in tree]
    return tree.item() if isinstance(tree, np.generic) else tree


def _put_back(tree: Any, file: Any) -> Any:
    if isinstance(tree, dict):
        if _ARRAY in tree:
            return file[tree[_ARRAY]]
        return {key: _put_back(value, file) for key, value in tree.items()}
    return [_put_back(value, file) for value in tree] if isinstance(tree, list) else tree
