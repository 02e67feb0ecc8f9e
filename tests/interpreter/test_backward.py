"""Backward, as a list of happenings: a neuron's delta comes after those of its targets."""

import pytest

import neurosim as ns
from neurosim.functions.losses import LOSSES, whole
from neurosim.interpreter import Backpropagated, DeltaComputed, GradientComputed, backward, measure
from neurosim.interpreter.backward import backward_steps
from neurosim.interpreter.forward import forward_steps
from neurosim.interpreter.steps import value_of
from neurosim.interpreter.visits import schedule_of
from neurosim.network import Network

HALF = LOSSES["half_squared_error"]


def happenings(steps):
    return [value_of(step) for step in steps]


def test_a_measuring_is_one_happening(line):
    line.forward([3.0])

    assert happenings(measure(line, [-22.5], HALF)) == [
        ("Measured", None, "half_squared_error", (-20.5,), (-22.5,), 2.0)
    ]
    assert line.loss == 2.0


def test_one_output_is_divided_by_nothing(line):
    line.forward([3.0])

    [compared, *_] = backward(line, [-22.5], LOSSES["mean_squared_error"])

    assert compared.formula == LOSSES["mean_squared_error"].by_output.slope_text


def test_a_number_alone_is_a_target_for_one_output(line):
    line.forward([3.0])

    list(measure(line, -22.5, HALF))

    assert line.loss == 2.0


def test_a_pass_back_is_this_list_of_happenings(line):
    line.forward([3.0])  # h = 7, y = -20.5

    assert happenings(backward(line, [-22.5], HALF)) == [
        ("Compared", "y", "output_gradient", None, -20.5, -22.5, "-({t} - {x})", 2.0),
        ("DeltaComputed", "y", None, 0.0, 2.0, 0.0, -20.5, -20.5, 1.0, 2.0),
        ("GradientComputed", "h->y", None, 0.0, 7.0, 2.0, 14.0),
        ("GradientComputed", "y", None, 0.0, 1.0, 2.0, 2.0),
        ("Backpropagated", "h->y", None, 0.0, -3.0, 2.0, -6.0),
        ("DeltaComputed", "h", None, 0.0, -6.0, 0.0, 7.0, 7.0, 1.0, -6.0),
        ("GradientComputed", "x->h", None, 0.0, 3.0, -6.0, -18.0),
        ("GradientComputed", "h", None, 0.0, 1.0, -6.0, -6.0),
    ]


def test_the_error_goes_back_to_the_inputs_where_that_is_asked(line):
    line.connect("x", "y", weight=0.5)
    line.forward([3.0])  # h = 7, y = -19
    plain = list(backward(line, [-21.0], HALF))

    steps = list(backward(line, [-21.0], HALF, inputs=True))[len(plain) :]

    assert happenings(steps) == [  # delta(h) = -6, delta(y) = 2
        ("Backpropagated", "x->h", None, 0.0, 2.0, -6.0, -12.0),
        ("Backpropagated", "x->y", -12.0, -12.0, 0.5, 2.0, -11.0),
    ]
    assert line["x"].output_gradient == -11.0


def test_errors_come_back_along_connections_in_the_order_they_were_added():
    made = Network()
    made.add_input("x")
    for name in ("h", "b", "a"):
        made.add_neuron(name)
    made.connect("x", "h", weight=1.0)
    made.connect("h", "b", weight=2.0)
    made.connect("h", "a", weight=3.0)
    made.outputs = ["a", "b"]
    made.forward([1.0])  # a = 3, b = 2

    steps = happenings(backward(made, [0.0, 0.0], HALF))

    assert [s for s in steps if s[0] == "Backpropagated"] == [
        ("Backpropagated", "h->b", None, 0.0, 2.0, 2.0, 4.0),
        ("Backpropagated", "h->a", 4.0, 4.0, 3.0, 3.0, 13.0),
    ]


def test_an_output_that_feeds_others_adds_what_comes_back_to_its_own_error():
    made = Network()
    made.add_input("x")
    made.add_neuron("a")
    made.add_neuron("b")
    made.connect("x", "a", weight=2.0)
    made.connect("a", "b", weight=5.0)
    made.outputs = ["a", "b"]
    made.forward([1.0])  # a = 2, b = 10

    list(backward(made, [1.0, 9.0], HALF))

    assert (made["b"].delta, made["a"].output_gradient, made["a"].delta) == (1.0, 6.0, 6.0)
    assert made["x", "a"].gradient == 6.0


def test_a_sigmoid_output_that_feeds_others_adds_to_the_delta_that_the_loss_gave():
    made = Network()
    made.add_input("x")
    made.add_neuron("a", activation="sigmoid")
    made.add_neuron("b", activation="sigmoid")
    made.connect("x", "a", weight=0.0)
    made.connect("a", "b", weight=4.0, trainable=True)
    made["b"].bias = -2.0
    made.outputs = ["a", "b"]
    made.forward([1.0])  # a = 1/2, b = sigmoid(4/2 - 2) = 1/2

    steps = list(backward(made, [1.0, 0.0], LOSSES["binary_cross_entropy"]))

    # a: -1/2 from the loss itself, and 4 * 1/2 back, times the slope 1/4
    deltas = [value_of(s) for s in steps if isinstance(s, DeltaComputed)]
    assert deltas == [("DeltaComputed", "a", -0.5, -0.5, 2.0, 0.0, 0.0, 0.5, 0.25, 0.0)]
    assert (made["b"].delta, made["a"].delta) == (0.5, 0.0)


