"""The text of a path: how one neuron acts on another, along each path between them.

da(target)/da(source) is a sum over all ways from the one to the other; each is a product of weights
and slopes, as in ``w(x1->h1) * sigmoid'(h1) * w(h1->o1) * sigmoid'(o1)``. In a softmax layer a way
leads from the net input of one neuron to the output of any: there the slope is an entry of the
layer's Jacobian.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from neurosim.debugger.ask.paths import (
    Factor,
    GraphPoint,
    Path,
    PathEdge,
    Paths,
    describe_count,
    survey,
)
from neurosim.errors import GraphError, InvalidValueError
from neurosim.functions.activations import SOFTMAX
from neurosim.functions.numbers import short
from neurosim.interpreter.backward import term_slope
from neurosim.interpreter.forward import forward
from neurosim.interpreter.visits import functions_of
from neurosim.network.connection import Connection
from neurosim.network.network import Network
from neurosim.network.neuron import Neuron

MOST_PATHS = 8


@dataclass(frozen=True, slots=True)
class PathsDescription:
    """All ways from a neuron to another.

    Attributes:
        source: the name of the neuron where they begin.
        target: of the one where they end.
        paths: their number, their sum, and the largest of them.
        connections: the ends of each connection on the largest, for a picture to mark them.
    """

    source: str
    target: str
    paths: Paths
    connections: frozenset[tuple[str, str]]

    @property
    def neurons(self) -> tuple[tuple[str, ...], ...]:
        """The names of the neurons on each of the largest ways, its ends among them."""
        return tuple(tuple(n.name for n in path.neurons) for path in self.paths.largest)

    @property
    def lines(self) -> tuple[str, ...]:
        """The sum, then the ways, the largest first, and what is left."""
        if not self.paths.count:
            return (f"no path from {self.source} to {self.target}",)
        slope = f"d{self.target}/d{self.source} = {short(self.paths.total)}"
        count = describe_count(self.paths.count)
        ways = (f"  {line}" for line in self.paths.lines)
        return (f"{slope}, the sum over {count} from {self.source} to {self.target}", *ways)

    def __str__(self) -> str:
        return "\n".join(self.lines)


def describe_paths(
    network: Network,
    source: str | Neuron,
    target: str | Neuron,
    *,
    sample: Sequence[float] | None = None,
    most: int = MOST_PATHS,
) -> PathsDescription:
    """Find the ways from one neuron to another.

    Args:
        network: is not changed.
        source: where they begin, or its name.
        target: where they end, or its name.
        sample: inputs whose forward pass gives the slopes; None: what the last pass left.
        most: how many of the largest are wanted, at least 1.

    Raises:
        UnknownNameError: there is no such neuron.
        GraphError: both are the same, or no pass has been made, or a neuron between them has an
            activation without a slope.
        InvalidValueError: fewer than 1 are wanted.

    >>> net = Network()
    >>> _ = net.add_layer("x", 1), net.add_layer("h", 1, activation="tanh"), net.add_layer("o", 1)
    >>> _ = net.connect("x", "h", weight=2), net.connect("h", "o", weight=3)
    >>> print(describe_paths(net, "x1", "o1", sample=[0]))
    do1/dx1 = 6, the sum over 1 path from x1 to o1
      w(x1->h1) * tanh'(h1) * w(h1->o1) * identity'(o1) = 2*1*3*1 = 6
    """
    if isinstance(most, bool) or not isinstance(most, int) or most < 1:
        raise InvalidValueError(f"most: got {most!r}; expected an integer >= 1")
    shown = network
    if sample is not None:
        shown = network.copy()
        deque(forward(shown, sample), maxlen=0)
    first, last = (shown[end if isinstance(end, str) else end.name] for end in (source, target))
    if first is last:
        raise GraphError(f"path: got {first.name!r} twice; expected two neurons")
    found = survey(GraphPoint(first, is_output=True), _Ways(shown, last).edges, most=most)
    ways = tuple(_ended(path, last) for path in found.largest)
    pairs = {pair for path in ways for pair in _pairs(path) if pair in shown}
    return PathsDescription(first.name, last.name, replace(found, largest=ways), frozenset(pairs))


def _ended(path: Path, last: Neuron) -> Path:
    """The way with its last neuron: in a softmax layer it ends with another's net input."""
    return path if path.neurons[-1] is last else replace(path, neurons=(*path.neurons, last))


def _pairs(path: Path) -> Iterator[tuple[str, str]]:
    return pairwise(neuron.name for neuron in path.neurons)


class _Ways:
    """The ways to a neuron's output."""

    def __init__(self, network: Network, target: Neuron) -> None:
        self._network, self._target = network, target
        self._between = _leading_to(network, target)

    def edges(self, place: GraphPoint) -> Iterator[PathEdge]:
        """The ways on from a place."""
        neuron = place.neuron
        if place.is_output:
            for connection in self._network.outgoing(neuron):
                if connection.target in self._between:
                    factor = self._factor(connection)
                    yield PathEdge(factor, GraphPoint(connection.target, is_output=False))
        elif neuron.activation == SOFTMAX:
            yield from self._jacobian(neuron)
        else:
            slope = _slope(neuron)
            yield self._to_output(neuron, f"{neuron.activation}'({neuron.name})", slope)

    def _factor(self, connection: Connection) -> Factor:
        if connection.target.is_plain:
            return Factor(f"w({connection.name})", connection.weight)
        slope = term_slope(self._network, connection) * connection.weight
        return Factor(f"dnet({connection.target.name})/d{connection.source.name}", slope)

    def _jacobian(self, neuron: Neuron) -> Iterator[PathEdge]:
        assert neuron.layer is not None
        share = _known(neuron.output, neuron)
        for other in neuron.layer.neurons:
            kept = (1.0 if other is neuron else 0.0) - share
            slope = _known(other.output, other) * kept
            yield self._to_output(other, f"d{other.name}/dnet({neuron.name})", slope)

    def _to_output(self, neuron: Neuron, what: str, slope: float) -> PathEdge:
        is_end = neuron is self._target
        return PathEdge(Factor(what, slope), None if is_end else GraphPoint(neuron, is_output=True))


def _leading_to(network: Network, target: Neuron) -> set[Neuron]:
    """All neurons with a way to this one, and itself; those of a softmax layer come together."""
    met, waiting = {target}, [target]
    while waiting:
        neuron = waiting.pop()
        before = [connection.source for connection in network.incoming(neuron)]
        if neuron.activation == SOFTMAX and neuron.layer is not None:
            before += neuron.layer.neurons
        waiting += [one for one in dict.fromkeys(before) if one not in met]
        met.update(before)
    return met


def _slope(neuron: Neuron) -> float:
    _, slope = functions_of(neuron)
    if slope is None:
        raise GraphError(
            f"neuron {neuron.name!r}: {neuron.activation!r} has no slope; expected another"
        )
    return slope(_known(neuron.net_input, neuron), _known(neuron.output, neuron))


def _known(value: float | None, neuron: Neuron) -> float:
    if value is None:
        raise GraphError(
            f"neuron {neuron.name!r}: no value to take a slope at; expected a sample (as by"
            " --sample or --input)"
        )
    return value
