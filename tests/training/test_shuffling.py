"""The order of rows: drawn anew for each epoch, from the seed and from nothing else."""

import itertools

import numpy as np
import pytest

import neurosim as ns

X, T = [[1.0], [2.0], [3.0]], [[1.0], [1.0], [1.0]]
OPTIONS = {"optimizer": ns.SGD(0.1), "batch_size": 1, "shuffle": True}


def learn(net, **options):
    ns.train(net, X, T, **(OPTIONS | options))
    return net.parameters().tobytes()


def test_each_row_is_taken_once_an_epoch(engine):
    net = ns.Network("a weight for each row")
    net.add_layer("x", 9)
    net.add_layer("o", 1, bias=None)
    net.connect("x", "o", weight=0.0)

    history = ns.train(
        net, np.eye(9), np.ones((9, 1)), optimizer=ns.SGD(1.0), epochs=1, batch_size=2,
        shuffle=True, reduction="sum", engine=engine,
    )  # fmt: skip

    assert history.loss == (4.5,)  # nine rows that nothing was learned of before
    assert net.parameters().tolist() == [1.0] * 9


def test_every_epoch_has_an_order_of_its_own(line, engine, assert_close):
    before, taken = 0.0, set()
    for epoch in ns.epochs(line, X, T, epochs=20, engine=engine, seed=4, **OPTIONS):
        after = epoch.state.parameters[0]
        ends = {}
        for order in itertools.permutations([1.0, 2.0, 3.0]):
            w = before
            for x in order:
                w -= 0.1 * (w * x - 1.0) * x
            ends[order] = w
        taken.add(min(ends, key=lambda order: abs(ends[order] - after)))
        assert_close(min(abs(w - after) for w in ends.values()), 0.0, 1e-15)
        before = after

    assert len(taken) > 3


def test_the_same_seed_gives_the_same_order_and_another_another(make_line, engine):
    learned = [learn(make_line(), epochs=10, seed=seed, engine=engine) for seed in (1, 1, 2)]

    assert learned[0] == learned[1]
    assert learned[0] != learned[2]


def test_without_a_seed_the_networks_is_taken(engine):
    def made(seed):
        net = ns.Network("line", seed=seed)
        net.add_layer("x", 1)
        net.add_layer("o", 1, bias=None)
        net.connect("x", "o", weight=0.0)
        return net

    assert learn(made(7), epochs=5, engine=engine) == learn(
        made(0), epochs=5, seed=7, engine=engine
    )


def test_both_engines_take_the_rows_in_one_order(make_line, assert_close):
    graph, compiled = make_line(), make_line()

    learn(graph, epochs=10, seed=3, engine="graph")
    learn(compiled, epochs=10, seed=3, engine="compiled")

    assert_close(compiled.parameters(), graph.parameters(), 1e-13)


def test_a_larger_network_sees_the_same_order(engine):
    def made(extra):
        net = ns.Network("line")
        net.add_layer("x", 1)
        net.add_layer("h", 1 + extra, bias=None)
        net.add_layer("o", 1, bias=None)
        net.connect("x1", "o1", weight=0.0)
        return net

    weights = []
    for extra in (0, 5):
        net = made(extra)
        learn(net, epochs=10, seed=3, engine=engine)
        weights.append(net["x1", "o1"].weight)

    assert weights[0] == pytest.approx(weights[1], abs=1e-15)


def test_numpys_global_generator_is_left_alone(line, engine):
    before = np.random.get_state()[1].tobytes()  # noqa: NPY002 - it is what is asked about

    learn(line, epochs=3, seed=3, engine=engine)

    assert np.random.get_state()[1].tobytes() == before  # noqa: NPY002
