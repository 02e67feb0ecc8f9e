"""Large networks: time and memory grow with the connections, not with their square.

The bounds are orders of magnitude, so that a busy machine does not break them.
"""

import gc
import random
import time
import tracemalloc

import pytest

from neurosim.errors import GraphError
from neurosim.network import Network


def random_dag(n, *, against_the_order=False, degree=10):
    """A network of n bare neurons, and a list of 10 n edges and weights for it."""
    rng = random.Random(0)  # noqa: S311 - no secret
    net = Network()
    net.add_layer("x", 1)
    net.add_layer("n", [f"n{i}" for i in range(n)], bias=None)
    place = list(range(n))
    if against_the_order:
        rng.shuffle(place)
    pairs = set()
    while len(pairs) < degree * n:
        u, v = rng.randrange(n), rng.randrange(n)
        if u < v:
            pairs.add((f"n{place[u]}", f"n{place[v]}"))
    return net, sorted(pairs), [rng.gauss(0, 1) for _ in pairs]


def seconds(call):
    gc.collect()
    start = time.process_time()
    call()
    return time.process_time() - start


def seconds_to_build(n, **options):
    net, pairs, weights = random_dag(n, **options)
    return seconds(lambda: net.connect_many(pairs, weights))


@pytest.mark.slow
@pytest.mark.parametrize("against_the_order", [False, True])
def test_a_list_ten_times_as_long_takes_about_ten_times_as_long(against_the_order):
    seconds_to_build(300)  # warm

    short = min(seconds_to_build(1000, against_the_order=against_the_order) for _ in range(3))
    long = seconds_to_build(10_000, against_the_order=against_the_order)

    assert long < 40 * short  # a quadratic search would take 100 times as long


@pytest.mark.slow
def test_a_connection_takes_at_most_450_bytes_with_its_share_of_the_neurons():
    net, pairs, weights = random_dag(2000)
    net.connect_many(pairs, weights)
    tracemalloc.start()
    try:
        twin = net.copy()  # it shares names and numbers with its original: 8 bytes and 24 of them
        gc.collect()
        copied = tracemalloc.get_traced_memory()[0]
        twin.load_parameters(twin.parameters())
        numbered = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()

    assert copied < numbered < 450 * len(pairs)


@pytest.mark.slow
def test_layers_are_connected_without_a_search_for_each_connection():
    net = Network()
    net.add_layer("x", 1)
    net.add_layer("late", 200)
    net.add_layer("early", 200)

    spent = seconds(lambda: net.connect("early", "late", weight=0.0))  # against the order

    assert len(net.connections) == 40_000
    assert spent < 5.0  # 40,000 searches over up to 40,000 connections would take minutes


@pytest.mark.slow
def test_a_long_cycle_is_refused_in_a_short_message_in_time():
    n = 5000
    net = Network()
    for i in range(n):
        net.add_neuron(f"n{i}")
    ring = [(f"n{i}", f"n{(i + 1) % n}") for i in range(n)]

    with pytest.raises(GraphError, match=r"got n4999 -> n0 -> .* \.\.\. \(4989 more\)") as caught:
        net.connect_many(ring)

    assert len(str(caught.value)) < 300
    assert net.connections == ()


@pytest.mark.slow
def test_removing_connections_one_by_one_is_not_quadratic():
    net, pairs, weights = random_dag(1000)
    net.connect_many(pairs, weights)

    spent = seconds(lambda: [net.remove_connection(*pair) for pair in pairs])

    assert net.connections == ()
    assert spent < 2.0  # 10,000 removals from a list of 10,000 would sweep 50 million


def test_a_connection_made_and_removed_again_and_again_leaves_nothing_behind(net):
    for _ in range(500):
        net.connect("x1", "o1", weight=1.0)
        net.remove_connection("x1", "o1")

    assert len(net._structure._listed) < 100
    assert [c.name for c in net.connections] == [
        "x1->h1", "x1->h2", "x2->h1", "x2->h2", "h1->o1", "h2->o1",
    ]  # fmt: skip


@pytest.mark.slow
def test_two_hundred_thousand_connections_are_built_listed_and_loaded():
    n = 20_000
    net, pairs, weights = random_dag(n)

    made = net.connect_many(pairs, weights)

    theta = net.parameters()
    assert len(made) == len(net.connections) == theta.size == 200_000
    assert len(net.graph.edges) == 200_000
    net.load_parameters(theta[::-1])
    assert net.parameters().tolist() == theta[::-1].tolist()
    assert net.trainable_mask().all()
    assert sum(map(len, net.generations())) == n + 1