def test_the_slope_of_a_neuron_with_dropout_is_that_before_it(line):
    for activation, slope in (("identity", 1.0), ("step", 0.0)):
        line["h"].activation = activation
        schedule, masks = schedule_of(line), {line["h"]: 2.0}
        list(forward_steps(schedule, [3.0], masks=masks))
        line["h"].delta = None

        steps = backward_steps(schedule, [0.0], whole(HALF, 1), 0, masks=masks)

        a = 7.0 if activation == "identity" else 1.0
        error = -3.0 * (-3.0 * 2.0 * a + 0.5) * 2.0  # by the weight and the mask
        assert ("DeltaComputed", "h", None, 0.0, error, 0.0, 7.0, a, slope, error * slope) in (
            happenings(steps)
        )


def test_a_pass_back_reads_the_weights_that_a_training_left(line):
    line.forward([3.0])
    of_pass = [(neuron, neuron.net_input, neuron.output) for neuron in line.neurons]
    ns.train(line, [[3.0]], [[-22.5]], optimizer=ns.SGD(0.01), epochs=1)
    for neuron, z, a in of_pass:
        neuron.net_input, neuron.output = z, a

    steps = list(backward_steps(schedule_of(line), [-22.5], whole(HALF, 1), 0))

    assert [s.weight for s in steps if isinstance(s, Backpropagated)] == [line.parameters()[2]]
    assert line.parameters()[2] != -3.0


def test_the_delta_of_a_dead_end_is_0(line):
    line.add_neuron("dead")
    line.connect("h", "dead", weight=1.0)
    line.forward([3.0])

    list(backward(line, [0.0], HALF))

    assert (line["dead"].delta, line["h", "dead"].gradient, line["dead"].bias_gradient) == (0, 0, 0)


def test_a_neuron_without_a_bias_is_assigned_no_bias_gradient():
    made = Network()
    made.add_input("x")
    made.add_neuron("y", bias=None)
    made.connect("x", "y", weight=0.5)
    made.outputs = ["y"]
    made.forward([3.0])

    steps = [s for s in backward(made, [0.0], HALF) if isinstance(s, GradientComputed)]

    assert [s.parameter.name for s in steps] == ["x->y"]
    assert made["y"].bias_gradient is None


def test_frozen_parameters_are_assigned_their_gradients_too(line):
    line["x", "h"].trainable = False
    line["h"].bias_trainable = False
    line.forward([3.0])

    list(backward(line, [-22.5], HALF))

    assert (line["x", "h"].gradient, line["h"].bias_gradient) == (-18.0, -6.0)


def test_gradients_accumulate_over_a_batch_and_start_anew_with_the_next(line):
    gradients = []
    for position, x in enumerate([3.0, 1.0]):
        line.forward([x])
        list(backward(line, [-22.5 + 6 * (3 - x)], HALF, position=position))
        gradients.append(line["x", "h"].gradient)
    line.forward([3.0])
    list(backward(line, [-22.5], HALF))

    # x = 1: h = 3, y = -8.5, target -10.5: delta(h) = -3 * 2, times x
    assert gradients == [-18.0, -18.0 + -6.0]
    assert line["h"].delta == -6.0
    assert line["x", "h"].gradient == -18.0


def test_the_gradients_of_a_softmax_in_the_middle_are_those_of_differences():
    made = Network()
    made.add_layer("x", 2)
    made.add_layer("s", 3, activation="softmax")
    made.add_layer("o", 1)
    made.connect("x", "s", weights=[[0.5, -1.0, 0.25], [1.0, 0.5, -0.5]])
    made.connect("s", "o", weights=[[1.0], [-2.0], [3.0]])
    theta, sample, h = made.parameters(), [0.7, -0.4], 2.0**-17

    def loss_at(values):
        made.load_parameters(values)
        return 0.5 * (made.forward(sample)[0] - 1.0) ** 2

    made.forward(sample)
    list(backward(made, [1.0], HALF))
    ours = [owner.gradient for owner in made.connections]

    names = made.parameter_names()
    for connection, gradient in zip(made.connections, ours, strict=True):
        i = names.index(connection.name)
        up, down = theta.copy(), theta.copy()
        up[i], down[i] = up[i] + h, down[i] - h
        assert gradient == pytest.approx((loss_at(up) - loss_at(down)) / (2 * h), abs=1e-9)


@pytest.mark.slow
def test_a_chain_of_ten_thousand_neurons_is_walked_back():
    made = Network()
    made.add_input("x")
    previous = "x"
    for i in range(10_000):
        made.add_neuron(f"n{i}", bias=0.0)
        made.connect(previous, f"n{i}", weight=1.0)
        previous = f"n{i}"
    made.outputs = [previous]
    made.forward([2.0])

    n_returned = sum(isinstance(s, Backpropagated) for s in backward(made, [1.0], HALF))

    assert n_returned == 9_999
    assert made["x", "n0"].gradient == 2.0
