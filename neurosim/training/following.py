"""The training state and options after an edit: memory and names follow what they are of.

A parameter is found again by its connections or its bias, which are objects, not by name or place:
renamed, moved, shared or split, it keeps its memory; what is new starts as a new training would.
Options that name a layer, a neuron, a connection ``a->b`` or a bias ``a.bias`` name it anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from neurosim.errors import GraphError
from neurosim.functions.numbers import Matrix
from neurosim.functions.penalties import Penalties, Penalty, PenaltyList
from neurosim.functions.update_options import SETS, NamedRates, On, WeightDecay
from neurosim.interpreter.adjustments import named_parameters
from neurosim.network.layer import Layer
from neurosim.network.network import Network
from neurosim.network.neuron import Neuron
from neurosim.network.parameter import Parameter
from neurosim.training.goals.heads import HeadOption
from neurosim.training.options import Options
from neurosim.training.state import TrainingState


@dataclass(frozen=True, slots=True, eq=False)
class Memories:
    """What an optimizer remembers of each connection and bias, a column (slots,) each.

    Attributes:
        memory: the columns, (slots, n_parameters).
        columns: which column is that of a connection or bias.
        asleep: the columns of connections that are disabled.
    """

    memory: Matrix
    columns: Mapping[Parameter, int]
    asleep: Mapping[Parameter, Matrix] = field(default_factory=dict)

    @classmethod
    def of(cls, network: Network, memory: Matrix, asleep: Mapping[Parameter, Matrix]) -> "Memories":
        """Those of a network as it is, and of the connections that are disabled."""
        numbered = enumerate(network.parameter_list())
        columns = {place: i for i, each in numbered for place in each.connections or (each,)}
        return cls(memory, columns, asleep)

    def sleeping(self, network: Network) -> dict[Parameter, Matrix]:
        """Those of the connections that are disabled now."""
        found = ((connection, self._of(connection)) for connection in network.disabled)
        return {connection: column for connection, column in found if column is not None}

    def _of(self, place: Parameter) -> Matrix | None:
        number = self.columns.get(place)
        return self.asleep.get(place) if number is None else self.memory[:, number]

    def followed(self, network: Network, start: Matrix) -> Matrix:
        """The memory of the network's present parameters; ``start``, (slots,), of a new one.

        A weight that connections have begun to share has that of the first which has one.
        """
        listed = network.parameter_list()
        memory = np.repeat(start[:, None], len(listed), axis=1)
        old = np.array([self._number(each) for each in listed], np.intp)
        memory[:, old >= 0] = self.memory[:, old[old >= 0]]
        if self.asleep:
            for number in np.flatnonzero(old < 0).tolist():
                for connection in listed[number].connections:
                    if connection in self.asleep:
                        memory[:, number] = self.asleep[connection]
                        break
        return memory

    def _number(self, parameter: Parameter) -> int:
        places = parameter.connections or (parameter,)
        return next((self.columns[place] for place in places if place in self.columns), -1)


def state_after(
    state: TrainingState, network: Network, memories: Memories, start: tuple[float, ...]
) -> TrainingState:
    """The same position, with the parameters of the edited network and what is remembered of them.

    Args:
        state: where the training was before the edit.
        network: as it is after it.
        memories: of the network before it.
        start: what the optimizer begins with, (slots,).
    """
    memory = memories.followed(network, np.array(start, np.float64))
    # the best parameters so far were of another structure
    return replace(state, parameters=network.parameters(), memory=memory, watched=None)


def parts_by_name(network: Network) -> Mapping[str, Layer | Neuron]:
    """The layers and neurons by their present names; a name that both have is a layer's."""
    neurons: dict[str, Layer | Neuron] = {neuron.name: neuron for neuron in network.neurons}
    return neurons | {layer.name: layer for layer in network.layers}


def options_after(
    options: Options, network: Network, before: Mapping[str, Layer | Neuron]
) -> Options:
    """The options in the present names of a network; what it has no longer is left out.

    Args:
        options: in the names of before the edit.
        network: as it is after it.
        before: `parts_by_name` of the network before it.
    """
    naming, decay = _Naming(network, before), options.weight_decay
    heads = options.heads and tuple(naming.head(head) for head in options.heads)
    return replace(
        options,
        rates=None if options.rates is None else naming.rates(options.rates),
        penalty=naming.penalty(options.penalty),
        weight_decay=None if decay is None else naming.decay(decay),
        heads=heads,
    )


class _Naming:
    """Names of before an edit in their present form, None for what is gone."""

    def __init__(self, network: Network, before: Mapping[str, Layer | Neuron]) -> None:
        self._network, self._before = network, before
        self._there: set[Layer | Neuron] = {*network.neurons, *network.layers}

    def rates(self, rates: NamedRates) -> NamedRates | None:
        named = [(self._name(name), rate) for name, rate in rates.by_name]
        kept = tuple((name, rate) for name, rate in named if name is not None)
        return NamedRates(kept) if kept else None

    def penalty(self, penalty: Penalty | None) -> Penalty | None:
        if isinstance(penalty, PenaltyList):
            found = map(self.penalty, penalty.parts)
            parts = tuple(part for part in found if isinstance(part, Penalties))
            return PenaltyList(parts) if parts else None
        if not isinstance(penalty, Penalties):
            return penalty
        on = self._on(penalty.on)
        return replace(penalty, on=on) if on else None

    def decay(self, decay: WeightDecay) -> WeightDecay | None:
        on = self._on(decay.on)
        return replace(decay, on=on) if on else None

    def head(self, head: HeadOption) -> HeadOption:
        # where an output is gone, the check of heads says so
        return replace(head, outputs=tuple(self._name(name) or name for name in head.outputs))

    def _on(self, on: On) -> On:
        if on in SETS:
            return on
        return tuple(name for name in map(self._name, on) if name is not None)

    def _name(self, name: str) -> str | None:
        if "->" in name:
            return self._pair(name)
        stem = name if name in self._before else name.removesuffix(".bias")
        present = self._part(stem)
        return None if present is None else present + name[len(stem) :]

    def _pair(self, name: str) -> str | None:
        pair = name.partition(" = ")[0].partition("->")
        source, target = self._part(pair[0].strip()), self._part(pair[2].strip())
        if source is None or target is None:
            return None
        present = f"{source}->{target}"
        return present if self._has_connection(present) else None

    def _has_connection(self, pair: str) -> bool:
        """Whether one is left, be it disabled: it may come back."""
        try:
            return bool(named_parameters(self._network, pair, "")[1])
        except GraphError:
            source, target = (self._members(end) for end in pair.split("->"))
            return any(c.source in source and c.target in target for c in self._network.disabled)

    def _members(self, name: str) -> set[Neuron]:
        part = parts_by_name(self._network)[name]
        return {part} if isinstance(part, Neuron) else set(part.neurons)

    def _part(self, name: str) -> str | None:
        part = self._before.get(name)
        if part is None:
            return name
        return part.name if part in self._there else None
