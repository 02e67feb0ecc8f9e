"""Forward and back by each grain, at boundaries and in odd networks."""

from itertools import pairwise

import pytest
from hypothesis import given

import neurosim as ns
from neurosim.debugger import moving
from neurosim.debugger.time import grains
from neurosim.debugger.time.position import GRAINS
from neurosim.debugger.time.training_log import UnitPlace
from tests.each import each
from tests.examples import examples

# of the 2-2-1 network: a sample has 14 steps forward, its loss, 15 backward; an update has 9
A_SAMPLE, AN_UPDATE = 30, 9


def stations(session, grain):
    """Every place at which one stands on the way to the end."""
    found = [session.place]
    while not session.is_over:
        _move(session, grain)
        found.append(session.place)
    return found


def _move(session, grain):
    getattr(session, {"neuron": "next"}.get(grain, grain))()


def odd_networks():
    """A network a kind of oddity."""
    lone = ns.Network("a single neuron")
    lone.connect(lone.add_input("x"), lone.add_neuron("o", bias=0.5), weight=1.0)
    lone.outputs = ["o"]
    frozen = ns.Network("nothing to train")
    frozen.connect(frozen.add_input("x"), frozen.add_neuron("o"), weight=1.0, trainable=False)
    frozen.outputs = ["o"]
    loose = ns.Network("neurons in no layer, and one that nothing leads to")
    x, a, b, o = loose.add_input("x"), *(loose.add_neuron(n, activation="tanh") for n in "abo")
    loose.add_neuron("idle", activation="relu", bias=0.5)
    for pair in ((x, a), (x, b), (a, b), (a, o), (b, o)):
        loose.connect(*pair, weight=0.5)
    loose.outputs = [o]
    softmax = ns.Network("a softmax layer in the middle")
    layers = [softmax.add_layer("x", 1), softmax.add_layer("s", 3, activation="softmax", bias=0.1)]
    layers.append(softmax.add_layer("o", 1))
    softmax.connect(layers[0], layers[1], weight=0.5)
    softmax.connect(layers[1], layers[2], weight=0.5)
    return {net.title: net for net in (lone, frozen, loose, softmax)}


@pytest.fixture(params=odd_networks())
def odd(request):
    """A session on an odd network: three rows, two epochs."""
    net = odd_networks()[request.param]
    return lambda size: ns.debug(
        net.copy(), [[1.0], [2.0], [-1.0]], [[0.0], [1.0], [2.0]],
        optimizer=ns.SGD(0.1), epochs=2, batch_size=size,
    )  # fmt: skip


@pytest.mark.slow
@each("grain", GRAINS)
@each("size", [1, 2, 4])
def test_back_by_a_grain_is_the_way_that_one_came(xor, grain, size):
    session = xor(epochs=2, batch_size=size)
    way = [(session.place, session.digest())]
    while not session.is_over:
        _move(session, grain)
        way.append((session.place, session.digest()))

    for place, digest in reversed(way[:-1]):
        session.back(grain=grain)
        assert (session.place, session.digest()) == (place, digest)
    session.back(grain=grain)
    assert session.place == UnitPlace(0, 0, 0)


@pytest.mark.quick("a single", "neurons")
@pytest.mark.parametrize("grain", GRAINS)
@pytest.mark.parametrize("size", [1, 2, 3])
def test_back_by_a_grain_is_the_way_that_one_came_in_odd_networks(odd, grain, size):
    session = odd(size)
    way = stations(session, grain)

    back = [session.place]
    while session.place > UnitPlace(0, 0, 0):
        session.back(grain=grain)
        back.append(session.place)

    assert back == way[::-1]


@pytest.mark.slow
@pytest.mark.parametrize("grain", GRAINS)
def test_back_by_a_grain_is_the_way_that_one_came_in_random_networks(trainings, grain):
    @examples(20)
    @given(trainings(most_epochs=2))
    def check(training):
        session = training.session()
        way = stations(session, grain)

        for place in reversed(way[:-1]):
            session.back(grain=grain)
            assert session.place == place

    check()


