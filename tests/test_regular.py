"""Every reader of a file refuses what is no regular file, and waits for none."""

import os

import pytest

import neurosim as ns
from neurosim.debugger.traces.file import read_trace
from neurosim.errors import FileError
from neurosim.regular import open_regular

READERS = {
    "scenario.yaml": ns.load_scenario,
    "network.json": ns.load,
    "parameters.npz": lambda path: ns.Network().load_parameters(path),
    "trace.jsonl": read_trace,
}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
@pytest.mark.parametrize("name", READERS)
def test_a_named_pipe_is_refused(tmp_path, name):
    os.mkfifo(tmp_path / name)

    with pytest.raises(FileError, match="cannot be read, got a named pipe; expected a file"):
        READERS[name](tmp_path / name)


@pytest.mark.parametrize("name", READERS)
def test_a_folder_is_refused(tmp_path, name):
    (tmp_path / name).mkdir()

    with pytest.raises(FileError, match="cannot be read, got a folder; expected a file"):
        READERS[name](tmp_path / name)


def test_a_file_may_have_any_size_where_no_bound_is_given(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"12345")

    with open_regular(path) as file:
        assert file.read() == b"12345"
    with pytest.raises(FileError, match="too large, got 5 bytes; expected at most"):
        open_regular(path, 4)
