"""The table of kinds: a row for every record, and each row says what its steps do."""

from typing import get_args

import pytest

import neurosim.interpreter
from neurosim.functions.losses import LOSSES
from neurosim.functions.optimizers import SGD
from neurosim.interpreter import Step
from neurosim.interpreter.steps import (
    KINDS,
    PHASES,
    Dropped,
    ErrorDropped,
    Noised,
    Normalized,
    completed,
    kind_of,
    kinds_that_complete,
    phase_of,
    redo,
    subject_of,
    undo,
    written,
    written_names,
)
from neurosim.network import Network
from neurosim.network.scaling import Scaling
from tests.each import each

X, T = [[0.5, -1.5], [2.0, 0.25]], [[0.0, 1.0], [1.0, 0.25]]


@pytest.fixture
def network():
    """A softmax layer in the middle and two outputs, of which one feeds the other, a scaled one.

    A neuron beside them takes the largest of its terms.
    """
    made = Network("every kind", seed=2)
    made.add_layer("x", 2)
    made.add_layer("m", 2, activation="softmax")
    made.add_layer("o", 2, activation="sigmoid", bias=0.5)
    made.connect("x", "m")
    made.connect("m", "o")
    made.connect("o1", "o2")
    made.add_neuron("g", aggregation="max", response=2.0)
    made.connect("x", "g")
    made.connect("g", "o1")
    made.set_scaling("x1", Scaling(0.5, 2.0))
    made.set_scaling("o2", Scaling(0.25, 3.0))
    return made


def steps_of(batch, network):
    return list(batch(network, X, T, LOSSES["squared_error"], SGD(0.1)))


def numbers_on(network):
    things = (*network.neurons, *network.connections)
    values = {
        (thing.name, slot.replace("_outer", "value")): getattr(
            thing, slot if slot == "_outer" else slot.removeprefix("_")
        )
        for thing in things
        for slot in type(thing).__slots__
        if slot in NUMBERS
    }
    return values | {("loss", ""): network.loss}


NUMBERS = {
    "net_input", "output", "output_gradient", "delta", "bias_gradient", "_bias", "gradient",
    "_weight", "_outer", "term_deltas",
}  # fmt: skip


def test_every_record_has_a_row_and_a_name_in_the_package():
    assert set(KINDS) == set(get_args(Step))
    assert {kind.__name__ for kind in KINDS} <= set(neurosim.interpreter.__all__)


def test_the_passes_make_steps_of_every_kind_in_its_phase(batch, network):
    steps = steps_of(batch, network)

    assert {type(step) for step in steps} == set(KINDS) - {Noised, Dropped, ErrorDropped}
    phases = [phase_of(step) for step in steps]
    sample = phases[: phases.index("update") // 2]
    assert list(dict.fromkeys(sample)) == ["forward", "loss", "backward"]
    assert set(phases) == set(PHASES)


def test_a_step_changes_what_its_row_says_and_nothing_else(batch, network):
    before = numbers_on(network)

    for step in batch(network, X, T, LOSSES["squared_error"], SGD(0.1)):
        now = numbers_on(network)
        changed = {key for key, value in now.items() if value != before[key]}
        names = {f"{name}.{slot.removeprefix('_')}".rstrip(".") for name, slot in changed}
        assert names <= set(written_names(step)), step
        after = step.after if isinstance(step, Normalized) else (step.after,)
        things = [getattr(thing, quantity) for thing, quantity in written(step)]
        assert things == list(after), step
        before = now


def test_a_step_writes_one_of_the_quantities_of_its_row(batch, network):
    found = {kind: set() for kind in KINDS}
    for step in steps_of(batch, network):
        found[type(step)] |= {quantity for _, quantity in written(step)}

    for kind, quantities in found.items():
        assert quantities <= set(KINDS[kind].quantities), kind


def test_the_subject_of_a_step_is_its_neuron_layer_or_the_network(batch, network):
    names = [getattr(subject_of(step), "name", "loss") for step in steps_of(batch, network)]

    assert names[:2] == ["x1", "x2"]
    assert names[2:11] == ["g"] * 2 + ["m1"] * 3 + ["m2"] * 3 + ["m"]
    assert names[11:22] == ["o1"] * 5 + ["o2"] * 6
    assert names[22] == "loss"


def test_what_a_step_completes_may_be_completed_by_its_kind(batch, network):
    for step in steps_of(batch, network):
        for _, quantity in completed(step):
            assert type(step) in kinds_that_complete(quantity), step
        assert ("net_input" in {q for _, q in completed(step)}) == (
            "output" in {q for _, q in written(step)}
        )


@each("use", [undo, redo, kind_of, written, subject_of, phase_of])
def test_what_is_no_record_of_a_pass_is_refused(use):
    with pytest.raises(TypeError, match="step: got 'x'; expected a record that a pass made"):
        use("x")
