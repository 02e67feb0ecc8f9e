"""Whoever watches compiled training sees what the walk would show: rows, batches, all values."""

from dataclasses import replace
from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import neurosim as ns
from neurosim.errors import NeurosimError
from neurosim.functions.losses import LOSSES
from neurosim.interpreter.steps import Measured
from neurosim.training import CompiledEngine, GraphEngine
from neurosim.training.engines.contract import advance_batch
from neurosim.training.engines.graph import batch_steps
from neurosim.training.state import start_state
from neurosim.training.task import make_task
from tests.examples import examples

STILL = ns.SGD(1e-300)  # moves no parameter, so that two slopes at a kink lead to one training
PROGRAMS = [("array", "double", inf), ("array", "double", 0.0), ("array", "single", inf)]
SMOOTH_LOSSES = ("half_squared_error", "squared_error", "mean_squared_error", "cross_entropy")


def engine_of(task, program):
    """The compiled engine with this kind of program, precision and cost of a sparse block."""
    kind, precision, cost = program
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("neurosim.compiler.planning.sparse_cost", lambda *_: cost)
        fresh = task.network.copy()
        own = task.on(fresh).with_options(precision=precision)
        return CompiledEngine(own, kind)


def draw_task(data, case, optimizer):
    return make_task(
        case.network.copy(), case.X, case.T, loss=case.loss, reduction=case.reduction,
        optimizer=optimizer, batch_size=data.draw(st.sampled_from([None, 1, 2, 7])),
        shuffle=data.draw(st.booleans()),
    )  # fmt: skip


def walked_losses(task, state, epochs):
    """What the walk measured, row after row."""
    graph, losses, memory = GraphEngine(task), [], state.memory.copy()
    for _ in range(epochs * task.n_batches - state.batch):
        losses += [s.after for s in batch_steps(task, state, memory) if isinstance(s, Measured)]
        state = advance_batch(graph, state)
        memory = state.memory.copy()
    return losses


def rows_of_programs(task, epochs):
    """What the walk measured, and what each program of doubles says."""
    begin = start_state(task, 5)
    engines = [engine_of(task, program) for program in PROGRAMS[:2]]
    found = [engine.advance_rows(begin, epochs=epochs)[1] for engine in engines]
    return walked_losses(task, begin, epochs), found


@pytest.mark.slow
@given(data=st.data())
def test_the_loss_of_every_row_is_what_the_walk_measures(data, cases, assert_close):
    task = draw_task(data, data.draw(cases()), STILL)

    expected, found = rows_of_programs(task, 2)

    assert_close(found, [expected] * 2, 1e-12)


@pytest.mark.slow
@examples(30)
@given(data=st.data())
def test_while_parameters_change_row_losses_are_the_walks(data, cases, smooth, assert_close):
    case = data.draw(cases(activations=smooth, losses=SMOOTH_LOSSES))
    task = draw_task(data, case, ns.SGD(0.001, momentum=0.5))

    expected, found = rows_of_programs(task, 3)

    assert_close(found, [expected] * 2, 1e-12)


@examples(20)
@given(data=st.data())
def test_in_single_precision_row_losses_are_the_walks_to_four_digits(
    data, cases, smooth, assert_close
):
    case = data.draw(cases(activations=smooth, losses=SMOOTH_LOSSES))
    task = draw_task(data, case, STILL)
    begin = start_state(task, 5)

    _, rows = engine_of(task, PROGRAMS[2]).advance_rows(begin, epochs=1)

    assert rows.dtype == np.float64
    assert_close(rows, walked_losses(task, begin, 1), 1e-4)


@pytest.mark.slow
@examples(30)
@given(data=st.data())
def test_who_watches_changes_no_bit_of_the_training(data, cases, smooth, assert_close):
    case = data.draw(cases(activations=smooth, losses=SMOOTH_LOSSES))
    optimizer = data.draw(st.sampled_from([ns.SGD(0.001), ns.Adam(0.001, epsilon=0.01)]))
    task = draw_task(data, case, optimizer)
    n_before = data.draw(st.integers(0, task.n_batches - 1))

    for program in PROGRAMS:
        engine, begin = engine_of(task, program), start_state(task, 5)
        for _ in range(n_before):
            begin = advance_batch(engine, begin)
        plain, losses = engine.advance(begin, epochs=3)
        watched, rows = engine.advance_rows(begin, epochs=3)
        after, seen = begin, []
        with engine.batches(begin) as batches:
            for _ in range(3 * task.n_batches - begin.batch):
                seen.append(batches.advance())
                after = advance_batch(engine, after)  # a run of its own, between
                assert batches.state() == after
                assert batches.parameters().tobytes() == after.parameters.tobytes()

        assert after == plain
        assert watched == plain
        assert np.concatenate(seen).tobytes() == rows.tobytes()
        assert len(rows) == 3 * task.n_rows - begin.batch * task.batch_size
        whole = rows[len(rows) - 2 * task.n_rows :].reshape(2, -1).sum(axis=1)
        assert_close(losses[1:], whole / task.divisor(task.n_rows), PRECISE[program[1]])


