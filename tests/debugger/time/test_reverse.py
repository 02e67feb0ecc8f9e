"""Back in time: every step undone stands where it stood, to the last bit, however one came."""

import random
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

import neurosim as ns
from neurosim.debugger.time import timeline as timeline_module
from neurosim.debugger.time.snapshot import take_snapshot
from neurosim.debugger.time.training_log import UnitPlace
from neurosim.interpreter import steps
from neurosim.interpreter.steps import GradientComputed, Updated
from tests.examples import examples

DICE = st.integers(0, 10**6).map(random.Random)
TINY = 10_000  # bytes: units fall out of the journal and are made again


@dataclass
class Witness:
    """Knows the digest of every place it was at, and whether it is still the same."""

    session: object
    seen: dict = field(default_factory=dict)

    def look(self):
        """Compare this place with what was seen of it before."""
        found = self.session.digest()
        known = self.seen.setdefault(self.session.place, found)
        assert known == found, f"another digest at {self.session.place}"

    def forget_from(self, place):
        """A number was set there: what comes is another time."""
        self.seen = {p: digest for p, digest in self.seen.items() if p < place}


@pytest.fixture
def there_and_back():
    """Walk on step by step, all the way back, and there again, looking everywhere."""

    def walk(session, most=100_000):
        witness = Witness(session)
        witness.look()
        _forward(session, witness, most)
        while session.place > UnitPlace(0, 0, 0):
            session._walk.backward()
            witness.look()
        _forward(session, witness, most)
        return len(witness.seen)

    return walk


def _forward(session, witness, most):
    for _ in range(most):
        if session.is_over:
            return
        session._walk.forward()
        witness.look()


@pytest.mark.quick("sgd-large", "adam-tiny", "rprop-tiny")
@pytest.mark.parametrize("limit", [256_000_000, TINY], ids=["large", "tiny"])
def test_every_optimizer_is_walked_back_to_the_last_bit(xor, there_and_back, optimizer, limit):
    session = xor(optimizer=optimizer, epochs=2, batch_size=3, shuffle=True, limit=limit)

    n_places = there_and_back(session)

    assert n_places == 2 * (4 * 30 + 2 * 9) + 1  # epochs, samples, updates; and the end


def test_after_the_way_back_the_network_is_as_it_was_given(xor):
    session = xor(optimizer=ns.Adam(0.1), shuffle=True)
    before = take_snapshot(session.network), session._walk.memory.tobytes()

    session.step(400)
    session.back(400)

    after = take_snapshot(session.network), session._walk.memory.tobytes()
    assert (after[0].neurons, after[0].parameters, after[0].loss, after[1]) == (
        before[0].neurons,
        before[0].parameters,
        before[0].loss,
        before[1],
    )


@pytest.mark.slow
def test_random_graphs_are_walked_back_to_the_last_bit(trainings, there_and_back):
    @examples(10)
    @given(trainings(most_epochs=1))
    def check(training):
        there_and_back(training.session(limit=TINY), most=500)

    check()


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["graph", "compiled"])
def test_two_hundred_random_graphs_are_walked_back_to_the_last_bit(
    trainings, there_and_back, engine
):
    @examples(200)
    @given(trainings(most_epochs=2), st.sampled_from([256_000_000, 40_000, 2_000]))
    def check(training, limit):
        there_and_back(training.session(engine=engine, limit=limit), most=1_000)

    check()


def wander(session, choose, n_moves):
    """Go there and back, jump and set numbers; look at every place one comes to."""
    witness, walk = Witness(session), session._walk
    moves = (_go_forward, _go_back, _jump, _edit)
    witness.look()
    for _ in range(n_moves):
        choose.choices(moves, (3, 3, 3, 1))[0](walk, witness, choose)
    return witness


def _go_forward(walk, witness, choose):
    for _ in range(choose.randint(1, 60)):
        if walk.is_over:
            return
        if choose.random() < 0.2:
            walk.coming()  # asking changes nothing
            witness.look()
        walk.forward()
        witness.look()


def _go_back(walk, witness, choose):
    for _ in range(choose.randint(1, 60)):
        if walk.place == UnitPlace(0, 0, 0):
            return
        walk.backward()
        witness.look()


def _jump(walk, witness, choose):
    place = UnitPlace(choose.randint(0, walk.last), choose.randint(0, 3), choose.randint(0, 40))
    walk.go_to(choose.choice([place, UnitPlace(place.batch, 0, 0)]))
    witness.look()


def _edit(walk, witness, choose):
    session = witness.session
    if walk.is_over:
        return
    names = [f"{c.name}.weight" for c in session.network.connections]
    names += [f"{n.name}.output" for n in session.network.neurons if n.output is not None]
    if names:
        witness.forget_from(session.place)
        session.set(choose.choice(names), choose.uniform(-1.0, 1.0))
        witness.look()


@pytest.mark.parametrize("engine", ["graph", "compiled"])
def test_a_place_has_one_digest_on_any_way_to_it(trainings, engine):
    @examples(8)
    @given(trainings(), st.sampled_from([256_000_000, 20_000]), DICE)
    def check(training, limit, choose):
        session = training.session(engine=engine, limit=limit)

        witness = wander(session, choose, 12)

        assert session.place in witness.seen

    check()


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["graph", "compiled"])
@pytest.mark.parametrize("number", range(4))
def test_a_place_has_one_digest_on_many_ways_to_it(trainings, engine, number):
    @seed(number)
    @settings(max_examples=100, derandomize=False)
    @given(trainings(), st.sampled_from([256_000_000, 20_000, 2_000]), DICE)
    def check(training, limit, choose):
        session = training.session(engine=engine, limit=limit)

        witness = wander(session, choose, 40)

        assert session.place in witness.seen

    check()


def _keeps_its_gradient(step):
    if not isinstance(step, GradientComputed):
        steps.undo(step)


def _keeps_the_memory(step):
    remembered = step.memory.copy() if isinstance(step, Updated) else None
    steps.undo(step)
    if remembered is not None:
        step.memory[...] = remembered


def _is_off_by_a_bit(step):
    steps.undo(step)
    if isinstance(step, Updated):
        step.parameter._value = float(np.nextafter(step.parameter._value, 9.0))


@pytest.mark.parametrize("undo", [_keeps_its_gradient, _keeps_the_memory, _is_off_by_a_bit])
def test_an_undo_that_forgets_anything_is_found_out(xor, there_and_back, monkeypatch, undo):
    monkeypatch.setattr(timeline_module, "undo", undo)
    session = xor(optimizer=ns.Adam(0.1), epochs=1)

    with pytest.raises(AssertionError, match="another digest at"):
        there_and_back(session)


def test_a_checkpoint_without_its_losses_is_found_out(xor, there_and_back, monkeypatch):
    def restore(walk, checkpoint):
        original(walk, checkpoint)
        walk._losses = [0.0] * len(walk._losses)

    original = timeline_module.Timeline._restore
    monkeypatch.setattr(timeline_module, "_SPACING", 0.0)
    session = xor(batch_size=None, epochs=2, limit=100_000)
    session._walk._journal.limit = 2_000  # bytes; those of checkpoints are more
    monkeypatch.setattr(timeline_module.Timeline, "_restore", restore)

    with pytest.raises(AssertionError, match="another digest at"):
        there_and_back(session)
