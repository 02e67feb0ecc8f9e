"""What a NumPy file may not be, and the words that say so."""

import pickle
import tracemalloc
import zipfile

import numpy as np
import pytest

from neurosim.errors import FileError
from neurosim.training.data.npz_file import read_npz
from tests.each import each

NOT_NUMBERS = "no numbers, got "
TWO_FLOATS = np.array([1.5, -2.0]).tobytes()


class Harmful:
    """Tells the test when it is unpickled."""

    unpickled = False

    def __setstate__(self, state):
        Harmful.unpickled = True


def test_an_array_of_objects_is_refused_and_never_unpickled(saved, error):
    harmful = Harmful()
    harmful.name = "x"
    path = saved(X=np.array([harmful], dtype=object))

    assert f"array 'X': {NOT_NUMBERS}object; expected" in error(FileError, read_npz, path, "X")
    assert not Harmful.unpickled


@pytest.mark.parametrize(
    "content", [pickle.dumps([1.0]), b"", b"PK\x03\x04", b"text", b"\x93NUMPY"]
)
def test_what_is_no_zip_is_refused(written, error, content):
    path = written(content, "rows.npz")

    assert error(FileError, read_npz, path, "X").startswith(f"{path}: no npz file, ")


@pytest.mark.parametrize(
    ("array", "word"),
    [
        (np.array(["a"]), "'<U1'"),
        (np.array([b"a"]), "'|S1'"),
        (np.array([1j]), "'<c16'"),
        (np.array(["2020-01-01"], "M8[D]"), "'<M8[D]'"),
        (np.array([(1, 2.0)], "i4,f8"), "[('f0', '<i4'), ('f1', '<f8')]"),
    ],
)
def test_what_are_no_numbers_is_refused(saved, error, array, word):
    assert f"array 'X': {NOT_NUMBERS}{word}; expected an array of numbers" in error(
        FileError, read_npz, saved(X=array), "X"
    )


@pytest.mark.parametrize(
    ("array", "words"),
    [
        ([[1.0, 2.0], [3.0, np.nan]], "array 'X': not finite, got nan at [1, 1]; expected finite"),
        ([1.0, -np.inf], "array 'X': not finite, got -inf at [1]; expected finite numbers"),
        (np.array(["1e400"]).astype(np.longdouble), "array 'X': not finite, got inf at [0]"),
        (np.zeros((0, 3)), "array 'X': no numbers, got the shape (0, 3); expected rows"),
    ],
)
def test_what_is_not_finite_or_empty_is_refused(saved, error, array, words):
    assert words in error(FileError, read_npz, saved(X=np.array(array)), "X")


def test_an_array_that_is_not_there_is_guessed(saved, error):
    path = saved(inputs=[1.0], targets=[1.0])

    assert error(FileError, read_npz, path, "input") == (
        f"{path}: unknown array 'input' (did you mean 'inputs'?); known: inputs, targets"
    )


