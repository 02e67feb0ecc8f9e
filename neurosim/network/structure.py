"""The structure of a network: its graph, its layers, and the edits that keep them whole.

An edit is made wholly or not at all. The arguments are checked in `edits`;
a doubled connection and a cycle are refused here. What is asked again and
again of the same structure is cached, and dropped on an edit.

The dictionaries are those that a networkx graph has, so a view of them is one; networkx is loaded
for it when it is first asked for, as it takes longer to load than all of training.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

from neurosim.errors import GraphError
from neurosim.functions.activations import ACTIVATIONS, SOFTMAX
from neurosim.functions.variants import family
from neurosim.network.connection import Connection
from neurosim.network.datum import EdgeDatum, NodeDatum
from neurosim.network.layer import Layer, joined
from neurosim.network.names import ClassNames, Names
from neurosim.network.neuron import Neuron
from neurosim.network.order import (
    AcyclicOrder,
    Edge,
    Unit,
    refuse_connection,
    refuse_cycle,
    refuse_disabled,
)
from neurosim.network.parameter import FunctionParameter, Holder, Parameter, SharedWeight
from neurosim.network.reshaping.adjacency import Adjacency, EdgeEnds, chained
from neurosim.network.reshaping.levels import Levels
from neurosim.pause import PausedCollection

if TYPE_CHECKING:
    import networkx as nx

    from neurosim.network.scaling import Scaling

_Made = TypeVar("_Made")
_HELD = attrgetter("held")
_NAME, _KEY = attrgetter("_name"), attrgetter("_name", "_activation", "_is_input")
_COMBINING = attrgetter("_name", "_aggregation", "_response")
_BIAS, _TRAINABLE = attrgetter("_bias._value"), attrgetter("_trainable")
_FEW = 64  # removed connections are not worth a sweep
_MANY = 8  # one edge in so many against the order: to sort all is cheaper than to search both ways


class Structure:
    """Neurons, connections and layers.

    Attributes:
        nodes: each neuron as the data of a node, by name.
        named: the neurons by name, in the order they were added.
        layers: the layers by name.
        names: the names that are taken.
        chosen: the names of the outputs that were chosen; None where none ever were.
        holder: what all parameters have in common.
        disabled: the connections that are left out, by source and target.
        n_connections: how many there are, without them.
        version: a number that grows with every edit.
    """

    def __init__(self) -> None:
        self.nodes: dict[str, NodeDatum] = {}
        self.named: dict[str, Neuron] = {}  # what the nodes hold, too, but in one look
        self._succ: dict[str, dict[str, EdgeDatum]] = {}
        self._pred: dict[str, dict[str, EdgeDatum]] = {}
        self.layers: dict[str, Layer] = {}
        self.names = Names()
        self.chosen: tuple[str, ...] | None = None
        self.holder = Holder()
        self.n_connections = 0
        self.version = 0
        self.disabled: dict[tuple[Neuron, Neuron], Connection] = {}  # by their ends
        self._listed: list[Connection] = []  # in the order of insertion, also what is gone
        self._gone: set[Connection] = set()
        self._order = AcyclicOrder()
        self._incoming = Adjacency(self._pred, "_source", has_biases=True)
        self._outgoing = Adjacency(self._succ, "_target", has_biases=False)
        self._levels = Levels()
        self._cache: dict[str, Any] = {}
        self.has_values = False  # whether a pass may have left values on the objects
        self.loss: float | None = None
        self.classes: ClassNames | None = None
        self._classed: tuple[Neuron, ...] = ()  # the outputs that the classes were said of
        self._scaled: dict[Neuron, None] = {}

    # --- what it is

    def cached(self, key: str, make: Callable[[], _Made]) -> _Made:
        """What was made of the present structure before, or else is made now."""
        if key not in self._cache:
            self._cache[key] = make()
        made: _Made = self._cache[key]
        return made

    def view(self) -> "nx.DiGraph":
        """A graph of networkx, live and read-only."""
        import networkx as nx

        graph = nx.DiGraph()
        graph._node, graph._adj, graph._pred = self.nodes, self._succ, self._pred
        return nx.freeze(graph)

    @cached_property
    def neurons(self) -> tuple[Neuron, ...]:
        """All neurons, in the order they were added."""
        return tuple(self.named.values())

    @cached_property
    def inputs(self) -> tuple[Neuron, ...]:
        """The input neurons, in the order they were added."""
        return tuple(neuron for neuron in self.neurons if neuron.is_input)

    @cached_property
    def activation_names(self) -> frozenset[str]:
        """The activations of the neurons."""
        return frozenset(neuron._activation for neuron in self.neurons)

    @cached_property
    def dropped(self) -> tuple[Neuron, ...]:
        """The neurons with dropout, in the order they were added."""
        return tuple(neuron for neuron in self.neurons if neuron._dropout)

    @cached_property
    def connections(self) -> tuple[Connection, ...]:
        """All connections, in the order they were added."""
        return tuple(self.connections_listed())

    @cached_property
    def places(self) -> tuple[Parameter, ...]:
        """Connections and biases as theta goes, those that share a weight each on its own."""
        return chained(self._incoming.rows(self.neurons))

    @cached_property
    def sources(self) -> EdgeEnds:
        """Of each neuron the sources of its connections, in the order of `places`, as arrays."""
        return self._incoming.ends(self.neurons)

    @cached_property
    def targets(self) -> EdgeEnds:
        """Of each neuron the targets of its connections, in the order they were added."""
        return self._outgoing.ends(self.neurons)

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """The parameters, in the order of theta."""
        found = self.places
        if self.holder.shared:
            found = tuple(dict.fromkeys(map(self.holder.resolve, self.places)))
        return (*found, *self.function_parameters) if self.function_parameters else found

    @cached_property
    def function_parameters(self) -> tuple[FunctionParameter, ...]:
        """Those of activations, in the order of their first neurons."""
        return tuple(dict.fromkeys(p for neuron in self.neurons for p in neuron._function))

    @cached_property
    def generations(self) -> tuple[tuple[Neuron, ...], ...]:
        """The neurons by level: the sources of each generation are in earlier ones."""
        level = self._levels.of(
            self._order.units, self._all_levels, self.predecessors, self.successors
        )
        highest = max((level[unit] for unit in self._order.units), default=-1)
        found: list[list[Neuron]] = [[] for _ in range(1 + highest)]
        for neuron in self.neurons:
            found[level[neuron._unit]].append(neuron)
        return tuple(map(tuple, found))

    def _all_levels(self) -> dict[Unit, int]:
        level: dict[str, int] = {}
        level_of, sources = level.__getitem__, self._pred  # in C, a million connections take 0.1 s
        for unit in self._order.units:
            members = self._members(unit)
            above = max((max(map(level_of, sources[n]), default=-1) for n in members), default=-1)
            level.update(dict.fromkeys(members, 1 + above))
        return {neuron._unit: level[name] for name, neuron in self.named.items()}

    @cached_property
    def outputs(self) -> tuple[Neuron, ...]:
        """The chosen outputs, else the last layer added, else none."""
        if self.chosen is not None:
            return tuple(self.named[name] for name in self.chosen)
        last = next(reversed(self.layers.values()), None)
        return () if last is None or last.is_input else last.neurons

    @property
    def key(self) -> tuple[Any, ...]:
        """What it is but for its numbers: two of equal keys compute the same function of theta."""
        shared = dict.fromkeys(self.holder.shared.values())
        return (
            tuple(map(_KEY, self.neurons)),
            tuple(bias is None for bias in map(_BIAS, self.neurons)),
            tuple((name, tuple(map(_NAME, each._neurons))) for name, each in self.layers.items()),
            tuple(map(tuple, self._pred.values())),
            tuple(map(tuple, self._succ.values())),
            tuple(map(_NAME, self.outputs)),
            tuple((n._name, n._scaling) for n in self._scaled),
            tuple((n._name, n._dropout) for n in self.dropped),
            tuple(_COMBINING(n) for n in self.neurons if not n.is_plain),
            tuple((p._option, tuple(map(_NAME, p._neurons))) for p in self.function_parameters),
            tuple(tuple(c.name for c in weight.connections) for weight in shared),
            tuple(map(_TRAINABLE, self.parameters)),
        )

    @property
    def labelled(self) -> dict[str, Neuron]:
        """The neurons by label, where one neuron alone has it."""
        if self.holder.labelled is None:
            labels = Counter(neuron.label for neuron in self.neurons)
            self.holder.labelled = {
                n.label: n for n in self.neurons if n.label is not None and labels[n.label] == 1
            }
        return self.holder.labelled

    def incoming(self, name: str) -> tuple[Connection, ...]:
        """The connections into a neuron, in the order they were added."""
        return tuple(map(_HELD, self._pred[name].values()))

    def outgoing(self, name: str) -> tuple[Connection, ...]:
        """The connections out of a neuron, in the order they were added."""
        return tuple(map(_HELD, self._succ[name].values()))

    def connection(self, source: str, target: str) -> Connection | None:
        """The connection between two neurons, if there is one."""
        datum = self._succ[source].get(target) if source in self._succ else None
        return None if datum is None else datum.held

    def successors(self, unit: Unit) -> list[Unit]:
        """The units that a unit leads into, once for each connection."""
        data = (datum for name in self._members(unit) for datum in self._succ[name].values())
        return [datum.held._target._unit for datum in data]

    def predecessors(self, unit: Unit) -> list[Unit]:
        """The units that lead into a unit, once for each connection."""
        data = (datum for name in self._members(unit) for datum in self._pred[name].values())
        return [datum.held._source._unit for datum in data]

    # --- how it changes

    def add(self, neurons: Sequence[Neuron], layer: Layer | None = None) -> None:
        """Add neurons whose names are free, and their layer."""
        with PausedCollection():
            self._register(neurons)
            self._place(neurons, layer)
            if layer is not None:
                self.names.take([layer.name], "layer")
                layer._neurons = tuple(neurons)
                self.layers[layer.name] = layer
            self._edited()

    def insert(self, neurons: Sequence[Neuron], before: Neuron) -> None:
        """Add neurons that are computed before another, each at the end of its own layer."""
        self._register(neurons)
        for neuron in neurons:
            neuron._unit = self._order.add(neuron.name, before._unit)
        layer = neurons[0].layer
        if layer is not None:
            self._put_behind([neuron.name for neuron in neurons], layer.neurons[-1].name)
            layer._neurons += tuple(neurons)
            _note_activation(layer)
        self._edited()

    def _register(self, neurons: Sequence[Neuron]) -> None:
        for neuron in neurons:
            neuron._holder = self.holder
            self.named[neuron.name] = neuron
            self.nodes[neuron.name] = NodeDatum(neuron)
            self._succ[neuron.name] = {}
            self._pred[neuron.name] = {}
        self.names.take((neuron.name for neuron in neurons), "neuron")

    def _put_behind(self, names: Sequence[str], other: str) -> None:
        for mapping in (self.named, self.nodes, self._succ, self._pred):
            _put_behind(mapping, names, other)

    def join(
        self,
        sources: Iterable[Neuron],
        targets: Iterable[Neuron],
        weights: Iterable[float],
        *,
        trainable: bool,
    ) -> list[Connection]:
        """Connect each source to its target: all of them, or none.

        Raises:
            GraphError: a second connection between the same two, a self-loop, a cycle, or one
                that leads into an input.
        """
        made: list[Connection] = []
        with PausedCollection():
            try:
                against = self._link(zip(sources, targets, weights, strict=True), made, trainable)
                self._require_acyclic(against, made)
            except BaseException:
                for connection in made:
                    self._succ[connection.source.name].pop(connection.target.name, None)
                    self._pred[connection.target.name].pop(connection.source.name, None)
                raise
        self._touch(made)
        self._listed += made
        self.n_connections += len(made)
        self._edited()
        return made

    def choose(self, outputs: Iterable[str]) -> None:
        """Choose the outputs."""
        self.chosen = tuple(outputs)
        self._edited()

    def scale(self, scalings: "Iterable[tuple[Neuron, Scaling | None]]") -> None:
        """Say how neurons' outer and inner numbers are related."""
        for neuron, scaling in scalings:
            neuron._scaling = scaling
            self._scaled[neuron] = None
        self._edited()

    def classify(self, classes: ClassNames | None) -> None:
        """Name the classes of the present outputs."""
        self.classes, self._classed = classes, self.outputs

    def lead_through(self, connection: Connection, neuron: Neuron) -> None:
        """Let a connection start at another neuron, at its place among its target's."""
        source, target = connection._source._name, connection._target._name
        self._succ[neuron._name][target] = self._succ[source].pop(target)
        _replace_key(self._pred[target], source, neuron._name)
        self._touch([connection])
        connection._source = neuron
        self._touch([connection])
        self._edited()

    def _unlink(self, connection: Connection) -> None:
        source, target = connection._source._name, connection._target._name
        del self._succ[source][target], self._pred[target][source]

    def remove_connections(self, connections: Collection[Connection]) -> None:
        """Take connections out."""
        self._keep_shared(connections)
        for connection in connections:
            self._unlink(connection)
            self.holder.data.pop(connection, None)
        self._forget_connections(connections)
        self._edited()

    def disable(self, connection: Connection) -> None:
        """Take a connection out, and remember it with its place among the others."""
        self._keep_shared([connection])
        self._unlink(connection)
        self.disabled[connection._source, connection._target] = connection
        self.n_connections -= 1
        self._touch([connection])
        self._edited()

    def enable(self, connection: Connection) -> None:
        """Put a disabled connection back at its place.

        Raises:
            GraphError: it would close a cycle now, or is inside a softmax layer.
        """
        source, target = connection._source, connection._target
        if source._unit is target._unit:
            refuse_connection(source, target)
        datum, ends = EdgeDatum(connection), (source._name, target._name)
        self._succ[ends[0]][ends[1]] = self._pred[ends[1]][ends[0]] = datum
        try:
            if source._unit.label > target._unit.label:
                self._require_acyclic([(source._unit, target._unit)], [connection])
        except BaseException:
            del self._succ[ends[0]][ends[1]], self._pred[ends[1]][ends[0]]
            raise
        del self.disabled[source, target]
        self.n_connections += 1
        self._arrange(source, target)
        self._touch([connection])
        self._edited()

    def _arrange(self, source: Neuron, target: Neuron) -> None:
        """Put the connections out of one neuron and into another in the order they were added."""
        outgoing, incoming = self._succ[source._name], self._pred[target._name]
        for connection in self.connections_listed():
            if connection._source is source:
                outgoing[connection._target._name] = outgoing.pop(connection._target._name)
            if connection._target is target:
                incoming[connection._source._name] = incoming.pop(connection._source._name)

    def connections_listed(self) -> list[Connection]:
        """The connections that are enabled, in the order they were added."""
        self._sweep()
        if not self.disabled:
            return self._listed
        hidden = set(self.disabled.values())
        return [connection for connection in self._listed if connection not in hidden]

    @property
    def places_of_disabled(self) -> list[tuple[Connection, int]]:
        """The disabled connections, each with its number among all that were added."""
        if not self.disabled:
            return []
        self._sweep()
        hidden = set(self.disabled.values())
        return [(c, number) for number, c in enumerate(self._listed) if c in hidden]

    def add_disabled(self, connection: Connection, number: int) -> None:
        """Take a disabled connection in, as that of this number among all that were added."""
        self._sweep()
        self._listed.insert(number, connection)
        self.disabled[connection._source, connection._target] = connection

    def remove_neuron(self, neuron: Neuron) -> None:
        """Take a neuron out, and its connections; a layer goes with its last neuron."""
        name, layer = neuron.name, neuron.layer
        removed = self.incoming(name) + self.outgoing(name)
        self._keep_shared(removed)
        asleep = [c for ends, c in self.disabled.items() if neuron in ends]
        for connection in asleep:
            del self.disabled[connection._source, connection._target]
        for connection in removed:
            self._unlink(connection)
        for mapping in (self.named, self.nodes, self._succ, self._pred):
            del mapping[name]
        gone: tuple[Neuron | Connection, ...] = (neuron, *removed, *asleep)
        for item in gone:
            self.holder.data.pop(item, None)
        self._forget_connections(removed)
        self._gone.update(asleep)
        self._incoming.touch([neuron])
        self._outgoing.touch([neuron])
        leave_functions([neuron])
        self.names.free(name)
        if self.chosen is not None:
            self.chosen = tuple(n for n in self.chosen if n != name)
        if layer is not None:
            self._leave(layer, neuron)
            _note_activation(layer)
        if neuron._unit.name == name or (layer is not None and not layer.neurons):
            self._order.remove(neuron._unit)
        self._edited()

    def rename(self, neuron: Neuron, name: str) -> None:
        """Give a neuron a name that is free."""
        old = neuron.name
        for source in self._pred[old]:
            _replace_key(self._succ[source], old, name)
        for target in self._succ[old]:
            _replace_key(self._pred[target], old, name)
        for mapping in (self.named, self.nodes, self._succ, self._pred):
            _replace_key(mapping, old, name)
        if self.chosen is not None:
            self.chosen = tuple(name if one == old else one for one in self.chosen)
        if neuron._unit.name == old:
            neuron._unit.name = name
        neuron._name = name
        self.names.free(old)
        self.names.take([name], "neuron")
        self._edited()

    def rename_layer(self, layer: Layer, name: str) -> None:
        """Give a layer a name that is free."""
        old, unit = layer.name, layer.neurons[0]._unit
        _replace_key(self.layers, old, name)
        if unit.name == old:  # that of a softmax layer
            unit.name = name
        layer._name = name
        self.names.free(old)
        self.names.take([name], "layer")
        self._edited()

    def activate(self, neurons: Sequence[Neuron], activation: str) -> None:
        """Give neurons an activation; softmax, or one in its place, to all of a layer.

        Where all have it already, what is learned of it stays.

        Raises:
            GraphError: the layer would be part of a cycle.
        """
        layer, before = neurons[0].layer, neurons[0].activation
        if SOFTMAX in (activation, before) and activation != before:
            assert layer is not None
            self._regroup(layer, is_whole=activation == SOFTMAX)
        if any(neuron._activation != activation for neuron in neurons):
            leave_functions(neurons)
            for neuron in neurons:
                neuron._activation = bare(activation)
            give_functions(neurons, activation)
        elif not _have_one(neurons):  # from now on, with what the first has learned
            functions = neurons[0]._function
            leave_functions(neurons)
            for function in functions:
                _twin_function(function, neurons)
        _note_activation(layer)
        self._edited()

    def drop(self, neurons: Iterable[Neuron], rate: float) -> None:
        """Give neurons a rate of dropout."""
        for neuron in neurons:
            neuron._dropout = rate
        self._edited()

    def aggregate(self, neurons: Iterable[Neuron], aggregation: str) -> None:
        """Give neurons an aggregation."""
        for neuron in neurons:
            neuron._aggregation = aggregation
        self._edited()

    def respond(self, neurons: Iterable[Neuron], response: float) -> None:
        """Give neurons a response."""
        for neuron in neurons:
            neuron._response = response
        self._edited()

    def note_functions(self) -> None:
        """Take note that neurons were given parameters of their activations."""
        self._edited()

    def _regroup(self, layer: Layer, *, is_whole: bool) -> None:
        """Make one unit of the neurons of a layer, or one of each."""
        self._levels.forget()
        units, given = list(self._order.units), [neuron._unit for neuron in layer.neurons]
        whole = Unit(layer.name)
        for neuron in layer.neurons:
            neuron._unit = whole if is_whole else Unit(neuron.name)
        new = dict.fromkeys(neuron._unit for neuron in layer.neurons)
        self._order.arrange([*new, *(unit for unit in units if unit not in given)])
        cycle = self._order.sort(self.successors, self._in_degree)
        if cycle:
            for neuron, unit in zip(layer.neurons, given, strict=True):
                neuron._unit = unit
            self._order.arrange(units)
            names = " -> ".join(unit.name for unit in (*cycle, cycle[0]))
            raise GraphError(
                f"{layer.name}.activation: softmax would close a cycle, got {names:.200};"
                " expected no path between its neurons"
            )

    def move(self, neuron: Neuron, layer: Layer | None) -> None:
        """Put a neuron at the end of a layer, or behind its layer and in none."""
        left = neuron.layer
        behind = (layer or left).neurons[-1]  # type: ignore[union-attr]  # one of them is a layer
        self._put_behind([neuron.name], behind.name)
        neuron._layer = layer
        if layer is not None:
            layer._neurons += (neuron,)
        if left is not None:
            self._leave(left, neuron)
        for one in (left, layer):
            _note_activation(one)
        self._edited()

    def _leave(self, layer: Layer, neuron: Neuron) -> None:
        """Take a neuron out of a layer, which goes with its last one."""
        layer._neurons = tuple(n for n in layer.neurons if n is not neuron)
        if not layer.neurons:
            del self.layers[layer.name]
            self.names.free(layer.name)

    def share(self, groups: Iterable[Sequence[Connection]]) -> None:
        """Let the connections of each group share a weight, the first one's."""
        for connections in groups:
            self.holder.share(connections)
        self._edited()

    def share_functions(self, functions: Sequence[FunctionParameter]) -> None:
        """Let neurons share what is learned of their activations, the first one's."""
        first, *others = functions
        for other in others:
            for neuron in other._neurons:
                neuron._function = tuple(first if f is other else f for f in neuron._function)
            first._neurons += other._neurons
        self._edited()

    def share_more(self, groups: Mapping[SharedWeight, Sequence[Connection]]) -> None:
        """Let more connections share a weight that others share."""
        for weight, connections in groups.items():
            self.holder.join(weight, connections)
        self._edited()

    def unshare(self, connections: Iterable[Connection]) -> None:
        """Give connections a weight of their own again."""
        self._keep_shared(connections)
        self._edited()

    def shared_groups(self) -> list[tuple[Connection, ...]]:
        """The connections that share a weight, group by group."""
        return [shared.connections for shared in dict.fromkeys(self.holder.shared.values())]

    def copy(self) -> "Structure":
        """An independent twin: the same values and initial values, nothing computed."""
        self.holder.fill()
        twin = Structure()
        for layer, group in groupby(self.neurons, key=attrgetter("layer")):
            twin_layer = layer and Layer(layer.name, layer.activation, is_input=layer.is_input)
            twin.add([_twin_of(neuron, twin_layer) for neuron in group], twin_layer)
        twin._order.arrange([twin._unit(unit.name) for unit in self._order.units])
        twin.chosen, twin.version = self.chosen, self.version
        twin.classify(self.classes)
        twin._scaled = {twin.named[neuron.name]: None for neuron in self._scaled}
        same, shared = dict(zip(self.neurons, twin.neurons, strict=True)), self.holder.shared
        parameters = [shared.get(c, c) for c in self.connections] if shared else self.connections
        made = twin.join(
            [same[connection._source] for connection in self.connections],
            [same[connection._target] for connection in self.connections],
            [parameter._value for parameter in parameters],
            trainable=True,
        )
        for function in self.function_parameters:
            _twin_function(function, [same[neuron] for neuron in function._neurons])
        for parameter, copied in zip(parameters, made, strict=True):
            copied._initial, copied._trainable = parameter._initial, parameter._trainable
        for connection, number in self.places_of_disabled:
            twin.add_disabled(_twin_connection(connection, same), number)
        for sharers in self.shared_groups():
            twin.holder.share([twin._succ[c.source.name][c.target.name].held for c in sharers])
        twin.holder.data = {twin.same(item): dict(values) for item, values in self.data.items()}
        return twin

    @property
    def data(self) -> dict[Neuron | Connection, dict[Any, Any]]:
        """What users hang on neurons and connections that are there."""
        return {
            item: values
            for item, values in self.holder.data.items()
            if values and self.same(item) is item
        }

    def same(self, item: Neuron | Connection) -> Any:
        """The neuron or connection of the same name, if there is one."""
        if isinstance(item, Neuron):
            return self.named.get(item.name)
        source, target = item.source.name, item.target.name
        return self.connection(source, target) or self.disabled_connection(source, target)

    def disabled_connection(self, source: str, target: str) -> Connection | None:
        """The disabled connection between two neurons, if there is one."""
        if not self.disabled or source not in self.named or target not in self.named:
            return None
        return self.disabled.get((self.named[source], self.named[target]))

    # --- inside

    def forget(self) -> None:
        """Drop what passes left on neurons and connections; the parameters stay."""
        if self.has_values:
            self.loss = None
            for neuron in self.neurons:
                neuron._forget()
            for parameter in (*self.connections, *self.holder.shared.values()):
                parameter._gradient = None
            self.has_values = False

    def _keep_shared(self, leaving: Iterable[Connection]) -> None:
        """Take connections out of what they share; the others go on sharing."""
        groups: dict[SharedWeight, dict[Connection, None]] = {}
        for connection in leaving if self.holder.shared else ():
            if shared := self.holder.shared.get(connection):
                groups.setdefault(shared, {})[connection] = None
        for shared, connections in groups.items():
            self.holder.unshare(shared, connections)

    def _edited(self) -> None:
        self.holder.fill()
        self.holder.labelled = None
        self.version += 1
        self._cache.clear()
        for name in _LISTS:
            self.__dict__.pop(name, None)
        self.forget()
        if self.classes is not None or self._scaled:
            self._drop_untrue()

    def _drop_untrue(self) -> None:
        """Drop classes and scalings that were said of neurons which are outputs no more."""
        outputs = self.outputs
        if self.classes is not None and outputs != self._classed:
            names = dict(zip(self._classed, self.classes.names, strict=False))
            is_part = min(len(names), len(outputs)) > 1 and names.keys() >= set(outputs)
            kept = ClassNames(tuple(names[n] for n in outputs)) if is_part else None
            self.classify(kept)
        lost = [n for n in self._scaled if self.named.get(n.name) is not n]
        lost += [n for n in self._scaled if not n.is_input and n not in outputs]
        for neuron in lost:
            neuron._scaling = None
            self._scaled.pop(neuron, None)

    def _place(self, neurons: Sequence[Neuron], layer: Layer | None) -> None:
        if layer is not None and layer.activation == SOFTMAX:
            unit = self._order.add(layer.name)
            for neuron in neurons:
                neuron._unit = unit
        else:
            for neuron in neurons:
                neuron._unit = self._order.add(neuron.name)

    def _link(
        self,
        rows: Iterable[tuple[Neuron, Neuron, float]],
        made: list[Connection],
        trainable: bool,
    ) -> list[Edge]:
        """Make connections, note them in ``made``, and return those that run against the order."""
        succ, pred, disabled = self._succ, self._pred, self.disabled
        against = []
        for source, target, weight in rows:
            start, end = source._unit, target._unit
            listeners = succ[source._name]
            if start is end or target._is_input or target._name in listeners:
                refuse_connection(source, target)
            if disabled and (source, target) in disabled:
                refuse_disabled(source, target)
            connection = Connection(source, target, weight, trainable)
            made.append(connection)
            listeners[target._name] = pred[target._name][source._name] = EdgeDatum(connection)
            if start.label > end.label:
                against.append((start, end))
        return against

    def _require_acyclic(self, against: list[Edge], made: list[Connection]) -> None:
        if not against:
            return
        if len(against) * _MANY > self.n_connections + len(made):
            cycle = self._order.sort(self.successors, self._in_degree)
        else:
            cycle = self._order.admit(against, self.successors, self.predecessors)
        if cycle:
            refuse_cycle(self, made, cycle)

    def _unit(self, name: str) -> Unit:
        layer = self.layers.get(name)
        return self.named[name]._unit if layer is None else layer.neurons[0]._unit

    def _members(self, unit: Unit) -> tuple[str, ...]:
        layer = self.layers.get(unit.name)
        return (unit.name,) if layer is None else tuple(neuron.name for neuron in layer.neurons)

    def _in_degree(self, unit: Unit) -> int:
        return sum(len(self._pred[name]) for name in self._members(unit))

    def _touch(self, connections: Iterable[Connection]) -> None:
        """Take note that these connections come or go."""
        if self._incoming.is_read or self._levels.is_read:
            targets = {connection._target for connection in connections}
            self._incoming.touch(targets)
            self._levels.touch(targets)
        if self._outgoing.is_read:
            self._outgoing.touch({connection._source for connection in connections})

    def _forget_connections(self, connections: Collection[Connection]) -> None:
        self.n_connections -= len(connections)
        self._touch(connections)
        self._gone.update(connections)
        if len(self._gone) > self.n_connections + _FEW:
            self._sweep()

    def _sweep(self) -> None:
        """Take the removed connections out of the list."""
        if self._gone:
            gone = self._gone
            self._listed = [connection for connection in self._listed if connection not in gone]
            self._gone = set()


