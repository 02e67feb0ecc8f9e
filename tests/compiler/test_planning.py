"""From graph to plan: blocks dense or sparse, the law kept, and no weight in it."""

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import neurosim as ns
from neurosim.compiler import verify
from neurosim.compiler.plan import Dense
from neurosim.compiler.planning import make_plan, plan_of
from neurosim.functions.activations import ACTIVATIONS
from tests.examples import examples

# a dense block has holes for weights alone; what an activation learns lies behind all blocks
_WITHOUT_OWN = tuple(n for n, a in ACTIVATIONS.items() if a.slope is not None and not a.trained)


def sparse_plan(net, allowance=0, rows=64):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("neurosim.compiler.planning.sparse_cost", lambda *_: 0.0)
        patch.setattr("neurosim.compiler.planning.slots_per_bundle", lambda _: allowance)
        return make_plan(net, rows)


def held(plan):
    """What each slot that a parameter lives in connects, by the plan; ones are its bias."""
    names, found = plan.names_of_rows, {}
    for block in plan.blocks[1:]:
        if isinstance(block.weights, Dense):
            shape = block.size, len(block.weights.sources)
            matrices = [(block.start, np.broadcast_to(block.weights.sources, shape))]
        else:
            matrices = [(bundle.start, bundle.sources) for bundle in block.weights]
        slot = block.first_slot
        for start, sources in matrices:
            for i, j in np.ndindex(sources.shape):
                found[slot] = names[sources[i, j]], names[start + i]
                slot += 1
    pairs = [found[slot] for slot in plan.home.tolist()]
    return [
        f"{target}.bias" if source is None else f"{source}->{target}" for source, target in pairs
    ]


@examples(60)
@given(data=st.data(), allowance=st.sampled_from([0, 3, 1000]))
def test_plans_of_sparse_blocks_keep_the_law_and_place_each_parameter(data, cases, allowance):
    net = data.draw(cases()).network

    plan = sparse_plan(net, allowance)

    verify(plan)
    assert held(plan) == list(net.parameter_names())
    assert len(set(plan.home.tolist())) == len(plan.home)
    assert plan.from_slots(plan.to_slots(net.parameters())).tobytes() == net.parameters().tobytes()


@examples(30)
@given(data=st.data())
def test_plans_of_dense_blocks_place_each_parameter_and_know_their_holes(data, cases):
    net = data.draw(cases(_WITHOUT_OWN, aggregations=())).network

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("neurosim.compiler.planning.sparse_cost", lambda *_: math.inf)
        plan = make_plan(net)

    assert held(plan) == list(net.parameter_names())
    holes = [
        block.first_slot + hole for block in plan.blocks for hole in block.weights.holes.tolist()
    ]
    lived_in = plan.home.tolist()
    assert sorted([*holes, *lived_in]) == list(range(plan.n_slots - 1))


@examples(30)
@given(data=st.data())
def test_the_same_structure_has_the_same_plan_whatever_its_weights(data, cases):
    net = data.draw(cases()).network
    twin = net.copy()
    twin.load_parameters(net.parameters() + 1.0)

    for make in (make_plan, sparse_plan):
        assert make(net) == make(twin)
        assert make(net).fingerprint == make(twin).fingerprint
        assert hash(make(net)) == hash(make(twin))


EDITS = {
    "a connection": lambda net: net.connect("dead", "o"),
    "a neuron": lambda net: net.add_neuron("more"),
    "no connection": lambda net: net.remove_connection("x2", "a"),
    "fewer outputs": lambda net: setattr(net, "outputs", ["o"]),
    "outputs in another order": lambda net: setattr(net, "outputs", ["a", "s2", "o"]),
}


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("make", [make_plan, sparse_plan])
def test_another_structure_has_another_plan(irregular, make, edit):
    before = make(irregular)

    EDITS[edit](irregular)

    assert make(irregular).fingerprint != before.fingerprint
    assert make(irregular) != before


@pytest.mark.parametrize("make", [make_plan, sparse_plan])
def test_the_same_connections_from_other_sources_are_another_plan(make):
    def wired(source):
        net = ns.Network()
        net.add_layer("x", 2)
        net.add_layer("o", 1)
        net.connect(source, "o1", weight=1.0)
        return make(net)

    assert wired("x1").fingerprint != wired("x2").fingerprint
    assert wired("x1").fingerprint == wired("x1").fingerprint


def test_the_cost_of_a_sparse_block_is_that_of_its_slots(monkeypatch):
    asked = []
    net = ns.Network()
    net.add_layer("x", 3)
    net.add_layer("o", 3, bias=None)
    for i, j in ((1, 1), (1, 2), (2, 2), (1, 3), (2, 3)):
        net.connect(f"x{i}", f"o{j}")
    monkeypatch.setattr("neurosim.compiler.planning.slots_per_bundle", lambda _: 0)
    monkeypatch.setattr(
        "neurosim.compiler.planning.sparse_cost", lambda *given: asked.append(given) or 0.0
    )

    make_plan(net, 7)

    assert asked == [(2, 3, 5, 7)]  # a bundle of o1, with a slot, and one of o2 and o3, with two