@each(
    ("header", "words"),
    [
        ("{[]: 1}", "damaged, got the header '{[]: 1}'"),
        ("(" * 9000, "damaged, got the header '((("),
        ("-" * 9000 + "1", "damaged, got the header '---"),
        ("{'descr': [" + "'descr':[]," * 800, "damaged, got the header"),
        ("", "damaged, got the header ''"),
        ("{'descr': ('<f8',), 'fortran_order': False, 'shape': (2,)}", "damaged, got the header"),
        ("{'descr': '<f8', 'fortran_order': 0, 'shape': (2,)}", "damaged, got the header"),
        ("{'descr': '<f8', 'fortran_order': (2,), 'shape': False}", "damaged, got the header"),
        ("{'descr': '<f8', 'descr': '<f8', 'shape': (2,)}", "damaged, got the header"),
        ("{'descr': '<f8', 'fortran_order': False, 'shape': (-2,)}", "damaged, got the header"),
        ("{'descr': '<f8', 'fortran_order': False, 'shape': (1 2,)}", "damaged, got the shape"),
        ("{'descr': '<f8', 'fortran_order': False, 'shape': (,)}", "damaged, got the shape (,)"),
        (
            "{'descr': '<f8', 'fortran_order': False, 'shape': (" + "1," * 99 + ")}",
            "damaged, got the shape (1,1,",
        ),
        ("{'descr': '<f3', 'fortran_order': False, 'shape': (2,)}", "no numbers, got '<f3'"),
        ("{'descr': '<q8', 'fortran_order': False, 'shape': (2,)}", "no numbers, got '<q8'"),
        (
            "{'descr': '<f8', 'fortran_order': False, 'shape': (1000, 1000000000)}",
            "too large, got 8000000000000 bytes; expected at most 1000 MB as float64",
        ),
        (
            "{'descr': '<f8', 'fortran_order': False, 'shape': (3,)}",
            "damaged, the header claims (3,) of float64, got 16 bytes",
        ),
        (
            "{'descr': '<f8', 'fortran_order': False, 'shape': (1,)}",
            "damaged, the header claims (1,) of float64, got 16 bytes",
        ),
        (
            "{'descr': '<f8', 'fortran_order': False, 'shape': (0, 9999999999999999999)}",
            "no numbers, got the shape (0, 9999999999999999999); expected rows",
        ),
    ],
)
def test_a_header_that_is_false_is_refused(zipped, array_bytes, error, header, words):
    path = zipped(X=array_bytes(header, TWO_FLOATS))

    assert f"{path}: array 'X': {words}" in error(FileError, read_npz, path, "X")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no array, got no NumPy header"),
        (b"\x93NUMPY", "of an unknown version"),
        (b"\x93NUMPY\x09\x00", "of an unknown version"),
        (b"\x93NUMPY\x01\x00\x05", "damaged, "),
        (b"\x93NUMPY\x02\x00\xff\xff\xff\xff{}", "damaged, got a header of 4294967295 bytes"),
    ],
)
def test_what_is_no_array_is_refused(zipped, error, content, words):
    assert f"array 'X': {words}" in error(FileError, read_npz, zipped(X=content), "X")


@pytest.mark.parametrize("kind", [np.bool_, np.int8, np.float64])
def test_a_small_file_that_unpacks_to_gigabytes_is_refused_before_it_takes_memory(
    zipped, array_bytes, error, kind
):
    header = f"{{'descr': '{np.dtype(kind).str}', 'fortran_order': False, 'shape': (130000000,)}}"
    path = zipped(X=array_bytes(header, bytes(1000)))
    tracemalloc.start()

    message = error(FileError, read_npz, path, "X")

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "too large, got 1040000000 bytes; expected at most 1000 MB as float64" in message
    assert peak < 1_000_000


def test_a_directory_that_belies_the_size_unpacks_no_further(zipped, array_bytes, error):
    start = array_bytes("{'descr': '|i1', 'fortran_order': False, 'shape': (20000,)}")
    path = zipped(X=start + bytes(30_000_000))
    true, told = (
        size.to_bytes(4, "little") for size in (len(start) + 30_000_000, len(start) + 20_000)
    )
    path.write_bytes(path.read_bytes().replace(true, told))
    tracemalloc.start()

    message = error(FileError, read_npz, path, "X")

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert message == f"{path}: array 'X': damaged, bad CRC-32 for file 'X.npy'"
    assert peak < 1_000_000


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_flipped_bit_is_found(zipped, array_bytes, error, compression):
    header = "{'descr': '<f8', 'fortran_order': False, 'shape': (64,)}"
    numbers = np.random.default_rng(1).random(64)
    path = zipped(compression, X=array_bytes(header, numbers.tobytes()))
    data = bytearray(path.read_bytes())
    data[300] ^= 1
    path.write_bytes(data)

    assert "array 'X': damaged, " in error(FileError, read_npz, path, "X")


def test_a_way_of_packing_that_numpy_does_not_use_is_refused(zipped, error):
    path = zipped(zipfile.ZIP_BZIP2, X=b"x")

    assert "packed as NumPy packs none" in error(FileError, read_npz, path, "X")


def test_an_encrypted_array_is_refused(zipped, array_bytes, error):
    path = zipped(X=array_bytes("{}"))
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)

    assert "encrypted" in error(FileError, read_npz, path, "X")


def test_two_arrays_of_one_name_are_refused(tmp_path, error):
    path = tmp_path / "a.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("X", b"1")
        archive.writestr("X.npy", b"2")

    assert "2 arrays are named 'X'; expected one" in error(FileError, read_npz, path, "X")