def bare(activation: str) -> str:
    """The name of an activation; without options where parameters have their values."""
    chosen = ACTIVATIONS.get(activation)
    return activation if chosen is None or not chosen.trained else family(activation)


def give_functions(neurons: Sequence[Neuron], activation: str) -> None:
    """Give neurons the parameters of their activation, the same to all of them."""
    chosen = ACTIVATIONS.get(activation)
    for option in () if chosen is None else chosen.trained:
        made = FunctionParameter(neurons, option, chosen.value_of(option))
        for neuron in neurons:
            neuron._function += (made,)


def leave_functions(neurons: Iterable[Neuron]) -> None:
    """Take the parameters of their activations from neurons; others keep what they shared."""
    leaving: dict[FunctionParameter, set[Neuron]] = {}
    for neuron in neurons:
        for parameter in neuron._function:
            leaving.setdefault(parameter, set()).add(neuron)
        neuron._function = ()
    for parameter, gone in leaving.items():
        rest = tuple(each for each in parameter._neurons if each not in gone)
        parameter._neurons = rest or parameter._neurons


def join_functions(neurons: Sequence[Neuron], other: Neuron) -> None:
    """Let neurons share the parameters of another's activation."""
    leave_functions(neurons)
    for neuron in neurons:
        neuron._function = other._function
    for parameter in other._function:
        parameter._neurons += tuple(neurons)


