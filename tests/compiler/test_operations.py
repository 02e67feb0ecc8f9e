"""The lowering: what is computed from what, and where errors come from, each connection once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import neurosim as ns
from neurosim.compiler.operations import (
    Activate,
    Affine,
    Assign,
    Delta,
    MeasureLoss,
    Normalise,
    Update,
    can_descend,
    lower_backward,
    lower_forward,
)
from neurosim.compiler.plan import Dense
from neurosim.compiler.planning import make_plan
from neurosim.functions.losses import LOSSES
from neurosim.functions.optimizers import SGD, Adam
from neurosim.functions.penalties import L2
from tests.each import each
from tests.examples import examples

HALF = LOSSES["half_squared_error"]


def sparse_plan(net, allowance):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("neurosim.compiler.planning.sparse_cost", lambda *_: 0.0)
        patch.setattr("neurosim.compiler.planning.slots_per_bundle", lambda _: allowance)
        return make_plan(net)


def test_products_alone_descend_where_all_blocks_are_dense_and_nothing_else_is_learned(irregular):
    plain = Update(SGD(1.0), None, has_fixed=False)
    learned = ns.Network()
    learned.add_layer("x", 2)
    learned.add_layer("o", 2, activation="prelu")
    learned.connect("x", "o")

    assert can_descend(make_plan(irregular), plain)
    assert not can_descend(sparse_plan(irregular, 0), plain)
    assert not can_descend(make_plan(learned), plain)


def ways(plan, operations):
    """Every (source row, slot, target row) over which an error comes back."""
    found = []
    for delta in (op for op in operations if isinstance(op, Delta)):
        start = delta.block.start
        for link in delta.links:
            width = len(link.consumer.weights.sources)
            for i in range(link.consumer.size):
                for row, column in zip(
                    link.rows, range(link.first_column, link.last_column), strict=True
                ):
                    slot = link.consumer.first_slot + i * width + column
                    found.append((start + row, slot, link.consumer.start + i))
        if delta.fan is None:
            continue
        targets = [row for bundle in delta.fan.bundles for row in bundle.targets.tolist()]
        slots = [row for bundle in delta.fan.bundles for row in bundle.slots.tolist()]
        for row, fed, weights in zip(delta.fan.rows.tolist(), targets, slots, strict=True):
            ends = [pair for pair in zip(weights, fed, strict=True) if pair[1] != plan.zero_row]
            assert len(weights) - len(ends) == weights.count(plan.n_slots - 1)
            found += [(start + row, slot, target) for slot, target in ends]
    return found


def connections(plan):
    """Every (source row, slot, target row) of the plan, of inputs and holes aside."""
    found = []
    for block in plan.blocks[1:]:
        slot = block.first_slot
        if isinstance(block.weights, Dense):
            shape = block.size, len(block.weights.sources)
            matrices = [(block.start, np.broadcast_to(block.weights.sources, shape))]
        else:
            matrices = [(bundle.start, bundle.sources) for bundle in block.weights]
        for start, sources in matrices:
            for i, j in np.ndindex(sources.shape):
                found.append((int(sources[i, j]), slot, start + i))
                slot += 1
    computed = {row for block in plan.blocks[1:] for row in range(block.start, block.stop)}
    return {way for way in found if way[0] in computed}


@examples(60)
@given(data=st.data(), allowance=st.sampled_from([0, 2, 1000]))
def test_blame_comes_back_over_each_connection_once(data, cases, allowance):
    net = data.draw(cases(losses=("half_squared_error",), aggregations=())).network
    net.outputs = [neuron for neuron in net.neurons if not neuron.is_input]  # so none is dead
    plan = sparse_plan(net, allowance)

    found = ways(plan, lower_backward(plan, HALF))

    assert len(set(found)) == len(found)
    lived_in = set(plan.home.tolist())
    assert {way for way in found if way[1] in lived_in} == {
        way for way in connections(plan) if way[1] in lived_in
    }


@examples(30)
@given(data=st.data())
def test_blame_is_told_after_all_it_comes_from(data, cases):
    plan = sparse_plan(data.draw(cases()).network, 0)
    told = set()

    for operation in lower_backward(plan, HALF):
        if isinstance(operation, Delta):
            for link in operation.links:
                assert link.consumer.number in told
            told.add(operation.block.number)
        if isinstance(operation, Assign):
            assert operation.is_dead == (operation.block.number not in told)


def test_each_block_fires_and_is_assigned_once(irregular):
    plan = make_plan(irregular)
    numbers = [block.number for block in plan.blocks[1:]]

    forward, backward = lower_forward(plan), lower_backward(plan, HALF)

    assert [op.block.number for op in forward if isinstance(op, Affine)] == numbers
    fired = [op for op in forward if isinstance(op, Activate | Normalise)]
    assert [op.block.number for op in fired] == numbers
    assert [op.block.activation for op in fired if isinstance(op, Normalise)] == ["softmax"]
    assert [op.block.number for op in backward if isinstance(op, Assign)] == numbers[::-1]


def test_a_dead_end_has_no_blame_and_a_gradient_of_zero(irregular):
    plan = make_plan(irregular)

    backward = lower_backward(plan, HALF)

    (dead,) = (op for op in backward if isinstance(op, Assign) and op.is_dead)
    assert dead.block.names == ("dead",)
    found = {name for op in backward if isinstance(op, Delta) for name in op.block.names}
    assert found == {"a", "b", "alone", "s1", "s2", "s3", "o"}


def test_what_only_feeds_a_dead_end_is_dead_too(irregular):
    irregular.outputs = ["s2"]
    for plan in (make_plan(irregular), sparse_plan(irregular, 0)):
        backward = lower_backward(plan, HALF)

        found = {name for op in backward if isinstance(op, Delta) for name in op.block.names}
        assert found == {"a", "b", "alone", "s1", "s2", "s3"}


def test_outputs_are_measured_where_they_stand(irregular):
    plan = make_plan(irregular)  # outputs: o, s2, a

    aims = [op.aim for op in lower_backward(plan, HALF) if isinstance(op, MeasureLoss)]

    found = {aim.block.names[row]: aim for aim in aims for row in aim.rows}
    assert {name: aim.targets for name, aim in found.items()} == {"o": (0,), "s2": (1,), "a": (2,)}
    assert {name: aim.is_whole for name, aim in found.items()} == {
        "o": True,
        "s2": False,
        "a": True,
    }
    assert not any(aim.is_delta for aim in aims)


@pytest.mark.parametrize(
    ("loss", "is_delta"), [("binary_cross_entropy", True), ("half_squared_error", False)]
)
def test_a_slope_by_the_net_input_is_delta_itself(layered, loss, is_delta):
    backward = lower_backward(make_plan(layered), LOSSES[loss])

    (aim,) = (op.aim for op in backward if isinstance(op, MeasureLoss))
    assert aim.is_delta is is_delta


class Described(SGD):
    """Plain descent, with words of its own."""

    def __str__(self):
        return "downhill"


class Halved(SGD):
    """Descent by half of the gradient."""

    def scalar(self, w, g, memory, count, rate):
        return super().scalar(w, 0.5 * g, memory, count, rate)


class Arrays(SGD):
    """Descent with an array form of its own."""

    def array(self, w, g, memory, count, rate):
        w -= rate * g


@each(
    ("optimizer", "penalty", "is_plain"),
    [
        (SGD(0.5), None, True),
        (SGD(0.5, momentum=0.9), None, False),
        (SGD(0.5), L2(0.1), False),
        (Adam(0.5), None, False),
        (Described(0.5), None, True),
        (Halved(0.5), None, False),
        (Arrays(0.5), None, False),
    ],
)
def test_an_update_is_plain_where_it_only_subtracts(optimizer, penalty, is_plain):
    assert Update(optimizer, penalty, has_fixed=False).is_plain is is_plain
