"""Models of ONNX become networks with the same outputs; what is no network is refused."""

import warnings

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import neurosim as ns
from neurosim.doors.layers import network_of_sizes
from neurosim.functions.activations import ACTIVATIONS
from tests.each import each

onnx = pytest.importorskip("onnx")
helper = pytest.importorskip("onnx.helper")

NAMES = [*ACTIVATIONS, "softmax", "hardtanh(low=-2)", "celu(alpha=2)", "softplus(beta=2)"]
HANDLED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
X3 = np.random.default_rng(0).normal(size=(20, 3)) * ([[1.0], [50.0]] * 10)


def model_of(nodes, constants=(), *, inputs=(("x", ["B", 3]),), outputs=("y",), domains=()):
    """A model of nodes ``(operator, inputs, outputs, attributes)``, in float64."""
    made = [
        helper.make_node(op, ins, outs, name=f"n{k}", **(attributes or [{}])[0])
        for k, (op, ins, outs, *attributes) in enumerate(nodes)
    ]
    of = helper.make_tensor_value_info
    graph = helper.make_graph(
        made,
        "g",
        [of(name, onnx.TensorProto.DOUBLE, shape) for name, shape in inputs],
        [of(name, onnx.TensorProto.DOUBLE, None) for name in outputs],
        [onnx.numpy_helper.from_array(np.asarray(a), name) for name, a in dict(constants).items()],
    )
    opsets = [helper.make_opsetid("", 20), *(helper.make_opsetid(d, 3) for d in domains)]
    return helper.make_model(graph, opset_imports=opsets)


@pytest.mark.quick("sigmoid", "softplus")
@pytest.mark.parametrize("precision", ["double", "single"])
@pytest.mark.parametrize("name", NAMES)
def test_every_activation_that_we_write_is_found_again(name, precision, tmp_path, assert_close):
    net = network_of_sizes([3, 4, 2], [name, "identity"], seed=1)
    net.to_onnx(tmp_path / "net.onnx", precision=precision)

    found = ns.from_onnx(without_metadata(tmp_path / "net.onnx"))

    assert [layer.neurons[0].activation for layer in found.layers] == [
        layer.neurons[0].activation for layer in net.layers
    ]
    tolerance = 1e-12 if precision == "double" else 1e-5  # of sin of 100, weights are float32
    assert_close(found.predict(X3), net.predict(X3), tolerance)


def without_metadata(path):
    """The model as another program would have written it."""
    model = onnx.load(path)
    del model.metadata_props[:]
    return model