def _have_one(neurons: Sequence[Neuron]) -> bool:
    """Whether neurons have the parameters of their activation in common, and nobody else does."""
    functions = neurons[0]._function
    return all(p._neurons == tuple(neurons) for p in functions) and all(
        neuron._function == functions for neuron in neurons
    )


def _twin_function(function: FunctionParameter, neurons: Sequence[Neuron]) -> None:
    twin = FunctionParameter(neurons, function._option, function._value)
    twin._initial, twin._trainable = function._initial, function._trainable
    for neuron in neurons:
        neuron._function += (twin,)


_LISTS = (
    "neurons",
    "inputs",
    "outputs",
    "activation_names",
    "dropped",
    "connections",
    "places",
    "sources",
    "targets",
    "parameters",
    "function_parameters",
    "generations",
)


def _note_activation(layer: Layer | None) -> None:
    if layer is not None and layer.neurons:
        layer._activation = joined(neuron.activation for neuron in layer.neurons)


def _replace_key(mapping: dict[str, Any], old: str, new: str) -> None:
    """Give an item another key at its place."""
    items = [(new if key == old else key, value) for key, value in mapping.items()]
    mapping.clear()
    mapping.update(items)


def _put_behind(mapping: dict[str, Any], names: Sequence[str], other: str) -> None:
    """Put items behind another one; nothing changes where it is one of them."""
    if other in names:
        return
    for name in names:
        mapping[name] = mapping.pop(name)
    keys = list(mapping)
    for key in keys[keys.index(other) + 1 : -len(names)]:
        mapping[key] = mapping.pop(key)


def _twin_connection(connection: Connection, same: dict[Neuron, Neuron]) -> Connection:
    ends = same[connection._source], same[connection._target]
    twin = Connection(*ends, connection._value, connection._trainable)
    twin._initial = connection._initial
    return twin


def _twin_of(neuron: Neuron, layer: Layer | None) -> Neuron:
    twin = Neuron(
        neuron.name,
        neuron.activation,
        neuron.bias,
        bias_trainable=neuron.bias_trainable,
        layer=layer,
        is_input=neuron.is_input,
    )
    twin._bias._initial = neuron.initial_bias
    twin._label, twin._scaling, twin._column = neuron._label, neuron._scaling, neuron._column
    twin._dropout = neuron._dropout
    twin._aggregation, twin._response = neuron._aggregation, neuron._response
    return twin
