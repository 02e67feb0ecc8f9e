"""Where a session stands, in words; jumps to a moment, and their refusals."""

import pytest

import neurosim as ns
from neurosim.debugger.time.training_log import UnitPlace
from neurosim.errors import InvalidValueError, UnknownNameError, WrongTypeError
from tests.each import each


def test_the_first_sample_of_the_tutorial_has_69_steps():
    session = ns.debug_scenario("xor")

    assert str(session.position) == "epoch 0, sample 0, forward, step 0 of 69"
    assert session.coming == "a = 0 is about to be loaded"


@pytest.mark.parametrize(
    ("options", "moment", "text"),
    [
        ({}, {"sample": 2}, "epoch 0, sample 2, forward, step 0 of 39"),
        ({"batch_size": 3}, {"sample": 2}, "epoch 0, batch 0, sample 2, forward, step 0 of 39"),
        ({"batch_size": 3}, {"sample": 1}, "epoch 0, batch 0, sample 1, forward, step 0 of 30"),
        ({"batch_size": None}, {"sample": 1}, "epoch 0, sample 1, forward, step 0 of 30"),
        ({"shuffle": True, "seed": 0}, {"epoch": 2, "sample": 1},
         "epoch 2, sample 1 (row 3), forward, step 0 of 39"),
    ],
)  # fmt: skip
def test_a_position_tells_what_the_training_has(xor, options, moment, text):
    session = xor(**options)

    session.goto(**moment)

    assert str(session.position) == text


@each(
    ("moment", "text"),
    [
        ({"epoch": 3}, "epoch 3, batch 0, sample 0, forward, step 0 of 30"),
        ({"epoch": 3, "batch": 1}, "epoch 3, batch 1, sample 3, forward, step 0 of 39"),
        ({"epoch": 3, "sample": 3}, "epoch 3, batch 1, sample 3, forward, step 0 of 39"),
        (
            {"epoch": 3, "batch": 0, "sample": 1},
            "epoch 3, batch 0, sample 1, forward, step 0 of 30",
        ),
        ({"batch": 1}, "epoch 1, batch 1, sample 3, forward, step 0 of 39"),
        ({"sample": 0}, "epoch 1, batch 0, sample 0, forward, step 0 of 30"),
        ({"phase": "forward"}, "epoch 1, batch 0, sample 2, forward, step 0 of 39"),
        ({"phase": "loss"}, "epoch 1, batch 0, sample 2, loss, step 14 of 39"),
        ({"phase": "backward"}, "epoch 1, batch 0, sample 2, backward, step 15 of 39"),
        ({"phase": "update"}, "epoch 1, batch 0, sample 2, update, step 30 of 39"),
        ({"sample": 0, "phase": "update"}, "epoch 1, batch 0, sample 2, update, step 30 of 39"),
        ({"step": 7}, "epoch 1, batch 0, sample 2, forward, step 7 of 39"),
        ({"step": 38}, "epoch 1, batch 0, sample 2, update, step 38 of 39"),
        ({"sample": 1, "step": 29}, "epoch 1, batch 0, sample 1, backward, step 29 of 30"),
        ({}, "epoch 1, batch 0, sample 2, forward, step 0 of 39"),
    ],
)
def test_goto_goes_to_a_moment_from_ahead_and_from_behind(xor, moment, text):
    for start in (0, 5):
        session = xor(batch_size=3)
        session.goto(epoch=start)
        session.goto(epoch=1, sample=2, step=5)

        session.goto(**moment)

        assert str(session.position) == text


@each(
    ("moment", "kind", "words"),
    [
        ({"epoch": 6}, InvalidValueError, "epoch: got 6; expected a number from 0 to 5"),
        ({"epoch": -1}, InvalidValueError, "epoch: got -1"),
        ({"epoch": 1.5}, InvalidValueError, "epoch: got 1.5"),
        ({"epoch": True}, InvalidValueError, "epoch: got True"),
        ({"batch": 2}, InvalidValueError, "batch: got 2; expected a number from 0 to 1"),
        ({"sample": 4}, InvalidValueError, "sample: got 4; expected a number from 0 to 3"),
        ({"sample": 3, "batch": 0}, InvalidValueError, "sample 3 is in batch 1, got batch 0"),
        ({"phase": "back"}, UnknownNameError, "unknown phase 'back'"),
        ({"phase": "loss", "step": 1}, InvalidValueError, "got a phase and a step"),
        ({"sample": 1, "step": 30}, InvalidValueError, "step: got 30; expected a number from 0 to"),
        ({"sample": 2, "step": 39}, InvalidValueError, "step: got 39; expected a number from 0 to"),
        ({"step": -1}, InvalidValueError, "got -1; expected an integer >= 0"),
        ({"step": "3"}, WrongTypeError, "got '3'; expected an integer"),
        ({"epoch": 5, "sample": 1}, InvalidValueError, "goto: the training ends with"),
        ({"epoch": 5, "step": 1}, InvalidValueError, "goto: the training ends with"),
        ({"epoch": 5, "phase": "loss"}, InvalidValueError, "goto: the training ends with"),
    ],
)
def test_a_moment_that_there_is_not_is_refused_and_nothing_moves(xor, moment, kind, words):
    session = xor(batch_size=3)
    session.goto(epoch=1, sample=2, step=5)
    before = session.digest()

    with pytest.raises(kind, match=words):
        session.goto(**moment)

    assert session.digest() == before


def test_the_end_is_a_place_that_one_may_ask_for(xor):
    session = xor()

    session.goto(epoch=5)

    assert session.is_over
    assert session.place == UnitPlace(20, 0, 0)
    assert session.coming_step is None
