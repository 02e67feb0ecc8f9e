"""Whatever bytes a file of rows has: it is read, or refused in words, with no other ending."""

import io
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, seed, settings
from hypothesis import strategies as st

from neurosim.errors import NeurosimError
from neurosim.training.data import AllBut, Dialect, encode, read_csv, read_npz

CSV_PIECES = [b"a", b"b", b",", b'"', b"\n", b"\r\n", b"\r", b"1", b"-2.5e3", b"nan", b"1e400"]
CSV_PIECES += [b" ", b"\t", b"\x00", b"\xff", b"\xef\xbb\xbf", "\u0663".encode(), b"\x1c", b"\x85"]
CSV_PIECES += [b";", b"|", b"1,5", b"?", b"NA", b"'"]
CSV_BYTES = st.lists(st.sampled_from(CSV_PIECES), max_size=40).map(b"".join)


def _npz_bytes(save) -> bytes:
    file = io.BytesIO()
    save(file, X=np.arange(6.0).reshape(3, 2), T=np.array([1, 0, 1], dtype=np.int8))
    return file.getvalue()


NPZ_FILES = (_npz_bytes(np.savez), _npz_bytes(np.savez_compressed))
LONGEST = max(map(len, NPZ_FILES))
CHANGES = st.lists(
    st.tuples(st.integers(0, LONGEST - 1), st.binary(max_size=4), st.integers(0, 4)),
    min_size=1,
    max_size=4,
)


@pytest.fixture(scope="module")
def path():
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / "rows"


def _read_or_refused(read, path):
    try:
        arrays = read()
    except NeurosimError as refusal:
        message = str(refusal)
        for line in message.splitlines():  # a line for each mistake
            assert line.startswith(str(path))
            assert line.isprintable()
        return
    for array in arrays:
        assert array.dtype == np.float64
        assert np.isfinite(array).all()


@pytest.mark.slow
@seed(1)
@settings(max_examples=300, deadline=None, database=None)
@given(CSV_BYTES, st.sampled_from([b"", b"a,b\n"]))
@example(b"", b"")
@example(b'1,"2', b"a,b\n")
def test_any_bytes_of_a_csv_file_are_rows_or_a_refusal(path, content, header):
    path.write_bytes(header + content)

    def numbers():
        rows = read_csv(path, inputs=["a"], targets=["b"])
        return rows.X, rows.T

    def labels():
        rows = read_csv(path, inputs=["a"], classes="b")
        return rows.X, encode(rows, "one_hot").T

    def first_lines_too():
        rows = read_csv(
            path,
            inputs=AllBut(),
            classes="1",
            dialect=Dialect(header=False),
            missing="drop",
            encode=["2"],
        )
        return rows.X, encode(rows, "one_hot").T

    _read_or_refused(numbers, path)
    _read_or_refused(labels, path)
    _read_or_refused(first_lines_too, path)


@pytest.mark.slow
@seed(1)
@settings(max_examples=300, deadline=None, database=None)
@given(st.sampled_from(NPZ_FILES), CHANGES)
def test_any_damage_to_an_npz_file_leaves_arrays_or_a_refusal(path, content, changes):
    for at, put, cut in changes:
        content = content[:at] + put + content[at + cut :]
    path.write_bytes(content)

    _read_or_refused(lambda: read_npz(path, "X", "T"), path)


@pytest.mark.slow
@pytest.mark.parametrize("content", NPZ_FILES, ids=["stored", "deflated"])
def test_an_npz_file_that_ends_too_early_is_refused_wherever_it_ends(path, error, content):
    for length in range(len(content)):
        path.write_bytes(content[:length])

        assert error(NeurosimError, read_npz, path, "X", "T").startswith(str(path))


@pytest.mark.slow
def test_every_byte_of_an_npz_file_may_be_wrong(path):
    for content in NPZ_FILES:
        for at in range(len(content)):
            for byte in (0x00, 0xFF, content[at] ^ 1, content[at] ^ 0x80):
                path.write_bytes(content[:at] + bytes([byte]) + content[at + 1 :])

                _read_or_refused(lambda: read_npz(path, "X", "T"), path)
