"""Programs of large and sparse networks, and of single precision, mean what the walk means."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import NeurosimError
from neurosim.training import CompiledEngine
from neurosim.training.task import make_task


def sparse(seed, n_neurons, n_sources):
    """Neurons of five activations that each listen to a few earlier ones."""
    rng = np.random.default_rng(seed)
    net = ns.Network("sparse")
    net.add_layer("x", 10)
    for i in range(n_neurons):
        activation = ("tanh", "sigmoid", "sin", "softplus", "identity")[rng.integers(5)]
        earlier = net.neurons[-40:]
        made = net.add_neuron(
            f"n{i}", activation=activation, bias=None if i % 7 == 0 else float(rng.normal())
        )
        chosen = rng.choice(len(earlier), size=int(rng.integers(1, n_sources + 1)), replace=False)
        for j in chosen:
            net.connect(earlier[j], made, weight=float(rng.normal() / np.sqrt(n_sources)))
    net.outputs = [neuron.name for neuron in net.neurons[-5:]]
    return net


@pytest.mark.quick("60")
@pytest.mark.parametrize(
    ("n_neurons", "n_sources", "n_rows"),
    [(60, 3, 1), (60, 8, 40), (300, 3, 3), (300, 8, 40)],
)
def test_a_sparse_graph_of_hundreds_of_neurons_agrees(n_neurons, n_sources, n_rows):
    rng = np.random.default_rng(n_rows)
    net = sparse(n_neurons, n_neurons, n_sources)
    X, T = rng.normal(size=(n_rows, 10)), rng.normal(size=(n_rows, 5))

    found = ns.agree(net, X, T, updates=3, optimizer=ns.SGD(0.01, momentum=0.9))

    assert found.passed, str(found)


def wide(seed):
    """Two wide sparse generations, where bundles of few sources pay."""
    rng = np.random.default_rng(seed)
    net = ns.Network("wide and sparse")
    net.add_layer("x", 120)
    net.add_layer("h", 100, activation="tanh", bias=[None, 0.5] * 50)
    net.add_layer("o", 80, activation="sigmoid")
    for source, target in (("x", "h"), ("h", "o")):
        for neuron in net.layer(target).neurons:
            few = rng.choice(net.layer(source).neurons, size=rng.integers(0, 5), replace=False)
            for listened in few:
                net.connect(listened, neuron, weight=float(rng.normal()))
    return net


@pytest.mark.slow
@pytest.mark.parametrize("n_rows", [1, 33])
def test_wide_sparse_layers_agree_and_keep_their_matrices(n_rows):
    rng = np.random.default_rng(n_rows)
    net = wide(3)
    X, T = rng.normal(size=(n_rows, 120)), rng.random((n_rows, 80))

    found = ns.agree(net, X, T, updates=3, optimizer=ns.Adam(0.01))

    assert found.outputs.passed
    assert found.loss.passed
    assert found.gradients.passed
    held = {}
    for block in ns.compile_network(net).matrices:
        for i, j in np.argwhere(block.weights):
            held[f"{block.sources[i]}->{block.targets[j]}"] = block.weights[i, j]
    assert held == {str(c).split(":")[0]: c.weight for c in net.connections}


def test_single_precision_learns_the_same_to_six_digits(net, data, assert_close):
    twin = net.copy()
    options = {"optimizer": ns.SGD(0.5), "epochs": 20, "batch_size": 4}

    double = ns.train(net, *data, **options)
    single = ns.train(twin, *data, precision="single", **options)

    assert_close(single.loss, double.loss, 1e-6)
    assert_close(twin.parameters(), net.parameters(), 1e-5)
    assert twin.parameters().tobytes() != net.parameters().tobytes()
    assert twin.parameters().astype(np.float32).tolist() == twin.parameters().tolist()


@pytest.mark.parametrize("precision", ["half", 32, None])
def test_a_precision_that_is_none_is_refused(net, data, precision):
    with pytest.raises(NeurosimError, match="unknown precision"):
        ns.train(net, *data, optimizer=ns.SGD(0.1), epochs=1, precision=precision)


def test_a_kind_of_program_that_is_none_is_refused(net, data):
    with pytest.raises(NeurosimError, match="unknown kind of program 'arrays' \\(did you mean"):
        CompiledEngine(make_task(net, *data), "arrays")
