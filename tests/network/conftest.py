"""What the tests of the objects share: a small network, and the law that a failed call is none."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from neurosim.errors import NeurosimError
from neurosim.network import Network
from neurosim.network.document import to_document


def _everything(net):
    generations = [[neuron.name for neuron in group] for group in net.generations()]
    drawn_so_far = net._random.position()
    return to_document(net), net.version, generations, drawn_so_far


@contextmanager
def _refused(net: Network, kind: type[Exception], *words: str) -> Iterator[None]:
    before = _everything(net)

    with pytest.raises(kind) as caught:
        yield

    assert isinstance(caught.value, NeurosimError)
    for word in words:
        assert word in str(caught.value)
    assert _everything(net) == before


@pytest.fixture
def refused():
    """``with refused(net, kind, *words)``: the call raises, says the words, and changes nothing."""
    return _refused


@pytest.fixture
def net():
    """The tutorial's 2-2-1: x1, x2 -> h1, h2 (sigmoid) -> o1 (sigmoid)."""
    made = Network("two-two-one")
    made.add_layer("x", ["x1", "x2"])
    made.add_layer("h", ["h1", "h2"], activation="sigmoid")
    made.add_layer("o", 1, activation="sigmoid")
    made.connect("x", "h", weights=[[0, 0], [1, 1]])
    made.connect("h1", "o1", weight=0.0)
    made.connect("h2", "o1", weight=1.0)
    return made