PRECISE = {"double": 1e-12, "single": 1e-5}


@pytest.mark.parametrize("batch_size", [1, 4, 10])
def test_no_epoch_has_no_rows(net, data, kind, batch_size):
    task = make_task(net, *data, batch_size=batch_size)
    begin = start_state(task, 1)

    after, rows = CompiledEngine(task, kind).advance_rows(begin, epochs=0)

    assert after is begin
    assert rows.shape == (0,)


def test_rows_come_as_they_were_taken_and_each_is_measured_before_its_update(make_line, kind):
    task = make_task(make_line(0.0), [[1.0], [2.0]], [[1.0], [4.0]], optimizer=ns.SGD(1.0),
                     batch_size=1)  # fmt: skip

    _, rows = CompiledEngine(task, kind).advance_rows(start_state(task, 1), epochs=1)

    # w = 0: (1 - 0)^2/2, then w = 1: (4 - 2)^2/2
    assert rows.tolist() == [0.5, 2.0]


@pytest.mark.parametrize(("batch_size", "n_finite"), [(1, 2), (2, 4)])
def test_what_is_not_finite_comes_after_what_was(make_line, kind, batch_size, n_finite):
    task = make_task(make_line(1.0), [[1.0], [1.0]], [[0.0], [0.0]], optimizer=ns.SGD(1e150),
                     batch_size=batch_size)  # fmt: skip

    with np.errstate(all="raise"):
        after, rows = CompiledEngine(task, kind).advance_rows(start_state(task, 1), epochs=5)

    # the square of w is 1, then 1e300, then too much
    assert np.isfinite(rows).tolist() == [True] * n_finite + [False] * (10 - n_finite)
    assert not after.is_finite


@pytest.mark.parametrize("precision", ["double", "single"])
def test_some_parameters_are_those_of_all(net, data, kind, precision):
    if (kind, precision) == ("kernel", "single"):
        pytest.skip("the kernel computes in double precision")
    net["x1", "o1"].trainable = False
    task = make_task(net, *data, optimizer=ns.SGD(0.5), precision=precision)
    frozen = int(np.flatnonzero(~net.trainable_mask())[0])
    some = np.array([5, frozen, 2])

    with CompiledEngine(task, kind).batches(start_state(task, 1)) as batches:
        batches.advance()
        found = batches.parameters(some)

        assert found.tobytes() == batches.parameters()[some].tobytes()
    assert found[1] == net["x1", "o1"].weight
    assert (found[[0, 2]] != net.parameters()[[5, 2]]).all()


def test_two_stretches_of_one_engine_do_not_disturb_each_other(net, data, kind):
    task = make_task(net, *data, optimizer=ns.SGD(0.5), batch_size=3, shuffle=True)
    engine, begin, other = CompiledEngine(task, kind), start_state(task, 1), start_state(task, 2)
    alone, _ = engine.advance(begin, epochs=2)

    with engine.batches(begin) as first, engine.batches(other) as second:
        for _ in range(2 * task.n_batches):
            first.advance()
            second.advance()

        assert first.state() == alone
        assert second.state() == engine.advance(other, epochs=2)[0]
        assert first.state() != second.state()


def test_a_changed_structure_is_refused_by_all(net, data):
    task = make_task(net, *data)
    engine, begin = CompiledEngine(task), start_state(task, 1)
    with engine.batches(begin) as batches:
        net.add_neuron("late")

        with pytest.raises(NeurosimError, match="its structure changed"):
            batches.advance()
    with pytest.raises(NeurosimError, match="its structure changed"):
        engine.advance_rows(begin, epochs=1)
    with pytest.raises(NeurosimError, match="its structure changed"):
        engine.values(begin.parameters, task.X)
    with pytest.raises(NeurosimError, match="its structure changed"), engine.batches(begin):
        pass


@pytest.mark.parametrize("batch_size", [3, None])
def test_a_term_that_is_wrong_in_arrays_only_is_seen(monkeypatch, net, data, batch_size):
    half = LOSSES["half_squared_error"]
    wrong = replace(half.by_output, array_value=lambda x, t: abs(x - t))
    task = make_task(net, *data, batch_size=batch_size)
    engine, begin = CompiledEngine(task, "array"), start_state(task, 1)
    _, right = engine.advance_rows(begin, epochs=1)
    monkeypatch.setitem(LOSSES, "half_squared_error", replace(half, by_output=wrong))
    task = make_task(net, *data, batch_size=batch_size)

    _, rows = CompiledEngine(task, "array").advance_rows(begin, epochs=1)

    assert np.abs(rows - right).min() > 1e-3
