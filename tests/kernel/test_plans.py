"""Random plans end in numbers or in our errors; what they once ended in is told here."""

from dataclasses import replace

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import InvalidValueError
from tests.each import each
from tests.kernel.plans import try_plan


@pytest.mark.usefixtures("kernel")
def test_random_plans_train_and_are_measured_or_are_refused():
    counts = [try_plan(1, number) for number in range(12)]

    assert sum(done for done, _ in counts) > 100
    assert sum(refused for _, refused in counts) < 40


@pytest.mark.usefixtures("kernel")
def test_an_output_that_nothing_leads_to_has_a_plan_without_inputs():
    net = ns.Network("alone")
    net.add_neuron("y", bias=None)
    net.outputs = ["y"]
    options = {"loss": "squared_error", "optimizer": ns.SGD(0.1), "epochs": 2}

    history = ns.train(net, np.empty((1, 0)), [[1.0]], program="kernel", **options)

    assert list(history.loss) == [1.0, 1.0]


@each("name, got, expected", [
    ("batch", -1, "state.batch: got -1; expected an integer >= 0"),
    ("updates", -1, "state.updates: got -1; expected an integer >= 0"),
    ("epoch", -1, "state.epoch: got -1; expected an integer >= 0"),
    ("memory", -np.ones((2, 2)), "memory: got -1.0 in 's' of adam"),
])  # fmt: skip
def test_a_state_that_no_training_comes_to_is_refused(name, got, expected):
    net = ns.Network("n", seed=1)
    net.add_layer("x", 1), net.add_layer("y", 1)
    net.connect("x", "y")
    training = ns.Training(net, [[1.0]], [[2.0]], optimizer="adam")

    with pytest.raises(InvalidValueError, match=expected):
        training.state = replace(training.state, **{name: got})
