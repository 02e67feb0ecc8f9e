"""A network of sparse blocks is the same network: its matrices, outputs, script and staleness."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import neurosim as ns
from neurosim.compiler.compile import CompiledNetwork
from neurosim.compiler.plan import Dense
from neurosim.compiler.planning import make_plan
from neurosim.errors import StaleError
from neurosim.training import CompiledEngine
from neurosim.training.task import make_task
from tests.examples import examples


def compiled(net, sparse, allowance=0):
    with pytest.MonkeyPatch.context() as patch:
        cost = 0.0 if sparse else math.inf
        patch.setattr("neurosim.compiler.planning.sparse_cost", lambda *_: cost)
        if sparse:
            patch.setattr("neurosim.compiler.planning.slots_per_bundle", lambda _: allowance)
        return CompiledNetwork(net, make_plan(net))


def weights_of(matrices):
    """All that the matrices say, by name."""
    found = {}
    for block in matrices:
        for j, target in enumerate(block.targets):
            found[target] = block.biases[j], block.activation, {
                source: block.weights[i, j]
                for i, source in enumerate(block.sources)
                if block.weights[i, j] != 0.0
            }  # fmt: skip
    return found


@examples(40)
@given(data=st.data(), allowance=st.sampled_from([0, 3, 1000]))
def test_matrices_and_outputs_of_any_graph_are_those_of_its_dense_plan(
    data, cases, allowance, assert_close
):
    case = data.draw(cases())

    sparse, dense = (
        compiled(case.network, sparse=True, allowance=allowance),
        compiled(case.network, sparse=False),
    )

    assert weights_of(sparse.matrices) == weights_of(dense.matrices)
    for a, b in zip(sparse.matrices, dense.matrices, strict=True):
        assert sorted(a.sources) == sorted(b.sources)
        assert sorted(a.targets) == sorted(b.targets)
        assert a.weights.shape == b.weights.shape == (len(a.sources), len(a.targets))
    assert_close(sparse.forward(case.X), dense.forward(case.X), 1e-12)


def test_the_irregular_network_has_sparse_blocks(irregular):
    plan = compiled(irregular, sparse=True).plan

    assert any(not isinstance(block.weights, Dense) for block in plan.blocks)


@pytest.mark.quick("1000")
@pytest.mark.parametrize("allowance", [0, 1000])
def test_a_script_of_sparse_blocks_gives_the_same_outputs(
    irregular, run_script, assert_close, allowance
):
    rows = np.random.default_rng(5).normal(size=(4, 2))
    network = compiled(irregular, sparse=True, allowance=allowance)

    lines = run_script(network.standalone(), [json.dumps(row.tolist()) for row in rows])

    assert_close([json.loads(line) for line in lines], network.forward(rows), 1e-15)
    assert_close([json.loads(line) for line in lines], irregular.predict(rows), 1e-14)


def test_weights_of_sparse_blocks_are_read_at_each_call(irregular):
    network = compiled(irregular, sparse=True)
    before = network.forward([[1.0, 2.0]])

    irregular["x2", "a"].weight += 0.5

    assert network.forward([[1.0, 2.0]]).tolist() != before.tolist()
    assert network.forward([[1.0, 2.0]])[0] == pytest.approx(irregular.forward([1.0, 2.0]))


def test_sparse_blocks_of_an_edited_network_are_stale(irregular):
    network = compiled(irregular, sparse=True)
    irregular.remove_connection("x2", "a")

    for use in (lambda: network.forward([[1, 2]]), lambda: network.matrices, network.standalone):
        with pytest.raises(StaleError, match="the network's structure has changed since"):
            use()


@pytest.mark.usefixtures("sparse_always")
def test_an_error_comes_back_from_bundles_of_several_widths(assert_close, monkeypatch):
    monkeypatch.setattr("neurosim.compiler.operations.slots_per_bundle", lambda _: 0)
    net = ns.Network("stairs", seed=2)
    net.add_layer("x", 2)
    net.add_layer("h", 3, activation="tanh", bias=0.1)
    net.add_layer("o", 3, bias=None)
    net.connect("x", "h")
    for i in (1, 2, 3):
        for j in range(1, i + 1):
            net.connect(f"h{i}", f"o{j}")
    X, T = [[0.5, -1.0], [2.0, 0.25]], [[1.0, 0.0, -1.0], [0.5, 0.5, 0.5]]
    task = make_task(net, X, T, loss="half_squared_error")

    _, found = CompiledEngine(task, "array").loss_and_gradient(net.parameters(), task.X, task.T)

    walked = ns.loss_and_gradients(net, X, T, loss="half_squared_error", engine="graph")
    assert_close(found, walked.vector, 1e-14)


@pytest.mark.usefixtures("sparse_always")
def test_neurons_that_listen_to_nothing_fire_among_those_that_do():
    net = ns.Network("some listen")
    net.add_layer("x", 2)
    net.add_layer("o", 3, activation="softmax", bias=None)
    net.connect("x1", "o2", weight=2.0)
    X, T = [[0.5, 7.0], [0.0, 7.0]], [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]

    (block,) = compiled(net, sparse=True).plan.blocks[1:]
    found = net.predict(X)
    task = make_task(net, X, T, loss="cross_entropy")
    _, gradient = CompiledEngine(task, "array").loss_and_gradient(net.parameters(), task.X, task.T)

    assert [bundle.sources.shape for bundle in block.weights] == [(2, 0), (1, 1)]
    e = np.exp(1.0)
    assert found == pytest.approx(np.array([[1, e, 1] / (2 + e), [1 / 3] * 3]), abs=1e-15)
    assert gradient == pytest.approx([(e / (2 + e) - 1.0) * 0.5 / 2], abs=1e-15)
