"""Layered problems: what the workloads W1 to W5 train, the same for every system."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from neurosim.functions.streams import stream
from neurosim.network.network import Network
from neurosim.training.data.borrowed import BORROWED
from neurosim.training.data.rows import Labelled
from tests.benchmarks.systems import Numbers

DTYPES: dict[str, type[np.floating]] = {"double": np.float64, "single": np.float32}


@dataclass(frozen=True, slots=True, eq=False)
class Layered:
    """A layered network, its rows, and how it is to learn them by plain gradient descent.

    Attributes:
        title: of the network.
        activations: of each layer after the inputs.
        loss: ``half_squared_error``, ``cross_entropy`` or ``binary_cross_entropy``.
        reduction: ``mean`` or ``sum`` over a batch.
        rate: the learning rate.
        epochs: how many.
        batch_size: rows in a batch.
        shuffle: whether each epoch has an order of its own; see `orders`.
        X: (B, n_in), in the dtype of ``precision``.
        T: (B, n_out).
        weights: (n_in, n_out) of each layer.
        biases: (n_out,) of each layer, or None where the network has none.
        precision: ``double`` or ``single``.
    """

    title: str
    activations: tuple[str, ...]
    loss: str
    reduction: str
    rate: float
    epochs: int
    batch_size: int
    shuffle: bool
    X: NDArray[np.floating]
    T: NDArray[np.floating]
    weights: tuple[Numbers, ...]
    biases: tuple[Numbers, ...] | None
    precision: str = "double"

    @property
    def dtype(self) -> type[np.floating]:
        """The type of every number."""
        return DTYPES[self.precision]

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many neurons each layer has."""
        return (self.X.shape[1], *(len(w.T) for w in self.weights))

    @property
    def n_rows(self) -> int:
        """The number of samples."""
        return len(self.X)

    @property
    def batches(self) -> tuple[slice, ...]:
        """The rows of each batch of an epoch; the last may be smaller."""
        size = self.batch_size
        return tuple(slice(i, min(i + size, self.n_rows)) for i in range(0, self.n_rows, size))

    def step(self, rows: int) -> float:
        """What a gradient summed over a batch of so many rows is multiplied by."""
        return self.rate / (rows if self.reduction == "mean" else 1)

    def divisor(self) -> int:
        """What the sum of an epoch's losses is divided by."""
        return self.n_rows if self.reduction == "mean" else 1

    def orders(self) -> Iterator[NDArray[np.intp]]:
        """The order of the rows in each epoch, as neurosim draws it from seed 0."""
        random = stream(0, "shuffling")
        for _ in range(self.epochs):
            yield random.permutation(self.n_rows) if self.shuffle else np.arange(self.n_rows)

    def flat(
        self,
        weights: "tuple[NDArray[np.floating], ...]",
        biases: "tuple[NDArray[np.floating], ...] | None",
    ) -> Numbers:
        """Parameters in neurosim's order: neuron by neuron, its weights, then its bias."""
        parts = []
        for i, w in enumerate(weights):
            columns = w.T if biases is None else np.column_stack((w.T, biases[i]))
            parts.append(columns.ravel())
        return np.concatenate(parts).astype(np.float64)

    def build(self) -> Network:
        """The network."""
        net = Network(self.title)
        net.add_layer("x", self.sizes[0])
        names = ["x", *(f"l{i}_" for i in range(1, len(self.sizes)))]
        for i, (name, size) in enumerate(zip(names[1:], self.sizes[1:], strict=True)):
            bias = None if self.biases is None else self.biases[i].tolist()
            net.add_layer(name, size, activation=self.activations[i], bias=bias)
        for (source, target), weights in zip(pairwise(names), self.weights, strict=True):
            net.connect(source, target, weights=weights)
        return net


def three_one(epochs: int) -> Layered:
    """The tutorial's 3-1 network and its seed: no bias, half squared error, summed, rate 1."""
    weights = np.random.RandomState(1).rand(3, 1)
    X = np.array([[0, 0, 1], [1, 1, 1], [1, 0, 1], [0, 1, 1]], np.float64)
    T = np.array([[0.0], [1.0], [1.0], [0.0]])
    return Layered(
        "three-one", ("sigmoid",), "half_squared_error", "sum", 1.0, epochs, 4, False,
        X, T, (weights,), None,
    )  # fmt: skip


def xor(epochs: int, batch_size: int) -> Layered:
    """Exclusive or, 2-4-1, sigmoids, half squared error, summed, rate 1."""
    random = np.random.default_rng(3)
    X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float64)
    T = np.array([[0.0], [1.0], [1.0], [0.0]])
    weights = random.uniform(-1, 1, (2, 4)), random.uniform(-1, 1, (4, 1))
    biases = random.uniform(-1, 1, 4), random.uniform(-1, 1, 1)
    return Layered(
        "xor", ("sigmoid", "sigmoid"), "half_squared_error", "sum", 1.0, epochs, batch_size,
        False, X, T, weights, biases,
    )  # fmt: skip


def digits(epochs: int, n_rows: int, precision: str) -> Layered:
    """The digits that travel with scikit-learn; without it, made rows of the same shape."""
    X, y = _digits() if find_spec("sklearn") else _classes(1797, 64, 10)
    return _classifier(
        "digits", X[:n_rows], y[:n_rows], hidden=(32,), activation="tanh", epochs=epochs,
        batch_size=32, rate=0.1, precision=precision,
    )  # fmt: skip


def wide(epochs: int, n_rows: int, n_in: int, hidden: tuple[int, int], precision: str) -> Layered:
    """Two hidden layers of relu, on made rows of ten classes."""
    X, y = _classes(n_rows, n_in, 10)
    return _classifier(
        "wide", X, y, hidden=hidden, activation="relu", epochs=epochs, batch_size=128, rate=0.05,
        precision=precision,
    )  # fmt: skip


def _classifier(
    title: str, X: Numbers, y: NDArray[np.intp], *, hidden: tuple[int, ...],
    activation: str, epochs: int, batch_size: int, rate: float, precision: str,
) -> Layered:  # fmt: skip
    random = np.random.default_rng(1)
    sizes = (X.shape[1], *hidden, 10)
    dtype = DTYPES[precision]
    weights = tuple(
        random.uniform(-1, 1, (n, m)) * np.sqrt(6 / (n + m)) for n, m in pairwise(sizes)
    )
    biases = tuple(np.zeros(m) for m in sizes[1:])
    return Layered(
        title, (*(activation for _ in hidden), "softmax"), "cross_entropy", "mean", rate, epochs,
        batch_size, True, X.astype(dtype), np.eye(10, dtype=dtype)[y], weights, biases, precision,
    )  # fmt: skip


def _digits() -> tuple[Numbers, NDArray[np.intp]]:
    rows = BORROWED["digits"](np.random.default_rng(0))
    assert isinstance(rows, Labelled)
    return rows.X / 16.0, rows.classes


def _classes(n_rows: int, n_in: int, n_classes: int) -> tuple[Numbers, NDArray[np.intp]]:
    """Numbers between -1 and 1, and the class that a hidden straight rule gives them."""
    random = np.random.default_rng(0)
    X = random.uniform(-1, 1, (n_rows, n_in))
    return X, (X @ random.standard_normal((n_in, n_classes))).argmax(axis=1)
