"""A million connections build, compile, train a step, and agree with the walk; in linear time."""

import time

import numpy as np
import pytest

import neurosim as ns
from neurosim.compiler.plan import Dense
from neurosim.compiler.planning import make_plan

N_LEVELS, N_OUT = 20, 1000


def random_graph(n_neurons, n_edges):
    """Levels of tanh neurons; each reads ten of the two levels before, on average."""
    rng = np.random.default_rng(1)
    net = ns.Network("random", seed=1)
    size = n_neurons // N_LEVELS
    for level in range(N_LEVELS):
        net.add_layer(f"l{level}_", size, **({"activation": "tanh"} if level else {}))
    last = net.layer(f"l{N_LEVELS - 1}_").neurons
    net.outputs = last[:N_OUT]
    names = [neuron.name for neuron in net.neurons]
    drawn = 2 * n_edges  # some of them twice
    targets = rng.integers(size, n_neurons, size=drawn)
    low = np.maximum(targets // size - 2, 0) * size
    sources = rng.integers(low, targets // size * size)
    found = rng.permutation(np.unique(sources * n_neurons + targets))[:n_edges]
    ends = np.divmod(found, n_neurons)
    pairs = [(names[i], names[j]) for i, j in zip(*(end.tolist() for end in ends), strict=True)]
    net.connect_many(pairs, rng.normal(size=len(pairs)) / 4.0)
    return net


@pytest.mark.slow
def test_a_million_connections_build_compile_train_a_step_and_agree(assert_close):
    rng = np.random.default_rng(2)
    net = random_graph(100_000, 1_000_000)
    x, t = rng.normal(size=(1, len(net.inputs))), rng.normal(size=(1, N_OUT))
    options = {"optimizer": ns.SGD(0.01), "epochs": 1}
    start = net.parameters()

    compiled = ns.loss_and_gradients(net, x, t, engine="compiled").vector
    found = ns.train(net, x, t, engine="compiled", **options)
    learned = net.parameters()
    net.load_parameters(start)
    walked = ns.train(net, x, t, engine="graph", **options)

    assert len(net.connections) == 1_000_000
    plan = ns.compile_network(net).plan
    in_sparse = [b.n_parameters for b in plan.blocks if not isinstance(b.weights, Dense)]
    assert sum(in_sparse) > 0.99 * plan.n_parameters
    assert_close(found.loss, walked.loss, 1e-12)
    assert_close(learned, net.parameters(), 1e-12)
    assert_close(start - 0.01 * compiled, net.parameters(), 1e-12)
    assert np.count_nonzero(compiled) > 500_000


@pytest.mark.slow
def test_a_plan_takes_ten_times_as_long_for_ten_times_as_many_connections():
    seconds = []
    for n_edges in (10_000, 100_000):
        net = random_graph(n_edges // 10, n_edges)
        net.generations()  # the order is cached, and not what is measured
        times = []
        for _ in range(3):
            begin = time.process_time()
            make_plan(net)
            times.append(time.process_time() - begin)
        seconds.append(min(times))

    assert seconds[1] < 40.0 * seconds[0]  # a hundred times, were it quadratic
