"""The chain rule, path by path: how the loss of one sample changes with a neuron's net input.

delta(n) = dL/dz(n) is a sum over all ways from n to the loss; each is a product of slopes and
weights. Ways branch at two kinds of places. At a neuron's **net input** the error comes from its
own output, times the slope; or from the loss, where it gives delta. The outputs of a softmax
layer depend on all net inputs of the layer, so there a way goes on to each output of the layer,
times the entry a_j (1 if i = j else 0 - a_i) of its Jacobian. At an **output** a way ends with
dL/da, where the loss is computed from it, or goes on by a connection, times its weight.

There may be exponentially many ways. They are counted and summed by going over the graph once; the
largest are found best first, each with the exact size of its best continuation. `survey` does so
for any ways that are made of factors.
"""

import heapq
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from neurosim.functions.activations import SOFTMAX
from neurosim.functions.numbers import short
from neurosim.interpreter.steps import Compared, DeltaComputed, Distributed, Step, operand
from neurosim.interpreter.visits import schedule_of
from neurosim.languages import count as number_of
from neurosim.languages import grouped, translate
from neurosim.network.connection import Connection
from neurosim.network.network import Network
from neurosim.network.neuron import Neuron

_ENDS = 4  # factors at either end of a product that are written out


class Factor(NamedTuple):
    """One factor of a product: what it is, and the number."""

    what: str
    value: float


@dataclass(frozen=True, slots=True)
class Path:
    """One way: its factors from here on, their product, and the neurons it leads through."""

    factors: tuple[Factor, ...]
    share: float
    neurons: tuple[Neuron, ...]

    def __str__(self) -> str:
        names = [factor.what for factor in self.factors]
        numbers = [operand(factor.value) for factor in self.factors]
        numbers[0] = short(self.factors[0].value)
        start, end = inner_of(self.factors)
        if end > start:
            inner = math.prod(factor.value for factor in self.factors[start:end])
            middle = translate("... {} more factors ...", grouped(end - start))
            names = [*names[:start], middle, *names[end:]]
            numbers = [*numbers[:start], operand(inner), *numbers[end:]]
        return f"{' * '.join(names)} = {'*'.join(numbers)} = {short(self.share)}"


def inner_of(factors: Sequence[Factor]) -> tuple[int, int]:
    """Which factors, from and to, a text has as one number; none where the two are equal."""
    hidden = len(factors) - 2 * _ENDS
    return (_ENDS, _ENDS + hidden) if hidden > 1 else (0, 0)


@dataclass(frozen=True, slots=True)
class Paths:
    """All ways from one place: how many, their sum, and the largest of them.

    ``rest`` is what those that are not among ``largest`` come to.
    """

    count: int
    total: float
    largest: tuple[Path, ...]
    rest: float

    @property
    def heading(self) -> str:
        """How many ways there are."""
        return translate("by {} to the loss", describe_count(self.count))

    @property
    def lines(self) -> tuple[str, ...]:
        """The ways, a line each, and a line for the rest."""
        hidden = self.count - len(self.largest)
        return (*map(str, self.largest), *([rest_line(hidden, self.rest)] if hidden else ()))


def rest_line(count: int, rest: float) -> str:
    """A line for so many ways that are not written out, and what they come to."""
    number = grouped(count) if count < 10**6 else translate("about {}", _power(count))
    words = translate("1 more path") if count == 1 else translate("{} more paths", number)
    return f"{words} = {short(rest)}"


def _power(count: int) -> str:
    return f"{count:.2g}" if count < 10**300 else f"2^{count.bit_length() - 1}"


class GraphPoint(NamedTuple):
    """The net input of a neuron, or its output."""

    neuron: Neuron
    is_output: bool


class PathEdge(NamedTuple):
    """A factor, and where the way goes on; None at its end, such as the loss."""

    factor: Factor
    to: GraphPoint | None


def paths_from(
    network: Network,
    neuron: Neuron,
    steps: Iterable[Step],
    *,
    first: Factor,
    most: int,
) -> Paths:
    """The ways from a neuron's net input to the loss.

    Args:
        network: with the weights of the passes.
        neuron: where the ways begin.
        steps: those of one sample, forward and backward.
        first: the factor that each way begins with, such as x1 for dL/dw(x1->h1).
        most: how many of the largest are wanted.
    """
    start = GraphPoint(neuron, is_output=False)
    return survey(start, _ToLoss(network, steps).edges, first=first, most=most)


def survey(
    start: GraphPoint,
    edges: Callable[[GraphPoint], Iterable[PathEdge]],
    *,
    first: Factor | None = None,
    most: int,
) -> Paths:
    """Count and sum all ways from a place, and find the largest.

    Args:
        start: where the ways begin.
        edges: the ways on from a place; there is no way back to it.
        first: the factor that each way begins with, if there is one.
        most: how many of the largest are wanted.
    """
    found = _Survey(edges)
    found.visit(start)
    largest = tuple(found.largest(start, first, most))
    total = found.total[start] * (1.0 if first is None else first.value)
    left = found.count[start] - len(largest)
    rest = total - math.fsum(path.share for path in largest) if left else 0.0
    return Paths(found.count[start], total, largest, rest)


