"""Planning: from graph to plan, pure and linear in the number of connections."""

from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from neurosim.compiler.bundles import by_length, cuts, padded
from neurosim.compiler.costs import dense_cost, most_slots, slots_per_bundle, sparse_cost
from neurosim.compiler.plan import Block, Bundle, Dense, Index, Plan, Terms, is_run, verify
from neurosim.functions.activations import SOFTMAX
from neurosim.network.network import Network
from neurosim.network.neuron import Neuron
from neurosim.network.parameter import FunctionParameter
from neurosim.network.reshaping.adjacency import take_lists
from neurosim.pause import PausedCollection

USUAL_ROWS = 64  # samples that a plan is made for, where nobody says how many
_PLANS = 4  # kept with each network


def plan_of(network: Network, rows: int = USUAL_ROWS) -> Plan:
    """`make_plan`, or the plan that it made before of the same structure."""
    plans: dict[int, Plan] = network._cached("plans", dict)
    if rows not in plans:
        if len(plans) >= _PLANS:
            plans.clear()
        plans[rows] = make_plan(network, rows)
    return plans[rows]


def make_plan(network: Network, rows: int = USUAL_ROWS) -> Plan:
    """The plan of a network's present structure.

    Args:
        network: is only read.
        rows: the number of samples at once that it shall be good for.

    Raises:
        GraphError: the network has no outputs.
    """
    with PausedCollection():
        return _plan(network, rows)


def _plan(network: Network, rows: int) -> Plan:
    outputs = network.require_outputs()
    groups = [list(network.inputs)]
    for generation in network.generations():
        groups += _split(generation)
    draft = _Draft(network, groups, rows)
    for neurons in groups:
        draft.lay(neurons)
    place, row = draft.place, draft.row
    functions = draft.lay_functions()
    first, is_copy = _firsts(draft.parameter, are_shared=network.has_shared_weights)
    plan = Plan(
        title=network.title,
        version=network.version,
        rows=rows,
        blocks=tuple(draft.blocks),
        n_rows=draft.zero_row + 1,
        n_slots=draft.slot + 1,
        outputs=tuple(int(row[place[neuron]]) for neuron in outputs),
        output_names=tuple(neuron.name for neuron in outputs),
        home=np.concatenate((draft.home[first], functions.home)),
        copies=np.concatenate(
            ([draft.home[is_copy], draft.parameter[is_copy]], functions.copies), axis=1
        ),
        is_weight=np.concatenate((draft.source[first] >= 0, np.zeros(len(functions.home), bool))),
        names_of_rows=(*draft.names, None),
        n_terms=draft.n_terms,
    )
    verify(plan)
    return plan


def _firsts(parameter: Index, *, are_shared: bool) -> tuple[Any, NDArray[np.bool_]]:
    """The first place of each parameter, and which places are not such ones."""
    if not are_shared:
        return slice(None), np.zeros(len(parameter), dtype=bool)
    _, first = np.unique(parameter, return_index=True)
    is_copy = np.ones(len(parameter), dtype=bool)
    is_copy[first] = False
    return first, is_copy


def _split(generation: tuple[Neuron, ...]) -> list[list[Neuron]]:
    """A generation by activation; each softmax layer is alone, and so do aggregations."""
    groups: dict[object, list[Neuron]] = {}
    for neuron in generation:
        if not neuron.is_input:
            key = neuron.layer if neuron.activation == SOFTMAX else neuron.activation
            is_plain = neuron.is_plain or neuron.activation == SOFTMAX
            groups.setdefault((key, is_plain), []).append(neuron)
    return list(groups.values())


@dataclass(slots=True)
class _Part:
    """The weights of a block, target by target: their numbers, and their source rows.

    ``counts`` says how many each target has; ``ones`` is the row that biases take as their source.
    """

    weights: Index
    sources: Index
    counts: Index
    ones: int
    has_bias: bool

    def local_targets(self) -> Index:
        """The number of the target of each weight, from 0."""
        return np.repeat(np.arange(len(self.counts)), self.counts)


