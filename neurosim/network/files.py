"""A document in a JSON file, whole or not at all."""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

from neurosim.errors import FileError, WrongTypeError


def write_document(document: dict[str, Any], path: str | os.PathLike[str]) -> None:
    """Write a document: a temporary file takes the name at the end.

    Raises:
        FileError: the file cannot be written.
    """
    target = _require_path(path)
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1) + "\n"
    try:
        _write_whole(target, text)
    except OSError as error:
        raise FileError(f"{target}: cannot be written, got {error.strerror}") from error
    except ValueError as error:  # a NUL in the name
        raise FileError(f"{str(target)!r}: cannot be written, got {error}") from error


def _write_whole(target: Path, text: str) -> None:
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=target.parent, prefix=f".{target.name}.", delete=False
    ) as file:
        written = Path(file.name)
        try:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
            written.chmod(0o644)  # as other files; a temporary one is its owner's alone
            written.replace(target)
        except BaseException:
            written.unlink(missing_ok=True)
            raise


def read_document(path: str | os.PathLike[str]) -> Any:
    """The plain data of a JSON file.

    Raises:
        FileError: the file cannot be read, or is no JSON.
    """
    source = _require_path(path)
    try:
        text = source.read_text(encoding="utf-8")
    except OSError as error:
        raise FileError(f"{path}: cannot be read, got {error.strerror}") from error
    except ValueError as error:
        raise FileError(f"{path}: cannot be read, got {error}; expected UTF-8") from error
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise FileError(f"{path}: no JSON, got {error}") from error


def _require_path(path: object) -> Path:
    if not isinstance(path, (str, os.PathLike)):
        raise WrongTypeError(f"path: got {path!r}; expected the name of a file")
    return Path(path)


def _refuse_constant(text: str) -> float:
    raise ValueError(f"{text}; expected finite numbers")
