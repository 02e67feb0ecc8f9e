"""What the tests of training share: a network of one weight, trained by hand, and a 3-4-2."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.kernel.library import why_no_kernel


def _line(weight=0.0, bias=None):
    net = ns.Network("line")
    net.add_layer("x", 1)
    net.add_layer("o", 1, bias=bias)
    net.connect("x", "o", weight=weight)
    return net


@pytest.fixture(scope="session")
def make_line():
    """``make_line(weight, bias)``: o1 = weight * x1 + bias."""
    return _line


@pytest.fixture
def line():
    """o1 = w * x1, w = 0: with half squared error, dL/dw = (w*x - t) * x."""
    return _line()


@pytest.fixture
def net():
    """A 3-4-2 with a skip from the inputs to the outputs."""
    made = ns.Network("3-4-2", seed=3)
    made.add_layer("x", 3)
    made.add_layer("h", 4, activation="tanh", bias=0.1)
    made.add_layer("o", 2, activation="sigmoid", bias=-0.1)
    made.connect("x", "h")
    made.connect("h", "o")
    made.connect("x", "o")
    return made


@pytest.fixture
def data():
    """Ten samples for the 3-4-2."""
    rng = np.random.default_rng(1)
    return rng.normal(size=(10, 3)), rng.random((10, 2))


@pytest.fixture(params=["array", "kernel"], scope="session")
def kind(request):
    """The name of each kind of program that the compiled engine has here."""
    if request.param == "kernel" and (why := why_no_kernel()) is not None:
        pytest.skip(f"no kernel: {why}")
    return request.param
