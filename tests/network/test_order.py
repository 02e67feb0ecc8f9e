"""The order that is kept as edges come, against networkx's own search for cycles."""

import random

import networkx as nx
import pytest

from neurosim.network.order import AcyclicOrder
from tests.each import each


class Kept:
    """A graph with an order beside it, as the structure keeps them."""

    def __init__(self, n):
        self.order = AcyclicOrder()
        self.unit = {i: self.order.add(str(i)) for i in range(n)}
        self.graph = nx.DiGraph()
        self.graph.add_nodes_from(self.unit.values())

    def connect(self, *pairs, anew=False):
        """Whether the edges could be added, by a search or by sorting anew; all or none."""
        edges = [(self.unit[u], self.unit[v]) for u, v in pairs]
        self.graph.add_edges_from(edges)
        against = [(u, v) for u, v in edges if u.label > v.label]
        graph = self.graph
        cycle = []
        if anew:
            cycle = self.order.sort(graph.successors, graph.in_degree)
        elif against:
            cycle = self.order.admit(against, graph.successors, graph.predecessors)
        if cycle:
            ring = zip(cycle, [*cycle[1:], cycle[0]], strict=True)
            assert all(self.graph.has_edge(u, v) for u, v in ring)
            self.graph.remove_edges_from(edges)
        return not cycle

    def remove(self, i):
        self.graph.remove_node(self.unit[i])
        self.order.remove(self.unit.pop(i))

    def check(self):
        units = list(self.order.units)
        labels = [unit.label for unit in units]
        place = {unit: i for i, unit in enumerate(units)}
        assert set(units) == set(self.unit.values())
        assert labels == sorted(set(labels))
        assert all(place[u] < place[v] for u, v in self.graph.edges)


def new_pair(rng, kept):
    while True:
        u, v = rng.sample(sorted(kept.unit), 2)
        if not kept.graph.has_edge(kept.unit[u], kept.unit[v]):
            return u, v


@each("seed", range(20))
def test_single_edges_are_admitted_exactly_where_networkx_finds_no_cycle(seed):
    rng = random.Random(seed)  # noqa: S311 - no secret
    kept = Kept(14)
    for _ in range(60):
        u, v = new_pair(rng, kept)
        closes = nx.has_path(kept.graph, kept.unit[v], kept.unit[u])

        admitted = kept.connect((u, v))

        assert admitted is not closes
        kept.check()


@pytest.mark.quick("0", "1-")
@pytest.mark.parametrize("seed", range(30))
def test_lists_of_edges_and_removals_keep_the_order(seed):
    rng = random.Random(seed)  # noqa: S311 - no secret
    kept = Kept(25)
    n_admitted = n_refused = 0
    for step in range(40):
        pairs = {new_pair(rng, kept) for _ in range(rng.choice([1, 2, 5]))}
        whole = kept.graph.copy()
        whole.add_edges_from((kept.unit[u], kept.unit[v]) for u, v in pairs)

        admitted = kept.connect(*pairs, anew=step % 3 == 0)

        assert admitted is nx.is_directed_acyclic_graph(whole)
        kept.check()
        n_admitted, n_refused = n_admitted + admitted, n_refused + (not admitted)
        if step % 5 == 4:
            kept.remove(rng.choice(sorted(kept.unit)))
            kept.check()
            kept.unit[100 + step] = kept.order.add(str(100 + step))
            kept.graph.add_node(kept.unit[100 + step])
    assert n_admitted > 5
    assert n_refused > 5


def test_a_ring_is_refused_as_the_ring():
    kept = Kept(5)
    kept.connect((0, 1), (1, 2), (2, 3))
    edge = (kept.unit[3], kept.unit[0])
    kept.graph.add_edge(*edge)

    cycle = kept.order.admit([edge], kept.graph.successors, kept.graph.predecessors)

    names = "".join(unit.name for unit in cycle)
    assert names in {"0123", "1230", "2301", "3012"}


def test_a_chain_made_backward_keeps_the_order():
    n = 500  # each edge runs against the order; 200 halvings use up the room for labels
    kept = Kept(n)

    for i in range(n - 1):
        kept.connect((i + 1, i))

    assert [unit.name for unit in kept.order.units] == [str(i) for i in reversed(range(n))]
    kept.check()


def test_room_is_made_where_units_come_to_one_place_again_and_again():
    n = 300  # more than the 200 halvings of a gap
    kept = Kept(n + 10)
    kept.connect(*((i, i + 1) for i in range(9)))  # 0 has so many behind it that others move

    for i in range(10, n + 10):
        kept.connect((i, 0))

    assert [unit.name for unit in kept.order.units][:2] == ["10", "11"]
    kept.check()


def test_units_that_all_move_to_one_place_find_room():
    n = 300
    kept = Kept(n)
    kept.connect((0, 1))

    for i in range(2, n):  # each must come between 0 and 1
        kept.connect((i, 1), (0, i))

    kept.check()


def test_one_search_serves_a_whole_list():
    n = 200
    kept = Kept(n)
    asked = []

    def successors(unit):
        asked.append(unit)
        return list(kept.graph.successors(unit))

    edges = [(kept.unit[i + 1], kept.unit[i]) for i in range(n - 1)]
    kept.graph.add_edges_from(edges)
    kept.order.admit(edges, successors, kept.graph.predecessors)

    kept.check()
    assert len(asked) <= 3 * n  # found once, counted once, sorted once
