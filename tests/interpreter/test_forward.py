"""Forward, as a list of happenings: every neuron is computed once, after all of its sources."""

import math

import numpy as np
import pytest

from neurosim.errors import InvalidValueError, NeurosimError, ShapeError, WrongTypeError
from neurosim.interpreter import Activated, Loaded, Normalized, Started, Summed, forward
from neurosim.interpreter.steps import value_of
from neurosim.network import Network
from neurosim.network.scaling import Scaling
from tests.each import each


def happenings(steps):
    return [value_of(step) for step in steps]


def test_a_pass_is_this_list_of_happenings(line):
    assert happenings(forward(line, [3.0])) == [
        ("Loaded", "x", None, 3.0),
        ("Started", "h", None, 1.0),
        ("Summed", "x->h", 1.0, 2.0, 3.0, 7.0),
        ("Activated", "h", None, 7.0, 7.0),
        ("Started", "y", None, 0.5),
        ("Summed", "h->y", 0.5, -3.0, 7.0, -20.5),
        ("Activated", "y", None, -20.5, -20.5),
    ]


def test_a_second_pass_tells_what_stood_there_before(line):
    line.forward([3.0])

    steps = happenings(forward(line, [1.0]))

    assert steps[0] == ("Loaded", "x", 3.0, 1.0)
    assert steps[1] == ("Started", "h", 7.0, 1.0)
    assert steps[3] == ("Activated", "h", 7.0, 3.0, 3.0)


def test_each_step_is_done_when_it_is_told_and_no_later_one_is(line):
    steps = forward(line, [3.0])

    next(steps), next(steps)

    assert (line["x"].output, line["h"].net_input, line["h"].output) == (3.0, 1.0, None)


def test_an_output_is_the_activation_of_the_net_input(net):
    for step in forward(net, [2, 3]):
        if isinstance(step, Activated):
            assert step.after == pytest.approx(1 / (1 + math.exp(-step.net_input)), rel=1e-15)


def test_connections_are_walked_in_the_order_they_were_added_and_not_by_name():
    made = Network()
    for name in ("b", "a", "h10", "h2"):
        made.add_input(name)
    made.add_neuron("y")
    for name in ("h10", "b", "h2", "a"):
        made.connect(name, "y", weight=1.0)
    made.outputs = ["y"]

    steps = list(forward(made, [1, 2, 3, 4]))

    assert [s.neuron.name for s in steps if isinstance(s, Loaded)] == ["b", "a", "h10", "h2"]
    summed = [s.connection.source.name for s in steps if isinstance(s, Summed)]
    assert summed == ["h10", "b", "h2", "a"]


def test_the_bias_comes_first_and_decides_the_last_bit():
    made = Network()
    made.add_layer("x", 3)
    made.add_layer("y", ["y1"], bias=1.0)
    made.connect("x", "y", weights=[[1e-16]] * 3)

    made.forward([1, 1, 1])

    # 1 + 1e-16 is 1 each time; the other way round 3e-16 would have counted
    assert made["y1"].output == 1.0


def test_a_neuron_without_a_bias_starts_at_zero():
    made = Network()
    made.add_input("x")
    made.add_neuron("y", bias=None)
    made.connect("x", "y", weight=0.5)
    made.outputs = ["y"]

    assert happenings(forward(made, [3.0]))[1:] == [
        ("Started", "y", None, 0.0),
        ("Summed", "x->y", 0.0, 0.5, 3.0, 1.5),
        ("Activated", "y", None, 1.5, 1.5),
    ]


def test_a_neuron_that_nothing_leads_to_outputs_the_activation_of_its_bias():
    made = Network()
    made.add_input("x")
    made.add_neuron("c", activation="relu", bias=2.5)
    made.outputs = ["c"]

    assert happenings(forward(made, [0.0])) == [
        ("Loaded", "x", None, 0.0),
        ("Started", "c", None, 2.5),
        ("Activated", "c", None, 2.5, 2.5),
    ]


def test_a_dead_end_fires_as_well(line):
    line.add_neuron("dead", bias=0.0)
    line.connect("h", "dead", weight=1.0)

    line.forward([3.0])

    assert line["dead"].output == 7.0