class _Functions(NamedTuple):
    """The slots of what is learned of activations: each one's first, and copies as in a plan."""

    home: Index
    copies: Index


@dataclass(slots=True)
class _Draft:
    """What is known while blocks are laid down one behind the other.

    Here a weight is a connection or a bias, in the order of theta; several may be one parameter.
    """

    network: Network
    groups: list[list[Neuron]]
    rows: int
    place: dict[Neuron, int] = field(init=False)  # neuron -> its number in the order of insertion
    source: Index = field(init=False)  # of each weight, the number of its source; -1: a bias
    parameter: Index = field(init=False)  # of each weight, its parameter's number in theta
    first: Index = field(init=False)  # of each neuron, the number of its first weight
    count: Index = field(init=False)  # of each neuron, how many weights it has
    row: Index = field(init=False)  # of each neuron, its row in the state
    home: Index = field(init=False)  # of each weight, its slot
    zero_row: int = field(init=False)
    slot: int = 0
    n_terms: int = 0
    names: list[str | None] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    ones: list[int] = field(default_factory=list)  # of each block, the row of ones behind it
    block_of: Index = field(init=False)  # of each neuron, the number of its block

    def __post_init__(self) -> None:
        neurons = self.network.neurons
        self.place = {neuron: i for i, neuron in enumerate(neurons)}
        self.source, self.count, self.first = self.network.sources()
        self.parameter = self.network.place_numbers()
        self.row = np.full(len(neurons), -1, dtype=np.intp)
        self.block_of = np.full(len(neurons), -1, dtype=np.intp)
        self.home = np.empty(len(self.source), dtype=np.intp)
        self.zero_row = len(neurons) + len(self.groups)

    def lay(self, neurons: list[Neuron]) -> None:
        """Lay down the next block, a row of ones behind it, and its slots."""
        numbers = np.array([self.place[neuron] for neuron in neurons], dtype=np.intp)
        start, stop = len(self.names), len(self.names) + len(neurons)
        first_slot = self.slot
        weights: Dense | tuple[Bundle, ...]
        part = self._part(numbers)
        sources = self._distinct(part.sources)
        if not all(neuron.is_plain for neuron in neurons):
            order = np.array(sorted(range(len(neurons)), key=lambda i: self._kind(neurons[i])))
            numbers = numbers[order]
            neurons = [neurons[i] for i in order.tolist()]
            weights = self._lay_terms(neurons, start)
        elif self._is_sparse_better(part, sources):
            order = by_length(part.counts)
            numbers = numbers[order]
            neurons = [neurons[i] for i in order.tolist()]
            weights = self._lay_bundles(self._part(numbers), start)
        else:
            weights = self._lay_dense(part, sources)
        self.row[numbers] = np.arange(start, stop)
        self.block_of[numbers] = len(self.blocks)
        names = tuple(neuron.name for neuron in neurons)
        self.names += [*names, None]
        self.ones.append(stop)
        self.blocks.append(
            Block(
                number=len(self.blocks),
                names=names,
                activation=neurons[0].activation if neurons else "identity",
                start=start,
                stop=stop,
                first_slot=first_slot,
                last_slot=self.slot,
                weights=weights,
                n_parameters=len(part.weights),
            )
        )

    def lay_functions(self) -> _Functions:
        """Lay down the slots of what is learned of activations, behind those of all blocks."""
        slots: dict[FunctionParameter, list[int]] = {}
        for number, block in enumerate(self.blocks):
            members = [self.network[name] for name in block.names]
            firsts = []
            for own in zip(*(neuron.function_parameters for neuron in members), strict=True):
                firsts.append(self.slot)
                for slot, parameter in enumerate(own, self.slot):
                    slots.setdefault(parameter, []).append(slot)
                self.slot += len(own)
            self.blocks[number] = replace(block, functions=tuple(firsts))
        known = self.network.function_parameters
        start = len(self.network.parameter_list()) - len(known)
        home = np.array([slots[parameter][0] for parameter in known], np.intp)
        rest = [(s, start + i) for i, p in enumerate(known) for s in slots[p][1:]]
        return _Functions(home, np.array(rest, np.intp).reshape(-1, 2).T)

    def _distinct(self, rows: Index) -> Index:
        """The different rows, ascending; a mask is several times faster than to sort them."""
        is_there = np.zeros(self.zero_row, dtype=bool)
        is_there[rows] = True
        return np.flatnonzero(is_there)

    def _part(self, numbers: Index) -> _Part:
        counts = self.count[numbers]
        weights = take_lists(self.first[numbers], counts)
        source = self.source[weights]
        is_bias = source < 0
        real = source[~is_bias]
        ones = self.ones[int(self.block_of[real].max(initial=0))] if self.ones else 0
        sources = np.where(is_bias, ones, self.row[source])
        return _Part(weights, sources, counts, ones, bool(is_bias.any()))

    def _is_sparse_better(self, part: _Part, sources: Index) -> bool:
        n_targets, n_sources = len(part.counts), len(sources)
        if len(part.weights) == n_targets * n_sources:
            return False
        lengths = np.sort(part.counts)
        bundles = list(cuts(lengths, slots_per_bundle(self.rows), most_slots(self.rows)))
        n_slots = sum((stop - start) * width for start, stop, width in bundles)
        sparse = sparse_cost(len(bundles), n_targets, n_slots, self.rows)
        gathers = not is_run(sources)
        return sparse < dense_cost(n_targets, n_sources, self.rows, gathers=gathers)

    def _lay_dense(self, part: _Part, sources: Index) -> Dense:
        width = len(sources)
        cells = part.local_targets() * width + np.searchsorted(sources, part.sources)
        is_hole = np.ones(len(part.counts) * width, dtype=bool)
        is_hole[cells] = False
        self.home[part.weights] = self.slot + cells
        self.slot += len(is_hole)
        return Dense(sources, part.has_bias, np.flatnonzero(is_hole))

    def _kind(self, neuron: Neuron) -> tuple[str, bool, int]:
        """What neurons of one bundle have in common, where they do not simply sum."""
        n_weights = int(self.count[self.place[neuron]])
        return neuron.aggregation, neuron.bias_parameter is not None, n_weights

    def _lay_terms(self, neurons: list[Neuron], start: int) -> tuple[Bundle, ...]:
        """A bundle for each kind, in which every target has all of its terms and no more."""
        bundles = []
        for (aggregation, has_bias, width), found in groupby(neurons, key=self._kind):
            some = list(found)
            part = self._part(np.array([self.place[neuron] for neuron in some], dtype=np.intp))
            matrix = part.sources.reshape(len(some), width)
            self.home[part.weights] = np.arange(self.slot, self.slot + matrix.size)
            responses = tuple(neuron.response for neuron in some)
            terms = Terms(aggregation, responses, has_bias, self.zero_row + 1 + self.n_terms)
            bundles.append(Bundle(start, start + len(some), matrix, self.slot, terms))
            self.slot += matrix.size
            self.n_terms += matrix.size
            start += len(some)
        return tuple(bundles)

    def _lay_bundles(self, part: _Part, start: int) -> tuple[Bundle, ...]:
        # near rows are read together
        sorting = np.argsort(part.local_targets() * (self.zero_row + 1) + part.sources)
        weights, sources = part.weights[sorting], part.sources[sorting]
        ends = np.cumsum(part.counts)
        bundles = []
        for low, high, width in cuts(
            part.counts, slots_per_bundle(self.rows), most_slots(self.rows)
        ):
            items = slice(int(ends[low - 1]) if low else 0, int(ends[high - 1]))
            counts = part.counts[low:high]
            matrix = padded(sources[items], counts, width, self.zero_row)
            slots = np.arange(self.slot, self.slot + matrix.size).reshape(matrix.shape)
            self.home[weights[items]] = slots[np.arange(width) < counts[:, None]]
            bundles.append(Bundle(start + low, start + high, matrix, self.slot))
            self.slot += matrix.size
        return tuple(bundles)
