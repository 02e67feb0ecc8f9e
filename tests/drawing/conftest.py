"""Random networks of every shape that a drawing must bear, and how near a way comes to a neuron."""

import math

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import settings

from neurosim.drawing.geometry.abridging import fold
from neurosim.drawing.geometry.items import Circle
from neurosim.drawing.geometry.layout import arrange
from neurosim.drawing.geometry.routing import routes
from neurosim.network import Network


def _random_network(seed):
    """Layers, neurons and inputs in no layer, skips, dead ends, what is connected to nothing."""
    rng = np.random.default_rng(seed)
    net = Network(f"random {seed}", seed=seed)
    net.add_layer("x", int(rng.integers(1, 5)))
    for number in range(int(rng.integers(1, 9))):
        earlier, kind = net.neurons, rng.random()
        if kind < 0.15:
            net.add_input(f"i{number}")
            continue
        if kind < 0.6:
            made = [net.add_neuron(f"n{number}")]
        else:
            made = net.add_layer(f"h{number}", int(rng.integers(1, 6))).neurons
        density = rng.choice([0.0, 0.15, 0.3, 0.6, 1.0])
        pairs = [(s, t) for s in earlier for t in made if rng.random() < density]
        net.connect_many(
            [pairs[i] for i in rng.permutation(len(pairs))], rng.normal(size=len(pairs))
        )
    return net


def _layered(*sizes):
    """Layers l0_, l1_, ..., each connected to the next in full."""
    net = Network("layered", seed=1)
    for number, size in enumerate(sizes):
        net.add_layer(f"l{number}_", size)
    for one, other in zip(net.layers, net.layers[1:], strict=False):
        net.connect(one, other)
    return net


def _clearance(arrangement, route):
    """How near a way comes to the border of the nearest item that it does not touch."""
    items = arrangement.folded.items
    ends = (route.line.source, route.line.target)
    others = [i for i in range(len(items)) if i not in ends]
    if not others:
        return math.inf
    places = np.array([arrangement.places[i] for i in others])
    apart = np.abs(_dense(route) - places[:, None])
    if isinstance(items[0], Circle):
        return float(np.hypot(apart[..., 0], apart[..., 1]).min()) - items[0].half_width
    sizes = np.array([(items[i].half_width, items[i].half_height) for i in others])
    beyond = np.maximum(apart - sizes[:, None], 0.0)
    return float(np.hypot(beyond[..., 0], beyond[..., 1]).min())


def _dense(route):
    """Points on a way, about a tenth of a radius apart."""
    points = np.array(route.points)
    if route.is_straight:
        n = 2 + int(10 * math.dist(*route.points))
        return points[0] + (points[1] - points[0]) * np.linspace(0.0, 1.0, n)[:, None]
    t = np.linspace(0.0, 1.0, 81)[:, None]
    a, b, c, d = (points[i : len(points) - 3 + i : 3, None] for i in range(4))
    u = 1.0 - t
    return (u**3 * a + 3 * u * u * t * b + 3 * u * t * t * c + t**3 * d).reshape(-1, 2)


@pytest.fixture
def small():
    """x1, x2 -> h -> o, by hand: for 2, 3 is h = 2 - 3 = -1, o = -1/2; with 1 aimed at, L = 9/8."""
    net = Network("small")
    net.add_layer("x", 2)
    net.add_layer("hidden", ["h"], bias=0.0)
    net.add_layer("out", ["o"], bias=None)
    net.connect("x", "hidden", weights=[[1.0], [-1.0]])
    net.connect("h", "o", weight=0.5, trainable=False)
    return net


@pytest.fixture
def by_id():
    """``by_id(ax)``: the artists of an Axes that have an id, by it."""
    return lambda ax: {a.get_gid(): a for a in ax.get_children() if a.get_gid()}


@pytest.fixture(scope="session")
def random_network():
    """``random_network(seed)``: any acyclic graph."""
    return _random_network


@pytest.fixture(scope="session")
def random_drawings():
    """Two hundred random networks, twenty in the quick set, arranged in full, with their routes."""
    found = []
    for seed in range(2 * settings.default.max_examples):
        kind = (None, "levels", "layers")[seed % 3]
        arrangement = arrange(fold(_random_network(seed), kind=kind, full=True))
        found.append((arrangement, routes(arrangement)))
    return found


@pytest.fixture(scope="session")
def layered():
    """``layered(2, 3, 1)``: layers of these sizes, each connected to the next in full."""
    return _layered


@pytest.fixture(scope="session")
def clearance():
    """How near a way comes to the border of the nearest item that it does not touch."""
    return _clearance


@pytest.fixture(autouse=True)
def close_figures():
    """Figures that a test draws as a user does are pyplot's, which keeps them."""
    yield
    plt.close("all")
