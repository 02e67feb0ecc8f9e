"""The compiled network: its matrices, its outputs, and what happens when the network changes."""

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import neurosim as ns
from neurosim.errors import GraphError, ShapeError, StaleError
from neurosim.functions.activations import ACTIVATIONS
from tests.each import each
from tests.examples import examples


def test_three_inputs_and_one_output_are_a_3_by_1_matrix():
    net = ns.Network("3-1")
    net.add_layer("x", 3)
    net.add_layer("o", 1, activation="sigmoid", bias=None)
    net.connect("x", "o", weights=[[1], [2], [3]])

    (block,) = ns.compile_network(net).matrices

    assert block.weights.tolist() == [[1.0], [2.0], [3.0]]
    assert block.biases.tolist() == [0.0]
    assert str(block) == "3 x 1 sigmoid: o1"


def test_layers_are_the_matrices_that_a_reader_would_write(layered):
    first, second = ns.compile_network(layered).matrices

    assert (first.sources, first.targets) == (("x1", "x2", "x3"), ("h1", "h2"))
    assert first.weights.tolist() == [[1, 2], [3, 4], [5, 6]]
    assert (first.activation, first.biases.tolist()) == ("tanh", [0.5, -0.5])
    assert (second.sources, second.targets) == (("h1", "h2"), ("o1",))
    assert second.weights.tolist() == [[7], [8]]


def test_the_matrices_say_what_the_network_computes(layered, assert_close):
    X = np.array([[0.1, 0.2, -0.3], [1.0, 0.0, -1.0]])
    first, second = ns.compile_network(layered).matrices

    by_hand = 1 / (1 + np.exp(-(np.tanh(X @ first.weights + first.biases) @ second.weights)))

    assert_close(ns.compile_network(layered).forward(X), by_hand, 1e-14)


@examples(50)
@given(data=st.data())
def test_the_matrices_of_any_acyclic_graph_hold_each_parameter_once(data, cases):
    net = data.draw(cases()).network

    blocks = ns.compile_network(net).matrices

    found, known = {}, {neuron.name for neuron in net.inputs}
    for block in blocks:
        assert set(block.sources) <= known  # a block reads earlier ones only
        assert not set(block.targets) & known
        assert {net[name].activation for name in block.targets} == {block.activation}
        for i, source in enumerate(block.sources):
            for j, target in enumerate(block.targets):
                if (source, target) in net:
                    found[f"{source}->{target}"] = block.weights[i, j]
                else:
                    assert block.weights[i, j] == 0.0
        for j, target in enumerate(block.targets):
            if net[target].bias is not None:
                found[f"{target}.bias"] = block.biases[j]
        known |= set(block.targets)
    assert known == {neuron.name for neuron in net.neurons}
    found |= {parameter.name: parameter.value for parameter in net.function_parameters}
    assert found == dict(zip(net.parameter_names(), net.parameters(), strict=True))


def test_matrices_are_copies(layered):
    layered_before = layered.parameters().tolist()
    block = ns.compile_network(layered).matrices[0]

    block.weights[:] = 99.0

    assert layered.parameters().tolist() == layered_before


def test_an_irregular_graph_gives_what_the_walk_gives(irregular, assert_close):
    X = np.random.default_rng(2).normal(size=(7, 2))

    found = ns.compile_network(irregular).forward(X)

    assert_close(found, [irregular.forward(row) for row in X], 1e-14)


def test_the_outputs_of_all_neurons_are_those_of_the_walk(irregular, assert_close):
    rows = np.random.default_rng(1).normal(size=(4100, 2))  # more than are computed at once

    found = ns.compile_network(irregular).activations(rows)

    assert sorted(found) == sorted(neuron.name for neuron in irregular.neurons)
    for row in (0, 4099):
        irregular.forward(rows[row])
        for name, values in found.items():
            assert values.shape == (4100,)
            assert_close(values[row], irregular[name].output, 1e-14)


def test_step_is_compiled_though_it_cannot_learn():
    net = ns.Network("and")
    net.add_layer("x", 2)
    net.add_layer("o", 1, activation="step", bias=-1.5)
    net.connect("x", "o", weight=1.0)

    found = ns.compile_network(net).forward([[0, 0], [0, 1], [1, 0], [1, 1]])

    assert found.ravel().tolist() == [0.0, 0.0, 0.0, 1.0]


@each("activation", ACTIVATIONS)
def test_every_activation_keeps_to_the_walk_over_a_wide_range(activation, assert_close):
    net = ns.Network("one")
    net.add_layer("x", 1)
    net.add_layer("o", 1, activation=activation, bias=None)
    net.connect("x", "o", weight=1.0)
    X = np.array([[0.0], [-0.5], [3.0], [-3.0], [30.0], [-750.0], [710.0], [1e-300], [-1e10]])

    found = ns.compile_network(net).forward(X)

    assert_close(found, [net.forward(row) for row in X], 1e-14)


