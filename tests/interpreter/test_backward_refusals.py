"""What measuring and going back refuse: at the call, with words, and without a trace."""

import math

import pytest

from neurosim.errors import (
    GraphError,
    InvalidValueError,
    NeurosimError,
    ShapeError,
    WrongTypeError,
)
from neurosim.functions.losses import LOSSES
from neurosim.interpreter import backward, forward, measure
from neurosim.network import Network
from tests.each import each

HALF = LOSSES["half_squared_error"]
CROSS = LOSSES["cross_entropy"]


def classes(n=3):
    made = Network()
    made.add_layer("x", 1)
    made.add_layer("o", n, activation="softmax")
    made.connect("x", "o", weights=[[0.0] * n])
    return made


def refused(call, kind, words):
    with pytest.raises(kind) as caught:
        call()
    assert isinstance(caught.value, NeurosimError)
    assert words in str(caught.value)


BAD_TARGETS = [
    ([1.0, 2.0], ShapeError, "target: got (2,); expected (1,)"),
    ([[1.0]], ShapeError, "target: got (1, 1); expected (1,)"),
    ([math.inf], InvalidValueError, "target: not finite at [0], got inf"),
    (["a"], WrongTypeError, "target: no real numbers"),
]


@pytest.mark.parametrize("stream", [measure, backward])
@pytest.mark.parametrize(("target", "kind", "words"), BAD_TARGETS)
def test_a_bad_target_is_refused_at_the_call(line, stream, target, kind, words):
    line.forward([3.0])

    refused(lambda: stream(line, target, HALF), kind, words)


RULES = [
    ("hinge", 0.5, "hinge expected targets -1 or 1"),
    ("binary_cross_entropy", 1.5, "binary_cross_entropy expected targets between 0 and 1"),
]


@pytest.mark.parametrize("stream", [measure, backward])
@pytest.mark.parametrize(("name", "target", "words"), RULES)
def test_a_target_that_breaks_the_rule_of_the_loss_is_refused(line, stream, name, target, words):
    line.forward([3.0])

    refused(lambda: stream(line, [target], LOSSES[name]), InvalidValueError, words)


@pytest.mark.parametrize("stream", [measure, backward])
def test_cross_entropy_is_refused_without_a_softmax_layer_as_the_whole_output(line, stream):
    part = classes()
    part.outputs = ["o1", "o2"]
    for made in (line, part):
        made.forward([3.0])
        target = [1.0] + [0.0] * (len(made.outputs) - 1)

        refused(lambda m=made, t=target: stream(m, t, CROSS), GraphError, "expected one softmax")


PASSES = {
    "forward": lambda net: forward(net, [1.0]),
    "measure": lambda net: measure(net, [1.0], HALF),
    "backward": lambda net: backward(net, [1.0], HALF),
}


@each("call", PASSES.values())
@each("thing", [None, "line", Network])
def test_what_is_no_network_is_not_walked(call, thing):
    refused(lambda: call(thing), WrongTypeError, f"network: got {thing!r}; expected a Network")


@pytest.mark.parametrize("stream", [measure, backward])
def test_a_name_is_no_loss(line, stream):
    line.forward([3.0])

    refused(lambda: stream(line, [1.0], "hinge"), WrongTypeError, "loss: got 'hinge'; expected a")


@pytest.mark.parametrize("stream", [measure, backward])
def test_before_a_forward_pass_there_is_nothing_to_measure(line, stream):
    refused(lambda: stream(line, [1.0], HALF), GraphError, "no forward pass has been made")


def test_a_neuron_added_since_the_forward_pass_is_refused(line):
    line.forward([3.0])
    line.add_neuron("late")
    line.connect("late", "y", weight=1.0)

    refused(lambda: backward(line, [1.0], HALF), GraphError, "no forward pass has been made")


def test_a_forward_pass_that_was_left_before_its_end_is_refused(line):
    line.add_neuron("aside")
    line.connect("y", "aside", weight=1.0)
    line.outputs = ["y"]
    steps = forward(line, [3.0])
    while line["y"].output is None:
        next(steps)
    steps.close()

    refused(lambda: backward(line, [1.0], HALF), GraphError, "no forward pass has been made")


def test_the_second_sample_of_a_batch_is_refused_before_the_first(line):
    line.forward([3.0])

    refused(lambda: backward(line, [1.0], HALF, position=1), GraphError, "expected position 0")


def test_a_step_activation_is_walked_there_but_not_back(line):
    line.add_neuron("s", activation="step")
    line.connect("x", "s", weight=1.0)
    line.connect("s", "y", weight=1.0)

    list(forward(line, [3.0]))

    assert line["s"].output == 1.0
    refused(
        lambda: backward(line, [1.0], HALF), GraphError, "neuron 's': 'step' has no slope to learn"
    )


def test_a_step_activation_far_from_the_outputs_is_refused_too(line):
    line.add_neuron("s", activation="step")
    line.connect("x", "s", weight=1.0)
    line.connect("s", "h", weight=1.0)  # and h leads to y

    line.forward([3.0])

    refused(lambda: backward(line, [1.0], HALF), GraphError, "neuron 's': 'step' has no slope")


def test_a_refused_pass_leaves_the_network_free_for_another(line):
    line.forward([3.0])
    refused(lambda: backward(line, [1.0, 2.0], HALF), ShapeError, "target")

    assert len(list(backward(line, [1.0], HALF))) == 8