def test_weights_shared_in_other_pairs_are_another_plan(irregular):
    first, second = irregular, irregular.copy()
    first.share(("x1", "a"), ("x1", "b")), first.share(("x2", "a"), ("x2", "o"))
    second.share(("x1", "a"), ("x2", "o")), second.share(("x2", "a"), ("x1", "b"))

    assert make_plan(first).home.tolist() == make_plan(second).home.tolist()
    assert make_plan(first).fingerprint != make_plan(second).fingerprint


def test_a_dense_and_a_sparse_plan_of_one_network_differ(irregular):
    assert make_plan(irregular) != sparse_plan(irregular)


def test_plans_for_other_rows_differ(irregular):
    assert make_plan(irregular, 1) != make_plan(irregular, 64)


def test_a_plan_is_made_once_and_again_after_an_edit(irregular):
    first = plan_of(irregular)
    kept = plan_of(irregular)
    irregular.load_parameters(irregular.parameters() + 1.0)
    after_weights = plan_of(irregular)
    irregular.connect("dead", "o")
    after_edit = plan_of(irregular)

    assert kept is first
    assert after_weights is first
    assert after_edit is not first
    assert plan_of(irregular, 3) is not after_edit


def test_plans_for_many_sizes_of_batches_do_not_pile_up(irregular):
    for rows in range(1, 40):
        assert plan_of(irregular, rows).rows == rows

    assert len(irregular._cached("plans", dict)) <= 4
    assert plan_of(irregular, 38) is plan_of(irregular, 38)
    assert {37, 38, 39} <= irregular._cached("plans", dict).keys()


def hub():
    """100 neurons that read two inputs each, and one that reads all 60."""
    net = ns.Network("hub")
    net.add_layer("x", 60)
    net.add_layer("o", 101, bias=None)
    for i, neuron in enumerate(net.layer("o").neurons):
        for k in range(60) if i == 50 else (i % 60, (i + 7) % 60):
            net.connect(net.inputs[k], neuron, weight=1.0)
    return net


def test_a_hub_has_a_bundle_of_its_own():
    (block,) = sparse_plan(hub(), allowance=1000).blocks[1:]

    assert [bundle.sources.shape for bundle in block.weights] == [(100, 2), (1, 60)]
    assert block.last_slot - block.first_slot == 260  # no padding at all
    assert block.names[-1] == "o51"


def test_a_sparse_target_reads_its_sources_in_the_order_of_rows():
    net = ns.Network("backwards")
    net.add_layer("x", 4)
    net.add_layer("o", 2, bias=None)
    for source in ("x4", "x2", "x3"):
        net.connect(source, "o1", weight=1.0)
    net.connect("x1", "o2", weight=1.0)

    (block,) = sparse_plan(net, allowance=10).blocks[1:]

    (bundle,) = block.weights
    zero = sparse_plan(net).zero_row
    assert block.names == ("o2", "o1")  # by the number of sources
    assert bundle.sources.tolist() == [[0, zero, zero], [1, 2, 3]]


def with_bundles(plan, bundles):
    block = replace(plan.blocks[1], weights=tuple(bundles))
    return replace(plan, blocks=(plan.blocks[0], block))


def test_a_sparse_source_that_comes_too_late_is_seen():
    plan = sparse_plan(hub())
    few, many = plan.blocks[1].weights
    late = few.sources.copy()
    late[0, 0] = plan.blocks[1].start

    with pytest.raises(AssertionError, match="a source comes too late"):
        verify(with_bundles(plan, [replace(few, sources=late), many]))


def test_a_gap_between_bundles_is_seen():
    plan = sparse_plan(hub())
    few, many = plan.blocks[1].weights

    with pytest.raises(AssertionError):
        verify(with_bundles(plan, [replace(few, stop=few.stop - 1), many]))


def test_a_last_slot_that_something_lives_in_is_seen():
    plan = sparse_plan(hub())

    with pytest.raises(AssertionError, match="the last slot is not free"):
        verify(replace(plan, n_slots=plan.n_slots - 1))


def test_a_parameter_beyond_all_slots_is_seen():
    plan = sparse_plan(hub())
    home = plan.home.copy()
    home[0] = plan.n_slots

    with pytest.raises(AssertionError, match="a parameter has no home"):
        verify(replace(plan, home=home))


def test_rows_of_vectors_come_back_from_their_slots_too(irregular):
    plan = sparse_plan(irregular)
    rows = np.random.default_rng(1).normal(size=(3, plan.n_parameters))

    slots = plan.to_slots(rows)
    single = plan.to_slots(rows, np.float32)

    assert slots.shape == (3, plan.n_slots)
    assert plan.from_slots(slots).tobytes() == rows.tobytes()
    assert single.dtype == np.float32
    assert plan.from_slots(single).tolist() == rows.astype(np.float32).tolist()
    assert not slots[:, -1].any()


def test_the_blocks_stand_one_behind_the_other_with_a_row_of_ones_between(irregular):
    for plan in (make_plan(irregular), sparse_plan(irregular)):
        for before, after in pairwise(plan.blocks):
            assert after.start == before.stop + 1
            assert plan.names_of_rows[before.stop] is None
        assert plan.zero_row == plan.blocks[-1].stop + 1
