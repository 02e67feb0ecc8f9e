"""The journal keeps what fits, drops the oldest first, and tells its size honestly."""

import gc
import tracemalloc

import pytest

import neurosim as ns
from neurosim.debugger.time.journal import Journal, UnitRecord
from neurosim.debugger.time.training_log import UnitPlace
from neurosim.interpreter.steps import Loaded

A_RECORD = 150  # bytes, as the journal counts


@pytest.fixture
def loaded():
    """So many records, each with its number."""
    neuron = ns.Network().add_input("x")
    return lambda count: [Loaded(neuron, None, float(i)) for i in range(count)]


@pytest.fixture
def record(loaded):
    """A record with so many records."""

    def make(unit, count, limit=1_000_000):
        found = UnitRecord(0, unit, None, [], limit)
        for step in loaded(count):
            found.append(step)
        return found

    return make


def test_a_record_gives_each_step_by_its_number(record):
    found = record(0, 10)

    assert (found.end, found[3].after, found[9].after) == (10, 3.0, 9.0)
    assert [step.after for step in found.between(2, 5)] == [2.0, 3.0, 4.0]


def test_a_record_beyond_its_limit_drops_its_first_half(record):
    found = record(0, 11, limit=10 * A_RECORD)

    assert (found.first, found.end) == (5, 11)
    assert found[5].after == 5.0
    assert [step.after for step in found.between(0, 7)] == [5.0, 6.0]


@pytest.mark.slow
def test_many_steps_at_once_are_dropped_alike(loaded):
    found = UnitRecord(0, 0, None, [], 1_000 * A_RECORD)

    found.extend(iter(loaded(60_000)))

    assert found.end == 60_000
    assert found[59_999].after == 59_999.0
    assert found.size <= 1_000 * A_RECORD


def test_the_record_that_was_written_first_goes_first(record):
    journal = Journal(25 * A_RECORD)

    for unit in range(4):
        journal.keep(record(unit, 10))

    assert [journal.get(0, unit) is not None for unit in range(4)] == [False, False, True, True]
    assert journal.size == 20 * A_RECORD


def test_the_last_record_stays_however_large(record):
    journal = Journal(A_RECORD)

    journal.keep(record(0, 10))
    journal.keep(record(1, 10))

    assert journal.get(0, 0) is None
    assert journal.get(0, 1) is not None


def test_a_record_that_is_written_anew_counts_once(record):
    journal = Journal(1_000_000)

    journal.keep(record(0, 10))
    journal.keep(record(0, 10))

    assert journal.size == 10 * A_RECORD


def test_a_cut_drops_the_units_that_go_on_beyond_the_place(record):
    journal = Journal(1_000_000)
    for unit in range(3):
        journal.keep(record(unit, 10))

    journal.cut(UnitPlace(0, 1, 4))

    assert [journal.get(0, unit) is not None for unit in range(3)] == [True, False, False]
    assert journal.size == 10 * A_RECORD


@pytest.mark.slow
@pytest.mark.parametrize("n_hidden", [8, 60], ids=["updates", "samples"])
def test_the_journal_takes_about_what_it_says(n_hidden):
    net = ns.Network()
    layers = [net.add_layer("x", 20), net.add_layer("h", n_hidden, activation="tanh", bias=0.1)]
    layers.append(net.add_layer("o", 5, bias=0.1))
    net.connect(layers[0], layers[1], seed=1)
    net.connect(layers[1], layers[2], seed=2)
    rows = [[0.1 * ((i * j) % 7) for i in range(20)] for j in range(40)]
    size = 1 if n_hidden == 8 else 40
    session = ns.debug(
        net, rows, [[0.0] * 5] * 40, optimizer=ns.Adam(0.01), epochs=20, batch_size=size,
        limit=4_000_000, engine="graph",
    )  # fmt: skip
    session.step(10)
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]

    session._walk.go_to(UnitPlace(40 // size, 0, 0))

    taken = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    said = session._walk._journal.size
    checkpoints = session._walk.history._size
    assert said <= 4_000_000
    assert 0.7 * said < taken - checkpoints < 1.1 * said