def test_an_output_that_feeds_others_is_added_to_them():
    made = Network()
    made.add_input("x")
    made.add_neuron("a")
    made.add_neuron("b")
    made.connect("x", "a", weight=2.0)
    made.connect("a", "b", weight=5.0)
    made.outputs = ["b", "a"]

    assert made.forward([1.0]).tolist() == [10.0, 2.0]


def test_a_neuron_added_first_waits_for_its_sources():
    made = Network()
    made.add_neuron("last")
    made.add_neuron("middle")
    made.add_input("x")
    made.connect("middle", "last", weight=1.0)
    made.connect("x", "middle", weight=1.0)
    made.outputs = ["last"]

    activated = [s.neuron.name for s in forward(made, [4.0]) if isinstance(s, Activated)]

    assert activated == ["middle", "last"]


def test_a_softmax_layer_is_one_step_of_its_own():
    made = Network()
    made.add_layer("x", 1)
    made.add_layer("o", 3, activation="softmax")
    made.connect("x", "o", weights=[[0.0, 0.0, 0.0]])

    steps = list(forward(made, [1.0]))

    third = 1 / 3
    assert [type(s) for s in steps] == [Loaded, *[Started, Summed] * 3, Normalized]
    assert value_of(steps[-1]) == (
        "Normalized", "o", (None, None, None), (0.0, 0.0, 0.0), (third, third, third)
    )  # fmt: skip


def test_a_number_alone_is_a_sample_for_one_input(line):
    assert happenings(forward(line, 3.0)) == happenings(forward(line.copy(), [3.0]))


def test_the_sample_is_not_changed(line):
    sample = np.array([3.0])

    line.forward(sample)

    assert sample.tolist() == [3.0]


BAD = [
    ([1.0, 2.0], ShapeError, "sample: got (2,); expected (1,), one value for each of the inputs x"),
    ([[1.0]], ShapeError, "sample: got (1, 1); expected (1,)"),
    ([], ShapeError, "sample: got (0,); expected (1,)"),
    ([math.nan], InvalidValueError, "sample: not finite at [0], got nan"),
    (["a"], WrongTypeError, "sample: no real numbers"),
]


@pytest.mark.parametrize(("sample", "kind", "words"), BAD)
def test_a_bad_sample_is_refused_at_the_call_and_changes_nothing(line, sample, kind, words):
    line.forward([3.0])

    with pytest.raises(kind) as caught:
        forward(line, sample)

    assert isinstance(caught.value, NeurosimError)
    assert words in str(caught.value)
    assert [n.output for n in line.neurons] == [3.0, 7.0, -20.5]


def test_a_sample_too_large_for_its_scaling_is_refused(line):
    line.set_scaling("x", Scaling(0.0, 1e-10))

    with pytest.raises(InvalidValueError, match=r"x at .* is too large for its scaling"):
        forward(line, [1e300])


@each(
    "activation", ["identity", "sigmoid", "tanh", "softplus", "elu", "gelu", "mish", "swish", "sin"]
)
def test_a_sum_beyond_all_numbers_raises_nothing(activation):
    made = Network()
    made.add_layer("x", 2)
    made.add_layer("h", 1, activation=activation)
    made.connect("x", "h", weights=[[1e308], [1e308]])

    (inf,) = made.forward([10.0, 10.0])
    (nan,) = made.forward([10.0, -10.0])

    assert made["h1"].net_input != made["h1"].net_input  # inf - inf
    assert math.isnan(nan)
    assert inf == {"sigmoid": 1.0, "tanh": 1.0}.get(activation, math.inf) or math.isnan(inf)


@pytest.mark.slow
def test_a_chain_of_ten_thousand_neurons_is_walked_there():
    made = chain(10_000)

    assert made.forward([1.0]).tolist() == [10_001.0]


def chain(length):
    made = Network()
    made.add_input("x")
    previous = "x"
    for i in range(length):
        made.add_neuron(f"n{i}", bias=1.0)
        made.connect(previous, f"n{i}", weight=1.0)
        previous = f"n{i}"
    made.outputs = [previous]
    return made
