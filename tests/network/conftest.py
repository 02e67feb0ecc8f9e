"""What the tests of the objects share: a small network, and the law that a failed call is none."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from neurosim.errors import NeurosimError
from neurosim.network import Network, load
from neurosim.network.document import to_document


def _everything(net):
    generations = [[neuron.name for neuron in group] for group in net.generations()]
    drawn_so_far = repr(net._random.state())
    return to_document(net), list(net.graph.edges), net.version, generations, drawn_so_far


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


@pytest.fixture
def bare():
    """Inputs x1, x2, and a, b, c, d, of which nothing is connected."""
    net = Network("bare")
    net.add_layer("x", 2)
    for name in "abcd":
        net.add_neuron(name)
    return net


@pytest.fixture
def document(net):
    """The tutorial's network as plain data, to be spoilt."""
    net.add_neuron("s", bias=None)
    net.connect("x1", "s", weight=0.5)
    return to_document(net)


@pytest.fixture
def loaded(tmp_path):
    """Load a text or plain data through a file."""

    def load_it(content):
        path = tmp_path / "net.json"
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            text = content if isinstance(content, str) else json.dumps(content)
            path.write_text(text, encoding="utf-8")
        return load(path)

    return load_it