def test_weights_are_read_at_each_call(layered):
    compiled = ns.compile_network(layered)
    X = [[0.1, 0.2, -0.3]]
    before = compiled.forward(X)[0, 0]

    layered["h1", "o1"].weight = -7.0
    layered["h1"].bias = 0.0

    after = compiled.forward(X)[0, 0]
    assert after != before
    assert after == pytest.approx(layered.forward(X[0])[0], abs=1e-15)
    assert compiled.matrices[1].weights.tolist() == [[-7.0], [8.0]]
    assert compiled.matrices[0].biases.tolist() == [0.0, -0.5]


@pytest.mark.parametrize(
    "edit",
    [
        lambda net: net.add_neuron("s"),
        lambda net: net.connect("x1", "o1"),
        lambda net: net.remove_connection("h1", "o1"),
        lambda net: net.remove_neuron("h2"),
        lambda net: net.add_layer("p", 2),
        lambda net: net.add_input("x4"),
        lambda net: setattr(net, "outputs", ["h1"]),
    ],
)
def test_a_compiled_form_of_an_edited_network_raises_and_says_so(layered, edit):
    compiled = ns.compile_network(layered)
    edit(layered)

    for use in (lambda: compiled.forward([[1, 2, 3]]), lambda: compiled.matrices,
                compiled.standalone):  # fmt: skip
        with pytest.raises(StaleError) as caught:
            use()
        assert str(caught.value) == (
            "compiled 'layered': the network's structure has changed since;"
            " expected a new compile_network(net)"
        )


def test_predict_is_never_stale(layered):
    before = layered.predict([[1, 2, 3]]).shape
    layered.add_layer("p", 2, activation="tanh")
    layered.connect("o", "p", weight=0.5)

    assert before == (1, 1)
    assert layered.predict([[1, 2, 3]]).shape == (1, 2)


def test_what_is_given_is_not_changed_and_what_is_returned_is_the_callers(layered):
    X = np.array([[0.1, 0.2, -0.3]])
    X.flags.writeable = False
    compiled = ns.compile_network(layered)

    first = compiled.forward(X)
    kept = first.copy()
    compiled.forward([[9.0, 9.0, 9.0]])

    assert first.tolist() == kept.tolist()
    first[:] = 0.0
    assert compiled.forward(X).tolist() == kept.tolist()


def test_many_rows_are_each_computed_alone(irregular, assert_close):
    X = np.random.default_rng(3).normal(size=(10_001, 2))

    found = ns.compile_network(irregular).forward(X)

    assert found.shape == (10_001, 3)
    for row in (0, 4095, 4096, 8192, 10_000):
        assert_close(found[row], irregular.forward(X[row]), 1e-13)


@pytest.mark.parametrize(
    ("X", "words"),
    [
        ([1.0, 2.0, 3.0], "X: got (3,); expected (B, 3), one row a sample; did you mean [X]?"),
        ([[1.0, 2.0]], "X: got (1, 2); expected (B, 3)"),
        (np.zeros((0, 3)), "X: no rows, got (0, 3); expected at least one sample"),
    ],
)
def test_rows_of_another_shape_are_refused(layered, X, words):
    with pytest.raises(ShapeError) as caught:
        ns.compile_network(layered).forward(X)

    assert words in str(caught.value)


def test_a_network_without_outputs_is_not_compiled():
    net = ns.Network("nothing")
    net.add_layer("x", 1)

    with pytest.raises(GraphError, match="no outputs"):
        ns.compile_network(net)


def test_compiling_leaves_the_network_as_it_was(irregular):
    version, theta = irregular.version, irregular.parameters().tobytes()

    ns.compile_network(irregular).forward([[1.0, 2.0]])

    assert (irregular.version, irregular.parameters().tobytes()) == (version, theta)
    assert irregular["a"].output is None


def _pickled(compiled):
    return pickle.loads(pickle.dumps(compiled))  # noqa: S301 - our own


@pytest.mark.parametrize("twin", [copy.copy, copy.deepcopy, _pickled])
@pytest.mark.parametrize("name", ["layered", "irregular"])
def test_a_copy_and_a_pickle_give_the_same_bits(request, twin, name):
    net = request.getfixturevalue(name)
    net.set_scaling(net.inputs[0], ns.Scaling(0.1, 3.0))
    net.load_parameters(np.linspace(-1, 1, len(net.parameters())))
    compiled = ns.compile_network(net)
    X = np.random.default_rng(2).normal(size=(9, len(net.inputs)))

    made = twin(compiled)

    assert made.forward(X).tobytes() == compiled.forward(X).tobytes()
    assert made.source == compiled.source
    net.load_parameters(np.zeros(len(net.parameters())))
    assert np.array_equal(made.forward(X), compiled.forward(X)) is (twin is copy.copy)


def test_what_is_stale_is_not_copied(layered):
    compiled = ns.compile_network(layered)
    layered.add_neuron("late")

    with pytest.raises(StaleError, match="structure has changed since"):
        pickle.dumps(compiled)
