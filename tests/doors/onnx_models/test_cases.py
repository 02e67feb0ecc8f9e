"""The cases of ONNX itself: each model with one input that is a network gives their outputs."""

import warnings
from pathlib import Path

import numpy as np
import pytest

import neurosim as ns

onnx = pytest.importorskip("onnx")

DATA = Path(onnx.__file__).parent / "backend" / "test" / "data"


def shipped():
    """Name, model, rows and outputs of each case that lies in the package."""
    for kind in ("simple", "pytorch-operator", "pytorch-converted"):
        for path in sorted((DATA / kind).glob("*/model.onnx")):
            given, expected = (
                onnx.load_tensor(next(path.parent.glob(f"test_data_set_0/{which}_0.pb"), ""))
                if list(path.parent.glob(f"test_data_set_0/{which}_0.pb"))
                else None
                for which in ("input", "output")
            )
            if given is not None and expected is not None:
                arrays = map(onnx.numpy_helper.to_array, (given, expected))
                yield path.parent.name, onnx.load(path), *arrays


def made():
    """The cases of single operators, which the package makes."""
    from onnx.backend.test.case.node import collect_testcases

    for case in collect_testcases(None):
        given, expected = ((*each, None)[0] for each in case.data_sets[0])
        if isinstance(given, np.ndarray) and given.ndim and given.dtype in ("f4", "f8"):
            yield case.name, case.model, given, expected


def outputs_that_agree(cases):
    """The names of the cases that are networks, whose outputs are compared."""
    for name, model, rows, expected in cases:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                net = ns.from_onnx(model, output=model.graph.output[0].name)
            except ns.NeurosimError as error:
                assert "; expected" in str(error), name  # noqa: PT017 - each is looked at
                continue
        if any(node.op_type == "ArgMax" for node in model.graph.node):
            continue  # it is cut off
        found = net.predict(rows.reshape(len(rows), -1).astype(np.float64))
        np.testing.assert_allclose(
            found.reshape(expected.shape), expected, rtol=1e-5, atol=1e-6, err_msg=name
        )  # they are of float32
        yield name


@pytest.mark.slow
@pytest.mark.skipif(not DATA.exists(), reason="this onnx ships no cases")
@pytest.mark.filterwarnings("ignore")
def test_models_that_the_package_ships():
    names = list(outputs_that_agree(shipped()))

    assert len(names) >= 30
    assert {"test_Linear", "test_PReLU_2d_multiparam", "test_softmax_lastdim"} <= set(names)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_models_of_single_operators():
    names = list(outputs_that_agree(made()))

    assert len(names) >= 55
    assert {"test_selu", "test_hardswish_expanded", "test_flatten_axis1"} <= set(names)