@each(("finer", "coarser"), list(pairwise(GRAINS)))
def test_every_station_of_a_coarse_grain_is_one_of_the_finer(xor, finer, coarser):
    fine, coarse = (xor(epochs=2, batch_size=2) for _ in range(2))

    assert set(stations(coarse, coarser)) <= set(stations(fine, finer))


@each(
    ("grain", "n_stations"),
    [
        ("step", 2 * (4 * A_SAMPLE + 2 * AN_UPDATE)),
        # a sample: x1 x2 h1 h2 o1, the loss, o1 h1 h2; an update: h1 h2 o1
        ("neuron", 2 * (4 * 9 + 2 * 3)),
        ("layer", 2 * (4 * 6 + 2 * 2)),  # x h o, the loss, o h; h o
        ("phase", 2 * (4 * 3 + 2)),
        ("sample", 2 * 4),
        ("batch", 2 * 2),
        ("epoch", 2),
    ],
)
def test_a_training_has_so_many_of_each_grain(xor, grain, n_stations):
    session = xor(epochs=2, batch_size=2)

    assert len(stations(session, grain)) - 1 == n_stations


@pytest.mark.slow
@each("grain", GRAINS)
@each("times", [2, 3, 1000])
def test_so_many_times_is_so_many_single_ones(xor, grain, times):
    once, often = xor(engine="graph"), xor(engine="graph")

    getattr(once, {"neuron": "next"}.get(grain, grain))(times)
    for _ in range(times):
        _move(often, grain)

    assert once.digest() == often.digest()


@each("grain", GRAINS)
def test_at_the_ends_a_move_stays(xor, grain):
    session = xor()

    session.back(3, grain)
    at_start = session.place
    session.goto(epoch=5)
    _move(session, grain)

    assert (at_start, session.place) == (UnitPlace(0, 0, 0), UnitPlace(20, 0, 0))


@each(
    ("grain", "start"),
    [
        ("neuron", "epoch 0, sample 1, forward, step 2 of 39"),
        ("layer", "epoch 0, sample 1, forward, step 2 of 39"),
        ("phase", "epoch 0, sample 1, forward, step 0 of 39"),
        ("sample", "epoch 0, sample 1, forward, step 0 of 39"),
        ("batch", "epoch 0, sample 1, forward, step 0 of 39"),
        ("epoch", "epoch 0, sample 0, forward, step 0 of 39"),
    ],
)
def test_from_inside_back_goes_to_the_start_of_what_is_under_way(xor, grain, start):
    session = xor()
    session.goto(sample=1, step=5)  # in the sum of h1

    session.back(grain=grain)

    assert str(session.position) == start


def test_the_update_belongs_to_the_last_sample_of_its_batch(xor):
    session = xor(batch_size=2)

    session.goto(sample=1, phase="update")
    at_update = str(session.position)
    session.back(grain="sample")
    before = str(session.position)

    assert at_update == "epoch 0, batch 0, sample 1, update, step 30 of 39"
    assert before == "epoch 0, batch 0, sample 1, forward, step 0 of 39"


def test_an_end_that_is_off_by_one_is_found_out(xor, monkeypatch):
    def end_of(walk, place, grain):
        end = grains.end_of(walk, place, grain)
        return end._replace(step=end.step + 1) if grain == "phase" else end

    monkeypatch.setattr(moving, "end_of", end_of)
    fine, coarse = xor(epochs=1), xor(epochs=1)

    with pytest.raises(AssertionError):
        assert stations(coarse, "phase")[::-1] == _back_by_phases(fine)


def _back_by_phases(session):
    session.goto(epoch=1)
    found = [session.place]
    while session.place > UnitPlace(0, 0, 0):
        session.back(grain="phase")
        found.append(session.place)
    return found
