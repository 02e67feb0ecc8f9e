"""One pass at a time; what a pass left behind is true of the network, or is gone."""

import pytest

from neurosim.errors import GraphError
from neurosim.interpreter import forward
from tests.each import each

EDITS = {
    "a connection taken out": lambda net: net.remove_connection("x1", "h1"),
    "a neuron taken out": lambda net: net.remove_neuron("h1"),
    "a neuron added": lambda net: net.add_neuron("s"),
    "a connection added": lambda net: net.connect("x1", "o1"),
    "other outputs": lambda net: setattr(net, "outputs", ["h1"]),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_an_edit_forgets_what_was_computed_before_it(net, edit):
    net.forward([2, 3])
    net.loss = 1.0

    edit(net)

    assert {neuron.output for neuron in net.neurons} == {None}
    assert net.loss is None


@each("edit", EDITS.values())
@each("n_begun", [0, 3])
def test_nothing_is_edited_under_a_pass_that_was_made(net, refused, edit, n_begun):
    steps = forward(net, [2, 3])
    for _ in range(n_begun):
        next(steps)

    with refused(net, GraphError, "a pass over it is under way"):
        edit(net)

    assert len(list(steps)) == 14 - n_begun  # 2 loaded, 3 started, 6 carried, 3 fired


def test_a_second_pass_is_refused_until_the_first_is_over_or_dropped(net):
    first = forward(net, [2, 3])

    with pytest.raises(GraphError, match="a pass over it is under way"):
        forward(net, [1, 1])
    first.close()

    assert len(list(forward(net, [1, 1]))) == 14
    forward(net, [2, 3])  # nobody holds it
    assert len(list(forward(net, [1, 1]))) == 14
