"""``bisect``: a fault that is planted in an engine is found where it was planted."""

from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest

import neurosim as ns
from neurosim.debugger.traces.bisect import bisect
from neurosim.functions.activations import ACTIVATIONS
from neurosim.network import Network
from neurosim.training.engines.compiled import CompiledEngine
from neurosim.training.engines.graph import GraphEngine
from neurosim.training.state import start_state
from neurosim.training.task import make_task
from tests.faults import erring


@pytest.fixture
def task():
    """A 2-2-1 network with a tanh and a sigmoid in the middle, 5 shuffled rows in batches of 2."""
    net = Network("planted", seed=3)
    net.add_layer("x", 2)
    net.add_neuron("h1", activation="tanh", bias=0.1)
    net.add_neuron("h2", activation="sigmoid", bias=-0.2)
    net.add_layer("o", 1)
    for source, target, weight in (
        ("x1", "h1", 0.5), ("x2", "h1", -0.3), ("x1", "h2", 0.8), ("x2", "h2", 0.6),
        ("h1", "o1", 0.7), ("h2", "o1", -0.4),
    ):  # fmt: skip
        net.connect(source, target, weight=weight)
    X = np.array([[0.5, 1.0], [1.0, -0.5], [0.25, 0.5], [-1.0, 0.5], [0.8, 0.9]])
    T = np.array([[1.0], [0.0], [0.5], [-0.5], [0.3]])
    return make_task(net, X, T, optimizer=ns.SGD(0.1), batch_size=2, shuffle=True)


class Planted(CompiledEngine):
    """The compiled engine with one gradient that is off from the update of this number on."""

    name = "planted"

    def __init__(self, task, *, update, parameter, error=1e-6):
        super().__init__(task)
        self._index = task.network.parameter_names().index(parameter)
        self._update, self._error, self._rate = update, error, task.optimizer.learning_rate
        self._seen = 0

    def batches(self, state):
        self._seen = state.updates
        return erring(CompiledEngine.batches, self._fault)(self, state)

    def _fault(self, state, after):
        if state.updates < self._update:
            return after
        parameters = after.parameters.copy()
        parameters[self._index] -= self._rate * self._error
        return replace(after, parameters=parameters)

    def loss_and_gradient(self, theta, X, T):
        loss, gradient = super().loss_and_gradient(theta, X, T)
        if self._seen >= self._update:
            gradient[self._index] += self._error
        return loss, gradient


class OtherNetwork(GraphEngine):
    """A graph engine that trains as if a formula were another one: the fault of a slope."""

    name = "other"

    def __init__(self, task):
        twin = task.network.copy()
        super().__init__(task.on(twin))


def parted(task, second, **options):
    options = {"updates": 50} | options
    return bisect(task, start_state(task, 7), GraphEngine(task), second, **options)


def test_engines_that_agree_do_not_part(task):
    assert parted(task, CompiledEngine(task), updates=200) is None


def test_a_gradient_that_is_off_from_update_37_on_is_found_there(task):
    found = parted(task, Planted(task, update=37, parameter="x2->h2"))

    # three batches in an epoch: update 37 is batch 1 of epoch 12, whose first sample is number 2
    assert (found.epoch, found.batch, found.sample) == (12, 1, 2)
    assert (found.where, found.quantity) == ("x2->h2", "gradient")
    assert found.values[1] - found.values[0] == pytest.approx(1e-6, rel=1e-6)
    assert found.arithmetic[0].startswith("dL/dw(x2->h2) = ")


def test_the_row_of_a_shuffled_sample_is_named(task):
    found = parted(task, Planted(task, update=0, parameter="o1.bias"))
    state = start_state(task, 7)

    generator = np.random.Generator(np.random.PCG64(0))
    generator.bit_generator.state = state.streams["shuffling"]
    assert (found.sample, found.row) == (0, generator.permutation(5)[0])
    assert found.where == "o1.bias"


def test_a_fault_below_the_tolerance_is_none(task):
    assert parted(task, Planted(task, update=3, parameter="x2->h2"), tolerance=1e-4) is None


def test_a_wrong_slope_is_found_at_its_neuron(task, monkeypatch):
    tanh = ACTIVATIONS["tanh"]

    class WrongSlope(OtherNetwork):
        def _wrongly(self, do, *arguments):
            wrong = replace(tanh, slope=lambda _z, a: 1.0 - a)
            monkeypatch.setitem(ACTIVATIONS, "tanh", wrong)
            try:
                return do(*arguments)
            finally:
                monkeypatch.setitem(ACTIVATIONS, "tanh", tanh)

        @contextmanager
        def batches(self, state):
            with super().batches(state) as run:
                honest = run.advance
                run.advance = lambda: self._wrongly(honest)
                yield run

        def loss_and_gradient(self, theta, X, T):
            return self._wrongly(super().loss_and_gradient, theta, X, T)

    found = parted(task, WrongSlope(task))

    assert (found.epoch, found.batch, found.sample) == (0, 0, 0)
    assert (found.where, found.quantity) == ("h1", "delta")
    assert found.arithmetic[0].startswith("delta(h1) = ")
    assert str(found).splitlines()[0].endswith(": delta of h1")


