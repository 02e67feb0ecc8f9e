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

_MOST_WEIGHTS = 10**8  # of a matrix: 800 MB, and far beyond what a network of objects holds
Place = tuple[int, int]  # number of a layer, of a neuron in it; layer 0 is the inputs


@dataclass(frozen=True, slots=True, eq=False)
class TracedColumns:
    """The columns of a value, (B, n): ``sources`` times ``matrix``, (n_sources, n), + ``constant``.

    Without a matrix the columns are the sources themselves. Of a matrix, ``links`` says which
    entries are weights, be they 0; without it, all are. ``passed`` says which columns are sources
    themselves all the same, as beside others; without it, none are.
    """

    sources: tuple[Place, ...]
    matrix: Matrix | None
    constant: Matrix | None
    links: Any = None
    passed: Any = None

    @property
    def n(self) -> int:
        """How many columns there are."""
        return len(self.sources) if self.matrix is None else int(self.matrix.shape[1])

    @property
    def weights(self) -> Matrix:
        """The matrix, that of the sources themselves too."""
        return self._own_matrix(float) if self.matrix is None else self.matrix

    @property
    def linked(self) -> Any:
        """Which entries of the matrix are weights."""
        if self.matrix is None:
            return self._own_matrix(bool)
        return np.ones(self.matrix.shape, bool) if self.links is None else self.links

    @property
    def are_sources(self) -> Any:
        """Which columns are sources themselves, (n,)."""
        if self.matrix is None:
            return np.full(self.n, self.constant is None)
        return np.zeros(self.n, bool) if self.passed is None else self.passed

    @property
    def is_plain(self) -> bool:
        """Whether they are outputs of neurons, each once."""
        if self.matrix is not None or self.constant is not None:
            return False
        return len(set(self.sources)) == self.n

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
        links = None if self.links is None else self.links[:, columns]
        passed = None if self.passed is None else self.passed[columns]
        return TracedColumns(self.sources, self.matrix[:, columns], constant, links, passed)

    def scaled(self, factor: Any) -> "TracedColumns":
        """The columns times numbers, one or one each."""
        factors = np.broadcast_to(np.asarray(factor, np.float64), (self.n,))
        constant = None if self.constant is None else self.constant * factors
        return TracedColumns(self.sources, self.weights * factors, constant, self._links)

    def shifted(self, by: Any) -> "TracedColumns":
        """The columns plus numbers, one or one each."""
        constant = self.constants + np.asarray(by, np.float64)
        return TracedColumns(self.sources, self.weights, constant, self._links)

    def _own_matrix(self, kind: Any) -> Any:
        matrix = _zeros(self.n, self.n, kind)
        np.fill_diagonal(matrix, True)
        return matrix

    @property
    def _links(self) -> Any:
        return self.linked if self.matrix is None else self.links

    def summed(self, width: int) -> "TracedColumns":
        """The sums of each ``width`` columns that follow each other."""
        n, given = self.n // width, self.constant
        constant = None if given is None else given.reshape(n, width).sum(axis=1)
        if self.matrix is None:
            matrix = _zeros(self.n, n, float)
            matrix[np.arange(self.n), np.arange(self.n) // width] = 1.0
            return TracedColumns(self.sources, matrix, constant, matrix == 1.0)
        shape = len(self.sources), n, width
        links = self.linked.reshape(shape).any(axis=2)
        return TracedColumns(self.sources, self.matrix.reshape(shape).sum(axis=2), constant, links)

    def plus(self, other: "TracedColumns") -> "TracedColumns":
        """The sum of both."""
        sources = tuple(dict.fromkeys((*self.sources, *other.sources)))
        place = {source: k for k, source in enumerate(sources)}
        matrix, links = _zeros(len(sources), self.n, float), _zeros(len(sources), self.n, bool)
        for each in (self, other):
            rows = [place[source] for source in each.sources]
            np.add.at(matrix, rows, each.weights)
            np.logical_or.at(links, rows, each.linked)
        given = self.constant is not None or other.constant is not None
        constant = self.constants + other.constants if given else None
        return TracedColumns(sources, matrix, constant, links)


@dataclass(frozen=True, slots=True, eq=False)
class _Made:
    columns: TracedColumns
    activation: Any
    aggregation: str


def _zeros(n_rows: int, n_columns: int, kind: Any) -> Any:
    """A matrix of zeros, refused before it takes the memory of the machine.

    Raises:
        OverflowError: it would be too large; who traces says where.
    """
    if n_rows * n_columns > _MOST_WEIGHTS:
        raise OverflowError(
            f"makes {n_columns:,} numbers of {n_rows:,}; expected at most {_MOST_WEIGHTS:,} pairs"
        )
    return np.zeros((n_rows, n_columns), kind)


def side_by_side(values: Sequence[TracedColumns]) -> TracedColumns:
    """The columns of several values, one behind the other."""
    constant = None
    if any(value.constant is not None for value in values):
        constant = np.concatenate([value.constants for value in values])
    sources = tuple(source for value in values for source in value.sources)
    if all(value.matrix is None for value in values):
        return TracedColumns(sources, None, constant)
    sources = tuple(dict.fromkeys(sources))
    place = {source: row for row, source in enumerate(sources)}
    matrix = _zeros(len(sources), sum(value.n for value in values), float)
    links, column = np.zeros(matrix.shape, bool), 0
    for value in values:
        rows = [place[source] for source in value.sources]
        np.add.at(matrix[:, column : column + value.n], rows, value.weights)
        np.logical_or.at(links[:, column : column + value.n], rows, value.linked)
        column += value.n
    passed = np.concatenate([value.are_sources for value in values])
    return TracedColumns(sources, matrix, constant, links, passed)


def _own_sources(value: TracedColumns) -> list[Place | None]:
    """Of each column the neuron whose output it is, or None; a neuron is named once."""
    if value.matrix is None:
        sources: Sequence[Place] = value.sources
    elif not value.are_sources.any():
        return [None] * value.n
    else:
        sources = [value.sources[row] for row in value.linked.argmax(axis=0)]
    found, taken = [], set()
    for source, is_source in zip(sources, value.are_sources, strict=True):
        is_new = is_source and source not in taken
        found.append(source if is_new else None)
        taken.add(source)
    return found


def _merged(value: TracedColumns) -> TracedColumns:
    """The same with each source once, and none that is not read."""
    if value.is_plain:
        return value
    nothing = TracedColumns((), np.zeros((0, value.n)), None)
    total = nothing.plus(value)
    read = np.flatnonzero(total.linked.any(axis=1))
    sources = tuple(total.sources[row] for row in read)
    return TracedColumns(sources, total.weights[read], value.constant, total.linked[read])


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
        if value.is_plain:
            return value
        found = _own_sources(value)
        rest = [k for k, source in enumerate(found) if source is None]
        made = iter(self.activated(value.chosen(rest), "identity").sources)
        sources = tuple(next(made) if source is None else source for source in found)
        return TracedColumns(sources, None, None)

    def activated(self, value: TracedColumns, activation: Any) -> TracedColumns:
        """A layer of neurons with these net inputs."""
        return self._add(_Made(_merged(value), activation, "sum"))

    def product(self, a: TracedColumns, b: TracedColumns) -> TracedColumns:
        """The products of the columns of two values."""
        return self.combined([a, b], "product")

    def combined(self, values: Sequence[TracedColumns], aggregation: str) -> TracedColumns:
        """What an aggregation makes of the columns of values, as many each."""
        plain = [self.outputs_of(value) for value in values]
        terms = list(zip(*(value.sources for value in plain), strict=True))
        squares = [k for k, (one, *others) in enumerate(terms) if {*others} == {one}]
        if aggregation == "product" and len(plain) == 2 and len(squares) == len(terms):
            return self.activated(plain[0], "square")
        if any(len(set(column)) < len(column) for column in terms):
            # a neuron is connected with another once: what is repeated goes through one of its own
            plain = [plain[0], *(self.activated(value, "identity") for value in plain[1:])]
        total = plain[0]
        for value in plain[1:]:
            total = total.plus(value)
        return self._add(_Made(total, "identity", aggregation))

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
        pairs: list[tuple[str, str]] = []
        weights: list[float] = []
        for number, made in enumerate(self._made, 1):
            columns = self._renumbered(made.columns)
            self._add_layer(net, names[number], columns, made)
            rows, targets, found = _entries(columns)
            sources = [names[layer][k] for layer, k in columns.sources]
            pairs += zip(
                map(sources.__getitem__, rows), map(names[number].__getitem__, targets), strict=True
            )
            weights += found
        if pairs:  # at once: many small edits take longer
            net.connect_many(pairs, weights)
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
        return TracedColumns(sources, value.matrix, value.constant, value.links)

    def _names(self) -> list[list[str]]:
        n = len(self._made)
        stems = ["x", *(f"h{k}_" if n > 2 else "h" for k in range(1, n)), "y"]
        sizes = [self._n_inputs, *(made.columns.n for made in self._made)]
        return [
            [f"{stem}{k}" for k in range(1, size + 1)]
            for stem, size in zip(stems, sizes, strict=True)
        ]

    def _add_layer(self, net: Network, own: list[str], columns: TracedColumns, made: _Made) -> None:
        name = own[0].rstrip("0123456789").rstrip("_")
        bias: Any = False if columns.constant is None else columns.constant.tolist()
        net.add_layer(
            name, own, activation=made.activation, bias=bias, aggregation=made.aggregation
        )


def _entries(columns: TracedColumns) -> tuple[list[int], list[int], list[float]]:
    """Rows, columns and values of what are weights."""
    if columns.matrix is None:
        own = list(range(columns.n))
        return own, own, [1.0] * columns.n
    rows, targets = np.nonzero(columns.linked)
    return rows.tolist(), targets.tolist(), columns.matrix[rows, targets].tolist()
