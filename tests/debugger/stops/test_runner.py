"""To go on, and back, until something stops it."""

import pytest

import neurosim as ns
from neurosim.debugger.stops.breakpoints import Stop
from neurosim.debugger.stops.runner import Runner
from neurosim.debugger.time import timeline
from neurosim.debugger.time.timeline import Timeline
from neurosim.debugger.time.training_log import UnitPlace
from tests.each import each


def forward_halts(session):
    """Every place at which it stops on the way to the end."""
    found = []
    while True:
        arrival = session.continue_()
        if not arrival.hits:
            return found
        found.append((session.place, tuple(map(str, arrival.hits))))


STOPS = {
    "a neuron": lambda s: s.break_at("h1"),
    "a connection's update": lambda s: s.break_at("h2->o1 update"),
    "the last step of a sample": lambda s: s.break_at("h2 backward"),
    "the last step of a batch": lambda s: s.break_at("o1 update"),
    "an epoch": lambda s: s.break_at("epoch 2"),
    "a phase": lambda s: s.break_at("backward"),
    "a loss": lambda s: s.break_at(when="loss > 0.14"),
    "a weight at a batch's end": lambda s: s.break_at(when="o1.bias < 0.27"),
    "a bound": lambda s: s.watch("o1.output", "crosses", 0.53),
    "two at one place": lambda s: (s.break_at("sample 1"), s.break_at("o1 update")),
    "gradients": lambda s: s.catch("exploding", 0.1),
}


@pytest.mark.quick("compiled-3", "graph-1-a n")
@pytest.mark.parametrize("stop", STOPS)
@pytest.mark.parametrize("size", [1, 3])
@pytest.mark.parametrize("engine", ["graph", "compiled"])
def test_the_way_back_stops_where_the_way_forward_did(xor, stop, size, engine):
    session = xor(batch_size=size, engine=engine, epochs=3)
    STOPS[stop](session)
    halts = forward_halts(session)
    assert halts

    session.goto(epoch=3)
    end = session.place
    for place, hits in reversed([halt for halt in halts if halt[0] < end]):
        arrival = session.rcontinue()
        assert (session.place, tuple(map(str, arrival.hits))) == (place, hits)
    assert session.rcontinue().hits == ()
    assert session.place == UnitPlace(0, 0, 0)


@each("stop", STOPS)
def test_a_reverse_resume_from_the_middle_finds_the_last_stop_before(xor, stop):
    session = xor(batch_size=2, engine="graph", epochs=2)
    STOPS[stop](session)
    halts = [place for place, _ in forward_halts(session)]

    for place in (UnitPlace(1, 1, 7), UnitPlace(2, 0, 0), UnitPlace(3, 2, 4)):
        session._walk.go_to(place)
        session.rcontinue()
        before = [halt for halt in halts if halt < place]
        assert session.place == (before[-1] if before else UnitPlace(0, 0, 0))


def test_the_way_back_counts_no_hits_and_takes_no_temporary_away(xor):
    session = xor()
    session.goto(epoch=2)
    passed = session.break_at("h1", ignore=5)
    once = session.break_at("h2", temporary=True)

    session.rcontinue()

    assert (passed.hits, passed.ignore, once.hits) == (0, 5, 0)
    assert once in session.stops


def test_nothing_is_hit_where_one_stands(xor):
    session = xor()
    session.break_at("sample 0")

    session.continue_()

    assert str(session.position) == "epoch 1, sample 0, forward, step 0 of 39"


def test_to_go_on_again_leaves_the_place_of_the_last_stop(xor):
    session = xor()
    session.break_at("h1")

    session.continue_()
    first = session.place
    session.continue_()

    assert (first, session.place) == (UnitPlace(0, 0, 6), UnitPlace(1, 0, 6))


def test_without_stops_it_goes_to_the_end(xor):
    session = xor()

    arrival = session.continue_()

    assert session.is_over
    assert str(arrival).startswith("epoch 5: the end of the training")


def test_a_stop_also_ends_a_move_by_grains(xor):
    session = xor()
    session.break_at("h2")

    arrival = session.epoch(2)

    assert session.place == UnitPlace(0, 0, 10)
    assert [str(hit) for hit in arrival.hits] == ["breakpoint 1, h2"]


@pytest.mark.parametrize("grain", ["step", "next", "layer"])
def test_a_stop_also_ends_a_move_by_fine_grains(xor, grain):
    session = xor()
    session.break_at("x2->h1")

    getattr(session, grain)(100)

    assert session.place == UnitPlace(0, 0, 5)


def test_goto_is_stopped_by_nothing(xor):
    session = xor()
    session.break_at("h2")

    arrival = session.goto(epoch=2)

    assert arrival.hits == ()
    assert session.place == UnitPlace(8, 0, 0)


def test_until_waits_for_its_own_location_and_leaves_no_stop(xor):
    session = xor()

    session.until("h2")
    first = session.place
    session.until("epoch 2")

    assert (first, session.place) == (UnitPlace(0, 0, 10), UnitPlace(8, 0, 0))
    assert session.stops == ()


def test_until_is_ended_by_a_breakpoint_before(xor):
    session = xor()
    session.break_at("h1")

    arrival = session.until("o1")

    assert session.place == UnitPlace(0, 0, 6)
    assert [str(hit) for hit in arrival.hits] == ["breakpoint 1, h1"]


def test_a_hit_names_its_stop_and_why():
    stop = Stop(3, "watch", None)

    assert ns.debugger.stops.runner.Hit(stop, "loss: 1 -> 2").__str__() == "watch 3, loss: 1 -> 2"


def test_a_way_back_that_overlooks_the_ends_of_batches_is_found_out(xor, monkeypatch):
    def last_hit(runner, lower, upper, end):
        found = original(runner, lower, upper, end)
        return None if found is None or found[0] == upper else found

    original = Runner._last_hit
    session = xor(epochs=2, engine="graph")
    session.break_at("o1 update")
    halts = forward_halts(session)
    session.goto(epoch=2)
    monkeypatch.setattr(Runner, "_last_hit", last_hit)

    session.rcontinue()

    assert session.place != halts[-2][0]


@pytest.fixture
def counted(monkeypatch):
    """The names of the methods of a timeline that were called."""
    called = []

    def count(name):
        original = getattr(Timeline, name)

        def call(walk, *given):
            called.append(name)
            return original(walk, *given)

        monkeypatch.setattr(Timeline, name, call)

    for name in ("forward", "backward"):
        count(name)
    return called


def test_steps_of_which_no_stop_is_asked_are_done_together(xor, counted):
    session = xor(engine="graph", epochs=3)
    session.goto(epoch=2)
    session.break_at(when="loss > 0")
    counted.clear()

    session.rcontinue()

    assert session.position.sample == 3
    assert session.position.phase == "backward"
    assert counted.count("forward") <= 8  # the ends of phases and updates, of 39 steps


def test_a_place_far_back_is_not_reached_by_undoing(xor, counted, monkeypatch):
    session = xor(engine="graph", epochs=3)
    session.goto(epoch=2)
    before = session.digest()
    monkeypatch.setattr(timeline, "_NEAR", 100)
    counted.clear()

    session.goto(epoch=0, sample=1)
    assert "backward" not in counted
    session.goto(epoch=2)
    assert session.digest() == before
    session.goto(epoch=1, sample=2)
    assert counted.count("backward") == 2 * 39
