"""The network: neurons and connections in a directed graph without cycles.

What a user makes and looks at. It holds structure and values and changes only by its own edits;
what the numbers mean is said by the interpreter, which walks it. Everything keeps the order of
insertion. A call that fails changes nothing.
"""

import inspect
import os
import threading
import weakref
from collections.abc import Callable, Generator, Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from itertools import repeat
from typing import TYPE_CHECKING, Any, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from neurosim.errors import GraphError, ShapeError, StaleError, WrongTypeError
from neurosim.functions.activations import ACTIVATIONS, Activation
from neurosim.functions.aggregations import SUM
from neurosim.functions.initializers import make_initializer
from neurosim.functions.numbers import Matrix, counted, require_rows
from neurosim.functions.streams import require_seed
from neurosim.network import document, files
from neurosim.network.connection import Connection
from neurosim.network.document import summarize
from neurosim.network.edits import (
    CHANGES,
    NOT_GIVEN,
    Wiring,
    drawn_each,
    require_activation,
    require_bare,
    require_bias,
    require_biases,
    require_combining,
    require_dropout,
    require_edges,
    require_layer_names,
    require_scalable,
    require_wiring,
    resolve,
)
from neurosim.network.layer import Layer
from neurosim.network.lookup import (
    find,
    find_by_label,
    is_listing,
    is_pair,
    require_connection,
    require_disabled,
    require_end,
    require_item,
    require_layer,
    require_neuron,
    require_outputs,
    require_shareable,
    require_shared,
)
from neurosim.network.names import ClassNames, one_line, require_text
from neurosim.network.neuron import Neuron
from neurosim.network.parameter import (
    FunctionParameter,
    Parameter,
    PendingRows,
    require_flag,
    require_theta,
)
from neurosim.network.randomness import GENERATORS, Randomness
from neurosim.network.reshaping.adjacency import EdgeEnds
from neurosim.network.reshaping.growth import (
    duplicate_neuron,
    grow,
    plan_growth,
    require_divisible,
    split_connection,
)
from neurosim.network.reshaping.pruning import least
from neurosim.network.reshaping.selection import require_functions, select, set_trainable
from neurosim.network.saved.columns import load_by_columns
from neurosim.network.saved.parameters import read_parameters, save_parameters
from neurosim.network.saved.structured import is_structured, load_structured, save_structured
from neurosim.network.scaling import Conversion, Scaling, fit_scalings
from neurosim.network.structure import Structure, bare, give_functions
from neurosim.pause import PausedCollection

__all__ = ["GENERATORS", "Network", "Parameter", "load"]

if TYPE_CHECKING:
    import networkx as nx

    from neurosim.compiler.compile import CompiledNetwork

_Made = TypeVar("_Made")
# one that was made and not begun counts, too: it would walk what has changed since
_UNDER_WAY = (inspect.GEN_CREATED, inspect.GEN_SUSPENDED, inspect.GEN_RUNNING)
_GUARDING = threading.RLock()  # of all networks, whose copies would need locks of their own


