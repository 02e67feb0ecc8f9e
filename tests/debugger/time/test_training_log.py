"""What a training's history keeps: checkpoints, which engine did what, what was set."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.debugger.time.engine_snapshot import EngineSnapshot
from neurosim.debugger.time.training_log import Checkpoint, Edit, TrainingLog, UnitPlace
from neurosim.training.state import TrainingState


@pytest.fixture
def checkpoint():
    """``checkpoint(batch, unit)`` of 100 parameters: 800 bytes, and as many of memory."""

    def make(batch, unit=0):
        state = TrainingState(np.zeros(100), np.zeros((1, 100)), batch, batch, 0, 0.0, {})
        snapshot = EngineSnapshot(0.0, np.zeros(0), np.zeros(0))
        return Checkpoint(batch, unit, state, snapshot, ())

    return make


@pytest.fixture
def history(checkpoint):
    """One that began at batch 0."""
    return TrainingLog(checkpoint(0), 100_000)


def test_places_are_in_the_order_of_time():
    places = [
        UnitPlace(0, 0, 0),
        UnitPlace(0, 0, 9),
        UnitPlace(0, 1, 0),
        UnitPlace(1, 0, 0),
        UnitPlace(1, 0, 1),
    ]
    mixed = [places[i] for i in (3, 0, 4, 2, 1)]

    assert sorted(mixed) == places


def test_the_nearest_checkpoint_is_the_last_that_is_not_behind(history, checkpoint):
    for batch, unit in ((4, 0), (2, 3), (2, 0)):
        history.add(checkpoint(batch, unit))

    found = [
        history.nearest(UnitPlace(*p)).key for p in ((1, 9, 9), (2, 0, 0), (2, 3, 1), (9, 0, 0))
    ]

    assert found == [(0, 0), (2, 0), (2, 3), (4, 0)]


def test_of_too_many_checkpoints_every_second_goes_and_the_next_are_as_far_apart(checkpoint):
    history = TrainingLog(checkpoint(0), 10 * 1600)

    batch = 0
    while batch < 100:
        batch += history.spacing
        history.add(checkpoint(batch))

    keys = [c.batch for c in history._checkpoints]
    assert len(keys) <= 10
    assert keys[0] == 0
    assert keys[-1] == batch
    assert max(np.diff(keys)) <= 2 * history.spacing


def test_a_checkpoint_that_is_there_is_not_kept_twice(history, checkpoint):
    history.add(checkpoint(3))
    history.add(checkpoint(3))

    assert [c.batch for c in history._checkpoints] == [0, 3]


def test_which_engine_did_a_batch_is_told_and_how_far_it_went_on(history):
    history.note(9, "compiled")  # 0 to 9
    history.note(10, "graph")
    history.note(11, "graph")
    history.note(20, "compiled")  # 12 to 20

    assert [history.engine_of(b) for b in (-1, 0, 9, 10, 11, 12, 20, 21)] == [
        None, "compiled", "compiled", "graph", "graph", "compiled", "compiled", None,
    ]  # fmt: skip
    assert [history.end_of_run(b) for b in (0, 10, 11, 12)] == [10, 12, 12, 21]


def test_a_batch_that_was_done_keeps_its_engine(history):
    history.note(4, "compiled")

    history.note(2, "graph")

    assert history.engine_of(2) == "compiled"


def test_a_cut_forgets_what_came_after_but_not_what_was_set_there(history, checkpoint):
    neuron = ns.Network().add_input("x")
    edit = Edit(neuron, "output", None, 1.0)
    history.note(3, "compiled")
    history.note(8, "graph")
    history.edits = {UnitPlace(2, 0, 5): [edit], UnitPlace(5, 0, 0): [edit]}
    history.add(checkpoint(2))
    history.add(checkpoint(5))

    history.cut(UnitPlace(2, 0, 5))

    assert history.n_done == 2
    assert history.engine_of(2) is None
    assert list(history.edits) == [UnitPlace(2, 0, 5)]
    assert history.nearest(UnitPlace(9, 0, 0)).batch == 2


def test_an_edit_writes_and_takes_back_past_the_checks_of_setters():
    net = ns.Network()
    source, target = net.add_input("x"), net.add_neuron("o")
    connection = net.connect(source, target, weight=0.5)
    edit = Edit(connection, "weight", 0.5, 2.0)

    edit.redo()
    after = connection.weight
    edit.undo()

    assert (after, connection.weight) == (2.0, 0.5)
    assert str(edit) == "x->o.weight = 2.0 (was 0.5)"
