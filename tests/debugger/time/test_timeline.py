"""The ways to a moment: steps, the compiled engine, jumps; and where a training diverges."""

import numpy as np
import pytest
from hypothesis import given

import neurosim as ns
from neurosim.debugger.time import timeline as walk_module
from neurosim.debugger.time.snapshot import take_snapshot
from neurosim.debugger.time.timeline import Timeline
from neurosim.debugger.time.training_log import UnitPlace
from neurosim.errors import StaleError
from neurosim.training.engines.contract import TO_THE_BIT, Batches
from tests.examples import examples

BOUND = 1e-9  # of the agreement of the engines over a short training


def numbers(session):
    """Every number of the moment; NaN where there is none."""
    taken = take_snapshot(session.network)
    rows = [*taken.neurons, *taken.connections, (taken.loss,), session._walk.measured]
    return np.array([np.nan if x is None else x for row in rows for x in row])


def by_steps(session, place):
    """Go to a place without any engine."""
    while session.place < place and not session.is_over:
        session._walk.forward()


def test_what_is_reached_at_speed_is_what_steps_come_to(xor, optimizer, assert_close):
    options = {"optimizer": optimizer, "batch_size": 3, "shuffle": True, "epochs": 8}
    fast, slow = xor(**options), xor(**options)

    fast.goto(epoch=7, sample=2)
    fast.step(12)
    by_steps(slow, fast.place)

    # what the sample has written so far; the rest is of the samples before
    assert_close(fast.network.parameters(), slow.network.parameters(), BOUND)
    assert_close(fast._walk.memory, slow._walk.memory, BOUND)
    assert_close(fast.network["h1"].output, slow.network["h1"].output, BOUND)
    assert fast.state.streams == slow.state.streams
    assert fast.state.position == slow.state.position


def test_with_the_graph_engine_every_number_is_the_same_to_the_last_bit(xor, optimizer):
    options = {"optimizer": optimizer, "batch_size": 3, "shuffle": True, "engine": "graph"}
    fast, slow = xor(**options), xor(**options)

    fast.goto(epoch=4, sample=2)
    fast.step(12)
    by_steps(slow, fast.place)

    assert fast.digest() == slow.digest()


@pytest.fixture
def require_exact():
    """``require_exact(session)``: skip where the kernel is not there or not exact."""

    def require(session):
        if not is_exact(session):
            pytest.skip("the engine is not exact here")

    return require


def is_exact(session):
    """Whether the session's engine promises the bits of the walk."""
    walk = session._walk
    return walk.engine().capabilities.bounds[walk.task.precision] == TO_THE_BIT


@pytest.mark.quick("sgd", "adam-", "rprop")
@pytest.mark.parametrize("batch_size", [None, 1, 3])
def test_an_exact_engine_lands_on_the_very_state_that_steps_reach(
    xor, optimizer, batch_size, require_exact
):
    options = {"optimizer": optimizer, "batch_size": batch_size, "shuffle": True, "epochs": 30}
    fast, slow = (xor(**options) for _ in range(2))
    require_exact(fast)

    for epoch in (1, 17, 30):
        fast.goto(epoch=epoch)
        by_steps(slow, fast.place)

        assert fast.state == slow.state
        assert fast._walk.memory.tobytes() == slow._walk.memory.tobytes()
        assert fast.network.parameters().tobytes() == slow.network.parameters().tobytes()
        assert spoken(fast) == spoken(slow)


def test_an_exact_engine_continues_to_the_very_hit_that_steps_reach(xor, require_exact):
    fast, slow = xor(epochs=300), xor(epochs=300)
    require_exact(fast)
    fast.goto(epoch=211, sample=2)
    by_steps(slow, fast.place)
    target, (again, walked) = slow.network.loss, (xor(epochs=300), xor(epochs=300))

    for session in (again, walked):
        session.break_at(when=f"loss <= {target!r}")
    again.continue_()
    by_steps(walked, again.place)

    assert again.network.loss <= target
    assert again.state == walked.state
    assert again._walk.memory.tobytes() == walked._walk.memory.tobytes()


