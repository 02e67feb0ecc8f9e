"""The network: neurons and connections in a directed graph without cycles.

What a user makes and looks at. It holds structure and values and changes only by its own edits;
what the numbers mean is said by the interpreter, which walks it. Everything keeps the order of
insertion. A call that fails changes nothing.

Parameters have one order, theta: neuron by neuron, its incoming connections in the order they were
added, then its bias (where it has one), frozen ones included.
"""

import inspect
import os
import weakref
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn, TypeVar, overload

import networkx as nx
import numpy as np

from neurosim.errors import (
    GraphError,
    InvalidValueError,
    NameRuleError,
    ShapeError,
    UnknownNameError,
    WrongTypeError,
    unknown,
)
from neurosim.functions.activations import ACTIVATIONS, SOFTMAX
from neurosim.functions.initializers import Source
from neurosim.functions.numerals import Matrix, require_array, require_number
from neurosim.functions.streams import require_seed, stream
from neurosim.network import document
from neurosim.network.connection import Connection
from neurosim.network.layer import Layer
from neurosim.network.names import fold, require_name
from neurosim.network.neuron import Neuron, require_flag
from neurosim.network.order import AcyclicOrder
from neurosim.network.wiring import draw, require_initializer, require_wiring

GENERATORS = ("pcg64", "legacy")
Parameter = Connection | Neuron
_Made = TypeVar("_Made")


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
        if not isinstance(title, str):
            raise WrongTypeError(f"title: not a string, got {title!r}; expected free text")
        if generator not in GENERATORS:
            raise UnknownNameError(unknown("generator", generator, GENERATORS))
        self._title = title
        self._seed = require_seed(seed)
        self._generator = generator
        self._legacy = np.random.RandomState(self._seed) if generator == "legacy" else None
        self._graph = nx.DiGraph()
        self._layers: dict[str, Layer] = {}
        self._folded: set[str] = set()
        self._outputs: tuple[str, ...] | None = None
        self._order = AcyclicOrder()
        self._version = 0
        self._cache: dict[str, Any] = {}
        self._pass: weakref.ref[Generator[Any, None, None]] | None = None
        self.loss: float | None = None

    # --- what it is made of

    @property
    def title(self) -> str:
        """Free text."""
        return self._title

    @property
    def seed(self) -> int:
        """What weights that are not given are drawn from."""
        return self._seed

    @property
    def generator(self) -> str:
        """The kind of random numbers: ``pcg64`` or ``legacy``."""
        return self._generator

    @property
    def version(self) -> int:
        """A number that grows with every edit of the structure."""
        return self._version

    @property
    def graph(self) -> nx.DiGraph:
        """The graph, live and read-only: node data ``neuron``, edge data ``connection``."""
        return self._graph.copy(as_view=True)

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers."""
        return tuple(self._layers.values())

    @property
    def neurons(self) -> tuple[Neuron, ...]:
        """All neurons, inputs first to last as they were added."""
        return self._cached("neurons", lambda: tuple(n for _, n in self._graph.nodes("neuron")))

    @property
    def inputs(self) -> tuple[Neuron, ...]:
        """The input neurons; a sample gives one value to each, in this order."""
        return self._cached("inputs", lambda: tuple(n for n in self.neurons if n.is_input))

    @property
    def connections(self) -> tuple[Connection, ...]:
        """All connections, in the order they were added."""
        return self._cached("connections", self._list_connections)

    @property
    def outputs(self) -> tuple[Neuron, ...]:
        """The output neurons: those chosen, else the last layer added, else none."""
        if self._outputs is not None:
            return tuple(self._neuron(name) for name in self._outputs)
        last = next(reversed(self._layers.values()), None)
        return () if last is None or last.is_input else last.neurons

    @outputs.setter
    def outputs(self, names: Iterable[str | Neuron]) -> None:
        if isinstance(names, (str, Neuron)) or not isinstance(names, Iterable):
            raise WrongTypeError(f"outputs: got {names!r}; expected a list of neuron names")
        neurons = [self._neuron(name) for name in names]
        if not neurons:
            raise GraphError("outputs: no names, got []; expected at least one neuron")
        for i, neuron in enumerate(neurons):
            if neuron.is_input:
                raise GraphError(f"outputs: {neuron.name!r} is an input; expected other neurons")
            if neuron in neurons[:i]:
                raise NameRuleError(f"outputs: {neuron.name!r} stands twice; expected it once")
        self._require_no_pass()
        self._outputs = tuple(neuron.name for neuron in neurons)
        self._edited()

    def layer(self, name: str) -> Layer:
        """The layer of this name."""
        if name not in self._layers:
            raise UnknownNameError(unknown("layer", name, self._layers))
        return self._layers[name]

    @overload
    def __getitem__(self, name: str) -> Neuron: ...
    @overload
    def __getitem__(self, name: tuple[str, str]) -> Connection: ...
    def __getitem__(self, name: str | tuple[str, str]) -> Neuron | Connection:
        """``net["h1"]`` is a neuron, ``net["x1", "h1"]`` a connection."""
        if isinstance(name, tuple):
            return self._connection(*name)
        return self._neuron(name)

    def __contains__(self, name: object) -> bool:
        """Whether a neuron, or a pair of connected neurons, has this name."""
        if isinstance(name, tuple) and len(name) == 2:
            return bool(self._graph.has_edge(*name))
        return isinstance(name, str) and name in self._graph

    def incoming(self, neuron: Neuron | str) -> tuple[Connection, ...]:
        """The connections into a neuron, in the order they were added."""
        edges = self._graph.pred[self._neuron(neuron).name].values()
        return tuple(edge["connection"] for edge in edges)

    def outgoing(self, neuron: Neuron | str) -> tuple[Connection, ...]:
        """The connections out of a neuron, in the order they were added."""
        edges = self._graph.succ[self._neuron(neuron).name].values()
        return tuple(edge["connection"] for edge in edges)

    def generations(self) -> tuple[tuple[Neuron, ...], ...]:
        """The neurons by level: each generation listens only to earlier ones.

        A softmax layer stands whole in one generation. Inside one, the order is that of insertion.
        """
        return self._cached("generations", self._list_generations)

    # --- how it is made

    def add_layer(
        self,
        name: str,
        neurons: int | Sequence[str],
        *,
        activation: str = "identity",
        bias: float | Sequence[float | None] | str | None = "default",
        bias_trainable: bool = True,
        bias_initializer: object = None,
    ) -> Layer:
        """Add neurons that share an activation; the first layer is the input layer.

        Args:
            name: the layer's name.
            neurons: their names, or how many (``add_layer("h", 2)`` names h1 and h2).
            activation: a key of the table of activations, or ``softmax``.
            bias: one number for all, one each, or None for no bias at all; 0.0 if not given.
            bias_trainable: False keeps the biases as they are.
            bias_initializer: draws the biases that are not given.

        Raises:
            NameRuleError: a name is taken, doubled, or breaks the rule.
            UnknownNameError: there is no such activation.
        """
        is_input = not self._layers
        names = self._require_layer_names(name, neurons)
        require_flag(bias_trainable, f"layer {name!r} bias_trainable")
        if is_input:
            is_bare = bias is None or (isinstance(bias, str) and bias == "default")
            if activation != "identity" or not is_bare:
                given = activation if activation != "identity" else bias
                raise GraphError(
                    f"layer {name!r}: the first layer is the input layer, got {given!r};"
                    " expected neither activation nor bias (is an input layer missing?)"
                )
            biases: list[float | None] = [None] * len(names)
        else:
            self._require_activation(activation, f"layer {name!r}", softmax=True)
            biases = self._require_biases(name, bias, len(names), bias_initializer)
        layer = Layer(name, activation, is_input=is_input)
        return self._add_layer(layer, names, biases, bias_trainable=bias_trainable)

    def add_neuron(
        self,
        name: str,
        *,
        activation: str = "identity",
        bias: float | None = 0.0,
        bias_trainable: bool = True,
    ) -> Neuron:
        """Add a neuron that stands in no layer; ``bias=None`` gives it no bias parameter."""
        self._require_free([name], "neuron")
        self._require_activation(activation, f"neuron {name!r}", softmax=False)
        value = None if bias is None else require_number(bias, f"neuron {name!r} bias")
        require_flag(bias_trainable, f"neuron {name!r} bias_trainable")
        neuron = Neuron(
            name, activation, value, bias_trainable=bias_trainable, layer=None, is_input=False
        )
        self._add_neurons([neuron])
        return neuron

    def add_input(self, name: str) -> Neuron:
        """Add an input neuron that stands in no layer."""
        self._require_free([name], "neuron")
        neuron = Neuron(name, "identity", None, bias_trainable=True, layer=None, is_input=True)
        self._add_neurons([neuron])
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
        sources, source_name = self._ends(source)
        targets, target_name = self._ends(target)
        wiring = require_wiring(f"{source_name}->{target_name}", sources, targets, pattern)
        given = wiring.given(weight, weights)
        chosen = require_initializer(initializer)
        require_flag(trainable, f"{wiring.label} trainable")
        if seed is not None:
            require_seed(seed)
        with self._drawing():
            source_of_values = self._source(wiring.label, seed)
            values = wiring.drawn(chosen, source_of_values) if given is None else given
            made = self._join(wiring.pairs(), values.ravel().tolist(), trainable)
        lone = isinstance(self._find(source), Neuron) and isinstance(self._find(target), Neuron)
        return made[0] if lone else made

    def remove_connection(self, source: str, target: str) -> None:
        """Take a connection out; what remains keeps its values."""
        connection = self._connection(source, target)
        self._require_no_pass()
        self._graph.remove_edge(connection.source.name, connection.target.name)
        self._edited()

    def remove_neuron(self, name: str) -> None:
        """Take a neuron out, and its connections; what remains keeps its values."""
        neuron = self._neuron(name)
        self._require_no_pass()
        unit = self._unit(neuron)
        layer = neuron.layer
        self._graph.remove_node(neuron.name)
        self._folded.discard(fold(neuron.name))
        if self._outputs is not None:
            self._outputs = tuple(n for n in self._outputs if n != neuron.name)
        if layer is not None:
            layer._neurons = tuple(n for n in layer.neurons if n is not neuron)
            if not layer.neurons:
                del self._layers[layer.name]
                self._folded.discard(fold(layer.name))
        if unit == neuron.name or (layer is not None and not layer.neurons):
            self._order.remove(unit)
        self._edited()

    # --- its values

    def forward(self, sample: Any) -> Matrix:
        """Walk node by node for one sample, (n_in,) -> (n_out,).

        Leaves net_input and output on every neuron.
        """
        from neurosim.interpreter.forward import run_forward

        return run_forward(self, sample)

    def predict(self, X: Any) -> Matrix:
        """The outputs for many samples through the compiled form, (B, n_in) -> (B, n_out)."""
        from neurosim.compiler.compile import compile_network

        return self._cached("compiled", lambda: compile_network(self)).forward(X)

    def parameter_list(self) -> tuple[Parameter, ...]:
        """The objects that own the entries of theta, in its order."""
        return self._cached("parameters", self._list_parameters)

    def parameters(self) -> Matrix:
        """Theta, a new vector of (n_parameters,)."""
        return np.array(
            [p._weight if isinstance(p, Connection) else p._bias for p in self.parameter_list()],
            dtype=np.float64,
        )

    def load_parameters(self, theta: Any) -> None:
        """Take theta over, (n_parameters,), and forget what was computed with the old values."""
        owners = self.parameter_list()
        values = require_array(theta, "theta")
        if values.shape != (len(owners),):
            raise ShapeError(f"theta: got {values.shape}; expected {(len(owners),)}")
        self._require_no_pass()
        for owner, value in zip(owners, values.tolist(), strict=True):
            if isinstance(owner, Connection):
                owner._weight = value
            else:
                owner._bias = value
        self.forget()

    def parameter_names(self) -> tuple[str, ...]:
        """What each entry of theta is: ``x1->h1`` or ``h1.bias``."""
        return tuple(
            p.name if isinstance(p, Connection) else f"{p.name}.bias" for p in self.parameter_list()
        )

    def trainable_mask(self) -> Any:
        """Which entries of theta training may change, (n_parameters,) of bool."""
        return np.array(
            [
                p.trainable if isinstance(p, Connection) else p.bias_trainable
                for p in self.parameter_list()
            ],
            dtype=bool,
        )

    def forget(self) -> None:
        """Drop what passes left on neurons and connections; the parameters stay."""
        self.loss = None
        for neuron in self.neurons:
            neuron.forget()
        for connection in self.connections:
            connection.gradient = None

    def reset(self) -> None:
        """Go back to the weights and biases it was made with."""
        self._require_no_pass()
        for connection in self.connections:
            connection._weight = connection._initial
        for neuron in self.neurons:
            neuron._bias = neuron._initial
        self.forget()

    # --- as a whole

    def summary(self) -> str:
        """The network in a few lines."""
        return document.summarize(self)

    def copy(self) -> "Network":
        """An independent twin: structure, parameters, initial values; nothing computed."""
        return document.from_document(document.to_document(self), self.title, Network)

    def save(self, path: Any) -> None:
        """Write the network to a JSON file, every number exactly."""
        document.save(self, path)

    def __copy__(self) -> "Network":
        return self.copy()

    def __deepcopy__(self, memo: dict[int, Any]) -> "Network":
        return self.copy()

    def __reduce__(self) -> tuple[Any, ...]:
        return document.from_document, (document.to_document(self), self.title, Network)

    def __repr__(self) -> str:
        return (
            f"{self.title}: {len(self.inputs)} inputs, {len(self.neurons) - len(self.inputs)}"
            f" neurons, {self._graph.number_of_edges()} connections, {len(self.outputs)} outputs"
        )

    # --- guards that the engines use

    def require_outputs(self) -> tuple[Neuron, ...]:
        """The outputs, where there are any."""
        if not self.outputs:
            raise GraphError(
                f"network {self.title!r}: no outputs, got {len(self._layers)} layers;"
                " expected a layer after the input layer, or net.outputs = [...]"
            )
        return self.outputs

    def begin_pass(self, steps: Generator[Any, None, None]) -> Generator[Any, None, None]:
        """Take note of a pass, so that nothing changes under it; it is dropped when it ends."""
        self._require_no_pass()
        self._pass = weakref.ref(steps)
        return steps

    def _require_no_pass(self) -> None:
        steps = None if self._pass is None else self._pass()
        if steps is not None and inspect.getgeneratorstate(steps) in (
            inspect.GEN_SUSPENDED,
            inspect.GEN_RUNNING,
        ):
            raise GraphError(
                f"network {self.title!r}: a pass over it is under way, got a second use;"
                " expected the pass to be drained, or its close() called, first"
            )

    # --- inside

    def _cached(self, key: str, make: Callable[[], _Made]) -> _Made:
        """What was made of the present structure before, or else is made now."""
        if key not in self._cache:
            self._cache[key] = make()
        made: _Made = self._cache[key]
        return made

    def _edited(self) -> None:
        self._version += 1
        self._cache.clear()

    def _list_connections(self) -> tuple[Connection, ...]:
        numbered = self._graph.edges(data=True)
        ordered = sorted(numbered, key=lambda edge: edge[2]["number"])
        return tuple(data["connection"] for _, _, data in ordered)

    def _list_parameters(self) -> tuple[Parameter, ...]:
        listed: list[Parameter] = []
        for neuron in self.neurons:
            listed.extend(self.incoming(neuron))
            if neuron.bias is not None:
                listed.append(neuron)
        return tuple(listed)

    def _list_generations(self) -> tuple[tuple[Neuron, ...], ...]:
        level: dict[str, int] = {}
        for unit in self._order.units():
            level[unit] = 1 + max((level[p] for p in self._predecessors(unit)), default=-1)
        depth = 1 + max(level.values(), default=-1)
        generations: list[list[Neuron]] = [[] for _ in range(depth)]
        for neuron in self.neurons:
            generations[level[self._unit(neuron)]].append(neuron)
        return tuple(map(tuple, generations))

    def _unit(self, neuron: Neuron) -> str:
        layer = neuron.layer
        return layer.name if layer is not None and layer.activation == SOFTMAX else neuron.name

    def _members(self, unit: str) -> Iterable[str]:
        return (n.name for n in self._layers[unit].neurons) if unit in self._layers else (unit,)

    def _successors(self, unit: str) -> Iterable[str]:
        nodes = self._graph.nodes
        for member in self._members(unit):
            for name in self._graph.succ[member]:
                yield self._unit(nodes[name]["neuron"])

    def _predecessors(self, unit: str) -> Iterable[str]:
        nodes = self._graph.nodes
        for member in self._members(unit):
            for name in self._graph.pred[member]:
                yield self._unit(nodes[name]["neuron"])

    def _find(self, name: object) -> Neuron | Layer | None:
        if isinstance(name, (Neuron, Layer)):
            if self._find(name.name) is not name:
                raise UnknownNameError(f"{name!r} is of another network; expected one of this")
            return name
        if not isinstance(name, str):
            raise WrongTypeError(f"name: got {name!r}; expected the name of a neuron or a layer")
        if name in self._layers:
            return self._layers[name]
        return self._graph.nodes[name]["neuron"] if name in self._graph else None

    def _neuron(self, name: object) -> Neuron:
        found = self._find(name)
        if isinstance(found, Layer):
            raise UnknownNameError(
                f"{name!r} is a layer; expected a neuron, such as {found.neurons[0].name!r},"
                f" or net.layer({name!r})"
            )
        if found is None:
            raise UnknownNameError(unknown("neuron", name, self._graph.nodes))
        return found

    def _connection(self, *names: object) -> Connection:
        if len(names) != 2:
            raise UnknownNameError(f"connection: got {names!r}; expected two names of neurons")
        source, target = self._neuron(names[0]), self._neuron(names[1])
        if not self._graph.has_edge(source.name, target.name):
            turned = self._graph.has_edge(target.name, source.name)
            hint = f" (did you mean '{target.name}->{source.name}'?)" if turned else ""
            raise UnknownNameError(f"no connection '{source.name}->{target.name}'{hint}")
        found: Connection = self._graph.edges[source.name, target.name]["connection"]
        return found

    def _ends(self, name: object) -> tuple[tuple[Neuron, ...], str]:
        found = self._find(name)
        if found is None:
            known = [*self._layers, *self._graph.nodes]
            raise UnknownNameError(unknown("neuron or layer", name, known))
        return (found.neurons if isinstance(found, Layer) else (found,)), found.name

    def _source(self, label: str, seed: int | None) -> Source:
        if self._legacy is not None:
            return self._legacy if seed is None else np.random.RandomState(seed)
        return stream(self._seed if seed is None else seed, "weights", label)

    @contextmanager
    def _drawing(self) -> Iterator[None]:
        """Random numbers drawn inside are given back where the block fails."""
        state = None if self._legacy is None else self._legacy.get_state()
        try:
            yield
        except BaseException:
            if self._legacy is not None and state is not None:
                self._legacy.set_state(state)
            raise

    def _require_free(self, names: Sequence[str], kind: str) -> None:
        self._require_no_pass()
        fresh: set[str] = set()
        for name in names:
            folded = fold(require_name(name, kind))
            if folded in self._folded or folded in fresh:
                taken = "a layer" if name in self._layers else "a neuron"
                raise NameRuleError(
                    f"{kind} name: taken, got {name!r}; expected a name that {taken} has not"
                )
            fresh.add(folded)

    def _require_layer_names(self, name: str, neurons: int | Sequence[str]) -> list[str]:
        require_name(name, "layer")
        if isinstance(neurons, (int, np.integer)) and not isinstance(neurons, bool):
            if neurons < 1:
                raise InvalidValueError(f"layer {name!r}: got {neurons} neurons; expected >= 1")
            names = [f"{name}{i}" for i in range(1, int(neurons) + 1)]
        elif isinstance(neurons, (str, bytes)) or not isinstance(neurons, Iterable):
            raise WrongTypeError(
                f"layer {name!r}: got neurons {neurons!r}; expected a count or a list of names"
            )
        else:
            names = list(neurons)
        if not names:
            raise InvalidValueError(f"layer {name!r}: got no neurons; expected at least one")
        self._require_free([name], "layer")
        self._require_free(names, "neuron")
        if fold(name) in set(map(fold, names)):
            raise NameRuleError(
                f"layer {name!r}: a neuron has the layer's name; expected different names"
            )
        return names

    def _require_activation(self, activation: object, where: str, *, softmax: bool) -> None:
        if not isinstance(activation, str):
            raise WrongTypeError(
                f"{where} activation: got {activation!r}; expected a name, such as 'sigmoid'"
            )
        if activation == SOFTMAX and not softmax:
            raise GraphError(
                f"{where}: softmax belongs to a layer, got a single neuron; expected"
                " add_layer(..., activation='softmax')"
            )
        if activation != SOFTMAX and activation not in ACTIVATIONS:
            raise UnknownNameError(
                f"{where}: {unknown('activation', activation, [*ACTIVATIONS, SOFTMAX])}"
            )

    def _require_biases(
        self, name: str, bias: Any, count: int, initializer: object
    ) -> list[float | None]:
        where = f"layer {name!r} bias"
        if isinstance(bias, (str, bytes)):
            if bias != "default":
                raise WrongTypeError(f"{where}: no number, got {bias!r}; expected a number")
            if initializer is None:
                return [0.0] * count
            with self._drawing():
                source = self._legacy or stream(self._seed, "biases", name)
                drawn = draw(require_initializer(initializer), source, (1, count), where)
            return list(drawn.ravel().tolist())
        if bias is None:
            return [None] * count
        if not isinstance(bias, Iterable) or np.ndim(bias) == 0:  # type: ignore[arg-type]
            return [require_number(bias, where)] * count
        values = [None if b is None else require_number(b, where) for b in bias]
        if len(values) != count:
            raise ShapeError(f"{where}: got {len(values)} numbers; expected {count}, one a neuron")
        return values

    def _add_layer(
        self,
        layer: Layer,
        names: Sequence[str],
        biases: Sequence[float | None],
        *,
        bias_trainable: bool,
    ) -> Layer:
        name, activation, is_input = layer.name, layer.activation, layer.is_input
        layer._neurons = tuple(
            Neuron(n, activation, b, bias_trainable=bias_trainable, layer=layer, is_input=is_input)
            for n, b in zip(names, biases, strict=True)
        )
        self._layers[name] = layer
        self._folded.add(fold(name))
        self._add_neurons(layer.neurons)
        return layer

    def _add_neurons(self, neurons: Sequence[Neuron]) -> None:
        for neuron in neurons:
            self._graph.add_node(neuron.name, neuron=neuron)
            self._folded.add(fold(neuron.name))
        for unit in dict.fromkeys(map(self._unit, neurons)):
            self._order.add(unit)
        self._edited()

    def _join(
        self, pairs: Sequence[tuple[Neuron, Neuron]], weights: Sequence[float], trainable: bool
    ) -> list[Connection]:
        self._require_no_pass()
        graph, order, made = self._graph, self._order, list[Connection]()
        number = graph.graph.get("numbered", 0)
        try:
            for (source, target), weight in zip(pairs, weights, strict=True):
                self._require_new_edge(source, target)
                u, v = self._unit(source), self._unit(target)
                if not order.admit(u, v, self._successors, self._predecessors):
                    self._refuse_cycle(source, target)
                connection = Connection(source, target, weight, trainable=trainable)
                graph.add_edge(source.name, target.name, connection=connection, number=number)
                number += 1
                made.append(connection)
        except BaseException:
            graph.remove_edges_from([(c.source.name, c.target.name) for c in made])
            raise
        graph.graph["numbered"] = number
        self._edited()
        return made

    def _require_new_edge(self, source: Neuron, target: Neuron) -> None:
        name = f"{source.name}->{target.name}"
        if source is target:
            raise GraphError(f"connection {name!r}: a self-loop; expected two different neurons")
        if target.is_input:
            raise GraphError(f"connection {name!r}: leads into an input; expected another target")
        if self._graph.has_edge(source.name, target.name):
            raise GraphError(
                f"connection {name!r}: stands already; expected one between the same two neurons"
                f" (to change it: net[{source.name!r}, {target.name!r}].weight = ...)"
            )
        if self._unit(source) == self._unit(target):
            raise GraphError(
                f"connection {name!r}: inside a softmax layer; expected none between its neurons"
            )

    def _refuse_cycle(self, source: Neuron, target: Neuron) -> NoReturn:
        start, goal = self._unit(target), self._unit(source)
        came: dict[str, str | None] = {start: None}
        frontier = [start]
        while goal not in came:
            reached: dict[str, str] = {}
            for unit in frontier:
                reached.update((s, unit) for s in self._successors(unit) if s not in came)
            came.update(reached)
            frontier = list(reached)
        path: list[str] = []
        at: str | None = goal
        while at is not None:
            path.append(at)
            at = came[at]
        path = [goal, *reversed(path)]
        if len(path) > 12:
            path = [*path[:6], f"... ({len(path) - 12} more)", *path[-6:]]
        shown = " -> ".join(path)
        raise GraphError(
            f"connection '{source.name}->{target.name}': closes a cycle, got {shown};"
            " expected an acyclic graph"
        )


def load(path: str | os.PathLike[str]) -> Network:
    """Read a network that `Network.save` wrote.

    Raises:
        FileError: the file cannot be read, or does not hold a network.
    """
    return document.from_document(document.read_document(path), str(path), Network)
