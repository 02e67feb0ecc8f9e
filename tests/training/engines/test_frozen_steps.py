"""Neurons without a slope below what is trained: an error need not pass through them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import neurosim as ns
from neurosim.errors import GraphError
from neurosim.functions.activations import ACTIVATIONS
from neurosim.interpreter.steps import DeltaComputed
from neurosim.training import CompiledEngine
from neurosim.training.engines.graph import batch_steps
from neurosim.training.state import start_state
from neurosim.training.task import make_task
from tests.examples import examples

ALL = tuple(ACTIVATIONS)


@pytest.fixture
def net():
    """A 2-3-1 with a frozen layer of steps below a trainable output."""
    made = ns.Network("features", seed=4)
    made.add_layer("x", 2)
    made.add_layer("h", 3, activation="step", bias=[0.5, -0.5, 0.1], bias_trainable=False)
    made.add_layer("o", 1, activation="sigmoid")
    made.connect("x", "h", trainable=False)
    made.connect("h", "o")
    return made


@pytest.fixture
def data():
    return np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), np.eye(4, 1)


def test_a_trainable_readout_learns_over_frozen_steps(engine, net, data):
    frozen = net["x1", "h1"].weight, net["h1"].bias

    found = ns.train(net, *data, optimizer=ns.SGD(1.0), epochs=50, engine=engine)

    assert found.loss[-1] < 0.9 * found.loss[0]
    assert (net["x1", "h1"].weight, net["h1"].bias) == frozen


def test_the_gradient_below_is_zero_and_all_engines_agree(net, data, kind):
    found = ns.loss_and_gradients(net, *data, engine="graph")
    task = make_task(net, *data)

    assert ns.agree(net, *data).passed
    assert ns.agree(net, *data, optimizer=ns.Adam(0.1), batch_size=3).passed
    assert found.weights["x1", "h1"] == 0.0
    assert found.weights["h1", "o1"] != 0.0
    _, gradient = CompiledEngine(task, kind).loss_and_gradient(net.parameters(), task.X, task.T)
    assert gradient == pytest.approx(found.vector, rel=1e-12, abs=1e-12)


def test_the_walk_says_that_the_slope_is_zero(net, data):
    task = make_task(net, *data)
    state = start_state(task, 1)
    steps = list(batch_steps(task, state, state.memory.copy()))

    deltas = [s for s in steps if isinstance(s, DeltaComputed) and s.neuron.name == "h1"]
    assert deltas
    assert {(s.slope, s.after) for s in deltas} <= {(0.0, 0.0), (0.0, -0.0)}
    assert str(deltas[0]).split(" = ")[1].endswith("*0")


@pytest.mark.parametrize("learning", ["weight", "bias", "before"])
def test_where_a_trainable_parameter_lies_below_it_is_refused(engine, net, data, learning):
    if learning == "weight":
        net["x1", "h1"].trainable = True
    elif learning == "bias":
        net["h1"].bias_trainable = True
    else:
        net.add_neuron("before", activation="tanh")
        net.connect("x1", "before")
        net.connect("before", "h1", trainable=False)

    with pytest.raises(GraphError, match="neuron 'h1': 'step' has no slope to learn by"):
        ns.train(net, *data, optimizer=ns.SGD(1.0), epochs=1, engine=engine)


def test_what_becomes_trainable_between_two_epochs_is_refused(engine, net, data):
    epochs = ns.epochs(net, *data, optimizer=ns.SGD(1.0), epochs=3, engine=engine)
    next(epochs)
    net["x1", "h1"].trainable = True

    with pytest.raises(GraphError, match="neuron 'h1': 'step' has no slope to learn by"):
        next(epochs)


def test_a_step_that_leads_nowhere_needs_no_slope(engine, net, data):
    net.add_neuron("dead", activation="step")
    net.connect("x1", "dead")

    ns.train(net, *data, optimizer=ns.SGD(1.0), epochs=2, engine=engine)


@examples(60)
@given(data=st.data())
def test_random_networks_with_frozen_parts_agree(data, cases):
    case = data.draw(cases(activations=ALL, losses=("half_squared_error",)))
    for connection in case.network.connections:
        connection.trainable = False
    for neuron in case.network.neurons:
        if neuron.bias is not None:
            neuron.bias_trainable = False

    found = ns.agree(case.network, case.X, case.T, updates=2)

    assert found.passed or case.has_kink, str(found)
