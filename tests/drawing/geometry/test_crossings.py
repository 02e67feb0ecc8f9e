"""The order in columns, and how many lines cross in it."""

import numpy as np
import pytest

from neurosim.drawing.geometry.abridging import fold
from neurosim.drawing.geometry.columns import layered_graph
from neurosim.drawing.geometry.crossings import count_crossings, count_inversions, reduce_crossings
from neurosim.network import Network
from tests.each import each


def crossings(net, kind="levels"):
    """How many lines cross in the order of insertion, and in the one that is chosen."""
    graph = layered_graph(fold(net, kind=kind, full=True))
    edges = graph.edges()
    before = count_crossings(graph.columns, edges)
    return before, count_crossings(reduce_crossings(graph), edges)


def build(names, *pairs):
    """A network of these neurons, added in this order."""
    net = Network()
    for name in names:
        net.add_neuron(name)
    net.connect_many([tuple(pair) for pair in pairs], np.ones(len(pairs)))
    return net


@each(
    ("values", "n"),
    [([], 0), ([5], 0), ([1, 2, 3], 0), ([3, 2, 1], 3), ([2, 2], 0), ([4, 0, 3], 2)],
)
def test_inversions_are_pairs_in_the_wrong_order(values, n):
    assert count_inversions(np.array(values, dtype=np.intp)) == n


def test_inversions_of_random_numbers_are_those_counted_one_by_one():
    rng = np.random.default_rng(0)
    for size in (2, 7, 40):
        values = rng.integers(0, size, size)

        assert count_inversions(values) == int(np.triu(values[:, None] > values, 1).sum())


def test_two_columns_connected_in_full_cross_as_the_formula_says(layered):
    assert crossings(layered(4, 5)) == (60, 60)  # 4*3/2 * 5*4/2


def test_a_crossed_pair_is_uncrossed():
    assert crossings(build("abcd", "ad", "bc")) == (1, 0)


def test_a_tree_whose_leaves_were_added_in_any_order_has_no_crossings():
    rng = np.random.default_rng(3)
    for n in (10, 40, 120):
        parents = [int(rng.integers(i)) for i in range(1, n)]
        names = [f"n{i}" for i in range(n)]
        net = Network()
        for i in [0, *(rng.permutation(n - 1) + 1)]:
            net.add_neuron(names[i])
        pairs = [(names[p], names[i + 1]) for i, p in enumerate(parents)]

        net.connect_many(pairs, np.ones(n - 1))

        assert crossings(net)[1] == 0


def test_a_tree_that_flows_together_has_no_crossings():
    rng = np.random.default_rng(4)
    net = Network()
    n = 60
    for i in [*(rng.permutation(n - 1) + 1), 0]:
        net.add_neuron(f"n{i}")
    net.connect_many([(f"n{i}", f"n{rng.integers(i)}") for i in range(1, n)], np.ones(n - 1))

    assert crossings(net)[1] == 0


def test_a_line_that_skips_a_column_has_a_bend_in_it():
    net = build("xabo", "xa", "xb", "ao", "bo", "xo")

    graph = layered_graph(fold(net))

    assert [len(column) for column in graph.columns] == [1, 3, 1]  # a, b, and the line's bend
    assert crossings(net) == (0, 0)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["layers", "levels"])
def test_there_are_never_more_crossings_than_in_the_order_of_insertion(random_network, kind):
    counts = [crossings(random_network(seed), kind) for seed in range(40)]

    assert all(after <= before for before, after in counts)
    assert sum(after for _, after in counts) < sum(before for before, _ in counts)