def spoken(session):
    """What the last sample made every neuron say, and its loss."""
    neurons = session.network.neurons
    return [session.network.loss, *((n.output, n.net_input) for n in neurons if not n.is_input)]


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["graph", "compiled"])
def test_random_trainings_are_reached_at_speed(trainings, assert_close, engine):
    @examples(12)
    @given(trainings())
    def check(training):
        fast, slow = training.session(engine=engine), training.session(engine=engine)

        fast.goto(epoch=training.n_epochs - 1, step=3)
        by_steps(slow, fast.place)

        assert fast.place == slow.place
        if engine == "graph":
            assert fast.digest() == slow.digest()
        elif is_exact(fast):
            assert fast.state == slow.state
            assert fast._walk.memory.tobytes() == slow._walk.memory.tobytes()
        else:
            bound = 1e-6  # a relu near its kink and a deep softmax part sooner
            assert_close(fast.network.parameters(), slow.network.parameters(), bound)
            assert_close(fast._walk.memory, slow._walk.memory, bound)

    check()


@pytest.mark.parametrize("engine", ["graph", "compiled"])
def test_a_whole_training_ends_as_train_ends_it(xor, xor_network, engine):
    session = xor(engine=engine, optimizer=ns.Adam(0.05), shuffle=True, seed=3, epochs=20)
    net = xor_network()
    rows = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]

    session.goto(epoch=20)
    ns.train(net, rows, [0.0, 1.0, 1.0, 0.0], optimizer=ns.Adam(0.05), shuffle=True, seed=3,
             epochs=20, batch_size=1, engine=engine)  # fmt: skip

    assert session.network.parameters().tolist() == net.parameters().tolist()


def test_steps_of_a_batch_that_an_engine_did_end_where_the_engine_ended_it(xor):
    session = xor(batch_size=2)
    session.goto(epoch=2)
    landed = session.network.parameters().tolist()

    session.goto(epoch=1)
    by_steps(session, UnitPlace(4, 0, 0))

    assert session.network.parameters().tolist() == landed


def test_a_landing_leaves_what_the_last_sample_made_the_neurons_say(xor, assert_close):
    landed, walked = xor(engine="compiled"), xor(engine="graph")

    landed.goto(epoch=3)
    walked.goto(epoch=3)

    for name in ("net_input", "output"):
        a, b = ([getattr(n, name) for n in s.network.neurons] for s in (landed, walked))
        assert [x is None for x in a] == [x is None for x in b]
        assert_close([x for x in a if x is not None], [x for x in b if x is not None], 1e-12)
    assert_close(landed.network.loss, walked.network.loss, 1e-12)
    assert {neuron.delta for neuron in landed.network.neurons} == {None}


def test_a_watch_on_an_output_is_hit_alike_where_the_engine_was_before(xor):
    fresh, again = xor(engine="compiled", epochs=3), xor(engine="compiled", epochs=3)
    again.goto(epoch=3)
    again.goto(epoch=0)

    halts = []
    for session in (fresh, again):
        session.watch("o1.output", "crosses", 0.53)
        halts.append([])
        while not session.is_over:
            session.continue_()
            halts[-1].append(session.place)

    assert len(halts[0]) > 2
    assert halts[0] == halts[1]


def test_a_condition_on_the_last_step_of_a_batch_asks_for_its_own_epoch(xor):
    session = xor(epochs=4, batch_size=None)
    session.break_at("o1 update", when="epoch == 2")

    session.continue_()

    assert session.position.epoch == 3  # it stands behind the last update of epoch 2
    assert session.position.step == 0


def test_asking_for_the_coming_step_changes_nothing(xor):
    session = xor()
    before = session.digest()

    for _ in range(70):
        coming = session._walk.coming()
        assert session.digest() == before
        assert session._walk.forward() == coming
        before = session.digest()


