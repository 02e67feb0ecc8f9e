"""The rules of choice: more work never costs less, and each border is where it is said to be."""

from itertools import pairwise

import numpy as np
import pytest

import neurosim as ns
from neurosim.compiler.costs import (
    LARGEST_SCALAR,
    dense_cost,
    is_scalar_faster,
    scalar_limit,
    slots_per_bundle,
    sparse_cost,
)
from neurosim.compiler.plan import Dense
from neurosim.compiler.planning import make_plan
from neurosim.compiler.training_programs import choose_kind, plan_for

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


@pytest.mark.parametrize("n", SIZES)
def test_a_block_that_gathers_costs_more_than_one_that_does_not(n):
    assert dense_cost(n, n, n, gathers=True) > dense_cost(n, n, n, gathers=False)


def test_the_more_rows_the_fewer_empty_slots_are_worth_a_bundle():
    found = [slots_per_bundle(rows) for rows in SIZES]

    assert found == sorted(found, reverse=True)
    assert sparse_cost(2, 5, 100, 64) >= sparse_cost(1, 5, 100 + slots_per_bundle(64), 64)


@pytest.mark.parametrize("blocks", [1, 2, 7])
@pytest.mark.parametrize("rows", [1, 4])
def test_single_numbers_win_up_to_the_border_and_not_beyond(blocks, rows):
    border = scalar_limit(blocks) // rows

    assert is_scalar_faster(border, rows, blocks)
    assert not is_scalar_faster(border + 1, rows, blocks)


def test_a_program_of_single_numbers_is_never_huge():
    assert is_scalar_faster(LARGEST_SCALAR, 1, 10_000)
    assert not is_scalar_faster(LARGEST_SCALAR + 1, 1, 10_000)


def layers(*sizes):
    net = ns.Network("layers", seed=1)
    for number, size in enumerate(sizes):
        net.add_layer(f"l{number}", size, bias=None)
        if number:
            net.connect(f"l{number - 1}", f"l{number}")
    return net


@pytest.mark.parametrize(
    ("sizes", "rows", "kind"),
    [
        ((83, 1), 1, "scalar"),  # 35 + 48
        ((84, 1), 1, "array"),
        ((3, 1), 27, "scalar"),  # 3 x 27 = 81
        ((3, 1), 28, "array"),
        ((6, 10, 7), 1, "scalar"),  # 130, and 35 + 48 x 2
        ((6, 10, 6, 1), 2, "array"),  # 126 x 2, and 35 + 48 x 3
    ],
)
def test_the_kind_of_program_is_by_parameters_rows_and_levels(sizes, rows, kind):
    assert choose_kind(layers(*sizes), rows) == kind


@pytest.mark.usefixtures("sparse_always")
def test_a_program_of_single_numbers_has_dense_blocks_only():
    net = layers(3, 4)
    net.remove_connection("l01", "l11")

    kinds = {
        kind: isinstance(plan_for(net, kind, 1).blocks[1].weights, Dense)
        for kind in ("array", "scalar")
    }

    assert kinds == {"array": False, "scalar": True}


def random_layer(n_sources, n_targets, n_each):
    rng = np.random.default_rng(1)
    net = ns.Network("random layer")
    net.add_layer("x", n_sources)
    net.add_layer("o", n_targets, bias=None)
    chosen = [rng.choice(n_sources, n_each, replace=False) for _ in range(n_targets)]
    pairs = [(f"x{i + 1}", f"o{j + 1}") for j, some in enumerate(chosen) for i in some]
    net.connect_many(pairs, [1.0] * len(pairs))
    return net


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