class _Survey:
    """All ways: for each place their number, their sum, and the size of the largest.

    What has no way to an end has the count 0.
    """

    def __init__(self, edges: Callable[[GraphPoint], Iterable[PathEdge]]) -> None:
        self._edges_of = edges
        self._edges: dict[GraphPoint, list[PathEdge]] = {}
        self.count: dict[GraphPoint, int] = {}
        self.total: dict[GraphPoint, float] = {}
        self._best: dict[GraphPoint, float] = {}

    def visit(self, start: GraphPoint) -> None:
        """Go over all that is reached from here, the last places first."""
        waiting = [(start, False)]
        while waiting:
            place, is_left = waiting.pop()
            if is_left:
                self._sum_up(place)
            elif place not in self._edges:
                self._edges[place] = list(self._edges_of(place))
                waiting.append((place, True))
                waiting += [(edge.to, False) for edge in self._edges[place] if edge.to is not None]

    def largest(self, start: GraphPoint, first: Factor | None, most: int) -> Iterable[Path]:
        """The largest ways, the largest first.

        The heap holds beginnings of ways by the size of their best end. The best continuation has
        the very number of its beginning, and comes out before others that are as large: so no
        rounding leads astray, and a way of a thousand steps is found in a thousand.
        """
        if not self.count[start]:
            return
        waiting: list[tuple[float, int, GraphPoint | None, _Chain]] = []
        heapq.heappush(waiting, (-self._best[start], 0, start, _Chain(first, start, None)))
        number = 0
        while waiting and most:
            size, _, place, chain = heapq.heappop(waiting)
            if place is None:
                most -= 1
                factors = chain.factors()
                share = math.prod(factor.value for factor in factors)
                yield Path(factors, share, chain.neurons())
                continue
            open_ends = [e for e in self._edges[place] if e.to is None or self.count[e.to]]
            open_ends.sort(key=self._size)
            for edge in open_ends:
                number += 1
                known = size
                if edge is not open_ends[-1]:
                    known *= _ratio(self._size(edge), self._best[place])
                heapq.heappush(
                    waiting, (known, -number, edge.to, _Chain(edge.factor, edge.to, chain))
                )

    def _size(self, edge: PathEdge) -> float:
        best = 1.0 if edge.to is None else self._best[edge.to]
        size = abs(edge.factor.value) * best
        return 0.0 if math.isnan(size) else size

    def _sum_up(self, place: GraphPoint) -> None:
        count, total, best = 0, 0.0, 0.0
        for edge in self._edges[place]:
            if edge.to is None:
                count += 1
                total += edge.factor.value
            elif self.count[edge.to]:
                count += self.count[edge.to]
                total += edge.factor.value * self.total[edge.to]
            else:
                continue
            best = max(best, self._size(edge))
        self.count[place], self.total[place], self._best[place] = count, total, best


class _Chain(NamedTuple):
    """The factors of a beginning and the places they lead to, the last first."""

    factor: Factor | None
    place: GraphPoint | None
    before: "_Chain | None"

    def factors(self) -> tuple[Factor, ...]:
        met = [link.factor for link in self._links() if link.factor is not None]
        return tuple(reversed(met))

    def neurons(self) -> tuple[Neuron, ...]:
        places = [link.place for link in self._links()]
        met = (place.neuron for place in reversed(places) if place is not None)
        return tuple(dict.fromkeys(met))

    def _links(self) -> "Iterator[_Chain]":
        link: _Chain | None = self
        while link is not None:
            yield link
            link = link.before


class _ToLoss:
    """The ways to the loss of one sample."""

    def __init__(self, network: Network, steps: Iterable[Step]) -> None:
        self._network = network
        self._compared: dict[Neuron, Compared] = {}
        self._deltas: dict[Neuron, DeltaComputed] = {}
        self._terms: dict[Neuron, Distributed] = {}
        self._place_of = schedule_of(network).terms
        for step in steps:
            if isinstance(step, Compared):
                self._compared[step.neuron] = step
            elif isinstance(step, DeltaComputed):
                self._deltas[step.neuron] = step
            elif isinstance(step, Distributed):
                self._terms[step.neuron] = step

    def edges(self, place: GraphPoint) -> Iterable[PathEdge]:
        """The ways on from a place."""
        neuron, compared = place.neuron, self._compared.get(place.neuron)
        if place.is_output:
            if compared is not None and compared.quantity == "output_gradient":
                yield PathEdge(Factor(f"dL/d{neuron.name}", compared.after), None)
            for connection in self._network.outgoing(neuron):
                to = GraphPoint(connection.target, is_output=False)
                yield PathEdge(self._factor(connection), to)
            return
        if compared is not None and compared.quantity == "delta":
            yield PathEdge(Factor(f"dL/dnet({neuron.name})", compared.after), None)
        computed = self._deltas.get(neuron)
        if computed is None:
            return
        if neuron.activation != SOFTMAX:
            factor = Factor(f"{neuron.activation}'({neuron.name})", computed.slope)
            yield PathEdge(factor, GraphPoint(neuron, is_output=True))
            return
        assert neuron.layer is not None
        for other in neuron.layer.neurons:
            kept = (1.0 if other is neuron else 0.0) - computed.output
            slope = self._deltas[other].output * kept
            factor = Factor(f"d{other.name}/dnet({neuron.name})", slope)
            yield PathEdge(factor, GraphPoint(other, is_output=True))

    def _factor(self, connection: Connection) -> Factor:
        """The slope of the target's net input by the source."""
        step = self._terms.get(connection.target)
        if step is None:
            return Factor(f"w({connection.name})", connection.weight)
        slope = step.response * step.slopes[self._place_of[connection]]
        what = f"dnet({connection.target.name})/d{connection.source.name}"
        return Factor(what, slope * connection.weight)


def _ratio(part: float, whole: float) -> float:
    """At most 1, also where the two are 0 or infinite."""
    return min(part / whole, 1.0) if 0.0 < whole < math.inf else 1.0


def describe_count(count: int) -> str:
    """So many paths, in words."""
    return number_of(count, "path") if count < 10**6 else translate("about {} paths", _power(count))
