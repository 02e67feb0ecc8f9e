"""What the tests of doors share: that two networks are the same, to the last bit."""

import json

import pytest

from neurosim.network.document import to_json


def _told(net):
    # whether the last layer was chosen as the outputs, or is what they are anyway, makes no odds
    return json.loads("".join(to_json(net))) | {"outputs": [n.name for n in net.outputs]}


@pytest.fixture(scope="session")
def assert_same():
    """``assert_same(net, other)``: all that a file says of the two is equal, and their outputs."""

    def check(net, other, *, without=()):
        one, two = _told(net), _told(other)
        for key in {*one, *two} - set(without):
            assert one.get(key) == two.get(key), key
        n_inputs = len(net.inputs)
        sample = [0.1 * (i + 1) for i in range(n_inputs)]
        if net.outputs:
            assert net.forward(sample).tobytes() == other.forward(sample).tobytes()

    return check


@pytest.fixture
def rich():
    """A network that has everything that a network may have."""
    import neurosim as ns

    net = ns.Network("all, in one", seed=2**32 - 1)
    net.add_layer("x", 3)
    net.add_layer("h", 2, activation={"prelu": {"slope": 0.1}}, dropout=0.25, bias=[0.1, 1e-300])
    net.add_neuron("m", activation="leaky_relu(slope=0.3)", bias=None, aggregation="max")
    net.add_layer("o", 3, activation="softmax", bias_trainable=False)
    net.connect("x", "h"), net.connect("x2", "m", weight=1 / 3, trainable=False)
    net.connect_many([("m", "o2"), ("h2", "o1"), ("h1", "o1"), ("h1", "o3")], [0.1, -0.0, 3, 3])
    net.share(("h1", "o1"), ("h1", "o3"))
    net.disable("x3", "h2")
    net["m"].response, net["x1"].label, net["x1", "h1"].weight = 0.7, "Größe (cm)", 2.5
    net.set_classes(["a", "b & <c>", "d"])
    net.scale_inputs([[1, 2, 3], [3, 2, 1]])
    net["x2"].column = ns.InputColumn("size", filling=0.5)
    net["m"].data["note"], net["x1", "h1"].data["pos"] = "first", [1, 2.5]
    return net
