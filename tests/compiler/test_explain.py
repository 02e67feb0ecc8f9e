"""explain tells what is chosen: the kind of program, the threads, and each block, with figures."""

import re

import numpy as np
import pytest

import neurosim as ns
from neurosim.compiler.explain import explain
from neurosim.training import CompiledEngine
from neurosim.training.task import make_task


def dense(n_in, n_out):
    net = ns.Network("dense")
    net.add_layer("x", n_in)
    net.add_layer("o", n_out, activation="tanh", bias=None)
    net.connect("x", "o", weight=0.01)
    return net


def test_a_small_network_is_run_as_arrays_where_the_kernel_is_not_there():
    found = explain(dense(3, 2), 4)

    assert found.program == "arrays: the kernel is not there: hidden by NEUROSIM_KERNEL=off"
    assert found.threads.startswith("one: the largest product has 24 multiply-adds")


@pytest.mark.usefixtures("kernel")
def test_a_small_network_is_run_by_the_kernel():
    found = explain(dense(3, 2), 4)

    assert found.program.startswith("the kernel: compiled C, with the bits of the graph engine")
    assert found.threads == "one"


def test_what_does_not_sum_is_computed_term_by_term():
    net = ns.Network("product")
    net.add_layer("x", 3)
    net.add_layer("o", 2, aggregation="product")
    net.connect("x", "o", weight=0.5)

    (block,) = explain(net, 4).blocks

    assert block.why == "term by term: product"


def test_a_large_one_is_run_as_arrays_with_its_figures():
    found = explain(dense(200, 150), 4)

    costs = re.fullmatch(
        r"arrays: the kernel would be slower; an update takes it about (\S+) us, and arrays (\S+),"
        r" where that was measured",
        found.program,
    )
    assert costs
    assert float(costs[1]) > float(costs[2])
    assert found.threads.startswith("one: the largest product has ")
    (block,) = found.blocks
    assert (block.number, block.neurons, block.kind) == (1, "150 tanh", "dense")
    assert block.why == "all cells hold a parameter"
    assert found.operations == 200 * 150 * 4
    assert found.n_bytes == (200 * 150 + 150 * 4) * 8  # weights, and outputs of the batch


def test_a_layer_of_few_connections_is_sparse_and_says_how_few():
    rng = np.random.default_rng(1)
    net = ns.Network("sparse")
    net.add_layer("x", 400)
    net.add_layer("o", 300, activation="tanh", bias=None)
    for neuron in net.layer("o").neurons:
        for source in rng.choice(net.inputs, size=2, replace=False):
            net.connect(source, neuron, weight=1.0)

    (block,) = explain(net, 50).blocks

    assert (block.kind, block.sources) == ("sparse", 2)
    assert "times as much; 1 bundle, 0% padding" in block.why


def test_single_precision_halves_the_bytes_and_is_never_the_kernels():
    double, single = (explain(dense(3, 2), 4, precision=p) for p in ("double", "single"))

    assert single.n_bytes == double.n_bytes / 2
    assert single.program == "arrays of float32, as the precision asks"


@pytest.mark.parametrize(
    ("n_in", "n_out", "rows"), [(3, 2, 13), (80, 75, 1), (81, 75, 1), (50, 50, 40), (51, 50, 40)]
)
@pytest.mark.usefixtures("kernel")
def test_what_is_told_is_what_is_run(n_in, n_out, rows):
    net = dense(n_in, n_out)
    task = make_task(net, np.ones((rows, n_in)), np.ones((rows, n_out)))

    told = explain(net, rows).program.split(":")[0]

    assert CompiledEngine(task).kind == {"the kernel": "kernel", "arrays": "array"}[told]


def test_a_network_without_outputs_is_not_explained():
    net = ns.Network("nothing")
    net.add_layer("x", 1)

    with pytest.raises(ns.NeurosimError, match="no outputs"):
        explain(net, 1)


def test_two_layers_are_told_to_the_last_word():
    net = ns.Network("layers")
    net.add_layer("x", 64)
    net.add_layer("h", 32, activation="sigmoid")
    net.add_layer("o", 10)
    net.connect("x", "h", weight=0.01)
    net.connect("h", "o", weight=0.01)

    found = explain(net, 32)

    assert found.program == ("arrays: the kernel is not there: hidden by NEUROSIM_KERNEL=off")
    assert found.threads == (  # 65 x 32 x 32
        "one: the largest product has 66,560 multiply-adds, fewer than 10,000,000"
    )
    assert found.blocks == (
        (1, "32 sigmoid", 65, "dense", "all cells hold a parameter", 66_560, 8 * (2080 + 1024)),
        (2, "10 identity", 33, "dense", "all cells hold a parameter", 10_560, 8 * (330 + 320)),
    )
    assert found.operations == 66_560 + 10_560


def test_a_block_with_holes_says_how_full_it_is():
    net = dense(4, 3)
    for i in (1, 2, 3):
        net.remove_connection(f"x{i}", f"o{i}")

    (block,) = explain(net, 64).blocks

    assert (block.kind, block.sources) == ("dense with holes", 4)
    assert block.why == "75% of its cells hold a parameter: enough at 64 rows"
    assert block.operations == 12 * 64  # holes are multiplied, too


@pytest.mark.slow
def test_large_products_may_have_threads():
    found = explain(dense(784, 512), 128)

    assert found.threads == (
        "as many as BLAS is given: the largest product has 51,380,224 multiply-adds"
    )


@pytest.mark.parametrize("rows", [1, 2, 4, 7, 8])
@pytest.mark.usefixtures("kernel")
def test_what_is_told_is_what_is_run_where_a_level_has_many_activations(rows):
    net = ns.Network("mixed")
    net.add_layer("x", 6)
    for name in ("tanh", "sigmoid", "relu", "sin", "elu", "softplus"):
        net.add_neuron(f"n_{name}", activation=name)
        for source in net.inputs:
            net.connect(source, f"n_{name}", weight=0.1)
    net.outputs = [neuron for neuron in net.neurons if not neuron.is_input]
    task = make_task(net, np.ones((rows, 6)), np.ones((rows, 6)))

    told = explain(net, rows).program.split(":")[0]

    assert CompiledEngine(task).kind == {"the kernel": "kernel", "arrays": "array"}[told]
