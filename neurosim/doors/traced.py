"""Networks out of traced computations: values are columns, each a sum of outputs of neurons.

What other systems compute step by step (a product with a matrix, an addition, a concatenation) is
kept as such sums until an activation makes neurons of them. Sums that are multiplied again become
neurons of ``identity`` first, so that every weight stays one weight.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.errors import GraphError
from neurosim.functions.numbers import Matrix
from neurosim.network.network import Network

Place = tuple[int, int]  # number of a layer, of a neuron in it; layer 0 is the inputs


@dataclass(frozen=True, slots=True, eq=False)
class TracedColumns:
    """The columns of a value, (B, n): ``sources`` times ``matrix``, (n_sources, n), + ``constant``.

    Without a matrix the columns are the sources themselves.
    """

    sources: tuple[Place, ...]
    matrix: Matrix | None
    constant: Matrix | None

    @property
    def n(self) -> int:
        """How many columns there are."""
        return len(self.sources) if self.matrix is None else int(self.matrix.shape[1])

    @property
    def weights(self) -> Matrix:
        """The matrix, that of the sources themselves too."""
        return np.eye(len(self.sources)) if self.matrix is None else self.matrix

    @property
    def constants(self) -> Matrix:
        """What is added to each column, 0 where nothing is."""
        return np.zeros(self.n) if self.constant is None else self.constant

    def chosen(self, columns: Any) -> "TracedColumns":
        """Some of the columns."""
        columns = np.asarray(columns, np.intp)
        constant = None if self.constant is None else self.constant[columns]
        if self.matrix is None:
            return TracedColumns(tuple(self.sources[k] for k in columns), None, constant)
        return TracedColumns(self.sources, self.matrix[:, columns], constant)

    def scaled(self, factor: Any) -> "TracedColumns":
        """The columns times numbers, one or one each."""
        factors = np.broadcast_to(np.asarray(factor, np.float64), (self.n,))
        constant = None if self.constant is None else self.constant * factors
        return TracedColumns(self.sources, self.weights * factors, constant)

    def shifted(self, by: Any) -> "TracedColumns":
        """The columns plus numbers, one or one each."""
        return TracedColumns(
            self.sources, self.weights, self.constants + np.asarray(by, np.float64)
        )

    def plus(self, other: "TracedColumns") -> "TracedColumns":
        """The sum of both."""
        sources = tuple(dict.fromkeys((*self.sources, *other.sources)))
        place = {source: k for k, source in enumerate(sources)}
        matrix = np.zeros((len(sources), self.n))
        for each in (self, other):
            np.add.at(matrix, [place[source] for source in each.sources], each.weights)
        given = self.constant is not None or other.constant is not None
        return TracedColumns(sources, matrix, self.constants + other.constants if given else None)


@dataclass(frozen=True, slots=True, eq=False)
class _Made:
    columns: TracedColumns
    activation: Any
    aggregation: str
    keeps_zeros: bool


def side_by_side(values: Sequence[TracedColumns]) -> TracedColumns:
    """The columns of several values, one behind the other."""
    constant = None
    if any(value.constant is not None for value in values):
        constant = np.concatenate([value.constants for value in values])
    sources = tuple(source for value in values for source in value.sources)
    if all(value.matrix is None for value in values):
        return TracedColumns(sources, None, constant)
    matrix = np.zeros((len(sources), sum(value.n for value in values)))
    row = column = 0
    for value in values:
        matrix[row : row + len(value.sources), column : column + value.n] = value.weights
        row, column = row + len(value.sources), column + value.n
    return TracedColumns(sources, matrix, constant)


class Tracing:
    """A network in the making, layer by layer."""

    def __init__(self, n_inputs: int) -> None:
        self._n_inputs = n_inputs
        self._made: list[_Made] = []

    @property
    def inputs(self) -> TracedColumns:
        """The columns that are given."""
        return TracedColumns(tuple((0, k) for k in range(self._n_inputs)), None, None)

    def times(self, value: TracedColumns, matrix: Any, bias: Any = None) -> TracedColumns:
        """The value times a matrix, (n, n_columns), plus a bias."""
        plain = self.outputs_of(value)
        constant = None if bias is None else np.asarray(bias, np.float64)
        return TracedColumns(plain.sources, np.asarray(matrix, np.float64), constant)

    def outputs_of(self, value: TracedColumns) -> TracedColumns:
        """The value as outputs of neurons, each once; of ``identity`` where it is none yet."""
        is_plain = value.matrix is None and value.constant is None
        if is_plain and len(set(value.sources)) == value.n:
            return value
        return self.activated(value, "identity", keeps_zeros=False)

    def activated(
        self, value: TracedColumns, activation: Any, *, keeps_zeros: bool = True
    ) -> TracedColumns:
        """A layer of neurons with these net inputs; weights of 0 are connections, or not."""
        is_product = value.matrix is not None and keeps_zeros
        return self._add(_Made(value, activation, "sum", is_product))

    def product(self, a: TracedColumns, b: TracedColumns) -> TracedColumns:
        """The products of the columns of two values."""
        a, b = self.outputs_of(a), self.outputs_of(b)
        if a.sources == b.sources:
            return self.activated(a, "square")
        return self._add(_Made(a.plus(b), "identity", "product", False))

    def _add(self, made: _Made) -> TracedColumns:
        self._made.append(made)
        number = len(self._made)
        return TracedColumns(tuple((number, k) for k in range(made.columns.n)), None, None)

    def network(self, value: TracedColumns, *, title: str, where: str) -> Network:
        """The network whose outputs are the columns of a value."""
        plain = self.outputs_of(value)
        if any(layer == 0 for layer, _ in plain.sources):
            plain = self.activated(plain, "identity")
        self._drop_dead(plain)
        if not self._made:
            raise GraphError(f"{where}: nothing is computed; expected outputs")
        net = Network(title)
        names = self._names()
        net.add_layer("x", names[0])
        for number, made in enumerate(self._made, 1):
            self._add_layer(net, names, number, made)
        outputs = [names[layer][k] for layer, k in self._renumbered(plain).sources]
        if outputs != [neuron.name for neuron in net.outputs]:
            net.outputs = outputs
        return net

    def _drop_dead(self, value: TracedColumns) -> None:
        """Forget layers that lead to no output."""
        needed, waiting = set(), {layer for layer, _ in value.sources} - {0}
        while waiting:
            needed |= waiting
            found = {s[0] for n in waiting for s in self._made[n - 1].columns.sources}
            waiting = found - needed - {0}
        kept = sorted(needed)
        self._number = {0: 0} | {old: new for new, old in enumerate(kept, 1)}
        self._made = [self._made[old - 1] for old in kept]

    def _renumbered(self, value: TracedColumns) -> TracedColumns:
        sources = tuple((self._number[layer], k) for layer, k in value.sources)
        return TracedColumns(sources, value.matrix, value.constant)

    def _names(self) -> list[list[str]]:
        n = len(self._made)
        stems = ["x", *(f"h{k}_" if n > 2 else "h" for k in range(1, n)), "y"]
        sizes = [self._n_inputs, *(made.columns.n for made in self._made)]
        return [
            [f"{stem}{k}" for k in range(1, size + 1)]
            for stem, size in zip(stems, sizes, strict=True)
        ]

    def _add_layer(self, net: Network, names: list[list[str]], number: int, made: _Made) -> None:
        columns, own = self._renumbered(made.columns), names[number]
        name = own[0].rstrip("0123456789").rstrip("_")
        bias: Any = False if columns.constant is None else columns.constant.tolist()
        net.add_layer(
            name, own, activation=made.activation, bias=bias, aggregation=made.aggregation
        )
        weights = columns.weights
        keep = np.ones_like(weights, bool) if made.keeps_zeros else weights != 0.0
        pairs = [
            (names[columns.sources[i][0]][columns.sources[i][1]], own[j])
            for i, j in np.argwhere(keep).tolist()
        ]
        if len(set(pairs)) < len(pairs):
            raise GraphError(f"{name}: one neuron is added to another twice; expected once")
        if pairs:
            net.connect_many(pairs, weights[keep])
