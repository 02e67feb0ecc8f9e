"""``why`` after a what-if: the update that was made, not the one that would have been."""

import pytest

from neurosim.errors import GraphError


def test_a_number_that_was_set_within_the_batch_is_part_of_the_reason(xor):
    session = xor(batch_size=2)
    session.until("h1")
    session.set("h1.output", 5.0)
    before = session.network["h1", "o1"].weight

    session.batch()

    told = session.why("h1->o1")
    assert told.before == before
    assert told.after == session.network["h1", "o1"].weight
    assert told.samples[0].value == 5.0
    assert sum(sample.share for sample in told.samples) == pytest.approx(told.gradient, rel=1e-12)
    assert sum(p.share for p in told.samples[0].paths.largest) == pytest.approx(
        told.samples[0].share, rel=1e-12
    )
    assert "in this batch was set: h1.output = 5.0" in str(told)


def test_a_weight_set_between_two_updates_is_counted_apart_from_them(xor):
    session = xor()
    session.goto(epoch=1)
    session.set("x1->h1.weight", 7.0)
    session.goto(epoch=2)

    told = session.why("x1->h1", since=0)

    parts = told.parts
    assert told.after == session.network["x1", "h1"].weight
    assert parts.by_hand == 7.0 - told.batches[3].after
    assert parts.samples + parts.by_hand == pytest.approx(told.change, abs=1e-12)
    assert "by being set" in str(told)


def test_a_weight_set_right_before_its_update_is_what_the_update_begins_with(xor):
    session = xor()
    session.goto(phase="update")
    session.set("h1->o1.weight", 7.0)

    session.batch()

    told = session.why("h1->o1")
    assert told.before == 7.0
    assert told.after == session.network["h1", "o1"].weight


def test_an_update_that_has_not_come_to_a_weight_yet_is_not_its_last(xor):
    session = xor()
    session.goto(phase="update")
    session.step()  # the first weight of h1 alone is updated

    assert session.why("x1->h1").epoch == 0
    with pytest.raises(GraphError, match="no update was made yet"):
        session.why("h1->o1")


def test_the_last_update_of_a_weight_is_that_of_the_batch_before_until_its_own_comes(xor):
    session = xor()
    session.batch()
    session.goto(phase="update")

    first = session.why("h1->o1").batch
    session.until("h1->o1 update")
    second = session.why("h1->o1").batch

    assert (first, second) == (0, 1)
