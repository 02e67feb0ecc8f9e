"""What a NumPy file means: arrays of any kind of numbers, in any layout NumPy writes."""

import numpy as np
import pytest

from neurosim.errors import FileError
from neurosim.training.data import npz_file
from neurosim.training.data.npz_file import read_npz

NUMBERS = [[1, 0], [2, 1], [3, 1]]


@pytest.mark.parametrize(
    "kind", ["?", "i1", "u1", "<i2", ">i4", "<i8", "u8", "<f2", ">f4", "<f8", ">f8", "g"]
)
def test_every_kind_of_number_becomes_float64(saved, kind):
    array = np.array(NUMBERS).astype(kind)

    (X,) = read_npz(saved(X=array), "X")

    assert X.dtype == np.float64
    assert X.tolist() == array.astype(float).tolist()


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_packed_or_not_the_arrays_asked_for_come_in_the_order_asked(tmp_path, save):
    path = tmp_path / "a.npz"
    save(path, X=np.array(NUMBERS), T=np.array([0.0, 1.0, 0.5]), other=np.array(["x"]))

    T, X = read_npz(path, "T", "X")

    assert T.tolist() == [0.0, 1.0, 0.5]
    assert X.tolist() == NUMBERS


def test_an_array_that_lies_by_columns_is_read_by_rows(saved):
    (X,) = read_npz(saved(X=np.asfortranarray(NUMBERS)), "X")

    assert X.tolist() == NUMBERS
    assert X.flags.c_contiguous
    assert X.flags.writeable


@pytest.mark.parametrize(
    "header",
    [
        "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }\n",
        "{'shape':(2,),'descr':'<f8','fortran_order':False}",
        "{ 'fortran_order' : False , 'shape' : ( 2 , ) , 'descr' : '<f8' }   \n",
    ],
)
@pytest.mark.parametrize("version", [b"\x01\x00", b"\x02\x00", b"\x03\x00"])
def test_a_header_of_any_version_order_and_spacing_is_read(zipped, array_bytes, header, version):
    path = zipped(X=array_bytes(header, np.array([1.5, -2.0]).tobytes(), version))

    assert read_npz(path, "X")[0].tolist() == [1.5, -2.0]


def test_an_array_of_the_largest_size_is_read(saved, error, monkeypatch):
    monkeypatch.setattr(npz_file, "MOST_BYTES", 8000)

    (X,) = read_npz(saved(X=np.ones(1000, dtype=np.int8)), "X")

    assert X.tolist() == [1.0] * 1000
    assert "too large, got 8008 bytes" in error(
        FileError, read_npz, saved(X=np.ones(1001, dtype=np.int8)), "X"
    )
