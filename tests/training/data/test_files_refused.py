"""Only regular files are read, and nothing waits for what is none."""

import os
from pathlib import Path

import pytest

from neurosim import regular
from neurosim.errors import FileError
from neurosim.regular import open_regular
from neurosim.training.data.csv_rows import read_csv
from neurosim.training.data.npz_file import read_npz

READERS = [
    pytest.param(lambda path: read_csv(path, inputs=["a"]), id="csv"),
    pytest.param(lambda path: read_npz(path, "X"), id="npz"),
]


@pytest.mark.parametrize("read", READERS)
def test_a_named_pipe_is_refused_without_waiting(tmp_path, error, read):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    assert error(FileError, read, pipe) == (
        f"{pipe}: cannot be read, got a named pipe; expected a file"
    )


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null"])
def test_a_device_is_refused(error, read, device):
    assert error(FileError, read, Path(device)) == (
        f"{device}: cannot be read, got a device; expected a file"
    )


@pytest.mark.parametrize("read", READERS)
def test_a_folder_is_refused(tmp_path, error, read):
    assert error(FileError, read, tmp_path) == (
        f"{tmp_path}: cannot be read, got a folder; expected a file"
    )


@pytest.mark.parametrize("read", READERS)
def test_a_file_that_is_not_there_is_refused(tmp_path, error, read):
    path = tmp_path / "none"

    assert error(FileError, read, path) == (
        f"{path}: cannot be read, no such file or directory; expected a file"
    )


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("name", ["a\0b", "x" * 5000, "\ud800"])
def test_a_name_that_no_file_can_have_is_refused(error, read, name):
    assert "cannot be read" in error(FileError, read, Path(name))


def test_a_file_that_became_a_pipe_meanwhile_is_refused(written, tmp_path, error, monkeypatch):
    path, pipe = written("a\n1\n"), tmp_path / "pipe"
    os.mkfifo(pipe)
    open_file = os.open
    monkeypatch.setattr(regular.os, "open", lambda _, flags: open_file(pipe, flags))

    assert "got a named pipe" in error(FileError, open_regular, path, 100)


def test_a_file_of_the_largest_size_is_read(written, error):
    path = written("12345")

    with open_regular(path, 5) as file:
        assert file.read() == b"12345"
    assert "too large, got 5 bytes" in error(FileError, open_regular, path, 4)
