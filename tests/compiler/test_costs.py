"""The rules of choice: more work never costs less, and each border is where it is said to be."""

from itertools import pairwise

import numpy as np
import pytest

import neurosim as ns
from neurosim.compiler.costs import (
    LayerWork,
    dense_cost,
    most_slots,
    slots_per_bundle,
    sparse_cost,
    update_costs,
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


LAYER = LayerWork("tanh", 20, 1000, 1100, 0.5, 1020)


def test_more_of_anything_takes_both_programs_longer():
    for name in ("size", "backward", "parameters", "connections", "cells"):
        found = [update_costs(50, [LAYER._replace(**{name: n})], 64) for n in SIZES]
        assert grows([costs.kernel for costs in found]) == (name != "cells")
        assert grows([costs.arrays for costs in found]) == (name != "connections")
    rows = [update_costs(50, [LAYER], n) for n in (3, 8, 16, 64, 1000)]
    assert grows([costs.kernel for costs in rows])
    assert grows([costs.arrays for costs in rows])


def test_the_kernel_computes_whole_vectors_of_rows():
    alone = LAYER._replace(size=0)

    found = [update_costs(0, [alone], rows).kernel for rows in (3, 4, 5, 8, 9)]

    assert found[0] < found[1] < found[2] == found[3] < found[4]


def test_options_of_an_activation_cost_nothing():
    names = ("elu", "elu(alpha=2.0)", "relu")

    plain, chosen, other = (update_costs(2, [LAYER._replace(activation=n)], 8) for n in names)

    assert plain == chosen != other


def test_shared_weights_cost_the_kernel_alone():
    plain, shared = (update_costs(2, [LAYER], 8, shares=each) for each in (False, True))

    assert shared.kernel > plain.kernel
    assert shared.arrays == plain.arrays
