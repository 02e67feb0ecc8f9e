"""A debugging session opens where two engines part: before the sample, or before the batch."""

from dataclasses import replace

import pytest

from neurosim.debugger.traces.bisect import Divergence
from neurosim.scenario import bisect_scenario, session_at
from neurosim.training.engines.table import CompiledEngine
from tests.faults import erring

PAIRS = {"training.batch_size": 2, "training.shuffle": True}


@pytest.fixture
def faulty(monkeypatch):
    """An engine that errs at its update of this number; ``gradients`` says in which it shows."""

    def faulty(number, *, gradients):
        honest, whole = CompiledEngine.batches, CompiledEngine.loss_and_gradient

        def advance(state, after):
            return replace(after, parameters=after.parameters + 1e-6 * (state.updates == number))

        def judge(self, theta, X, T):
            loss, gradient = whole(self, theta, X, T)
            gradient[-1] += 1e-6 * (X.tolist() == [[1.0, 0.0]])
            return loss, gradient

        monkeypatch.setattr(CompiledEngine, "batches", erring(honest, advance))
        if gradients:
            monkeypatch.setattr(CompiledEngine, "loss_and_gradient", judge)

    return faulty


def test_where_a_sample_shows_it_the_session_stands_before_that_sample(write, small, faulty):
    path = write(small())
    faulty(2, gradients=True)

    divergence = bisect_scenario(path)
    session = session_at(path, divergence)

    assert (divergence.epoch, divergence.sample, divergence.row) == (2, 2, 2)
    assert str(session.position) == "epoch 2, sample 2, forward, step 0 of 11"
    assert session.coming == "a = 1 is about to be loaded"


def test_the_way_there_is_the_first_engines_so_the_session_comes_to_the_number_it_said(
    write, small, faulty
):
    path = write(small())
    faulty(2, gradients=True)
    divergence = bisect_scenario(path)
    session = session_at(path, divergence)

    session.goto(sample=3)

    assert (divergence.where, divergence.quantity) == ("o1.bias", "gradient")
    assert session.network["o1"].delta == divergence.values[0]  # the share of sample 2 alone


def test_where_only_the_update_shows_it_the_session_stands_before_the_batch(write, small, faulty):
    path = write(small())
    faulty(3, gradients=False)

    divergence = bisect_scenario(path, overrides=PAIRS)
    session = session_at(path, divergence, overrides=PAIRS)

    assert (divergence.quantity, divergence.epoch, divergence.batch) == ("update", 1, 1)
    assert (session.position.epoch, session.position.batch, session.position.sample) == (1, 1, 2)
    assert session.position.step == 0


@pytest.mark.parametrize("has_training", [True, False])
def test_engines_may_part_behind_the_end_of_the_training(write, small, faulty, has_training):
    text = small()
    if not has_training:
        text = text[: text.index("training:")]
    path = write(text)
    faulty(9, gradients=False)

    session = session_at(path, bisect_scenario(path))

    assert session.position.epoch == 9  # of 4, or of none
    assert session.n_epochs == 10


def test_a_parting_from_a_trace_is_a_place_too(write, small):
    divergence = Divergence(
        1, 0, 3, 3, "o1.delta", "step", ("scenario", "trace"), (0.1, 0.2), ("trace: ...",)
    )

    session = session_at(write(small()), divergence)

    assert str(session.position) == "epoch 1, sample 3, forward, step 0 of 14"
