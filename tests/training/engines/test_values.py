"""What the compiled engine says of every neuron is what the walk leaves on it."""

from math import inf, isnan, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import neurosim as ns
from neurosim.training import CompiledEngine
from neurosim.training.task import make_task
from tests.examples import examples

# name: kind of program, precision, cost of a sparse block
PROGRAMS = {
    "dense": ("array", "double", inf),
    "sparse": ("array", "double", 0.0),
    "dense float32": ("array", "single", inf),
    "sparse float32": ("array", "single", 0.0),
}
DOUBLE = [name for name, program in PROGRAMS.items() if program[1] == "double"]


def engine_of(task, program):
    """The compiled engine with this program; the plan is made of a network that has none yet."""
    kind, precision, cost = PROGRAMS[program]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("neurosim.compiler.planning.sparse_cost", lambda *_: cost)
        fresh = task.network.copy()
        own = task.on(fresh).with_options(precision=precision)
        return CompiledEngine(own, kind)


def walked_values(net, X):
    """Net inputs and outputs that the walk leaves on the neurons, (B, n_neurons) each."""
    net_inputs, outputs = [], []
    for row in X:
        net.forward(row)
        zs = [neuron.net_input for neuron in net.neurons]
        net_inputs.append([np.nan if z is None else z for z in zs])
        outputs.append([neuron.output for neuron in net.neurons])
    return np.array(net_inputs), np.array(outputs)


def check_values(case, programs, tolerance, assert_close):
    task = make_task(case.network, case.X, case.T, loss=case.loss)
    is_input = [neuron.is_input for neuron in case.network.neurons]
    computed = np.logical_not(is_input)
    net_inputs, outputs = walked_values(case.network, case.X)

    for program in programs:
        found = engine_of(task, program).values(case.network.parameters(), case.X)

        assert np.isnan(found[0][:, is_input]).all()
        assert_close(found[0][:, computed], net_inputs[:, computed], tolerance)
        assert_close(found[1], outputs, tolerance)


@pytest.mark.slow
@given(data=st.data())
def test_every_net_input_and_output_is_the_walks(data, cases, assert_close):
    check_values(data.draw(cases()), DOUBLE, 1e-12, assert_close)


@examples(30)
@given(data=st.data())
def test_in_single_precision_values_are_the_walks_to_four_digits(data, cases, smooth, assert_close):
    case = data.draw(cases(activations=smooth))

    check_values(case, ["dense float32", "sparse float32"], 1e-4, assert_close)


def test_values_stand_in_the_order_of_the_network(make_line):
    net = make_line(3.0, 1.0)
    net.add_input("late")
    net.add_neuron("dead", bias=7.0)
    task = make_task(net, [[2.0, 5.0]], [[0.0]])

    net_inputs, outputs = CompiledEngine(task).values(net.parameters(), task.X)

    assert [neuron.name for neuron in net.neurons] == ["x1", "o1", "late", "dead"]
    assert outputs.tolist() == [[2.0, 7.0, 5.0, 7.0]]  # o1 = 3*2 + 1
    assert [isnan(z) for z in net_inputs[0]] == [True, False, True, False]
    assert net_inputs[0, [1, 3]].tolist() == [7.0, 7.0]


@pytest.fixture
def exploding():
    """h1 = 1e200 * x1 in a 1-3-3, where o1 listens to h1, o2 to h2, and o3 to both h2 and h3."""
    net = ns.Network("exploding")
    net.add_layer("x", 1)
    net.add_layer("h", 3, bias=[0.0, 1.0, 2.0])
    net.add_layer("o", 3, bias=None)
    net.connect("x", "h", weights=[[1e200, 1.0, 1.0]])
    for source, target in (("h1", "o1"), ("h2", "o2"), ("h2", "o3"), ("h3", "o3")):
        net.connect(source, target, weight=1.0)
    return net


@pytest.mark.parametrize("program", DOUBLE)
def test_what_is_infinite_goes_where_a_connection_leads_and_nowhere_else(exploding, program):
    exploding["h2"].bias = 3.0
    exploding["x1", "h2"].weight = -1e-200
    X = np.array([[1e200], [1.0], [-1e200]])
    task = make_task(exploding, X, np.zeros((3, 3)))
    _, expected = walked_values(exploding, X)

    _, outputs = engine_of(task, program).values(exploding.parameters(), X)

    assert expected[:, 1].tolist() == [inf, 1e200, -inf]  # h1
    assert outputs.tolist() == expected.tolist()
    assert np.isfinite(outputs[:, [5, 6]]).all()  # o2 and o3


def test_beside_what_is_infinite_the_forward_program_alone_has_nan(exploding):
    task = make_task(exploding, [[1e200]], [[0.0, 0.0, 0.0]])
    engine = engine_of(task, "dense")

    outputs = engine.outputs(exploding.parameters(), task.X)

    assert outputs[0, 0] == inf
    assert np.isnan(outputs[0, 1:]).all()


def test_an_output_that_is_not_a_number_stays_one(make_line):
    task = make_task(make_line(1.0), [[1.0], [2.0]], [[0.0], [0.0]])
    engine = CompiledEngine(task)

    net_inputs, outputs = engine.values(np.array([nan]), task.X)

    assert np.isnan(outputs[:, 1]).all()
    assert np.isnan(net_inputs).all()


def test_many_samples_are_computed_in_parts_that_fit_together(net, assert_close):
    X = np.random.default_rng(2).normal(size=(1030, 3))
    task = make_task(net, X, np.zeros((1030, 2)))
    engine, theta = CompiledEngine(task), net.parameters()

    net_inputs, outputs = engine.values(theta, X)

    assert net_inputs.shape == outputs.shape == (1030, 9)
    assert outputs[:, :3].tolist() == X.tolist()
    assert_close(outputs[:, -2:], engine.outputs(theta, X), 1e-15)
    assert_close(np.tanh(net_inputs[:, 3:7]), outputs[:, 3:7], 1e-15)
