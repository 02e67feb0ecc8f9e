"""What a stretch of the kernel notes on its way is what the walk finds there, to the bit."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import neurosim as ns
from neurosim.debugger.stops.row_notes import is_delta_final
from neurosim.kernel.library import why_no_kernel
from neurosim.training.engines.contract import NotesWanted
from neurosim.training.engines.graph import GraphEngine
from neurosim.training.engines.kernel_program import why_not
from neurosim.training.engines.table import make_engine
from neurosim.training.state import batch_rows, start_state
from neurosim.training.task import make_task
from tests.examples import examples

pytestmark = pytest.mark.skipif(why_no_kernel() is not None, reason="there is no kernel")
BATCHES = 9


@st.composite
def tasks(draw, cases):
    """A random task of batches that may leave a remainder."""
    case = draw(cases())
    task = make_task(
        case.network,
        case.X,
        case.T,
        loss=case.loss,
        reduction=case.reduction,
        program="kernel",
        batch_size=draw(st.sampled_from([None, 1, 2, 3, 5, 7])),
        shuffle=draw(st.booleans()),
        optimizer=draw(st.sampled_from([ns.SGD(0.1), ns.Adam(0.01)])),
    )
    assume(why_not(task) is None)
    return task


def noted(engine, state, wanted, sizes):
    """The notes of stretches of at most so many batches, and the states between."""
    states, found, done = [state], [], 0
    with engine.batches(state) as run:
        for size in sizes:
            count = run.most(min(size, BATCHES - done))
            if count:
                found.append(run.note(count, wanted))
                done += count
                states.append(run.state())
        while done < BATCHES:
            count = run.most(BATCHES - done)
            found.append(run.note(count, wanted))
            done += count
        return found, [*states, run.state()]


def joined(found):
    """The notes of stretches as those of one."""
    rows = np.concatenate([notes.losses for notes in found])
    parts = (np.concatenate([getattr(n, name) for n in found], 1) for name in ("notes", "path"))
    return rows, *parts, np.concatenate([notes.slopes for notes in found])


@examples(40)
@given(data=st.data())
def test_notes_are_the_numbers_of_the_walk(data, cases):
    task = data.draw(tasks(cases))
    network, start = task.network, start_state(task, 1)
    number = {neuron: i for i, neuron in enumerate(network.neurons)}
    computed = [n for n in network.neurons if not n.is_input]
    kept = [("output", n) for n in network.neurons] + [("net_input", n) for n in computed]
    kept += [("delta", n) for n in computed if is_delta_final(n, task)]
    theta = range(len(start.parameters))
    wanted = NotesWanted(tuple((name, number[n]) for name, n in kept), tuple(theta), gradients=True)
    sizes = data.draw(st.lists(st.integers(1, 6), max_size=4))

    found, states = noted(make_engine("compiled", task), start, wanted, sizes)
    losses, notes, path, slopes = joined(found)

    graph, state, row = GraphEngine(task), start, 0
    states_of_walk = [start]
    for batch in range(BATCHES):
        rows = batch_rows(task, state)
        with graph.batches(state) as run:
            assert run.advance().tolist() == losses[row : row + len(rows)].tolist()
            after = run.state()
        row += len(rows)
        assert [getattr(n, name) for name, n in kept] == notes[:, row - 1].tolist()
        assert [p.gradient for p in network.parameter_list()] == slopes[batch].tolist()
        assert after.parameters.tolist() == path[:, batch].tolist()
        states_of_walk.append(after)
        state = after
    assert states[-1] == state
    assert all(state in states_of_walk for state in states)


def test_behind_a_number_that_is_not_finite_all_notes_are_nan():
    net = ns.Network()
    net.add_layer("x", 1)
    net.add_layer("o", 1)
    net.connect("x", "o", weight=1.0)
    task = make_task(net, [[1.0]], [[0.0]], optimizer=ns.SGD(1e200), program="kernel")
    wanted = NotesWanted((("output", 1),), (0,), gradients=True)

    with make_engine("compiled", task).batches(start_state(task, 1)) as run:
        notes = run.note(4, wanted)

    assert np.isnan(notes.losses).tolist()[-2:] == [True, True]
    assert np.isnan(notes.notes[0]).tolist()[-2:] == [True, True]
    assert np.isnan(notes.path[0]).tolist()[-2:] == [True, True]
    assert np.isnan(notes.slopes).all(axis=1).tolist()[-2:] == [True, True]
    assert notes.notes[0, 0] == 1.0