def check_round_trip(case, path, assert_close):
    net = case.network
    net.to_onnx(path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = ns.from_onnx(without_metadata(path))
    assert_close(found.predict(case.X), net.predict(case.X), 1e-12)


@settings(max_examples=10, suppress_health_check=HANDLED)
@given(data=st.data())
def test_random_networks_return(data, cases, tmp_path, assert_close):
    case = data.draw(cases(losses=("half_squared_error",)))
    check_round_trip(case, tmp_path / "net.onnx", assert_close)


@pytest.mark.slow
@settings(max_examples=200, suppress_health_check=HANDLED)
@given(data=st.data())
def test_200_random_networks_return(data, cases, tmp_path, assert_close):
    case = data.draw(cases(losses=("half_squared_error",)))
    check_round_trip(case, tmp_path / "net.onnx", assert_close)


def test_shapes_choices_and_products_of_neurons(assert_close):
    reference = pytest.importorskip("onnx.reference")
    rng = np.random.default_rng(1)
    model = model_of(
        [
            ("Gemm", ["x", "w", "b"], ["h"], {"transB": 1, "alpha": 0.5, "beta": 2.0}),
            ("Sigmoid", ["h"], ["s"]),
            ("Slice", ["s", "one", "four", "one"], ["part"]),
            ("Concat", ["part", "x", "h"], ["all"], {"axis": -1}),
            ("Gather", ["all", "turned"], ["chosen"], {"axis": 1}),
            ("Mul", ["chosen", "x"], ["product"]),
            ("Max", ["product", "x", "chosen"], ["largest"]),
            ("Shape", ["largest"], ["shape"], {"end": 1}),
            ("Concat", ["shape", "rest"], ["target"], {"axis": 0}),
            ("Reshape", ["largest", "target"], ["wide"]),
            ("Softmax", ["wide"], ["soft"], {"axis": 1}),
            ("Flatten", ["soft"], ["flat"]),
            ("Clip", ["flat", "low"], ["bounded"]),
            ("Sub", ["two", "bounded"], ["y"]),
        ],
        {"w": rng.normal(size=(4, 3)), "b": rng.normal(size=4), "one": [1], "four": [4],
         "turned": [5, 3, 0], "rest": [3, 1], "low": 0.2, "two": [[2.0, 3.0, 4.0]]},
    )  # fmt: skip
    (expected,) = reference.ReferenceEvaluator(model).run(None, {"x": X3})

    assert_close(ns.from_onnx(model).predict(X3), expected, 1e-12)


def test_what_says_classes_is_cut_off_and_told():
    nodes = [
        ("MatMul", ["x", "w"], ["z"]),
        ("Softmax", ["z"], ["p"]),
        ("ArgMax", ["z"], ["best"], {"axis": 1}),
        ("Cast", ["best"], ["label"], {"to": onnx.TensorProto.INT64}),
    ]
    model = model_of(nodes, {"w": np.eye(3)}, outputs=("label", "p"))
    model.graph.output[0].type.tensor_type.elem_type = onnx.TensorProto.INT64

    with pytest.warns(UserWarning, match="left out 'label', which says classes; the outputs are"):
        net = ns.from_onnx(model)

    assert [layer.neurons[0].activation for layer in net.layers] == ["identity", "softmax"]
    assert len(ns.from_onnx(model, output="p").parameters()) == len(net.parameters()) == 9
    with pytest.raises(ns.NeurosimError, match=r"unknown output 'q'.*known: label, p"):
        ns.from_onnx(model, output="q")


REFUSED = [
    ([("Conv", ["x", "w"], ["y"])], r"node 'n0' \(Conv\): is no operator of ours; expected one of"),
    ([("Exp", ["x"], ["y"])], r"node 'n0' \(Exp\): is no activation of ours in this place"),
    ([("Div", ["x", "x"], ["y"])], r"node 'n0' \(Div\): divides by what is computed; expected"),
    ([("Softmax", ["x"], ["y"], {"axis": 0})], r"n0' \(Softmax\): goes along the rows; expected"),
    ([("Add", ["x", "nan"], ["y"])], r"n0' \(Add\): got nan among its constants; expected finite"),
    ([("Add", ["x", "lost"], ["y"])], r"'lost' is made by no node; expected an initializer"),
    ([("MatMul", ["x", "thin"], ["y"])], r"n0' \(MatMul\): got a matrix of the shape \(2, 3\); ex"),
    ([("Add", ["x", "b"], ["a"]), ("Add", ["x", "a"], ["b"]), ("Relu", ["b"], ["y"])],
     r"needs its own output; expected no cycle"),
    ([("Relu", ["x"], ["y"]), ("Tanh", ["x"], ["y"])], r"n1' \(Tanh\): writes 'y' again; expected"),
    ([("Reshape", ["x", "turned"], ["y"])], r"got the shape \[3, 3\] for rows of 3; expected"),
    ([("Identity", ["w"], ["y"])], r"output 'y' is constant; expected another"),
    ([("Slice", ["x", "w", "w"], ["y"])], r"n0' \(Slice\): "),
]  # fmt: skip


@each(("nodes", "message"), REFUSED)
def test_what_is_no_network_is_refused_by_its_node(nodes, message):
    constants = {"w": np.eye(3), "nan": [np.nan], "thin": np.ones((2, 3)), "turned": [3, -1]}
    with pytest.raises(ns.NeurosimError, match=message):
        ns.from_onnx(model_of(nodes, constants))


def test_a_second_input_or_one_of_no_size_is_refused():
    nodes = [("Relu", ["x"], ["y"])]
    with pytest.raises(ns.NeurosimError, match="got the inputs 'x', 'z'; expected one"):
        ns.from_onnx(model_of(nodes, inputs=(("x", ["B", 3]), ("z", ["B", 1]))))
    with pytest.raises(ns.NeurosimError, match=r"input 'x': has the shape \['B', 'n'\]; expected"):
        ns.from_onnx(model_of(nodes, inputs=(("x", ["B", "n"]),)))
    with pytest.raises(TypeError, match="from_onnx: got 3; expected a path or an onnx model"):
        ns.from_onnx(3)


@pytest.mark.slow
def test_what_would_take_the_memory_is_refused_before_the_work():
    doubled = [("Concat", [f"v{k}", f"v{k}"], [f"v{k + 1}"], {"axis": 1}) for k in range(60)]
    cases = {
        r"'n22' \(Concat\): the model computes more than 10,000,000 numbers of a row, this": (
            [("Identity", ["x"], ["v0"]), *doubled, ("Relu", ["v60"], ["y"])], {}, ["B", 2]),
        r"'n0' \(Mul\): makes 150,528 numbers of 150,528; expected at most 100,000,000 pairs": (
            [("Mul", ["x", "c"], ["y"])], {"c": 2.0}, ["B", 3, 224, 224]),
        r"'n0' \(Gather\): the model computes more than 10,000,000 numbers": (
            [("Gather", ["x", "c"], ["y"], {"axis": 2})], {"c": [0] * 200}, ["B", 10**5, 1]),
        r"'n1' \(MatMul\): the model computes more than 10,000,000 numbers": (
            [("Unsqueeze", ["x", "two"], ["u"]), ("MatMul", ["u", "c"], ["y"])],
            {"two": [2], "c": np.ones((1, 10**4))}, ["B", 10**4]),
    }  # fmt: skip
    for message, (nodes, constants, shape) in cases.items():
        with pytest.raises(ns.NeurosimError, match=message):
            ns.from_onnx(model_of(nodes, constants, inputs=(("x", shape),)))


def test_too_many_nodes_are_refused(monkeypatch):
    monkeypatch.setattr("neurosim.doors.onnx_models.read._MOST_NODES", 2)
    nodes = [("Relu", ["x"], ["a"]), ("Relu", ["a"], ["b"]), ("Relu", ["b"], ["y"])]

    with pytest.raises(ns.NeurosimError, match="from_onnx: has 3 nodes; expected at most 2"):
        ns.from_onnx(model_of(nodes))


def test_sums_of_rows(assert_close):
    nodes = [("Mul", ["x", "c"], ["u"]), ("ReduceSum", ["u", "axes"], ["s"]),
             ("ReduceSum", ["x", "axes"], ["t"]), ("Sub", ["s", "t"], ["y"])]  # fmt: skip
    net = ns.from_onnx(model_of(nodes, {"c": [[1.0, 2.0, -3.0]], "axes": [1]}))

    assert_close(net.predict(X3), X3 @ [[0.0], [1.0], [-4.0]], 1e-12)


@pytest.mark.slow
def test_a_long_chain_is_no_recursion():
    nodes = [("Add", [f"v{k}", "one"], [f"v{k + 1}"]) for k in range(5000)]
    nodes = [("Identity", ["x"], ["v0"]), *nodes, ("Tanh", ["v5000"], ["y"])]

    net = ns.from_onnx(model_of(nodes, {"one": [1.0]}))

    assert net["y1"].bias == 5000.0


def test_the_softplus_that_pytorch_cuts_off_is_one_activation():
    plain = [
        ("Softplus", ["x"], ["s"]),
        ("Greater", ["x", "far"], ["is_far"]),
        ("Where", ["is_far", "x", "s"], ["y"]),
    ]
    scaled = [
        ("Mul", ["x", "beta"], ["u"]),
        ("Softplus", ["u"], ["s"]),
        ("Div", ["s", "beta"], ["t"]),
        ("Greater", ["u", "far"], ["is_far"]),
        ("Where", ["is_far", "x", "t"], ["y"]),
    ]
    constants = {"far": 20.0, "beta": 2.0}

    assert ns.from_onnx(model_of(plain, constants))["y1"].activation == "softplus"
    assert ns.from_onnx(model_of(scaled, constants))["y1"].activation == "softplus(beta=2)"


def test_batch_normalization_after_the_training_is_a_product_and_a_sum(assert_close):
    reference = pytest.importorskip("onnx.reference")
    constants = {
        "s": [2.0, -1.0, 0.5],
        "b": [0.0, 1.0, 2.0],
        "m": [0.3, 0.2, 0.1],
        "v": [4, 1, 2.0],
    }
    reads = ["x", "s", "b", "m", "v"]
    model = model_of([("BatchNormalization", reads, ["y"], {"epsilon": 0.1})], constants)
    (expected,) = reference.ReferenceEvaluator(model).run(None, {"x": X3})

    assert_close(ns.from_onnx(model).predict(X3), expected, 1e-12)
    for attributes, changed, message in (
        ({"training_mode": 1}, {}, "is in training mode; expected a model for inference"),
        ({}, {"v": [4.0, -1.0, 2.0]}, "has the variance -1.0; expected positive ones"),
        ({}, {"s": [2.0, 1.0]}, r"n0' \(BatchNormalization\): "),
    ):
        nodes = [("BatchNormalization", reads, ["y"], attributes)]
        with pytest.raises(ns.NeurosimError, match=message):
            ns.from_onnx(model_of(nodes, constants | changed))


def test_swish_with_a_factor_of_its_own(assert_close):
    net = ns.from_onnx(model_of([("Swish", ["x"], ["y"])]))
    steep = ns.from_onnx(model_of([("Swish", ["x"], ["y"], {"alpha": 2.0})]))

    assert net["y1"].activation == "swish"
    assert_close(steep.predict(X3), X3 / (1.0 + np.exp(-2.0 * X3)), 1e-12)
