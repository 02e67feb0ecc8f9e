"""Ctrl-C in the middle of a move: the session stands at a whole moment again."""

import pytest

from neurosim.debugger.time.journal import UnitRecord
from neurosim.debugger.time.training_log import TrainingLog
from neurosim.scenario import debug_scenario

# what a move does last of all before it could be broken off: the worst moments
TORN = [
    (UnitRecord, "append", 1),
    (UnitRecord, "append", 40),
    (TrainingLog, "note", 1),
    (TrainingLog, "add", 1),
]


def session():
    return debug_scenario("xor", engine="graph", overrides={"training.batch_size": 2})


@pytest.fixture
def interrupted(monkeypatch):
    """Break a move off at the n-th call of a function, before it has done anything."""

    def interrupt(move, owner, name, count):
        original, calls = getattr(owner, name), []

        def struck(*arguments):
            calls.append(arguments)
            if len(calls) == count:
                raise KeyboardInterrupt
            return original(*arguments)

        with monkeypatch.context() as patch:
            patch.setattr(owner, name, struck)
            try:
                move()
            except KeyboardInterrupt:
                return True
        return False

    return interrupt


@pytest.mark.quick("UnitRecord", "TrainingLog-note")
@pytest.mark.parametrize(("owner", "name", "count"), TORN)
def test_after_an_interruption_every_number_is_that_of_its_moment(interrupted, owner, name, count):
    broken, whole = session(), session()
    broken.sample(3)
    assert interrupted(lambda: broken.goto(epoch=3000), owner, name, count)

    broken.recover()

    whole.goto(epoch=broken.position.epoch, sample=broken.position.sample)
    if broken.position.phase == "update":
        whole.goto(phase="update")
    assert broken.place == whole.place
    assert broken.digest() == whole.digest()


def test_after_an_interruption_the_way_back_is_there(interrupted):
    broken, whole = session(), session()
    broken.sample(3)
    assert interrupted(lambda: broken.goto(epoch=3000), UnitRecord, "append", 100)

    broken.recover()
    broken.goto(epoch=0, sample=1)

    whole.sample()
    assert broken.digest() == whole.digest()