def test_places_are_numbered_through_the_training(xor):
    session, found = xor(batch_size=3, epochs=2), []

    while not session.is_over:
        if session.place.step == 0:
            found.append(session.place[:2])
        session._walk.forward()

    three, one = [0, 1, 2, 3], [0, 1]  # the samples of a batch, and its update
    units = [(batch, unit) for batch in range(4) for unit in (one if batch % 2 else three)]
    assert found == units
    assert session.place == UnitPlace(4, 0, 0)


def test_a_jump_beyond_the_ends_stands_at_them(xor):
    walk = xor()._walk

    walk.go_to(UnitPlace(99, 3, 3))
    end = walk.place
    walk.go_to(UnitPlace(-5, 0, 0))

    assert (end, walk.place) == (UnitPlace(20, 0, 0), UnitPlace(0, 0, 0))


def test_a_network_whose_structure_changed_is_not_walked_on(xor):
    session = xor()
    session.step(3)
    session.close()

    session.network.add_neuron("late")

    with pytest.raises(StaleError, match="its structure changed"):
        session.goto(epoch=3)


def test_a_divergence_far_ahead_is_reached_without_going_every_batch(diverging, monkeypatch):
    session = diverging(optimizer=ns.SGD(0.4), epochs=100_000)
    advanced, original = [], Batches.advance
    monkeypatch.setattr(Batches, "advance", lambda run: advanced.append(1) or original(run))

    session.goto(epoch=100_000)

    assert session._walk.has_diverged
    assert len(advanced) < 100


@pytest.fixture
def diverging():
    """x -> o with far too large a rate: the error grows a millionfold each update."""

    def make(engine="compiled", **options):
        net = ns.Network()
        x, o = net.add_layer("x", 1), net.add_layer("o", 1)
        net.connect(x, o, weight=1.0)
        given = {"epochs": 100, "batch_size": 1, **options}
        rows, targets = [[1.0], [2.0], [3.0]], [[0.0], [0.0], [0.0]]
        given |= {"optimizer": ns.SGD(1e6), "loss": "squared_error", "engine": engine}
        return ns.debug(net, rows, targets, **given)

    return make


def _end_by_steps(session):
    by_steps(session, UnitPlace(10**6, 0, 0))
    return session.place


@pytest.mark.parametrize("engine", ["graph", "compiled"])
@pytest.mark.parametrize("size", [1, 2, 3])
def test_a_diverging_training_ends_at_the_same_batch_however_one_goes(diverging, engine, size):
    stepped = diverging(engine, batch_size=size)
    end = _end_by_steps(stepped)
    jumped, resumed, looked = (diverging(engine, batch_size=size) for _ in range(3))
    looked.break_at(when="loss < -1")
    looked.break_at(when="x1->o1.weight == 0.125")

    jumped.goto(epoch=100)
    resumed.continue_()
    looked.continue_()

    assert UnitPlace(0, 0, 0) < end < UnitPlace(100, 0, 0)
    assert [s.place for s in (jumped, resumed, looked)] == [end] * 3
    assert all(s.is_over for s in (stepped, jumped, resumed, looked))
    assert {s.coming for s in (stepped, jumped, resumed, looked)} == {
        "the training diverged: the loss is inf"
    }


@pytest.mark.parametrize("engine", ["graph", "compiled"])
def test_from_where_it_diverged_one_goes_back(diverging, engine):
    session = diverging(engine)
    session.goto(epoch=100)
    end = session.place

    session.back()
    before = session.position
    session.back(grain="batch")
    session.step(1000)

    assert before.phase == "update"
    assert session.place == end
    session.goto(epoch=0)
    assert session.network["x1", "o1"].weight == 1.0


def test_a_way_that_is_wrong_by_a_bit_is_found_out(xor, monkeypatch):
    def load(walk, state, loss):
        original(walk, state, loss)
        walk.network.connections[0].parameter._value += 2.0**-52

    original = Timeline._load
    fast, slow = xor(engine="compiled"), xor(engine="compiled")
    slow.goto(epoch=3)
    monkeypatch.setattr(walk_module.Timeline, "_load", load)

    fast.goto(epoch=3)

    assert fast.digest() != slow.digest()
