"""Rows in files: what is made of them block by block is what is made of them at once."""

import errno
import os
import tempfile

import numpy as np
import pytest

from neurosim.errors import FileError
from neurosim.functions import mapped
from neurosim.functions.mapped import blocks, is_mapped, mapped_room, room, taken, transformed
from neurosim.functions.numbers import require_array

ROWS = np.random.default_rng(1).normal(size=(50, 3))


@pytest.fixture
def in_file(monkeypatch):
    """Makes an array in a file, of which 12 numbers are taken at once."""
    monkeypatch.setattr(mapped, "BLOCK", 12)

    def made(rows):
        found = mapped_room(rows.shape, rows.dtype)
        found[...] = rows
        return found

    return made


def test_blocks_hold_whole_batches_and_memory_is_one(in_file):
    rows = in_file(ROWS)

    assert [b.stop - b.start for b in blocks(rows)] == [4] * 12 + [2]
    assert [b.stop - b.start for b in blocks(rows, 3)] == [3] * 16 + [2]
    assert [b.stop - b.start for b in blocks(rows, 20)] == [20, 20, 10]
    assert list(blocks(ROWS, 3)) == [slice(0, 50)]


def test_what_is_made_has_the_numbers_and_lies_in_a_file(in_file):
    rows, order = in_file(ROWS), np.random.default_rng(2).permutation(50)[:41]

    doubled, chosen = transformed(rows, lambda part: part * 2), taken(rows, order)

    assert np.array_equal(doubled, ROWS * 2)
    assert np.array_equal(chosen, ROWS[order])
    for found in (doubled, chosen, room((2, 2), rows)):
        assert is_mapped(found)
    for found in (rows.copy(), rows + 1, taken(ROWS, order)):
        assert not is_mapped(found)


def test_rows_of_a_user_stay_where_they_are(in_file):
    rows, single = in_file(ROWS), in_file(ROWS.astype(np.float32))
    columns = in_file(np.asfortranarray(ROWS)).T.reshape(3, 50).T

    assert require_array(rows, "X") is rows
    assert require_array(single, "X", single=True) is single
    for given in (single, columns):
        found = require_array(given, "X")
        assert is_mapped(found)
        assert found.dtype == np.float64
        assert np.array_equal(found, given)
    rows[30, 1] = np.inf
    with pytest.raises(Exception, match=r"X: not finite at \[30, 1\], got inf"):
        require_array(rows, "X")


def test_a_full_disk_is_told(monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "posix_fallocate", full, raising=False)

    with pytest.raises(FileError, match=r"no room for 800 MB of rows, no space left.*TMPDIR"):
        mapped_room((100_000_000,))


def test_no_folder_for_files_is_told(monkeypatch):
    def refuse(**_):
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found")

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)

    with pytest.raises(FileError, match=r"no file can be made.*no usable temporary.*TMPDIR"):
        mapped_room((3,))
