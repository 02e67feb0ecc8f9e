"""The law of plans: a plan that breaks it is a mistake of the compiler, and is refused."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import neurosim as ns
from neurosim.compiler import verify
from tests.examples import examples


@pytest.fixture
def plan(irregular):
    return ns.compile_network(irregular).plan


def changed(plan, number, **changes):
    blocks = list(plan.blocks)
    blocks[number] = replace(blocks[number], **changes)
    return replace(plan, blocks=tuple(blocks))


@examples(50)
@given(data=st.data())
def test_the_plan_of_any_network_keeps_the_law(data, cases):
    net = data.draw(cases()).network

    plan = ns.compile_network(net).plan

    verify(plan)
    assert plan.n_parameters == len(net.parameters())
    assert plan.n_in == len(net.inputs)
    assert sorted(name for block in plan.blocks for name in block.names) == sorted(net.graph)
    assert plan.output_names == tuple(neuron.name for neuron in net.outputs)


def test_a_plan_reads_as_a_line(plan):
    assert str(plan).startswith("plan of irregular: ")
    assert str(plan).endswith("2 inputs, 3 outputs")


def dense_number(plan):
    """The number of a block with a matrix of several sources."""
    return next(
        block.number
        for block in plan.blocks[1:]
        if hasattr(block.weights, "sources") and len(block.weights.sources) > 1
    )


def with_sources(plan, number, sources):
    weights = replace(plan.blocks[number].weights, sources=np.array(sources, dtype=np.intp))
    return changed(plan, number, weights=weights)


def test_a_neuron_that_is_computed_twice_is_seen(plan):
    broken = changed(plan, 2, start=plan.blocks[1].start, stop=plan.blocks[1].stop)

    with pytest.raises(AssertionError, match="computed twice"):
        verify(broken)


def test_a_neuron_that_is_never_computed_is_seen(plan):
    with pytest.raises(AssertionError, match="a neuron is never computed"):
        verify(replace(plan, blocks=plan.blocks[:-1]))


def test_a_source_that_comes_too_late_is_seen(plan):
    number = dense_number(plan)

    with pytest.raises(AssertionError, match="a source comes too late"):
        verify(with_sources(plan, number, [0, plan.blocks[number].start]))


def test_sources_out_of_order_are_seen(plan):
    number = dense_number(plan)
    sources = plan.blocks[number].weights.sources

    with pytest.raises(AssertionError, match="sources are out of order"):
        verify(with_sources(plan, number, sources[::-1]))


def test_a_slot_with_two_owners_is_seen(plan):
    home = plan.home.copy()
    home[0] = home[1]

    with pytest.raises(AssertionError, match="a slot has two owners"):
        verify(replace(plan, home=home))


def test_a_parameter_that_lives_in_another_block_is_seen(plan):
    home = plan.home.copy()
    home[0] = plan.n_slots - 1

    with pytest.raises(AssertionError, match="a parameter has no home in its block"):
        verify(replace(plan, home=home))


def test_slots_that_overlap_are_seen(plan):
    last = plan.blocks[-1]

    with pytest.raises(AssertionError, match="slots overlap"):
        verify(changed(plan, last.number, first_slot=last.first_slot - 1))


def test_an_output_that_is_an_input_is_seen(plan):
    with pytest.raises(AssertionError, match="an output is no computed neuron"):
        verify(replace(plan, outputs=(0,)))


def test_a_plan_holds_no_weights(irregular):
    before = ns.compile_network(irregular).plan
    irregular.load_parameters(irregular.parameters() + 1.0)
    after = ns.compile_network(irregular.copy()).plan

    assert after == before
    assert hash(after) == hash(before)


def test_plans_of_other_structures_differ(irregular):
    before = ns.compile_network(irregular).plan
    irregular.connect("dead", "o")

    assert ns.compile_network(irregular).plan != before
    assert before != "a plan"


@examples(30)
@given(data=st.data())
def test_parameters_come_back_from_their_slots(data, cases):
    net = data.draw(cases()).network
    plan, theta = ns.compile_network(net).plan, net.parameters()

    slots = plan.to_slots(theta)

    assert plan.from_slots(slots).tobytes() == theta.tobytes()
    assert np.count_nonzero(slots) == np.count_nonzero(theta)
