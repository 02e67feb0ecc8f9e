"""Data of other libraries are taken as arrays are, and give the same bits."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import NeurosimError, ShapeError

X = np.array([[0.0, 0.1], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
T = np.array([[0.0], [1.0], [1.0], [0.0]])


def trained(rows, targets):
    net = ns.from_weights([np.eye(2), np.ones((2, 1))], "tanh")
    ns.train(net, rows, targets, optimizer=ns.SGD(0.1), epochs=3)
    return net.parameters().tobytes()


def _torch(array):
    torch = pytest.importorskip("torch")
    return torch.tensor(array, requires_grad=True)


def _sparse_torch(array):
    torch = pytest.importorskip("torch")
    return torch.tensor(array).to_sparse()


def _frame(array):
    return pytest.importorskip("pandas").DataFrame(array)


def _series(array):
    found = pytest.importorskip("pandas").DataFrame(array)
    return found[0] if found.shape[1] == 1 else found


def _sparse(array):
    return pytest.importorskip("scipy.sparse").csr_array(array)


def _xarray(array):
    return pytest.importorskip("xarray").DataArray(array)


def _jax(array):
    jax = pytest.importorskip("jax")
    jax.config.update("jax_enable_x64", True)
    return jax.numpy.array(array)


def _rows(array):
    return iter(array)


def _batches(array):
    return (batch for batch in (array[:3], array[3:]))


@pytest.mark.quick("_torch", "_frame", "_series", "_sparse", "_rows", "_batches")
@pytest.mark.parametrize(
    "kind",
    [
        _torch,
        _sparse_torch,
        _frame,
        _series,
        _sparse,
        _xarray,
        _jax,
        _rows,
        _batches,
        np.asfortranarray,
    ],
)
def test_a_training_has_the_bits_that_it_has_on_arrays(kind):
    assert trained(kind(X), kind(T)) == trained(X, T)


def test_a_memory_mapped_array_is_read_and_not_changed(tmp_path):
    np.save(tmp_path / "x.npy", X)

    assert trained(np.load(tmp_path / "x.npy", mmap_mode="r"), T) == trained(X, T)


def test_a_data_frame_is_predicted_as_one_with_its_index():
    pandas = pytest.importorskip("pandas")
    net = ns.from_weights([np.eye(2)])
    net["y2"].label = "second"

    found = net.predict(pandas.DataFrame(X, index=list("abcd")))

    assert list(found.index) == list("abcd")
    assert list(found.columns) == ["y1", "second"]
    assert found.to_numpy().tobytes() == net.predict(X).tobytes()


def test_what_is_no_matrix_is_refused():
    rows = iter(X)
    trained(rows, T)
    with pytest.raises(ShapeError, match="an iterator that gives nothing"):
        trained(rows, T)
    with pytest.raises(NeurosimError, match="X, part 1"):
        trained(iter([[0, 1], ["a", 2]]), T)
    with pytest.raises(ShapeError, match="rows of different lengths"):
        trained(iter([[0, 1], [1]]), T)
