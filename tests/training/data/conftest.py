"""What the tests of data share: writing a file, and the words of a refusal."""

import io
import zipfile

import numpy as np
import pytest

from neurosim.errors import NeurosimError


def _error(kind: type[NeurosimError], call, *arguments, **options) -> str:
    with pytest.raises(kind) as caught:
        call(*arguments, **options)
    return str(caught.value)


@pytest.fixture
def error():
    """``error(kind, call, ...)``: what the error says that the call raises."""
    return _error


@pytest.fixture
def written(tmp_path):
    """``written(text_or_bytes)``: the path of a file with that in it."""

    def write(content, name="rows.csv"):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def _array_bytes(header: str, data: bytes = b"", version=b"\x01\x00") -> bytes:
    text = header.encode("latin-1")
    length = len(text).to_bytes(2 if version == b"\x01\x00" else 4, "little")
    return b"\x93NUMPY" + version + length + text + data


@pytest.fixture
def array_bytes():
    """``array_bytes(header, data)``: an .npy with whatever header, which no longer must be true."""
    return _array_bytes


@pytest.fixture
def zipped(written):
    """``zipped(X=bytes, ...)``: the path of a zip of these .npy files."""

    def write(compression=zipfile.ZIP_DEFLATED, **members):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", compression) as archive:
            for name, content in members.items():
                archive.writestr(f"{name}.npy", content)
        return written(buffer.getvalue(), "rows.npz")

    return write


@pytest.fixture
def saved(tmp_path):
    """``saved(X=array, ...)``: the path of what ``np.savez`` writes."""

    def write(**arrays):
        path = tmp_path / "saved.npz"
        np.savez(path, **arrays)
        return path

    return write
