"""``explain`` while weights are being updated, by a rule with a memory."""

import neurosim as ns
from neurosim.interpreter.steps import operand


def test_an_update_that_was_done_is_told_as_it_was_done(xor):
    session = xor(optimizer=ns.SGD(0.5, momentum=0.9))
    session.goto(epoch=1, sample=0, phase="update")
    before = str(session.explain("x1->h1")).splitlines()[-2:]

    session.step()  # x1->h1 is the first

    assert session.value("x1->h1.weight") != 0.5
    first, last = str(session.explain("x1->h1")).splitlines()[-2:]
    assert [first, last.removesuffix(" (done)")] == before
    assert last.endswith(" (done)")


def test_after_an_update_the_next_one_is_told_with_what_is_remembered_by_then(xor):
    session = xor(optimizer=ns.SGD(0.5, momentum=0.9))
    session.goto(epoch=1, sample=0, phase="update")
    session.batch()
    session.goto(phase="update")
    coming = session.coming_step

    told = str(session.explain("x1->h1"))

    (kept,) = coming.memory_before
    assert kept != 0.0
    assert f"v = 0.9*{operand(kept)} + " in told
    assert "(done)" not in told
