"""One live pass over a network: what may happen under it, and when it is over."""

import pytest

from neurosim.errors import GraphError
from neurosim.functions.losses import LOSSES
from neurosim.interpreter import backward, forward, measure

HALF = LOSSES["half_squared_error"]


@pytest.fixture
def under_way(line):
    """The line, and a pass over it of which two steps are done."""
    line.forward([3.0])
    steps = forward(line, [1.0])
    next(steps), next(steps)
    return line, steps


SECOND_USES = {
    "forward": lambda net: forward(net, [1.0]),
    "measure": lambda net: measure(net, [1.0], HALF),
    "backward": lambda net: backward(net, [1.0], HALF),
    "add_neuron": lambda net: net.add_neuron("z"),
    "add_layer": lambda net: net.add_layer("z", 2),
    "add_input": lambda net: net.add_input("z"),
    "connect": lambda net: net.connect("x", "y", weight=1.0),
    "remove_connection": lambda net: net.remove_connection("x", "h"),
    "remove_neuron": lambda net: net.remove_neuron("h"),
    "load_parameters": lambda net: net.load_parameters([1.0, 2.0, 3.0, 4.0]),
    "reset": lambda net: net.reset(),
    "forget": lambda net: net.forget(),
    "outputs": lambda net: setattr(net, "outputs", ["h"]),
}


@pytest.mark.parametrize("use", SECOND_USES.values(), ids=SECOND_USES)
def test_a_second_use_under_a_live_pass_is_refused(under_way, use):
    network, steps = under_way

    with pytest.raises(GraphError, match="a pass over it is under way"):
        use(network)

    assert len(list(steps)) == 5
    assert [n.output for n in network.neurons] == [1.0, 3.0, -8.5]


@pytest.mark.parametrize("use", SECOND_USES.values(), ids=SECOND_USES)
def test_a_closed_pass_is_over(under_way, use):
    network, steps = under_way

    steps.close()

    use(network)


def test_a_drained_pass_is_over(under_way):
    network, steps = under_way

    list(steps)

    assert len(list(forward(network, [1.0]))) == 7


def test_a_pass_that_nobody_holds_is_over(line):
    next(forward(line, [1.0]))

    assert len(list(forward(line, [1.0]))) == 7


def test_weights_may_be_assigned_under_a_live_pass(under_way):
    network, steps = under_way

    network["x", "h"].weight = 10.0
    list(steps)

    assert network["h"].output == 11.0  # 10 * 1 + 1


def test_a_step_of_descent_by_hand_needs_what_a_pass_left(line):
    line.forward([3.0])  # h = 7, y = -20.5
    list(backward(line, [-22.5], HALF))  # dL/dy = 2

    for connection in line.connections:
        connection.weight -= 0.5 * connection.gradient

    assert [c.weight for c in line.connections] == [2 + 9.0, -3 - 7.0]
    assert line["y"].output == -20.5


def test_a_twin_is_walked_beside_a_live_pass(under_way):
    network, steps = under_way

    assert network.copy().forward([3.0]).tolist() == [-20.5]
    assert len(list(steps)) == 5


def test_an_edit_between_two_passes_is_met_by_the_second(line):
    line.forward([3.0])

    line.add_neuron("s", bias=4.0)
    line.connect("s", "y", weight=1.0)

    assert line.forward([3.0]).tolist() == [-16.5]


FORGETTING = {
    "load_parameters": lambda net: net.load_parameters(net.parameters()),
    "reset": lambda net: net.reset(),
    "forget": lambda net: net.forget(),
}


@pytest.mark.parametrize("forgetting", FORGETTING.values(), ids=FORGETTING)
def test_what_was_computed_with_other_parameters_is_forgotten(line, forgetting):
    line.forward([3.0])
    list(measure(line, [0.0], HALF))
    list(backward(line, [0.0], HALF))

    forgetting(line)

    left = ("net_input", "output", "output_gradient", "delta", "bias_gradient")
    assert {getattr(n, slot) for n in line.neurons for slot in left} == {None}
    assert {c.gradient for c in line.connections} == {None}
    assert line.loss is None
