"""What a pass prints: arithmetic with numbers, one line a step, exactly these words."""

import pytest

from neurosim.functions.losses import LOSSES
from neurosim.functions.optimizers import SGD
from neurosim.interpreter import (
    Activated,
    Compared,
    DeltaComputed,
    Measured,
    Normalized,
    Summed,
    backward,
    forward,
    measure,
)
from neurosim.network import Network
from tests.each import each


def texts(steps, *kinds):
    return [str(step) for step in steps if not kinds or isinstance(step, kinds)]


def test_a_forward_pass_prints_its_arithmetic(net):
    assert texts(forward(net, [2, 3]))[:6] == [
        "x1 = 2",
        "x2 = 3",
        "h1: net = 0",
        "h1: net = 0 + 0*2 = 0",
        "h1: net = 0 + 1*3 = 3",
        "h1 = sigmoid(3) = 0.952574",
    ]


def test_a_published_example_prints_its_arithmetic(mazur, batch):
    steps = batch(mazur, [[0.05, 0.10]], [[0.01, 0.99]], LOSSES["half_squared_error"], SGD(0.5))

    printed = texts(steps)

    assert printed[18:24] == [
        "L = (0.01 - 0.751365)^2/2 + (0.99 - 0.772928)^2/2 = 0.298371",
        "dL/do1 = -(0.01 - 0.751365) = 0.741365",
        "delta(o1) = 0.741365*0.751365*(1 - 0.751365) = 0.138499",
        "dL/dw(h1->o1) = 0.59327*0.138499 = 0.082167",
        "dL/dw(h2->o1) = 0.596884*0.138499 = 0.0826676",
        "dL/db(o1) = delta(o1) = 0.138499",
    ]
    assert printed[29:32] == [
        "h1: dL/dh1 = 0 + 0.4*0.138499 = 0.0553994",
        "h1: dL/dh1 = 0.0553994 + 0.5*(-0.0380982) = 0.0363503",
        "delta(h1) = 0.0363503*0.59327*(1 - 0.59327) = 0.00877135",
    ]
    assert printed[-8] == "w(x1->h1) = 0.15 - 0.5*0.000438568 = 0.149781"


def test_a_negative_weight_is_subtracted(line):
    assert texts(forward(line, [-2.0]), Summed) == [
        "h: net = 1 + 2*(-2) = -3",
        "y: net = 0.5 - 3*(-3) = 9.5",
    ]


@pytest.fixture
def classes():
    """x1, x2 -> a softmax over a and b, weights (1, 0) and (0, -2)."""
    made = Network("classes")
    made.add_layer("x", 2)
    made.add_layer("o", ["a", "b"], activation="softmax")
    made.connect("x", "o", weights=[[1, 0], [0, -2]])
    return made


def test_a_softmax_layer_prints_its_row(classes):
    steps = texts(forward(classes, [1.0, 2.0]), Activated, Normalized)

    assert steps == ["o = softmax([1, -4]) = [0.993307, 0.00669285]"]


def test_a_joint_loss_prints_the_net_inputs_and_gives_delta_at_once(classes):
    loss = LOSSES["cross_entropy"]
    classes.forward([1.0, 2.0])

    steps = [*measure(classes, [0, 1], loss), *backward(classes, [0, 1], loss)]

    assert texts(steps, Measured, Compared, DeltaComputed) == [
        "L = cross_entropy([1, -4], [0, 1]) = 5.00672",
        "delta(a) = 0.993307 - 0 = 0.993307",
        "delta(b) = 0.00669285 - 1 = -0.993307",
    ]


def test_the_delta_of_a_softmax_layer_prints_what_is_shared(classes):
    loss = LOSSES["squared_error"]
    classes.forward([1.0, 0.5])  # net inputs 1 and -1

    steps = backward(classes, [1, 0], loss)

    assert texts(steps, Compared, DeltaComputed) == [
        "dL/da = -2*(1 - 0.880797) = -0.238406",
        "dL/db = -2*(0 - 0.119203) = 0.238406",
        "delta(a) = (-0.238406 - (-0.181568))*0.880797 = -0.0500622",
        "delta(b) = (0.238406 - (-0.181568))*0.119203 = 0.0500622",
    ]


# loss, targets, how the loss and the first output's slope are printed; outputs 3 and -2
PRINTED = [
    (
        "half_squared_error",
        [1, -1],
        "L = (1 - 3)^2/2 + ((-1) - (-2))^2/2 = 2.5",
        "dL/da = -(1 - 3) = 2",
    ),
    ("squared_error", [1, -1], "L = (1 - 3)^2 + ((-1) - (-2))^2 = 5", "dL/da = -2*(1 - 3) = 4"),
    (
        "mean_squared_error",
        [1, -1],
        "L = ((1 - 3)^2 + ((-1) - (-2))^2)/2 = 2.5",
        "dL/da = -2*(1 - 3)/2 = 2",
    ),
    (
        "mean_absolute_error",
        [1, -1],
        "L = (|1 - 3| + |(-1) - (-2)|)/2 = 1.5",
        "dL/da = sign(3 - 1)/2 = 0.5",
    ),
    (
        "huber",
        [1, -1],
        "L = (huber(1 - 3) + huber((-1) - (-2)))/2 = 1",
        "dL/da = clip(3 - 1, -1, 1)/2 = 0.5",
    ),
    (
        "hinge",
        [-1, 1],
        "L = max(0, 1 - (-1)*3) + max(0, 1 - 1*(-2)) = 7",
        "dL/da = (-(-1) if (-1)*3 < 1 else 0) = 1",
    ),
]


@each(("name", "targets", "measured", "compared"), PRINTED)
def test_a_loss_prints_its_formula_with_numbers(name, targets, measured, compared):
    made = Network()
    made.add_layer("x", 1)
    made.add_layer("o", ["a", "b"])
    made.connect("x", "o", weights=[[3, -2]])
    made.forward([1])

    (one,) = measure(made, targets, LOSSES[name])
    first, *_ = backward(made, targets, LOSSES[name])

    assert (str(one), str(first)) == (measured, compared)


def test_binary_cross_entropy_prints_the_net_input_after_a_sigmoid(net):
    net.forward([2, 3])  # o1 = sigmoid(0.952574)

    (one,) = measure(net, [1], LOSSES["binary_cross_entropy"])
    first, *_ = backward(net, [1], LOSSES["binary_cross_entropy"])

    assert str(one) == "L = 1*softplus(-0.952574) + (1 - 1)*softplus(0.952574) = 0.326239"
    assert str(first) == "delta(o1) = 0.721633 - 1 = -0.278367"


SLOPES = [
    ("tanh", "delta(y) = 1*(1 - 0.462117^2) = 0.786448"),
    ("gaussian", "delta(y) = 1*(-2*0.5*0.778801) = -0.778801"),
    ("sin", "delta(y) = 1*cos(0.5) = 0.877583"),
    ("identity", "delta(y) = 1*1 = 1"),
    ("softplus", "delta(y) = 1*0.622459 = 0.622459"),
]


@pytest.mark.parametrize(("activation", "text"), SLOPES)
def test_a_delta_prints_the_slope_by_its_formula_where_there_is_a_short_one(activation, text):
    made = Network()
    made.add_input("x")
    made.add_neuron("y", activation=activation)
    made.connect("x", "y", weight=1.0)
    made.outputs = ["y"]
    made.forward([0.5])

    steps = backward(made, [-10], LOSSES["mean_absolute_error"])  # slope 1

    assert texts(steps, DeltaComputed) == [text]