class Network:
    """A directed acyclic graph of neurons.

    Args:
        title: free text.
        seed: what weights that are not given are drawn from.
        generator: ``pcg64``: each group of connections has a stream of its own; ``legacy``:
            all draw in turn from ``np.random.RandomState(seed)``, as old scripts do.

    >>> net = Network("and")
    >>> _ = net.add_layer("x", 2), net.add_layer("o", 1, activation="step", bias=-1.5)
    >>> _ = net.connect("x", "o", weights=[[1], [1]])
    >>> net.forward([1, 1])
    array([1.])
    """

    def __init__(self, title: str = "network", *, seed: int = 0, generator: str = "pcg64") -> None:
        self._title = require_text(title, "title", "free text")
        self._random = Randomness(seed, generator)
        self._take(Structure())
        self._steps: weakref.ref[Generator[Any, None, None]] | None = None  # of the last pass
        self._claimed_by: weakref.ref[Any] | None = None
        self._trained_in: int | None = None  # the thread
        self._is_walked = False  # by the training that advances: its objects hold half of a batch

    def _take(self, structure: Structure) -> None:
        self._structure = structure
        structure.holder.network = self

    # --- what it is made of

    @property
    def title(self) -> str:
        """Free text."""
        return self._title

    @property
    def seed(self) -> int:
        """What weights that are not given are drawn from."""
        return self._random.seed

    @property
    def generator(self) -> str:
        """The kind of random numbers: ``pcg64`` or ``legacy``."""
        return self._random.generator

    @property
    def version(self) -> int:
        """A number that grows with every edit of the structure."""
        return self._structure.version

    @property
    def graph(self) -> "nx.DiGraph":
        """The graph, live and read-only.

        Edges have ``weight`` and ``trainable``, nodes ``bias``, ``activation`` and ``layer``; by
        key, ``connection`` and ``neuron`` are the objects.
        """
        return self._structure.view()

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers."""
        return tuple(self._structure.layers.values())

    @property
    def neurons(self) -> tuple[Neuron, ...]:
        """All neurons, in the order they were added."""
        return self._structure.neurons

    @property
    def inputs(self) -> tuple[Neuron, ...]:
        """The input neurons; a sample gives one value to each, in this order."""
        return self._structure.inputs

    @property
    def activation_names(self) -> frozenset[str]:
        """The activations that its neurons have."""
        return self._structure.activation_names

    @property
    def dropped(self) -> tuple[Neuron, ...]:
        """The neurons with dropout, in the order they were added."""
        return self._structure.dropped

    @property
    def connections(self) -> tuple[Connection, ...]:
        """All connections, in the order they were added."""
        return self._structure.connections

    @property
    def outputs(self) -> tuple[Neuron, ...]:
        """The output neurons: those chosen, else the last layer added, else none."""
        return self._structure.outputs

    @outputs.setter
    def outputs(self, names: Iterable[str | Neuron]) -> None:
        chosen = require_outputs(self._structure, names)
        self._editable.choose(neuron.name for neuron in chosen)

    def layer(self, name: str) -> Layer:
        """The layer of this name."""
        return require_layer(self._structure, name)

    @overload
    def __getitem__(self, name: str) -> Neuron: ...
    @overload
    def __getitem__(self, name: tuple[str, str]) -> Connection: ...
    @overload
    def __getitem__(self, name: Hashable) -> Any: ...
    def __getitem__(self, name: Hashable) -> Any:
        """``net["h1"]`` is a neuron, ``net["x1", "h1"]`` a connection.

        A neuron is found by its label, too: by a text where no name is the same, by a number or
        another hashable in its Python form. So a tuple is a label first, then a pair.

        Raises:
            UnknownNameError: there is no such neuron or connection.
            NameRuleError: a tuple is a label and a pair; `neuron` and `connection` tell them apart.
        """
        if isinstance(name, tuple):
            return require_item(self._structure, name)
        return require_neuron(self._structure, name)

    def neuron(self, name: Hashable) -> Neuron:
        """The neuron of this name or label, which may be a tuple."""
        return require_neuron(self._structure, name)

    def connection(self, source: Hashable, target: Hashable) -> Connection:
        """The connection between two neurons, given by name or label."""
        return require_connection(self._structure, (source, target))

    def __contains__(self, name: object) -> bool:
        """Whether a neuron, or a pair of connected neurons, has this name or label."""
        if isinstance(name, str):
            return isinstance(find(self._structure, name), Neuron)
        if find_by_label(self._structure, name) is not None:
            return True
        return isinstance(name, tuple) and is_pair(self._structure, name)

    def incoming(self, neuron: Neuron | str) -> tuple[Connection, ...]:
        """The connections into a neuron, in the order they were added."""
        return self._structure.incoming(require_neuron(self._structure, neuron).name)

    def outgoing(self, neuron: Neuron | str) -> tuple[Connection, ...]:
        """The connections out of a neuron, in the order they were added."""
        return self._structure.outgoing(require_neuron(self._structure, neuron).name)

    def generations(self) -> tuple[tuple[Neuron, ...], ...]:
        """The neurons by level: the sources of each generation are in earlier ones.

        A softmax layer is whole in one generation. Inside one, the order is that of insertion.
        """
        return self._structure.generations

    @property
    def loss(self) -> float | None:
        """The loss of the sample that was measured last; None before."""
        return self._structure.loss

    @loss.setter
    def loss(self, value: float | None) -> None:
        self._structure.loss = value

    # --- how it is made

    def add_layer(
        self,
        name: str,
        neurons: int | Sequence[str],
        *,
        activation: str | Activation = "identity",
        bias: float | Sequence[float | bool | None] | str | bool | None = NOT_GIVEN,
        bias_trainable: bool = True,
        bias_initializer: object = None,
        dropout: float = 0.0,
        aggregation: str = SUM,
        response: float = 1.0,
    ) -> Layer:
        """Add neurons that share an activation; the first layer is the input layer.

        Args:
            name: the layer's name.
            neurons: their names, or how many (``add_layer("h", 2)`` names h1 and h2), at most
                ten millions.
            activation: a name of the table of activations, ``softmax``, a name with options as in
                ``{"leaky_relu": {"slope": 0.1}}``, or an `Activation`, which is registered.
            bias: one number for all, one each, or False (or None) for no bias at all; True, as if
                not given, for a bias that is drawn or 0.0.
            bias_trainable: False keeps the biases as they are.
            bias_initializer: draws the biases that are not given.
            dropout: in training, how likely a sample goes without the output of a neuron.
            aggregation: what is made of the terms weight * output: ``sum``, ``product``, ``max``,
                ``min`` or ``mean``.
            response: what the aggregate is multiplied by before the bias is added.

        Raises:
            NameRuleError: a name is taken, doubled, or breaks the rule.
            UnknownNameError: there is no such activation.
        """
        is_input = not self._editable.layers
        name, names = require_layer_names(name, neurons, self._structure.names)
        require_flag(bias_trainable, f"layer {name!r} bias_trainable")
        biases: list[float | None] = [None] * len(names)
        if is_input:
            activation = require_bare(name, activation, bias)
        else:
            activation = require_activation(activation, f"layer {name!r}", softmax=True)
            biases = require_biases(
                name, bias, len(names), initializer=bias_initializer, random=self._random
            )
        rate = require_dropout(dropout, f"layer {name!r} dropout")
        combining = require_combining(aggregation, response, f"layer {name!r}", is_input=is_input)
        layer = Layer(name, bare(activation), is_input=is_input)
        made = [
            Neuron(
                n,
                bare(activation),
                b,
                bias_trainable=bias_trainable,
                layer=layer,
                is_input=is_input,
            )
            for n, b in zip(names, biases, strict=True)
        ]
        for neuron in made:
            neuron._dropout = rate
            neuron._aggregation, neuron._response = combining
        give_functions(made, activation)
        self._structure.add(made, layer)
        return layer

    def add_neuron(
        self,
        name: str,
        *,
        activation: str | Activation = "identity",
        bias: float | bool | None = 0.0,
        bias_trainable: bool = True,
        dropout: float = 0.0,
        aggregation: str = SUM,
        response: float = 1.0,
    ) -> Neuron:
        """Add a neuron of no layer; ``bias=False``, or None, gives it no bias; True is 0.0."""
        neuron = self._new_neuron(name, activation, bias, bias_trainable=bias_trainable)
        where = f"neuron {name!r}"
        neuron._dropout = require_dropout(dropout, f"{where} dropout")
        combining = require_combining(aggregation, response, where, is_input=False)
        neuron._aggregation, neuron._response = combining
        self._structure.add([neuron])
        return neuron

    def _new_neuron(
        self, name: str, activation: object, bias: object, *, bias_trainable: bool
    ) -> Neuron:
        (name,) = self._editable.names.require_free([name], "neuron")
        activation = require_activation(activation, f"neuron {name!r}", softmax=False)
        value = require_bias(bias, f"neuron {name!r} bias")
        require_flag(bias_trainable, f"neuron {name!r} bias_trainable")
        made = Neuron(name, bare(activation), value, bias_trainable=bias_trainable)
        give_functions([made], activation)
        return made

    def add_input(self, name: str) -> Neuron:
        """Add an input neuron of no layer."""
        (name,) = self._editable.names.require_free([name], "neuron")
        neuron = Neuron(name, "identity", None, is_input=True)
        self._structure.add([neuron])
        return neuron

    def connect(
        self,
        source: str | Neuron | Layer,
        target: str | Neuron | Layer,
        *,
        weight: float | None = None,
        weights: Any = None,
        trainable: bool = True,
        pattern: str = "full",
        initializer: object = None,
        seed: int | None = None,
    ) -> Any:
        """Connect a neuron or layer to another.

        Args:
            source: a neuron or a layer, or its name.
            target: the same.
            weight: one number for all.
            weights: a matrix (n_sources, n_targets), or (n,) with ``one_to_one``.
            trainable: False keeps the weights as they are.
            pattern: ``full`` or ``one_to_one``.
            initializer: a name or an initializer for weights not given; Xavier uniform if None.
            seed: another seed than the network's.

        Returns:
            The Connection between two neurons, else a list of Connections row by row.

        Raises:
            UnknownNameError: no neuron or layer has the name.
            GraphError: a second connection between the same two, a self-loop, a cycle, or one
                that leads into an input.
            ShapeError: the weights have another shape.
        """
        start, end = (require_end(self._structure, name) for name in (source, target))
        wiring = require_wiring(
            f"{start.name}->{end.name}", _members(start), _members(end), pattern
        )
        given = wiring.given(weight, weights)
        made = self._wire(wiring, given, trainable=trainable, initializer=initializer, seed=seed)
        return made if isinstance(start, Layer) or isinstance(end, Layer) else made[0]

    def connect_many(
        self,
        pairs: Iterable[tuple[str | Neuron, str | Neuron]],
        weights: Any = None,
        *,
        trainable: bool = True,
        initializer: object = None,
        seed: int | None = None,
    ) -> list[Connection]:
        """Make very many connections at once: each is checked, cycles are looked for once.

        Args:
            pairs: each a source and a target, neurons or their names.
            weights: as many numbers, (n,).
            trainable: False keeps the weights as they are.
            initializer: as for `connect`; it draws for the mean numbers of sources and targets.
            seed: another seed than the network's.

        Returns:
            The connections, in the order of the pairs.

        Raises:
            UnknownNameError, GraphError, ShapeError: as `connect`; none is made then.

        >>> net = Network()
        >>> _ = net.add_layer("x", 2), net.add_neuron("s")
        >>> net.connect_many([("x1", "s"), ("x2", "s")], [0.5, -1])
        [x1->s: weight 0.5, x2->s: weight -1]
        """
        wiring = require_edges(self._structure, pairs)
        given = wiring.given(None, weights)
        return self._wire(wiring, given, trainable=trainable, initializer=initializer, seed=seed)

    def connect_each(
        self,
        pairs: Iterable[tuple[str | Neuron, str | Neuron]],
        weights: Iterable[float | None],
        initializers: Iterable[object],
        *,
        trainable: bool = True,
    ) -> list[Connection]:
        """Make many connections that have the weights which `connect` would give each alone.

        Args:
            pairs: each a source and a target, neurons or their names.
            weights: as many numbers; None is drawn, from the stream of that connection.
            initializers: as many, as for `connect`.
            trainable: False keeps the weights as they are.

        Returns:
            The connections, in the order of the pairs.

        Raises:
            UnknownNameError, GraphError, ShapeError: as `connect`; none is made then.

        >>> net = Network()
        >>> _ = net.add_layer("x", 2), net.add_neuron("s")
        >>> net.connect_each([("x1", "s"), ("x2", "s")], [0.5, -1], [None, None])
        [x1->s: weight 0.5, x2->s: weight -1]
        """
        require_flag(trainable, "connect_each trainable")
        sources, targets = resolve(self._structure, pairs, "connect_each pairs")
        labels = [f"{a.name}->{b.name}" for a, b in zip(sources, targets, strict=True)]
        lists = []
        for name, given in (("weights", weights), ("initializers", initializers)):
            if not is_listing(given):
                what = f"connect_each {name}: got {given!r:.80}"
                raise WrongTypeError(f"{what}; expected a list, one for each pair")
            lists.append(list(given))
        counts = len(labels), *map(len, lists)
        if len(set(counts)) > 1:
            raise ShapeError(
                f"connect_each: got {counts[0]} pairs, {counts[1]} weights and {counts[2]}"
                " initializers; expected as many of each"
            )
        structure = self._editable
        made = structure.join(sources, targets, repeat(0.0, counts[0]), trainable=trainable)
        try:  # drawing takes longer than finding that there is a cycle
            with self._random.given_back_on_error():
                drawn = drawn_each(labels, lists[0], lists[1], self._random)
        except BaseException:
            structure.remove_connections(made)
            raise
        for connection, weight in zip(made, drawn, strict=True):
            connection._value = connection._initial = weight
        return made

    def _wire(
        self,
        wiring: Wiring,
        given: list[float] | None,
        *,
        trainable: bool,
        initializer: object,
        seed: int | None,
    ) -> list[Connection]:
        chosen = make_initializer(initializer)
        require_flag(trainable, f"{wiring.label} trainable")
        if seed is not None:
            require_seed(seed)
        join, ends = self._editable.join, (wiring.sources, wiring.targets)
        if given is not None:
            return join(*ends, given, trainable=trainable)
        with self._random.given_back_on_error():
            drawn = wiring.drawn(chosen, self._random.weights(wiring.stream, seed))
            return join(*ends, drawn, trainable=trainable)

    def remove_connection(self, source: str, target: str) -> None:
        """Take a connection out; what remains keeps its values."""
        connection = require_connection(self._structure, (source, target))
        self._editable.remove_connections([connection])

    def remove_neuron(self, name: str) -> None:
        """Take a neuron out, and its connections; what remains keeps its values."""
        neuron = require_neuron(self._structure, name)
        self._editable.remove_neuron(neuron)

    def rename(self, name: str | Neuron | Layer, new: str) -> None:
        """Give a neuron or layer another name, as assigning to its ``name`` does."""
        CHANGES["name"](self._editable, require_end(self._structure, name), new)

    def split_connection(
        self,
        source: str | Neuron,
        target: str | Neuron,
        *,
        new: str,
        activation: str | Activation = "identity",
        bias: float | bool | None = 0.0,
    ) -> Neuron:
        """Put a new neuron into a connection, which then leads from it with its old weight.

        The connection keeps its identity: weight, data, what it shares, and what an optimizer
        remembers of it. A new connection of weight 1 leads into the neuron, frozen if the old one
        is. With ``identity`` and bias 0 the network computes what it did, to the last bit.

        >>> net = Network()
        >>> _ = net.add_layer("x", 1), net.add_layer("o", 1), net.connect("x", "o", weight=0.5)
        >>> _ = net.split_connection("x1", "o1", new="m")
        >>> net.connections
        (m->o1: weight 0.5, x1->m: weight 1)
        """
        connection = require_connection(self._structure, (source, target))
        neuron = self._new_neuron(new, activation, bias, bias_trainable=True)
        split_connection(self._editable, connection, neuron)
        return neuron

    def duplicate_neuron(self, name: str | Neuron, *, new: str) -> Neuron:
        """Add a neuron like another, to its layer, and halve the weights that lead out of both.

        The network computes what it did, but for rounding. Where the weight of a connection is
        shared, its twin shares it, too; an outgoing one that shares its weight with connections of
        other neurons gets a weight of its own first.

        Raises:
            GraphError: the neuron is an input or an output, or is of a softmax layer.
        """
        neuron = require_neuron(self._structure, name)
        require_divisible(self._structure, neuron, "duplicate_neuron")
        (new,) = self._structure.names.require_free([new], "neuron")
        return duplicate_neuron(self._editable, neuron, new)

    def grow(
        self,
        layer: str | Layer,
        neurons: int | Sequence[str],
        *,
        activation: str | Activation | None = None,
        initializer: object = None,
        seed: int | None = None,
    ) -> tuple[Neuron, ...]:
        """Add neurons to a hidden layer, wired as the layer is; the network computes what it did.

        What leads into any of its neurons leads into the new ones, with weights drawn as `connect`
        draws them; they lead into what the layer leads into, with weights 0. Where the layer has
        biases, theirs are 0.

        Args:
            layer: the layer or its name.
            neurons: their names, or how many; the numbers of the layer's names go on.
            activation: the layer's, if None.
            initializer: as for `connect`.
            seed: another seed than the network's.

        Raises:
            GraphError: the layer is of inputs, of outputs or softmax; the wiring would close a
                cycle; its neurons have different activations, and none is given.
        """
        structure, found = self._editable, require_layer(self._structure, layer)
        growth = plan_growth(structure, found, neurons, activation)
        chosen = make_initializer(initializer)
        if seed is not None:
            require_seed(seed)
        with self._random.given_back_on_error():
            drawn = growth.into.drawn(chosen, self._random.weights(growth.into.stream, seed))
            grow(structure, growth, drawn)
        return growth.neurons

    def prune(
        self,
        *,
        below: float | None = None,
        keep: float | None = None,
        among: str | Sequence[Any] | None = None,
    ) -> tuple[Connection, ...]:
        """Take out the connections of least magnitude, frozen ones as well.

        Args:
            below: those whose weight is nearer to 0.
            keep: all but this share of them, ``round(keep * n)``; of equal ones the first are kept.
            among: names, layers or patterns as for `freeze`; None: the whole network.

        Returns:
            The connections taken out.

        Raises:
            WrongTypeError: both or neither of ``below`` and ``keep`` is given.
        """
        structure = self._editable
        chosen = self.connections
        if among is not None:
            names = among if isinstance(among, (list, tuple)) else [among]
            found = select(structure, names, "prune among")
            chosen = tuple(each for each in found if isinstance(each, Connection))
        taken = least(chosen, below=below, keep=keep)
        structure.remove_connections(taken)
        return tuple(taken)

    def disable(self, source: str | Neuron, target: str | Neuron) -> Connection:
        """Leave a connection out until `enable` puts it back, with its weight and at its place.

        It is as if it were removed, for every engine and picture, but it is remembered: see
        `disabled`. If it shares a weight, it has its own from then on.

        >>> net = Network()
        >>> _ = net.add_layer("x", 1), net.add_layer("o", 1), net.connect("x", "o", weight=0.5)
        >>> net.disable("x1", "o1"), net.connections, net.disabled
        (x1->o1: weight 0.5, (), (x1->o1: weight 0.5,))
        >>> net.enable("x1", "o1"), net.connections, net.disabled
        (x1->o1: weight 0.5, (x1->o1: weight 0.5,), ())
        """
        connection = require_connection(self._structure, (source, target))
        self._editable.disable(connection)
        return connection

    def enable(self, source: str | Neuron, target: str | Neuron) -> Connection:
        """Put a disabled connection back.

        Raises:
            UnknownNameError: it is not disabled.
            GraphError: it would close a cycle now.
        """
        connection = require_disabled(self._structure, source, target)
        self._editable.enable(connection)
        return connection

    @property
    def disabled(self) -> tuple[Connection, ...]:
        """The disabled connections, in the order they were added."""
        return tuple(connection for connection, _ in self._structure.places_of_disabled)

    def freeze(self, *names: object) -> tuple[Parameter, ...]:
        """Let training keep parameters as they are: those of neurons, layers or patterns.

        Args:
            *names: ``"h1"`` or ``"h"``: the biases of a neuron or layer and the weights that lead
                into it; ``"h.bias"``: the biases alone; ``"x->h"`` or ``("x", "h")``: the weights
                between the two; in each, ``*``, ``?`` and ``[12]`` as in names of files; or the
                objects themselves.

        Returns:
            The parameters, each shared weight once.

        Raises:
            UnknownNameError: there is nothing of the name, or nothing that fits the pattern.
            GraphError: what is meant has no parameters.

        >>> net = Network()
        >>> _ = net.add_layer("x", 2), net.add_layer("o", 1), net.connect("x", "o", weight=0.5)
        >>> net.freeze("x1->o", "*.bias")
        (x1->o1: weight 0.5, frozen, o1.bias: 0, frozen)
        """
        return set_trainable(select(self._structure, names, "freeze"), trainable=False)

    def unfreeze(self, *names: object) -> tuple[Parameter, ...]:
        """Let training change parameters again; names as for `freeze`."""
        return set_trainable(select(self._structure, names, "unfreeze"), trainable=True)

    def share(self, *connections: tuple[str, str] | Connection | str) -> Parameter:
        """Let connections share one weight: the first one's value, initial value and trainability.

        Each is given as a pair of names, or as the connection itself. The weight has one entry in
        theta, and its gradient is the sum over its connections. Likewise neurons share what is
        learned of their activations, which is given by name: ``net.share("h1.slope", "h2.slope")``.

        Returns:
            The parameter they share.

        Raises:
            UnknownNameError: there is no such connection.
            GraphError: there are fewer than two, or one is given twice or shares a weight already.

        >>> net = Network()
        >>> _ = net.add_layer("x", 2), net.add_layer("o", 1), net.connect("x", "o", weight=0.5)
        >>> net.share(("x1", "o1"), ("x2", "o1"))
        x1->o1 = x2->o1: weight 0.5
        """
        if connections and all(isinstance(each, str) for each in connections):
            functions = require_functions(self._structure, connections)
            self._editable.share_functions(functions)
            return functions[0]
        found = require_shareable(self._structure, connections)
        self._editable.share([found])
        return found[0].parameter

    def change(self, item: Neuron | Layer, what: str, value: object) -> None:
        """What the setters of `Neuron` and `Layer` do.

        Raises:
            UnknownNameError: the neuron or layer is of another network, or was removed.
        """
        structure = self._editable
        CHANGES[what](structure, require_end(structure, item), value)

    def unshare(self, *connections: tuple[str, str] | Connection) -> None:
        """Give connections weights of their own again, which start as what they shared.

        Raises:
            UnknownNameError: there is no such connection.
            GraphError: one shares no weight.
        """
        found = require_shared(self._structure, connections)
        self._editable.unshare(found)

    # --- its values

    def forward(self, sample: Any) -> Matrix:
        """Walk node by node for one sample, (n_in,) -> (n_out,).

        Leaves net_input and output on every neuron. Raw numbers go in and come out where inputs
        and outputs are scaled.
        """
        from neurosim.interpreter.forward import run_forward

        return run_forward(self, sample)

    def predict(self, X: Any) -> Matrix:
        """The outputs for many samples through the compiled form, (B, n_in) -> (B, n_out).

        Of a data frame of pandas a data frame, with its index, and a column for each output.
        """
        outputs = self._compiled().forward(X)
        if type(X).__module__.partition(".")[0] == "pandas" and hasattr(X, "columns"):
            names = [neuron.caption for neuron in self.outputs]
            framed: Matrix = type(X)(outputs, index=X.index, columns=names)
            return framed
        return outputs

    def _compiled(self) -> "CompiledNetwork":
        from neurosim.compiler.compile import compile_network

        return self._cached(f"compiled {ACTIVATIONS.version}", lambda: compile_network(self))

    def activations(
        self, X: Any, of: Iterable[str | Neuron | Layer] | None = None
    ) -> dict[str, Matrix]:
        """The outputs of neurons and layers for many samples, through the compiled form.

        Args:
            X: samples, (B, n_in).
            of: neurons and layers, or their names; None: every neuron.

        Returns:
            By name, (B,) for a neuron and (B, n) for a layer.

        Raises:
            UnknownNameError: no neuron or layer has the name.
            ShapeError: ``X`` has another shape.
        """
        chosen = self.neurons if of is None else [require_end(self._structure, o) for o in of]
        found = self._compiled().activations(X)
        return {
            end.name: np.stack([found[neuron.name] for neuron in end.neurons], axis=1)
            if isinstance(end, Layer)
            else found[end.name]
            for end in chosen
        }

    def parameter_list(self) -> tuple[Parameter, ...]:
        """The parameters in the order of theta; each shared weight once."""
        return self._structure.parameters

    def places(self) -> tuple[Parameter, ...]:
        """Connections and biases in the order of theta, each, whether it shares a weight or not."""
        return self._structure.places

    def place_numbers(self) -> NDArray[np.intp]:
        """The number in theta of each of `places`, (n_places,)."""
        if not self.has_shared_weights:
            return np.arange(len(self.places()))
        numbered = enumerate(self.parameter_list())
        number = {place: i for i, each in numbered for place in each.connections or (each,)}
        return np.array([number[place] for place in self.places()], np.intp)

    def sources(self) -> EdgeEnds:
        """Of each neuron the sources of its places in theta."""
        return self._structure.sources

    def targets(self) -> EdgeEnds:
        """Of each neuron the targets of its connections, in the order they were added."""
        return self._structure.targets

    @property
    def function_parameters(self) -> tuple[FunctionParameter, ...]:
        """The parameters of activations, such as the slope of prelu; the last entries of theta."""
        return self._structure.function_parameters

    @property
    def has_shared_weights(self) -> bool:
        """Whether connections share weights."""
        return bool(self._structure.holder.shared)

    def structure_key(self) -> tuple[Any, ...]:
        """The structure as a hashable value: networks of equal ones differ in theta alone."""
        return self._structure.key

    def parameters(self) -> Matrix:
        """Theta, a new vector of (n_parameters,)."""
        return self.read_parameters().copy()

    def read_parameters(self) -> Matrix:
        """Theta as `parameters`, read-only: without a copy where it is pending."""
        self.require_readable()
        pending = self._structure.holder.pending
        if pending is not None:
            return pending
        values = np.array([each._value for each in self.parameter_list()], np.float64)
        values.setflags(write=False)
        return values

    def load_parameters(self, theta: Any) -> None:
        """Take theta over, (n_parameters,), and forget what was computed with the old values.

        It is copied, and stays a vector until a weight or bias is read or written, or until an
        edit, a pass or a copy asks for the objects.

        Args:
            theta: the vector, or the name of a file that `save_parameters` wrote.

        Raises:
            ShapeError: there are more or fewer parameters.
            FileError: the file cannot be read, or is of another structure.
        """
        if isinstance(theta, str | os.PathLike):
            theta = read_parameters(self, theta)
        values = require_theta(theta, self.parameter_list())
        self._editable.holder.hold(self.parameter_list(), values, theta)
        self.forget()

    def take_parameters(self, theta: Matrix) -> None:
        """Take over what is known to be a theta; else as `load_parameters`."""
        self._editable.holder.hold(self.parameter_list(), theta.copy(), theta)
        self._structure.forget()

    def take_rows(self, rows: PendingRows, number: int) -> None:
        """Take over one of several thetas, as `take_parameters`, without a copy."""
        holder = self._editable.holder
        rows.number = number
        holder.hold_rows(rows)
        self._structure.forget()

    def go_to_row(self, rows: PendingRows, number: int) -> bool:
        """Take over another one of the thetas that were taken over last.

        Returns:
            False, and nothing is done, where somebody has read or changed a number since, where a
            pass or an edit was, or where a training advances.
        """
        return self._trained_in is None and self._structure.holder.go_to_row(rows, number)

    def is_pending(self, theta: object) -> bool:
        """Whether this very array was loaded last, and nobody has read or changed a number since.

        True says, without a comparison of numbers, that the network holds what was loaded. Who
        changes the array in place after loading it must load it again.
        """
        return self._structure.holder.is_pending(theta)

    @property
    def has_pending_parameters(self) -> bool:
        """Whether theta was loaded that the objects do not hold yet."""
        return self._structure.holder.pending is not None

    def fill_parameters(self) -> None:
        """Give the objects the numbers that are pending; who reads their slots asks for it."""
        self.require_readable()
        self._structure.holder.fill()

    def claim(self, training: object) -> None:
        """Give this training, and no other one, the right to advance.

        Raises:
            StaleError: another one is advancing at this moment.
        """
        with _GUARDING:
            self._require_not_trained()
            self._claimed_by = weakref.ref(training)

    def is_claimed_by(self, training: object) -> bool:
        """Whether this training was the last to claim the network."""
        return self._claimed_by is not None and self._claimed_by() is training

    @contextmanager
    def being_trained(self) -> Iterator[None]:
        """Keep other trainings off while one advances, and other threads from editing.

        Raises:
            StaleError: one is advancing already.
        """
        with _GUARDING:
            self._require_not_trained()
            self._trained_in = threading.get_ident()
        try:
            yield
        finally:
            self._is_walked, self._trained_in = False, None

    def require_readable(self) -> None:
        """Refuse another thread that reads all numbers while a training walks over the objects.

        They are of the midst of a batch. One that computes in arrays leaves the objects as they
        were before, so that they can be read as long as it lasts.

        Raises:
            StaleError: the network is being trained, by passes over it, in another thread.
        """
        if self._is_walked:
            self.require_own_thread()

    def require_own_thread(self) -> None:
        """Refuse another thread while one trains.

        Raises:
            StaleError: the network is being trained in another thread.
        """
        if self._trained_in not in (None, threading.get_ident()):
            self._require_not_trained()

    def _require_not_trained(self) -> None:
        if self._trained_in is not None:
            raise StaleError(
                f"network {self._title!r}: is being trained, got a second use; expected the end of"
                " that training first, or a copy"
            )

    def parameter_names(self) -> tuple[str, ...]:
        """What each entry of theta is: ``x1->h1``, ``h1.bias`` or ``a->b = c->d``."""
        return tuple(each.name for each in self.parameter_list())

    def trainable_mask(self) -> NDArray[np.bool_]:
        """Which entries of theta training may change, (n_parameters,)."""
        holder, parameters = self._structure.holder, self.parameter_list()
        if holder.trainable is None or holder.trainable[0] is not parameters:
            mask = np.array([each._trainable for each in parameters], np.bool_)
            holder.trainable = parameters, mask
        return holder.trainable[1].copy()

    def forget(self) -> None:
        """Drop what passes left on neurons and connections; the parameters stay."""
        self._editable.forget()

    def reset(self) -> None:
        """Go back to the weights and biases it was made with."""
        parameters = self.parameter_list()
        initial = np.array([each._initial for each in parameters], np.float64)
        self._editable.holder.hold(parameters, initial, None)
        self.forget()

    # --- as a whole

    def summary(self) -> str:
        """The network in a few lines."""
        return summarize(self)

    def copy(self) -> "Network":
        """An independent twin: structure, parameters, initial values; nothing computed.

        Data of your own on neurons and connections have the same values; `copy.deepcopy` copies
        them, too.
        """
        self.require_readable()
        twin = Network(self._title, seed=self.seed, generator=self.generator)
        twin._random = self._random.copy()
        twin._take(self._structure.copy())
        return twin

    def save(self, path: Any) -> None:
        """Write the network to a file, every number exactly: JSON, or safetensors.

        A name that ends in ``.safetensors`` gets the parameters as arrays, by name as
        `save_parameters` writes them, and the structure as metadata: one file, that other programs
        read, too.

        Data of your own on neurons and connections are written where JSON can hold them.

        With the ``legacy`` generator, a loaded network draws from the seed on again: how far this
        one has drawn is kept by a copy and a pickle alone.

        Raises:
            FileError: the file cannot be written.
            InvalidValueError: JSON cannot hold data on a neuron or connection.
            MissingExtraError: safetensors is not installed.
        """
        if is_structured(path):
            save_structured(self, path)
        else:
            files.write_document(document.to_json(self), path)

    def to_networkx(self) -> "nx.DiGraph":
        """A plain weighted graph: nodes and edges by name, numbers and texts as attributes.

        ``neurosim.from_networkx`` makes the same network of it, to the last bit: each edge has its
        ``order``, because sums keep the order of their terms.
        """
        from neurosim.doors.graphs import to_networkx

        return to_networkx(self)

    def weights(self) -> list[Matrix]:
        """The parameters of a network of layers, ``[W1, b1, W2, b2, ...]``; W (n_in, n_out).

        ``neurosim.from_weights`` makes a network of them, ``np.savez("w.npz", *net.weights())`` a
        file.

        Raises:
            GraphError: the network is no chain of layers, each wholly connected with the next.
        """
        from neurosim.doors.weights import weights_of

        return weights_of(self)

    def save_parameters(self, path: Any) -> None:
        """Write the weights and biases alone, as arrays by name; `load_parameters` reads them.

        All connections between two layers are one matrix, ``x->h``, as `connect` takes it, and the
        biases of a layer one vector, ``h.bias``; every other number has its own name.

        Args:
            path: ends in ``.npz`` or, where the package is installed, ``.safetensors``.

        Raises:
            InvalidValueError: it ends in something else.
            FileError: the file cannot be written.
            MissingExtraError: safetensors is not installed.

        >>> import neurosim as ns, tempfile
        >>> net = ns.Network()
        >>> _ = net.add_layer("x", 2), net.add_layer("y", 1)
        >>> _ = net.connect("x", "y", weights=[[1], [2]])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     net.save_parameters(f"{folder}/trained.npz")
        ...     net["x1", "y1"].weight = 5
        ...     net.load_parameters(f"{folder}/trained.npz")
        >>> net.parameters()
        array([1., 2., 0.])
        """
        save_parameters(self, path)

    def to_sklearn(self) -> Any:
        """A fitted perceptron of scikit-learn with the same predictions; see `neurosim.doors`."""
        from neurosim.doors.perceptrons import to_sklearn

        return to_sklearn(self)

    def to_onnx(self, path: Any, *, precision: str = "double") -> None:
        """Write an ONNX model of float64 (``double``) or float32 (``single``), (B, n_in).

        Raises:
            UnknownNameError, GraphError, FileError, MissingExtraError: see `neurosim.doors`.
        """
        from neurosim.doors.onnx_models.write import to_onnx

        to_onnx(self, path, precision)

    def to_torch(self) -> Any:
        """A ``torch.nn.Module`` with the same outputs and gradients, in float64."""
        from neurosim.doors.pytorch import to_torch

        return to_torch(self)

    def load_torch(self, module: Any) -> None:
        """Take over what a module of `to_torch` has learned, also behind DistributedDataParallel.

        Raises:
            WrongTypeError, GraphError: it is another module, or of another network.
        """
        from neurosim.doors.pytorch import load_torch

        load_torch(self, module)

    def __copy__(self) -> "Network":
        return self.copy()

    def __deepcopy__(self, memo: dict[int, Any]) -> "Network":
        twin = memo[id(self)] = self.copy()
        data = twin._structure.holder.data
        if data:  # a value may be a neuron, which leads to that of the twin
            memo.update((id(n), twin._structure.same(n)) for n in self.neurons)
            memo.update((id(c), twin._structure.same(c)) for c in self.connections)
        data.update((item, deepcopy(values, memo)) for item, values in data.items())
        return twin

    def __reduce__(self) -> tuple[Any, ...]:
        arguments = document.to_document(self), self.title, Network
        data = [(item.name, values) for item, values in self._structure.data.items()]
        return document.from_document, arguments, (self._random.state(), data)

    def __setstate__(self, state: Any) -> None:
        drawn, data = state
        self._random.go_to(drawn)
        for name, values in data:
            document.item_of(self, name).data.update(values)

    def __repr__(self) -> str:
        return (
            f"{one_line(self.title)}: {counted(len(self.inputs), 'input')},"
            f" {counted(len(self.neurons) - len(self.inputs), 'neuron')},"
            f" {counted(self._structure.n_connections, 'connection')},"
            f" {counted(len(self.outputs), 'output')}"
        )

    def _repr_svg_(self) -> str | None:
        """What a notebook shows: a diagram, or None where it would be large."""
        from neurosim.drawing.notebook import picture_of_network

        return picture_of_network(self)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any] | None:
        """What a notebook shows where the extra ``notebook`` is: a diagram to point at."""
        from neurosim.live.notebook import bundle_of

        return bundle_of(self, self._repr_svg_)

    # --- what it measures

    def set_scaling(self, neuron: str | Neuron, scaling: Scaling | None) -> None:
        """Say how the outer and the inner number of an input or output are related; None: alike.

        Raises:
            GraphError: the neuron is hidden; the outputs are a softmax layer.
        """
        self._scale([(require_neuron(self._structure, neuron), scaling)])

    def _scale(self, scalings: Iterable[tuple[Neuron, Scaling | None]]) -> None:
        listed = list(scalings)
        require_scalable(listed, self.outputs)
        self._editable.scale(listed)

    def scale_inputs(self, X: Any, scale: str = "standard") -> None:
        """Fit the scaling of every input on rows, (B, n_in); afterwards raw rows are given.

        Args:
            X: raw rows.
            scale: ``standard``: mean 0 and deviation 1; ``minmax``: from 0 to 1.

        Raises:
            ShapeError: ``X`` has another shape.
            UnknownNameError: no scale has that name.
            InvalidValueError: numbers are too large to be scaled.
        """
        self._fit(self.inputs, X, scale, "X")

    def scale_outputs(self, T: Any, scale: str = "standard") -> None:
        """Fit the scaling of every output on raw targets, (B, n_out); as `scale_inputs`."""
        self._fit(self.require_outputs(), T, scale, "T")

    @property
    def classes(self) -> ClassNames | None:
        """The classes that the outputs stand for, where they are known."""
        return self._structure.classes

    def set_classes(self, names: Sequence[str] | None, *, threshold: float = 0.5) -> None:
        """Say what classes the outputs stand for; of several, each name is its output's label.

        Args:
            names: one for each of several outputs, in their order; or two for a single output, of
                which the second is meant above the threshold. None: nothing is known.
            threshold: of a single output: 0 where targets are -1 and 1.

        Raises:
            InvalidValueError: there are not as many names as classes, or two are the same.
        """
        outputs, found = self.require_outputs(), None
        if names is not None:
            found = ClassNames.of(names, len(outputs), threshold)
        for neuron, name in zip(outputs, found.names if found else (), strict=False):
            if len(outputs) > 1:
                neuron.label = None if name == neuron.name else name
        self._structure.classify(found)

    def _fit(self, neurons: tuple[Neuron, ...], rows: Any, scale: str, what: str) -> None:
        fitted = fit_scalings(
            require_rows(rows, len(neurons), what), scale, [neuron.name for neuron in neurons]
        )
        self._scale(zip(neurons, fitted, strict=True))

    @property
    def inputs_conversion(self) -> Conversion:
        """The scalings of the inputs, as arrays."""
        return self._cached("inputs conversion", lambda: Conversion(self.inputs))

    @property
    def outputs_conversion(self) -> Conversion:
        """The scalings of the outputs, as arrays."""
        return self._cached("outputs conversion", lambda: Conversion(self.outputs))

    # --- guards that the engines use

    def require_outputs(self) -> tuple[Neuron, ...]:
        """The outputs, where there are any."""
        if not self.outputs:
            raise GraphError(
                f"network {self.title!r}: no outputs, got {len(self.layers)} layers;"
                " expected a layer after the input layer, or net.outputs = [...]"
            )
        return self.outputs

    def require_no_pass(self) -> None:
        """Refuse where a pass is under way."""
        steps = None if self._steps is None else self._steps()
        if steps is not None and inspect.getgeneratorstate(steps) in _UNDER_WAY:
            raise GraphError(
                f"network {self._title!r}: a pass over it is under way, got a second use;"
                " expected the pass to be drained, or its close() called, first"
            )

    @property
    def _editable(self) -> Structure:
        """The structure, where no pass is under way, and no other thread trains."""
        self.require_no_pass()
        self.require_own_thread()
        return self._structure

    def begin_pass(self, steps: Generator[Any, None, None]) -> Generator[Any, None, None]:
        """Take note of a pass, so that nothing changes under it; it is dropped when it ends."""
        with _GUARDING:  # no training begins between the look and the note
            holder = self._editable.holder
            self._steps = weakref.ref(steps)
            self._is_walked = self._trained_in is not None
        holder.fill()
        self.note_values()
        return steps

    def note_values(self) -> None:
        """Take note that the objects hold values of a pass, which `forget` drops."""
        self._structure.has_values = True

    def _cached(self, key: str, make: Callable[[], _Made]) -> _Made:
        return self._structure.cached(key, make)


def _members(end: Neuron | Layer) -> tuple[Neuron, ...]:
    return end.neurons if isinstance(end, Layer) else (end,)


def load(path: str | os.PathLike[str]) -> Network:
    """Read a network that `Network.save` wrote, in this version or an earlier one.

    Raises:
        FileError: the file cannot be read, or does not hold a network.
        MissingExtraError: it is of safetensors, which is not installed.
    """
    with PausedCollection():
        if is_structured(path):
            return load_structured(path, Network)  # type: ignore[no-any-return]
        found: Network | None = load_by_columns(path, Network)
        if found is not None:
            return found
        return document.from_document(files.read_document(path), str(path), Network)