@pytest.mark.parametrize("remade", [True, False])
def test_a_neuron_that_fires_otherwise_is_found(task, remade):
    class Shifted(GraphEngine):
        """h2 has another bias than it is told."""

        name = "shifted"

        def _shifted(self, theta):
            theta = theta.copy()
            theta[self._network.parameter_names().index("h2.bias")] += 1e-3
            return theta

        def batches(self, state):
            return super().batches(replace(state, parameters=self._shifted(state.parameters)))

        def loss_and_gradient(self, theta, X, T):
            return super().loss_and_gradient(self._shifted(theta), X, T)

        def outputs(self, theta, X):
            return super().outputs(self._shifted(theta), X)

    twin = task.network.copy()
    second = Shifted(task.on(twin))

    found = parted(task, second, remake=Shifted if remade else None)

    assert (found.epoch, found.batch, found.sample) == (0, 0, 0)
    assert (found.where, found.quantity) == ("h2" if remade else "o1", "output")
    assert found.arithmetic[0].startswith("h2 = sigmoid(" if remade else "o1 = identity(")


def test_the_compiled_engine_is_asked_for_every_neuron(task):
    class Broken(CompiledEngine):
        def outputs(self, theta, X):
            outputs = super().outputs(theta, X)
            outputs[:, 0] += 1e-6  # o1, or the first of all neurons, h1
            return outputs

        batches = erring(
            CompiledEngine.batches,
            lambda _, after: replace(after, parameters=after.parameters + 1e-6),
        )

    found = parted(task, Broken(task), remake=Broken)

    assert (found.where, found.quantity) == ("h1", "output")


def test_a_wrong_loss_is_found_as_the_loss(task):
    class WrongLoss(CompiledEngine):
        batches = erring(
            CompiledEngine.batches,
            lambda state, after: replace(
                after, partial_loss=after.partial_loss + 1e-6 * (state.updates >= 5)
            ),
        )

        def loss_and_gradient(self, theta, X, T):
            loss, gradient = super().loss_and_gradient(theta, X, T)
            return loss + 1e-6, gradient

    found = parted(task, WrongLoss(task))

    assert (found.epoch, found.batch, found.sample) == (1, 2, 4)
    assert (found.where, found.quantity) == ("loss", "loss")
    assert found.arithmetic[0].startswith("L = (")


def test_a_wrong_update_rule_is_found_as_the_update(task):
    momentum = task.with_options(optimizer=ns.SGD(0.1, momentum=0.9))
    nesterov = task.with_options(optimizer=ns.SGD(0.1, momentum=0.9, nesterov=True))

    found = parted(momentum, CompiledEngine(nesterov))

    assert (found.epoch, found.batch, found.sample) == (0, 0, None)
    assert (found.where, found.quantity) == ("x1->h1", "update")
    assert found.arithmetic[-1].startswith("w(x1->h1) = 0.5 - 0.1*")
    assert "no gradient, but the update of x1->h1" in str(found)


def test_a_wrong_reduction_is_found_in_the_whole_batch(task):
    found = parted(task, CompiledEngine(task.with_options(reduction="sum")))

    assert (found.epoch, found.batch, found.sample) == (0, 0, None)
    assert (found.where, found.quantity) == ("loss", "batch loss")


def test_what_no_batch_shows_is_told_as_a_drift(task):
    tiny = Planted(task, update=0, parameter="o1.bias", error=9e-11)

    found = parted(task, tiny, updates=200)

    # 9e-12 an update
    assert found.quantity == "drift"
    assert found.sample is None
    assert "what has added up over all of them" in str(found)


def test_a_training_that_diverges_alike_does_not_part(task):
    wild = task.with_options(optimizer=ns.SGD(1e200))

    assert parted(wild, CompiledEngine(wild)) is None


def test_a_training_that_diverges_in_one_engine_alone_parts_there(task):
    wild = task.with_options(optimizer=ns.SGD(1e200))

    found = parted(task, CompiledEngine(wild))

    assert (found.epoch, found.batch, found.quantity) == (0, 0, "update")


def test_the_arithmetic_is_made_on_a_copy(task):
    compiled = CompiledEngine(task)
    before = task.network.parameters()

    found = bisect(
        task, start_state(task, 7), compiled, Planted(task, update=4, parameter="x1->h1"), updates=9
    )

    assert (found.epoch, found.batch) == (1, 1)
    assert np.array_equal(task.network.parameters(), before)
    assert task.network["h1"].output is None
