"""A list of steps is a journal: undone from its end, every object is as it was, to the bit."""

from typing import get_args

import numpy as np
import pytest

from neurosim.errors import WrongTypeError
from neurosim.functions.losses import LOSSES
from neurosim.functions.optimizers import (
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    Adamax,
    AdamW,
    KerasAdam,
    NAdam,
    RMSprop,
    Rprop,
)
from neurosim.functions.penalties import L2, require_penalty
from neurosim.functions.update_options import Clip, WeightDecay
from neurosim.interpreter import (
    Dropped,
    ErrorDropped,
    Noised,
    Step,
    Updated,
    forward,
    redo,
    undo,
)
from neurosim.network import Network, Neuron
from neurosim.network.parameter import Parameter
from neurosim.network.scaling import Scaling


def layered():
    made = Network("layered", seed=3)
    made.add_layer("x", 2)
    made.add_layer("h", 3, activation="tanh", bias=0.1)
    made.add_layer("o", 2, activation="sigmoid")
    made.connect("x", "h")
    made.connect("h", "o")
    return made, LOSSES["binary_cross_entropy"], [[0.0, 1.0], [1.0, 0.25]]


def irregular():
    """A skip, a dead end, an output that feeds another, a missing bias, frozen parameters."""
    made = Network("irregular")
    made.add_layer("x", 2)
    made.add_neuron("a", activation="relu", bias=None, aggregation="max")
    made.add_neuron("b", activation="gelu", bias=-0.2)
    made.add_neuron("dead", activation="sin", bias=0.3)
    made.add_neuron("y", activation="softplus")
    made.connect("x1", "a", weight=0.7)
    made.connect("a", "b", weight=-1.5, trainable=False)
    made.connect("x2", "b", weight=0.4)
    made.connect("x2", "y", weight=0.9)
    made.connect("b", "y", weight=2.0)
    made.connect("b", "dead", weight=1.0)
    made["b"].bias_trainable = False
    made.outputs = ["y", "b"]
    made.set_scaling("x1", Scaling(0.5, 2.0))
    made.set_scaling("y", Scaling(-3.0, 0.1))
    return made, LOSSES["mean_squared_error"], [[0.5, 1.0], [-1.0, 2.0]]


def classifier():
    """A softmax layer in the middle, and one as the output."""
    made = Network("classifier", seed=4)
    made.add_layer("x", 2)
    made.add_layer("m", 2, activation="softmax")
    made.add_layer("o", 3, activation="softmax", bias=0.5)
    made.connect("x", "m")
    made.connect("m", "o")
    return made, LOSSES["cross_entropy"], [[0.0, 1.0, 0.0], [0.2, 0.3, 0.5]]


X = [[0.5, -1.5], [2.0, 0.25]]
NETWORKS = [layered, irregular, classifier]
RULES = [
    SGD(0.1),
    SGD(0.1, momentum=0.9, nesterov=True),
    RMSprop(),
    Adagrad(),
    Adam(),
    AdamW(),
    Adamax(),
    NAdam(),
    KerasAdam(),
    Adadelta(),
    Rprop(),
]


def snapshot(network, memory):
    """Every slot of every object, every number of the optimizer, to the bit."""
    slots = [
        (owner.name, slot, repr(getattr(owner, slot)))
        for owner in (*network.neurons, *network.parameter_list())
        for slot in (*Parameter.__slots__, *Neuron.__slots__)
        if hasattr(owner, slot) and slot not in {"__weakref__", "_layer", "_holder"}
    ]
    return slots, repr(network.loss), memory.tobytes()


def memory_of(network, rule):
    return np.repeat(np.array(rule.start)[:, None], len(network.parameters()), axis=1)


@pytest.mark.quick("irregular")
@pytest.mark.parametrize("rule", RULES, ids=repr)
@pytest.mark.parametrize("make", NETWORKS)
def test_undoing_a_batch_from_its_end_restores_each_moment_of_it(make, rule, batch):
    network, loss, T = make()
    memory = memory_of(network, rule)
    options = {"memory": memory, "divisor": 2, "penalty": L2(0.1)}
    list(batch(network, X, T, loss, rule, **options))  # so that nothing is None
    moments, journal = [snapshot(network, memory)], []
    for step in batch(network, X, T, loss, rule, count=2, **options):
        journal.append(step)
        moments.append(snapshot(network, memory))

    for step in reversed(journal):
        assert snapshot(network, memory) == moments.pop()
        undo(step)

    assert snapshot(network, memory) == moments.pop()
    assert moments == []


