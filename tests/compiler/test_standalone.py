"""The script that a user takes away: only NumPy, and the same outputs to the last bit or nearly."""

import json
import math
import subprocess
import sys
import time

import numpy as np
import pytest

import neurosim as ns
from neurosim.functions.activations import ACTIVATIONS


def test_the_script_gives_the_same_outputs_where_neurosim_is_not_installed(
    irregular, run_script, assert_close
):
    X = np.random.default_rng(5).normal(size=(4, 2))
    irregular.set_scaling("x1", ns.Scaling(0.5, 2.0))
    irregular.set_scaling("a", ns.Scaling(-1.0, 0.25))

    lines = run_script(ns.compile_network(irregular).standalone(), [json.dumps(list(r)) for r in X])

    assert_close([json.loads(line) for line in lines], irregular.predict(X), 1e-15)


@pytest.mark.slow
@pytest.mark.parametrize("activation", [*ACTIVATIONS, "softmax"])
def test_every_activation_travels_with_the_script(activation, run_script, assert_close):
    net = ns.Network("one")
    net.add_layer("x", 2)
    net.add_layer("o", 3, activation=activation, bias=[0.5, -0.25, 0.0])
    net.connect("x", "o", weights=[[1.0, -2.0, 0.5], [0.25, 1.5, -1.0]])
    X = [[0.5, -1.0], [4.0, 2.0], [-700.0, 30.0]]

    lines = run_script(ns.compile_network(net).standalone(), [json.dumps(row) for row in X])

    assert_close([json.loads(line) for line in lines], net.predict(X), 1e-15)


def test_all_activations_travel_together(run_script, assert_close):
    net = ns.Network("all")
    net.add_layer("x", 1)
    for i, name in enumerate([*ACTIVATIONS, "softplus(beta=3)", "elu(alpha=2)", "elu(alpha=3)"]):
        net.add_neuron(f"n_{i}", activation=name, bias=0.125)
        net.connect("x1", f"n_{i}", weight=1.0)
    net.add_layer("s", 2, activation="softmax", bias=[0.5, None])
    net.connect("x", "s", weight=0.5)
    net.outputs = [neuron.name for neuron in net.neurons if not neuron.is_input]

    lines = run_script(ns.compile_network(net).standalone(), ["0.5", "", "[-4]", "1000"])

    found = [json.loads(line) for line in lines]
    assert_close(found, net.predict([[0.5], [-4.0], [1000.0]]), 1e-15)


@pytest.mark.slow
def test_the_script_holds_the_weights_of_the_moment(layered, run_script):
    script = ns.compile_network(layered).standalone()
    expected = layered.predict([[0.1, 0.2, -0.3]]).tolist()
    layered["h1", "o1"].weight = 99.0

    (line,) = run_script(script, ["0.1, 0.2, -0.3"])

    assert [json.loads(line)] == expected


@pytest.mark.slow
def test_wide_sparse_layers_travel_too(run_script, assert_close):
    rng = np.random.default_rng(8)
    net = ns.Network("wide and sparse")
    net.add_layer("x", 120)
    net.add_layer("h", 100, activation="tanh", bias=[None, 0.5] * 50)
    for neuron in net.layer("h").neurons:
        for source in rng.choice(net.inputs, size=rng.integers(0, 5), replace=False):
            net.connect(source, neuron, weight=float(rng.normal()))
    row = rng.normal(size=120)

    (line,) = run_script(ns.compile_network(net).standalone(), [json.dumps(row.tolist())])

    assert_close(json.loads(line), net.forward(row), 1e-14)


@pytest.mark.slow
def test_names_of_any_script_are_written_as_they_are(run_script):
    net = ns.Network("網")
    net.add_layer("Größe", ["ж", "λ"])
    net.add_neuron("出力", activation="relu")
    net.connect("λ", "出力", weight=2.0)
    net.outputs = ["出力"]

    script = ns.compile_network(net).standalone()

    assert "Inputs: ж, λ." in script
    assert run_script(script, ["7, 1.5"]) == ["[3.0]"]


def test_hostile_names_run_no_code(run_script):
    net = ns.Network('"""\nraise SystemExit(3)\n"""')
    net.add_layer("exec", ["theta", "np"])
    net.add_layer("predict", ["forward", "json"], activation="tanh")
    net.connect("exec", "predict", weights=[[1.0, 0.0], [0.0, 1.0]])

    (line,) = run_script(ns.compile_network(net).standalone(), ["[0, 1]"])

    assert json.loads(line) == net.predict([[0, 1]])[0].tolist()


