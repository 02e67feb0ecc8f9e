"""Files of ONNX that are no models, or would read what is not theirs, are refused in one line."""

import random
import sys

import numpy as np
import pytest

import neurosim as ns
from neurosim.doors.layers import network_of_sizes

onnx = pytest.importorskip("onnx")
helper = pytest.importorskip("onnx.helper")


@pytest.fixture
def read(tmp_path):
    """``read(location, shape, **entries)``: a network whose matrix lies in another file."""
    folder = tmp_path / "models"
    folder.mkdir()
    (tmp_path / "secret.bin").write_bytes(np.eye(3).tobytes())
    (folder / "w.bin").write_bytes(b"head" + np.eye(3).tobytes())
    (folder / "link.bin").symlink_to(tmp_path / "secret.bin")

    def make(location, shape=(3, 3), **entries):
        tensor = onnx.TensorProto(name="w", data_type=onnx.TensorProto.DOUBLE, dims=shape)
        tensor.data_location = onnx.TensorProto.EXTERNAL
        for key, value in {"location": location, **entries}.items():
            tensor.external_data.add(key=key, value=str(value))
        of, kind = helper.make_tensor_value_info, onnx.TensorProto.DOUBLE
        graph = helper.make_graph(
            [helper.make_node("MatMul", ["x", "w"], ["y"])],
            "g", [of("x", kind, ["B", 3])], [of("y", kind, ["B", 3])], [tensor],
        )  # fmt: skip
        (folder / "m.onnx").write_bytes(helper.make_model(graph).SerializeToString())
        return ns.from_onnx(folder / "m.onnx")

    return make


def test_numbers_beside_the_model_are_read(read):
    assert read("w.bin", offset=4, length=72).forward([1, 2, 3]).tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    ("location", "entries", "message"),
    [
        ("../secret.bin", {}, r"'../secret.bin'; expected a file in the folder of the model"),
        ("link.bin", {}, r"'link.bin'; expected a file in the folder of the model"),
        ("/etc/hostname", {}, r"'/etc/hostname'; expected a file in the folder of the model"),
        ("..\\secret.bin", {}, r"expected a file in the folder of the model"),
        ("C:\\secret.bin", {}, r"expected a file in the folder of the model"),
        ("w\0.bin", {}, r"expected a file in the folder of the model"),
        ("", {}, r"expected a file in the folder of the model"),
        (".", {}, r"got a folder; expected a file"),
        ("none.bin", {}, r"none.bin: cannot be read, no such file"),
        ("w.bin", {"length": 1000}, r"'w': got bytes 0 to 1000 of 'w.bin'; expected at most 76"),
        ("w.bin", {"offset": -4}, r"expected at most 76"),
        ("w.bin", {"length": "all"}, r"expected whole numbers of bytes"),
        ("w.bin", {"length": 72, "shape": (4, 3)}, r"'w': .*expected numbers by its shape"),
        ("w.bin", {"shape": (10**6, 10**6)}, r"got the shape \[1000000, 1000000\]; expected less"),
        ("w.bin", {"shape": (-3, -3)}, r"got the shape \[-3, -3\]; expected less"),
    ],
)
def test_nothing_else_is_read(read, location, entries, message):
    with pytest.raises(ns.NeurosimError, match=message):
        read(location, **entries)


def test_a_model_that_is_given_has_no_folder(tmp_path, read):
    read("w.bin", offset=4)
    model = onnx.load(tmp_path / "models" / "m.onnx", load_external_data=False)

    with pytest.raises(ns.NeurosimError, match=r"in the file 'w.bin'; expected the model's path"):
        ns.from_onnx(model)


@pytest.mark.filterwarnings("ignore")
def test_any_bytes_are_a_model_or_refused(tmp_path):
    path, numbers = tmp_path / "net.onnx", random.Random(1)  # noqa: S311 - no secret
    network_of_sizes([2, 2, 1], ["elu", "sigmoid"], seed=1).to_onnx(path)
    data = path.read_bytes()
    n_refused = 0
    for k in range(150):
        changed = bytearray(data[: numbers.randrange(len(data))] if k % 3 == 0 else data)
        for _ in range(4):
            if changed:
                changed[numbers.randrange(len(changed))] = numbers.randrange(256)
        path.write_bytes(changed)
        try:
            ns.from_onnx(path)
        except ns.NeurosimError as error:
            n_refused += 1
            assert "\n" not in str(error)  # noqa: PT017 - each is looked at

    assert n_refused > 75


def test_no_extra_is_one_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)

    with pytest.raises(ns.NeurosimError, match=r"from_onnx: needs onnx, .*neurosim\[onnx\]"):
        ns.from_onnx("net.onnx")
