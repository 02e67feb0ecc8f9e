"""Checkpoints that were damaged before their hash was made are refused, whatever reads them."""

from contextlib import suppress
from hashlib import sha256
from random import Random

import numpy as np
import pytest

from neurosim.errors import FileError
from neurosim.scenario.saved.packing import HEAD, pack, unpack


def hashed(body):
    return HEAD + sha256(body).hexdigest().encode() + b"\n" + body


def test_a_body_that_is_no_npz_file_is_refused_whatever_its_hash_says():
    body = pack({"a": np.arange(3.0), "b": [1, "x"]}).partition(b"\n")[2]
    directory, end = body.rindex(b"PK\1\2"), body.rindex(b"PK\5\6")
    damages = {
        "cut": body[:-30],
        "version": body[: directory + 6] + b"\xff\0" + body[directory + 8 :],
        "compression": body[: directory + 10] + b"\x63\0" + body[directory + 12 :],
        "encrypted": body[: directory + 8] + b"\1\0" + body[directory + 10 :],
        "header": body.replace(b"'shape'", b"'shade'", 1),
        "directory": body[: end + 16] + b"\xff\xff\0\0" + body[end + 20 :],
        "tree": body.replace(b'"b"', b'"b '),
    }

    for name, damaged in damages.items():
        assert damaged != body, name
        with pytest.raises(FileError, match="expected one"):
            unpack(hashed(damaged), "c")


def test_whatever_bytes_are_changed_it_is_a_tree_or_refused():
    body = pack({"a": np.arange(3.0), "b": [1, "x"]}).partition(b"\n")[2]
    with suppress(FileError):  # an old NumPy mends it
        unpack(hashed(body.replace(b"'shape'", b"('hape'", 1)), "c")
    rng = Random(1)  # noqa: S311 - no secret

    for _ in range(300):
        damaged = bytearray(body)
        for _ in range(rng.choice((1, 3, 9))):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        with suppress(FileError):
            assert unpack(hashed(bytes(damaged)), "c").keys()
