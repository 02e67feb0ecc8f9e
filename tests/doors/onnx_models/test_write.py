"""ONNX models of networks give the outputs of the network, in every runtime at hand."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import neurosim as ns
from neurosim.doors.layers import network_of_sizes
from neurosim.functions.activations import ACTIVATIONS

onnx = pytest.importorskip("onnx")
reference = pytest.importorskip("onnx.reference")

NAMES = [*ACTIVATIONS, "softmax", "hardtanh(low=-2)", "celu(alpha=2)", "softplus(beta=2)"]
HANDLED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


def check(net, X, path, assert_close):
    expected = net.predict(X)
    net.to_onnx(path)
    found = reference.ReferenceEvaluator(str(path)).run(None, {"inputs": X})
    if any(neuron.activation == "gelu" for neuron in net.neurons):
        # Erf is of float32 in the reference, and onnxruntime has none of float64
        assert_close(found[0], expected, 1e-6)
        return
    assert_close(found[0], expected, 1e-12)
    runtime = pytest.importorskip("onnxruntime")
    found = runtime.InferenceSession(str(path)).run(None, {"inputs": X})
    assert_close(found[0], expected, 1e-12)


@pytest.mark.quick("sigmoid", "relu", "softplus")
@pytest.mark.parametrize("name", NAMES)
def test_every_activation(name, tmp_path, assert_close):
    net = network_of_sizes([3, 4, 2], [name, "identity"], seed=1)
    X = np.random.default_rng(0).normal(size=(20, 3)) * ([[1.0], [50.0]] * 10)

    check(net, X, tmp_path / "net.onnx", assert_close)


@settings(max_examples=10, suppress_health_check=HANDLED)
@given(data=st.data())
def test_random_networks(data, cases, tmp_path, assert_close):
    case = data.draw(cases(losses=("half_squared_error",)))
    check(case.network, np.asarray(case.X), tmp_path / "net.onnx", assert_close)


@pytest.mark.slow
@settings(max_examples=200, suppress_health_check=HANDLED)
@given(data=st.data())
def test_200_random_networks(data, cases, tmp_path, assert_close):
    case = data.draw(cases(losses=("half_squared_error",)))
    check(case.network, np.asarray(case.X), tmp_path / "net.onnx", assert_close)


def test_scalings_names_and_single_precision(tmp_path, assert_close):
    net = network_of_sizes([2, 3, 1], ["tanh", "identity"], seed=1)
    X = np.array([[1.0, 2000.0], [3.0, 2104.0]])
    net.scale_inputs(X)
    net.scale_outputs([[5.0], [9.0]])
    net["x1"].label = "size"
    check(net, X, tmp_path / "net.onnx", assert_close)

    net.to_onnx(tmp_path / "small.onnx", precision="single")
    model = onnx.load(tmp_path / "small.onnx")
    found = reference.ReferenceEvaluator(model).run(None, {"inputs": X.astype(np.float32)})[0]

    assert found.dtype == np.float32
    assert_close(found, net.predict(X), 1e-6)
    assert model.opset_import[0].version == 18
    kept = {entry.key: entry.value for entry in model.metadata_props}
    assert json.loads(kept["neurosim.input_labels"]) == ["size", None]


def test_what_does_not_fit_is_refused(tmp_path):
    net = network_of_sizes([2, 3, 1], ["tanh", "identity"])
    with pytest.raises(ns.NeurosimError, match="unknown precision 'half'"):
        net.to_onnx(tmp_path / "net.onnx", precision="half")
    with pytest.raises(ns.NeurosimError, match="cannot be written"):
        net.to_onnx(tmp_path / "nowhere" / "net.onnx")


@pytest.mark.filterwarnings("ignore:You are using the legacy TorchScript")
def test_the_programs_of_the_manual(tmp_path, monkeypatch):
    pytest.importorskip("torch")
    monkeypatch.chdir(tmp_path)
    page = (Path(ns.__file__).parent / "manual" / "onnx.md").read_text(encoding="utf-8")
    for program in re.findall(r"```python\n(.*?)```", page, re.DOTALL):
        exec(program, {})  # noqa: S102 - the manual's own text
