"""Irregular problems: random acyclic graphs, for W6 and the scale series."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from neurosim.network.network import Network
from tests.benchmarks.systems import Numbers

Index = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Irregular:
    """A random graph in levels, and how it is to learn by plain gradient descent, all rows at once.

    Neurons are numbered level by level, the inputs first. Edges are sorted by target. Every neuron
    behind the inputs has a tanh and a bias, and at least one source in the level before its own.

    Attributes:
        title: of the network.
        levels: where each level starts, and where the last ends, (n_levels + 1,).
        sources: of each edge.
        targets: of each edge.
        weights: of each edge.
        n_out: the last so many neurons are the outputs.
        X: (B, n_in).
        T: (B, n_out).
        epochs: how many updates, all rows at once.
        rate: the learning rate.
    """

    title: str
    levels: Index
    sources: Index
    targets: Index
    weights: Numbers
    n_out: int
    X: Numbers
    T: Numbers
    epochs: int
    rate: float = 0.01
    batch_size: int = 64
    loss: str = "half_squared_error"
    reduction: str = "mean"
    shuffle: bool = False
    precision: str = "double"

    @property
    def n_neurons(self) -> int:
        """How many neurons there are, inputs included."""
        return int(self.levels[-1])

    @property
    def n_in(self) -> int:
        """How many inputs there are."""
        return int(self.levels[1])

    @property
    def n_edges(self) -> int:
        """How many edges there are."""
        return len(self.sources)

    def flat(self, weights: Numbers, biases: Numbers) -> Numbers:
        """Parameters in neurosim's order: neuron by neuron, its weights, then its bias.

        Args:
            weights: of each edge, sorted by target.
            biases: of each neuron behind the inputs.
        """
        ends = np.searchsorted(self.targets, np.arange(self.n_in, self.n_neurons), "right")
        return np.insert(weights, ends, biases)

    def wiring(self) -> "Wiring":
        """All that a user says to build it."""
        names = [f"n{i}" for i in range(self.n_neurons)]
        return Wiring(
            self.title,
            tuple(tuple(names[low:high]) for low, high in pairwise(self.levels.tolist())),
            tuple(names[-self.n_out :]),
            [
                (names[source], names[target])
                for source, target in zip(self.sources.tolist(), self.targets.tolist(), strict=True)
            ],
            self.weights.tolist(),
        )

    def build(self) -> Network:
        """The network."""
        return self.wiring().build()


@dataclass(frozen=True, slots=True, eq=False)
class Wiring:
    """A graph by names: those of each level, of the outputs, and of both ends of each edge."""

    title: str
    levels: tuple[tuple[str, ...], ...]
    outputs: tuple[str, ...]
    pairs: list[tuple[str, str]]
    weights: list[float]

    def build(self) -> Network:
        """The network."""
        net = Network(self.title)
        net.add_layer("x", self.levels[0])
        for number, names in enumerate(self.levels[1:], start=1):
            net.add_layer(f"level{number}", names, activation="tanh")
        net.outputs = self.outputs
        net.connect_many(self.pairs, self.weights)
        return net


def uniform(n_levels: int, width: int, n_edges: int, epochs: int, *, n_in: int) -> Irregular:
    """A graph whose neurons all have about the same number of sources."""
    n_targets = n_levels * width
    degrees = np.full(n_targets, n_edges // n_targets)
    degrees[: n_edges - degrees.sum()] += 1
    return _graph("uniform", width, degrees, epochs, n_in, power=1.0)


def hubs(n_levels: int, width: int, n_edges: int, epochs: int, *, n_in: int) -> Irregular:
    """A graph of the same size with hubs: in-degrees by a power law, and popular sources."""
    n_targets = n_levels * width
    share = (1.0 + np.random.default_rng(5).permutation(n_targets)) ** -0.8
    most = _earlier(n_targets, width, n_in) // 4
    degrees = np.clip((share / share.sum() * n_edges).astype(np.intp), 1, most)
    while (short := n_edges - int(degrees.sum())) > 0:
        degrees[np.flatnonzero(degrees < most)[-short:]] += 1
    return _graph("hubs", width, degrees, epochs, n_in, power=2.0)


def _earlier(n_targets: int, width: int, n_in: int) -> Index:
    """How many neurons stand in levels before each target's own."""
    return n_in + np.arange(n_targets) // width * width


def _graph(
    title: str, width: int, degrees: Index, epochs: int, n_in: int, *, power: float
) -> Irregular:
    random = np.random.default_rng(7)
    n_targets = len(degrees)
    n_neurons = n_in + n_targets
    levels = np.concatenate(([0], np.arange(n_in, n_neurons + 1, width)))
    sources, targets = _edges(random, levels, width, degrees, power)
    weights = random.standard_normal(len(sources)) / np.sqrt(degrees[targets - n_in])
    n_out = min(10, width)
    X, T = random.uniform(-1, 1, (64, n_in)), random.uniform(-0.5, 0.5, (64, n_out))
    return Irregular(title, levels, sources, targets, weights, n_out, X, T, epochs)


def _edges(
    random: np.random.Generator, levels: Index, width: int, degrees: Index, power: float
) -> tuple[Index, Index]:
    """Distinct edges, as many into each target as its degree; one is from the level before."""
    n_in, n_neurons = int(levels[1]), int(levels[-1])
    earlier = _earlier(len(degrees), width, n_in)
    before = np.where(earlier == n_in, n_in, width)  # the size of the level before
    near = earlier - 1 - (random.random(len(degrees)) * before).astype(np.intp)
    keys = (n_in + np.arange(len(degrees))) * n_neurons + near
    while (missing := degrees - np.bincount(keys // n_neurons - n_in)).any():
        t = np.repeat(np.arange(len(degrees)), missing)
        s = (random.random(len(t)) ** power * earlier[t]).astype(np.intp)
        keys = np.union1d(keys, (n_in + t) * n_neurons + s)
    return keys % n_neurons, keys // n_neurons
