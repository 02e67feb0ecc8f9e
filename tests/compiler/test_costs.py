"""The rules of choice: more work never costs less, and each border is where it is said to be."""

from itertools import pairwise

import numpy as np
import pytest

import neurosim as ns
from neurosim.compiler.choice import kernel_work
from neurosim.compiler.costs import (
    LARGEST_KERNEL,
    LARGEST_ONLINE,
    ONLINE_ROWS,
    SHARED_FACTOR,
    dense_cost,
    kernel_limit,
    most_slots,
    slots_per_bundle,
    sparse_cost,
)
from neurosim.compiler.plan import Dense
from neurosim.compiler.planning import make_plan
from tests.each import each

SIZES = [1, 2, 5, 30, 64, 1000, 100_000]


def grows(costs):
    return all(before < after for before, after in pairwise(costs))


def test_more_of_anything_costs_more():
    assert grows([dense_cost(n, 50, 64, gathers=False) for n in SIZES])
    assert grows([dense_cost(50, n, 64, gathers=False) for n in SIZES])
    assert grows([dense_cost(50, 50, n, gathers=True) for n in SIZES])
    assert grows([sparse_cost(n, 50, 200, 64) for n in SIZES])
    assert grows([sparse_cost(2, n, 200, 64) for n in SIZES])
    assert grows([sparse_cost(2, 50, n, 64) for n in SIZES])
    assert grows([sparse_cost(2, 50, 200, n) for n in SIZES])


@each("n", SIZES)
def test_a_block_that_gathers_costs_more_than_one_that_does_not(n):
    assert dense_cost(n, n, n, gathers=True) > dense_cost(n, n, n, gathers=False)


def test_the_more_rows_the_fewer_empty_slots_are_worth_a_bundle():
    found = [slots_per_bundle(rows) for rows in SIZES]

    assert found == sorted(found, reverse=True)
    assert sparse_cost(2, 5, 100, 64) >= sparse_cost(1, 5, 100 + slots_per_bundle(64), 64)


def random_layer(n_sources, n_targets, n_each):
    rng = np.random.default_rng(1)
    net = ns.Network("random layer")
    net.add_layer("x", n_sources)
    net.add_layer("o", n_targets, bias=None)
    chosen = [rng.choice(n_sources, n_each, replace=False) for _ in range(n_targets)]
    pairs = [(f"x{i + 1}", f"o{j + 1}") for j, some in enumerate(chosen) for i in some]
    net.connect_many(pairs, [1.0] * len(pairs))
    return net


@pytest.mark.slow
@pytest.mark.parametrize("rows", [16, 64])
def test_the_emptier_the_matrix_the_sooner_it_is_sparse(rows):
    kinds = [
        isinstance(make_plan(random_layer(300, 100, n), rows).blocks[1].weights, Dense)
        for n in (2, 20, 100, 200, 300)
    ]

    assert kinds == sorted(kinds)
    assert (kinds[0], kinds[-1]) == (False, True)


def test_a_tiny_block_is_dense_however_empty():
    assert isinstance(make_plan(random_layer(20, 10, 1), 1).blocks[1].weights, Dense)


def test_a_bundle_has_a_slot_however_many_rows():
    assert most_slots(10**9) == 1 < most_slots(1)


def test_to_gather_costs_little_where_much_is_multiplied():
    gathers, plain = (dense_cost(50, 1000, 64, gathers=each) for each in (True, False))

    assert plain < gathers < 1.1 * plain


def test_one_row_and_two_are_online():
    limits = [kernel_limit(rows) for rows in (1, ONLINE_ROWS, ONLINE_ROWS + 1)]

    assert limits == [LARGEST_ONLINE, LARGEST_ONLINE, LARGEST_KERNEL]


def test_shared_weights_cost_the_kernel_more_from_the_second_row_on():
    net = ns.Network()
    net.add_layer("x", 2)
    net.add_layer("o", 3)
    net.connect("x", "o")

    alone = [kernel_work(net, rows) for rows in (1, 2)]
    net.share(("x1", "o1"), ("x2", "o2"))

    assert alone == [9, 18]  # weights and biases
    assert kernel_work(net, 1) == 9
    assert kernel_work(net, 2) == 2 * SHARED_FACTOR * 9