@pytest.mark.quick("irregular")
@pytest.mark.parametrize("rule", RULES, ids=repr)
@pytest.mark.parametrize("make", NETWORKS)
def test_what_was_undone_is_redone_from_the_records_alone(make, rule, batch):
    network, loss, T = make()
    memory = memory_of(network, rule)
    moments, journal = [], []
    for step in batch(network, X, T, loss, rule, memory=memory):
        journal.append(step)
        moments.append(snapshot(network, memory))
    for step in reversed(journal):
        undo(step)

    for step, moment in zip(journal, moments, strict=True):
        redo(step)

        assert snapshot(network, memory) == moment


OPTIONS = {
    "penalty": require_penalty({"l1": 0.1, "l2": 0.2, "max_norm": 0.5, "on": "all"}),
    "clip": Clip(norm=0.3, per="layer"),
    "weight_decay": WeightDecay(0.1),
}


@pytest.mark.quick("irregular")
@pytest.mark.parametrize("rule", RULES, ids=repr)
@pytest.mark.parametrize("make", NETWORKS)
def test_an_update_with_options_is_undone_and_redone_exactly(make, rule, batch):
    network, loss, T = make()
    memory = memory_of(network, rule)
    moments, journal = [snapshot(network, memory)], []
    for step in batch(network, X, T, loss, rule, memory=memory, divisor=2, **OPTIONS):
        journal.append(step)
        moments.append(snapshot(network, memory))
    assert any(s.adjusted.projection != 1.0 for s in journal if isinstance(s, Updated))

    for step in reversed(journal):
        assert snapshot(network, memory) == moments.pop()
        undo(step)
    first = snapshot(network, memory)
    for step in journal:
        redo(step)

    assert first == moments.pop()
    for step in reversed(journal):
        undo(step)
    assert snapshot(network, memory) == first


@pytest.mark.parametrize("make", NETWORKS)
def test_undoing_the_first_batch_of_all_leaves_nothing_computed(make, batch):
    network, loss, T = make()
    memory = memory_of(network, Adam())
    before = snapshot(network, memory)

    journal = list(batch(network, X, T, loss, Adam(), memory=memory))
    for step in reversed(journal):
        undo(step)

    assert snapshot(network, memory) == before
    assert all(neuron.output is None for neuron in network.neurons)


@pytest.mark.parametrize("make", NETWORKS)
def test_what_was_undone_can_be_done_again_with_the_same_steps(make, batch):
    network, loss, T = make()
    memory = memory_of(network, Adam())

    first = list(batch(network, X, T, loss, Adam(), memory=memory))
    end = snapshot(network, memory)
    for step in reversed(first):
        undo(step)
    again = list(batch(network, X, T, loss, Adam(), memory=memory))

    assert [repr(step) for step in again] == [repr(step) for step in first]
    assert snapshot(network, memory) == end


def test_these_batches_hold_every_kind_of_step(batch):
    kinds = set()
    for make in NETWORKS:
        network, loss, T = make()
        kinds.update(map(type, batch(network, X, T, loss, SGD(0.1))))

    assert kinds == set(get_args(Step)) - {Noised, Dropped, ErrorDropped}  # of a training


def test_every_step_changes_at_most_what_it_names(batch):
    network, loss, T = irregular()
    memory = memory_of(network, Adam())
    before = snapshot(network, memory)[0]

    for step in batch(network, X, T, loss, Adam(), memory=memory):
        after = snapshot(network, memory)[0]
        changed = {old[0] for old, new in zip(before, after, strict=True) if old != new}
        assert changed <= names_of(step)
        before = after


def names_of(step):
    if "neuron" in step._fields:
        return {step.neuron.name}
    if "parameter" in step._fields:
        return {step.parameter.name, step.parameter.owner.name}
    if type(step).__name__ == "Summed":
        return {step.connection.target.name}
    return {step.connection.source.name} if "connection" in step._fields else set()


def test_a_wrong_before_would_be_seen(batch):
    network, loss, T = layered()
    memory = memory_of(network, SGD(0.1))
    list(batch(network, X, T, loss, SGD(0.1), memory=memory))
    start = snapshot(network, memory)

    for step in reversed(list(forward(network, X[1]))):
        undo(step._replace(before=0.5) if type(step).__name__ == "Activated" else step)

    assert snapshot(network, memory) != start


@pytest.mark.parametrize("step", [None, "x = 1", (1, 2), forward])
def test_what_is_no_step_cannot_be_undone(step):
    with pytest.raises(WrongTypeError, match=r"step: got .*; expected a record that a pass made"):
        undo(step)
