"""Do the engines agree on a scenario, and which network is in a file."""

from dataclasses import replace

import numpy as np
import pytest

from neurosim.errors import InvalidValueError
from neurosim.scenario import agree_scenario, bisect_scenario, load_network
from neurosim.training.engines.table import CompiledEngine
from tests.faults import erring


def test_the_engines_agree_on_a_scenario(write, small, monkeypatch):
    monkeypatch.setenv("NEUROSIM_KERNEL", "off")  # which agrees to the last bit

    agreement = agree_scenario(write(small()), updates=20)

    assert agreement.passed
    assert [difference.what for difference in agreement.differences] == [
        "outputs", "loss", "gradients", "parameters after 20 updates",
    ]  # fmt: skip
    assert [difference.tolerance for difference in agreement.differences] == [
        1e-12, 1e-12, 1e-12, 1e-10,
    ]  # fmt: skip


def test_the_scenarios_own_loss_reduction_and_batches_are_what_is_compared(write, small):
    text = small(("epochs: 4", "epochs: 4\n  reduction: sum\n  batch_size: 1"))

    summed = agree_scenario(write(text), updates=1)
    mean = agree_scenario(write(small()), updates=1)

    assert summed.loss.graph == pytest.approx(4 * mean.loss.graph, rel=1e-14)


def test_an_engine_that_errs_is_found_out_and_where(write, small, monkeypatch):
    honest = CompiledEngine.loss_and_gradient

    def wrong(self, theta, X, T):
        loss, gradient = honest(self, theta, X, T)
        return loss, gradient + np.array([0.0, 1e-11, 0.0])

    monkeypatch.setattr(CompiledEngine, "loss_and_gradient", wrong)
    agreement = agree_scenario(write(small()), updates=0)

    assert not agreement.passed
    assert [d.what for d in agreement.differences if not d.passed] == ["gradients"]
    assert agreement.gradients.where == "b->o1"


def test_a_scenario_without_data_cannot_be_compared(write, two_two_one):
    path = write(two_two_one())

    with pytest.raises(InvalidValueError, match="no rows to compare on, got no data; expected a"):
        agree_scenario(path)


def test_the_network_of_a_scenario_is_the_one_before_training(write, small):
    net = load_network(write(small(("data:", "  initial: {weights: {constant: 3}}\ndata:"))))

    assert [connection.weight for connection in net.connections] == [3.0, 3.0]


def test_the_network_of_a_saved_file_is_what_was_saved(tmp_path, run, small):
    trained = run(small()).network
    trained.save(tmp_path / "net.json")

    assert load_network(tmp_path / "net.json").parameters().tolist() == (
        trained.parameters().tolist()
    )


def test_where_the_engines_part_on_a_scenario_is_found(write, small, monkeypatch):
    path = write(small(("epochs: 4", "epochs: 4\n  batch_size: 1")))
    honest = CompiledEngine.batches

    def wrong(state, after):
        return replace(after, parameters=after.parameters + 1e-6 * (state.updates >= 6))

    assert bisect_scenario(path) is None
    monkeypatch.setattr(CompiledEngine, "batches", erring(honest, wrong))
    found = bisect_scenario(path)

    assert (found.epoch, found.batch, found.where, found.quantity) == (1, 2, "a->o1", "update")


def test_in_single_precision_the_engines_part_later(write, small):
    path = write(small(("epochs: 4", "epochs: 4\n  precision: single")))

    assert bisect_scenario(path) is None
    assert bisect_scenario(path, tolerance=1e-12) is not None


def test_to_bisect_a_scenario_needs_rows():
    with pytest.raises(InvalidValueError, match="no rows to compare on"):
        bisect_scenario("two-two-one")
