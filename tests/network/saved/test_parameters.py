"""Parameters in files of arrays: by name, to the bit, and of no other structure."""

import numpy as np
import pytest

from neurosim.errors import FileError, InvalidValueError, MissingExtraError
from neurosim.network import Network


@pytest.fixture
def mixed(net):
    """Two whole pairs of layers, a lone neuron, a shared and a missing weight."""
    net.add_neuron("lone", bias=0.5)
    net.connect("x1", "lone", weight=-0.0)
    net.connect("lone", "o1", weight=1e-300)
    net.add_layer("q", ["q1", "q2"], bias=[0.1 + 0.2, 2.0])
    net.connect("h1", "q1", weight=3.0)
    net.connect("h2", "q2", weight=3.0)
    net.share(("h1", "q1"), ("h2", "q2"))
    return net


@pytest.fixture(params=["npz", "safetensors"])
def path(request, tmp_path):
    """A file of each format that is installed."""
    if request.param == "safetensors":
        pytest.importorskip("safetensors")
    return tmp_path / f"w.{request.param}"


def test_every_parameter_comes_back_to_the_bit(mixed, path):
    before = mixed.parameters()
    mixed.save_parameters(path)
    mixed.load_parameters(np.arange(float(before.size)))

    mixed.load_parameters(str(path))

    assert mixed.parameters().tobytes() == before.tobytes()
    assert mixed["h2", "q2"].weight == 3.0


def test_arrays_are_called_by_layers_where_all_is_connected_else_by_parameters(mixed, tmp_path):
    mixed["x1", "h2"].weight = 7.0

    mixed.save_parameters(tmp_path / "w.npz")

    found = dict(np.load(tmp_path / "w.npz"))
    assert sorted(found) == [
        "h->o", "h.bias", "h1->q1", "lone->o1", "lone.bias", "o.bias", "q.bias", "x->h", "x1->lone"
    ]  # fmt: skip
    assert found["x->h"].tolist() == [[0.0, 7.0], [1.0, 1.0]]
    assert found["q.bias"].tolist() == [0.1 + 0.2, 2.0]
    assert found["lone->o1"].shape == ()


def test_a_layer_in_part_without_biases_names_each(tmp_path):
    net = Network()
    net.add_layer("x", 1)
    net.add_layer("y", 2, bias=[None, 1.0])

    net.save_parameters(tmp_path / "w.npz")

    assert dict(np.load(tmp_path / "w.npz")) == {"y2.bias": 1.0}


def test_another_structure_is_refused_with_names_and_changes_nothing(mixed, net, path):
    other = net.copy()
    other.remove_neuron("q1")
    other.add_neuron("more", bias=1.0)
    other.save_parameters(path)
    before = mixed.parameters()

    with pytest.raises(FileError) as caught:
        mixed.load_parameters(path)

    assert str(caught.value) == (
        f"{path}: of another structure than 'two-two-one', got parameters without 'h1->q1',"
        " and with 'h2->q2', 'more.bias'; expected those of the network, by the same names"
    )
    assert mixed.parameters().tobytes() == before.tobytes()


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"x->h": np.zeros((2, 3))}, "x->h: got (2, 3); expected (2, 2)"),
        ({"x->h": np.full((2, 2), np.nan)}, "x->h"),
        ({"x->h": np.array([["a", "b"], ["c", "d"]])}, "x->h"),
        ({"x->h": np.array([[None, 1], [1, 1]])}, "no file of arrays"),
    ],
)
def test_wrong_numbers_are_refused_at_their_name(net, tmp_path, arrays, words):
    path = tmp_path / "w.npz"
    net.save_parameters(path)
    np.savez(path, **{**np.load(path), **arrays})

    with pytest.raises(FileError) as caught:
        net.load_parameters(path)

    assert str(caught.value).startswith(f"{path}: ")
    assert words in str(caught.value)


def test_what_is_no_file_of_arrays_is_refused(net, path):
    with pytest.raises(FileError, match="cannot be read"):
        net.load_parameters(path)
    path.write_bytes(b"nothing")

    with pytest.raises(FileError, match="no file of arrays"):
        net.load_parameters(path)


@pytest.mark.parametrize("name", ["w", "w.json", "w.npy"])
def test_another_ending_is_refused(net, tmp_path, name):
    expected = r"expected a name that ends in \.npz or \.safetensors"
    with pytest.raises(InvalidValueError, match=expected):
        net.save_parameters(tmp_path / name)
    with pytest.raises(InvalidValueError, match=expected):
        net.load_parameters(tmp_path / name)


def test_a_package_that_is_missing_is_named(net, tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "safetensors.numpy", None)

    with pytest.raises(MissingExtraError, match=r"pip install 'neurosim\[safetensors\]'"):
        net.save_parameters(tmp_path / "w.safetensors")

    assert list(tmp_path.iterdir()) == []
