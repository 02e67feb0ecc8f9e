"""A document in a JSON file, whole or not at all."""

import json
import os
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

from neurosim.errors import FileError, NeurosimError, WrongTypeError
from neurosim.files import whole_file
from neurosim.regular import irregular, open_regular


def write_document(pieces: Iterable[str], path: str | os.PathLike[str]) -> None:
    """Write the text of a document, as `write_file` does."""
    write_file(path, lambda file: file.writelines(map(str.encode, pieces)))


def write_file(path: str | os.PathLike[str], write: Callable[[BinaryIO], None]) -> None:
    """Write a file, whole or not at all: a temporary file takes the name at the end.

    A symbolic link is followed; an existing file gives the new one its mode.

    Raises:
        FileError: the file cannot be written, or what has the name is no regular file.
    """
    target = require_path(path)
    try:
        _require_regular(target)
        with whole_file(target) as file:
            write(file)
    except NeurosimError:
        raise
    except OSError as error:
        raise FileError(f"{target}: cannot be written, got {error.strerror}") from error
    except ValueError as error:  # a NUL in the name
        raise FileError(f"{str(target)!r}: cannot be written, got {error}") from error


def _require_regular(target: Path) -> None:
    """Refuse to replace what has the name and is no regular file."""
    with suppress(FileNotFoundError):
        if found := irregular(target.stat()):
            raise FileError(f"{target}: cannot be written, got {found}; expected a regular file")


def read_document(path: str | os.PathLike[str]) -> Any:
    """The plain data of a JSON file.

    Raises:
        FileError: the file cannot be read, or is no JSON.
    """
    with open_regular(require_path(path)) as file:
        data = file.read()
    try:
        text = data.decode("utf-8-sig")
    except ValueError as error:
        raise FileError(f"{path}: cannot be read, got {error}; expected UTF-8") from error
    try:
        return parse(text)
    except (ValueError, RecursionError) as error:
        raise FileError(f"{path}: no JSON, got {error}") from error


def parse(text: str, *, constant: Callable[[str], Any] | None = None) -> Any:
    """The tree of a text in which no key is twice in a record.

    ``constant`` says what a constant such as NaN is, which JSON does not have; None: it is refused.

    The reader takes the last of two keys without a word. So the keys are counted: a colon after a
    quote ends one, if nothing is escaped and no blank is before a colon. Else each record is looked
    at.
    """
    take = constant or _refuse_constant
    tree = json.loads(text, parse_constant=take)
    is_plain = not any(mark in text for mark in _UNUSUAL)
    return tree if is_plain and text.count('":') == _n_keys(tree) else _parse_slowly(text, take)


def _n_keys(tree: Any) -> int:
    """The number of keys in all records."""
    count, waiting = 0, [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            count += len(node)
            waiting += node.values()
        elif isinstance(node, list) and set(map(type, node)) == {dict}:
            count += sum(map(len, node))
            if {dict, list} & set(map(type, chain.from_iterable(map(dict.values, node)))):
                waiting += chain.from_iterable(map(dict.values, node))
        elif isinstance(node, list):
            waiting += node
    return count


def _parse_slowly(text: str, constant: Callable[[str], Any]) -> Any:
    doubled: list[tuple[dict[str, Any], str]] = []

    def make(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        record = dict(pairs)
        if len(record) < len(pairs):
            counts = Counter(key for key, _ in pairs)
            doubled.append((record, next(key for key, count in counts.items() if count > 1)))
        return record

    tree = json.loads(text, parse_constant=constant, object_pairs_hook=make)
    if doubled:
        record, key = doubled[-1]  # the outermost: another may be in a value that was lost
        place = _place_of(record, tree)
        raise ValueError(f"the key {key!r:.80} twice at {place}; expected each key once")
    return tree


def _place_of(record: dict[str, Any], tree: Any) -> str:
    """The path of a record in a tree, such as ``connections[3]``."""
    waiting: list[tuple[str, Any]] = []
    place, node = "", tree
    while node is not record:
        if isinstance(node, dict):
            waiting += [(f"{place}.{key:.80}", value) for key, value in node.items()]
        elif isinstance(node, list):
            waiting += [(f"{place}[{number}]", value) for number, value in enumerate(node)]
        place, node = waiting.pop()
    return place.removeprefix(".") or "the top"


def require_path(path: object) -> Path:
    """The path, where one is given."""
    if not isinstance(path, (str, os.PathLike)):
        raise WrongTypeError(f"path: got {path!r}; expected the name of a file")
    return Path(path)


def _refuse_constant(text: str) -> float:
    raise ValueError(f"{text}; expected finite numbers")


_UNUSUAL = ("\\", " :", "\n:", "\r:", "\t:")
