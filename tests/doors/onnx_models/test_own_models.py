"""Our own models come back as the same network; one that another program changed is read anew."""

import base64
import warnings

import numpy as np
import pytest

import neurosim as ns
from neurosim.doors.layers import network_of_sizes

onnx = pytest.importorskip("onnx")


def test_in_single_precision_too_and_without_data_that_json_cannot_hold(
    rich, assert_same, tmp_path
):
    rich["h1"].data["what JSON cannot hold"] = object()
    rich.to_onnx(tmp_path / "net.onnx", precision="single")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = ns.from_onnx(tmp_path / "net.onnx")

    del rich["h1"].data["what JSON cannot hold"]
    assert_same(rich, found)


@pytest.fixture
def model(tmp_path):
    net = network_of_sizes([2, 3, 1], ["tanh", "sigmoid"], seed=1)
    net.freeze("h1.bias")
    net["x1"].label = "size"
    net.to_onnx(tmp_path / "net.onnx")
    return onnx.load(tmp_path / "net.onnx")


def read_anew(model):
    with pytest.warns(UserWarning, match="left out 'neurosim_network' of the metadata, which is"):
        net = ns.from_onnx(model)
    assert net.trainable_mask().all()
    assert net["x1"].label == "size"
    return net


def of_key(model, key):
    return next(entry for entry in model.metadata_props if entry.key == key)


def test_changed_numbers_are_those_of_the_graph(model):
    old = model.graph.initializer[0]
    changed = onnx.numpy_helper.to_array(old).copy()
    changed.flat[0] = 7.0
    old.CopyFrom(onnx.numpy_helper.from_array(changed, old.name))

    assert 7.0 in read_anew(model).parameters()


def test_a_changed_node_is_that_of_the_graph(model):
    next(node for node in model.graph.node if node.op_type == "Tanh").op_type = "Softsign"

    assert read_anew(model)["h1"].activation == "softsign"


def test_metadata_of_another_network_are_left_out(model):
    before = ns.from_onnx(model)
    weights = of_key(model, "neurosim.weights")
    found = np.frombuffer(base64.b64decode(weights.value))
    for text in (base64.b64encode(found[::-1].tobytes()), base64.b64encode(found[1:].tobytes()),
                 b"no base64", b"====", b""):  # fmt: skip
        weights.value = text
        assert np.array_equal(read_anew(model).parameters(), before.parameters()), text


def test_a_broken_document_is_left_out(model):
    before = ns.from_onnx(model)
    document = of_key(model, "neurosim_network")
    whole = document.value
    for text in ("{", "[]", "{}", "[" * 10**5, whole.replace("tanh", "tahn"),
                 whole.replace('"x2"', '"x1"'), whole.replace("null", "3")):  # fmt: skip
        document.value = text
        assert np.array_equal(read_anew(model).parameters(), before.parameters()), text[:50]


def test_shapes_that_a_program_adds_and_numbers_beside_the_model_change_nothing(
    model, tmp_path, assert_same
):
    before = ns.from_onnx(model)
    model = onnx.shape_inference.infer_shapes(model)
    onnx.save(model, tmp_path / "b.onnx", save_as_external_data=True, size_threshold=0)

    found = ns.from_onnx(tmp_path / "b.onnx")

    assert_same(before, found)
    assert not found["h1"].bias_trainable
