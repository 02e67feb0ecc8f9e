"""Where to stop, as it is written, and what is no location."""

import pytest

import neurosim as ns
from neurosim.debugger.stops.locations import find_location
from neurosim.errors import InvalidValueError, UnknownNameError, WrongTypeError
from tests.each import each


@pytest.fixture
def find(xor):
    """``find(where)``, as it then writes itself."""
    session = xor(batch_size=3)
    return lambda where: str(find_location(where, session.task, session.n_epochs))


@each(
    ("written", "found"),
    [
        ("h1", "h1"),
        ("h1 forward", "h1"),
        ("h1 backward", "h1 backward"),
        (" h1  update ", "h1 update"),
        ("x1->h1", "x1->h1"),
        ("x1 -> h1 backward", "x1->h1 backward"),
        ("layer h", "layer h"),
        ("h", "layer h"),
        ("layer h update", "layer h update"),
        ("epoch 3", "epoch 3"),
        ("epoch 3 sample 1", "epoch 3, sample 1"),
        ("sample 1 epoch 3 backward", "sample 1, epoch 3, backward"),
        ("batch 1", "batch 1"),
        ("epoch 5", "epoch 5"),  # the end
        ("loss", "loss"),
        ("update", "update"),
        (("x1", "h1"), "x1->h1"),
    ],
)
def test_a_location_is_read(find, written, found):
    assert find(written) == found


def test_objects_of_the_network_or_of_a_copy_are_locations(find, xor_network):
    other = xor_network()

    found = [find(t) for t in (other["h1"], other["x1", "h1"], other.layer("h"))]

    assert found == ["h1", "x1->h1", "layer h"]


@each(
    ("written", "kind", "words"),
    [
        ("", InvalidValueError, "location: got ''"),
        ("h3", UnknownNameError, "unknown neuron, connection or layer 'h3'"),
        ("x1->", InvalidValueError, "location: got 'x1->'"),
        ("x1->h9", UnknownNameError, "h9"),
        ("h1->x1", UnknownNameError, "h1"),
        ("layer x9", UnknownNameError, "x9"),
        ("h1 loss", InvalidValueError, "expected h1, x1->h1, layer h"),
        ("h1 h2", InvalidValueError, "location: got 'h1 h2'"),
        ("epoch", InvalidValueError, "no number after 'epoch'"),
        ("epoch 6", InvalidValueError, "epoch: got 6; expected a number from 0 to 5"),
        ("epoch -1", InvalidValueError, "epoch: got -1"),
        ("epoch 1.0", InvalidValueError, "epoch: got 1.0"),
        ("epoch ²", InvalidValueError, "epoch: got ²"),
        ("epoch 9999999999999999999999", InvalidValueError, "epoch: got 9999"),
        ("sample 4", InvalidValueError, "sample: got 4; expected a number from 0 to 3"),
        ("batch 2", InvalidValueError, "batch: got 2; expected a number from 0 to 1"),
        ("epoch 1 epoch 2", InvalidValueError, "each of"),
        ("epoch 1 h1 2", InvalidValueError, "each of"),
        ("update 3", InvalidValueError, "no number after 'update'|each of"),
        (3, WrongTypeError, "location: got 3"),
        (None, WrongTypeError, "location: got None"),
        (("x1", "h1", "o1"), WrongTypeError, "location: got"),
    ],
)
def test_what_is_no_location_is_refused_with_words(find, written, kind, words):
    with pytest.raises(kind, match=words):
        find(written)


def test_a_neuron_or_layer_may_be_called_as_a_word_of_the_grammar():
    net = ns.Network()
    source, target = net.add_input("epoch"), net.add_neuron("backward")
    net.connect(source, target, weight=1.0)
    net.outputs = [target]
    session = ns.debug(net, [[1.0]], [[1.0]], optimizer=ns.SGD(0.1), epochs=2)

    found = [
        str(find_location(where, session.task, 2))
        for where in ("epoch", "backward", "epoch->backward", "backward backward")
    ]

    assert found == ["epoch", "backward", "epoch->backward", "backward backward"]
