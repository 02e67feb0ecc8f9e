"""The tutorial's networks: one neuron, 2-2-1, 3-1, and n-4-1, with the numbers it prints."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.functions.initializers import Uniform

X31, T31 = [[0, 0, 1], [1, 1, 1], [1, 0, 1], [0, 1, 1]], [[0], [1], [1], [0]]
X41, T41 = [[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]], [[0], [1], [1], [0]]


@pytest.fixture
def check_forward(dense, outputs, assert_close, single):
    def check(engine):
        neuron = dense((2, 1), [[[0.0], [1.0]]], [4.0])
        assert_close(outputs(neuron, [[2, 3]], engine), [[0.9990889488055994]], single)

        net = dense((2, 2, 1), [[[0, 0], [1, 1]], [[0], [1]]], [0.0, 0.0])
        assert_close(outputs(net, [[2, 3]], engine), [[0.7216325609518421]], single)
        net.outputs = ["h1", "h2"]
        assert_close(outputs(net, [[2, 3]], engine), [[0.9525741268224334] * 2], single)

    return check


def test_the_neuron_and_the_2_2_1(check_forward, engine):
    check_forward(engine)


def test_the_neurons_net_input_is_7(dense):
    neuron = dense((2, 1), [[[0.0], [1.0]]], [4.0])

    neuron.forward([2, 3])

    assert neuron["o1"].net_input == 7.0  # 4 + 0*2 + 1*3


def test_mutated_a_sigmoid_that_is_a_tanh_fails_the_neuron(check_forward, mutate, engine):
    mutate("sigmoid is tanh")

    with pytest.raises(AssertionError):
        check_forward(engine)


def start_3_1():
    """np.random.seed(1); w = np.random.rand(3, 1)."""
    return np.random.RandomState(1).random_sample((3, 1))


@pytest.fixture
def check_3_1(dense, outputs, assert_close, trained):
    def check(engine, epochs=10_000):
        net = dense((3, 1), [start_3_1()], [None])
        options = {"optimizer": ns.SGD(1.0), "reduction": "sum", "engine": engine}

        ns.train(net, X31, T31, epochs=epochs - 1, **options)
        before_the_last = outputs(net, X31, engine)
        ns.train(net, X31, T31, epochs=1, **options)

        assert_close(net.parameters(), PRINTED_31["w"], trained)
        assert_close(before_the_last.ravel(), PRINTED_31["before the last"], trained)
        assert_close(outputs(net, X31, engine).ravel(), PRINTED_31["after"], trained)
        assert_close(outputs(net, [[1, 0, 0]], engine), [[0.9999370422113438]], trained)

    return check


PRINTED_31 = {
    "w": [9.672983117698651, -0.20801770729093075, -4.629527804370631],
    "before the last": [
        0.009665533979115697,
        0.9921189849297826,
        0.9935896109795003,
        0.007864549896997863,
    ],
    "after": [0.009665041662312182, 0.9921193858187609, 0.9935899359127875, 0.00786415058428519],
}


def test_the_3_1_starts_from_the_weights_of_the_old_generator():
    net = ns.Network("3-1", seed=1, generator="legacy")
    net.add_layer("x", 3)
    net.add_layer("o", 1, activation="sigmoid", bias=None)
    net.connect("x", "o", initializer=Uniform(0.0, 1.0))

    published = [0.417022004702574, 0.7203244934421581, 0.00011437481734488664]
    assert net.parameters().tolist() == published
    assert start_3_1().ravel().tolist() == published


@pytest.mark.quick("compiled")
def test_the_3_1_trained_for_10000_updates(check_3_1, engine):
    check_3_1(engine)


@pytest.mark.parametrize("mutation", ["loss gradient doubled", "slope without its second factor"])
def test_mutated_the_3_1_fails(check_3_1, mutate, mutation):
    mutate(mutation)

    with pytest.raises(AssertionError):
        check_3_1("graph", epochs=100)


def test_mutated_a_doubled_loss_gradient_fails_the_3_1_as_matrices(check_3_1, mutate):
    mutate("loss gradient doubled")

    with pytest.raises(AssertionError):
        check_3_1("compiled")


LOSSES_41 = {
    0: 1.3118382149442458,
    1: 1.0688706580600407,
    10: 0.9993620050628607,
    100: 0.9833701269669899,
    1000: 0.005999539579021417,
}
BEFORE_THE_LAST_41 = [
    0.009658535832344694, 0.9689334096341268, 0.9688474920376922, 0.03646842709519861,
]  # fmt: skip
AFTER_41 = [0.009653536891312247, 0.9689474876711288, 0.9688615817138355, 0.03645155766022018]
W2_41 = [-6.967563726157063, 11.458114752350193, -6.904912984407887, -1.7884038798902793]


def n_4_1(dense, biases=(None, None)):
    draw = np.random.RandomState(1)
    weights = [draw.random_sample((3, 4)), draw.random_sample((4, 1))]
    return dense((3, 4, 1), weights, list(biases))


@pytest.fixture
def check_4_1(dense, outputs, assert_close, trained):
    def check(engine, epochs=1500):
        net = n_4_1(dense)
        options = {
            "loss": "squared_error", "optimizer": ns.SGD(1.0), "reduction": "sum", "engine": engine
        }  # fmt: skip

        losses = ns.train(net, X41, T41, epochs=epochs - 1, **options).loss
        assert_close([losses[k] for k in LOSSES_41], list(LOSSES_41.values()), trained)
        assert_close(outputs(net, X41, engine).ravel(), BEFORE_THE_LAST_41, trained)

        ns.train(net, X41, T41, epochs=1, **options)
        last = ns.loss_and_gradients(
            net, X41, T41, loss="squared_error", reduction="sum", engine=engine
        )
        assert_close(outputs(net, X41, engine).ravel(), AFTER_41, trained)
        assert_close(last.loss, 0.0033557664456671226, trained)
        assert_close([c.weight for c in net.incoming("o1")], W2_41, trained)

    return check


@pytest.mark.quick("compiled")
def test_the_n_4_1_trained_for_1500_updates(check_4_1, engine):
    check_4_1(engine)


@pytest.mark.quick("compiled")
def test_mutated_a_halved_loss_gradient_fails_the_n_4_1(check_4_1, mutate, engine):
    mutate("loss gradient halved")

    with pytest.raises(AssertionError):
        check_4_1(engine)


def test_the_n_4_1_with_biases_is_the_formula_of_its_page(dense, outputs, engine, assert_close):
    b1, b2 = [0.1, -0.2, 0.3, -0.4], 0.5
    net = n_4_1(dense, (b1, b2))
    draw, x = np.random.RandomState(1), np.array(X41, dtype=float)
    w1, w2 = draw.random_sample((3, 4)), draw.random_sample((4, 1))

    def s(z):
        return 1 / (1 + np.exp(-z))

    expected = s(s(x @ w1 + b1) @ w2 + b2)  # y = s(w2 s(w1 x + b1) + b2)

    assert_close(outputs(net, X41, engine), expected, 1e-14)
