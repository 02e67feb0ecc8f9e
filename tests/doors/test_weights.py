"""Networks as lists of matrices, and back."""

from itertools import pairwise

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import FileError, GraphError, ShapeError


@pytest.fixture
def matrices():
    """Of 3-4-2 with biases and a last layer without."""
    rng = np.random.default_rng(5)
    return [rng.normal(size=shape) for shape in ((3, 4), (4,), (4, 2), (2,), (2, 1))]


def test_the_network_computes_what_the_matrices_do(matrices, engine):
    W1, b1, W2, b2, W3 = matrices
    X = np.linspace(-1, 1, 12).reshape(4, 3)

    net = ns.from_weights(matrices, "tanh", "sigmoid")

    z = np.tanh(np.tanh(X @ W1 + b1) @ W2 + b2) @ W3
    found = net.predict(X) if engine == "compiled" else np.array([net.forward(x) for x in X])
    np.testing.assert_allclose(found, 1 / (1 + np.exp(-z)), rtol=1e-14)


def test_200_random_lists_come_back_with_every_bit():
    rng = np.random.default_rng(7)
    for _ in range(200):
        sizes = rng.integers(1, 6, size=rng.integers(2, 5))
        given = []
        for n_in, n_out in pairwise(sizes):
            given.append(rng.normal(size=(n_in, n_out)))
            given += [rng.normal(size=n_out)] * (rng.random() < 0.7)

        found = ns.from_weights(given, "relu").weights()

        assert [a.tobytes() for a in found] == [a.tobytes() for a in given]


def test_files_of_numpy_go_out_and_come_back(matrices, tmp_path):
    net = ns.from_weights(matrices, ["tanh", "leaky_relu(slope=0.3)", "softmax"])
    np.savez(tmp_path / "plain.npz", *net.weights())
    ns.write_network(net, tmp_path / "net.npz")

    back = ns.read_network(tmp_path / "net.npz")
    plain = ns.from_weights(np.load(tmp_path / "plain.npz"), "tanh")

    assert back.structure_key() == net.structure_key()
    assert back.parameters().tobytes() == net.parameters().tobytes() == plain.parameters().tobytes()
    with pytest.raises(FileError, match="names no activations"):
        ns.read_network(tmp_path / "plain.npz")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ([], "got no matrix"),
        ([np.ones(2)], r"weights\[0\]: got \(2,\); expected a matrix"),
        ([np.ones((2, 3)), np.ones(2)], r"weights\[1\]: got \(2,\); expected \(3,\) or \(3, n\)"),
        ([np.ones((4, 3)), np.ones(4)], r"weights\[1\]: got \(4,\)"),
        ([np.ones((4, 3)), np.ones((1, 4)), np.ones((2, 1))], r"expected \(3, n\)"),
        ([np.ones((2, 3)), np.ones((1, 3))], "did you mean the transposes"),
        ([np.ones((2, 3)), np.ones(3), np.ones(3)], r"weights\[2\]"),
    ],
)
def test_matrices_that_do_not_fit_are_named(given, words):
    with pytest.raises(ShapeError, match=words):
        ns.from_weights(given)


def test_what_is_no_chain_of_layers_has_no_such_list():
    net = ns.from_weights([np.ones((2, 2)), np.ones((2, 1))])
    net.connect("x", "y", weight=1.0)
    with pytest.raises(GraphError, match="'x' leads into 'h' and 'y'"):
        net.weights()

    net = ns.from_weights([np.ones((2, 2)), np.ones((2, 1))])
    net.remove_connection("x1", "h2")
    with pytest.raises(GraphError, match="no 'x1->h2'"):
        net.weights()

    net.add_neuron("s")
    with pytest.raises(GraphError, match="'s' in no layer"):
        net.weights()


def test_a_second_vector_and_an_activation_that_is_no_name_are_refused():
    matrix, vector = [[1.0, 2.0]], [0.0, 0.0]
    with pytest.raises(ns.NeurosimError, match=r"weights\[2\]: got \(2,\); expected \(2, n\)$"):
        ns.from_weights([matrix, vector, vector])
    with pytest.raises(TypeError, match="from_weights activation: got None; expected a name, or"):
        ns.from_weights([matrix, vector], None)