@pytest.mark.quick("x")
@pytest.mark.parametrize(
    "line",
    [
        "x,2",
        "1,2,3",
        pytest.param("[[1, 2]]", marks=pytest.mark.slow),
        pytest.param("[null, 2]", marks=pytest.mark.slow),
        pytest.param("true,2", marks=pytest.mark.slow),
        pytest.param(f"{'9' * 999},2", marks=pytest.mark.slow),
        pytest.param("[" * 99999, marks=pytest.mark.slow),
    ],
)
def test_a_line_that_is_no_sample_is_told_in_a_line(tmp_path, line):
    net = ns.Network("two")
    net.add_layer("x", 2)
    net.add_layer("o", 1, bias=0.0)
    net.connect("x", "o", weight=1.0)
    (tmp_path / "two.py").write_text(ns.compile_network(net).standalone(), encoding="utf-8")

    ran = subprocess.run(
        [sys.executable, "-I", "two.py"],
        input=f"1,2\n\n{line}\n", capture_output=True, text=True, check=False, cwd=tmp_path,
    )  # fmt: skip

    assert (ran.returncode, ran.stdout) == (2, "[3.0]\n")
    assert ran.stderr == (
        f"error: line 3: got {line[:60]}; expected numbers between commas, 2 of them\n"
    )


def chain(length):
    net = ns.Network("chain")
    net.add_layer("x", 1)
    before = "x1"
    for i in range(length):
        net.add_neuron(f"n{i}", bias=None)
        net.connect(before, f"n{i}", weight=1.0)
        before = f"n{i}"
    net.outputs = [before]
    return net


@pytest.mark.slow
@pytest.mark.parametrize("length", [1200, 10_000])
def test_a_long_chain_compiles_learns_and_answers(length):
    net = chain(length)
    begin = time.process_time()

    found = ns.compile_network(net).forward([[3.0]])
    gradient = ns.loss_and_gradients(net, [[3.0]], [[1.0]], engine="compiled")

    assert time.process_time() - begin < 60.0  # 6 s for 10,000; squares or recursion would not
    assert found.tolist() == [[3.0]]
    assert set(gradient.vector.tolist()) == {6.0}  # (3 - 1) * 3, at each weight of 1


def test_wide_layers_are_two_dense_matrices(assert_close):
    rng = np.random.default_rng(6)
    net = ns.Network("wide")
    net.add_layer("x", 200)
    net.add_layer("h", 150, activation="tanh", bias=0.0)
    net.add_layer("o", 10, activation="softmax", bias=0.0)
    net.connect("x", "h", weights=rng.normal(size=(200, 150)) / 15)
    net.connect("h", "o", weights=rng.normal(size=(150, 10)) / 12)
    X = rng.normal(size=(3, 200))

    compiled = ns.compile_network(net)

    assert [m.weights.shape for m in compiled.matrices] == [(200, 150), (150, 10)]
    assert_close(compiled.forward(X), [net.forward(row) for row in X], 1e-13)


_SCALE = 3  # an int, as users write constants


def _scaled(z):
    return math.hypot(z, 1.0) * _SCALE


def _scaled_slope(z, _a):
    return _SCALE * z / math.hypot(z, 1.0)


@pytest.fixture
def own_activation():
    """What makes a network of one neuron with this activation, forgotten afterwards."""
    names = []

    def make(value, slope):
        net = ns.Network()
        net.add_layer("x", 1)
        net.add_layer("o", 1, activation=ns.Activation("own", value, slope))
        net.connect("x", "o", weight=2)
        names.append("own")
        return net

    yield make
    for name in names:
        ns.unregister_activation(name)


def test_a_registered_activation_of_a_module_stands_in_the_script(own_activation, run_script):
    net = own_activation(_scaled, _scaled_slope)

    (line,) = run_script(ns.compile_network(net).standalone(), ["0.5"])

    assert json.loads(line) == net.predict([[0.5]])[0].tolist()


def test_a_registered_lambda_is_refused_with_words(own_activation):
    net = own_activation(lambda z: 2.0 * z, lambda _z, _a: 2.0)

    with pytest.raises(ns.NeurosimError, match="own_into has no source that stands alone"):
        ns.compile_network(net).standalone()
